//! Signing in: which tokens are refused and why, what a login joins, what it leaves on the browser.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::{AUDIENCE, Device, TestHub, claims, claims_at, now, sign, signed, token};
use serde_json::{Value, json};
use wellmet_engine::record::Record;
use wellmet_engine::time::{Instant, Span};
use wellmet_state::Document;

fn with(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn cart(bytes: &[u8]) -> Vec<(String, u32)> {
    let document = Document::decode(bytes, 99).unwrap();
    document.cart().iter().map(|line| (line.key.to_owned(), line.quantity)).collect()
}

fn document_of(reply: &common::Reply) -> Vec<u8> {
    STANDARD.decode(reply.json()["document"].as_str().unwrap()).unwrap()
}

#[test]
fn c02_a_session_goes_on_for_some_seconds_as_the_one_that_took_its_place() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("A", 1);
    phone.sync();
    // Another tab of this browser signs in again; what this one has on the way carries the cookie before.
    let mut other = phone.browser.clone();
    other.login(&signed("EdDSA", &claims_at("anna", hub.clock.now())), None).ok();
    phone.add("A", 1);
    phone.sync();
    assert_eq!(phone.cart(), common::lines(&[("A", 2)]));
    phone.browser.get("/v1/record").ok();
    // Signed out in one is signed out in all, at once.
    other.send("POST", "/v1/logout", &[], b"").ok();
    phone.browser.get("/v1/record").refused(401, "signed-out");

    let mut phone = Device::of(&hub, "anna");
    let mut other = phone.browser.clone();
    other.login(&signed("EdDSA", &claims_at("anna", hub.clock.now())), None).ok();
    hub.clock.advance(Span(11_000));
    phone.browser.get("/v1/record").refused(401, "signed-out");
    // Somebody else on the same browser ends it at once.
    let mut phone = Device::of(&hub, "anna");
    let mut other = phone.browser.clone();
    other.login(&signed("EdDSA", &claims_at("berta", hub.clock.now())), None).ok();
    phone.browser.get("/v1/record").refused(401, "signed-out");
}

#[test]
fn c02_every_wrong_token_is_refused_by_name_and_changes_nothing() {
    let hub = TestHub::start();
    let seconds = now().0 / 1_000;
    let good = || claims("anna");
    let cases = [
        ("token-algorithm", sign(&json!({ "alg": "none" }), &good(), "none")),
        ("token-algorithm", sign(&json!({ "alg": "None" }), &good(), "none")),
        ("token-algorithm", sign(&json!({ "alg": "RS256" }), &good(), "EdDSA")),
        ("token-algorithm", sign(&json!({ "alg": "HS512" }), &good(), "HS256")),
        ("token-key", sign(&json!({ "alg": "EdDSA", "kid": "unknown" }), &good(), "EdDSA")),
        ("token-signature", sign(&json!({ "alg": "ES256" }), &good(), "EdDSA")),
        ("token-signature", format!("{}AAAA", signed("EdDSA", &good()))),
        ("token-signature", {
            let (mine, other) = (signed("EdDSA", &good()), signed("EdDSA", &claims("beate")));
            let parts: Vec<_> = mine.split('.').collect();
            format!("{}.{}.{}", parts[0], other.split('.').nth(1).unwrap(), parts[2])
        }),
        ("token-malformed", sign(&json!({ "alg": "EdDSA", "crit": ["b64"], "b64": false }), &good(), "EdDSA")),
        ("token-malformed", "not.a.token".into()),
        ("token-malformed", "nothing".into()),
        ("token-malformed", String::new()),
        ("token-malformed", "a.".repeat(10_000)),
        ("token-audience", signed("EdDSA", &with(good(), json!({ "aud": "somebody else" })))),
        ("token-audience", signed("EdDSA", &with(good(), json!({ "aud": ["a", "b"] })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "aud": null })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "exp": null })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "iat": null })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "jti": null })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "jti": "" })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "sub": null })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "sub": "" })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "sub": "a\u{7}b" })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "exp": -1 })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "exp": 1e300 })))),
        ("token-claims", signed("EdDSA", &with(good(), json!({ "name": "n".repeat(1_000) })))),
        ("token-expired", signed("EdDSA", &with(good(), json!({ "iat": seconds - 400, "exp": seconds - 60 })))),
        ("token-early", signed("EdDSA", &with(good(), json!({ "iat": seconds + 300, "exp": seconds + 600 })))),
        ("token-early", signed("EdDSA", &with(good(), json!({ "nbf": seconds + 300 })))),
        ("token-too-long", signed("EdDSA", &with(good(), json!({ "exp": seconds + 601 + 300, "iat": seconds })))),
        ("token-scope", signed("EdDSA", &with(good(), json!({ "scope": "consultant" })))),
    ];
    for (code, token) in cases {
        let mut browser = hub.browser();
        browser.login(&token, None).refused(401, code);
        assert!(browser.cookies.is_empty(), "{code}");
        assert_eq!(browser.visit()["customer"], Value::Null, "{code}");
    }
}

