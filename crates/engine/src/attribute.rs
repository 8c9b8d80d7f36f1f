//! Where the value of an attribute comes from.
//!
//! The shop declares attributes of its own (told by the page or the shopper, or carried by the signed
//! record); everything else has a name that says how it is computed, such as
//! `views.category.Chairs.last30d` or `days_since.order`. [`Source::of`] reads such names. It runs in
//! the command line tool; the page gets the result in the book.

use crate::wire::{Fault, Reader, Writer};
use alloc::{borrow::ToOwned, string::String};

/// Longest name inside a source, bytes.
const MAX_NAME: usize = 256;

/// Consent purposes, as bits. An attribute whose purpose is not granted reads as missing.
pub mod purpose {
    /// The cart and what follows from it.
    pub const CART: u8 = 1;
    /// Everything that remembers the shopper.
    pub const PERSONALIZATION: u8 = 2;
    /// Counting for the shop's numbers.
    pub const ANALYTICS: u8 = 4;
}

/// What kind of value the shop declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day: `2024-02-29`, or `02-29` without a year.
    Date,
    /// Texts separated by commas in a record; a list when told by the page.
    List,
}

/// A fact with a fixed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fact {
    /// Her name: from the signed record, or her own word. Never from the page.
    Name,
    /// Whether she is signed in.
    SignedIn,
    /// Locale of the page, such as `de-AT`.
    Locale,
    /// Its language, such as `de`.
    Language,
    /// Kind of the page: home, list, product, cart, checkout, other.
    PageKind,
    /// Item of the page.
    PageItem,
    /// Category of the page.
    PageCategory,
    /// Her civil day as `2026-03-01`.
    Date,
    /// Day of the week, Monday 1 to Sunday 7.
    Weekday,
    /// Month, 1 to 12.
    Month,
    /// Day of the month.
    DayOfMonth,
    /// Hour of her day, 0 to 23.
    Hour,
    /// Visits in all, the present one included.
    Visits,
    /// Civil days since the visit before this one.
    DaysSinceVisit,
    /// Pieces in the cart.
    CartCount,
    /// Lines in the cart.
    CartLines,
    /// What the cart costs by the book's prices, in units of the currency.
    CartTotal,
    /// Number of her own intervals between days with an order.
    IntervalCount,
    /// Her rhythm in days: the median of her own intervals from the third order on, before that the
    /// shop's figure for her class.
    IntervalMedian,
    /// Days beyond her rhythm since the last order; negative while the next is not due.
    IntervalOverdue,
    /// Her status group.
    Status,
    /// Days since she holds it.
    StatusDays,
    /// Days until she loses it without another order.
    StatusEndsIn,
    /// The next higher group.
    StatusNext,
    /// Orders missing to it.
    StatusMissingOrders,
    /// Money missing to it, in units of the currency.
    StatusMissingSpent,
    /// `up` or `down` for thirty days after a change.
    StatusChange,
}

/// Names of the facts, in the order of [`Fact`].
pub const FACTS: [&str; 27] = [
    "name",
    "signed_in",
    "locale",
    "language",
    "page.kind",
    "page.item",
    "page.category",
    "today.date",
    "today.weekday",
    "today.month",
    "today.day",
    "today.hour",
    "visits.count",
    "days_since.visit",
    "cart.count",
    "cart.lines",
    "cart.total",
    "interval.count",
    "interval.median",
    "interval.overdue",
    "status",
    "status.days",
    "status.ends_in",
    "status.next",
    "status.missing_orders",
    "status.missing_spent",
    "status.change",
];

const FACT_LIST: [Fact; 27] = [
    Fact::Name,
    Fact::SignedIn,
    Fact::Locale,
    Fact::Language,
    Fact::PageKind,
    Fact::PageItem,
    Fact::PageCategory,
    Fact::Date,
    Fact::Weekday,
    Fact::Month,
    Fact::DayOfMonth,
    Fact::Hour,
    Fact::Visits,
    Fact::DaysSinceVisit,
    Fact::CartCount,
    Fact::CartLines,
    Fact::CartTotal,
    Fact::IntervalCount,
    Fact::IntervalMedian,
    Fact::IntervalOverdue,
    Fact::Status,
    Fact::StatusDays,
    Fact::StatusEndsIn,
    Fact::StatusNext,
    Fact::StatusMissingOrders,
    Fact::StatusMissingSpent,
    Fact::StatusChange,
];

/// What is computed over events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Measure {
    /// How many.
    Count,
    /// How much money, in units of the currency (orders only).
    Sum,
    /// On how many different days.
    Days,
    /// Civil days since the latest.
    Since,
}

/// Which events count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// All of the kind.
    Any,
    /// Those about this item.
    Item(String),
    /// Those whose category path has this level, or is this path.
    Category(String),
}

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// As far as is known.
    All,
    /// The present visit.
    Visit,
    /// This many of her civil days, today included.
    Days(u16),
}

