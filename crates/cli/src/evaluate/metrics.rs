//! Means and ranks.

use wellmet_engine::shelf::ItemIx;

/// A mean that knows how many values went in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    pub(super) fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    pub(super) const fn count(self) -> u64 {
        self.count
    }

    /// 0 when nothing went in.
    pub(super) fn value(self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }
}

/// 1 for yes.
pub(super) fn one_if(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

/// Place of the item in the list, from 1.
pub(super) fn rank(list: &[ItemIx], item: ItemIx) -> Option<usize> {
    list.iter().position(|listed| *listed == item).map(|at| at + 1)
}
