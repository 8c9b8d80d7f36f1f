//! Who gets which variation of an experiment.

use super::{Experiment, Shopper, query_override};
use crate::bucket;
use crate::value::Value;

/// The variation that she got, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Key of the variation.
    pub key: String,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The feature it is for, if it is for one.
    pub feature: Option<String>,
    /// Whether she takes part.
    pub in_experiment: bool,
    /// Whether chance decided, so that it may be tracked.
    pub hash_used: bool,
    /// Position of the variation; the first when she does not take part.
    pub variation: usize,
    /// Its value.
    pub value: Value,
    /// The attribute that decided.
    pub hash_attribute: String,
    /// Its value.
    pub hash_value: Value,
    /// Her place, if chance decided.
    pub bucket: Option<f64>,
    /// Whether an earlier visit decided.
    pub sticky_used: bool,
    /// Whether the rules after this one go on (a holdout that is not hers).
    pub passthrough: bool,
    /// Of a contextual bandit: the leaf, its weights and the bandit's version.
    pub bandit: Option<(Value, Vec<f64>, Option<Value>)>,
}

/// The variation that she gets, and how it came to it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lot {
    /// None when she takes no part.
    variation: Option<usize>,
    hash_used: bool,
    bucket: Option<f64>,
    sticky_used: bool,
}

impl Lot {
    const NONE: Self = Self { variation: None, hash_used: false, bucket: None, sticky_used: false };

    const fn forced(variation: Option<usize>) -> Self {
        Self { variation, ..Self::NONE }
    }

    /// Whether she takes part.
    #[must_use]
    pub const fn takes_part(self) -> bool {
        self.variation.is_some()
    }

    /// Position of the variation; the first when she does not take part.
    #[must_use]
    pub fn variation(self) -> usize {
        self.variation.unwrap_or(0)
    }
}

impl Experiment {
    /// Whether the rules after it go on for this lot (a holdout that is not hers).
    pub(super) fn passes_on(&self, lot: Lot) -> bool {
        self.meta.get(lot.variation()).is_some_and(|meta| meta.passthrough)
    }

    /// Key of a variation: the one it was given, or its position.
    pub(super) fn key_of(&self, variation: usize) -> String {
        let given = self.meta.get(variation).and_then(|meta| meta.key.clone()).filter(|key| !key.is_empty());
        given.unwrap_or_else(|| crate::value::integer_text(i64::try_from(variation).unwrap_or(i64::MAX)))
    }
}

