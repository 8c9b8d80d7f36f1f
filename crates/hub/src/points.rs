//! Points: a ledger that is only ever added to. What she has is computed from it, so that every device and
//! the till are told the same.
//!
//! An order's points wait until it can no longer come back, then count, then expire. What comes back takes
//! its points with it, whether or not they were spent: the balance may go below nothing, and what she earns
//! next fills it up.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use wellmet_engine::time::{Instant, Span};
use wellmet_state::Value;

use crate::app::Hub;
use crate::documents::{POINTS, shows};
use crate::drawer::{Drawer, Write};
use crate::orders::Order;
use crate::refusal::Refusal;
use crate::rules::PointsRule;
use crate::store::{Bucket, Key, Store};

/// Most entries of a ledger: a customer with two orders a day for five years.
const MOST: usize = 4_000;

/// What an entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Earned by an order.
    Earn,
    /// Taken back because something of an order came back.
    Reverse,
    /// Spent.
    Spend,
    /// An order was delivered, so its time to come back starts then.
    Move,
}

/// One entry. Never changed once written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The order, or the name of what they were spent on.
    pub(crate) of: String,
    pub(crate) kind: Kind,
    pub(crate) points: i64,
    /// When it was written, milliseconds since 1970.
    pub(crate) at: i64,
    /// From when they count (`earn`, `move`).
    #[serde(default)]
    pub(crate) from: i64,
    /// When they expire.
    #[serde(default)]
    pub(crate) until: i64,
}

/// All entries of a customer, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) entries: Vec<Entry>,
}

/// What she has at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Balance {
    /// Points that she can spend; below nothing when more came back than was left.
    pub(crate) available: i64,
    /// Points whose orders may still come back.
    pub(crate) pending: i64,
    /// What expires next.
    pub(crate) expiring: i64,
    /// When, milliseconds since 1970.
    #[serde(rename = "expiresAt")]
    pub(crate) expires_at: Option<i64>,
    /// When pending points begin to count.
    #[serde(rename = "countsAt")]
    pub(crate) counts_at: Option<i64>,
}

struct Lot<'a> {
    of: &'a str,
    left: i64,
    from: i64,
    until: i64,
}

impl Ledger {
    /// What she has at a moment, from the entries alone.
    pub(crate) fn balance(&self, now: Instant) -> Balance {
        let mut lots: Vec<Lot<'_>> = Vec::new();
        let mut debt = 0;
        for entry in &self.entries {
            match entry.kind {
                Kind::Earn => {
                    lots.push(Lot { of: &entry.of, left: entry.points, from: entry.from, until: entry.until });
                }
                Kind::Move => {
                    for lot in lots.iter_mut().filter(|lot| lot.of == entry.of) {
                        (lot.from, lot.until) = (entry.from, entry.until);
                    }
                }
                Kind::Reverse => debt += take(&mut lots, entry.points, |lot| lot.of == entry.of),
                Kind::Spend => {
                    debt += take(&mut lots, entry.points, |lot| lot.from <= entry.at && lot.until > entry.at);
                }
            }
        }
        let live = || lots.iter().filter(|lot| lot.left > 0 && lot.until > now.0);
        let counting = || live().filter(|lot| lot.from <= now.0);
        let expires_at = counting().map(|lot| lot.until).min();
        Balance {
            available: counting().map(|lot| lot.left).sum::<i64>() - debt,
            pending: live().filter(|lot| lot.from > now.0).map(|lot| lot.left).sum(),
            expiring: counting().filter(|lot| Some(lot.until) == expires_at).map(|lot| lot.left).sum(),
            expires_at: expires_at.filter(|at| *at < i64::MAX),
            counts_at: live().filter(|lot| lot.from > now.0).map(|lot| lot.from).min(),
        }
    }

    /// What an order has earned so far, reversals taken off.
    fn earned(&self, order: &str) -> i64 {
        let of = self.entries.iter().filter(|entry| entry.of == order);
        of.map(|entry| match entry.kind {
            Kind::Earn => entry.points,
            Kind::Reverse => -entry.points,
            Kind::Spend | Kind::Move => 0,
        })
        .sum()
    }

