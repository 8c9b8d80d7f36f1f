//! Read, decide, compare and set, and again when somebody else was faster.

use wellmet_engine::time::Instant;

use super::{Owner, Place, Store, Swap};
use crate::refusal::Refusal;

/// Most rounds. Each round that is lost was won by somebody else, so this many mean a place that
/// very many change at once; the caller is asked to come back.
pub(crate) const MOST_ROUNDS: usize = 64;

/// What a step wants done with the place, and what it answers once that is durable.
#[derive(Debug)]
pub(crate) enum Next<T> {
    /// Put this there.
    Put {
        /// The value.
        value: Vec<u8>,
        /// When it vanishes.
        until: Option<Instant>,
        /// What to answer.
        answer: T,
    },
    /// Put there what belongs to another than the place's key says.
    PutOf {
        /// Whom it belongs to.
        owner: Owner,
        /// The value.
        value: Vec<u8>,
        /// When it vanishes.
        until: Option<Instant>,
        /// What to answer.
        answer: T,
    },
    /// Leave nothing there.
    Remove(T),
    /// It is well as it is.
    Keep(T),
}

/// Changes one place by a step that may run more than once: it sees the present value and must have
/// no other effect than its answer.
///
/// # Errors
/// Whatever the step refuses, [`Refusal::busy`] when it never gets its turn, or the store's failure.
pub(crate) async fn change<T: Send>(
    store: &dyn Store,
    place: Place,
    mut step: impl FnMut(Option<&[u8]>) -> Result<Next<T>, Refusal> + Send,
) -> Result<T, Refusal> {
    for _ in 0..MOST_ROUNDS {
        let present = store.get(place).await?;
        let seen = present.as_ref().map(|present| present.revision);
        let (owner, value, until, answer) = match step(present.as_ref().map(|present| present.value.as_slice()))? {
            Next::Keep(answer) => return Ok(answer),
            Next::Remove(answer) if seen.is_none() => return Ok(answer),
            Next::Remove(answer) => (Owner::Nobody, None, None, answer),
            Next::Put { value, until, answer } => (Owner::Named, Some(value), until, answer),
            Next::PutOf { owner, value, until, answer } => (owner, Some(value), until, answer),
        };
        if let Swap::Done(_) = store.swap_of(owner, place, seen, value, until).await? {
            return Ok(answer);
        }
    }
    Err(Refusal::busy())
}
