//! Documents as bytes: whole, or what another replica lacks.
//!
//! One layout serves three forms. Every form says, for each actor, which operations it brings
//! (`from`, `to`], and holds the live dots among them; a dot in that range that is not listed is
//! gone. The forms differ in how they tell which *earlier* dots are gone:
//!
//! | form | earlier dots | used for |
//! | --- | --- | --- |
//! | state | there are none: every `from` is 0 | storage, a first exchange |
//! | operations | lists those that are gone | what this replica did since, short: a click |
//! | digest | lists those that are left, for all actors | anything else |
//!
//! A receiver must have seen all that the message builds on, else it answers [`Error::Gap`]: up to
//! `from` of every actor, and in a short message up to the sender's number of every actor. The latter
//! names actors by their lower 32 bits, since a click should not carry eight bytes for each device of
//! a household; a receiver that cannot tell them apart answers `Gap` too.
//!
//! Frozen samples of the layout are in `tests/frozen/state`.

use alloc::{borrow::ToOwned, vec, vec::Vec};
use wellmet_engine::sort::{sort, sort_by};
use wellmet_engine::wire::{self, Fault, Reader, Writer};

use crate::clock::Stamp;
use crate::document::{Document, Kind};
use crate::entry::{Add, Entry, Register, Value};
use crate::error::{Error, Result};
use crate::limits::{FIELD, KEY, MAX_ACTORS, MAX_DOTS, MAX_ENTRIES, MAX_EPOCH, MAX_MS, MAX_SEQ, TEXT};
use crate::login::Origin;
#[cfg(test)]
use crate::mutant::{self, Mutant};
use crate::version::{Dot, Version, read_actor};

/// Version of the layout written by this build.
pub const FORMAT: u8 = 1;

/// How a message tells which earlier dots are gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    State = 0,
    Operations = 1,
    Digest = 2,
}

/// The operations of one actor that a message brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) actor: u64,
    /// The receiver must have seen the actor's operations up to here.
    pub(crate) from: u64,
    /// And has seen those up to here afterwards.
    pub(crate) to: u64,
    pub(crate) origin: Option<Origin>,
}

/// A message, read and checked.
#[derive(Debug)]
pub(crate) struct Delta {
    pub(crate) form: Form,
    pub(crate) epoch: u64,
    /// Ascending by actor. Of operations as read: the sender's first, then the others by their short
    /// names until [`Self::resolve`].
    pub(crate) spans: Vec<Span>,
    /// Dots up to `from`: gone ones (operations) or those left (digest). Ascending, likewise.
    pub(crate) earlier: Vec<Dot>,
    /// Live dots after `from`. Ascending by kind and key, none empty.
    pub(crate) entries: Vec<(Kind, Entry)>,
}

impl Delta {
    /// Gives the actors of a short message their full names, as the receiver knows them.
    ///
    /// # Errors
    /// `Gap` when the receiver does not know one, or two that could be meant.
    pub(crate) fn resolve(&mut self, known: &Version) -> Result<()> {
        if self.form != Form::Operations {
            return Ok(());
        }
        let (mine, others) = self.spans.split_first_mut().ok_or(Error::Gap)?;
        let mut rest = &mut self.earlier[..];
        rest = rest.split_at_mut(rest.partition_point(|dot| dot.actor == mine.actor)).1;
        for span in others {
            let alike = known.iter().filter(|(actor, _)| *actor != mine.actor && short(*actor) == span.actor);
            let mut alike = alike.map(|(actor, _)| actor);
            let (Some(actor), None) = (alike.next(), alike.next()) else { return Err(Error::Gap) };
            let count = rest.iter().take_while(|dot| dot.actor == span.actor).count();
            let (named, others) = rest.split_at_mut(count);
            named.iter_mut().for_each(|dot| dot.actor = actor);
            rest = others;
            span.actor = actor;
        }
        sort_by(&mut self.spans, |a, b| a.actor < b.actor);
        sort(&mut self.earlier);
        if self.spans.windows(2).any(|pair| pair[0].actor == pair[1].actor) { Err(Error::Gap) } else { Ok(()) }
    }
}

/// How a short message names an actor.
const fn short(actor: u64) -> u64 {
    actor & 0xffff_ffff
}

