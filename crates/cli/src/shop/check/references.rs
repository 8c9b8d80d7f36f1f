//! Names of other things: offers, segments, texts, attributes, and what is declared about them.

use super::super::compile::minor_of;
use super::super::diagnostic::nearest;
use super::super::json::Node;
use super::super::model::{Field, Named, StatusGroup, Thresholds, Variant};
use super::Checker;
use std::collections::{BTreeMap, BTreeSet};
use wellmet_engine::attribute::Source;
use wellmet_engine::money::Currency;
use wellmet_engine::table::Because;

impl Checker<'_, '_, '_> {
    pub(super) fn references(&mut self) {
        self.shop_itself();
        self.attributes();
        self.cycles();
        self.ladder();
        let shop = self.shop;
        for (name, slot) in &shop.slots {
            if slot.holdout.0 >= 1.0 {
                let at = self.node(&["slots", name, "holdout"]).at;
                self.findings.warning(
                    at,
                    "all-held-out",
                    format!("nobody ever sees slot {name:?}"),
                    "use a small share such as 0.05",
                );
            }
            for (at, variant) in slot.variants.iter().enumerate() {
                let index = at.to_string();
                self.variant(&["slots", name, "variants", &index], variant);
            }
            self.experiments(name, &slot.variants);
        }
        for (name, offer) in &shop.offers {
            self.fields(&["offers", name, "fields"], &offer.fields);
        }
        for (name, trigger) in &shop.triggers {
            self.fields(&["triggers", name, "fields"], &trigger.fields);
            if let Some(offer) = &trigger.offer {
                let at = self.node(&["triggers", name, "offer"]).at;
                self.offer_exists(offer, at);
            }
        }
        for name in shop.reasons.keys() {
            let codes = Because::ALL.map(Because::code);
            if !codes.contains(&name.as_str()) {
                let fix = nearest(name, codes)
                    .map_or_else(|| format!("known: {}", codes.join(", ")), |near| format!("did you mean {near:?}?"));
                let at = self.key_at(&["reasons"], name);
                self.findings.error(at, "unknown-reason", format!("no item is shown for the reason {name:?}"), fix);
            }
        }
    }

    /// Where a key stands.
    pub(super) fn key_at(&self, section: &[&str], key: &str) -> usize {
        let members = self.members(section);
        members.iter().find(|member| member.key == key).map_or(self.root.at, |member| member.key_at)
    }

    fn shop_itself(&mut self) {
        let mut seen = BTreeSet::new();
        for (at, language) in self.shop.shop.languages.iter().enumerate() {
            if !seen.insert(language) {
                let at = self.node(&["shop", "languages", &at.to_string()]).at;
                self.findings.error(at, "twice", format!("language {language:?} is there twice"), "remove one");
            }
        }
    }

    fn attributes(&mut self) {
        for name in self.shop.attributes.keys() {
            if name.starts_with("segment.") || name.starts_with('$') || Source::of(name).is_some() {
                let at = self.key_at(&["attributes"], name);
                self.findings.error(
                    at,
                    "reserved-name",
                    format!("wellmet has a meaning for {name:?} of its own"),
                    "choose another name",
                );
            }
        }
    }

    /// Segments that ask for themselves, however indirectly.
    fn cycles(&mut self) {
        let mut asks: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for member in self.members(&["segments"]) {
            let mut names = Vec::new();
            if let Some(when) = member.value.get("when") {
                segments_in(when, &mut names);
            }
            asks.insert(&member.key, names);
        }
        let mut reported: BTreeSet<String> = BTreeSet::new();
        for start in asks.keys() {
            if let Some(path) = cycle(start, &asks)
                && !path.iter().any(|name| reported.contains(name))
            {
                reported.extend(path.iter().cloned());
                let at = self.key_at(&["segments"], start);
                let way = path.join(" -> ");
                self.findings.error(
                    at,
                    "segment-cycle",
                    format!("a segment asks for itself: {way} -> {start}"),
                    "take one of these conditions out",
                );
            }
        }
    }

    fn ladder(&mut self) {
        let groups = &self.shop.status.groups;
        let minor = Currency::new(&self.shop.shop.currency).map_or(1.0, minor_of);
        for (at, group) in groups.iter().enumerate() {
            let index = at.to_string();
            let path = ["status", "groups", index.as_str()];
            let here = self.node(&path).at;
            if groups[..at].iter().any(|other| other.id == group.id) {
                self.findings.error(here, "twice", format!("status group {:?} is there twice", group.id), "rename one");
            }
            for (name, thresholds) in [("entry", Some(&group.entry)), ("keep", group.keep.as_ref())] {
                let Some(thresholds) = thresholds else { continue };
                let at = self.node(&[path[0], path[1], path[2], name]).at;
                if thresholds.orders.is_none() && thresholds.spent.is_none() {
                    let message = format!("{name:?} of status group {:?} asks for nothing", group.id);
                    self.findings.error(at, "empty-threshold", message, "give \"orders\" or \"spent\"");
                }
                if thresholds.spent.is_some_and(|spent| !(spent * minor).is_finite() || spent < 0.0) {
                    self.findings.error(at, "out-of-range", "no such amount can be spent", "");
                }
            }
            if group.keep.as_ref().is_some_and(|keep| harder(keep, &group.entry)) {
                let at = self.node(&[path[0], path[1], path[2], "keep"]).at;
                let message = format!("{:?} is harder to keep than to enter", group.id);
                self.findings.error(at, "keep-above-entry", message, "ask no more in \"keep\" than in \"entry\"");
            }
            if let Some(below) = groups[..at].last().filter(|below| easier(group, below)) {
                let message = format!("{:?} is easier to enter than {:?} below it", group.id, below.id);
                self.findings.warning(here, "ladder-order", message, "list the groups from the lowest to the highest");
            }
        }
    }

    fn variant(&mut self, path: &[&str], variant: &Variant) {
        let under = |last: &[&'static str]| -> Vec<String> {
            path.iter().copied().chain(last.iter().copied()).map(str::to_owned).collect()
        };
        let at = |checker: &Self, last: &[&'static str]| {
            let path = under(last);
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            checker.node(&path).at
        };
        for (index, offer) in variant.offers.iter().enumerate() {
            let offers = under(&["offers"]);
            let offers: Vec<&str> = offers.iter().map(String::as_str).collect();
            let at = self.items(&offers).get(index).map_or(self.root.at, |node| node.at);
            self.offer_exists(offer, at);
        }
        let fields = under(&["fields"]);
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        self.fields(&fields, &variant.fields);
        let Some(items) = &variant.items else { return };
        if items.least > items.limit {
            let here = at(self, &["items", "least"]);
            let message = format!("at least {} items are wanted, but at most {}", items.least, items.limit);
            self.findings.error(here, "never-enough", message, "make \"least\" at most \"limit\"");
        }
        for rule in &items.rules {
            let on = usize::from(rule.item.is_some())
                + usize::from(rule.category.is_some())
                + usize::from(rule.price.is_some());
            let then = usize::from(rule.hide) + usize::from(rule.only) + usize::from(rule.percent.is_some());
            if on != 1 || then != 1 {
                let here = at(self, &["items", "rules"]);
                let fix = "give one of item, category, price and one of hide, only, percent";
                self.findings.error(here, "unclear-rule", "a rule is about one thing and does one thing", fix);
            }
        }
    }

    fn experiments(&mut self, slot: &str, variants: &[Variant]) {
        let mut arms: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, variant) in variants.iter().enumerate() {
            match (&variant.experiment, variant.weight) {
                (Some(experiment), weight) => {
                    arms.entry(experiment).or_default().push(at);
                    if weight.is_some_and(|weight| !weight.is_finite() || weight < 0.0) {
                        let at = self.node(&["slots", slot, "variants", &at.to_string(), "weight"]).at;
                        self.findings.error(at, "out-of-range", "a weight is a number from 0 on", "");
                    }
                }
                (None, Some(_)) => {
                    let at = self.node(&["slots", slot, "variants", &at.to_string(), "weight"]).at;
                    self.findings.warning(
                        at,
                        "no-experiment",
                        "a weight means nothing without an experiment",
                        "add \"experiment\"",
                    );
                }
                (None, None) => {}
            }
        }
        for (experiment, arms) in arms {
            let at = self.node(&["slots", slot, "variants", &arms[0].to_string()]).at;
            let first = &variants[arms[0]];
            if arms.len() < 2 {
                self.findings.warning(
                    at,
                    "one-arm",
                    format!("experiment {experiment:?} compares nothing"),
                    "add a second variant, or one with the choice \"\" that keeps the default",
                );
            }
            if arms.iter().all(|arm| variants[*arm].weight == Some(0.0)) {
                self.findings.error(
                    at,
                    "no-weight",
                    format!("all weights of experiment {experiment:?} are 0"),
                    "give one of them a weight",
                );
            }
            if arms.iter().any(|arm| variants[*arm].when != first.when) {
                self.findings.warning(
                    at,
                    "unlike-arms",
                    format!("the variants of experiment {experiment:?} are for different shoppers"),
                    "give them the same \"when\", or the comparison says nothing",
                );
            }
        }
    }

    fn offer_exists(&mut self, offer: &str, at: usize) {
        if !self.shop.offers.contains_key(offer) {
            let near = nearest(offer, self.shop.offers.keys().map(String::as_str));
            let fix = near.map_or_else(|| "add it to \"offers\"".into(), |near| format!("did you mean {near:?}?"));
            self.findings.error(at, "unknown-offer", format!("there is no offer {offer:?}"), fix);
        }
    }

    pub(super) fn fields(&mut self, path: &[&str], fields: &Named<Field>) {
        for (name, field) in fields {
            let at = self.node(path).get(name).map_or(self.root.at, |node| node.at);
            match field {
                Field::Attribute(from) if !self.scope.knows(&from.attribute) => {
                    let fix = self.name_fix(&from.attribute);
                    let message = format!("there is no attribute {:?}", from.attribute);
                    self.findings.error(at, "unknown-attribute", message, fix);
                }
                Field::Text(shared) if !self.shop.texts.contains_key(&shared.text) => {
                    let near = nearest(&shared.text, self.shop.texts.keys().map(String::as_str));
                    let fix =
                        near.map_or_else(|| "add it to \"texts\"".into(), |near| format!("did you mean {near:?}?"));
                    self.findings.error(at, "unknown-text", format!("there is no text {:?}", shared.text), fix);
                }
                _ => {}
            }
        }
    }
}

