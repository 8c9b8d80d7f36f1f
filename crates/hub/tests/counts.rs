//! What counts is decided by the hub: secret offers, signed ends, vouchers, budgets, early access, points.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::rules::{Shop, placed};
use common::{Browser, Device, TestHub, now};
use serde_json::{Value, json};
use wellmet_engine::time::{Instant, Span};
use wellmet_hub::rules::{AccessRule, OfferRule, PointsRule, Rules, VoucherRule, Worth};

const SECRET: &str = "GOLDEN-SECRET";

fn rule(id: &str) -> OfferRule {
    OfferRule { id: id.into(), ..OfferRule::default() }
}

fn voucher(amount: i64) -> Option<VoucherRule> {
    Some(VoucherRule { worth: Worth::Amount(amount), least: 2_000, days: 30, again: None })
}

/// A shop with something for everybody, something for gold, and a voucher for each class.
fn shop(ends: Option<Instant>) -> Rules {
    let gold = || Some(json!({ "status": "gold" }));
    let others = || Some(json!({ "status": { "$ne": "gold" } }));
    let mut shop = Shop::new();
    shop.offer(rule("all"), None, ends, &[("title", json!("For everybody"))]);
    let secret = OfferRule { code: Some(SECRET.into()), budget: Some((3_000, 1_000)), ..rule("secret") };
    shop.offer(secret, gold(), None, &[("title", json!("Between us")), ("price", json!(9_900))]);
    shop.offer(OfferRule { voucher: voucher(2_000), ..rule("gold-voucher") }, gold(), None, &[]);
    shop.offer(OfferRule { voucher: voucher(500), ..rule("voucher") }, others(), None, &[]);
    shop.slot("payment:card", "payment", None, &[("priority", json!(1))]);
    shop.slot("payment:invoice", "payment", gold(), &[("priority", json!(9))]);
    shop.slot("payment:invoice", "locked", None, &[("priority", json!(9))]);
    shop.slot("access:chair", "early", gold(), &[]);
    shop.slot("access:chair", "later", None, &[]);
    shop.rules.payments = vec!["card".into(), "invoice".into()];
    let opens = now() + Span::days(7);
    shop.rules.access = vec![AccessRule { id: "chair".into(), items: vec!["new-chair".into()], opens }];
    shop.rules.points =
        Some(PointsRule { milli_per_unit: 1_000, unit_minor: 100, pending_days: 14, expire_days: Some(365) });
    shop.done()
}

fn start() -> TestHub {
    let rules = shop(None);
    let hub = TestHub::ruled(rules, |_| {});
    hub.shop().order(placed("G-1", "gold", hub.clock.now(), "chair", 1, "1500")).ok();
    hub
}

/// The claims of a token, verified with the keys that the hub publishes, as a checkout would.
fn verified(browser: &mut Browser, token: &str) -> Value {
    use ed25519_dalek::Verifier;
    let keys = browser.get("/v1/keys").ok().json();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let part = |at: usize| URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&part(0)).unwrap();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let key = URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap();
    let key = ed25519_dalek::VerifyingKey::from_bytes(&key.try_into().unwrap()).unwrap();
    let signature = ed25519_dalek::Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
    key.verify(message.as_bytes(), &signature).unwrap();
    serde_json::from_slice(&part(1)).unwrap()
}

#[test]
fn c10_a_secret_code_is_in_no_answer_to_who_may_not_have_it() {
    let hub = start();
    let (mut gold, mut anna) = (Device::of(&hub, "gold"), Device::of(&hub, "anna"));
    let offers = gold.browser.get("/v1/offers").ok().json();
    let secret = offers["offers"].as_array().unwrap().iter().find(|offer| offer["offer"] == "secret").unwrap();
    assert_eq!((secret["code"].as_str(), secret["fields"]["price"].as_i64()), (Some(SECRET), Some(9_900)));
    let visitor = || {
        let mut browser = hub.browser();
        browser.visit();
        browser
    };
    let (mut somebody, mut nobody) = (visitor(), hub.browser());
    let paths = [
        "/v1/offers",
        "/v1/vouchers",
        "/v1/points",
        "/v1/payments",
        "/v1/orders",
        "/v1/messages",
        "/v1/record",
        "/v1/export",
        "/v1/contact",
        "/v1/questions",
        "/v1/feedback",
        "/v1/access/new-chair",
        "/v1/stock?items=chair",
        "/v1/keys",
        "/v1/health",
    ];
    for path in paths {
        for browser in [&mut anna.browser, &mut somebody, &mut nobody] {
            let reply = browser.get(path);
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            assert!(!text.contains(SECRET) && !text.contains("Between us"), "{path}: {text}");
        }
    }
    assert!(
        anna.browser.get("/v1/offers").ok().json()["offers"].as_array().unwrap().iter().all(|o| o["offer"] == "all")
    );
    // Asking for it by name does not help either, and her own order does not make her gold.
    let ask = json!({ "code": SECRET, "customer": "anna", "order": "A-1" });
    hub.shop().post("/v1/redeem", &ask).refused(403, "code-not-hers");
}