/// What is asked of a day that comes every year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Annual {
    /// Days until it comes, 0 on the day.
    InDays,
    /// Days since it came, 0 on the day.
    DaysAgo,
    /// How many times it came since the day itself: the age, or the nth anniversary.
    Years,
}

/// The day itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOf {
    /// The day of her first order.
    FirstOrder,
    /// The date in the attribute with this number.
    Attribute(u32),
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: reads as missing.
    Unknown,
    /// Told by the page or the shopper under the attribute's own name.
    Told(Kind),
    /// Carried by the signed record under the attribute's own name.
    Trait(Kind),
    /// Whether the segment with this number holds.
    Segment(u16),
    /// A fact with a fixed name.
    Fact(Fact),
    /// An aggregate over events of a kind; `order` reads her orders.
    Events {
        /// Kind of the events.
        kind: String,
        /// What is computed.
        measure: Measure,
        /// Which of them.
        about: About,
        /// How far back.
        window: Window,
    },
    /// About a day that comes every year.
    Annual(DateOf, Annual),
}

/// The kind that reads the record's orders.
pub const ORDER: &str = "order";

/// An attribute of a table. Its name is the program's name with the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Where it comes from.
    pub source: Source,
    /// Purposes that must be granted.
    pub purpose: u8,
}

impl Source {
    /// The source that a name of the engine's own describes; `None` for other names.
    ///
    /// Events: `KIND[.item.ID | .category.NAME][.count | .sum | .days][.lastNd | .this_visit]`, where
    /// `KIND` is `orders`, `views`, `visits`, `searches`, `clicks`, or `events.WORD` for a kind of the
    /// shop's own. Recency: `days_since.WORD`. The first order's anniversary: `first_order.in_days`,
    /// `.days_ago`, `.years`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if let Some(at) = FACTS.iter().position(|fact| *fact == name) {
            return FACT_LIST.get(at).copied().map(Self::Fact);
        }
        if let Some(what) = name.strip_prefix("first_order.") {
            return Annual::of(what).map(|what| Self::Annual(DateOf::FirstOrder, what));
        }
        if let Some(kind) = name.strip_prefix("days_since.").filter(|kind| is_word(kind)) {
            let (about, window) = (About::Any, Window::All);
            return Some(Self::Events { kind: kind.to_owned(), measure: Measure::Since, about, window });
        }
        let (plural, rest) = name.split_once('.').unwrap_or((name, ""));
        let (kind, rest) = match plural {
            "orders" => (ORDER, rest),
            "views" => ("view", rest),
            "visits" => ("visit", rest),
            "searches" => ("search", rest),
            "clicks" => ("click", rest),
            "events" => rest.split_once('.').unwrap_or((rest, "")),
            _ => return None,
        };
        is_word(kind).then_some(())?;
        let (rest, window) = match rest.rsplit_once('.').unwrap_or(("", rest)) {
            (before, "this_visit") => (before, Window::Visit),
            (before, last) => match last.strip_prefix("last").and_then(|days| days.strip_suffix('d')) {
                Some(days) => (before, Window::Days(days.parse().ok().filter(|days| (1..=3_660).contains(days))?)),
                None => (rest, Window::All),
            },
        };
        let (rest, measure) = match rest.rsplit_once('.').unwrap_or(("", rest)) {
            (before, "count") => (before, Measure::Count),
            (before, "sum") if kind == ORDER => (before, Measure::Sum),
            (before, "days") => (before, Measure::Days),
            _ => (rest, Measure::Count),
        };
        let about = match rest.split_once('.') {
            None if rest.is_empty() => About::Any,
            Some(("item", id)) if !id.is_empty() => About::Item(id.to_owned()),
            Some(("category", name)) if !name.is_empty() => About::Category(name.to_owned()),
            _ => return None,
        };
        Some(Self::Events { kind: kind.to_owned(), measure, about, window })
    }

    /// Whether the value is money: a number in units of the currency for conditions, in minor units
    /// in the fields of a decision.
    #[must_use]
    pub const fn is_money(&self) -> bool {
        matches!(
            self,
            Self::Events { measure: Measure::Sum, .. } | Self::Fact(Fact::CartTotal | Fact::StatusMissingSpent)
        )
    }

    /// Purposes that the engine's own sources need.
    #[must_use]
    pub const fn purpose(&self) -> u8 {
        match self {
            Self::Fact(Fact::CartCount | Fact::CartLines | Fact::CartTotal) => purpose::CART,
            Self::Fact(
                Fact::Locale
                | Fact::Language
                | Fact::PageKind
                | Fact::PageItem
                | Fact::PageCategory
                | Fact::Date
                | Fact::Weekday
                | Fact::Month
                | Fact::DayOfMonth
                | Fact::Hour
                | Fact::SignedIn,
            )
            | Self::Segment(_)
            | Self::Unknown => 0,
            _ => purpose::PERSONALIZATION,
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

impl Annual {
    /// The last part of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "in_days" => Self::InDays,
            "days_ago" => Self::DaysAgo,
            "years" => Self::Years,
            _ => return None,
        })
    }
}

