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

/// How it came to a variation.
#[derive(Clone, Copy, Default)]
struct How {
    hash_used: bool,
    bucket: Option<f64>,
    sticky_used: bool,
}

impl Shopper<'_> {
    /// Runs an experiment of a feature: its description as it was used, and the assignment.
    pub(super) fn in_feature(&mut self, experiment: &Experiment, feature: &str) -> (Vec<(String, Value)>, Assignment) {
        let mut echo = experiment.echo.clone();
        let leaf = experiment.bandit.as_ref().and_then(|name| self.leaf(name, experiment));
        let Some((leaf, weights, version)) = leaf else {
            return (echo, self.assign(experiment, Some(feature)));
        };
        let list = |weights: &[f64]| Value::List(weights.iter().map(|weight| Value::Number(*weight)).collect());
        set(&mut echo, "weights", list(&weights));
        let weighted = Experiment { weights: Some(weights.clone()), ..experiment.clone() };
        let mut given = self.assign(&weighted, Some(feature));
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

    /// Runs an experiment. The order of the questions is GrowthBook's, and decides.
    pub(super) fn assign(&mut self, experiment: &Experiment, feature: Option<&str>) -> Assignment {
        let out = |shopper: &Self| shopper.assignment(experiment, None, How::default(), feature);
        if experiment.variations.len() < 2 || !self.enabled {
            return out(self);
        }
        if !experiment.targets.is_empty() && !super::url::targeted(self.url, &experiment.targets, self.host) {
            return out(self);
        }
        if let Some(forced) = query_override(&experiment.key, self.url, experiment.variations.len()) {
            return self.assignment(experiment, Some(forced), How::default(), feature);
        }
        if let Some((_, forced)) = self.forced_variations.iter().find(|(key, _)| *key == experiment.key) {
            return self.assignment(experiment, Some(*forced), How::default(), feature);
        }
        if experiment.inactive {
            return out(self);
        }
        let (attribute, value) = self.hash_value(experiment.hash_attribute.as_deref(), self.fallback(experiment));
        if !value.view().truthy() {
            return out(self);
        }
        let id = self.text(&value);
        let (found, blocked) = self.kept(experiment);
        if found.is_none() && !self.may_take_part(experiment, &id) {
            return out(self);
        }
        let seed = experiment.seed.as_deref().filter(|seed| !seed.is_empty()).unwrap_or(&experiment.key);
        let Some(place) = bucket::hash(seed, &id, experiment.hash_version.unwrap_or(1)) else { return out(self) };
        let given = found.or_else(|| {
            let ranges = experiment.ranges.clone().unwrap_or_else(|| {
                let coverage = experiment.coverage.unwrap_or(1.0);
                bucket::ranges(experiment.variations.len(), coverage, experiment.weights.as_deref())
            });
            bucket::choose(place, &ranges)
        });
        if blocked {
            return self.assignment(experiment, None, How { sticky_used: true, ..How::default() }, feature);
        }
        let Some(given) = given else { return out(self) };
        if let Some(forced) = experiment.force {
            return self.assignment(experiment, forced, How::default(), feature);
        }
        if self.qa_mode || experiment.stopped {
            return out(self);
        }
        let how = How { hash_used: true, bucket: Some(place), sticky_used: found.is_some() };
        let assignment = self.assignment(experiment, Some(given), how, feature);
        self.keep(experiment, &attribute, &id, &assignment.key);
        assignment
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

    fn assignment(
        &self,
        experiment: &Experiment,
        variation: Option<usize>,
        how: How,
        feature: Option<&str>,
    ) -> Assignment {
        let variation = variation.filter(|variation| *variation < experiment.variations.len());
        let at = variation.unwrap_or(0);
        let meta = experiment.meta.get(at);
        let (hash_attribute, hash_value) =
            self.hash_value(experiment.hash_attribute.as_deref(), self.fallback(experiment));
        let key = meta.and_then(|meta| meta.key.clone()).filter(|key| !key.is_empty());
        Assignment {
            key: key.unwrap_or_else(|| crate::value::integer_text(i64::try_from(at).unwrap_or(i64::MAX))),
            name: meta.and_then(|meta| meta.name.clone()),
            feature: feature.map(str::to_owned),
            in_experiment: variation.is_some(),
            hash_used: how.hash_used,
            variation: at,
            value: experiment.variations.get(at).cloned().unwrap_or_default(),
            hash_attribute,
            hash_value,
            bucket: how.bucket,
            sticky_used: how.sticky_used,
            passthrough: meta.is_some_and(|meta| meta.passthrough),
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
