//! `wellmet build`: from an order log (and a feed) to a book.

use crate::bookdir;
use crate::catalogue::{self, Product};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::index;
use crate::orders::{self, Log, Mapping, Reading, Report};
use crate::shop::compile::{Target, compile};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Instant;
use wellmet_book::{Builder, Files, ItemKey, Kind, Shop};
use wellmet_engine::shelf::{ItemIx, Neighbour, Relation};

/// Build a book from an order log, for any file host to serve.
#[derive(clap::Args)]
pub struct Args {
    /// The order log: CSV, JSON Lines or a JSON array, also gzipped.
    #[arg(long)]
    orders: PathBuf,
    /// The mapping file, which says what the columns mean.
    #[arg(long)]
    mapping: PathBuf,
    /// What the shop sells now: CSV, TSV or JSON Lines. Its names, prices and stock win over the log.
    #[arg(long, visible_alias = "catalogue")]
    feed: Option<PathBuf>,
    /// The shop file: its rules go into the book, its name and languages too.
    #[arg(long)]
    shop: Option<PathBuf>,
    /// Directory to publish the book into.
    #[arg(long)]
    out: PathBuf,
    /// Also write the products as JSON Lines, for the shop's own backend.
    #[arg(long)]
    products_out: Option<PathBuf>,
    /// Move the whole log so that its last order falls on this day (2024-05-31).
    #[arg(long, value_parser = day)]
    shift_to: Option<wellmet_engine::time::Day>,
    /// Leave out rows that cannot be read, and count them, instead of stopping at the first.
    #[arg(long)]
    keep_going: bool,
    /// Most neighbours of an item in each table, 1 to 200.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=200))]
    neighbours: u8,
    /// Different people who must have bought two items together before the book says so. Fewer than 5
    /// can tell one customer's purchases to everyone.
    #[arg(long, default_value_t = 5)]
    least_people: u32,
}

pub(super) fn day(text: &str) -> Result<wellmet_engine::time::Day, String> {
    orders::parse_day(text).ok_or_else(|| "write a day like 2024-05-31".into())
}

#[derive(Serialize)]
struct Summary {
    book: String,
    seconds: f64,
    orders: usize,
    lines: usize,
    customers: usize,
    products: usize,
    sizes: Vec<Size>,
    log: Report,
    feed: Option<Report>,
    catalogue: Report,
}

/// Size of all files of a kind.
#[derive(Serialize)]
struct Size {
    kind: String,
    files: usize,
    bytes: usize,
    brotli: usize,
    largest_brotli: usize,
}

/// Runs the command.
///
/// # Errors
/// A [`Failure`] with file, row, column and fix where input is at fault.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let start = Instant::now();
    let mapping = Mapping::load(&args.mapping)?;
    let log = read(&args.orders, &mapping, args.keep_going, args.shift_to, console)?;
    let currency = log.currency;
    let feed = args.feed.as_ref();
    let feed = feed.map(|path| catalogue::read_feed(path, currency, mapping.decimal, args.keep_going)).transpose()?;
    let (products, report) = catalogue::products(&log, &mapping, feed.as_ref())?;
    let working = console.spinner("counting what goes together");
    let tables = tables(&log, &products, args);
    working.set_message("writing the book");
    let mut shop = Shop { currency, as_of: log.end(), ..Shop::default() };
    let rules = args.shop.as_deref().map(|path| rules(path, &mut shop)).transpose()?;
    let files = book(shop, rules, &products, &tables).map_err(|error| Failure::new("book", error.to_string()))?;
    bookdir::publish(&args.out, &files)?;
    if let Some(path) = &args.products_out {
        catalogue::write_products(path, &products, currency.code())?;
    }
    working.set_message("measuring");
    let sizes = sizes(&files);
    working.finish_and_clear();
    let summary = Summary {
        book: wellmet_book::hex16(files.id),
        seconds: start.elapsed().as_secs_f64(),
        orders: log.orders.len(),
        lines: log.lines(),
        customers: log.customers.len(),
        products: products.len(),
        sizes,
        log: log.report,
        feed: feed.map(|feed| feed.report),
        catalogue: report,
    };
    if console.json_wanted() { console.json(&summary) } else { print(&summary, &args.out, console) }
}

/// Reads a log with a progress bar and moves it if asked to.
pub(super) fn read(
    path: &Path,
    mapping: &Mapping,
    keep_going: bool,
    shift_to: Option<wellmet_engine::time::Day>,
    console: &Console,
) -> Outcome<Log> {
    let progress = console.progress("reading orders", 0);
    let reading = Reading { keep_going, progress: Some(progress.clone()) };
    let log = orders::read_file(path, mapping, &reading);
    progress.finish_and_clear();
    let mut log = log?;
    if let Some(day) = shift_to {
        log.shift_to(day);
    }
    Ok(log)
}

/// Neighbour tables and popular items, by number of the product.
fn tables(log: &Log, products: &[Product], args: &Args) -> index::Tables {
    let mut numbers = vec![ItemIx(0); log.items.len()];
    for (number, product) in products.iter().enumerate() {
        if let Some(logged) = product.logged {
            numbers[logged as usize] = ItemIx(number as u32);
        }
    }
    let mut baskets = index::Log::orders();
    for (number, order) in log.orders.iter().enumerate() {
        // A guest is somebody else each time.
        let person = order.customer.unwrap_or((log.customers.len() + number) as u32);
        baskets.push(person, order.at, order.lines.iter().map(|line| numbers[line.item as usize]));
    }
    let words: Vec<index::Words> = products.iter().map(words).collect();
    let categories: Vec<&str> = products.iter().map(|product| product.item.category.as_str()).collect();
    let input = index::Input {
        items: products.len() as u32,
        orders: Some(&baskets),
        visits: None,
        words: Some(&words),
        categories: Some(&categories),
    };
    let neighbours = usize::from(args.neighbours);
    let settings = index::Settings { neighbours, least_people: args.least_people, ..index::Settings::default() };
    index::build(&input, &settings)
}

