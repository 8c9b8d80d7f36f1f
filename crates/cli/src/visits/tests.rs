//! Logs as they come, and every trap that one may hold.

#![allow(clippy::unwrap_used)]

use super::*;
use std::fmt::Write;

fn fold(text: &str, mapping: &str, reading: &Reading) -> Outcome<Visits> {
    let id = std::thread::current().name().unwrap_or("").replace(':', "-");
    let path = std::env::temp_dir().join(format!("wellmet-visits-{}-{id}", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let visits = read(&path, &serde_json::from_str(mapping).unwrap(), reading);
    std::fs::remove_file(&path).unwrap();
    visits
}

const PLAIN: &str = r#"{ "session": "s", "item": "i", "time": { "column": "t" } }"#;
const WITH_PEOPLE: &str = r#"{ "session": "s", "item": "i", "time": { "column": "t" }, "person": "p" }"#;

fn items(visits: &Visits, visit: usize) -> Vec<&str> {
    visits.clicks(&visits.visits[visit]).iter().map(|item| visits.items[*item as usize].as_str()).collect()
}

#[test]
fn clicks_become_visits_by_time() {
    let log = "s,i,t\n2,\"A,1\",1600000300\n1,ü7,1600000100\n2,ü7,1600000200\n2,ü7,1600000300\n";
    let visits = fold(log, PLAIN, &Reading::default()).unwrap();
    assert_eq!((visits.len(), visits.report.rows, visits.report.kept), (4, 4, 4));
    assert_eq!((items(&visits, 0), items(&visits, 1)), (vec!["ü7"], vec!["ü7", "A,1", "ü7"]));
    assert_ne!(visits.visits[0].person, visits.visits[1].person);
}

#[test]
fn a_person_is_one_over_her_visits_and_nameless_ones_are_many() {
    let log =
        "s,i,t,p\n1,A,1600000100,anna\n2,B,1600000200,anna\n3,A,1600000300,\n4,A,1600000400,\n1,B,1600000500,bert\n";
    let visits = fold(log, WITH_PEOPLE, &Reading::default()).unwrap();
    let mut people: Vec<u32> = visits.visits.iter().map(|visit| visit.person).collect();
    people.sort_unstable();
    people.dedup();
    assert_eq!((visits.visits.len(), people.len()), (4, 3));
    assert_eq!(visits.report.count("visit-of-two-people"), 1);
}

#[test]
fn robots_wrong_clocks_and_copies_are_named() {
    let mut log = String::from("s,i,t\n");
    for n in 0..10_000 {
        writeln!(log, "robot,{},{}", n % 700, 1_600_000_000 + n).unwrap();
    }
    log += "1,A,1600000000\n1,A,1600000000\n1,B,1600200000\n2,A,4000000000\n2,A,315532800\n,A,1600000000\n";
    let reading = Reading { now: Some(Instant(1_700_000_000_000)), ..Reading::default() };
    let visits = fold(&log, PLAIN, &reading).unwrap();
    let counts = ["long-visit", "visit-of-days", "repeated-row", "wrong-clock", "no-visit"];
    assert_eq!(counts.map(|code| visits.report.count(code)), [1, 1, 1, 2, 1]);
    assert_eq!(visits.report.kept + 2 + 1, visits.report.rows, "nothing is dropped silently");
    assert_eq!(visits.visits.len(), 2);
    let log = visits.log(ItemIx);
    assert_eq!((log.cut(), log.lines()), ((1, 10_000 - 80), 80 + 3));
}

#[test]
fn a_malformed_row_is_named_and_the_rest_kept_when_asked_to() {
    let log = "s,i,t\n1,A,1600000000\n1,,1600000001\n1,B,soon\n";
    let failure = fold(log, PLAIN, &Reading::default()).unwrap_err();
    assert_eq!(failure.code, "bad-item");
    assert!(failure.place.unwrap().ends_with("row 3, column \"i\""));
    let visits = fold(log, PLAIN, &Reading { keep_going: true, ..Reading::default() }).unwrap();
    assert_eq!((visits.report.count("bad-item"), visits.report.count("bad-time"), visits.len()), (1, 1, 1));
    assert_eq!(fold("s,i,t\n,A,1600000000\n", PLAIN, &Reading::default()).unwrap_err().code, "no-clicks");
}

#[test]
fn c64_an_export_of_google_analytics() {
    let mapping = include_str!("../../../../examples/mappings/ga4-clicks.json");
    let row = |event: &str, session: u32, micros: u64, item: &str| {
        format!(
            "{{\"event_name\":\"{event}\",\"event_timestamp\":\"{micros}\",\"user_pseudo_id\":\"u.1\",\"event_params\":\
             [{{\"key\":\"ga_session_id\",\"value\":{{\"int_value\":\"{session}\"}}}}],\"items\":[{{\"item_id\":\"{item}\"}}]}}\n"
        )
    };
    let log = row("view_item", 1, 1_600_000_000_000_000, "A")
        + &row("page_view", 1, 1_600_000_001_000_000, "A")
        + &row("view_item", 1, 1_600_000_002_000_000, "B")
        + &row("view_item", 2, 1_600_090_000_000_000, "A");
    let visits = fold(&log, mapping, &Reading::default()).unwrap();
    assert_eq!((visits.visits.len(), visits.report.count("other-kind")), (2, 1));
    assert_eq!(items(&visits, 0), ["A", "B"]);
    assert_eq!(visits.visits[0].person, visits.visits[1].person);
    assert_eq!(visits.visits[0].at, Instant(1_600_000_002_000));
}

#[test]
fn c64_an_export_of_segment() {
    let mapping = include_str!("../../../../examples/mappings/segment-clicks.json");
    let log = r#"{"type":"track","event":"Product Viewed","anonymousId":"a","timestamp":"2024-05-01T08:26:03.250Z","context":{"sessionId":17},"properties":{"product_id":"A"}}
{"type":"track","event":"Product Added","anonymousId":"a","timestamp":"2024-05-01T08:27:00Z","context":{"sessionId":17},"properties":{"product_id":"A"}}
{"type":"track","event":"Product Viewed","anonymousId":"a","timestamp":"2024-05-01T08:28:00Z","context":{"sessionId":17},"properties":{"product_id":"B"}}
"#;
    let visits = fold(log, mapping, &Reading::default()).unwrap();
    assert_eq!((items(&visits, 0), visits.report.count("other-kind")), (vec!["A", "B"], 1));
}
