//! A customer's own history with the hub: when somebody signed in as her, out, or read her data. She
//! sees it in her export; it is the first thing to look at when she says "that was not me".

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wellmet_engine::time::{Instant, Span};

use crate::refusal::Refusal;
use crate::store::{Key, Store};

/// How long an entry is kept.
const KEPT: Span = Span::days(90);
/// Entries shown in an export.
const SHOWN: usize = 1_000;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Event {
    /// A browser signed in with a token of the shop.
    SignedIn,
    /// It signed out.
    SignedOut,
    /// All that is known was handed out.
    Exported,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
    /// What.
    pub(crate) event: Event,
}

/// All histories.
#[derive(Clone)]
pub(crate) struct History {
    store: Arc<dyn Store>,
}

fn subject(shopper: Key) -> Key {
    Key::of("history", &shopper.hex())
}

impl History {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    pub(crate) async fn note(&self, shopper: Key, event: Event, now: Instant) -> Result<(), Refusal> {
        let entry = serde_json::to_vec(&Entry { at: now.0, event }).expect("a number and a name are JSON");
        Ok(self.store.append(subject(shopper), entry, Some(now + KEPT)).await?)
    }

    pub(crate) async fn of(&self, shopper: Key) -> Result<Vec<Entry>, Refusal> {
        let entries = self.store.read(subject(shopper), SHOWN).await?;
        // An entry of a later release is of no use here and does no harm.
        Ok(entries.iter().filter_map(|entry| serde_json::from_slice(entry).ok()).collect())
    }

    pub(crate) async fn purge(&self, shopper: Key) -> Result<(), Refusal> {
        Ok(self.store.purge(subject(shopper)).await?)
    }
}