impl Document {
    /// The whole document as bytes. Two equal documents give the same bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.state(&Version::new())
    }

    /// Reads a document that `actor` goes on with; see [`Self::new`] on actors.
    ///
    /// # Errors
    /// `Wire`: what was wrong and where. A failed load must never be taken for a new document.
    pub fn decode(bytes: &[u8], actor: u64) -> Result<Self> {
        let delta = read(bytes)?;
        if delta.form != Form::State {
            return Err(Error::Gap);
        }
        let mut document = Self::new(actor);
        document.epoch = delta.epoch;
        for span in delta.spans {
            document.version.advance(span.actor, span.to);
            document.origins.set(span.actor, span.origin);
        }
        for (kind, entry) in delta.entries {
            for register in &entry.registers {
                document.clock = document.clock.max(register.stamp);
            }
            document.entries[kind as usize].push(entry);
        }
        document.resumed = document.version.get(actor) > 0;
        document.settle_journal();
        Ok(document)
    }

    /// What a replica at version `since` lacks. Bytes for [`Self::apply`].
    #[must_use]
    pub fn delta_since(&self, since: &Version) -> Vec<u8> {
        if since.is_empty() {
            return self.encode();
        }
        let own = since.get(self.actor);
        let only_mine = self.version.iter().all(|(actor, seq)| actor == self.actor || since.get(actor) >= seq);
        let told = self.version.get(self.actor) > 0 && own >= self.journal.since;
        let fits = only_mine && told && self.origins.get(self.actor).is_none();
        fits.then(|| self.operations(own)).flatten().unwrap_or_else(|| self.state(since))
    }

    /// What this replica did after its operation `own`; `None` when short names are not enough.
    fn operations(&self, own: u64) -> Option<Vec<u8>> {
        let to = self.version.get(self.actor);
        let mut spans = vec![Span { actor: self.actor, from: own.min(to), to, origin: None }];
        for (actor, seq) in self.version.iter().filter(|(actor, _)| *actor != self.actor) {
            if spans[1..].iter().any(|span| short(span.actor) == short(actor)) {
                return None;
            }
            spans.push(Span { actor, from: seq, to: seq, origin: None });
        }
        let mut gone: Vec<Dot> = Vec::new();
        for (by, of) in &self.journal.covers {
            if *by > own && (of.actor != self.actor || of.seq <= own) {
                gone.push(*of);
            }
        }
        #[cfg(test)]
        if mutant::on(Mutant::ForgetCovers) {
            gone.clear();
        }
        // Grouped like the spans: the sender's own first.
        sort_by(&mut gone, |a, b| (a.actor != self.actor, *a) < (b.actor != self.actor, *b));
        let mine = |dot: Dot| dot.actor == self.actor && dot.seq > own;
        Some(write(Form::Operations, self.epoch, &spans, &gone, &self.entries, &mine))
    }

    /// Everything, or everything after `since` with a digest of what is left of the rest.
    fn state(&self, since: &Version) -> Vec<u8> {
        let span = |(actor, to)| Span { actor, from: since.get(actor).min(to), to, origin: self.origins.get(actor) };
        let spans: Vec<Span> = self.version.iter().map(span).collect();
        let left = self.live(&|dot| since.has(dot));
        let form = if since.is_empty() { Form::State } else { Form::Digest };
        write(form, self.epoch, &spans, &left, &self.entries, &|dot| !since.has(dot))
    }
}

fn write(
    form: Form,
    epoch: u64,
    spans: &[Span],
    earlier: &[Dot],
    entries: &[Vec<Entry>; Kind::ALL.len()],
    brought: &dyn Fn(Dot) -> bool,
) -> Vec<u8> {
    let mut w = Writer::new();
    w.u8(FORMAT);
    w.u8(form as u8);
    w.varint(epoch);
    w.varint(spans.len() as u64);
    for (at, span) in spans.iter().enumerate() {
        if form == Form::Operations && at > 0 {
            w.raw(&span.actor.to_le_bytes()[..4]);
            w.varint(span.to);
            continue;
        }
        w.raw(&span.actor.to_le_bytes());
        if form != Form::State {
            w.varint(span.from);
        }
        w.varint((span.to - span.from) << 1 | u64::from(span.origin.is_some()));
        if let Some(origin) = span.origin {
            w.varint(u64::from(origin.0));
        }
    }
    if form != Form::State {
        write_earlier(&mut w, spans, earlier);
    }
    // An increment that others were settled into is told again: who lacks only the sum would otherwise
    // drop the others and keep the part.
    let told = |add: &Add| brought(add.dot) || (form == Form::Digest && add.n > 1);
    write_entries(&mut w, spans, entries, brought, &told);
    w.into_bytes()
}

