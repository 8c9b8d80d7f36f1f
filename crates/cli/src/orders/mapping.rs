//! The mapping file: which column means what, and the shop's own rules for its log.
//!
//! It is JSON. Unknown keys are refused with the line, since a misspelt key would otherwise change
//! what is read without a word.

use super::decimal::Mark;
use super::moment::{TimeFormat, parse_zone};
use crate::failure::{Failure, Outcome};
use crate::rows::Encoding;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use wellmet_engine::money::Currency;
use wellmet_engine::time::Span;

/// A mapping file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Address of the JSON Schema, for editors. Not read.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// Column of the order's number.
    pub order: String,
    /// Column and format of the moment.
    pub time: TimeColumn,
    /// Column of the customer's id; rows may leave it empty.
    #[serde(default)]
    pub customer: Option<String>,
    /// Column of the customer's name.
    #[serde(default)]
    pub customer_name: Option<String>,
    /// Facts about the customer: attribute name to column (`"segment": "Segment"`).
    #[serde(default)]
    pub traits: BTreeMap<String, String>,
    /// Facts about how she first came: attribute name to column (`"channel": "utm_source"`); values are those
    /// of her first row.
    #[serde(default)]
    pub first: BTreeMap<String, String>,
    /// Column of the article's id.
    pub item: String,
    /// Column of the article's name, if the log has one.
    #[serde(default)]
    pub title: Option<String>,
    /// Columns of the category path, the widest level first.
    #[serde(default)]
    pub category: Vec<String>,
    /// Column of the number of pieces.
    pub quantity: String,
    /// Columns of the price.
    pub price: PriceColumns,
    /// The currency, or the column it is in.
    pub currency: CurrencyColumn,
    /// Path of the list of articles in each record, for logs of whole orders (`"products"`). Columns below
    /// it are written with it: `"products.sku"`.
    #[serde(default)]
    pub each: Option<String>,
    /// Column of the line's place in the file or order. Only `wellmet sql` needs it: a database has no order.
    #[serde(default)]
    pub line: Option<String>,
    /// Rows that are meant, by columns and their values (`{"event": "Order Completed"}`); all when left out.
    #[serde(default)]
    pub only: When,
    /// Rows of orders that never came about, by columns and their values (`{"status": ["cancelled", "failed"]}`).
    #[serde(default)]
    pub cancelled: When,
    /// Rows that say what came back, by columns and their values (`{"event": "Order Refunded"}`).
    #[serde(default)]
    pub returned: When,
    /// Orders whose number starts with this are cancellations (`"C"`).
    #[serde(default)]
    pub cancelled_prefix: Option<String>,
    /// Articles that are no goods: postage, fees, manual entries.
    #[serde(default)]
    pub service_items: Option<ServiceItems>,
    /// Category paths, or the beginnings of such, whose goods last: who has one needs no second.
    #[serde(default)]
    pub durable: Vec<String>,
    /// Address of a product's page. Placeholders: see [`template`](crate::catalogue::template).
    #[serde(default)]
    pub link: String,
    /// Address of a product's picture; empty for none.
    #[serde(default)]
    pub image: String,
    /// How numbers are written: `"."` (default) or `","` before the fraction.
    #[serde(default)]
    pub decimal: Mark,
    /// `"utf-8"` (default) or `"windows-1252"`, which includes Latin-1.
    #[serde(default)]
    pub encoding: Encoding,
}

/// Columns, each with the values that are meant; all of them have to fit.
pub type When = BTreeMap<String, Values>;

/// One value or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Values {
    /// This one.
    One(String),
    /// Any of these.
    Several(Vec<String>),
}

impl Values {
    /// All of them.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// Where the moment of an order is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeColumn {
    /// The column.
    pub column: String,
    /// The format; found from the first rows when left out.
    #[serde(default)]
    pub format: Option<TimeFormat>,
    /// Offset of local times from UTC, such as `"+01:00"`. UTC when left out.
    #[serde(default)]
    pub zone: Option<String>,
}

impl TimeColumn {
    /// Refuses what is no offset.
    pub(crate) fn check(&self) -> Outcome {
        match self.zone.as_deref().filter(|zone| parse_zone(zone).is_none()) {
            Some(zone) => {
                Err(Failure::new("bad-mapping", format!("time.zone {zone:?} is no offset"))
                    .fix("write it like \"+01:00\""))
            }
            None => Ok(()),
        }
    }

    /// The offset; the mapping was checked when it was read.
    #[must_use]
    pub fn offset(&self) -> Span {
        self.zone.as_deref().and_then(parse_zone).unwrap_or(Span(0))
    }
}

/// Where prices are.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum PriceColumns {
    /// The price of one piece.
    Unit {
        /// The column.
        unit: String,
        /// Column of a discount from 0 to 1 which the price has in it already.
        #[serde(default)]
        discount: Option<String>,
    },
    /// The price of the whole line.
    Line {
        /// The column.
        line_total: String,
        /// Column of a discount from 0 to 1 which the price has in it already.
        #[serde(default)]
        discount: Option<String>,
    },
}

impl PriceColumns {
    /// The column of the amount.
    #[must_use]
    pub fn amount(&self) -> &str {
        match self {
            Self::Unit { unit: column, .. } | Self::Line { line_total: column, .. } => column,
        }
    }

