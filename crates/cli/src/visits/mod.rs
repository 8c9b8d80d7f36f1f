//! Click logs: who looked at what, in which visit, when.
//!
//! A log has one row per look at an article, in any form that [`rows`](crate::rows) reads. A [`Mapping`]
//! says which columns hold what; exports of Google Analytics and Segment are read with mappings of their
//! own (`examples/mappings`). In memory a click takes 16 bytes while the log is read and 4 bytes
//! afterwards, whatever its ids are; ids are kept once.
//!
//! Visits that a person can hardly have made are cut by the index builder (see
//! [`index::Log`](crate::index::Log)); here they are named.

mod mapping;
#[cfg(test)]
mod tests;

pub use mapping::{Mapping, Names};

use crate::failure::{Failure, Outcome};
use crate::index;
use crate::orders::{Reading, TimeFormat};
use crate::rows::{self, Asked, Fate, Report, RowError};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use wellmet_engine::id::ItemId;
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::{Instant, Span};

/// One visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Who made it, as far as the log tells; else the visit itself stands for a person.
    pub person: u32,
    /// Time of the last click.
    pub at: Instant,
    start: usize,
    end: usize,
}

/// A click log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    /// Articles, ascending by id.
    pub items: Vec<ItemId>,
    /// Visits by the time of their last click, equals in the order of the log.
    pub visits: Vec<Visit>,
    clicks: Vec<u32>,
    /// What was noticed while reading.
    pub report: Report,
}

impl Visits {
    /// The articles of a visit in the order of time, as numbers in `items`.
    #[must_use]
    pub fn clicks(&self, visit: &Visit) -> &[u32] {
        &self.clicks[visit.start..visit.end]
    }

    /// Number of clicks.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.clicks.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.clicks.is_empty()
    }

    /// The log as the index builder wants it; `position` is where an article of `items` is there.
    #[must_use]
    pub fn log(&self, position: impl Fn(u32) -> ItemIx) -> index::Log {
        let mut log = index::Log::visits();
        for visit in &self.visits {
            log.push(visit.person, visit.at, self.clicks(visit).iter().map(|item| position(*item)));
        }
        log
    }
}

/// Texts as numbers, in the order in which they came.
#[derive(Default)]
struct Numbers(HashMap<Box<str>, u32>);

impl Numbers {
    fn of(&mut self, text: &str) -> u32 {
        if let Some(number) = self.0.get(text) {
            return *number;
        }
        let number = self.0.len() as u32;
        self.0.insert(text.into(), number);
        number
    }
}

/// A click while the log is read.
#[derive(Clone, Copy)]
struct Click {
    at: Instant,
    visit: u32,
    item: u32,
}

struct Fold<'m> {
    mapping: &'m Mapping,
    reading: &'m Reading,
    format: Option<TimeFormat>,
    visits: Numbers,
    people: Numbers,
    /// Person of each visit, when the log names people.
    person_of: Vec<u32>,
    items: Numbers,
    clicks: Vec<Click>,
    report: Report,
}

/// Reads a click log.
///
/// # Errors
/// A [`Failure`] with file, row, column and fix for the first row that cannot be read; with
/// `keep_going` such rows are left out and counted, and only what concerns the whole file is an error.
pub fn read(path: &Path, mapping: &Mapping, reading: &Reading) -> Outcome<Visits> {
    let progress = reading.progress.clone().unwrap_or_else(indicatif::ProgressBar::hidden);
    let name = path.display().to_string();
    let columns = mapping.columns();
    let asked = Asked { each: mapping.each.as_deref(), ..Asked::columns(&columns) };
    let mut fold = Fold {
        mapping,
        reading,
        format: mapping.time.format,
        visits: Numbers::default(),
        people: Numbers::default(),
        person_of: Vec::new(),
        items: Numbers::default(),
        clicks: Vec::new(),
        report: Report::default(),
    };
    rows::read_file(path, &progress, &asked, |row, fields| {
        fold.report.rows += 1;
        match fields.and_then(|fields| fold.row(row, fields, &columns)) {
            Ok(()) => Ok(()),
            Err(error) if reading.keep_going => {
                fold.report.add(error.code, Fate::Unreadable, || error.example());
                Ok(())
            }
            Err(error) => Err(error.into_failure(&name)),
        }
    })?;
    fold.finish(&name)
}