    /// Adds what makes the ledger say of an order what the order says; whether there was anything to add.
    fn follow(&mut self, order: &Order, rule: PointsRule, now: Instant) -> bool {
        let due = i128::from(order.worth().max(0)) * i128::from(rule.milli_per_unit)
            / (1_000 * i128::from(rule.unit_minor.max(1)));
        let due = i64::try_from(due).unwrap_or(i64::MAX);
        let earned = self.earned(&order.id);
        let from = Instant(order.delivered.unwrap_or(order.at)) + Span::days(rule.pending_days.into());
        let until = rule.expire_days.map_or(Instant(i64::MAX), |days| Instant(order.at) + Span::days(days.into()));
        let entry =
            |kind, points| Entry { of: order.id.clone(), kind, points, at: now.0, from: from.0, until: until.0 };
        let began = self.entries.iter().rev().find(|entry| entry.of == order.id && entry.from > 0);
        let moved = began.is_some_and(|began| began.from != from.0);
        if began.is_none() && due > 0 {
            self.entries.push(entry(Kind::Earn, due));
        } else if due < earned {
            self.entries.push(Entry { from: 0, until: 0, ..entry(Kind::Reverse, earned - due) });
        }
        if moved {
            self.entries.push(entry(Kind::Move, 0));
        }
        moved || due != earned
    }
}

/// Takes points off lots, those that expire first; what no lot has.
fn take(lots: &mut [Lot<'_>], points: i64, from: impl Fn(&Lot<'_>) -> bool) -> i64 {
    let mut order: Vec<usize> = (0..lots.len()).filter(|at| from(&lots[*at])).collect();
    order.sort_by_key(|at| lots[*at].until);
    let mut left = points;
    for at in order {
        let taken = left.min(lots[at].left);
        lots[at].left -= taken;
        left -= taken;
    }
    left
}

/// All ledgers.
pub(crate) struct Points {
    drawer: Drawer<Ledger>,
}

const SHORT: Refusal = Refusal::new(StatusCode::CONFLICT, "points-short", "She has fewer points than that.")
    .fix("Ask /v1/entitlements for what she has.");
const AMOUNT: Refusal = Refusal::senseless("points-amount", "Points are spent one at a time at least.");
const FULL: Refusal =
    Refusal::new(StatusCode::INSUFFICIENT_STORAGE, "points-full", "The ledger has no room for another entry.");

impl Points {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Points, "points") }
    }

    pub(crate) async fn get(&self, shopper: Key) -> Result<Ledger, Refusal> {
        Ok(self.drawer.get(shopper).await?.unwrap_or_default())
    }

    pub(crate) async fn remove(&self, shopper: Key) -> Result<(), Refusal> {
        self.drawer.remove(shopper).await
    }
}

impl Hub {
    /// Lets the ledger follow an order, and her devices see it.
    pub(crate) async fn earn(&self, shopper: Key, order: &Order, now: Instant) -> Result<(), Refusal> {
        let Some(rule) = self.config.rules.points else { return Ok(()) };
        let ledger = self
            .points
            .drawer
            .change(shopper, |ledger| {
                if ledger.entries.len() >= MOST {
                    return Err(FULL);
                }
                let write = if ledger.follow(order, rule, now) { Write::Yes } else { Write::No };
                Ok((write, ledger.clone()))
            })
            .await?;
        self.show_points(shopper, &ledger, now).await
    }

    /// Spends points, once for each name.
    pub(crate) async fn spend(&self, shopper: Key, id: &str, points: i64, now: Instant) -> Result<Balance, Refusal> {
        if points < 1 {
            return Err(AMOUNT.at("points"));
        }
        let ledger = self
            .points
            .drawer
            .change(shopper, |ledger| {
                if ledger.entries.iter().any(|entry| entry.kind == Kind::Spend && entry.of == id) {
                    return Ok((Write::No, ledger.clone()));
                }
                if ledger.balance(now).available < points {
                    return Err(SHORT.at("points"));
                }
                if ledger.entries.len() >= MOST {
                    return Err(FULL);
                }
                let entry = Entry { of: id.to_owned(), kind: Kind::Spend, points, at: now.0, from: 0, until: 0 };
                ledger.entries.push(entry);
                Ok((Write::Yes, ledger.clone()))
            })
            .await?;
        self.show_points(shopper, &ledger, now).await?;
        Ok(ledger.balance(now))
    }

