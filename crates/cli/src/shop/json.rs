//! JSON that remembers where everything stands.
//!
//! A shop file is written by people, so a mistake must be shown at its line, and one mistake must not
//! hide the next: [`read`] goes on after a comment, a missing or a superfluous comma, and after a key
//! that is there twice. Numbers mean what JavaScript makes of them.

use wellmet_engine::value::Value;

/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 128;

/// A value and where it stands, in bytes from the start.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Offset of its first byte.
    pub at: usize,
    /// Offset after its last byte.
    pub end: usize,
    /// The value.
    pub data: Data,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; what is too large for one is infinite, as in JavaScript.
    Number(f64),
    /// Text. A lone surrogate is replaced by U+FFFD.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object with distinct keys, in the order of the file.
    Map(Vec<Member>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key.
    pub key: String,
    /// Offset of its quotation mark.
    pub key_at: usize,
    /// The value.
    pub value: Node,
}

/// Something that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub at: usize,
    /// What, one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub fix: &'static str,
}

/// Reads a text. Without a node nothing could be made of it; with errors beside a node the rest could.
#[must_use]
pub fn read(text: &str) -> (Option<Node>, Vec<SyntaxError>) {
    let mut reader = Reader { bytes: text.as_bytes(), text, at: 0, errors: Vec::new() };
    // Editors on some systems put it there.
    if text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let node = reader.value(MAX_DEPTH);
    if node.is_some() {
        reader.space();
        if reader.at < reader.bytes.len() {
            reader.error("there is more after the end of the value", "remove it");
        }
    }
    (node, reader.errors)
}

/// The line and the column of an offset, both from 1, columns in characters.
#[must_use]
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].trim_start_matches('\u{feff}').chars().count() + 1)
}

impl Node {
    /// The value of a key, if this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The members of an object; none for anything else.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        if let Data::Map(members) = &self.data { members } else { &[] }
    }

    /// The items of an array; none for anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Data::List(items) = &self.data { items } else { &[] }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    /// Follows keys and indices.
    #[must_use]
    pub fn walk<'n>(&'n self, path: &[&str]) -> Option<&'n Self> {
        path.iter().try_fold(self, |node, part| match &node.data {
            Data::Map(_) => node.get(part),
            Data::List(items) => items.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The engine's form of it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(is) => Value::Bool(*is),
            Data::Number(number) => Value::Number(*number),
            Data::Text(text) => Value::Text(text.clone()),
            Data::List(items) => Value::List(items.iter().map(Self::to_value).collect()),
            Data::Map(members) => Value::Map(in_order(
                members.iter().map(|member| (member.key.clone(), member.value.to_value())).collect(),
            )),
        }
    }

    /// The form that `serde` reads, without the values whose offset `skip` names.
    #[must_use]
    pub fn to_serde(&self, skip: &dyn Fn(usize) -> bool) -> serde_json::Value {
        match &self.data {
            Data::Null => serde_json::Value::Null,
            Data::Bool(is) => (*is).into(),
            Data::Number(number) => whole(*number).map_or_else(|| (*number).into(), Into::into),
            Data::Text(text) => text.clone().into(),
            Data::List(items) => items.iter().filter(|item| !skip(item.at)).map(|item| item.to_serde(skip)).collect(),
            Data::Map(members) => members
                .iter()
                .filter(|member| !skip(member.value.at))
                .map(|member| (member.key.clone(), member.value.to_serde(skip)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// What it is, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "true or false",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "an object",
        }
    }
}

/// The engine's form of what `serde` read.
#[must_use]
pub fn to_value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(is) => Value::Bool(*is),
        serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(to_value).collect()),
        serde_json::Value::Object(members) => {
            Value::Map(in_order(members.iter().map(|(key, value)| (key.clone(), to_value(value))).collect()))
        }
    }
}

/// Keys that look like array indices come first in ascending order, as in JavaScript.
fn in_order(mut entries: Vec<(String, Value)>) -> Vec<(String, Value)> {
    entries.sort_by_key(|(key, _)| index(key).unwrap_or(u32::MAX));
    entries
}

/// An array index of JavaScript below 2^32 - 1.
fn index(key: &str) -> Option<u32> {
    let plain = key == "0" || (!key.starts_with('0') && key.bytes().all(|byte| byte.is_ascii_digit()));
    plain.then(|| key.parse().ok()).flatten().filter(|index| *index < u32::MAX)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked on both sides")]
fn whole(number: f64) -> Option<i64> {
    let fits = number.abs() < 9_007_199_254_740_992.0 && number.fract() == 0.0;
    fits.then_some(number as i64)
}

struct Reader<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    errors: Vec<SyntaxError>,
}