#[test]
fn c11_the_end_of_an_offer_is_signed_and_by_the_hubs_clock() {
    let ends = Instant((now().0 / 1_000 + 3_600) * 1_000);
    let rules = shop(Some(ends));
    let hub = TestHub::ruled(rules, |_| {});
    let mut anna = Device::of(&hub, "anna");
    let told = anna.browser.get("/v1/offers").ok().json();
    assert_eq!((told["offers"][0]["ends"].as_i64(), told["hubTime"].as_i64()), (Some(ends.0), Some(hub.clock.now().0)));
    let claims = verified(&mut anna.browser, told["offers"][0]["token"].as_str().unwrap());
    assert_eq!((claims["ends"].as_i64(), claims["sub"].as_str()), (Some(ends.0 / 1_000), Some("anna")));
    assert!(claims["exp"].as_i64().unwrap() <= ends.0 / 1_000, "no token outlives its offer");
    // Somebody unknown is told the same end, signed to nobody.
    let mut nobody = hub.browser();
    let unknown = nobody.get("/v1/offers").ok().json();
    assert_eq!(unknown["offers"].as_array().unwrap().len(), 1);
    let claims = verified(&mut nobody, unknown["offers"][0]["token"].as_str().unwrap());
    assert_eq!((claims["ends"].as_i64(), &claims["sub"]), (Some(ends.0 / 1_000), &Value::Null));
    hub.clock.advance(ends - hub.clock.now());
    assert_eq!(anna.browser.get("/v1/offers").ok().json()["offers"], json!([]), "over, whatever her clock says");
}

#[test]
fn c13_early_access_is_a_token_for_the_entitled_and_a_date_for_the_others() {
    let hub = start();
    let (mut gold, mut anna, mut nobody) = (Device::of(&hub, "gold"), Device::of(&hub, "anna"), hub.browser());
    let access = |browser: &mut Browser| browser.get("/v1/access/new-chair").ok().json();
    let opens = access(&mut nobody)["opens"].clone();
    for browser in [&mut anna.browser, &mut nobody] {
        let told = access(browser);
        assert_eq!((&told["open"], &told["token"]), (&json!(false), &json!(null)));
        assert!(told["opens"].as_i64().unwrap() > hub.clock.now().0);
    }
    let told = access(&mut gold.browser);
    assert_eq!((&told["open"], &told["opens"]), (&json!(true), &opens));
    let claims = verified(&mut gold.browser, told["token"].as_str().unwrap());
    assert_eq!(
        (claims["kind"].as_str(), claims["item"].as_str(), claims["sub"].as_str()),
        (Some("access"), Some("new-chair"), Some("gold"))
    );
    assert!(claims["exp"].as_i64().unwrap() <= hub.clock.now().0 / 1_000 + 1_800);
    // The till asks for somebody who stands there.
    let entitled = |customer: &str| hub.shop().post("/v1/entitlements", &json!({ "customer": customer })).ok().json();
    assert_eq!(
        (&entitled("gold")["access"]["chair"], &entitled("anna")["access"]["chair"]),
        (&json!(true), &json!(false))
    );
    hub.clock.advance(Span::days(8));
    assert_eq!(access(&mut nobody)["open"], true);
    assert_eq!(nobody.get("/v1/access/cup").ok().json()["open"], true, "what nobody closed is open");
}