/// For each actor: how many dots, then each as its distance below `from` or the one before.
fn write_earlier(w: &mut Writer, spans: &[Span], earlier: &[Dot]) {
    let mut rest = earlier;
    for span in spans {
        let (mine, others) = rest.split_at(rest.iter().take_while(|dot| dot.actor == span.actor).count());
        rest = others;
        w.varint(mine.len() as u64);
        let mut above = span.from + 1;
        for dot in mine.iter().rev() {
            w.varint(above - dot.seq - 1);
            above = dot.seq;
        }
    }
}

fn write_entries(
    w: &mut Writer,
    spans: &[Span],
    entries: &[Vec<Entry>; Kind::ALL.len()],
    brought: &dyn Fn(Dot) -> bool,
    told: &dyn Fn(&Add) -> bool,
) {
    let mut chosen: Vec<(usize, &Entry, usize, usize)> = Vec::new();
    let mut latest = 0;
    for (kind, list) in entries.iter().enumerate() {
        for entry in list {
            let mut registers = 0;
            for register in entry.registers.iter().filter(|r| brought(r.dot)) {
                registers += 1;
                latest = latest.max(register.stamp.0 >> 16);
            }
            let adds = entry.adds.iter().filter(|add| told(add)).count();
            if registers + adds > 0 {
                chosen.push((kind, entry, registers, adds));
            }
        }
    }
    // Short messages bring dots of their first actor only.
    let place = |dot: Dot| match spans.first() {
        Some(first) if first.actor == dot.actor => 0,
        _ => spans.binary_search_by_key(&dot.actor, |span| span.actor).unwrap_or(0),
    };
    // What is live was mostly done lately: numbers and moments are told as distances from the last.
    w.varint(latest);
    w.varint(chosen.len() as u64);
    for (kind, entry, registers, adds) in chosen {
        // Counts of up to 2 registers and 6 increments fit beside the kind.
        w.u8((kind | registers.min(3) << 3 | adds.min(7) << 5) as u8);
        if registers >= 3 {
            w.varint((registers - 3) as u64);
        }
        if adds >= 7 {
            w.varint((adds - 7) as u64);
        }
        w.text(&entry.key);
        for r in entry.registers.iter().filter(|r| brought(r.dot)) {
            let actor = place(r.dot);
            let (ms, counter) = (r.stamp.0 >> 16, r.stamp.0 & 0xffff);
            let text = matches!(r.value, Value::Text(_));
            w.varint(
                (actor as u64) << 3
                    | u64::from(counter > 0) << 2
                    | u64::from(!r.field.is_empty()) << 1
                    | u64::from(text),
            );
            w.varint(spans[actor].to - r.dot.seq);
            if !r.field.is_empty() {
                w.text(&r.field);
            }
            w.varint(latest - ms);
            if counter > 0 {
                w.varint(counter);
            }
            match &r.value {
                Value::Number(number) => w.signed(*number),
                Value::Text(text) => w.text(text),
            }
        }
        for add in entry.adds.iter().filter(|add| told(add)) {
            let actor = place(add.dot);
            w.varint((actor as u64) << 1 | u64::from(add.n > 1));
            w.varint(spans[actor].to - add.dot.seq);
            if add.n > 1 {
                w.varint(u64::from(add.n) - 2);
            }
        }
    }
}

/// Reads any form.
pub(crate) fn read(bytes: &[u8]) -> wire::Result<Delta> {
    let r = &mut Reader::new(bytes);
    if r.u8() != FORMAT {
        return Err(r.fault(Fault::UnknownVersion));
    }
    let form = match r.u8() {
        0 => Form::State,
        1 => Form::Operations,
        2 => Form::Digest,
        _ => return Err(r.fault(Fault::Invalid)),
    };
    let epoch = r.varint_max(MAX_EPOCH);
    let spans = read_spans(r, form);
    let mut earlier = Vec::new();
    if form != Form::State {
        for span in &spans {
            let first = earlier.len();
            let mut above = span.from + 1;
            for _ in 0..r.count(MAX_ENTRIES, 1) {
                let below = r.varint();
                if below >= above - 1 {
                    return Err(r.fault(Fault::Invalid));
                }
                above -= below + 1;
                earlier.push(Dot { actor: span.actor, seq: above });
            }
            earlier[first..].reverse();
        }
    }
    let latest = r.varint_max(MAX_MS);
    let entries = r.list(MAX_ENTRIES, 5, |r| read_entry(r, form, &spans, latest));
    if !entries.is_sorted_by(|(kind, entry), (next, other)| (kind, &entry.key) < (next, &other.key)) {
        return Err(r.fault(Fault::Invalid));
    }
    r.end()?;
    Ok(Delta { form, epoch, spans, earlier, entries })
}

