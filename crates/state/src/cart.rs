//! The cart: what each operation means when devices act at the same time.
//!
//! | operation | effect |
//! | --- | --- |
//! | [`Document::add`] | an increment of its own; concurrent ones sum |
//! | [`Document::set_quantity`] | replaces the quantity this replica has *seen*; a unit added elsewhere meanwhile survives |
//! | [`Document::remove`], [`Document::clear`] | take away what this replica has seen |
//! | [`Document::set_field`] | newest wins; alone it does not keep a line |
//! | [`Document::purchase`] | takes away exactly what was paid |
//!
//! A product page uses `add`. The steppers of a cart page use `set_quantity` with the number the
//! shopper sees plus or minus one, so that a stale screen never doubles an order.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use wellmet_engine::sort::sort;
use wellmet_engine::time::Instant;
use wellmet_engine::wire::{Fault, Reader, Writer};

use crate::document::{Document, Kind, Reach, check_key, check_text};
use crate::entry::{Add, Entry, Value};
use crate::error::{Error, Result};
use crate::limits::{ADDS, FIELD, FIELDS, KEY, MAX_DOTS, MAX_ENTRIES, MAX_SEQ, QUANTITY};
#[cfg(test)]
use crate::mutant::{self, Mutant};
use crate::version::{Dot, Version, read_actor};

/// A line as the shopper sees it.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Names the line; see [`crate::line`].
    pub key: &'a str,
    /// Pieces, within the shop's maximum.
    pub quantity: u32,
    /// Pieces asked for; more than `quantity` when the maximum cut it. The state keeps this one.
    pub wanted: u32,
    /// Quantities of the account and of the guest, when login left the choice to the shopper. The
    /// next [`Document::set_quantity`] settles it.
    pub ask: Option<(u32, u32)>,
    entry: &'a Entry,
}

impl<'a> Line<'a> {
    /// A field such as `seen_price`; `None` when it was never set.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a str> {
        self.entry.winner(name).map(|register| register.value.text())
    }

    /// All fields that count, ascending by name.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let entry = self.entry;
        let mut last = "";
        entry.registers.iter().filter_map(move |register| {
            let first = register.field != last;
            last = &register.field;
            first.then(|| (last, entry.winner(last).map_or("", |winner| winner.value.text())))
        })
    }
}

pub(crate) fn narrow(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Exactly what an order pays: the dots of its lines at the moment the order was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Line key and pieces, for the order.
    pub lines: Vec<(String, u32)>,
    /// Ascending.
    dots: Vec<Dot>,
}

impl Snapshot {
    /// The bytes that [`Self::decode`] reads, to be kept with the order.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(1);
        w.varint(self.lines.len() as u64);
        for (key, quantity) in &self.lines {
            w.text(key);
            w.varint(u64::from(*quantity));
        }
        w.varint(self.dots.len() as u64);
        for dot in &self.dots {
            w.raw(&dot.actor.to_le_bytes());
            w.varint(dot.seq);
        }
        w.into_bytes()
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// What was wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        if r.u8() != 1 {
            return Err(r.fault(Fault::UnknownVersion).into());
        }
        let lines = r.list(MAX_ENTRIES, 2, |r| (r.string(KEY), r.u32()));
        let dots = r.list(MAX_DOTS, 9, |r| Dot { actor: read_actor(r), seq: r.varint_max(MAX_SEQ) });
        if !dots.is_sorted_by(|a, b| a < b) {
            return Err(r.fault(Fault::Invalid).into());
        }
        r.end()?;
        Ok(Self { lines, dots })
    }
}

impl Document {
    /// Puts `n` more pieces into the cart.
    ///
    /// # Errors
    /// `BadKey`; `BadQuantity` unless 1 to [`QUANTITY`]; `Full` when the cart has
    /// [`crate::limits::LINES`] lines or the line [`ADDS`] unsettled increments.
    pub fn add(&mut self, key: &str, n: u32, now: Instant) -> Result<()> {
        check_key(key, KEY)?;
        if n == 0 || n > QUANTITY {
            return Err(Error::BadQuantity);
        }
        let place = self.place(Kind::Cart, key);
        let found = place.map(|at| {
            let entry = &self.entries[Kind::Cart as usize][at];
            (entry.tally(&self.origins), entry.adds.len())
        });
        let (tally, adds) = found.unwrap_or_default();
        if adds >= ADDS {
            return Err(Error::Full);
        }
        let at = self.make_room(Kind::Cart, place, key)?;
        if tally.guest {
            // Adding to what a login folded in: make the sum she sees the account's own first.
            self.write_quantity(Kind::Cart, at, narrow(tally.total), now);
        }
        let dot = self.next_dot();
        if !tally.alive {
            self.cover(Kind::Cart, at, dot, Reach::All);
        }
        self.entries[Kind::Cart as usize][at].put_add(Add { dot, n });
        Ok(())
    }

