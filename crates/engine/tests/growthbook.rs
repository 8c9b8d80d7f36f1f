//! The vectors of GrowthBook's SDK specification, section by section.
//!
//! Prints what passed of each section (`cargo test -p wellmet-engine --test growthbook -- --nocapture`). The same file
//! runs in a browser with `cargo xtask test --only wasm`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test with a report")]

use serde_json::Value as Json;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;
use wellmet_engine::bucket;
use wellmet_engine::condition::Program;
use wellmet_engine::features::{Answer, Assignment, Document, Payload, Shopper, Source, decrypt, query_override};
use wellmet_engine::host::Native;
use wellmet_engine::value::{Value, View};

thread_local! {
    /// Vectors that passed in this test.
    static PASSED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

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
    PASSED.set(PASSED.get() + cases.len() - failed.len());
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
        program.share();
        let mut w = Writer::new();
        program.encode(&mut w);
        let read = Reader::whole(&w.into_bytes(), Program::decode).unwrap();
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

/// The payload of a case's context.
fn payload(context: &Json) -> Payload {
    Payload::read(&value(context))
}

/// Sets a shopper up as a case's context says.
fn shopper<'a>(payload: &'a Payload, attributes: &'a Value, context: &'a Json, host: &'a Native) -> Shopper<'a> {
    let mut shopper = Shopper::new(payload, attributes, host);
    shopper.url = context["url"].as_str().unwrap_or("");
    shopper.enabled = context["enabled"].as_bool().unwrap_or(true);
    shopper.qa_mode = context["qaMode"].as_bool().unwrap_or(false);
    let forced = context["forcedVariations"].as_object().into_iter().flatten();
    shopper.forced_variations = forced.map(|(key, at)| (key.clone(), at.as_u64().unwrap() as usize)).collect();
    shopper
}

/// The engine's value as JSON, numbers as floats.
fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(is) => (*is).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}

/// What GrowthBook's result of an experiment looks like.
fn assignment(given: &Assignment) -> Json {
    let mut result = serde_json::json!({
        "key": given.key, "inExperiment": given.in_experiment, "hashUsed": given.hash_used, "variationId": given.variation,
        "value": json(&given.value), "hashAttribute": given.hash_attribute, "hashValue": json(&given.hash_value),
        "stickyBucketUsed": given.sticky_used,
    });
    let map = result.as_object_mut().unwrap();
    let optional = [
        ("featureId", given.feature.clone().map(Json::from)),
        ("name", given.name.clone().map(Json::from)),
        ("bucket", given.bucket.map(Json::from)),
        ("passthrough", given.passthrough.then_some(true.into())),
    ];
    map.extend(optional.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    if let Some((leaf, weights, version)) = &given.bandit {
        map.insert("leafId".into(), json(leaf));
        map.insert("variationWeights".into(), weights.clone().into());
        map.extend(version.iter().map(|version| ("banditVersion".to_owned(), json(version))));
    }
    result
}

/// What GrowthBook's result of a feature looks like.
fn answer(answer: &Answer) -> Json {
    let mut result = serde_json::json!({
        "value": json(&answer.value), "on": answer.on(), "off": !answer.on(), "source": answer.source.name(), "ruleId": answer.rule,
    });
    if let Source::Experiment(both) = &answer.source {
        let (experiment, given) = &**both;
        result["experiment"] = json(&Value::Map(experiment.clone()));
        result["experimentResult"] = assignment(given);
    }
    result
}

/// Equal up to the order of keys and the last digits of numbers.
fn alike(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => near(a.as_f64().unwrap(), b.as_f64().unwrap()),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
        }
        (a, b) => a == b,
    }
}

#[test]
fn features() {
    let host = Native::new();
    for (name, expected) in [("feature", 55), ("contextualBandit", 35)] {
        section(name, expected, |case| {
            let payload = payload(&case[1]);
            let attributes = value(&case[1]["attributes"]);
            let ours = answer(&shopper(&payload, &attributes, &case[1], &host).feature(text(&case[2])));
            alike(&ours, &case[3])
        });
    }
}

#[test]
fn experiments() {
    let host = Native::new();
    section("run", 73, |case| {
        let mut payload = payload(&case[1]);
        let experiment = payload.experiment(&value(&case[2]));
        let attributes = value(&case[1]["attributes"]);
        let given = shopper(&payload, &attributes, &case[1], &host).experiment(&experiment);
        alike(&json(&given.value), &case[3])
            && given.in_experiment == case[4].as_bool().unwrap()
            && given.hash_used == case[5].as_bool().unwrap()
    });
}

