//! Assignment logic, by the numbers of the capabilities: who gets what, when, how often, and why not.
//!
//! Each test is a small shop file and an example customer, as a merchandiser would try a rule.

#![allow(clippy::unwrap_used)]

mod common;

use common::{attribute, chosen, decide, number, persona, shop, table, when, with_outcome};
use serde_json::{Value as Json, json};
use wellmet_cli::shop::compile::moment;
use wellmet_cli::shop::model::ShopFile;
use wellmet_cli::shop::shelf::NoShelf;
use wellmet_engine::decide::explain;
use wellmet_engine::host::Native;
use wellmet_engine::value::{Value, View};

#[test]
fn c48_one_rule_language_and_a_trace_of_the_clause_that_failed() {
    let shop = when(json!({ "city": "Vienna", "orders.count.last365d": { "$gte": 2 } }));
    let one = json!({ "id": "c", "traits": { "city": "Vienna" }, "orders": [{ "at": "-10d", "total": 5 }, { "at": "-400d", "total": 5 }] });
    let shopper = persona(one, "2026-03-01T10:00");
    with_outcome(&shop, &shopper, &["s"], |outcome| {
        let args = outcome.decisions[0].reason.args();
        let seen = |name: &str| args.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        assert_eq!(outcome.decisions[0].reason.code(), "not-targeted");
        assert_eq!(seen("attribute"), Some(Value::Text("orders.count.last365d".into())));
        assert_eq!(seen("operator"), Some(Value::Text("$gte".into())));
        assert_eq!((seen("wanted"), seen("seen")), (Some(Value::Number(2.0)), Some(Value::Number(1.0))));
    });
}

#[test]
fn c48_segments_within_segments_traits_lists_and_numbers() {
    let shop = shop(json!({
        "attributes": {
            "sizes": { "type": "list", "source": "record" },
            "children": { "type": "number", "source": "record" },
            "club": { "type": "boolean", "source": "record" }
        },
        "segments": {
            "family": { "when": { "children": { "$gt": 0 } } },
            "big-family": { "when": { "segment.family": true, "sizes": { "$in": ["98", "104"] } } }
        },
        "slots": { "s": { "variants": [{ "choice": "yes", "when": { "segment.big-family": true, "club": true } }] } }
    }));
    let traits = |children: i64, sizes: &str, club: bool| json!({ "id": "c", "traits": { "children": children, "sizes": sizes, "club": club } });
    let at = "2026-03-01T10:00";
    assert_eq!(decide(&shop, &persona(traits(2, "92, 104", true), at), "s"), chosen("yes", "targeted"));
    assert_eq!(decide(&shop, &persona(traits(0, "104", true), at), "s").1, "not-targeted");
    assert_eq!(decide(&shop, &persona(traits(2, "110", true), at), "s").1, "not-targeted");
    assert_eq!(decide(&shop, &persona(traits(2, "104", false), at), "s").1, "not-targeted");
}

#[test]
fn c48_windows_are_cut_at_her_midnight() {
    let shop = when(json!({ "views.count": 0 }));
    let views = json!([{ "at": "2026-03-01T23:30", "item": "a", "category": "Cigars > Mild" }, { "at": "2026-02-28T12:00", "item": "b", "category": "Pipes" }]);
    let shopper = |zone: i64| persona(json!({ "views": views, "zoneMinutes": zone }), "2026-03-02T12:00");
    // Half past eleven in London is already today in Vienna.
    assert_eq!(number(&shop, "views.last1d", &shopper(0)), Some(0.0));
    assert_eq!(number(&shop, "views.last1d", &shopper(60)), Some(1.0));
    assert_eq!(number(&shop, "views.last3d", &shopper(0)), Some(2.0));
    assert_eq!(number(&shop, "views.category.Cigars.last3d", &shopper(0)), Some(1.0));
    assert_eq!(number(&shop, "views.category.Mild.last3d", &shopper(0)), Some(1.0));
    assert_eq!(number(&shop, "views.category.Cigars > Mild", &shopper(0)), Some(1.0));
    assert_eq!(number(&shop, "views.category.Cig", &shopper(0)), Some(0.0));
    assert_eq!(number(&shop, "views.item.b.days", &shopper(0)), Some(1.0));
    assert_eq!(number(&shop, "days_since.view", &shopper(0)), Some(1.0));
}

