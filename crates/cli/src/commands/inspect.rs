//! `wellmet inspect`: what is in a book.

use crate::bookdir;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use serde::Serialize;
use std::path::PathBuf;
use wellmet_book::{Book, Kind};
use wellmet_engine::shelf::{Card, ItemIx, Lookup, Relation, Shelf};

/// Print what is in a book, whole or for one item.
#[derive(clap::Args)]
pub struct Args {
    /// Directory of the book.
    dir: PathBuf,
    /// The shop's id of an item: print its card and neighbours.
    #[arg(long)]
    item: Option<String>,
}

/// Runs the command. Every chunk is read and checked.
///
/// # Errors
/// A file that cannot be read, is damaged or missing; an unknown item.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let book = bookdir::open(&args.dir)?;
    match &args.item {
        Some(id) => item(&book, id, console),
        None => whole(&book, console),
    }
}

#[derive(Serialize)]
struct Whole {
    id: String,
    shop: String,
    currency: String,
    locales: Vec<String>,
    as_of_ms: i64,
    items: u32,
    popular: Vec<String>,
    rules_bytes: usize,
    models: Vec<String>,
    chunks: Vec<Chunks>,
}

#[derive(Serialize)]
struct Chunks {
    kind: String,
    files: usize,
    bytes: u64,
    largest: u32,
}

fn whole(book: &Book, console: &Console) -> Outcome {
    let shop = book.shop();
    let id_of = |item: &ItemIx| card(book, *item).map(|card| card.id.to_owned());
    let whole = Whole {
        id: book.id_text(),
        shop: shop.name.clone(),
        currency: shop.currency.code().to_owned(),
        locales: shop.locales.clone(),
        as_of_ms: shop.as_of.0,
        items: book.len(),
        popular: book.popular().iter().filter_map(id_of).collect(),
        rules_bytes: book.rules().len(),
        models: book.models().to_vec(),
        chunks: Kind::ALL.into_iter().filter_map(|kind| chunks(book, kind)).collect(),
    };
    if console.json_wanted() {
        return console.json(&whole);
    }
    console.say(format_args!("book {} of {} ({}), {} items", whole.id, whole.shop, whole.currency, whole.items));
    console.say(format_args!("rules {} bytes, models {:?}", whole.rules_bytes, whole.models));
    for chunks in &whole.chunks {
        let Chunks { kind, files, bytes, largest } = chunks;
        console.say(format_args!("{kind:8} {files:6} files {bytes:10} bytes, largest {largest}"));
    }
    for item in book.popular().iter().take(10) {
        if let Some(card) = card(book, *item) {
            console.say(format_args!("popular  {} {}", card.id, card.title));
        }
    }
    Ok(())
}

fn chunks(book: &Book, kind: Kind) -> Option<Chunks> {
    let sizes: Vec<u32> = book.chunks().filter(|chunk| chunk.kind == kind).map(|chunk| chunk.len).collect();
    Some(Chunks {
        kind: format!("{kind:?}").to_lowercase(),
        files: sizes.len(),
        bytes: sizes.iter().map(|len| u64::from(*len)).sum(),
        largest: *sizes.iter().max()?,
    })
}

#[derive(Serialize)]
struct One<'a> {
    position: u32,
    id: &'a str,
    title: &'a str,
    category: &'a str,
    link: &'a str,
    image: &'a str,
    price_minor: i64,
    in_stock: bool,
    durable: bool,
    neighbours: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    relation: &'static str,
    weight: u16,
    id: &'a str,
    title: &'a str,
}

fn item(book: &Book, id: &str, console: &Console) -> Outcome {
    let unknown = || Failure::new("unknown-item", format!("the book has no item {id:?}"));
    let Lookup::Here(item) = book.find(id) else { return Err(unknown()) };
    let found = card(book, item).ok_or_else(unknown)?;
    let mut neighbours = Vec::new();
    for (name, relation) in [("with", Relation::With), ("next", Relation::Next), ("like", Relation::Like)] {
        let mut row = Vec::new();
        let _ = book.neighbours(relation, item, &mut row);
        for neighbour in row {
            let Some(card) = card(book, neighbour.item) else { continue };
            neighbours.push(Row { relation: name, weight: neighbour.weight, id: card.id, title: card.title });
        }
    }
    let Card { id, title, link, image, category, price_minor, in_stock, durable } = found;
    if console.json_wanted() {
        let position = item.0;
        return console.json(&One {
            position,
            id,
            title,
            category,
            link,
            image,
            price_minor,
            in_stock,
            durable,
            neighbours,
        });
    }
    console.say(format_args!("{id}  {title}"));
    console.say(format_args!("{category}, {price_minor} minor units of {}", book.shop().currency.code()));
    console.say(format_args!("link {link}  image {image}  in stock {in_stock}  durable {durable}"));
    for Row { relation, weight, id, title } in &neighbours {
        console.say(format_args!("{relation:5} {weight:6} {id} {title}"));
    }
    Ok(())
}

fn card(book: &Book, item: ItemIx) -> Option<Card<'_>> {
    match book.card(item) {
        Lookup::Here(card) => Some(card),
        _ => None,
    }
}
