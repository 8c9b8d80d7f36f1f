//! Status groups: entered by orders, kept by orders, lost after a time of grace.
//!
//! Standing follows from the order history alone, so the page, the hub and the command line agree and
//! nothing has to be stored. A group is entered at an order at which all its `entry` thresholds hold.
//! It is kept while its `keep` thresholds hold over their rolling windows, and `grace` days longer.
//! Windows here are spans of 24 hours back from the moment.

use crate::record::Record;
use crate::sort::{sort, sort_by};
use crate::time::{Instant, Span};
use crate::wire::{Reader, Writer};
use alloc::{string::String, vec::Vec};

/// Most groups.
pub const MAX_GROUPS: usize = 32;
/// Most thresholds of one group.
pub const MAX_THRESHOLDS: usize = 8;
/// A change of status counts as one for this long.
pub const CHANGE: Span = Span::days(30);

/// What a threshold measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Measure {
    /// Number of orders.
    Orders,
    /// Money spent, minor units.
    Spent,
}

/// At least so much within so many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// What is measured.
    pub measure: Measure,
    /// Length of the window in days of 24 hours; 0 means ever.
    pub days: u16,
    /// The least value, in orders or minor units.
    pub least: i64,
}

/// One group of the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The shop's name for it.
    pub id: String,
    /// All must hold at an order to enter.
    pub entry: Vec<Threshold>,
    /// All must hold to stay.
    pub keep: Vec<Threshold>,
    /// Days after they cease to hold.
    pub grace: u16,
}

/// Where she stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Her group, as a position in the ladder (lowest first).
    pub group: Option<usize>,
    /// Since when.
    pub since: Option<Instant>,
    /// When she loses it without another order; `None` when it does not end.
    pub until: Option<Instant>,
    /// The group before the latest change, if there was a change.
    pub before: Option<usize>,
    /// The next higher group.
    pub next: Option<usize>,
    /// The thresholds of the next group that she does not reach, and how much is missing to each.
    pub missing: Vec<(Threshold, i64)>,
}

/// One order as thresholds see it, oldest first, with what came before it in all.
#[derive(Clone, Copy)]
struct Mark {
    at: Instant,
    minor: i64,
    /// Orders up to and with this one, those not carried included.
    orders: i64,
    /// Money up to and with this one.
    spent: i64,
}

/// A time during which a group was held. No end: it does not end by itself.
#[derive(Clone, Copy)]
struct Held {
    from: Instant,
    until: Option<Instant>,
}

fn marks(record: &Record, now: Instant) -> Vec<Mark> {
    let mut orders = i64::from(record.order_count);
    let mut spent = record.spent_minor;
    let mut marks = Vec::with_capacity(record.orders.len());
    for order in &record.orders {
        let minor = order
            .lines
            .iter()
            .fold(0i64, |sum, line| sum.saturating_add(line.unit_minor.saturating_mul(i64::from(line.quantity))));
        if order.at <= now {
            marks.push(Mark { at: order.at, minor, orders, spent });
        }
        orders -= 1;
        spent = spent.saturating_sub(minor);
    }
    marks.reverse();
    sort_by(&mut marks, |a, b| a.at < b.at);
    marks
}

impl Threshold {
    /// The value at a moment, given the orders up to it.
    fn value(self, past: &[Mark], at: Instant) -> i64 {
        let Some(last) = past.last() else { return 0 };
        if self.days == 0 {
            return if self.measure == Measure::Orders { last.orders } else { last.spent };
        }
        let from = at - Span::days(i64::from(self.days));
        past.iter().rev().take_while(|mark| mark.at > from).fold(0, |sum, mark| sum + self.worth(*mark))
    }

    fn worth(self, mark: Mark) -> i64 {
        if self.measure == Measure::Orders { 1 } else { mark.minor }
    }

    /// Until when it holds without another order: `None` for ever, a moment in the past when it does
    /// not hold at all.
    fn lasts(self, past: &[Mark]) -> Option<Instant> {
        let never = Some(Instant(i64::MIN));
        let last = past.last()?;
        if self.days == 0 {
            return if self.value(past, last.at) >= self.least { None } else { never };
        }
        let mut sum = 0;
        for mark in past.iter().rev() {
            sum += self.worth(*mark);
            if sum >= self.least {
                return Some(mark.at + Span::days(i64::from(self.days)));
            }
        }
        never
    }
}

impl Group {
    /// When it was held, oldest first.
    fn held(&self, marks: &[Mark]) -> Vec<Held> {
        let mut times: Vec<Held> = Vec::new();
        for (at, mark) in marks.iter().enumerate() {
            let past = &marks[..=at];
            let holding = times.last().is_some_and(|held| held.until.is_none_or(|until| until > mark.at));
            let enters = self.entry.iter().all(|threshold| threshold.value(past, mark.at) >= threshold.least);
            if !(holding || enters) {
                continue;
            }
            // Entering is worth at least the grace; a threshold without an end does not limit.
            let kept = self.keep.iter().filter_map(|threshold| threshold.lasts(past)).min();
            let grace = Span::days(i64::from(self.grace));
            let until = kept.map(|kept| if enters { kept.max(mark.at) } else { kept } + grace);
            match times.last_mut() {
                Some(held) if holding => {
                    held.until = match (held.until, until) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        _ => None,
                    }
                }
                _ => times.push(Held { from: mark.at, until }),
            }
        }
        times
    }
}