#[test]
fn sticky_assignments() {
    let host = Native::new();
    let document = |json: &Json| Document {
        attribute: text(&json["attributeName"]).to_owned(),
        value: text(&json["attributeValue"]).to_owned(),
        assignments: json["assignments"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(k, v)| (k.clone(), text(v).to_owned()))
            .collect(),
    };
    section("stickyBucket", 13, |case| {
        let payload = payload(&case[1]);
        let attributes = value(&case[1]["attributes"]);
        let mut shopper = shopper(&payload, &attributes, &case[1], &host);
        // A store is asked for the documents of her own identities only.
        let hers = |document: &Document| case[1]["attributes"][&document.attribute] == document.value.as_str();
        shopper.sticky = Some(case[2].as_array().unwrap().iter().map(document).filter(hers).collect());
        let answer = shopper.feature(text(&case[3]));
        let given = match &answer.source {
            Source::Experiment(both) => assignment(&both.1),
            _ => Json::Null,
        };
        let kept: Json = shopper
            .sticky
            .unwrap()
            .iter()
            .map(|document| {
                let assignments: Json =
                    document.assignments.iter().map(|(k, v)| (k.clone(), Json::from(v.clone()))).collect();
                let entry = serde_json::json!({
                    "attributeName": document.attribute, "attributeValue": document.value, "assignments": assignments,
                });
                (format!("{}||{}", document.attribute, document.value), entry)
            })
            .collect();
        alike(&given, &case[4]) && alike(&kept, &case[5])
    });
}

#[test]
fn query_string_overrides() {
    section("getQueryStringOverride", 16, |case| {
        let ours = query_override(text(&case[1]), text(&case[2]), number(&case[3]) as usize);
        ours.map(|at| at as u64) == case[4].as_u64()
    });
}

#[test]
fn redirects() {
    let host = Native::new();
    section("urlRedirect", 4, |case| {
        let payload = payload(&case[1]);
        let attributes = value(&case[1]["attributes"]);
        let found = shopper(&payload, &attributes, &case[1], &host).redirect();
        let ours: Json = found
            .map(|(given, to)| {
                let target = given.value.get("urlRedirect").and_then(Value::text).unwrap().to_owned();
                serde_json::json!({"inExperiment": given.in_experiment, "urlRedirect": target, "urlWithParams": to})
            })
            .into_iter()
            .collect();
        alike(&ours, &case[2])
    });
}

#[test]
fn decryption() {
    section("decrypt", 10, |case| decrypt(text(&case[1]), text(&case[2])).as_deref() == case[3].as_str());
}

/// All of them in one go, and one line that says so.
#[test]
fn all_vectors_pass() {
    PASSED.set(0);
    conditions();
    hashes();
    bucket_ranges();
    chosen_variations();
    namespaces();
    equal_weights();
    features();
    experiments();
    sticky_assignments();
    query_string_overrides();
    redirects();
    decryption();
    let passed = PASSED.get();
    let all = format!(
        "GrowthBook's targeting vectors {}: {passed} of 517",
        if cfg!(target_arch = "wasm32") { "in WebAssembly" } else { "natively" }
    );
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{all}");
    println!("{all}");
    assert_eq!(passed, 517);
}

/// A section that the specification adds must not go unnoticed.
#[test]
fn every_section_has_a_runner() {
    let all = vectors();
    let sections =
        all.as_object().unwrap().iter().filter_map(|(name, cases)| Some((name.as_str(), cases.as_array()?.len())));
    let mut sections: Vec<(&str, usize)> = sections.collect();
    sections.sort_unstable();
    let ran = [
        ("chooseVariation", 13),
        ("contextualBandit", 35),
        ("decrypt", 10),
        ("evalCondition", 248),
        ("feature", 55),
        ("getBucketRange", 13),
        ("getEqualWeights", 6),
        ("getQueryStringOverride", 16),
        ("hash", 15),
        ("inNamespace", 16),
        ("run", 73),
        ("stickyBucket", 13),
        ("urlRedirect", 4),
    ];
    assert_eq!(sections, ran);
    assert_eq!(ran.iter().map(|(_, cases)| cases).sum::<usize>(), 517);
}
