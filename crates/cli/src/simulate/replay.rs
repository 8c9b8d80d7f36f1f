//! Customer by customer, visit by visit.

use super::events::Event;
use crate::shop::persona::{Shopper, Where};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use wellmet_engine::decide::{Decision, decide, explain};
use wellmet_engine::host::Native;
use wellmet_engine::reason::Reason;
use wellmet_engine::record::Record;
use wellmet_engine::shelf::Shelf;
use wellmet_engine::slot::Slot;
use wellmet_engine::table::Table;
use wellmet_engine::time::{Day, Instant, Span, Zone};

/// Silence after which the next event begins a new visit.
const VISIT: Span = Span(30 * Span::MINUTE.0);
/// How long before an order its visit begins, where the event log does not tell.
const BEFORE_ORDER: Span = Span(10 * Span::MINUTE.0);
/// Time of day at which the hub looks at its triggers.
const HUB: Span = Span(9 * Span::HOUR.0);

/// What is replayed.
#[derive(Clone, Debug)]
pub struct Settings {
    /// From when on it counts. What came before is known of the customers.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// An order within this time after a showing is counted as following it.
    pub window: Span,
    /// The customers' calendar.
    pub zone: Zone,
}

/// What happened to one measure.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Customers who saw it, or were sent it.
    pub reached: BTreeSet<u32>,
    /// How often.
    pub shown: u64,
    /// How often a cap kept it back from somebody who would have had it.
    pub capped: u64,
    /// Of those, how often it was the cap over everything.
    pub capped_over_all: u64,
    /// How often quiet hours did.
    pub quiet: u64,
    /// How often another measure of its group was there already, by that measure.
    pub conflicts: BTreeMap<String, u64>,
    /// Customers for whom its condition held at all.
    pub eligible: BTreeSet<u32>,
    /// Orders that follow a showing within the window: when, and what they came to in minor units.
    pub orders: Vec<(Instant, i64)>,
}

/// What happened in one slot.
#[derive(Clone, Debug, Default)]
pub struct SlotCounts {
    /// Decisions.
    pub decisions: u64,
    /// Decisions that kept the shop's own content.
    pub kept: u64,
    /// Decisions that kept it because nothing was relevant enough.
    pub irrelevant: u64,
    /// Customers held out of it.
    pub held_out: BTreeSet<u32>,
}

/// All that happened.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    /// By measure.
    pub measures: BTreeMap<String, Counts>,
    /// By slot.
    pub slots: BTreeMap<String, SlotCounts>,
    /// Customers with a visit in the time.
    pub customers: usize,
    /// Of those, customers with an order in it.
    pub ordering: BTreeSet<u32>,
    /// Visits in the time.
    pub visits: u64,
    /// Days on which the hub looked at a customer.
    pub days: u64,
    /// Orders in the time.
    pub orders: u64,
    /// What they came to, minor units.
    pub revenue_minor: i64,
}

/// One customer on her way through the time.
struct Walk<'a> {
    table: &'a Table,
    shelf: &'a dyn Shelf,
    host: &'a Native,
    settings: &'a Settings,
    slots: Vec<&'a str>,
    triggers: Vec<&'a str>,
    out: &'a mut Replay,
    number: u32,
    /// Last showing of each measure.
    shown: HashMap<String, Instant>,
}

/// Replays. `events` by customer; `step` is called after each customer.
#[must_use]
pub fn replay(
    table: &Table,
    shelf: &dyn Shelf,
    records: &[Record],
    events: &HashMap<String, Vec<Event>>,
    settings: &Settings,
    mut step: impl FnMut(),
) -> Replay {
    // Without the index a refusal's position is its variant's.
    let mut table = table.clone();
    table.slots.iter_mut().for_each(|slot| slot.index = None);
    let table = &table;
    let host = Native::new();
    let mut out = Replay::default();
    let names = |hub: bool| -> Vec<&str> {
        let names = table.slots.iter().map(|slot| slot.name.as_str());
        // The hub's own questions are no places in a page.
        let of_hub = |name: &str| name.starts_with("layout:") || name.starts_with("offer:");
        names.filter(|name| name.starts_with("trigger:") == hub && !of_hub(name)).collect()
    };
    let (slots, triggers) = (names(false), names(true));
    for (number, record) in records.iter().enumerate() {
        #[allow(clippy::cast_possible_truncation, reason = "customers are fewer than 2^32")]
        let mut walk = Walk {
            table,
            shelf,
            host: &host,
            settings,
            slots: slots.clone(),
            triggers: triggers.clone(),
            out: &mut out,
            number: number as u32,
            shown: HashMap::new(),
        };
        walk.customer(record, events.get(record.customer.as_str()).map_or(&[], Vec::as_slice));
        step();
    }
    out
}

