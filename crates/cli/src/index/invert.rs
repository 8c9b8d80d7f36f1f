//! A log turned over: for each item where it stands.

use super::fixed;
use super::log::Log;
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::Instant;

/// Where an item stands: which order or visit (counted person by person) and at which place in it.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) group: u32,
    pub(super) at: u32,
}

/// One order or visit.
pub(super) struct Group<'a> {
    pub(super) person: u32,
    /// Its weight by age, 0 to [`fixed::FRESH`].
    pub(super) fresh: u32,
    pub(super) items: &'a [ItemIx],
}

/// For each item its places, those of one person side by side and older ones first.
pub(super) struct Inverted<'a> {
    groups: Vec<Group<'a>>,
    places: Vec<Place>,
    starts: Vec<usize>,
    mass: Vec<u64>,
}

impl<'a> Inverted<'a> {
    pub(super) fn new(log: &'a Log, items: u32, half_life: f64, as_of: Instant) -> Self {
        let fresh = |at: Instant| fixed::fresh(fixed::age(at, as_of), half_life);
        let groups: Vec<Group<'a>> =
            log.by_person().into_iter().map(|(person, at, items)| Group { person, fresh: fresh(at), items }).collect();
        let mut starts = vec![0usize; items as usize + 1];
        for item in groups.iter().flat_map(|group| group.items) {
            starts[item.0 as usize + 1] += 1;
        }
        for item in 0..items as usize {
            starts[item + 1] += starts[item];
        }
        let mut next = starts.clone();
        let mut places = vec![Place { group: 0, at: 0 }; log.lines()];
        let mut mass = vec![0u64; items as usize];
        for (number, group) in groups.iter().enumerate() {
            let number = number as u32;
            for (at, item) in group.items.iter().enumerate() {
                let item = item.0 as usize;
                // Twice in one visit is one visit.
                let again = next[item] > starts[item] && places[next[item] - 1].group == number;
                if !again {
                    mass[item] += u64::from(group.fresh);
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

    /// Freshness of the orders or visits with each item, added up.
    pub(super) fn mass(&self) -> &[u64] {
        &self.mass
    }
}
