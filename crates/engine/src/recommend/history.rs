//! What she bought, in the two orders that questions need.

use crate::shelf::ItemIx;
use crate::sort::{sort_by, sort_distinct};
use crate::time::Instant;
use alloc::vec::Vec;

/// One article of one of her orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The item.
    pub item: ItemIx,
    /// When the order was placed.
    pub at: Instant,
}

/// Her orders as items of one book. Made once per sign-in and book, read by every query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Newest first; within one order the last line first.
    lines: Vec<Bought>,
    /// Distinct items, ascending.
    items: Vec<ItemIx>,
}

impl History {
    /// Nothing bought.
    pub const EMPTY: Self = Self { lines: Vec::new(), items: Vec::new() };

    /// Takes the lines in any order of orders, each order's lines in its own sequence. The same item
    /// twice at the same moment counts once.
    #[must_use]
    pub fn new(mut lines: Vec<Bought>) -> Self {
        lines.reverse();
        // Stable: lines of one order stay as they are.
        sort_by(&mut lines, |a, b| a.at > b.at);
        let mut items: Vec<ItemIx> = lines.iter().map(|line| line.item).collect();
        sort_distinct(&mut items);
        let mut order = Vec::new();
        let mut moment = None;
        lines.retain(|line| {
            if moment != Some(line.at) {
                moment = Some(line.at);
                order.clear();
            }
            let place = order.binary_search(&line.item);
            if let Err(at) = place {
                order.insert(at, line.item);
            }
            place.is_err()
        });
        Self { lines, items }
    }

    /// Her lines, newest first.
    #[must_use]
    pub fn lines(&self) -> &[Bought] {
        &self.lines
    }

    /// Whether she ever bought it.
    #[must_use]
    pub fn contains(&self, item: ItemIx) -> bool {
        self.items.binary_search(&item).is_ok()
    }

    /// Her latest order of this very item ("You bought this on 3 May").
    #[must_use]
    pub fn last(&self, item: ItemIx) -> Option<Instant> {
        self.lines.iter().find(|line| line.item == item).map(|line| line.at)
    }
}
