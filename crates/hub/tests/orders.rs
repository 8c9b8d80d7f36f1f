//! Orders that the shop tells one by one: her record, her cart, and what takes them back.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::rules::placed;
use common::{Device, SHOP_SECRET, TestHub, hs256, lines};
use serde_json::json;
use wellmet_engine::record::Record;
use wellmet_engine::time::Span;

fn record(device: &mut Device) -> Record {
    Record::decode(&device.browser.get("/v1/record").ok().body).unwrap()
}

#[test]
fn c64_an_order_is_in_her_record_once_however_often_it_is_told() {
    let hub = TestHub::start();
    let (mut shop, mut anna) = (hub.shop(), Device::of(&hub, "anna"));
    let order = placed("A-1", "anna", common::now(), "cup", 2, "12.50");
    assert_eq!(shop.order(order.clone()).ok().json()["outcomes"], json!(["kept"]));
    assert_eq!(shop.order(order.clone()).ok().json()["outcomes"], json!(["known"]));
    let told = record(&mut anna);
    assert_eq!((told.order_count, told.spent_minor, told.currency.code()), (1, 2_500, "EUR"));
    assert_eq!((told.orders[0].id.as_str(), told.orders[0].lines[0].quantity), ("A-1", 2));
    let mut other = order;
    other["lines"][0]["quantity"] = json!(3);
    shop.order(other).refused(409, "order-differs");
    shop.order(
        json!({ "id": "A-1", "state": "returned", "return": "R-1", "lines": [{ "item": "cup", "quantity": 1 }] }),
    )
    .ok();
    shop.order(
        json!({ "id": "A-1", "state": "returned", "return": "R-1", "lines": [{ "item": "cup", "quantity": 1 }] }),
    )
    .ok();
    assert_eq!(record(&mut anna).spent_minor, 1_250);
    shop.order(json!({ "id": "A-1", "state": "cancelled" })).ok();
    let told = record(&mut anna);
    assert_eq!((told.order_count, told.spent_minor, told.orders.len()), (0, 0, 0));
}

#[test]
fn c05_an_order_takes_exactly_what_was_paid_out_of_the_cart_on_all_devices() {
    let hub = TestHub::start();
    let (mut phone, mut desktop) = (Device::of(&hub, "anna"), Device::of(&hub, "anna"));
    phone.add("cup", 2);
    phone.add("tea", 1);
    phone.sync();
    // She pays on the phone; on the desktop she puts one more cup in meanwhile, and the phone is asleep after.
    let paid = phone.state.document.snapshot_of(&|key| key == "cup");
    desktop.sync();
    desktop.add("cup", 1);
    desktop.sync();
    let mut order = placed("A-1", "anna", common::now(), "cup", 2, "5");
    order["paid"] = json!(STANDARD.encode(paid.encode()));
    hub.shop().order(order.clone()).ok();
    desktop.sync();
    phone.sync();
    assert_eq!(desktop.cart(), lines(&[("cup", 1), ("tea", 1)]));
    assert_eq!(phone.cart(), desktop.cart());
    hub.shop().order(order).ok();
    phone.sync();
    assert_eq!(phone.cart(), lines(&[("cup", 1), ("tea", 1)]), "told again it takes nothing more");
}

#[test]
fn c79_the_till_names_her_by_the_code_that_she_shows() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("cup", 2);
    phone.add("tea", 1);
    phone.sync();
    let shown =
        |device: &mut Device| device.browser.post("/v1/grants", &json!({ "minutes": 10 })).ok().json()["code"].clone();
    let sale = |id: &str, code: &serde_json::Value| {
        let mut order = placed(id, "anna", common::now(), "cup", 2, "5");
        order.as_object_mut().unwrap().remove("customer");
        order["code"] = code.clone();
        order["channel"] = json!("till");
        order
    };
    let code = shown(&mut phone);
    let told = |order: serde_json::Value| hub.shop().order(order);
    assert_eq!(told(sale("T-1", &code)).ok().json()["outcomes"], json!(["kept"]));
    phone.sync();
    assert_eq!(phone.cart(), lines(&[("tea", 1)]), "what she took with her leaves the cart on her phone");
    let hers = phone.browser.get("/v1/orders").ok().json();
    assert_eq!((&hers["orders"][0]["id"], &hers["orders"][0]["channel"]), (&json!("T-1"), &json!("till")));
    let mut berta = Device::of(&hub, "berta");
    told(sale("T-1", &shown(&mut berta))).refused(409, "order-differs");

    hub.clock.advance(Span::HOUR);
    assert_eq!(told(sale("T-1", &code)).ok().json()["outcomes"], json!(["known"]), "told again after the code's time");
    let late = told(sale("T-2", &code));
    late.refused(404, "no-grant");
    assert_eq!(late.json()["at"], "orders[0].code");
    let mut guest = Device::visiting(&hub);
    guest.add("cup", 1);
    guest.sync();
    told(sale("T-3", &shown(&mut guest))).refused(422, "order-customer");
}

