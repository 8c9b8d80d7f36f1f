//! Row chunks: the neighbours of consecutive items.
//!
//! A weight is kept as one of 64 levels, a quarter of an octave (19 %) apart: order and rough ratio
//! are what a recommendation uses, and a level costs two or three bits where a weight costs nine.
//! Within a level the neighbours' positions ascend, so a gap is enough; the builder orders items so
//! that neighbours lie close together and gaps are small.
//!
//! A chunk stays as it came, with one offset per row; a row is decoded when it is asked for.

use crate::layout::limits;
use wellmet_engine::shelf::{ItemIx, Neighbour};
use wellmet_engine::wire::{Fault, Reader, Result, Writer};

/// Number of levels.
const LEVELS: u64 = 64;

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
    if level >= 64 { 1 } else { top >> (level >> 2) }
}

/// The level whose weight is nearest; the stronger one of two equally near.
const fn level_of(weight: u16) -> u8 {
    let mut level = 0;
    while level < 63 {
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

/// Writes the row of the item at `position`: strongest first, equals by position.
pub(crate) fn encode(w: &mut Writer, position: u32, row: &[Neighbour]) {
    let mut row: Vec<(u8, u32)> = row.iter().map(|n| (level_of(n.weight), n.item.0)).collect();
    row.sort_unstable();
    w.varint(row.len() as u64);
    let mut level = 0;
    let mut before = None;
    for (next, item) in row {
        w.varint(u64::from(next - level));
        if next != level {
            before = None;
        }
        level = next;
        match before {
            None => w.signed(i64::from(item) - i64::from(position)),
            Some(before) => w.varint(u64::from(item - before - 1)),
        }
        before = Some(item);
    }
}

/// Reads one row into `each`.
fn decode(r: &mut Reader<'_>, position: u32, items: u32, mut each: impl FnMut(Neighbour)) -> Result<()> {
    let mut level = 0;
    let mut before = None;
    for _ in 0..r.count(limits::NEIGHBOURS, 2)? {
        let step = r.varint_max(LEVELS - 1)?;
        if step > 0 {
            before = None;
        }
        level += step;
        let item = match before {
            None => i64::from(position).checked_add(r.signed()?),
            Some(before) => Some(before + 1 + r.varint_max(u64::from(limits::ITEMS))? as i64),
        };
        let item = item.filter(|item| (0..i64::from(items)).contains(item) && *item != i64::from(position));
        let (Some(item), true) = (item, level < LEVELS) else {
            return Err(r.fault(Fault::Invalid));
        };
        before = Some(item);
        each(Neighbour { item: ItemIx(item as u32), weight: weight_of_level(level as u8) });
    }
    Ok(())
}

/// Rows of one chunk.
pub(crate) struct Rows {
    bytes: Box<[u8]>,
    starts: Vec<u32>,
    first: u32,
    items: u32,
}

impl Rows {
    /// Checks `count` rows of the items from `first` on, in a book with so many items.
    pub(crate) fn decode(r: &mut Reader<'_>, first: u32, count: u32, items: u32) -> Result<Self> {
        let mut starts = Vec::new();
        let body = r.take(r.left())?;
        let inner = &mut Reader::new(body);
        for n in 0..count {
            starts.push(inner.at() as u32);
            decode(inner, first + n, items, |_| ())?;
        }
        inner.end()?;
        Ok(Self { bytes: body.into(), starts, first, items })
    }

    /// Appends the neighbours of the item at `position`.
    pub(crate) fn get(&self, position: u32, out: &mut Vec<Neighbour>) -> Option<()> {
        let start = *self.starts.get(position.checked_sub(self.first)? as usize)?;
        let mut r = Reader::new(self.bytes.get(start as usize..)?);
        decode(&mut r, position, self.items, |neighbour| out.push(neighbour)).ok()
    }
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
        for (at, row) in rows.iter().enumerate() {
            encode(&mut w, 5 + at as u32, row);
        }
        let bytes = w.into_bytes();
        let decoded = Rows::decode(&mut Reader::new(&bytes), 5, 3, 10).expect("what was written");
        let mut out = Vec::new();
        assert_eq!(decoded.get(5, &mut out), Some(()));
        assert_eq!(out, [n(9, 60_000), n(2, 500), n(3, 500), n(4, 500)]);
        out.clear();
        assert_eq!(decoded.get(6, &mut out), Some(()));
        assert_eq!(decoded.get(7, &mut out), Some(()));
        assert_eq!(out, [n(0, 1)]);
        assert_eq!(decoded.get(4, &mut out), None);
        assert_eq!(decoded.get(8, &mut out), None);
        assert!(Rows::decode(&mut Reader::new(&bytes), 5, 3, 9).is_err(), "a neighbour outside the book");
        assert!(Rows::decode(&mut Reader::new(&bytes), 5, 2, 10).is_err(), "a row too many");
    }
}
