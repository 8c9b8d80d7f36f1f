//! What is assigned to shoppers beside slots and offers, by the numbers of the capabilities: contact persons,
//! music, payment methods, guarantees, surveys, layouts, services, early access.

#![allow(clippy::unwrap_used)]

mod common;

use common::{chosen, decide, persona, shop, with_outcome};
use serde_json::{Value as Json, json};
use wellmet_cli::shop::compile::{Target, compile_asking, moment};
use wellmet_cli::shop::model::ShopFile;
use wellmet_cli::shop::persona::Shopper;
use wellmet_engine::value::Value;

fn field(shop: &ShopFile, shopper: &Shopper, slot: &str, name: &str) -> Option<Value> {
    with_outcome(shop, shopper, &[slot], |outcome| {
        outcome.decisions[0].fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    })
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.into()))
}

fn of_class(class: &str) -> Shopper {
    persona(json!({ "id": "c", "traits": { "class": class } }), "2026-03-01")
}

#[test]
fn c14_c15_c28_c30_contacts_music_payments_and_guarantees_by_class() {
    let shop = shop(json!({
        "attributes": { "class": { "type": "text", "source": "record", "values": ["A", "B", "C"] } },
        "contacts": { "team": { "name": "The team", "mail": "hello@example.com" }, "eva": { "name": "Eva", "when": { "class": "A" }, "priority": 5, "phone": "+43 1 234" } },
        "guarantees": { "law": { "days": 14, "text": "Fourteen days" }, "a": { "days": 28, "text": "Four weeks", "when": { "class": "A" }, "priority": 1 } },
        "playlists": { "calm": { "label": "Calm", "tracks": ["/a.mp3", "/b.mp3"], "when": { "class": { "$in": ["A", "B"] } } } },
        "payments": { "card": { "label": "Card" }, "invoice": { "label": "Invoice", "when": { "class": "A" } } },
        "surveys": { "nps": { "question": "Would you come back?", "cap": { "times": 1, "every": "90d" } } }
    }));
    assert_eq!(field(&shop, &of_class("A"), "contact", "name"), text("Eva"));
    assert_eq!(field(&shop, &of_class("C"), "contact", "name"), text("The team"));
    assert_eq!(field(&shop, &of_class("A"), "guarantee", "days"), Some(Value::Number(28.0)));
    assert_eq!(field(&shop, &of_class("C"), "guarantee", "days"), Some(Value::Number(14.0)));
    assert_eq!(field(&shop, &of_class("B"), "music", "tracks"), text("/a.mp3\n/b.mp3"));
    assert_eq!(decide(&shop, &of_class("C"), "music").0, "");
    assert_eq!(decide(&shop, &of_class("C"), "payment:invoice").0, "");
    assert_eq!(decide(&shop, &of_class("A"), "payment:invoice").0, "payment");
    assert_eq!(decide(&shop, &of_class("C"), "survey:nps").0, "survey");
}

#[test]
fn triggers_of_the_hub_are_not_in_the_book() {
    let shop = shop(json!({ "triggers": {
        "hub": { "when": { "days_since.order": 14 }, "cap": { "times": 1, "every": "order" } },
        "page": { "when": { "visits.count": 3 }, "cap": { "times": 1, "every": "ever" }, "on": "browser" }
    } }));
    let names = |target| -> Vec<String> {
        compile_asking(&shop, target, &[]).unwrap().slots.iter().map(|slot| slot.name.clone()).collect()
    };
    assert_eq!(names(Target::Browser), ["trigger:page"]);
    assert_eq!(names(Target::Hub), ["trigger:hub", "trigger:page"]);
    let fortnight = persona(json!({ "id": "c", "orders": [{ "at": "-14d", "total": 1 }] }), "2026-03-01T09:00");
    assert_eq!(decide(&shop, &fortnight, "trigger:hub"), chosen("due", "targeted"));
}

#[test]
fn c14_the_contacts_of_a_pool_share_the_shoppers_and_each_stays_with_hers() {
    let person =
        |name: &str| json!({ "name": name, "pool": "team", "mail": format!("{name}@example.com"), "chat": "/chat" });
    let shop = shop(json!({ "contacts": { "a": person("anna"), "b": person("bert"), "c": person("cleo") } }));
    let visitor = |n: usize| persona(json!({ "visitor": format!("v{n}") }), "2026-03-01");
    let mut counts = std::collections::BTreeMap::new();
    for n in 0..900 {
        let name = field(&shop, &visitor(n), "contact", "name").unwrap();
        assert_eq!(Some(name.clone()), field(&shop, &visitor(n), "contact", "name"));
        *counts.entry(format!("{name:?}")).or_insert(0) += 1;
    }
    assert_eq!(counts.len(), 3);
    assert!(counts.values().all(|count| (240..360).contains(count)), "{counts:?}");
    assert_eq!(field(&shop, &visitor(1), "contact", "chat"), text("/chat"));
    assert_eq!(decide(&shop, &visitor(1), "contact").0, "contact", "the page has one template for all of them");
}