#[test]
fn c48_what_her_consent_does_not_cover_reads_as_missing_and_says_so() {
    let shop = when(json!({ "city": "Vienna" }));
    let base = |consent: Json| json!({ "id": "c", "traits": { "city": "Vienna" }, "consent": consent });
    assert_eq!(decide(&shop, &persona(base(json!(["personalization"])), "2026-03-01"), "s").0, "yes");
    assert_eq!(decide(&shop, &persona(base(json!(["cart"])), "2026-03-01"), "s"), chosen("", "no-consent"));
    let shop = when(json!({ "weather": "rain" }));
    let told = json!({ "attributes": { "weather": "rain" }, "consent": [] });
    assert_eq!(decide(&shop, &persona(told, "2026-03-01"), "s").0, "yes", "a purpose of none needs no consent");
}

#[test]
fn c07_the_name_comes_from_the_record_or_her_own_word_never_from_the_page() {
    let shop = when(json!({ "name": { "$exists": true } }));
    let at = "2026-03-01";
    assert_eq!(decide(&shop, &persona(json!({ "attributes": { "name": "Mallory" } }), at), "s").0, "");
    assert_eq!(decide(&shop, &persona(json!({ "id": "c", "name": "Anna" }), at), "s").0, "yes");
    assert_eq!(attribute(&shop, "name", &persona(json!({ "ownName": "Annie" }), at)), Value::Text("Annie".into()));
    assert_eq!(
        decide(&shop, &persona(json!({ "id": "c", "name": "Anna", "consent": ["cart"] }), at), "s").1,
        "no-consent"
    );
}

#[test]
fn c50_priority_decides_and_equals_keep_their_order() {
    let variant =
        |choice: &str, priority: i64, when: Json| json!({ "choice": choice, "priority": priority, "when": when });
    let here = json!({ "page.kind": "home" });
    let shop = shop(json!({ "slots": { "s": { "variants": [
        variant("low", 0, json!({ "page.kind": { "$in": ["home", "list"] } })), variant("first", 5, here.clone()), variant("second", 5, json!({ "visits.count": 1 })), variant("not-hers", 9, json!({ "signed_in": true })),
    ] } } }));
    with_outcome(&shop, &persona(json!({}), "2026-03-01"), &["s"], |outcome| {
        assert_eq!(outcome.decisions[0].choice, "first");
        let refused: Vec<_> =
            outcome.decisions[0].refused.iter().map(|(choice, reason)| (*choice, reason.code())).collect();
        assert_eq!(refused, [("not-hers", "not-targeted")]);
    });
}

#[test]
fn c51_overdue_by_her_own_rhythm_and_snoozed_by_an_order() {
    let shop = shop(json!({
        "rhythm": { "days": 90, "classes": { "A": 20 } },
        "offers": { "back": { "announced": "personal", "when": { "interval.overdue": { "$gte": 30 } }, "cap": { "times": 1, "every": "order" } } },
        "slots": { "s": { "variants": [{ "choice": "offer", "offers": ["back"] }] } }
    }));
    let at = "2026-06-30T12:00";
    let orders = |days: &[i64]| {
        json!(days.iter().map(|day| json!({ "at": format!("-{day}d"), "total": 10 })).collect::<Vec<_>>())
    };
    let customer = |days: &[i64]| persona(json!({ "id": "c", "orders": orders(days) }), at);
    // Every ten days until forty days ago: thirty days overdue.
    assert_eq!(number(&shop, "interval.median", &customer(&[60, 50, 40])), Some(10.0));
    assert_eq!(decide(&shop, &customer(&[60, 50, 40]), "s"), chosen("offer", "offered"));
    assert_eq!(decide(&shop, &customer(&[60, 50, 39]), "s").1, "not-targeted");
    // Two orders are no rhythm of her own yet: the shop's figure counts.
    assert_eq!(number(&shop, "interval.median", &customer(&[60, 50])), Some(90.0));
    let a = persona(json!({ "id": "c", "traits": { "class": "A" }, "orders": orders(&[60, 50]) }), at);
    assert_eq!(number(&shop, "interval.overdue", &a), Some(30.0));
    // Fires once; an order snoozes it, and after the next silence it may fire again.
    let shown = json!([{ "at": "-1d", "what": "back" }]);
    let once = persona(json!({ "id": "c", "orders": orders(&[60, 50, 40]), "shown": shown }), at);
    assert_eq!(decide(&shop, &once, "s"), chosen("", "cap-reached"));
    let again = persona(
        json!({ "id": "c", "orders": orders(&[160, 150, 140, 40]), "shown": [{ "at": "-90d", "what": "back" }] }),
        at,
    );
    assert_eq!(decide(&shop, &again, "s"), chosen("offer", "offered"));
}

