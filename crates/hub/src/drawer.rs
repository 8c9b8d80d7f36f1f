//! Values of one kind, each JSON under a key: read, and changed by compare and set.
//!
//! Fields may be added to a stored type, with a default; none may change its meaning.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use wellmet_engine::time::Instant;

use crate::refusal::Refusal;
use crate::store::change::{Next, change};
use crate::store::{Bucket, Key, Owner, Place, Store, damaged};

/// A bucket whose values are all of one type.
pub(crate) struct Drawer<T> {
    store: Arc<dyn Store>,
    bucket: Bucket,
    /// Names the kind in the log when a value cannot be read.
    what: &'static str,
    /// Whom a value belongs to.
    owner: fn(&T) -> Owner,
}

/// Whether a change is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// Yes, for good.
    Yes,
    /// Yes, until then.
    Until(Instant),
    /// It is well as it was.
    No,
    /// Leave nothing there.
    Remove,
}

impl<T: Serialize + DeserializeOwned + Default + Send> Drawer<T> {
    pub(crate) fn new(store: &Arc<dyn Store>, bucket: Bucket, what: &'static str) -> Self {
        Self { store: Arc::clone(store), bucket, what, owner: |_| Owner::Named }
    }

    /// For values that belong to another than their keys name.
    pub(crate) fn owned(self, owner: fn(&T) -> Owner) -> Self {
        Self { owner, ..self }
    }

    pub(crate) const fn place(&self, key: Key) -> Place {
        Place { bucket: self.bucket, key }
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, Refusal> {
        serde_json::from_slice(bytes).map_err(|_| damaged(self.what))
    }

    /// The value, if there is one.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<T>, Refusal> {
        let kept = self.store.get(self.place(key)).await?;
        kept.map(|kept| self.decode(&kept.value)).transpose()
    }

    /// Changes a value, which begins as the type's default. The step may run more than once.
    pub(crate) async fn change<A: Send>(
        &self,
        key: Key,
        mut step: impl FnMut(&mut T) -> Result<(Write, A), Refusal> + Send,
    ) -> Result<A, Refusal> {
        change(&*self.store, self.place(key), |present| {
            let mut value = present.map(|bytes| self.decode(bytes)).transpose()?.unwrap_or_default();
            let (write, answer) = step(&mut value)?;
            let until = match write {
                Write::No => return Ok(Next::Keep(answer)),
                Write::Remove => return Ok(Next::Remove(answer)),
                Write::Yes => None,
                Write::Until(until) => Some(until),
            };
            let owner = (self.owner)(&value);
            let value = serde_json::to_vec(&value).map_err(|_| damaged(self.what))?;
            Ok(Next::PutOf { owner, value, until, answer })
        })
        .await
    }

    /// Removes a value.
    pub(crate) async fn remove(&self, key: Key) -> Result<(), Refusal> {
        change(&*self.store, self.place(key), |_| Ok(Next::Remove(()))).await
    }
}