impl Shopper<'_> {
    /// What an experiment of a feature gives her.
    pub(super) fn lot_of_feature(&mut self, experiment: &Experiment) -> Lot {
        match experiment.bandit.as_ref().and_then(|name| self.leaf(name, experiment)) {
            Some((_, weights, _)) => self.lot(&Experiment { weights: Some(weights), ..experiment.clone() }),
            None => self.lot(experiment),
        }
    }

    /// An experiment of a feature in full: its description as it was used, and the assignment.
    pub(super) fn in_feature(
        &self,
        experiment: &Experiment,
        feature: &str,
        lot: Lot,
    ) -> (Vec<(String, Value)>, Assignment) {
        let mut echo = experiment.echo.clone();
        let mut given = self.assignment(experiment, lot, Some(feature));
        let leaf = experiment.bandit.as_ref().and_then(|name| self.leaf(name, experiment));
        let Some((leaf, weights, version)) = leaf else { return (echo, given) };
        let list = |weights: &[f64]| Value::List(weights.iter().map(|weight| Value::Number(*weight)).collect());
        set(&mut echo, "weights", list(&weights));
        if given.hash_used {
            let mut bandit = vec![("leafId".to_owned(), leaf.clone()), ("variationWeights".to_owned(), list(&weights))];
            bandit.extend(version.clone().map(|version| ("banditVersion".to_owned(), version)));
            set(&mut echo, "contextualBandit", Value::Map(bandit));
            given.bandit = Some((leaf, weights, version));
        }
        (echo, given)
    }

    /// The leaf of a bandit that is hers: the first whose condition holds, else a leaf of its own with
    /// the experiment's weights. `None` when there is no such bandit.
    fn leaf(&self, name: &str, experiment: &Experiment) -> Option<(Value, Vec<f64>, Option<Value>)> {
        let (_, bandit) = self.payload.bandits.iter().find(|(known, _)| known == name)?;
        let hers = bandit.leaves.iter().find(|(_, condition, _)| self.holds(*condition));
        let (leaf, weights) = match hers {
            Some((leaf, _, weights)) => (leaf.clone(), weights.clone()),
            None => (Value::Number(-1.0), experiment.weights.clone().unwrap_or_default()),
        };
        Some((leaf, weights, bandit.version.clone()))
    }

    /// Runs an experiment outside of a feature.
    pub(super) fn assign(&mut self, experiment: &Experiment) -> Assignment {
        let lot = self.lot(experiment);
        self.assignment(experiment, lot, None)
    }

    /// Runs an experiment. The order of the questions is GrowthBook's, and decides.
    pub(super) fn lot(&mut self, experiment: &Experiment) -> Lot {
        let mut lot = self.drawn(experiment);
        lot.variation = lot.variation.filter(|variation| *variation < experiment.variations.len());
        lot
    }

    fn drawn(&mut self, experiment: &Experiment) -> Lot {
        if experiment.variations.len() < 2 || !self.enabled {
            return Lot::NONE;
        }
        if !experiment.targets.is_empty() && !super::url::targeted(self.url, &experiment.targets, self.host) {
            return Lot::NONE;
        }
        if let Some(forced) = query_override(&experiment.key, self.url, experiment.variations.len()) {
            return Lot::forced(Some(forced));
        }
        if let Some((_, forced)) = self.forced_variations.iter().find(|(key, _)| *key == experiment.key) {
            return Lot::forced(Some(*forced));
        }
        if experiment.inactive {
            return Lot::NONE;
        }
        let (attribute, value) = self.hash_value(experiment.hash_attribute.as_deref(), self.fallback(experiment));
        if !value.truthy() {
            return Lot::NONE;
        }
        let id = self.text(value);
        let (found, blocked) = self.kept(experiment);
        if found.is_none() && !self.may_take_part(experiment, &id) {
            return Lot::NONE;
        }
        let seed = experiment.seed.as_deref().filter(|seed| !seed.is_empty()).unwrap_or(&experiment.key);
        let Some(place) = bucket::hash(seed, &id, experiment.hash_version.unwrap_or(1)) else { return Lot::NONE };
        let given = found.or_else(|| match &experiment.ranges {
            Some(ranges) => bucket::choose(place, ranges),
            None => {
                let coverage = experiment.coverage.unwrap_or(1.0);
                let ranges = bucket::ranges(experiment.variations.len(), coverage, experiment.weights.as_deref());
                bucket::choose(place, &ranges)
            }
        });
        if blocked {
            return Lot { sticky_used: true, ..Lot::NONE };
        }
        let Some(given) = given else { return Lot::NONE };
        if let Some(forced) = experiment.force {
            return Lot::forced(forced);
        }
        if self.qa_mode || experiment.stopped {
            return Lot::NONE;
        }
        self.keep(experiment, attribute, &id, given);
        Lot { variation: Some(given), hash_used: true, bucket: Some(place), sticky_used: found.is_some() }
    }

    /// The attribute that stands in for a missing one: only where assignments are kept.
    pub(super) fn fallback<'e>(&self, experiment: &'e Experiment) -> Option<&'e str> {
        experiment.fallback_attribute.as_deref().filter(|_| self.sticky.is_some() && !experiment.sticky_disabled)
    }

    fn may_take_part(&mut self, experiment: &Experiment, id: &str) -> bool {
        let out = match (&experiment.filters, &experiment.namespace) {
            (Some(filters), _) => self.filtered_out(filters),
            (None, Some((namespace, range))) => !bucket::in_namespace(id, namespace, *range),
            (None, None) => false,
        };
        !out && experiment.condition.is_none_or(|condition| self.holds(condition))
            && self.parents(&experiment.parents).is_ok()
    }

    fn assignment(&self, experiment: &Experiment, lot: Lot, feature: Option<&str>) -> Assignment {
        let at = lot.variation();
        let (hash_attribute, hash_value) =
            self.hash_value(experiment.hash_attribute.as_deref(), self.fallback(experiment));
        Assignment {
            key: experiment.key_of(at),
            name: experiment.meta.get(at).and_then(|meta| meta.name.clone()),
            feature: feature.map(str::to_owned),
            in_experiment: lot.takes_part(),
            hash_used: lot.hash_used,
            variation: at,
            value: experiment.variations.get(at).cloned().unwrap_or_default(),
            hash_attribute: hash_attribute.to_owned(),
            hash_value: hash_value.to_value(),
            bucket: lot.bucket,
            sticky_used: lot.sticky_used,
            passthrough: experiment.passes_on(lot),
            bandit: None,
        }
    }
}

fn set(entries: &mut Vec<(String, Value)>, key: &str, value: Value) {
    match entries.iter_mut().find(|(known, _)| known == key) {
        Some((_, place)) => *place = value,
        None => entries.push((key.to_owned(), value)),
    }
}
