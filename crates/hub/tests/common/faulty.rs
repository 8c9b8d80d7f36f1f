//! A store that fails for good after so many changes, as a hub that dies does to those who ask it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::watch;
use wellmet_engine::time::Instant;
use wellmet_hub::store::{
    Bucket, Entry, Key, Mark, Page, Pending, Place, Revision, Store, StoreError, Swap, Versioned,
};

/// The store; several may share what is left.
pub struct Faulty {
    inner: Arc<dyn Store>,
    left: Arc<AtomicI64>,
}

impl Faulty {
    pub fn over(inner: Arc<dyn Store>, left: &Arc<AtomicI64>) -> Arc<dyn Store> {
        Arc::new(Self { inner, left: Arc::clone(left) })
    }

    fn unless_dead<'a, T: Send + 'a>(&'a self, change: bool, work: Pending<'a, T>) -> Pending<'a, T> {
        let left = self.left.fetch_sub(i64::from(change), Ordering::SeqCst);
        if left > 0 { work } else { Box::pin(async { Err(StoreError::Failed("dead".into())) }) }
    }
}

impl Store for Faulty {
    fn get(&self, place: Place) -> Pending<'_, Option<Versioned>> {
        self.unless_dead(false, self.inner.get(place))
    }

    fn swap(
        &self,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Pending<'_, Swap> {
        self.unless_dead(true, self.inner.swap(place, seen, value, until))
    }

    fn append(&self, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Pending<'_, ()> {
        self.unless_dead(true, self.inner.append(subject, value, until))
    }

    fn entries(&self, subject: Key, limit: usize) -> Pending<'_, Vec<Entry>> {
        self.unless_dead(false, self.inner.entries(subject, limit))
    }

    fn purge(&self, subject: Key) -> Pending<'_, ()> {
        self.unless_dead(true, self.inner.purge(subject))
    }

    fn keys(&self, bucket: Bucket, first: u8) -> Pending<'_, Vec<Key>> {
        self.unless_dead(false, self.inner.keys(bucket, first))
    }

    fn watch(&self, place: Place) -> Pending<'_, watch::Receiver<Revision>> {
        self.unless_dead(false, self.inner.watch(place))
    }

    fn places(&self, after: Option<Mark>) -> Pending<'_, Page> {
        self.unless_dead(false, self.inner.places(after))
    }

    fn subjects(&self) -> Pending<'_, Vec<Key>> {
        self.unless_dead(false, self.inner.subjects())
    }
}
