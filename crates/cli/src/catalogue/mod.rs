//! Products: derived from an order log, completed or replaced by a feed.
//!
//! Enter through [`products`]. Where a feed says something, it wins; what it leaves open comes from
//! the log; addresses that neither has come from the templates of the mapping.

mod feed;
pub mod template;

pub use feed::{Entry, Feed, NAMES, read_feed};

use crate::failure::{Failure, Outcome};
use crate::orders::{Item, Log, Mapping};
use crate::rows::{Fate, Report};
use serde::Serialize;
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use template::Template;
use wellmet_book::limits;
use wellmet_engine::id::ItemId;

const LEFT_OUT: Fate = Fate::LeftOut;
const UNREADABLE: Fate = Fate::Unreadable;
const KEPT: Fate = Fate::Kept;

/// A product of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    /// What the book holds of it.
    pub item: wellmet_book::Item,
    /// Description, for words that make products alike; not in the book.
    pub description: String,
    /// Number of orders with it.
    pub orders: u32,
    /// Its number in the log, when the log has it.
    pub logged: Option<u32>,
}

/// All products by id, and what was noticed. `elsewhere` are ids from other logs (clicks, tables of a
/// database), which tell what goes together but neither name nor price.
///
/// # Errors
/// A [`Failure`] when a template of the mapping is wrong.
pub fn products<'a>(
    log: &Log,
    elsewhere: impl IntoIterator<Item = &'a str>,
    mapping: &Mapping,
    feed: Option<&Feed>,
) -> Outcome<(Vec<Product>, Report)> {
    let (link, image) = (Template::parse(&mapping.link)?, Template::parse(&mapping.image)?);
    let mut report = Report::default();
    let mut products = Vec::new();
    let nothing = Entry::default();
    for (number, item) in log.items.iter().enumerate() {
        let entry = feed.and_then(|feed| feed.entries.get(&item.id));
        if feed.is_some() && entry.is_none() {
            report.add("not-in-feed", KEPT, || format!("{} is taken to be sold out", item.id.as_str()));
        }
        let sold_out = feed.is_some() && entry.is_none();
        let mut product = product(&item.id, Some(item), entry.unwrap_or(&nothing), mapping);
        product.logged = Some(number as u32);
        product.item.in_stock &= !sold_out;
        products.push(product);
    }
    let new = feed.into_iter().flat_map(|feed| &feed.entries);
    for (id, entry) in new.filter(|(id, _)| log.items.binary_search_by(|item| item.id.cmp(id)).is_err()) {
        if mapping.service_items.as_ref().is_some_and(|services| services.has(id.as_str())) {
            report.add("service-item", LEFT_OUT, || id.as_str().to_owned());
            continue;
        }
        report.add("not-in-log", KEPT, || format!("{} was never ordered", id.as_str()));
        products.push(product(id, None, entry, mapping));
    }
    let mut known: HashSet<String> = products.iter().map(|product| product.item.id.clone()).collect();
    let anywhere = feed.is_some() || !log.items.is_empty();
    for id in elsewhere {
        let Some(item) = ItemId::new(id).filter(|_| !known.contains(id)) else { continue };
        known.insert(id.to_owned());
        let mut product = product(&item, None, &nothing, mapping);
        if anywhere {
            report
                .add("only-clicked", KEPT, || format!("{id} is neither in the feed nor ordered: taken to be sold out"));
            product.item.in_stock = false;
        }
        products.push(product);
    }
    for product in &mut products {
        let item = &mut product.item;
        if item.title.is_empty() {
            report.add("no-title", KEPT, || format!("{} is called by its id", item.id));
            item.title.clone_from(&item.id);
        }
        if item.link.is_empty() {
            item.link = link.fill(&item.id, &item.title, &item.category);
        }
        if item.image.is_empty() {
            item.image = image.fill(&item.id, &item.title, &item.category);
        }
        for (text, limit) in [
            (&mut item.title, limits::TEXT),
            (&mut item.category, limits::TEXT),
            (&mut item.link, limits::ADDRESS),
            (&mut item.image, limits::ADDRESS),
        ] {
            if text.len() > limit {
                report.add("cut-text", KEPT, || format!("{}: {text:.40}…", item.id));
                text.truncate(text.floor_char_boundary(limit));
            }
        }
    }
    products.sort_by(|a, b| a.item.id.cmp(&b.item.id));
    (report.rows, report.kept) = (products.len() as u64, products.len() as u64);
    Ok((products, report))
}

fn product(id: &ItemId, item: Option<&Item>, entry: &Entry, mapping: &Mapping) -> Product {
    let or = |feed: &str, log: Option<&String>| {
        if feed.is_empty() { log.cloned().unwrap_or_default() } else { feed.to_owned() }
    };
    let category = or(&entry.category, item.map(|item| &item.category));
    Product {
        item: wellmet_book::Item {
            id: id.as_str().to_owned(),
            title: or(&entry.title, item.map(|item| &item.title)),
            link: entry.link.clone(),
            image: entry.image.clone(),
            price_minor: entry.price_minor.or(item.map(|item| item.price_minor)).unwrap_or(0),
            in_stock: entry.in_stock.unwrap_or(true),
            durable: mapping.is_durable(&category),
            category,
        },
        description: entry.description.clone(),
        orders: item.map_or(0, |item| item.orders),
        logged: None,
    }
}

/// Text on one line, without outer blanks.
fn tidy(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    category: &'a str,
    subcategory: &'a str,
    price_minor: i64,
    currency: &'a str,
    image: &'a str,
    link: &'a str,
    in_stock: bool,
    popularity: u32,
}

/// Writes products as JSON Lines, for a shop's own backend. `category` is the first level,
/// `subcategory` the last; `popularity` is the number of orders.
///
/// # Errors
/// A [`Failure`] when the file cannot be written.
pub fn write_products(path: &Path, products: &[Product], currency: &str) -> Outcome {
    let mut text = Vec::new();
    for Product { item, orders, .. } in products {
        let row = Row {
            id: &item.id,
            title: &item.title,
            category: item.category.split(" > ").next().unwrap_or(""),
            subcategory: item.category.rsplit(" > ").next().unwrap_or(""),
            price_minor: item.price_minor,
            currency,
            image: &item.image,
            link: &item.link,
            in_stock: item.in_stock,
            popularity: *orders,
        };
        serde_json::to_writer(&mut text, &row).map_err(|error| Failure::new("json", error.to_string()))?;
        text.push(b'\n');
    }
    let write = || std::fs::File::create(path)?.write_all(&text);
    write().map_err(|error| Failure::io(path, &error))
}
