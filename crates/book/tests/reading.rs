//! What is written comes back, chunk by chunk.

mod common;

use common::{files, item, sample};
use wellmet_book::{Book, BuildError, Builder, Cause, Files, Item, ItemKey, Kind, Shop, hex16, section};
use wellmet_engine::shelf::{ItemIx, Lookup, Neighbour, Relation, Shelf};

fn chunk<'a>(files: &'a Files, name: &str) -> &'a [u8] {
    &files.chunks.iter().find(|chunk| chunk.name == name).expect("the directory names files that are there").bytes
}

fn loaded(files: &Files) -> Book {
    let mut book = Book::open(&files.core).expect("a sound core");
    for chunk in &files.chunks {
        book.put(&chunk.name, &chunk.bytes).expect("a sound chunk");
    }
    book
}

#[test]
fn everything_comes_back() {
    let files = files();
    let book = loaded(&files);
    assert_eq!(book.id_text(), hex16(files.id));
    assert_eq!((book.shop().name.as_str(), book.shop().currency.code()), ("Tee & Träume", "EUR"));
    assert_eq!(book.shop().locales, ["de", "en"]);
    assert_eq!(book.rules(), b"the engine's rules");
    assert_eq!(book.section(section::FREE), Some(&b"carried"[..]));
    assert_eq!(book.section(99), None);
    assert_eq!(book.model("box"), Lookup::Here(&b"a model"[..]));
    assert_eq!(book.model("bag"), Lookup::Absent);
    assert_eq!(book.len(), 40);
    for n in 0..40 {
        let wanted = item(n);
        let Lookup::Here(at) = book.find(&wanted.id) else { panic!("{} was not found", wanted.id) };
        let Lookup::Here(card) = book.card(at) else { panic!("{} has no card", wanted.id) };
        let back = Item {
            id: card.id.into(),
            title: card.title.into(),
            link: card.link.into(),
            image: card.image.into(),
            category: card.category.into(),
            price_minor: card.price_minor,
            in_stock: card.in_stock,
            durable: card.durable,
        };
        assert_eq!(back, wanted);
        let mut row = Vec::new();
        assert_eq!(book.neighbours(Relation::With, at, &mut row), Lookup::Here(()));
        let ids: Vec<&str> = row.iter().map(|neighbour| id(&book, neighbour.item)).collect();
        let expected: Vec<String> = (1..=n % 7).map(|step| item((n + step * step) % 40).id).collect();
        assert_eq!(ids, expected, "neighbours of {}", wanted.id);
        assert!(row.is_sorted_by_key(|n: &Neighbour| (core::cmp::Reverse(n.weight), n.item)));
    }
    let popular: Vec<&str> = book.popular().iter().map(|item| id(&book, *item)).collect();
    assert_eq!(popular, ["A-003", "A-001", "A-039"]);
    assert_eq!(book.find("A-040"), Lookup::Absent);
    assert_eq!(book.card(ItemIx(40)), Lookup::Absent);
    assert_eq!(book.neighbours(Relation::With, ItemIx(40), &mut Vec::new()), Lookup::Absent);
}

fn id(book: &Book, item: ItemIx) -> &str {
    match book.card(item) {
        Lookup::Here(card) => card.id,
        _ => panic!("{item:?} has no card"),
    }
}

#[test]
fn only_what_is_needed_is_asked_for() {
    let files = files();
    let mut book = Book::open(&files.core).expect("a sound core");
    let Lookup::Needs(ids) = book.find("A-007") else { panic!("no chunk is loaded") };
    let name = book.chunk_name(ids).expect("a file");
    assert!(name.starts_with("i-") && name.ends_with(".wmb"), "{name}");
    book.put(&name, chunk(&files, &name)).expect("a sound chunk");
    let Lookup::Here(item) = book.find("A-007") else { panic!("the ids are loaded") };
    let Lookup::Needs(cards) = book.card(item) else { panic!("no cards are loaded") };
    let name = book.chunk_name(cards).expect("a file");
    book.put(&name, chunk(&files, &name)).expect("a sound chunk");
    assert!(matches!(book.card(item), Lookup::Here(card) if card.id == "A-007"));
    assert_eq!(book.chunks().filter(|chunk| chunk.loaded).count(), 2);
    let best = book.popular()[0];
    let popular = book.chunks().find(|chunk| chunk.kind == Kind::Popular).expect("a chunk");
    if let Lookup::Needs(needed) = book.card(best) {
        assert_eq!(book.chunk_name(needed), Some(popular.name), "popular cards come in one file");
    }
}

