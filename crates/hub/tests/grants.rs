//! A clerk with a shopper's leave: what the grant opens, how it ends, and what the shopper sees of it.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use common::{Browser, Device, TestHub, claims, claims_at, lines, signed, token};
use serde_json::{Value, json};
use wellmet_engine::time::Span;

fn clerk_token(id: &str) -> String {
    let mut claims = claims(id);
    claims["scope"] = json!("consultant");
    claims["name"] = json!("Rosa at the counter");
    signed("EdDSA", &claims)
}

fn clerk(hub: &TestHub, id: &str) -> Browser {
    let mut browser = hub.browser();
    browser.post("/v1/clerk/login", &json!({ "token": clerk_token(id) })).ok();
    browser
}

fn grant(device: &mut Device, ask: &Value) -> (String, String) {
    let made = device.browser.post("/v1/grants", ask).ok().json();
    (made["code"].as_str().unwrap().to_owned(), made["grant"]["id"].as_str().unwrap().to_owned())
}

fn edit(browser: &mut Browser, id: &str, seen: &Value, edits: &Value) -> common::Reply {
    browser.post(&format!("/v1/clerk/grants/{id}"), &json!({ "seen": seen, "edits": edits }))
}

#[test]
fn c37_a_clerk_edits_with_a_code_and_the_shopper_sees_what_was_done() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("cigar", 2);
    phone.sync();
    let (code, id) = grant(&mut phone, &json!({}));

    let mut rosa = clerk(&hub, "rosa");
    let sight = rosa.post("/v1/clerk/open", &json!({ "code": code.to_lowercase() })).ok().json();
    assert_eq!(sight["document"]["cart"][0]["quantity"], 2);
    let edits = json!([
        { "do": "setQuantity", "line": "cigar", "quantity": 3 },
        { "do": "add", "line": "cutter", "quantity": 1 },
        { "do": "configure", "configuration": "humidor", "register": "wood", "value": "wood=oak" },
    ]);
    // While the clerk edits, the shopper adds one on her phone, offline: both stay.
    phone.add("cigar", 1);
    let after = edit(&mut rosa, &id, &sight["seen"], &edits).ok().json();
    assert_eq!(after["document"]["configurations"]["humidor"]["wood"], "wood=oak");
    // The same request again, as after a lost answer, counts nothing twice.
    edit(&mut rosa, &id, &sight["seen"], &edits).refused(409, "stale");
    assert_eq!(phone.sync(), None);
    assert_eq!(phone.cart(), lines(&[("cigar", 4), ("cutter", 1)]));
    assert_eq!(phone.state.document.configured("humidor", "wood"), Some("wood=oak"));

    let list = phone.browser.get("/v1/grants").ok().json();
    assert_eq!(list["grants"][0]["clerk"], "Rosa at the counter");
    let log: Vec<_> = list["log"].as_array().unwrap().iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(log, ["granted", "grant-opened", "grant-edited"]);
    let last = &list["log"][2];
    assert_eq!(last["by"], "Rosa at the counter");
    assert!(last["what"].as_str().unwrap().contains("set cigar to 3"), "{last}");
    // Her export tells the same.
    let export = phone.browser.get("/v1/export").ok().json();
    assert!(export["history"].as_array().unwrap().iter().any(|entry| entry["event"] == "grant-edited"), "{export}");
}

#[test]
fn c37_a_grant_ends_when_revoked_when_its_time_is_over_and_when_she_signs_in() {
    let hub = TestHub::start();
    let mut phone = Device::visiting(&hub);
    phone.add("cigar", 1);
    phone.sync();
    let mut rosa = clerk(&hub, "rosa");
    let open = |browser: &mut Browser, code: &str| browser.post("/v1/clerk/open", &json!({ "code": code }));

    let mut forgotten = Device::of(&hub, "beate");
    let (code, id) = grant(&mut forgotten, &json!({}));
    open(&mut rosa, &code).ok();
    forgotten.browser.delete("/v1/shopper").ok();
    rosa.get(&format!("/v1/clerk/grants/{id}")).refused(404, "no-grant");

    let (code, id) = grant(&mut phone, &json!({ "minutes": 10 }));
    let seen = open(&mut rosa, &code).ok().json()["seen"].clone();
    phone.browser.delete(&format!("/v1/grants/{id}")).ok();
    rosa.get(&format!("/v1/clerk/grants/{id}")).refused(404, "no-grant");
    edit(&mut rosa, &id, &seen, &json!([{ "do": "remove", "line": "cigar" }])).refused(404, "no-grant");
    open(&mut rosa, &code).refused(404, "no-grant");

    let (code, id) = grant(&mut phone, &json!({ "minutes": 10 }));
    open(&mut rosa, &code).ok();
    hub.clock.advance(Span(10 * Span::MINUTE.0 - 1));
    rosa.get(&format!("/v1/clerk/grants/{id}")).ok();
    hub.clock.advance(Span(1));
    rosa.get(&format!("/v1/clerk/grants/{id}")).refused(404, "no-grant");
    assert_eq!(phone.browser.get("/v1/grants").ok().json()["grants"], json!([]));

    let (code, id) = grant(&mut phone, &json!({}));
    open(&mut rosa, &code).ok();
    let now = signed("EdDSA", &claims_at("anna", hub.clock.now()));
    phone.browser.login(&now, None).ok();
    rosa.get(&format!("/v1/clerk/grants/{id}")).refused(404, "no-grant");
    open(&mut rosa, &code).refused(404, "no-grant");
}

