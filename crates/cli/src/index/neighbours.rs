//! Rows of a neighbour table: who stands near an item in how many orders or visits, how near, and how
//! long ago.

use super::Settings;
use super::fixed;
use super::invert::{Inverted, Place};
use super::log::Log;
use super::threads::on_all_processors;
use wellmet_engine::customer_value::math::{exp, ln};
use wellmet_engine::shelf::{ItemIx, Neighbour};

/// How two items of one order or visit become a weight.
///
/// The weight of `b` in the row of `a` is a sum over the orders (or visits) that hold both,
///
/// ```text
/// sum of 0.5^(age / half_life) * max over places of exp(-(distance - 1) / nearness) [* before]
/// ```
///
/// divided by `(n_a + smoothing)^own * (n_b + smoothing)^other`, where `n` is the sum of
/// `0.5^(age / half_life)` over all that hold the item. With `own` near 1 that is about the share of
/// the orders (or visits) with `a` that hold `b` nearby, so it lies between 0 and 1 and a threshold
/// means something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighing {
    /// Days after which an order or visit counts half. Small follows fashion, large remembers: 10 to 1000.
    pub half_life: f64,
    /// Places apart at which a pair counts `1/e` of that of direct neighbours. Infinite: the whole order
    /// alike. 2 to 20.
    pub nearness: f64,
    /// Pairs further apart than this many places do not count.
    pub window: usize,
    /// Factor for pairs where `b` came before `a`. 1 makes the direction irrelevant, 0 counts what
    /// follows only.
    pub before: f64,
    /// Keeps items with little evidence from the top. In orders or visits: 1 to 20.
    pub smoothing: f64,
    /// 1 turns the row into shares of `a`; 0 leaves rows of busy items heavier.
    pub own: f64,
    /// Higher favours what is special to `a`, 0 what is popular. 0 to 0.5.
    pub other: f64,
    /// How much neighbours of neighbours count: they fill the rows of items with little evidence of
    /// their own. 0 leaves them out, 0.1 to 0.4 is about as good.
    pub reach: f64,
    /// Weaker neighbours are left out, 0 to 1. Costs little quality and saves many bytes.
    pub weakest: f64,
}

impl Weighing {
    /// Orders: "bought together".
    pub const ORDERS: Self = Self {
        half_life: 90.0,
        nearness: 5.0,
        window: 20,
        before: 0.9,
        smoothing: 10.0,
        own: 0.7,
        other: 0.3,
        reach: 0.0,
        weakest: 0.01,
    };
    /// Visits: "looked at next".
    pub const VISITS: Self = Self {
        half_life: 30.0,
        nearness: 2.5,
        window: 20,
        before: 0.9,
        smoothing: 2.0,
        own: 1.0,
        other: 0.1,
        reach: 0.2,
        weakest: 0.012,
    };
}

/// A neighbour before rounding.
type Weighed = (f64, u32);

/// Strongest first, then smaller position.
fn rank(row: &mut Vec<Weighed>, longest: usize) {
    row.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    row.truncate(longest);
}

/// All rows of a table.
pub(super) fn rows(log: &Log, items: u32, weighing: &Weighing, settings: &Settings) -> Vec<Vec<Neighbour>> {
    let as_of = settings.as_of.unwrap_or_else(|| log.end());
    let inverted = Inverted::new(log, items, weighing.half_life, as_of);
    let near = fixed::near(weighing);
    let scales = Scales::new(inverted.mass(), weighing);
    let direct = each(items, |a, counters| {
        counters.count(a, &inverted, weighing, &near);
        let pairs = counters.pairs(settings.least_people);
        scales.weigh(a, &pairs, longest(weighing, settings))
    });
    finish(direct, weighing, settings)
}

/// Neighbours of neighbours are found through rows twice as long as those that are published.
const fn longest(weighing: &Weighing, settings: &Settings) -> usize {
    if weighing.reach > 0.0 { settings.neighbours * 2 } else { settings.neighbours }
}

/// Rows of a table that somebody else has counted: for each item its pairs, `(other, sum)`, and the
/// freshness of its orders or visits, both in the units of [`fixed`].
pub(super) fn rows_of_sums(
    pairs: &[Vec<(u32, u64)>],
    mass: &[u64],
    weighing: &Weighing,
    settings: &Settings,
) -> Vec<Vec<Neighbour>> {
    let scales = Scales::new(mass, weighing);
    let row = |(a, pairs): (u32, &Vec<(u32, u64)>)| scales.weigh(a, pairs, longest(weighing, settings));
    finish((0..).zip(pairs).map(row).collect(), weighing, settings)
}

fn finish(direct: Vec<Vec<Weighed>>, weighing: &Weighing, settings: &Settings) -> Vec<Vec<Neighbour>> {
    if weighing.reach <= 0.0 {
        return direct.into_iter().map(|row| round(row, weighing, settings)).collect();
    }
    let sums: Vec<f64> = direct.iter().map(|row| row.iter().map(|(weight, _)| weight).sum()).collect();
    each(direct.len() as u32, |a, counters| {
        round(counters.widen(a, &direct, &sums, weighing.reach), weighing, settings)
    })
}

/// What sums are divided by, for each item.
struct Scales {
    own: Vec<f64>,
    other: Vec<f64>,
}

