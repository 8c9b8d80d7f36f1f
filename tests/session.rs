//! The page's session, in a browser: what goes in, what comes out, and what hostile bytes cannot do.

#![cfg(target_arch = "wasm32")]
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use wellmet::Session;
use wellmet_book::{Builder, Item, Shop};

wasm_bindgen_test_configure!(run_in_browser);

const NOW: f64 = 1_700_000_000_000.0;

fn session(slot: u64) -> Session {
    Session::new(NOW, &[0.0, 60.0], "en-GB".into(), slot)
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn code(error: &JsValue) -> String {
    get(error, "code").as_string().unwrap()
}

#[wasm_bindgen_test]
fn c32_two_tabs_add_the_same_article_and_both_count() {
    let (mut phone, mut laptop) = (session(1), session(2));
    phone.add("cup", "", 1).unwrap();
    laptop.add("cup", "", 2).unwrap();
    assert!(phone.merge(&laptop.delta()).unwrap());
    assert!(!phone.merge(&laptop.delta()).unwrap(), "once more changes nothing");
    let cart = phone.cart();
    assert_eq!(get(&cart, "count").as_f64(), Some(3.0));
    assert!(phone.pending(), "no hub has seen it");
}

#[wasm_bindgen_test]
fn kept_bytes_go_on_and_damaged_ones_change_nothing() {
    let mut before = session(1);
    before.add("cup", "size=l&colour=red", 2).unwrap();
    let bytes = before.save();
    let mut after = session(1);
    after.restore(&bytes, None).unwrap();
    let line = get(&get(&after.cart(), "lines"), "0");
    assert_eq!(get(&line, "options").as_string().unwrap(), "colour=red&size=l");
    for end in 0..bytes.len() {
        assert!(after.restore(&bytes[..end], None).is_err(), "cut at {end}");
    }
    assert_eq!(get(&after.cart(), "count").as_f64(), Some(2.0));
}

#[wasm_bindgen_test]
fn a_book_gives_names_and_prices_and_a_damaged_one_costs_only_itself() {
    let mut builder = Builder::new(Shop { name: "Tea".into(), ..Shop::default() });
    let item = Item { id: "cup".into(), title: "Regency <b>teacup</b>".into(), price_minor: 595, ..Item::default() };
    let cup = builder.item(item);
    builder.popular(&[cup]);
    let files = builder.finish().unwrap();

    let mut page = session(1);
    assert_eq!(code(&page.open_book(&files.core[..20]).unwrap_err()), "truncated");
    assert_eq!(code(&page.open_book(b"<!doctype html>").unwrap_err()), "not-a-book");
    let mut next = files.core.clone();
    next[4] = 200;
    assert_eq!(code(&page.open_book(&next).unwrap_err()), "unknown-version");
    assert_eq!(page.open_book(&files.core).unwrap().len(), 16);

    page.add("cup", "", 2).unwrap();
    for chunk in &files.chunks {
        let mut damaged = chunk.bytes.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(code(&page.put_chunk(&chunk.name, &damaged).unwrap_err()), "damaged");
        page.put_chunk(&chunk.name, &chunk.bytes).unwrap();
    }
    let cart = page.cart();
    let line = get(&get(&cart, "lines"), "0");
    assert_eq!(get(&line, "title").as_string().unwrap(), "Regency <b>teacup</b>", "text stays text");
    assert_eq!(get(&cart, "total").as_f64(), Some(1_190.0));
    assert_eq!(get(&cart, "currency").as_string().unwrap(), "USD");
}

#[wasm_bindgen_test]
fn without_a_book_every_slot_keeps_its_default() {
    let mut page = session(1);
    let outcome = page.decide(vec!["greeting".into()]);
    assert_eq!(get(&get(&outcome, "decisions"), "length").as_f64(), Some(0.0));
    assert_eq!(get(&outcome, "until").as_f64(), Some(0.0));
}

#[wasm_bindgen_test]
fn her_own_word_is_kept_and_forgotten() {
    let mut page = session(1);
    page.set_preference("name", "Zoë").unwrap();
    assert_eq!(page.preference("name").as_deref(), Some("Zoë"));
    page.set_preference("name", "").unwrap();
    assert_eq!(page.preference("name"), None);
}

#[wasm_bindgen_test]
fn a_thousand_sessions_leave_the_heap_as_it_was() {
    let memory = || {
        let memory = wasm_bindgen::memory();
        get(&get(&memory, "buffer"), "byteLength").as_f64().unwrap()
    };
    let round = |n: u32| {
        for at in 0..n {
            let mut page = session(u64::from(at) + 1);
            for item in 0..20 {
                page.add(["a", "b", "c", "d"][item % 4], "", 1).unwrap();
            }
            let bytes = page.save();
            page.restore(&bytes, None).unwrap();
        }
    };
    round(50);
    let before = memory();
    round(1_000);
    assert!(memory() <= before + 65_536.0, "{before} -> {}", memory());
}

#[wasm_bindgen_test]
fn a_letter_is_a_letter_here_as_on_a_server() {
    use wellmet_engine::host::Host;
    for text in
        ["", "Zoë", "Søren", "שלום", "日本", "४२", "Ⅷ½", "ß9", "a b", "<b>", "a\u{202e}b", "é\u{301}", "-", "😀"]
    {
        assert_eq!(wellmet::host::Page.alphanumeric(text), text.chars().all(char::is_alphanumeric), "{text}");
    }
}
