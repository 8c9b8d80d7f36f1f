//! Fading weights as integers: 65,536 stands for one.

/// One.
pub(super) const ONE: u32 = 1 << 16;

/// Items of a visit or cart that count; older ones are forgotten. More would load more of the book:
/// nine name 0.04 % more of the next items than six.
pub(super) const CONTEXT: usize = 6;

/// 0.6 to the power of the position, newest first. Between 0.5 and 0.7 hardly matters, for visits and
/// carts alike; 0.8 is worse for carts.
pub(super) const BY_POSITION: [u32; CONTEXT] = [65_536, 39_322, 23_593, 14_156, 8_493, 5_096];

/// 2 to the power of -n/16.
const HALVING: [u32; 17] = [
    65_536, 62_757, 60_097, 57_549, 55_109, 52_773, 50_535, 48_393, 46_341, 44_376, 42_495, 40_693, 38_968, 37_316,
    35_734, 34_219, 32_768,
];

/// 0.5 to the power of `age / half_life`, linear between sixteenths (off by at most 0.03 %).
/// A negative age counts as none: a clock was wrong, not the order.
pub(super) fn halved(age: i64, half_life: i64) -> u32 {
    let age = age.max(0);
    let halvings = age / half_life;
    if halvings > 16 {
        return 0;
    }
    // Spans are milliseconds: 16 * 256 * half a year still fits 45 bits.
    let fine = (age % half_life) * (16 * 256) / half_life;
    let (step, part) = ((fine / 256) as usize, (fine % 256) as u32);
    let (from, to) = (HALVING[step & 15], HALVING[(step & 15) + 1]);
    (from - (from - to) * part / 256) >> halvings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_the_powers_they_say() {
        for (k, weight) in BY_POSITION.iter().enumerate() {
            assert_eq!(f64::from(*weight), (0.6f64.powi(k as i32) * 65_536.0).round());
        }
        for (n, weight) in HALVING.iter().enumerate() {
            assert_eq!(f64::from(*weight), (0.5f64.powf(n as f64 / 16.0) * 65_536.0).round());
        }
    }

    #[test]
    fn halving_is_close_falls_and_never_overflows() {
        let half_life = 120 * 86_400_000;
        let mut before = u32::MAX;
        for day in 0..2_500 {
            let weight = halved(day * 86_400_000, half_life);
            let exact = 0.5f64.powf(day as f64 / 120.0) * 65_536.0;
            assert!((f64::from(weight) - exact).abs() <= exact * 0.0005 + 1.0, "{day}: {weight} {exact}");
            assert!(weight <= before);
            before = weight;
        }
        assert_eq!(halved(-5, half_life), ONE);
        assert_eq!(halved(i64::MAX, half_life), 0);
    }
}