    /// Writes the balance into her document, from where it reaches her devices.
    pub(crate) async fn show_points(&self, shopper: Key, ledger: &Ledger, now: Instant) -> Result<(), Refusal> {
        let balance = ledger.balance(now);
        let shown = |document: &mut wellmet_state::Document| {
            for (field, number) in [("available", balance.available), ("pending", balance.pending)] {
                if !shows(document, field, number) {
                    // A document without room for it keeps its cart; the balance is still told on request.
                    let _ = document.set_view(POINTS, field, Value::Number(number), now);
                }
            }
            Ok(())
        };
        self.documents.adjust(shopper, false, shown).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orders::OrderLine;

    const RULE: PointsRule =
        PointsRule { milli_per_unit: 1_000, unit_minor: 100, pending_days: 14, expire_days: Some(379) };

    fn order(id: &str, day: i64, euros: i64) -> Order {
        let line = OrderLine { item: "cup".into(), quantity: 1, unit_minor: euros * 100, ..OrderLine::default() };
        Order { id: id.into(), customer: "anna".into(), at: at(day).0, lines: vec![line], ..Order::default() }
    }

    fn at(day: i64) -> Instant {
        Instant(1_700_000_000_000) + Span::days(day)
    }

    fn spend(ledger: &mut Ledger, day: i64, points: i64) {
        let entry = Entry { of: day.to_string(), kind: Kind::Spend, points, at: at(day).0, from: 0, until: 0 };
        ledger.entries.push(entry);
    }

    fn have(ledger: &Ledger, day: i64) -> (i64, i64) {
        let balance = ledger.balance(at(day));
        (balance.available, balance.pending)
    }

    #[test]
    fn c61_points_wait_count_and_expire() {
        let mut ledger = Ledger::default();
        assert!(ledger.follow(&order("1", 0, 50), RULE, at(0)));
        assert!(!ledger.follow(&order("1", 0, 50), RULE, at(1)), "told again");
        assert_eq!(have(&ledger, 13), (0, 50));
        assert_eq!(have(&ledger, 14), (50, 0));
        assert_eq!(have(&ledger, 378), (50, 0));
        assert_eq!(have(&ledger, 379), (0, 0));
        let delivered = Order { delivered: Some(at(10).0), ..order("1", 0, 50) };
        assert!(ledger.follow(&delivered, RULE, at(10)));
        assert_eq!(have(&ledger, 23), (0, 50), "the time to come back starts with the delivery");
        assert_eq!(have(&ledger, 24), (50, 0));
        assert_eq!(have(&ledger, 379), (0, 0));
    }

    #[test]
    fn c61_what_comes_back_takes_its_points_even_when_they_are_spent() {
        let mut ledger = Ledger::default();
        ledger.follow(&order("1", 0, 50), RULE, at(0));
        ledger.follow(&order("2", 0, 30), RULE, at(0));
        spend(&mut ledger, 20, 60);
        assert_eq!(have(&ledger, 20), (20, 0));
        let cancelled = Order { cancelled: true, ..order("1", 0, 50) };
        assert!(ledger.follow(&cancelled, RULE, at(21)));
        assert!(!ledger.follow(&cancelled, RULE, at(22)), "once");
        assert_eq!(have(&ledger, 21), (-30, 0));
        ledger.follow(&order("3", 21, 100), RULE, at(21));
        assert_eq!(have(&ledger, 40), (70, 0));
        assert!(ledger.entries.windows(2).all(|pair| pair[0].at <= pair[1].at), "only ever added to");
    }

    #[test]
    fn c61_what_expires_first_is_spent_first() {
        let mut ledger = Ledger::default();
        ledger.follow(&order("old", 0, 10), RULE, at(0));
        ledger.follow(&order("new", 100, 10), RULE, at(100));
        spend(&mut ledger, 200, 10);
        assert_eq!(have(&ledger, 378), (10, 0));
        assert_eq!(have(&ledger, 400), (10, 0), "the old ones were spent, not lost");
    }
}
