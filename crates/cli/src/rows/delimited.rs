//! CSV, and its relatives with tabs and semicolons.

use super::{Asked, Encoding, Input, RowError, Take, no_column};
use crate::failure::{Failure, Outcome};
use std::borrow::Cow;
use std::io::BufRead;
use std::path::Path;

/// Reads rows whose separator is the most frequent of comma, semicolon and tab in the header.
pub(super) fn each(mut input: Input<'_>, name: &str, asked: &Asked<'_>, take: &mut Take<'_>) -> Outcome {
    if asked.each.is_some() {
        return Err(Failure::new("no-lists", "a table with separators has no lists inside its rows")
            .at(name)
            .fix("leave \"each\" out of the mapping, or export JSON Lines"));
    }
    let delimiter = delimiter(input.fill_buf().map_err(|error| Failure::io(Path::new(name), &error))?);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(input);
    let bad = |error: csv::Error| Failure::new("bad-csv", error.to_string()).at(format!("{name}, row 1"));
    let header = reader.byte_headers().map_err(bad)?.clone();
    let header: Vec<String> = header
        .iter()
        .map(|field| text(field, asked.encoding).unwrap_or(Cow::Borrowed("?")).trim().to_owned())
        .collect();
    let known: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut places = Vec::new();
    for column in asked.columns {
        let place = known.iter().position(|known| known == column);
        if place.is_none() && !asked.optional.contains(column) {
            return Err(no_column(name, column, &known));
        }
        places.push(place);
    }
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
        if record.len() != known.len() {
            let message = format!("the row has {} fields, the header {}", record.len(), known.len());
            let fix = "check for a separator or a quote inside a field that is not quoted";
            take(row, Err(RowError { code: "wrong-width", row, column: None, message, fix }))?;
            continue;
        }
        let mut fields = Vec::with_capacity(places.len());
        let mut wrong = None;
        for place in &places {
            let bytes = place.and_then(|at| record.get(at)).unwrap_or(b"");
            match text(bytes, asked.encoding) {
                Some(text) => fields.push(text),
                None => wrong = wrong.or(*place),
            }
        }
        match wrong {
            None => take(row, Ok(&fields))?,
            Some(at) => take(
                row,
                Err(RowError {
                    code: "not-utf8",
                    row,
                    column: Some(header[at].clone()),
                    message: "the value is not UTF-8".into(),
                    fix: "export as UTF-8, or set \"encoding\": \"windows-1252\" in the mapping",
                }),
            )?,
        }
    }
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
