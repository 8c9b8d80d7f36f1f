//! The hub's clock, handed in so that tests can move it and nothing else reads the system's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use wellmet_engine::time::{Instant, Span};

/// Tells the time. Clones tell the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds; `None` asks the system.
    set: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { set: None }
    }

    /// A clock that stands still at `at` until [`Self::advance`] moves it.
    #[must_use]
    pub fn standing(at: Instant) -> Self {
        Self { set: Some(Arc::new(AtomicI64::new(at.0))) }
    }

    /// Moves a standing clock; the system's stays what it is.
    pub fn advance(&self, by: Span) {
        if let Some(set) = &self.set {
            set.fetch_add(by.0, Ordering::SeqCst);
        }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        match &self.set {
            Some(set) => Instant(set.load(Ordering::SeqCst)),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Instant(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
        }
    }
}
