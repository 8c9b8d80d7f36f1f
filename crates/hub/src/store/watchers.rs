//! Who waits for which place within this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::{Place, Revision};

/// Who waits for which place. Senders without receivers are dropped now and then.
#[derive(Debug, Default)]
pub(super) struct Watchers {
    places: Mutex<HashMap<Place, watch::Sender<Revision>>>,
}

/// A lock whose holder cannot leave half a change behind, so a panic elsewhere does not matter.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watchers {
    /// Tells of a change, once: a revision that was told already wakes nobody again.
    pub(super) fn wake(&self, place: Place, revision: Revision) {
        let places = lock(&self.places);
        let Some(sender) = places.get(&place) else { return };
        sender.send_if_modified(|latest| {
            let newer = revision > *latest;
            *latest = revision.max(*latest);
            newer
        });
    }

    /// Wakes everybody, because something may have been missed.
    pub(super) fn wake_all(&self) {
        for sender in lock(&self.places).values() {
            sender.send_modify(|_| {});
        }
    }

    /// A receiver for a place.
    pub(super) fn watch(&self, place: Place) -> watch::Receiver<Revision> {
        let mut places = lock(&self.places);
        // Before the map would grow, let go of the places that nobody watches any more.
        if places.len() == places.capacity() {
            places.retain(|_, sender| sender.receiver_count() > 0);
        }
        places.entry(place).or_insert_with(|| watch::Sender::new(Revision::default())).subscribe()
    }

    /// A receiver for a place, and whether it is the first.
    pub(super) fn join(&self, place: Place) -> (watch::Receiver<Revision>, Option<watch::Sender<Revision>>) {
        let mut places = lock(&self.places);
        if let Some(sender) = places.get(&place) {
            return (sender.subscribe(), None);
        }
        let sender = watch::Sender::new(Revision::default());
        let receiver = sender.subscribe();
        places.insert(place, sender.clone());
        (receiver, Some(sender))
    }

    /// Lets go of a place; `false` when somebody waits for it after all.
    pub(super) fn leave(&self, place: Place) -> bool {
        let mut places = lock(&self.places);
        if places.get(&place).is_some_and(|sender| sender.receiver_count() > 0) {
            return false;
        }
        places.remove(&place);
        true
    }
}