impl Held {
    fn covers(&self, at: Instant) -> bool {
        self.from <= at && self.until.is_none_or(|until| until > at)
    }
}

/// Where a customer stands on a ladder (lowest group first) at a moment.
#[must_use]
pub fn standing(ladder: &[Group], record: &Record, now: Instant) -> Standing {
    let marks = marks(record, now);
    let held: Vec<Vec<Held>> = ladder.iter().map(|group| group.held(&marks)).collect();
    let rank = |at: Instant| held.iter().rposition(|times| times.iter().any(|held| held.covers(at)));
    let group = rank(now);
    // The latest moment at which the rank became what it is.
    let mut edges: Vec<Instant> = Vec::new();
    for held in held.iter().flatten() {
        edges.push(held.from);
        edges.extend(held.until);
    }
    edges.retain(|edge| *edge <= now);
    sort(&mut edges);
    let changed = edges.iter().rev().find(|edge| rank(**edge - Span(1)) != group && rank(**edge) == group);
    let next = group.map_or(0, |group| group + 1);
    let entry = ladder.get(next).map_or(&[][..], |group| &group.entry);
    let lacks = entry.iter().map(|threshold| (*threshold, threshold.least - threshold.value(&marks, now)));
    let missing = lacks.filter(|(_, lacks)| *lacks > 0).collect();
    Standing {
        group,
        since: changed.copied(),
        until: group.and_then(|group| held[group].iter().find(|held| held.covers(now))?.until),
        before: changed.and_then(|edge| rank(*edge - Span(1))),
        next: (next < ladder.len()).then_some(next),
        missing,
    }
}

impl Standing {
    /// `Some(true)` within [`CHANGE`] after a rise, `Some(false)` after a fall.
    #[must_use]
    pub fn change(&self, now: Instant) -> Option<bool> {
        let since = self.since.filter(|since| now - *since < CHANGE)?;
        (since <= now).then_some(self.group > self.before)
    }
}

fn encode_all(w: &mut Writer, thresholds: &[Threshold]) {
    w.varint(thresholds.len() as u64);
    for threshold in thresholds {
        w.u8(threshold.measure as u8);
        w.varint(u64::from(threshold.days));
        w.signed(threshold.least);
    }
}

fn decode_all(r: &mut Reader<'_>) -> Vec<Threshold> {
    r.list(MAX_THRESHOLDS, 3, |r| {
        let measure = r.one_of(&[Measure::Orders, Measure::Spent]);
        Threshold { measure, days: r.u16(), least: r.signed() }
    })
}

impl Group {
    /// Appends the bytes that [`Self::decode`] reads.
    pub fn encode(&self, w: &mut Writer) {
        w.text(&self.id);
        encode_all(w, &self.entry);
        encode_all(w, &self.keep);
        w.varint(u64::from(self.grace));
    }

