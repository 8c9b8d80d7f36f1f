//! What the hub itself does in a document: takes away what was paid, sets what it alone says (points).
//! Its operations are like any device's and travel as theirs do.

use wellmet_state::{Document, Error, Kind, Snapshot, line};

use super::{ANONYMOUS, Documents, hub_actor, kept, open, place};
use crate::kept::{Kept, Live, MOST_PAID};
use crate::refusal::Refusal;
use crate::store::Key;
use crate::store::change::{Next, change};

/// How an order's lines left the cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// They are out of it, or never were in it.
    Done,
    /// A device holds them and has not brought them yet; they go when it does.
    Waiting,
    /// There is no document to take them from.
    NoDocument,
}

/// One line that was paid, by the cart's own name for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PaidLine {
    /// Line key.
    pub(crate) key: String,
    /// Pieces.
    pub(crate) quantity: u32,
}

/// The key that the cart gives an article with options (`colour=red&size=m`).
pub(crate) fn line_key(item: &str, options: &str) -> Option<String> {
    line::key(item, &line::canonical(options).ok()?).ok()
}

impl Documents {
    /// The document as it is, whichever life it is in; `None` when there is none in use.
    pub(crate) async fn look(&self, shopper: Key) -> Result<Option<Document>, Refusal> {
        let Some(found) = self.store.get(place(shopper)).await? else { return Ok(None) };
        match kept(&found.value)? {
            Kept::Live(live) => open(&live.body, hub_actor(shopper, live.life)).map(Some),
            Kept::Sealed { .. } | Kept::Erased { .. } => Ok(None),
        }
    }

    /// Changes a document in use by a step that may run more than once. `None` when there is none.
    pub(crate) async fn adjust<A: Send>(
        &self,
        shopper: Key,
        anonymous: bool,
        mut step: impl FnMut(&mut Document) -> Result<A, Refusal> + Send,
    ) -> Result<Option<A>, Refusal> {
        self.work(shopper, anonymous, |document, _| step(document)).await
    }

    /// Takes away exactly what a snapshot says was paid. Doing it twice changes nothing.
    pub(crate) async fn purchase(
        &self,
        shopper: Key,
        anonymous: bool,
        snapshot: &Snapshot,
    ) -> Result<Settled, Refusal> {
        let step = |document: &mut Document, live: &mut Live| match document.purchase(snapshot, &live.retired) {
            Ok(()) => Ok(Settled::Done),
            Err(Error::Gap) => {
                let bytes = snapshot.encode();
                if !live.paid.contains(&bytes) {
                    live.paid.push(bytes);
                    let over = live.paid.len().saturating_sub(MOST_PAID);
                    live.paid.drain(..over);
                }
                Ok(Settled::Waiting)
            }
            Err(error) => Err(super::unreadable(error)),
        };
        Ok(self.work(shopper, anonymous, step).await?.unwrap_or(Settled::NoDocument))
    }

    /// Takes away what an order without a snapshot paid: as many pieces of each line as it names. The mark
    /// `order:ID` in the document keeps a repetition from taking more.
    pub(crate) async fn purchase_lines(
        &self,
        shopper: Key,
        order: &str,
        lines: &[PaidLine],
    ) -> Result<Settled, Refusal> {
        let (now, mark) = (self.clock.now(), format!("order:{order}"));
        let done = self
            .adjust(shopper, false, |document| {
                if document.marked(&mark).is_some() {
                    return Ok(());
                }
                for line in lines {
                    let there = document.quantity(&line.key);
                    let stays = there.saturating_sub(line.quantity);
                    // Nothing is set on a line that is not there.
                    if there > 0 && stays > 0 {
                        document.set_quantity(&line.key, stays, now).map_err(super::unreadable)?;
                    } else if there > 0 {
                        document.remove(&line.key);
                    }
                }
                // A document full of marks still loses its lines; only the guard against repetition is gone.
                let _ = document.mark(&mark, now);
                Ok(())
            })
            .await?;
        Ok(if done.is_some() { Settled::Done } else { Settled::NoDocument })
    }

