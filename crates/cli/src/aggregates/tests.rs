//! A database counts what the builder counts: the statements run in SQLite over the very files that the
//! builder reads, and the tables that come of both are the same.

#![allow(clippy::unwrap_used)]

use super::sql::{Dialect, Statement, of_clicks, of_orders};
use super::*;
use crate::index::{self, Counted as Input, Settings};
use crate::orders::{self, Reading};
use crate::visits;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;
use wellmet_engine::shelf::ItemIx;

fn dialect() -> Dialect {
    Dialect { orders: "orders".into(), clicks: "clicks".into(), products: "products".into(), quote: '`' }
}

/// A folder of this test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wellmet-aggregates-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Loads rows as texts, as a warehouse does with a file.
fn load(db: &Connection, table: &str, csv: &str) {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(|name| format!("`{name}` TEXT")).collect();
    db.execute_batch(&format!("CREATE TABLE {table} ({})", columns.join(", "))).unwrap();
    let marks = vec!["?"; columns.len()].join(", ");
    let mut insert = db.prepare(&format!("INSERT INTO {table} VALUES ({marks})")).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        insert.execute(rusqlite::params_from_iter(record.iter())).unwrap();
    }
}

/// Runs statements and saves each result as CSV under its name.
fn run(db: &Connection, statements: &[Statement], folder: &Folder) {
    for Statement { table, text } in statements {
        let mut statement = db.prepare(text).unwrap_or_else(|error| panic!("{table}: {error}\n{text}"));
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut out = csv::Writer::from_path(folder.0.join(format!("{table}.csv"))).unwrap();
        out.write_record(&columns).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let text = |at: usize| match row.get_ref(at).unwrap() {
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                other => panic!("{table}: {other:?} is neither a whole number nor a text"),
            };
            out.write_record((0..columns.len()).map(text)).unwrap();
        }
        out.flush().unwrap();
    }
}

/// Orders with every trap that cleaning knows, over half a year.
fn orders_csv() -> String {
    let mut seed = 11u32;
    let mut next = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    let mut text = String::from("line,order no,when,who,sku,qty,price,state\n");
    let mut line = 0;
    let mut row =
        |text: &mut String, order: &str, day: u32, who: &str, sku: &str, qty: i32, price: &str, state: &str| {
            line += 1;
            let (month, day) = (1 + day / 28, 1 + day % 28);
            text.push_str(&format!(
                "{line},{order},2024-{month:02}-{day:02} 23:{:02},{who},{sku},{qty},{price},{state}\n",
                line % 60
            ));
        };
    for order in 0..600 {
        let day = next(160);
        let who = match next(40) {
            0 => String::new(),
            n => format!("c{n}"),
        };
        for _ in 0..1 + next(6) {
            let sku = format!("\"A,{}\"", next(30));
            let (qty, price, state) = match next(12) {
                0 => (-1, "5.00", "paid"),
                1 => (2, "0", "paid"),
                2 => (2, "5.95", "failed"),
                _ => (1 + next(3) as i32, "5.95", "paid"),
            };
            row(
                &mut text,
                &format!("{}{order}", if next(30) == 0 { "C" } else { "" }),
                day,
                &who,
                &sku,
                qty,
                price,
                state,
            );
        }
        row(&mut text, &order.to_string(), day, &who, "POST", 1, "3.00", "paid");
    }
    // A wholesaler orders the whole catalogue twice over.
    for sku in 0..240 {
        row(&mut text, "giant", 159, "c1", &format!("W{sku}"), 1, "1.00", "paid");
    }
    text
}

const MAPPING: &str = r#"{ "order": "order no", "time": { "column": "when", "format": "iso", "zone": "+02:00" },
    "customer": "who", "item": "sku", "quantity": "qty", "price": { "unit": "price" }, "currency": "EUR",
    "line": "line", "cancelled_prefix": "C", "cancelled": { "state": ["failed"] }, "service_items": "without-digit" }"#;

fn category(id: &str) -> &'static str {
    match id.len() {
        3 => "Short",
        4 if id.ends_with('7') => "",
        4 => "Kitchen > Cups",
        _ => "Garden",
    }
}