/// Over generated histories: the reminder never comes before the median and thirty days, and an order
/// always ends it.
#[test]
fn c51_over_generated_histories_the_reminder_keeps_its_word() {
    let shop = when(json!({ "interval.overdue": { "$gte": 30 } }));
    let mut seed = 11u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) % below) as i64
    };
    for _ in 0..300 {
        let mut day = next(60);
        let mut days = vec![day];
        for _ in 0..2 + next(6) {
            day += 1 + next(50);
            days.push(day);
        }
        let orders: Vec<Json> = days.iter().map(|day| json!({ "at": format!("-{day}d"), "total": 1 })).collect();
        let shopper = persona(json!({ "id": "c", "orders": orders }), "2026-03-01T12:00");
        let mut gaps: Vec<i64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_unstable();
        let middle = gaps.len() / 2;
        let median =
            if gaps.len() % 2 == 1 { gaps[middle] as f64 } else { (gaps[middle - 1] + gaps[middle]) as f64 / 2.0 };
        let due = days[0] as f64 - median >= 30.0;
        assert_eq!(decide(&shop, &shopper, "s").0 == "yes", due, "{days:?}");
        let mut more = orders.clone();
        more.push(json!({ "at": "-0d", "total": 1 }));
        assert_eq!(
            decide(&shop, &persona(json!({ "id": "c", "orders": more }), "2026-03-01T12:00"), "s").0,
            "",
            "{days:?}"
        );
    }
}

#[test]
fn c52_birthdays_in_her_zone_in_a_window_once_a_year_also_on_29_february() {
    let shop = shop(json!({
        "attributes": { "birthday": { "type": "date", "source": "record" } },
        "offers": { "gift": {
            "announced": "personal",
            "when": { "birthday": { "$exists": true }, "$or": [{ "birthday.in_days": { "$lte": 2 } }, { "birthday.days_ago": { "$lte": 2 } }] },
            "cap": { "times": 1, "every": "occasion" }
        } },
        "slots": { "s": { "variants": [{ "choice": "gift", "offers": ["gift"] }] } }
    }));
    let born =
        |birthday: &str, zone: i64| json!({ "id": "c", "traits": { "birthday": birthday }, "zoneMinutes": zone });
    let choice = |birthday: &str, zone: i64, at: &str| decide(&shop, &persona(born(birthday, zone), at), "s").0;
    assert_eq!(choice("1984-03-10", 0, "2026-03-07T12:00"), "");
    assert_eq!(choice("1984-03-10", 0, "2026-03-08T12:00"), "gift");
    assert_eq!(choice("1984-03-10", 0, "2026-03-12T23:59"), "gift");
    assert_eq!(choice("1984-03-10", 0, "2026-03-13T00:00"), "");
    // In Auckland it is the 13th already.
    assert_eq!(choice("1984-03-10", 780, "2026-03-12T12:00"), "");
    // 29 February is kept on the 28th in other years, and a year need not be told.
    let days = |birthday: &str, at: &str, what: &str| number(&shop, what, &persona(born(birthday, 0), at));
    assert_eq!(days("1984-02-29", "2026-02-28T12:00", "birthday.in_days"), Some(0.0));
    assert_eq!(days("1984-02-29", "2024-02-28T12:00", "birthday.in_days"), Some(1.0));
    assert_eq!(days("02-29", "2026-03-01T12:00", "birthday.days_ago"), Some(1.0));
    assert_eq!(days("1984-02-29", "2026-03-01T12:00", "birthday.years"), Some(42.0));
    assert_eq!(days("02-29", "2026-03-01T12:00", "birthday.years"), None);
    // Around the turn of the year.
    assert_eq!(days("1990-01-01", "2025-12-31T12:00", "birthday.in_days"), Some(1.0));
    assert_eq!(days("1990-12-31", "2026-01-01T12:00", "birthday.days_ago"), Some(1.0));
    assert_eq!(days("1990-12-31", "2026-01-01T12:00", "birthday.years"), Some(35.0));
    // Once a year: shown at the end of one window, it comes again at the start of the next.
    let shown =
        |at: &str| json!({ "id": "c", "traits": { "birthday": "03-10" }, "shown": [{ "at": at, "what": "gift" }] });
    assert_eq!(decide(&shop, &persona(shown("2026-03-08T10:00"), "2026-03-11T10:00"), "s"), chosen("", "cap-reached"));
    assert_eq!(decide(&shop, &persona(shown("2025-03-12T10:00"), "2026-03-08T10:00"), "s").0, "gift");
    // Only if she told: no birthday, no gift; nonsense is no birthday.
    assert_eq!(number(&shop, "birthday.in_days", &persona(born("yesterday", 0), "2026-03-10T12:00")), None);
    assert_eq!(decide(&shop, &persona(json!({ "id": "c" }), "2026-03-10T12:00"), "s").0, "");
}

