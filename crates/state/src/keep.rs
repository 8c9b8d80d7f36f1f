//! What a document keeps besides the cart: configurations, preferences, marks and views.
//!
//! A configuration is a map from register to value. Option groups that a rule binds together share
//! *one* register (an engine and its gearbox are chosen in one write), so that a merge cannot mix
//! the halves of two decisions; which groups those are is told by the configurator's model. After
//! a merge the model's rules run over the winners, and [`Document::siblings`] still has the value
//! that had to give, for "undo".

use alloc::vec::Vec;
use wellmet_engine::sort::sort_by;
use wellmet_engine::time::{Instant, Span};

use crate::clock::Stamp;
use crate::document::{Document, Kind, Reach, check_key, check_text};
use crate::entry::{Register, Value};
use crate::error::{Error, Result};
use crate::limits::{FIELD, KEY};
use crate::version::Version;

impl Document {
    /// Writes one register of a configuration, which begins with its first. An empty value erases.
    ///
    /// # Errors
    /// `BadKey`, `TooLong`; `Full` when there is no room for another configuration or register.
    pub fn configure(&mut self, id: &str, register: &str, value: &str, now: Instant) -> Result<()> {
        check_key(register, FIELD)?;
        self.put_text(Kind::Configuration, id, register, value, now)
    }

    /// The value of a register of a configuration.
    #[must_use]
    pub fn configured(&self, id: &str, register: &str) -> Option<&str> {
        Some(self.value(Kind::Configuration, id, register)?.text())
    }

    /// Ids of the configurations in the making, ascending.
    pub fn configurations(&self) -> impl Iterator<Item = &str> {
        self.keys(Kind::Configuration)
    }

    /// Takes a configuration away.
    pub fn discard_configuration(&mut self, id: &str) {
        self.discard(Kind::Configuration, id);
    }

    /// The writes of one register that did not know of each other, the one that counts first.
    #[must_use]
    pub fn siblings(&self, kind: Kind, key: &str, field: &str) -> Vec<&Register> {
        let mut found: Vec<&Register> = self.entry(kind, key).map_or(&[][..], |e| e.siblings(field)).iter().collect();
        sort_by(&mut found, |a, b| a.rank() > b.rank());
        found
    }

    /// Sets a preference, her own word. An empty value forgets it.
    ///
    /// # Errors
    /// `BadKey`, `TooLong`; `Full` when there is no room.
    pub fn set_preference(&mut self, name: &str, value: &str, now: Instant) -> Result<()> {
        self.put_text(Kind::Preference, name, "", value, now)
    }

    /// A preference.
    #[must_use]
    pub fn preference(&self, name: &str) -> Option<&str> {
        Some(self.value(Kind::Preference, name, "")?.text())
    }

    /// Names of all preferences, ascending.
    pub fn preferences(&self) -> impl Iterator<Item = &str> {
        self.keys(Kind::Preference)
    }

    /// Notes that something was seen or answered at `now`. A second time keeps the first moment.
    ///
    /// # Errors
    /// `BadKey`; `Full` when there is no room.
    pub fn mark(&mut self, name: &str, now: Instant) -> Result<()> {
        check_key(name, KEY)?;
        if self.place(Kind::Mark, name).is_ok() {
            return Ok(());
        }
        let at = self.slot(Kind::Mark, name)?;
        self.write(Kind::Mark, at, "", Value::Number(now.0.max(0)), now);
        Ok(())
    }

    /// When something was seen or answered; the latest when two devices did it unknown to each other.
    #[must_use]
    pub fn marked(&self, name: &str) -> Option<Instant> {
        Some(Instant(self.value(Kind::Mark, name, "")?.number()))
    }

    /// Takes a mark away, so that the question may be asked again.
    pub fn unmark(&mut self, name: &str) {
        self.discard(Kind::Mark, name);
    }

    /// Sets what the hub says of points or a voucher. Only the hub does: a guard refuses such
    /// writes of devices.
    ///
    /// # Errors
    /// `BadKey`, `TooLong`; `Full` when there is no room.
    pub fn set_view(&mut self, name: &str, field: &str, value: Value, now: Instant) -> Result<()> {
        check_key(name, KEY)?;
        if !field.is_empty() {
            check_key(field, FIELD)?;
        }
        check_text(value.text())?;
        let at = self.slot(Kind::View, name)?;
        self.write(Kind::View, at, field, value, now);
        Ok(())
    }

    /// What the hub said of points or a voucher.
    #[must_use]
    pub fn view_of(&self, name: &str, field: &str) -> Option<&Value> {
        self.value(Kind::View, name, field)
    }

    /// Takes a view away.
    pub fn remove_view(&mut self, name: &str) {
        self.discard(Kind::View, name);
    }

    /// Gives writes stamped after `now` a new stamp: the clock here was ahead, and a hub does not take
    /// stamps from the future. `error` is how far it was ahead, so that each write gets the moment at
    /// which it was made, `now` at the latest. Writes that `acknowledged` covers stay. Tells whether
    /// there were any.
    pub fn restamp(&mut self, acknowledged: &Version, error: Span, now: Instant) -> bool {
        let latest = Stamp(Stamp::at(now).0 | 0xffff);
        let mut clock = Stamp::at(now);
        let mut any = false;
        for kind in Kind::ALL {
            for at in 0..self.count(kind) {
                let mut next = 0;
                while let Some(r) = self.entries[kind as usize][at].registers.get(next) {
                    if r.stamp <= latest || acknowledged.has(r.dot) {
                        clock = clock.max(r.stamp);
                        next += 1;
                        continue;
                    }
                    // In place of this one write only: what others wrote beside it keeps its chance.
                    let old = r.clone();
                    let dot = self.next_dot();
                    let stamp = Stamp::at(old.stamp.instant() - error).min(Stamp::at(now));
                    self.cover(kind, at, dot, Reach::Dot(old.dot));
                    self.entries[kind as usize][at].put(Register { dot, stamp, ..old });
                    any = true;
                }
            }
        }
        self.clock = clock;
        any
    }

    /// Keys of all entries of a kind, ascending.
    pub fn keys(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.entries[kind as usize].iter().map(|entry| entry.key.as_str())
    }

    fn put_text(&mut self, kind: Kind, key: &str, field: &str, value: &str, now: Instant) -> Result<()> {
        check_key(key, KEY)?;
        check_text(value)?;
        let at = match self.place(kind, key) {
            Ok(at) => at,
            Err(_) if value.is_empty() => return Ok(()),
            Err(_) => self.slot(kind, key)?,
        };
        let written = self.write_text(kind, at, field, value, now);
        if self.entries[kind as usize][at].is_empty() {
            self.entries[kind as usize].remove(at);
        }
        written.map_err(|_| Error::Full)
    }
}
