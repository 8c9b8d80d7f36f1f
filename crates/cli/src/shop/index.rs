//! An index over the variants of a slot by their most selective clause.
//!
//! A page then pays for the rules that can concern its shopper. Only clauses that the whole condition
//! depends on, and that compare text for equality, go into it; a variant without one is looked at for
//! everybody.

use std::collections::BTreeMap;
use wellmet_engine::condition::Program;
use wellmet_engine::slot::{Index, Keyed, Variant};

/// Slots with fewer variants are as quick without.
const LEAST: usize = 16;

/// The index, where one pays.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "variants are fewer than 2^32")]
pub(super) fn index(program: &Program, variants: &[Variant]) -> Option<Index> {
    if variants.len() < LEAST {
        return None;
    }
    // How many variants each clause would let through: the fewer, the better it selects.
    let clauses: Vec<Vec<(usize, Vec<String>)>> = variants
        .iter()
        .map(|variant| variant.when.map(|when| program.required_texts(when)).unwrap_or_default())
        .collect();
    let mut crowds: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (name, texts) in clauses.iter().flatten() {
        for text in texts {
            *crowds.entry((*name, text)).or_default() += 1;
        }
    }
    let crowd = |(name, texts): &&(usize, Vec<String>)| -> usize {
        texts.iter().map(|text| crowds.get(&(*name, text.as_str())).copied().unwrap_or(0)).sum()
    };
    let mut open = Vec::new();
    let mut keyed: BTreeMap<usize, BTreeMap<String, Vec<u32>>> = BTreeMap::new();
    for (at, clauses) in clauses.iter().enumerate() {
        match clauses.iter().min_by_key(crowd) {
            None => open.push(at as u32),
            Some((name, texts)) => {
                let by = keyed.entry(*name).or_default();
                texts.iter().for_each(|text| by.entry(text.clone()).or_default().push(at as u32));
            }
        }
    }
    let keyed =
        keyed.into_iter().map(|(name, by)| Keyed { attribute: name as u32, texts: by.into_iter().collect() }).collect();
    Some(Index { open, keyed })
}