#[test]
fn c02_the_three_algorithms_and_both_forms_of_audience_are_taken() {
    let hub = TestHub::start();
    for algorithm in ["EdDSA", "ES256", "HS256"] {
        let mut browser = hub.browser();
        let claims = with(claims("anna"), json!({ "aud": ["other", AUDIENCE], "name": " Anna ", "scope": "shopper" }));
        let welcome = browser.login(&signed(algorithm, &claims), None).ok().json();
        assert_eq!(welcome["customer"], json!({ "id": "anna", "name": "Anna" }), "{algorithm}");
        assert_eq!(browser.visit()["customer"]["name"], "Anna");
    }
}

#[test]
fn c02_a_token_is_good_for_one_login_even_after_a_restart() {
    let hub = TestHub::start();
    let token = token("anna");
    hub.browser().login(&token, None).ok();
    hub.browser().login(&token, None).refused(401, "token-replayed");
    let directory = hub.stop().unwrap();
    let hub = TestHub::start_on(directory.path(), |_| {});
    hub.browser().login(&token, None).refused(401, "token-replayed");
}

#[test]
fn a_token_used_at_once_by_many_lets_one_in() {
    let hub = TestHub::start();
    let token = token("anna");
    let logins: Vec<_> = (0..8)
        .map(|_| {
            let (mut browser, token) = (hub.browser(), token.clone());
            std::thread::spawn(move || browser.login(&token, None).status)
        })
        .collect();
    let statuses: Vec<_> = logins.into_iter().map(|login| login.join().unwrap()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 7, "{statuses:?}");
}

#[test]
fn a_broken_login_does_not_use_the_token_up() {
    let hub = TestHub::start();
    let token = token("anna");
    let mut browser = hub.browser();
    browser.login(&token, Some(b"no document")).refused(422, "unknown-version");
    browser.post("/v1/login", &json!({ "token": token, "document": "%%%" })).refused(400, "bad-base64");
    browser.post("/v1/login", &json!({ "token": token, "policy": "min" })).refused(400, "unknown-policy");
    browser.login(&token, None).ok();
}

#[test]
fn c02_login_joins_once_and_a_doubled_login_changes_nothing() {
    let hub = TestHub::start();
    // What the account holds already.
    let mut home = hub.browser();
    let mut before = Document::new(1);
    before.add("A", 3, now()).unwrap();
    home.login(&token("anna"), Some(&before.encode())).ok();
    // A guest on another browser.
    let mut browser = hub.browser();
    browser.visit();
    let mut guest = Document::new(2);
    guest.add("A", 2, now()).unwrap();
    guest.add("B", 1, now()).unwrap();
    let first = browser.login(&token("anna"), Some(&guest.encode())).ok();
    let joined = document_of(&first);
    assert_eq!(cart(&joined), [("A".into(), 3), ("B".into(), 1)]);
    // Retried, in a second tab, and with an edit more.
    assert_eq!(document_of(&browser.login(&token("anna"), Some(&guest.encode())).ok()), joined);
    assert_eq!(document_of(&browser.clone().login(&token("anna"), Some(&guest.encode())).ok()), joined);
    guest.add("C", 1, now()).unwrap();
    let later = document_of(&browser.login(&token("anna"), Some(&guest.encode())).ok());
    assert_eq!(cart(&later), [("A".into(), 3), ("B".into(), 1), ("C".into(), 1)]);
}

#[test]
fn c02_the_policy_of_the_login_decides() {
    for (policy, wanted) in [("max", 3), ("sum", 5), ("guest", 2), ("account", 3), ("ask", 3)] {
        let hub = TestHub::start();
        let mut home = Device::of(&hub, "anna");
        home.add("A", 3);
        home.sync();
        let mut guest = Document::new(2);
        guest.add("A", 2, now()).unwrap();
        let body = json!({ "token": token("anna"), "policy": policy, "document": STANDARD.encode(guest.encode()) });
        let reply = hub.browser().post("/v1/login", &body).ok();
        assert_eq!(cart(&document_of(&reply)), [("A".into(), wanted)], "{policy}");
    }
}

#[test]
fn the_account_s_own_document_posted_as_a_guest_s_is_not_doubled() {
    let hub = TestHub::start();
    let mut mine = Document::new(1);
    mine.add("A", 3, now()).unwrap();
    let mut browser = hub.browser();
    let account = document_of(&browser.login(&token("anna"), Some(&mine.encode())).ok());
    let mut stale = Document::decode(&account, 7).unwrap();
    stale.add("B", 1, now()).unwrap();
    let reply = hub.browser().login(&token("anna"), Some(&stale.encode())).ok();
    assert_eq!(cart(&document_of(&reply)), [("A".into(), 3), ("B".into(), 1)]);
}

#[test]
fn c06_records_and_exports_need_a_session() {
    let hub = TestHub::start();
    let mut visitor = hub.browser();
    visitor.visit();
    visitor.get("/v1/record").refused(401, "signed-out");
    visitor.get("/v1/export").refused(401, "signed-out");
    visitor.cookies.insert("__Host-wellmet-session".into(), "A".repeat(43));
    visitor.get("/v1/record").refused(401, "signed-out");
    visitor.cookies.insert("__Host-wellmet-session".into(), "short".into());
    visitor.get("/v1/export").refused(401, "signed-out");
}

