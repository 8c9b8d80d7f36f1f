//! The exchange between a device and the hub: one round trip in the usual case.
//!
//! ```text
//! device                                    hub
//!   request: epoch, version, what is new  ->  answer(): join behind a guard, store, then reply
//!   finish(): join, note the version      <-  reply: the hub's version, what the device lacks
//! ```
//!
//! Invariants, each held by a test:
//! - The reply is an acknowledgement: the hub sends it only when what it names is durable. A device
//!   keeps an operation until then; [`Device::pending`] is "saved on this device" against "saved".
//! - Versions are compared in every exchange, in both directions. A wake-up is only a hint to do one.
//! - A hub that lost its last seconds, or everything, answers with the version it has, and the
//!   device sends all since that: the hub heals from any one device that knew.
//! - A device of an older epoch never joins its old state. It puts its own unacknowledged operations
//!   on top of the hub's state ([`Document::rebase`]), so nothing is doubled and nothing comes back.
//! - Every message may be lost, repeated or late. Nothing but time is lost by that.
//!
//! The caller owns sockets, retries and their jitter. See the crate's first page for an example.

use alloc::vec::Vec;
use wellmet_engine::time::{Instant, Span};
use wellmet_engine::wire::{Fault, Reader, Writer};

use crate::document::Document;
use crate::error::{Error, Result};
use crate::guard::{Guard, Refusal};
use crate::join::Applied;
use crate::limits::MAX_EPOCH;
use crate::version::{Version, hash, read_actor};

/// Version of the messages and of the stored device.
pub const FORMAT: u8 = 1;

/// A reply that took longer says too little about the hub's clock, ms.
const SLOW: i64 = 30_000;

/// A document on a device, and what the device knows of the hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// The document. Operations take [`Device::time`], not the raw clock.
    pub document: Document,
    /// What the hub has called durable.
    acknowledged: Version,
    /// The hub's clock minus this one's.
    offset: Span,
}

/// What came of an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// What changed in the document.
    pub applied: Applied,
    /// Another exchange would bring more. False when there is nothing left to send, or when sending
    /// the same again would be refused again.
    pub again: bool,
    /// Code of a refusal that the device could not mend by itself.
    pub refused: Option<&'static str>,
}

/// What the hub does after [`answer`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// For the device, once the document is durable.
    pub reply: Vec<u8>,
    /// The document changed and is to be stored; other devices are to be woken.
    pub advanced: bool,
    /// What changed in it.
    pub applied: Applied,
    /// What the device has seen, once the hub has all its operations; empty otherwise. What all
    /// devices of a document have seen is what [`Document::settle`] may settle.
    pub seen: Version,
    /// Why the device's operations were refused, for the log.
    pub refused: Option<Refusal>,
}

const EVEN: u8 = 0;
const BEHIND: u8 = 1;
const REBASE: u8 = 2;
const REFUSED: u8 = 3;

impl Device {
    /// A device that has never met the hub.
    #[must_use]
    pub const fn new(actor: u64) -> Self {
        Self { document: Document::new(actor), acknowledged: Version::new(), offset: Span(0) }
    }

    /// A device with a document that came with a login: the hub has all of it.
    #[must_use]
    pub fn from_hub(document: Document) -> Self {
        Self { acknowledged: document.version().clone(), document, offset: Span(0) }
    }

