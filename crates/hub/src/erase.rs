//! Forgetting a shopper, for good and everywhere.
//!
//! What belongs to her lies in several places, and the hub may stop between two of them. So an
//! erasure is first written down (by keys, which name nobody), then done step by step, then noted as
//! done; one that was begun and not done is taken up again at start and every minute. Each step may be
//! repeated. The document comes first: from then on its place holds a marker that every device meets.
//! Where data is sealed ([`crate::store::sealed`]) her data keys are destroyed at last, so that older copies of the
//! data hold nothing of her that could be read.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use wellmet_engine::time::Span;

use crate::app::Hub;
use crate::identity::cookie;
use crate::refusal::Refusal;
use crate::store::{Key, Owner};

/// How long the note of an erasure is kept: as long as a browser may come back.
const NOTED: Span = Span(cookie::LONGEST * 1_000);
/// Most notes looked at when the hub starts.
const MOST_NOTES: usize = 100_000;

/// An erasure, by keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Erasure {
    /// Names this erasure.
    pub(crate) id: String,
    /// The customer, and which life of hers ends: a later one is not touched by a late repetition.
    pub(crate) customer: Option<(String, u64)>,
    /// The anonymous visitor at this browser.
    pub(crate) visitor: Option<String>,
}

/// An entry of the log of erasures.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Note {
    /// It will be done.
    Begun(Erasure),
    /// The one of this id was done.
    Done(String),
}

/// Erasures that were begun and could not be finished yet.
#[derive(Debug, Default)]
pub(crate) struct Unfinished {
    all: Mutex<Vec<Erasure>>,
    /// Held by the one that is at a customer: of two at once the first would let her begin anew while the second still
    /// removes.
    turn: tokio::sync::Mutex<()>,
}

fn subject() -> Key {
    Key::of("hub", "erasures")
}

impl Hub {
    /// Forgets a customer, a visitor, or both. Once this has returned, or has failed after noting the
    /// erasure, it will be done even if the hub stops now.
    pub(crate) async fn forget(&self, customer: Option<(Key, u64)>, visitor: Option<Key>) -> Result<(), Refusal> {
        let erasure = Erasure {
            id: crate::random::token::<16>()?,
            customer: customer.map(|(key, life)| (key.hex(), life)),
            visitor: visitor.map(|key| key.hex()),
        };
        self.note(&Note::Begun(erasure.clone())).await?;
        if let Err(refusal) = self.carry_out(&erasure).await {
            self.unfinished.push(erasure);
            return Err(refusal);
        }
        Ok(())
    }

    async fn carry_out(&self, erasure: &Erasure) -> Result<(), Refusal> {
        let _turn = if erasure.customer.is_some() { Some(self.unfinished.turn.lock().await) } else { None };
        if let Some(visitor) = erasure.visitor.as_deref().and_then(Key::from_hex) {
            self.carry_out_visitor(visitor).await?;
        }
        if let Some((hex, life)) = &erasure.customer
            && let Some(customer) = Key::from_hex(hex)
            // Before the marker: those of a later life are not among them.
            && let data_keys = self.store.data_keys(customer).await?
            && self.documents.erase_customer(customer, *life).await?
        {
            if let Some(account) = self.accounts.get(customer).await? {
                for session in account.sessions.iter().filter_map(|hex| Key::from_hex(hex)) {
                    self.sessions.bury(session).await?;
                }
                for visitor in account.visitors.iter().filter_map(|hex| Key::from_hex(hex)) {
                    self.carry_out_visitor(visitor).await?;
                }
            }
            self.grants.end_all(customer).await?;
            for order in self.records.at(customer).await?.map(|record| record.orders).unwrap_or_default() {
                self.wallets.remove_order(&order.id).await?;
                self.orders.remove(&order.id).await?;
            }
            self.empty_drawers(customer).await?;
            self.records.remove(customer).await?;
            self.history.purge(customer).await?;
            // Last of what is hers, as it says where the rest lies.
            self.accounts.remove(customer).await?;
            self.store.shred(customer, data_keys).await?;
            self.documents.erased(customer).await?;
        }
        self.store.scrub().await?;
        self.note(&Note::Done(erasure.id.clone())).await
    }

