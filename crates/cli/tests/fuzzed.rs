//! A bounded, repeatable part of what `fuzz/` does without end: the kept inputs, and mutants of each.
//!
//! An input that once broke something is kept in `tests/fuzz` under the name of what it broke.

#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, missing_docs)]
mod fuzz;

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The kept inputs of a target.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root().join("tests/fuzz").join(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target} has no inputs");
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Runs inputs and so many mutants of each; the same ones every time.
fn run(target: fn(&[u8]), inputs: &[Vec<u8>], mutants: usize, words: &[&[u8]]) {
    let mut seed = 20_260_301u64;
    let mut below = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below.max(1)
    };
    for input in inputs {
        target(input);
        for _ in 0..mutants {
            let mut mutant = input.clone();
            for _ in 0..1 + below(3) {
                let at = below(mutant.len() + 1);
                match below(5) {
                    0 => mutant.truncate(at),
                    1 if at < mutant.len() => mutant[at] = below(256) as u8,
                    2 if at < mutant.len() => mutant[at] ^= 1 << below(8),
                    3 => {
                        let end = (at + below(20)).min(mutant.len());
                        mutant.drain(at..end);
                    }
                    _ => drop(mutant.splice(at..at, words[below(words.len())].iter().copied())),
                }
            }
            target(&mutant);
        }
    }
}

/// What integers and lengths of the binary formats trip over.
const BYTES: [&[u8]; 4] = [&[0xff; 5], &[0x80, 0x80, 0x01], &[0], &[1, 0, 0]];

const JSON: [&[u8]; 16] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\"",
    b"null",
    b"-1e999",
    b"\"$not\":",
    b"\"$regex\":\"(a+)+$\"",
    b"\"$elemMatch\":{}",
    b"\"$size\":",
    b"\\ud800",
    b"\"a.b.c\":",
    b"1e308",
];

#[test]
fn any_condition_is_refused_or_decided() {
    run(fuzz::condition, &kept("condition"), 3_000, &JSON);
}

#[test]
fn any_shop_file_has_findings_or_decides() {
    run(fuzz::shop_file, &kept("shop-file"), 60, &JSON);
}

#[test]
fn any_book_is_refused_or_read() {
    let mut inputs = kept("book");
    // The rules of the demo shop, as they are in its book.
    let text = std::fs::read_to_string(root().join("www/wellmet.json")).unwrap();
    let shop = wellmet_cli::shop::read("wellmet.json", &text).shop.unwrap();
    inputs.push(
        wellmet_cli::shop::compile::compile(&shop, wellmet_cli::shop::compile::Target::Browser).unwrap().encode(),
    );
    run(fuzz::book, &inputs, 2_000, &BYTES);
}

#[test]
fn any_record_is_refused_or_comes_back() {
    run(fuzz::record, &kept("record"), 20_000, &BYTES);
}

#[test]
fn any_document_is_refused_or_comes_back() {
    run(fuzz::document, &kept("document"), 1_000, &BYTES);
}
