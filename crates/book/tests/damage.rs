//! Cut, flipped and forged bytes: a named error, never a panic, and a chunk costs only itself.

mod common;

use common::files;
use wellmet_book::{Book, Cause, Files, Kind, content_hash};
use wellmet_engine::shelf::{ItemIx, Lookup, Relation, Shelf};

/// Where the core's content hash and body start.
const HASH: usize = 5;

/// A core whose body was tampered with, under a content hash that fits.
fn forged(core: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let body_at = body_at(core);
    let mut body = core[body_at..].to_vec();
    change(&mut body);
    let mut forged = core[..HASH].to_vec();
    forged.extend(content_hash(&body).to_be_bytes());
    let mut length = body.len();
    while length >= 0x80 {
        forged.push(length as u8 | 0x80);
        length >>= 7;
    }
    forged.push(length as u8);
    forged.extend(body);
    forged
}

fn body_at(core: &[u8]) -> usize {
    HASH + 8 + core[HASH + 8..].iter().position(|byte| byte & 0x80 == 0).expect("a length") + 1
}

/// Asks a book everything.
fn ask(book: &Book) -> usize {
    let mut answers = 0;
    for n in 0..book.len().min(100) {
        let mut row = Vec::new();
        for relation in [Relation::With, Relation::Next, Relation::Like] {
            let _ = book.neighbours(relation, ItemIx(n), &mut row);
        }
        assert!(row.iter().all(|neighbour| neighbour.item.0 < book.len()));
        if let Lookup::Here(card) = book.card(ItemIx(n)) {
            answers += usize::from(matches!(book.find(card.id), Lookup::Here(_)));
        }
    }
    answers
}

fn loaded(files: &Files, except: &str) -> Book {
    let mut book = Book::open(&files.core).expect("a sound core");
    for chunk in files.chunks.iter().filter(|chunk| chunk.name != except) {
        book.put(&chunk.name, &chunk.bytes).expect("a sound chunk");
    }
    book
}

#[test]
fn a_core_that_is_cut_or_flipped_is_refused() {
    let core = files().core;
    let code = |bytes: &[u8]| Book::open(bytes).map(|_| ()).map_err(|error| error.code());
    assert_eq!(code(b""), Err("not-a-book"));
    assert_eq!(code(b"<!doctype html><title>404"), Err("not-a-book"));
    for end in 1..core.len() {
        assert_eq!(code(&core[..end]), Err("truncated"), "cut at {end}");
    }
    for at in 0..core.len() {
        for flip in [1, 0x80] {
            let mut other = core.clone();
            other[at] ^= flip;
            let code = code(&other).expect_err("a flipped bit was taken");
            match at {
                0..4 => assert_eq!(code, "not-a-book"),
                4 => assert_eq!(code, "unknown-version"),
                _ => assert!(
                    ["damaged", "truncated", "trailing-bytes", "bad-varint", "too-large"].contains(&code),
                    "{code}"
                ),
            }
        }
    }
    let mut longer = core.clone();
    longer.push(0);
    assert_eq!(code(&longer), Err("trailing-bytes"));
}

#[test]
fn a_length_beyond_the_limit_takes_no_memory() {
    let mut core = files().core[..HASH + 8].to_vec();
    core.extend([0xff, 0xff, 0xff, 0xff, 0x7f]);
    assert_eq!(Book::open(&core).map(|_| ()).map_err(|error| error.code()), Err("too-large"));
}

#[test]
fn a_damaged_chunk_costs_that_chunk_only() {
    let files = files();
    for chunk in &files.chunks {
        let mut book = loaded(&files, &chunk.name);
        for end in 0..chunk.bytes.len() {
            let error = book.put(&chunk.name, &chunk.bytes[..end]).expect_err("a cut chunk was taken");
            assert_eq!(error.cause, Cause::Truncated, "{} cut at {end}", chunk.name);
        }
        for at in 0..chunk.bytes.len() {
            let mut other = chunk.bytes.clone();
            other[at] ^= 0x10;
            let error = book.put(&chunk.name, &other).expect_err("a flipped bit was taken");
            assert_eq!(error.cause, Cause::Damaged);
        }
        let answers = ask(&book);
        match chunk.kind {
            Kind::Cards => assert!((32..40).contains(&answers), "the other cards are there: {answers}"),
            Kind::Ids => assert!((1..40).contains(&answers), "the other ids are there: {answers}"),
            _ => assert_eq!(answers, 40),
        }
        book.put(&chunk.name, &chunk.bytes).expect("a whole chunk heals the damage");
        assert_eq!(ask(&book), 40);
        assert!(book.put(&chunk.name, b"damaged").is_err());
        assert_eq!(ask(&book), 40, "what is loaded stays");
    }
}

/// A core that names another chunk in the place of this one.
fn renamed(files: &Files, old: &[u8], new: &[u8]) -> Vec<u8> {
    let (old, new) = (content_hash(old).to_be_bytes(), content_hash(new).to_be_bytes());
    forged(&files.core, |body| {
        let at = body.windows(8).position(|bytes| bytes == old).expect("the directory names the chunk");
        body[at..at + 8].copy_from_slice(&new);
    })
}

#[test]
fn a_chunk_of_a_newer_version_is_named_as_such() {
    let files = files();
    for chunk in &files.chunks {
        let mut newer = chunk.bytes.clone();
        newer[1] += 1;
        let mut book = Book::open(&renamed(&files, &chunk.bytes, &newer)).expect("a forged core that fits");
        let name = format!("{}-{:016x}.wmb", &chunk.name[..1], content_hash(&newer));
        let error = book.put(&name, &newer).expect_err("an unknown version was taken");
        assert_eq!(error.code(), "unknown-version");
    }
}

#[test]
fn forged_chunks_never_panic() {
    let files = files();
    for chunk in &files.chunks {
        for at in 0..chunk.bytes.len() {
            for value in [0, 1, 0x0a, 0x3f, 0x40, 0x7f, 0x80, 0xff] {
                let mut other = chunk.bytes.clone();
                other[at] = value;
                if other == chunk.bytes {
                    continue;
                }
                let core = renamed(&files, &chunk.bytes, &other);
                let mut book = Book::open(&core).expect("a forged core that fits");
                for chunk in files.chunks.iter().filter(|other| other.name != chunk.name) {
                    book.put(&chunk.name, &chunk.bytes).expect("a sound chunk");
                }
                let name = format!("{}-{:016x}.wmb", &chunk.name[..1], content_hash(&other));
                let _ = book.put(&name, &other);
                ask(&book);
            }
        }
    }
}

#[test]
fn forged_cores_never_panic() {
    let files = files();
    let length = files.core.len() - body_at(&files.core);
    for at in 0..length {
        for value in [0, 1, 2, 0x7f, 0x80, 0xff] {
            let core = forged(&files.core, |body| body[at] = value);
            if let Ok(mut book) = Book::open(&core) {
                for chunk in &files.chunks {
                    let _ = book.put(&chunk.name, &chunk.bytes);
                }
                ask(&book);
            }
        }
    }
    for end in 0..length {
        let core = forged(&files.core, |body| body.truncate(end));
        if let Ok(book) = Book::open(&core) {
            ask(&book);
        }
    }
}
