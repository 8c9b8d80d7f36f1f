//! A log in memory: four bytes for each line and thirty-two for each order or visit.

use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::{Instant, Span};

/// Orders or visits, each a sequence of items that one person made at one time.
#[derive(Clone, Debug)]
pub struct Log {
    items: Vec<ItemIx>,
    groups: Vec<Group>,
    limit: usize,
    cut_groups: u64,
    cut_lines: u64,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    person: u32,
    at: Instant,
    start: usize,
    end: usize,
}

impl Log {
    /// Longest order that is read whole. Pairs grow with the square, and a wholesaler's list of the
    /// whole catalogue says nothing about what goes together.
    pub const ORDER_LINES: usize = 100;
    /// Longest visit that is read whole: beyond it a robot is at work.
    pub const VISIT_CLICKS: usize = 80;

    /// A log of orders.
    #[must_use]
    pub const fn orders() -> Self {
        Self::with_limit(Self::ORDER_LINES)
    }

    /// A log of visits.
    #[must_use]
    pub const fn visits() -> Self {
        Self::with_limit(Self::VISIT_CLICKS)
    }

    const fn with_limit(limit: usize) -> Self {
        Self { items: Vec::new(), groups: Vec::new(), limit, cut_groups: 0, cut_lines: 0 }
    }

    /// Adds one order (its distinct items) or visit (all its clicks); what is longer than the limit is
    /// cut and counted in [`Self::cut`].
    ///
    /// `person` tells people apart for the privacy threshold. A guest has to be given a number of her
    /// own; in a log without customers each visit is a person.
    pub fn push(&mut self, person: u32, at: Instant, items: impl IntoIterator<Item = ItemIx>) {
        let start = self.items.len();
        let mut items = items.into_iter();
        self.items.extend(items.by_ref().take(self.limit));
        let cut = items.count() as u64;
        if cut > 0 {
            self.cut_groups += 1;
            self.cut_lines += cut;
        }
        let end = self.items.len();
        if end > start {
            self.groups.push(Group { person, at, start, end });
        }
    }

    /// Orders or visits that were cut, and the lines lost by that.
    #[must_use]
    pub const fn cut(&self) -> (u64, u64) {
        (self.cut_groups, self.cut_lines)
    }

    /// Number of orders or visits.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Lines in all.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.items.len()
    }

    /// The same with other items; those without one are left out.
    pub(super) fn renamed(&self, name: impl Fn(ItemIx) -> Option<ItemIx>) -> Self {
        let mut log = Self::with_limit(self.limit);
        for group in &self.groups {
            log.push(group.person, group.at, self.items[group.start..group.end].iter().filter_map(|item| name(*item)));
        }
        log
    }

    /// Persons, times and items, those of one person side by side and older ones first.
    pub(super) fn by_person(&self) -> Vec<(u32, Instant, &[ItemIx])> {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by_key(|group| (group.person, group.at));
        groups.into_iter().map(|group| (group.person, group.at, &self.items[group.start..group.end])).collect()
    }

    /// End of the last day (UTC) with an order or visit.
    pub(super) fn end(&self) -> Instant {
        let last = self.groups.iter().map(|group| group.at).max().unwrap_or_default();
        Instant((last.0.div_euclid(Span::DAY.0) + 1) * Span::DAY.0)
    }
}
