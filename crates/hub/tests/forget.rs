//! Being forgotten, and seeing all that is known before one asks for it.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use common::{Device, TestHub, books, claims, holds, lines, now, signed, token};
use serde_json::json;
use wellmet_engine::id::CustomerId;
use wellmet_hub::{Imported, import};
use wellmet_state::exchange;

/// Every byte of the store's files, for looking whether a word is still in them.
fn bytes_of(directory: &std::path::Path) -> Vec<u8> {
    let mut all = Vec::new();
    for file in std::fs::read_dir(directory).unwrap() {
        all.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    all
}

#[test]
fn c04_a_customer_is_forgotten_on_all_devices_and_none_uploads_her_again() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), None, [books("anna-4711")]).unwrap();
    let hub = TestHub::start_on(directory.path(), |_| {});
    // A phone that was a visitor first, a laptop, and a tablet that stays anonymous and off line.
    let mut phone = Device::visiting(&hub);
    phone.add("A", 1);
    phone.sync();
    let mut phone_as_visitor = Device { browser: phone.browser.clone(), state: phone.state.clone() };
    phone.login("anna-4711");
    phone.state.document.set_preference("name", "Annchen", now()).unwrap();
    phone.sync();
    let mut laptop = Device::of(&hub, "anna-4711");
    laptop.add("B", 1);
    laptop.sync();
    assert!(holds(&bytes_of(directory.path()), "Annchen"));

    assert_eq!(phone.browser.clone().delete("/v1/shopper").status, 204);

    // Every route of every device that was hers, until it has cleared itself.
    laptop.add("C", 1);
    for _ in 0..2 {
        laptop.exchange().refused(410, "erased");
        laptop.browser.get("/v1/record").refused(410, "erased");
        laptop.browser.get("/v1/export").refused(410, "erased");
        laptop.browser.get("/v1/live").refused(410, "erased");
        phone_as_visitor.exchange().refused(410, "erased");
    }
    assert_eq!(laptop.browser.clone().delete("/v1/shopper").status, 204, "asked for twice");
    laptop.browser.post("/v1/visit", &json!({})).refused(410, "erased");
    assert!(laptop.browser.cookies.is_empty(), "it may start as a new visitor now");
    assert_eq!(laptop.browser.visit()["customer"], serde_json::Value::Null);

    // The shop's books name her still; the nightly import leaves her out.
    assert_eq!(import(directory.path(), None, [books("anna-4711")]).unwrap(), Imported { kept: 0, erased: 1 });

    // She comes back: a new beginning, into which no old device pours what it still holds.
    let mut again = Device { browser: hub.browser(), state: exchange::Device::new(common::actor()) };
    again.login("anna-4711");
    assert_eq!(again.cart(), lines(&[]));
    let mut old = Device { browser: hub.browser(), state: laptop.state.clone() };
    old.browser.login(&token("anna-4711"), None).ok();
    // Its first message builds on what the hub does not have; the next one says what that is.
    let behind = old.exchange().ok();
    assert!(old.state.finish(&behind.body, now()).unwrap().again);
    old.exchange().refused(410, "erased");
    old.browser.login(&token("anna-4711"), Some(&old.state.document.encode())).refused(410, "erased");
    again.add("D", 1);
    again.sync();
    assert_eq!(again.cart(), lines(&[("D", 1)]));
    assert_eq!(import(directory.path(), None, [books("anna-4711")]).unwrap(), Imported { kept: 1, erased: 0 });
}

#[test]
fn c04_nothing_of_her_is_left_in_the_files() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), None, [books("anna-4711"), books("other")]).unwrap();
    let hub = TestHub::start_on(directory.path(), |_| {});
    let mut device = Device::of(&hub, "anna-4711");
    for n in 0..40 {
        device.state.document.set_preference(&format!("note-{n}"), &"Annchen ".repeat(50), now()).unwrap();
        device.sync();
    }
    let mut other = Device::of(&hub, "other");
    other.state.document.set_preference("name", "Beatchen", now()).unwrap();
    other.sync();
    assert_eq!(device.browser.delete("/v1/shopper").status, 204);
    drop(hub);
    let left = bytes_of(directory.path());
    for word in ["anna-4711", "Annchen"] {
        assert!(!holds(&left, word), "{word} is still in the files");
    }
    assert!(holds(&left, "Beatchen") && holds(&left, "other"));
}

#[test]
fn c04_forgetting_amid_logins_and_clicks_leaves_nothing_either() {
    let hub = TestHub::start();
    let directory = hub.data.clone();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..12 {
                    let mut device = Device::visiting(&hub);
                    device.state.document.set_preference("name", "Annchen", now()).unwrap();
                    let body = device.state.document.encode();
                    let reply = device.browser.login(&token("anna-4711"), Some(&body));
                    assert!([200, 410, 503].contains(&reply.status), "{} {}", reply.status, reply.code());
                    let reply = device.exchange();
                    assert!([200, 409, 410].contains(&reply.status), "{} {}", reply.status, reply.code());
                    assert_eq!(device.browser.clone().delete("/v1/shopper").status, 204);
                }
            });
        }
    });
    let mut last = Device { browser: hub.browser(), state: exchange::Device::new(common::actor()) };
    last.login("anna-4711");
    assert_eq!(last.state.document.preference("name"), None);
    assert_eq!(last.browser.delete("/v1/shopper").status, 204);
    let _directory = hub.stop();
    let left = bytes_of(&directory);
    for word in ["anna-4711", "Annchen"] {
        assert!(!holds(&left, word), "{word} is still in the files");
    }
}