#[test]
fn c28_a_payment_method_says_what_it_takes_to_those_who_lack_it() {
    let shop = shop(json!({
        "attributes": { "class": { "type": "text", "source": "record" } },
        "payments": { "invoice": { "label": "Invoice", "icon": "/invoice.svg", "when": { "class": "A" }, "reason": "For regulars", "locked": "After three orders" } }
    }));
    let said = |class: &str| {
        with_outcome(&shop, &of_class(class), &["payment:invoice"], |outcome| {
            let decision = &outcome.decisions[0];
            (decision.choice.to_owned(), decision.text.to_owned())
        })
    };
    assert_eq!(said("A"), ("payment".into(), "For regulars".into()));
    assert_eq!(said("C"), ("locked".into(), "After three orders".into()));
    assert_eq!(field(&shop, &of_class("C"), "payment:invoice", "icon"), text("/invoice.svg"));
}

#[test]
fn c20_c68_a_survey_says_how_it_is_answered_and_comes_once_per_order() {
    let shop = shop(json!({ "surveys": {
        "order": {
            "question": "Are you happy with your order?", "comment": "Tell us more", "thanks": "Thank you",
            "when": { "days_since.order": { "$exists": true, "$gte": 5 } }, "cap": { "times": 1, "every": "order" }
        },
        "why": { "question": "Why did you come?", "answer": "choice", "choices": ["Gift", "For myself"], "cap": { "times": 1, "every": "ever" } }
    } }));
    let ordered = |days: i64, asked: Option<i64>| {
        let shown: Vec<Json> =
            asked.iter().map(|day| json!({ "at": format!("-{day}d"), "what": "survey:order/survey" })).collect();
        persona(
            json!({ "id": "c", "orders": [{ "at": format!("-{days}d"), "total": 5 }], "shown": shown }),
            "2026-03-01",
        )
    };
    assert_eq!(decide(&shop, &ordered(4, None), "survey:order").1, "not-targeted");
    assert_eq!(decide(&shop, &ordered(5, None), "survey:order").0, "survey");
    assert_eq!(decide(&shop, &ordered(9, Some(2)), "survey:order"), chosen("", "cap-reached"));
    assert_eq!(decide(&shop, &ordered(9, Some(20)), "survey:order").0, "survey", "asked about an older order");
    assert_eq!(field(&shop, &ordered(9, None), "survey:order", "answer"), text("faces"));
    assert_eq!(field(&shop, &ordered(9, None), "survey:order", "comment"), text("Tell us more"));
    assert_eq!(field(&shop, &ordered(9, None), "survey:why", "choices"), text("Gift\nFor myself"));
}

#[test]
fn c57_the_layout_of_a_message_goes_by_channel_trigger_and_shopper() {
    let shop = shop(json!({
        "attributes": { "class": { "type": "text", "source": "record" } },
        "triggers": {
            "thanks": { "when": { "days_since.order": 14 }, "cap": { "times": 1, "every": "order" }, "channels": ["mail", "letter"], "at": "09:00" },
            "back": { "when": { "interval.overdue": { "$gte": 30 } }, "cap": { "times": 1, "every": "order" }, "channels": ["mail"] }
        },
        "layouts": {
            "plain": { "channel": "mail", "file": "mail/plain.html" },
            "rich": { "channel": "mail", "file": "mail/rich.html", "when": { "class": "A" }, "priority": 5 },
            "card": { "channel": "letter", "file": "letter/card.html", "triggers": ["thanks"], "when": { "class": { "$in": ["A", "B"] } } }
        }
    }));
    let layout = |class: &str, slot: &str| decide(&shop, &of_class(class), slot).0;
    // The matrix of a preview: trigger and channel by class.
    assert_eq!(["A", "B", "C"].map(|class| layout(class, "layout:thanks:mail")), ["rich", "plain", "plain"]);
    assert_eq!(["A", "B", "C"].map(|class| layout(class, "layout:thanks:letter")), ["card", "card", ""]);
    assert_eq!(layout("A", "layout:back:mail"), "rich");
    assert_eq!(decide(&shop, &of_class("A"), "layout:back:letter").1, "unknown-slot");
    assert_eq!(field(&shop, &of_class("A"), "layout:thanks:mail", "file"), text("mail/rich.html"));
    let public = compile_asking(&shop, Target::Browser, &[]).unwrap();
    assert!(public.slots.is_empty(), "layouts are the hub's");
}

