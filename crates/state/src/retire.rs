//! Keeping a document small over years: settling increments, retiring actors, and how a device that
//! slept through it goes on.

use wellmet_engine::sort::{sort, sort_distinct};

use crate::document::{Document, Kind};
use crate::entry::{Add, Entry, Register};
use crate::join::{Applied, LineChange};
use crate::version::{Dot, Version};

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
        let live: Vec<u64> = self.entries.iter().flatten().flat_map(Entry::dots).map(|dot| dot.actor).collect();
        let gone: Vec<u64> =
            self.version.iter().map(|(actor, _)| actor).filter(|actor| idle(*actor) && !live.contains(actor)).collect();
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

    /// Goes on from the hub's state of another epoch: this device's unacknowledged operations are put
    /// on top of it, everything else of the old state is dropped. `retired` is what the hub knew of
    /// actors it has forgotten. When `foreign` is this replica's own actor (the store is a copy of
    /// another device's), the operations are made again under the actor of `base`; those of another
    /// foreign actor are left to their owner.
    pub(crate) fn rebase(
        &mut self,
        base: Self,
        acknowledged: &Version,
        retired: &Version,
        foreign: Option<u64>,
    ) -> Applied {
        let old = core::mem::replace(self, base);
        let mut live: Vec<Dot> = old.entries.iter().flatten().flat_map(Entry::dots).collect();
        sort(&mut live);
        let known = if foreign.is_some() { Version::new() } else { retired.clone() };
        let seen = self.version.clone();
        let again = foreign == Some(old.actor) && self.actor != old.actor;

        // What the unacknowledged operations took away.
        let mut cut = false;
        for list in &mut self.entries {
            for entry in list.iter_mut() {
                cut |= entry.cut(&mut |dot| {
                    let knew = if foreign == Some(dot.actor) { acknowledged.has(dot) } else { old.version.has(dot) };
                    knew && live.binary_search(&dot).is_err()
                });
            }
            list.retain(|entry| !entry.is_empty());
        }
        // What they brought. This replica's own numbers never go back, even if it was retired.
        if foreign != Some(old.actor) {
            self.version.advance(old.actor, old.version.get(old.actor));
        }
        for (actor, seq) in old.version.iter() {
            if foreign != Some(actor) && seq > acknowledged.get(actor) && seq > known.get(actor) {
                self.version.advance(actor, seq);
                self.origins.set(actor, old.origins.get(actor));
            }
        }
        let mut renamed = cut && again;
        for kind in Kind::ALL {
            for entry in &old.entries[kind as usize] {
                let new = |dot: Dot| {
                    if acknowledged.has(dot) {
                        false
                    } else if foreign == Some(dot.actor) {
                        again
                    } else {
                        !seen.has(dot) && !known.has(dot)
                    }
                };
                if !entry.dots().any(new) {
                    continue;
                }
                let list = &mut self.entries[kind as usize];
                let at = list.binary_search_by(|e| e.key.cmp(&entry.key)).unwrap_or_else(|at| {
                    list.insert(at, Entry::new(entry.key.clone()));
                    at
                });
                let mut name = |dot: Dot, this: &mut Self| {
                    if foreign == Some(dot.actor) {
                        renamed = false;
                        this.next_dot()
                    } else {
                        dot
                    }
                };
                for r in entry.registers.iter().filter(|r| new(r.dot)) {
                    let dot = name(r.dot, self);
                    self.clock = self.clock.max(r.stamp);
                    self.entries[kind as usize][at].put(Register { dot, ..r.clone() });
                }
                for add in entry.adds.iter().filter(|add| new(add.dot)) {
                    let dot = name(add.dot, self);
                    self.entries[kind as usize][at].put_add(Add { dot, n: add.n });
                }
            }
        }
        if renamed {
            // Something was only taken away: the hub learns it from an operation of the new name.
            self.next_dot();
        }
        self.settle_journal();
        changes(&old, self)
    }
}

/// What a shopper sees of going from one state to another.
fn changes(old: &Document, new: &Document) -> Applied {
    let mut applied = Applied { advanced: true, ..Applied::default() };
    for kind in Kind::ALL {
        if old.entries[kind as usize] != new.entries[kind as usize] {
            applied.kinds |= 1 << kind as u8;
        }
    }
    let mut keys: Vec<&str> = old.cart().iter().chain(&new.cart()).map(|line| line.key).collect();
    sort_distinct(&mut keys);
    for key in keys {
        let (before, after) = (old.quantity(key), new.quantity(key));
        if before != after {
            applied.lines.push(LineChange { key: key.to_owned(), before, after, cut: after < before });
        }
    }
    applied
}