impl Attribute {
    /// Appends the bytes that [`Self::decode`] reads.
    pub fn encode(&self, w: &mut Writer) {
        w.u8(self.purpose);
        match &self.source {
            Source::Unknown => w.u8(0),
            Source::Told(kind) => {
                w.u8(1);
                w.u8(*kind as u8);
            }
            Source::Trait(kind) => {
                w.u8(2);
                w.u8(*kind as u8);
            }
            Source::Segment(segment) => {
                w.u8(3);
                w.varint(u64::from(*segment));
            }
            Source::Fact(fact) => {
                w.u8(4);
                w.u8(*fact as u8);
            }
            Source::Events { kind, measure, about, window } => {
                w.u8(5);
                w.text(kind);
                w.u8(*measure as u8);
                let (tag, name) = match about {
                    About::Any => (0, ""),
                    About::Item(id) => (1, id.as_str()),
                    About::Category(name) => (2, name.as_str()),
                };
                w.u8(tag);
                w.text(name);
                w.varint(match window {
                    Window::All => 0,
                    Window::Visit => 1,
                    Window::Days(days) => 1 + u64::from(*days),
                });
            }
            Source::Annual(of, what) => {
                w.u8(6);
                w.u8(*what as u8);
                w.varint(match of {
                    DateOf::FirstOrder => 0,
                    DateOf::Attribute(attribute) => 1 + u64::from(*attribute),
                });
            }
        }
    }

    /// Reads an attribute; the reader remembers what was wrong.
    pub fn decode(r: &mut Reader<'_>) -> Self {
        let purpose = r.u8();
        let source = match r.u8() {
            0 => Source::Unknown,
            1 => Source::Told(Kind::decode(r)),
            2 => Source::Trait(Kind::decode(r)),
            3 => Source::Segment(r.u16()),
            4 => Source::Fact(r.one_of(&FACT_LIST)),
            5 => {
                let kind = r.string(MAX_NAME);
                let measure = r.one_of(&[Measure::Count, Measure::Sum, Measure::Days, Measure::Since]);
                let tag = r.u8();
                let name = r.string(MAX_NAME);
                let about = match tag {
                    0 => About::Any,
                    1 => About::Item(name),
                    2 => About::Category(name),
                    _ => {
                        r.fail(Fault::Invalid);
                        About::Any
                    }
                };
                let window = match r.u16() {
                    0 => Window::All,
                    1 => Window::Visit,
                    days => Window::Days(days - 1),
                };
                Source::Events { kind, measure, about, window }
            }
            6 => {
                let what = r.one_of(&[Annual::InDays, Annual::DaysAgo, Annual::Years]);
                let of = match r.u32() {
                    0 => DateOf::FirstOrder,
                    attribute => DateOf::Attribute(attribute - 1),
                };
                Source::Annual(of, what)
            }
            _ => {
                r.fail(Fault::Invalid);
                Source::Unknown
            }
        };
        Self { source, purpose }
    }
}

impl Kind {
    fn decode(r: &mut Reader<'_>) -> Self {
        r.one_of(&[Self::Text, Self::Number, Self::Boolean, Self::Date, Self::List])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_have_their_names() {
        for (at, fact) in FACT_LIST.iter().enumerate() {
            assert_eq!(*fact as usize, at);
            assert_eq!(Source::of(FACTS[at]), Some(Source::Fact(*fact)));
        }
    }

    #[test]
    fn names_say_how_they_are_computed() {
        let events =
            |kind: &str, measure, about, window| Some(Source::Events { kind: kind.to_owned(), measure, about, window });
        for (name, source) in [
            ("orders.count.last365d", events(ORDER, Measure::Count, About::Any, Window::Days(365))),
            ("orders.sum", events(ORDER, Measure::Sum, About::Any, Window::All)),
            ("orders", events(ORDER, Measure::Count, About::Any, Window::All)),
            (
                "views.category.cigars.last30d",
                events("view", Measure::Count, About::Category("cigars".into()), Window::Days(30)),
            ),
            (
                "views.category.Office Supplies > Paper.days.last7d",
                events("view", Measure::Days, About::Category("Office Supplies > Paper".into()), Window::Days(7)),
            ),
            ("views.item.a.b.count", events("view", Measure::Count, About::Item("a.b".into()), Window::All)),
            ("events.wishlist.this_visit", events("wishlist", Measure::Count, About::Any, Window::Visit)),
            ("days_since.order", events(ORDER, Measure::Since, About::Any, Window::All)),
            ("first_order.years", Some(Source::Annual(DateOf::FirstOrder, Annual::Years))),
            ("views.sum", None),
            ("views.last0d", None),
            ("views.last99999d", None),
            ("views.what", None),
            ("events", None),
            ("tier", None),
        ] {
            assert_eq!(Source::of(name), source, "{name}");
        }
    }
}