#[test]
fn c53_the_nth_anniversary_of_the_first_order() {
    let shop = when(json!({ "first_order.in_days": 0, "first_order.years": { "$gte": 1 } }));
    let orders = json!([{ "at": "2023-05-20T10:00", "total": 5 }, { "at": "2025-01-01", "total": 5 }]);
    let customer = |at: &str| persona(json!({ "id": "c", "orders": orders }), at);
    assert_eq!(decide(&shop, &customer("2026-05-20T08:00"), "s").0, "yes");
    assert_eq!(number(&shop, "first_order.years", &customer("2026-05-20T08:00")), Some(3.0));
    assert_eq!(decide(&shop, &customer("2026-05-21T08:00"), "s").0, "");
    assert_eq!(decide(&shop, &customer("2023-05-20T11:00"), "s").0, "", "the day itself is no anniversary");
}

#[test]
fn c54_first_nth_visit_absence_and_channel() {
    let visits = |days: &[i64]| json!({ "visits": days.iter().map(|day| format!("-{day}d")).collect::<Vec<_>>(), "attributes": { "plan": "newsletter" } });
    let at = "2026-03-01T10:00";
    assert_eq!(decide(&when(json!({ "visits.count": 1 })), &persona(visits(&[]), at), "s").0, "yes");
    let third = when(json!({ "visits.count": 3 }));
    assert_eq!(decide(&third, &persona(visits(&[9, 4]), at), "s").0, "yes");
    assert_eq!(decide(&third, &persona(visits(&[9, 4, 1]), at), "s").0, "");
    let absent = when(json!({ "days_since.visit": { "$gte": 30 } }));
    assert_eq!(decide(&absent, &persona(visits(&[80, 31]), at), "s").0, "yes");
    assert_eq!(decide(&absent, &persona(visits(&[80, 3]), at), "s").0, "");
    assert_eq!(decide(&absent, &persona(visits(&[]), at), "s").0, "", "a first visit follows no absence");
    assert_eq!(number(&third, "visits.count.last30d", &persona(visits(&[80, 31, 3]), at)), Some(2.0));
    assert_eq!(decide(&when(json!({ "plan": "newsletter" })), &persona(visits(&[]), at), "s").0, "yes");
}

#[test]
fn c55_a_change_of_what_she_told_changes_what_she_sees() {
    let shop = when(json!({ "city": { "$in": ["Vienna", "Graz"] } }));
    let lives = |city: &str| persona(json!({ "id": "c", "traits": { "city": city } }), "2026-03-01");
    assert_eq!(decide(&shop, &lives("Graz"), "s").0, "yes");
    assert_eq!(decide(&shop, &lives("Linz"), "s").0, "");
    let shop = when(json!({ "plan": "yearly" }));
    assert_eq!(decide(&shop, &persona(json!({ "attributes": { "plan": "yearly" } }), "2026-03-01"), "s").0, "yes");
    // The record cannot be told by the page.
    let shop = when(json!({ "city": "Graz" }));
    assert_eq!(
        decide(&shop, &persona(json!({ "id": "c", "attributes": { "city": "Graz" } }), "2026-03-01"), "s").0,
        ""
    );
}