    /// The column of the discount.
    #[must_use]
    pub fn discount(&self) -> Option<&str> {
        match self {
            Self::Unit { discount, .. } | Self::Line { discount, .. } => discount.as_deref(),
        }
    }
}

/// The currency of the log.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum CurrencyColumn {
    /// All rows are in this currency.
    Fixed(String),
    /// Each row says its currency; rows in another than `main` are left out and counted.
    Column {
        /// The column.
        column: String,
        /// The currency of the book.
        main: String,
    },
}

/// Which articles are no goods.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ServiceItems {
    /// By a rule on the id. The only one is `"without-digit"`.
    Rule(ServiceRule),
    /// These ids.
    Ids(Vec<String>),
}

/// A rule that tells services from goods by their id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceRule {
    /// Ids without any digit, such as `POST` or `MANUAL`.
    WithoutDigit,
}

impl ServiceItems {
    /// Whether an article is a service.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        match self {
            Self::Rule(ServiceRule::WithoutDigit) => !id.bytes().any(|b| b.is_ascii_digit()),
            Self::Ids(ids) => ids.iter().any(|service| service == id),
        }
    }
}

impl Mapping {
    /// The rules of a shop that has no order log yet.
    #[must_use]
    pub fn without_log(currency: Currency) -> Self {
        Self {
            schema: None,
            order: String::new(),
            time: TimeColumn { column: String::new(), format: None, zone: None },
            customer: None,
            customer_name: None,
            traits: BTreeMap::new(),
            first: BTreeMap::new(),
            item: String::new(),
            title: None,
            category: Vec::new(),
            quantity: String::new(),
            price: PriceColumns::Unit { unit: String::new(), discount: None },
            currency: CurrencyColumn::Fixed(currency.code().to_owned()),
            each: None,
            line: None,
            only: When::new(),
            cancelled: When::new(),
            returned: When::new(),
            cancelled_prefix: None,
            service_items: None,
            durable: Vec::new(),
            link: String::new(),
            image: String::new(),
            decimal: Mark::default(),
            encoding: Encoding::default(),
        }
    }

    /// Reads a mapping file.
    ///
    /// # Errors
    /// A [`Failure`] `bad-mapping` with line and column of the mistake.
    pub fn parse(text: &str) -> Outcome<Self> {
        let mapping: Self = serde_json::from_str(text).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Failure::new("bad-mapping", error.to_string()).at(place).fix("the keys are described in docs/orders.md")
        })?;
        let bad = |message: String, fix: &str| Err(Failure::new("bad-mapping", message).fix(fix));
        mapping.time.check()?;
        let (CurrencyColumn::Fixed(code) | CurrencyColumn::Column { main: code, .. }) = &mapping.currency;
        if Currency::new(code).is_none() {
            return bad(format!("currency {code:?} is no ISO 4217 code"), "write three capital letters, like \"EUR\"");
        }
        Ok(mapping)
    }

    /// Reads a mapping file from disk.
    ///
    /// # Errors
    /// As [`Self::parse`], and when the file cannot be read.
    pub fn load(path: &Path) -> Outcome<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        Self::parse(&text).map_err(|failure| {
            let place = failure.place.as_deref().map_or(String::new(), |place| format!(", {place}"));
            failure.at(format!("{}{place}", path.display()))
        })
    }

    /// The currency of all amounts.
    #[must_use]
    pub fn main_currency(&self) -> Currency {
        let (CurrencyColumn::Fixed(code) | CurrencyColumn::Column { main: code, .. }) = &self.currency;
        Currency::new(code).expect("checked when the mapping was read")
    }

    /// Whether goods of this category path last. A rule holds for its path and everything below it.
    #[must_use]
    pub fn is_durable(&self, category: &str) -> bool {
        self.durable.iter().any(|rule| {
            category.strip_prefix(rule.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(" > "))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SMALL: &str = r#"{ "order": "o", "time": { "column": "t" }, "item": "i", "quantity": "q",
        "price": { "unit": "p" }, "currency": "EUR", "durable": ["Furniture", "Technology > Copiers"] }"#;

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let failure = Mapping::parse(&SMALL.replace("\"quantity\"", "\"quantitiy\"")).unwrap_err();
        assert_eq!(failure.code, "bad-mapping");
        assert!(failure.message.contains("quantitiy"), "{failure}");
        assert!(failure.place.unwrap().starts_with("line 1"));
    }

    #[test]
    fn zone_and_currency_are_checked() {
        assert!(Mapping::parse(&SMALL.replace("EUR", "Euro")).is_err());
        assert!(Mapping::parse(&SMALL.replace("\"column\": \"t\"", "\"column\": \"t\", \"zone\": \"CET\"")).is_err());
    }

    #[test]
    fn a_durable_category_includes_what_is_below_it() {
        let mapping = Mapping::parse(SMALL).unwrap();
        assert!(mapping.is_durable("Furniture"));
        assert!(mapping.is_durable("Furniture > Chairs"));
        assert!(mapping.is_durable("Technology > Copiers"));
        assert!(!mapping.is_durable("Furniture care"));
        assert!(!mapping.is_durable("Technology > Phones"));
    }

    #[test]
    fn services_by_rule_or_by_list() {
        let rule = ServiceItems::Rule(ServiceRule::WithoutDigit);
        assert!(rule.has("POST") && !rule.has("85123A"));
        let list = ServiceItems::Ids(vec!["FEE1".into()]);
        assert!(list.has("FEE1") && !list.has("POST"));
    }
}
