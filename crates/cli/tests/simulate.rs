//! `wellmet simulate`: a log replayed by hand and by the command.

#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wellmet-simulate-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> &Self {
        fs::write(self.0.join(name), text).unwrap();
        self
    }

    fn run(&self, args: &[&str]) -> Output {
        let base = ["simulate", "--orders", "orders.csv", "--mapping", "mapping.json"];
        Command::new(env!("CARGO_BIN_EXE_wellmet")).current_dir(&self.0).args(base).args(args).output().unwrap()
    }

    fn report(&self, args: &[&str]) -> Json {
        let output = self.run(&[args, &["--format", "json"]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Three customers; each order costs 10.
fn log(name: &str, shop: &Json) -> Folder {
    let folder = Folder::new(name);
    folder.file(
        "orders.csv",
        "order,customer,when,item,pieces,price\n\
         1,anna,2026-01-01 10:00,mug,1,10\n\
         2,anna,2026-01-11 10:00,mug,1,10\n\
         3,bert,2026-01-05 10:00,mug,1,10\n\
         4,bert,2026-01-06 10:00,mug,1,10\n\
         5,bert,2026-01-30 10:00,mug,1,10\n\
         6,cleo,2026-01-20 10:00,mug,1,10\n",
    );
    folder.file(
        "mapping.json",
        r#"{"order": "order", "customer": "customer", "time": {"column": "when"}, "item": "item", "quantity": "pieces", "price": {"unit": "price"}, "currency": "EUR"}"#,
    );
    folder.file("wellmet.json", &shop.to_string());
    folder
}

fn shop(sections: Json) -> Json {
    let mut file = json!({ "shop": { "name": "T", "currency": "EUR", "languages": ["en"] } });
    file.as_object_mut().unwrap().extend(sections.as_object().unwrap().clone());
    file
}

fn of<'j>(report: &'j Json, list: &str, name: &str) -> &'j Json {
    report[list]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == name)
        .unwrap_or_else(|| panic!("{name}: {report}"))
}

const TIME: [&str; 4] = ["--from", "2026-01-01", "--until", "2026-01-31"];

#[test]
fn c80_reach_caps_conflicts_and_cost_against_budget() {
    let folder = log(
        "reach",
        &shop(json!({
            "offers": {
                "again": { "announced": "personal", "when": { "orders.count": { "$gte": 1 } }, "group": "g", "priority": 2,
                    "cap": { "times": 1, "every": "20d" }, "budget": { "amount": 5, "cost": 4 } },
                "hello": { "announced": "personal", "group": "g", "priority": 1 },
                "never": { "announced": "personal", "when": { "orders.count": { "$gte": 99 } }, "group": "h" }
            },
            "slots": {
                "top": { "priority": 2, "variants": [{ "choice": "offer", "offers": ["again", "hello"] }] },
                "side": { "variants": [{ "choice": "offer", "offers": ["hello"] }, { "choice": "offer", "offers": ["never"] }] }
            }
        })),
    );
    let report = folder.report(&[&TIME[..], &["--budget", "3"]].concat());
    // Every order stands for a visit.
    assert_eq!((&report["customers"], &report["visits"], &report["orders"]), (&json!(3), &json!(6), &json!(6)));
    assert_eq!(report["revenue"], 60.0);
    let again = of(&report, "measures", "again");
    // Anna on the 11th, Bert on the 6th and, twenty days later, on the 30th.
    assert_eq!((&again["reached"], &again["shown"]), (&json!(2), &json!(3)));
    assert_eq!((&again["orders_after"], &again["revenue_after"]), (&json!(3), &json!(30.0)));
    assert_eq!((&again["cost"], &again["budget"]), (&json!(12.0), &json!(5.0)));
    assert_eq!(again["used_up"], "2026-01-11T10:00", "five pay for one of four, on the 6th");
    assert_eq!(again["advice"], "it costs more than its budget");
    // On the other visits hello is in the slot above, and its group is taken in the one beside it.
    let hello = of(&report, "measures", "hello");
    assert_eq!((&hello["reached"], &hello["shown"]), (&json!(3), &json!(3)));
    assert_eq!(hello["conflicts"], json!([["again", 3], ["hello", 3]]));
    assert_eq!(
        of(&report, "measures", "never")["advice"],
        "nobody could have had it: turn it off, or loosen its condition"
    );
    assert_eq!(report["plan"], json!({ "budget": 3.0, "within": [], "refused": ["again"], "cost": 0.0 }));
    let half = folder.report(&[&TIME[..], &["--take-up", "0.25", "--budget", "3"]].concat());
    assert_eq!(of(&half, "measures", "again")["cost"], 3.0);
    assert_eq!(half["plan"]["within"], json!(["again"]));
}

