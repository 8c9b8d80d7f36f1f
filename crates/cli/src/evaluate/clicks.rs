//! "What will she look at next?" asked of every click of later visits.
//!
//! Tables are built from the training log alone. Each click of a test visit after the first is one
//! question: given the clicks before it, name it. Lists hold [`LIST`] items; the item just looked at is
//! never in them. Items that the training log lacks are in the catalogue, but nothing is known of them:
//! as context they are ignored, and as an answer only a reminder can name them ([`Scores::known_hit`]
//! counts those as misses too).
//!
//! The second pair of figures asks for something new: items already seen in the visit are taken out of
//! the list, and clicks back to one of them are no question.

use super::metrics::{Mean, one_if, rank};
use super::speed::{Speed, Stopwatch};
use crate::failure::{Failure, Outcome};
use crate::index::{self, Input, MemoryShelf, Settings};
use crate::orders::{self, Encoding, TimeFormat};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use wellmet_engine::recommend::{Kind, Query, Scratch, answer};
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::{Instant, Span};

/// Length of the lists.
pub const LIST: usize = 20;

/// One visit: its clicks in the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Time of the last click.
    pub at: Instant,
    /// Items looked at.
    pub items: Vec<ItemIx>,
}

/// A training log and the visits that come after it.
#[derive(Clone, Debug)]
pub struct Clicks {
    /// Ids by position: as numbers where all are numbers, else as text.
    pub ids: Vec<String>,
    /// Whether the training log has the item.
    pub known: Vec<bool>,
    /// Visits to learn from, by their last click.
    pub train: Vec<Visit>,
    /// Visits to ask.
    pub test: Vec<Visit>,
}

/// Names of the columns of a click log.
#[derive(Clone, Debug)]
pub struct Columns {
    /// Tells visits apart.
    pub session: String,
    /// The item looked at.
    pub item: String,
    /// The moment: seconds or milliseconds since 1970, or a date with time.
    pub time: String,
}

impl Default for Columns {
    fn default() -> Self {
        Self { session: "session_id".into(), item: "item_id".into(), time: "time".into() }
    }
}

/// A visit as read: its clicks with time and item.
type Raw = BTreeMap<String, Vec<(Instant, String)>>;

impl Clicks {
    /// Reads two click logs (CSV with any separator or JSON Lines, also gzipped).
    ///
    /// # Errors
    /// A [`Failure`] with file, row and column.
    pub fn read(train: &Path, test: &Path, columns: &Columns) -> Outcome<Self> {
        Ok(Self::new(&raw(train, columns)?, &raw(test, columns)?))
    }

    fn new(train: &Raw, test: &Raw) -> Self {
        let items = |raw: &Raw| -> BTreeSet<String> { raw.values().flatten().map(|(_, item)| item.clone()).collect() };
        let train_items = items(train);
        let mut ids: Vec<String> = train_items.union(&items(test)).cloned().collect();
        if ids.iter().all(|id| id.parse::<u64>().is_ok()) {
            ids.sort_by_key(|id| id.parse::<u64>().unwrap_or(u64::MAX));
        }
        let places: BTreeMap<&str, ItemIx> =
            ids.iter().enumerate().map(|(at, id)| (id.as_str(), ItemIx(at as u32))).collect();
        let visits = |raw: &Raw| {
            let mut visits: Vec<Visit> = raw
                .values()
                .map(|clicks| {
                    let mut clicks: Vec<&(Instant, String)> = clicks.iter().collect();
                    // Stable: clicks of the same second stay as the file has them.
                    clicks.sort_by_key(|(at, _)| *at);
                    let at = clicks.last().map_or(Instant(0), |(at, _)| *at);
                    Visit { at, items: clicks.iter().map(|(_, item)| places[item.as_str()]).collect() }
                })
                .collect();
            visits.sort_by_key(|visit| visit.at);
            visits
        };
        let (train, test) = (visits(train), visits(test));
        let known = ids.iter().map(|id| train_items.contains(id)).collect();
        Self { ids, known, train, test }
    }

    /// The training log as the index builder wants it; every visit counts as one person.
    #[must_use]
    pub fn log(&self) -> index::Log {
        let mut log = index::Log::visits();
        for (person, visit) in self.train.iter().enumerate() {
            log.push(person as u32, visit.at, visit.items.iter().copied());
        }
        log
    }

    /// The tables as a shopper's browser would see them.
    #[must_use]
    pub fn shelf(&self, settings: &Settings) -> MemoryShelf {
        let log = self.log();
        let input = Input { items: self.ids.len() as u32, visits: Some(&log), ..Input::default() };
        MemoryShelf::new(self.ids.clone(), index::build(&input, settings))
    }
}

fn raw(path: &Path, columns: &Columns) -> Outcome<Raw> {
    let name = path.display().to_string();
    let wanted = [columns.session.as_str(), columns.item.as_str(), columns.time.as_str()];
    let input = orders::open(path, indicatif::ProgressBar::hidden())?;
    let mut raw = Raw::new();
    let mut format = None;
    orders::rows(input, &name, &wanted, &[], Encoding::Utf8)?.each(&name, |row, fields| {
        let fields = fields.map_err(|error| error.into_failure(&name))?;
        let [session, item, time] = fields else { return Ok(()) };
        let time = time.trim();
        // A log is written by one program: the first row says how it writes moments.
        let format = *format.get_or_insert_with(|| TimeFormat::candidates(&[time]).first().copied());
        let at = format.and_then(|format| format.parse(time, Span(0))).ok_or_else(|| {
            Failure::new("bad-time", format!("{time:?} is no moment"))
                .at(format!("{name}, row {row}, column {:?}", columns.time))
                .fix("write seconds since 1970 or dates like 2024-05-31T08:26:00Z, all rows alike")
        })?;
        raw.entry(session.to_string()).or_default().push((at, item.to_string()));
        Ok(())
    })?;
    Ok(raw)
}

