//! The payload: features, their rules, experiments, bandits.

use super::url::UrlTarget;
use super::{Bandit, Experiment, Filter, Meta, Parent, Payload, Shopper};
use crate::bucket::{self, Range};
use crate::condition::ConditionIx;
use crate::value::Value;

/// A feature: a default and rules that may say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Feature {
    pub(super) default: Value,
    pub(super) rules: Vec<Rule>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) parents: Vec<Parent>,
    pub(super) filters: Option<Vec<Filter>>,
    pub(super) condition: Option<ConditionIx>,
    pub(super) force: Option<Value>,
    range: Option<Range>,
    coverage: Option<f64>,
    seed: Option<String>,
    hash_version: Option<u32>,
    hash_attribute: Option<String>,
    fallback_attribute: Option<String>,
    sticky_disabled: bool,
    pub(super) experiment: Option<Experiment>,
}

/// What of a rule makes an experiment; the result shows these to whoever tracks it.
const ECHO: [&str; 18] = [
    "variations",
    "key",
    "coverage",
    "weights",
    "hashAttribute",
    "fallbackAttribute",
    "disableStickyBucketing",
    "bucketVersion",
    "minBucketVersion",
    "namespace",
    "meta",
    "ranges",
    "name",
    "phase",
    "seed",
    "hashVersion",
    "filters",
    "condition",
];

impl Payload {
    /// Reads a payload: `features`, `experiments`, `savedGroups`, `contextualBandits`. What it does not
    /// know or cannot use is left out; a condition beyond the engine's limits never holds.
    #[must_use]
    pub fn read(json: &Value) -> Self {
        let mut payload =
            Self { saved_groups: json.get("savedGroups").cloned().unwrap_or_default(), ..Self::default() };
        for (key, bandit) in entries(json.get("contextualBandits")) {
            let mut leaves = Vec::new();
            for leaf in items(bandit.get("contexts")) {
                let condition = payload.condition(leaf.get("condition").unwrap_or(&Value::Null));
                leaves.push((leaf.get("leafId").cloned().unwrap_or_default(), condition, numbers(leaf.get("weights"))));
            }
            let version = bandit.get("banditVersion").cloned();
            payload.bandits.push((key.clone(), Bandit { version, leaves }));
        }
        for (key, feature) in entries(json.get("features")) {
            let default = feature.get("defaultValue").cloned().unwrap_or_default();
            let rules = items(feature.get("rules")).iter().map(|rule| payload.rule(key, rule)).collect();
            payload.features.push((key.clone(), Feature { default, rules }));
        }
        for experiment in items(json.get("experiments")) {
            let experiment = payload.experiment(experiment);
            payload.experiments.push(experiment);
        }
        payload.by_key = (0..).take(payload.features.len()).collect();
        payload.by_key.sort_by(|a, b| payload.features[*a as usize].0.cmp(&payload.features[*b as usize].0));
        payload
    }

    /// Reads an experiment that the caller runs by itself.
    #[must_use]
    pub fn experiment(&mut self, json: &Value) -> Experiment {
        let ranges_of = |value: Option<&Value>| -> Vec<Range> { items(value).iter().filter_map(range).collect() };
        let mut experiment = Experiment {
            key: text(json, "key").unwrap_or_default(),
            variations: items(json.get("variations")).to_vec(),
            weights: json.get("weights").map(|weights| numbers(Some(weights))),
            coverage: number(json, "coverage"),
            ranges: json.get("ranges").map(|ranges| ranges_of(Some(ranges))),
            namespace: namespace(json.get("namespace")),
            filters: json.get("filters").map(read_filters),
            condition: json.get("condition").map(|condition| self.condition(condition)),
            parents: self.parents(json.get("parentConditions")),
            seed: text(json, "seed"),
            hash_version: whole(json, "hashVersion"),
            hash_attribute: text(json, "hashAttribute"),
            fallback_attribute: text(json, "fallbackAttribute"),
            sticky_disabled: is_true(json, "disableStickyBucketing"),
            bucket_version: whole(json, "bucketVersion").unwrap_or(0),
            min_bucket_version: whole(json, "minBucketVersion").unwrap_or(0),
            inactive: json.get("active") == Some(&Value::Bool(false))
                || text(json, "status").as_deref() == Some("draft"),
            stopped: text(json, "status").as_deref() == Some("stopped"),
            targets: items(json.get("urlPatterns")).iter().filter_map(UrlTarget::read).collect(),
            persist_query: is_true(json, "persistQueryString"),
            ..Experiment::default()
        };
        experiment.force = json.get("force").map(|_| {
            let forced = whole(json, "force").and_then(|forced| usize::try_from(forced).ok());
            forced.filter(|forced| *forced < experiment.variations.len())
        });
        for meta in items(json.get("meta")) {
            experiment.meta.push(Meta {
                key: text(meta, "key"),
                name: text(meta, "name"),
                passthrough: is_true(meta, "passthrough"),
            });
        }
        for key in ECHO {
            if let Some(value) = json.get(key) {
                experiment.echo.push((key.to_owned(), value.clone()));
            }
        }
        experiment
    }

    fn condition(&mut self, json: &Value) -> ConditionIx {
        self.program.add(json).unwrap_or_else(|_| {
            // Beyond the limits: holds for nobody rather than for everybody.
            let never = Value::Map(vec![(
                "$or".into(),
                Value::List(vec![Value::Map(vec![("$not".into(), Value::Map(Vec::new()))])]),
            )]);
            self.program.add(&never).unwrap_or(ConditionIx(u32::MAX))
        })
    }

