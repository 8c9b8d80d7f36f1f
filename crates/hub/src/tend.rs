//! What the hub does without being asked: finishes erasures, settles budgets, looks at what is due.

use std::sync::Arc;
use std::time::Duration;

use crate::app::Hub;
use crate::due::Round;
use crate::refusal::Refusal;

/// How often unfinished work is tried again.
const TEND_EVERY: Duration = Duration::from_secs(60);
/// Parts in which customers are looked at, by the first byte of their keys.
const PARTS: u32 = 256;

/// Runs for as long as the hub does.
pub(crate) async fn tend(hub: Arc<Hub>) {
    let parts = async {
        let every = Duration::from_millis(hub.config.due_every.0.max(1_000).cast_unsigned()) / PARTS;
        let mut tick = tokio::time::interval(every);
        // A hub that was asleep does not make up for it at a gallop.
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for first in (0..=u8::MAX).cycle() {
            tick.tick().await;
            match hub.look_after_part(first).await {
                Ok(round) => hub.metrics.round(round),
                Err(refusal) => tracing::warn!(code = refusal.code, "what is due could not be looked at"),
            }
        }
    };
    let rest = async {
        let mut tick = tokio::time::interval(TEND_EVERY);
        loop {
            tick.tick().await;
            hub.finish_erasures().await;
            let now = hub.config.clock.now();
            if let Err(refusal) = hub.tend_budgets(now).await {
                tracing::warn!(code = refusal.code, "budgets could not be settled yet");
            }
            if let Err(refusal) = hub.signing.rotate(now).await {
                tracing::warn!(code = refusal.code, "the signing keys could not be looked at");
            }
        }
    };
    tokio::join!(parts, rest);
}

impl Hub {
    /// Looks at everybody at once, for a shop that has a schedule of its own, and for tests.
    pub(crate) async fn look_after_all(&self) -> Result<Round, Refusal> {
        let mut round = Round::default();
        for first in 0..=u8::MAX {
            round.add(self.look_after_these(first).await?);
        }
        self.tend_budgets(self.config.clock.now()).await?;
        self.metrics.round(round);
        Ok(round)
    }
}
