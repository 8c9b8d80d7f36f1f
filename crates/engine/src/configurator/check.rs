//! Whether a whole model is sound, for the command line: every value can be part of a finished
//! product, and the model has one at all.

use super::Model;

/// Steps of the search for one value. A model that needs more is reported as such, not waited for.
const MAX_STEPS: u32 = 100_000;

/// What is wrong with a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No complete configuration contains this choice: positions of group and choice.
    Unreachable(usize, usize),
    /// The rules are too entangled to search.
    TooComplex,
    /// A rule names a group or choice that does not exist: its position.
    Dangling(usize),
}

/// Checks that every choice is part of some complete configuration without a conflict.
///
/// The search assigns one group after the other and turns back at the first contradiction (Bitner &
/// Reingold 1975), so its cost is small for the models that shops write and bounded for any other.
#[must_use]
pub fn check(model: &Model) -> Vec<Finding> {
    let mut findings = Vec::new();
    let known = |group: u8, choice: u16| {
        model.groups.get(usize::from(group)).is_some_and(|group| usize::from(choice) < group.choices.len())
    };
    for (at, rule) in model.rules.iter().enumerate() {
        let limits = rule.allowed.iter().all(|choice| known(rule.group, *choice));
        if !known(rule.when.0, rule.when.1) || !limits || usize::from(rule.group) >= model.groups.len() {
            findings.push(Finding::Dangling(at));
        }
    }
    for (group, of) in model.groups.iter().enumerate() {
        for choice in 0..of.choices.len() {
            let mut chosen = vec![None; model.groups.len()];
            chosen[group] = u16::try_from(choice).ok();
            let mut steps = 0;
            match complete(model, &mut chosen, 0, group, &mut steps) {
                Some(true) => {}
                Some(false) => findings.push(Finding::Unreachable(group, choice)),
                None => {
                    findings.push(Finding::TooComplex);
                    return findings;
                }
            }
        }
    }
    findings
}

/// Whether the groups from `at` on can be answered; `None` when the search is given up.
fn complete(model: &Model, chosen: &mut [Option<u16>], at: usize, fixed: usize, steps: &mut u32) -> Option<bool> {
    *steps += 1;
    if *steps > MAX_STEPS {
        return None;
    }
    let Some(group) = model.groups.get(at) else { return Some(true) };
    if at == fixed {
        let mine = chosen[at].unwrap_or_default();
        return if model.against(chosen, at, mine).is_some() {
            Some(false)
        } else {
            complete(model, chosen, at + 1, fixed, steps)
        };
    }
    for choice in (0u16..).take(group.choices.len()) {
        if model.against(chosen, at, choice).is_none() {
            chosen[at] = Some(choice);
            let found = complete(model, chosen, at + 1, fixed, steps);
            chosen[at] = None;
            if found != Some(false) {
                return found;
            }
        }
    }
    // Left open: allowed for what need not be answered; free text excludes nothing.
    if !group.required || group.choices.is_empty() {
        complete(model, chosen, at + 1, fixed, steps)
    } else {
        Some(false)
    }
}