#[test]
fn c58_services_by_class_for_other_systems_and_some_for_her_to_see() {
    let shop = shop(json!({
        "attributes": { "class": { "type": "text", "source": "record" } },
        "services": {
            "queue": { "levels": [{ "value": "fast", "when": { "class": "A" } }, { "value": "usual" }] },
            "packaging": { "label": "Packaging", "levels": [{ "value": "gift", "label": "In a box", "when": { "class": "A" } }, { "value": "plain" }] }
        }
    }));
    assert_eq!(["A", "C"].map(|class| decide(&shop, &of_class(class), "service:queue").0), ["fast", "usual"]);
    assert_eq!(field(&shop, &of_class("A"), "service:packaging", "level"), text("In a box"));
    let slots = |target| -> Vec<String> {
        compile_asking(&shop, target, &[]).unwrap().slots.into_iter().map(|slot| slot.name).collect()
    };
    assert_eq!(slots(Target::Browser), ["service:packaging"]);
    assert_eq!(slots(Target::Hub), ["service:packaging", "service:queue"]);
}

#[test]
fn c13_some_come_earlier_and_all_others_learn_when() {
    let shop = shop(json!({
        "status": { "groups": [{ "id": "gold", "label": "Gold", "entry": { "orders": 1 } }] },
        "cap": { "times": 1, "every": "7d" },
        "access": { "spring": { "items": ["sku-1", "sku-2"], "when": { "status": "gold" }, "from": "2026-03-01T09:00", "opens": "2026-03-08T09:00", "fields": { "title": "Spring" } } }
    }));
    let gold = |at: &str| {
        persona(
            json!({ "id": "c", "orders": [{ "at": "-9d", "total": 1 }], "shown": [{ "at": "-1h", "what": "x" }] }),
            at,
        )
    };
    let other = |at: &str| persona(json!({}), at);
    let choice = |shopper: &Shopper| decide(&shop, shopper, "access:spring").0;
    assert_eq!(choice(&gold("2026-03-01T08:59")), "later");
    assert_eq!(choice(&gold("2026-03-01T09:00")), "early", "a cap on what is shown takes no right away");
    assert_eq!(choice(&other("2026-03-01T09:00")), "later");
    assert_eq!(choice(&other("2026-03-08T09:00")), "open");
    assert_eq!(choice(&gold("2026-03-08T09:00")), "open");
    let opens = Some(Value::Number(moment("2026-03-08T09:00").unwrap().0 as f64));
    assert_eq!(field(&shop, &other("2026-03-02"), "access:spring", "opens"), opens);
    assert_eq!(field(&shop, &other("2026-03-02"), "access:spring", "items"), text("sku-1\nsku-2"));
    with_outcome(&shop, &other("2026-03-02"), &["access:spring"], |outcome| {
        assert_eq!(outcome.until, moment("2026-03-08T09:00"), "the page asks again when it opens");
    });
}

#[test]
fn c69_nobody_is_held_out_of_what_she_is_entitled_to() {
    let shop = shop(json!({
        "holdout": 1.0,
        "status": { "groups": [{ "id": "gold", "label": "Gold", "entry": { "orders": 1 } }] },
        "guarantees": { "law": { "days": 14, "text": "Fourteen days" } },
        "payments": { "card": { "label": "Card" } },
        "contacts": { "team": { "name": "The team", "mail": "hello@example.com" } },
        "playlists": { "calm": { "label": "Calm", "tracks": ["/a.mp3", { "address": "/b.mp3", "title": "B", "licence": "GEMA 4711" }] } }
    }));
    let gold = persona(json!({ "id": "c", "orders": [{ "at": "-9d", "total": 1 }] }), "2026-03-01");
    for slot in ["status", "guarantee", "payment:card", "contact"] {
        assert_ne!(decide(&shop, &gold, slot).0, "", "{slot}");
    }
    assert_eq!(decide(&shop, &gold, "music"), chosen("", "holdout"));
    let bytes = compile_asking(&shop, Target::Browser, &[]).unwrap().encode();
    assert!(!bytes.windows(9).any(|window| window == b"GEMA 4711"), "a licence is the shop's own business");
}