fn read_spans(r: &mut Reader<'_>, form: Form) -> Vec<Span> {
    let mut first = true;
    let spans = r.list(MAX_ACTORS, if form == Form::Operations { 5 } else { 9 }, |r| {
        if form == Form::Operations && !core::mem::take(&mut first) {
            let mut raw = [0; 8];
            r.fill(&mut raw[..4]);
            let seq = r.varint_max(MAX_SEQ);
            return Span { actor: u64::from_le_bytes(raw), from: seq, to: seq, origin: None };
        }
        let actor = read_actor(r);
        let from = if form == Form::State { 0 } else { r.varint_max(MAX_SEQ) };
        let more = r.varint_max(MAX_SEQ << 1);
        let origin = (more & 1 == 1).then(|| Origin::read(r));
        let to = from + (more >> 1);
        if to == 0 || to > MAX_SEQ {
            r.fail(Fault::Invalid);
        }
        Span { actor, from, to, origin }
    });
    if form != Form::Operations && !spans.is_sorted_by(|a, b| a.actor < b.actor) {
        r.fail(Fault::Invalid);
    }
    spans
}

/// A dot that the message brings, or, where it may be `earlier`, one that it tells again.
fn read_dot(r: &mut Reader<'_>, spans: &[Span], place: u64, earlier: bool) -> Dot {
    let back = r.varint_max(MAX_SEQ);
    let span = usize::try_from(place).ok().and_then(|at| spans.get(at));
    let span = span.filter(|span| back < span.to - if earlier { 0 } else { span.from });
    span.map_or_else(
        || {
            r.fail(Fault::Invalid);
            Dot { actor: 0, seq: 0 }
        },
        |span| Dot { actor: span.actor, seq: span.to - back },
    )
}

fn read_entry(r: &mut Reader<'_>, form: Form, spans: &[Span], latest: u64) -> (Kind, Entry) {
    let head = r.u8();
    let kind = Kind::ALL.get(usize::from(head & 7)).copied();
    let mut registers = usize::from(head >> 3 & 3);
    if registers == 3 {
        registers += r.count(MAX_DOTS, 4);
    }
    let mut adds = usize::from(head >> 5);
    if adds == 7 {
        adds += r.count(MAX_DOTS, 2);
    }
    let mut entry = Entry::new(r.string(KEY));
    let Some(kind) = kind.filter(|kind| registers + adds > 0 && (adds == 0 || kind.counts()) && !entry.key.is_empty())
    else {
        r.fail(Fault::Invalid);
        return (Kind::ALL[0], entry);
    };
    for _ in 0..registers {
        let register = read_register(r, spans, latest, kind);
        entry.registers.push(register);
    }
    for _ in 0..adds {
        let head = r.varint();
        let dot = read_dot(r, spans, head >> 1, form == Form::Digest);
        let n = if head & 1 == 1 { r.varint_max(u64::from(u32::MAX) - 2) + 2 } else { 1 };
        entry.adds.push(Add { dot, n: u32::try_from(n).unwrap_or(u32::MAX) });
    }
    let registers = entry.registers.is_sorted_by(|a, b| (&a.field, a.dot) < (&b.field, b.dot));
    if !registers || !entry.adds.is_sorted_by(|a, b| a.dot < b.dot) {
        r.fail(Fault::Invalid);
    }
    (kind, entry)
}

fn read_register(r: &mut Reader<'_>, spans: &[Span], latest: u64, kind: Kind) -> Register {
    let head = r.varint();
    let dot = read_dot(r, spans, head >> 3, false);
    let field = if head & 2 == 2 { r.text(FIELD) } else { "" };
    let ms = latest - r.varint_max(latest);
    let counter = if head & 4 == 4 { r.varint_max(0xffff) } else { 0 };
    let value = if head & 1 == 1 { Value::Text(r.string(TEXT)) } else { Value::Number(r.signed()) };
    let quantity = kind.counts() && head & 2 == 0;
    let sound = !quantity || (1..=i64::from(u32::MAX)).contains(&value.number());
    // What could be written in two ways would make equal documents differ in their bytes.
    if !sound || (head & 2 == 2 && field.is_empty()) || (head & 4 == 4 && counter == 0) {
        r.fail(Fault::Invalid);
    }
    Register { field: field.to_owned(), dot, stamp: Stamp(ms << 16 | counter), value }
}
