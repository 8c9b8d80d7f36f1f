//! Devices and a hub: requests and replies that are lost, repeated or late, a hub that loses its
//! last writes or all of them, increments settled, actors retired, pages loaded anew.

use std::collections::BTreeMap;

use wellmet_engine::time::Instant;

use super::{History, Person, Random, Set, histories};
use crate::exchange::{self, Device};
use crate::guard::{Guard, Limits};
use crate::{Document, Version};

struct Phone {
    device: Device,
    person: Person,
    /// This clock's error, ms. Less than what the hub tolerates; more is told in the tests of the
    /// exchange.
    skew: i64,
}

#[derive(Clone)]
struct Hub {
    document: Document,
    known: Set,
    retired: Version,
    /// What each device was last known to have seen.
    seen: BTreeMap<usize, Version>,
    healing: bool,
}

struct Letter {
    of: usize,
    bytes: Vec<u8>,
    known: Set,
    hub: Version,
}

/// What may go wrong in a history besides the network.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// The hub settles increments and retires actors.
    Tidy,
    /// The hub loses its last writes, or everything.
    Loss,
}

struct World {
    random: Random,
    history: History,
    phones: Vec<Phone>,
    hub: Hub,
    /// An earlier state of the hub's disk.
    backup: Hub,
    trouble: Trouble,
    requests: Vec<Letter>,
    replies: Vec<Letter>,
    now: i64,
}

impl World {
    fn new(seed: u64, trouble: Trouble) -> Self {
        let mut random = Random(seed ^ 0x0048_5542);
        let count = 2 + random.below(2);
        let phones = (0..count).map(|_| Phone {
            device: Device::new(random.next()),
            person: Person::default(),
            skew: random.below(80_000) as i64 - 40_000,
        });
        let phones = phones.collect();
        let hub = Hub {
            document: Document::new(random.next()),
            known: 0,
            retired: Version::new(),
            seen: (0..count).map(|of| (of, Version::new())).collect(),
            healing: false,
        };
        let backup = hub.clone();
        let history = History::default();
        Self {
            random,
            history,
            phones,
            backup,
            hub,
            trouble,
            requests: vec![],
            replies: vec![],
            now: 1_800_000_000_000,
        }
    }

    fn ask(&mut self, of: usize) {
        let phone = &self.phones[of];
        let bytes = phone.device.request(Instant(self.now + phone.skew));
        self.requests.push(Letter { of, bytes, known: phone.person.known, hub: Version::new() });
    }

    fn answer(&mut self) {
        if self.requests.is_empty() {
            return;
        }
        let at = self.random.below(self.requests.len());
        let keep = self.random.below(4) == 0;
        let Letter { of, known, .. } = self.requests[at];
        let guard = Guard {
            now: Instant(self.now),
            foreign: &|_| false,
            retired: &self.hub.retired,
            healing: self.hub.healing,
            limits: Limits::default(),
        };
        let answered = exchange::answer(&mut self.hub.document, &self.requests[at].bytes, &guard).expect("sound");
        assert_eq!(answered.refused, None);
        if answered.reply[1] == 0 {
            // Even: the hub has all that the device knew.
            self.hub.known |= known;
            self.hub.seen.entry(of).or_default().join(&answered.seen);
        }
        let hub = self.hub.document.version().clone();
        self.replies.push(Letter { of, bytes: answered.reply, known: self.hub.known, hub });
        if !keep {
            self.requests.swap_remove(at);
        }
    }

    fn finish(&mut self) {
        if self.replies.is_empty() {
            return;
        }
        let at = self.random.below(self.replies.len());
        let keep = self.random.below(4) == 0;
        let Letter { of, known, ref hub, ref bytes } = self.replies[at];
        let phone = &mut self.phones[of];
        let before = phone.device.document.version().get(phone.device.document.actor());
        let finished = phone.device.finish(bytes, Instant(self.now + phone.skew)).expect("sound");
        assert_eq!(finished.refused, None);
        let version = phone.device.document.version();
        assert!(version.get(phone.device.document.actor()) >= before, "own numbers never go back");
        let behind = bytes[1] == 1;
        if !behind && version.dominates(hub) {
            phone.person.known |= known;
        }
        if !keep {
            self.replies.swap_remove(at);
        }
    }

