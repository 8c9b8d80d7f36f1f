//! The commands as a shop runs them.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of this test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wellmet-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).unwrap();
        self.path(name)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn wellmet(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wellmet")).current_dir(root()).args(args).output().unwrap()
}

fn json(args: &[&str]) -> Value {
    let output = wellmet(&[args, &["--format", "json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const ORDERS: &str = "tests/data/superstore/orders.csv";
const MAPPING: &str = "www/superstore.mapping.json";

#[test]
fn c64_a_book_is_built_from_orders_and_inspected() {
    let folder = Folder::new("build");
    let (book, products) = (folder.path("book"), folder.path("products.jsonl"));
    let build = ["build", "--orders", ORDERS, "--mapping", MAPPING, "--out", &book, "--products-out", &products];
    let built = json(&build);
    assert_eq!((&built["orders"], &built["products"], &built["customers"]), (&97.into(), &187.into(), &93.into()));
    let whole = json(&["inspect", &book]);
    assert_eq!((&whole["id"], &whole["items"]), (&built["book"], &187.into()));
    assert_eq!(whole["currency"], "USD");
    let one = json(&["inspect", &book, "--item", "FUR-TA-10000577"]);
    assert_eq!(one["title"], "Bretford CR4500 Series Slim Rectangular Table");
    assert_eq!((&one["price_minor"], &one["durable"]), (&34_821.into(), &true.into()));
    assert_eq!((&one["link"], &one["image"]), (&"/p/FUR-TA-10000577".into(), &"/img/tables.svg".into()));
    let like = one["neighbours"].as_array().unwrap();
    assert!(like.iter().any(|row| row["relation"] == "like"), "tables are like other tables: {like:?}");
    let rows: Vec<Value> =
        fs::read_to_string(&products).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 187);
    let table = rows.iter().find(|row| row["id"] == "FUR-TA-10000577").unwrap();
    assert_eq!((&table["category"], &table["subcategory"]), (&"Furniture".into(), &"Tables".into()));
    assert_eq!((&table["popularity"], &table["in_stock"]), (&2.into(), &true.into()));
    let again = json(&build);
    assert_eq!(again["book"], built["book"], "the same input gives the same book");
    let moved = json(&[&build[..], &["--shift-to", "2026-11-20"]].concat());
    assert_ne!(moved["book"], built["book"], "the book says which day it is of");
}

#[test]
fn no_customer_is_in_the_book() {
    let folder = Folder::new("private");
    let book = folder.path("book");
    json(&["build", "--orders", ORDERS, "--mapping", MAPPING, "--out", &book]);
    for entry in fs::read_dir(&book).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for secret in ["Claire Gute", "CG-12520", "CA-2016-152156", "Henderson"] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{secret}");
        }
    }
}

#[test]
fn c64_a_malformed_row_stops_the_build_and_leaves_the_book_alone() {
    let folder = Folder::new("malformed");
    let book = folder.path("book");
    let text = fs::read_to_string(root().join(ORDERS)).unwrap();
    let orders = folder.file("orders.csv", &text.replacen(",261.96,2,", ",261.96,two,", 1));
    json(&["build", "--orders", ORDERS, "--mapping", MAPPING, "--out", &book]);
    let before = json(&["inspect", &book])["id"].clone();
    let output = wellmet(&["build", "--orders", &orders, "--mapping", MAPPING, "--out", &book]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    for part in ["error[bad-number]", "row 2, column \"Quantity\"", "\"two\"", "--keep-going"] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(json(&["inspect", &book])["id"], before);
    let built = json(&["build", "--orders", &orders, "--mapping", MAPPING, "--out", &book, "--keep-going"]);
    assert_eq!(built["log"]["counts"]["bad-number"]["rows"], 1);
    assert_eq!(built["log"]["kept"], 199);
}

#[test]
fn a_feed_names_what_the_log_does_not_and_the_reverse() {
    let folder = Folder::new("feed");
    let orders = folder.file("orders.csv", "o,t,i,q,p\n1,2024-05-01,A1,2,5.00\n1,2024-05-01,A2,1,9.00\n");
    let mapping = folder.file(
        "mapping.json",
        r#"{ "order": "o", "time": { "column": "t" }, "item": "i", "quantity": "q", "price": { "unit": "p" },
            "currency": "EUR", "link": "/p/{id}", "service_items": ["FEE1"] }"#,
    );
    let feed = folder.file(
        "feed.tsv",
        "id\ttitle\tprice\tlink\nA1\tCup\t6.50 EUR\t/cup\nB1\tNew pot\t19.00 EUR\tjavascript:alert(1)\nFEE1\tFee\t1.00 EUR\t\n",
    );
    let book = folder.path("book");
    let built = json(&["build", "--orders", &orders, "--mapping", &mapping, "--feed", &feed, "--out", &book]);
    assert_eq!(built["products"], 3);
    let counts = &built["catalogue"]["counts"];
    for code in ["not-in-feed", "not-in-log", "no-title", "service-item"] {
        assert_eq!(counts[code]["rows"], 1, "{code}: {counts}");
    }
    assert_eq!(built["feed"]["counts"]["unsafe-address"]["rows"], 1);
    let item = |id: &str| json(&["inspect", &book, "--item", id]);
    assert_eq!((&item("A1")["price_minor"], &item("A1")["link"]), (&650.into(), &"/cup".into()));
    assert_eq!((&item("A2")["in_stock"], &item("A2")["title"]), (&false.into(), &"A2".into()));
    assert_eq!(item("B1")["link"], "/p/B1", "not the script");
}

#[test]
fn c64_a_dry_run_writes_nothing() {
    let folder = Folder::new("dry");
    let data = folder.path("data");
    let told = json(&["import", "--orders", ORDERS, "--mapping", MAPPING, "--data", &data, "--dry-run"]);
    assert_eq!((&told["customers"], &told["orders"], &told["dry_run"]), (&93.into(), &97.into(), &true.into()));
    assert!(!Path::new(&data).exists());
}

#[test]
fn c64_customers_are_imported_and_importing_twice_changes_nothing() {
    let folder = Folder::new("import");
    let data = folder.path("data");
    let import = ["import", "--orders", ORDERS, "--mapping", MAPPING, "--data", &data];
    let told = json(&import);
    assert_eq!((&told["customers"], &told["spent_minor"]), (&93.into(), &4_779_984.into()));
    assert!(Path::new(&data).exists());
    assert_eq!(json(&import), told);
}

#[test]
fn missing_files_and_columns_are_named() {
    let folder = Folder::new("missing");
    let book = folder.path("book");
    let output = wellmet(&["build", "--orders", "nowhere.csv", "--mapping", MAPPING, "--out", &book]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("error[not-found]") && said.contains("nowhere.csv"), "{said}");
    let orders = folder.file("orders.csv", "a,b\n1,2\n");
    let output = wellmet(&["build", "--orders", &orders, "--mapping", MAPPING, "--out", &book, "--format", "json"]);
    let said: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(said["code"], "no-column");
    assert!(said["fix"].as_str().unwrap().contains("a, b"), "{said}");
}

#[test]
fn a_book_built_again_after_a_little_has_changed_shares_its_files() {
    let folder = Folder::new("previous");
    let (book, again, other) = (folder.path("book"), folder.path("again"), folder.path("other"));
    let mut feed = String::from("id,title,product_type,price\n");
    for n in 0..600 {
        feed += &format!("I{n},Thing {} of kind {},Kind > K{},{}.50\n", n % 37, n % 11, n % 13, 1 + n % 9);
    }
    let first = folder.file("feed.csv", &feed);
    let build = |feed: &str, out: &str, more: &[&str]| {
        json(&[&["build", "--feed", feed, "--currency", "EUR", "--out", out], more].concat())
    };
    let one = build(&first, &book, &[]);
    let same = build(&first, &again, &["--previous", &book]);
    assert_eq!(same["book"], one["book"], "nothing has changed, so nothing changes");
    assert_eq!(same["shared_bytes"], same["chunk_bytes"]);
    let changed = feed.replacen("4.50", "4.75", 1) + "NEW,Something else,Kind > K3,2.00\n";
    let second = folder.file("feed2.csv", &changed);
    let after = build(&second, &other, &["--previous", &book]);
    let share = |report: &Value| report["shared_bytes"].as_f64().unwrap() / report["chunk_bytes"].as_f64().unwrap();
    assert!(share(&after) > 0.5, "{}", share(&after));
    assert_eq!(json(&["inspect", &other, "--item", "NEW"])["title"], "Something else");
}

/// Twenty customers who buy a cup with a pot, and four (with `fifth` five) who buy a spade with a hose.
fn orders_of(fifth: bool) -> String {
    let mut text = String::from("o,t,c,i,q,p\n");
    for n in 0..20 {
        text += &format!("a{n},2024-05-{:02},c{n},cup,1,5.00\na{n},2024-05-{:02},c{n},pot,1,9.00\n", 1 + n, 1 + n);
    }
    for n in 0..if fifth { 5 } else { 4 } {
        // Each of them five times: it is people that count.
        for again in 0..5 {
            text += &format!("b{n}-{again},2024-05-0{},d{n},spade,1,7.00\n", 1 + again);
            text += &format!("b{n}-{again},2024-05-0{},d{n},hose,1,8.00\n", 1 + again);
        }
    }
    text
}

#[test]
fn privacy_one_customer_below_the_threshold_changes_no_byte_of_the_book() {
    let folder = Folder::new("threshold");
    let feed = folder.file("feed.csv", "id,title,price\ncup,Cup,5\npot,Pot,9\nspade,Spade,7\nhose,Hose,8\n");
    let mapping = folder.file(
        "mapping.json",
        r#"{ "order": "o", "time": { "column": "t" }, "customer": "c", "item": "i", "quantity": "q", "price": { "unit": "p" },
            "currency": "EUR" }"#,
    );
    let build = |name: &str, orders: &str| {
        let (orders, book) = (folder.file(&format!("{name}.csv"), orders), folder.path(name));
        let args = ["build", "--orders", &orders, "--mapping", &mapping, "--feed", &feed, "--out", &book];
        json(&args)["book"].clone()
    };
    let four = build("four", &orders_of(false));
    // The book's name is the hash of all of it, chunks included.
    let three: String =
        orders_of(false).lines().filter(|line| !line.contains(",d0,")).map(|l| format!("{l}\n")).collect();
    assert_eq!(build("three", &three), four, "one of four, present or absent");
    let none: String = orders_of(false).lines().filter(|line| !line.contains(",d")).map(|l| format!("{l}\n")).collect();
    assert_eq!(build("none", &none), four, "all four of them");
    assert_ne!(build("five", &orders_of(true)), four, "five are enough");
    let beside = |book: &str| {
        let one = json(&["inspect", &folder.path(book), "--item", "spade"]);
        one["neighbours"].as_array().unwrap().iter().any(|row| row["relation"] == "with")
    };
    assert_eq!((beside("four"), beside("five")), (false, true));
}

