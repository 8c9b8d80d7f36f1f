//! What the hub decides from the shop file, and what of it the public book must not hold.
#![allow(clippy::unwrap_used)]

use serde_json::json;
use wellmet_cli::shop::compile::{Target, compile};
use wellmet_cli::shop::counts::rules;
use wellmet_cli::shop::{model::ShopFile, read};
use wellmet_engine::time::Span;
use wellmet_hub::rules::{Channel, Worth};

fn shop() -> ShopFile {
    let file = json!({
        "shop": { "name": "Tea & Co", "currency": "EUR", "languages": ["en"], "zone": "Europe/Vienna", "stockMinutes": 30 },
        "status": { "groups": [{ "id": "gold", "label": "Gold", "entry": { "spent": 1000 } }] },
        "offers": {
            "all": { "announced": "personal", "fields": { "title": "For everybody" }, "until": "2030-01-01T00:00" },
            "between-us": {
                "announced": "personal", "secret": true, "when": { "status": "gold" },
                "code": { "value": "WHISPERED-CODE" }, "budget": { "amount": 500, "cost": 12.5 },
                "cap": { "times": 1, "every": "7d" }, "fields": { "title": "Whispered words" }
            },
            "voucher": {
                "announced": "personal", "when": { "status": "gold" },
                "voucher": { "amount": 20, "days": 30, "minimum": 50 }, "fields": { "title": "A voucher" }
            }
        },
        "slots": {
            "banner": { "variants": [{ "choice": "offer", "offers": ["between-us", "all"] }] },
            "whisper": { "variants": [{ "choice": "offer", "offers": ["between-us"] }] }
        },
        "triggers": {
            "thanks": {
                "when": { "days_since.order": { "$gte": 14 } }, "cap": { "times": 1, "every": "order" }, "at": "09:00",
                "channels": ["mail", "window"], "quiet": { "from": "21:00", "to": "08:00" }, "offer": "between-us",
                "fields": { "title": "Whispered thanks" }
            }
        },
        "points": { "perUnit": 1.5, "pending": 14, "expire": 365 }
    });
    let read = read("shop.json", &file.to_string());
    read.shop.unwrap_or_else(|| panic!("{:?}", read.findings))
}

#[test]
fn c10_a_secret_offer_is_nowhere_in_the_table_that_anybody_can_read() {
    let shop = shop();
    let public = compile(&shop, Target::Browser).unwrap().encode();
    let text = String::from_utf8_lossy(&public);
    for secret in ["between-us", "WHISPERED-CODE", "Whispered"] {
        assert!(!text.contains(secret), "{secret} is in the book");
    }
    for known in ["For everybody", "banner", "voucher"] {
        assert!(text.contains(known), "{known} is missing");
    }
    // The hub's own table has it, with its words.
    let hub = compile(&shop, Target::Hub).unwrap();
    assert!(hub.slot("offer:between-us").is_some() && hub.slot("trigger:thanks").is_some());
    assert!(String::from_utf8_lossy(&hub.encode()).contains("Whispered words"));
}

#[test]
fn the_hub_gets_codes_budgets_vouchers_points_and_triggers_in_its_own_units() {
    let rules = rules(&shop(), None).unwrap();
    let offer = |id: &str| rules.offers.iter().find(|offer| offer.id == id).unwrap();
    assert_eq!(offer("between-us").code.as_deref(), Some("WHISPERED-CODE"));
    assert_eq!(offer("between-us").budget, Some((50_000, 1_250)));
    let voucher = offer("voucher").voucher.unwrap();
    assert_eq!((voucher.worth, voucher.least, voucher.days), (Worth::Amount(2_000), 5_000, 30));
    let points = rules.points.unwrap();
    assert_eq!((points.milli_per_unit, points.unit_minor, points.pending_days), (1_500, 100, 14));
    let thanks = &rules.triggers[0];
    assert_eq!((thanks.at, &thanks.channels[..]), (Some(540), &[Channel::Mail, Channel::Window][..]));
    assert!(thanks.about_order && !thanks.back_in_stock && !thanks.keep);
    assert_eq!((rules.zone.as_str(), rules.stale_after), ("Europe/Vienna", Span::MINUTE * 30));
}
