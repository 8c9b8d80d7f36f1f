//! Her own rhythm: the days between her orders.

use super::Profile;
use crate::attribute::ORDER;
use crate::sort::{sort, sort_distinct};
use crate::time::Day;
use alloc::vec::Vec;

/// Days between neighbouring days with an order; two orders on one day are one.
#[must_use]
pub fn intervals(mut days: Vec<Day>) -> Vec<i64> {
    sort_distinct(&mut days);
    days.windows(2).map(|pair| pair[1].0 - pair[0].0).collect()
}

/// The middle one, or the mean of the two in the middle.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "days are far below 2^53")]
pub fn median(mut intervals: Vec<i64>) -> Option<f64> {
    sort(&mut intervals);
    let half = intervals.len() / 2;
    let upper = *intervals.get(half)?;
    let lower = if intervals.len().is_multiple_of(2) { *intervals.get(half.checked_sub(1)?)? } else { upper };
    Some((lower + upper) as f64 / 2.0)
}

impl Profile<'_> {
    /// Her own intervals in days.
    pub(super) fn intervals(&self) -> Vec<i64> {
        let zone = self.facts.zone;
        let days = match self.record() {
            Some(record) => record.orders.iter().map(|order| zone.day(order.at)).collect(),
            None => self.facts.journey.newest(ORDER).map(|event| zone.day(event.at)).collect(),
        };
        intervals(days)
    }

    /// From the third order on the median of her own intervals, before that what the shop says of her
    /// class, or of everybody.
    pub(super) fn rhythm(&self) -> Option<f64> {
        let own = self.intervals();
        if own.len() >= 2 {
            return median(own);
        }
        let rhythm = &self.table.rhythm;
        let class = self.record().and_then(|record| record.traits.iter().find(|(name, _)| name == "class"));
        let of_class =
            class.and_then(|(_, class)| rhythm.classes.iter().find(|(known, _)| known == class)).map(|(_, days)| *days);
        Some(of_class.unwrap_or(rhythm.days)).filter(|days| *days > 0).map(f64::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "halves are exact")]
    fn c51_the_median_of_own_intervals() {
        let days = |days: &[i64]| intervals(days.iter().map(|day| Day(*day)).collect());
        assert_eq!(days(&[30, 10, 10, 0]), [10, 20]);
        assert_eq!(median(days(&[0, 10, 30])), Some(15.0));
        assert_eq!(median(days(&[0, 10, 30, 31])), Some(10.0));
        assert_eq!(median(days(&[5])), None);
        assert_eq!(median(Vec::new()), None);
    }
}
