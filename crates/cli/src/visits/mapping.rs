//! Which column of a click log means what.

use crate::failure::{Failure, Outcome};
use crate::orders::{TimeColumn, Values, When};
use serde::Deserialize;
use std::borrow::Cow;
use std::path::Path;

/// One column, or several that only together tell visits apart.
pub type Names = Values;

/// A mapping of a click log. JSON; unknown keys are refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Address of the JSON Schema, for editors. Not read.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// Column that tells visits apart, or several (`["user_pseudo_id", "event_params.ga_session_id"]`).
    pub session: Names,
    /// Column of the article's id.
    pub item: String,
    /// Column and format of the moment.
    pub time: TimeColumn,
    /// Column that tells people apart over their visits. Without it each visit counts as a person of her
    /// own for the privacy threshold.
    #[serde(default)]
    pub person: Option<String>,
    /// Path of the list of articles in each record (`"items"`).
    #[serde(default)]
    pub each: Option<String>,
    /// Column of the row's place in the file. Only `wellmet sql` needs it, for clicks of the same moment.
    #[serde(default)]
    pub line: Option<String>,
    /// Rows that are meant, by columns and their values (`{"event_name": "view_item"}`); all when left out.
    #[serde(default)]
    pub only: When,
}

impl Mapping {
    pub(super) const ITEM: usize = 0;
    pub(super) const TIME: usize = 1;
    const SESSION: usize = 2;

    /// A log with these columns.
    #[must_use]
    pub fn of_columns(session: &str, item: &str, time: &str) -> Self {
        Self {
            schema: None,
            session: Names::One(session.to_owned()),
            item: item.to_owned(),
            time: TimeColumn { column: time.to_owned(), format: None, zone: None },
            person: None,
            each: None,
            line: None,
            only: When::new(),
        }
    }

    /// Reads a mapping from disk.
    ///
    /// # Errors
    /// A [`Failure`] `bad-mapping` with line and column of the mistake, and when the file cannot be read.
    pub fn load(path: &Path) -> Outcome<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        let mapping: Self = serde_json::from_str(&text).map_err(|error| {
            let place = format!("{}, line {}, column {}", path.display(), error.line(), error.column());
            Failure::new("bad-mapping", error.to_string()).at(place).fix("the keys are described in docs/orders.md")
        })?;
        mapping.time.check().map_err(|failure| failure.at(path.display().to_string()))?;
        if mapping.session.list().is_empty() {
            return Err(Failure::new("bad-mapping", "session names no column").at(path.display().to_string()));
        }
        Ok(mapping)
    }

    /// All columns: item, time, those of the session, the person, those of `only`.
    pub(super) fn columns(&self) -> Vec<&str> {
        let mut columns = vec![self.item.as_str(), self.time.column.as_str()];
        columns.extend(self.session.list().iter().map(String::as_str));
        columns.extend(self.person.as_deref());
        columns.extend(self.only.keys().map(String::as_str));
        columns
    }

    /// What tells this row's visit apart; empty when nothing does.
    pub(super) fn visit<'a>(&self, fields: &'a [Cow<'_, str>]) -> Cow<'a, str> {
        let count = self.session.list().len();
        let parts = &fields[Self::SESSION..Self::SESSION + count];
        match parts {
            [one] => Cow::Borrowed(one.trim()),
            parts if parts.iter().any(|part| part.trim().is_empty()) => Cow::Borrowed(""),
            parts => Cow::Owned(parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join("\u{1f}")),
        }
    }

    /// Who made the visit, when the log has a column for that.
    pub(super) fn person<'a>(&self, fields: &'a [Cow<'_, str>]) -> Option<&'a str> {
        self.person.as_ref().map(|_| fields[Self::SESSION + self.session.list().len()].trim())
    }

    /// Whether the row is of the kind that the mapping is about.
    pub(super) fn meant(&self, fields: &[Cow<'_, str>]) -> bool {
        let from = Self::SESSION + self.session.list().len() + usize::from(self.person.is_some());
        let fits = |(values, field): (&Values, &Cow<'_, str>)| values.list().iter().any(|value| value == field.trim());
        self.only.values().zip(&fields[from..]).all(fits)
    }
}