impl Reader<'_> {
    fn error_at(&mut self, at: usize, message: impl Into<String>, fix: &'static str) {
        // A file that is no JSON at all is not worth a thousand lines.
        if self.errors.len() < 50 {
            self.errors.push(SyntaxError { at, message: message.into(), fix });
        }
    }

    fn error(&mut self, message: impl Into<String>, fix: &'static str) {
        self.error_at(self.at, message, fix);
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    /// Skips white space, and comments with an error.
    fn space(&mut self) {
        loop {
            while self.peek().is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
                self.at += 1;
            }
            let rest = &self.text[self.at..];
            let (end, close) = if rest.starts_with("//") {
                ("\n", 1)
            } else if rest.starts_with("/*") {
                ("*/", 2)
            } else {
                return;
            };
            self.error("JSON has no comments", "say it in a \"note\"");
            self.at = rest.find(end).map_or(self.bytes.len(), |at| self.at + at + close);
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.space();
        let at = self.at;
        if depth == 0 {
            self.error("this is nested too deeply", "nest at most 128 levels");
            return None;
        }
        let data = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Data::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => Data::Number(self.number()?),
            Some(b't') if self.word("true") => Data::Bool(true),
            Some(b'f') if self.word("false") => Data::Bool(false),
            Some(b'n') if self.word("null") => Data::Null,
            Some(_) => {
                self.error(
                    "this is no JSON value",
                    "write a text in double quotation marks, a number, true, false, null, [ ] or { }",
                );
                return None;
            }
            None => {
                self.error("the file ends here, but a value is missing", "complete or remove the last entry");
                return None;
            }
        };
        Some(Node { at, end: self.at, data })
    }

    fn word(&mut self, word: &str) -> bool {
        let here = self.text[self.at..].starts_with(word)
            && !self.bytes.get(self.at + word.len()).is_some_and(u8::is_ascii_alphanumeric);
        if here {
            self.at += word.len();
        }
        here
    }

    /// After an element: whether another one follows. Complains about commas and goes on.
    fn more(&mut self, close: u8) -> Option<bool> {
        self.space();
        let at = self.at;
        if self.eat(close) {
            return Some(false);
        }
        if self.eat(b',') {
            self.space();
            if self.peek() == Some(close) {
                self.error_at(at, "there is a comma after the last entry", "remove the comma");
                self.at += 1;
                return Some(false);
            }
            return Some(true);
        }
        match self.peek() {
            None => {
                let name = char::from(close);
                self.error(format!("the file ends before the closing {name}"), "close what is open");
                None
            }
            Some(b'}' | b']') => {
                let name = char::from(close);
                self.error(format!("here should be {name}"), "close what was opened last");
                None
            }
            Some(_) => {
                self.error("a comma is missing before this", "put a comma between entries");
                Some(true)
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Data> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.eat(b']') {
            return Some(Data::List(items));
        }
        loop {
            items.push(self.value(depth - 1)?);
            if !self.more(b']')? {
                return Some(Data::List(items));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Data> {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        self.space();
        if self.eat(b'}') {
            return Some(Data::Map(members));
        }
        loop {
            self.space();
            let key_at = self.at;
            if self.peek() != Some(b'"') {
                self.error("a key in double quotation marks should be here", "write \"key\": value");
                return None;
            }
            let key = self.string()?;
            self.space();
            if !self.eat(b':') {
                self.error("a colon is missing after the key", "write \"key\": value");
                if matches!(self.peek(), None | Some(b',' | b'}' | b']')) {
                    return None;
                }
            }
            let value = self.value(depth - 1)?;
            match members.iter_mut().find(|member| member.key == key) {
                Some(member) => {
                    self.errors.push(SyntaxError {
                        at: key_at,
                        message: format!("the key {key:?} is here for the second time"),
                        fix: "keep one of them; the last one would win",
                    });
                    member.value = value;
                }
                None => members.push(Member { key, key_at, value }),
            }
            if !self.more(b'}')? {
                return Some(Data::Map(members));
            }
        }
    }

    fn number(&mut self) -> Option<f64> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while reader.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                reader.at += 1;
            }
            reader.at > from
        };
        self.eat(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole_start = self.at;
        let mut good = digits(self) && !(leading_zero && self.at > whole_start + 1);
        if self.eat(b'.') {
            good &= digits(self);
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            good &= digits(self);
        }
        good &= !self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        if !good {
            self.error_at(start, "this is no number", "write digits, such as 12 or 12.5");
            return None;
        }
        self.text[start..self.at].parse().ok()
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        // The first half of a surrogate pair that waits for its second.
        let mut high: Option<u32> = None;
        loop {
            let from = self.at;
            while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            if from < self.at && high.take().is_some() {
                text.push('\u{fffd}');
            }
            text.push_str(&self.text[from..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if high.is_some() {
                        text.push('\u{fffd}');
                    }
                    return Some(text);
                }
                Some(b'\\') => {
                    let unit = self.escape()?;
                    match (high.take(), unit) {
                        (None, 0xd800..=0xdbff) => high = Some(unit),
                        (Some(first), 0xdc00..=0xdfff) => {
                            let code = 0x10000 + ((first - 0xd800) << 10) + (unit - 0xdc00);
                            text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                        }
                        (before, _) => {
                            if before.is_some() {
                                text.push('\u{fffd}');
                            }
                            if matches!(unit, 0xd800..=0xdbff) {
                                high = Some(unit);
                            } else {
                                text.push(char::from_u32(unit).unwrap_or('\u{fffd}'));
                            }
                        }
                    }
                }
                Some(_) => {
                    self.error("a text may not hold a line break or another control character", "write \\n");
                    return None;
                }
                None => {
                    self.error_at(start, "this text has no end", "put a quotation mark after it");
                    return None;
                }
            }
        }
    }

    fn escape(&mut self) -> Option<u32> {
        let at = self.at;
        self.at += 2;
        let Some(escaped) = self.bytes.get(at + 1) else {
            self.error_at(at, "the file ends in the middle of a text", "put a quotation mark after it");
            return None;
        };
        Some(match escaped {
            b'"' => 0x22,
            b'\\' => 0x5c,
            b'/' => 0x2f,
            b'b' => 8,
            b'f' => 0xc,
            b'n' => 0xa,
            b'r' => 0xd,
            b't' => 9,
            b'u' => {
                let hex = self.bytes.get(self.at..self.at + 4).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
                let unit =
                    hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                if unit.is_none() {
                    self.error_at(at, "four hexadecimal digits should follow \\u", "write \\u00e9");
                }
                self.at += 4;
                unit?
            }
            _ => {
                self.error_at(at, "JSON does not know this escape", "write \\\\ for a backslash");
                return None;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_what_serde_reads() {
        for text in [
            "null",
            " [1, -0.5, \"a\\u00e9\\ud83d\\ude00\\n\", {\"k\": {\"l\": []}}, true, false] ",
            "{\"z\": 1, \"a\": [{}, [[]]], \"\": \"\\\"\\\\\\/\"}",
        ] {
            let (node, errors) = read(text);
            assert_eq!(errors, []);
            let theirs: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(node.unwrap().to_serde(&|_| false), theirs);
        }
    }

    #[test]
    fn one_mistake_does_not_hide_the_next() {
        let text = "{\n  // hello\n  \"a\": 1,\n  \"b\": [1 2,],\n  \"a\": 3,\n}";
        let (node, errors) = read(text);
        let places: Vec<_> = errors.iter().map(|error| place(text, error.at)).collect();
        assert_eq!(places, [(2, 3), (4, 11), (4, 12), (5, 3), (5, 9)]);
        assert_eq!(node.unwrap().get("a").unwrap().data, Data::Number(3.0));
    }

    #[test]
    fn what_is_not_json_is_refused_and_never_panics() {
        for text in [
            "",
            "{",
            "[",
            "[1",
            "{\"a\"",
            "{\"a\":",
            "{\"a\" 1}",
            "01",
            "1.",
            "-",
            "1e",
            ".5",
            "+1",
            "tru",
            "\"",
            "\"\\u12\"",
            "\"\\x\"",
            "\"\n\"",
            "[}",
            "nul",
            "{1:2}",
            "1 2",
            "\u{0}",
            "Infinity",
            "0x1f",
            "\\",
            "\"\\",
            "'a'",
            "truer",
            "1a",
        ] {
            let (_, errors) = read(text);
            assert!(!errors.is_empty(), "{text:?}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(read(&deep).0, None);
        let mut seed = 3u64;
        let base = "{\"a\": [1, {\"b\": \"\\u00e9x\"}, true], \"c\": -1.5}";
        for _ in 0..20_000 {
            let mut bytes = base.as_bytes().to_vec();
            for _ in 0..3 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (seed >> 33) as usize % bytes.len();
                bytes[at] = b"{}[]\",:\\u0d8/*e-. \n"[(seed >> 17) as usize % 19];
            }
            let text = String::from_utf8(bytes).unwrap();
            let (node, errors) = read(&text);
            match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(theirs) if errors.is_empty() => assert_eq!(node.unwrap().to_value(), to_value(&theirs), "{text}"),
                Ok(_) => {
                    assert!(errors.iter().all(|error| error.message.contains("second time")), "{text}: {errors:?}")
                }
                // Lone surrogates are text here.
                Err(_) => assert!(!errors.is_empty() || text.contains("\\ud8") || text.contains("\\uD8"), "{text}"),
            }
        }
    }

    #[test]
    fn numbers_and_keys_are_those_of_javascript() {
        let (node, errors) = read("[1e999, -1e999, 9007199254740993, {\"b\": 0, \"10\": 1, \"2\": 2, \"01\": 3}]");
        assert_eq!(errors, []);
        let value = node.unwrap().to_value();
        let Value::List(items) = value else { panic!("a list") };
        assert_eq!(items[0], Value::Number(f64::INFINITY));
        assert_eq!(items[2], Value::Number(9_007_199_254_740_992.0));
        let Value::Map(entries) = &items[3] else { panic!("a map") };
        let keys: Vec<&str> = entries.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["2", "10", "b", "01"]);
    }
}