impl Scales {
    fn new(mass: &[u64], weighing: &Weighing) -> Self {
        let scale = |power: f64| {
            mass.iter().map(|mass| exp(power * ln(fixed::mass(*mass) + weighing.smoothing))).collect::<Vec<_>>()
        };
        Self { own: scale(weighing.own), other: scale(weighing.other) }
    }

    /// The strongest pairs of an item.
    fn weigh(&self, a: u32, pairs: &[(u32, u64)], longest: usize) -> Vec<Weighed> {
        let own = self.own[a as usize];
        let weight = |(b, sum): &(u32, u64)| (fixed::groups(*sum) / (own * self.other[*b as usize]), *b);
        let mut row: Vec<Weighed> = pairs.iter().map(weight).collect();
        rank(&mut row, longest);
        row
    }
}

fn round(mut row: Vec<Weighed>, weighing: &Weighing, settings: &Settings) -> Vec<Neighbour> {
    rank(&mut row, settings.neighbours);
    let mut row: Vec<Neighbour> = row
        .into_iter()
        .filter(|(weight, _)| *weight >= weighing.weakest)
        .map(|(weight, b)| Neighbour { item: ItemIx(b), weight: (weight * 65_535.0).round().min(65_535.0) as u16 })
        .filter(|neighbour| neighbour.weight > 0)
        .collect();
    // Rounding may have made ties of what was not.
    row.sort_by_key(|neighbour| (core::cmp::Reverse(neighbour.weight), neighbour.item));
    row
}

fn each<T: Copy + Send>(items: u32, row: impl Fn(u32, &mut Counters) -> Vec<T> + Sync) -> Vec<Vec<T>> {
    on_all_processors(items, || Counters::new(items), row)
}

/// Counters for all items, reused from row to row; zero between rows.
struct Counters {
    sum: Vec<u64>,
    people: Vec<u32>,
    /// Person counted last in `people`.
    person: Vec<u32>,
    /// Best nearness within the present group.
    near: Vec<u32>,
    /// Weights while rows are widened.
    weight: Vec<f64>,
    touched: Vec<u32>,
    in_group: Vec<u32>,
}

impl Counters {
    fn new(items: u32) -> Self {
        let items = items as usize;
        Self {
            sum: vec![0; items],
            people: vec![0; items],
            person: vec![0; items],
            near: vec![0; items],
            weight: vec![0.0; items],
            touched: Vec::new(),
            in_group: Vec::new(),
        }
    }

    /// Counts all that stands near `a`.
    fn count(&mut self, a: u32, log: &Inverted<'_>, weighing: &Weighing, near: &[(u32, u32)]) {
        let mut places = log.places(a);
        while let Some(first) = places.first() {
            let same = places.partition_point(|place| place.group == first.group);
            self.group(&places[..same], a, log, weighing, near);
            places = &places[same..];
        }
    }

    /// One order or visit that holds `a`, at one place or several.
    fn group(&mut self, places: &[Place], a: u32, log: &Inverted<'_>, weighing: &Weighing, near: &[(u32, u32)]) {
        let group = log.group(places[0].group);
        for place in places {
            let at = place.at as usize;
            let from = at.saturating_sub(weighing.window);
            let to = (at + weighing.window + 1).min(group.items.len());
            for (other, item) in (from..to).zip(&group.items[from..to]) {
                let b = item.0 as usize;
                if item.0 == a {
                    continue;
                }
                let weight = if other > at { near[other - at].0 } else { near[at - other].1 };
                if weight == 0 {
                    continue;
                }
                if self.near[b] == 0 {
                    self.in_group.push(item.0);
                }
                self.near[b] = self.near[b].max(weight);
            }
        }
        for b in self.in_group.drain(..) {
            let at = b as usize;
            if self.people[at] == 0 {
                self.touched.push(b);
            }
            // Groups come person by person, so the last one seen is enough to count each once.
            if self.people[at] == 0 || self.person[at] != group.person {
                self.person[at] = group.person;
                self.people[at] += 1;
            }
            self.sum[at] += u64::from(self.near[at]) * u64::from(group.fresh);
            self.near[at] = 0;
        }
    }

    /// Takes the sums; pairs of too few people leave no trace.
    fn pairs(&mut self, least_people: u32) -> Vec<(u32, u64)> {
        let mut pairs = Vec::new();
        for b in self.touched.drain(..) {
            let at = b as usize;
            let people = core::mem::take(&mut self.people[at]);
            let sum = core::mem::take(&mut self.sum[at]);
            if people >= least_people && sum > 0 {
                pairs.push((b, sum));
            }
        }
        pairs
    }

    /// Adds neighbours of neighbours: each neighbour hands on `reach` of its weight, shared out among
    /// its own row. Only pairs that may be published are used, so nothing else shows through.
    fn widen(&mut self, a: u32, direct: &[Vec<Weighed>], sums: &[f64], reach: f64) -> Vec<Weighed> {
        let mut add = |item: u32, weight: f64| {
            let at = item as usize;
            if self.weight[at] == 0.0 {
                self.touched.push(item);
            }
            self.weight[at] += weight;
        };
        for (weight, b) in &direct[a as usize] {
            add(*b, *weight);
            for (further, c) in &direct[*b as usize] {
                if *c != a {
                    add(*c, reach * weight * further / sums[*b as usize]);
                }
            }
        }
        self.touched.drain(..).map(|b| (core::mem::take(&mut self.weight[b as usize]), b)).collect()
    }
}
