//! A log turned over: for each item where it stands.

use super::log::Log;
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::{Instant, Span};

/// Where an item stands: which order or visit (counted person by person) and at which place in it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) group: u32,
    pub(super) at: u32,
}

/// One order or visit.
pub(super) struct Group<'a> {
    pub(super) person: u32,
    /// Its weight by age, 0 to 1.
    pub(super) fresh: f64,
    pub(super) items: &'a [ItemIx],
}

/// For each item its places, those of one person side by side and older ones first.
pub(super) struct Inverted<'a> {
    groups: Vec<Group<'a>>,
    places: Vec<Place>,
    starts: Vec<usize>,
    mass: Vec<f64>,
}

impl<'a> Inverted<'a> {
    pub(super) fn new(log: &'a Log, items: u32, half_life: f64, as_of: Instant) -> Self {
        let days = |at: Instant| (as_of - at).0.max(0) as f64 / Span::DAY.0 as f64;
        let groups: Vec<Group<'a>> = log
            .by_person()
            .into_iter()
            .map(|(person, at, items)| Group { person, fresh: 0.5f64.powf(days(at) / half_life), items })
            .collect();
        let mut starts = vec![0usize; items as usize + 1];
        for item in groups.iter().flat_map(|group| group.items) {
            starts[item.0 as usize + 1] += 1;
        }
        for item in 0..items as usize {
            starts[item + 1] += starts[item];
        }
        let mut next = starts.clone();
        let mut places = vec![Place { group: 0, at: 0 }; log.lines()];
        let mut mass = vec![0.0; items as usize];
        for (number, group) in groups.iter().enumerate() {
            let number = number as u32;
            for (at, item) in group.items.iter().enumerate() {
                let item = item.0 as usize;
                // Twice in one visit is one visit.
                let again = next[item] > starts[item] && places[next[item] - 1].group == number;
                if !again {
                    mass[item] += group.fresh;
                }
                places[next[item]] = Place { group: number, at: at as u32 };
                next[item] += 1;
            }
        }
        Self { groups, places, starts, mass }
    }

    pub(super) fn group(&self, number: u32) -> &Group<'a> {
        &self.groups[number as usize]
    }

    pub(super) fn places(&self, item: u32) -> &[Place] {
        &self.places[self.starts[item as usize]..self.starts[item as usize + 1]]
    }

    /// Orders or visits with the item, newer ones counting more.
    pub(super) fn mass(&self, item: u32) -> f64 {
        self.mass[item as usize]
    }
}
