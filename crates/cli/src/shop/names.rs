//! The attribute names that a shop file may use.

use super::model::{AttributeType, ShopFile};
use std::collections::BTreeSet;
use wellmet_engine::attribute::{Annual, FACTS, Fact, Measure, ORDER, Source};

/// Kinds of values, as far as a name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Several texts.
    List,
}

/// The names of a shop file.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    shop: &'a ShopFile,
}

const ANNUAL: [&str; 3] = ["in_days", "days_ago", "years"];

impl<'a> Scope<'a> {
    /// The names that a shop file declares and those that wellmet knows by itself.
    #[must_use]
    pub const fn new(shop: &'a ShopFile) -> Self {
        Self { shop }
    }

    /// Whether a name means something.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.kind(name).is_some()
    }

    /// The kind of value that a name has; `None` for a name that means nothing.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<Type> {
        if let Some(declared) = self.shop.attributes.get(name) {
            return Some(match declared.kind {
                AttributeType::Text | AttributeType::Date => Type::Text,
                AttributeType::Number => Type::Number,
                AttributeType::Boolean => Type::Boolean,
                AttributeType::List => Type::List,
            });
        }
        if let Some(segment) = name.strip_prefix("segment.") {
            return self.shop.segments.contains_key(segment).then_some(Type::Boolean);
        }
        if let Some((base, what)) = name.rsplit_once('.')
            && self.shop.attributes.get(base).is_some_and(|declared| declared.kind == AttributeType::Date)
            && Annual::of(what).is_some()
        {
            return Some(Type::Number);
        }
        Source::of(name)?;
        Some(match name {
            "name" | "locale" | "language" | "page.kind" | "page.item" | "page.category" | "today.date" | "status"
            | "status.next" | "status.change" => Type::Text,
            "signed_in" => Type::Boolean,
            _ => Type::Number,
        })
    }

    /// Whether a number may be unknown although she agreed to everything.
    #[must_use]
    pub fn may_be_missing(&self, name: &str) -> bool {
        let always = matches!(Source::of(name), Some(Source::Fact(fact)) if matches!(
            fact,
            Fact::Weekday | Fact::Month | Fact::DayOfMonth | Fact::Hour | Fact::Visits | Fact::CartCount | Fact::CartLines
                | Fact::CartTotal | Fact::IntervalCount
        ));
        let counted = matches!(Source::of(name), Some(Source::Events { kind, measure: Measure::Count | Measure::Days, .. }) if kind != ORDER);
        !always && !counted
    }

    /// The values that a name can have, if the file says so.
    #[must_use]
    pub fn values(&self, name: &str) -> Option<Vec<&'a str>> {
        let groups = || self.shop.status.groups.iter().map(|group| group.id.as_str()).collect();
        match name {
            "status" | "status.next" => Some(groups()),
            "status.change" => Some(vec!["up", "down"]),
            "page.kind" => Some(vec!["home", "list", "product", "cart", "checkout", "other"]),
            _ => {
                let declared = self.shop.attributes.get(name)?;
                let values = declared.values.iter().map(String::as_str).collect::<Vec<_>>();
                (!values.is_empty()).then_some(values)
            }
        }
    }

    /// All names, for suggestions.
    #[must_use]
    pub fn all(&self) -> BTreeSet<String> {
        let mut names: BTreeSet<String> = FACTS.iter().map(|fact| (*fact).to_owned()).collect();
        for (name, attribute) in &self.shop.attributes {
            names.insert(name.clone());
            if attribute.kind == AttributeType::Date {
                names.extend(ANNUAL.iter().map(|what| format!("{name}.{what}")));
            }
        }
        names.extend(self.shop.segments.keys().map(|segment| format!("segment.{segment}")));
        names.extend(ANNUAL.iter().map(|what| format!("first_order.{what}")));
        for events in ["orders", "views", "visits", "searches", "clicks"] {
            names.extend(
                ["", ".count", ".days", ".count.last30d", ".count.last365d"].map(|rest| format!("{events}{rest}")),
            );
        }
        names.extend(["orders.sum", "orders.sum.last365d"].map(str::to_owned));
        names.extend(["order", "view", "search", "click"].map(|kind| format!("days_since.{kind}")));
        names
    }
}

/// What stands in braces in a text.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}