#[test]
fn c04_a_visitor_is_forgotten_by_her_cookie() {
    let hub = TestHub::start();
    let mut device = Device::visiting(&hub);
    device.add("A", 1);
    device.sync();
    let visitor = device.browser.visit()["visitor"].clone();
    let mut tab = Device { browser: device.browser.clone(), state: device.state.clone() };
    assert_eq!(device.browser.delete("/v1/shopper").status, 204);
    assert!(device.browser.cookies.is_empty());
    tab.add("B", 1);
    tab.exchange().refused(410, "erased");
    tab.browser.clone().login(&token("anna"), None).refused(410, "erased");
    // Nor does the id come back that a page kept.
    hub.browser().post("/v1/visit", &json!({ "visitor": visitor })).refused(410, "erased");
    assert_ne!(device.browser.visit()["visitor"], visitor);
    assert_eq!(hub.browser().delete("/v1/shopper").status, 204, "nothing known is nothing to erase");
}

#[test]
fn a_visitor_cookie_alone_never_erases_an_account() {
    let hub = TestHub::start();
    let mut device = Device::visiting(&hub);
    device.login("anna");
    device.add("A", 1);
    device.sync();
    let mut thief = hub.browser();
    thief.cookies.insert("__Host-wellmet".into(), device.browser.cookies["__Host-wellmet"].clone());
    assert_eq!(thief.delete("/v1/shopper").status, 204);
    assert_eq!(Device::of(&hub, "anna").cart(), lines(&[("A", 1)]));
}

#[test]
fn an_erasure_is_finished_by_the_next_hub_when_the_first_one_died_in_the_middle() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), None, [books("anna")]).unwrap();
    let hub = TestHub::start_on(directory.path(), |_| {});
    let mut device = Device::of(&hub, "anna");
    device.add("A", 1);
    device.sync();
    drop(hub);
    // The state after the erasure was noted and before any of it was done.
    let file = rusqlite::Connection::open(directory.path().join("hub.sqlite")).unwrap();
    let subject = wellmet_hub::store::Key::of("hub", "erasures");
    let customer = wellmet_hub::identity::customer_key(&CustomerId::new("anna").unwrap());
    let note = json!({ "begun": { "id": "e1", "customer": [customer.hex(), 1], "visitor": null } }).to_string();
    let row = rusqlite::params![subject.bytes(), note.into_bytes()];
    file.execute("INSERT INTO log (subject, value) VALUES (?1, ?2)", row).unwrap();
    drop(file);
    let hub = TestHub::start_on(directory.path(), |_| {});
    let mut browser = hub.browser();
    browser.cookies = device.browser.cookies.clone();
    // It is done beside the first requests; a session may be found for a moment still.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while browser.get("/v1/record").status != 410 {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    drop(hub);
    // And once: a later life is not touched by it.
    let hub = TestHub::start_on(directory.path(), |_| {});
    // The hub before may have been stopped before it was through. This one goes on, and as long nobody signs in as her.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while hub.browser().login(&token("anna"), None).status == 503 {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    let mut again = Device::of(&hub, "anna");
    again.add("B", 1);
    again.sync();
    drop(hub);
    let hub = TestHub::start_on(directory.path(), |_| {});
    assert_eq!(Device::of(&hub, "anna").cart(), lines(&[("B", 1)]));
}

#[test]
fn c03_the_export_shows_all_that_is_known() {
    let directory = tempfile::tempdir().unwrap();
    import(directory.path(), None, [books("anna")]).unwrap();
    let hub = TestHub::start_on(directory.path(), |_| {});
    let mut device = Device::visiting(&hub);
    device.add("mug?colour=red", 2);
    device.login("anna");
    device.state.document.set_field("mug?colour=red", "seen_price", "1299", now()).unwrap();
    device.state.document.set_preference("name", "Annchen", now()).unwrap();
    device.state.document.configure("humidor-1", "wood", "cedar", now()).unwrap();
    device.state.document.mark("survey-1", now()).unwrap();
    device.sync();
    let mut named = claims("anna");
    named["name"] = json!("Anna Berg-Weber");
    device.browser.login(&signed("EdDSA", &named), None).ok();

    let reply = device.browser.get("/v1/export").ok();
    assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
    let text = String::from_utf8(reply.body.clone()).unwrap();
    assert!(text.lines().count() > 30, "a person reads it line by line");
    let all = reply.json();
    assert_eq!(all["customer"]["id"], "anna");
    assert_eq!(all["customer"]["name"], "Anna Berg-Weber");
    assert_eq!(all["customer"]["signedInBrowsers"], 1);
    assert_eq!(all["customer"]["anonymousDocumentsJoined"], 1);
    assert_eq!(all["shopRecord"]["facts"]["segment"], "Consumer");
    assert_eq!(all["shopRecord"]["firstOrder"], "2016-11-08T00:00:00Z");
    assert_eq!(
        all["shopRecord"]["latestOrders"][0]["lines"][0]["unitPrice"],
        json!({ "minorUnits": 13_098, "currency": "USD" })
    );
    let document = &all["document"];
    assert_eq!(
        document["cart"],
        json!([{ "line": "mug?colour=red", "quantity": 2, "fields": { "seen_price": "1299" } }])
    );
    assert_eq!(document["preferences"], json!({ "name": "Annchen" }));
    assert_eq!(document["configurations"], json!({ "humidor-1": { "wood": "cedar" } }));
    assert!(document["seenOrAnswered"]["survey-1"].as_str().unwrap().ends_with('Z'));
    let events: Vec<_> = all["history"].as_array().unwrap().iter().map(|entry| entry["event"].clone()).collect();
    assert_eq!(events, [json!("signed-in"), json!("signed-in"), json!("exported")]);
}