    async fn carry_out_visitor(&self, visitor: Key) -> Result<(), Refusal> {
        let data_keys = self.store.data_keys(visitor).await?;
        self.documents.erase_visitor(visitor).await?;
        self.grants.end_all(visitor).await?;
        self.history.purge(visitor).await?;
        self.empty_drawers(visitor).await?;
        Ok(self.store.shred(visitor, data_keys).await?)
    }

    /// What lies under a shopper's key beside her document, account and record.
    async fn empty_drawers(&self, shopper: Key) -> Result<(), Refusal> {
        for item in self.desks.get(shopper).await?.watched {
            self.wait_for(shopper, &item, false).await?;
        }
        self.desks.remove(shopper).await?;
        self.threads.remove(shopper).await?;
        self.journeys.remove(shopper).await?;
        self.points.remove(shopper).await?;
        self.wallets.remove(shopper).await
    }

    async fn note(&self, note: &Note) -> Result<(), Refusal> {
        let value = serde_json::to_vec(note).expect("texts are JSON");
        let until = Some(self.config.clock.now() + NOTED);
        Ok(self.store.append_of(Owner::Nobody, subject(), value, until).await?)
    }

    /// Finds the erasures that a hub before this one has begun and not done.
    pub(crate) async fn recall_erasures(&self) -> Result<(), Refusal> {
        let mut open: Vec<Erasure> = Vec::new();
        for value in self.store.read(subject(), MOST_NOTES).await? {
            match serde_json::from_slice(&value) {
                Ok(Note::Begun(erasure)) => open.push(erasure),
                Ok(Note::Done(id)) => open.retain(|erasure| erasure.id != id),
                Err(_) => tracing::error!("a note of an erasure cannot be read"),
            }
        }
        for erasure in open {
            self.unfinished.push(erasure);
        }
        Ok(())
    }

    /// Tries again what could not be finished.
    pub(crate) async fn finish_erasures(&self) {
        for erasure in self.unfinished.take() {
            if let Err(refusal) = self.carry_out(&erasure).await {
                tracing::warn!(code = refusal.code, "an erasure could not be finished yet");
                self.unfinished.push(erasure);
            }
        }
    }
}

impl Unfinished {
    fn push(&self, erasure: Erasure) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).push(erasure);
    }

    fn take(&self) -> Vec<Erasure> {
        std::mem::take(&mut *self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use std::sync::Arc;

    use crate::clock::Clock;
    use crate::documents::{Documents, Standing};
    use crate::store::address::Address;
    use crate::store::{Bucket, Place, sealed};

    /// Three erasures of one customer at once, each at another step, and she comes back among them.
    #[tokio::test]
    async fn c04_a_slow_erasure_destroys_no_key_of_the_next_life() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Address::Directory(folder.path().join(name));
        let store = sealed::open(&at("data"), Some(&at("keys")), Clock::system()).await.unwrap();
        let documents = Documents::new(Arc::clone(&store), Clock::system(), false);
        let anna = crate::identity::named("anna");
        let life = documents.open(anna).await.unwrap();
        // The first is through with her keys, a request that was slow makes another, and the second lists that one.
        let first = store.data_keys(anna).await.unwrap();
        assert!(documents.erase_customer(anna, life).await.unwrap());
        store.shred(anna, first).await.unwrap();
        let late = Place { bucket: Bucket::Account, key: anna };
        store.swap(late, None, Some(b"{}".to_vec()), None).await.unwrap();
        let second = store.data_keys(anna).await.unwrap();
        assert_eq!(second.len(), 1);
        assert!(documents.erase_customer(anna, life).await.unwrap());
        // The third, which had begun before, says that she may come back, and she does.
        documents.erased(anna).await.unwrap();
        assert_eq!(documents.open(anna).await.unwrap(), life + 1);
        store.shred(anna, second).await.unwrap();
        assert_eq!(documents.standing(anna).await.unwrap(), Standing::Live);
        assert_eq!(documents.open(anna).await.unwrap(), life + 1);
        assert_eq!(store.get(late).await.unwrap(), None, "what the slow request left is gone");
        // One that comes later still finds another life and touches nothing.
        assert!(!documents.erase_customer(anna, life).await.unwrap());
    }
}
