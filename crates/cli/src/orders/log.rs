//! A log as it is kept in memory.

use crate::rows::Report;
use wellmet_engine::id::{CustomerId, ItemId};
use wellmet_engine::money::Currency;
use wellmet_engine::time::{Day, Instant, Span};

/// A cleaned order log. Numbers of customers and items are indexes into the vectors here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Orders by time, equals by order number.
    pub orders: Vec<Order>,
    /// Customers by id.
    pub customers: Vec<Customer>,
    /// Articles by id.
    pub items: Vec<Item>,
    /// Pieces that came back, by time.
    pub returns: Vec<Return>,
    /// Currency of all amounts.
    pub currency: Currency,
    /// What was noticed while reading.
    pub report: Report,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The shop's order number.
    pub id: String,
    /// When it was placed: the moment of its first row.
    pub at: Instant,
    /// Who placed it; `None` for a guest.
    pub customer: Option<u32>,
    /// Its articles in the sequence of the log, each once.
    pub lines: Vec<Line>,
}

/// One article of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The article.
    pub item: u32,
    /// Pieces, at least one.
    pub quantity: u32,
    /// Price of one piece as paid, minor units.
    pub unit_minor: i64,
}

/// Pieces that came back or were cancelled. Logs rarely say of which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Return {
    /// Who sent them back.
    pub customer: u32,
    /// The article.
    pub item: u32,
    /// Pieces, at least one.
    pub quantity: u32,
    /// When.
    pub at: Instant,
}

/// A customer of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The shop's id for her.
    pub id: CustomerId,
    /// Her name in her latest row that has one.
    pub name: Option<String>,
    /// Facts about her by attribute name, from her latest row.
    pub traits: Vec<(String, String)>,
}

/// An article of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The shop's id.
    pub id: ItemId,
    /// Its most frequent name (of equals the latest); empty when the log has none.
    pub title: String,
    /// Its most frequent category path, levels separated by ` > `.
    pub category: String,
    /// Price of one piece before discount: the median of its latest nine rows, minor units.
    pub price_minor: i64,
    /// First order with it.
    pub first_seen: Instant,
    /// Latest order with it.
    pub last_seen: Instant,
    /// Number of orders with it.
    pub orders: u32,
}

impl Item {
    /// Its name, or its id when it has none.
    #[must_use]
    pub fn title_or_id(&self) -> &str {
        if self.title.is_empty() { self.id.as_str() } else { &self.title }
    }
}

impl Log {
    /// A log in which nothing was ordered yet.
    #[must_use]
    pub fn empty(currency: Currency) -> Self {
        let (orders, customers, items, returns) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { orders, customers, items, returns, currency, report: Report::default() }
    }

    /// Moment of the latest order; 1970 when there is none.
    #[must_use]
    pub fn end(&self) -> Instant {
        self.orders.last().map_or(Instant(0), |order| order.at)
    }

    /// Moves the whole log by whole days, so that its last order (UTC) falls on `day`. A log of years
    /// ago then reads like a recent one; times of day and all intervals stay.
    pub fn shift_to(&mut self, day: Day) {
        let last = self.end().0.div_euclid(Span::DAY.0);
        let by = Span::days(day.0 - last);
        self.orders.iter_mut().for_each(|order| order.at = order.at + by);
        self.returns.iter_mut().for_each(|back| back.at = back.at + by);
        for item in &mut self.items {
            item.first_seen = item.first_seen + by;
            item.last_seen = item.last_seen + by;
        }
    }

    /// Number of order lines.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.orders.iter().map(|order| order.lines.len()).sum()
    }
}
