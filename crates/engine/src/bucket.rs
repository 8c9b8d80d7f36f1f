//! Who belongs to which share of the shoppers: deterministic, the same on every device.
//!
//! A shopper's id and a seed are hashed to a place among 10,000. A share of 5 % is the first 500 of
//! them. The hash is the one that GrowthBook uses (its versions 1 and 2), so that a running
//! experiment keeps its groups when it moves here. [`share`] works in whole ten-thousandths; the
//! functions in fractions are there for foreign experiments.

use crate::value::integer_text;
use alloc::{string::String, vec, vec::Vec};

/// Ten-thousandths in a whole.
pub const WHOLE: u16 = 10_000;

/// FNV-1a with 32 bits over the UTF-16 units of several texts, as if they were one.
fn fnv(texts: [&str; 2]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for text in texts {
        for unit in text.encode_utf16() {
            hash = (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193);
        }
    }
    hash
}

/// The place of an id under a seed, 0 to 9,999.
#[must_use]
pub fn share(seed: &str, id: &str) -> u16 {
    let first = fnv([seed, id]);
    // A remainder of 10,000 fits.
    (fnv([&integer_text(i64::from(first)), ""]) % u32::from(WHOLE)) as u16
}

/// The place of an id as a fraction: version 1 in thousandths, version 2 in ten-thousandths; `None`
/// for any other version.
#[must_use]
pub fn hash(seed: &str, id: &str, version: u32) -> Option<f64> {
    match version {
        1 => Some(f64::from(fnv([id, seed]) % 1_000) / 1_000.0),
        2 => Some(f64::from(share(seed, id)) / f64::from(WHOLE)),
        _ => None,
    }
}

/// A half-open range of fractions.
pub type Range = (f64, f64);

/// Whether a fraction lies in a range: its start does, its end does not.
#[must_use]
pub fn in_range(place: f64, (from, to): Range) -> bool {
    place >= from && place < to
}

/// The first range that a fraction lies in.
#[must_use]
pub fn choose(place: f64, ranges: &[Range]) -> Option<usize> {
    ranges.iter().position(|range| in_range(place, *range))
}

/// Equal weights for a number of variations.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "variations are few")]
pub fn equal_weights(variations: usize) -> Vec<f64> {
    vec![1.0 / variations as f64; variations]
}

/// The range of each variation. Coverage is clamped to 0..=1; weights that are too many, too few, or do
/// not add up to 0.99..=1.01 are replaced by equal ones.
#[must_use]
pub fn ranges(variations: usize, coverage: f64, weights: Option<&[f64]>) -> Vec<Range> {
    let coverage = coverage.clamp(0.0, 1.0);
    let given = weights.filter(|weights| {
        let sum: f64 = weights.iter().sum();
        weights.len() == variations && (0.99..=1.01).contains(&sum)
    });
    let weights = given.map_or_else(|| equal_weights(variations), <[f64]>::to_vec);
    let mut start = 0.0;
    weights
        .into_iter()
        .map(|weight| {
            let from = start;
            start += weight;
            (from, from + coverage * weight)
        })
        .collect()
}

/// Whether an id lies in `[id, from, to)` of a namespace.
#[must_use]
pub fn in_namespace(id: &str, namespace: &str, range: Range) -> bool {
    let mut seed = String::from("__");
    seed.push_str(namespace);
    hash(&seed, id, 1).is_some_and(|place| in_range(place, range))
}
