//! Logarithm, exponential and gamma function from basic operations.
//!
//! The standard library's come from the platform: their last bit differs between a server and wasm.
//! Addition, multiplication and division do not. Errors stay within a few units of the last place.

const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// `2 artanh(s)` for small `s`, by its series.
fn twice_artanh(s: f64) -> f64 {
    let square = s * s;
    // At |s| <= 0.1716 term 12 is below 1e-19 of the first.
    let mut sum = 0.0;
    for n in (0..12).rev() {
        sum = sum * square + 1.0 / f64::from(2 * n + 1);
    }
    2.0 * s * sum
}

/// Natural logarithm of a positive, normal number; negative infinity for 0, NaN for what is below.
#[must_use]
pub fn ln(x: f64) -> f64 {
    if x < f64::MIN_POSITIVE || !x.is_finite() {
        return if x >= 0.0 { if x > 1.0 { x } else { f64::NEG_INFINITY } } else { f64::NAN };
    }
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i32 - 1_023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > core::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    let k = f64::from(exponent);
    k * LN2_HIGH + (twice_artanh((mantissa - 1.0) / (mantissa + 1.0)) + k * LN2_LOW)
}

/// `ln(1 + x)`, exact for small `x` too. `x` above -1.
#[must_use]
pub fn ln_1p(x: f64) -> f64 {
    if (-0.25..0.4).contains(&x) { twice_artanh(x / (2.0 + x)) } else { ln(1.0 + x) }
}

/// The largest whole number up to `x`, which is below 2^31. The page has no standard library to do it.
fn floor(x: f64) -> f64 {
    let whole = f64::from(x as i32);
    if whole > x { whole - 1.0 } else { whole }
}

/// `e^rest - 1` and `k`, with `x = k ln 2 + rest` and a small rest. `x` from -745 to 709.
fn reduced(x: f64) -> (f64, f64) {
    let k = floor(x * core::f64::consts::LOG2_E + 0.5);
    let rest = (x - k * LN2_HIGH) - k * LN2_LOW;
    // At |rest| <= 0.347 term 15 is below 1e-19.
    let sum = (2..16).rev().fold(1.0, |sum, n| 1.0 + sum * rest / f64::from(n));
    (sum * rest, k)
}

/// `e^x`.
#[must_use]
pub fn exp(x: f64) -> f64 {
    if !(-745.0..=709.0).contains(&x) {
        return if x > 0.0 { f64::INFINITY } else { 0.0 };
    }
    let (small, k) = reduced(x);
    // In two steps: 2^k alone may be too small to be written down.
    let half = floor(k / 2.0);
    let power = |k: f64| f64::from_bits(((k as i64 + 1_023) as u64) << 52);
    (small + 1.0) * power(half) * power(k - half)
}

/// `e^x - 1`, exact for small `x` too.
#[must_use]
pub fn exp_m1(x: f64) -> f64 {
    if x.abs() < 0.3 { reduced(x).0 } else { exp(x) - 1.0 }
}

/// Natural logarithm of the gamma function for positive `x`.
///
/// Stirling's series from 10 on (Abramowitz & Stegun 6.1.41), the recurrence below.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 10.0 {
        product *= x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    const TERMS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1_260.0,
        -1.0 / 1_680.0,
        1.0 / 1_188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3_617.0 / 122_400.0,
    ];
    let series = TERMS.iter().rev().fold(0.0, |sum, term| sum * square + term) / x;
    const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
    (x - 0.5) * ln(x) - x + HALF_LN_TAU + series - ln(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(ours: f64, theirs: f64, ulps: f64) {
        let error = (ours - theirs).abs();
        assert!(error <= theirs.abs() * f64::EPSILON * ulps, "{ours} {theirs}");
    }

    #[test]
    fn as_exact_as_the_platform() {
        let mut x = 1e-300;
        while x < 1e300 {
            close(ln(x), x.ln(), 2.0);
            x *= 1.37;
        }
        for n in -7_000..7_000 {
            let x = f64::from(n) * 0.1;
            close(exp(x), x.exp(), 4.0);
        }
        for n in 1..4_000 {
            let x = f64::from(n) * 1e-4;
            close(ln_1p(x), x.ln_1p(), 4.0);
            close(ln_1p(-x), (-x).ln_1p(), 4.0);
            close(exp_m1(x), x.exp_m1(), 8.0);
            close(exp_m1(-x), (-x).exp_m1(), 8.0);
        }
        assert_eq!((ln(0.0), ln(1.0), exp(0.0)), (f64::NEG_INFINITY, 0.0, 1.0));
        assert!(ln(-1.0).is_nan());
        assert_eq!((exp(-1e9), exp(1e9)), (0.0, f64::INFINITY));
    }

    #[test]
    fn gamma_is_the_factorial() {
        let mut factorial = 1.0f64;
        for n in 1..100 {
            let (ours, theirs) = (ln_gamma(f64::from(n)), factorial.ln());
            assert!((ours - theirs).abs() < 1e-13 * theirs.max(10.0), "{n}: {ours} {theirs}");
            factorial *= f64::from(n);
        }
        // Gamma(1/2) is the root of pi; Gamma(1/4) from the tables.
        assert!((ln_gamma(0.5) - core::f64::consts::PI.sqrt().ln()).abs() < 1e-13);
        assert!((ln_gamma(0.25) - 3.625_609_908_221_908_f64.ln()).abs() < 1e-13);
    }
}
