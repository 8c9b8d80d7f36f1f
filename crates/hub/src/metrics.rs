//! Counts for Prometheus, none of which says anything of a person.

use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::due::Round;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Class {
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

/// All counts of one hub.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Class, Counter>,
    seconds: Histogram,
    listeners: Gauge<i64, AtomicI64>,
    taken_in: Family<Kind, Counter>,
    messages: Family<Kind, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("wellmet_hub");
        let requests = Family::default();
        // 0.25 ms to 4 s: an exchange is some milliseconds, a login some more.
        let seconds = Histogram::new(exponential_buckets(0.000_25, 2.0, 15));
        let listeners = Gauge::default();
        let (taken_in, messages) = (Family::default(), Family::default());
        registry.register("requests", "Requests answered, by class of status", requests.clone());
        registry.register("request_seconds", "Time until the head of an answer", seconds.clone());
        registry.register("listeners", "Pages that listen for changes", listeners.clone());
        registry.register("taken_in", "Orders, stock, events and redemptions taken in", taken_in.clone());
        registry.register("messages", "Messages by what became of them", messages.clone());
        Self { registry, requests, seconds, listeners, taken_in, messages }
    }
}

impl Metrics {
    pub(crate) fn answered(&self, status: StatusCode, time: Duration) {
        let status = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&Class { status }).inc();
        self.seconds.observe(time.as_secs_f64());
    }

    /// Something came in: `order`, `stock`, `event`, `redemption`.
    pub(crate) fn took_in(&self, kind: &'static str) {
        self.taken_in.get_or_create(&Kind { kind }).inc();
    }

    pub(crate) fn round(&self, round: Round) {
        let counts =
            [("due", round.due), ("sent", round.sent), ("cancelled", round.cancelled), ("put_off", round.waiting)];
        for (kind, count) in counts {
            self.messages.get_or_create(&Kind { kind }).inc_by(count as u64);
        }
    }

    /// The text that Prometheus reads (OpenMetrics).
    pub(crate) fn text(&self, listeners: usize) -> String {
        self.listeners.set(i64::try_from(listeners).unwrap_or(i64::MAX));
        let mut out = String::new();
        // Writing into a string does not fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}
