//! Logs small enough to count by hand, and the slice of a real one.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::orders::{Log, Mapping, Reading, read, read_file};
use std::path::Path;

const MAPPING: &str = r#"{ "order": "o", "time": { "column": "t" }, "customer": "c", "item": "i", "quantity": "q",
    "price": { "unit": "p" }, "currency": "EUR", "first": { "channel": "utm", "device": "d" } }"#;

fn log(rows: &str) -> Log {
    let text = format!("o,t,c,i,q,p,utm,d\n{rows}");
    read(text.as_bytes(), "orders.csv", &Mapping::parse(MAPPING).unwrap(), &Reading::default()).unwrap()
}

fn small() -> Log {
    log("1,2024-01-01,anna,cup,2,5.00,mail,phone\n\
         1,2024-01-01,anna,pot,1,20.00,mail,phone\n\
         2,2024-01-11,anna,cup,1,5.00,ads,desktop\n\
         3,2024-01-31,anna,cup,1,5.00,,desktop\n\
         4,2024-02-01,bert,cup,1,5.00,ads,phone\n\
         4,2024-02-01,bert,pot,1,20.00,ads,phone\n\
         5,2024-06-01,cara,jug,1,7.00,,phone\n\
         6,2024-06-02,,jug,3,7.00,ads,phone\n")
}

#[test]
fn c74_channels_are_those_of_the_first_order() {
    let people = People::of(&small());
    assert_eq!(people.people.len(), 3);
    let table = channels(&people, "channel");
    let row = |name: &str| table.rows.iter().find(|row| row.channel == name).unwrap();
    assert_eq!((row("mail").customers, row("ads").customers, row("(direct or unknown)").customers), (1, 1, 1));
    assert_eq!((row("mail").orders, row("mail").spent), (3.0, 2.0 * 5.0 + 20.0 + 5.0 + 5.0));
    // Anna came back after ten days; Bert never; Cara's first order is too young to tell.
    assert_eq!((row("mail").again, row("mail").asked), (1.0, 1));
    assert_eq!((row("ads").again, row("ads").asked), (0.0, 1));
    assert_eq!(row("(direct or unknown)").asked, 0);
    assert!(table.definition.contains("within 90 days") && table.definition.contains("came back"));
    let devices = channels(&people, "device");
    assert_eq!((devices.rows[0].channel.as_str(), devices.rows[0].customers), ("phone", 3));
}

#[test]
fn c75_intervals_baskets_days_and_pairs() {
    let log = small();
    let table = intervals(&People::of(&log));
    // Anna's intervals are 10 and 20 days, so her own is 15.
    let counted: Vec<_> =
        table.rows.iter().filter(|row| row.customers > 0).map(|row| (row.from, row.customers)).collect();
    assert_eq!(counted, [(14, 1)]);
    assert!(table.definition.contains("2 customers"));
    let table = baskets(&log);
    assert_eq!((table.rows[0].of, table.rows[0].mean), ("articles", 8.0 / 6.0));
    assert_eq!(table.rows[2].mean, (30.0 + 5.0 + 5.0 + 25.0 + 7.0 + 21.0) / 6.0);
    assert_eq!(table.rows[2].spread.half, 7.0);
    let table = weekdays(&log);
    assert_eq!(table.rows.iter().map(|row| row.orders).sum::<usize>(), 6);
    assert_eq!((table.rows[0].weekday, table.rows[0].orders), ("Monday", 1), "1 January 2024");
    let table = pairs(&log, 2, 10);
    let [pair] = &table.rows[..] else { panic!("{table:?}") };
    assert_eq!((pair.one.as_str(), pair.other.as_str(), pair.orders, pair.share), ("cup", "pot", 2, 1.0));
    assert_eq!(pair.lift, 2.0 * 6.0 / (4.0 * 2.0));
    assert!(pairs(&log, 3, 10).rows.is_empty(), "two people are too few");
}

