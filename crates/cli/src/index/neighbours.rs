//! One row of a neighbour table: who stands near an item in how many baskets or visits, how near, and
//! how long ago.

use super::Settings;
use super::log::{Group, Log};
use wellmet_engine::shelf::{ItemIx, Neighbour};
use wellmet_engine::time::{Instant, Span};

/// How two items of one order or visit become a weight.
///
/// The weight of `b` in the row of `a` is a sum over the orders (or visits) that hold both,
///
/// ```text
/// sum of 0.5^(age / half_life) * max over places of exp(-(distance - 1) / nearness) [* before]
/// ```
///
/// divided by `(n_a + smoothing)^own * (n_b + smoothing)^other`, where `n` is the sum of
/// `0.5^(age / half_life)` over all that hold the item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighing {
    /// Days after which an order or visit counts half. Small follows fashion, large remembers: 10 to 1000.
    pub half_life: f64,
    /// Places apart at which a pair counts `1/e` of that of direct neighbours. Infinite: the whole basket alike.
    pub nearness: f64,
    /// Pairs further apart than this many places do not count.
    pub window: usize,
    /// Factor for pairs where `b` came before `a`. 1 makes the direction irrelevant, 0 counts what follows only.
    pub before: f64,
    /// Keeps items with little evidence from the top. In orders or visits: 1 to 20.
    pub smoothing: f64,
    /// 1 turns the row into shares of `a`; 0 leaves rows of busy items heavier.
    pub own: f64,
    /// 1 favours what is special to `a`, 0 what is popular.
    pub other: f64,
    /// Weight that becomes 65,535; larger ones are cut to it.
    pub full: f64,
}

impl Weighing {
    /// Orders: "bought together".
    pub const ORDERS: Self = Self {
        half_life: 1e6,
        nearness: f64::INFINITY,
        window: 100,
        before: 1.0,
        smoothing: 10.0,
        own: 0.5,
        other: 0.5,
        full: 1.0,
    };
    /// Visits: "looked at next".
    pub const VISITS: Self = Self {
        half_life: 30.0,
        nearness: 3.0,
        window: 14,
        before: 0.9,
        smoothing: 5.0,
        own: 0.0,
        other: 0.3,
        full: 100.0,
    };

    fn near(&self, distance: usize) -> f64 {
        (-((distance - 1) as f64) / self.nearness).exp()
    }
}

/// Where an item stands: its group (in order of persons) and place.
#[derive(Clone, Copy)]
struct Place {
    group: u32,
    at: u32,
}

/// The log turned over: for each item its places, persons side by side.
struct Inverted<'a> {
    log: &'a Log,
    groups: Vec<&'a Group>,
    /// Weight of each group by its age.
    fresh: Vec<f64>,
    places: Vec<Place>,
    starts: Vec<usize>,
    /// Sum of `fresh` over the groups that hold the item.
    mass: Vec<f64>,
}

impl<'a> Inverted<'a> {
    fn new(log: &'a Log, items: u32, half_life: f64, as_of: Instant) -> Self {
        let mut groups: Vec<&Group> = log.groups().iter().collect();
        groups.sort_by_key(|group| (group.person, group.at));
        let days = |group: &Group| (as_of - group.at).0.max(0) as f64 / Span::DAY.0 as f64;
        let fresh: Vec<f64> = groups.iter().map(|group| 0.5f64.powf(days(group) / half_life)).collect();
        let mut starts = vec![0usize; items as usize + 1];
        for group in &groups {
            for item in log.items(group) {
                starts[item.0 as usize + 1] += 1;
            }
        }
        for item in 0..items as usize {
            starts[item + 1] += starts[item];
        }
        let mut next = starts.clone();
        let mut places = vec![Place { group: 0, at: 0 }; log.lines()];
        let mut mass = vec![0.0; items as usize];
        let mut last = vec![u32::MAX; items as usize];
        for (number, group) in groups.iter().enumerate() {
            for (at, item) in log.items(group).iter().enumerate() {
                let item = item.0 as usize;
                places[next[item]] = Place { group: number as u32, at: at as u32 };
                next[item] += 1;
                if last[item] != number as u32 {
                    last[item] = number as u32;
                    mass[item] += fresh[number];
                }
            }
        }
        Self { log, groups, fresh, places, starts, mass }
    }
}

