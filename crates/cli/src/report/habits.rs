//! How often, how much, when and what together.

use super::{People, Table, median, quantile, share};
use crate::orders::Log;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use wellmet_engine::time::Span;

/// Customers by their rhythm.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// From so many days.
    pub from: u32,
    /// To below so many; `None` for no end.
    pub to: Option<u32>,
    /// Customers whose own middle interval lies there.
    pub customers: usize,
    /// Share of the customers with a rhythm.
    pub share: f64,
}

const DAYS: [u32; 8] = [0, 7, 14, 30, 60, 90, 180, 365];

/// The distribution of own intervals.
#[must_use]
pub fn intervals(people: &People) -> Table<Interval> {
    let rhythms: Vec<f64> = people.people.iter().filter_map(|person| person.rhythm).collect();
    let row = |at: usize| {
        let (from, to) = (DAYS[at], DAYS.get(at + 1).copied());
        let inside = |rhythm: &&f64| **rhythm >= f64::from(from) && to.is_none_or(|to| **rhythm < f64::from(to));
        let customers = rhythms.iter().filter(inside).count();
        Interval { from, to, customers, share: share(customers, rhythms.len()) }
    };
    let definition = format!(
        "days between neighbouring days with an order, the middle one of each customer; {} customers have fewer than three \
         such days and no rhythm of their own",
        people.people.len() - rhythms.len()
    );
    Table { definition, rows: (0..DAYS.len()).map(row).collect() }
}

/// A measure of orders and how it is spread.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Basket {
    /// What is measured.
    pub of: &'static str,
    /// Mean.
    pub mean: f64,
    /// A quarter is below, half, three quarters, nine tenths.
    pub spread: Spread,
}

/// Quantiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// A quarter of the orders is below.
    pub quarter: f64,
    /// Half.
    pub half: f64,
    /// Three quarters.
    pub three_quarters: f64,
    /// Nine tenths.
    pub nine_tenths: f64,
}

/// Sizes and values of orders.
#[must_use]
pub fn baskets(log: &Log) -> Table<Basket> {
    let unit = 10f64.powi(log.currency.exponent() as i32);
    let row = |of: &'static str, values: &dyn Fn(&crate::orders::Order) -> f64| {
        let mut values: Vec<f64> = log.orders.iter().map(values).collect();
        values.sort_by(f64::total_cmp);
        let spread = Spread {
            quarter: quantile(&values, 0.25),
            half: median(&values),
            three_quarters: quantile(&values, 0.75),
            nine_tenths: quantile(&values, 0.9),
        };
        Basket { of, mean: values.iter().sum::<f64>() / values.len().max(1) as f64, spread }
    };
    let rows = vec![
        row("articles", &|order| order.lines.len() as f64),
        row("pieces", &|order| order.lines.iter().map(|line| f64::from(line.quantity)).sum()),
        row("value", &|order| {
            order.lines.iter().map(|line| f64::from(line.quantity) * line.unit_minor as f64).sum::<f64>() / unit
        }),
    ];
    let definition = format!(
        "of {} orders that were not cancelled, those of guests too. articles: different ones. value: as paid, {}",
        log.orders.len(),
        log.currency.code()
    );
    Table { definition, rows }
}

/// Orders by day of the week.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// Monday to Sunday.
    pub weekday: &'static str,
    /// Orders.
    pub orders: usize,
    /// Share of all.
    pub share: f64,
}

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// When orders come.
#[must_use]
pub fn weekdays(log: &Log) -> Table<Moment> {
    let mut counts = [0usize; 7];
    for order in &log.orders {
        // 1 January 1970 was a Thursday.
        counts[(order.at.0.div_euclid(Span::DAY.0) + 3).rem_euclid(7) as usize] += 1;
    }
    let row = |(weekday, orders)| Moment { weekday, orders, share: share(orders, log.orders.len()) };
    let definition = "orders by the day of the week of their first row, UTC".to_owned();
    Table { definition, rows: WEEKDAYS.into_iter().zip(counts).map(row).collect() }
}

/// Two articles of the same orders.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pair {
    /// The article bought more often.
    pub one: String,
    /// The other.
    pub other: String,
    /// Orders with both.
    pub orders: u32,
    /// Share of the orders with the other that hold the one.
    pub share: f64,
    /// How much more often than by chance.
    pub lift: f64,
}

/// Longest order whose pairs are counted: pairs grow with the square.
const LONGEST: usize = 100;

/// The pairs in the most orders of at least `least_people` different people.
#[must_use]
pub fn pairs(log: &Log, least_people: usize, most: usize) -> Table<Pair> {
    let mut counts: BTreeMap<(u32, u32), (u32, BTreeSet<u32>)> = BTreeMap::new();
    let mut single = vec![0u32; log.items.len()];
    // Only what enough people bought can be in a pair of enough people.
    let frequent: Vec<bool> = log.items.iter().map(|item| item.orders as usize >= least_people.max(2)).collect();
    for (number, order) in log.orders.iter().enumerate() {
        let person = order.customer.unwrap_or((log.customers.len() + number) as u32);
        let mut items: Vec<u32> = order.lines.iter().take(LONGEST).map(|line| line.item).collect();
        items.sort_unstable();
        items.iter().for_each(|item| single[*item as usize] += 1);
        items.retain(|item| frequent[*item as usize]);
        for (at, a) in items.iter().enumerate() {
            for b in &items[at + 1..] {
                let (orders, people) = counts.entry((*a, *b)).or_default();
                *orders += 1;
                if people.len() < least_people {
                    people.insert(person);
                }
            }
        }
    }
    let mut best: Vec<((u32, u32), u32)> = counts
        .into_iter()
        .filter(|(_, (_, people))| people.len() >= least_people)
        .map(|(pair, (n, _))| (pair, n))
        .collect();
    best.sort_by_key(|(pair, orders)| (core::cmp::Reverse(*orders), *pair));
    best.truncate(most);
    let row = |((a, b), orders): ((u32, u32), u32)| {
        let (one, other) = if single[b as usize] > single[a as usize] { (b, a) } else { (a, b) };
        let of = |item: u32| f64::from(single[item as usize]);
        Pair {
            one: log.items[one as usize].title_or_id().to_owned(),
            other: log.items[other as usize].title_or_id().to_owned(),
            orders,
            share: f64::from(orders) / of(other),
            lift: f64::from(orders) * log.orders.len() as f64 / (of(one) * of(other)),
        }
    };
    let definition = format!(
        "two articles in the same order (its first {LONGEST} articles), at least {least_people} different people. share: of \
         the orders with the second that hold the first. lift: orders with both, over what chance would give"
    );
    Table { definition, rows: best.into_iter().map(row).collect() }
}