    /// The bytes to keep, before an operation is shown.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let mut body = Writer::new();
        body.signed(self.offset.0);
        self.acknowledged.write(&mut body);
        body.raw(&self.document.encode());
        let body = body.into_bytes();
        let mut w = Writer::new();
        w.u8(FORMAT);
        w.raw(&check(&body));
        w.raw(&body);
        w.into_bytes()
    }

    /// Goes on from kept bytes.
    ///
    /// # Errors
    /// `Wire`: what was wrong and where; `Invalid` also when a bit was changed on the way. Never take
    /// that for a new document: keep the bytes, ask the hub.
    pub fn open(bytes: &[u8], actor: u64) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        if r.u8() != FORMAT {
            return Err(r.fault(Fault::UnknownVersion).into());
        }
        let checked = r.take(4);
        let sound = check(r.clone().rest()) == checked;
        let offset = Span(r.signed());
        let acknowledged = Version::read(r);
        r.sound()?;
        let at = r.fault(Fault::Invalid);
        let document = Document::decode(r.rest(), actor)?;
        if sound { Ok(Self { document, acknowledged, offset }) } else { Err(at.into()) }
    }

    /// The hub's time, as well as it is known here.
    #[must_use]
    pub fn time(&self, now: Instant) -> Instant {
        now + self.offset
    }

    /// Whether there is something that the hub has not called durable.
    #[must_use]
    pub fn pending(&self) -> bool {
        !self.acknowledged.dominates(self.document.version())
    }

    /// The message to the hub. `now` is this device's raw clock.
    #[must_use]
    pub fn request(&self, now: Instant) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(FORMAT);
        w.varint(self.document.epoch);
        w.signed(now.0);
        self.document.version().write(&mut w);
        if self.pending() {
            w.raw(&self.document.delta_since(&self.acknowledged));
        }
        w.into_bytes()
    }

    /// Takes in the hub's reply. `now` is this device's raw clock.
    ///
    /// # Errors
    /// `Wire` for damaged bytes; nothing has changed then.
    pub fn finish(&mut self, reply: &[u8], now: Instant) -> Result<Finished> {
        let r = &mut Reader::new(reply);
        if r.u8() != FORMAT {
            return Err(r.fault(Fault::UnknownVersion).into());
        }
        let kind = r.u8();
        let hub = Instant(r.signed());
        let sent = Instant(r.signed());
        match kind {
            EVEN => {
                let version = Version::read(r);
                r.sound()?;
                let mut finished = Finished::default();
                if r.left() > 0 {
                    match self.document.apply(r.rest()) {
                        Ok(applied) => finished.applied = applied,
                        // Another exchange overtook this reply: what it says is no longer true.
                        Err(Error::Epoch | Error::Gap) => return Ok(Finished { again: true, ..finished }),
                        Err(error) => return Err(error),
                    }
                }
                self.acknowledged.join(&version.meet(self.document.version()));
                self.set_clock(hub, sent, now);
                finished.again = self.pending();
                Ok(finished)
            }
            BEHIND => {
                let version = Version::read(r);
                r.end()?;
                self.acknowledged = version.meet(self.document.version());
                self.set_clock(hub, sent, now);
                Ok(Finished { again: true, ..Finished::default() })
            }
            REBASE => {
                let foreign = if r.u8() == 1 { Some(read_actor(r)) } else { None };
                let retired = Version::read(r);
                r.sound()?;
                let mut base = Document::decode(r.rest(), self.document.actor)?;
                let acknowledged = base.version().clone();
                let mut applied = Applied::default();
                if foreign.is_some() || base.epoch > self.document.epoch {
                    if let Some(foreign) = foreign {
                        // A name that no other copy of this store can come to by itself.
                        let fresh = hash(&[reply, &self.document.actor.to_le_bytes(), &now.0.to_le_bytes()].concat());
                        self.document.disown(foreign, &self.acknowledged, fresh);
                        base.rename(self.document.actor);
                    }
                    applied = self.document.rebase(base, &self.acknowledged, &retired);
                    self.acknowledged = acknowledged;
                }
                // A late reply of an epoch that is over, or already begun here, says nothing new.
                self.set_clock(hub, sent, now);
                Ok(Finished { applied, again: self.pending(), refused: None })
            }
            REFUSED => {
                let code = r.text(64);
                r.end()?;
                let before = self.time(now);
                self.set_clock(hub, sent, now);
                let known = [Refusal::CounterJump, Refusal::EpochAhead, Refusal::TooLarge, Refusal::Contradiction];
                if code == Refusal::FutureStamp.code() {
                    let error = before - self.time(now);
                    let again = self.document.restamp(&self.acknowledged, error, self.time(now));
                    return Ok(Finished { again, ..Finished::default() });
                }
                let code = known.iter().map(|refusal| refusal.code()).find(|known| *known == code);
                Ok(Finished { refused: Some(code.unwrap_or("refused")), ..Finished::default() })
            }
            _ => Err(r.fault(Fault::Invalid).into()),
        }
    }

    /// Learns the hub's clock, unless the round trip was too slow to say anything better.
    fn set_clock(&mut self, hub: Instant, sent: Instant, now: Instant) {
        let trip = (now - sent).0;
        if !(0..=SLOW).contains(&trip) {
            return;
        }
        let found = hub - Instant(sent.0 + trip / 2);
        // Half the trip is the error of this estimate: a smaller difference is noise.
        if (found.0.saturating_sub(self.offset.0)).saturating_abs() > trip / 2 + 100 {
            self.offset = found;
        }
    }
}

/// Four bytes that notice a store which changed a bit. Messages need none: their transport has one.
fn check(body: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = hash(body).to_le_bytes();
    [a, b, c, d]
}

/// Answers a device's request on the hub's copy of the document. Hubs hold no truth: load, answer,
/// compare-and-set when [`Answered::advanced`], answer anew on a conflict, then send the reply.
///
/// # Errors
/// `Wire` when the request is damaged.
pub fn answer(document: &mut Document, request: &[u8], guard: &Guard<'_>) -> Result<Answered> {
    let r = &mut Reader::new(request);
    if r.u8() != FORMAT {
        return Err(r.fault(Fault::UnknownVersion).into());
    }
    let epoch = r.varint_max(MAX_EPOCH);
    let sent = Instant(r.signed());
    let seen = Version::read(r);
    r.sound()?;
    let delta = r.rest();

    let mut answered = Answered::default();
    let mut w = Writer::new();
    w.u8(FORMAT);
    let mut head = |kind: u8| {
        w.u8(kind);
        w.signed(guard.now.0);
        w.signed(sent.0);
    };
    if epoch > document.epoch && (document.is_empty() || guard.healing) {
        document.epoch = epoch;
    }
    let mut foreign = None;
    let mut outcome = if epoch > document.epoch { Err(Refusal::EpochAhead) } else { Ok(()) };
    if epoch == document.epoch && !delta.is_empty() {
        outcome = guard.admit(document, delta).map(|applied| answered.applied = applied);
    }
    if let Err(Refusal::ForeignActor(actor)) = outcome {
        foreign = Some(actor);
    }
    answered.advanced = answered.applied.advanced;
    answered.refused = outcome.err().filter(|refusal| *refusal != Refusal::Gap);
    match outcome {
        _ if epoch < document.epoch || foreign.is_some() => {
            head(REBASE);
            w.u8(u8::from(foreign.is_some()));
            if let Some(actor) = foreign {
                w.raw(&actor.to_le_bytes());
            }
            guard.retired.meet(&seen).write(&mut w);
            w.raw(&document.encode());
        }
        Err(refusal) if refusal != Refusal::Gap => {
            head(REFUSED);
            w.text(refusal.code());
        }
        Ok(()) if document.version().dominates(&seen) => {
            head(EVEN);
            document.version().write(&mut w);
            if !seen.dominates(document.version()) {
                w.raw(&document.delta_since(&seen));
            }
            answered.seen = seen;
        }
        _ => {
            head(BEHIND);
            document.version().write(&mut w);
        }
    }
    answered.reply = w.into_bytes();
    Ok(answered)
}
