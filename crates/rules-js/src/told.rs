//! Answers and wishes in the words of GrowthBook's SDK, as values that become JSON.

use crate::Wishes;
use wellmet_engine::features::{Answer, Assignment, Document, Source};
use wellmet_engine::host::Host;
use wellmet_engine::value::Value;

/// The JSON text of a value.
pub(crate) fn json(value: &Value, host: &dyn Host) -> String {
    let mut out = String::new();
    value.json(host, &mut out);
    out
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn map<const N: usize>(entries: [(&str, Option<Value>); N]) -> Value {
    Value::Map(entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect())
}

/// A feature's result.
pub(crate) fn answer(answer: &Answer) -> Value {
    let experiment = match &answer.source {
        Source::Experiment(both) => Some(&**both),
        _ => None,
    };
    map([
        ("value", Some(answer.value.clone())),
        ("on", Some(Value::Bool(answer.on()))),
        ("off", Some(Value::Bool(!answer.on()))),
        ("source", Some(text(answer.source.name()))),
        ("ruleId", Some(text(&answer.rule))),
        ("experiment", experiment.map(|(described, _)| Value::Map(described.clone()))),
        ("experimentResult", experiment.map(|(_, given)| assignment(given))),
    ])
}

#[allow(clippy::cast_precision_loss, reason = "variations are few")]
fn assignment(given: &Assignment) -> Value {
    let (leaf, weights, version) = match given.bandit.clone() {
        Some((leaf, weights, version)) => {
            let weights = weights.into_iter().map(Value::Number).collect();
            (Some(leaf), Some(Value::List(weights)), version)
        }
        None => (None, None, None),
    };
    map([
        ("key", Some(text(&given.key))),
        ("name", given.name.as_deref().map(text)),
        ("featureId", given.feature.as_deref().map(text)),
        ("inExperiment", Some(Value::Bool(given.in_experiment))),
        ("hashUsed", Some(Value::Bool(given.hash_used))),
        ("variationId", Some(Value::Number(given.variation as f64))),
        ("value", Some(given.value.clone())),
        ("hashAttribute", Some(text(&given.hash_attribute))),
        ("hashValue", Some(given.hash_value.clone())),
        ("bucket", given.bucket.map(Value::Number)),
        ("stickyBucketUsed", Some(Value::Bool(given.sticky_used))),
        ("passthrough", given.passthrough.then_some(Value::Bool(true))),
        ("leafId", leaf),
        ("variationWeights", weights),
        ("banditVersion", version),
    ])
}

/// What earlier visits were given.
pub(crate) fn documents(documents: Option<&[Document]>) -> Value {
    let Some(documents) = documents else { return Value::Null };
    let one = |document: &Document| {
        let assignments = document.assignments.iter().map(|(key, variation)| (key.clone(), text(variation)));
        map([
            ("attributeName", Some(text(&document.attribute))),
            ("attributeValue", Some(text(&document.value))),
            ("assignments", Some(Value::Map(assignments.collect()))),
        ])
    };
    Value::List(documents.iter().map(one).collect())
}

fn entries(value: Option<&Value>) -> &[(String, Value)] {
    if let Some(Value::Map(entries)) = value { entries } else { &[] }
}

/// Reads what the caller wants; what has another form is left out.
pub(crate) fn wishes(json: &Value) -> (Wishes, Option<Vec<Document>>) {
    let said = |key: &str| json.get(key).and_then(Value::text).unwrap_or_default().to_owned();
    let document = |json: &Value| {
        let text = |value: &Value| value.text().map(str::to_owned);
        Some(Document {
            attribute: json.get("attributeName").and_then(text)?,
            value: json.get("attributeValue").and_then(text)?,
            assignments: entries(json.get("assignments"))
                .iter()
                .filter_map(|(key, variation)| Some((key.clone(), text(variation)?)))
                .collect(),
        })
    };
    let sticky = match json.get("sticky") {
        Some(Value::List(documents)) => Some(documents.iter().filter_map(document).collect()),
        _ => None,
    };
    let variation = |(key, value): &(String, Value)| match value {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        Value::Number(number) if number.fract() == 0.0 && (0.0..1e9).contains(number) => {
            Some((key.clone(), *number as usize))
        }
        _ => None,
    };
    let wishes = Wishes {
        url: said("url"),
        disabled: json.get("enabled") == Some(&Value::Bool(false)),
        qa_mode: json.get("qaMode") == Some(&Value::Bool(true)),
        variations: entries(json.get("forcedVariations")).iter().filter_map(variation).collect(),
        features: entries(json.get("forcedFeatures")).to_vec(),
    };
    (wishes, sticky)
}
