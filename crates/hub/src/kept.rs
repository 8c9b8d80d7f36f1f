//! A document as the store keeps it: the state's bytes with what the hub must know around them.
//!
//! | byte 0 | byte 1 | then |
//! | --- | --- | --- |
//! | version 1 | 1 live | life, buried actors, retired actors, seats, the document |
//! | version 2 | 1 live | the same, then what orders have paid that the document does not know of yet |
//! | version 1 | 2 sealed | key of the document that took it over, when, login policy, the document |
//! | version 1 | 3 erased | life, whether all of her is gone, buried actors |
//!
//! An erased document stays as a marker in its place, so that a compare-and-set under way meets it
//! and no device can fill the place again. It holds random numbers only: how often the shopper was
//! forgotten, and the actors of the devices that wrote here. A *life* is what lies between two
//! erasures: a customer who comes back begins the next, and what old devices still hold of the one
//! before is known by its actors and refused.

use wellmet_engine::time::Instant;
use wellmet_engine::wire::{Fault, Reader, Result, Writer};

use wellmet_state::{Policy, Version};

use crate::store::{Key, MAX_VALUE};

const VERSION: u8 = 1;
/// The version of a live document for which an order waits; all others keep the first, which every release
/// reads.
const PAID: u8 = 2;
const LIVE: u8 = 1;
const SEALED: u8 = 2;
const ERASED: u8 = 3;

/// Most actors remembered as buried; the oldest are let go.
pub(crate) const MOST_BURIED: usize = 1_024;

/// Most orders that wait for a device to bring what they paid; the oldest are let go.
pub(crate) const MOST_PAID: usize = 16;

/// Most seats: one for each actor that a document may hold.
const MOST_SEATS: usize = 1_024;

/// Who may add operations of an actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    /// The actor.
    pub(crate) actor: u64,
    /// The session that brought its first operation; for what came with a login, the visitor.
    pub(crate) owner: Key,
    /// When it last brought one.
    pub(crate) at: Instant,
}

/// A document in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Live {
    /// Which life of the shopper; the first is 1.
    pub(crate) life: u64,
    /// Actors of earlier lives.
    pub(crate) buried: Vec<u64>,
    /// Actors that were idle for long and of which nothing is left, and what was known of them.
    pub(crate) retired: Version,
    /// Actors of this life, in no particular order.
    pub(crate) seats: Vec<Seat>,
    /// The document's bytes; empty for a document in which nothing was ever done.
    pub(crate) body: Vec<u8>,
    /// What orders have paid that the document does not know of yet: a device has it and will bring it.
    pub(crate) paid: Vec<Vec<u8>>,
}

/// What the hub keeps in a document's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// A document in use.
    Live(Live),
    /// An anonymous document that became a customer's.
    Sealed {
        /// The customer's key.
        into: Key,
        /// When.
        at: Instant,
        /// How it was folded.
        policy: Policy,
        /// The document's bytes.
        body: Vec<u8>,
    },
    /// Nothing, because the shopper asked to be forgotten.
    Erased {
        /// The life that ended.
        life: u64,
        /// Whether everything else of her is erased too, so that she may begin anew.
        done: bool,
        /// Actors of all lives.
        buried: Vec<u64>,
    },
}