fn ladder() -> ShopFile {
    let offer = |when: Json, times: i64| json!({ "announced": "personal", "when": when, "cap": { "times": times, "every": "30d" } });
    shop(json!({
        "status": { "groups": [
            { "id": "silver", "label": "Silver", "entry": { "spent": 100, "days": 365 }, "grace": 10 },
            { "id": "gold", "label": "Gold", "entry": { "spent": 500, "orders": 2, "days": 365 }, "keep": { "spent": 300, "days": 365 }, "benefits": ["Free delivery", "Early access"] }
        ] },
        "offers": {
            "up": offer(json!({ "status.change": "up" }), 1),
            "ends": offer(json!({ "status.ends_in": { "$exists": true, "$lte": 30 } }), 3),
            "down": offer(json!({ "status.change": "down" }), 2)
        },
        "slots": {
            "s": { "variants": [{ "choice": "offer", "offers": ["up", "ends", "down"] }] },
            "gold-only": { "variants": [{ "choice": "yes", "when": { "status": "gold" } }] }
        }
    }))
}

#[test]
fn c49_status_its_benefits_the_distance_to_the_next_and_the_end() {
    let shop = ladder();
    let orders = |list: &[(i64, f64)]| {
        json!(list.iter().map(|(day, total)| json!({ "at": format!("-{day}d"), "total": total })).collect::<Vec<_>>())
    };
    let customer = |list: &[(i64, f64)]| persona(json!({ "id": "c", "orders": orders(list) }), "2026-03-01T12:00");
    let silver = customer(&[(100, 350.5)]);
    assert_eq!(attribute(&shop, "status", &silver), Value::Text("silver".into()));
    assert_eq!(attribute(&shop, "status.next", &silver), Value::Text("gold".into()));
    assert_eq!(number(&shop, "status.missing_spent", &silver), Some(149.5));
    assert_eq!(number(&shop, "status.missing_orders", &silver), Some(1.0));
    // A year after the order, and ten days of grace.
    assert_eq!(number(&shop, "status.ends_in", &silver), Some(275.0));
    assert_eq!(number(&shop, "status.days", &silver), Some(100.0));
    with_outcome(&shop, &customer(&[(100, 350.0), (50, 200.0)]), &["status"], |outcome| {
        let decision = &outcome.decisions[0];
        let field =
            |name: &str| decision.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.view());
        assert_eq!(decision.choice, "gold");
        assert_eq!(field("label"), Some(View::Text("Gold")));
        assert_eq!(field("benefits"), Some(View::Text("Free delivery\nEarly access")));
        assert_eq!(field("next"), None, "there is nothing above");
    });
    with_outcome(&shop, &silver, &["status"], |outcome| {
        let fields = &outcome.decisions[0].fields;
        let missing = fields.iter().find(|(name, _)| *name == "missing_spent").map(|(_, value)| value.clone());
        assert_eq!(missing, Some(Value::Number(14_950.0)), "money in fields is in minor units");
        assert!(outcome.until.is_some(), "she is to be decided again when something ends");
    });
    // Nobody who is not signed in has a status, not even the lowest.
    let nobody = persona(json!({}), "2026-03-01");
    assert_eq!(attribute(&shop, "status", &nobody), Value::Null);
    assert_eq!(attribute(&shop, "status.next", &nobody), Value::Null);
}

