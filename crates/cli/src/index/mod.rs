//! The index builder: from orders and visits to the neighbour tables that the book publishes.
//!
//! Push orders and visits into two [`Log`]s, then call [`build`]. Rows are counted one item at a time
//! over an inverted index, so memory grows with the log and the number of items, never with the number
//! of pairs; rows are independent, so threads change nothing in the result.
//!
//! What is added up are whole numbers ([`fixed`]), so it does not matter in which order, or whether a
//! database does it (`wellmet sql`); only the last division is in floating point, here and once. Weights
//! are stored as whole numbers: every reader of the tables ranks alike.
//!
//! What is published is counts of people: a pair that fewer than [`Settings::least_people`] different
//! people made leaves no trace, and neither does an item in the popular list.

mod categories;
pub(crate) mod fixed;
mod invert;
mod log;
mod neighbours;
mod popular;
mod shelf;
#[cfg(test)]
mod tests;
mod threads;
mod words;

pub use log::Log;
pub use neighbours::Weighing;
pub use shelf::MemoryShelf;
pub use words::Words;

use categories::Numbered;
use wellmet_engine::shelf::{ItemIx, Neighbour};
use wellmet_engine::time::Instant;

/// How to build. [`Settings::default`] is what a shop wants.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Most neighbours of an item in the tables of orders and visits. More reach further and cost bytes: 10 to 50.
    pub neighbours: usize,
    /// Most neighbours of an item in the table of likeness. It is looked up for one item at a time, so twice
    /// what a slot shows is enough; rows are always full and cost most of a book.
    pub alike: usize,
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
            alike: 12,
            least_people: 5,
            popular: 100,
            popular_days: 28.0,
            with: Weighing::ORDERS,
            next: Weighing::VISITS,
            as_of: None,
        }
    }
}

impl Settings {
    /// Clicks follow fashion faster than orders: where visits alone tell what is popular, a week counts.
    #[must_use]
    pub fn for_visits_alone(self, alone: bool) -> Self {
        Self { popular_days: if alone { 7.0 } else { self.popular_days }, ..self }
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
    let count = |log: Option<&Log>| log.map(|log| popular::counts(log, input.items, settings));
    let rows = |log: Option<&Log>, weighing: &Weighing| {
        log.map_or_else(Vec::new, |log| neighbours::rows(log, input.items, weighing, settings))
    };
    let sold = count(input.orders);
    let mut with = rows(input.orders, &settings.with);
    if let (Some(log), Some(sold), Some(paths)) = (input.orders, &sold, input.categories) {
        let categories = Numbered::new(paths);
        let together = neighbours::rows(&categories.rename(log), categories.len(), &settings.with, settings);
        categories::fill(&mut with, &categories, &together, sold);
    }
    Tables {
        with,
        next: rows(input.visits, &settings.next),
        like: input.words.map_or_else(Vec::new, |words| words::rows(words, settings.alike.min(settings.neighbours))),
        popular: sold.or_else(|| count(input.visits)).map_or_else(Vec::new, |sold| popular::popular(&sold, settings)),
    }
}

/// What a database has counted over a log, by position of items (or number of categories); see
/// [`aggregates`](crate::aggregates).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Pairs of enough people, by first item: the other and the sum of nearness times freshness.
    pub pairs: Vec<Vec<(u32, u64)>>,
    /// Freshness of the orders or visits with each item, added up.
    pub mass: Vec<u64>,
    /// Recent orders or visits with each item; 0 for items of too few people.
    pub recent: Vec<u32>,
}

/// What [`build_of_sums`] is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted<'a> {
    /// Counted over orders.
    pub with: Option<&'a Sums>,
    /// Counted over visits.
    pub next: Option<&'a Sums>,
    /// Counted over orders, with categories in the place of items, in the order of their paths.
    pub together: Option<&'a Sums>,
    /// As in [`Input`].
    pub words: Option<&'a [Words]>,
    /// As in [`Input`].
    pub categories: Option<&'a [&'a str]>,
}

/// Builds the tables from what a database has counted: the same as [`build`] makes of the same log.
#[must_use]
pub fn build_of_sums(input: &Counted<'_>, settings: &Settings) -> Tables {
    let rows = |sums: Option<&Sums>, weighing: &Weighing| {
        sums.map_or_else(Vec::new, |sums| neighbours::rows_of_sums(&sums.pairs, &sums.mass, weighing, settings))
    };
    let mut with = rows(input.with, &settings.with);
    if let (Some(sums), Some(together), Some(paths)) = (input.with, input.together, input.categories) {
        let together = rows(Some(together), &settings.with);
        categories::fill(&mut with, &Numbered::new(paths), &together, &sums.recent);
    }
    Tables {
        with,
        next: rows(input.next, &settings.next),
        like: input.words.map_or_else(Vec::new, |words| words::rows(words, settings.alike.min(settings.neighbours))),
        popular: input.with.or(input.next).map_or_else(Vec::new, |sums| popular::popular(&sums.recent, settings)),
    }
}
