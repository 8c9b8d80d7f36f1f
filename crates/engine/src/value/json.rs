//! Values as JSON text, for the border to JavaScript.

#![allow(clippy::single_char_add_str, reason = "`push` would encode each character at run time")]

use super::{Value, number_text};
use crate::host::Host;
use alloc::{borrow::ToOwned, string::String};

/// Appends a text in quotes.
pub fn quoted(text: &str, out: &mut String) {
    out.push_str("\"");
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        // Checked, although it is a character below 128: a slice that could be out of place brings its own code.
        let (before, found) = rest.split_at_checked(at).unwrap_or_default();
        out.push_str(before);
        let byte = found.bytes().next().unwrap_or_default();
        out.push_str("\\u00");
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }));
        }
        rest = found.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push_str("\"");
}

/// Appends a number; `null` for those that JSON does not know.
pub fn number(value: f64, host: &dyn Host, out: &mut String) {
    out.push_str(&if value.is_finite() { number_text(value, host) } else { "null".to_owned() });
}

/// Appends entries as an object.
pub fn entries<'v>(entries: impl Iterator<Item = (&'v str, &'v Value)>, host: &dyn Host, out: &mut String) {
    out.push_str("{");
    for (at, (name, value)) in entries.enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        quoted(name, out);
        out.push_str(":");
        value.json(host, out);
    }
    out.push_str("}");
}

impl Value {
    /// Appends its JSON text.
    pub fn json(&self, host: &dyn Host, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
            Self::Number(value) => number(*value, host, out),
            Self::Text(text) => quoted(text, out),
            Self::List(items) => {
                out.push_str("[");
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.json(host, out);
                }
                out.push_str("]");
            }
            Self::Map(map) => entries(map.iter().map(|(name, value)| (name.as_str(), value)), host, out),
        }
    }
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::host::Native;

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        let text = "a \"b\" \\ \u{1}\n\u{7f} \u{2028} ü 😀 {name} </script>";
        let value = Value::Map(vec![
            ("__proto__".into(), Value::Text(text.into())),
            (
                text.into(),
                Value::List(vec![Value::Null, Value::Bool(true), Value::Number(-1.5e-9), Value::Number(1e21)]),
            ),
            ("empty".into(), Value::Map(Vec::new())),
            ("none".into(), Value::Number(f64::NAN)),
        ]);
        let mut out = String::new();
        value.json(&Native::new(), &mut out);
        let read: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        let wanted = serde_json::json!({
            "__proto__": text, text: [null, true, -1.5e-9, 1e21], "empty": {}, "none": null
        });
        assert_eq!(read, wanted);
    }
}