#[test]
fn c05_what_was_paid_before_the_hub_knew_of_it_leaves_the_cart_when_the_device_brings_it() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("cup", 2);
    let mut order = placed("A-1", "anna", common::now(), "cup", 2, "5");
    order["paid"] = json!(STANDARD.encode(phone.state.document.snapshot().encode()));
    hub.shop().order(order).ok();
    phone.sync();
    phone.sync();
    assert_eq!(phone.cart(), lines(&[]));
}

#[test]
fn an_order_without_a_snapshot_takes_as_many_pieces_as_it_names_and_once() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("cup", 3);
    phone.add("mug?colour=red", 1);
    phone.sync();
    let mut order = placed("A-1", "anna", common::now(), "cup", 2, "5");
    let mug = json!({ "item": "mug", "options": "colour=red", "quantity": 1, "price": 7 });
    order["lines"].as_array_mut().unwrap().push(mug);
    for _ in 0..2 {
        hub.shop().order(order.clone()).ok();
        phone.sync();
        assert_eq!(phone.cart(), lines(&[("cup", 1)]));
    }
}

#[test]
fn a_notice_that_makes_no_sense_is_told_its_place_and_keeps_nothing() {
    let hub = TestHub::start();
    let mut shop = hub.shop();
    let good = || placed("A-1", "anna", common::now(), "cup", 2, "12.50");
    let cases = [
        ("order-customer", "orders[0].customer", json!({ "customer": null })),
        ("order-currency", "orders[0].currency", json!({ "currency": "euro" })),
        ("order-lines", "orders[0].lines", json!({ "lines": [] })),
        ("order-item", "orders[0].lines[0].item", json!({ "lines": [{ "item": "", "quantity": 1, "price": 1 }] })),
        (
            "order-quantity",
            "orders[0].lines[0].quantity",
            json!({ "lines": [{ "item": "a", "quantity": 0, "price": 1 }] }),
        ),
        (
            "order-price",
            "orders[0].lines[0].price",
            json!({ "lines": [{ "item": "a", "quantity": 1, "price": "1.005" }] }),
        ),
        (
            "order-options",
            "orders[0].lines[0].options",
            json!({ "lines": [{ "item": "a", "quantity": 1, "price": 1, "options": "colour" }] }),
        ),
        ("order-paid", "orders[0].paid", json!({ "paid": "AAAA" })),
        ("order-id", "orders[0].id", json!({ "id": "" })),
        ("order-return", "orders[0].return", json!({ "state": "returned" })),
        ("order-unknown", "orders[0].id", json!({ "state": "cancelled", "id": "nobody's" })),
    ];
    for (code, place, changes) in cases {
        let mut notice = good();
        changes.as_object().unwrap().iter().for_each(|(name, value)| notice[name] = value.clone());
        let reply = shop.order(notice);
        assert_eq!((reply.code().as_str(), reply.json()["at"].as_str()), (code, Some(place)));
    }
    let reply = shop.order(json!({ "id": "A", "state": "placed", "lines": [{ "item": 7 }] }));
    reply.refused(400, "bad-json");
    assert_eq!(reply.json()["at"], "orders[0].lines[0].item");
    assert_eq!(record(&mut Device::of(&hub, "anna")).order_count, 0);
}

