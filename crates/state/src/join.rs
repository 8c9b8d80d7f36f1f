//! Joining: taking in what another replica knows.
//!
//! A live dot stays if both sides hold it, or if one holds it and the other has not seen it. That
//! is all; it does not matter in which order, how often or how late messages arrive.

use crate::cart::narrow;
use crate::clock::Stamp;
use crate::delta::{Delta, Form, Span, read};
use crate::document::{Document, Kind};
use crate::entry::Entry;
use crate::error::{Error, Result};
#[cfg(test)]
use crate::mutant::{self, Mutant};
use crate::version::{Dot, Version};
use alloc::{string::String, vec::Vec};

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
    /// Lines of the cart with another quantity, in no particular order. Empty after the rare exchange in
    /// which the device goes on from the hub's state: then all is to be read anew.
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
        // Only forward: after all actors were retired a document is empty too, and a late message of the epoch before
        // would bring back what was removed in it.
        if self.is_empty() && delta.form == Form::State && delta.epoch > self.epoch {
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
        let Delta { form, spans, earlier, entries: mut theirs, .. } = delta;
        let Self { version, origins, clock, entries, .. } = self;
        let mut applied = Applied::default();
        for span in &spans {
            applied.advanced |= span.to > version.get(span.actor);
            origins.set(span.actor, span.origin);
        }
        let news = News { digest: form == Form::Digest, spans: &spans, earlier: &earlier, seen: version };
        let mut join = |kind: Kind, mine: &mut Entry, other: Entry| {
            let cut = mine.dots().any(|dot| news.gone(dot, &other));
            if !cut && other.is_empty() {
                return;
            }
            let total = |entry: &Entry| if kind == Kind::Cart { narrow(entry.tally(origins).total) } else { 0 };
            let before = total(mine);
            if cut {
                mine.cut(&mut |dot| news.gone(dot, &other));
            }
            let latest = news.take(mine, other);
            *clock = latest.unwrap_or_default().max(*clock);
            if cut || latest.is_some() {
                applied.kinds |= 1 << kind as u8;
            }
            let after = total(mine);
            if before != after {
                applied.lines.push(LineChange { key: mine.key.clone(), before, after, cut });
            }
        };
        for kind in Kind::ALL {
            for mine in &mut entries[kind as usize] {
                let place = theirs.binary_search_by(|(k, other)| (*k, &other.key).cmp(&(kind, &mine.key)));
                let other = place.map(|at| theirs[at].1.take_dots()).unwrap_or_default();
                join(kind, mine, other);
            }
        }
        for (kind, mut other) in theirs.into_iter().filter(|(_, other)| !other.is_empty()) {
            let mut mine = Entry::new(core::mem::take(&mut other.key));
            join(kind, &mut mine, other);
            let list = &mut entries[kind as usize];
            let at = list.partition_point(|entry| entry.key < mine.key);
            list.insert(at, mine);
        }
        for list in entries {
            list.retain(|entry| !entry.is_empty());
        }
        for span in &spans {
            self.version.advance(span.actor, span.to);
        }
        applied.advanced |= applied.changed();
        if applied.advanced {
            self.settle_journal();
        }
        applied
    }
}

/// What a message tells, beside its entries.
struct News<'a> {
    digest: bool,
    spans: &'a [Span],
    earlier: &'a [Dot],
    /// What was seen here before.
    seen: &'a Version,
}

impl News<'_> {
    /// Whether the other side has seen a live dot of this side and does not hold it; `other` is what
    /// the message brings of the same entry.
    fn gone(&self, dot: Dot, other: &Entry) -> bool {
        let Ok(at) = self.spans.binary_search_by_key(&dot.actor, |span| span.actor) else { return false };
        let span = &self.spans[at];
        #[cfg(test)]
        if mutant::on(Mutant::RemoveWins) {
            return !other.holds(dot);
        }
        if dot.seq > span.to {
            false
        } else if dot.seq > span.from {
            !other.holds(dot)
        } else {
            self.digest != self.earlier.binary_search(&dot).is_ok()
        }
    }

    /// Takes in the live dots of an entry that were not seen before; the latest stamp among them, or
    /// the earliest there is for increments. `None` when there was nothing new.
    fn take(&self, entry: &mut Entry, other: Entry) -> Option<Stamp> {
        #[cfg(test)]
        let known = |dot: Dot| self.seen.has(dot) && !mutant::on(Mutant::Resurrect);
        #[cfg(not(test))]
        let known = |dot: Dot| self.seen.has(dot);
        let mut latest = None;
        for register in other.registers {
            if !known(register.dot) {
                latest = latest.max(Some(register.stamp));
                entry.put(register);
            }
        }
        for add in other.adds {
            if !known(add.dot) {
                latest = latest.max(Some(Stamp::default()));
                entry.put_add(add);
            } else if entry.add_at(add.dot).is_some() {
                entry.put_add(add);
            }
        }
        latest
    }
}
