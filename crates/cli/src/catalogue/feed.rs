//! A product feed: what the shop sells now, with the names of common exports.
//!
//! XML (RSS or Atom), CSV, TSV, JSON Lines, a JSON array or Parquet. Columns go by the names of the Google Merchant feed and a few
//! that shops use instead; [`NAMES`] lists them.

use crate::failure::Outcome;
use crate::orders::{Decimal, Mark};
use crate::rows::{self, Asked, Report, RowError};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::path::Path;
use wellmet_engine::id::ItemId;
use wellmet_engine::money::Currency;

use super::template::is_web_address;

/// Column names by field, the preferred first. A row takes the first that is there and not empty.
pub const NAMES: [(&str, &[&str]); 9] = [
    ("id", &["id", "g:id", "item_id", "sku", "product_id"]),
    ("title", &["title", "g:title", "name", "item_name"]),
    ("description", &["description", "g:description"]),
    ("link", &["link", "g:link", "url"]),
    ("image", &["image_link", "g:image_link", "image_url"]),
    ("availability", &["availability", "g:availability"]),
    ("stock", &["current_stock", "stock", "inventory", "quantity"]),
    ("price", &["price", "g:price"]),
    ("category", &["product_type", "g:product_type", "category"]),
];

/// A product as the feed has it. Empty or `None` is what the feed does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Name.
    pub title: String,
    /// Description, for words that make products alike.
    pub description: String,
    /// Address of its page.
    pub link: String,
    /// Address of a picture.
    pub image: String,
    /// Whether it can be bought now.
    pub in_stock: Option<bool>,
    /// Price of one piece, minor units.
    pub price_minor: Option<i64>,
    /// Category path, levels separated by ` > `.
    pub category: String,
}

/// A feed by product id, and what was noticed.
#[derive(Clone, Debug, Default)]
pub struct Feed {
    /// Products.
    pub entries: BTreeMap<ItemId, Entry>,
    /// What was noticed: unreadable rows, repeated ids, refused addresses.
    pub report: Report,
}

/// Reads a feed whose prices are in `currency`.
///
/// # Errors
/// A [`Failure`](crate::failure::Failure) with row, column, value and fix for the first row that cannot
/// be read; with `keep_going` such rows are left out and counted.
pub fn read_feed(
    path: &Path,
    currency: Currency,
    mark: Mark,
    keep_going: bool,
    progress: &ProgressBar,
) -> Outcome<Feed> {
    let name = path.display().to_string();
    let wanted: Vec<&str> = NAMES.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let mut feed = Feed::default();
    let asked = Asked { optional: &wanted, ..Asked::columns(&wanted) };
    rows::read_file(path, progress, &asked, |row, fields| {
        feed.report.rows += 1;
        let read = fields.and_then(|fields| {
            let mut at = 0;
            // The column that a field was found in, and its value.
            let values = NAMES.map(|(_, names)| {
                let range = at..at + names.len();
                at = range.end;
                let found = range.clone().find(|place| !fields[*place].trim().is_empty());
                (wanted[found.unwrap_or(range.start)], found.map_or("", |place| fields[place].trim()))
            });
            entry(row, values, currency, mark, &mut feed.report)
        });
        match read {
            Ok((id, entry)) => {
                if feed.entries.contains_key(&id) {
                    feed.report.add("repeated-id", super::LEFT_OUT, || format!("row {row}: {}", id.as_str()));
                } else {
                    feed.report.kept += 1;
                    feed.entries.insert(id, entry);
                }
                Ok(())
            }
            Err(error) if keep_going => {
                feed.report.add(error.code, super::UNREADABLE, || error.example());
                Ok(())
            }
            Err(error) => Err(error.into_failure(&name)),
        }
    })?;
    Ok(feed)
}

type Values<'a> = [(&'a str, &'a str); NAMES.len()];

