//! What many bought or looked at of late.

use super::{Log, Settings};
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::Span;

/// Items by the number of orders or visits in the last days, most first, then smaller position. Items
/// of too few people are left out.
pub(super) fn popular(log: &Log, items: u32, settings: &Settings) -> Vec<ItemIx> {
    let until = settings.as_of.unwrap_or_else(|| log.end());
    let from = until - Span((settings.popular_days * Span::DAY.0 as f64) as i64);
    let mut recent: Vec<_> = log.groups().iter().filter(|group| group.at >= from && group.at < until).collect();
    recent.sort_by_key(|group| group.person);
    let mut counts = vec![Count::default(); items as usize];
    for (number, group) in recent.iter().enumerate() {
        for item in log.items(group) {
            let count = &mut counts[item.0 as usize];
            // Twice in one visit is one visit.
            if count.last_group != Some(number) {
                count.last_group = Some(number);
                count.groups += 1;
            }
            if count.last_person != Some(group.person) {
                count.last_person = Some(group.person);
                count.people += 1;
            }
        }
    }
    let mut list: Vec<u32> = (0..items)
        .filter(|item| {
            let count = &counts[*item as usize];
            count.people > 0 && count.people >= settings.least_people
        })
        .collect();
    list.sort_by_key(|item| (core::cmp::Reverse(counts[*item as usize].groups), *item));
    list.truncate(settings.popular);
    list.into_iter().map(ItemIx).collect()
}

#[derive(Clone, Copy, Default)]
struct Count {
    groups: u32,
    people: u32,
    last_group: Option<usize>,
    last_person: Option<u32>,
}
