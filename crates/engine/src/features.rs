//! A GrowthBook features payload, read as it is.
//!
//! For shops that have feature flags and experiments there already: [`Payload::read`] takes the JSON that
//! GrowthBook's API serves, compiles its conditions once, and [`Shopper::feature`] answers as GrowthBook's
//! own SDKs do, held by the 517 vectors of their specification. The page's first load does not carry
//! this module: it is behind the cargo feature `features`.
//!
//! ```
//! # #[cfg(feature = "native")] {
//! use wellmet_engine::features::{Payload, Shopper};
//! use wellmet_engine::host::Native;
//! use wellmet_engine::value::Value;
//! let on = Value::Map(vec![("defaultValue".into(), Value::Bool(true))]);
//! let features = Value::Map(vec![("new-checkout".into(), on)]);
//! let payload = Payload::read(&Value::Map(vec![("features".into(), features)]));
//! let host = Native::new();
//! let mut shopper = Shopper::new(&payload, &Value::Null, &host);
//! assert!(shopper.feature("new-checkout").on());
//! # }
//! ```

#[cfg(feature = "native")]
mod decrypt;
mod experiment;
mod pick;
mod rules;
mod sticky;
mod url;

#[cfg(feature = "native")]
pub use decrypt::decrypt;
pub use experiment::{Assignment, Lot};
pub use pick::Pick;
pub use sticky::Document;
pub use url::{query_override, redirected};

use crate::bucket::{self, Range};
use crate::condition::{ConditionIx, Program, Resolved};
use crate::host::Host;
use crate::value::{Value, View, number_text};
use rules::Feature;
use std::borrow::Cow;
use url::UrlTarget;

/// Features within features, at most.
const MAX_PREREQUISITES: usize = 32;

/// A payload with its conditions compiled.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    program: Program,
    features: Vec<(String, Feature)>,
    /// Positions of the features in the order of their keys.
    by_key: Vec<u32>,
    experiments: Vec<Experiment>,
    saved_groups: Value,
    bandits: Vec<(String, Bandit)>,
}

/// An experiment as GrowthBook describes it.
#[derive(Clone, Debug, Default)]
pub struct Experiment {
    key: String,
    variations: Vec<Value>,
    weights: Option<Vec<f64>>,
    coverage: Option<f64>,
    ranges: Option<Vec<Range>>,
    namespace: Option<(String, Range)>,
    filters: Option<Vec<Filter>>,
    condition: Option<ConditionIx>,
    parents: Vec<Parent>,
    meta: Vec<Meta>,
    seed: Option<String>,
    hash_version: Option<u32>,
    hash_attribute: Option<String>,
    fallback_attribute: Option<String>,
    sticky_disabled: bool,
    bucket_version: u32,
    min_bucket_version: u32,
    /// `Some(None)` when it is forced to something that is no variation.
    force: Option<Option<usize>>,
    inactive: bool,
    stopped: bool,
    targets: Vec<UrlTarget>,
    persist_query: bool,
    bandit: Option<String>,
    /// The description itself, for the result's echo.
    echo: Vec<(String, Value)>,
}

/// A share of users that all must be in.
#[derive(Clone, Debug)]
struct Filter {
    seed: String,
    attribute: Option<String>,
    ranges: Vec<Range>,
    hash_version: u32,
}

/// A feature that must have a certain value.
#[derive(Clone, Debug)]
struct Parent {
    feature: String,
    condition: ConditionIx,
    gate: bool,
}

/// What is known of one variation.
#[derive(Clone, Debug, Default)]
struct Meta {
    key: Option<String>,
    name: Option<String>,
    passthrough: bool,
}

/// Weights that depend on who it is.
#[derive(Clone, Debug)]
struct Bandit {
    version: Option<Value>,
    leaves: Vec<(Value, ConditionIx, Vec<f64>)>,
}

/// Where a feature's value comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The payload does not know the feature.
    Unknown,
    /// No rule applied.
    Default,
    /// The caller forced it.
    Override,
    /// A rule forced it.
    Force,
    /// An experiment gave it.
    Experiment(Box<(Vec<(String, Value)>, Assignment)>),
    /// A feature that it depends on is off.
    Prerequisite,
    /// It depends on itself.
    Cyclic,
}

impl Source {
    /// The name that GrowthBook gives it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unknown => "unknownFeature",
            Self::Default => "defaultValue",
            Self::Override => "override",
            Self::Force => "force",
            Self::Experiment(_) => "experiment",
            Self::Prerequisite => "prerequisite",
            Self::Cyclic => "cyclicPrerequisite",
        }
    }
}

/// A feature's value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub source: Source,
    /// Id of the rule that applied; may be empty.
    pub rule: String,
}

impl Answer {
    fn of(value: Value, source: Source) -> Self {
        Self { value, source, rule: String::new() }
    }

