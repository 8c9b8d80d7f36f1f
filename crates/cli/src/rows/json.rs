//! JSON Lines and JSON arrays, and what is asked of a record inside them.

use super::{Asked, Go, Input, RowError, Take};
use crate::failure::{Failure, Outcome};
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::io::BufRead;
use std::path::Path;

/// Reads one record a line.
pub(super) fn lines(mut input: Input<'_>, name: &str, asked: &Asked<'_>, take: &mut Take<'_>) -> Outcome {
    let mut line = Vec::new();
    let mut row = 0;
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read.map_err(|error| Failure::io(Path::new(name), &error))? == 0 {
            return Ok(());
        }
        row += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice(&line) {
            Ok(value) => record(&value, asked, row, take)?,
            Err(error) => take(row, Err(bad_json(row, &error.to_string())))?,
        }
    }
}

/// Reads the elements of one array, so that the whole of it is never in memory.
pub(super) fn array(input: Input<'_>, name: &str, asked: &Asked<'_>, take: &mut Take<'_>) -> Outcome {
    let mut stopped = None;
    let mut de = serde_json::Deserializer::from_reader(input);
    let read = de.deserialize_seq(Array { asked, take, stopped: &mut stopped });
    match (stopped, read) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(Failure::new("bad-json", error.to_string())
            .at(format!("{name}, line {}", error.line()))
            .fix("the file has to be one array of objects")),
        (None, Ok(())) => Ok(()),
    }
}

struct Array<'a, 't> {
    asked: &'a Asked<'a>,
    take: &'a mut Take<'t>,
    stopped: &'a mut Option<Failure>,
}

impl<'de> Visitor<'de> for Array<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut row = 0;
        while let Some(value) = seq.next_element::<Value>()? {
            row += 1;
            if let Err(failure) = record(&value, self.asked, row, self.take) {
                *self.stopped = Some(failure);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

fn bad_json(row: u64, message: &str) -> RowError {
    let fix = "each record has to be one JSON object";
    RowError { code: "bad-json", row, column: None, message: message.to_owned(), fix }
}

/// Hands out one record, or one row for each element of its list. A record without that list, such as a page
/// view among orders, is one row whose inner fields are empty: whoever asks can count it.
pub(super) fn record(value: &Value, asked: &Asked<'_>, row: u64, take: &mut Take<'_>) -> Go {
    if !value.is_object() {
        return take(row, Err(bad_json(row, "the record is no object")));
    }
    let Some(each) = asked.each else {
        return take(row, fields(value, None, asked, row).as_deref().map_err(Clone::clone));
    };
    match find(value, each) {
        Some(Value::Array(elements)) => {
            for element in elements {
                take(row, fields(value, Some((each, element)), asked, row).as_deref().map_err(Clone::clone))?;
            }
            Ok(())
        }
        None | Some(Value::Null) => {
            take(row, fields(value, Some((each, &Value::Null)), asked, row).as_deref().map_err(Clone::clone))
        }
        Some(_) => {
            let column = Some(each.to_owned());
            take(row, Err(RowError { column, ..bad_json(row, "the value is no list") }))
        }
    }
}

/// The wanted fields of an object, and of one element of its list.
fn fields<'a>(
    value: &'a Value,
    each: Option<(&str, &'a Value)>,
    asked: &Asked<'_>,
    row: u64,
) -> Result<Vec<Cow<'a, str>>, RowError> {
    let field = |name: &&str| {
        let inner = each.and_then(|(path, element)| Some((element, name.strip_prefix(path)?.strip_prefix('.')?)));
        let (from, path) = inner.unwrap_or((value, name));
        match find(from, path) {
            None | Some(Value::Null) => Ok(Cow::Borrowed("")),
            Some(Value::String(text)) => Ok(Cow::Borrowed(text.as_str())),
            Some(Value::Number(number)) => Ok(Cow::Owned(number.to_string())),
            Some(Value::Bool(yes)) => Ok(Cow::Borrowed(if *yes { "true" } else { "false" })),
            Some(_) => Err(RowError {
                column: Some((*name).to_owned()),
                ..bad_json(row, "the value is an array or an object")
            }),
        }
    };
    asked.columns.iter().map(field).collect()
}

/// The value at a path. A name with dots in it goes before a path.
fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    value.get(path).or_else(|| path.split('.').try_fold(value, step))
}

/// One step of a path: a member of an object, or the value beside a key in a list of pairs, as Google
/// Analytics exports parameters: `{"key": "page", "value": {"string_value": "/"}}`.
fn step<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Array(pairs) = value else { return value.get(name) };
    let pair = pairs.iter().find(|pair| pair.get("key").and_then(Value::as_str) == Some(name))?;
    let inner = pair.get("value")?;
    const TYPED: [&str; 4] = ["string_value", "int_value", "double_value", "float_value"];
    if inner.is_object() {
        TYPED.iter().find_map(|typed| inner.get(typed).filter(|value| !value.is_null()))
    } else {
        Some(inner)
    }
}
