//! Known wrong ways to do it, switched on by tests to see that the oracle notices.
//!
//! Each was tempting at some point; the first is the classic one. Test builds only.

use core::cell::Cell;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Joining keeps only the newest of concurrent writes, as plain last-writer-wins registers do.
    DropLoser,
    /// Setting a quantity leaves the increments it saw.
    SetSparesAdds,
    /// A removal also takes what it has not seen.
    RemoveWins,
    /// A dot that was seen and is gone may come back.
    Resurrect,
    /// The short delta does not tell what was covered.
    ForgetCovers,
    /// The winner is the busiest actor's write instead of the newest.
    BusiestWins,
    /// A purchase takes the whole line instead of what was paid.
    PurchaseTakesLine,
}

impl Mutant {
    pub(crate) const ALL: [Self; 7] = [
        Self::DropLoser,
        Self::SetSparesAdds,
        Self::RemoveWins,
        Self::Resurrect,
        Self::ForgetCovers,
        Self::BusiestWins,
        Self::PurchaseTakesLine,
    ];
}

thread_local! {
    static ON: Cell<Option<Mutant>> = const { Cell::new(None) };
}

pub(crate) fn on(mutant: Mutant) -> bool {
    ON.get() == Some(mutant)
}

/// Runs with one mutant switched on in this thread.
pub(crate) fn with<T>(mutant: Mutant, run: impl FnOnce() -> T) -> T {
    ON.set(Some(mutant));
    let result = run();
    ON.set(None);
    result
}
