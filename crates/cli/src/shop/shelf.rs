//! A catalogue for rules that are tried without one.

use wellmet_engine::shelf::{Card, ItemIx, Lookup, Neighbour, Relation, Shelf};

/// Knows no item: slots with items keep their default.
#[derive(Clone, Copy, Debug)]
pub struct NoShelf;

impl Shelf for NoShelf {
    fn len(&self) -> u32 {
        0
    }

    fn find(&self, _: &str) -> Lookup<ItemIx> {
        Lookup::Absent
    }

    fn card(&self, _: ItemIx) -> Lookup<Card<'_>> {
        Lookup::Absent
    }

    fn neighbours(&self, _: Relation, _: ItemIx, _: &mut Vec<Neighbour>) -> Lookup<()> {
        Lookup::Absent
    }

    fn popular(&self) -> &[ItemIx] {
        &[]
    }
}
