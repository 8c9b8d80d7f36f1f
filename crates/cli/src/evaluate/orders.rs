//! Three questions asked of later orders: what goes with the cart, what will she buy again, what will
//! she buy that she never bought?
//!
//! Tables are built from the orders before the cut. The questions come from the orders after it:
//!
//! * **with**: each order of 2 to [`LONGEST_CART`] items; its last item is hidden, the others are the cart.
//! * **again** and **for you**: each customer with at least two orders before the cut and one after it;
//!   the answer is what her next order holds of items that she bought before, or never bought before.
//!
//! Lists hold [`LIST`] items.

use super::metrics::{Mean, one_if, rank};
use super::speed::{Speed, Stopwatch};
use crate::index::{self, Input, MemoryShelf, Settings};
use crate::orders;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use wellmet_engine::recommend::{Bought, History, Kind, Query, Scratch, answer};
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::Instant;

/// Length of the lists.
pub const LIST: usize = 10;
/// Longest order that makes a cart question.
pub const LONGEST_CART: usize = 50;

/// One order that was neither cancelled nor returned.
#[derive(Clone, Debug)]
pub struct Order {
    /// The customer; `None` for a guest.
    pub customer: Option<u32>,
    /// When it was placed.
    pub at: Instant,
    /// Distinct items in the order's own sequence.
    pub items: Vec<ItemIx>,
}

/// A log cut in two.
#[derive(Clone, Debug)]
pub struct Split {
    /// Ids by position, ascending as text.
    pub ids: Vec<String>,
    /// Category paths by position; all empty when the log has none.
    pub categories: Vec<String>,
    /// The cut.
    pub at: Instant,
    /// Orders before the cut, by time.
    pub train: Vec<Order>,
    /// Orders from the cut on, by time.
    pub test: Vec<Order>,
}

impl Split {
    /// Cuts a log. Orders from `until` on are left out.
    #[must_use]
    pub fn new(log: &orders::Log, at: Instant, until: Option<Instant>) -> Self {
        let order = |order: &orders::Order| Order {
            customer: order.customer,
            at: order.at,
            items: order.lines.iter().map(|line| ItemIx(line.item)).collect(),
        };
        let within = log.orders.iter().filter(|order| until.is_none_or(|until| order.at < until));
        let (train, test) = within.map(order).partition(|order: &Order| order.at < at);
        // The reader numbers items by id, so positions are in the order of ids.
        Self {
            ids: log.items.iter().map(|item| item.id.as_str().to_owned()).collect(),
            categories: log.items.iter().map(|item| item.category.clone()).collect(),
            at,
            train,
            test,
        }
    }

    /// The orders before the cut as the index builder wants them. Each guest order is one more person.
    #[must_use]
    pub fn log(&self) -> index::Log {
        let mut log = index::Log::orders();
        let customers = self.train.iter().filter_map(|order| order.customer).max().map_or(0, |last| last + 1);
        for (number, order) in self.train.iter().enumerate() {
            log.push(order.customer.unwrap_or(customers + number as u32), order.at, order.items.iter().copied());
        }
        log
    }

    /// The tables as a shopper's browser would see them, weighed at the cut.
    #[must_use]
    pub fn shelf(&self, settings: &Settings) -> MemoryShelf {
        let log = self.log();
        let categories: Vec<&str> = self.categories.iter().map(String::as_str).collect();
        let input = Input {
            items: self.ids.len() as u32,
            orders: Some(&log),
            categories: Some(&categories),
            ..Input::default()
        };
        let settings = Settings { as_of: Some(self.at), ..settings.clone() };
        MemoryShelf::new(self.ids.clone(), index::build(&input, &settings)).with_categories(self.categories.clone())
    }

    /// Items by the number of orders with them from `from` to the cut, most first, then smaller id.
    #[must_use]
    pub fn popularity(&self, from: Instant) -> Vec<ItemIx> {
        let mut counts: BTreeMap<ItemIx, u64> = BTreeMap::new();
        for item in self.train.iter().filter(|order| order.at >= from).flat_map(|order| &order.items) {
            *counts.entry(*item).or_default() += 1;
        }
        let mut list: Vec<(ItemIx, u64)> = counts.into_iter().collect();
        list.sort_by_key(|(item, count)| (core::cmp::Reverse(*count), *item));
        list.into_iter().map(|(item, _)| item).collect()
    }
}

/// What came out of a question about sets of items. Means over questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Questions asked.
    pub questions: u64,
    /// Share of the list that is right.
    pub precision: f64,
    /// Share of what is right that is in the list.
    pub recall: f64,
    /// Share of questions with at least one right item in the list.
    pub hit: f64,
    /// One over the rank of the first right item, 0 without one.
    pub reciprocal_rank: f64,
    /// Discounted gain of the list over that of the best possible list.
    pub gain: f64,
}

#[derive(Default)]
struct Tally {
    precision: Mean,
    recall: Mean,
    hit: Mean,
    reciprocal_rank: Mean,
    gain: Mean,
}

impl Tally {
    fn add(&mut self, list: &[ItemIx], right: &BTreeSet<ItemIx>) {
        let list = &list[..list.len().min(LIST)];
        let found = list.iter().filter(|item| right.contains(item)).count() as f64;
        let discount = |rank: usize| 1.0 / ((rank + 1) as f64).log2();
        let gain: f64 = right.iter().filter_map(|item| rank(list, *item)).map(discount).sum();
        let best: f64 = (1..=right.len().min(LIST)).map(discount).sum();
        let first = list.iter().position(|item| right.contains(item));
        self.precision.add(found / LIST as f64);
        self.recall.add(found / right.len() as f64);
        self.hit.add(one_if(found > 0.0));
        self.reciprocal_rank.add(first.map_or(0.0, |at| 1.0 / (at + 1) as f64));
        self.gain.add(gain / best);
    }

