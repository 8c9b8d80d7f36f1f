//! One thing of a document: a cart line, a configuration, a preference.
//!
//! An entry holds only what is live. Concurrent writes of one register are kept side by side and
//! the winner is picked when read: dropping the loser while joining is not associative.

use crate::clock::Stamp;
use crate::login::{Origins, Policy};
#[cfg(test)]
use crate::mutant::{self, Mutant};
use crate::version::Dot;
use alloc::{string::String, vec::Vec};

/// What a register holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A quantity, an amount in minor units, a moment in milliseconds.
    Number(i64),
    /// A text, at most [`crate::limits::TEXT`] bytes.
    Text(String),
}

impl Value {
    /// The text; empty for a number.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Number(_) => "",
        }
    }

    /// The number; 0 for a text.
    #[must_use]
    pub const fn number(&self) -> i64 {
        match self {
            Self::Number(number) => *number,
            Self::Text(_) => 0,
        }
    }
}

/// One write of a register that no later write has replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Name within the entry; the quantity of a line and the value of a preference are `""`.
    pub field: String,
    /// The operation that wrote it.
    pub dot: Dot,
    /// When, as far as its maker's clock was right.
    pub stamp: Stamp,
    /// What was written.
    pub value: Value,
}

impl Register {
    /// Among siblings the greatest wins: newest, then by actor so that every replica agrees.
    pub(crate) fn rank(&self) -> (u64, u64, u64) {
        #[cfg(test)]
        if mutant::on(Mutant::BusiestWins) {
            return (self.dot.seq, self.dot.actor, 0);
        }
        (self.stamp.0, self.dot.actor, self.dot.seq)
    }
}

/// One press of "add to cart".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Add {
    pub(crate) dot: Dot,
    pub(crate) n: u32,
}

/// A key with its live registers and increments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Ascending by field, then dot.
    pub(crate) registers: Vec<Register>,
    /// Ascending by dot.
    pub(crate) adds: Vec<Add>,
}

/// The quantity of a line and how it came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Pieces.
    pub(crate) total: u64,
    /// Whether any quantity is live; a field alone does not keep a line.
    pub(crate) alive: bool,
    /// Whether some of it was folded in at a login and not touched since.
    pub(crate) guest: bool,
    /// Quantities of the account and of the guest, when the shopper is to be asked.
    pub(crate) ask: Option<(u64, u64)>,
}

/// Live quantity of one origin: the winner among its bases plus its increments.
#[derive(Clone, Copy, Default)]
struct Part {
    base: Option<((u64, u64, u64), u64)>,
    adds: u64,
}

impl Part {
    fn base(&mut self, register: &Register) {
        let found = (register.rank(), u64::try_from(register.value.number()).unwrap_or(0));
        self.base = self.base.max(Some(found));
    }

    const fn total(self) -> u64 {
        let base = match self.base {
            Some((_, value)) => value,
            None => 0,
        };
        base.saturating_add(self.adds)
    }
}

impl Entry {
    pub(crate) const fn new(key: String) -> Self {
        Self { key, registers: Vec::new(), adds: Vec::new() }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.registers.is_empty() && self.adds.is_empty()
    }

    /// Whether any quantity is live; a field alone does not keep a line.
    pub(crate) fn counts(&self) -> bool {
        !self.adds.is_empty() || self.bases().next().is_some()
    }

    /// Live quantity bases: the registers without a name, which sort first.
    fn bases(&self) -> impl Iterator<Item = &Register> {
        self.registers.iter().take_while(|register| register.field.is_empty())
    }

    /// The writes of one register, in no particular order.
    pub(crate) fn siblings(&self, field: &str) -> &[Register] {
        let from = self.registers.partition_point(|register| register.field.as_str() < field);
        let len = self.registers[from..].iter().take_while(|register| register.field == field).count();
        &self.registers[from..from + len]
    }

    /// The write of a register that counts.
    pub(crate) fn winner(&self, field: &str) -> Option<&Register> {
        self.siblings(field).iter().max_by_key(|register| register.rank())
    }

    /// Number of different registers.
    pub(crate) fn fields(&self) -> usize {
        let mut last = None;
        self.registers.iter().filter(|register| last.replace(&register.field) != Some(&register.field)).count()
    }