    async fn work<A: Send>(
        &self,
        shopper: Key,
        anonymous: bool,
        mut step: impl FnMut(&mut Document, &mut Live) -> Result<A, Refusal> + Send,
    ) -> Result<Option<A>, Refusal> {
        let now = self.clock.now();
        let until = anonymous.then(|| now + ANONYMOUS);
        change(&*self.store, place(shopper), |present| {
            let Some(Kept::Live(mut live)) = present.map(kept).transpose()? else { return Ok(Next::Keep(None)) };
            let mut document = open(&live.body, hub_actor(shopper, live.life))?;
            let (before, paid) = (document.clone(), live.paid.len());
            let answer = step(&mut document, &mut live)?;
            if document == before && live.paid.len() == paid {
                return Ok(Next::Keep(Some(answer)));
            }
            live.seat(before.version(), document.version(), shopper, now);
            live.settle(&mut document);
            live.body = document.encode();
            Ok(Next::Put { value: Kept::Live(live).encode(), until, answer: Some(answer) })
        })
        .await
    }
}

impl Live {
    /// Takes away what orders have paid and a device has brought only now.
    pub(super) fn settle(&mut self, document: &mut Document) {
        let retired = &self.retired;
        self.paid.retain(|bytes| {
            // What cannot be read any more will not become readable by waiting.
            let Ok(snapshot) = Snapshot::decode(bytes) else { return false };
            document.purchase(&snapshot, retired) == Err(Error::Gap)
        });
    }
}

/// Names of views: what the hub alone writes.
pub(crate) const POINTS: &str = "points";

/// Whether a document shows this of the points already.
pub(crate) fn shows(document: &Document, field: &str, number: i64) -> bool {
    document.value(Kind::View, POINTS, field).is_some_and(|value| value.number() == number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use std::sync::Arc;

    use wellmet_engine::time::{Instant, Span};
    use wellmet_state::Value;
    use wellmet_state::exchange::Device;

    use super::super::edit::Whose;
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
        let paid = desk.documents.look(desk.whose.shopper).await.unwrap().unwrap().snapshot();
        assert_eq!(paid.lines, [("mug".to_owned(), 2)]);
        let paid = Snapshot::decode(&paid.encode()).unwrap();
        phone.document.add("mug", 1, NOON).unwrap();
        assert_eq!(desk.documents.purchase(desk.whose.shopper, false, &paid).await.unwrap(), Settled::Done);
        // A payment provider tells twice.
        assert_eq!(desk.documents.purchase(desk.whose.shopper, false, &paid).await.unwrap(), Settled::Done);

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
        let settled = desk.documents.purchase(desk.whose.shopper, false, &other.snapshot()).await.unwrap();
        assert_eq!(settled, Settled::Waiting);
        assert_eq!(desk.documents.look(desk.whose.shopper).await.unwrap().unwrap().quantity("mug"), 1);
    }

    #[tokio::test]
    async fn c61_points_are_the_same_on_all_devices_and_only_the_hub_writes_them() {
        let desk = Desk::new();
        let (phone_of, laptop_of) = (Key::of("session", "phone"), Key::of("session", "laptop"));
        let (mut phone, mut laptop) = (Device::new(1), Device::new(2));
        for balance in [120, 85] {
            let set = |document: &mut Document| {
                document.set_view(POINTS, "balance", Value::Number(balance), NOON).map_err(super::super::unreadable)
            };
            // A shopper who never did anything has no document to show them in.
            desk.documents.open(desk.whose.shopper).await.unwrap();
            assert_eq!(desk.documents.adjust(desk.whose.shopper, false, set).await.unwrap(), Some(()));
            assert_eq!(desk.meet(&mut phone, phone_of).await, None);
            assert_eq!(desk.meet(&mut laptop, laptop_of).await, None);
            for device in [&phone, &laptop] {
                assert_eq!(device.document.view_of(POINTS, "balance"), Some(&Value::Number(balance)));
            }
        }
        // A device that gives itself points fools nobody else: the hub passes them over.
        phone.document.set_view(POINTS, "balance", Value::Number(1_000_000), NOON).unwrap();
        desk.meet(&mut phone, phone_of).await;
        desk.meet(&mut laptop, laptop_of).await;
        assert_eq!(laptop.document.view_of(POINTS, "balance"), Some(&Value::Number(85)));
        let kept = desk.documents.read(desk.whose.shopper, 1).await.unwrap();
        let kept = Document::decode(&kept, 9).unwrap();
        assert_eq!(kept.view_of(POINTS, "balance"), Some(&Value::Number(85)));
    }
}