#[test]
fn a_database_counts_orders_as_the_builder_does() {
    let (text, folder, db) = (orders_csv(), Folder::new("orders"), Connection::open_in_memory().unwrap());
    let mapping = orders::Mapping::parse(MAPPING).unwrap();
    let log = orders::read(text.as_bytes(), "orders.csv", &mapping, &Reading::default()).unwrap();
    let ids: Vec<&str> = log.items.iter().map(|item| item.id.as_str()).collect();
    let paths: Vec<&str> = ids.iter().map(|id| category(id)).collect();
    let settings = Settings { least_people: 3, ..Settings::default() };

    load(&db, "orders", &text);
    let products: String = ids.iter().map(|id| format!("\"{id}\",{}\n", category(id))).collect();
    load(&db, "products", &format!("item,category\n{products}"));
    run(&db, &of_orders(&mapping, &settings, &dialect()).unwrap(), &folder);
    let tables = read(&folder.0, &ProgressBar::hidden()).unwrap();

    let mut baskets = index::Log::orders();
    for (number, order) in log.orders.iter().enumerate() {
        let person = order.customer.unwrap_or(1_000 + number as u32);
        baskets.push(person, order.at, order.lines.iter().map(|line| ItemIx(line.item)));
    }
    assert!(baskets.cut().0 == 1 && log.report.count("cancelled") > 0 && log.report.count("no-customer") > 0);
    let items = ids.len() as u32;
    let input = index::Input { items, orders: Some(&baskets), categories: Some(&paths), ..index::Input::default() };
    let ours = index::build(&input, &settings);

    let find = |id: &str| ids.binary_search(&id).ok().map(|at| at as u32);
    let mut categories = paths.clone();
    categories.sort_unstable();
    categories.dedup();
    categories.retain(|path| !path.is_empty());
    let find_path = |path: &str| categories.binary_search(&path).ok().map(|at| at as u32);
    let with = tables.with.as_ref().unwrap().sums(ids.len(), find, 3);
    let together = tables.together.as_ref().unwrap().sums(categories.len(), find_path, 3);
    let counted = Input { with: Some(&with), together: Some(&together), categories: Some(&paths), ..Input::default() };
    let theirs = index::build_of_sums(&counted, &settings);
    assert!(ours.with.iter().flatten().count() > 300, "there is something to compare");
    for (row, (ours, theirs)) in ours.with.iter().zip(&theirs.with).enumerate() {
        assert_eq!(ours, theirs, "row of {}", ids[row]);
    }
    assert_eq!(ours.popular, theirs.popular);
    let last = log.end().0.div_euclid(wellmet_engine::time::Span::DAY.0);
    assert_eq!(tables.with.unwrap().last_day, Some(Day(last)));

    // What each customer spent on which day.
    let mut spent: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for order in &log.orders {
        let Some(customer) = order.customer else { continue };
        let day = order.at.0.div_euclid(wellmet_engine::time::Span::DAY.0);
        let minor: i64 = order.lines.iter().map(|line| i64::from(line.quantity) * line.unit_minor).sum();
        *spent.entry((log.customers[customer as usize].id.as_str().to_owned(), day)).or_default() += minor;
    }
    let saved = std::fs::read_to_string(folder.0.join("customers.csv")).unwrap();
    let saved: BTreeMap<(String, i64), i64> = saved
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            ((fields[0].to_owned(), fields[1].parse().unwrap()), fields[2].parse().unwrap())
        })
        .collect();
    assert_eq!(saved, spent);
}

