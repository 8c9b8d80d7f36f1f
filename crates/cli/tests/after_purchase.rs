//! After the purchase, by the numbers of the capabilities: a calm word on what was bought, tips for exactly that,
//! and picks that do not repeat on one page.

#![allow(clippy::unwrap_used)]

mod common;

use common::{chosen, decide, persona, shop, table};
use serde_json::{Value as Json, json};
use wellmet_cli::index::{MemoryShelf, Tables};
use wellmet_cli::shop::model::ShopFile;
use wellmet_cli::shop::persona::Shopper;
use wellmet_engine::decide::explain;
use wellmet_engine::host::Native;
use wellmet_engine::shelf::{ItemIx, Neighbour};

const AT: &str = "2026-03-01T10:00";

/// Eight cigars and humidors; what is bought together are the next ones of the list, what is alike the ones before.
fn shelf() -> MemoryShelf {
    let ids: Vec<String> = (0..8).map(|n| format!("i{n}")).collect();
    let rows = |ahead: bool| -> Vec<Vec<Neighbour>> {
        let item = |n: u32, step: u32| ItemIx((if ahead { n + step } else { n + 8 - step }) % 8);
        let row = |n| (1..5).map(|step| Neighbour { item: item(n, step), weight: (50_000 >> step) as u16 }).collect();
        (0..8).map(row).collect()
    };
    let tables =
        Tables { with: rows(true), like: rows(false), popular: (0..8).map(ItemIx).collect(), ..Tables::default() };
    let category = |n: u32| if n < 6 { "Cigars > Connecticut" } else { "Humidors" };
    MemoryShelf::new(ids, tables).with_categories((0..8).map(|n| category(n).to_owned()).collect())
}

/// Choices, reasons and items of slots, decided over the shelf.
fn decided(shop: &ShopFile, shopper: &Shopper, slots: &[&str]) -> Vec<(String, &'static str, Vec<u32>)> {
    let (table, host, shelf) = (table(shop, &[]), Native::new(), shelf());
    shopper.facts(|facts| {
        let outcome = explain(&table, facts, &shelf, &host, slots);
        let one = |decision: &wellmet_engine::decide::Decision<'_>| {
            let items = decision.items.iter().map(|item| item.item.0).collect();
            (decision.choice.to_owned(), decision.reason.code(), items)
        };
        outcome.decisions.iter().map(one).collect()
    })
}

fn bought(items: Json, at: &str) -> Shopper {
    persona(json!({ "id": "c", "orders": [{ "at": at, "items": items }] }), AT)
}

#[test]
fn c39_a_calm_word_after_the_order_and_not_for_ever() {
    let shop = shop(json!({
        "slots": { "after": { "variants": [
            { "choice": "good-choice", "when": { "orders.count": { "$gte": 1 }, "days_since.order": { "$lte": 7 } } }
        ] } }
    }));
    let item = json!([{ "id": "i1", "price": 5 }]);
    assert_eq!(decide(&shop, &bought(item.clone(), "-2d"), "after"), chosen("good-choice", "targeted"));
    assert_eq!(decide(&shop, &bought(item, "-8d"), "after").0, "");
    assert_eq!(decide(&shop, &persona(json!({}), AT), "after").0, "", "who never ordered sees nothing of it");
}

#[test]
fn c43_tips_by_what_the_bought_article_is_not_only_by_its_number() {
    let shop = shop(json!({
        "slots": { "tips": { "variants": [
            { "choice": "connecticut", "when": { "orders.category.Connecticut.last90d": { "$gte": 1 } } },
            { "choice": "humidor", "when": { "orders.category.Humidors": { "$gte": 1 } } }
        ] } }
    }));
    let tips =
        |item: &str, at: &str| decided(&shop, &bought(json!([{ "id": item, "price": 5 }]), at), &["tips"]).remove(0);
    assert_eq!(tips("i3", "-10d").0, "connecticut");
    assert_eq!(tips("i7", "-10d").0, "humidor");
    assert_eq!(tips("i3", "-100d").0, "", "three months later the tip is old");
    assert_eq!(tips("unknown", "-10d").0, "", "nothing is said of what the book does not know");
}

#[test]
fn c16_no_article_shows_twice_on_one_page() {
    let shop = shop(json!({
        "slots": {
            "basket": { "variants": [{ "choice": "goes", "items": { "kind": "with", "limit": 2 } }] },
            "similar": { "variants": [{ "choice": "like", "items": { "kind": "like", "limit": 2 } }] },
            "picks": { "variants": [{ "choice": "picks", "items": { "kind": "for-you", "limit": 3, "fill": true } }] }
        }
    }));
    let shopper = persona(
        json!({ "id": "c", "cart": [{ "item": "i0" }], "orders": [{ "at": "-9d", "items": [{ "id": "i1", "price": 5 }] }],
                "views": [{ "at": "-1m", "item": "i0" }] }),
        AT,
    );
    let page = decided(&shop, &shopper, &["basket", "similar", "picks"]);
    let shown: Vec<u32> = page.iter().flat_map(|(_, _, items)| items.clone()).collect();
    assert!(page.iter().all(|(choice, ..)| !choice.is_empty()), "{page:?}");
    let mut distinct = shown.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), shown.len(), "{page:?}");
    assert!(!shown.contains(&0), "what is in the cart is not offered");
}