#[test]
fn c28_payment_methods_come_in_the_order_for_her_and_the_checkout_asks_the_hub() {
    let hub = start();
    let methods = |told: &Value| -> Vec<String> {
        told["payments"].as_array().unwrap().iter().map(|one| one["method"].as_str().unwrap().to_owned()).collect()
    };
    let (mut gold, mut anna) = (Device::of(&hub, "gold"), Device::of(&hub, "anna"));
    assert_eq!(methods(&gold.browser.get("/v1/payments").ok().json()), ["invoice", "card"]);
    assert_eq!(methods(&anna.browser.get("/v1/payments").ok().json()), ["card"]);
    let entitled = |customer: &str| hub.shop().post("/v1/entitlements", &json!({ "customer": customer })).ok().json();
    assert_eq!(
        (methods(&entitled("gold")), methods(&entitled("anna"))),
        (vec!["invoice".into(), "card".into()], vec!["card".into()])
    );
    assert_eq!(
        (entitled("gold")["status"].as_str(), entitled("anna")["nextStatus"].as_str()),
        (Some("gold"), Some("gold"))
    );
}

#[test]
fn c29_a_voucher_is_hers_is_signed_and_is_worth_more_for_a_better_class() {
    let hub = start();
    let (mut gold, mut anna) = (Device::of(&hub, "gold"), Device::of(&hub, "anna"));
    let list = |device: &mut Device| device.browser.get("/v1/vouchers").ok().json()["vouchers"].clone();
    let (golds, annas) = (list(&mut gold), list(&mut anna));
    assert_eq!((golds.as_array().unwrap().len(), &golds[0]["worth"]), (1, &json!({ "amountMinor": 2_000 })));
    assert_eq!((annas.as_array().unwrap().len(), &annas[0]["worth"]), (1, &json!({ "amountMinor": 500 })));
    assert_eq!(list(&mut anna), annas, "asking again mints nothing");
    let code = annas[0]["code"].as_str().unwrap();
    let claims = verified(&mut anna.browser, annas[0]["token"].as_str().unwrap());
    assert_eq!(
        (claims["kind"].as_str(), claims["jti"].as_str(), claims["sub"].as_str()),
        (Some("voucher"), Some(code), Some("anna"))
    );
    let redeem = |code: &str, customer: &str, order: &str, total: i64| {
        let ask = json!({ "code": code, "customer": customer, "order": order, "totalMinor": total });
        hub.shop().post("/v1/redeem", &ask)
    };
    redeem(code, "gold", "G-2", 5_000).refused(403, "code-not-hers");
    redeem("NOTACODE", "anna", "A-1", 5_000).refused(404, "code-unknown");
    redeem(code, "anna", "A-1", 1_999).refused(422, "order-too-small");
    let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
    assert_eq!(redeem(&typed, "anna", "A-1", 5_000).ok().json()["worth"], json!({ "amountMinor": 500 }));
    redeem(code, "anna", "A-1", 5_000).ok();
    redeem(code, "anna", "A-2", 5_000).refused(409, "code-redeemed");
    assert_eq!(list(&mut anna)[0]["state"], "redeemed");
    assert_eq!(list(&mut anna)[0]["token"], json!(null));
    let golden = golds[0]["code"].as_str().unwrap();
    hub.clock.advance(Span::days(31));
    redeem(golden, "gold", "G-3", 5_000).refused(409, "code-over");
}

#[test]
fn c29_of_many_redemptions_at_the_same_moment_one_wins() {
    let hub = start();
    let mut anna = Device::of(&hub, "anna");
    let code = anna.browser.get("/v1/vouchers").ok().json()["vouchers"][0]["code"].as_str().unwrap().to_owned();
    for round in 0..8 {
        let start = std::sync::Arc::new(std::sync::Barrier::new(8));
        let tries: Vec<_> = (0..8)
            .map(|n| {
                let (mut shop, code, start) = (hub.shop(), code.clone(), std::sync::Arc::clone(&start));
                std::thread::spawn(move || {
                    let ask = json!({ "code": code, "customer": "anna", "order": format!("{round}-{n}") });
                    start.wait();
                    (n, shop.post("/v1/redeem", &ask))
                })
            })
            .collect();
        let replies: Vec<_> = tries.into_iter().map(|one| one.join().unwrap()).collect();
        let won: Vec<_> = replies.iter().filter(|(_, reply)| reply.status == 200).map(|(n, _)| *n).collect();
        assert_eq!(won.len(), 1, "{replies:?}");
        assert!(replies.iter().all(|(_, reply)| reply.status == 200 || reply.code() == "code-redeemed"), "{replies:?}");
        // The order that won is cancelled; then the voucher can be used again.
        let order = format!("{round}-{}", won[0]);
        hub.shop().order(placed(&order, "anna", hub.clock.now(), "cup", 1, "30")).ok();
        hub.shop().order(json!({ "id": order, "state": "cancelled" })).ok();
    }
}

