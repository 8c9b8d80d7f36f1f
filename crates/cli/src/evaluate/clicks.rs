//! "What will she look at next?" asked of every click of later visits.
//!
//! Tables are built from the training log alone. Each click of a test visit after the first is one
//! question: given the clicks before it, name it. Lists hold [`LIST`] items; the item just looked at is
//! never in them. Of items that the training log lacks nothing is known: as context they are ignored, and
//! as an answer only a reminder can name them, since that needs no more than the visit itself. The
//! published references count such reminders, so [`Scores::hit`] does; [`Scores::known_hit`] counts every
//! answer that the training log lacks as a miss, as in a shop whose book does not have it yet.
//!
//! The second pair of figures asks for something new: items already seen in the visit are taken out of
//! the list, and clicks back to one of them are no question.

use super::metrics::{Mean, one_if, rank};
use super::speed::{Speed, Stopwatch};
use crate::failure::Outcome;
use crate::index::{self, Input, MemoryShelf, Settings};
use crate::orders::Reading;
use crate::visits::{self, Mapping, Visits};
use serde::Serialize;
use std::collections::HashMap;
use std::path::Path;
use wellmet_engine::id::ItemId;
use wellmet_engine::recommend::{Kind, MAX_VISIT, Query, Scratch, answer};
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::Instant;

/// Length of the lists.
pub const LIST: usize = 20;

/// One visit: its clicks in the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Time of the last click.
    pub at: Instant,
    /// Who made it.
    pub person: u32,
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

impl Clicks {
    /// Reads two click logs.
    ///
    /// # Errors
    /// A [`Failure`](crate::failure::Failure) with file, row and column.
    pub fn read(train: &Path, test: &Path, mapping: &Mapping, reading: &Reading) -> Outcome<Self> {
        Ok(Self::new(&visits::read(train, mapping, reading)?, &visits::read(test, mapping, reading)?))
    }

    fn new(train: &Visits, test: &Visits) -> Self {
        let mut all: Vec<&ItemId> = train.items.iter().chain(&test.items).collect();
        all.sort_unstable();
        all.dedup();
        if all.iter().all(|id| id.as_str().parse::<u64>().is_ok()) {
            all.sort_by_key(|id| id.as_str().parse::<u64>().unwrap_or(u64::MAX));
        }
        let places: HashMap<&ItemId, ItemIx> = (0..).map(ItemIx).zip(&all).map(|(at, id)| (*id, at)).collect();
        let list = |log: &Visits| {
            let visit = |visit: &visits::Visit| Visit {
                at: visit.at,
                person: visit.person,
                items: log.clicks(visit).iter().map(|item| places[&log.items[*item as usize]]).collect(),
            };
            log.visits.iter().map(visit).collect()
        };
        Self {
            known: all.iter().map(|id| train.items.binary_search(id).is_ok()).collect(),
            train: list(train),
            test: list(test),
            ids: all.into_iter().map(|id| id.as_str().to_owned()).collect(),
        }
    }

