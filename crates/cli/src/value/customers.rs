//! Purchases, folded into one summary for each customer.

use crate::orders::{Log, kept};
use std::collections::BTreeMap;
use wellmet_engine::customer_value::Orders;
use wellmet_engine::profile::{intervals, median};
use wellmet_engine::time::{Day, Span};

/// One purchase. Several on one day are one order for the models.
#[derive(Clone, Debug, PartialEq)]
pub struct Purchase {
    /// The shop's id of the customer.
    pub customer: String,
    /// The day.
    pub day: Day,
    /// What she paid.
    pub value: f64,
}

/// The purchases of an order log, one for each customer and day (UTC). What came back is not counted as paid, unless
/// `gross` asks for it.
#[must_use]
pub fn purchases(log: &Log, gross: bool) -> Vec<Purchase> {
    let unit = 10f64.powi(log.currency.exponent() as i32);
    let mut paid: BTreeMap<(u32, Day), i64> = BTreeMap::new();
    let (of_customer, _) = kept(log);
    for (customer, orders) in (0..).zip(of_customer) {
        for (number, lines) in orders {
            let order = &log.orders[number];
            let lines = if gross { &order.lines } else { &lines };
            if !lines.is_empty() {
                let minor: i64 = lines.iter().map(|line| i64::from(line.quantity) * line.unit_minor).sum();
                *paid.entry((customer, Day(order.at.0.div_euclid(Span::DAY.0)))).or_default() += minor;
            }
        }
    }
    let purchase = |((customer, day), minor): ((u32, Day), i64)| Purchase {
        customer: log.customers[customer as usize].id.as_str().to_owned(),
        day,
        value: minor as f64 / unit,
    };
    paid.into_iter().map(purchase).collect()
}

/// A customer as of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// The shop's id.
    pub id: String,
    /// Her first order.
    pub first: Day,
    /// Her latest order.
    pub last: Day,
    /// Days with an order.
    pub days: u32,
    /// All she paid.
    pub spent: f64,
    /// The middle one of her own intervals between orders, in days; `None` before the third order.
    pub interval: Option<f64>,
    /// What the models need.
    pub orders: Orders,
    /// Days with an order after `as_of`, to test the models with.
    pub later: u32,
}

/// Folds purchases up to and with the day `as_of`, by customer id.
#[must_use]
pub fn customers(purchases: &[Purchase], as_of: Day) -> Vec<Customer> {
    let mut days: BTreeMap<&str, BTreeMap<Day, f64>> = BTreeMap::new();
    for purchase in purchases {
        *days.entry(&purchase.customer).or_default().entry(purchase.day).or_default() += purchase.value;
    }
    days.into_iter().filter_map(|(id, days)| customer(id, &days, as_of)).collect()
}

fn customer(id: &str, days: &BTreeMap<Day, f64>, as_of: Day) -> Option<Customer> {
    let known: Vec<(Day, f64)> = days.range(..=as_of).map(|(day, value)| (*day, *value)).collect();
    let ((first, _), (last, _)) = (*known.first()?, *known.last()?);
    let weeks = |from: Day, to: Day| (to.0 - from.0) as f64 / 7.0;
    let repeats = known.len() - 1;
    let repeated: f64 = known[1..].iter().map(|(_, value)| value).sum();
    let own = intervals(known.iter().map(|(day, _)| *day).collect());
    Some(Customer {
        id: id.to_owned(),
        first,
        last,
        days: known.len() as u32,
        spent: known.iter().map(|(_, value)| value).sum(),
        interval: if own.len() >= 2 { median(own) } else { None },
        orders: Orders {
            repeats: repeats as u32,
            last: weeks(first, last),
            age: weeks(first, as_of),
            mean: if repeats == 0 { 0.0 } else { repeated / repeats as f64 },
        },
        later: (days.len() - known.len()) as u32,
    })
}
