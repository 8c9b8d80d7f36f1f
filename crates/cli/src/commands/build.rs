//! `wellmet build`: from an order log (and a feed) to a book.

use crate::aggregates::{self, Aggregates, Counted};
use crate::bookdir;
use crate::catalogue::{self, Product};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::index;
use crate::orders::{self, Log, Mapping, Reading};
use crate::rows::Report;
use crate::shop::compile::{Target, compile};
use crate::visits::{self, Visits};
use serde::Serialize;
use std::path::{Path, PathBuf};
use wellmet_book::{Builder, Files, ItemKey, Kind, Shop};
use wellmet_engine::id::ItemId;
use wellmet_engine::money::Currency;
use wellmet_engine::shelf::{ItemIx, Lookup, Neighbour, Relation, Shelf};
use wellmet_engine::time::{Day, Instant, Span};

/// Build a book for any file host to serve: from orders, clicks, a product feed, or all of them.
#[derive(clap::Args)]
pub struct Args {
    /// The order log: CSV, JSON Lines, a JSON array or Parquet, also gzipped.
    #[arg(long, requires = "mapping")]
    orders: Option<PathBuf>,
    /// The mapping file, which says what the columns mean, and the shop's rules for its goods.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// The click log: who looked at what in which visit. In the forms of the order log.
    #[arg(long)]
    clicks: Option<PathBuf>,
    /// The mapping file of the click log; without it the columns are session_id, item_id and time.
    #[arg(long, requires = "clicks")]
    clicks_mapping: Option<PathBuf>,
    /// What a database has counted (`wellmet sql`), instead of the logs themselves.
    #[arg(long, conflicts_with_all = ["orders", "clicks"])]
    tables: Option<PathBuf>,
    /// What the shop sells now: a feed in XML, CSV, TSV, JSON Lines or Parquet. Its names, prices and stock win
    /// over the log. Alone it is a start for a shop without a log.
    #[arg(long, visible_alias = "catalogue", required_unless_present_any = ["orders", "clicks", "tables"])]
    feed: Option<PathBuf>,
    /// The shop file: its rules go into the book, its name and languages too.
    #[arg(long)]
    shop: Option<PathBuf>,
    /// Currency of all prices, where neither a mapping nor a shop file says it.
    #[arg(long, value_parser = currency)]
    currency: Option<Currency>,
    /// Directory to publish the book into.
    #[arg(long, required_unless_present = "dry_run")]
    out: Option<PathBuf>,
    /// The book published before, to keep its order of articles: most chunks then stay what they are, for shoppers
    /// who have them already. Leave it out now and then; an order found anew packs better.
    #[arg(long)]
    previous: Option<PathBuf>,
    /// Read, count and report; write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also write the products as JSON Lines, for the shop's own backend.
    #[arg(long)]
    products_out: Option<PathBuf>,
    /// Move the whole order log so that its last order falls on this day (2024-05-31).
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

fn currency(text: &str) -> Result<Currency, String> {
    Currency::new(text).ok_or_else(|| "write three capital letters, like EUR".into())
}

#[derive(Serialize)]
struct Summary {
    book: String,
    seconds: f64,
    orders: usize,
    lines: usize,
    visits: usize,
    clicks: usize,
    customers: usize,
    products: usize,
    neighbours: usize,
    cut: Cut,
    /// Bytes in chunks, and those of them in chunks that the previous book has too.
    chunk_bytes: usize,
    shared_bytes: usize,
    sizes: Vec<Size>,
    log: Option<Report>,
    click_log: Option<Report>,
    feed: Option<Report>,
    catalogue: Report,
}

/// What is longer than counts: pairs grow with the square.
#[derive(Default, Serialize)]
struct Cut {
    orders: u64,
    lines: u64,
    visits: u64,
    clicks: u64,
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

/// What is read before anything is counted.
struct Sources {
    log: Log,
    visits: Option<Visits>,
    tables: Option<Aggregates>,
    mapping: Mapping,
    feed: Option<catalogue::Feed>,
}

impl Sources {
    fn read(args: &Args, console: &Console) -> Outcome<Self> {
        let mapping = args.mapping.as_deref().map(Mapping::load).transpose()?;
        let currency = match (&mapping, args.currency) {
            (Some(mapping), _) => mapping.main_currency(),
            (None, Some(currency)) => currency,
            (None, None) => currency_of_shop(args)?,
        };
        let mapping = mapping.unwrap_or_else(|| Mapping::without_log(currency));
        let log = match &args.orders {
            Some(path) => read(path, &mapping, args.keep_going, args.shift_to, console)?,
            None => Log::empty(currency),
        };
        let visits = args.clicks.as_ref().map(|path| read_clicks(path, args, console)).transpose()?;
        let progress = console.progress("reading tables", 0);
        let tables = args.tables.as_ref().map(|dir| aggregates::read(dir, &progress)).transpose();
        progress.finish_and_clear();
        let progress = console.progress("reading the feed", 0);
        let feed = args.feed.as_ref();
        let feed = feed
            .map(|path| catalogue::read_feed(path, currency, mapping.decimal, args.keep_going, &progress))
            .transpose();
        progress.finish_and_clear();
        Ok(Self { log, visits, tables: tables?, mapping, feed: feed? })
    }

