//! The vectors of GrowthBook's SDK specification, section by section.
//!
//! Prints what passed of each section (`cargo test -p wellmet-engine --test growthbook -- --nocapture`).

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test with a report")]

use serde_json::Value as Json;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
use wellmet_engine::bucket;
use wellmet_engine::condition::Program;
use wellmet_engine::host::Native;
use wellmet_engine::value::{Value, View};

fn vectors() -> Json {
    serde_json::from_str(include_str!("../../../tests/vectors/growthbook.json")).unwrap()
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(is) => Value::Bool(*is),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(entries) => Value::Map(entries.iter().map(|(key, entry)| (key.clone(), value(entry))).collect()),
    }
}

/// Runs every case of a section and reports the ones that fail.
fn section(name: &str, expected: usize, holds: impl Fn(&[Json]) -> bool) {
    let all = vectors();
    let cases = all[name].as_array().unwrap();
    let failed: Vec<String> = cases
        .iter()
        .filter(|case| !holds(case.as_array().unwrap()))
        .map(|case| case.to_string().chars().take(400).collect())
        .collect();
    println!("{name}: {}/{}", cases.len() - failed.len(), cases.len());
    assert_eq!(cases.len(), expected, "{name}: number of vectors");
    assert!(failed.is_empty(), "{name}:\n{}", failed.join("\n"));
}

fn text(json: &Json) -> &str {
    json.as_str().unwrap()
}

fn number(json: &Json) -> f64 {
    json.as_f64().unwrap()
}

fn ranges(json: &Json) -> Vec<bucket::Range> {
    json.as_array().unwrap().iter().map(|range| (number(&range[0]), number(&range[1]))).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6
}

#[test]
fn conditions() {
    let host = Native::new();
    section("evalCondition", 248, |case| {
        let mut program = Program::default();
        let condition = program.add(&value(&case[1])).unwrap();
        let attributes = value(&case[2]);
        let groups = case.get(4).map(value).unwrap_or_default();
        let held = program.holds_of(condition, attributes.view(), groups.view(), &host);
        held == case[3].as_bool().unwrap()
    });
}

#[test]
fn conditions_mean_the_same_after_a_trip_through_bytes() {
    use wellmet_engine::wire::{Reader, Writer};
    let host = Native::new();
    section("evalCondition", 248, |case| {
        let mut program = Program::default();
        let condition = program.add(&value(&case[1])).unwrap();
        let mut w = Writer::new();
        program.encode(&mut w);
        let bytes = w.into_bytes();
        let read = Program::decode(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(read, program);
        let groups = case.get(4).map(value).unwrap_or_default();
        read.holds_of(condition, value(&case[2]).view(), groups.view(), &host) == case[3].as_bool().unwrap()
    });
}

#[test]
fn a_refusal_names_a_clause_exactly_when_the_condition_does_not_hold() {
    let host = Native::new();
    section("evalCondition", 248, |case| {
        let mut program = Program::default();
        let condition = program.add(&value(&case[1])).unwrap();
        let attributes = value(&case[2]);
        let groups = case.get(4).map(value).unwrap_or_default();
        let facts = wellmet_engine::condition::Tree { program: &program, root: attributes.view() };
        let clause = program.failing(condition, &facts, groups.view(), &host);
        clause.is_none() == case[3].as_bool().unwrap()
    });
}

#[test]
fn hashes() {
    section("hash", 15, |case| {
        let place = bucket::hash(text(&case[0]), text(&case[1]), number(&case[2]) as u32);
        match (place, case[3].as_f64()) {
            (Some(ours), Some(theirs)) => near(ours, theirs),
            (ours, theirs) => ours == theirs,
        }
    });
}

#[test]
fn bucket_ranges() {
    section("getBucketRange", 13, |case| {
        let weights: Option<Vec<f64>> = case[1][2].as_array().map(|weights| weights.iter().map(number).collect());
        let ours = bucket::ranges(number(&case[1][0]) as usize, number(&case[1][1]), weights.as_deref());
        let theirs = ranges(&case[2]);
        ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(ours, theirs)| near(ours.0, theirs.0) && near(ours.1, theirs.1))
    });
}

#[test]
fn chosen_variations() {
    section("chooseVariation", 13, |case| {
        let ours = bucket::choose(number(&case[1]), &ranges(&case[2])).map_or(-1.0, |at| at as f64);
        ours == number(&case[3])
    });
}

#[test]
fn namespaces() {
    section("inNamespace", 16, |case| {
        let range = (number(&case[2][1]), number(&case[2][2]));
        bucket::in_namespace(text(&case[1]), text(&case[2][0]), range) == case[3].as_bool().unwrap()
    });
}

#[test]
fn equal_weights() {
    section("getEqualWeights", 6, |case| {
        let ours = bucket::equal_weights(number(&case[0]).max(0.0) as usize);
        let theirs = case[1].as_array().unwrap();
        ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| near(*ours, number(theirs)))
    });
}

#[test]
fn nothing_is_a_group() {
    // Saved groups that are no object are no groups.
    let host = Native::new();
    let mut program = Program::default();
    let member = Value::Map(vec![("id".into(), Value::Map(vec![("$inGroup".into(), Value::Text("g".into()))]))]);
    let condition = program.add(&member).unwrap();
    for groups in [View::Null, View::Bool(true), View::Text("g")] {
        assert!(!program.holds_of(condition, View::Null, groups, &host));
    }
}
