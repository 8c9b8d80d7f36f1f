//! The slots of the shop file decided by the hub, for mails and pages that a server draws.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "a test may fail here")]

mod common;

use std::sync::Arc;

use common::rules::{Shop, placed};
use common::{Device, TestHub};
use serde_json::{Value, json};
use wellmet_engine::recommend::Kind;
use wellmet_engine::shelf::{Card, ItemIx, Lookup, Neighbour, Relation, Shelf};
use wellmet_engine::slot::Items;
use wellmet_engine::time::Span;

const ITEMS: [&str; 8] = ["cup", "saucer", "teapot", "tea", "chair", "table", "lamp", "rug"];

/// Eight articles. What is looked at, bought and alike differs, so that a list tells which table it came from.
#[derive(Debug)]
struct Eight;

impl Shelf for Eight {
    fn len(&self) -> u32 {
        ITEMS.len() as u32
    }
    fn find(&self, id: &str) -> Lookup<ItemIx> {
        ITEMS.iter().position(|known| *known == id).map_or(Lookup::Absent, |at| Lookup::Here(ItemIx(at as u32)))
    }
    fn card(&self, item: ItemIx) -> Lookup<Card<'_>> {
        let id = ITEMS[item.0 as usize];
        Lookup::Here(Card {
            id,
            title: id,
            link: "/p/1",
            image: "",
            category: "Home",
            price_minor: 100 + i64::from(item.0),
            in_stock: id != "rug",
            durable: false,
        })
    }
    fn neighbours(&self, relation: Relation, item: ItemIx, out: &mut Vec<Neighbour>) -> Lookup<()> {
        let row: &[(u32, u16)] = match (relation, ITEMS[item.0 as usize]) {
            (Relation::With, "cup") => &[(1, 40_000), (3, 30_000), (7, 20_000)],
            (Relation::Next, "chair") => &[(5, 40_000), (6, 20_000)],
            (Relation::Like, "cup") => &[(2, 40_000)],
            _ => &[],
        };
        out.extend(row.iter().map(|(item, weight)| Neighbour { item: ItemIx(*item), weight: *weight }));
        Lookup::Here(())
    }
    fn popular(&self) -> &[ItemIx] {
        &[ItemIx(6)]
    }
}

fn items(kind: Kind) -> Items {
    Items {
        kind,
        limit: 4,
        least: 1,
        threshold: 0,
        diversity: 0,
        reminders: false,
        fill: false,
        pins: Vec::new(),
        rules: Vec::new(),
    }
}

fn start() -> TestHub {
    let mut shop = Shop::new();
    for (name, kind) in [
        ("a-next", Kind::Next),
        ("b-with", Kind::With),
        ("c-again", Kind::Again),
        ("d-like", Kind::Like),
        ("e-for-you", Kind::ForYou),
    ] {
        shop.slot(name, "list", None, &[]).items = Some(items(kind));
    }
    shop.slot("greeting", "gold", Some(json!({ "status": "gold" })), &[("title", json!("Good to see you"))]);
    shop.offer(wellmet_hub::rules::OfferRule { id: "secret".into(), ..Default::default() }, None, None, &[]);
    let mut rules = shop.done();
    rules.shelf = Arc::new(Eight);
    TestHub::ruled(rules, |_| {})
}

/// What each slot lists, with what spoke for it.
fn lists(answer: &Value) -> Vec<Vec<(String, String)>> {
    let list = |decision: &Value| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let items = decision["items"].as_array().unwrap();
        items.iter().map(|item| (text(&item["id"]), text(&item["reason"]["code"]))).collect()
    };
    answer["decisions"].as_array().unwrap().iter().map(list).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(id, why)| ((*id).to_owned(), (*why).to_owned())).collect()
}

#[test]
fn c16_five_kinds_of_recommendations_for_a_mail() {
    let hub = start();
    let mut shop = hub.shop();
    let mut anna = Device::of(&hub, "anna");
    shop.order(placed("A-1", "anna", hub.clock.now() - Span::days(40), "cup", 1, "30")).ok();
    anna.add("cup", 1);
    assert_eq!(anna.sync(), None);
    let look = json!({ "name": "view_item", "purpose": "personalization", "params": { "item_id": "chair" } });
    anna.browser.post("/v1/events", &json!({ "events": [look] })).ok();

    let ask = |slot: &str| json!({ "customer": "anna", "slots": [slot] });
    let mut one = |slot: &str| lists(&shop.post("/v1/decisions", &ask(slot)).ok().json()).remove(0);
    assert_eq!(one("a-next"), pairs(&[("table", "viewed"), ("lamp", "viewed")]));
    // The rug is sold out.
    assert_eq!(one("b-with"), pairs(&[("saucer", "in-cart"), ("tea", "in-cart")]));
    // What is in the cart is not named once more.
    assert_eq!(one("c-again"), pairs(&[]));
    assert_eq!(one("d-like"), pairs(&[("teapot", "alike")]));
    assert_eq!(
        one("e-for-you"),
        pairs(&[("saucer", "owned"), ("table", "viewed"), ("tea", "owned"), ("lamp", "viewed")])
    );

    // Asked together no article comes twice, and each is as a page shows it.
    let together = json!({ "customer": "anna", "slots": ["a-next", "b-with", "e-for-you"] });
    let answer = shop.post("/v1/decisions", &together).ok().json();
    let mut all: Vec<_> = lists(&answer).concat().into_iter().map(|(id, _)| id).collect();
    all.sort();
    assert_eq!(all, ["lamp", "saucer", "table", "tea"]);
    let lamp = answer["decisions"][0]["items"][1].clone();
    assert_eq!((lamp["priceMinor"].as_i64(), lamp["link"].as_str()), (Some(106), Some("/p/1")));
    assert_eq!(lamp["reason"]["args"]["title"], "chair");
    assert_eq!(answer["currency"], "EUR");
}

#[test]
fn c16_a_page_drawn_by_the_server_is_about_its_article() {
    let hub = start();
    let page = json!({ "kind": "product", "item": "cup" });
    let ask = json!({ "customer": "nobody-yet", "slots": ["b-with", "d-like", "c-again", "greeting"], "page": page });
    let answer = hub.shop().post("/v1/decisions", &ask).ok().json();
    let lists = lists(&answer);
    assert_eq!(lists[0], pairs(&[("saucer", "on-page"), ("tea", "on-page")]));
    assert_eq!(lists[1], pairs(&[("teapot", "alike")]));
    assert_eq!(answer["decisions"][2]["reason"], "below-threshold");
    assert_eq!((&answer["decisions"][3]["choice"], &answer["decisions"][3]["fields"]), (&json!(""), &json!({})));
}

#[test]
fn only_the_shop_asks_and_only_for_slots_of_its_file() {
    let hub = start();
    let mut shop = hub.shop();
    let ask = |slots: Value| json!({ "customer": "anna", "slots": slots });
    shop.post("/v1/decisions", &ask(json!([]))).refused(422, "too-many-slots");
    shop.post("/v1/decisions", &ask(json!(vec!["greeting"; 33]))).refused(422, "too-many-slots");
    shop.post("/v1/decisions", &ask(json!(["greeting", "greetings"]))).refused(422, "unknown-slot");
    shop.post("/v1/decisions", &ask(json!(["offer:secret"]))).refused(422, "unknown-slot");
    shop.post("/v1/decisions", &json!({ "customer": "", "slots": ["greeting"] })).refused(422, "customer-id");
    let mut page = hub.browser();
    page.post("/v1/decisions", &ask(json!(["greeting"]))).refused(403, "not-for-pages");
}