#[test]
fn what_cannot_be_had_is_absent_until_it_is_there() {
    let files = files();
    let mut book = Book::open(&files.core).expect("a sound core");
    let Lookup::Needs(ids) = book.find("A-007") else { panic!("no chunk is loaded") };
    let name = book.chunk_name(ids).expect("a file");
    book.give_up(&name);
    assert_eq!(book.find("A-007"), Lookup::Absent, "a page must not ask for ever");
    book.retry();
    assert_eq!(book.find("A-007"), Lookup::Needs(ids));
    book.give_up(&name);
    book.put(&name, chunk(&files, &name)).expect("a sound chunk");
    assert!(matches!(book.find("A-007"), Lookup::Here(_)));
    assert_eq!(book.put("c-0000000000000000.wmb", b"x").map_err(|e| e.cause), Err(Cause::UnknownChunk));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(files(), files());
    let mut other = sample();
    other.item(Item { id: "new".into(), title: "Neu".into(), ..Item::default() });
    assert_ne!(other.finish().expect("a sound sample").id, files().id);
}

#[test]
fn an_empty_book_is_a_book() {
    let files = Builder::new(Shop::default()).finish().expect("nothing is wrong with nothing");
    let book = loaded(&files);
    assert!(book.is_empty() && files.chunks.is_empty());
    assert_eq!(book.find("x"), Lookup::Absent);
    assert_eq!(book.rules(), b"");
}

#[test]
fn a_large_book_keeps_every_id_apart() {
    let mut builder = Builder::new(Shop::default());
    for n in 0..30_000 {
        builder.item(Item { id: format!("{n}"), title: "x".into(), ..Item::default() });
    }
    let book = loaded(&builder.finish().expect("a sound book"));
    for n in 0..30_000 {
        let id = format!("{n}");
        let Lookup::Here(item) = book.find(&id) else { panic!("{id} was not found") };
        assert!(matches!(book.card(item), Lookup::Here(card) if card.id == id));
        assert_eq!(book.find(&format!("no {n}")), Lookup::Absent);
    }
}

#[test]
fn what_would_make_a_broken_book_is_refused() {
    let build = |change: &dyn Fn(&mut Builder)| {
        let mut builder = sample();
        change(&mut builder);
        builder.finish().expect_err("a mistake")
    };
    let named = |id: &str| Item { id: id.into(), ..Item::default() };
    let bad = |builder: &mut Builder, item: Item| {
        builder.item(item);
    };
    assert_eq!(build(&|b| bad(b, named("A-001"))), BuildError::Duplicate("A-001".into()));
    assert_eq!(build(&|b| bad(b, named(""))), BuildError::BadId(String::new()));
    let title = Item { title: "two\nlines".into(), ..named("x") };
    assert_eq!(build(&|b| bad(b, title.clone())), BuildError::BadText { id: "x".into(), field: "title" });
    let link = Item { link: "x".repeat(3_000), ..named("x") };
    assert_eq!(build(&|b| bad(b, link.clone())), BuildError::BadText { id: "x".into(), field: "link" });
    assert_eq!(build(&|b| b.popular(&[ItemKey(40)])), BuildError::UnknownKey(ItemKey(40)));
    let stranger = [(ItemKey(77), 1)];
    assert_eq!(build(&|b| b.neighbours(Relation::With, ItemKey(0), &stranger)), BuildError::UnknownKey(ItemKey(77)));
    assert_eq!(sample().section(section::RULES, vec![]), Err(BuildError::ReservedSection(section::RULES)));
}
