//! Where candidates come from, one function for each kind of question.

use super::decay::{BY_POSITION, CONTEXT, ONE, halved};
use super::tally::Tally;
use super::{Answer, Evidence, Kind, MAX_SEEN, Query, Scratch};
use crate::shelf::{ItemIx, Lookup, Relation, Shelf};
use crate::time::Span;

/// A purchase counts half as much for "again" after this time.
const AGAIN_HALF_LIFE: Span = Span::days(120);
/// A purchase counts half as much for "for you" after this time before her latest order.
const TASTE_HALF_LIFE: Span = Span::days(30);
/// Lines of her orders that "for you" looks up. All of them would pull in most of the book for a
/// frequent buyer and name hardly more.
const TASTE_CONTEXT: usize = 48;
/// Quarters by which the most popular item counts more for "again" and elsewhere. Without it, carts
/// would be served 1 % worse, "again" 10 %.
const AGAIN_LIFT: i64 = 4;
const LIFT: i64 = 1;
/// A reminder of the latest item, as a multiple of the strongest neighbour.
const REMINDER: i64 = 4;
/// Each further step back in the visit counts 0.8 of the one after it.
const REMINDER_FADE: (i64, i64) = (4, 5);
/// Strength of a reminder when no neighbour is known.
const FULL: i64 = 65_535 << 16;

/// Fills the tally with candidates and their scores.
pub(super) fn gather<S: Shelf + ?Sized>(shelf: &S, query: &Query<'_>, scratch: &mut Scratch, answer: &mut Answer) {
    let mut reader = Reader { shelf, scratch, answer };
    let present = query.page.or(query.visit.last().copied());
    match query.kind {
        Kind::Next => {
            for (item, weight) in latest(query.visit) {
                if !reader.row(Relation::Next, item, weight, Evidence::Viewed(item)) {
                    reader.row(Relation::Like, item, weight / 2, Evidence::Alike(item));
                }
            }
            if query.reminders {
                reader.remind(query.visit);
            }
        }
        Kind::With if query.cart.is_empty() => {
            if let Some(item) = present {
                reader.row(Relation::With, item, ONE, Evidence::OnPage(item));
            }
        }
        Kind::With => {
            for (item, weight) in latest(query.cart) {
                reader.row(Relation::With, item, weight, Evidence::InCart(item));
            }
            lift(shelf, &mut reader.scratch.tally, LIFT);
        }
        Kind::Like => {
            if let Some(item) = present.or(query.cart.last().copied()) {
                reader.row(Relation::Like, item, ONE, Evidence::Alike(item));
            }
        }
        Kind::Again => again(shelf, query, &mut reader.scratch.tally),
        Kind::ForYou => {
            let lines = query.history.lines();
            let newest = lines.first().map_or(query.now, |line| line.at);
            for line in lines.iter().take(TASTE_CONTEXT) {
                let weight = halved((newest - line.at).0, TASTE_HALF_LIFE.0);
                if !reader.row(Relation::With, line.item, weight, Evidence::Owned(line.item)) {
                    reader.row(Relation::Like, line.item, weight / 2, Evidence::Alike(line.item));
                }
            }
            lift(shelf, &mut reader.scratch.tally, LIFT);
            for (item, weight) in latest(query.visit) {
                if !reader.row(Relation::Next, item, weight, Evidence::Viewed(item)) {
                    reader.row(Relation::Like, item, weight / 2, Evidence::Alike(item));
                }
            }
        }
        Kind::Seen => reader.remind(query.visit),
    }
}

/// The newest different items of a sequence with their weights, newest first.
fn latest(items: &[ItemIx]) -> impl Iterator<Item = (ItemIx, u32)> {
    let mut found = [ItemIx(u32::MAX); CONTEXT];
    let mut count = 0;
    for item in items.iter().rev() {
        if count == CONTEXT {
            break;
        }
        if !found[..count].contains(item) {
            found[count] = *item;
            count += 1;
        }
    }
    found.into_iter().take(count).zip(BY_POSITION)
}

/// Her own frequency, newer orders counting more, and up to twice as much for what sells now: last
/// winter's decorations are not due in June.
fn again<S: Shelf + ?Sized>(shelf: &S, query: &Query<'_>, tally: &mut Tally) {
    for line in query.history.lines() {
        let weight = halved((query.now - line.at).0, AGAIN_HALF_LIFE.0);
        let first = Evidence::Again { last: line.at, times: 0, due: false };
        let entry = tally.entry(line.item, first);
        entry.score += i64::from(weight) << 16;
        if let Evidence::Again { last, times, due } = &mut entry.because {
            // Lines come newest first, so this one is the oldest so far: the mean interval is the
            // whole span over the number of gaps.
            let span = (*last - line.at).0;
            *due = *times > 0 && (query.now - *last).0 >= span / i64::from(*times);
            *times = times.saturating_add(1);
        }
    }
    lift(shelf, tally, AGAIN_LIFT);
}

/// Strengthens candidates that sell now: the first of the popular list by `quarters` of its score, the
/// last of it hardly.
fn lift<S: Shelf + ?Sized>(shelf: &S, tally: &mut Tally, quarters: i64) {
    let popular = shelf.popular();
    for (rank, item) in popular.iter().enumerate() {
        if let Some(entry) = tally.get(*item) {
            entry.score += entry.score / (4 * popular.len() as i64) * (popular.len() - rank) as i64 * quarters;
        }
    }
}

struct Reader<'a, S: ?Sized> {
    shelf: &'a S,
    scratch: &'a mut Scratch,
    answer: &'a mut Answer,
}

impl<S: Shelf + ?Sized> Reader<'_, S> {
    /// Adds an item's neighbours; whether it has any (or may have, once loaded).
    fn row(&mut self, relation: Relation, item: ItemIx, weight: u32, because: Evidence) -> bool {
        self.scratch.row.clear();
        if let Lookup::Needs(chunk) = self.shelf.neighbours(relation, item, &mut self.scratch.row) {
            self.answer.need(chunk);
            return true;
        }
        for neighbour in &self.scratch.row {
            self.scratch.tally.add(neighbour.item, i64::from(weight) * i64::from(neighbour.weight), because);
        }
        !self.scratch.row.is_empty()
    }

    /// Adds the visit's own items. The first reminder outweighs every neighbour, an old one does not.
    fn remind(&mut self, visit: &[ItemIx]) {
        let strongest = self.scratch.tally.entries.iter().map(|entry| entry.score).max();
        let mut score = REMINDER * strongest.filter(|score| *score > 0).unwrap_or(FULL);
        let newest = visit.iter().rev().take(MAX_SEEN);
        for (back, item) in newest.clone().enumerate() {
            // A second visit to a page does not make it older.
            if !newest.clone().take(back).any(|later| later == item) {
                let entry = self.scratch.tally.entry(*item, Evidence::Seen);
                entry.score += score;
                entry.because = Evidence::Seen;
            }
            score = score * REMINDER_FADE.0 / REMINDER_FADE.1;
        }
    }
}
