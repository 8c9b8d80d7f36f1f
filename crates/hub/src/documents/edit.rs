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
