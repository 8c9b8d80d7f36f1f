//! Id chunks: from the shop's ids to positions.
//!
//! An id's hash gives a bucket (its upper bits, one chunk each) and a fingerprint (the next 32 bits).
//! The builder picks a salt with which no two items share both, so every known id is found exactly.
//! An unknown id is taken for a known one about once in four thousand million questions per item of
//! the bucket, and only until that item's card is loaded: then the ids themselves are compared.

use alloc::vec::Vec;
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::wire::{Fault, Reader, Writer};

/// Most ids of one bucket.
const MAX_IDS: usize = 65_536;

/// Which bucket and fingerprint a hash stands for, given the number of bucket bits.
pub(crate) const fn split(hash: u64, bits: u32) -> (u32, u32) {
    let bucket = if bits == 0 { 0 } else { (hash >> (64 - bits)) as u32 };
    (bucket, ((hash << bits) >> 32) as u32)
}

/// One bucket, decoded: `(fingerprint, position)`, ascending.
#[derive(Default)]
pub(crate) struct Ids(Vec<(u32, u32)>);

/// Writes what [`Ids::decode`] reads. Fingerprints ascend and are distinct.
pub(crate) fn encode(w: &mut Writer, ids: &[(u32, u32)]) {
    w.varint(ids.len() as u64);
    let mut before = 0;
    for (fingerprint, _) in ids {
        w.varint(u64::from(fingerprint - before));
        before = *fingerprint;
    }
    ids.iter().for_each(|(_, position)| w.varint(u64::from(*position)));
}

impl Ids {
    /// Reads a bucket of a book with so many items.
    pub(crate) fn decode(&mut self, r: &mut Reader<'_>, items: u32) {
        let mut fingerprint = Some(0u32);
        for n in 0..r.count(MAX_IDS, 2) {
            let gap = r.u32();
            fingerprint = fingerprint.and_then(|before| before.checked_add(gap)).filter(|_| n == 0 || gap > 0);
            let Some(fingerprint) = fingerprint else { return r.fail(Fault::Invalid) };
            self.0.push((fingerprint, 0));
        }
        for (_, position) in &mut self.0 {
            *position = r.u32();
            if *position >= items {
                return r.fail(Fault::Invalid);
            }
        }
    }

    /// Position of the item with this fingerprint.
    pub(crate) fn find(&self, fingerprint: u32) -> Option<ItemIx> {
        let at = self.0.partition_point(|(known, _)| *known < fingerprint);
        self.0.get(at).filter(|(known, _)| *known == fingerprint).map(|(_, position)| ItemIx(*position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back() {
        let ids = [(0, 2), (7, 0), (u32::MAX, 1)];
        let mut w = Writer::new();
        encode(&mut w, &ids);
        let bytes = w.into_bytes();
        let r = &mut Reader::new(&bytes);
        let mut decoded = Ids::default();
        decoded.decode(r, 3);
        assert_eq!(r.end(), Ok(()));
        assert_eq!(decoded.find(7), Some(ItemIx(0)));
        assert_eq!(decoded.find(u32::MAX), Some(ItemIx(1)));
        assert_eq!(decoded.find(8), None);
        assert!(Reader::whole(&bytes, |r| Ids::default().decode(r, 2)).is_err(), "a position outside the book");
    }

    #[test]
    fn bucket_and_fingerprint_are_neighbouring_bits() {
        assert_eq!(split(0xabcd_ef01_2345_6789, 8), (0xab, 0xcdef_0123));
        assert_eq!(split(0xabcd_ef01_2345_6789, 0), (0, 0xabcd_ef01));
    }
}
