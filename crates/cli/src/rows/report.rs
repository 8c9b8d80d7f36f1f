//! What was noticed while reading: counted by kind, with the first rows of each.

use crate::failure::Failure;
use serde::Serialize;
use std::collections::BTreeMap;

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Stable code.
    pub code: &'static str,
    /// Row as a spreadsheet counts it: the header is row 1. For JSON the number of the record, from 1.
    pub row: u64,
    /// The column, when one is to blame.
    pub column: Option<String>,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do about it.
    pub fix: &'static str,
}

impl RowError {
    /// Where: `orders.csv, row 17, column "Quantity"`.
    #[must_use]
    pub fn place(&self, file: &str) -> String {
        match &self.column {
            Some(column) => format!("{file}, row {}, column {column:?}", self.row),
            None => format!("{file}, row {}", self.row),
        }
    }

    /// Place and message, without the file.
    #[must_use]
    pub fn example(&self) -> String {
        format!("{}: {}", &self.place("")[2..], self.message)
    }

    /// As the failure that ends a command.
    #[must_use]
    pub fn into_failure(self, file: &str) -> Failure {
        let place = self.place(file);
        Failure::new(self.code, self.message).at(place).fix(format!("{}; or keep the rest with --keep-going", self.fix))
    }
}

/// What becomes of rows of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The row could not be read.
    Unreadable,
    /// The row was left out by a rule.
    LeftOut,
    /// The row is in, and something about it is worth knowing.
    Kept,
}

/// How often something was noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What becomes of such rows.
    pub fate: Fate,
    /// How many.
    pub rows: u64,
    /// The first few, in words.
    pub examples: Vec<String>,
}

/// How many examples are kept of each kind.
const EXAMPLES: usize = 5;

/// Everything that was noticed, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows in the file, without the header.
    pub rows: u64,
    /// Rows that are in the log.
    pub kept: u64,
    /// By stable code.
    pub counts: BTreeMap<&'static str, Count>,
}

impl Report {
    /// Counts one.
    pub fn add(&mut self, code: &'static str, fate: Fate, example: impl FnOnce() -> String) {
        let count = self.counts.entry(code).or_insert_with(|| Count { fate, rows: 0, examples: Vec::new() });
        count.rows += 1;
        if count.examples.len() < EXAMPLES {
            count.examples.push(example());
        }
    }

    /// How many there are of a kind.
    #[must_use]
    pub fn count(&self, code: &str) -> u64 {
        self.counts.get(code).map_or(0, |count| count.rows)
    }

    /// One line for each kind, examples below it.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{} rows read, {} kept", self.rows, self.kept)];
        for (code, Count { fate, rows, examples }) in &self.counts {
            let fate = match fate {
                Fate::Unreadable => "not readable",
                Fate::LeftOut => "left out",
                Fate::Kept => "kept",
            };
            lines.push(format!("  {code}: {rows} {fate}"));
            lines.extend(examples.iter().map(|example| format!("      {example}")));
        }
        lines
    }
}
