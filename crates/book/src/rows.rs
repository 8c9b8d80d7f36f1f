//! Row chunks: the neighbours of consecutive items.
//!
//! A weight is kept as one of 64 levels, a quarter of an octave (19 %) apart: what a list contains and
//! how it is ordered hardly changes, and a level costs three or four bits where a weight costs ten.
//! Half an octave would save one bit more and cost up to 1.6 % of the mean reciprocal rank on real
//! logs. Positions are kept as gaps, outward from the row's item; the builder orders items so that
//! neighbours lie close together and gaps are small.
//!
//! A chunk stays as it came, with two offsets per row; a row is decoded when it is asked for.

use crate::layout::limits;
use alloc::{boxed::Box, vec::Vec};
use wellmet_engine::shelf::{ItemIx, Neighbour};
use wellmet_engine::wire::{Fault, Reader, Writer};

/// Number of levels.
const LEVELS: u8 = 64;

/// Most rows of one chunk.
pub(crate) const MAX_ROWS: u32 = 4_096;

/// The weight that a level stands for: `65535 / 2^(level/4)`, at least 1.
#[must_use]
pub const fn weight_of_level(level: u8) -> u16 {
    let top = match level & 3 {
        0 => 65_535,
        1 => 55_108,
        2 => 46_340,
        _ => 38_967,
    };
    if level >= LEVELS { 1 } else { top >> (level >> 2) }
}

/// The level whose weight is nearest; the stronger one of two equally near.
const fn level_of(weight: u16) -> u8 {
    let mut level = 0;
    while level < LEVELS - 1 {
        let (above, below) = (weight_of_level(level), weight_of_level(level + 1));
        if weight >= above || above - weight <= weight.saturating_sub(below) {
            break;
        }
        level += 1;
    }
    level
}

/// The weight that comes back from a book for this one.
#[must_use]
pub const fn quantised(weight: u16) -> u16 {
    weight_of_level(level_of(weight))
}

/// One row on its way into a chunk: `(level, position)`, outward from the item, those before it first.
fn outward(position: u32, row: &[Neighbour]) -> (usize, Vec<(u8, u32)>) {
    let mut row: Vec<(u8, u32)> = row.iter().map(|n| (level_of(n.weight), n.item.0)).collect();
    row.sort_unstable_by_key(|(_, item)| *item);
    let below = row.partition_point(|(_, item)| *item < position);
    row[..below].reverse();
    (below, row)
}

/// Writes the rows of the items from `first` on. No row holds its own item, or another twice.
///
/// Four columns: how many neighbours each row has; how many of them lie before the item; all levels;
/// all gaps. Brotli then sees like beside like, which saves a fifth against row after row.
pub(crate) fn encode(w: &mut Writer, first: u32, rows: &[Vec<Neighbour>]) {
    let rows: Vec<_> = (first..).zip(rows).map(|(position, row)| (position, outward(position, row))).collect();
    rows.iter().for_each(|(_, (_, row))| w.varint(row.len() as u64));
    rows.iter().filter(|(_, (_, row))| !row.is_empty()).for_each(|(_, (below, _))| w.varint(*below as u64));
    rows.iter().flat_map(|(_, (_, row))| row).for_each(|(level, _)| w.u8(*level));
    for (position, (below, row)) in &rows {
        let mut before = *position;
        for (n, (_, item)) in row.iter().enumerate() {
            if n == *below {
                before = *position;
            }
            w.varint(u64::from(item.abs_diff(before) - 1));
            before = *item;
        }
    }
}

/// Rows of one chunk: levels and gaps as they came.
#[derive(Default)]
pub(crate) struct Rows {
    levels: Box<[u8]>,
    gaps: Box<[u8]>,
    rows: Vec<Row>,
    first: u32,
}

/// Where a row is in the columns.
#[derive(Clone, Copy)]
struct Row {
    levels: u32,
    gaps: u32,
    len: u8,
    below: u8,
}