    /// Drops every register and increment whose dot `cut` says yes to; tells whether any was.
    pub(crate) fn cut(&mut self, cut: &mut dyn FnMut(Dot) -> bool) -> bool {
        let before = self.registers.len() + self.adds.len();
        self.registers.retain(|register| !cut(register.dot));
        self.adds.retain(|add| !cut(add.dot));
        self.registers.len() + self.adds.len() != before
    }

    /// Moves the registers and increments out.
    pub(crate) fn take_dots(&mut self) -> Self {
        Self {
            key: String::new(),
            registers: core::mem::take(&mut self.registers),
            adds: core::mem::take(&mut self.adds),
        }
    }

    /// Every live dot.
    pub(crate) fn dots(&self) -> impl Iterator<Item = Dot> + '_ {
        self.registers.iter().map(|register| register.dot).chain(self.adds.iter().map(|add| add.dot))
    }

    /// Puts a register in its place; one that is there already stays.
    pub(crate) fn put(&mut self, register: Register) {
        let place = self
            .registers
            .binary_search_by(|r| (r.field.as_str(), r.dot).cmp(&(register.field.as_str(), register.dot)));
        if let Err(at) = place {
            self.registers.insert(at, register);
        }
        #[cfg(test)]
        if mutant::on(Mutant::DropLoser) {
            let best: Vec<Dot> = self.registers.iter().filter_map(|r| Some(self.winner(&r.field)?.dot)).collect();
            self.registers.retain(|r| best.contains(&r.dot));
        }
    }

    /// Puts an increment in its place. The same dot twice differs only when one side has settled
    /// earlier increments into it, and then the larger number is the settled one.
    pub(crate) fn put_add(&mut self, add: Add) {
        match self.adds.binary_search_by_key(&add.dot, |add| add.dot) {
            Ok(at) => self.adds[at].n = self.adds[at].n.max(add.n),
            Err(at) => self.adds.insert(at, add),
        }
    }

    /// Whether a dot is live here.
    pub(crate) fn holds(&self, dot: Dot) -> bool {
        self.add_at(dot).is_some() || self.registers.iter().any(|register| register.dot == dot)
    }

    /// The increment of this name.
    pub(crate) fn add_at(&self, dot: Dot) -> Option<&Add> {
        Some(&self.adds[self.adds.binary_search_by_key(&dot, |add| add.dot).ok()?])
    }

    /// The quantity, by the policy of each login that folded something in.
    pub(crate) fn tally(&self, origins: &Origins) -> Tally {
        let mut account = Part::default();
        if origins.is_empty() {
            self.bases().for_each(|register| account.base(register));
            account.adds = self.adds.iter().fold(0, |sum, add| sum + u64::from(add.n));
            return Tally {
                total: account.total(),
                alive: account.base.is_some() || !self.adds.is_empty(),
                ..Tally::default()
            };
        }
        let mut guests: Vec<(crate::login::Origin, Part)> = Vec::new();
        let mut native = false;
        let mut part = |dot: Dot, each: &mut dyn FnMut(&mut Part)| match origins.get(dot.actor) {
            None => {
                native = true;
                each(&mut account);
            }
            Some(origin) => {
                let place = guests.binary_search_by_key(&origin, |(origin, _)| *origin);
                let at = place.unwrap_or_else(|at| {
                    guests.insert(at, (origin, Part::default()));
                    at
                });
                each(&mut guests[at].1);
            }
        };
        self.bases().for_each(|register| part(register.dot, &mut |p| p.base(register)));
        self.adds.iter().for_each(|add| part(add.dot, &mut |p| p.adds += u64::from(add.n)));
        let mut tally = Tally { total: account.total(), alive: native, guest: !guests.is_empty(), ask: None };
        for (origin, part) in guests {
            let (a, g) = (tally.total, part.total());
            tally.total = match origin.policy() {
                _ if !tally.alive => g,
                Policy::Sum => a.saturating_add(g),
                Policy::Guest => g,
                Policy::Account => a,
                // After `Defer` the account's own part can only be what came later.
                Policy::Max | Policy::Defer => a.max(g),
                Policy::Ask => {
                    tally.ask = Some((a, g)).filter(|_| a != g);
                    a.max(g)
                }
            };
            tally.alive = true;
        }
        tally
    }
}
