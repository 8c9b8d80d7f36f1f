//! What to show next: items from neighbour tables, her own orders and her own visit, with the
//! evidence that spoke for each.
//!
//! Enter through [`answer`]. It reads a [`Shelf`], so it runs on a book that is only partly loaded:
//! what is missing comes back in [`Answer::needs`] and the caller asks again later. All scores are
//! integers and ties go to the smaller position, so browser, hub and command line give the same list.
//!
//! Never in an answer: what is in the cart, what she owns and will not need twice, what cannot be
//! bought now, what a rule hides, what the page already shows, and what scores below the threshold.
//! A sold-out item still counts as evidence for others.
//!
//! ```
//! use wellmet_engine::recommend::{answer, Kind, Query, Scratch};
//! # use wellmet_engine::shelf::{Card, ItemIx, Lookup, Neighbour, Relation, Shelf};
//! # struct Empty;
//! # impl Shelf for Empty {
//! #     fn len(&self) -> u32 { 0 }
//! #     fn find(&self, _: &str) -> Lookup<ItemIx> { Lookup::Absent }
//! #     fn card(&self, _: ItemIx) -> Lookup<Card<'_>> { Lookup::Absent }
//! #     fn neighbours(&self, _: Relation, _: ItemIx, _: &mut Vec<Neighbour>) -> Lookup<()> { Lookup::Absent }
//! #     fn popular(&self) -> &[ItemIx] { &[] }
//! # }
//! # let shelf = Empty;
//! let cart = [ItemIx(3), ItemIx(7)];
//! let query = Query { cart: &cart, ..Query::new(Kind::With, 4) };
//! let found = answer(&shelf, &query, &mut Scratch::default());
//! assert!(found.picks.len() <= 4);
//! ```

mod choose;
mod decay;
mod history;
mod sources;
mod tally;
#[cfg(test)]
mod tests;

pub use history::{Bought, History};
pub use tally::Scratch;

use crate::shelf::{ChunkIx, ItemIx, Shelf};
use crate::time::Instant;
use alloc::vec::Vec;

/// Looks of the present visit that callers hand over, newest; each may need an id chunk of the book. With 24 instead
/// of 16 lists of twenty name 0.15 % more of the next items, and the longest visits load half as much again.
pub const MAX_VISIT: usize = 16;

/// Looks that a list of what she has seen reaches back to.
pub const MAX_SEEN: usize = 40;

/// The question a slot asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What will she look at next in this visit?
    Next,
    /// What goes with her cart (or, when it is empty, with the item she looks at or looked at last)?
    With,
    /// What of what she bought will she buy again?
    Again,
    /// What is like the item she looks at or looked at last?
    Like,
    /// What might she like that she never bought?
    ForYou,
    /// What has she looked at, newest first?
    Seen,
}

/// Which items a [`Rule`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// This one.
    Item(ItemIx),
    /// Those in this category or below it (`Furniture` covers `Furniture > Chairs`).
    Category(&'a str),
    /// Those that cost at least `from` and at most `to`, minor units of the book's currency.
    Price {
        /// Lowest price in the band.
        from: i64,
        /// Highest price in the band.
        to: i64,
    },
}

/// What a [`Rule`] does with the items in its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Never shown.
    Hide,
    /// Everything outside the scope is never shown.
    Only,
    /// The score times this many per cent: above 100 boosts, below 100 buries, 0 drops to the end.
    /// Several rules multiply. The threshold is applied to the score before.
    Percent(u16),
}

/// The merchandiser's word on what may appear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    /// Which items.
    pub on: Scope<'a>,
    /// What happens to them.
    pub then: Effect,
}

