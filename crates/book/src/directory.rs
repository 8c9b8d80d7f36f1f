//! The core's directory: how items are cut into chunks, and the chunks' names.
//!
//! Which chunk holds what follows from a few numbers; only the content hashes need room, eight bytes
//! a chunk.

use crate::error::{BookError, Cause};
use crate::hash::{from_hex16, hex16};
use crate::layout::{Kind, limits};
use alloc::{string::String, vec::Vec};
use wellmet_engine::shelf::ChunkIx;
use wellmet_engine::wire::{Fault, Reader, Result, Writer};

/// Most bits of an id's hash that choose its bucket.
pub(crate) const MAX_ID_BITS: u32 = 14;
/// End of a chunk's file name.
const SUFFIX: &str = ".wmb";

/// One file of the book. A length of zero means that there is nothing to load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Content hash.
    pub(crate) hash: u64,
    /// Length in bytes.
    pub(crate) len: u32,
}

/// How items are cut into chunks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Number of items.
    pub(crate) items: u32,
    /// Salt of the id hash.
    pub(crate) salt: u32,
    /// Bits of the id hash that choose the id chunk.
    pub(crate) id_bits: u32,
    /// Items per card chunk.
    pub(crate) cards_per: u32,
    /// Items per row chunk for With, Next, Like; 0 when the book has no such table.
    pub(crate) rows_per: [u32; 3],
    /// How many of the most popular items have a card in the popular chunk.
    pub(crate) popular_cards: u32,
    /// Ids of the configurator models, ascending, one chunk each.
    pub(crate) models: Vec<String>,
}

impl Cut {
    /// Number of chunks of this kind.
    pub(crate) fn chunks(&self, kind: Kind) -> u32 {
        let rows = |n: usize| self.rows_per.get(n).map_or(0, |per| parts(self.items, *per));
        match kind {
            Kind::Ids => 1 << self.id_bits,
            Kind::Cards => parts(self.items, self.cards_per),
            Kind::Popular => u32::from(self.popular_cards > 0),
            Kind::With => rows(0),
            Kind::Next => rows(1),
            Kind::Like => rows(2),
            Kind::Model => self.models.len() as u32,
        }
    }

    /// Items per chunk of this kind; 0 where chunks are not cut by position.
    pub(crate) fn per(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Cards => self.cards_per,
            Kind::With => self.rows_per[0],
            Kind::Next => self.rows_per[1],
            Kind::Like => self.rows_per[2],
            _ => 0,
        }
    }
}

/// Eight bytes as a number, the first the highest.
pub(crate) fn big_endian(r: &mut Reader<'_>) -> u64 {
    r.take(8).iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

/// How many parts of `per` make `all`; none when `per` is 0.
fn parts(all: u32, per: u32) -> u32 {
    if per == 0 { 0 } else { all.div_ceil(per) }
}

/// Cut and names together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Directory {
    pub(crate) cut: Cut,
    pub(crate) entries: Vec<Entry>,
}