#[test]
fn c56_a_rise_is_celebrated_once_a_loss_is_warned_of_and_explained() {
    let shop = ladder();
    let at = "2026-03-01T12:00";
    let orders =
        json!([{ "at": "-200d", "total": 120 }, { "at": "-60d", "total": 250 }, { "at": "-3d", "total": 250 }]);
    let risen = persona(json!({ "id": "c", "orders": orders }), at);
    with_outcome(&shop, &risen, &["s", "gold-only"], |outcome| {
        assert_eq!(outcome.decisions[0].exposure, "up");
        assert_eq!(outcome.decisions[1].choice, "yes");
    });
    let seen = persona(json!({ "id": "c", "orders": orders, "shown": [{ "at": "-1d", "what": "up" }] }), at);
    assert_eq!(decide(&shop, &seen, "s"), chosen("", "cap-reached"));
    let ending = persona(json!({ "id": "c", "orders": [{ "at": "-350d", "total": 120 }] }), at);
    assert_eq!(number(&shop, "status.ends_in", &ending), Some(25.0));
    with_outcome(&shop, &ending, &["s"], |outcome| assert_eq!(outcome.decisions[0].exposure, "ends"));
    let fallen = persona(json!({ "id": "c", "orders": [{ "at": "-380d", "total": 120 }] }), at);
    assert_eq!(attribute(&shop, "status", &fallen), Value::Null);
    with_outcome(&shop, &fallen, &["s"], |outcome| assert_eq!(outcome.decisions[0].exposure, "down"));
}

#[test]
fn c59_caps_groups_quiet_hours_and_the_cap_over_everything() {
    let offer = |extra: Json| {
        let mut offer = json!({ "announced": "personal", "group": "g" });
        offer.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        offer
    };
    let shop = shop(json!({
        "cap": { "times": 3, "every": "1d" },
        "offers": {
            "a": offer(json!({ "priority": 3, "cap": { "times": 2, "every": "7d" } })),
            "b": offer(json!({ "priority": 2, "quiet": { "from": "22:00", "to": "07:00" } })),
            "c": { "announced": "personal", "priority": 1 }
        },
        "slots": {
            "top": { "priority": 9, "variants": [{ "choice": "offer", "offers": ["a", "b", "c"] }] },
            "side": { "priority": 1, "variants": [{ "choice": "offer", "offers": ["b", "a"] }] }
        }
    }));
    let shown = |list: &[(&str, &str)]| json!({ "zoneMinutes": 60, "shown": list.iter().map(|(at, what)| json!({ "at": at, "what": what })).collect::<Vec<_>>() });
    let noon = "2026-03-10T12:00";
    // One offer of the group on a page: the slot of higher priority has it, whatever the order asked.
    with_outcome(&shop, &persona(shown(&[]), noon), &["side", "top"], |outcome| {
        let [side, top] = &outcome.decisions[..] else { panic!("two slots") };
        assert_eq!((side.choice, side.reason.code()), ("", "group-taken"));
        assert_eq!((top.choice, top.exposure.as_str()), ("offer", "a"));
    });
    // Used up: the next one comes.
    with_outcome(&shop, &persona(shown(&[("-1d", "a"), ("-6d", "a")]), noon), &["top"], |outcome| {
        assert_eq!(outcome.decisions[0].exposure, "b");
        assert_eq!(outcome.decisions[0].refused[0].1.code(), "cap-reached");
    });
    // At night the quiet one stays away, and the page knows when to ask again.
    with_outcome(&shop, &persona(shown(&[("-1d", "a"), ("-6d", "a")]), "2026-03-10T21:00"), &["top"], |outcome| {
        assert_eq!(outcome.decisions[0].exposure, "c");
        assert_eq!(outcome.decisions[0].refused[1].1.code(), "quiet");
        assert_eq!(outcome.until, moment("2026-03-11T06:00"));
    });
    // Three things today are enough, over all channels.
    let tired = shown(&[("-1h", "b"), ("-2h", "c"), ("-3h", "mail:reminder")]);
    with_outcome(&shop, &persona(tired, noon), &["top"], |outcome| {
        let decision = &outcome.decisions[0];
        assert_eq!((decision.choice, decision.reason.code()), ("", "cap-reached"));
        assert!(decision.refused.iter().all(|(_, reason)| reason.code() == "cap-reached"));
    });
    // Yesterday is yesterday by her clock: 23:30 UTC is today in Vienna.
    let late = shown(&[("2026-03-09T23:30", "b"), ("2026-03-09T23:31", "b"), ("2026-03-09T23:32", "b")]);
    assert_eq!(decide(&shop, &persona(late, noon), "top").1, "cap-reached");
}

