//! Maximum-likelihood parameters of the models of [`wellmet_engine::customer_value`].

use super::Customer;
use super::optimize::minimize;
use std::collections::BTreeMap;
use wellmet_engine::customer_value::math::{exp, ln, ln_gamma};
use wellmet_engine::customer_value::{Buying, Orders, Spending};

/// A model and how well it explains the log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fitted<M> {
    /// The parameters.
    pub model: M,
    /// Logarithm of the likelihood; higher is better.
    pub log_likelihood: f64,
    /// Customers it was fitted to.
    pub customers: usize,
}

/// Fewest customers with a repeat order that a fit is made from.
pub const FEWEST: usize = 10;

/// What BG/NBD must gain over NBD, which has two parameters less, to be taken for real. Below it the
/// maximum lies where nobody ever leaves, and `a` and `b` could be anything.
const GAIN: f64 = 0.01;

/// Fits BG/NBD; NBD when its maximum lies on the boundary `a / (a + b) = 0`. `None` when fewer than
/// [`FEWEST`] customers have bought again.
#[must_use]
pub fn buying(customers: &[Customer]) -> Option<Fitted<Buying>> {
    if customers.iter().filter(|customer| customer.orders.repeats > 0).count() < FEWEST {
        return None;
    }
    let cells = Cells::new(customers);
    let nbd = minimize([1.0, 10.0], |[r, alpha]| -cells.nbd(*r, *alpha));
    let [r, alpha] = nbd.at;
    // Far from each other, since the likelihood has flat regions.
    let starts = [[r, alpha, 1.0, 3.0], [r, alpha, 0.1, 10.0], [1.0, 10.0, 1.0, 1.0]];
    let best = starts
        .into_iter()
        .map(|start| minimize(start, |[r, alpha, a, b]| -cells.bg_nbd(*r, *alpha, *a, *b)))
        .min_by(|x, y| x.value.total_cmp(&y.value))?;
    let fitted = |model, minimum: f64| Fitted { model, log_likelihood: -minimum, customers: customers.len() };
    if nbd.value - best.value < GAIN {
        return Some(fitted(Buying::Nbd { r, alpha }, nbd.value));
    }
    let [r, alpha, a, b] = best.at;
    Some(fitted(Buying::BgNbd { r, alpha, a, b }, best.value))
}

/// Logarithm of the likelihood of a buying model.
#[must_use]
pub fn log_likelihood(customers: &[Customer], model: &Buying) -> f64 {
    let cells = Cells::new(customers);
    match *model {
        Buying::BgNbd { r, alpha, a, b } => cells.bg_nbd(r, alpha, a, b),
        Buying::Nbd { r, alpha } => cells.nbd(r, alpha),
    }
}

/// Customers by what the models see of them, since many are alike.
struct Cells {
    /// Repeats, weeks to the last order, weeks to now, number of customers.
    cells: Vec<(u32, f64, f64, f64)>,
    /// Number of customers by repeats, for the terms that depend on nothing else.
    repeats: Vec<(u32, f64)>,
}

impl Cells {
    fn new(customers: &[Customer]) -> Self {
        let mut cells: BTreeMap<(u32, u64, u64), f64> = BTreeMap::new();
        let mut repeats: BTreeMap<u32, f64> = BTreeMap::new();
        for Orders { repeats: x, last, age, .. } in customers.iter().map(|customer| customer.orders) {
            *cells.entry((x, last.to_bits(), age.to_bits())).or_default() += 1.0;
            *repeats.entry(x).or_default() += 1.0;
        }
        let cells = cells.into_iter().map(|((x, last, age), n)| (x, f64::from_bits(last), f64::from_bits(age), n));
        Self { cells: cells.collect(), repeats: repeats.into_iter().collect() }
    }

    fn nbd(&self, r: f64, alpha: f64) -> f64 {
        let gammas: f64 =
            self.repeats.iter().map(|(x, n)| n * (ln_gamma(r + f64::from(*x)) - ln_gamma(r) + r * ln(alpha))).sum();
        gammas - self.cells.iter().map(|(x, _, age, n)| n * (r + f64::from(*x)) * ln(alpha + age)).sum::<f64>()
    }

    /// The paper's (6), with the larger of the two terms taken out of the sum.
    fn bg_nbd(&self, r: f64, alpha: f64, a: f64, b: f64) -> f64 {
        let gammas: f64 = self
            .repeats
            .iter()
            .map(|(x, n)| {
                let x = f64::from(*x);
                let rates = ln_gamma(r + x) - ln_gamma(r) + r * ln(alpha);
                let stays = ln_gamma(a + b) + ln_gamma(b + x) - ln_gamma(b) - ln_gamma(a + b + x);
                n * (rates + stays)
            })
            .sum();
        let times: f64 = self
            .cells
            .iter()
            .map(|(x, last, age, n)| {
                let repeats = f64::from(*x);
                let there = -(r + repeats) * ln(alpha + age);
                if *x == 0 {
                    return n * there;
                }
                let gone = ln(a / (b + repeats - 1.0)) - (r + repeats) * ln(alpha + last);
                let (high, low) = if there > gone { (there, gone) } else { (gone, there) };
                n * (high + ln(1.0 + exp(low - high)))
            })
            .sum();
        gammas + times
    }
}

/// Fits Gamma-Gamma to the customers with repeats of some value. `None` when there are fewer than
/// [`FEWEST`], or when the means spread so widely that an expectation does not exist (`q <= 1`).
#[must_use]
pub fn spending(customers: &[Customer]) -> Option<Fitted<Spending>> {
    let known: Vec<(f64, f64)> = customers
        .iter()
        .filter(|customer| customer.orders.repeats > 0 && customer.orders.mean > 0.0)
        .map(|customer| (f64::from(customer.orders.repeats), customer.orders.mean))
        .collect();
    if known.len() < FEWEST {
        return None;
    }
    let mean = known.iter().map(|(_, mean)| mean).sum::<f64>() / known.len() as f64;
    let best = minimize([1.0, 3.0, mean], |[p, q, v]| {
        let own = -ln_gamma(*q) + q * ln(*v);
        let each = known.iter().map(|(x, m)| {
            let px = p * x;
            own + ln_gamma(px + q) - ln_gamma(px) + (px - 1.0) * ln(*m) + px * ln(*x) - (px + q) * ln(v + x * m)
        });
        -each.sum::<f64>()
    });
    let [p, q, v] = best.at;
    let model = Spending { p, q, v };
    (q > 1.0).then_some(Fitted { model, log_likelihood: -best.value, customers: known.len() })
}
