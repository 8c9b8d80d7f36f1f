//! The document of one shopper: what is live, and which operations were seen.
//!
//! There are no tombstones. That something was removed is told by the version: an operation that
//! was seen and is not live is gone. What each operation means is in [`crate::cart`] and
//! [`crate::keep`]; how documents travel is in [`crate::delta`] and [`crate::join`].

use alloc::{borrow::ToOwned, vec::Vec};
use wellmet_engine::sort::sort;
use wellmet_engine::time::Instant;

use crate::clock::Stamp;
use crate::entry::{Entry, Register, Value};
use crate::error::{Error, Result};
use crate::limits;
use crate::login::Origins;
#[cfg(test)]
use crate::mutant::{self, Mutant};
use crate::version::{Dot, Version};

/// Where an entry is, or where it would be.
pub(crate) type Place = core::result::Result<usize, usize>;

/// What an entry is. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A line of the cart.
    Cart = 0,
    /// A line put aside.
    Saved = 1,
    /// A configuration in the making: a register for each group or bundle of bound groups.
    Configuration = 2,
    /// Her own word, such as the name she wants to be greeted by.
    Preference = 3,
    /// Something seen or answered.
    Mark = 4,
    /// What the hub says of points and vouchers, for display. Devices never write it.
    View = 5,
}

impl Kind {
    /// All kinds, in the order of the format.
    pub const ALL: [Self; 6] = [Self::Cart, Self::Saved, Self::Configuration, Self::Preference, Self::Mark, Self::View];

    /// Whether entries of this kind have a quantity.
    pub(crate) const fn counts(self) -> bool {
        matches!(self, Self::Cart | Self::Saved)
    }
}

/// Which of an entry's dots an operation replaces or takes away.
#[derive(Clone, Copy)]
pub(crate) enum Reach<'a> {
    /// The siblings of one register.
    Register(&'a str),
    /// One write of a register.
    Dot(Dot),
    /// Bases and increments.
    Quantity,
    /// All there is.
    All,
}

/// After loading, the first operation skips this many numbers: a store that lost its last writes in
/// a power cut must not give their names to other operations.
const STRIDE: u64 = 64;

/// Covers remembered for a short delta; beyond this the longer form is used.
const JOURNAL: usize = 1_024;

/// Which dots this replica's latest operations covered. A cache: it makes the delta of a click
/// short, and is neither stored nor part of the state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    /// Own operations after this number are all here.
    pub(crate) since: u64,
    /// `(own operation, what it covered)`, ascending.
    pub(crate) covers: Vec<(u64, Dot)>,
}

impl Journal {
    fn push(&mut self, by: u64, of: Dot) {
        if self.covers.len() == JOURNAL {
            self.since = self.covers[JOURNAL / 2].0;
            let since = self.since;
            self.covers.retain(|(by, _)| *by > since);
        }
        self.covers.push((by, of));
    }
}

/// The cart, configurations, preferences, marks and views of one shopper, as one replica sees them.
///
/// Two documents are equal when they hold the same state, whoever holds it.
#[derive(Clone, Debug)]
pub struct Document {
    pub(crate) actor: u64,
    pub(crate) epoch: u64,
    pub(crate) version: Version,
    pub(crate) origins: Origins,
    /// The latest stamp seen.
    pub(crate) clock: Stamp,
    /// By [`Kind`]; each ascending by key, none empty.
    pub(crate) entries: [Vec<Entry>; Kind::ALL.len()],
    pub(crate) journal: Journal,
    /// Loaded, and not written to since.
    pub(crate) resumed: bool,
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.epoch == other.epoch
            && self.version == other.version
            && self.origins == other.origins
            && self.entries == other.entries
    }
}

impl Eq for Document {}

impl Document {
    /// An empty document. `actor` is this replica's name in it: random, kept with the stored
    /// document, used by one tab at a time and never for another document. See [`crate::actor`].
    #[must_use]
    pub const fn new(actor: u64) -> Self {
        Self {
            actor,
            epoch: 0,
            version: Version::new(),
            origins: Origins::new(),
            clock: Stamp(0),
            entries: [const { Vec::new() }; Kind::ALL.len()],
            journal: Journal { since: 0, covers: Vec::new() },
            resumed: false,
        }
    }

    /// This replica's name.
    #[must_use]
    pub const fn actor(&self) -> u64 {
        self.actor
    }

    /// The same state held by another replica.
    #[must_use]
    pub fn fork(&self, actor: u64) -> Self {
        let mut fork = self.clone();
        fork.rename(actor);
        fork
    }

    /// Goes on under another name, for instance after the store turned out to be a copy.
    pub fn rename(&mut self, actor: u64) {
        self.actor = actor;
        self.settle_journal();
    }

