//! The order of items in a book: items that appear together lie together.
//!
//! Then the gaps in neighbour rows are small, and the cards and rows that one page needs lie in few
//! chunks. The method is recursive graph bisection: Dhulipala, Kabiljo, Karrer, Ottaviano, Pupyrev,
//! Shalita, "Compressing Graphs and Indexes with Recursive Graph Bisection", KDD 2016. Items are cut
//! into halves so that the estimated cost of the gaps shrinks, pairs swap sides while that pays,
//! and each half is cut again.
//!
//! All arithmetic is in integers, so that every machine builds the same book.

use alloc::{vec, vec::Vec};

/// Halves smaller than this keep the order they have.
const SMALLEST: usize = 8;
/// Rounds of swapping per cut; the paper finds little gain after 20.
const ROUNDS: usize = 20;
/// A cut of more items takes fewer rounds, so that a million items take minutes and not an hour; its parts
/// are cut with more again.
const SWAPPED: usize = 2_000_000;
/// Fractional bits of logarithms.
const POINT: u32 = 12;

/// Puts `0..items` in order. `groups` are sets of items which should lie close together (a row with
/// its owner, a category); `start` is the order to begin with, a permutation.
pub(crate) fn arrange(start: Vec<u32>, groups: &[Vec<u32>]) -> Vec<u32> {
    let mut of_item: Vec<Vec<u32>> = vec![Vec::new(); start.len()];
    for (group, members) in groups.iter().enumerate() {
        members.iter().for_each(|item| of_item[*item as usize].push(group as u32));
    }
    let mut cut = Bisection {
        of_item,
        left: vec![0; groups.len()],
        right: vec![0; groups.len()],
        log: (0..=start.len() as u32 + 1).map(log2).collect(),
        gains: Vec::new(),
    };
    let mut order = start;
    cut.halve(&mut order);
    order
}

struct Bisection {
    /// Groups of each item.
    of_item: Vec<Vec<u32>>,
    /// Members of each group in the left and right half at hand; zero between cuts.
    left: Vec<u32>,
    right: Vec<u32>,
    log: Vec<i64>,
    gains: Vec<(i64, u32)>,
}

impl Bisection {
    fn halve(&mut self, items: &mut [u32]) {
        if items.len() <= SMALLEST {
            return;
        }
        let middle = items.len() / 2;
        self.count(&items[..middle], true);
        self.count(&items[middle..], false);
        for _ in 0..ROUNDS.min(SWAPPED / items.len()).max(2) {
            if self.swap(items, middle) == 0 {
                break;
            }
        }
        for item in &*items {
            for group in &self.of_item[*item as usize] {
                self.left[*group as usize] = 0;
                self.right[*group as usize] = 0;
            }
        }
        let (left, right) = items.split_at_mut(middle);
        self.halve(left);
        self.halve(right);
    }

    fn count(&mut self, items: &[u32], left: bool) {
        let side = if left { &mut self.left } else { &mut self.right };
        for item in items {
            self.of_item[*item as usize].iter().for_each(|group| side[*group as usize] += 1);
        }
    }

    /// Swaps the pairs of one round; returns how many.
    fn swap(&mut self, items: &mut [u32], middle: usize) -> usize {
        let (sizes, mut gains) = ((middle, items.len() - middle), core::mem::take(&mut self.gains));
        gains.clear();
        gains.extend(items[..middle].iter().map(|item| (self.gain(*item, true, sizes), *item)));
        gains.extend(items[middle..].iter().map(|item| (self.gain(*item, false, sizes), *item)));
        let (left, right) = gains.split_at_mut(middle);
        // Largest gain first; equal gains keep their place, so that a round does not shuffle for nothing.
        left.sort_by_key(|(gain, _)| -gain);
        right.sort_by_key(|(gain, _)| -gain);
        let mut swaps = 0;
        for (a, b) in left.iter_mut().zip(right.iter_mut()) {
            if a.0 + b.0 <= 0 {
                break;
            }
            core::mem::swap(a, b);
            swaps += 1;
        }
        for (place, (_, item)) in items.iter_mut().zip(gains.iter()) {
            *place = *item;
        }
        for (at, (_, item)) in gains.iter().enumerate() {
            let moved_left = at < swaps;
            let moved_right = at >= middle && at < middle + swaps;
            for group in self.of_item[*item as usize].iter().map(|group| *group as usize) {
                if moved_left {
                    self.left[group] += 1;
                    self.right[group] -= 1;
                } else if moved_right {
                    self.right[group] += 1;
                    self.left[group] -= 1;
                }
            }
        }
        self.gains = gains;
        swaps
    }

    /// How much the estimated cost shrinks when the item changes sides.
    fn gain(&self, item: u32, on_left: bool, sizes: (usize, usize)) -> i64 {
        let mut gain = 0;
        for group in self.of_item[item as usize].iter().map(|group| *group as usize) {
            let (left, right) = (self.left[group], self.right[group]);
            let (left_after, right_after) = if on_left { (left - 1, right + 1) } else { (left + 1, right - 1) };
            gain += self.cost(left, sizes.0) + self.cost(right, sizes.1)
                - self.cost(left_after, sizes.0)
                - self.cost(right_after, sizes.1);
        }
        gain
    }

    /// Estimated bits for the gaps of `members` among `size` places.
    fn cost(&self, members: u32, size: usize) -> i64 {
        i64::from(members) * (self.log[size] - self.log[members as usize + 1])
    }
}

/// Logarithm to base 2 with [`POINT`] fractional bits; 0 for 0.
fn log2(x: u32) -> i64 {
    if x == 0 {
        return 0;
    }
    let whole = x.ilog2();
    let mut result = i64::from(whole) << POINT;
    // Mantissa in [1, 2) with 31 fractional bits; squaring it reveals one bit of the logarithm a time.
    let mut mantissa = u64::from(x) << (31 - whole);
    for bit in (0..POINT).rev() {
        mantissa = (mantissa * mantissa) >> 31;
        if mantissa >> 32 != 0 {
            mantissa >>= 1;
            result += 1 << bit;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn logarithms() {
        assert_eq!((log2(1), log2(2), log2(1 << 20)), (0, 1 << POINT, 20 << POINT));
        for x in 1..5_000u32 {
            let exact = f64::from(x).log2() * f64::from(1 << POINT);
            assert!((log2(x) as f64 - exact).abs() < 1.01, "log2({x})");
        }
    }

    #[test]
    fn what_belongs_together_comes_together() {
        // Sixteen families of eight, shuffled.
        let mut start: Vec<u32> = (0..128).collect();
        start.sort_by_key(|item| crate::hash::content_hash(&item.to_le_bytes()));
        let groups: Vec<Vec<u32>> = (0..16).map(|family| (0..8).map(|n| family * 8 + n).collect()).collect();
        let families_per_part = |order: &[u32]| {
            let count = |part: &[u32]| part.iter().map(|item| item / 8).collect::<BTreeSet<_>>().len();
            order.chunks(8).map(count).sum::<usize>()
        };
        assert!(families_per_part(&start) > 80);
        let order = arrange(start, &groups);
        assert!(families_per_part(&order) <= 24, "{order:?}");
        let sorted: BTreeSet<u32> = order.into_iter().collect();
        assert_eq!(sorted.len(), 128);
    }

    #[test]
    fn nothing_and_little_are_fine() {
        assert_eq!(arrange(vec![], &[]), Vec::<u32>::new());
        assert_eq!(arrange(vec![2, 0, 1], &[vec![0, 1]]), vec![2, 0, 1]);
    }
}
