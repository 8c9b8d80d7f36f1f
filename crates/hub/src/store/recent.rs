//! What a hub read or wrote last of a place, so that the next change there needs one round trip instead of two.
//!
//! It is a belief, never an answer. Another hub may have written since, so nobody is told anything from memory alone:
//! a change is handed out when the store has taken it *under the remembered revision*, which proves that nothing was
//! older; one that would change nothing, or would be refused, asks the store first. A belief that was
//! wrong costs one more round.
//!
//! A value whose time is over vanishes for readers. A remembered one may be written on until it is forgotten: a document
//! that ends within [`AGE`] of its shopper's last visit lives on when she comes back, which is no loss to her.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use wellmet_engine::time::{Instant, Span};

use super::change::{MOST_ROUNDS, Next};
use super::{Key, Owner, Place, Store, Swap, Versioned};
use crate::clock::Clock;
use crate::refusal::Refusal;

/// Most memory that is used, in bytes, with what surrounds the values: some 30,000 carts of usual size.
const MOST: usize = 16 << 20;
/// What surrounds a value in memory, in bytes, rounded up.
const AROUND: usize = 256;
/// How long a value is remembered. Short, since what is erased at one hub is forgotten by the others in this time, as
/// soon as they serve anybody; long enough for a visit.
const AGE: Span = Span(10 * 60_000);

/// The last values of one bucket's places, the least recently used forgotten first.
#[derive(Debug)]
pub(crate) struct Recent {
    clock: Clock,
    most: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    values: HashMap<Key, (u64, Instant, Versioned)>,
    /// In the order of their last use.
    order: BTreeMap<u64, Key>,
    next: u64,
    bytes: usize,
}

impl Held {
    fn take(&mut self, key: Key) -> Option<(Instant, Versioned)> {
        let (turn, at, value) = self.values.remove(&key)?;
        self.order.remove(&turn);
        self.bytes -= value.value.len() + AROUND;
        Some((at, value))
    }

    fn put(&mut self, key: Key, at: Instant, value: Versioned) {
        self.take(key);
        self.bytes += value.value.len() + AROUND;
        self.order.insert(self.next, key);
        self.values.insert(key, (self.next, at, value));
        self.next += 1;
    }

    /// Forgets what is old, and the least recently used of what is too much.
    fn shrink(&mut self, most: usize, now: Instant) {
        while let Some((_, key)) = self.order.first_key_value().map(|(turn, key)| (*turn, *key)) {
            let old = self.values.get(&key).is_none_or(|(_, at, _)| now - *at >= AGE);
            if !old && self.bytes <= most {
                break;
            }
            self.take(key);
        }
    }
}

