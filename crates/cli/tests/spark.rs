//! Spark counts what the builder counts. Runs where Java and the Python package `pyspark` are installed; it
//! is looked for in `target/pyspark` too:
//!
//! ```sh
//! pip install --target target/pyspark pyspark==4.0.1
//! ```
#![allow(clippy::unwrap_used)]
#![allow(clippy::print_stdout, reason = "a skipped test says why")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn python(args: &[&str]) -> Option<Output> {
    Command::new("python3").args(args).env("PYTHONPATH", root().join("target/pyspark")).output().ok()
}

/// Why Spark cannot run here.
fn missing() -> Option<&'static str> {
    let runs = |output: Option<Output>| output.is_some_and(|output| output.status.success());
    if !runs(Command::new("java").arg("-version").output().ok()) {
        return Some("Java is not installed");
    }
    if !runs(python(&["-c", "import pyspark"])) {
        return Some("pyspark is not installed (pip install --target target/pyspark pyspark==4.0.1)");
    }
    None
}

fn wellmet(args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_wellmet")).current_dir(root()).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(args: &[&str]) -> Value {
    serde_json::from_str(&wellmet(&[args, &["--format", "json"]].concat())).unwrap()
}

#[test]
fn spark_with_two_workers_gives_the_same_book() {
    if let Some(why) = missing() {
        println!("skipped: {why}");
        return;
    }
    let folder = std::env::temp_dir().join(format!("wellmet-spark-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let (orders, mapping) = ("tests/data/superstore/orders.csv", "www/superstore.mapping.json");
    // The book from the log itself, and its products as a feed that both books share.
    let options = ["--least-people", "1"];
    json(
        &[
            &[
                "build",
                "--orders",
                orders,
                "--mapping",
                mapping,
                "--out",
                &path("first"),
                "--products-out",
                &path("p.jsonl"),
            ],
            &options[..],
        ]
        .concat(),
    );
    let mut feed = csv::Writer::from_path(folder.join("feed.csv")).unwrap();
    let mut products = csv::Writer::from_path(folder.join("products.csv")).unwrap();
    feed.write_record(["id", "title", "product_type", "price", "link", "image_link"]).unwrap();
    products.write_record(["item", "category"]).unwrap();
    for line in fs::read_to_string(folder.join("p.jsonl")).unwrap().lines() {
        let product: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| product[key].as_str().unwrap().to_owned();
        let category = format!("{} > {}", text("category"), text("subcategory"));
        let price = format!("{:.2}", product["price_minor"].as_f64().unwrap() / 100.0);
        feed.write_record([text("id"), text("title"), category.clone(), price, text("link"), text("image")]).unwrap();
        products.write_record([text("id"), category]).unwrap();
    }
    feed.flush().unwrap();
    products.flush().unwrap();
    let build = |from: &[&str], out: &str| {
        let common = ["build", "--mapping", mapping, "--feed", &path("feed.csv"), "--out", &path(out)];
        json(&[&common[..], from, &options].concat())
    };
    let ours = build(&["--orders", orders], "ours");

    let statements = wellmet(&["sql", "--mapping", mapping, "--least-people", "1", "--format", "json"]);
    fs::write(folder.join("statements.json"), statements).unwrap();
    let script = root().join("crates/cli/tests/spark/run.py").display().to_string();
    let tables = [format!("orders={}", root().join(orders).display()), format!("products={}", path("products.csv"))];
    let ran = python(&[&script, &path("statements.json"), &path("tables"), &tables[0], &tables[1]]).unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(String::from_utf8_lossy(&ran.stdout).contains("workers: 2"), "{}", String::from_utf8_lossy(&ran.stdout));
    let theirs = build(&["--tables", &path("tables")], "theirs");
    assert_eq!(theirs["book"], ours["book"], "every byte of every file");
    let names = |book: &str| -> BTreeSet<String> {
        fs::read_dir(folder.join(book))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    assert_eq!(names("theirs"), names("ours"));
    fs::remove_dir_all(&folder).unwrap();
}