#[test]
fn every_command_answers_as_json() {
    let folder = Folder::new("json");
    let (site, book, hub) = (folder.path("site"), folder.path("book"), folder.path("hub"));
    fs::create_dir_all(&site).unwrap();
    let (shop, examples) = (format!("{site}/wellmet.json"), format!("{site}/wellmet.test.json"));
    let case = folder.file("case.jsonl", "{\"condition\":{\"a\":1},\"attributes\":{\"a\":1}}\n");
    // The log is too short to fit any.
    let parameters = folder.file("parameters.json", r#"{ "r": 0.24, "alpha": 4.41, "a": 0.79, "b": 2.43 }"#);
    let orders = ["--orders", ORDERS, "--mapping", MAPPING];
    // In an order in which each has what it needs.
    let calls: &[&[&str]] = &[
        &["init", &site],
        &["check", &shop],
        &["test", &shop, "--tests", &examples],
        &["types", &shop],
        &["schema"],
        &["eval", &case],
        &["build", orders[0], orders[1], orders[2], orders[3], "--shop", &shop, "--out", &book],
        &["inspect", &book],
        &["explain", "--shop", &shop, "--examples", &examples, "--customer", "anna", "--book", &book],
        &["messages", "preview", "--shop", "www/wellmet.json", "--examples", &examples],
        &["simulate", "--shop", &shop, orders[0], orders[1], orders[2], orders[3]],
        &["import", orders[0], orders[1], orders[2], orders[3], "--data", &hub],
        &["report", orders[0], orders[1], orders[2], orders[3]],
        &["value", ORDERS, "--mapping", MAPPING, "--parameters", &parameters],
        &["sql", "--mapping", MAPPING],
        &["evaluate", "--clicks", "tests/data/clicks/train.csv", "tests/data/clicks/test.csv"],
    ];
    for call in calls {
        let answer = json(call);
        assert!(answer.is_object() || answer.is_array(), "{call:?}: {answer}");
        if call[0] == "init" {
            // The order log is in dollars.
            let written = fs::read_to_string(&shop).unwrap();
            fs::write(&shop, written.replace("\"EUR\"", "\"USD\"")).unwrap();
        }
    }
    // All but the server, which goes on.
    let help = String::from_utf8(wellmet(&["--help"]).stdout).unwrap();
    let (_, list) = help.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let mut named: Vec<&str> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    named.retain(|name| !["help", "hub"].contains(name));
    let mut called: Vec<&str> = calls.iter().map(|call| call[0]).collect();
    called.sort_unstable();
    assert_eq!(named, called);
}