    fn scores(&self) -> Scores {
        Scores {
            questions: self.hit.count(),
            precision: self.precision.value(),
            recall: self.recall.value(),
            hit: self.hit.value(),
            reciprocal_rank: self.reciprocal_rank.value(),
            gain: self.gain.value(),
        }
    }
}

/// Asks what goes with each cart. The list may hold cart items; they are passed over.
pub fn with(test: &[Order], mut list: impl FnMut(&[ItemIx]) -> Vec<ItemIx>) -> Scores {
    let mut tally = Tally::default();
    for order in test {
        if let [cart @ .., hidden] = order.items.as_slice()
            && (2..=LONGEST_CART).contains(&order.items.len())
        {
            let mut listed = list(cart);
            listed.retain(|item| !cart.contains(item));
            tally.add(&listed, &BTreeSet::from([*hidden]));
        }
    }
    tally.scores()
}

/// One customer whose next order is the question.
#[derive(Clone, Debug)]
pub struct Returning {
    /// Her orders before the cut, oldest first.
    pub before: Vec<Order>,
    /// Her first order after it.
    pub next: Order,
}

/// Customers with at least two orders before the cut and one after it.
#[must_use]
pub fn returning(split: &Split) -> Vec<Returning> {
    let mut before: BTreeMap<u32, Vec<Order>> = BTreeMap::new();
    for order in &split.train {
        if let Some(customer) = order.customer {
            before.entry(customer).or_default().push(order.clone());
        }
    }
    let mut found = BTreeMap::new();
    for order in &split.test {
        if let Some(customer) = order.customer
            && let Some(past) = before.remove(&customer)
            && past.len() >= 2
        {
            found.insert(customer, Returning { before: past, next: order.clone() });
        }
    }
    found.into_values().collect()
}

/// Asks which items that she bought before (`again`) or never before are in her next order.
/// Customers whose next order has none of them are no question.
pub fn next_order(customers: &[Returning], again: bool, mut list: impl FnMut(&Returning) -> Vec<ItemIx>) -> Scores {
    let mut tally = Tally::default();
    for customer in customers {
        let bought: BTreeSet<ItemIx> = customer.before.iter().flat_map(|order| &order.items).copied().collect();
        let asked = |item: &ItemIx| bought.contains(item) == again;
        let right: BTreeSet<ItemIx> = customer.next.items.iter().filter(|item| asked(item)).copied().collect();
        if !right.is_empty() {
            let mut listed = list(customer);
            listed.retain(asked);
            tally.add(&listed, &right);
        }
    }
    tally.scores()
}

impl Returning {
    /// What she bought before, for the engine.
    #[must_use]
    pub fn history(&self) -> History {
        let lines =
            self.before.iter().flat_map(|order| order.items.iter().map(|item| Bought { item: *item, at: order.at }));
        History::new(lines.collect())
    }
}

/// The engine's own answers.
pub struct Ours<'a> {
    shelf: &'a MemoryShelf,
    scratch: Scratch,
    watch: Stopwatch,
}

impl<'a> Ours<'a> {
    /// Asks this shelf.
    #[must_use]
    pub fn new(shelf: &'a MemoryShelf) -> Self {
        Self { shelf, scratch: Scratch::default(), watch: Stopwatch::default() }
    }

    /// How long the questions took.
    #[must_use]
    pub fn speed(self) -> Speed {
        self.watch.speed()
    }

    /// What goes with a cart.
    pub fn with(&mut self, cart: &[ItemIx]) -> Vec<ItemIx> {
        self.ask(&Query { cart, fill: true, ..Query::new(Kind::With, LIST) })
    }

    /// What she will buy again.
    pub fn again(&mut self, customer: &Returning, now: Instant) -> Vec<ItemIx> {
        self.ask(&Query { history: &customer.history(), now, ..Query::new(Kind::Again, LIST) })
    }

    /// What she might like.
    pub fn for_you(&mut self, customer: &Returning, now: Instant) -> Vec<ItemIx> {
        self.ask(&Query { history: &customer.history(), now, fill: true, ..Query::new(Kind::ForYou, LIST) })
    }

    fn ask(&mut self, query: &Query<'_>) -> Vec<ItemIx> {
        let found = self.watch.time(|| answer(self.shelf, query, &mut self.scratch));
        found.picks.iter().map(|pick| pick.item).collect()
    }
}

/// What asking for diversity costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// [`Query::diversity`].
    pub diversity: u8,
    /// Share of carts whose missing item is in the list.
    pub hit: f64,
    /// Different categories in a list.
    pub categories: f64,
}

/// Asks what goes with each cart, more and more spread over categories. Empty when the log has none.
#[must_use]
pub fn spread(split: &Split, shelf: &MemoryShelf, diversities: &[u8]) -> Vec<Spread> {
    if split.categories.iter().all(String::is_empty) {
        return Vec::new();
    }
    let mut scratch = Scratch::default();
    let mut at = |diversity: u8| {
        let mut categories = Mean::default();
        let scores = with(&split.test, |cart| {
            let query = Query { cart, diversity, ..Query::new(Kind::With, LIST) };
            let picks = answer(shelf, &query, &mut scratch).picks;
            let distinct: BTreeSet<&str> =
                picks.iter().map(|pick| split.categories[pick.item.0 as usize].as_str()).collect();
            if !picks.is_empty() {
                categories.add(distinct.len() as f64);
            }
            picks.iter().map(|pick| pick.item).collect()
        });
        Spread { diversity, hit: scores.hit, categories: categories.value() }
    };
    diversities.iter().map(|diversity| at(*diversity)).collect()
}