    fn parents(&mut self, json: Option<&Value>) -> Vec<Parent> {
        let mut parents = Vec::new();
        for parent in items(json) {
            let empty = Value::Map(Vec::new());
            let condition = self.condition(parent.get("condition").unwrap_or(&empty));
            let feature = text(parent, "id").unwrap_or_default();
            parents.push(Parent { feature, condition, gate: is_true(parent, "gate") });
        }
        parents
    }

    fn rule(&mut self, feature: &str, json: &Value) -> Rule {
        let mut rule = Rule {
            id: text(json, "id").unwrap_or_default(),
            parents: self.parents(json.get("parentConditions")),
            filters: json.get("filters").map(read_filters),
            force: json.get("force").cloned(),
            range: json.get("range").and_then(range),
            coverage: number(json, "coverage"),
            seed: text(json, "seed"),
            hash_version: whole(json, "hashVersion"),
            hash_attribute: text(json, "hashAttribute"),
            fallback_attribute: text(json, "fallbackAttribute"),
            sticky_disabled: is_true(json, "disableStickyBucketing"),
            ..Rule::default()
        };
        if rule.force.is_some() {
            rule.condition = json.get("condition").map(|condition| self.condition(condition));
            return rule;
        }
        let bandit = text(json, "contextualBanditRef");
        let variations = match json.get("variations") {
            Some(variations) => variations,
            None => match json.get("contextualVariations") {
                Some(variations) if bandit.is_some() => variations,
                _ => return rule,
            },
        };
        // A rule is an experiment whose key is the feature's unless it has one.
        let mut entries = entries(Some(json)).to_vec();
        entries.retain(|(key, _)| {
            ![
                "variations",
                "contextualVariations",
                "key",
                "parentConditions",
                "force",
                "active",
                "status",
                "urlPatterns",
            ]
            .contains(&key.as_str())
        });
        let key = text(json, "key").filter(|key| !key.is_empty()).unwrap_or_else(|| feature.to_owned());
        entries.push(("variations".into(), variations.clone()));
        entries.push(("key".into(), Value::Text(key)));
        let mut experiment = self.experiment(&Value::Map(entries));
        experiment.bandit = bandit.filter(|_| json.get("variations").is_none());
        rule.experiment = Some(experiment);
        rule
    }
}

impl Rule {
    /// What it can give.
    pub(super) fn values(&self) -> impl Iterator<Item = &Value> {
        let variations = self.experiment.iter().flat_map(|experiment| &experiment.variations);
        self.force.iter().chain(variations)
    }
}

impl Shopper<'_> {
    /// Whether a forced value reaches her.
    pub(super) fn rolled_out(&self, key: &str, rule: &Rule) -> bool {
        if rule.range.is_none() && rule.coverage.is_none() {
            return true;
        }
        if rule.range.is_none() && rule.coverage == Some(0.0) {
            return false;
        }
        let fallback = rule.fallback_attribute.as_deref().filter(|_| self.sticky.is_some() && !rule.sticky_disabled);
        let (_, value) = self.hash_value(rule.hash_attribute.as_deref(), fallback);
        if !value.truthy() {
            return false;
        }
        let seed = rule.seed.as_deref().filter(|seed| !seed.is_empty()).unwrap_or(key);
        let place = bucket::hash(seed, &self.text(value), rule.hash_version.unwrap_or(1));
        place.is_some_and(|place| match (rule.range, rule.coverage) {
            (Some(range), _) => bucket::in_range(place, range),
            (None, Some(coverage)) => place <= coverage,
            (None, None) => true,
        })
    }
}

pub(super) fn entries(value: Option<&Value>) -> &[(String, Value)] {
    if let Some(Value::Map(entries)) = value { entries } else { &[] }
}

pub(super) fn items(value: Option<&Value>) -> &[Value] {
    if let Some(Value::List(items)) = value { items } else { &[] }
}

pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::text).map(str::to_owned)
}

fn number(value: &Value, key: &str) -> Option<f64> {
    if let Some(Value::Number(number)) = value.get(key) { Some(*number) } else { None }
}

/// A small whole number; anything else is none.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
fn whole(value: &Value, key: &str) -> Option<u32> {
    number(value, key).filter(|number| number.fract() == 0.0 && (0.0..4e9).contains(number)).map(|number| number as u32)
}

pub(super) fn is_true(value: &Value, key: &str) -> bool {
    value.get(key).is_some_and(|value| value.view().truthy())
}

fn numbers(value: Option<&Value>) -> Vec<f64> {
    items(value).iter().map(|number| if let Value::Number(number) = number { *number } else { f64::NAN }).collect()
}

fn range(value: &Value) -> Option<Range> {
    match items(Some(value)) {
        [Value::Number(from), Value::Number(to)] => Some((*from, *to)),
        _ => None,
    }
}

fn namespace(value: Option<&Value>) -> Option<(String, Range)> {
    match items(value) {
        [Value::Text(id), Value::Number(from), Value::Number(to)] => Some((id.clone(), (*from, *to))),
        _ => None,
    }
}

fn read_filters(json: &Value) -> Vec<Filter> {
    let filter = |json: &Value| Filter {
        seed: text(json, "seed").unwrap_or_default(),
        attribute: text(json, "attribute"),
        ranges: items(json.get("ranges")).iter().filter_map(range).collect(),
        hash_version: whole(json, "hashVersion").unwrap_or(2),
    };
    items(Some(json)).iter().map(filter).collect()
}