impl Rows {
    /// Checks `count` rows of the items from `first` on, in a book with so many items.
    pub(crate) fn decode(&mut self, r: &mut Reader<'_>, first: u32, count: u32, items: u32) {
        self.first = first;
        let mut edges = 0;
        for _ in 0..count {
            let len = r.varint_max(limits::NEIGHBOURS as u64) as u8;
            self.rows.push(Row { levels: edges, gaps: 0, len, below: 0 });
            edges += u32::from(len);
        }
        for row in self.rows.iter_mut().filter(|row| row.len > 0) {
            row.below = r.varint_max(u64::from(row.len)) as u8;
        }
        self.levels = r.take(edges as usize).into();
        if self.levels.iter().any(|level| *level >= LEVELS) {
            return r.fail(Fault::Invalid);
        }
        let start = r.at();
        self.gaps = r.clone().rest().into();
        for (row, position) in self.rows.iter_mut().zip(first..) {
            row.gaps = (r.at() - start) as u32;
            if !walk(r, *row, position, |item| item < items) {
                return r.fail(Fault::Invalid);
            }
        }
    }

    /// Appends the neighbours of the item at `position`, strongest first, equals by position.
    pub(crate) fn get(&self, position: u32, out: &mut Vec<Neighbour>) -> Option<()> {
        let row = *self.rows.get(position.checked_sub(self.first)? as usize)?;
        let mut levels = self.levels.get(row.levels as usize..)?.iter();
        let start = out.len();
        let g = &mut Reader::new(self.gaps.get(row.gaps as usize..)?);
        let read = walk(g, row, position, |item| {
            let weight = levels.next().map_or(1, |level| weight_of_level(*level));
            // Rows are short: inserting in order is as quick as sorting, and much smaller in wasm.
            let stronger = |other: &Neighbour| (other.weight, item) > (weight, other.item.0);
            let mut at = out.len();
            while at > start && out.get(at - 1).is_some_and(|other| !stronger(other)) {
                at -= 1;
            }
            out.insert(at, Neighbour { item: ItemIx(item), weight });
            true
        });
        read.then_some(())
    }
}

/// Hands the positions of a row to `each`, which says whether they are possible; false when one was not.
fn walk(g: &mut Reader<'_>, row: Row, position: u32, mut each: impl FnMut(u32) -> bool) -> bool {
    let mut item = Some(position);
    for n in 0..row.len {
        if n == row.below {
            item = Some(position);
        }
        let gap = g.varint_max(u64::from(limits::ITEMS)) as u32 + 1;
        item = item.and_then(|item| if n < row.below { item.checked_sub(gap) } else { item.checked_add(gap) });
        if !item.is_some_and(&mut each) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_descend_and_stay_themselves() {
        for level in 0..63 {
            assert!(weight_of_level(level) >= weight_of_level(level + 1));
            assert_eq!(quantised(weight_of_level(level)), weight_of_level(level));
        }
        assert_eq!((weight_of_level(0), weight_of_level(4), weight_of_level(63)), (65_535, 32_767, 1));
        for weight in 64..=65_535u16 {
            let back = i64::from(quantised(weight));
            assert!((back - i64::from(weight)).abs() * 10 <= i64::from(weight), "{weight} came back as {back}");
        }
    }

    #[test]
    fn rows_come_back_strongest_first() {
        let n = |item, weight| Neighbour { item: ItemIx(item), weight: quantised(weight) };
        let rows = [vec![n(9, 60_000), n(3, 500), n(2, 500), n(4, 500)], vec![], vec![n(0, 1)]];
        let mut w = Writer::new();
        encode(&mut w, 5, &rows);
        let bytes = w.into_bytes();
        let read = |bytes: &[u8], first, count, items| {
            let mut rows = Rows::default();
            Reader::whole(bytes, |r| rows.decode(r, first, count, items)).map(|()| rows)
        };
        let decoded = read(&bytes, 5, 3, 10).expect("what was written");
        let mut out = Vec::new();
        assert_eq!(decoded.get(5, &mut out), Some(()));
        assert_eq!(out, [n(9, 60_000), n(2, 500), n(3, 500), n(4, 500)]);
        out.clear();
        assert_eq!(decoded.get(6, &mut out), Some(()));
        assert_eq!(decoded.get(7, &mut out), Some(()));
        assert_eq!(out, [n(0, 1)]);
        assert_eq!(decoded.get(4, &mut out), None);
        assert_eq!(decoded.get(8, &mut out), None);
        assert!(read(&bytes, 5, 3, 9).is_err(), "a neighbour outside the book");
        assert!(read(&bytes, 5, 2, 10).is_err(), "a row too many");
        assert!(read(&bytes, 1, 3, 10).is_err(), "a neighbour before the first");
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end], 5, 3, 10).is_err(), "cut at {end}");
        }
    }
}
