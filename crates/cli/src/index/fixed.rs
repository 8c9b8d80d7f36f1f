//! Weights of a log as whole numbers: what a program and a database then add up is the same to the last bit.

use super::Weighing;
use wellmet_engine::customer_value::math::{exp, ln};
use wellmet_engine::time::{Instant, Span};

/// How much an order or visit of the last day counts.
pub(crate) const FRESH: u32 = 1 << 16;
/// How much a pair side by side counts.
pub(crate) const NEAR: u32 = 1 << 20;

/// How much an order or visit counts so many days before the end of the log: `2^(-age / half_life)`.
pub(crate) fn fresh(age_days: i64, half_life: f64) -> u32 {
    let halvings = age_days.max(0) as f64 / half_life;
    if halvings > 17.0 { 0 } else { (f64::from(FRESH) * exp(-halvings * ln(2.0))).round() as u32 }
}

/// Whole days from a moment to the end of the log.
pub(crate) fn age(at: Instant, as_of: Instant) -> i64 {
    (as_of - at).0.max(0) / Span::DAY.0
}

/// How much a pair counts by the number of places between, forward and backward; 0 in the same place.
pub(crate) fn near(weighing: &Weighing) -> Vec<(u32, u32)> {
    let at = |distance: usize| {
        if distance == 0 {
            return (0, 0);
        }
        let share = exp(-((distance - 1) as f64) / weighing.nearness);
        let fixed = |share: f64| (f64::from(NEAR) * share).round() as u32;
        (fixed(share), fixed(share * weighing.before))
    };
    (0..=weighing.window).map(at).collect()
}

/// A sum of products of the two, as a number of orders or visits.
pub(crate) fn groups(sum: u64) -> f64 {
    sum as f64 / (f64::from(FRESH) * f64::from(NEAR))
}

/// A sum of freshness, as a number of orders or visits.
pub(crate) fn mass(sum: u64) -> f64 {
    sum as f64 / f64::from(FRESH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_halve_and_fade() {
        assert_eq!((fresh(0, 30.0), fresh(30, 30.0), fresh(60, 30.0)), (FRESH, FRESH / 2, FRESH / 4));
        assert_eq!((fresh(-3, 30.0), fresh(100_000, 30.0)), (FRESH, 0));
        let near = near(&Weighing { nearness: 2.0, before: 0.5, window: 3, ..Weighing::ORDERS });
        assert_eq!((near[0], near[1], near.len()), ((0, 0), (NEAR, NEAR / 2), 4));
        assert!(near.windows(2).skip(1).all(|pair| pair[0].0 > pair[1].0));
        assert_eq!(age(Instant(5), Instant(5 + Span::DAY.0 - 1)), 0);
        // A hundred million fresh pairs side by side still fit.
        assert_eq!(groups(100_000_000 * u64::from(FRESH) * u64::from(NEAR)), 1e8);
    }
}
