//! A configuration as a short code: for a cart line, a link, a printed sheet.
//!
//! `1` (the format), four characters over what the rest means, then for each group its answer: two
//! characters for a choice, `0` for none, or a text in UTF-8 as hexadecimal between `(` and `)`.
//! Groups left open at the end are left out. Letters and digits are those of Crockford's base 32, which
//! a clerk can type.
//!
//! Positions would be short but wrong after the model changed, so the four characters are a hash of
//! the ids and texts that the positions stand for. A model that only got new choices and groups at the
//! end reads old codes; one that changed what a code means, or a typing mistake, is noticed in all but
//! one of a million cases.

use super::{Model, Selection};
use alloc::{string::String, vec::Vec};

/// First character of the codes that this build writes.
pub const FORMAT: char = '1';

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a code was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// Written by a newer build.
    UnknownVersion,
    /// It means something else to this model, which has changed since; or a typing mistake.
    OtherModel,
    /// No build ever wrote that.
    Malformed,
}

impl CodeError {
    /// Stable code, part of the public interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownVersion => "unknown-version",
            Self::OtherModel => "other-model",
            Self::Malformed => "malformed",
        }
    }
}

/// Appends a number as that many digits.
fn put(out: &mut String, number: u32, digits: u32) {
    for at in (0..digits).rev() {
        out.push(char::from(DIGITS[(number >> (5 * at) & 31) as usize]));
    }
}

/// 20 bits over the answers in the model's order (FNV-1a).
fn mark<'a>(answers: impl Iterator<Item = (&'a str, &'a str)>) -> u32 {
    let mut hash = 0x811c_9dc5u32;
    for (group, value) in answers {
        for byte in group.bytes().chain([0xff]).chain(value.bytes()).chain([0xfe]) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }
    (hash ^ hash >> 20) & 0xf_ffff
}

fn digit(byte: u8) -> Option<u32> {
    // As Crockford reads them: case does not count, and look-alikes are the digit.
    let byte = match byte.to_ascii_lowercase() {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        other => other,
    };
    u32::try_from(DIGITS.iter().position(|known| *known == byte)?).ok()
}

impl Model {
    /// What a selection answers that this model knows, in the model's order.
    fn answers<'a>(&'a self, selection: &'a Selection) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.groups.iter().zip(self.chosen(selection)).filter_map(|(group, chosen)| {
            let chosen = usize::from(chosen?);
            let value = if group.text.is_some() { selection.get(&group.id)? } else { &group.choices.get(chosen)?.id };
            Some((&*group.id, value))
        })
    }

    /// The code of a selection; what the model does not know is not in it.
    #[must_use]
    pub fn code(&self, selection: &Selection) -> String {
        let mut code = String::from(FORMAT);
        put(&mut code, mark(self.answers(selection)), 4);
        let mut last = code.len();
        for (group, chosen) in self.groups.iter().zip(self.chosen(selection)) {
            let text = group.text.as_ref().and_then(|_| selection.get(&group.id));
            if let Some(text) = text {
                code.push('(');
                for byte in text.bytes() {
                    for half in [byte >> 4, byte & 15] {
                        code.push(char::from(DIGITS[usize::from(half)]));
                    }
                }
                code.push(')');
            } else if let Some(chosen) = chosen {
                put(&mut code, u32::from(chosen) + 32, 2);
            } else {
                code.push('0');
                continue;
            }
            last = code.len();
        }
        code.truncate(last);
        code
    }

    /// The selection of a code. It may be incomplete or contradictory: [`Model::view`] tells.
    ///
    /// # Errors
    /// A [`CodeError`].
    pub fn selection(&self, code: &str) -> Result<Selection, CodeError> {
        let mut bytes = code.bytes();
        if bytes.next() != Some(FORMAT as u8) {
            let newer = code.as_bytes().first().is_some_and(u8::is_ascii_digit);
            return Err(if newer { CodeError::UnknownVersion } else { CodeError::Malformed });
        }
        let mut marked = 0;
        for _ in 0..4 {
            marked = marked << 5 | bytes.next().and_then(digit).ok_or(CodeError::Malformed)?;
        }
        let mut selection = Selection::default();
        for group in &self.groups {
            let Some(first) = bytes.next() else { break };
            let mut next = || bytes.next().ok_or(CodeError::Malformed);
            match first {
                b'0' | b'o' | b'O' => {}
                b'(' if group.text.is_some() => {
                    let mut text = Vec::new();
                    loop {
                        let high = next()?;
                        if high == b')' {
                            break;
                        }
                        let half = |byte: u8| digit(byte).filter(|half| *half < 16).ok_or(CodeError::Malformed);
                        text.push((half(high)? << 4 | half(next()?)?) as u8);
                    }
                    let text = core::str::from_utf8(&text).map_err(|_| CodeError::Malformed)?;
                    selection.set(&group.id, text);
                }
                high => {
                    let number = digit(high).zip(digit(next()?)).map(|(high, low)| high << 5 | low);
                    let number = number.and_then(|number| number.checked_sub(32)).ok_or(CodeError::Malformed)?;
                    let choice = group.choices.get(number as usize).ok_or(CodeError::OtherModel)?;
                    selection.set(&group.id, &choice.id);
                }
            }
        }
        if mark(self.answers(&selection)) != marked || bytes.next().is_some() {
            return Err(CodeError::OtherModel);
        }
        Ok(selection)
    }
}
