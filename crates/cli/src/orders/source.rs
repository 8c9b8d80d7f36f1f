//! Rows from files: CSV, JSON Lines, JSON arrays, gzipped or not, one row in memory at a time.

use super::report::RowError;
use crate::failure::{Failure, Outcome};
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// How bytes become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Windows-1252, of which Latin-1 is a part.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// A table of rows: the columns that were asked for, in that order.
pub struct Rows<'a> {
    kind: Kind<'a>,
    wanted: Vec<String>,
    encoding: Encoding,
}

type Input<'a> = Box<dyn BufRead + 'a>;

enum Kind<'a> {
    Csv { reader: Box<csv::Reader<Input<'a>>>, places: Vec<Option<usize>> },
    JsonLines(Input<'a>),
    JsonArray(Input<'a>),
}

/// Bytes looked at to tell the formats apart.
const PEEK: usize = 64 * 1024;

/// Opens a file for [`rows`], with its length for the progress bar.
///
/// # Errors
/// A [`Failure`] when the file cannot be opened.
pub fn open(path: &Path, progress: ProgressBar) -> Outcome<Box<dyn Read>> {
    let file = std::fs::File::open(path).map_err(|error| Failure::io(path, &error))?;
    progress.set_length(file.metadata().map_or(0, |meta| meta.len()));
    Ok(Box::new(progress.wrap_read(file)))
}

/// Recognizes what `input` is by its content: gzip by its magic, JSON by its first character, else CSV
/// whose separator is the most frequent of comma, semicolon and tab in the header.
///
/// `wanted` are the columns to hand out; those in `optional` may be missing.
///
/// # Errors
/// A [`Failure`]: `empty`, or `no-column` with the columns there are.
pub fn rows<'a>(
    input: impl Read + 'a,
    name: &str,
    wanted: &[&str],
    optional: &[&str],
    encoding: Encoding,
) -> Outcome<Rows<'a>> {
    let io = |error: std::io::Error| Failure::io(Path::new(name), &error);
    let mut input: Input<'a> = Box::new(BufReader::with_capacity(PEEK, input));
    if input.fill_buf().map_err(io)?.starts_with(&[0x1f, 0x8b]) {
        input = Box::new(BufReader::with_capacity(PEEK, MultiGzDecoder::new(input)));
    }
    if input.fill_buf().map_err(io)?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    let head = input.fill_buf().map_err(io)?;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut rows = Rows { kind: Kind::JsonLines(Box::new(std::io::empty())), wanted: names(wanted), encoding };
    rows.kind = match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => return Err(Failure::new("empty", "the file has no rows").at(name)),
        Some(b'{') => Kind::JsonLines(input),
        Some(b'[') => Kind::JsonArray(input),
        Some(_) => {
            let delimiter = delimiter(head);
            let mut reader = Box::new(csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(input));
            let bad = |error: csv::Error| Failure::new("bad-csv", error.to_string()).at(format!("{name}, row 1"));
            let header = reader.byte_headers().map_err(bad)?.clone();
            let header: Vec<Cow<'_, str>> = header
                .iter()
                .map(|field| text(field, encoding).unwrap_or(Cow::Borrowed("?")))
                .map(|field| Cow::Owned(field.trim().to_owned()))
                .collect();
            let places: Vec<Option<usize>> =
                wanted.iter().map(|name| header.iter().position(|column| column == name)).collect();
            let missing = wanted.iter().zip(&places).find(|(name, at)| at.is_none() && !optional.contains(name));
            if let Some((column, _)) = missing {
                return Err(Failure::new("no-column", format!("there is no column {column:?}"))
                    .at(format!("{name}, row 1"))
                    .fix(format!("name one of these in the mapping: {}", header.join(", "))));
            }
            Kind::Csv { reader, places }
        }
    };
    Ok(rows)
}

/// The most frequent separator outside quotes in the first line.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => counts.iter_mut().filter(|(b, _)| b == byte).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    // Of equal counts the first wins, which makes a single column comma separated.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| *byte)
}

