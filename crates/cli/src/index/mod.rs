//! The index builder: from orders and visits to the neighbour tables that the book publishes.
//!
//! Push orders and visits into two [`Log`]s, then call [`build`]. Rows are counted one item at a time
//! over an inverted index, so memory grows with the log and the number of items, never with the number
//! of pairs; rows are independent, so threads change nothing in the result.
//!
//! Weights are worked out in floating point here, once, and stored as whole numbers: every reader of
//! the tables then ranks alike.
//!
//! What is published is counts of people: a pair that fewer than [`Settings::least_people`] different
//! people made leaves no trace, and neither does an item in the popular list.

mod categories;
mod invert;
mod log;
mod neighbours;
mod popular;
mod shelf;
#[cfg(test)]
mod tests;
mod words;

pub use log::Log;
pub use neighbours::Weighing;
pub use shelf::MemoryShelf;
pub use words::Words;

use wellmet_engine::shelf::{ItemIx, Neighbour};
use wellmet_engine::time::Instant;

/// How to build. [`Settings::default`] is what a shop wants.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Most neighbours of an item in each table. More reach further and cost bytes: 10 to 50.
    pub neighbours: usize,
    /// Different people who must have made a pair before it is published. 1 publishes everything, which
    /// is for evaluation on one's own machine only.
    pub least_people: u32,
    /// Most popular items to list.
    pub popular: usize,
    /// Days before the end of the log that count for the popular list.
    pub popular_days: f64,
    /// How orders make "bought together".
    pub with: Weighing,
    /// How visits make "looked at next".
    pub next: Weighing,
    /// The moment everything is weighed at; `None` is the end of the log's last day (UTC), so that one
    /// more order on that day moves nothing else.
    pub as_of: Option<Instant>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            neighbours: 20,
            least_people: 5,
            popular: 100,
            popular_days: 28.0,
            with: Weighing::ORDERS,
            next: Weighing::VISITS,
            as_of: None,
        }
    }
}

/// What the tables are made of. Leave out what the shop does not have.
#[derive(Clone, Copy, Debug, Default)]
pub struct Input<'a> {
    /// Number of items; every [`ItemIx`] in the logs is below it.
    pub items: u32,
    /// Orders, each with its distinct items in the order's own sequence.
    pub orders: Option<&'a Log>,
    /// Visits, each with the items looked at in sequence.
    pub visits: Option<&'a Log>,
    /// Attributes and words of all items, by position.
    pub words: Option<&'a [Words]>,
    /// Category paths of all items, by position; empty for an item without one. They fill the rows of
    /// items that were hardly ever bought with what goes with their category.
    pub categories: Option<&'a [&'a str]>,
}

/// The neighbour tables, by item position; empty where there was no input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// Bought in the same order.
    pub with: Vec<Vec<Neighbour>>,
    /// Looked at next in the same visit.
    pub next: Vec<Vec<Neighbour>>,
    /// Alike by attributes and words.
    pub like: Vec<Vec<Neighbour>>,
    /// Best first: bought of late, or looked at of late when there are no orders.
    pub popular: Vec<ItemIx>,
}

/// Builds the tables. The same input gives the same tables, whatever the number of threads.
#[must_use]
pub fn build(input: &Input<'_>, settings: &Settings) -> Tables {
    let rows = |log: Option<&Log>, weighing: &Weighing| {
        log.map_or_else(Vec::new, |log| neighbours::rows(log, input.items, weighing, settings))
    };
    let mut with = rows(input.orders, &settings.with);
    if let (Some(log), Some(categories)) = (input.orders, input.categories) {
        categories::fill(&mut with, log, categories, &settings.with, settings);
    }
    Tables {
        with,
        next: rows(input.visits, &settings.next),
        like: input.words.map_or_else(Vec::new, |words| words::rows(words, settings.neighbours)),
        popular: input
            .orders
            .or(input.visits)
            .map_or_else(Vec::new, |log| popular::popular(log, input.items, settings)),
    }
}