impl Recent {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, most: MOST, held: Mutex::default() }
    }

    /// Takes out what is remembered of a place: whoever fails with it leaves nothing behind, and of two at once only
    /// one believes.
    fn take(&self, key: Key) -> Option<Versioned> {
        let now = self.clock.now();
        let (at, value) = self.held.lock().unwrap_or_else(PoisonError::into_inner).take(key)?;
        (now - at < AGE).then_some(value)
    }

    fn put(&self, key: Key, value: Versioned) {
        let now = self.clock.now();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.put(key, now, value);
        held.shrink(self.most, now);
    }

    /// Forgets a place.
    pub(crate) fn forget(&self, key: Key) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take(key);
    }

    /// [`super::change::change`], beginning with what is remembered.
    ///
    /// # Errors
    /// As there.
    pub(crate) async fn change<T: Send>(
        &self,
        store: &dyn Store,
        place: Place,
        mut step: impl FnMut(Option<&[u8]>) -> Result<Next<T>, Refusal> + Send,
    ) -> Result<T, Refusal> {
        let mut known = self.take(place.key).map(Some);
        let mut believed = known.is_some();
        for _ in 0..MOST_ROUNDS {
            let certain = !std::mem::take(&mut believed);
            let present = match known.take() {
                Some(present) => present,
                None => store.get(place).await?,
            };
            let seen = present.as_ref().map(|present| present.revision);
            let (owner, value, until, answer) = match step(present.as_ref().map(|present| present.value.as_slice())) {
                Ok(Next::Put { value, until, answer }) => (Owner::Named, Some(value), until, answer),
                Ok(Next::PutOf { owner, value, until, answer }) => (owner, Some(value), until, answer),
                Ok(Next::Remove(answer)) if seen.is_some() => (Owner::Nobody, None, None, answer),
                Ok(Next::Keep(answer) | Next::Remove(answer)) => {
                    let present = if certain { present } else { store.get(place).await? };
                    if present.as_ref().map(|present| present.revision) != seen {
                        known = Some(present);
                        continue;
                    }
                    if let Some(present) = present {
                        self.put(place.key, present);
                    }
                    return Ok(answer);
                }
                Err(refusal) if certain => return Err(refusal),
                Err(_) => continue,
            };
            if let Swap::Done(revision) = store.swap_of(owner, place, seen, value.clone(), until).await? {
                if let Some(value) = value {
                    self.put(place.key, Versioned { revision, value });
                }
                return Ok(answer);
            }
        }
        Err(Refusal::busy())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use std::sync::Arc;

    use super::*;
    use crate::store::Bucket;
    use crate::store::sqlite::SqliteStore;

    const NOON: Instant = Instant(1_800_000_000_000);

    struct Hub {
        store: Arc<SqliteStore>,
        recent: Recent,
    }

    impl Hub {
        /// Adds a letter, at most `most` of them; what was there before.
        async fn add(&self, letter: char, most: usize) -> Result<String, Refusal> {
            let step = |present: Option<&[u8]>| {
                let before = String::from_utf8(present.unwrap_or_default().to_vec()).unwrap();
                match before.len() {
                    length if length > most => Err(Refusal::busy()),
                    length if length == most => Ok(Next::Keep(before)),
                    _ => Ok(Next::Put { value: format!("{before}{letter}").into_bytes(), until: None, answer: before }),
                }
            };
            self.recent.change(&*self.store, spot(), step).await
        }
    }

    fn spot() -> Place {
        Place { bucket: Bucket::Document, key: Key::of("test", "place") }
    }

    fn two_hubs() -> (Hub, Hub, Clock, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        let clock = Clock::standing(NOON);
        let store = Arc::new(SqliteStore::open(directory.path(), clock.clone()).unwrap());
        let hub = || Hub { store: Arc::clone(&store), recent: Recent::new(clock.clone()) };
        (hub(), hub(), clock, directory)
    }

    #[tokio::test]
    async fn what_another_hub_wrote_is_never_overlooked() {
        let (one, two, _, _directory) = two_hubs();
        for (hub, letter, before) in
            [(&one, 'a', ""), (&two, 'b', "a"), (&one, 'c', "ab"), (&one, 'd', "abc"), (&two, 'e', "abcd")]
        {
            assert_eq!(hub.add(letter, 9).await.unwrap(), before);
        }
        // What changes nothing by memory does so by the store.
        assert_eq!(one.add('f', 4).await.map_err(|refusal| refusal.code), Err("busy"), "there are five by now");
        assert_eq!(one.add('f', 5).await.unwrap(), "abcde");
        assert_eq!(two.add('f', 9).await.unwrap(), "abcde");
        assert_eq!(one.add('g', 6).await.unwrap(), "abcdef", "remembered as five letters, found to be six");
        // And what is refused by memory only is not refused.
        assert!(
            two.store.swap(spot(), two.recent.take(spot().key).map(|known| known.revision), None, None).await.is_ok()
        );
        assert_eq!(one.add('h', 3).await.unwrap(), "");
    }

    #[tokio::test]
    async fn memory_is_bounded_in_bytes_and_in_time() {
        let (mut hub, _, clock, _directory) = two_hubs();
        hub.recent.most = 10 * (AROUND + 1);
        let key = |n: u32| Key::of("test", &n.to_string());
        let value = || Versioned { revision: super::super::Revision(1), value: vec![0] };
        for n in 0..100 {
            hub.recent.put(key(n), value());
        }
        assert_eq!(hub.recent.take(key(89)), None, "the least recently used went first");
        assert_eq!(hub.recent.take(key(90)), Some(value()));
        assert_eq!(hub.recent.held.lock().unwrap().values.len(), 9);
        hub.recent.forget(key(91));
        assert_eq!(hub.recent.take(key(91)), None);
        clock.advance(AGE);
        assert_eq!(hub.recent.take(key(92)), None, "too old to be believed");
        hub.recent.put(key(1), value());
        let held = hub.recent.held.lock().unwrap();
        assert_eq!((held.values.len(), held.order.len(), held.bytes), (1, 1, AROUND + 1));
    }
}