fn entry(
    row: u64,
    values: Values<'_>,
    currency: Currency,
    mark: Mark,
    report: &mut Report,
) -> Result<(ItemId, Entry), RowError> {
    let [id, title, description, link, image, availability, stock, price, category] = values;
    let error = |(column, _): (&str, &str), code, message: String, fix| RowError {
        code,
        row,
        column: Some(column.to_owned()),
        message,
        fix,
    };
    let id = ItemId::new(id.1).ok_or_else(|| {
        let message = format!("{:?} is no item id: 1 to 128 bytes, no control characters", id.1);
        error(id, "bad-item", message, "give every product the id that the order log uses")
    })?;
    let price_minor = match price.1 {
        "" => None,
        text => Some(price_of(text, currency, mark).ok_or_else(|| {
            let message = format!("{text:?} is no price in {}", currency.code());
            error(price, "bad-price", message, "write 12.95, or 12.95 and the currency of the shop")
        })?),
    };
    let in_stock = match (availability.1.to_lowercase().replace(['_', '-'], " ").as_str(), stock.1) {
        ("", "") => None,
        ("", stock_text) => {
            Some(Decimal::parse(stock_text, mark).map(|pieces| pieces > Decimal::ZERO).ok_or_else(|| {
                error(stock, "bad-stock", format!("{stock_text:?} is no number of pieces"), "write a number of pieces")
            })?)
        }
        ("in stock" | "instock" | "available" | "true" | "backorder" | "preorder" | "limited", _) => Some(true),
        ("out of stock" | "outofstock" | "unavailable" | "false" | "discontinued", _) => Some(false),
        (_, _) => {
            let message = format!("{:?} is no availability", availability.1);
            return Err(error(availability, "bad-availability", message, "write in_stock or out_of_stock"));
        }
    };
    let mut address = |field: (&str, &str)| {
        if is_web_address(field.1) {
            return field.1.to_owned();
        }
        report.add("unsafe-address", super::KEPT, || format!("row {row}, column {:?}: {:.60}", field.0, field.1));
        String::new()
    };
    let (link, image) = (address(link), address(image));
    let entry = Entry {
        title: super::tidy(title.1),
        description: super::tidy(description.1),
        link,
        image,
        in_stock,
        price_minor,
        category: super::tidy(category.1),
    };
    Ok((id, entry))
}

/// `12.95`, `12.95 EUR` or `EUR 12.95`, not negative.
fn price_of(text: &str, currency: Currency, mark: Mark) -> Option<i64> {
    let code = currency.code();
    let number = text.strip_suffix(code).or_else(|| text.strip_prefix(code)).unwrap_or(text);
    Decimal::parse(number, mark).filter(|price| *price >= Decimal::ZERO).map(|price| price.minor(currency))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str, keep_going: bool) -> Outcome<Feed> {
        let dir = std::env::temp_dir().join(format!("wellmet-feed-{}-{}", std::process::id(), text.len()));
        std::fs::write(&dir, text).unwrap();
        let feed = read_feed(&dir, Currency::new("EUR").unwrap(), Mark::Point, keep_going, &ProgressBar::hidden());
        std::fs::remove_file(&dir).unwrap();
        feed
    }

    #[test]
    fn merchant_columns_and_a_shops_own() {
        let feed = read(
            "id\ttitle\tprice\tavailability\tlink\tproduct_type\nA\tCup\t5.95 EUR\tout_of_stock\t/p/A\tKitchen > Cups\n",
            false,
        )
        .unwrap();
        let entry = &feed.entries[&ItemId::new("A").unwrap()];
        assert_eq!((entry.title.as_str(), entry.price_minor, entry.in_stock), ("Cup", Some(595), Some(false)));
        let feed = read("{\"id\":\"B\",\"name\":\"Pot\",\"price\":19,\"current_stock\":3}\n", false).unwrap();
        let entry = &feed.entries[&ItemId::new("B").unwrap()];
        assert_eq!((entry.title.as_str(), entry.price_minor, entry.in_stock), ("Pot", Some(1900), Some(true)));
    }

    #[test]
    fn a_malformed_row_is_named_and_the_rest_is_kept_when_asked_to() {
        let text = "id,title,price\nA,Cup,5.95\nB,Pot,cheap\nC,Jug,7.50\nA,Mug,1.00\n";
        let failure = read(text, false).unwrap_err();
        assert_eq!(failure.code, "bad-price");
        assert!(failure.place.unwrap().ends_with("row 3, column \"price\""));
        let feed = read(text, true).unwrap();
        assert_eq!(feed.entries.len(), 2);
        assert_eq!((feed.report.count("bad-price"), feed.report.count("repeated-id")), (1, 1));
        assert_eq!(feed.report.counts["bad-price"].examples, ["row 3, column \"price\": \"cheap\" is no price in EUR"]);
    }

    #[test]
    fn a_script_in_a_link_is_left_out_and_counted() {
        let feed = read("id,title,link\nA,Cup,javascript:alert(1)\n", false).unwrap();
        assert_eq!(feed.entries[&ItemId::new("A").unwrap()].link, "");
        assert_eq!(feed.report.count("unsafe-address"), 1);
    }
}
