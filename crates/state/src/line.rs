//! Line keys: the same choice always gives the same key, another choice never does.
//!
//! A key is the variant's id, and the chosen options if there are any: `mug`,
//! `mug?colour=red&text=Anna`. Options are sorted and values are texts, so `1` and `"1"` or another
//! order in the page's code do not make a second line. A part of a bundle names its bundle as an
//! option too, so that it is never merged with the same article bought alone. A configured product is
//! `cfg:` and the configuration's id.
//!
//! The key holds the options themselves, not a hash of them: they need no field that could disagree,
//! and two choices cannot collide.

use crate::error::{Error, Result};
use crate::limits::KEY;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// What a key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A variant with its canonical options, `""` when there are none.
    Item {
        /// The shop's id of the variant.
        item: String,
        /// `k=v&k=v`, sorted; see [`options`].
        options: String,
    },
    /// A configured product.
    Configured(String),
}

/// The key of a variant with canonical options (`""` for none), as [`options`] or [`canonical`] give
/// them.
///
/// # Errors
/// `BadKey` when the item is empty, the options are not canonical, or the key becomes too long.
pub fn key(item: &str, options: &str) -> Result<String> {
    let mut key = String::with_capacity(item.len() + options.len() + 1);
    escape(&mut key, item, b"?");
    if key.starts_with("cfg:") {
        key.replace_range(3..4, "%3A");
    }
    if !options.is_empty() {
        if canonical(options)? != options {
            return Err(Error::BadKey);
        }
        key.push('?');
        key.push_str(options);
    }
    if item.is_empty() || key.len() > KEY { Err(Error::BadKey) } else { Ok(key) }
}

/// The key of a configured product.
///
/// # Errors
/// `BadKey` when the id is empty or too long.
pub fn configured(id: &str) -> Result<String> {
    let key = ["cfg:", id].concat();
    if id.is_empty() || key.len() > KEY { Err(Error::BadKey) } else { Ok(key) }
}

/// Canonical options from names and values: sorted, of two with the same name the later.
#[must_use]
pub fn options(pairs: &[(&str, &str)]) -> String {
    let mut sorted: Vec<(&str, &str)> = Vec::with_capacity(pairs.len());
    for (name, value) in pairs {
        match sorted.binary_search_by(|(known, _)| known.cmp(name)) {
            Ok(at) => sorted[at].1 = value,
            Err(at) => sorted.insert(at, (name, value)),
        }
    }
    let mut text = String::new();
    for (name, value) in sorted {
        if !text.is_empty() {
            text.push('&');
        }
        escape(&mut text, name, b"&=");
        text.push('=');
        escape(&mut text, value, b"&=");
    }
    text
}

/// Names and values in the order given, for display: written as options are, but not canonical.
#[must_use]
pub fn in_order(pairs: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        escape(&mut text, name, b"&=+");
        text.push('=');
        escape(&mut text, value, b"&=+");
    }
    text
}

/// Canonical options from `k=v&k=v` in any order, with `%XX` for what has a meaning there.
///
/// # Errors
/// `BadKey` for a part without `=`, or a `%` without two hexadecimal digits.
pub fn canonical(text: &str) -> Result<String> {
    let pairs = parse(text)?;
    let borrowed: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Ok(options(&borrowed))
}

/// Names and values of canonical options.
///
/// # Errors
/// As [`canonical`].
pub fn parse(options: &str) -> Result<Vec<(String, String)>> {
    let parts = options.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').ok_or(Error::BadKey)?;
            Ok((unescape(name)?, unescape(value)?))
        })
        .collect()
}

/// What a key names.
///
/// # Errors
/// `BadKey` when no key was ever made like that.
pub fn read(key: &str) -> Result<Named> {
    if let Some(id) = key.strip_prefix("cfg:") {
        return Ok(Named::Configured(id.to_owned()));
    }
    let (item, options) = key.split_once('?').unwrap_or((key, ""));
    Ok(Named::Item { item: unescape(item)?, options: options.to_owned() })
}

/// Appends text with `%XX` for `%`, control characters and the given bytes.
fn escape(out: &mut String, text: &str, special: &[u8]) {
    for c in text.chars() {
        let byte = u8::try_from(c).unwrap_or(0xff);
        if byte < 0x20 || byte == 0x7f || byte == b'%' || (byte < 0x80 && special.contains(&byte)) {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        } else {
            out.push(c);
        }
    }
}

fn unescape(text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16)).ok_or(Error::BadKey);
        let value = digit()? << 4 | digit()?;
        bytes.push(u8::try_from(value).unwrap_or(0));
    }
    String::from_utf8(bytes).map_err(|_| Error::BadKey)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn c32_the_same_choice_is_the_same_line() {
        let one = options(&[("size", "l"), ("colour", "red")]);
        let other = canonical("size=l&colour=red").unwrap();
        assert_eq!(one, other);
        assert_eq!(key("mug", &one).unwrap(), "mug?colour=red&size=l");
        assert_ne!(
            key("mug", &one).unwrap(),
            key("mug", &options(&[("bundle", "set"), ("colour", "red"), ("size", "l")])).unwrap()
        );
        assert_eq!(key("mug", "size=l&colour=red"), Err(Error::BadKey));
    }

    #[test]
    fn odd_ids_and_texts_come_back() {
        for item in ["a?b", "cfg:7", "100%", "Zigarre-ä", "x=y&z", "a b"] {
            let options = options(&[("text", "1=1 & 100%?\n"), ("", "")]);
            let key = key(item, &options).unwrap();
            assert_eq!(read(&key).unwrap(), Named::Item { item: item.to_owned(), options: options.clone() });
            assert_eq!(parse(&options).unwrap()[1], ("text".to_owned(), "1=1 & 100%?\n".to_owned()));
        }
        assert_eq!(read(&configured("d-1").unwrap()).unwrap(), Named::Configured("d-1".to_owned()));
        assert_eq!(read("a%4"), Err(Error::BadKey));
        assert_eq!(canonical("novalue"), Err(Error::BadKey));
    }
}