    /// Ids that other logs than the orders know.
    fn elsewhere(&self) -> impl Iterator<Item = &str> {
        let clicked = self.visits.iter().flat_map(|visits| &visits.items).map(ItemId::as_str);
        let tables = self.tables.iter().flat_map(|tables| tables.with.iter().chain(&tables.next));
        clicked.chain(tables.flat_map(Counted::names))
    }

    /// The start of the last day that is counted.
    fn as_of(&self) -> Instant {
        let day = |at: Instant| Day(at.0.div_euclid(Span::DAY.0));
        let ordered = (!self.log.orders.is_empty()).then(|| day(self.log.end()));
        let clicked = self.visits.as_ref().and_then(|visits| visits.visits.last()).map(|visit| day(visit.at));
        let tables = self.tables.iter().flat_map(|tables| tables.with.iter().chain(&tables.next));
        let counted = tables.filter_map(|table| table.last_day).max();
        [ordered, clicked, counted].into_iter().flatten().max().unwrap_or(Day(0)).midnight_utc()
    }
}

fn currency_of_shop(args: &Args) -> Outcome<Currency> {
    let shop = args.shop.as_deref().map(crate::shop::load).transpose()?;
    shop.and_then(|shop| Currency::new(&shop.shop.currency)).ok_or_else(|| {
        Failure::new("no-currency", "nothing says which currency prices are in")
            .fix("give --currency EUR, a --mapping or a --shop")
    })
}

fn read_clicks(path: &Path, args: &Args, console: &Console) -> Outcome<Visits> {
    let mapping = match &args.clicks_mapping {
        Some(path) => visits::Mapping::load(path)?,
        None => visits::Mapping::of_columns("session_id", "item_id", "time"),
    };
    let progress = console.progress("reading clicks", 0);
    let visits = visits::read(path, &mapping, &reading(args.keep_going, Some(progress.clone())));
    progress.finish_and_clear();
    visits
}

/// Runs the command.
///
/// # Errors
/// A [`Failure`] with file, row, column and fix where input is at fault.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let start = std::time::Instant::now();
    let sources = Sources::read(args, console)?;
    let (products, report) =
        catalogue::products(&sources.log, sources.elsewhere(), &sources.mapping, sources.feed.as_ref())?;
    let working = console.spinner("counting what goes together");
    let mut cut = Cut::default();
    let tables = tables(&sources, &products, args, &mut cut);
    working.set_message("writing the book");
    let currency = sources.log.currency;
    let mut shop = Shop { currency, as_of: sources.as_of(), ..Shop::default() };
    let rules = args.shop.as_deref().map(|path| rules(path, &mut shop)).transpose()?;
    let before = args.previous.as_deref().map(order_of).transpose()?.unwrap_or_default();
    let files =
        book(shop, rules, &products, &tables, before).map_err(|error| Failure::new("book", error.to_string()))?;
    // Before publishing, which may go into the very same folder.
    let shared = |chunk: &&wellmet_book::File| args.previous.as_ref().is_some_and(|dir| dir.join(&chunk.name).exists());
    let shared_bytes = files.chunks.iter().filter(shared).map(|chunk| chunk.bytes.len()).sum();
    let out = args.out.as_deref().filter(|_| !args.dry_run);
    if let Some(out) = out {
        bookdir::publish(out, &files)?;
    }
    if let Some(path) = args.products_out.as_ref().filter(|_| !args.dry_run) {
        catalogue::write_products(path, &products, currency.code())?;
    }
    working.set_message("measuring");
    let sizes = sizes(&files);
    working.finish_and_clear();
    let Sources { log, visits, feed, .. } = sources;
    let summary = Summary {
        book: wellmet_book::hex16(files.id),
        seconds: start.elapsed().as_secs_f64(),
        orders: log.orders.len(),
        lines: log.lines(),
        visits: visits.as_ref().map_or(0, |visits| visits.visits.len()),
        clicks: visits.as_ref().map_or(0, Visits::len),
        customers: log.customers.len(),
        products: products.len(),
        neighbours: [&tables.with, &tables.next, &tables.like].into_iter().flatten().map(Vec::len).sum(),
        cut,
        chunk_bytes: files.chunks.iter().map(|chunk| chunk.bytes.len()).sum(),
        shared_bytes,
        sizes,
        log: args.orders.is_some().then_some(log.report),
        click_log: visits.map(|visits| visits.report),
        feed: feed.map(|feed| feed.report),
        catalogue: report,
    };
    if console.json_wanted() { console.json(&summary) } else { print(&summary, out, console) }
}

/// How to read a log: with the present moment, so that wrong clocks are seen.
pub(super) fn reading(keep_going: bool, progress: Option<indicatif::ProgressBar>) -> Reading {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.ok().and_then(|since| i64::try_from(since.as_millis()).ok()).map(Instant);
    Reading { keep_going, progress, now }
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
    let log = orders::read_file(path, mapping, &reading(keep_going, Some(progress.clone())));
    progress.finish_and_clear();
    let mut log = log?;
    if let Some(day) = shift_to {
        log.shift_to(day);
    }
    Ok(log)
}

/// Neighbour tables and popular items, by number of the product.
fn tables(sources: &Sources, products: &[Product], args: &Args, cut: &mut Cut) -> index::Tables {
    let Sources { log, visits, tables, .. } = sources;
    let place = |id: &str| products.binary_search_by(|product| product.item.id.as_str().cmp(id)).ok();
    let words: Vec<index::Words> = products.iter().map(words).collect();
    let paths: Vec<&str> = products.iter().map(|product| product.item.category.as_str()).collect();
    let neighbours = usize::from(args.neighbours);
    let settings = index::Settings { neighbours, least_people: args.least_people, ..index::Settings::default() };
    if let Some(tables) = tables {
        let find = |id: &str| place(id).map(|at| at as u32);
        let sums = |table: &Counted| table.sums(products.len(), find, args.least_people);
        let mut categories = paths.clone();
        categories.sort_unstable();
        categories.dedup();
        categories.retain(|path| !path.is_empty());
        let find_path = |path: &str| categories.binary_search(&path).ok().map(|at| at as u32);
        let together = tables.together.as_ref().map(|table| table.sums(categories.len(), find_path, args.least_people));
        let (with, next) = (tables.with.as_ref().map(sums), tables.next.as_ref().map(sums));
        let counted = index::Counted {
            with: with.as_ref(),
            next: next.as_ref(),
            together: together.as_ref(),
            words: Some(&words),
            categories: Some(&paths),
        };
        return index::build_of_sums(&counted, &settings.for_visits_alone(tables.with.is_none()));
    }
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
    (cut.orders, cut.lines) = baskets.cut();
    let clicks = visits.as_ref().map(|visits| {
        let places: Vec<u32> = visits.items.iter().map(|id| place(id.as_str()).unwrap_or(0) as u32).collect();
        visits.log(|item| ItemIx(places[item as usize]))
    });
    if let Some(clicks) = &clicks {
        (cut.visits, cut.clicks) = clicks.cut();
    }
    let input = index::Input {
        items: products.len() as u32,
        orders: (!baskets.is_empty()).then_some(&baskets),
        visits: clicks.as_ref(),
        words: Some(&words),
        categories: Some(&paths),
    };
    index::build(&input, &settings.for_visits_alone(baskets.is_empty()))
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

/// Ids of a book's articles in its order.
fn order_of(dir: &Path) -> Outcome<Vec<String>> {
    let book = bookdir::open(dir)?;
    let id = |at| match book.card(ItemIx(at)) {
        Lookup::Here(card) => Some(card.id.to_owned()),
        _ => None,
    };
    Ok((0..book.len()).filter_map(id).collect())
}

fn book(
    shop: Shop,
    rules: Option<Rules>,
    products: &[Product],
    tables: &index::Tables,
    before: Vec<String>,
) -> Result<Files, wellmet_book::BuildError> {
    let mut builder = Builder::new(shop);
    builder.keep_order(before);
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
    let quick = files.chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>() > LARGE;
    let row = |kind: String, bytes: &[&[u8]]| {
        let brotli: Vec<usize> = bytes.iter().map(|bytes| brotli_size(bytes, quick)).collect();
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

/// A book above this is measured with a quicker setting: its best takes a second for each megabyte.
const LARGE: usize = 24 << 20;

/// Length after brotli as a file host would send it: at its best, or at 9 (some per cent more) where `quick`.
fn brotli_size(bytes: &[u8], quick: bool) -> usize {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: if quick { 9 } else { 11 }, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params).map_or(bytes.len(), |_| out.len())
}

fn print(summary: &Summary, out: Option<&Path>, console: &Console) -> Outcome {
    let reports = [
        ("orders", summary.log.as_ref(), 0),
        ("clicks", summary.click_log.as_ref(), 0),
        ("feed", summary.feed.as_ref(), 0),
        ("products", Some(&summary.catalogue), 1),
    ];
    for (name, report, skipped) in reports {
        let Some(report) = report.filter(|report| skipped == 0 || !report.counts.is_empty()) else { continue };
        console.say(name);
        report.lines().into_iter().skip(skipped).for_each(|line| console.say(line));
    }
    let Summary { orders, lines, visits, clicks, customers, products, neighbours, cut, .. } = summary;
    console.say(format_args!(
        "{orders} orders with {lines} lines, {customers} customers, {visits} visits with {clicks} clicks, \
         {products} products with {neighbours} neighbours"
    ));
    if cut.orders + cut.visits > 0 {
        console.say(format_args!(
            "longer than counts: {} orders ({} lines left out of the tables), {} visits ({} clicks)",
            cut.orders, cut.lines, cut.visits, cut.clicks
        ));
    }
    console.say(format_args!("{:10} {:>6} {:>10} {:>10} {:>16}", "", "files", "bytes", "brotli", "largest brotli"));
    for Size { kind, files, bytes, brotli, largest_brotli } in &summary.sizes {
        console.say(format_args!("{kind:10} {files:6} {bytes:10} {brotli:10} {largest_brotli:16}"));
    }
    let total = |of: fn(&Size) -> usize| summary.sizes.iter().map(of).sum::<usize>();
    let (files, bytes, brotli) = (total(|s| s.files), total(|s| s.bytes), total(|s| s.brotli));
    console.say(format_args!("{:10} {files:6} {bytes:10} {brotli:10}", "all"));
    if summary.shared_bytes > 0 {
        console.say(format_args!(
            "{:.0} % of the bytes are in files that the previous book has too",
            summary.shared_bytes as f64 / summary.chunk_bytes.max(1) as f64 * 100.0
        ));
    }
    match out {
        Some(out) => {
            console.say(format_args!("book {} in {} after {:.1} s", summary.book, out.display(), summary.seconds));
        }
        None => console.say(format_args!("book {} would be written; nothing was", summary.book)),
    }
    Ok(())
}
