//! Where commands print: results to standard output, everything else to standard error.

use crate::failure::{Failure, Outcome};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables and sentences for people.
    #[default]
    Text,
    /// One JSON value for programs.
    Json,
    /// A table for spreadsheets, from commands whose result is one; others print text.
    Csv,
}

/// The terminal, or the pipe, that the command talks to.
#[derive(Clone, Copy, Debug)]
pub struct Console {
    format: Format,
}

impl Console {
    /// Prints results this way.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether results are wanted as JSON.
    #[must_use]
    pub fn json_wanted(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether results are wanted as CSV.
    #[must_use]
    pub fn csv_wanted(&self) -> bool {
        self.format == Format::Csv
    }

    /// Prints a line of the result. A closed pipe (`wellmet … | head`) is not an error.
    pub fn say(&self, line: impl Display) {
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    /// Prints the result as JSON.
    ///
    /// # Errors
    /// A [`Failure`] when the value has no JSON form.
    pub fn json(&self, value: &impl Serialize) -> Outcome {
        let text = serde_json::to_string_pretty(value).map_err(|error| Failure::new("json", error.to_string()))?;
        self.say(text);
        Ok(())
    }

    /// Prints a remark, which is no part of the result.
    pub fn note(&self, line: impl Display) {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }

    /// Prints why the command stopped; as JSON on standard error where results are JSON.
    pub fn failure(&self, failure: &Failure) {
        match serde_json::to_string(failure) {
            Ok(text) if self.json_wanted() => self.note(text),
            _ => self.note(failure),
        }
    }

    /// Shows how far along `total` bytes the command is. On a terminal only.
    #[must_use]
    pub fn progress(&self, what: &str, total: u64) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(total).with_style(style).with_message(what.to_owned())
    }

    /// Shows how many of `total` steps are done. On a terminal only.
    #[must_use]
    pub fn steps(&self, what: &str, total: u64) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        ProgressBar::new(total).with_style(style).with_message(what.to_owned())
    }

    /// Shows that the command is at work. On a terminal only.
    #[must_use]
    pub fn spinner(&self, what: &str) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let spinner = ProgressBar::new_spinner().with_message(what.to_owned());
        spinner.enable_steady_tick(std::time::Duration::from_millis(100));
        spinner
    }
}