    fn trouble(&mut self) {
        match self.trouble {
            Trouble::Tidy if self.random.below(2) == 0 => {
                let all = self.hub.seen.values().cloned().reduce(|a, b| a.meet(&b));
                self.hub.document.settle(&all.unwrap_or_default());
            }
            Trouble::Tidy => {
                let some = self.random.next();
                let retired = self.hub.document.retire(&|actor| (actor ^ some) & 1 == 0);
                self.hub.retired.join(&retired);
            }
            Trouble::Loss if self.random.below(2) == 0 => self.backup = self.hub.clone(),
            Trouble::Loss => {
                if self.random.below(2) == 0 {
                    self.hub = self.backup.clone();
                } else {
                    self.hub.document = Document::new(self.random.next());
                    self.hub.known = 0;
                    self.hub.seen.values_mut().for_each(|seen| *seen = Version::new());
                }
                self.hub.healing = true;
            }
        }
    }

    /// One random history; what went wrong first, if anything.
    fn run(seed: u64, trouble: Trouble) -> Result<(), &'static str> {
        let mut world = Self::new(seed, trouble);
        let steps = 20 + world.random.below(60);
        for _ in 0..steps {
            world.now += world.random.below(3_000) as i64;
            let of = world.random.below(world.phones.len());
            match world.random.below(12) {
                0..=3 => {
                    let phone = &mut world.phones[of];
                    let now = phone.device.time(Instant(world.now + phone.skew));
                    let document = &mut phone.device.document;
                    let retired = &world.hub.retired;
                    world.history.act(&mut world.random, document, &mut phone.person, retired, now);
                }
                4 | 5 => world.ask(of),
                6 | 7 => world.answer(),
                8 | 9 => world.finish(),
                10 if world.random.below(2) == 0 => {
                    let device = &mut world.phones[of].device;
                    let actor = device.document.actor();
                    let loaded = Device::open(&device.save(), actor).expect("just saved");
                    if loaded != *device {
                        return Err("loading changed the device");
                    }
                    *device = loaded;
                }
                11 if world.random.below(2) == 0 => world.trouble(),
                _ => {}
            }
            if !world.history.shown(&world.phones[of].device.document, world.phones[of].person.known) {
                return Err("a device shows something else than was meant");
            }
            if !world.history.shown(&world.hub.document, world.hub.known) {
                return Err("the hub holds something else than was meant");
            }
        }
        world.quiesce()
    }

    /// The network is back: everybody exchanges until there is nothing left.
    fn quiesce(&mut self) -> Result<(), &'static str> {
        (self.requests, self.replies) = (vec![], vec![]);
        for _ in 0..2 {
            for of in 0..self.phones.len() {
                let mut left = 6;
                loop {
                    self.ask(of);
                    self.answer();
                    while !self.requests.is_empty() {
                        self.answer();
                    }
                    while !self.replies.is_empty() {
                        self.finish();
                    }
                    if !self.phones[of].device.pending() {
                        break;
                    }
                    left -= 1;
                    if left == 0 {
                        return Err("an exchange that never ends");
                    }
                }
            }
        }
        for phone in &self.phones {
            let shown = self.history.shown(&phone.device.document, self.hub.known);
            if !shown || phone.device.document.version() != self.hub.document.version() {
                return Err("a device and the hub differ in the end");
            }
        }
        let all = (1 << self.history.0.len()) - 1;
        if self.hub.known == all { Ok(()) } else { Err("something was lost") }
    }
}

fn run(trouble: Trouble) {
    for seed in 0..histories() / 2 {
        if let Err(wrong) = World::run(seed, trouble) {
            panic!("history {seed}: {wrong}");
        }
    }
}

#[test]
fn c05_devices_and_a_tidy_hub_do_what_shoppers_meant() {
    run(Trouble::Tidy);
}

/// A long run found it: everything was removed, all actors were retired, and a late reply of the epoch before came.
#[test]
fn an_emptied_document_does_not_go_back_an_epoch() {
    assert_eq!(World::run(417_288, Trouble::Tidy), Ok(()));
}

#[test]
fn c05_a_hub_that_forgot_heals_from_its_devices() {
    run(Trouble::Loss);
}
