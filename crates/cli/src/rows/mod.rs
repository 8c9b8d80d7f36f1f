//! Tables of rows in any form that shops and their tools export, one row in memory at a time.
//!
//! CSV with any separator, JSON Lines, a JSON array, the XML of a product feed, each plain or gzipped;
//! Parquet. What a file is shows in its first bytes, not in its name.
//!
//! Records may be nested. A column is then a path (`customer.id`), a list of `key` and `value` pairs is
//! entered by key (`event_params.ga_session_id`), and [`Asked::each`] names a list whose elements become
//! rows of their own (`products` of an order event).

mod delimited;
mod json;
mod parquet;
mod report;
#[cfg(test)]
mod tests;
mod xml;

pub use report::{Count, Fate, Report, RowError};

use crate::failure::{Failure, Outcome};
use flate2::read::MultiGzDecoder;
use indicatif::ProgressBar;
use serde::Deserialize;
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

/// What is asked of a table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Columns to hand out, in this order.
    pub columns: &'a [&'a str],
    /// Those of them that may be missing.
    pub optional: &'a [&'a str],
    /// How bytes become text, in tables with separators.
    pub encoding: Encoding,
    /// Path of a list in each record whose elements are the rows.
    pub each: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// These columns, all of them needed.
    #[must_use]
    pub fn columns(columns: &'a [&'a str]) -> Self {
        Self { columns, ..Self::default() }
    }
}

/// What a row's reader says: go on, or stop with this.
type Go = Result<(), Failure>;

/// Takes a row: its number, and its fields (empty when the column is missing) or what is wrong with it.
/// The first row of a table is row 2, the first record is row 1.
type Take<'t> = dyn FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Go + 't;

type Input<'a> = Box<dyn BufRead + 'a>;

/// Bytes looked at to tell the formats apart.
const PEEK: usize = 64 * 1024;

/// First bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// Reads a file, telling `progress` how far it is.
///
/// # Errors
/// A [`Failure`] when the file cannot be read (`not-found`, `empty`, `no-column` with the columns there
/// are, …), and what `take` returns.
pub fn read_file(
    path: &Path,
    progress: &ProgressBar,
    asked: &Asked<'_>,
    take: impl FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Go,
) -> Outcome {
    let io = |error: std::io::Error| Failure::io(path, &error);
    let mut file = std::fs::File::open(path).map_err(io)?;
    let mut head = [0; PARQUET.len()];
    let name = path.display().to_string();
    if file.metadata().map_err(io)?.is_file() {
        if file.read_exact(&mut head).is_ok() && head == *PARQUET {
            return parquet::each(file, &name, progress, asked, take);
        }
        std::io::Seek::rewind(&mut file).map_err(io)?;
    }
    progress.set_length(file.metadata().map_or(0, |meta| meta.len()));
    read(progress.wrap_read(file), &name, asked, take)
}

/// Reads what is no Parquet: that cannot be read from front to back. `name` is what errors call the input.
///
/// # Errors
/// As [`read_file`].
pub fn read(
    input: impl Read,
    name: &str,
    asked: &Asked<'_>,
    mut take: impl FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Go,
) -> Outcome {
    let io = |error: std::io::Error| Failure::io(Path::new(name), &error);
    let mut input: Input<'_> = Box::new(BufReader::with_capacity(PEEK, input));
    if input.fill_buf().map_err(io)?.starts_with(&[0x1f, 0x8b]) {
        input = Box::new(BufReader::with_capacity(PEEK, MultiGzDecoder::new(input)));
    }
    if input.fill_buf().map_err(io)?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    let head = input.fill_buf().map_err(io)?;
    match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Err(Failure::new("empty", "the file has no rows").at(name)),
        Some(b'{') => json::lines(input, name, asked, &mut take),
        Some(b'[') => json::array(input, name, asked, &mut take),
        Some(b'<') => xml::each(input, name, asked, &mut take),
        Some(_) if head.starts_with(PARQUET) => Err(Failure::new("packed-parquet", "a Parquet file is inside")
            .at(name)
            .fix("unpack it first: Parquet is compressed within")),
        Some(_) => delimited::each(input, name, asked, &mut take),
    }
}

fn no_column(name: &str, column: &str, known: &[&str]) -> Failure {
    Failure::new("no-column", format!("there is no column {column:?}"))
        .at(format!("{name}, row 1"))
        .fix(format!("name one of these in the mapping: {}", known.join(", ")))
}
