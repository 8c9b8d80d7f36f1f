//! Logs that do not fit one machine: what a database has counted over them.
//!
//! [`sql`] writes the counting as plain SQL, one statement a table; Spark, DuckDB, ClickHouse or SQLite run
//! it. [`read`] takes the tables back, and [`index::build_of_sums`] makes the same neighbour tables of them
//! that [`index::build`] makes of the log itself: all sums are whole numbers, so it does not matter who adds
//! them up.
//!
//! Each table is a file or a folder of files in one directory, as Spark writes them: `with_pairs.csv`,
//! `with_pairs.parquet`, `with_pairs/part-00000….csv`. With the extension, the form is free too (see
//! [`rows`](crate::rows)).

pub mod sql;
#[cfg(test)]
mod tests;

use crate::failure::{Failure, Outcome};
use crate::index::Sums;
use crate::rows::{self, Asked, RowError};
use indicatif::ProgressBar;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use wellmet_engine::time::Day;

/// One kind of table as it was counted, keyed by the texts of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Last day of the log.
    pub last_day: Option<Day>,
    /// Item (or category), freshness, recent orders or visits, people in those.
    items: Vec<(String, u64, u32, u32)>,
    /// Pairs by place in `items`, the sum, and the people who made it.
    pairs: Vec<(u32, u32, u64, u32)>,
}

/// The tables of a directory; `None` for what it does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aggregates {
    /// Counted over orders.
    pub with: Option<Counted>,
    /// Counted over visits.
    pub next: Option<Counted>,
    /// Counted over orders, categories in the place of items.
    pub together: Option<Counted>,
}

/// Reads all tables of a directory.
///
/// # Errors
/// A [`Failure`] with file, row and column: `no-tables`, `missing-table`, `bad-count`, `unknown-item`.
pub fn read(dir: &Path, progress: &ProgressBar) -> Outcome<Aggregates> {
    let aggregates = Aggregates {
        with: Counted::read(dir, "with", progress)?,
        next: Counted::read(dir, "next", progress)?,
        together: Counted::read(dir, "category", progress)?,
    };
    if aggregates.with.is_none() && aggregates.next.is_none() {
        return Err(Failure::new("no-tables", "there is neither with_items nor next_items")
            .at(dir.display().to_string())
            .fix("run the statements of `wellmet sql` and save each result under its table's name"));
    }
    Ok(aggregates)
}

impl Counted {
    fn read(dir: &Path, kind: &str, progress: &ProgressBar) -> Outcome<Option<Self>> {
        let name = |table: &str| format!("{kind}_{table}");
        let (items, pairs) = (files(dir, &name("items"))?, files(dir, &name("pairs"))?);
        if items.is_empty() && pairs.is_empty() {
            return Ok(None);
        }
        for (table, files) in [("items", &items), ("pairs", &pairs)] {
            if files.is_empty() {
                return Err(Failure::new("missing-table", format!("there is no {}", name(table)))
                    .at(dir.display().to_string())
                    .fix("run that statement of `wellmet sql` too"));
            }
        }
        let mut counted = Self::default();
        let mut places: HashMap<String, u32> = HashMap::new();
        each(&items, &["item", "mass", "recent", "recent_people", "last_day"], progress, |row, f, columns| {
            let number = |at: usize| number(row, f, columns, at);
            counted.last_day = counted.last_day.max(Some(Day(number(4)? as i64)));
            let small = |at: usize| number(at).map(|n| u32::try_from(n).unwrap_or(u32::MAX));
            if places.insert(f[0].to_string(), counted.items.len() as u32).is_some() {
                return Err(wrong(row, columns[0], "repeated-item", format!("{:?} comes twice", f[0])));
            }
            counted.items.push((f[0].to_string(), number(1)?, small(2)?, small(3)?));
            Ok(())
        })?;
        each(&pairs, &["a", "b", "sum", "people"], progress, |row, f, columns| {
            let place = |at: usize| {
                let unknown = || wrong(row, columns[at], "unknown-item", format!("{:?} is not in {kind}_items", f[at]));
                places.get(f[at].as_ref()).copied().ok_or_else(unknown)
            };
            let people = u32::try_from(number(row, f, columns, 3)?).unwrap_or(u32::MAX);
            counted.pairs.push((place(0)?, place(1)?, number(row, f, columns, 2)?, people));
            Ok(())
        })?;
        Ok(Some(counted))
    }