/// Counters for all items, reused from row to row.
struct Counters {
    sum: Vec<f64>,
    people: Vec<u32>,
    /// Person counted last in `people`.
    person: Vec<u32>,
    /// Best nearness within the present group.
    near: Vec<f64>,
    touched: Vec<u32>,
    in_group: Vec<u32>,
    row: Vec<(f64, u32)>,
}

impl Counters {
    fn new(items: u32) -> Self {
        let items = items as usize;
        Self {
            sum: vec![0.0; items],
            people: vec![0; items],
            person: vec![0; items],
            near: vec![0.0; items],
            touched: Vec::new(),
            in_group: Vec::new(),
            row: Vec::new(),
        }
    }

    fn row(
        &mut self,
        a: u32,
        log: &Inverted<'_>,
        weighing: &Weighing,
        near: &[f64],
        settings: &Settings,
    ) -> Vec<Neighbour> {
        let mut places = &log.places[log.starts[a as usize]..log.starts[a as usize + 1]];
        while let Some(first) = places.first() {
            let same = places.partition_point(|place| place.group == first.group);
            self.group(&places[..same], a, log, weighing, near);
            places = &places[same..];
        }
        let own = (log.mass[a as usize] + weighing.smoothing).powf(weighing.own);
        for b in self.touched.drain(..) {
            let at = b as usize;
            if self.people[at] >= settings.least_people {
                let other = (log.mass[at] + weighing.smoothing).powf(weighing.other);
                self.row.push((self.sum[at] / (own * other), b));
            }
            self.sum[at] = 0.0;
            self.people[at] = 0;
        }
        self.row.sort_unstable_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        self.row.truncate(settings.neighbours);
        let whole = |weight: f64| (weight / weighing.full * 65_535.0).round().clamp(0.0, 65_535.0) as u16;
        let mut row: Vec<Neighbour> = self
            .row
            .drain(..)
            .map(|(weight, b)| Neighbour { item: ItemIx(b), weight: whole(weight) })
            .filter(|neighbour| neighbour.weight > 0)
            .collect();
        // Rounding may have made ties of what was not.
        row.sort_by_key(|neighbour| (core::cmp::Reverse(neighbour.weight), neighbour.item));
        row
    }

    /// One order or visit that holds `a`, at one place or several.
    fn group(&mut self, places: &[Place], a: u32, log: &Inverted<'_>, weighing: &Weighing, near: &[f64]) {
        let number = places[0].group as usize;
        let group = log.groups[number];
        let items = log.log.items(group);
        for place in places {
            let at = place.at as usize;
            let from = at.saturating_sub(weighing.window);
            let to = (at + weighing.window + 1).min(items.len());
            for (other, item) in items[from..to].iter().enumerate() {
                let (other, b) = (other + from, item.0 as usize);
                if item.0 == a {
                    continue;
                }
                let weight = if other > at { near[other - at] } else { near[at - other] * weighing.before };
                if self.near[b] == 0.0 {
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
            self.sum[at] += self.near[at] * log.fresh[number];
            self.near[at] = 0.0;
        }
    }
}

/// All rows of a table.
pub(super) fn rows(log: &Log, items: u32, weighing: &Weighing, settings: &Settings) -> Vec<Vec<Neighbour>> {
    let inverted = Inverted::new(log, items, weighing.half_life, settings.as_of.unwrap_or_else(|| log.end()));
    let near: Vec<f64> = (0..=weighing.window).map(|n| if n == 0 { 0.0 } else { weighing.near(n) }).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.max(1) as usize);
    let share = (items as usize).div_ceil(threads).max(1);
    let mut rows: Vec<Vec<Neighbour>> = vec![Vec::new(); items as usize];
    std::thread::scope(|scope| {
        for (part, out) in rows.chunks_mut(share).enumerate() {
            let (inverted, near) = (&inverted, &near);
            scope.spawn(move || {
                let mut counters = Counters::new(items);
                for (at, row) in out.iter_mut().enumerate() {
                    *row = counters.row((part * share + at) as u32, inverted, weighing, near, settings);
                }
            });
        }
    });
    rows
}
