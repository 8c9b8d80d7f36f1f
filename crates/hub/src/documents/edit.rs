//! A clerk's edits in a shopper's document, under a grant.

use wellmet_engine::time::Instant;
use wellmet_state::Document;

use super::{ANONYMOUS, Documents, kept, of_life, open, place};
use crate::kept::{Kept, Live};
use crate::refusal::Refusal;
use crate::store::Key;
use crate::store::change::{Next, change};

/// A shopper's document, as routes name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whose {
    /// Her key.
    pub(crate) shopper: Key,
    /// Which life; see [`Kept`].
    pub(crate) life: u64,
    /// Whether she is a visitor, whose document vanishes when nobody comes back.
    pub(crate) anonymous: bool,
}

/// Under which name the hub writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Writer {
    /// The actor: one for each grant, so that a clerk's writes can be told from the shopper's.
    pub(crate) actor: u64,
    /// Whose the actor is; no device of another owner may add operations of it.
    pub(crate) owner: Key,
}

impl Documents {
    /// Changes a document. `work` may run more than once and sees the newest state each time; what it
    /// refuses leaves the document as it was. Returns the document's bytes.
    ///
    /// # Errors
    /// What `work` refuses; 410 when that life is over, 409 when the document became a customer's.
    pub(crate) async fn edit(
        &self,
        whose: Whose,
        writer: Writer,
        mut work: impl FnMut(&mut Document, &Live, Instant) -> Result<(), Refusal> + Send,
    ) -> Result<Vec<u8>, Refusal> {
        let now = self.clock.now();
        let Whose { shopper, life, anonymous } = whose;
        change(&*self.store, place(shopper), |present| {
            let mut live = match present.map(kept).transpose()? {
                None => Live { life, ..Live::default() },
                Some(kept) => of_life(kept, life)?,
            };
            let mut document = open(&live.body, writer.actor)?;
            let before = document.version().clone();
            work(&mut document, &live, now)?;
            if document.version() == &before {
                return Ok(Next::Keep(document.encode()));
            }
            live.seat(&before, document.version(), writer.owner, now);
            live.retire(&mut document, now);
            live.body = document.encode();
            let answer = live.body.clone();
            let until = anonymous.then_some(now + ANONYMOUS);
            Ok(Next::Put { value: Kept::Live(live).encode(), until, answer })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use std::sync::Arc;

    use wellmet_engine::time::Span;
    use wellmet_state::Value;
    use wellmet_state::exchange::Device;

    use super::*;
    use crate::clock::Clock;
    use crate::store::sqlite::SqliteStore;

    const NOON: Instant = Instant(1_800_000_000_000);

    struct Desk {
        documents: Documents,
        clock: Clock,
        whose: Whose,
        _directory: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let clock = Clock::standing(NOON);
            let store = SqliteStore::open(directory.path(), clock.clone()).unwrap();
            let documents = Documents::new(Arc::new(store), clock.clone(), false);
            let whose = Whose { shopper: Key::of("customer", "anna"), life: 1, anonymous: false };
            Self { documents, clock, whose, _directory: directory }
        }

        /// Exchanges until there is nothing more to say; the code of a refusal, if any.
        async fn meet(&self, device: &mut Device, speaker: Key) -> Option<&'static str> {
            for _ in 0..5 {
                let request = device.request(self.clock.now());
                let Whose { shopper, life, .. } = self.whose;
                let reply = self.documents.exchange(shopper, life, Some(speaker), &request).await.unwrap();
                let finished = device.finish(&reply, self.clock.now()).unwrap();
                if !finished.again {
                    return finished.refused;
                }
            }
            panic!("the exchange does not come to rest");
        }
    }

    #[tokio::test]
    async fn c32_an_order_takes_exactly_what_was_paid() {
        let desk = Desk::new();
        let (phone_of, laptop_of) = (Key::of("session", "phone"), Key::of("session", "laptop"));
        let (mut phone, mut laptop, mut tablet) = (Device::new(1), Device::new(2), Device::new(3));
        laptop.document.add("mug", 2, NOON).unwrap();
        desk.meet(&mut laptop, laptop_of).await;
        desk.meet(&mut phone, phone_of).await;
        desk.meet(&mut tablet, Key::of("session", "tablet")).await;

        // The laptop orders two; while she pays, the phone adds one, offline.
        let paid = desk.documents.snapshot(desk.whose).await.unwrap();
        assert_eq!(paid.lines, [("mug".to_owned(), 2)]);
        let paid = Snapshot::decode(&paid.encode()).unwrap();
        phone.document.add("mug", 1, NOON).unwrap();
        desk.documents.purchase(desk.whose, &paid).await.unwrap();
        // A payment provider tells twice.
        desk.documents.purchase(desk.whose, &paid).await.unwrap();

        desk.meet(&mut phone, phone_of).await;
        desk.meet(&mut laptop, laptop_of).await;
        assert_eq!((phone.document.quantity("mug"), laptop.document.quantity("mug")), (1, 1));
        // A tablet that was asleep for a week does not bring the bought ones back.
        desk.clock.advance(Span::days(7));
        assert_eq!(tablet.document.quantity("mug"), 2);
        desk.meet(&mut tablet, Key::of("session", "tablet")).await;
        assert_eq!(tablet.document.quantity("mug"), 1);
        desk.meet(&mut laptop, laptop_of).await;
        assert_eq!(laptop.document.quantity("mug"), 1);

        // A snapshot of another document is no order of this one.
        let mut other = Document::new(77);
        other.add("mug", 9, NOON).unwrap();
        let refused = desk.documents.purchase(desk.whose, &other.snapshot()).await.unwrap_err();
        assert_eq!(refused.code, "gap");
    }

    #[tokio::test]
    async fn c61_points_are_the_same_on_all_devices_and_only_the_hub_writes_them() {
        let desk = Desk::new();
        let (phone_of, laptop_of) = (Key::of("session", "phone"), Key::of("session", "laptop"));
        let (mut phone, mut laptop) = (Device::new(1), Device::new(2));
        for balance in [120, 85] {
            let set = |document: &mut Document, _: &Live, now| {
                document.set_view("points", "balance", Value::Number(balance), now).map_err(super::super::unreadable)
            };
            desk.documents.edit_as_hub(desk.whose, set).await.unwrap();
            assert_eq!(desk.meet(&mut phone, phone_of).await, None);
            assert_eq!(desk.meet(&mut laptop, laptop_of).await, None);
            for device in [&phone, &laptop] {
                assert_eq!(device.document.view_of("points", "balance"), Some(&Value::Number(balance)));
            }
        }
        // A device that gives itself points fools nobody else: the hub passes them over.
        phone.document.set_view("points", "balance", Value::Number(1_000_000), NOON).unwrap();
        desk.meet(&mut phone, phone_of).await;
        desk.meet(&mut laptop, laptop_of).await;
        assert_eq!(laptop.document.view_of("points", "balance"), Some(&Value::Number(85)));
        let kept = desk.documents.read(desk.whose.shopper, 1).await.unwrap();
        let kept = Document::decode(&kept, 9).unwrap();
        assert_eq!(kept.view_of("points", "balance"), Some(&Value::Number(85)));
    }
}