    /// Whether the value is truthy.
    #[must_use]
    pub fn on(&self) -> bool {
        self.value.view().truthy()
    }
}

/// One shopper, and what the caller wants for her.
pub struct Shopper<'a> {
    payload: &'a Payload,
    attributes: View<'a>,
    known: Resolved<'a>,
    host: &'a dyn Host,
    /// Address of the page, for targets and query-string overrides.
    pub url: &'a str,
    /// Whether experiments run at all.
    pub enabled: bool,
    /// Whether experiments run only where they are forced.
    pub qa_mode: bool,
    /// Variation by experiment key.
    pub forced_variations: Cow<'a, [(String, usize)]>,
    /// Value by feature key.
    pub forced_features: Cow<'a, [(String, Value)]>,
    /// What earlier visits were given; `None` to keep nothing.
    pub sticky: Option<Vec<Document>>,
    /// Features being evaluated.
    stack: Vec<usize>,
}

impl<'a> Shopper<'a> {
    /// A shopper of whom these attributes are known.
    #[must_use]
    pub fn new(payload: &'a Payload, attributes: &'a Value, host: &'a dyn Host) -> Self {
        Self {
            payload,
            attributes: attributes.view(),
            known: Resolved::of(&payload.program, attributes.view()),
            host,
            url: "",
            enabled: true,
            qa_mode: false,
            forced_variations: Cow::default(),
            forced_features: Cow::default(),
            sticky: None,
            stack: Vec::new(),
        }
    }

    /// The value of a feature for her.
    pub fn feature(&mut self, key: &str) -> Answer {
        match self.payload.position(key) {
            Some(feature) => {
                let pick = self.pick(feature);
                self.answer(feature, &pick)
            }
            None => match self.forced(key) {
                Some(forced) => Answer::of(self.forced_features[forced].1.clone(), Source::Override),
                None => Answer::of(Value::Null, Source::Unknown),
            },
        }
    }

    /// The experiments that the payload runs by address: the first that redirects, and where to.
    pub fn redirect(&mut self) -> Option<(Assignment, String)> {
        let payload = self.payload;
        payload.experiments.iter().find_map(|experiment| {
            let given = self.assign(experiment);
            let target = given.value.get("urlRedirect").and_then(Value::text)?.to_owned();
            let to = if experiment.persist_query { redirected(self.url, &target) } else { target };
            given.in_experiment.then_some((given, to))
        })
    }

    /// Runs an experiment outside of a feature.
    pub fn experiment(&mut self, experiment: &Experiment) -> Assignment {
        self.assign(experiment)
    }

    fn holds(&self, condition: ConditionIx) -> bool {
        self.payload.program.holds(condition, &self.known, self.payload.saved_groups.view(), self.host)
    }

    /// The attribute that decides the bucket and its value: a fallback where the first is missing.
    fn hash_value<'n>(&self, attribute: Option<&'n str>, fallback: Option<&'n str>) -> (&'n str, View<'a>) {
        let first = attribute.unwrap_or("id");
        for name in core::iter::once(first).chain(fallback) {
            let value = self.attributes.own(name);
            if value.truthy() {
                return (name, value);
            }
        }
        (first, View::Text(""))
    }

    fn text(&self, value: View<'a>) -> Cow<'a, str> {
        match value {
            View::Number(number) => Cow::Owned(number_text(number, self.host)),
            _ => value.to_text(self.host),
        }
    }

    fn filtered_out(&self, filters: &[Filter]) -> bool {
        filters.iter().any(|filter| {
            let (_, value) = self.hash_value(filter.attribute.as_deref(), None);
            let place = bucket::hash(&filter.seed, &self.text(value), filter.hash_version);
            !value.truthy()
                || place.is_none_or(|place| !filter.ranges.iter().any(|range| bucket::in_range(place, *range)))
        })
    }

    /// Whether the features that something depends on have the values it wants.
    fn parents(&mut self, parents: &[Parent]) -> Result<(), Blocked> {
        for parent in parents {
            let answer = self.feature(&parent.feature);
            if answer.source == Source::Cyclic {
                return Err(Blocked::Cycle);
            }
            let value = Value::Map(vec![("value".into(), answer.value)]);
            let groups = self.payload.saved_groups.view();
            if !self.payload.program.holds_of(parent.condition, value.view(), groups, self.host) {
                return Err(if parent.gate { Blocked::Gate } else { Blocked::Skip });
            }
        }
        Ok(())
    }
}

/// Why prerequisites do not hold.
enum Blocked {
    Cycle,
    Gate,
    Skip,
}

impl<'a> View<'a> {
    /// An own key, which is not a path.
    fn own(self, key: &str) -> View<'a> {
        match self {
            View::Map(entries) => {
                entries.iter().find(|(name, _)| name == key).map_or(View::Null, |(_, value)| value.view())
            }
            _ => View::Null,
        }
    }
}
