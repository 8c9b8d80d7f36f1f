//! What a feature comes to, by position: no text and no value is copied, so that hundreds of features cost
//! microseconds. [`Shopper::answer`] says the same in full.

use super::{Answer, Blocked, Feature, Lot, MAX_PREREQUISITES, Payload, Shopper, Source};
use crate::value::Value;

/// Where a feature's value stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    /// No rule applied.
    Default,
    /// The caller forced it: the position in [`Shopper::forced_features`].
    Override(usize),
    /// The rule at this position forced it.
    Force(usize),
    /// The experiment of the rule at this position gave it.
    Experiment(usize, Lot),
    /// A feature that it depends on is off.
    Prerequisite,
    /// It depends on itself.
    Cyclic,
}

impl Pick {
    /// The name that GrowthBook gives to where the value comes from.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        match self {
            Self::Default => "defaultValue",
            Self::Override(_) => "override",
            Self::Force(_) => "force",
            Self::Experiment(..) => "experiment",
            Self::Prerequisite => "prerequisite",
            Self::Cyclic => "cyclicPrerequisite",
        }
    }

    /// The rule that decided, if one did.
    #[must_use]
    pub const fn rule(&self) -> Option<usize> {
        match self {
            Self::Force(rule) | Self::Experiment(rule, _) => Some(*rule),
            _ => None,
        }
    }
}

impl Payload {
    /// The position of a feature.
    #[must_use]
    pub fn position(&self, key: &str) -> Option<usize> {
        let by_key = |at: &u32| self.features[*at as usize].0.as_str().cmp(key);
        self.by_key.binary_search_by(by_key).ok().map(|found| self.by_key[found] as usize)
    }

    /// The features' keys, in the order of their positions.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.features.iter().map(|(key, _)| key.as_str())
    }

    /// Every value that a feature can have by a rule, with that rule's id: its default (no rule) first, then what
    /// each rule forces or varies, in order.
    pub fn values(&self, feature: usize) -> impl Iterator<Item = (&Value, Option<&str>)> {
        let feature = &self.features[feature].1;
        let of_rules = feature.rules.iter().flat_map(|rule| rule.values().map(|value| (value, Some(rule.id.as_str()))));
        core::iter::once((&feature.default, None)).chain(of_rules)
    }

    /// The position of a pick's value in [`Self::values`]; `None` for null and for what the caller forced.
    #[must_use]
    pub fn value_at(&self, feature: usize, pick: &Pick) -> Option<usize> {
        let rules = &self.features.get(feature)?.1.rules;
        let before = |rule: usize| 1 + rules[..rule].iter().map(|rule| rule.values().count()).sum::<usize>();
        match pick {
            Pick::Default => Some(0),
            Pick::Force(rule) => Some(before(*rule)),
            Pick::Experiment(rule, lot) => Some(before(*rule) + lot.variation()),
            Pick::Override(_) | Pick::Prerequisite | Pick::Cyclic => None,
        }
    }
}

impl Shopper<'_> {
    /// Decides a feature by its position.
    ///
    /// # Panics
    /// When there is no such feature.
    pub fn pick(&mut self, feature: usize) -> Pick {
        if self.stack.contains(&feature) || self.stack.len() >= MAX_PREREQUISITES {
            return Pick::Cyclic;
        }
        let payload = self.payload;
        let (key, rules) = &payload.features[feature];
        if let Some(forced) = self.forced(key) {
            return Pick::Override(forced);
        }
        self.stack.push(feature);
        let pick = self.first_rule(key, rules);
        self.stack.pop();
        pick
    }

    pub(super) fn forced(&self, key: &str) -> Option<usize> {
        self.forced_features.iter().position(|(forced, _)| forced == key)
    }

    fn first_rule(&mut self, key: &str, feature: &Feature) -> Pick {
        for (at, rule) in feature.rules.iter().enumerate() {
            match self.parents(&rule.parents) {
                Ok(()) => {}
                Err(Blocked::Cycle) => return Pick::Cyclic,
                Err(Blocked::Gate) => return Pick::Prerequisite,
                Err(Blocked::Skip) => continue,
            }
            if rule.filters.as_ref().is_some_and(|filters| self.filtered_out(filters)) {
                continue;
            }
            if rule.force.is_some() {
                if rule.condition.is_none_or(|condition| self.holds(condition)) && self.rolled_out(key, rule) {
                    return Pick::Force(at);
                }
                continue;
            }
            let Some(experiment) = &rule.experiment else { continue };
            let lot = self.lot_of_feature(experiment);
            if lot.takes_part() && !experiment.passes_on(lot) {
                return Pick::Experiment(at, lot);
            }
        }
        Pick::Default
    }

    /// A pick in full: the value, where it comes from, and the experiment.
    ///
    /// # Panics
    /// When there is no such feature.
    #[must_use]
    pub fn answer(&self, feature: usize, pick: &Pick) -> Answer {
        let payload = self.payload;
        let (key, rules) = &payload.features[feature];
        let rule = pick.rule().and_then(|rule| rules.rules.get(rule));
        let value = match pick {
            Pick::Override(forced) => self.forced_features.get(*forced).map(|(_, value)| value),
            _ => payload.value_at(feature, pick).and_then(|at| payload.values(feature).nth(at)).map(|(value, _)| value),
        };
        let source = match (pick, rule.and_then(|rule| rule.experiment.as_ref())) {
            (Pick::Experiment(_, lot), Some(experiment)) => {
                Source::Experiment(Box::new(self.in_feature(experiment, key, *lot)))
            }
            (Pick::Override(_), _) => Source::Override,
            (Pick::Force(_), _) => Source::Force,
            (Pick::Prerequisite, _) => Source::Prerequisite,
            (Pick::Cyclic, _) => Source::Cyclic,
            _ => Source::Default,
        };
        Answer {
            value: value.cloned().unwrap_or_default(),
            source,
            rule: rule.map(|rule| rule.id.clone()).unwrap_or_default(),
        }
    }
}
