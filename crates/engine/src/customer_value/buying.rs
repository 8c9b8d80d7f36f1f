//! How often she will buy: BG/NBD and its limit NBD.

use super::Orders;
use super::math::{exp, exp_m1, ln, ln_1p};

/// Parameters of the buying model. All positive; times in weeks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Buying {
    /// Customers buy at rates spread by a gamma distribution (`r`, `alpha`), and after each purchase may
    /// leave for good with a chance spread by a beta distribution (`a`, `b`).
    BgNbd {
        /// Shape of the rates.
        r: f64,
        /// Scale of the rates.
        alpha: f64,
        /// First shape of the chance to leave.
        a: f64,
        /// Second shape of the chance to leave.
        b: f64,
    },
    /// The same when nobody ever leaves.
    Nbd {
        /// Shape of the rates.
        r: f64,
        /// Scale of the rates.
        alpha: f64,
    },
}

/// Most purchases looked at by [`Buying::most`].
const MANY: u32 = 10_000;

impl Buying {
    /// Name of the formula, to print beside its figures.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::BgNbd { .. } => "BG/NBD",
            Self::Nbd { .. } => "NBD",
        }
    }

    /// Shape and scale of her own rate, given her orders.
    fn rate(&self, orders: &Orders) -> (f64, f64) {
        let (Self::BgNbd { r, alpha, .. } | Self::Nbd { r, alpha }) = self;
        (r + f64::from(orders.repeats), alpha + orders.age)
    }

    /// The chance that she is still a customer, 0 to 1. By definition 1 before the first repeat.
    #[must_use]
    pub fn alive(&self, orders: &Orders) -> f64 {
        let Self::BgNbd { alpha, a, b, .. } = self else { return 1.0 };
        if orders.repeats == 0 {
            return 1.0;
        }
        let (shape, scale) = self.rate(orders);
        let gone = a / (b + f64::from(orders.repeats) - 1.0) * exp(shape * ln(scale / (alpha + orders.last)));
        1.0 / (1.0 + gone)
    }

    /// Expected number of orders in the next `weeks`.
    ///
    /// The paper's (10), with Euler's transformation of the hypergeometric function (Abramowitz & Stegun
    /// 15.3.3): its series then neither overflows for a frequent buyer nor breaks off at `a = 1`.
    #[must_use]
    pub fn expected(&self, orders: &Orders, weeks: f64) -> f64 {
        let (shape, scale) = self.rate(orders);
        let Self::BgNbd { r, a, b, .. } = self else { return shape / scale * weeks };
        let z = weeks / (scale + weeks);
        let long = ln_1p(weeks / scale);
        let c = a + b + f64::from(orders.repeats) - 1.0;
        // (2F1(a + b - 1 - r, a - 1; c; z) - 1) / (a - 1)
        let (mut term, mut sum, mut n) = (1.0, 0.0, 0.0);
        while n < 100_000.0 {
            let next = if n == 0.0 { 1.0 } else { a - 1.0 + n };
            term *= (a + b - 1.0 - r + n) * next / ((c + n) * (n + 1.0)) * z;
            sum += term;
            n += 1.0;
            if term.abs() <= 1e-18 * sum.abs() {
                break;
            }
        }
        // 1 - (1 - z)^(a - 1), over a - 1
        let shrunk = -exp_m1(-(a - 1.0) * long);
        let left = if *a == 1.0 { long } else { shrunk / (a - 1.0) };
        self.alive(orders) * c * (left - sum * (1.0 - shrunk))
    }

    /// The smallest number `n` such that at most `n` orders come in the next `weeks` with a chance of at
    /// least `share`: 0.5 gives the median, 0.1 and 0.9 an interval that holds in four of five cases.
    ///
    /// Given that she is still there, her rate and her chance to leave are independent, so at least `n`
    /// orders have the chance `alive * P(N >= n) * E[(1 - p)^(n - 1)]`, with `N` negative binomial.
    #[must_use]
    pub fn most(&self, orders: &Orders, weeks: f64, share: f64) -> u32 {
        let alive = self.alive(orders);
        let (shape, scale) = self.rate(orders);
        let more = weeks / (scale + weeks);
        let mut exactly = exp(-shape * ln_1p(weeks / scale));
        let mut at_least = 1.0 - exactly;
        let mut stays = 1.0;
        let mut n = 0u32;
        // Here `at_least` is P(N >= n + 1).
        while n < MANY && 1.0 - alive * at_least * stays < share {
            n += 1;
            let m = f64::from(n);
            exactly *= (shape + m - 1.0) / m * more;
            at_least -= exactly;
            if let Self::BgNbd { a, b, .. } = self {
                let kept = b + f64::from(orders.repeats) + m - 1.0;
                stays *= kept / (a + kept);
            }
        }
        n
    }

    /// Weeks from now until her next order has come with a chance of `share`; `None` when that never
    /// happens, because she has left with a greater chance.
    #[must_use]
    pub fn next_order(&self, orders: &Orders, share: f64) -> Option<f64> {
        let alive = self.alive(orders);
        let (shape, scale) = self.rate(orders);
        (share < alive).then(|| scale * exp_m1(-ln_1p(-share / alive) / shape))
    }
}
