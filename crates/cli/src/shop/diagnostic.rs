//! What is wrong with a shop file, where, and what to do about it.

use super::json::place;
use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// It can, but probably not as meant.
    Warning,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code, part of the public interface.
    pub code: &'static str,
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, code, file, line, column, message, fix } = self;
        let severity = if *severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{file}:{line}:{column}: {severity}[{code}]: {message}")?;
        if fix.is_empty() { Ok(()) } else { write!(f, "\n  fix: {fix}") }
    }
}

/// Findings by place, gathered in any order.
#[derive(Debug)]
pub struct Findings<'a> {
    file: &'a str,
    text: &'a str,
    found: Vec<(usize, Diagnostic)>,
}

impl<'a> Findings<'a> {
    /// None yet, about a file with this text.
    #[must_use]
    pub const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, found: Vec::new() }
    }

    /// Adds an error at an offset.
    pub fn error(&mut self, at: usize, code: &'static str, message: impl Into<String>, fix: impl Into<String>) {
        self.add(Severity::Error, at, code, message.into(), fix.into());
    }

    /// Adds a warning at an offset.
    pub fn warning(&mut self, at: usize, code: &'static str, message: impl Into<String>, fix: impl Into<String>) {
        self.add(Severity::Warning, at, code, message.into(), fix.into());
    }

    fn add(&mut self, severity: Severity, at: usize, code: &'static str, message: String, fix: String) {
        let (line, column) = place(self.text, at);
        let finding = Diagnostic { severity, code, file: self.file.to_owned(), line, column, message, fix };
        self.found.push((at, finding));
    }

    /// Number of findings so far.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.found.len()
    }

    /// Drops findings that came after `mistakes` on lines that one of `mistakes` is on: what a line means is
    /// not worth telling before its form is right.
    pub fn drop_consequences(&mut self, mistakes: core::ops::Range<usize>) {
        let kept = mistakes.end;
        let lines: Vec<usize> = self.found[mistakes].iter().map(|(_, finding)| finding.line).collect();
        let mut at = 0;
        self.found.retain(|(_, finding)| {
            at += 1;
            at <= kept || !lines.contains(&finding.line)
        });
    }

    /// Line and column of an offset.
    #[must_use]
    pub fn place(&self, at: usize) -> (usize, usize) {
        place(self.text, at)
    }

    /// Whether an error is among them.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.found.iter().any(|(_, finding)| finding.severity == Severity::Error)
    }

    /// All, in the order of the file.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.found
            .sort_by(|(a, x), (b, y)| (a, x.severity, x.code, &x.message).cmp(&(b, y.severity, y.code, &y.message)));
        let mut found: Vec<Diagnostic> = self.found.into_iter().map(|(_, finding)| finding).collect();
        found.dedup();
        found
    }
}

/// The known name that a mistyped one most likely means: at most a third of its letters differ.
#[must_use]
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let most = name.chars().count().max(3) / 3;
    // Of two that are equally near, letters swapped are likelier than one too many.
    let near = known.into_iter().map(|known| (distance(name, known), name.len().abs_diff(known.len()), known));
    near.filter(|(distance, ..)| *distance <= most).min().map(|(.., known)| known)
}

/// Letters to change, to add, to leave out, or to swap with the next, to get from one to the other.
/// Case does not count.
fn distance(a: &str, b: &str) -> usize {
    let lower = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    let (a, b) = (lower(a), lower(b));
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut best = (rows[i][j] + usize::from(x != y)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(rows[i - 1][j - 1] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_or_none() {
        let known = ["status", "visits.count", "page.kind", "segment"];
        assert_eq!(nearest("stauts", known), Some("status"));
        assert_eq!(nearest("visit.count", known), Some("visits.count"));
        assert_eq!(nearest("Segment", known), Some("segment"));
        assert_eq!(nearest("colour", known), None);
    }
}
