//! `docs/openapi.json` says what the hub does: every route, every code, and the shape of answers.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{Device, TestHub};
use serde_json::{Value, json};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn document() -> Value {
    serde_json::from_str(&std::fs::read_to_string(root().join("docs/openapi.json")).unwrap()).unwrap()
}

/// Every Rust file of the hub, as text.
fn sources(directory: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// The first string literal after each place where a refusal is made.
fn codes_in(source: &str) -> BTreeSet<String> {
    ["Refusal::new(", "Refusal::bad(", "Refusal::unknown(", "Refusal::senseless(", "Self::new(StatusCode"]
        .iter()
        .flat_map(|made| source.split(made).skip(1))
        .filter_map(|rest| rest.split('"').nth(1))
        // Where a code is passed on from elsewhere the literal is a sentence.
        .filter(|text| !text.contains(' '))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let routes = std::fs::read_to_string(root().join("crates/hub/src/routes/mod.rs")).unwrap();
    let served: BTreeSet<_> =
        routes.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect();
    let document = document();
    let described: BTreeSet<_> = document["paths"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(served, described);
    let hub = TestHub::start();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "delete", "put", "patch"] {
            let kind = [("content-type", "application/json")];
            let headers: &[(&str, &str)] = if method == "get" { &[] } else { &kind };
            let body: &[u8] = if method == "get" { b"" } else { b"{}" };
            let reply = hub.browser().send(&method.to_uppercase(), path, headers, body);
            assert_eq!(reply.status == 405, methods.get(method).is_none(), "{method} {path}: {}", reply.status);
        }
    }
}

#[test]
fn every_code_is_described_and_nothing_else_is() {
    let mut files = Vec::new();
    sources(&root().join("crates/hub/src"), &mut files);
    let made: BTreeSet<_> = files.iter().flat_map(|source| codes_in(source)).collect();
    assert!(made.len() > 25, "{made:?}");
    let text = document().to_string();
    for code in &made {
        assert!(text.contains(&format!("`{code}`")), "{code} is not described");
    }
    // Codes of the document format come from the state and are told as they are.
    let mut state = Vec::new();
    sources(&root().join("crates/state/src"), &mut state);
    sources(&root().join("crates/engine/src"), &mut state);
    for code in
        text.split('`').filter(|word| word.contains('-') && word.bytes().all(|b| b == b'-' || b.is_ascii_lowercase()))
    {
        let known = made.contains(code) || state.iter().any(|source| source.contains(&format!("\"{code}\"")));
        assert!(
            known || ["cache-control", "wellmet-as", "x-shopify-hmac-sha256"].contains(&code),
            "{code} is described and never told"
        );
    }
}

/// Whether a value has what a schema requires: the parts of JSON Schema that the document uses.
fn fits(document: &Value, schema: &Value, value: &Value) -> bool {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return fits(document, &document["components"]["schemas"][name], value);
    }
    if let Some(any) = schema["oneOf"].as_array() {
        return any.iter().any(|one| fits(document, one, value));
    }
    let is = |kind: &Value| match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("null") => value.is_null(),
        _ => false,
    };
    let kind = match &schema["type"] {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    };
    let listed = schema["enum"].as_array().is_none_or(|all| all.contains(value));
    let constant = schema.get("const").is_none_or(|only| only == value);
    let required = schema["required"]
        .as_array()
        .is_none_or(|names| names.iter().all(|name| value.get(name.as_str().unwrap()).is_some()));
    let properties = schema["properties"].as_object().is_none_or(|all| {
        all.iter().all(|(name, schema)| value.get(name).is_none_or(|value| fits(document, schema, value)))
    });
    let items = value.as_array().is_none_or(|all| {
        schema.get("items").is_none_or(|schema| all.iter().all(|value| fits(document, schema, value)))
    });
    kind && listed && constant && required && properties && items
}