#[test]
fn only_who_knows_the_secret_speaks_for_the_shop_and_no_page_does() {
    let hub = TestHub::start();
    let body = json!({ "orders": [placed("A-1", "anna", common::now(), "cup", 1, "1")] }).to_string();
    let json = ("content-type", "application/json");
    let mut caller = hub.browser();
    caller.origin = None;
    caller.send("POST", "/v1/orders", &[json], body.as_bytes()).refused(401, "shop-secret");
    caller
        .send("POST", "/v1/orders", &[json, ("authorization", "Bearer nothing")], body.as_bytes())
        .refused(401, "shop-secret");
    let seconds = (hub.clock.now().0 / 1_000).to_string();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let signed = |time: &str, over: &str| {
        format!("t={time},v1={}", hex(&hs256(SHOP_SECRET.as_bytes(), &format!("{time}.{over}"))))
    };
    let mut send =
        |signature: &str| caller.send("POST", "/v1/orders", &[json, ("wellmet-signature", signature)], body.as_bytes());
    send(&signed(&seconds, "{}")).refused(401, "shop-secret");
    let old = (hub.clock.now().0 / 1_000 - 301).to_string();
    send(&signed(&old, &body)).refused(401, "shop-secret");
    assert_eq!(send(&signed(&seconds, &body)).ok().json()["outcomes"], json!(["kept"]));
    let bearer = format!("Bearer {SHOP_SECRET}");
    let mut page = hub.browser();
    page.send("POST", "/v1/orders", &[json, ("authorization", &bearer)], body.as_bytes()).refused(403, "not-for-pages");
    page.get("/v1/inbox").refused(403, "not-for-pages");
}

#[test]
fn an_order_of_somebody_who_was_forgotten_is_acknowledged_and_not_kept() {
    let hub = TestHub::start();
    let mut anna = Device::of(&hub, "anna");
    hub.shop().order(placed("A-1", "anna", common::now(), "cup", 1, "1")).ok();
    anna.browser.delete("/v1/shopper").ok();
    let told = hub.shop().order(placed("A-2", "anna", common::now(), "cup", 1, "1")).ok().json();
    assert_eq!(told["outcomes"], json!(["forgotten"]));
    let mut again = Device::of(&hub, "anna");
    assert_eq!(record(&mut again).order_count, 0);
    hub.shop().order(json!({ "id": "A-1", "state": "delivered" })).refused(404, "order-unknown");
}

#[test]
fn c30_the_guarantee_of_her_class_ends_by_the_delivery() {
    let mut shop = common::rules::Shop::new();
    shop.slot(
        "guarantee",
        "guarantee",
        Some(json!({ "status": "gold" })),
        &[("days", json!(28)), ("text", json!("Four weeks"))],
    );
    shop.slot("guarantee", "guarantee", None, &[("days", json!(14)), ("text", json!("Two weeks"))]);
    let rules = shop.done();
    let hub = TestHub::ruled(rules, |_| {});
    let (mut anna, mut gold) = (Device::of(&hub, "anna"), Device::of(&hub, "gold"));
    let now = hub.clock.now();
    hub.shop().order(placed("A-1", "anna", now, "cup", 1, "10")).ok();
    hub.shop().order(placed("G-1", "gold", now, "chair", 1, "1500")).ok();
    let promise = |device: &mut Device| device.browser.get("/v1/orders").ok().json()["orders"][0]["guarantee"].clone();
    assert_eq!(promise(&mut anna), json!({ "text": "Two weeks", "days": 14, "until": null, "over": false }));
    let delivered = now + Span::days(3);
    hub.clock.advance(Span::days(3));
    for id in ["A-1", "G-1"] {
        hub.shop().order(json!({ "id": id, "state": "delivered", "at": delivered.0 })).ok();
    }
    assert_eq!(promise(&mut anna)["until"], (delivered + Span::days(14)).0);
    assert_eq!(promise(&mut gold)["until"], (delivered + Span::days(28)).0);
    assert_eq!(promise(&mut gold)["text"], "Four weeks");
    hub.clock.advance(Span::days(14));
    assert_eq!((promise(&mut anna)["over"].clone(), promise(&mut gold)["over"].clone()), (json!(true), json!(false)));
}
