//! A start for items that hardly anybody has bought yet: what goes with their category.
//!
//! Orders are counted once more with categories in the place of items, under the same threshold of
//! people. A thin row is then filled with the weight that an item has as part of a category that goes
//! with the row's: `weight(category, other) * share(item in other)`. Items of the row's own category
//! are left to the table of likeness.

use super::log::Log;
use super::neighbours::{Weighing, rows};
use super::{Settings, popular};
use std::collections::BTreeMap;
use wellmet_engine::shelf::{ItemIx, Neighbour};

/// Rows with fewer neighbours are filled up to this many.
const ENOUGH: usize = 8;
/// Best items of a category that may fill rows of others.
const OF_EACH: usize = ENOUGH;

/// Fills thin rows. `categories` are the paths of all items by position; items without one stay as they
/// are.
pub(super) fn fill(
    table: &mut [Vec<Neighbour>],
    log: &Log,
    categories: &[&str],
    weighing: &Weighing,
    settings: &Settings,
) {
    let mut numbers: BTreeMap<&str, u32> = categories.iter().map(|path| (*path, 0)).collect();
    numbers.remove("");
    numbers.values_mut().zip(0..).for_each(|(number, next)| *number = next);
    let of_item: Vec<Option<u32>> = categories.iter().map(|path| numbers.get(path).copied()).collect();
    let total = numbers.len() as u32;
    let together = rows(&log.renamed(|item| of_item[item.0 as usize].map(ItemIx)), total, weighing, settings);
    let best = best_items(log, &of_item, total, settings);
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
    for (row, category) in table.iter_mut().zip(&of_item) {
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
fn best_items(log: &Log, of_item: &[Option<u32>], categories: u32, settings: &Settings) -> Vec<Vec<(ItemIx, f64)>> {
    let sold = popular::counts(log, of_item.len() as u32, settings);
    let mut of_category: Vec<Vec<(u32, ItemIx)>> = vec![Vec::new(); categories as usize];
    for (item, category) in of_item.iter().enumerate() {
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