    /// Sets the pieces of a line, in place of what this replica has seen of it. 0 removes it.
    ///
    /// # Errors
    /// `BadKey`; `BadQuantity` above [`QUANTITY`]; `Full` when a new line has no room.
    pub fn set_quantity(&mut self, key: &str, quantity: u32, now: Instant) -> Result<()> {
        check_key(key, KEY)?;
        if quantity == 0 {
            self.remove(key);
            return Ok(());
        }
        if quantity > QUANTITY {
            return Err(Error::BadQuantity);
        }
        let mut place = self.place(Kind::Cart, key);
        if let Ok(at) = place
            && !self.entries[Kind::Cart as usize][at].counts()
        {
            // What is left of a line that is gone, such as a field written elsewhere meanwhile.
            let dot = self.next_dot();
            self.drop_entry(Kind::Cart, at, dot);
            place = Err(at);
        }
        let at = self.make_room(Kind::Cart, place, key)?;
        self.write_quantity(Kind::Cart, at, quantity, now);
        Ok(())
    }

    /// Takes a line away. Nothing happens when there is none.
    pub fn remove(&mut self, key: &str) {
        self.discard(Kind::Cart, key);
    }

    /// Takes all lines away, with one operation.
    pub fn clear(&mut self) {
        if self.count(Kind::Cart) == 0 {
            return;
        }
        let dot = self.next_dot();
        for at in (0..self.count(Kind::Cart)).rev() {
            self.drop_entry(Kind::Cart, at, dot);
        }
    }

    /// Sets a field of a line, such as the price she saw. An empty value erases it; writing what is
    /// there already is no operation.
    ///
    /// # Errors
    /// `Absent` without such a line; `BadKey`, `TooLong`; `Full` at [`FIELDS`] fields.
    pub fn set_field(&mut self, key: &str, field: &str, value: &str, now: Instant) -> Result<()> {
        check_key(field, FIELD)?;
        check_text(value)?;
        let alive = self.entry(Kind::Cart, key).is_some_and(Entry::counts);
        let at = self.place(Kind::Cart, key).ok().filter(|_| alive).ok_or(Error::Absent)?;
        self.write_text(Kind::Cart, at, field, value, now)
    }