    /// The texts that were counted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(name, ..)| name.as_str())
    }

    /// The sums by position; `find` tells the position of a text, and how many there are is `count`. What
    /// it does not know is left out. Pairs and items of too few people are left out whatever the statement
    /// let through.
    #[must_use]
    pub fn sums(&self, count: usize, find: impl Fn(&str) -> Option<u32>, least_people: u32) -> Sums {
        let positions: Vec<Option<u32>> = self.items.iter().map(|(name, ..)| find(name)).collect();
        let mut sums = Sums { pairs: vec![Vec::new(); count], mass: vec![0; count], recent: vec![0; count] };
        for (position, (_, mass, recent, people)) in positions.iter().zip(&self.items) {
            if let Some(at) = position {
                sums.mass[*at as usize] = *mass;
                sums.recent[*at as usize] = if *people >= least_people { *recent } else { 0 };
            }
        }
        for (a, b, sum, people) in &self.pairs {
            if let (Some(a), Some(b)) = (positions[*a as usize], positions[*b as usize])
                && *people >= least_people
                && *sum > 0
            {
                sums.pairs[a as usize].push((b, *sum));
            }
        }
        sums
    }
}

/// Files of a table: `NAME.*` or what is in the folder `NAME`, without what starts with `_` or a dot.
fn files(dir: &Path, table: &str) -> Outcome<Vec<PathBuf>> {
    let list = |dir: &Path| -> Outcome<Vec<PathBuf>> {
        let entries = std::fs::read_dir(dir).map_err(|error| Failure::io(dir, &error))?;
        Ok(entries.flatten().map(|entry| entry.path()).collect())
    };
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut files = Vec::new();
    for path in list(dir)? {
        let name_here = name(&path);
        let mine = name_here.split('.').next() == Some(table);
        if mine && path.is_dir() {
            let hidden = |path: &PathBuf| name(path).starts_with(['_', '.']);
            files.extend(list(&path)?.into_iter().filter(|path| !hidden(path)));
        } else if mine {
            files.push(path);
        }
    }
    files.sort();
    // Spark leaves empty parts.
    files.retain(|path| std::fs::metadata(path).is_ok_and(|meta| meta.len() > 0));
    Ok(files)
}

fn each(
    files: &[PathBuf],
    columns: &[&str],
    progress: &ProgressBar,
    mut take: impl FnMut(u64, &[Cow<'_, str>], &[&str]) -> Result<(), RowError>,
) -> Outcome {
    for file in files {
        let name = file.display().to_string();
        rows::read_file(file, progress, &Asked::columns(columns), |row, fields| {
            fields.and_then(|fields| take(row, fields, columns)).map_err(|error| {
                let place = error.place(&name);
                Failure::new(error.code, error.message).at(place).fix(error.fix)
            })
        })?;
    }
    Ok(())
}

fn wrong(row: u64, column: &str, code: &'static str, message: String) -> RowError {
    let fix = "save the results of all statements of one `wellmet sql`, over one log";
    RowError { code, row, column: Some(column.to_owned()), message, fix }
}

fn number(row: u64, fields: &[Cow<'_, str>], columns: &[&str], at: usize) -> Result<u64, RowError> {
    let text = fields[at].trim();
    text.parse().map_err(|_| wrong(row, columns[at], "bad-count", format!("{text:?} is no whole number")))
}
