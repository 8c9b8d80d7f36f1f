//! The scores of one customer, and how well they held.

use super::Customer;
use super::classes::{Class, Rfm, abc, rfm, silence};
use serde::{Deserialize, Serialize};
use wellmet_engine::customer_value::{Buying, MONTH, Spending, discounted_orders};
use wellmet_engine::time::Day;

/// Months that the predicted value covers.
pub const MONTHS: u32 = 12;
/// Discount of the predicted value for each month, 1 %.
const MONTHLY: f64 = 0.01;
/// An interval holds in four of five cases.
const LOW: f64 = 0.1;
const HIGH: f64 = 0.9;

/// Parameters as they are written and read back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Shape of the buying rates.
    pub r: f64,
    /// Scale of the buying rates, weeks.
    pub alpha: f64,
    /// Shapes of the chance to leave; absent in NBD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<f64>,
    /// See `a`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<f64>,
    /// Parameters of spending; absent when they could not be fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// See `p`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<f64>,
    /// See `p`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v: Option<f64>,
}

impl Parameters {
    /// From models.
    #[must_use]
    pub fn new(buying: Buying, spending: Option<Spending>) -> Self {
        let (r, alpha, a, b) = match buying {
            Buying::BgNbd { r, alpha, a, b } => (r, alpha, Some(a), Some(b)),
            Buying::Nbd { r, alpha } => (r, alpha, None, None),
        };
        let of = |part: fn(Spending) -> f64| spending.map(part);
        Self { r, alpha, a, b, p: of(|s| s.p), q: of(|s| s.q), v: of(|s| s.v) }
    }

    /// The models. `None` when a parameter is missing, not above zero, or `q` not above one.
    #[must_use]
    pub fn models(&self) -> Option<(Buying, Option<Spending>)> {
        let Self { r, alpha, .. } = *self;
        let given = [Some(r), Some(alpha), self.a, self.b, self.p, self.q, self.v];
        if given.into_iter().flatten().any(|x| !(x > 0.0 && x.is_finite())) {
            return None;
        }
        let buying = match (self.a, self.b) {
            (Some(a), Some(b)) => Buying::BgNbd { r, alpha, a, b },
            (None, None) => Buying::Nbd { r, alpha },
            _ => return None,
        };
        let spending = match (self.p, self.q, self.v) {
            (Some(p), Some(q), Some(v)) if q > 1.0 => Some(Spending { p, q, v }),
            (None, None, None) => None,
            _ => return None,
        };
        Some((buying, spending))
    }
}

/// One customer's row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    /// The shop's id.
    pub customer: String,
    /// Days with an order.
    pub order_days: u32,
    /// First order.
    pub first: String,
    /// Latest order.
    pub last: String,
    /// All she paid.
    pub spent: f64,
    /// Class by what was spent.
    pub class: Class,
    /// Fifth by the day of the latest order, 5 is the best.
    pub recency: u8,
    /// Fifth by the number of days with an order.
    pub frequency: u8,
    /// Fifth by what was spent.
    pub money: u8,
    /// The middle one of her own intervals, days.
    pub interval_days: Option<f64>,
    /// Silence since the latest order, in her own intervals.
    pub silence: Option<f64>,
    /// The chance that she is still a customer.
    pub alive: f64,
    /// Orders expected in the next twelve months.
    pub expected_orders: f64,
    /// At most so many in one of ten cases.
    pub orders_low: u32,
    /// At most so many in nine of ten cases.
    pub orders_high: u32,
    /// Expected value of an order.
    pub expected_value: f64,
    /// What she will probably spend in twelve months, discounted by 1 % a month.
    pub value: f64,
    /// `orders_low` times the expected value of an order.
    pub value_low: f64,
    /// `orders_high` times the expected value of an order.
    pub value_high: f64,
    /// Day on which her next order has come with a chance of one half; absent when she has more
    /// likely left.
    pub next_order: Option<String>,
    /// The same for one tenth: hardly earlier.
    pub next_order_early: Option<String>,
    /// The same for nine tenths: hardly later, if at all.
    pub next_order_late: Option<String>,
    /// Formulas of the figures: rows get copied around.
    pub formula: String,
    /// The day the figures hold for.
    pub as_of: String,
}