#[test]
fn c47_a_budget_is_spent_exactly_once_for_each_redemption() {
    let hub = start();
    let start = std::sync::Arc::new(std::sync::Barrier::new(10));
    // Three redemptions fit. Five orders ask at once, each twice.
    let tries: Vec<_> = (0..10)
        .map(|n| {
            let (mut shop, start) = (hub.shop(), std::sync::Arc::clone(&start));
            std::thread::spawn(move || {
                let order = format!("G-{}", n % 5);
                start.wait();
                (order.clone(), shop.post("/v1/redeem", &json!({ "code": SECRET, "customer": "gold", "order": order })))
            })
        })
        .collect();
    let replies: Vec<_> = tries.into_iter().map(|one| one.join().unwrap()).collect();
    let redeemed: std::collections::BTreeSet<_> =
        replies.iter().filter(|(_, reply)| reply.status == 200).map(|(order, _)| order.clone()).collect();
    assert!(redeemed.len() <= 3, "{replies:?}");
    assert!(replies.iter().all(|(_, reply)| reply.status == 200 || reply.code() == "budget-spent"), "{replies:?}");
    // One after the other the rest of it is spent, and not a cent more.
    let mut all = redeemed;
    for n in 0..5 {
        let order = format!("G-{n}");
        let reply = hub.shop().post("/v1/redeem", &json!({ "code": SECRET, "customer": "gold", "order": order }));
        if reply.status == 200 {
            all.insert(order);
        }
    }
    assert_eq!(all.len(), 3);
}

#[test]
fn c61_points_are_the_same_on_all_devices_and_at_the_till() {
    let hub = start();
    let (mut phone, mut desktop) = (Device::of(&hub, "gold"), Device::of(&hub, "gold"));
    let balance = |device: &mut Device| {
        let balance = device.browser.get("/v1/points").ok().json()["balance"].clone();
        (balance["available"].as_i64().unwrap(), balance["pending"].as_i64().unwrap())
    };
    assert_eq!(balance(&mut phone), (0, 1_500));
    hub.clock.advance(Span::days(14));
    assert_eq!((balance(&mut phone), balance(&mut desktop)), ((1_500, 0), (1_500, 0)));
    let spend = |id: &str, points: i64| {
        hub.shop().post("/v1/points/spend", &json!({ "customer": "gold", "id": id, "points": points }))
    };
    assert_eq!(spend("till 1", 500).ok().json()["available"], 1_000);
    assert_eq!(spend("till 1", 500).ok().json()["available"], 1_000, "once for each name");
    spend("till 2", 1_001).refused(409, "points-short");
    spend("till 2", 0).refused(422, "points-amount");
    // The balance is in her document too, so a device that only exchanges sees it.
    for device in [&mut phone, &mut desktop] {
        device.sync();
        let shown = device.state.document.view_of("points", "available").map(|value| value.number());
        assert_eq!(shown, Some(1_000));
    }
    hub.shop().order(json!({ "id": "G-1", "state": "cancelled" })).ok();
    assert_eq!(balance(&mut desktop), (-500, 0), "what was spent of it is owed");
    let of_till = hub.shop().post("/v1/entitlements", &json!({ "customer": "gold" })).ok().json();
    assert_eq!(of_till["points"]["available"], -500);
}

#[test]
fn what_the_hub_has_signed_stays_valid_over_a_restart() {
    let hub = start();
    let mut gold = Device::of(&hub, "gold");
    let token = gold.browser.get("/v1/access/new-chair").ok().json()["token"].as_str().unwrap().to_owned();
    let directory = hub.stop().unwrap();
    let hub = TestHub::start_on(directory.path(), |_| {});
    assert_eq!(verified(&mut hub.browser(), &token)["sub"], "gold");
}