/// Whether a person is selected by a rule.
fn selects(rule: &serde_json::Value, person: &Person, as_of: wellmet_engine::time::Day) -> bool {
    rule.as_object().unwrap().iter().all(|(name, wanted)| {
        if name == "$and" {
            return wanted.as_array().unwrap().iter().all(|rule| selects(rule, person, as_of));
        }
        if name == "$not" {
            return !selects(wanted, person, as_of);
        }
        let number = match name.as_str() {
            "orders.days" => person.days.len() as f64,
            "orders.sum" => person.spent,
            // Who has no rhythm of her own gets the shop's, which may be any.
            "interval.median" => person.rhythm.unwrap_or(1.0),
            "interval.count" => person.days.len() as f64 - 1.0,
            "days_since.order" => (as_of.0 - person.days.last().unwrap().0) as f64,
            fact => {
                return match wanted.get("$ne") {
                    Some(other) => person.fact(fact) != other.as_str().unwrap(),
                    None => person.fact(fact) == wanted.as_str().unwrap(),
                };
            }
        };
        let within = |operator: &str, holds: fn(f64, f64) -> bool| {
            wanted.get(operator).is_none_or(|border| holds(number, border.as_f64().unwrap()))
        };
        within("$gte", |x, y| x >= y) && within("$lt", |x, y| x < y)
    })
}

#[test]
fn c73_each_persona_comes_with_the_rule_that_selects_exactly_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mapping = Mapping::load(&root.join("www/superstore.mapping.json")).unwrap();
    let log = read_file(&root.join("tests/data/superstore/orders.csv"), &mapping, &Reading::default()).unwrap();
    let people = People::of(&log);
    let table = personas(&people, &["segment"], 5);
    assert!(table.rows.len() > 2, "{table:?}");
    assert_eq!(table.rows.iter().map(|row| row.customers).sum::<usize>(), people.people.len());
    for persona in &table.rows {
        let selected: Vec<&Person> =
            people.people.iter().filter(|person| selects(&persona.rule, person, people.as_of)).collect();
        assert_eq!(selected.len(), persona.customers, "{}", persona.rule);
        assert!(persona.examples.iter().all(|id| selected.iter().any(|person| person.id == *id)));
        assert_eq!(persona.examples.len(), 3.min(persona.customers));
    }
    assert_eq!(personas(&people, &["segment"], 5), table, "the same every time");
    // The shop file takes each rule as it is.
    let segments: serde_json::Map<String, serde_json::Value> =
        (0..).zip(&table.rows).map(|(n, row)| (format!("kind-{n}"), serde_json::json!({ "when": row.rule }))).collect();
    let shop = serde_json::json!({
        "shop": { "name": "S", "currency": "USD", "languages": ["en"] },
        "attributes": { "segment": { "type": "text", "source": "record" } },
        "segments": segments
    });
    let path = std::env::temp_dir().join(format!("wellmet-personas-{}.json", std::process::id()));
    std::fs::write(&path, shop.to_string()).unwrap();
    let file = crate::shop::load(&path);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(file.unwrap().segments.len(), table.rows.len());
}

#[test]
fn c73_kinds_that_differ_are_told_apart() {
    // Weekly buyers of little, and yearly buyers of much.
    let mut rows = String::new();
    for customer in 0..20 {
        for week in 0..12 {
            let (month, day) = (1 + week * 7 / 28, 1 + week * 7 % 28);
            rows += &format!(
                "w{customer}-{week},2024-{month:02}-{day:02},weekly{customer:02},cup,1,{}.00,mail,phone\n",
                4 + customer % 3
            );
        }
        rows += &format!(
            "y{customer},2024-01-{:02},yearly{customer:02},pot,1,{}.00,ads,desktop\n",
            1 + customer,
            900 + customer
        );
    }
    let people = People::of(&log(&rows));
    let table = personas(&people, &["device"], 2);
    let [one, two] = &table.rows[..] else { panic!("{table:?}") };
    assert_eq!((one.customers, two.customers), (20, 20));
    for persona in [one, two] {
        let kind = &persona.examples[0][..6];
        assert!(persona.examples.iter().all(|id| id.starts_with(kind)), "{:?}", persona.examples);
    }
}