#[test]
fn c47_measures_over_the_budget_are_refused_and_the_best_come_first() {
    let offer = |when: Json, cost: f64| json!({ "announced": "personal", "when": when, "budget": { "amount": 100, "cost": cost } });
    let folder = log(
        "plan",
        &shop(json!({
            "offers": {
                "dear": offer(json!({ "orders.count": { "$gte": 1 } }), 5.0),
                "cheap": offer(json!({ "signed_in": true }), 0.5)
            },
            "slots": {
                "a": { "variants": [{ "choice": "o", "offers": ["dear"] }] },
                "b": { "variants": [{ "choice": "o", "offers": ["cheap"] }] }
            }
        })),
    );
    let within = |budget: &str| {
        let report = folder.report(&[&TIME[..], &["--budget", budget]].concat());
        (report["plan"]["within"].clone(), report["plan"]["refused"].clone(), report["plan"]["cost"].clone())
    };
    // Six orders follow the cheap one (3.00), three the dear one (15.00).
    assert_eq!(within("20"), (json!(["cheap", "dear"]), json!([]), json!(18.0)));
    assert_eq!(within("10"), (json!(["cheap"]), json!(["dear"]), json!(3.0)));
    assert_eq!(within("1"), (json!([]), json!(["cheap", "dear"]), json!(0.0)));
}

#[test]
fn c51_c80_a_trigger_fires_when_its_day_comes_and_once() {
    let folder = log(
        "trigger",
        &shop(json!({
            "rhythm": { "days": 10 },
            "triggers": { "late": { "when": { "interval.overdue": { "$gte": 5 } }, "cap": { "times": 1, "every": "order" }, "channels": ["mail"] } }
        })),
    );
    let report = folder.report(&TIME);
    let late = of(&report, "measures", "trigger:late");
    // Anna and Bert fifteen days after an order; Cleo's day has not come, and nobody is written to twice.
    assert_eq!((&late["reached"], &late["shown"]), (&json!(2), &json!(2)));
    assert!(late["capped"].as_u64().unwrap() > 0);
}

#[test]
fn c18_c69_silence_and_holdouts_are_counted() {
    let folder = log(
        "held",
        &shop(json!({ "slots": {
            "picks": { "variants": [{ "choice": "p", "items": { "kind": "for-you", "limit": 4, "least": 2 } }] },
            "all": { "holdout": 1.0, "variants": [{ "choice": "x" }] },
            "some": { "variants": [{ "choice": "x", "when": { "orders.count": { "$gte": 1 } } }] }
        } })),
    );
    let report = folder.report(&TIME);
    let picks = of(&report, "slots", "picks");
    assert_eq!(
        (&picks["decisions"], &picks["irrelevant"]),
        (&json!(6), &json!(1.0)),
        "there is no catalogue to pick from"
    );
    assert_eq!(of(&report, "slots", "all")["held_out"], 3);
    assert_eq!(of(&report, "slots", "some")["kept"], 0.5);
}

#[test]
fn what_an_event_log_tells_and_what_it_must_not() {
    let folder = log(
        "events",
        &shop(
            json!({ "slots": { "s": { "variants": [{ "choice": "looked", "when": { "views.item.mug.last30d": { "$gte": 2 } } }] } } }),
        ),
    );
    folder.file(
        "events.jsonl",
        "{\"at\": \"2026-01-03T08:00\", \"customer\": \"anna\", \"item\": \"mug\"}\n\n\
         {\"at\": \"2026-01-03T08:10\", \"customer\": \"anna\", \"item\": \"mug\"}\n\
         {\"at\": \"2026-01-04T08:00\", \"customer\": \"anna\", \"kind\": \"search\"}\n\
         {\"at\": \"2026-01-04T08:00\", \"customer\": \"zoe\", \"item\": \"mug\"}\n",
    );
    let output = folder.run(&[&TIME[..], &["--events", "events.jsonl"]].concat());
    assert!(String::from_utf8_lossy(&output.stderr).contains("1 customers of the event log have no order"));
    let report = folder.report(&[&TIME[..], &["--events", "events.jsonl", "--picture", "out.svg"]].concat());
    assert_eq!(report["visits"], 8, "two visits more");
    // She had looked twice by the 4th, and at her order on the 11th.
    assert_eq!(of(&report, "measures", "s/looked")["shown"], 2);
    let svg = fs::read_to_string(folder.0.join("out.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("s/looked"));
    folder.file(
        "events.jsonl",
        "{\"at\": \"2026-01-03T08:00\", \"customer\": \"anna\"}\n{\"at\": \"soon\", \"customer\": \"anna\"}\n",
    );
    let output = folder.run(&["--events", "events.jsonl", "--format", "json"]);
    let failure: Json = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!((&failure["code"], &failure["place"]), (&json!("bad-event"), &json!("events.jsonl:2")));
}