impl Directory {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let cut = &self.cut;
        let mut w = Writer::new();
        let numbers = [cut.items, cut.salt, cut.id_bits, cut.cards_per];
        for number in numbers.into_iter().chain(cut.rows_per).chain([cut.popular_cards]) {
            w.varint(u64::from(number));
        }
        w.varint(cut.models.len() as u64);
        cut.models.iter().for_each(|id| w.text(id));
        w.varint(self.entries.len() as u64);
        self.entries.iter().for_each(|entry| w.varint(u64::from(entry.len)));
        for entry in self.entries.iter().filter(|entry| entry.len > 0) {
            w.raw(&entry.hash.to_be_bytes());
        }
        w.into_bytes()
    }

    /// Reads into this directory, which is empty.
    pub(crate) fn decode(&mut self, bytes: &[u8]) -> Result<()> {
        let r = &mut Reader::new(bytes);
        let cut = &mut self.cut;
        cut.items = r.varint_max(u64::from(limits::ITEMS)) as u32;
        cut.salt = r.u32();
        cut.id_bits = r.varint_max(u64::from(MAX_ID_BITS)) as u32;
        cut.cards_per = r.varint_max(crate::cards::MAX_CARDS as u64) as u32;
        for rows_per in &mut cut.rows_per {
            *rows_per = r.varint_max(u64::from(crate::rows::MAX_ROWS)) as u32;
        }
        cut.popular_cards = r.varint_max(crate::cards::MAX_CARDS as u64) as u32;
        for _ in 0..r.count(limits::MODELS, 1) {
            let id = r.text(limits::TEXT);
            if cut.models.last().is_some_and(|before| before.as_str() >= id) {
                return Err(r.fault(Fault::Invalid));
            }
            cut.models.push(id.into());
        }
        let count = r.count(limits::CHUNKS, 1);
        let expected: u32 = Kind::ALL.into_iter().map(|kind| cut.chunks(kind)).sum();
        if count as u32 != expected || (cut.items > 0 && cut.cards_per == 0) {
            return Err(r.fault(Fault::Invalid));
        }
        for _ in 0..count {
            self.entries.push(Entry { hash: 0, len: r.varint_max(limits::CHUNK as u64) as u32 });
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.len > 0) {
            entry.hash = big_endian(r);
        }
        r.end()
    }

    /// The chunk of this kind with this number.
    pub(crate) fn chunk(&self, kind: Kind, number: u32) -> ChunkIx {
        let before: u32 = Kind::ALL.into_iter().take_while(|k| *k != kind).map(|k| self.cut.chunks(k)).sum();
        ChunkIx((before + number) as u16)
    }

    /// Kind of a chunk, and its number among its kind.
    pub(crate) fn place(&self, chunk: ChunkIx) -> Option<(Kind, u32)> {
        let mut number = u32::from(chunk.0);
        for kind in Kind::ALL {
            let chunks = self.cut.chunks(kind);
            if number < chunks {
                return Some((kind, number));
            }
            number -= chunks;
        }
        None
    }

    /// File name of a chunk; `None` when it is empty and has no file.
    pub(crate) fn name(&self, chunk: ChunkIx) -> Option<String> {
        let entry = self.entries.get(usize::from(chunk.0)).filter(|entry| entry.len > 0)?;
        Some(file_name(self.place(chunk)?.0, entry.hash))
    }

    /// The chunk with this file name.
    pub(crate) fn named(&self, name: &str) -> core::result::Result<ChunkIx, BookError> {
        let unknown = BookError::new(Cause::UnknownChunk);
        let digits = name.strip_suffix(SUFFIX).and_then(|name| name.as_bytes().get(2..)).ok_or(unknown)?;
        let hash = from_hex16(digits).ok_or(unknown)?;
        let at = self.entries.iter().position(|entry| entry.hash == hash && entry.len > 0).ok_or(unknown)?;
        Ok(ChunkIx(at as u16))
    }
}

/// `c-0123456789abcdef.wmb`
pub(crate) fn file_name(kind: Kind, hash: u64) -> String {
    let mut name = String::new();
    name.push(char::from(kind.letter()));
    name.push('-');
    name.push_str(&hex16(hash));
    name.push_str(SUFFIX);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Directory {
        let cut = Cut {
            items: 5,
            salt: 1,
            id_bits: 1,
            cards_per: 2,
            rows_per: [3, 0, 5],
            popular_cards: 2,
            models: vec!["box".into(), "cup".into()],
        };
        let count = Kind::ALL.into_iter().map(|kind| cut.chunks(kind)).sum::<u32>();
        let entries = (0..count).map(|n| Entry { hash: u64::from(n) << 40, len: n });
        Directory { entries: entries.collect(), cut }
    }

    #[test]
    fn a_directory_comes_back() {
        let directory = sample();
        // 2 id chunks, 3 of cards, 1 popular, 2 With, 1 Like, 2 models.
        assert_eq!(directory.entries.len(), 11);
        let mut read = Directory::default();
        assert_eq!(read.decode(&directory.encode()), Ok(()));
        assert_eq!(read, directory);
        assert_eq!(directory.chunk(Kind::Like, 0), ChunkIx(8));
        assert_eq!(directory.place(ChunkIx(8)), Some((Kind::Like, 0)));
        assert_eq!(directory.place(ChunkIx(10)), Some((Kind::Model, 1)));
        assert_eq!(directory.place(ChunkIx(11)), None);
        assert_eq!(directory.name(ChunkIx(0)), None, "an empty chunk has no file");
        let name = directory.name(ChunkIx(3)).expect("a file");
        assert_eq!(name, "c-0000030000000000.wmb");
        assert_eq!(directory.named(&name), Ok(ChunkIx(3)));
        for other in ["", ".wmb", "c-.wmb", "c-0000030000000001.wmb", "ü"] {
            assert_eq!(directory.named(other).map_err(|e| e.cause), Err(Cause::UnknownChunk));
        }
    }

    #[test]
    fn a_directory_that_does_not_add_up_is_refused() {
        let mut directory = sample();
        directory.entries.pop();
        assert!(Directory::default().decode(&directory.encode()).is_err());
        let bytes = sample().encode();
        for end in 0..bytes.len() {
            assert!(Directory::default().decode(&bytes[..end]).is_err(), "cut at {end}");
        }
    }
}
