//! Keeping a document small over years: settling increments, retiring actors, and how a device that
//! slept through it goes on.

use crate::delta::{Delta, Form, Span};
use crate::document::{Document, Kind};
use crate::entry::{Add, Entry};
use crate::join::Applied;
use crate::version::{Dot, Version};
use alloc::vec::Vec;

impl Document {
    /// Settles increments: those of one actor on one line that `stable` covers become one. Only a hub
    /// may, and `stable` must be the meet of what *every* device of this document has seen
    /// ([`crate::exchange::Answered::seen`]). Earlier, a removal that saw only some of them would
    /// take away all or none. Tells whether anything changed; versions do not.
    pub fn settle(&mut self, stable: &Version) -> bool {
        let mut changed = false;
        for kind in [Kind::Cart, Kind::Saved] {
            for entry in &mut self.entries[kind as usize] {
                let before = entry.adds.len();
                if before < 2 {
                    continue;
                }
                let mut kept: Vec<Add> = Vec::with_capacity(before);
                for add in entry.adds.drain(..) {
                    match kept.last_mut().filter(|last| last.dot.actor == add.dot.actor && stable.has(add.dot)) {
                        Some(last) => *last = Add { dot: add.dot, n: last.n.saturating_add(add.n) },
                        None => kept.push(add),
                    }
                }
                changed |= kept.len() != before;
                entry.adds = kept;
            }
        }
        if changed {
            self.settle_journal();
        }
        changed
    }

    /// Forgets actors that `idle` says yes to and that nothing live is left of, and begins a new
    /// epoch if there were any. Only a hub may, for actors that were silent for long (90 days).
    /// Returns what was known of them: the hub joins it to [`crate::guard::Guard::retired`], in case one
    /// comes back.
    pub fn retire(&mut self, idle: &dyn Fn(u64) -> bool) -> Version {
        let mut retired = Version::new();
        let live = self.live(&|_| true);
        let idle = |actor: &u64| idle(*actor) && live.iter().all(|dot| dot.actor != *actor);
        let gone: Vec<u64> = self.version.iter().map(|(actor, _)| actor).filter(idle).collect();
        for actor in gone {
            retired.advance(actor, self.version.forget(actor));
            self.origins.forget(actor);
        }
        if !retired.is_empty() {
            self.epoch += 1;
            self.settle_journal();
        }
        retired
    }

    /// Goes on from the hub's state `base` of another epoch: this device's unacknowledged operations are
    /// joined to it, everything else of the old state is dropped. `retired` is what the hub knew of
    /// actors it has forgotten.
    pub(crate) fn rebase(&mut self, base: Self, acknowledged: &Version, retired: &Version) -> Applied {
        let mut old = core::mem::replace(self, base);
        let own = old.actor;
        let left = old.live(&|dot| acknowledged.has(dot));
        let mut spans = Vec::new();
        for (actor, to) in old.version.iter() {
            let known = acknowledged.get(actor).max(retired.get(actor));
            // This replica's own numbers never go back, even if it was retired.
            if self.version.get(actor) > 0 || to > known || actor == own {
                let from = acknowledged.get(actor).min(to);
                spans.push(Span { actor, from, to, origin: old.origins.get(actor) });
            }
        }
        let mut entries = Vec::new();
        for kind in Kind::ALL {
            for mut entry in core::mem::take(&mut old.entries[kind as usize]) {
                entry.cut(&mut |dot| acknowledged.has(dot) || retired.has(dot));
                entries.push((kind, entry));
            }
        }
        self.merge(Delta { form: Form::Digest, epoch: self.epoch, spans, earlier: left, entries });
        self.settle_journal();
        Applied { advanced: true, kinds: (1 << Kind::ALL.len()) - 1, lines: Vec::new() }
    }

    /// The hub says that `foreign` belongs to another device: this store is a copy of that one's.
    /// Unacknowledged operations of that name are made again under a `fresh` one if it was this
    /// replica's own, and left to their owner otherwise.
    pub(crate) fn disown(&mut self, foreign: u64, acknowledged: &Version, fresh: u64) {
        let mine = foreign == self.actor;
        let before = self.version.forget(foreign);
        self.version.advance(foreign, acknowledged.get(foreign).min(before));
        if mine {
            self.actor = fresh;
            self.resumed = false;
            if before > self.version.get(foreign) {
                // There may be nothing but removals, and the hub learns them from a number.
                self.next_dot();
            }
        }
        for kind in Kind::ALL {
            for at in 0..self.count(kind) {
                let Entry { registers, adds, .. } = self.entries[kind as usize][at].take_dots();
                for mut register in registers {
                    if let Some(dot) = self.owned(register.dot, foreign, mine) {
                        register.dot = dot;
                        self.entries[kind as usize][at].put(register);
                    }
                }
                for mut add in adds {
                    if let Some(dot) = self.owned(add.dot, foreign, mine) {
                        add.dot = dot;
                        self.entries[kind as usize][at].put_add(add);
                    }
                }
            }
            self.entries[kind as usize].retain(|entry| !entry.is_empty());
        }
        self.settle_journal();
    }

    /// The name that an operation keeps or gets when `foreign` is disowned; `None` to drop it.
    fn owned(&mut self, dot: Dot, foreign: u64, mine: bool) -> Option<Dot> {
        if dot.actor != foreign || self.version.has(dot) {
            return Some(dot);
        }
        if mine { Some(self.next_dot()) } else { None }
    }
}