    /// How often idle actors were retired; see [`Self::retire`].
    #[must_use]
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Which operations this state holds.
    #[must_use]
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// Whether nothing was ever done here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.version.is_empty()
    }

    /// Number of live entries of a kind.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.entries[kind as usize].len()
    }

    /// Every live register of an entry; siblings of one register stand together, in no particular
    /// order. Empty when there is no such entry.
    #[must_use]
    pub fn registers(&self, kind: Kind, key: &str) -> &[Register] {
        self.entry(kind, key).map_or(&[], |entry| &entry.registers)
    }

    /// The value of a register that counts: the newest write, ties broken by actor.
    #[must_use]
    pub fn value(&self, kind: Kind, key: &str, field: &str) -> Option<&Value> {
        Some(&self.entry(kind, key)?.winner(field)?.value)
    }

    pub(crate) fn entry(&self, kind: Kind, key: &str) -> Option<&Entry> {
        Some(&self.entries[kind as usize][self.place(kind, key).ok()?])
    }

    pub(crate) fn place(&self, kind: Kind, key: &str) -> Place {
        self.entries[kind as usize].binary_search_by(|entry| entry.key.as_str().cmp(key))
    }

    /// The place of an entry, made when missing. The caller puts something in at once.
    pub(crate) fn slot(&mut self, kind: Kind, key: &str) -> Result<usize> {
        self.make_room(kind, self.place(kind, key), key)
    }

    /// As [`Self::slot`], of a place that is known already.
    pub(crate) fn make_room(&mut self, kind: Kind, place: Place, key: &str) -> Result<usize> {
        match place {
            Ok(at) => Ok(at),
            Err(_) if self.count(kind) >= if kind.counts() { limits::LINES } else { limits::ENTRIES } => {
                Err(Error::Full)
            }
            Err(at) => {
                self.entries[kind as usize].insert(at, Entry::new(key.to_owned()));
                Ok(at)
            }
        }
    }

    /// Every live dot that `wanted` says yes to, ascending.
    pub(crate) fn live(&self, wanted: &dyn Fn(Dot) -> bool) -> Vec<Dot> {
        let mut live = Vec::new();
        for list in &self.entries {
            for entry in list {
                live.extend(entry.dots().filter(|dot| wanted(*dot)));
            }
        }
        sort(&mut live);
        live
    }

    /// The name of the next operation of this replica.
    pub(crate) fn next_dot(&mut self) -> Dot {
        let stride = if core::mem::take(&mut self.resumed) { STRIDE } else { 0 };
        let dot = Dot { actor: self.actor, seq: self.version.get(self.actor) + 1 + stride };
        self.version.advance(dot.actor, dot.seq);
        dot
    }

    pub(crate) fn next_stamp(&mut self, now: Instant) -> Stamp {
        self.clock = self.clock.next(now);
        self.clock
    }

    /// Takes away what operation `by` reaches of an entry. The entry may be left empty.
    pub(crate) fn cover(&mut self, kind: Kind, at: usize, by: Dot, reach: Reach<'_>) {
        let journal = &mut self.journal;
        let entry = &mut self.entries[kind as usize][at];
        entry.registers.retain(|register| {
            let hit = match reach {
                Reach::Register(field) => register.field == field,
                Reach::Dot(dot) => register.dot == dot,
                Reach::Quantity => register.field.is_empty(),
                Reach::All => true,
            };
            if hit {
                journal.push(by.seq, register.dot);
            }
            !hit
        });
        #[cfg(test)]
        if mutant::on(Mutant::SetSparesAdds) && matches!(reach, Reach::Quantity) {
            return;
        }
        if matches!(reach, Reach::Quantity | Reach::All) {
            for add in entry.adds.drain(..) {
                journal.push(by.seq, add.dot);
            }
        }
    }

    /// Takes away an entry as operation `by`.
    pub(crate) fn drop_entry(&mut self, kind: Kind, at: usize, by: Dot) {
        self.cover(kind, at, by, Reach::All);
        self.entries[kind as usize].remove(at);
    }

    /// Writes a register in place of what this replica has seen of it: its siblings, and for the
    /// quantity the increments too.
    pub(crate) fn write(&mut self, kind: Kind, at: usize, field: &str, value: Value, now: Instant) {
        let dot = self.next_dot();
        let stamp = self.next_stamp(now);
        let whole = kind.counts() && field.is_empty();
        self.cover(kind, at, dot, if whole { Reach::Quantity } else { Reach::Register(field) });
        self.entries[kind as usize][at].put(Register { field: field.to_owned(), dot, stamp, value });
    }

    /// Forgets which covers belong to which operation, after state came in from elsewhere.
    pub(crate) fn settle_journal(&mut self) {
        self.journal = Journal { since: self.version.get(self.actor), covers: Vec::new() };
    }
}

/// Refuses keys and names that are empty, longer than `max` bytes, or hold control characters.
pub(crate) fn check_key(key: &str, max: usize) -> Result<()> {
    if key.is_empty() || key.len() > max || key.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Err(Error::BadKey);
    }
    Ok(())
}

/// Refuses texts that are too long to keep.
pub(crate) const fn check_text(text: &str) -> Result<()> {
    if text.len() > limits::TEXT { Err(Error::TooLong) } else { Ok(()) }
}
