//! From scored candidates to the items a page shows.

use super::tally::Entry;
use super::{Answer, Effect, Evidence, Kind, MAX_PICKS, Pick, Query, Rule, Scope, Scratch};
use crate::shelf::{Card, ItemIx, Lookup, Shelf};
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

/// Candidates looked at for each place when rules or diversity may change their order.
const LOOK_AHEAD: usize = 4;

/// A candidate in the order of the heap: higher score first, then smaller position.
#[derive(Clone, Copy)]
struct Ranked {
    score: i64,
    item: ItemIx,
    because: Evidence,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.score.cmp(&other.score).then(other.item.cmp(&self.item))
    }
}
impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Ranked {}

/// Moves the best candidates into the answer.
pub(super) fn choose<S: Shelf + ?Sized>(shelf: &S, query: &Query<'_>, scratch: &mut Scratch, answer: &mut Answer) {
    let limit = query.limit.min(MAX_PICKS);
    let mut chooser = Chooser { shelf, query, answer, waiting: 0, limit };
    for item in query.pins {
        if chooser.full() {
            return;
        }
        if chooser.may_show(*item) && chooser.card(*item).is_some() {
            chooser.answer.picks.push(Pick { item: *item, score: 0, because: Evidence::Pinned });
        }
    }
    let heap = chooser.ranked(&scratch.tally.entries);
    if query.diversity > 0 || query.rules.iter().any(|rule| matches!(rule.then, Effect::Percent(_))) {
        chooser.reordered(heap);
    } else {
        chooser.in_order(heap);
    }
    if query.fill {
        chooser.fill();
    }
}

struct Chooser<'a, 'q, S: ?Sized> {
    shelf: &'a S,
    query: &'a Query<'q>,
    answer: &'a mut Answer,
    /// Places kept for candidates whose card is not loaded yet, so that what is loaded is what will be
    /// shown.
    waiting: usize,
    limit: usize,
}

impl<'a, S: Shelf + ?Sized> Chooser<'a, '_, S> {
    fn full(&self) -> bool {
        self.answer.picks.len() + self.waiting >= self.limit
    }

    /// Candidates above the threshold, best first.
    fn ranked(&mut self, entries: &[Entry]) -> BinaryHeap<Ranked> {
        let least = i64::from(self.query.threshold) << 16;
        let mut ranked = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.score < least && entry.because != Evidence::Seen {
                self.answer.weak += 1;
            } else if entry.score > 0 {
                ranked.push(Ranked { score: entry.score, item: entry.item, because: entry.because });
            }
        }
        BinaryHeap::from(ranked)
    }

    fn in_order(&mut self, mut heap: BinaryHeap<Ranked>) {
        while !self.full() {
            let Some(best) = heap.pop() else { break };
            if self.may_show(best.item) && self.card(best.item).is_some() {
                self.push(best);
            }
        }
    }

    /// With boosts or diversity the order depends on cards: a few times more candidates than places are
    /// weighed, then the best is taken again and again.
    fn reordered(&mut self, mut heap: BinaryHeap<Ranked>) {
        let wanted = self.limit.saturating_sub(self.answer.picks.len()) * LOOK_AHEAD;
        let mut weighed: Vec<(Ranked, &'a str)> = Vec::new();
        while weighed.len() + self.waiting < wanted {
            let Some(mut next) = heap.pop() else { break };
            if !self.may_show(next.item) {
                continue;
            }
            if let Some(card) = self.card(next.item) {
                next.score = self.boosted(next, &card);
                weighed.push((next, card.category));
            }
        }
        // Half-loaded candidates must not keep places from those that can be shown.
        self.waiting = 0;
        let keep = i64::from(100 - self.query.diversity.min(100));
        while !self.full() && !weighed.is_empty() {
            let mut best = 0;
            for at in 1..weighed.len() {
                if weighed[at].0 > weighed[best].0 {
                    best = at;
                }
            }
            let (pick, category) = weighed.swap_remove(best);
            self.push(pick);
            if keep < 100 {
                for (other, _) in weighed.iter_mut().filter(|(_, its)| *its == category) {
                    other.score = other.score / 100 * keep;
                }
            }
        }
    }

    fn fill(&mut self) {
        for item in self.shelf.popular() {
            if self.full() {
                break;
            }
            if self.may_show(*item) && self.card(*item).is_some() {
                self.answer.picks.push(Pick { item: *item, score: 0, because: Evidence::Popular });
            }
        }
    }

    fn push(&mut self, best: Ranked) {
        self.answer.picks.push(Pick { item: best.item, score: best.score, because: best.because });
    }

    /// What can be said without a card.
    fn may_show(&self, item: ItemIx) -> bool {
        let query = self.query;
        let discover = query.kind == Kind::ForYou || (query.kind == Kind::Next && !query.reminders);
        !(query.page == Some(item)
            || query.cart.contains(&item)
            || query.exclude.contains(&item)
            || (discover && query.visit.contains(&item))
            || (query.kind == Kind::ForYou && query.history.contains(item))
            || self.answer.picks.iter().any(|pick| pick.item == item))
    }

    /// The card if the item can be shown; asks for its chunk if that is not known yet.
    fn card(&mut self, item: ItemIx) -> Option<Card<'a>> {
        match self.shelf.card(item) {
            Lookup::Here(card) => {
                let needless = card.durable && self.query.history.contains(item);
                (card.in_stock && !needless && !self.hidden(item, &card)).then_some(card)
            }
            Lookup::Absent => None,
            Lookup::Needs(chunk) => {
                self.answer.need(chunk);
                self.waiting += 1;
                None
            }
        }
    }

    fn hidden(&self, item: ItemIx, card: &Card<'_>) -> bool {
        self.query.rules.iter().any(|rule| match rule.then {
            Effect::Hide => rule.covers(item, card),
            Effect::Only => !rule.covers(item, card),
            Effect::Percent(_) => false,
        })
    }

    fn boosted(&self, candidate: Ranked, card: &Card<'_>) -> i64 {
        let mut score = candidate.score;
        for rule in self.query.rules {
            if let Effect::Percent(percent) = rule.then
                && rule.covers(candidate.item, card)
            {
                score = (score / 100).saturating_mul(i64::from(percent));
            }
        }
        score
    }
}

impl Rule<'_> {
    fn covers(&self, item: ItemIx, card: &Card<'_>) -> bool {
        match self.on {
            Scope::Item(this) => this == item,
            Scope::Category(path) => {
                card.category.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(" > "))
            }
            Scope::Price { from, to } => (from..=to).contains(&card.price_minor),
        }
    }
}
