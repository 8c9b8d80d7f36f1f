//! What many bought or looked at of late.

use super::{Log, Settings};
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::Span;

/// Orders or visits with each item in the last days, by position; 0 for items of too few people.
pub(super) fn counts(log: &Log, items: u32, settings: &Settings) -> Vec<u32> {
    let until = settings.as_of.unwrap_or_else(|| log.end());
    let from = until - Span((settings.popular_days * Span::DAY.0 as f64) as i64);
    let mut counts = vec![Count::default(); items as usize];
    for (number, (person, at, items)) in log.by_person().into_iter().enumerate() {
        if at < from || at > until {
            continue;
        }
        for item in items {
            let count = &mut counts[item.0 as usize];
            // Twice in one visit is one visit.
            if count.last_group != Some(number) {
                count.last_group = Some(number);
                count.groups += 1;
            }
            if count.last_person != Some(person) {
                count.last_person = Some(person);
                count.people += 1;
            }
        }
    }
    counts.iter().map(|count| if count.people >= settings.least_people { count.groups } else { 0 }).collect()
}

#[derive(Clone, Copy, Default)]
struct Count {
    groups: u32,
    people: u32,
    last_group: Option<usize>,
    last_person: Option<u32>,
}

/// Items by the number of orders or visits in the last days, most first, then smaller position.
pub(super) fn popular(counts: &[u32], settings: &Settings) -> Vec<ItemIx> {
    let mut list: Vec<u32> = (0..counts.len() as u32).filter(|item| counts[*item as usize] > 0).collect();
    list.sort_by_key(|item| (core::cmp::Reverse(counts[*item as usize]), *item));
    list.truncate(settings.popular);
    list.into_iter().map(ItemIx).collect()
}
