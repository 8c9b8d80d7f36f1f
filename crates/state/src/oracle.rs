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

use crate::mutant::{self, Mutant};
use crate::{Document, Error, Snapshot, Version};

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
pub(crate) struct History(Vec<Op>);

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
    pub(crate) fn read(&self, known: Set, key: usize) -> Option<(u32, Option<&str>)> {
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

struct Replica {
    document: Document,
    known: Set,
    /// This clock's error, ms.
    skew: i64,
    paid: Option<(Snapshot, Set)>,
    /// Earlier versions, for deltas that overlap.
    past: Vec<Version>,
}

struct Message {
    bytes: Vec<u8>,
    brings: Set,
}

pub(crate) struct World {
    random: Random,
    pub(crate) history: History,
    replicas: Vec<Replica>,
    post: Vec<Message>,
    now: i64,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let count = 2 + random.below(3);
        let replicas = (0..count).map(|at| Replica {
            document: Document::new(random.next() | at as u64),
            known: 0,
            // Up to a day off in either direction.
            skew: random.below(172_800_000) as i64 - 86_400_000,
            paid: None,
            past: vec![Version::new()],
        });
        let replicas = replicas.collect();
        Self { random, history: History::default(), replicas, post: Vec::new(), now: 1_800_000_000_000 }
    }

    fn act(&mut self, who: usize) {
        let key = self.random.below(KEYS.len());
        let me = &mut self.replicas[who];
        let now = Instant(self.now + me.skew);
        let line = self.history.read(me.known, key);
        let document = &mut me.document;
        let (act, anew) = match self.random.below(20) {
            0..=6 => (Act::Add(1 + self.random.below(3) as u32), line.is_none()),
            7..=12 => (Act::Set(1 + self.random.below(9) as u32), line.is_none()),
            13..=15 => (Act::Remove, false),
            16 => (Act::Clear, false),
            17 if line.is_some() => (Act::Note(["a", "b"][self.random.below(2)].to_owned()), false),
            18 => {
                let dots = (0..KEYS.len()).filter(|key| self.history.read(me.known, *key).is_some());
                let paid = dots.flat_map(|key| self.history.live(me.known, key)).fold(0, |set, d| set | 1 << d);
                me.paid = Some((document.snapshot(), paid));
                return;
            }
            19 if me.paid.is_some() => match me.paid.take() {
                Some((snapshot, paid)) => {
                    document.purchase(&snapshot).expect("made here, so seen here");
                    (Act::Purchase(paid), false)
                }
                None => return,
            },
            _ => return,
        };
        if let Act::Note(note) = &act {
            let live = self.history.live(me.known, key);
            let notes: Vec<&Act> = live.iter().map(|d| &self.history.0[*d].act).collect();
            let notes: Vec<&&Act> = notes.iter().filter(|act| matches!(act, Act::Note(_))).collect();
            if let [Act::Note(there)] = notes[..]
                && there == note
            {
                // Writing what is there already is no operation.
                let before = document.version().clone();
                document.set_field(KEYS[key], FIELD, note, now).expect("there is a line");
                assert_eq!(document.version(), &before);
                return;
            }
        }
        match &act {
            Act::Add(n) => document.add(KEYS[key], *n, now).expect("within limits"),
            Act::Set(v) => document.set_quantity(KEYS[key], *v, now).expect("within limits"),
            Act::Remove => document.remove(KEYS[key]),
            Act::Clear => document.clear(),
            Act::Note(note) => document.set_field(KEYS[key], FIELD, note, now).expect("there is a line"),
            Act::Purchase(_) => {}
        }
        let rank = (document.clock.0, document.actor());
        if !matches!(act, Act::Note(_) | Act::Remove | Act::Clear | Act::Purchase(_) | Act::Add(_)) {
            assert!(document.clock.instant() >= now, "a stamp is never before its clock");
        }
        let at = self.history.0.len();
        self.history.0.push(Op { key, act, saw: me.known, anew, rank });
        me.known |= 1 << at;
    }

    /// A message of `from`: everything, what somebody lacks, or what changed since some time ago.
    fn send(&mut self, from: usize) {
        let me = &mut self.replicas[from];
        me.past.push(me.document.version().clone());
        let to = self.random.below(self.replicas.len());
        let me = &self.replicas[from];
        let since = match self.random.below(4) {
            0 => Version::new(),
            1 => self.replicas[to].document.version().clone(),
            _ => me.past[self.random.below(me.past.len())].clone(),
        };
        // A message brings what its sender knows; whoever lacks what it builds on refuses it.
        let message = Message { bytes: me.document.delta_since(&since), brings: me.known };
        self.post.push(message);
    }

    fn receive(&mut self, who: usize) {
        if self.post.is_empty() {
            return;
        }
        let at = self.random.below(self.post.len());
        let me = &mut self.replicas[who];
        let before = me.document.clone();
        match me.document.apply(&self.post[at].bytes) {
            Ok(_) => {
                // Short deltas bring the sender's own operations only, which is seen in the version.
                let short = self.post[at].bytes[1] == 1;
                let brings = self.post[at].brings;
                let made_by = |at: usize| self.history.0[at].rank.1;
                let own = (0..self.history.0.len()).filter(|at| brings >> at & 1 == 1);
                let actor = short.then(|| short_actor(&before, &me.document));
                for op in own {
                    if actor.is_none_or(|actor| actor == Some(made_by(op))) {
                        me.known |= 1 << op;
                    }
                }
            }
            Err(Error::Gap) => assert_eq!(me.document, before, "a refused message changes nothing"),
            Err(error) => panic!("{error}"),
        }
        if self.random.below(3) > 0 {
            self.post.swap_remove(at);
        }
    }

    fn check(&self, who: usize) -> bool {
        let me = &self.replicas[who];
        (0..KEYS.len()).all(|key| {
            let line = me.document.line(KEYS[key]);
            let line = line.as_ref().map(|line| (line.quantity, line.field(FIELD)));
            line == self.history.read(me.known, key)
        })
    }

    /// One random history; false at the first difference between a document and the oracle.
    fn run(seed: u64) -> bool {
        let mut world = Self::new(seed);
        let steps = 20 + world.random.below(40);
        for _ in 0..steps {
            world.now += world.random.below(5_000) as i64;
            let who = world.random.below(world.replicas.len());
            match world.random.below(8) {
                0..=3 if world.history.0.len() < MOST => world.act(who),
                4 | 5 => world.send(who),
                6 if world.random.below(3) == 0 => {
                    // The page is loaded anew.
                    let me = &mut world.replicas[who];
                    let loaded = Document::decode(&me.document.encode(), me.document.actor()).expect("just encoded");
                    if loaded != me.document {
                        return false;
                    }
                    me.document = loaded;
                }
                _ => world.receive(who),
            }
            if !world.check(who) {
                return false;
            }
        }
        world.meet()
    }

    /// Everybody hears from everybody, in a random order: all agree, to the byte.
    fn meet(&mut self) -> bool {
        let count = self.replicas.len();
        for round in 0..2 * count * count {
            let (from, to) = if round < count * count {
                (self.random.below(count), self.random.below(count))
            } else {
                (round % count, round / count % count)
            };
            let (bytes, known) = {
                let version = self.replicas[to].document.version().clone();
                (self.replicas[from].document.delta_since(&version), self.replicas[from].known)
            };
            let me = &mut self.replicas[to];
            if me.document.apply(&bytes).is_err() {
                return false;
            }
            me.known |= known;
        }
        let first = self.replicas[0].document.encode();
        let all = (0..count).all(|who| self.check(who) && self.replicas[who].document.encode() == first);
        all && self.replicas.iter().all(|r| r.known == (1 << self.history.0.len()) - 1)
    }
}

/// Whose operations a short delta brought: the actor whose number grew.
fn short_actor(before: &Document, after: &Document) -> Option<u64> {
    after.version().iter().find(|(actor, seq)| *seq > before.version().get(*actor)).map(|(actor, _)| actor)
}

/// Histories of a run: 10,000, or as many as `WELLMET_HISTORIES` says.
pub(crate) fn histories() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the length of a test run is no input of the crate")]
    std::env::var("WELLMET_HISTORIES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000)
}

#[test]
fn c32_documents_do_what_shoppers_meant() {
    for seed in 0..histories() {
        assert!(World::run(seed), "history {seed} differs from what was meant");
    }
}

#[test]
fn the_oracle_notices_every_mutant() {
    for wrong in Mutant::ALL {
        let noticed = mutant::with(wrong, || (0..2_000).filter(|seed| !World::run(*seed)).count());
        assert!(noticed > 0, "{wrong:?} was not noticed in 2,000 histories");
        println!("{wrong:?}: {noticed} of 2,000 histories wrong");
    }
}
