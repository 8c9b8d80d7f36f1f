//! How much she will spend each time, and what that makes in all.

use super::math::{exp, ln_1p};
use super::{Buying, MONTH, Orders};

/// Parameters of the Gamma-Gamma model: orders of a customer vary around her own mean by a gamma
/// distribution of shape `p`, the means by another of shape `q` and scale `v`. All positive, `q` above 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spending {
    /// Shape of a customer's orders.
    pub p: f64,
    /// Shape of the means.
    pub q: f64,
    /// Scale of the means, in the unit of money.
    pub v: f64,
}

impl Spending {
    /// Expected value of her next order: her own mean, drawn towards that of all customers while there
    /// are few orders; theirs before the first repeat.
    #[must_use]
    pub fn expected(&self, orders: &Orders) -> f64 {
        let repeats = f64::from(orders.repeats);
        self.p * (self.v + repeats * orders.mean) / (self.p * repeats + self.q - 1.0)
    }
}

/// Orders expected in the next months, later months discounted by `monthly` (0.01 is 1 %).
#[must_use]
pub fn discounted_orders(buying: &Buying, orders: &Orders, months: u32, monthly: f64) -> f64 {
    let (mut sum, mut before) = (0.0, 0.0);
    for month in 1..=months {
        let by_then = buying.expected(orders, f64::from(month) * MONTH);
        sum += (by_then - before) * exp(-f64::from(month) * ln_1p(monthly));
        before = by_then;
    }
    sum
}

/// What she will probably spend in the next months, discounted in the same way.
#[must_use]
pub fn value(buying: &Buying, spending: &Spending, orders: &Orders, months: u32, monthly: f64) -> f64 {
    discounted_orders(buying, orders, months, monthly) * spending.expected(orders)
}