    /// Reads a group; the reader remembers what was wrong.
    pub fn decode(r: &mut Reader<'_>) -> Self {
        Self { id: r.string(256), entry: decode_all(r), keep: decode_all(r), grace: r.u16() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{CustomerId, ItemId};
    use crate::money::Currency;
    use crate::record::{Order, OrderLine};

    const START: Instant = Instant(1_700_000_000_000);

    fn day(n: i64) -> Instant {
        START + Span::days(n)
    }

    /// A customer with orders at `(day, minor)`, oldest first.
    fn customer(orders: &[(i64, i64)]) -> Record {
        Record {
            customer: CustomerId::new("c").expect("valid"),
            name: None,
            traits: Vec::new(),
            order_count: orders.len() as u32,
            spent_minor: orders.iter().map(|(_, minor)| minor).sum(),
            currency: Currency::new("EUR").expect("valid"),
            first_order: orders.first().map(|(at, _)| day(*at)),
            orders: orders
                .iter()
                .rev()
                .map(|(at, minor)| Order {
                    id: String::new(),
                    at: day(*at),
                    lines: vec![OrderLine {
                        item: ItemId::new("x").expect("valid"),
                        title: String::new(),
                        quantity: 1,
                        unit_minor: *minor,
                    }],
                })
                .collect(),
        }
    }

    fn ladder() -> Vec<Group> {
        let spent = |least, days| Threshold { measure: Measure::Spent, days, least };
        let orders = |least, days| Threshold { measure: Measure::Orders, days, least };
        vec![
            Group { id: "bronze".into(), entry: vec![orders(1, 0)], keep: vec![orders(1, 0)], grace: 0 },
            Group { id: "silver".into(), entry: vec![spent(500, 365)], keep: vec![spent(300, 365)], grace: 30 },
            Group {
                id: "gold".into(),
                entry: vec![spent(1_000, 365), orders(3, 365)],
                keep: vec![spent(800, 365)],
                grace: 0,
            },
        ]
    }

    #[test]
    fn c49_entry_distance_and_end() {
        let ladder = ladder();
        let none = standing(&ladder, &customer(&[]), day(0));
        assert_eq!((none.group, none.next), (None, Some(0)));
        assert_eq!(none.missing.first().map(|(_, lacks)| *lacks), Some(1));

        let new = standing(&ladder, &customer(&[(0, 400)]), day(1));
        assert_eq!((new.group, new.since, new.until, new.next), (Some(0), Some(day(0)), None, Some(1)));
        assert_eq!(new.missing.first().map(|(_, lacks)| *lacks), Some(100));

        let silver = standing(&ladder, &customer(&[(0, 400), (10, 200)]), day(20));
        assert_eq!((silver.group, silver.since), (Some(1), Some(day(10))));
        // 300 are kept until the order of 400 leaves the window, and the grace after it.
        assert_eq!(silver.until, Some(day(365 + 30)));
        let missing: Vec<_> = silver.missing.iter().map(|(threshold, lacks)| (threshold.measure, *lacks)).collect();
        assert_eq!(missing, [(Measure::Spent, 400), (Measure::Orders, 1)]);

        // Enough money, one order too few.
        let two = standing(&ladder, &customer(&[(0, 900), (10, 200)]), day(20));
        assert_eq!(two.missing.len(), 1);
        assert_eq!(two.missing.first().map(|(t, lacks)| (t.measure, *lacks)), Some((Measure::Orders, 1)));

        let gold = standing(&ladder, &customer(&[(0, 900), (10, 200), (20, 50)]), day(20));
        assert_eq!((gold.group, gold.next, gold.missing), (Some(2), None, Vec::new()));
    }

    #[test]
    fn c49_an_order_in_the_grace_keeps_the_status() {
        let ladder = ladder();
        let orders = [(0, 600), (380, 310)];
        // The first order left the window at day 365, the grace runs to day 395.
        assert_eq!(standing(&ladder, &customer(&orders[..1]), day(394)).group, Some(1));
        assert_eq!(standing(&ladder, &customer(&orders[..1]), day(395)).group, Some(0));
        let kept = standing(&ladder, &customer(&orders), day(400));
        assert_eq!((kept.group, kept.since, kept.until), (Some(1), Some(day(0)), Some(day(380 + 365 + 30))));
        // After the loss the entry counts again, not the keep.
        let late = standing(&ladder, &customer(&[(0, 600), (400, 310)]), day(401));
        assert_eq!(late.group, Some(0));
    }

    #[test]
    fn c56_a_change_is_noticed_for_a_month_and_names_its_direction() {
        let ladder = ladder();
        let up = customer(&[(0, 100), (50, 600)]);
        assert_eq!(standing(&ladder, &up, day(51)).change(day(51)), Some(true));
        assert_eq!(standing(&ladder, &up, day(51)).before, Some(0));
        assert_eq!(standing(&ladder, &up, day(81)).change(day(81)), None);
        let fallen = standing(&ladder, &up, day(50 + 365 + 31));
        assert_eq!((fallen.group, fallen.before, fallen.change(day(50 + 365 + 31))), (Some(0), Some(1), Some(false)));
    }

    /// Whatever the history: only orders raise, the end is when it ends, and the distance is the truth.
    #[test]
    fn c49_over_generated_histories_the_end_and_the_distance_are_true() {
        let ladder = ladder();
        let mut seed = 7u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..2_000 {
            let mut at = 0;
            let orders: Vec<(i64, i64)> = (0..next(12))
                .map(|_| {
                    at += next(200) as i64;
                    (at, next(700) as i64)
                })
                .collect();
            let now = at + next(500) as i64;
            let record = customer(&orders);
            let here = standing(&ladder, &record, day(now));
            if let (Some(group), Some(until)) = (here.group, here.until) {
                assert!(until > day(now));
                assert!(standing(&ladder, &record, until - Span(1)).group >= Some(group), "{orders:?} at {now}");
                let after = standing(&ladder, &record, until).group;
                assert!(after < Some(group), "{orders:?}: still {after:?} at the end of {group}");
            }
            if let (Some(next), Some((threshold, lacks))) = (here.next, here.missing.first().copied())
                && ladder[next].entry.len() == 1
                && threshold.measure == Measure::Spent
            {
                let mut more = orders.clone();
                more.push((now, lacks));
                assert!(standing(&ladder, &customer(&more), day(now)).group >= Some(next), "{orders:?} at {now}");
                more.last_mut().expect("pushed").1 = lacks - 1;
                assert!(standing(&ladder, &customer(&more), day(now)).group < Some(next), "{orders:?} at {now}");
            }
        }
    }
}
