//! Documents among themselves: everybody sends anything to anybody.

use wellmet_engine::time::Instant;

use super::{History, Person, Random, Set, histories};
use crate::mutant::{self, Mutant};
use crate::{Document, Error, Version};

struct Replica {
    document: Document,
    person: Person,
    /// This clock's error, ms.
    skew: i64,
    /// Earlier versions, for deltas that overlap.
    past: Vec<Version>,
}

struct Message {
    bytes: Vec<u8>,
    brings: Set,
}

struct World {
    random: Random,
    history: History,
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
            person: Person::default(),
            // Up to a day off in either direction.
            skew: random.below(172_800_000) as i64 - 86_400_000,
            past: vec![Version::new()],
        });
        let replicas = replicas.collect();
        Self { random, history: History::default(), replicas, post: Vec::new(), now: 1_800_000_000_000 }
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
        let message = Message { bytes: me.document.delta_since(&since), brings: me.person.known };
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
                        me.person.known |= 1 << op;
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
        self.history.shown(&me.document, me.person.known)
    }

    /// One random history; false at the first difference between a document and the oracle.
    fn run(seed: u64) -> bool {
        let mut world = Self::new(seed);
        let steps = 20 + world.random.below(40);
        for _ in 0..steps {
            world.now += world.random.below(5_000) as i64;
            let who = world.random.below(world.replicas.len());
            match world.random.below(8) {
                0..=3 => {
                    let me = &mut world.replicas[who];
                    let now = Instant(world.now + me.skew);
                    world.history.act(&mut world.random, &mut me.document, &mut me.person, &Version::new(), now);
                }
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
                (self.replicas[from].document.delta_since(&version), self.replicas[from].person.known)
            };
            let me = &mut self.replicas[to];
            if me.document.apply(&bytes).is_err() {
                return false;
            }
            me.person.known |= known;
        }
        let first = self.replicas[0].document.encode();
        let all = (0..count).all(|who| self.check(who) && self.replicas[who].document.encode() == first);
        all && self.replicas.iter().all(|r| r.person.known == (1 << self.history.0.len()) - 1)
    }
}

/// Whose operations a short delta brought: the actor whose number grew.
fn short_actor(before: &Document, after: &Document) -> Option<u64> {
    after.version().iter().find(|(actor, seq)| *seq > before.version().get(*actor)).map(|(actor, _)| actor)
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
    }
}