/// One question. Start from [`Query::new`] and fill in what is known.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// What is asked.
    pub kind: Kind,
    /// The present moment; only [`Kind::Again`] reads it.
    pub now: Instant,
    /// The item whose page she is on. It never appears.
    pub page: Option<ItemIx>,
    /// Items looked at in this visit, newest last, with the page's item if she is on one.
    pub visit: &'a [ItemIx],
    /// Items in the cart, newest last.
    pub cart: &'a [ItemIx],
    /// What she bought.
    pub history: &'a History,
    /// Items that must not appear, such as those in another slot of the page.
    pub exclude: &'a [ItemIx],
    /// Items to show first whatever their score, in this order.
    pub pins: &'a [ItemIx],
    /// Boosts, buries, hidden items, price bands.
    pub rules: &'a [Rule<'a>],
    /// Most picks wanted. At most [`MAX_PICKS`].
    pub limit: usize,
    /// Whether items seen in this visit may appear again ([`Kind::Next`] only). A slot that helps her
    /// to go back wants them, a slot that shows her something new does not. Default: no.
    pub reminders: bool,
    /// Least strength of a pick, in the unit of [`crate::shelf::Neighbour::weight`]: 0 lets everything
    /// through, 65,535 nearly nothing. Reminders and pins are not measured. Default: 0.
    pub threshold: u16,
    /// How strongly to spread the picks over categories: 0 ranks by score alone; at `d` each further
    /// pick of a category counts `100 - d` per cent of the one before. 0 to 100, default 0.
    pub diversity: u8,
    /// Whether popular items may fill the places that evidence leaves empty. Default: no.
    pub fill: bool,
}

/// Most picks of one answer.
pub const MAX_PICKS: usize = 100;

static NO_HISTORY: History = History::EMPTY;

impl Query<'_> {
    /// A question about a shopper of whom nothing is known yet.
    #[must_use]
    pub const fn new(kind: Kind, limit: usize) -> Self {
        Self {
            kind,
            now: Instant(0),
            page: None,
            visit: &[],
            cart: &[],
            history: &NO_HISTORY,
            exclude: &[],
            pins: &[],
            rules: &[],
            limit,
            reminders: false,
            threshold: 0,
            diversity: 0,
            fill: false,
        }
    }
}

/// The strongest reason for a pick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Shoppers who looked at this item, which she saw in this visit, went on to the pick.
    Viewed(ItemIx),
    /// Bought together with this item, which is in her cart.
    InCart(ItemIx),
    /// Bought together with this item, which she bought before.
    Owned(ItemIx),
    /// Bought together with this item, which she looks at or looked at last.
    OnPage(ItemIx),
    /// Like this item by attributes and words.
    Alike(ItemIx),
    /// She bought the pick before.
    Again {
        /// Her latest order of it.
        last: Instant,
        /// Number of her orders with it.
        times: u16,
        /// Whether the time since then has reached her mean interval between those orders.
        due: bool,
    },
    /// She looked at the pick earlier in this visit.
    Seen,
    /// Many bought or looked at it lately; nothing personal speaks for it.
    Popular,
    /// The shop put it there.
    Pinned,
}

/// One item to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// The item.
    pub item: ItemIx,
    /// Strength times 65,536 after boosts; 0 for pins and popular items. Comparable within one answer.
    pub score: i64,
    /// What spoke for it most.
    pub because: Evidence,
}

/// The picks, best first, and what would make the answer better.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// At most [`Query::limit`] items that can be shown now.
    pub picks: Vec<Pick>,
    /// Chunks to load before asking again, ascending. Empty when the answer is final.
    pub needs: Vec<ChunkIx>,
    /// Candidates that were left out because of [`Query::threshold`].
    pub weak: u32,
}

impl Answer {
    fn need(&mut self, chunk: ChunkIx) {
        if let Err(at) = self.needs.binary_search(&chunk) {
            self.needs.insert(at, chunk);
        }
    }
}

/// Answers one question. `scratch` only saves allocations between calls; its content does not matter.
#[must_use]
pub fn answer<S: Shelf + ?Sized>(shelf: &S, query: &Query<'_>, scratch: &mut Scratch) -> Answer {
    let mut answer = Answer::default();
    scratch.tally.clear();
    sources::gather(shelf, query, scratch, &mut answer);
    choose::choose(shelf, query, scratch, &mut answer);
    answer
}