#[test]
fn c12_a_surprise_comes_once_in_a_visit() {
    let shop = shop(
        json!({ "slots": { "s": { "variants": [{ "choice": "surprise", "cap": { "times": 1, "every": "visit" } }] } } }),
    );
    let visitor = |shown: &str| {
        persona(
            json!({ "views": [{ "at": "-10m", "item": "x" }], "visits": ["-2d"], "shown": [{ "at": shown, "what": "s/surprise" }] }),
            "2026-03-01T10:00",
        )
    };
    assert_eq!(decide(&shop, &visitor("-2d"), "s"), chosen("surprise", "targeted"));
    assert_eq!(decide(&shop, &visitor("-5m"), "s"), chosen("", "cap-reached"));
}

#[test]
fn c11_offers_begin_and_end_for_everybody_or_by_her_clock() {
    let offer = |clock: &str| json!({ "announced": "public", "from": "2026-03-01T00:00", "until": "2026-03-03T00:00", "clock": clock });
    let shop = shop(json!({
        "offers": { "hub": offer("hub"), "hers": offer("shopper") },
        "slots": { "hub": { "variants": [{ "choice": "o", "offers": ["hub"] }] }, "hers": { "variants": [{ "choice": "o", "offers": ["hers"] }] } }
    }));
    let in_tokyo = |at: &str| persona(json!({ "zoneMinutes": 540 }), at);
    assert_eq!(decide(&shop, &in_tokyo("2026-02-28T16:00"), "hub"), chosen("", "not-yet"));
    assert_eq!(decide(&shop, &in_tokyo("2026-02-28T16:00"), "hers").0, "o");
    assert_eq!(decide(&shop, &in_tokyo("2026-03-02T15:00"), "hers"), chosen("", "ended"));
    assert_eq!(decide(&shop, &in_tokyo("2026-03-02T23:59"), "hub").0, "o");
    with_outcome(&shop, &in_tokyo("2026-03-02T10:00"), &["hub", "hers"], |outcome| {
        assert_eq!(outcome.until, moment("2026-03-02T15:00"), "the first of the two ends");
        let ends = outcome.decisions[1].fields.iter().find(|(name, _)| *name == "ends").map(|(_, value)| value.clone());
        assert_eq!(ends, moment("2026-03-02T15:00").map(|at| Value::Number(at.0 as f64)));
    });
}

#[test]
fn c69_holdouts_and_experiments_are_deterministic_sticky_and_of_the_wanted_size() {
    let arms = |weights: [f64; 2]| {
        let arm = |choice: &str, weight: f64| json!({ "choice": choice, "experiment": "hero", "weight": weight });
        shop(json!({ "slots": {
            "s": { "variants": [arm("a", weights[0]), arm("b", weights[1])] },
            "held": { "holdout": 0.1, "variants": [{ "choice": "yes" }] }
        } }))
    };
    let (even, all) = (arms([1.0, 1.0]), arms([0.0, 1.0]));
    let visitor = |n: usize| persona(json!({ "visitor": format!("v{n}") }), "2026-03-01");
    let (mut a, mut held) = (0, 0);
    for n in 0..2_000 {
        let choice = decide(&even, &visitor(n), "s").0;
        assert_eq!(choice, decide(&even, &visitor(n), "s").0);
        a += usize::from(choice == "a");
        held += usize::from(decide(&even, &visitor(n), "held").1 == "holdout");
        assert_eq!(decide(&all, &visitor(n), "s").0, "b");
    }
    assert!((900..1_100).contains(&a), "{a} of 2000 got a");
    assert!((150..250).contains(&held), "{held} of 2000 held out");
    // What she was given she keeps when the weights change, and loses when the variant is gone.
    let table = table(&all, &[]);
    let host = Native::new();
    let shopper = visitor(1);
    let mut journey = wellmet_engine::journey::Journey::default();
    journey.assign("hero", "a");
    shopper.facts(|facts| {
        let facts = wellmet_engine::profile::Facts { journey: &journey, ..*facts };
        assert_eq!(explain(&table, &facts, &NoShelf, &host, &["s"]).decisions[0].choice, "a");
    });
    journey.assign("hero", "gone");
    shopper.facts(|facts| {
        let facts = wellmet_engine::profile::Facts { journey: &journey, ..*facts };
        let outcome = explain(&table, &facts, &NoShelf, &host, &["s"]);
        assert_eq!(outcome.decisions[0].choice, "b");
        assert_eq!(outcome.assigned, [("hero", "b")]);
    });
}