/// A day as `2024-05-31`.
pub(crate) fn date(day: Day) -> String {
    let (year, month, day) = day.civil();
    format!("{year:04}-{month:02}-{day:02}")
}

impl Score {
    /// Scores a customer. Without a model of spending her own mean stands for the expected value, and
    /// `fallback` for customers without a repeat.
    #[must_use]
    pub fn of(
        customer: &Customer,
        (class, rfm): (Class, Rfm),
        as_of: Day,
        (buying, spending): (&Buying, Option<&Spending>),
        fallback: f64,
    ) -> Self {
        let orders = &customer.orders;
        let weeks = f64::from(MONTHS) * MONTH;
        let expected_value = match spending {
            Some(spending) => spending.expected(orders),
            None if orders.repeats > 0 => orders.mean,
            None => fallback,
        };
        let (orders_low, orders_high) = (buying.most(orders, weeks, LOW), buying.most(orders, weeks, HIGH));
        let next = |share| {
            // Beyond a lifetime a date says nothing.
            let weeks = buying.next_order(orders, share).filter(|weeks| *weeks < 5_200.0);
            weeks.map(|weeks| date(Day(as_of.0 + (weeks * 7.0).ceil() as i64)))
        };
        Self {
            customer: customer.id.clone(),
            order_days: customer.days,
            first: date(customer.first),
            last: date(customer.last),
            spent: customer.spent,
            class,
            recency: rfm.recency,
            frequency: rfm.frequency,
            money: rfm.money,
            interval_days: customer.interval,
            silence: silence(customer, as_of),
            alive: buying.alive(orders),
            expected_orders: buying.expected(orders, weeks),
            orders_low,
            orders_high,
            expected_value,
            value: discounted_orders(buying, orders, MONTHS, MONTHLY) * expected_value,
            value_low: f64::from(orders_low) * expected_value,
            value_high: f64::from(orders_high) * expected_value,
            next_order: next(0.5),
            next_order_early: next(LOW),
            next_order_late: next(HIGH),
            formula: format!("{} and {}", buying.name(), spending.map_or("own mean", |_| "Gamma-Gamma")),
            as_of: date(as_of),
        }
    }
}

/// Scores all customers, in their order.
#[must_use]
pub fn scores(customers: &[Customer], as_of: Day, buying: &Buying, spending: Option<&Spending>) -> Vec<Score> {
    let repeats: Vec<f64> = customers.iter().filter(|c| c.orders.repeats > 0).map(|c| c.orders.mean).collect();
    let fallback = repeats.iter().sum::<f64>() / repeats.len().max(1) as f64;
    let places = abc(customers).into_iter().zip(rfm(customers));
    customers.iter().zip(places).map(|(c, place)| Score::of(c, place, as_of, (buying, spending), fallback)).collect()
}

/// What was predicted against what came, over the time after the day the models know.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Backtest {
    /// Length of that time.
    pub weeks: f64,
    /// Days with an order that came.
    pub came: f64,
    /// Orders that were expected.
    pub expected: f64,
    /// Mean absolute error for a customer.
    pub mean_error: f64,
    /// Correlation over customers.
    pub correlation: f64,
}

/// Tests a buying model on what came after.
#[must_use]
pub fn backtest(customers: &[Customer], buying: &Buying, weeks: f64) -> Backtest {
    let n = customers.len().max(1) as f64;
    let pairs: Vec<(f64, f64)> =
        customers.iter().map(|c| (f64::from(c.later), buying.expected(&c.orders, weeks))).collect();
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>();
    let (came, expected) = (sum(&|p| p.0), sum(&|p| p.1));
    let covariance = sum(&|p| (p.0 - came / n) * (p.1 - expected / n));
    let spread = sum(&|p| (p.0 - came / n).powi(2)) * sum(&|p| (p.1 - expected / n).powi(2));
    Backtest {
        weeks,
        came,
        expected,
        mean_error: sum(&|p| (p.0 - p.1).abs()) / n,
        correlation: if spread > 0.0 { covariance / spread.sqrt() } else { 0.0 },
    }
}
