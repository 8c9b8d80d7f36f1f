//! The oracle: what shoppers meant, computed from the definition and compared with the documents.
//!
//! It shares no code with the documents. An operation is remembered with the set of operations its
//! replica knew; a quantity is live unless an operation that *saw* it replaced or removed it; the
//! newest live "set" plus all live "adds" is the quantity. Histories are random: skewed clocks, and
//! messages that are partial, repeated, late, out of order or never come.
//!
//! `WELLMET_HISTORIES=1000000 cargo test --release -p wellmet-state oracle` runs longer than the
//! 10,000 histories of a normal test run.

use wellmet_engine::time::Instant;

use crate::{Document, Snapshot, Version};

mod hub;
mod mesh;

const KEYS: [&str; 4] = ["cigar", "humidor?wood=oak", "cutter", "cfg:7"];
const FIELD: &str = "note";

/// SplitMix64: small, seeded, the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[allow(clippy::cast_possible_truncation)]
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// A set of operations, by their place in the history.
type Set = u128;
const MOST: usize = 120;

#[derive(Clone)]
enum Act {
    Add(u32),
    Set(u32),
    Note(String),
    Remove,
    Clear,
    Purchase(Set),
}

struct Op {
    key: usize,
    act: Act,
    saw: Set,
    /// Adding to or setting a line that was not there: it begins without what was left of an old one.
    anew: bool,
    /// Newest wins, ties by actor.
    rank: (u64, u64),
}

/// All that was ever meant.
#[derive(Default)]
struct History(Vec<Op>);

impl History {
    fn covers(&self, c: usize, d: usize) -> bool {
        let (by, of) = (&self.0[c], &self.0[d]);
        if by.saw >> d & 1 == 0 {
            return false;
        }
        let field = matches!(of.act, Act::Note(_));
        match &by.act {
            Act::Clear => true,
            Act::Remove => by.key == of.key,
            Act::Purchase(paid) => paid >> d & 1 == 1,
            Act::Set(_) => by.key == of.key && (!field || by.anew),
            Act::Add(_) => by.key == of.key && by.anew,
            Act::Note(_) => by.key == of.key && field,
        }
    }

    /// Operations of a key that something is left of, to one who knows `known`.
    fn live(&self, known: Set, key: usize) -> Vec<usize> {
        let known: Vec<usize> = (0..self.0.len()).filter(|at| known >> at & 1 == 1).collect();
        let of_key = known.iter().filter(|d| self.0[**d].key == key && !matches!(self.0[**d].act, Act::Remove));
        let of_key = of_key.filter(|d| !matches!(self.0[**d].act, Act::Clear | Act::Purchase(_)));
        of_key.filter(|d| !known.iter().any(|c| self.covers(*c, **d))).copied().collect()
    }

    /// The quantity and the note of a line; `None` without a line.
    fn read(&self, known: Set, key: usize) -> Option<(u32, Option<&str>)> {
        let live = self.live(known, key);
        let adds: Vec<u32> =
            live.iter().filter_map(|d| if let Act::Add(n) = self.0[*d].act { Some(n) } else { None }).collect();
        let sets = live
            .iter()
            .filter_map(|d| if let Act::Set(v) = self.0[*d].act { Some((self.0[*d].rank, v)) } else { None });
        let set = sets.max();
        let notes = live
            .iter()
            .filter_map(|d| if let Act::Note(v) = &self.0[*d].act { Some((self.0[*d].rank, v)) } else { None });
        let note = notes.max().map(|(_, note)| note.as_str());
        if set.is_none() && adds.is_empty() {
            return None;
        }
        Some((set.map_or(0, |(_, v)| v) + adds.iter().sum::<u32>(), note))
    }
}

/// One who acts: what she knows, and an order she has not paid yet.
#[derive(Clone, Default)]
struct Person {
    known: Set,
    paid: Option<(Snapshot, Set)>,
}

impl History {
    /// A random operation on a document, noted as what was meant.
    fn act(&mut self, random: &mut Random, document: &mut Document, me: &mut Person, retired: &Version, now: Instant) {
        if self.0.len() >= MOST {
            return;
        }
        let key = random.below(KEYS.len());
        let line = self.read(me.known, key);
        let (act, anew) = match random.below(20) {
            0..=6 => (Act::Add(1 + random.below(3) as u32), line.is_none()),
            7..=12 => (Act::Set(1 + random.below(9) as u32), line.is_none()),
            13..=15 => (Act::Remove, false),
            16 => (Act::Clear, false),
            17 if line.is_some() => (Act::Note(["a", "b"][random.below(2)].to_owned()), false),
            18 => {
                let lines = (0..KEYS.len()).filter(|key| self.read(me.known, *key).is_some());
                let paid = lines.flat_map(|key| self.live(me.known, key)).fold(0, |set, d| set | 1 << d);
                me.paid = Some((document.snapshot(), paid));
                return;
            }
            19 => match me.paid.take() {
                Some((snapshot, paid)) => {
                    document.purchase(&snapshot, retired).expect("made here, so seen here");
                    (Act::Purchase(paid), false)
                }
                None => return,
            },
            _ => return,
        };
        match &act {
            Act::Add(n) => document.add(KEYS[key], *n, now).expect("within limits"),
            Act::Set(v) => {
                document.set_quantity(KEYS[key], *v, now).expect("within limits");
                assert!(document.clock.instant() >= now, "a stamp is never before its clock");
            }
            Act::Remove => document.remove(KEYS[key]),
            Act::Clear => document.clear(),
            Act::Note(note) => {
                let before = document.version().clone();
                document.set_field(KEYS[key], FIELD, note, now).expect("there is a line");
                let live = self.live(me.known, key).into_iter().map(|d| &self.0[d].act);
                let notes: Vec<&Act> = live.filter(|act| matches!(act, Act::Note(_))).collect();
                if let [Act::Note(there)] = notes[..]
                    && there == note
                {
                    // Writing what is there already is no operation.
                    assert_eq!(document.version(), &before);
                    return;
                }
            }
            Act::Purchase(_) => {}
        }
        me.known |= 1 << self.0.len();
        let saw = me.known & !(1 << self.0.len());
        self.0.push(Op { key, act, saw, anew, rank: (document.clock.0, document.actor()) });
    }

    /// Whether a document shows what one who knows `known` should see.
    fn shown(&self, document: &Document, known: Set) -> bool {
        (0..KEYS.len()).all(|key| {
            let line = document.line(KEYS[key]);
            line.as_ref().map(|line| (line.quantity, line.field(FIELD))) == self.read(known, key)
        })
    }
}

/// Histories of a run: 10,000, or as many as `WELLMET_HISTORIES` says.
fn histories() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the length of a test run is no input of the crate")]
    std::env::var("WELLMET_HISTORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}