impl Walk<'_> {
    fn customer(&mut self, record: &Record, events: &[Event]) {
        let mut orders: Vec<_> = record.orders.iter().rev().cloned().collect();
        let bare = Record { orders: Vec::new(), order_count: 0, spent_minor: 0, first_order: None, ..record.clone() };
        // Orders older than the record carries are in its totals.
        let carried: i64 = orders.iter().map(total).sum();
        let mut known = Record {
            order_count: record.order_count.saturating_sub(u32::try_from(orders.len()).unwrap_or(u32::MAX)),
            spent_minor: record.spent_minor - carried,
            ..bare
        };
        if known.order_count > 0 {
            known.first_order = record.first_order;
        }
        let mut shopper = Shopper::of_record(known, Instant(0), Where { kind: "home".into(), ..Where::default() });
        shopper.journey = wellmet_engine::journey::Journey::default();
        shopper.zone = self.settings.zone.clone();

        let mut moments: Vec<(Instant, What)> = Vec::new();
        moments.extend(orders.iter().enumerate().map(|(at, order)| (order.at, What::Order(at))));
        moments.extend(events.iter().enumerate().map(|(at, event)| (event.at, What::Event(at))));
        let near = |at: Instant| events.iter().any(|event| event.at <= at && at - event.at <= VISIT);
        moments
            .extend(orders.iter().filter(|order| !near(order.at)).map(|order| (order.at - BEFORE_ORDER, What::Visit)));
        if !self.triggers.is_empty()
            && let Some(first) = moments.iter().map(|(at, _)| *at).min()
        {
            let day = |at: Instant| at.0.div_euclid(Span::DAY.0);
            let from = day(first.max(self.settings.from));
            moments.extend((from..=day(self.settings.until)).map(|day| (Day(day).midnight_utc() + HUB, What::Day)));
        }
        moments.sort_by_key(|(at, what)| (*at, what.rank()));
        let mut last = None;
        let mut visited = false;
        for (at, what) in moments {
            if at > self.settings.until {
                break;
            }
            shopper.now = at;
            match what {
                What::Order(nth) => {
                    let order = std::mem::replace(
                        &mut orders[nth],
                        wellmet_engine::record::Order { id: String::new(), at, lines: Vec::new() },
                    );
                    self.ordered(&mut shopper, order);
                }
                What::Event(nth) => {
                    let event = &events[nth];
                    let new = last.is_none_or(|last| at - last > VISIT);
                    last = Some(at);
                    shopper.page.item = event.item.clone().unwrap_or_default();
                    shopper.page.category = event.category.clone().unwrap_or_default();
                    shopper.page.kind = if shopper.page.item.is_empty() { "home".into() } else { "product".into() };
                    shopper.journey.record(at, &event.kind, event.item.as_deref(), event.category.as_deref());
                    if new {
                        visited |= self.visit(&mut shopper);
                    }
                }
                What::Visit => {
                    last = Some(at);
                    shopper.page = Where { kind: "home".into(), ..Where::default() };
                    shopper.journey.visit(at);
                    visited |= self.visit(&mut shopper);
                }
                What::Day => self.day(&mut shopper),
            }
        }
        self.out.customers += usize::from(visited);
    }

    fn counts(&self, at: Instant) -> bool {
        at >= self.settings.from && at <= self.settings.until
    }

    fn ordered(&mut self, shopper: &mut Shopper, order: wellmet_engine::record::Order) {
        let (at, minor) = (order.at, total(&order));
        if let Some(record) = &mut shopper.record {
            record.first_order.get_or_insert(at);
            record.order_count += 1;
            record.spent_minor += minor;
            record.orders.insert(0, order);
        }
        if !self.counts(at) {
            return;
        }
        self.out.orders += 1;
        self.out.ordering.insert(self.number);
        self.out.revenue_minor += minor;
        for (measure, shown) in &self.shown {
            if at - *shown <= self.settings.window
                && let Some(counts) = self.out.measures.get_mut(measure)
            {
                counts.orders.push((at, minor));
            }
        }
    }

    /// Everything on a page is decided, and counts as shown.
    fn visit(&mut self, shopper: &mut Shopper) -> bool {
        let (table, shelf, host) = (self.table, self.shelf, self.host);
        let mut seen = Vec::new();
        let counted = self.counts(shopper.now);
        shopper.facts(|facts| {
            let outcome = explain(table, facts, shelf, host, &self.slots);
            for decision in &outcome.decisions {
                let Some(slot) = table.slot(decision.slot).and_then(|at| table.slots.get(at)) else { continue };
                if counted {
                    self.count(slot, decision);
                }
                if !decision.choice.is_empty() {
                    seen.push((measure_of(table, slot, decision), decision.exposure.clone()));
                }
            }
        });
        self.remember(shopper, seen);
        self.out.visits += u64::from(counted);
        counted
    }

    /// The hub looks whether something is due.
    fn day(&mut self, shopper: &mut Shopper) {
        let (table, shelf, host) = (self.table, self.shelf, self.host);
        let mut seen = Vec::new();
        shopper.facts(|facts| {
            let outcome = decide(table, facts, shelf, host, &self.triggers);
            for decision in &outcome.decisions {
                let counts = self.out.measures.entry(decision.slot.to_owned()).or_default();
                if decision.choice.is_empty() {
                    refused(counts, &decision.reason, self.number);
                } else {
                    counts.eligible.insert(self.number);
                    counts.reached.insert(self.number);
                    counts.shown += 1;
                    seen.push((decision.slot.to_owned(), decision.exposure.clone()));
                }
            }
        });
        self.out.days += 1;
        self.remember(shopper, seen);
    }

    fn remember(&mut self, shopper: &mut Shopper, seen: Vec<(String, String)>) {
        for (measure, exposure) in seen {
            if !exposure.is_empty() {
                shopper.journey.show(shopper.now, &exposure);
            }
            self.shown.insert(measure, shopper.now);
        }
    }

    fn count(&mut self, slot: &Slot, decision: &Decision<'_>) {
        let here = self.out.slots.entry(slot.name.clone()).or_default();
        here.decisions += 1;
        here.kept += u64::from(decision.choice.is_empty());
        let weak = |reason: &Reason| matches!(reason, Reason::BelowThreshold { .. });
        let irrelevant = decision.choice.is_empty()
            && (weak(&decision.reason) || decision.refused.iter().any(|(_, reason)| weak(reason)));
        here.irrelevant += u64::from(irrelevant);
        if matches!(decision.reason, Reason::Holdout { .. }) {
            here.held_out.insert(self.number);
            return;
        }
        for (variant, (_, reason)) in slot.variants.iter().zip(&decision.refused) {
            let name = name_of(self.table, slot, variant);
            refused(self.out.measures.entry(name).or_default(), reason, self.number);
        }
        if !decision.choice.is_empty() {
            let counts = self.out.measures.entry(measure_of(self.table, slot, decision)).or_default();
            counts.eligible.insert(self.number);
            counts.reached.insert(self.number);
            counts.shown += 1;
        }
    }
}

