//! A shopper's own history with the hub: when somebody signed in as her, out, or read her data, and what
//! a clerk did with her leave. She sees it in her export; it is the first thing to look at when she says "that was not me".

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wellmet_engine::time::{Instant, Span};

use crate::refusal::Refusal;
use crate::store::{Key, Owner, Store};

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
    /// She let a clerk look or edit.
    Granted,
    /// A clerk opened what she granted.
    GrantOpened,
    /// A clerk changed something.
    GrantEdited,
    /// She took a grant back.
    GrantRevoked,
    /// The clerk was done and gave it back.
    GrantReturned,
}

impl Event {
    /// Whether it is about a clerk.
    pub(crate) const fn of_grants(self) -> bool {
        matches!(self, Self::Granted | Self::GrantOpened | Self::GrantEdited | Self::GrantRevoked | Self::GrantReturned)
    }
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
    /// What.
    pub(crate) event: Event,
    /// Who, when it was not the shopper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    /// What was done, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) what: Option<String>,
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
        self.note_by(shopper, event, now, None, None).await
    }

    pub(crate) async fn note_by(
        &self,
        shopper: Key,
        event: Event,
        now: Instant,
        by: Option<String>,
        what: Option<String>,
    ) -> Result<(), Refusal> {
        let entry = serde_json::to_vec(&Entry { at: now.0, event, by, what }).expect("numbers and texts are JSON");
        Ok(self.store.append_of(Owner::Is(shopper), subject(shopper), entry, Some(now + KEPT)).await?)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    #[test]
    fn every_event_is_described() {
        let mut all = vec![Event::SignedIn];
        while let Some(next) = match all[all.len() - 1] {
            Event::SignedIn => Some(Event::SignedOut),
            Event::SignedOut => Some(Event::Exported),
            Event::Exported => Some(Event::Granted),
            Event::Granted => Some(Event::GrantOpened),
            Event::GrantOpened => Some(Event::GrantEdited),
            Event::GrantEdited => Some(Event::GrantRevoked),
            Event::GrantRevoked => Some(Event::GrantReturned),
            Event::GrantReturned => None,
        } {
            all.push(next);
        }
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json")).unwrap();
        let page: serde_json::Value = serde_json::from_str(&page).unwrap();
        let described =
            &page["components"]["schemas"]["Export"]["properties"]["history"]["items"]["properties"]["event"]["enum"];
        assert_eq!(described, &serde_json::to_value(all).unwrap());
    }
}
