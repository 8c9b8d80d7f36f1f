//! Values as conditions see them: JSON, with JavaScript's ideas of equality, order and text.
//!
//! [`Value`] owns, [`View`] borrows: attributes are handed to conditions as views, so that deciding
//! copies no text.

use crate::host::Host;
use crate::wire::{Fault, Reader, Writer};
use alloc::borrow::Cow;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::cmp::Ordering;

pub mod json;

/// A JSON value. Keys of a map keep their order, since ordered equality depends on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`, and everything missing.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object; keys are distinct.
    Map(Vec<(String, Value)>),
}

/// A borrowed [`Value`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum View<'a> {
    /// `null`, and everything missing.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// Text.
    Text(&'a str),
    /// An array.
    List(&'a [Value]),
    /// An object.
    Map(&'a [(String, Value)]),
}

/// Deepest nesting of a value that [`Value::decode`] accepts.
pub const MAX_DEPTH: usize = 16;
/// Longest text in a value, bytes.
pub const MAX_TEXT: usize = 4_096;
/// Most elements of one list or map.
pub const MAX_ELEMENTS: usize = 10_000;

impl Value {
    /// Borrows.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        match self {
            Self::Null => View::Null,
            Self::Bool(is) => View::Bool(*is),
            Self::Number(number) => View::Number(*number),
            Self::Text(text) => View::Text(text),
            Self::List(items) => View::List(items),
            Self::Map(entries) => View::Map(entries),
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The value of a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        if let Self::Map(entries) = self {
            entries.iter().find(|(name, _)| name == key).map(|(_, value)| value)
        } else {
            None
        }
    }

    /// Appends the bytes that [`Self::decode`] reads.
    pub fn encode(&self, w: &mut Writer) {
        match self {
            Self::Null => w.u8(0),
            Self::Bool(is) => w.u8(1 + u8::from(*is)),
            Self::Number(number) => match whole(*number) {
                Some(whole) => {
                    w.u8(3);
                    w.signed(whole);
                }
                None => {
                    w.u8(4);
                    w.f64(*number);
                }
            },
            Self::Text(text) => {
                w.u8(5);
                w.text(text);
            }
            Self::List(items) => {
                w.u8(6);
                w.varint(items.len() as u64);
                items.iter().for_each(|item| item.encode(w));
            }
            Self::Map(entries) => {
                w.u8(7);
                w.varint(entries.len() as u64);
                for (key, value) in entries {
                    w.text(key);
                    value.encode(w);
                }
            }
        }
    }

    /// Reads a value; nesting beyond [`MAX_DEPTH`] is `TooLarge`.
    pub fn decode(r: &mut Reader<'_>) -> Self {
        Self::decode_at(r, MAX_DEPTH)
    }

    #[allow(clippy::cast_precision_loss, reason = "written from an f64 that was whole")]
    fn decode_at(r: &mut Reader<'_>, depth: usize) -> Self {
        if depth == 0 {
            r.fail(Fault::TooLarge);
        }
        match r.u8() {
            0 => Self::Null,
            tag @ (1 | 2) => Self::Bool(tag == 2),
            3 => Self::Number(r.signed() as f64),
            4 => Self::Number(r.f64()),
            5 => Self::Text(r.string(MAX_TEXT)),
            6 => Self::List(r.list(MAX_ELEMENTS, 1, |r| Self::decode_at(r, depth - 1))),
            7 => Self::Map(r.list(MAX_ELEMENTS, 2, |r| (r.string(MAX_TEXT), Self::decode_at(r, depth - 1)))),
            _ => r.valid(None),
        }
    }
}

impl<'a> View<'a> {
    /// Follows a dotted path through own keys and array indices; null where it leads nowhere.
    #[must_use]
    pub fn walk(self, path: &str) -> Self {
        let mut here = self;
        for part in path.split('.') {
            let next = match here {
                View::Map(entries) => entries.iter().find(|(name, _)| name == part).map(|(_, value)| value),
                View::List(items) => index(part).and_then(|at| items.get(at)),
                _ => None,
            };
            match next {
                Some(value) => here = value.view(),
                None => return View::Null,
            }
        }
        here
    }

    /// JavaScript truthiness.
    #[must_use]
    pub fn truthy(self) -> bool {
        match self {
            View::Null => false,
            View::Bool(is) => is,
            View::Number(number) => number != 0.0 && !number.is_nan(),
            View::Text(text) => !text.is_empty(),
            View::List(_) | View::Map(_) => true,
        }
    }

    /// `a === b`. Two lists or maps are never the same one.
    #[must_use]
    pub fn same(self, other: View<'_>) -> bool {
        match (self, other) {
            (View::Null, View::Null) => true,
            (View::Bool(a), View::Bool(b)) => a == b,
            (View::Number(a), View::Number(b)) => a == b,
            (View::Text(a), View::Text(b)) => same_text(a, b),
            _ => false,
        }
    }

    /// `JSON.stringify(a) === JSON.stringify(b)`.
    #[must_use]
    pub fn same_json(self, other: View<'_>) -> bool {
        match (self.json_scalar(), other.json_scalar()) {
            (View::List(a), View::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.view().same_json(b.view()))
            }
            (View::Map(a), View::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && a.1.view().same_json(b.1.view()))
            }
            (a, b) => a.same(b),
        }
    }

    /// What is not a JSON number is written as null.
    fn json_scalar(self) -> Self {
        if let View::Number(number) = self
            && !number.is_finite()
        {
            return View::Null;
        }
        self
    }

    /// `String(value)`.
    #[must_use]
    pub fn to_text(self, host: &dyn Host) -> Cow<'a, str> {
        match self {
            View::Null => Cow::Borrowed("null"),
            View::Bool(true) => Cow::Borrowed("true"),
            View::Bool(false) => Cow::Borrowed("false"),
            View::Number(number) => Cow::Owned(number_text(number, host)),
            View::Text(text) => Cow::Borrowed(text),
            View::Map(_) => Cow::Borrowed("[object Object]"),
            View::List(items) => {
                let mut joined = String::new();
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        joined.push(',');
                    }
                    if *item != Value::Null {
                        joined.push_str(&item.view().to_text(host));
                    }
                }
                Cow::Owned(joined)
            }
        }
    }

    /// `Number(value)`.
    #[must_use]
    pub fn to_number(self, host: &dyn Host) -> f64 {
        match self {
            View::Null => 0.0,
            View::Bool(is) => f64::from(u8::from(is)),
            View::Number(number) => number,
            View::Text(text) => text_number(text, host),
            View::Map(_) => f64::NAN,
            View::List(_) => text_number(&self.to_text(host), host),
        }
    }

    /// The relational comparison of JavaScript: two texts by their UTF-16 units, everything else as
    /// numbers; `None` when a number is not one.
    #[must_use]
    pub fn compare(self, other: View<'_>, host: &dyn Host) -> Option<Ordering> {
        match (self, other) {
            (View::Number(a), View::Number(b)) => a.partial_cmp(&b),
            _ => self.compare_otherwise(other, host),
        }
    }

    /// Apart, so that two numbers pay for no conversions.
    #[inline(never)]
    fn compare_otherwise(self, other: View<'_>, host: &dyn Host) -> Option<Ordering> {
        let textual = |view: &View<'_>| matches!(view, View::Text(_) | View::List(_) | View::Map(_));
        if textual(&self) && textual(&other) {
            return Some(compare_text(&self.to_text(host), &other.to_text(host)));
        }
        self.to_number(host).partial_cmp(&other.to_number(host))
    }

    /// A copy that owns its text.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            View::Null => Value::Null,
            View::Bool(is) => Value::Bool(is),
            View::Number(number) => Value::Number(number),
            View::Text(text) => Value::Text(text.to_owned()),
            View::List(items) => Value::List(items.to_vec()),
            View::Map(entries) => Value::Map(entries.to_vec()),
        }
    }
}

