//! Finding the minimum of a function of a few positive parameters.
//!
//! Nelder & Mead, "A Simplex Method for Function Minimization", 1965, on the logarithms, started again
//! from where it stopped until that changes nothing. It needs no derivatives, cannot diverge, and a
//! minimum at infinity shows as a parameter that runs away instead of as an error.

/// Where the search ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Minimum<const N: usize> {
    pub(super) at: [f64; N],
    pub(super) value: f64,
}

/// Logarithms are kept within this distance from 0: parameters from 1e-9 to 1e9.
const FAR: f64 = 20.7;
const STEPS: usize = 4_000;
const STARTS: usize = 20;

/// Minimizes `f` from `start`. A value that is no number counts as infinite.
pub(super) fn minimize<const N: usize>(start: [f64; N], f: impl Fn(&[f64; N]) -> f64) -> Minimum<N> {
    let value = |logs: &[f64; N]| {
        if logs.iter().any(|log| log.abs() > FAR) {
            return f64::INFINITY;
        }
        let value = f(&logs.map(f64::exp));
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let mut best = start.map(f64::ln);
    let mut lowest = value(&best);
    for round in 0..STARTS {
        // The first simplex is wide, later ones probe whether the first one stopped too early.
        let width = if round == 0 { 1.0 } else { 0.05 };
        let (at, low) = simplex(best, width, &value);
        let gained = lowest - low;
        (best, lowest) = (at, low);
        if round > 0 && gained < 1e-10 * lowest.abs().max(1.0) {
            break;
        }
    }
    Minimum { at: best.map(f64::exp), value: lowest }
}

fn simplex<const N: usize>(start: [f64; N], width: f64, f: &impl Fn(&[f64; N]) -> f64) -> ([f64; N], f64) {
    let mut corners: Vec<([f64; N], f64)> = vec![(start, f(&start))];
    for axis in 0..N {
        let mut corner = start;
        corner[axis] += width;
        corners.push((corner, f(&corner)));
    }
    for _ in 0..STEPS {
        corners.sort_by(|x, y| x.1.total_cmp(&y.1));
        let size = (0..N)
            .map(|axis| corners.iter().map(|corner| (corner.0[axis] - corners[0].0[axis]).abs()).fold(0.0, f64::max))
            .fold(0.0, f64::max);
        if size < 1e-9 {
            break;
        }
        let worst = corners[N];
        let middle: [f64; N] =
            core::array::from_fn(|axis| corners[..N].iter().map(|corner| corner.0[axis]).sum::<f64>() / N as f64);
        let along = |t: f64| {
            let mut point = middle;
            for axis in 0..N {
                point[axis] += t * (worst.0[axis] - middle[axis]);
            }
            (point, f(&point))
        };
        let mirrored = along(-1.0);
        let next = if mirrored.1 < corners[0].1 {
            let further = along(-2.0);
            if further.1 < mirrored.1 { further } else { mirrored }
        } else if mirrored.1 < corners[N - 1].1 {
            mirrored
        } else {
            along(if mirrored.1 < worst.1 { -0.5 } else { 0.5 })
        };
        if next.1 < worst.1.min(mirrored.1) || next.1 < corners[N - 1].1 {
            corners[N] = next;
        } else {
            let best = corners[0].0;
            for corner in &mut corners[1..] {
                corner.0 = core::array::from_fn(|axis| (corner.0[axis] + best[axis]) / 2.0);
                corner.1 = f(&corner.0);
            }
        }
    }
    corners.sort_by(|x, y| x.1.total_cmp(&y.1));
    corners[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_end_of_a_curved_valley() {
        // Rosenbrock's function, moved so that its minimum is at (1, 1) for positive arguments.
        let found = minimize([5.0, 0.2], |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2));
        assert!(found.at.iter().all(|x| (x - 1.0).abs() < 1e-5), "{found:?}");
    }

    #[test]
    fn a_minimum_at_infinity_is_a_large_parameter_and_no_error() {
        let found = minimize([1.0, 1.0], |[x, y]| 1.0 / x + (y - 2.0).powi(2));
        assert!(found.at[0] > 1e6 && (found.at[1] - 2.0).abs() < 1e-2, "{found:?}");
        assert!(minimize([1.0], |_| f64::NAN).value.is_infinite());
    }
}
