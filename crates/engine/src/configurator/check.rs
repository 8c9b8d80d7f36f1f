//! Whether a whole model is sound, for the command line: every value can be part of a finished
//! product, and no two values that may be chosen together lead into a dead end.

use super::Model;
use alloc::{vec, vec::Vec};

/// Steps of the search for one product. A model that needs more is reported as such, not waited for.
const MAX_STEPS: u32 = 100_000;
/// Steps of all searches together.
const MAX_ALL: u32 = 20_000_000;

/// What is wrong with a model. Numbers are positions of groups and choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No finished product has this choice (of a group of free text: has anything written).
    Unreachable(usize, usize),
    /// These two choices go together by the rules, and then nothing can be finished.
    DeadEnd((usize, usize), (usize, usize)),
    /// The rules are too entangled to search.
    TooComplex,
    /// A rule names a group or choice that does not exist, or binds a group to itself: its position.
    Dangling(usize),
    /// A group with neither choices nor free text, or with both.
    Shapeless(usize),
    /// A group whose id an earlier one has.
    RepeatedGroup(usize),
    /// A choice whose id an earlier one of its group has.
    RepeatedChoice(usize, usize),
}

/// Checks that every choice is part of some complete configuration without a conflict, and every pair
/// of choices that go together too. What [`Model::view`] calls complete never holds a contradiction,
/// so this is the whole model: all that may be chosen can be finished, all that is finished fits.
///
/// The search answers one group after the other and turns back at the first contradiction (Bitner &
/// Reingold 1975), so its cost is small for the models that shops write and bounded for any other.
#[must_use]
pub fn check(model: &Model) -> Vec<Finding> {
    let mut findings = shape(model);
    let mut search = Search { model, chosen: vec![None; model.groups.len()], steps: 0, left: MAX_ALL };
    let mut reachable: Vec<(usize, u16)> = Vec::new();
    for (group, of) in model.groups.iter().enumerate() {
        for choice in (0u16..).take(of.answers()) {
            match search.finishes(&[(group, choice)]) {
                Some(true) if binds(model, group) => reachable.push((group, choice)),
                Some(true) => {}
                Some(false) => findings.push(Finding::Unreachable(group, usize::from(choice))),
                None => return too_complex(findings),
            }
        }
    }
    for (at, one) in reachable.iter().enumerate() {
        for other in &reachable[at + 1..] {
            if one.0 == other.0 {
                continue;
            }
            search.chosen[one.0] = Some(one.1);
            let apart = model.against(&search.chosen, other.0, other.1).is_some();
            search.chosen[one.0] = None;
            match if apart { Some(true) } else { search.finishes(&[*one, *other]) } {
                Some(true) => {}
                Some(false) => {
                    let place = |(group, choice): (usize, u16)| (group, usize::from(choice));
                    findings.push(Finding::DeadEnd(place(*one), place(*other)));
                }
                None => return too_complex(findings),
            }
        }
    }
    findings
}

fn too_complex(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.push(Finding::TooComplex);
    findings
}

/// What can be seen without a search.
fn shape(model: &Model) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, group) in model.groups.iter().enumerate() {
        if group.text.is_some() != group.choices.is_empty() {
            findings.push(Finding::Shapeless(at));
        }
        if model.groups[..at].iter().any(|other| other.id == group.id) {
            findings.push(Finding::RepeatedGroup(at));
        }
        for (number, choice) in group.choices.iter().enumerate() {
            if group.choices[..number].iter().any(|other| other.id == choice.id) {
                findings.push(Finding::RepeatedChoice(at, number));
            }
        }
    }
    let known = |group: u8, answer: u16| {
        model.groups.get(usize::from(group)).is_some_and(|group| usize::from(answer) < group.answers())
    };
    for (at, rule) in model.rules.iter().enumerate() {
        let limits = rule.allowed.iter().all(|choice| known(rule.group, *choice));
        let itself = rule.when.0 == rule.group;
        if itself || !known(rule.when.0, rule.when.1) || !limits || usize::from(rule.group) >= model.groups.len() {
            findings.push(Finding::Dangling(at));
        }
    }
    findings
}

/// Whether any rule speaks of a group.
fn binds(model: &Model, group: usize) -> bool {
    model.rules.iter().any(|rule| usize::from(rule.when.0) == group || usize::from(rule.group) == group)
}

struct Search<'a> {
    model: &'a Model,
    /// What is set when the search comes to a group was set before it began, and stays.
    chosen: Vec<Option<u16>>,
    steps: u32,
    left: u32,
}

impl Search<'_> {
    /// Whether some finished product has these answers; `None` when the search is given up.
    fn finishes(&mut self, answers: &[(usize, u16)]) -> Option<bool> {
        answers.iter().for_each(|(group, answer)| self.chosen[*group] = Some(*answer));
        self.steps = 0;
        let found = self.complete(0);
        answers.iter().for_each(|(group, _)| self.chosen[*group] = None);
        self.left = self.left.saturating_sub(self.steps);
        found.filter(|_| self.left > 0)
    }

    fn complete(&mut self, at: usize) -> Option<bool> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return None;
        }
        let model = self.model;
        let Some(group) = model.groups.get(at) else { return Some(true) };
        if let Some(mine) = self.chosen[at] {
            let fits = model.against(&self.chosen, at, mine).is_none();
            return if fits { self.complete(at + 1) } else { Some(false) };
        }
        if !group.required {
            // Open excludes nothing, so no answer can do better.
            return self.complete(at + 1);
        }
        for answer in (0u16..).take(group.answers()) {
            if model.against(&self.chosen, at, answer).is_none() {
                self.chosen[at] = Some(answer);
                let found = self.complete(at + 1);
                self.chosen[at] = None;
                if found != Some(false) {
                    return found;
                }
            }
        }
        Some(false)
    }
}
