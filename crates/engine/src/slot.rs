//! Slots: named places in a page, and what may fill them.

use crate::condition::ConditionIx;
use crate::offer::Cap;
use crate::recommend;
use crate::table::{MAX_LIST, MAX_NAME, Text, decode_condition, encode_condition};
use crate::value::{MAX_ELEMENTS, MAX_TEXT};
use crate::wire::{Fault, Reader, Writer};
use alloc::{string::String, vec::Vec};

/// Where a field of a decision gets its value.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    /// A text of the shop file in the page's language. What stands in braces is filled in.
    Text(Text),
    /// The attribute with this number; money in minor units. Without a value the variant does not
    /// apply.
    Attribute(u32),
    /// The attribute with this number; without a value the field is left out.
    Optional(u32),
    /// A fixed number, such as an amount in minor units.
    Number(f64),
}

/// Which items a variant shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Items {
    /// The question put to the catalogue.
    pub kind: recommend::Kind,
    /// Most items.
    pub limit: u16,
    /// Fewest items; with fewer the variant does not apply.
    pub least: u16,
    /// Least strength, see [`recommend::Query::threshold`].
    pub threshold: u16,
    /// See [`recommend::Query::diversity`].
    pub diversity: u8,
    /// See [`recommend::Query::reminders`].
    pub reminders: bool,
    /// See [`recommend::Query::fill`].
    pub fill: bool,
    /// Items to show first, by the shop's ids.
    pub pins: Vec<String>,
    /// What may appear.
    pub rules: Vec<Rule>,
}

/// The merchandiser's word on what may appear, see [`recommend::Rule`].
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which items.
    pub on: Scope,
    /// What happens to them.
    pub then: recommend::Effect,
}

/// Which items a rule is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Scope {
    /// One item, by the shop's id.
    Item(String),
    /// A category and what is below it.
    Category(String),
    /// A band of prices in minor units, both ends included.
    Price(i64, i64),
}

/// A share of the shoppers: those whose place under the seed lies in `from..to` ten-thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arm {
    /// Name of the experiment, which is also the seed. Variants with weights share it.
    pub experiment: String,
    /// First place.
    pub from: u16,
    /// First place that does not belong any more.
    pub to: u16,
}

/// One way to fill a slot. The first that applies is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Name for the page's `data-wm-when`, and in traces.
    pub choice: String,
    /// Who sees it; everybody without one.
    pub when: Option<ConditionIx>,
    /// Which share of them.
    pub arm: Option<Arm>,
    /// How often. Counted under `slot/choice`.
    pub cap: Option<Cap>,
    /// The offer it shows, by position in the table.
    pub offer: Option<u16>,
    /// The items it shows.
    pub items: Option<Items>,
    /// The values it shows.
    pub fields: Vec<(String, Field)>,
    /// "Why this?"
    pub reason: Option<Text>,
}

/// Variants of a slot with many, by a text that an attribute must have for them to apply. The
/// compiler makes it from each condition's most selective clause, so that a page pays for the rules
/// that can concern it and not for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// Variants that any shopper may see, ascending.
    pub open: Vec<u32>,
    /// The others.
    pub keyed: Vec<Keyed>,
}

/// Variants that need one of some texts in one attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyed {
    /// Number of the attribute.
    pub attribute: u32,
    /// Ascending by text; never the text `null`, which a missing attribute equals.
    pub texts: Vec<(String, Vec<u32>)>,
}

/// The holdout of a slot that shows what a shopper is entitled to: nobody is held out of it, not even
/// those who keep the default everywhere else.
pub const NOBODY: u16 = u16::MAX;

/// A named place.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// The name in the page's `data-wm-slot`.
    pub name: String,
    /// Share of shoppers that always keep the default, in ten-thousandths, so that the effect of the
    /// slot can be measured; or [`NOBODY`].
    pub holdout: u16,
    /// By priority.
    pub variants: Vec<Variant>,
    /// For slots with many variants.
    pub index: Option<Index>,
}

pub(crate) fn encode_fields(fields: &[(String, Field)], w: &mut Writer) {
    w.varint(fields.len() as u64);
    for (name, field) in fields {
        w.text(name);
        match field {
            Field::Text(text) => {
                w.u8(0);
                Text::encode(Some(text), w);
            }
            Field::Attribute(attribute) => {
                w.u8(1);
                w.varint(u64::from(*attribute));
            }
            Field::Optional(attribute) => {
                w.u8(3);
                w.varint(u64::from(*attribute));
            }
            Field::Number(number) => {
                w.u8(2);
                w.f64(*number);
            }
        }
    }
}

pub(crate) fn decode_fields(r: &mut Reader<'_>) -> Vec<(String, Field)> {
    r.list(MAX_LIST, 3, |r| {
        let name = r.string(MAX_NAME);
        let field = match r.u8() {
            0 => Text::decode(r).map(Field::Text),
            1 => Some(Field::Attribute(r.u32())),
            2 => Some(Field::Number(r.f64())),
            3 => Some(Field::Optional(r.u32())),
            _ => None,
        };
        if field.is_none() {
            r.fail(Fault::Invalid);
        }
        (name, field.unwrap_or(Field::Number(0.0)))
    })
}

const KINDS: [recommend::Kind; 6] = [
    recommend::Kind::Next,
    recommend::Kind::With,
    recommend::Kind::Again,
    recommend::Kind::Like,
    recommend::Kind::ForYou,
    recommend::Kind::Seen,
];