impl Fold<'_> {
    fn row(&mut self, row: u64, fields: &[Cow<'_, str>], columns: &[&str]) -> Result<(), RowError> {
        let field = |at: usize| fields[at].trim();
        let error = |at: usize, code, message: String, fix| RowError {
            code,
            row,
            column: Some(columns[at].to_owned()),
            message,
            fix,
        };
        if !self.mapping.meant(fields) {
            self.report.add("other-kind", Fate::LeftOut, || format!("row {row}"));
            return Ok(());
        }
        let Some(item) = ItemId::new(field(Mapping::ITEM)) else {
            let message = format!("{:?} is no item id: 1 to 128 bytes, no control characters", field(Mapping::ITEM));
            return Err(error(Mapping::ITEM, "bad-item", message, "give every row the id of its article"));
        };
        let time = field(Mapping::TIME);
        // A log is written by one program: the first row says how it writes moments.
        let found =
            *self.format.get_or_insert_with(|| *TimeFormat::candidates(&[time]).first().unwrap_or(&TimeFormat::Iso));
        let at = found.parse(time, self.mapping.time.offset()).ok_or_else(|| {
            let message = format!("{time:?} is no moment of the format {:?}", found.name());
            error(Mapping::TIME, "bad-time", message, "correct it, or set time.format in the mapping")
        })?;
        if !self.reading.plausible(at) {
            self.report.add("wrong-clock", Fate::LeftOut, || format!("row {row}: {time}"));
            return Ok(());
        }
        let visit = self.mapping.visit(fields);
        if visit.is_empty() {
            self.report.add("no-visit", Fate::LeftOut, || format!("row {row}: item {}", item.as_str()));
            return Ok(());
        }
        let visit = self.visits.of(&visit);
        if let Some(person) = self.mapping.person(fields) {
            // Without a name she is somebody else in each visit.
            let person = if person.is_empty() { format!("\u{0}{visit}") } else { person.to_owned() };
            let person = self.people.of(&person);
            match self.person_of.get(visit as usize) {
                None => self.person_of.push(person),
                Some(known) if *known != person => {
                    self.report.add("visit-of-two-people", Fate::Kept, || format!("row {row}"));
                }
                Some(_) => {}
            }
        }
        let item = self.items.of(item.as_str());
        let click = Click { at, visit, item };
        // Logs repeat a row where a page was sent twice; side by side in the file is enough to see most.
        if self.clicks.last().is_some_and(|last| last.at == at && last.visit == visit && last.item == item) {
            self.report.add("repeated-row", Fate::Kept, || format!("row {row}"));
        }
        self.clicks.push(click);
        self.report.kept += 1;
        Ok(())
    }

    fn finish(mut self, name: &str) -> Outcome<Visits> {
        if self.clicks.is_empty() {
            let counts = self.report.counts.iter().map(|(code, count)| format!("{code} {}", count.rows));
            let counts = counts.collect::<Vec<_>>().join(", ");
            let message = format!("none of {} rows is a click that counts", self.report.rows);
            return Err(Failure::new("no-clicks", message).at(name).fix(format!("see what became of them: {counts}")));
        }
        let mut ids: Vec<(Box<str>, u32)> = std::mem::take(&mut self.items.0).into_iter().collect();
        ids.sort_unstable();
        let mut places = vec![0u32; ids.len()];
        ids.iter().enumerate().for_each(|(to, (_, from))| places[*from as usize] = to as u32);
        drop((std::mem::take(&mut self.visits.0), std::mem::take(&mut self.people.0)));
        // Stable: clicks of the same moment stay as the file has them.
        self.clicks.sort_by_key(|click| (click.visit, click.at));
        let mut visits = Vec::new();
        let mut start = 0;
        while let Some(first) = self.clicks.get(start).copied() {
            let mut end = start;
            while self.clicks.get(end).is_some_and(|click| click.visit == first.visit) {
                end += 1;
            }
            let last = self.clicks[end - 1].at;
            let person = self.person_of.get(first.visit as usize).copied().unwrap_or(first.visit);
            visits.push(Visit { person, at: last, start, end });
            if end - start > index::Log::VISIT_CLICKS {
                self.report.add("long-visit", Fate::Kept, || {
                    format!("{} clicks; the first {} count", end - start, index::Log::VISIT_CLICKS)
                });
            }
            if last - first.at > Span::DAY {
                let days = (last - first.at).0 / Span::DAY.0;
                self.report.add("visit-of-days", Fate::Kept, || format!("{} clicks over {days} days", end - start));
            }
            start = end;
        }
        let clicks = self.clicks.iter().map(|click| places[click.item as usize]).collect();
        visits.sort_by_key(|visit| visit.at);
        let items = ids.iter().filter_map(|(id, _)| ItemId::new(id)).collect();
        Ok(Visits { items, visits, clicks, report: self.report })
    }
}
