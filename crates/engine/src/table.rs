//! The compiled shop file: what the book's core carries of the rules.
//!
//! Plain data. The command line tool fills it in from `wellmet.json`; [`Table::encode`] and
//! [`Table::decode`] move it, with every length checked and every reference tolerated: one that leads
//! nowhere reads as missing, so that a damaged table can never stop a page.

use crate::attribute::Attribute;
use crate::condition::{ConditionIx, Program};
use crate::money::Currency;
use crate::offer::{Cap, Offer};
use crate::slot::Slot;
use crate::status::{Group, MAX_GROUPS};
use crate::wire::{Fault, Reader, Result, Writer};
use alloc::{string::String, vec, vec::Vec};

/// Version written by this build.
pub const VERSION: u8 = 1;
/// Longest name (slot, choice, offer, field), bytes.
pub const MAX_NAME: usize = 256;
/// Most entries of a short list (fields, pins, languages).
pub const MAX_LIST: usize = 256;
/// Most entries of a long list (attributes, phrases, offers, slots, segments).
pub const MAX_ROWS: usize = 100_000;
/// Longest text of the shop file, bytes.
pub const MAX_PHRASE: usize = 16_384;

/// A text with placeholders such as `{name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// Position in [`Table::phrases`].
    pub phrase: u32,
    /// Attributes that its placeholders stand for, by number. Placeholders that are none are left to
    /// the page (`{title}` of a reason).
    pub args: Vec<(String, u32)>,
}

/// How often customers of a class order, for those with too few orders of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// Days between two orders when nothing else is known; 0 when the shop did not say.
    pub days: u16,
    /// Days by the value of the record's trait `class`.
    pub classes: Vec<(String, u16)>,
}

/// The texts that explain a recommended item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Because {
    /// Others looked at it after what she saw.
    Viewed,
    /// Goes with what is in her cart.
    InCart,
    /// Goes with what she bought.
    Owned,
    /// Goes with the item of the page.
    OnPage,
    /// Alike.
    Alike,
    /// She bought it before.
    Again,
    /// She bought it before and it is time.
    AgainDue,
    /// She looked at it.
    Seen,
    /// Many like it now.
    Popular,
    /// The shop's choice.
    Pinned,
}

impl Because {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 10] = [
        Self::Viewed,
        Self::InCart,
        Self::Owned,
        Self::OnPage,
        Self::Alike,
        Self::Again,
        Self::AgainDue,
        Self::Seen,
        Self::Popular,
        Self::Pinned,
    ];

    /// The stable code, which is also the name of its text in the shop file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Viewed => "viewed",
            Self::InCart => "in-cart",
            Self::Owned => "owned",
            Self::OnPage => "on-page",
            Self::Alike => "alike",
            Self::Again => "again",
            Self::AgainDue => "again-due",
            Self::Seen => "seen",
            Self::Popular => "popular",
            Self::Pinned => "pinned",
        }
    }
}

/// The rules of a shop.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Currency of all money.
    pub currency: Currency,
    /// Languages of the texts; the first is the default.
    pub languages: Vec<String>,
    /// Each text once for every language, in the order of `languages`; empty where it is missing.
    pub phrases: Vec<Vec<String>>,
    /// All conditions.
    pub program: Program,
    /// One for each name of the program.
    pub attributes: Vec<Attribute>,
    /// Conditions of the segments.
    pub segments: Vec<ConditionIx>,
    /// Status groups, lowest first.
    pub ladder: Vec<Group>,
    /// How often customers order.
    pub rhythm: Rhythm,
    /// Offers.
    pub offers: Vec<Offer>,
    /// Slots, ascending by name.
    pub slots: Vec<Slot>,
    /// The place of each slot in the order in which they are decided: what comes earlier chooses its items
    /// first. See [`Self::set_order`].
    pub(crate) ranks: Vec<u32>,
    /// Share of shoppers for whom every slot keeps its default, in ten-thousandths.
    pub holdout: u16,
    /// Cap on everything that is counted, over all slots and channels.
    pub cap: Option<Cap>,
    /// Texts that explain items, by [`Because`]; positions in `phrases`, 0 for none.
    pub because: [u32; 10],
    /// What the elements of the page say, by name (`cart.remove`), ascending; positions in `phrases`.
    pub words: Vec<(String, u32)>,
}