fn words(product: &Product) -> index::Words {
    let mut words = index::Words::default();
    words.category(&product.item.category, 1.0);
    words.text(&product.item.title, 1.0);
    words.text(&product.description, 0.3);
    words
}

/// What the shop file becomes, for everybody to read: nothing secret is in it.
struct Rules {
    table: Vec<u8>,
    /// Configurator models by id.
    models: Vec<(String, Vec<u8>)>,
}

fn rules(path: &Path, shop: &mut Shop) -> Outcome<Rules> {
    let file = crate::shop::load(path)?;
    if file.shop.currency != shop.currency.code() {
        let message =
            format!("the shop file counts in {}, the order log in {}", file.shop.currency, shop.currency.code());
        return Err(Failure::new("other-currency", message).at(path.display().to_string()).fix("make both the same"));
    }
    let table = compile(&file, Target::Browser).map_err(|_| {
        Failure::new("too-many-rules", "all conditions together are more than a book takes")
            .at(path.display().to_string())
    })?;
    shop.name = file.shop.name;
    shop.locales = file.shop.languages;
    let mut models = Vec::new();
    for (id, configurator) in &file.configurators {
        models.push((id.clone(), crate::shop::configurator::compile(id, configurator, &shop.locales)?.encode()));
    }
    Ok(Rules { table: table.encode(), models })
}

fn book(
    shop: Shop,
    rules: Option<Rules>,
    products: &[Product],
    tables: &index::Tables,
) -> Result<Files, wellmet_book::BuildError> {
    let mut builder = Builder::new(shop);
    if let Some(rules) = rules {
        builder.rules(rules.table);
        for (id, model) in rules.models {
            builder.model(&id, model);
        }
    }
    let keys: Vec<ItemKey> = products.iter().map(|product| builder.item(product.item.clone())).collect();
    for (relation, table) in
        [(Relation::With, &tables.with), (Relation::Next, &tables.next), (Relation::Like, &tables.like)]
    {
        for (key, row) in keys.iter().zip(table) {
            let row: Vec<_> = row.iter().map(|Neighbour { item, weight }| (keys[item.0 as usize], *weight)).collect();
            builder.neighbours(relation, *key, &row);
        }
    }
    let popular: Vec<ItemKey> = tables.popular.iter().map(|item| keys[item.0 as usize]).collect();
    builder.popular(&popular);
    builder.finish()
}

fn sizes(files: &Files) -> Vec<Size> {
    let row = |kind: String, bytes: &[&[u8]]| {
        let brotli: Vec<usize> = bytes.iter().map(|bytes| brotli_size(bytes)).collect();
        Size {
            kind,
            files: bytes.len(),
            bytes: bytes.iter().map(|bytes| bytes.len()).sum(),
            brotli: brotli.iter().sum(),
            largest_brotli: brotli.iter().copied().max().unwrap_or(0),
        }
    };
    let mut sizes = vec![row("core".into(), &[&files.core])];
    for kind in Kind::ALL {
        let bytes: Vec<&[u8]> = files.chunks.iter().filter(|c| c.kind == kind).map(|c| &*c.bytes).collect();
        if !bytes.is_empty() {
            sizes.push(row(format!("{kind:?}").to_lowercase(), &bytes));
        }
    }
    sizes
}

/// Length after brotli at its best, as a file host would send it.
fn brotli_size(bytes: &[u8]) -> usize {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params).map_or(bytes.len(), |_| out.len())
}

fn print(summary: &Summary, out: &Path, console: &Console) -> Outcome {
    for line in summary.log.lines() {
        console.say(line);
    }
    for (name, report) in [("feed", summary.feed.as_ref()), ("products", Some(&summary.catalogue))] {
        let Some(report) = report.filter(|report| !report.counts.is_empty()) else { continue };
        console.say(name);
        report.lines().into_iter().skip(1).for_each(|line| console.say(line));
    }
    let Summary { orders, lines, customers, products, .. } = summary;
    console.say(format_args!("{orders} orders with {lines} lines, {customers} customers, {products} products"));
    console.say(format_args!("{:10} {:>6} {:>10} {:>10} {:>16}", "", "files", "bytes", "brotli", "largest brotli"));
    for Size { kind, files, bytes, brotli, largest_brotli } in &summary.sizes {
        console.say(format_args!("{kind:10} {files:6} {bytes:10} {brotli:10} {largest_brotli:16}"));
    }
    let total = |of: fn(&Size) -> usize| summary.sizes.iter().map(of).sum::<usize>();
    let (files, bytes, brotli) = (total(|s| s.files), total(|s| s.bytes), total(|s| s.brotli));
    console.say(format_args!("{:10} {files:6} {bytes:10} {brotli:10}", "all"));
    console.say(format_args!("book {} in {} after {:.1} s", summary.book, out.display(), summary.seconds));
    Ok(())
}
