//! What must hold of any bytes, from anybody: nothing panics, nothing runs away, and what was accepted
//! comes back from its bytes as it was.

mod document;

use std::sync::LazyLock;

use wellmet_book::Book;
use wellmet_cli::shop::compile::{Target, compile};
use wellmet_cli::shop::persona::{Persona, Where};
use wellmet_cli::shop::shelf::NoShelf;
use wellmet_cli::shop::{self, json};
use wellmet_engine::condition::{Program, Tree};
use wellmet_engine::decide::{decide, explain};
use wellmet_engine::host::Native;
use wellmet_engine::journey::Journey;
use wellmet_engine::record::Record;
use wellmet_engine::shelf::{ItemIx, Lookup, Relation, Shelf};
use wellmet_engine::table::Table;
use wellmet_engine::time::Instant;
use wellmet_engine::value::Value;
use wellmet_engine::wire::{Reader, Writer};
use wellmet_state::Document;

/// A condition as JSON, on a shopper that has a value of every kind.
pub fn condition(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (Some(node), _) = json::read(text) else { return };
    let mut program = Program::default();
    let Ok(condition) = program.add(&node.to_value()) else { return };
    let host = Native::new();
    let nested = Value::Map(vec![("b".into(), Value::List(vec![Value::Number(1.0), Value::Map(Vec::new())]))]);
    let root = Value::Map(vec![
        ("a".into(), Value::Number(3.0)),
        ("b".into(), Value::Text("3".into())),
        ("c".into(), Value::List(vec![Value::Text("x".into()), Value::Bool(true), Value::Null])),
        ("d".into(), nested),
        ("e".into(), Value::Bool(false)),
    ]);
    let facts = Tree { program: &program, root: root.view() };
    let holds = program.holds(condition, &facts, root.view(), &host);
    // The trace and the decision never disagree.
    assert_eq!(program.failing(condition, &facts, root.view(), &host).is_none(), holds);
    let mut w = Writer::new();
    program.encode(&mut w);
    let written = w.into_bytes();
    let read = Reader::whole(&written, Program::decode).expect("what was written can be read");
    assert_eq!(read.holds(condition, &facts, root.view(), &host), holds);
}

/// A shop file: findings, or rules that compile, come back from their bytes, and decide.
pub fn shop_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let read = shop::read("wellmet.json", text);
    let Some(shop) = read.shop else {
        assert!(!read.findings.is_empty(), "a file that is refused says why");
        return;
    };
    for target in [Target::Browser, Target::Hub] {
        let Ok(table) = compile(&shop, target) else { continue };
        assert_eq!(Table::decode(&table.encode()).as_ref(), Ok(&table));
        let slots: Vec<&str> = table.slots.iter().map(|slot| slot.name.as_str()).collect();
        let now = Instant(1_772_000_000_000);
        let host = Native::new();
        let Ok(shopper) = Persona::default().at(now, Where::default(), table.currency) else { continue };
        shopper.facts(|facts| {
            let plain = decide(&table, facts, &NoShelf, &host, &slots);
            let traced = explain(&table, facts, &NoShelf, &host, &slots);
            for (a, b) in plain.decisions.iter().zip(&traced.decisions) {
                assert_eq!((a.choice, &a.fields), (b.choice, &b.fields), "a trace changes nothing");
            }
        });
    }
}

/// The core of a book, and rules without their book.
pub fn book(bytes: &[u8]) {
    if let Ok(book) = Book::open(bytes) {
        let mut row = Vec::new();
        for n in 0..book.len().min(64) {
            for relation in [Relation::With, Relation::Next, Relation::Like] {
                let _ = book.neighbours(relation, ItemIx(n), &mut row);
            }
            if let Lookup::Here(card) = book.card(ItemIx(n)) {
                let _ = book.find(card.id);
            }
        }
        rules(book.rules());
    }
    rules(bytes);
}

fn rules(bytes: &[u8]) {
    let Ok(table) = Table::decode(bytes) else { return };
    let again = Table::decode(&table.encode()).expect("what was read can be written and read");
    assert_eq!(again.slots.len(), table.slots.len());
    let slots: Vec<&str> = table.slots.iter().take(64).map(|slot| slot.name.as_str()).collect();
    let host = Native::new();
    let Ok(shopper) = Persona::default().at(Instant(1_772_000_000_000), Where::default(), table.currency) else {
        return;
    };
    shopper.facts(|facts| {
        let _ = explain(&table, facts, &NoShelf, &host, &slots);
    });
}

/// A document, a message of the exchange, an order's snapshot: as a device or the hub is given them.
pub fn document(bytes: &[u8]) {
    static RICH: LazyLock<Document> = LazyLock::new(document::rich);
    document::feed(bytes, &RICH);
}

/// What is kept beside the document: what she looked at, and what her orders tell of her.
pub fn record(bytes: &[u8]) {
    if let Ok(journey) = Journey::decode(bytes) {
        assert_eq!(Journey::decode(&journey.encode()).as_ref(), Ok(&journey));
    }
    if let Ok(record) = Record::decode(bytes) {
        assert_eq!(Record::decode(&record.encode()).as_ref(), Ok(&record));
    }
}