#[test]
fn c37_a_grant_opens_nothing_else() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("cigar", 1);
    phone.sync();
    let (code, id) = grant(&mut phone, &json!({ "may": "view" }));

    // A shopper's session is no clerk's, a clerk's is no shopper's, and no token is both by itself.
    phone.browser.post("/v1/clerk/open", &json!({ "code": code })).refused(401, "no-clerk");
    hub.browser().post("/v1/clerk/login", &json!({ "token": token("rosa") })).refused(401, "token-scope");
    let mut rosa = clerk(&hub, "rosa");
    rosa.get("/v1/record").refused(401, "signed-out");
    rosa.get("/v1/export").refused(401, "signed-out");
    rosa.get(&format!("/v1/clerk/grants/{id}")).refused(404, "no-grant");
    rosa.post("/v1/clerk/open", &json!({ "code": "0000-0000" })).refused(404, "no-grant");

    let seen = rosa.post("/v1/clerk/open", &json!({ "code": code })).ok().json()["seen"].clone();
    edit(&mut rosa, &id, &seen, &json!([{ "do": "remove", "line": "cigar" }])).refused(403, "view-only");
    // The code was Rosa's to use; nobody else's, and her own again.
    clerk(&hub, "otto").post("/v1/clerk/open", &json!({ "code": code })).refused(409, "grant-taken");
    rosa.post("/v1/clerk/open", &json!({ "code": code })).ok();
    let log = phone.browser.get("/v1/grants").ok().json()["log"].as_array().unwrap().len();
    assert_eq!(log, 2, "made once, opened once");

    // Another shopper's grant is not hers to end.
    let mut other = Device::of(&hub, "beate");
    other.browser.delete(&format!("/v1/grants/{id}")).ok();
    rosa.get(&format!("/v1/clerk/grants/{id}")).ok();
    rosa.post("/v1/clerk/logout", &json!({})).ok();
    rosa.get(&format!("/v1/clerk/grants/{id}")).refused(401, "no-clerk");
}

#[test]
fn c37_wrong_edits_are_refused_whole_and_wrong_wishes_by_name() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("cigar", 1);
    phone.sync();
    for minutes in [0, -1, 1_441] {
        phone.browser.post("/v1/grants", &json!({ "minutes": minutes })).refused(400, "bad-minutes");
    }
    phone.browser.post("/v1/grants", &json!({ "may": "everything" })).refused(400, "bad-json");
    hub.browser().post("/v1/grants", &json!({})).refused(401, "no-identity");
    let (code, id) = grant(&mut phone, &json!({}));
    let mut rosa = clerk(&hub, "rosa");
    let seen = rosa.post("/v1/clerk/open", &json!({ "code": code })).ok().json()["seen"].clone();
    let wrong = json!([{ "do": "remove", "line": "cigar" }, { "do": "add", "line": "cutter", "quantity": 0 }]);
    edit(&mut rosa, &id, &seen, &wrong).refused(422, "bad-quantity");
    edit(&mut rosa, &id, &seen, &json!([])).refused(400, "too-many-edits");
    edit(&mut rosa, &id, &seen, &json!([{ "do": "buy" }])).refused(400, "bad-json");
    let sight = rosa.get(&format!("/v1/clerk/grants/{id}")).ok().json();
    assert_eq!(sight["document"]["cart"][0]["line"], "cigar", "nothing of the wrong request was done");
    assert_eq!(sight["seen"], seen);
}
