//! The shop file of the demo, the schema that is checked in, and what both must hold.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use wellmet_cli::shop;

fn root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

#[test]
fn the_demo_shop_file_has_no_findings() {
    let text = std::fs::read_to_string(root("www/wellmet.json")).unwrap();
    let read = shop::read("www/wellmet.json", &text);
    let said: Vec<String> = read.findings.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
    assert!(read.shop.is_some());
}

/// `cargo run -p wellmet-cli -- schema > pkg-template/schema.json` brings it up to date.
#[test]
fn the_schema_that_is_checked_in_is_current() {
    let kept = std::fs::read_to_string(root("pkg-template/schema.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert!(kept == shop::schema::schema(), "pkg-template/schema.json is not what `wellmet schema` prints");
}

#[test]
fn what_elements_say_reaches_the_page_and_nothing_else() {
    let text = r#"{"shop": {"name": "T", "currency": "EUR", "languages": ["en", "fr"]},
        "words": {"cart.remove": {"fr": "Retirer"}, "cart.empty": "Empty."}}"#;
    let shop = shop::read("wellmet.json", text).shop.unwrap();
    let compiled = |target| {
        let table = shop::compile::compile(&shop, target).unwrap();
        let read = wellmet_engine::table::Table::decode(&table.encode()).unwrap();
        assert_eq!(read, table);
        read
    };
    let table = compiled(shop::compile::Target::Browser);
    let (english, french) = (table.language("en-GB"), table.language("fr"));
    assert_eq!(table.word("cart.remove", french), "Retirer");
    assert_eq!(table.word("cart.remove", english), "", "left to the element, which speaks English");
    assert_eq!((table.word("cart.empty", english), table.word("cart.empty", french)), ("Empty.", ""));
    assert_eq!(table.word("cart.undo", english), "");
    assert!(compiled(shop::compile::Target::Hub).words.is_empty());
}
