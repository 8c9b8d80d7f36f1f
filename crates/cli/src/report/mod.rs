//! What an order log says of the shop's customers: kinds of them, where they come from, how they order.
//!
//! Each table has its definition beside it ([`Table::definition`]): a number that is read without one is
//! read wrongly.

mod channels;
mod habits;
mod people;
mod personas;
#[cfg(test)]
mod tests;

pub use channels::{Channel, channels};
pub use habits::{Basket, Interval, Moment, Pair, Spread, baskets, intervals, pairs, weekdays};
pub use people::{People, Person};
pub use personas::{Persona, personas};

use serde::Serialize;

/// Rows and what they mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Table<R> {
    /// What each number is, how it is counted, in which unit, and when it holds.
    pub definition: String,
    /// The rows.
    pub rows: Vec<R>,
}

/// The middle one; of two in the middle the lower. 0 of none.
fn median(sorted: &[f64]) -> f64 {
    quantile(sorted, 0.5)
}

/// The value below which this share lies. 0 of none.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = (sorted.len().saturating_sub(1) as f64 * share) as usize;
    sorted.get(at).copied().unwrap_or(0.0)
}

fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