/// Names of the segments that a condition asks for.
pub(super) fn segments_in(condition: &Node, names: &mut Vec<String>) {
    for member in condition.members() {
        if let Some(segment) = member.key.strip_prefix("segment.") {
            names.push(segment.to_owned());
        }
        segments_in(&member.value, names);
    }
    condition.items().iter().for_each(|item| segments_in(item, names));
}

/// The way from a segment back to itself, if there is one.
fn cycle(start: &str, asks: &BTreeMap<&str, Vec<String>>) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![start.to_owned()]];
    while let Some(way) = ways.pop() {
        for next in way.last().and_then(|last| asks.get(last.as_str())).into_iter().flatten() {
            if next == start {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push(way.iter().chain([next]).cloned().collect());
            }
        }
    }
    None
}

/// Whether one asks for more of anything than the other.
fn harder(a: &Thresholds, b: &Thresholds) -> bool {
    let more_orders = a.orders.is_some_and(|a| b.orders.is_none_or(|b| a > b));
    let more_spent = a.spent.is_some_and(|a| b.spent.is_none_or(|b| a > b));
    let shorter = a.days.unwrap_or(u16::MAX) < b.days.unwrap_or(u16::MAX);
    more_orders || more_spent || shorter
}

/// Whether a group asks for no more of anything than the one below it.
fn easier(group: &StatusGroup, below: &StatusGroup) -> bool {
    let (a, b) = (&group.entry, &below.entry);
    let same_window = a.days == b.days;
    same_window && !harder(a, b) && a.orders.is_some() == b.orders.is_some() && a.spent.is_some() == b.spent.is_some()
}
