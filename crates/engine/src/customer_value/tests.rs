//! The formulas against each other and against values from the papers. Per-customer reference values
//! with 50 digits are tested where there is a JSON reader, in the command line's tests.

use super::math::exp;
use super::*;

const PAPER: Buying = Buying::BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };

fn some() -> Vec<Orders> {
    let orders = |repeats, last, age| Orders { repeats, last, age, mean: 20.0 };
    vec![
        orders(0, 0.0, 0.0),
        orders(0, 0.0, 38.9),
        orders(1, 0.1, 33.3),
        orders(2, 30.4, 38.9),
        orders(29, 37.7, 38.0),
        orders(200, 51.9, 52.0),
    ]
}

/// Sum of the chances of at least 1, 2, 3 … orders, by the other formula.
fn expected_by_chances(buying: &Buying, orders: &Orders, weeks: f64) -> f64 {
    let mut sum = 0.0;
    let mut n = 0;
    // `most` gives the quantile function; its integral over the share is the mean.
    let steps = 20_000;
    for step in 0..steps {
        n += buying.most(orders, weeks, (f64::from(step) + 0.5) / f64::from(steps));
        sum += 1.0 / f64::from(steps);
    }
    assert!((sum - 1.0).abs() < 1e-9);
    f64::from(n) / f64::from(steps)
}

#[test]
fn c46_the_distribution_has_the_expected_mean() {
    let nbd = Buying::Nbd { r: 0.74, alpha: 9.08 };
    let all_leave = Buying::BgNbd { r: 1.3, alpha: 6.0, a: 2.5, b: 0.8 };
    for buying in [PAPER, nbd, all_leave] {
        for orders in some() {
            for weeks in [1.0, 13.0, 52.0] {
                let (mean, sum) = (buying.expected(&orders, weeks), expected_by_chances(&buying, &orders, weeks));
                assert!((mean - sum).abs() < 0.002 * mean.max(0.3), "{buying:?} {orders:?} {weeks}: {mean} {sum}");
            }
        }
    }
}

#[test]
fn c46_when_hardly_anybody_leaves_both_models_agree() {
    let never = Buying::BgNbd { r: 0.74, alpha: 9.08, a: 1e-9, b: 1.0 };
    let nbd = Buying::Nbd { r: 0.74, alpha: 9.08 };
    for orders in some() {
        let (one, two) = (never.expected(&orders, 26.0), nbd.expected(&orders, 26.0));
        assert!((one - two).abs() < 1e-6 * two, "{orders:?}: {one} {two}");
        assert_eq!(nbd.alive(&orders), 1.0);
    }
}

#[test]
fn c46_nothing_breaks_where_the_formula_divides_by_zero() {
    for orders in some() {
        let around = |a| Buying::BgNbd { r: 0.243, alpha: 4.414, a, b: 2.426 }.expected(&orders, 39.0);
        assert!((around(1.0) - around(1.0 + 1e-9)).abs() < 1e-7);
        assert!((around(1.0) - around(1.0 - 1e-9)).abs() < 1e-7);
    }
    let strange = Orders { repeats: u32::MAX, last: 0.0, age: 1e6, mean: 1e300 };
    assert_eq!(PAPER.alive(&strange), 0.0);
    assert!(PAPER.expected(&strange, 52.0).abs() < 1e-9);
    assert_eq!(PAPER.next_order(&strange, 0.5), None);
}

#[test]
fn c46_the_next_order_comes_with_the_chance_asked_for() {
    for orders in some() {
        let Some(weeks) = PAPER.next_order(&orders, 0.5) else {
            assert!(PAPER.alive(&orders) <= 0.5);
            continue;
        };
        // At the median the quantile jumps from no order to one.
        assert_eq!(PAPER.most(&orders, weeks * 0.999, 0.5), 0, "{orders:?}");
        assert!(PAPER.most(&orders, weeks * 1.001, 0.5) >= 1, "{orders:?}");
    }
}

#[test]
fn c46_value_is_the_discounted_sum_of_months() {
    let spending = Spending { p: 6.25, q: 3.74, v: 15.44 };
    let nbd = Buying::Nbd { r: 1.0, alpha: 10.0 };
    let anna = Orders { repeats: 3, last: 20.0, age: 26.0, mean: 30.0 };
    let monthly = 4.0 / 36.0 * MONTH * spending.expected(&anna);
    let by_hand: f64 = (1..=12).map(|month| monthly / 1.01f64.powi(month)).sum();
    assert!((value(&nbd, &spending, &anna, 12, 0.01) - by_hand).abs() < 1e-9 * by_hand);
    assert_eq!(value(&nbd, &spending, &anna, 0, 0.01), 0.0);
}

#[test]
fn c46_more_silence_never_makes_her_likelier_to_be_there() {
    let mut before = 1.0;
    for age in 10..500 {
        let orders = Orders { repeats: 5, last: 10.0, age: f64::from(age), mean: 1.0 };
        let alive = PAPER.alive(&orders);
        assert!(alive <= before && alive >= 0.0);
        before = alive;
    }
    assert!(before < exp(-10.0));
}