#[test]
fn c09_segment_variants_of_content_and_c10_only_the_status_sees_its_offer() {
    let shop = shop(json!({
        "attributes": { "segment": { "type": "text", "source": "record" } },
        "status": { "groups": [{ "id": "gold", "label": "Gold", "entry": { "orders": 2 } }] },
        "offers": { "gold": { "announced": "personal", "when": { "status": "gold" }, "code": { "value": "SECRET-77" }, "fields": { "title": "For you, {name}", "worth": { "money": 12.5 } } } },
        "slots": {
            "hero": { "variants": [{ "choice": "office", "when": { "segment": "Corporate" } }, { "choice": "home", "when": { "segment": "Consumer" } }] },
            "offer": { "variants": [{ "choice": "offer", "offers": ["gold"] }] }
        }
    }));
    let customer = |orders: usize, segment: &str| {
        let orders: Vec<Json> = (1..=orders).map(|day| json!({ "at": format!("-{day}d"), "total": 1 })).collect();
        persona(
            json!({ "id": "c", "name": "A{x}nna", "traits": { "segment": segment }, "orders": orders }),
            "2026-03-01",
        )
    };
    assert_eq!(decide(&shop, &customer(0, "Corporate"), "hero").0, "office");
    assert_eq!(decide(&shop, &customer(0, "Consumer"), "hero").0, "home");
    assert_eq!(decide(&shop, &customer(1, "Consumer"), "offer").1, "not-targeted");
    with_outcome(&shop, &customer(2, "Consumer"), &["offer"], |outcome| {
        let fields = &outcome.decisions[0].fields;
        let field = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
        assert_eq!(
            field("title"),
            Some(Value::Text("For you, A{x}nna".into())),
            "a name is never read as a placeholder"
        );
        assert_eq!(field("worth"), Some(Value::Number(1_250.0)));
        assert_eq!(field("code"), None);
    });
    // The code is not in the bytes that everybody can load, whoever asks.
    let bytes = table(&shop, &[]).encode();
    assert!(!bytes.windows(9).any(|window| window == b"SECRET-77"));
}

#[test]
fn many_variants_decide_the_same_with_and_without_their_index() {
    let variant = |n: usize| {
        let when = match n % 4 {
            0 => json!({ "plan": format!("p{}", n % 7) }),
            1 => json!({ "plan": { "$in": [format!("p{}", n % 5), "x"] }, "visits.count": { "$gte": 1 } }),
            2 => json!({ "page.kind": "home", "plan": format!("p{n}") }),
            _ => json!({ "visits.count": { "$gte": n } }),
        };
        json!({ "choice": format!("v{n}"), "when": when })
    };
    let shop = shop(json!({
        "attributes": { "plan": { "type": "text", "source": "page" } },
        "slots": { "s": { "variants": (0..200).map(variant).collect::<Vec<_>>() } }
    }));
    let with = table(&shop, &[]);
    let mut without = with.clone();
    assert!(without.slots[0].index.take().is_some_and(|index| index.open.len() == 50));
    let host = Native::new();
    for plan in (0..210).map(|n| format!("p{n}")).chain(["x".into(), "null".into(), String::new()]) {
        let shopper = persona(json!({ "attributes": { "plan": plan } }), "2026-03-01");
        shopper.facts(|facts| {
            let a = wellmet_engine::decide::decide(&with, facts, &NoShelf, &host, &["s"]);
            let b = wellmet_engine::decide::decide(&without, facts, &NoShelf, &host, &["s"]);
            assert_eq!(a.decisions[0].choice, b.decisions[0].choice, "{plan}");
            // A trace passes over nothing: every variant before the one that is shown says why not.
            let trace = explain(&with, facts, &NoShelf, &host, &["s"]);
            let choice = trace.decisions[0].choice;
            assert_eq!(choice, a.decisions[0].choice, "{plan}");
            let variants = with.slots[0].variants.iter().map(|variant| variant.choice.as_str());
            let before: Vec<&str> = variants.take_while(|name| *name != choice).collect();
            let refused: Vec<&str> = trace.decisions[0].refused.iter().map(|(name, _)| *name).collect();
            assert_eq!(refused, before, "{plan}");
        });
    }
}
