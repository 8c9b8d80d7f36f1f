//! The page for clerks: it opens with a code, sees and answers, gives back, and cannot be used to guess codes.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use common::rules::Shop;
use common::{Browser, Device, TestHub, claims_at, signed};
use serde_json::json;
use wellmet_engine::time::Span;

fn clerk(hub: &TestHub, id: &str) -> Browser {
    let mut claims = claims_at(id, hub.clock.now());
    (claims["scope"], claims["name"]) = (json!("consultant"), json!("Eva"));
    let mut browser = hub.browser();
    browser.post("/v1/clerk/login", &json!({ "token": signed("EdDSA", &claims) })).ok();
    browser
}

fn grant(device: &mut Device) -> (String, String) {
    let made = device.browser.post("/v1/grants", &json!({})).ok().json();
    (made["code"].as_str().unwrap().to_owned(), made["grant"]["id"].as_str().unwrap().to_owned())
}

fn hub() -> TestHub {
    let mut shop = Shop::new();
    shop.slot("contact", "contact", None, &[("name", json!("Otto")), ("phone", json!("+43 1 234"))]);
    TestHub::ruled(shop.done(), |_| {})
}

#[test]
fn c37_c79_a_clerk_sees_cart_questions_and_contact_answers_and_gives_back() {
    let hub = hub();
    let mut anna = Device::of(&hub, "anna");
    anna.add("cup", 2);
    anna.sync();
    let asked = anna.browser.post("/v1/questions", &json!({ "text": "In blue?", "item": "cup" })).ok().json();
    let (code, id) = grant(&mut anna);
    let mut eva = clerk(&hub, "eva");
    assert_eq!(eva.get("/v1/clerk/me").ok().json()["clerk"]["name"], "Eva");
    let sight = eva.post("/v1/clerk/open", &json!({ "code": code })).ok().json();
    assert_eq!(sight["document"]["cart"][0]["quantity"], 2);
    let around = eva.get(&format!("/v1/clerk/grants/{id}/around")).ok().json();
    assert_eq!((&around["entries"][0]["id"], around["contact"]["name"].as_str()), (&asked["id"], Some("Otto")));
    let answer = json!({ "question": asked["id"], "text": "Yes, in the next room." });
    eva.post(&format!("/v1/clerk/grants/{id}/answers"), &answer).ok();
    let edits = json!({ "seen": sight["seen"], "edits": [{ "do": "setQuantity", "line": "cup", "quantity": 3 }] });
    eva.post(&format!("/v1/clerk/grants/{id}"), &edits).ok();
    eva.post(&format!("/v1/clerk/grants/{id}/return"), &json!({})).ok();
    for path in ["", "/around"] {
        eva.get(&format!("/v1/clerk/grants/{id}{path}")).refused(404, "no-grant");
    }
    anna.sync();
    assert_eq!(anna.cart(), common::lines(&[("cup", 3)]), "it is hers again, with what was done");
    let seen = anna.browser.get("/v1/questions").ok().json()["entries"][0].clone();
    assert_eq!(
        (seen["state"].as_str(), seen["answers"][0]["by"].as_str(), seen["answers"][0]["channel"].as_str()),
        (Some("answered"), Some("Eva"), Some("store"))
    );
    let log = anna.browser.get("/v1/grants").ok().json()["log"].clone();
    let told: Vec<_> =
        log.as_array().unwrap().iter().map(|one| (one["event"].as_str().unwrap(), one["by"].as_str())).collect();
    let eva = Some("Eva");
    assert_eq!(
        told,
        [
            ("granted", None),
            ("grant-opened", eva),
            ("grant-edited", eva),
            ("grant-edited", eva),
            ("grant-returned", eva)
        ]
    );
}

#[test]
fn c37_nobody_guesses_a_code() {
    let hub = hub();
    let mut anna = Device::of(&hub, "anna");
    let (code, _) = grant(&mut anna);
    hub.browser().post("/v1/clerk/open", &json!({ "code": code })).refused(401, "no-clerk");
    let mut mallory = clerk(&hub, "mallory");
    for n in 0..10 {
        mallory.post("/v1/clerk/open", &json!({ "code": format!("0000-000{n}") })).refused(404, "no-grant");
    }
    mallory.post("/v1/clerk/open", &json!({ "code": code })).refused(429, "clerk-locked");
    clerk(&hub, "mallory").post("/v1/clerk/open", &json!({ "code": code })).refused(429, "clerk-locked");
    clerk(&hub, "eva").post("/v1/clerk/open", &json!({ "code": code })).ok();
    hub.clock.advance(Span::MINUTE * 16);
    mallory.post("/v1/clerk/open", &json!({ "code": code })).refused(409, "grant-taken");
}

#[test]
fn the_page_stands_under_a_strict_policy_and_draws_a_code() {
    let hub = hub();
    let mut browser = hub.browser();
    for (path, kind) in [("", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")] {
        let reply = browser.get(&format!("/v1/clerk{path}")).ok();
        let header = |name: &str| reply.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert!(header("content-type").starts_with(kind));
        let policy = header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"] {
            assert!(policy.contains(part), "{policy}");
        }
        let text = String::from_utf8(reply.body.clone()).unwrap();
        for never in ["unsafe-inline", "innerHTML", "eval(", "style=\"", "onclick=\"", "http://", "https://"] {
            assert!(!text.contains(never) && !policy.contains(never), "{path}: {never}");
        }
    }
    let picture = browser.get("/v1/grants/qr?code=7KQ4-M2XR").ok();
    assert!(picture.body.starts_with(b"<?xml") && picture.headers["content-type"] == "image/svg+xml");
    browser.get("/v1/grants/qr?code=short").refused(400, "bad-code");
    browser.get("/v1/grants/qr").refused(400, "bad-query");
    assert_eq!(browser.get("/v1/clerk/me").ok().json(), json!({ "clerk": null }));
}

#[test]
fn every_path_can_be_renamed_and_the_usual_one_is_gone() {
    let hub = TestHub::start_with(|config| {
        config.renamed = [("/v1/health", "/up"), ("/v1/login", "/hello"), ("/v1/grants/{id}", "/g/{id}")]
            .map(|(usual, other)| (usual.to_owned(), other.to_owned()))
            .into();
    });
    let mut browser = hub.browser();
    browser.get("/up").ok();
    browser.get("/v1/health").refused(404, "no-such-route");
    browser.post("/v1/login", &json!({ "token": "" })).refused(404, "no-such-route");
    browser.post("/hello", &json!({ "token": common::token("anna") })).ok();
    browser.belief = Some("customer".into());
    browser.delete("/g/nothing").ok();
}

#[test]
fn the_counts_for_prometheus_need_the_secret_and_name_nobody() {
    let hub = hub();
    let mut anna = Device::of(&hub, "anna");
    anna.browser.get("/v1/offers").ok();
    hub.shop().stock("cup", "web", 3);
    let mut nobody = hub.browser();
    nobody.origin = None;
    nobody.get("/v1/metrics").refused(401, "shop-secret");
    let text = String::from_utf8(hub.shop().get("/v1/metrics").ok().body).unwrap();
    let count = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {text}"));
        line.rsplit_once(' ').unwrap().1.parse().unwrap()
    };
    assert!(count("wellmet_hub_requests_total{status=\"2xx\"}") >= 3.0);
    assert!((count("wellmet_hub_taken_in_total{kind=\"stock\"}") - 1.0).abs() < 0.5);
    assert!(count("wellmet_hub_request_seconds_count") >= 4.0);
    assert!(text.ends_with("# EOF\n") && !text.contains("anna"));
}
