//! Simple and well-known methods to compare with, each on the same questions.

use super::clicks::{Clicks, Context, LIST, Recommender};
use std::collections::BTreeMap;
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::{Instant, Span};

/// The best items by score, then smaller position.
#[must_use]
pub fn best(scores: &BTreeMap<ItemIx, f64>, longest: usize, mut may: impl FnMut(ItemIx) -> bool) -> Vec<ItemIx> {
    let mut list: Vec<(f64, ItemIx)> = scores
        .iter()
        .filter(|(item, score)| **score > 0.0 && may(**item))
        .map(|(item, score)| (*score, *item))
        .collect();
    list.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    list.truncate(longest);
    list.into_iter().map(|(_, item)| item).collect()
}

/// Scores next items; the list is made of the best of them.
pub struct Scored<F>(pub F);

impl<F: FnMut(&[ItemIx], &mut BTreeMap<ItemIx, f64>)> Recommender for Scored<F> {
    fn list(&mut self, context: Context<'_>) -> Vec<ItemIx> {
        let mut scores = BTreeMap::new();
        (self.0)(context.seen, &mut scores);
        best(&scores, LIST, |item| context.allows(item))
    }
}

/// The same items for everybody: the most looked at, of the last `days` if given.
pub fn popularity(clicks: &Clicks, days: Option<i64>) -> impl FnMut(&[ItemIx], &mut BTreeMap<ItemIx, f64>) + use<> {
    let end = clicks.train.last().map_or(Instant(0), |visit| visit.at);
    let from = days.map_or(Instant(i64::MIN), |days| end - Span::days(days));
    let mut counts: BTreeMap<ItemIx, f64> = BTreeMap::new();
    for item in clicks.train.iter().filter(|visit| visit.at >= from).flat_map(|visit| &visit.items) {
        *counts.entry(*item).or_default() += 1.0;
    }
    // Enough to leave out all that any visit has seen.
    let top = best(&counts, 1_000, |_| true);
    let counts: BTreeMap<ItemIx, f64> = top.into_iter().map(|item| (item, counts[&item])).collect();
    move |_, scores| scores.clone_from(&counts)
}

/// Pairs with a weight, by the first item.
pub type Pairs = BTreeMap<ItemIx, BTreeMap<ItemIx, f64>>;

/// What was looked at directly after the last item.
pub fn directly_after(clicks: &Clicks) -> impl FnMut(&[ItemIx], &mut BTreeMap<ItemIx, f64>) + use<> {
    let mut after = Pairs::new();
    for pair in clicks.train.iter().flat_map(|visit| visit.items.windows(2)) {
        if pair[0] != pair[1] {
            *after.entry(pair[0]).or_default().entry(pair[1]).or_default() += 1.0;
        }
    }
    move |context, scores| {
        if let Some(row) = context.last().and_then(|last| after.get(last)) {
            scores.clone_from(row);
        }
    }
}

/// Cosine of items over the groups that hold them: `n_ab / sqrt((n_a + s) (n_b + s))`.
#[must_use]
pub fn cosine<'a>(groups: impl Iterator<Item = &'a [ItemIx]>, smoothing: f64) -> Pairs {
    let mut counts: BTreeMap<ItemIx, f64> = BTreeMap::new();
    let mut pairs = Pairs::new();
    for group in groups {
        let mut distinct = group.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        for a in &distinct {
            *counts.entry(*a).or_default() += 1.0;
            let row = pairs.entry(*a).or_default();
            distinct.iter().filter(|b| *b != a).for_each(|b| *row.entry(*b).or_default() += 1.0);
        }
    }
    for (a, row) in &mut pairs {
        for (b, weight) in row {
            *weight /= ((counts[a] + smoothing) * (counts[b] + smoothing)).sqrt();
        }
    }
    pairs
}

/// Rows of the last items added up, each item back counting `fade` of the one after it. Reminders, if
/// wanted, add 1 for the latest item and fade alike.
pub fn over_last(
    pairs: &Pairs,
    last: usize,
    fade: f64,
    reminders: bool,
) -> impl FnMut(&[ItemIx], &mut BTreeMap<ItemIx, f64>) {
    move |context, scores| {
        let mut weight = 1.0;
        for item in context.iter().rev().take(last) {
            for (b, cosine) in pairs.get(item).into_iter().flatten() {
                *scores.entry(*b).or_default() += weight * cosine;
            }
            weight *= fade;
        }
        let top = scores.values().copied().fold(0.0, f64::max);
        if reminders {
            scores.values_mut().for_each(|score| *score /= top);
            for (back, item) in context.iter().rev().enumerate() {
                let at = scores.entry(*item).or_default();
                *at = at.max(fade.powi(back as i32));
            }
        }
    }
}

/// VMIS-kNN (Kersbergen, Sprangers & Schelter, "Serenade", SIGMOD 2022): the latest `sample` visits for
/// each of the last items, the `nearest` of them by overlap, their items by similarity and rarity.
pub struct VisitNeighbours<'a> {
    clicks: &'a Clicks,
    visits_of: BTreeMap<ItemIx, Vec<u32>>,
    /// Latest visits looked at for each item.
    pub sample: usize,
    /// Visits that count.
    pub nearest: usize,
    /// Items of the present visit that count.
    pub last: usize,
}

impl<'a> VisitNeighbours<'a> {
    /// An index of all training visits, with the setting that served best on the public log.
    #[must_use]
    pub fn new(clicks: &'a Clicks) -> Self {
        let mut visits_of: BTreeMap<ItemIx, Vec<u32>> = BTreeMap::new();
        for (number, visit) in clicks.train.iter().enumerate() {
            for item in &visit.items {
                let visits = visits_of.entry(*item).or_default();
                if visits.last() != Some(&(number as u32)) {
                    visits.push(number as u32);
                }
            }
        }
        Self { clicks, visits_of, sample: 500, nearest: 500, last: 9 }
    }
}

impl Recommender for VisitNeighbours<'_> {
    fn list(&mut self, context: Context<'_>) -> Vec<ItemIx> {
        let mut recent: Vec<ItemIx> = Vec::new();
        for item in context.seen[context.seen.len().saturating_sub(self.last)..].iter().rev() {
            if !recent.contains(item) {
                recent.push(*item);
            }
        }
        // Similarity of a visit: the places of the shared items, the latest counting 1.
        let mut similar: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
        for (back, item) in recent.iter().enumerate() {
            let place = (recent.len() - back) as f64 / recent.len() as f64;
            for visit in self.visits_of.get(item).into_iter().flat_map(|visits| visits.iter().rev().take(self.sample)) {
                similar.entry(*visit).or_insert((0.0, back)).0 += place;
            }
        }
        let mut nearest: Vec<(u32, (f64, usize))> = similar.into_iter().collect();
        nearest.sort_by(|x, y| y.1.0.total_cmp(&x.1.0).then(y.0.cmp(&x.0)));
        nearest.truncate(self.nearest);
        let mut scores: BTreeMap<ItemIx, f64> = BTreeMap::new();
        let all = self.clicks.train.len() as f64;
        for (visit, (similarity, back)) in nearest {
            let near = (1.0 - 0.1 * (back + 1) as f64).max(0.0);
            let mut items = self.clicks.train[visit as usize].items.clone();
            items.sort_unstable();
            items.dedup();
            for item in items {
                let rarity = (all / self.visits_of[&item].len() as f64).ln();
                *scores.entry(item).or_default() += similarity * near * rarity;
            }
        }
        best(&scores, LIST, |item| context.allows(item))
    }
}