    /// The training log as the index builder wants it.
    #[must_use]
    pub fn log(&self) -> index::Log {
        let mut log = index::Log::visits();
        for visit in &self.train {
            log.push(visit.person, visit.at, visit.items.iter().copied());
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

/// What a recommender knows when it is asked.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Items looked at in this visit, newest last; the last one may not be in the list.
    pub seen: &'a [ItemIx],
    /// Whether other items seen may be.
    pub seen_too: bool,
}

impl Context<'_> {
    /// Whether an item may be in the list.
    #[must_use]
    pub fn allows(&self, item: ItemIx) -> bool {
        self.seen.last() != Some(&item) && (self.seen_too || !self.seen.contains(&item))
    }
}

/// Something that names next items.
pub trait Recommender {
    /// The best [`LIST`] items that [`Context::allows`], best first.
    fn list(&mut self, context: Context<'_>) -> Vec<ItemIx>;
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
    /// As `reciprocal_rank`, when the answer also has to be in the training log.
    pub known_reciprocal_rank: f64,
    /// Questions whose answer was not seen before in the visit.
    pub new_questions: u64,
    /// As `hit`, over these.
    pub new_hit: f64,
    /// As `reciprocal_rank`, over these.
    pub new_reciprocal_rank: f64,
}

/// Hands each question of the test visits to `ask`: the clicks before, and the clicks to come, the answer
/// first.
fn questions(clicks: &Clicks, mut ask: impl FnMut(&[ItemIx], &[ItemIx])) {
    for visit in &clicks.test {
        for at in 1..visit.items.len() {
            let (seen, rest) = visit.items.split_at(at);
            ask(seen, rest);
        }
    }
}

/// Asks all questions of the test visits.
pub fn score(clicks: &Clicks, recommender: &mut impl Recommender) -> Scores {
    let mut means = [Mean::default(); 8];
    let mut listed = vec![false; clicks.ids.len()];
    let reciprocal_of = |found: Option<usize>| found.map_or(0.0, |rank| 1.0 / rank as f64);
    questions(clicks, |seen, rest| {
        let answer = rest[0];
        let list = recommender.list(Context { seen, seen_too: true });
        let found = rank(&list, answer);
        let known = found.filter(|_| clicks.known[answer.0 as usize]);
        let later = list.iter().filter(|item| rest.contains(item)).count() as f64;
        let [hit, reciprocal, precision, recall, known_hit, known_reciprocal, new_hit, new_reciprocal] = &mut means;
        hit.add(one_if(found.is_some()));
        reciprocal.add(reciprocal_of(found));
        precision.add(later / LIST as f64);
        recall.add(later / rest.len() as f64);
        known_hit.add(one_if(known.is_some()));
        known_reciprocal.add(reciprocal_of(known));
        list.iter().for_each(|item| listed[item.0 as usize] = true);
        if !seen.contains(&answer) {
            let found = rank(&recommender.list(Context { seen, seen_too: false }), answer);
            new_hit.add(one_if(found.is_some()));
            new_reciprocal.add(reciprocal_of(found));
        }
    });
    let [hit, reciprocal, precision, recall, known_hit, known_reciprocal, new_hit, new_reciprocal] = means;
    let covered = listed.iter().zip(&clicks.known).filter(|(listed, known)| **listed && **known).count();
    Scores {
        questions: hit.count(),
        hit: hit.value(),
        reciprocal_rank: reciprocal.value(),
        precision: precision.value(),
        recall: recall.value(),
        coverage: covered as f64 / clicks.known.iter().filter(|known| **known).count().max(1) as f64,
        known_hit: known_hit.value(),
        known_reciprocal_rank: known_reciprocal.value(),
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

/// What a page would look up of a visit.
fn newest(seen: &[ItemIx]) -> &[ItemIx] {
    &seen[seen.len().saturating_sub(MAX_VISIT)..]
}

impl Recommender for Ours<'_> {
    fn list(&mut self, context: Context<'_>) -> Vec<ItemIx> {
        let query = Query {
            visit: newest(context.seen),
            page: context.seen.last().copied(),
            reminders: context.seen_too,
            fill: true,
            ..Query::new(Kind::Next, LIST)
        };
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
        questions(clicks, |seen, rest| {
            if seen.contains(&rest[0]) {
                return;
            }
            let page = seen.last().copied();
            let query = Query { visit: newest(seen), page, threshold, ..Query::new(Kind::Next, LIST) };
            let picks = answer(shelf, &query, &mut scratch).picks;
            silent.add(one_if(picks.is_empty()));
            if !picks.is_empty() {
                shown.add(picks.len() as f64);
                hit.add(one_if(picks.iter().any(|pick| pick.item == rest[0])));
            }
        });
        Guard { threshold, silent: silent.value(), shown: shown.value(), hit: hit.value() }
    };
    thresholds.iter().map(|threshold| guard(*threshold)).collect()
}
