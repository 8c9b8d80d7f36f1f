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
