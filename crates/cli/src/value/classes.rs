//! Where a customer stands among all: A/B/C and RFM.

use super::Customer;
use serde::Serialize;
use wellmet_engine::time::Day;

/// Class by cumulated value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Class {
    /// The customers who make up the first 80 % of all value.
    A,
    /// Those who make up the next 15 %.
    B,
    /// The rest.
    C,
}

/// Classes by what was spent, in the order of the customers. Who crosses a limit belongs to the higher
/// class; of equal customers the smaller id comes first.
#[must_use]
pub fn abc(customers: &[Customer]) -> Vec<Class> {
    let total: f64 = customers.iter().map(|customer| customer.spent).sum();
    let mut order: Vec<usize> = (0..customers.len()).collect();
    order.sort_by(|x, y| {
        customers[*y].spent.total_cmp(&customers[*x].spent).then_with(|| customers[*x].id.cmp(&customers[*y].id))
    });
    let mut classes = vec![Class::C; customers.len()];
    let mut before = 0.0;
    for at in order {
        classes[at] = match before / total {
            share if share < 0.80 => Class::A,
            share if share < 0.95 => Class::B,
            _ => Class::C,
        };
        before += customers[at].spent;
    }
    classes
}

/// Fifths by recency, frequency and money: 5 is the best fifth, 1 the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rfm {
    /// By the day of the latest order.
    pub recency: u8,
    /// By the number of days with an order.
    pub frequency: u8,
    /// By what was spent.
    pub money: u8,
}

/// Fifths, in the order of the customers. Equal customers are in the same fifth.
#[must_use]
pub fn rfm(customers: &[Customer]) -> Vec<Rfm> {
    let recency = fifths(customers, |customer| customer.last.0 as f64);
    let frequency = fifths(customers, |customer| f64::from(customer.days));
    let money = fifths(customers, |customer| customer.spent);
    (0..customers.len()).map(|at| Rfm { recency: recency[at], frequency: frequency[at], money: money[at] }).collect()
}

fn fifths(customers: &[Customer], of: impl Fn(&Customer) -> f64) -> Vec<u8> {
    let mut sorted: Vec<f64> = customers.iter().map(&of).collect();
    sorted.sort_by(f64::total_cmp);
    let fifth = |customer: &Customer| {
        let worse = sorted.partition_point(|value| *value < of(customer));
        (1 + worse * 5 / sorted.len()) as u8
    };
    customers.iter().map(fifth).collect()
}

/// How long she has been silent, in her own intervals. `None` before the third order.
#[must_use]
pub fn silence(customer: &Customer, as_of: Day) -> Option<f64> {
    customer.interval.map(|interval| (as_of.0 - customer.last.0) as f64 / interval)
}