    /// The lines of the cart, ascending by key, as asked for.
    #[must_use]
    pub fn cart(&self) -> Vec<Line<'_>> {
        self.lines(Kind::Cart, &|_| u32::MAX)
    }

    /// The lines of the cart, none above the shop's maximum for its key.
    #[must_use]
    pub fn cart_within(&self, max: &dyn Fn(&str) -> u32) -> Vec<Line<'_>> {
        self.lines(Kind::Cart, max)
    }

    /// The lines put aside, ascending by key.
    #[must_use]
    pub fn saved(&self) -> Vec<Line<'_>> {
        self.lines(Kind::Saved, &|_| u32::MAX)
    }

    /// One line of the cart.
    #[must_use]
    pub fn line(&self, key: &str) -> Option<Line<'_>> {
        self.view(self.entry(Kind::Cart, key)?, &|_| u32::MAX)
    }

    /// Pieces of a line, 0 when there is none.
    #[must_use]
    pub fn quantity(&self, key: &str) -> u32 {
        self.entry(Kind::Cart, key).map_or(0, |entry| narrow(entry.tally(&self.origins).total))
    }

    /// Moves a line from the cart to the saved ones; a line saved before takes the new quantity.
    ///
    /// # Errors
    /// `Absent` without such a line; `Full` when there is no room.
    pub fn save_for_later(&mut self, key: &str, now: Instant) -> Result<()> {
        let quantity = self.line(key).ok_or(Error::Absent)?.wanted;
        self.transfer(Kind::Cart, Kind::Saved, key, quantity, now)
    }

    /// Moves a saved line back, on top of what the cart holds of it.
    ///
    /// # Errors
    /// `Absent` without such a saved line; `Full` when there is no room.
    pub fn move_to_cart(&mut self, key: &str, now: Instant) -> Result<()> {
        let entry = self.entry(Kind::Saved, key).ok_or(Error::Absent)?;
        let quantity = narrow(entry.tally(&self.origins).total).saturating_add(self.quantity(key));
        self.transfer(Kind::Saved, Kind::Cart, key, quantity, now)
    }

    /// Takes a saved line away.
    pub fn remove_saved(&mut self, key: &str) {
        self.discard(Kind::Saved, key);
    }

    /// What an order of the whole cart pays.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot_of(&|_| true)
    }

    /// What an order of some lines pays.
    #[must_use]
    pub fn snapshot_of(&self, ordered: &dyn Fn(&str) -> bool) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for line in self.cart().iter().filter(|line| ordered(line.key)) {
            snapshot.lines.push((line.key.to_owned(), line.quantity));
            snapshot.dots.extend(line.entry.dots());
        }
        sort(&mut snapshot.dots);
        snapshot
    }

    /// Takes away exactly what was paid: a unit added meanwhile on another device stays, and a
    /// device that was asleep cannot bring the bought ones back. Doing it twice changes nothing.
    /// `retired` is all that [`Self::retire`] ever returned: an actor may have been retired since.
    ///
    /// # Errors
    /// `Gap` when the order was made from operations that this replica has not seen.
    pub fn purchase(&mut self, snapshot: &Snapshot, retired: &Version) -> Result<()> {
        if !snapshot.dots.iter().all(|dot| self.version.has(*dot) || retired.has(*dot)) {
            return Err(Error::Gap);
        }
        let paid = |dot: Dot| snapshot.dots.binary_search(&dot).is_ok();
        let cart = Kind::Cart as usize;
        if !self.entries[cart].iter().any(|entry| entry.dots().any(paid)) {
            return Ok(());
        }
        self.next_dot();
        for entry in &mut self.entries[cart] {
            #[cfg(test)]
            let paid = |dot: Dot| paid(dot) || (mutant::on(Mutant::PurchaseTakesLine) && self.version.has(dot));
            entry.cut(&mut |dot| paid(dot));
        }
        self.entries[cart].retain(|entry| !entry.is_empty());
        self.settle_journal();
        Ok(())
    }

    fn lines<'a>(&'a self, kind: Kind, max: &dyn Fn(&str) -> u32) -> Vec<Line<'a>> {
        self.entries[kind as usize].iter().filter_map(|entry| self.view(entry, max)).collect()
    }

    fn view<'a>(&self, entry: &'a Entry, max: &dyn Fn(&str) -> u32) -> Option<Line<'a>> {
        let tally = entry.tally(&self.origins);
        let wanted = narrow(tally.total);
        tally.alive.then(|| Line {
            key: &entry.key,
            quantity: wanted.min(max(&entry.key)),
            wanted,
            ask: tally.ask.map(|(account, guest)| (narrow(account), narrow(guest))),
            entry,
        })
    }

    /// Writes the base of a line in place of all its quantity.
    fn write_quantity(&mut self, kind: Kind, at: usize, quantity: u32, now: Instant) {
        self.write(kind, at, "", Value::Number(i64::from(quantity)), now);
    }

    /// Writes or erases a text register.
    pub(crate) fn write_text(&mut self, kind: Kind, at: usize, field: &str, value: &str, now: Instant) -> Result<()> {
        let entry = &self.entries[kind as usize][at];
        let siblings = entry.siblings(field);
        if siblings.is_empty() && (value.is_empty() || entry.fields() >= FIELDS + usize::from(kind.counts())) {
            return if value.is_empty() { Ok(()) } else { Err(Error::Full) };
        }
        if siblings.len() == 1 && siblings[0].value.text() == value {
            return Ok(());
        }
        if value.is_empty() {
            let dot = self.next_dot();
            self.cover(kind, at, dot, Reach::Register(field));
        } else {
            self.write(kind, at, field, Value::Text(value.to_owned()), now);
        }
        Ok(())
    }

    /// Takes an entry away as an operation; nothing happens when there is none.
    pub(crate) fn discard(&mut self, kind: Kind, key: &str) {
        if let Ok(at) = self.place(kind, key) {
            let dot = self.next_dot();
            self.drop_entry(kind, at, dot);
        }
    }

    fn transfer(&mut self, from: Kind, to: Kind, key: &str, quantity: u32, now: Instant) -> Result<()> {
        let source = self.entry(from, key).ok_or(Error::Absent)?.clone();
        let at = self.slot(to, key)?;
        self.write_quantity(to, at, quantity.max(1), now);
        let mut last = "";
        for register in &source.registers {
            if register.field != last {
                last = &register.field;
                let value = source.winner(last).map_or("", |winner| winner.value.text());
                self.write_text(to, at, last, value, now)?;
            }
        }
        self.discard(from, key);
        Ok(())
    }
}