/// Whether two texts are the same. Most that are not differ in the length or the first byte; only then a call is made.
fn same_text(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.as_bytes().first() == b.as_bytes().first() && a == b
}

/// Order of UTF-16 units, as JavaScript compares text. It differs from Rust's order only where
/// characters beyond the basic plane meet U+E000 to U+FFFF.
#[must_use]
pub fn compare_text(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// An array index as JavaScript writes it: digits without a leading zero.
fn index(text: &str) -> Option<usize> {
    let plain = text == "0" || !text.starts_with('0');
    plain.then(|| digits(text)).flatten().and_then(|number| usize::try_from(number).ok())
}

/// At most 15 ASCII digits and nothing else.
fn digits(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 15 {
        return None;
    }
    let mut number = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(byte - b'0');
    }
    Some(number)
}

/// The number as an integer if it is one below 2^53 whose text is plain digits (not minus zero).
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked on both sides")]
fn whole(number: f64) -> Option<i64> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    if number.is_nan() || number.abs() >= LIMIT || (number == 0.0 && number.is_sign_negative()) {
        return None;
    }
    let whole = number as i64;
    (whole as f64 == number).then_some(whole)
}

/// Decimal digits of a whole number, without the formatting machinery of `core::fmt`.
#[must_use]
pub fn integer_text(number: i64) -> String {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let mut text = String::with_capacity(20);
    if number < 0 {
        text.push('-');
    }
    for digit in &buffer[at..] {
        text.push(char::from(*digit));
    }
    text
}