/// Text of bytes; `None` when it is not UTF-8.
fn text(bytes: &[u8], encoding: Encoding) -> Option<Cow<'_, str>> {
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Encoding::Windows1252 if bytes.is_ascii() => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Encoding::Windows1252 => Some(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

/// Windows-1252 is Latin-1 but for 0x80 to 0x9f; source: WHATWG Encoding Standard, index windows-1252.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// What a row's reader says: go on, or stop with this.
type Go = Result<(), Failure>;

impl Rows<'_> {
    /// Hands each row to `each`: its number, and its fields (empty when the column is missing) or what
    /// is wrong with it. The first row of a table is row 2, the first JSON record is row 1.
    ///
    /// # Errors
    /// What `each` returns; a [`Failure`] when the file itself cannot be read on.
    pub fn each(self, name: &str, mut each: impl FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Go) -> Outcome {
        let Self { kind, wanted, encoding } = self;
        match kind {
            Kind::Csv { reader, places } => csv_rows(*reader, &places, encoding, name, each),
            Kind::JsonLines(mut input) => {
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
                        Ok(value) => each(row, fields(&value, &wanted, row).as_deref().map_err(Clone::clone))?,
                        Err(error) => each(row, Err(bad_json(row, &error.to_string())))?,
                    }
                }
            }
            Kind::JsonArray(input) => {
                let mut stopped = None;
                let mut de = serde_json::Deserializer::from_reader(input);
                let visitor = Array { wanted: &wanted, each: &mut each, stopped: &mut stopped };
                let read = de.deserialize_seq(visitor);
                match (stopped, read) {
                    (Some(failure), _) => Err(failure),
                    (None, Err(error)) => Err(Failure::new("bad-json", error.to_string())
                        .at(format!("{name}, line {}", error.line()))
                        .fix("the file has to be one array of objects")),
                    (None, Ok(())) => Ok(()),
                }
            }
        }
    }
}

fn csv_rows(
    mut reader: csv::Reader<Input<'_>>,
    places: &[Option<usize>],
    encoding: Encoding,
    name: &str,
    mut each: impl FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Go,
) -> Outcome {
    let width = reader.byte_headers().map_or(0, csv::ByteRecord::len);
    let mut record = csv::ByteRecord::new();
    let mut row = 1;
    loop {
        row += 1;
        let more = reader
            .read_byte_record(&mut record)
            .map_err(|error| Failure::new("bad-csv", error.to_string()).at(format!("{name}, row {row}")))?;
        if !more {
            return Ok(());
        }
        if record.len() != width {
            let message = format!("the row has {} fields, the header {width}", record.len());
            let fix = "check for a separator or a quote inside a field that is not quoted";
            each(row, Err(RowError { code: "wrong-width", row, column: None, message, fix }))?;
            continue;
        }
        let mut fields = Vec::with_capacity(places.len());
        let mut wrong = None;
        for place in places {
            let bytes = place.and_then(|at| record.get(at)).unwrap_or(b"");
            match text(bytes, encoding) {
                Some(text) => fields.push(text),
                None => wrong = wrong.or(*place),
            }
        }
        match wrong {
            None => each(row, Ok(&fields))?,
            Some(at) => {
                let column = reader.byte_headers().ok().and_then(|header| header.get(at)).unwrap_or(b"?");
                each(
                    row,
                    Err(RowError {
                        code: "not-utf8",
                        row,
                        column: Some(String::from_utf8_lossy(column).into_owned()),
                        message: "the value is not UTF-8".into(),
                        fix: "export as UTF-8, or set \"encoding\": \"windows-1252\" in the mapping",
                    }),
                )?;
            }
        }
    }
}

fn bad_json(row: u64, message: &str) -> RowError {
    let fix = "each record has to be one JSON object";
    RowError { code: "bad-json", row, column: None, message: message.to_owned(), fix }
}

/// The wanted fields of a JSON object; a dot in a name goes into objects.
fn fields<'a>(value: &'a Value, wanted: &[String], row: u64) -> Result<Vec<Cow<'a, str>>, RowError> {
    if !value.is_object() {
        return Err(bad_json(row, "the record is no object"));
    }
    let field = |name: &String| {
        let found = value.get(name).or_else(|| name.split('.').try_fold(value, |value, part| value.get(part)));
        match found {
            None | Some(Value::Null) => Ok(Cow::Borrowed("")),
            Some(Value::String(text)) => Ok(Cow::Borrowed(text.as_str())),
            Some(Value::Number(number)) => Ok(Cow::Owned(number.to_string())),
            Some(Value::Bool(yes)) => Ok(Cow::Borrowed(if *yes { "true" } else { "false" })),
            Some(_) => {
                Err(RowError { column: Some(name.clone()), ..bad_json(row, "the value is an array or an object") })
            }
        }
    };
    wanted.iter().map(field).collect()
}