#[test]
fn a_database_counts_clicks_as_the_builder_does() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/clicks/train.csv");
    let folder = Folder::new("clicks");
    let mapping = r#"{ "session": "session_id", "item": "item_id", "line": "line",
        "time": { "column": "time", "format": "unix" } }"#;
    let mapping: visits::Mapping = serde_json::from_str(mapping).unwrap();
    // Numbered rows: a database has no order of its own.
    let text = std::fs::read_to_string(&data).unwrap();
    let text: String = text
        .lines()
        .enumerate()
        .map(|(n, line)| if n == 0 { format!("line,{line}\n") } else { format!("{n},{line}\n") })
        .collect();
    let file = folder.0.join("log.csv");
    std::fs::write(&file, &text).unwrap();
    let log = visits::read(&file, &mapping, &Reading::default()).unwrap();
    let settings = Settings { least_people: 2, ..Settings::default() }.for_visits_alone(true);
    let db = Connection::open_in_memory().unwrap();
    load(&db, "clicks", &text);
    run(&db, &of_clicks(&mapping, &settings, &dialect()).unwrap(), &folder);
    let tables = read(&folder.0, &ProgressBar::hidden()).unwrap();
    let (items, clicks) = (log.items.len(), log.log(ItemIx));
    let input = index::Input { items: items as u32, visits: Some(&clicks), ..index::Input::default() };
    let ours = index::build(&input, &settings);
    let find = |id: &str| log.items.binary_search_by(|item| item.as_str().cmp(id)).ok().map(|at| at as u32);
    let next = tables.next.unwrap().sums(items, find, 2);
    let theirs = index::build_of_sums(&Input { next: Some(&next), ..Input::default() }, &settings);
    assert!(ours.next.iter().flatten().count() > 100 && !ours.popular.is_empty());
    assert_eq!((ours.next, ours.popular), (theirs.next, theirs.popular));
}

#[test]
fn what_plain_sql_cannot_do_is_refused() {
    let refuse = |from: &str, to: &str| {
        let mapping = orders::Mapping::parse(&MAPPING.replace(from, to)).unwrap();
        of_orders(&mapping, &Settings::default(), &dialect()).unwrap_err().code
    };
    assert_eq!(refuse("\"iso\"", "\"dmy\""), "not-in-sql");
    assert_eq!(refuse("\"line\": \"line\"", "\"each\": \"lines\""), "not-in-sql");
    let mapping = orders::Mapping::parse(&MAPPING.replace("order no", "o`x'")).unwrap();
    let statements = of_orders(&mapping, &Settings::default(), &dialect()).unwrap();
    assert!(statements[0].text.contains("`o``x'`"), "names cannot break out");
}

#[test]
fn wrong_tables_are_named() {
    let folder = Folder::new("wrong");
    let hidden = ProgressBar::hidden();
    assert_eq!(read(&folder.0, &hidden).unwrap_err().code, "no-tables");
    let items = "item,mass,recent,recent_people,last_day\nA,65536,1,1,19000\n";
    std::fs::write(folder.0.join("with_items.csv"), items).unwrap();
    let failure = read(&folder.0, &hidden).unwrap_err();
    assert_eq!((failure.code, failure.message.contains("with_pairs")), ("missing-table", true));
    // Spark writes a folder with a mark of success and empty parts.
    let pairs = folder.0.join("with_pairs");
    std::fs::create_dir(&pairs).unwrap();
    std::fs::write(pairs.join("_SUCCESS"), "").unwrap();
    std::fs::write(pairs.join("part-00001.csv"), "").unwrap();
    std::fs::write(pairs.join("part-00000.csv"), "a,b,sum,people\nA,B,7,9\n").unwrap();
    let failure = read(&folder.0, &hidden).unwrap_err();
    assert_eq!(failure.code, "unknown-item");
    assert!(failure.place.unwrap().ends_with("row 2, column \"b\""));
    std::fs::write(folder.0.join("with_items.csv"), format!("{items}B,x,1,1,19000\n")).unwrap();
    assert_eq!(read(&folder.0, &hidden).unwrap_err().code, "bad-count");
    std::fs::write(folder.0.join("with_items.csv"), format!("{items}B,65536,4,2,19001\n")).unwrap();
    let counted = read(&folder.0, &hidden).unwrap().with.unwrap();
    assert_eq!(counted.last_day, Some(Day(19_001)));
    let find = |id: &str| Some(u32::from(id == "B"));
    let sums = counted.sums(2, find, 5);
    assert_eq!((sums.pairs[0].as_slice(), sums.recent.as_slice()), (&[(1, 7)][..], &[0, 0][..]));
    assert_eq!(counted.sums(2, find, 10).pairs[0], []);
}
