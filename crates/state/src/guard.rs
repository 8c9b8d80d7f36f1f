//! What a hub takes from a device: nothing that could damage a document or make it grow at will.
//!
//! A device may only add operations of its own actors, in sequence, stamped no later than now, and
//! may not touch what only the hub writes. All is checked on a copy before the document changes.

use alloc::vec::Vec;
use wellmet_engine::time::Instant;
use wellmet_engine::wire::WireError;

use crate::clock::Stamp;
use crate::delta::{Delta, read};
use crate::document::{Document, Kind};
use crate::entry::Entry;
use crate::error::Error;
use crate::join::Applied;
use crate::version::{Dot, Version};

/// Why a device's message was refused. The document is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Damaged bytes, or a contradiction in them.
    Wire(WireError),
    /// One operation's name is used twice, or a known actor's origin is changed.
    Contradiction,
    /// It builds on operations that the hub has not seen. The exchange mends this by itself.
    Gap,
    /// The device's document is of a later epoch than the hub's.
    EpochAhead,
    /// New operations of an actor that belongs to another device, or to the hub.
    ForeignActor(u64),
    /// An actor's numbers jump further than anybody could click.
    CounterJump,
    /// A stamp further ahead of the hub's clock than [`Limits::ahead_ms`].
    FutureStamp,
    /// The document would become larger than [`Limits`] allows.
    TooLarge,
}

impl Refusal {
    /// Stable code, part of the public interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wire(error) => error.fault.code(),
            Self::Contradiction => "contradiction",
            Self::Gap => "gap",
            Self::EpochAhead => "epoch-ahead",
            Self::ForeignActor(_) => "foreign-actor",
            Self::CounterJump => "counter-jump",
            Self::FutureStamp => "future-stamp",
            Self::TooLarge => "too-large",
        }
    }
}

/// Bounds of one document at the hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most lines, or entries of any one kind. Default 1,000: more than three devices make.
    pub entries: usize,
    /// Most registers and increments of one entry. Default 4,000.
    pub dots: usize,
    /// Most actors. Default 64; idle ones are retired, see [`Document::retire`].
    pub actors: usize,
    /// Most bytes of a message, and of the document. Default 65,536.
    pub bytes: usize,
    /// How far ahead of the hub's clock a stamp may be, ms. Default 60,000.
    pub ahead_ms: u64,
    /// Most numbers that an actor may take since the hub last heard of it. Default 2^20.
    pub jump: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { entries: 1_000, dots: 4_000, actors: 64, bytes: 65_536, ahead_ms: 60_000, jump: 1 << 20 }
    }
}

/// The circumstances of one message.
pub struct Guard<'a> {
    /// The hub's time.
    pub now: Instant,
    /// Whether an actor is known to belong to *another* device than the one that speaks.
    pub foreign: &'a dyn Fn(u64) -> bool,
    /// All that [`Document::retire`] ever returned for this document.
    pub retired: &'a Version,
    /// The hub's store was lost or restored from a backup a while ago. Devices then bring back what
    /// the hub has forgotten, other devices' operations and a later epoch included.
    pub healing: bool,
    /// Bounds.
    pub limits: Limits,
}

impl core::fmt::Debug for Guard<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Guard").field("now", &self.now).field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Guard<'_> {
    /// Takes a device's message into the document, or refuses it and changes nothing.
    ///
    /// Views in it are passed over: they are the hub's word, and a hub that lost them writes them
    /// anew.
    ///
    /// # Errors
    /// The [`Refusal`].
    pub fn admit(&self, document: &mut Document, bytes: &[u8]) -> Result<Applied, Refusal> {
        if bytes.len() > self.limits.bytes {
            return Err(Refusal::TooLarge);
        }
        let mut delta = read(bytes).map_err(Refusal::Wire)?;
        delta.resolve(&document.version).map_err(|_| Refusal::Gap)?;
        self.check(document, &delta)?;
        delta.entries.retain(|(kind, _)| *kind != Kind::View);
        let mut next = document.clone();
        let views = core::mem::take(&mut next.entries[Kind::View as usize]);
        let applied = next.join(delta).map_err(|error| match error {
            Error::Gap => Refusal::Gap,
            Error::Epoch => Refusal::EpochAhead,
            _ => Refusal::Contradiction,
        })?;
        next.entries[Kind::View as usize] = views;
        if applied.advanced {
            self.measure(document, &next)?;
        }
        *document = next;
        Ok(applied)
    }

    fn check(&self, document: &Document, delta: &Delta) -> Result<(), Refusal> {
        for span in &delta.spans {
            let known = document.version.get(span.actor);
            if span.to > known {
                let foreign = span.actor == document.actor || (!self.healing && (self.foreign)(span.actor));
                // One that was retired may go on with its numbers, not begin anew.
                if foreign || span.to < self.retired.get(span.actor) {
                    return Err(Refusal::ForeignActor(span.actor));
                }
                if span.to - known > self.limits.jump {
                    return Err(Refusal::CounterJump);
                }
            }
            if known > 0 && span.origin.is_some() && span.origin != document.origins.get(span.actor) {
                return Err(Refusal::Contradiction);
            }
        }
        let latest = Stamp(Stamp::at(self.now).0.saturating_add(self.limits.ahead_ms << 16));
        let mut dots: Vec<Dot> = Vec::new();
        for (kind, entry) in &delta.entries {
            dots.extend(entry.dots());
            let known = |dot: &Dot| self.retired.has(*dot) && !document.version.has(*dot);
            if let Some(dot) = entry.dots().find(known) {
                return Err(Refusal::ForeignActor(dot.actor));
            }
            for add in entry.adds.iter().filter(|add| !self.healing && document.version.has(add.dot)) {
                // Only a hub settles increments: what it has seen cannot have grown elsewhere.
                let there = document.entry(*kind, &entry.key).and_then(|known| known.add_at(add.dot));
                if there.is_some_and(|there| there.n < add.n) {
                    return Err(Refusal::Contradiction);
                }
            }
            if entry.registers.iter().any(|r| r.stamp > latest && !document.version.has(r.dot)) {
                return Err(Refusal::FutureStamp);
            }
        }
        dots.sort_unstable();
        if dots.windows(2).any(|pair| pair[0] == pair[1]) { Err(Refusal::Contradiction) } else { Ok(()) }
    }

    /// Refuses growth beyond the limits. A document that is over them already may still shrink.
    fn measure(&self, before: &Document, after: &Document) -> Result<(), Refusal> {
        let over = |now: usize, then: usize, most: usize| now > most && now > then;
        let widest = |document: &Document| {
            let sizes = document.entries.iter().flatten().map(|entry: &Entry| entry.dots().count());
            sizes.max().unwrap_or(0)
        };
        let crowded = Kind::ALL.iter().any(|kind| over(after.count(*kind), before.count(*kind), self.limits.entries));
        if crowded
            || over(after.version.len(), before.version.len(), self.limits.actors)
            || over(widest(after), widest(before), self.limits.dots)
            || over(after.encode().len(), before.encode().len(), self.limits.bytes)
        {
            return Err(Refusal::TooLarge);
        }
        Ok(())
    }
}
