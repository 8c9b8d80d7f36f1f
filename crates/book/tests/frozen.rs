//! Books of every version that was ever published stay readable. The bytes are in `tests/frozen/book`
//! at the top of the repository and are never edited.

#![allow(clippy::disallowed_methods, reason = "a test may read files")]

mod common;

use std::path::{Path, PathBuf};
use wellmet_book::Book;
use wellmet_engine::shelf::{Lookup, Relation, Shelf};

fn folder(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/frozen/book").join(version)
}

fn open(version: &str) -> Book {
    let dir = folder(version);
    let read = |name: &str| std::fs::read(dir.join(name)).expect("a frozen file");
    let mut book = Book::open(&read("book.wmb")).expect("a readable core");
    let names: Vec<String> = book.chunks().map(|chunk| chunk.name).collect();
    for name in names {
        book.put(&name, &read(&name)).expect("a readable chunk");
    }
    book
}

#[test]
fn version_1() {
    let book = open("v1");
    assert_eq!((book.shop().name.as_str(), book.len(), book.rules()), ("Tee & Träume", 40, &b"the engine's rules"[..]));
    for n in 0..40 {
        let wanted = common::item(n);
        let Lookup::Here(item) = book.find(&wanted.id) else { panic!("{} is gone", wanted.id) };
        let Lookup::Here(card) = book.card(item) else { panic!("the card of {} is gone", wanted.id) };
        assert_eq!((card.title, card.link, card.price_minor), (&*wanted.title, &*wanted.link, wanted.price_minor));
        assert_eq!((card.category, card.image), (&*wanted.category, &*wanted.image));
        assert_eq!((card.in_stock, card.durable), (wanted.in_stock, wanted.durable));
        let mut row = Vec::new();
        assert_eq!(book.neighbours(Relation::With, item, &mut row), Lookup::Here(()));
        assert_eq!(row.len(), n % 7);
    }
    assert_eq!(book.model("box"), Lookup::Here(&b"a model"[..]));
}

/// Freezes a version that is not frozen yet: `cargo test -p wellmet-book --test frozen -- --ignored`.
#[test]
#[ignore = "writes files"]
fn freeze() {
    let dir = folder(&format!("v{}", wellmet_book::VERSION));
    assert!(!dir.exists(), "this version is frozen");
    std::fs::create_dir_all(&dir).expect("a folder");
    let files = common::files();
    std::fs::write(dir.join("book.wmb"), &files.core).expect("a file");
    for chunk in files.chunks {
        std::fs::write(dir.join(chunk.name), chunk.bytes).expect("a file");
    }
}