#[test]
fn c02_logout_ends_the_session_for_good_and_makes_the_browser_nobody() {
    let hub = TestHub::start();
    let mut browser = hub.browser();
    let visitor = browser.visit()["visitor"].clone();
    browser.login(&token("anna"), None).ok();
    let thief = browser.clone();
    assert_eq!(browser.visit()["customer"]["id"], "anna");
    assert_eq!(browser.post("/v1/logout", &json!({})).status, 204);
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
    // A copy of the cookie is worth nothing any more.
    thief.clone().get("/v1/record").refused(401, "signed-out");
    let visit = browser.visit();
    assert_eq!(visit["customer"], Value::Null);
    assert_ne!(visit["visitor"], visitor, "the next person is somebody new");
    assert_eq!(browser.send("POST", "/v1/logout", &[], b"").status, 204, "twice does no harm");
}

#[test]
fn a_session_ends_when_idle_and_in_any_case() {
    let hub = TestHub::start();
    let mut browser = hub.browser();
    browser.login(&token("anna"), None).ok();
    for _ in 0..6 {
        hub.clock.advance(Span::days(13));
        browser.get("/v1/record").ok();
    }
    hub.clock.advance(Span::days(13));
    browser.get("/v1/record").refused(401, "signed-out");
    let mut browser = hub.browser();
    let now = Instant(hub.clock.now().0);
    browser.login(&signed("EdDSA", &claims_at("anna", now)), None).ok();
    hub.clock.advance(Span::days(14));
    browser.get("/v1/record").refused(401, "signed-out");
}

#[test]
fn another_customer_at_the_same_browser_gets_her_own() {
    let hub = TestHub::start();
    let mut browser = hub.browser();
    let mut mine = Document::new(1);
    mine.add("A", 1, now()).unwrap();
    browser.login(&token("anna"), Some(&mine.encode())).ok();
    let anna = browser.clone();
    let reply = browser.login(&token("beate"), None).ok();
    assert_eq!(cart(&document_of(&reply)), []);
    assert_eq!(browser.visit()["customer"]["id"], "beate");
    anna.clone().get("/v1/record").refused(401, "signed-out");
}

#[test]
fn the_record_comes_from_the_shop_s_books_under_the_name_signed_last() {
    let directory = tempfile::tempdir().unwrap();
    let books = record("anna", Some("Anna B."));
    let imported = wellmet_hub::import(directory.path(), None, [books.clone(), record("beate", None)]).unwrap();
    assert_eq!((imported.kept, imported.erased), (2, 0));
    let hub = TestHub::start_on(directory.path(), |_| {});
    let mut browser = hub.browser();
    let welcome = browser.login(&token("anna"), None).ok().json();
    assert_eq!(welcome["customer"]["name"], "Anna B.");
    let bytes = STANDARD.decode(welcome["record"].as_str().unwrap()).unwrap();
    assert_eq!(Record::decode(&bytes).unwrap(), books);
    let reply = browser.get("/v1/record").ok();
    assert_eq!(reply.headers["content-type"], "application/octet-stream");
    assert_eq!(reply.body, bytes);
    // Signed later, it wins over the books.
    let renamed = signed("EdDSA", &with(claims("anna"), json!({ "name": "Anna Berg" })));
    assert_eq!(browser.login(&renamed, None).ok().json()["customer"]["name"], "Anna Berg");
    assert_eq!(Record::decode(&browser.get("/v1/record").ok().body).unwrap().name.unwrap(), "Anna Berg");
    // A customer of whom the books say nothing has an empty record.
    let mut newcomer = hub.browser();
    newcomer.login(&token("clara"), None).ok();
    let record = Record::decode(&newcomer.get("/v1/record").ok().body).unwrap();
    assert_eq!((record.customer.as_str(), record.order_count, record.name), ("clara", 0, None));
    // An import beside the running hub is seen at once.
    wellmet_hub::import(directory.path(), None, [record_with(7)]).unwrap();
    assert_eq!(Record::decode(&newcomer.get("/v1/record").ok().body).unwrap().order_count, 7);
}

fn record(customer: &str, name: Option<&str>) -> Record {
    let empty = record_with(1);
    Record { customer: wellmet_engine::id::CustomerId::new(customer).unwrap(), name: name.map(str::to_owned), ..empty }
}

fn record_with(order_count: u32) -> Record {
    Record {
        customer: wellmet_engine::id::CustomerId::new("clara").unwrap(),
        name: None,
        traits: vec![("segment".into(), "Consumer".into())],
        order_count,
        spent_minor: 12_345,
        currency: wellmet_engine::money::Currency::new("EUR").unwrap(),
        first_order: Some(Instant(1_400_000_000_000)),
        orders: Vec::new(),
    }
}

#[test]
fn without_keys_nobody_signs_in() {
    let hub = TestHub::start_with(|config| config.keys = wellmet_hub::identity::keys::Keys::none());
    hub.browser().login(&token("anna"), None).refused(503, "no-keys");
}