impl Items {
    fn encode(&self, w: &mut Writer) {
        // The position in the list above is the number on the wire.
        w.u8(KINDS.iter().position(|kind| *kind == self.kind).unwrap_or(0) as u8);
        for number in [self.limit, self.least, self.threshold, u16::from(self.diversity)] {
            w.varint(u64::from(number));
        }
        w.u8(u8::from(self.reminders) | u8::from(self.fill) << 1);
        w.varint(self.pins.len() as u64);
        self.pins.iter().for_each(|pin| w.text(pin));
        w.varint(self.rules.len() as u64);
        for rule in &self.rules {
            match &rule.on {
                Scope::Item(id) => {
                    w.u8(0);
                    w.text(id);
                }
                Scope::Category(path) => {
                    w.u8(1);
                    w.text(path);
                }
                Scope::Price(from, to) => {
                    w.u8(2);
                    w.signed(*from);
                    w.signed(*to);
                }
            }
            w.varint(match rule.then {
                recommend::Effect::Hide => 0,
                recommend::Effect::Only => 1,
                recommend::Effect::Percent(percent) => 2 + u64::from(percent),
            });
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "bounded by varint_max")]
    fn decode(r: &mut Reader<'_>) -> Self {
        let kind = r.one_of(&KINDS);
        let (limit, least, threshold) = (r.u16(), r.u16(), r.u16());
        let diversity = r.varint_max(100) as u8;
        let flags = r.u8();
        let pins = r.list(MAX_LIST, 1, |r| r.string(MAX_NAME));
        let rules = r.list(MAX_LIST, 3, |r| {
            let on = match r.u8() {
                0 => Scope::Item(r.string(MAX_NAME)),
                1 => Scope::Category(r.string(MAX_NAME)),
                tag => {
                    if tag != 2 {
                        r.fail(Fault::Invalid);
                    }
                    Scope::Price(r.signed(), r.signed())
                }
            };
            let then = match r.varint_max(2 + u64::from(u16::MAX)) {
                0 => recommend::Effect::Hide,
                1 => recommend::Effect::Only,
                percent => recommend::Effect::Percent((percent - 2) as u16),
            };
            Rule { on, then }
        });
        let (reminders, fill) = (flags & 1 != 0, flags & 2 != 0);
        Self { kind, limit, least, threshold, diversity, reminders, fill, pins, rules }
    }
}

impl Variant {
    fn encode(&self, w: &mut Writer) {
        w.text(&self.choice);
        encode_condition(self.when, w);
        let parts =
            u8::from(self.arm.is_some()) | u8::from(self.offer.is_some()) << 1 | u8::from(self.items.is_some()) << 2;
        w.u8(parts);
        if let Some(arm) = &self.arm {
            w.text(&arm.experiment);
            w.varint(u64::from(arm.from));
            w.varint(u64::from(arm.to));
        }
        if let Some(offer) = self.offer {
            w.varint(u64::from(offer));
        }
        if let Some(items) = &self.items {
            items.encode(w);
        }
        Cap::encode(self.cap, w);
        encode_fields(&self.fields, w);
        Text::encode(self.reason.as_ref(), w);
    }

    fn decode(r: &mut Reader<'_>) -> Self {
        let choice = r.string(MAX_NAME);
        let when = decode_condition(r);
        let parts = r.u8();
        let has = |part: u8| parts & part != 0;
        let arm = has(1).then(|| Arm { experiment: r.string(MAX_NAME), from: r.u16(), to: r.u16() });
        let offer = has(2).then(|| r.u16());
        let items = has(4).then(|| Items::decode(r));
        let cap = Cap::decode(r);
        let fields = decode_fields(r);
        Self { choice, when, arm, cap, offer, items, fields, reason: Text::decode(r) }
    }
}

fn encode_list(list: &[u32], w: &mut Writer) {
    w.varint(list.len() as u64);
    list.iter().for_each(|at| w.varint(u64::from(*at)));
}

fn decode_list(r: &mut Reader<'_>) -> Vec<u32> {
    r.list(MAX_ELEMENTS, 1, Reader::u32)
}

impl Slot {
    /// Appends the bytes that [`Self::decode`] reads.
    pub fn encode(&self, w: &mut Writer) {
        w.text(&self.name);
        w.varint(u64::from(self.holdout));
        w.varint(self.variants.len() as u64);
        self.variants.iter().for_each(|variant| variant.encode(w));
        w.u8(u8::from(self.index.is_some()));
        if let Some(index) = &self.index {
            encode_list(&index.open, w);
            w.varint(index.keyed.len() as u64);
            for keyed in &index.keyed {
                w.varint(u64::from(keyed.attribute));
                w.varint(keyed.texts.len() as u64);
                for (text, list) in &keyed.texts {
                    w.text(text);
                    encode_list(list, w);
                }
            }
        }
    }

    /// Reads a slot; the reader remembers what was wrong.
    pub fn decode(r: &mut Reader<'_>) -> Self {
        let name = r.string(MAX_NAME);
        let holdout = r.u16();
        let variants = r.list(MAX_ELEMENTS, 7, Variant::decode);
        let index = (r.u8() != 0).then(|| Index {
            open: decode_list(r),
            keyed: r.list(MAX_LIST, 2, |r| Keyed {
                attribute: r.u32(),
                texts: r.list(MAX_ELEMENTS, 2, |r| (r.string(MAX_TEXT), decode_list(r))),
            }),
        });
        Self { name, holdout, variants, index }
    }
}