/// What comes next in a customer's time; of one moment in this order.
#[derive(Clone, Copy)]
enum What {
    Day,
    Visit,
    Event(usize),
    Order(usize),
}

impl What {
    const fn rank(self) -> u8 {
        match self {
            Self::Day => 0,
            Self::Visit => 1,
            Self::Event(_) => 2,
            Self::Order(_) => 3,
        }
    }
}

fn total(order: &wellmet_engine::record::Order) -> i64 {
    order.lines.iter().map(|line| line.unit_minor.saturating_mul(i64::from(line.quantity))).sum()
}

fn refused(counts: &mut Counts, reason: &Reason, who: u32) {
    match reason {
        Reason::CapReached { global, .. } => {
            counts.capped += 1;
            counts.capped_over_all += u64::from(*global);
        }
        Reason::Quiet { .. } => counts.quiet += 1,
        Reason::GroupTaken { by } => *counts.conflicts.entry(by.clone()).or_default() += 1,
        _ => return,
    }
    counts.eligible.insert(who);
}

/// The measure that a variant is.
pub(super) fn name_of(table: &Table, slot: &Slot, variant: &wellmet_engine::slot::Variant) -> String {
    let offer = variant.offer.and_then(|offer| table.offers.get(usize::from(offer)));
    offer.map_or_else(|| format!("{}/{}", slot.name, variant.choice), |offer| offer.id.clone())
}

fn measure_of(table: &Table, slot: &Slot, decision: &Decision<'_>) -> String {
    // Refused variants come first, and the next is the one.
    let chosen = slot.variants.get(decision.refused.len());
    chosen.map_or_else(|| format!("{}/{}", slot.name, decision.choice), |variant| name_of(table, slot, variant))
}