/// Streams the elements of an array, so that the whole of it is never in memory.
struct Array<'a, F> {
    wanted: &'a [String],
    each: &'a mut F,
    stopped: &'a mut Option<Failure>,
}

impl<'de, F: FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Go> Visitor<'de> for Array<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut row = 0;
        while let Some(value) = seq.next_element::<Value>()? {
            row += 1;
            let fields = fields(&value, self.wanted, row);
            if let Err(failure) = (self.each)(row, fields.as_deref().map_err(Clone::clone)) {
                *self.stopped = Some(failure);
                return Err(serde::de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write;

    type Seen = Result<Vec<String>, &'static str>;

    fn read(bytes: &[u8], encoding: Encoding) -> Outcome<Vec<(u64, Seen)>> {
        let mut out = Vec::new();
        rows(std::io::Cursor::new(bytes.to_vec()), "f", &["a", "b"], &["b"], encoding)?.each("f", |row, fields| {
            let fields = fields.map(|fields| fields.iter().map(ToString::to_string).collect());
            out.push((row, fields.map_err(|error| error.code)));
            Ok(())
        })?;
        Ok(out)
    }

    fn strings(all: &[&str]) -> Seen {
        Ok(all.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn tables_by_any_separator_and_records_by_any_json() {
        let expected = [(2, strings(&["1", "x, y"])), (3, strings(&["2", ""]))];
        assert_eq!(read(b"a,b\n1,\"x, y\"\n2,\n", Encoding::Utf8).unwrap(), expected);
        assert_eq!(read(b"\xef\xbb\xbfb;a\r\n\"x, y\";1\r\n;2\r\n", Encoding::Utf8).unwrap(), expected);
        assert_eq!(read(b"a\tb\n1\tx, y\n2\t\n", Encoding::Utf8).unwrap(), expected);
        let records = [(1, strings(&["1", "x"])), (2, strings(&["2.5", ""]))];
        assert_eq!(read(b"{\"a\":1,\"b\":\"x\"}\n{\"a\":2.5}\n", Encoding::Utf8).unwrap(), records);
        assert_eq!(read(b" [{\"a\":1,\"b\":\"x\"},{\"a\":2.5,\"b\":null}]", Encoding::Utf8).unwrap(), records);
    }

    #[test]
    fn gzip_is_seen_by_its_magic() {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(b"a,b\n1,2\n").unwrap();
        assert_eq!(read(&gz.finish().unwrap(), Encoding::Utf8).unwrap(), [(2, strings(&["1", "2"]))]);
    }

    #[test]
    fn a_bad_row_is_reported_and_the_next_one_read() {
        let rows = read(b"a,b\n1\n2,3\n\xff,4\n", Encoding::Utf8).unwrap();
        assert_eq!(rows, [(2, Err("wrong-width")), (3, strings(&["2", "3"])), (4, Err("not-utf8"))]);
        let rows = read(b"{\"a\":[]}\n{\"a\":\n[1]\n{\"a\":7}\n", Encoding::Utf8).unwrap();
        assert_eq!(rows.iter().map(|(_, fields)| fields.is_ok()).collect::<Vec<_>>(), [false, false, false, true]);
    }

    #[test]
    fn old_encodings_are_read_when_named() {
        let rows = read(b"a,b\nCaf\xe9,\x80 5\n", Encoding::Windows1252).unwrap();
        assert_eq!(rows, [(2, strings(&["Café", "€ 5"]))]);
    }

    #[test]
    fn a_missing_column_names_those_there_are() {
        let failure = read(b"x,b\n1,2\n", Encoding::Utf8).unwrap_err();
        assert_eq!(failure.code, "no-column");
        assert!(failure.fix.unwrap().contains("x, b"));
        assert_eq!(read(b" \n", Encoding::Utf8).unwrap_err().code, "empty");
        assert_eq!(read(b"[{\"a\":1}", Encoding::Utf8).unwrap_err().code, "bad-json");
    }
}
