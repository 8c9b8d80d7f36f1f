//! A model as bytes, for a chunk of the book.

use super::{Choice, FreeText, Group, Label, MAX_CHOICES, MAX_GROUPS, MAX_RULES, MAX_TEXT, Model, Rule};
use crate::wire::{Fault, Reader, Result, Writer};
use alloc::{string::String, vec::Vec};

/// Version written by this build.
const VERSION: u8 = 1;
/// Longest id, label or address, bytes.
const MAX_WORD: usize = 1_024;
/// Most languages of a label.
const MAX_LANGUAGES: usize = 64;
/// Most character ranges of a free text.
const MAX_RANGES: usize = 256;

impl Label {
    fn encode(&self, w: &mut Writer) {
        w.varint(self.0.len() as u64);
        self.0.iter().for_each(|text| w.text(text));
    }

    fn decode(r: &mut Reader<'_>) -> Self {
        Self(r.list(MAX_LANGUAGES, 1, word))
    }
}

fn word(r: &mut Reader<'_>) -> String {
    r.string(MAX_WORD)
}

fn character(r: &mut Reader<'_>) -> char {
    let character = char::from_u32(r.u32());
    r.valid(character)
}

impl Group {
    fn encode(&self, w: &mut Writer) {
        w.text(&self.id);
        self.label.encode(w);
        w.u8(u8::from(self.required) | u8::from(self.text.is_some()) << 1);
        w.text(&self.bundle);
        if let Some(text) = &self.text {
            w.varint(u64::from(text.max));
            w.signed(text.price_minor);
            w.varint(text.allowed.len() as u64);
            for (from, to) in &text.allowed {
                w.varint(u64::from(u32::from(*from)));
                w.varint(u64::from(u32::from(*to)));
            }
        }
        w.varint(self.choices.len() as u64);
        for choice in &self.choices {
            w.text(&choice.id);
            choice.label.encode(w);
            w.signed(choice.price_minor);
        }
    }

    fn decode(r: &mut Reader<'_>) -> Self {
        let mut group = Self::new(r.text(MAX_WORD), Label::decode(r));
        let flags = r.u8();
        group.required = flags & 1 == 1;
        group.bundle = word(r);
        if flags & 2 == 2 {
            #[allow(clippy::cast_possible_truncation, reason = "MAX_TEXT fits")]
            let max = r.varint_max(MAX_TEXT as u64) as u16;
            let price_minor = r.signed();
            let allowed = r.list(MAX_RANGES, 2, |r| (character(r), character(r)));
            group.text = Some(FreeText { max, price_minor, allowed });
        }
        group.choices =
            r.list(MAX_CHOICES, 3, |r| Choice { id: word(r), label: Label::decode(r), price_minor: r.signed() });
        group
    }
}

impl Model {
    /// The bytes that [`Self::decode`] reads.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let w = &mut Writer::new();
        w.u8(VERSION);
        w.text(&self.id);
        self.label.encode(w);
        w.text(&self.link);
        w.text(&self.image);
        w.signed(self.base_minor);
        w.varint(self.groups.len() as u64);
        self.groups.iter().for_each(|group| group.encode(w));
        w.varint(self.rules.len() as u64);
        for rule in &self.rules {
            w.u8(rule.when.0);
            w.varint(u64::from(rule.when.1));
            w.u8(rule.group);
            w.varint(rule.allowed.len() as u64);
            rule.allowed.iter().for_each(|choice| w.varint(u64::from(*choice)));
            rule.why.encode(w);
        }
        core::mem::take(w).into_bytes()
    }

    /// Reads a model. Rules that point nowhere never speak.
    ///
    /// # Errors
    /// `UnknownVersion`, or what was wrong and where.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        if r.u8() != VERSION {
            return Err(r.fault(Fault::UnknownVersion));
        }
        let mut model = Self::new(r.text(MAX_WORD), Label::decode(r));
        model.link = word(r);
        model.image = word(r);
        model.base_minor = r.signed();
        model.groups = r.list(MAX_GROUPS, 5, Group::decode);
        model.rules = r.list(MAX_RULES, 5, |r| Rule {
            when: (r.u8(), r.u16()),
            group: r.u8(),
            allowed: r.list(MAX_CHOICES, 1, Reader::u16),
            why: Label::decode(r),
        });
        r.end()?;
        Ok(model)
    }
}
