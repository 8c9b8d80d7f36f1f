//! Dots name operations, a version says which of them a replica has seen.
//!
//! Every operation takes the next number of its actor, so "seen up to 7" is the whole truth about
//! that actor and two versions can be compared on every connect.

use alloc::vec::Vec;
use wellmet_engine::wire::{Fault, Reader, Writer};

use crate::limits::{MAX_ACTORS, MAX_SEQ};

/// The name of one operation: never used twice, by nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dot {
    /// The device slot that made it. Random, and belonging to one document only.
    pub actor: u64,
    /// 1 for the actor's first operation.
    pub seq: u64,
}

/// Which operations of which actors were seen: all up to a number each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// `(actor, last sequence number)`, ascending by actor, no zero.
    seen: Vec<(u64, u64)>,
}

impl Version {
    /// Having seen nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self { seen: Vec::new() }
    }

    /// The last number seen of an actor, 0 when none.
    #[must_use]
    pub fn get(&self, actor: u64) -> u64 {
        self.place(actor).map_or(0, |at| self.seen[at].1)
    }

    /// Whether this operation was seen.
    #[must_use]
    pub fn has(&self, dot: Dot) -> bool {
        dot.seq <= self.get(dot.actor)
    }

    /// Whether all that `other` has seen was seen here.
    #[must_use]
    pub fn dominates(&self, other: &Self) -> bool {
        other.seen.iter().all(|(actor, seq)| *seq <= self.get(*actor))
    }

    /// Whether nothing was seen.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Number of actors.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.seen.len()
    }

    /// `(actor, last number)`, ascending by actor.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.seen.iter().copied()
    }

    /// Marks the actor's operations up to `seq` as seen. Never goes back.
    pub fn advance(&mut self, actor: u64, seq: u64) {
        match self.place(actor) {
            Ok(at) => self.seen[at].1 = self.seen[at].1.max(seq),
            Err(at) if seq > 0 => self.seen.insert(at, (actor, seq)),
            Err(_) => {}
        }
    }

    /// Marks all that `other` has seen.
    pub fn join(&mut self, other: &Self) {
        for (actor, seq) in other.iter() {
            self.advance(actor, seq);
        }
    }

    /// What both have seen: the version that is stable when `self` and `other` are all there is.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        let both = self.iter().map(|(actor, seq)| (actor, seq.min(other.get(actor))));
        Self { seen: both.filter(|(_, seq)| *seq > 0).collect() }
    }

    /// Forgets an actor; returns what had been seen of it.
    pub(crate) fn forget(&mut self, actor: u64) -> u64 {
        self.place(actor).map_or(0, |at| self.seen.remove(at).1)
    }

    /// Appends the bytes that [`Self::read`] reads.
    pub fn write(&self, w: &mut Writer) {
        w.varint(self.seen.len() as u64);
        for (actor, seq) in &self.seen {
            w.raw(&actor.to_le_bytes());
            w.varint(*seq);
        }
    }

    /// Reads a version; the reader remembers what was wrong. More than [`MAX_ACTORS`] actors are
    /// `TooLarge`, actors out of order or without an operation `Invalid`.
    pub fn read(r: &mut Reader<'_>) -> Self {
        let seen = r.list(MAX_ACTORS, 9, |r| (read_actor(r), r.varint_max(MAX_SEQ)));
        if !seen.is_sorted_by(|a, b| a.0 < b.0) || seen.iter().any(|(_, seq)| *seq == 0) {
            r.fail(Fault::Invalid);
        }
        Self { seen }
    }

    fn place(&self, actor: u64) -> core::result::Result<usize, usize> {
        self.seen.binary_search_by_key(&actor, |(actor, _)| *actor)
    }
}

/// Actors are random, so eight plain bytes are shorter than a varint.
pub(crate) fn read_actor(r: &mut Reader<'_>) -> u64 {
    let mut raw = [0; 8];
    r.fill(&mut raw);
    u64::from_le_bytes(raw)
}

/// FNV-1a with a final mix, so that names give spread-out numbers. Not for secrets.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let fnv = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let mixed = (fnv ^ (fnv >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// The actor of a device slot in one document.
///
/// A slot is a random number kept with the store and used by one tab at a time. An actor belongs to
/// one document only, so the same slot needs another actor for the account's document than for the
/// anonymous one it was folded from: `document` is the name of the document (a visitor's or a
/// customer's id).
#[must_use]
pub fn actor(slot: u64, document: &str) -> u64 {
    let mut bytes = slot.to_le_bytes().to_vec();
    bytes.extend_from_slice(document.as_bytes());
    hash(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(pairs: &[(u64, u64)]) -> Version {
        let mut v = Version::new();
        for (actor, seq) in pairs {
            v.advance(*actor, *seq);
        }
        v
    }

    #[test]
    fn versions_compare_join_and_meet() {
        let (a, b) = (version(&[(1, 3), (2, 1)]), version(&[(1, 2), (3, 9)]));
        assert!(!a.dominates(&b) && !b.dominates(&a));
        let mut both = a.clone();
        both.join(&b);
        assert_eq!(both, version(&[(1, 3), (2, 1), (3, 9)]));
        assert!(both.dominates(&a) && both.dominates(&b));
        assert_eq!(a.meet(&b), version(&[(1, 2)]));
        assert!(a.has(Dot { actor: 1, seq: 3 }) && !a.has(Dot { actor: 1, seq: 4 }));
    }

    #[test]
    fn a_version_comes_back_and_disorder_is_refused() {
        let mut w = Writer::new();
        version(&[(7, 300), (u64::MAX, 1)]).write(&mut w);
        let bytes = w.into_bytes();
        assert_eq!(Reader::whole(&bytes, Version::read), Ok(version(&[(7, 300), (u64::MAX, 1)])));
        let mut w = Writer::new();
        w.varint(2);
        for _ in 0..2 {
            w.raw(&7u64.to_le_bytes());
            w.varint(1);
        }
        let bytes = w.into_bytes();
        assert_eq!(Reader::whole(&bytes, Version::read).map_err(|e| e.fault), Err(Fault::Invalid));
    }
}