#[test]
fn answers_about_what_counts_have_the_described_shape() {
    use common::rules::{Shop, placed};
    use wellmet_hub::rules::{OfferRule, PointsRule, VoucherRule, Worth};
    let document = document();
    let schema = |path: &str, method: &str| {
        document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"].clone()
    };
    let mut shop = Shop::new();
    shop.offer(OfferRule { id: "all".into(), ..OfferRule::default() }, None, None, &[("title", json!("Hello"))]);
    let voucher = VoucherRule { worth: Worth::Percent(10), least: 0, days: 30, again: None };
    shop.offer(OfferRule { id: "v".into(), voucher: Some(voucher), ..OfferRule::default() }, None, None, &[]);
    shop.slot("guarantee", "guarantee", None, &[("days", json!(14)), ("text", json!("Two weeks"))]);
    shop.slot("payment:card", "payment", None, &[("priority", json!(1))]);
    shop.rules.payments = vec!["card".into()];
    shop.rules.points =
        Some(PointsRule { milli_per_unit: 1_000, unit_minor: 100, pending_days: 14, expire_days: Some(365) });
    let hub = TestHub::ruled(shop.done(), |_| {});
    let (mut anna, mut system) = (Device::of(&hub, "anna"), hub.shop());
    let told = system.order(placed("A-1", "anna", hub.clock.now(), "cup", 1, "30")).ok().json();
    let mut seen = vec![("/v1/orders", "post", told)];
    seen.push(("/v1/stock", "post", system.stock("cup", "web", 3)));
    let code = anna.browser.get("/v1/vouchers").ok().json()["vouchers"][0]["code"].clone();
    let ask = json!({ "code": code, "customer": "anna", "order": "A-1" });
    seen.push(("/v1/redeem", "post", system.post("/v1/redeem", &ask).ok().json()));
    seen.push((
        "/v1/entitlements",
        "post",
        system.post("/v1/entitlements", &json!({ "customer": "anna" })).ok().json(),
    ));
    let ask = json!({ "customer": "anna", "slots": ["guarantee"] });
    seen.push(("/v1/decisions", "post", system.post("/v1/decisions", &ask).ok().json()));
    seen.push(("/v1/messages/run", "post", system.run()));
    let event =
        json!({ "events": [{ "name": "view_item", "purpose": "personalization", "params": { "item_id": "cup" } }] });
    seen.push(("/v1/events", "post", anna.browser.post("/v1/events", &event).ok().json()));
    seen.push(("/v1/questions", "post", anna.browser.post("/v1/questions", &json!({ "text": "Blue?" })).ok().json()));
    seen.push(("/v1/feedback", "post", anna.browser.post("/v1/feedback", &json!({ "value": 4 })).ok().json()));
    seen.push(("/v1/inbox", "get", system.get("/v1/inbox").ok().json()));
    seen.push(("/v1/stock", "get", anna.browser.get("/v1/stock?items=cup").ok().json()));
    seen.push(("/v1/access/{item}", "get", anna.browser.get("/v1/access/cup").ok().json()));
    for path in [
        "/v1/orders",
        "/v1/offers",
        "/v1/vouchers",
        "/v1/points",
        "/v1/payments",
        "/v1/questions",
        "/v1/feedback",
        "/v1/messages",
        "/v1/contact",
        "/v1/keys",
        "/v1/export",
    ] {
        seen.push((path, "get", anna.browser.get(path).ok().json()));
    }
    for (path, method, answer) in &seen {
        let schema = schema(path, method);
        assert!(schema.is_object(), "{method} {path} has no schema");
        assert!(fits(&document, &schema, answer), "{method} {path}: {answer}");
    }
    let exported = &seen.last().unwrap().2;
    for (part, least) in [("questionsAndOpinions", 2), ("points", 1), ("vouchers", 1), ("journey", 2)] {
        assert!(exported[part].as_array().unwrap().len() >= least, "{part}: {exported}");
    }
}

#[test]
fn answers_have_the_described_shape() {
    let document = document();
    let schema = |path: &str, method: &str| {
        document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"].clone()
    };
    let hub = TestHub::start();
    let mut device = Device::visiting(&hub);
    device.add("A", 1);
    let welcome = device.browser.login(&common::token("anna"), None).ok().json();
    assert!(fits(&document, &schema("/v1/login", "post"), &welcome), "{welcome}");
    let visit = device.browser.visit();
    assert!(fits(&document, &schema("/v1/visit", "post"), &visit), "{visit}");
    let stranger = hub.browser().visit();
    assert!(fits(&document, &schema("/v1/visit", "post"), &stranger), "{stranger}");
    let export = device.browser.get("/v1/export").ok().json();
    assert!(fits(&document, &schema("/v1/export", "get"), &export), "{export}");
    let health = device.browser.get("/v1/health").ok().json();
    assert!(fits(&document, &schema("/v1/health", "get"), &health), "{health}");
    let refusal = hub.browser().get("/v1/record").json();
    assert!(fits(&document, &json!({ "$ref": "#/components/schemas/Refusal" }), &refusal), "{refusal}");
    assert!(!fits(&document, &schema("/v1/visit", "post"), &json!({ "visitor": 7 })), "the check can fail");
}
