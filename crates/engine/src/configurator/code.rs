//! A finished configuration as a short code: for a cart line, a link, a printed sheet.
//!
//! `1` (the format), two characters that change with the model's groups and choices, then for each
//! group its answer: two characters for a choice, `0` for none, or a text in UTF-8 as hexadecimal
//! between `(` and `)`. Letters and digits are those of Crockford's base 32, which a clerk can type.

use super::{Model, Selection};

/// First character of the codes that this build writes.
pub const FORMAT: char = '1';

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a code was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// Written by a newer build.
    UnknownVersion,
    /// The model has changed since: its groups or choices are others.
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

fn pair(out: &mut String, number: u32) {
    for digit in [number >> 5 & 31, number & 31] {
        out.push(char::from(DIGITS[digit as usize]));
    }
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

fn hex(byte: u8) -> Option<u8> {
    let byte = byte.to_ascii_lowercase();
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl Model {
    /// Ten bits over what the positions in a code mean.
    fn mark(&self) -> u32 {
        let mut hash = 0x811c_9dc5u32;
        let mut eat = |text: &str| {
            for byte in text.bytes().chain([0xff]) {
                hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
        };
        for group in &self.groups {
            eat(&group.id);
            group.choices.iter().for_each(|choice| eat(&choice.id));
        }
        (hash ^ hash >> 10 ^ hash >> 20) & 1_023
    }

    /// The code of a selection; what the model does not know is not in it.
    #[must_use]
    pub fn code(&self, selection: &Selection) -> String {
        let mut code = String::from(FORMAT);
        pair(&mut code, self.mark());
        for (group, chosen) in self.groups.iter().zip(self.chosen(selection)) {
            let text = group.text.as_ref().and_then(|_| selection.get(&group.id));
            if let Some(text) = text {
                code.push('(');
                for byte in text.bytes() {
                    for half in [byte >> 4, byte & 15] {
                        code.push(char::from(b"0123456789abcdef"[usize::from(half)]));
                    }
                }
                code.push(')');
            } else if let Some(chosen) = chosen {
                pair(&mut code, u32::from(chosen) + 32);
            } else {
                code.push('0');
            }
        }
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
        let mut next = || bytes.next().ok_or(CodeError::Malformed);
        let number = |high: u8, low: u8| Some(digit(high)? << 5 | digit(low)?);
        if number(next()?, next()?).ok_or(CodeError::Malformed)? != self.mark() {
            return Err(CodeError::OtherModel);
        }
        let mut selection = Selection::default();
        for group in &self.groups {
            match next()? {
                b'0' => {}
                b'(' if group.text.is_some() => {
                    let mut text = Vec::new();
                    loop {
                        let high = next()?;
                        if high == b')' {
                            break;
                        }
                        let byte = hex(high).zip(hex(next()?)).ok_or(CodeError::Malformed)?;
                        text.push(byte.0 << 4 | byte.1);
                    }
                    let text = core::str::from_utf8(&text).map_err(|_| CodeError::Malformed)?;
                    selection.set(&group.id, text);
                }
                high => {
                    let number = number(high, next()?).and_then(|number| number.checked_sub(32));
                    let choice = number.and_then(|number| group.choices.get(number as usize));
                    selection.set(&group.id, &choice.ok_or(CodeError::Malformed)?.id);
                }
            }
        }
        if bytes.next().is_some() { Err(CodeError::Malformed) } else { Ok(selection) }
    }
}