/// `String(number)`.
#[must_use]
pub fn number_text(number: f64, host: &dyn Host) -> String {
    match whole(number) {
        Some(whole) => integer_text(whole),
        None => host.number_text(number),
    }
}

/// `Number(text)`.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "fewer than 16 digits are exact")]
pub fn text_number(text: &str, host: &dyn Host) -> f64 {
    match digits(text) {
        Some(number) => number as f64,
        None => host.text_number(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_their_text() {
        for (number, text) in [(0, "0"), (-1, "-1"), (1_234_567_890, "1234567890"), (i64::MIN, "-9223372036854775808")]
        {
            assert_eq!(integer_text(number), text);
        }
    }

    #[test]
    fn paths_lead_through_keys_and_indices() {
        let value = Value::Map(vec![(
            "a".into(),
            Value::List(vec![Value::Number(1.0), Value::Map(vec![("b".into(), Value::Bool(true))])]),
        )]);
        assert_eq!(value.view().walk("a.1.b"), View::Bool(true));
        assert_eq!(value.view().walk("a.0"), View::Number(1.0));
        for nowhere in ["a.01", "a.2", "a.1.b.c", "", "b", "a.length"] {
            assert_eq!(value.view().walk(nowhere), View::Null, "{nowhere}");
        }
    }

    #[test]
    fn text_compares_by_utf16_units() {
        // U+FF5E comes after U+1F600 in UTF-16, before it by code point.
        assert_eq!(compare_text("\u{1F600}", "\u{FF5E}"), Ordering::Less);
        assert_eq!(compare_text("a", "ab"), Ordering::Less);
    }

    #[test]
    fn values_come_back_from_their_bytes() {
        let value = Value::Map(vec![
            ("n".into(), Value::Number(-0.0)),
            ("f".into(), Value::Number(0.25)),
            ("i".into(), Value::Number(-3.0)),
            ("l".into(), Value::List(vec![Value::Null, Value::Bool(false), Value::Text("ü".into())])),
        ]);
        let mut w = Writer::new();
        value.encode(&mut w);
        let bytes = w.into_bytes();
        assert_eq!(Reader::whole(&bytes, Value::decode), Ok(value));
        for end in 0..bytes.len() {
            assert!(Reader::whole(&bytes[..end], Value::decode).is_err(), "cut at {end}");
        }
        let deep = [6u8, 1].repeat(1_000);
        assert_eq!(Reader::whole(&deep, Value::decode).map_err(|e| e.fault), Err(Fault::TooLarge));
    }
}
