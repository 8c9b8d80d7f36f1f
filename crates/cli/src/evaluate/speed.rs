//! How long a question takes here and now.

use serde::Serialize;
use std::time::{Duration, Instant};

/// Times of single calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Stopwatch {
    times: Vec<Duration>,
}

impl Stopwatch {
    /// Measures one call.
    pub(super) fn time<T>(&mut self, call: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let value = call();
        self.times.push(start.elapsed());
        value
    }

    pub(super) fn speed(mut self) -> Speed {
        self.times.sort_unstable();
        let at = |share: f64| {
            let index = (self.times.len().saturating_sub(1) as f64 * share) as usize;
            self.times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e6)
        };
        Speed { median_us: at(0.5), p99_us: at(0.99), queries: self.times.len() }
    }
}

/// How long a query took, in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Speed {
    /// Half of the queries were faster.
    pub median_us: f64,
    /// 99 of 100 were faster.
    pub p99_us: f64,
    /// Queries measured.
    pub queries: usize,
}
