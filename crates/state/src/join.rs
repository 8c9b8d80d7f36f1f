//! Joining: taking in what another replica knows.
//!
//! A live dot stays if both sides hold it, or if one holds it and the other has not seen it. That
//! is all; it does not matter in which order, how often or how late messages arrive.

use wellmet_engine::sort::{sort, sort_by};

use crate::delta::{Delta, Form, read};
use crate::document::{Document, Kind};
use crate::entry::Entry;
use crate::error::{Error, Result};
#[cfg(test)]
use crate::mutant::{self, Mutant};
use crate::version::{Dot, Version};

/// A line of the cart whose quantity changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// The line.
    pub key: String,
    /// Pieces before.
    pub before: u32,
    /// Pieces now; 0 when the line is gone.
    pub after: u32,
    /// Something of it was removed or replaced elsewhere. With `after` above 0 that is the line that
    /// "was removed on the phone" while a piece added here survived.
    pub cut: bool,
}

/// What a message changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// There is something to store, be it only that operations were seen.
    pub advanced: bool,
    /// Kinds of which anything changed, as bits `1 << Kind`.
    pub kinds: u8,
    /// Lines of the cart with another quantity, ascending by key.
    pub lines: Vec<LineChange>,
}

impl Applied {
    /// Whether anything a shopper could see changed.
    #[must_use]
    pub const fn changed(&self) -> bool {
        self.kinds != 0
    }

    /// Whether anything of a kind changed.
    #[must_use]
    pub const fn touched(&self, kind: Kind) -> bool {
        self.kinds & 1 << kind as u8 != 0
    }
}

impl Document {
    /// Takes in a message made by [`Self::delta_since`] or [`Self::encode`] of any replica. Late and
    /// repeated messages do no harm.
    ///
    /// # Errors
    /// `Wire` for damaged bytes; `Gap` when the message builds on operations not seen here; `Epoch`
    /// for another epoch. The document is then as it was.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Applied> {
        let mut delta = read(bytes)?;
        delta.resolve(&self.version)?;
        self.join(delta)
    }

    /// Joins a message whose actors have their full names; see [`Delta::resolve`].
    pub(crate) fn join(&mut self, delta: Delta) -> Result<Applied> {
        if self.is_empty() && delta.form == Form::State {
            self.epoch = delta.epoch;
        }
        if self.epoch != delta.epoch {
            return Err(Error::Epoch);
        }
        if delta.spans.iter().any(|span| span.from > self.version.get(span.actor)) {
            return Err(Error::Gap);
        }
        Ok(self.merge(delta))
    }

    /// Joins a message that is known to fit.
    pub(crate) fn merge(&mut self, delta: Delta) -> Applied {
        let mut applied = Applied::default();
        self.drop_gone(&delta, &mut applied);
        let seen = self.version.clone();
        for span in &delta.spans {
            self.version.advance(span.actor, span.to);
            self.origins.set(span.actor, span.origin);
        }
        // Those of lines that lost something stand first, ascending by key.
        let cut = applied.lines.len();
        for (kind, entry) in delta.entries {
            self.take(kind, entry, &seen, cut, &mut applied);
        }
        for change in &mut applied.lines {
            change.after = self.quantity(&change.key);
        }
        applied.lines.retain(|change| change.before != change.after);
        sort_by(&mut applied.lines, |a, b| a.key < b.key);
        applied.advanced = applied.changed() || self.version != seen;
        if applied.advanced {
            self.settle_journal();
        }
        applied
    }

    /// Drops the dots that the other side has seen and does not hold.
    fn drop_gone(&mut self, delta: &Delta, applied: &mut Applied) {
        let mut brought: Vec<Dot> = delta.entries.iter().flat_map(|(_, entry)| entry.dots()).collect();
        sort(&mut brought);
        let gone = |dot: Dot| match delta.span(dot.actor) {
            #[cfg(test)]
            Some(_) if mutant::on(Mutant::RemoveWins) => brought.binary_search(&dot).is_err(),
            Some(span) if dot.seq > span.to => false,
            Some(span) if dot.seq > span.from => brought.binary_search(&dot).is_err(),
            Some(_) => (delta.form == Form::Digest) != delta.earlier.binary_search(&dot).is_ok(),
            None => false,
        };
        for kind in Kind::ALL {
            let mut emptied = false;
            for at in 0..self.count(kind) {
                let entry = &self.entries[kind as usize][at];
                if !entry.dots().any(gone) {
                    continue;
                }
                applied.kinds |= 1 << kind as u8;
                if kind == Kind::Cart {
                    let key = entry.key.clone();
                    let before = self.quantity(&key);
                    applied.lines.push(LineChange { key, before, after: 0, cut: true });
                }
                let entry = &mut self.entries[kind as usize][at];
                entry.cut(&mut |dot| gone(dot));
                emptied |= entry.is_empty();
            }
            if emptied {
                self.entries[kind as usize].retain(|entry| !entry.is_empty());
            }
        }
    }

    /// Takes in the live dots of one entry that were not seen before.
    fn take(&mut self, kind: Kind, from: Entry, seen: &Version, cut: usize, applied: &mut Applied) {
        if from.dots().all(|dot| seen.has(dot)) && from.adds.iter().all(|add| add.n == 1) {
            return;
        }
        if kind == Kind::Cart && applied.lines[..cut].binary_search_by(|change| change.key.cmp(&from.key)).is_err() {
            let before = self.quantity(&from.key);
            applied.lines.push(LineChange { key: from.key.clone(), before, after: 0, cut: false });
        }
        let list = &mut self.entries[kind as usize];
        let place = list.binary_search_by(|entry| entry.key.cmp(&from.key));
        let at = place.unwrap_or_else(|at| {
            list.insert(at, Entry::new(from.key));
            at
        });
        let entry = &mut list[at];
        for register in from.registers {
            #[cfg(test)]
            let seen = if mutant::on(Mutant::Resurrect) { &Version::new() } else { seen };
            if !seen.has(register.dot) {
                self.clock = self.clock.max(register.stamp);
                applied.kinds |= 1 << kind as u8;
                entry.put(register);
            }
        }
        for add in from.adds {
            #[cfg(test)]
            let seen = if mutant::on(Mutant::Resurrect) { &Version::new() } else { seen };
            if !seen.has(add.dot) {
                applied.kinds |= 1 << kind as u8;
                entry.put_add(add);
            } else if entry.add_at(add.dot).is_some() {
                entry.put_add(add);
            }
        }
        if entry.is_empty() {
            list.remove(at);
        }
    }
}