impl Table {
    /// A shop without rules. The first phrase is the empty one.
    #[must_use]
    pub fn new(currency: Currency) -> Self {
        Self {
            currency,
            languages: Vec::new(),
            phrases: vec![Vec::new()],
            program: Program::default(),
            attributes: Vec::new(),
            segments: Vec::new(),
            ladder: Vec::new(),
            rhythm: Rhythm::default(),
            offers: Vec::new(),
            slots: Vec::new(),
            ranks: Vec::new(),
            holdout: 0,
            cap: None,
            because: [0; 10],
            words: Vec::new(),
        }
    }

    /// Position of a slot.
    #[must_use]
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.slots.binary_search_by(|slot| slot.name.as_str().cmp(name)).ok()
    }

    /// Says in which order slots are decided, by their positions; those that are left out come last.
    #[allow(clippy::cast_possible_truncation, reason = "slots are fewer than MAX_ROWS")]
    pub fn set_order(&mut self, order: &[u32]) {
        self.ranks = vec![u32::MAX; self.slots.len()];
        for (rank, slot) in order.iter().enumerate() {
            if let Some(place) = self.ranks.get_mut(*slot as usize) {
                *place = rank as u32;
            }
        }
    }

    /// The language for a locale: the same tag, else the same first part, else the default.
    #[must_use]
    pub fn language(&self, locale: &str) -> usize {
        let first = |tag: &str| tag.split(['-', '_']).next().map(str::to_ascii_lowercase);
        let same = self.languages.iter().position(|language| language.eq_ignore_ascii_case(locale));
        same.or_else(|| self.languages.iter().position(|language| first(language) == first(locale))).unwrap_or(0)
    }

    /// A text in a language, else in the default language; empty when there is none.
    #[must_use]
    pub fn phrase(&self, phrase: u32, language: usize) -> &str {
        let Some(texts) = self.phrases.get(phrase as usize) else { return "" };
        texts.get(language).filter(|text| !text.is_empty()).or(texts.first()).map_or("", String::as_str)
    }

    /// What an element says in exactly this language; empty when the shop leaves it to the element.
    #[must_use]
    pub fn word(&self, name: &str, language: usize) -> &str {
        let place = self.words.binary_search_by(|(word, _)| word.as_str().cmp(name));
        let texts = place.ok().and_then(|at| self.phrases.get(self.words[at].1 as usize));
        texts.and_then(|texts| texts.get(language)).map_or("", String::as_str)
    }

    /// The bytes that [`Self::decode`] reads.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let w = &mut Writer::new();
        w.u8(VERSION);
        w.raw(self.currency.code().as_bytes());
        w.varint(self.languages.len() as u64);
        self.languages.iter().for_each(|language| w.text(language));
        w.varint(self.phrases.len() as u64);
        for texts in &self.phrases {
            for language in 0..self.languages.len() {
                w.text(texts.get(language).map_or("", String::as_str));
            }
        }
        self.program.encode(w);
        w.varint(self.attributes.len() as u64);
        self.attributes.iter().for_each(|attribute| attribute.encode(w));
        w.varint(self.segments.len() as u64);
        self.segments.iter().for_each(|segment| w.varint(u64::from(segment.0)));
        w.varint(self.ladder.len() as u64);
        self.ladder.iter().for_each(|group| group.encode(w));
        w.varint(u64::from(self.rhythm.days));
        w.varint(self.rhythm.classes.len() as u64);
        for (class, days) in &self.rhythm.classes {
            w.text(class);
            w.varint(u64::from(*days));
        }
        w.varint(self.offers.len() as u64);
        self.offers.iter().for_each(|offer| offer.encode(w));
        w.varint(self.slots.len() as u64);
        self.slots.iter().for_each(|slot| slot.encode(w));
        let mut order: Vec<usize> = (0..self.ranks.len()).filter(|slot| self.ranks[*slot] != u32::MAX).collect();
        crate::sort::sort_by(&mut order, |a, b| self.ranks[*a] < self.ranks[*b]);
        w.varint(order.len() as u64);
        order.iter().for_each(|slot| w.varint(*slot as u64));
        w.varint(u64::from(self.holdout));
        Cap::encode(self.cap, w);
        self.because.iter().for_each(|phrase| w.varint(u64::from(*phrase)));
        // At the end and only where there are some: books without them stay what they were.
        if !self.words.is_empty() {
            w.varint(self.words.len() as u64);
            for (name, phrase) in &self.words {
                w.text(name);
                w.varint(u64::from(*phrase));
            }
        }
        core::mem::take(w).into_bytes()
    }

    /// Reads a table.
    ///
    /// # Errors
    /// `UnknownVersion`, or what was wrong and where.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        if r.u8() != VERSION {
            return Err(r.fault(Fault::UnknownVersion));
        }
        let currency = core::str::from_utf8(r.take(3)).ok().and_then(Currency::new).ok_or(r.fault(Fault::Invalid))?;
        let mut table = Self::new(currency);
        table.languages = r.list(MAX_LIST, 1, |r| r.string(MAX_NAME));
        let languages = table.languages.len();
        table.phrases = r.list(MAX_ROWS, languages.max(1), |r| (0..languages).map(|_| r.string(MAX_PHRASE)).collect());
        // Each would take no bytes, and as many could be claimed as there are bytes after them.
        if languages == 0 && table.phrases.len() > 1 {
            return Err(r.fault(Fault::Invalid));
        }
        table.program = Program::decode(r);
        table.attributes = r.list(MAX_ROWS, 2, Attribute::decode);
        table.segments = r.list(MAX_ROWS, 1, |r| ConditionIx(r.u32()));
        table.ladder = r.list(MAX_GROUPS, 4, Group::decode);
        table.rhythm.days = r.u16();
        table.rhythm.classes = r.list(MAX_LIST, 2, |r| (r.string(MAX_NAME), r.u16()));
        table.offers = r.list(MAX_ROWS, 9, Offer::decode);
        table.slots = r.list(MAX_ROWS, 4, Slot::decode);
        if !table.slots.is_sorted_by(|a, b| a.name < b.name) {
            return Err(r.fault(Fault::Invalid));
        }
        table.set_order(&r.list(MAX_ROWS, 1, Reader::u32));
        table.holdout = r.u16();
        table.cap = Cap::decode(r);
        for phrase in &mut table.because {
            *phrase = r.u32();
        }
        if r.left() > 0 {
            table.words = r.list(MAX_ROWS, 2, |r| (r.string(MAX_NAME), r.u32()));
            if table.words.is_empty() || !table.words.is_sorted_by(|a, b| a.0 < b.0) {
                return Err(r.fault(Fault::Invalid));
            }
        }
        r.end()?;
        Ok(table)
    }
}

impl Text {
    pub(crate) fn encode(text: Option<&Self>, w: &mut Writer) {
        let Some(Self { phrase, args }) = text else { return w.varint(0) };
        w.varint(1 + u64::from(*phrase));
        w.varint(args.len() as u64);
        for (name, attribute) in args {
            w.text(name);
            w.varint(u64::from(*attribute));
        }
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Option<Self> {
        let phrase = r.u32().checked_sub(1)?;
        Some(Self { phrase, args: r.list(MAX_LIST, 2, |r| (r.string(MAX_NAME), r.u32())) })
    }
}

pub(crate) fn encode_condition(condition: Option<ConditionIx>, w: &mut Writer) {
    w.varint(condition.map_or(0, |condition| 1 + u64::from(condition.0)));
}

pub(crate) fn decode_condition(r: &mut Reader<'_>) -> Option<ConditionIx> {
    r.u32().checked_sub(1).map(ConditionIx)
}