/// Something that names next items.
pub trait Recommender {
    /// The best [`LIST`] items after these, best first; `seen_too` says whether items of the context
    /// other than the last may be among them.
    fn list(&mut self, context: &[ItemIx], seen_too: bool) -> Vec<ItemIx>;
}

/// What came out. All but the counts are means over questions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Questions asked.
    pub questions: u64,
    /// Share of questions whose answer is in the list.
    pub hit: f64,
    /// One over its rank, 0 when it is not in the list.
    pub reciprocal_rank: f64,
    /// Share of the list that was looked at later in the visit.
    pub precision: f64,
    /// Share of the later clicks that the list holds.
    pub recall: f64,
    /// Share of the training items that were ever listed.
    pub coverage: f64,
    /// As `hit`, when the answer also has to be in the training log.
    pub known_hit: f64,
    /// Questions whose answer was not seen before in the visit.
    pub new_questions: u64,
    /// As `hit`, over these.
    pub new_hit: f64,
    /// As `reciprocal_rank`, over these.
    pub new_reciprocal_rank: f64,
}

/// Asks all questions of the test visits.
pub fn score(clicks: &Clicks, recommender: &mut impl Recommender) -> Scores {
    let mut means = [Mean::default(); 7];
    let mut listed = vec![false; clicks.ids.len()];
    for visit in &clicks.test {
        for at in 1..visit.items.len() {
            let (context, rest) = visit.items.split_at(at);
            let answer = rest[0];
            let list = recommender.list(context, true);
            let found = rank(&list, answer);
            let later = list.iter().filter(|item| rest.contains(item)).count() as f64;
            let [hit, reciprocal, precision, recall, known_hit, new_hit, new_reciprocal] = &mut means;
            hit.add(one_if(found.is_some()));
            reciprocal.add(found.map_or(0.0, |rank| 1.0 / rank as f64));
            precision.add(later / LIST as f64);
            recall.add(later / rest.len() as f64);
            known_hit.add(one_if(found.is_some() && clicks.known[answer.0 as usize]));
            list.iter().for_each(|item| listed[item.0 as usize] = true);
            if !context.contains(&answer) {
                let found = rank(&recommender.list(context, false), answer);
                new_hit.add(one_if(found.is_some()));
                new_reciprocal.add(found.map_or(0.0, |rank| 1.0 / rank as f64));
            }
        }
    }
    let [hit, reciprocal, precision, recall, known_hit, new_hit, new_reciprocal] = means;
    let covered = listed.iter().zip(&clicks.known).filter(|(listed, known)| **listed && **known).count();
    Scores {
        questions: hit.count(),
        hit: hit.value(),
        reciprocal_rank: reciprocal.value(),
        precision: precision.value(),
        recall: recall.value(),
        coverage: covered as f64 / clicks.known.iter().filter(|known| **known).count().max(1) as f64,
        known_hit: known_hit.value(),
        new_questions: new_hit.count(),
        new_hit: new_hit.value(),
        new_reciprocal_rank: new_reciprocal.value(),
    }
}

/// The engine's own answer.
pub struct Ours<'a> {
    shelf: &'a MemoryShelf,
    scratch: Scratch,
    watch: Stopwatch,
}

impl<'a> Ours<'a> {
    /// Asks this shelf.
    #[must_use]
    pub fn new(shelf: &'a MemoryShelf) -> Self {
        Self { shelf, scratch: Scratch::default(), watch: Stopwatch::default() }
    }

    /// How long the questions took.
    #[must_use]
    pub fn speed(self) -> Speed {
        self.watch.speed()
    }
}

fn query(context: &[ItemIx]) -> Query<'_> {
    Query { visit: context, page: context.last().copied(), ..Query::new(Kind::Next, LIST) }
}

impl Recommender for Ours<'_> {
    fn list(&mut self, context: &[ItemIx], seen_too: bool) -> Vec<ItemIx> {
        let query = Query { reminders: seen_too, fill: true, ..query(context) };
        let found = self.watch.time(|| answer(self.shelf, &query, &mut self.scratch));
        found.picks.iter().map(|pick| pick.item).collect()
    }
}

/// What a threshold does to a slot that shows new items and is not filled up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Guard {
    /// The threshold, 0 to 65,535.
    pub threshold: u16,
    /// Share of the questions that get no item: the slot keeps the shop's default.
    pub silent: f64,
    /// Items shown where there are any.
    pub shown: f64,
    /// Share of those questions whose answer is among them.
    pub hit: f64,
}

/// Asks the questions for new items at several thresholds.
#[must_use]
pub fn guards(clicks: &Clicks, shelf: &MemoryShelf, thresholds: &[u16]) -> Vec<Guard> {
    let mut scratch = Scratch::default();
    let mut guard = |threshold: u16| {
        let (mut silent, mut shown, mut hit) = (Mean::default(), Mean::default(), Mean::default());
        for visit in &clicks.test {
            for at in 1..visit.items.len() {
                let (context, rest) = visit.items.split_at(at);
                if context.contains(&rest[0]) {
                    continue;
                }
                let picks = answer(shelf, &Query { threshold, ..query(context) }, &mut scratch).picks;
                silent.add(one_if(picks.is_empty()));
                if !picks.is_empty() {
                    shown.add(picks.len() as f64);
                    hit.add(one_if(picks.iter().any(|pick| pick.item == rest[0])));
                }
            }
        }
        Guard { threshold, silent: silent.value(), shown: shown.value(), hit: hit.value() }
    };
    thresholds.iter().map(|threshold| guard(*threshold)).collect()
}
