//! A start for items that hardly anybody has bought yet: what goes with their category.
//!
//! Orders are counted once more with categories in the place of items, under the same threshold of
//! people. A thin row is then filled with the weight that an item has as part of a category that goes
//! with the row's: `weight(category, other) * share(item in other)`. Items of the row's own category
//! are left to the table of likeness.

use super::log::Log;
use wellmet_engine::shelf::{ItemIx, Neighbour};

/// Rows with fewer neighbours are filled up to this many.
const ENOUGH: usize = 8;
/// Best items of a category that may fill rows of others.
const OF_EACH: usize = ENOUGH;

/// Categories as numbers, in the order of their paths.
pub(super) struct Numbered<'a> {
    /// Paths by number.
    pub(super) paths: Vec<&'a str>,
    /// The number of each item's category, by position.
    pub(super) of_item: Vec<Option<u32>>,
}

impl<'a> Numbered<'a> {
    /// Numbers the paths of all items; items without one have no number.
    pub(super) fn new(categories: &[&'a str]) -> Self {
        let mut paths: Vec<&str> = categories.iter().copied().filter(|path| !path.is_empty()).collect();
        paths.sort_unstable();
        paths.dedup();
        let of_item = categories.iter().map(|path| paths.binary_search(path).ok().map(|at| at as u32)).collect();
        Self { paths, of_item }
    }

    /// How many there are.
    pub(super) fn len(&self) -> u32 {
        self.paths.len() as u32
    }

    /// The log with categories in the place of items.
    pub(super) fn rename(&self, log: &Log) -> Log {
        log.renamed(|item| self.of_item[item.0 as usize].map(ItemIx))
    }
}

/// Fills thin rows. `together` are the rows of the categories, `sold` says how many recent orders or
/// visits each item had, 0 for items of too few people.
pub(super) fn fill(table: &mut [Vec<Neighbour>], categories: &Numbered<'_>, together: &[Vec<Neighbour>], sold: &[u32]) {
    let best = best_items(categories, sold);
    let fillers: Vec<Vec<Neighbour>> = together
        .iter()
        .map(|row| {
            let mut filler: Vec<Neighbour> = row
                .iter()
                .flat_map(|other| best[other.item.0 as usize].iter().map(|(item, share)| (other.weight, *item, *share)))
                .map(|(weight, item, share)| Neighbour { item, weight: (f64::from(weight) * share).round() as u16 })
                .filter(|neighbour| neighbour.weight > 0)
                .collect();
            filler.sort_by_key(|neighbour| (core::cmp::Reverse(neighbour.weight), neighbour.item));
            filler.truncate(ENOUGH);
            filler
        })
        .collect();
    for (row, category) in table.iter_mut().zip(&categories.of_item) {
        let Some(category) = category else { continue };
        for filler in &fillers[*category as usize] {
            if row.len() < ENOUGH && row.iter().all(|known| known.item != filler.item) {
                row.push(*filler);
            }
        }
        row.sort_by_key(|neighbour| (core::cmp::Reverse(neighbour.weight), neighbour.item));
    }
}

/// The items of each category that sold best of late, with their shares of it. An item of too few people
/// counts like one that nobody bought: one order.
fn best_items(categories: &Numbered<'_>, sold: &[u32]) -> Vec<Vec<(ItemIx, f64)>> {
    let mut of_category: Vec<Vec<(u32, ItemIx)>> = vec![Vec::new(); categories.paths.len()];
    for (item, category) in categories.of_item.iter().enumerate() {
        if let Some(category) = category {
            of_category[*category as usize].push((1 + sold[item], ItemIx(item as u32)));
        }
    }
    of_category
        .into_iter()
        .map(|mut items| {
            let all: u32 = items.iter().map(|(count, _)| count).sum();
            items.sort_by_key(|(count, item)| (core::cmp::Reverse(*count), *item));
            items.truncate(OF_EACH);
            items.into_iter().map(|(count, item)| (item, f64::from(count) / f64::from(all))).collect()
        })
        .collect()
}
