//! Scores as facts of a customer's record: for segments, status groups and triggers, in hub and page alike.
//!
//! The figures are worked out once, when orders are imported, and travel with the record after a login.
//! The page computes nothing, and nobody else gets them: they are not in the book.

use super::Score;
use wellmet_engine::record::{MAX_TRAITS, Record};

/// Names of the facts, as the shop file declares them (`"source": "record"`), with their types.
pub const FACTS: [(&str, &str); 10] = [
    ("class", "text"),
    ("rfm", "text"),
    ("alive", "number"),
    ("expected_orders", "number"),
    ("expected_value", "number"),
    ("value", "number"),
    ("next_order", "date"),
    ("next_order_early", "date"),
    ("next_order_late", "date"),
    ("value_as_of", "date"),
];

/// Adds the scores to the records, by customer id. A fact that the shop's own log brings keeps the shop's
/// value; returns how often that was so.
pub fn add_facts(records: &mut [Record], scores: &[Score], as_of: &str) -> usize {
    let mut kept = 0;
    for record in records {
        let id = record.customer.as_str();
        let Ok(at) = scores.binary_search_by(|score| score.customer.as_str().cmp(id)) else { continue };
        for (name, value) in facts(&scores[at], as_of) {
            if record.traits.iter().any(|(known, _)| known == name) {
                kept += 1;
            } else if record.traits.len() < MAX_TRAITS
                && let Some(value) = value
            {
                record.traits.push((name.to_owned(), value));
            }
        }
    }
    kept
}

/// The values in the order of [`FACTS`]. Numbers are written so that the very same number is read back.
fn facts(score: &Score, as_of: &str) -> impl Iterator<Item = (&'static str, Option<String>)> {
    let number = |number: f64| number.is_finite().then(|| number.to_string());
    let Score { class, recency, frequency, money, .. } = score;
    let values = [
        Some(format!("{class:?}")),
        Some(format!("{recency}{frequency}{money}")),
        number(score.alive),
        number(score.expected_orders),
        number(score.expected_value),
        number(score.value),
        score.next_order.clone(),
        score.next_order_early.clone(),
        score.next_order_late.clone(),
        Some(as_of.to_owned()),
    ];
    FACTS.iter().map(|(name, _)| *name).zip(values)
}
