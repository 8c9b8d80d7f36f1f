//! Sums of contributions by item. A small open-addressing table, since a query touches a few hundred
//! items of possibly a hundred thousand.

use super::Evidence;
use crate::shelf::{ItemIx, Neighbour};
use alloc::vec::Vec;

/// Memory reused between queries. Its content does not matter.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    pub(super) tally: Tally,
    pub(super) row: Vec<Neighbour>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) item: ItemIx,
    pub(super) score: i64,
    /// Largest single contribution, the one `because` stands for.
    strongest: i64,
    pub(super) because: Evidence,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Index into `entries` plus one; zero is free. Length is a power of two.
    places: Vec<u32>,
    pub(super) entries: Vec<Entry>,
}

impl Tally {
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.places.fill(0);
        if self.places.is_empty() {
            self.places.resize(512, 0);
        }
    }

    /// Adds to an item's score. The evidence of the largest single contribution stays; of equal ones
    /// the first, so contributions come in the order of nearness to the present.
    pub(super) fn add(&mut self, item: ItemIx, score: i64, because: Evidence) {
        let entry = self.entry(item, because);
        entry.score += score;
        if score > entry.strongest {
            entry.strongest = score;
            entry.because = because;
        }
    }

    /// The entry of an item, made with score 0 when there is none.
    pub(super) fn entry(&mut self, item: ItemIx, because: Evidence) -> &mut Entry {
        if self.entries.len() * 2 >= self.places.len() {
            self.grow();
        }
        let at = self.find(item);
        let mut index = self.places[at] as usize;
        if index == 0 {
            self.entries.push(Entry { item, score: 0, strongest: 0, because });
            index = self.entries.len();
            self.places[at] = index as u32;
        }
        &mut self.entries[index - 1]
    }

    /// The entry of an item if there is one.
    pub(super) fn get(&mut self, item: ItemIx) -> Option<&mut Entry> {
        let index = *self.places.get(self.find(item))? as usize;
        self.entries.get_mut(index.checked_sub(1)?)
    }

    /// Place of the item, or the free place where it belongs. There is always a free one: at most half
    /// are taken.
    fn find(&self, item: ItemIx) -> usize {
        let mask = self.places.len() - 1;
        let mut at = (item.0.wrapping_mul(0x9E37_79B1) >> 7) as usize & mask;
        loop {
            let index = self.places[at] as usize;
            if index == 0 || self.entries[index - 1].item == item {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.places.len() * 2).max(512);
        self.places.clear();
        self.places.resize(size, 0);
        for index in 0..self.entries.len() {
            let at = self.find(self.entries[index].item);
            self.places[at] = index as u32 + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_like_a_map() {
        let mut tally = Tally::default();
        tally.clear();
        let mut map = std::collections::BTreeMap::new();
        let mut x = 1u32;
        for n in 0..20_000i64 {
            x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let item = ItemIx(x >> 19);
            tally.add(item, n, Evidence::Popular);
            *map.entry(item).or_insert(0) += n;
        }
        assert_eq!(tally.entries.len(), map.len());
        assert!(tally.entries.iter().all(|entry| map[&entry.item] == entry.score));
        tally.clear();
        tally.add(ItemIx(1), 5, Evidence::Seen);
        tally.add(ItemIx(1), 5, Evidence::Popular);
        tally.add(ItemIx(1), 6, Evidence::Pinned);
        assert_eq!(tally.entries.len(), 1);
        assert_eq!((tally.entries[0].score, tally.entries[0].because), (16, Evidence::Pinned));
    }
}