impl Kept {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(match self {
            Self::Live(live) if !live.paid.is_empty() => PAID,
            _ => VERSION,
        });
        match self {
            Self::Live(live) => {
                w.u8(LIVE);
                w.varint(live.life);
                write_actors(&mut w, &live.buried);
                live.retired.write(&mut w);
                w.varint(live.seats.len() as u64);
                for seat in &live.seats {
                    w.raw(&seat.actor.to_le_bytes());
                    w.raw(seat.owner.bytes());
                    w.signed(seat.at.0);
                }
                w.blob(&live.body);
                if !live.paid.is_empty() {
                    w.varint(live.paid.len() as u64);
                    live.paid.iter().for_each(|paid| w.blob(paid));
                }
            }
            Self::Sealed { into, at, policy, body } => {
                w.u8(SEALED);
                w.raw(into.bytes());
                w.signed(at.0);
                w.text(policy.name());
                w.blob(body);
            }
            Self::Erased { life, done, buried } => {
                w.u8(ERASED);
                w.varint(*life);
                w.u8(u8::from(*done));
                write_actors(&mut w, buried);
            }
        }
        w.into_bytes()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        let version = r.u8();
        if ![VERSION, PAID].contains(&version) {
            return Err(r.fault(Fault::UnknownVersion));
        }
        let kept = match r.u8() {
            LIVE => Self::Live(Live {
                life: r.varint(),
                buried: read_actors(r),
                retired: Version::read(r),
                seats: read_seats(r),
                body: r.blob(MAX_VALUE).to_vec(),
                paid: if version == PAID { read_paid(r) } else { Vec::new() },
            }),
            SEALED => Self::Sealed {
                into: Key::from_bytes(r.take(32)).ok_or(r.fault(Fault::Invalid))?,
                at: Instant(r.signed()),
                policy: Policy::from_name(r.text(16)).ok_or(r.fault(Fault::Invalid))?,
                body: r.blob(MAX_VALUE).to_vec(),
            },
            ERASED => Self::Erased { life: r.varint(), done: r.u8() == 1, buried: read_actors(r) },
            _ => return Err(r.fault(Fault::Invalid)),
        };
        r.end()?;
        Ok(kept)
    }
}

fn write_actors(w: &mut Writer, actors: &[u64]) {
    w.varint(actors.len() as u64);
    for actor in actors {
        w.raw(&actor.to_le_bytes());
    }
}

fn read_actors(r: &mut Reader<'_>) -> Vec<u64> {
    r.list(MOST_BURIED, 8, read_actor)
}

fn read_paid(r: &mut Reader<'_>) -> Vec<Vec<u8>> {
    r.list(MOST_PAID, 1, |r| r.blob(MAX_VALUE).to_vec())
}

fn read_actor(r: &mut Reader<'_>) -> u64 {
    let mut raw = [0; 8];
    r.fill(&mut raw);
    u64::from_le_bytes(raw)
}

fn read_seats(r: &mut Reader<'_>) -> Vec<Seat> {
    let seats = r.list(MOST_SEATS, 41, |r| {
        let actor = read_actor(r);
        let owner = Key::from_bytes(r.take(32));
        // None only where the bytes ended, which the reader remembers.
        Some(Seat { actor, owner: owner?, at: Instant(r.signed()) })
    });
    seats.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    fn all() -> [Kept; 3] {
        let mut retired = Version::new();
        retired.advance(9, 300);
        let seats = vec![Seat { actor: 3, owner: Key::of("session", "s"), at: Instant(5) }];
        [
            Kept::Live(Live {
                life: 1,
                buried: vec![7, u64::MAX],
                retired,
                seats,
                body: b"document".to_vec(),
                paid: vec![b"order".to_vec()],
            }),
            Kept::Sealed {
                into: Key::of("customer", "a"),
                at: Instant(-5),
                policy: Policy::Ask,
                body: b"document".to_vec(),
            },
            Kept::Erased { life: 300, done: true, buried: vec![1] },
        ]
    }

    #[test]
    fn every_kind_comes_back() {
        for kept in all() {
            assert_eq!(Kept::decode(&kept.encode()).unwrap(), kept);
        }
    }

    #[test]
    fn damage_is_an_error_and_never_an_empty_document() {
        for kept in all() {
            let bytes = kept.encode();
            for end in 0..bytes.len() {
                assert!(Kept::decode(&bytes[..end]).is_err(), "cut at {end}");
            }
            for first in [0, 3, 255] {
                let mut other = bytes.clone();
                other[0] = first;
                assert_eq!(Kept::decode(&other).map_err(|e| e.fault), Err(Fault::UnknownVersion));
            }
        }
    }
}
