//! From counts to what a merchandiser reads.

use super::replay::{Counts, Replay, name_of};
use crate::evaluate::picture::Bar;
use crate::shop::model::ShopFile;
use serde::Serialize;
use wellmet_engine::slot::NOBODY;
use wellmet_engine::table::Table;
use wellmet_engine::time::Instant;

/// A replay, told.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Customers with a visit in the time.
    pub customers: usize,
    /// Their visits.
    pub visits: u64,
    /// Their orders.
    pub orders: u64,
    /// What they came to, in units of the currency.
    pub revenue: f64,
    /// Currency of all amounts.
    pub currency: String,
    /// By measure, the farthest reach first.
    pub measures: Vec<Measure>,
    /// By slot.
    pub slots: Vec<SlotReport>,
    /// What fits into a total budget, if one was given.
    pub plan: Option<Plan>,
}

/// One measure: an offer, a variant of a slot, a trigger.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    /// Its name in the shop file.
    pub name: String,
    /// Customers who saw it.
    pub reached: usize,
    /// Share of the customers.
    pub reach: f64,
    /// How often it was shown or sent.
    pub shown: u64,
    /// Customers who could have had it at some moment.
    pub eligible: usize,
    /// How often a cap kept it back.
    pub capped: u64,
    /// Of those, how often it was the cap over everything.
    pub capped_over_all: u64,
    /// How often quiet hours did.
    pub quiet: u64,
    /// How often another measure was in its place, by that measure.
    pub conflicts: Vec<(String, u64)>,
    /// Orders within the window after a showing.
    pub orders_after: usize,
    /// What they came to.
    pub revenue_after: f64,
    /// What it costs if each of those orders takes it (or the share that `--take-up` says).
    pub cost: Option<f64>,
    /// Its budget.
    pub budget: Option<f64>,
    /// When the budget is used up, as a moment in UTC.
    pub used_up: Option<String>,
    /// What to think about.
    pub advice: Option<String>,
}

/// One slot.
#[derive(Clone, Debug, Serialize)]
pub struct SlotReport {
    /// Its name.
    pub name: String,
    /// Decisions.
    pub decisions: u64,
    /// Share of them that kept the shop's own content.
    pub kept: f64,
    /// Share that kept it because nothing was relevant enough.
    pub irrelevant: f64,
    /// Customers held out of it.
    pub held_out: usize,
    /// The smallest difference in the share of customers who order that these groups can tell, in
    /// percentage points (two-sided 5 %, power 80 %).
    pub detects: Option<f64>,
}

/// Measures that fit into a total budget, best first: by what the orders after them came to for each
/// unit of cost.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The total.
    pub budget: f64,
    /// Names of those that fit, best first.
    pub within: Vec<String>,
    /// Names of those that do not.
    pub refused: Vec<String>,
    /// What those that fit cost.
    pub cost: f64,
}

/// Tells a replay. `take_up` is the share of the orders after a showing that use the offer.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "counts and money are below 2^53")]
pub fn report(shop: &ShopFile, table: &Table, replay: &Replay, take_up: f64, total: Option<f64>) -> Report {
    let minor = f64::from(10u32.pow(table.currency.exponent()));
    let none = Counts::default();
    let mut names: Vec<String> = Vec::new();
    for slot in table.slots.iter().filter(|slot| slot.holdout != NOBODY) {
        let trigger = slot.name.starts_with("trigger:");
        names.extend(slot.variants.iter().filter(|variant| !variant.choice.is_empty()).map(|variant| match trigger {
            true => slot.name.clone(),
            false => name_of(table, slot, variant),
        }));
    }
    names.sort();
    names.dedup();
    let mut measures: Vec<Measure> = names
        .into_iter()
        .map(|name| {
            let counts = replay.measures.get(&name).unwrap_or(&none);
            let budget = shop.offers.get(&name).and_then(|offer| offer.budget.as_ref());
            let each = budget.and_then(|budget| budget.cost).map(|cost| cost * take_up);
            let reached = counts.reached.len();
            let revenue_after = counts.orders.iter().map(|(_, minor)| *minor).sum::<i64>() as f64 / minor;
            let cost = each.map(|each| each * counts.orders.len() as f64);
            let mut measure = Measure {
                reached,
                reach: share(reached as u64, replay.customers as u64),
                shown: counts.shown,
                eligible: counts.eligible.len(),
                capped: counts.capped,
                capped_over_all: counts.capped_over_all,
                quiet: counts.quiet,
                conflicts: counts.conflicts.iter().map(|(by, times)| (by.clone(), *times)).collect(),
                orders_after: counts.orders.len(),
                revenue_after,
                cost,
                budget: budget.map(|budget| budget.amount),
                used_up: used_up(counts, each, budget.map(|budget| budget.amount)),
                advice: None,
                name,
            };
            measure.advice = advice(&measure);
            measure
        })
        .collect();
    measures.sort_by(|a, b| b.reached.cmp(&a.reached).then_with(|| a.name.cmp(&b.name)));
    let rate = share(replay.ordering.len() as u64, replay.customers as u64);
    let slots = replay.slots.iter().map(|(name, counts)| SlotReport {
        name: name.clone(),
        decisions: counts.decisions,
        kept: share(counts.kept, counts.decisions),
        irrelevant: share(counts.irrelevant, counts.decisions),
        held_out: counts.held_out.len(),
        detects: detects(counts.held_out.len(), replay.customers, rate),
    });
    Report {
        customers: replay.customers,
        visits: replay.visits,
        orders: replay.orders,
        revenue: replay.revenue_minor as f64 / minor,
        currency: table.currency.code().to_owned(),
        slots: slots.collect(),
        plan: total.map(|total| plan(&measures, total)),
        measures,
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// When the running cost passes the budget.
fn used_up(counts: &Counts, each: Option<f64>, budget: Option<f64>) -> Option<String> {
    let (each, budget) = (each.filter(|each| *each > 0.0)?, budget?);
    let mut orders: Vec<Instant> = counts.orders.iter().map(|(at, _)| *at).collect();
    orders.sort_unstable();
    // The first order that cannot be paid for any more.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of orders; saturates")]
    let paid = (budget / each + 1e-9).floor() as usize;
    orders.get(paid).map(|at| text(*at))
}

fn text(at: Instant) -> String {
    let day = wellmet_engine::time::Day(at.0.div_euclid(86_400_000));
    let (year, month, date) = day.civil();
    let minutes = at.0.rem_euclid(86_400_000) / 60_000;
    format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Lehr's rule for two groups of unlike size.
#[allow(clippy::cast_precision_loss, reason = "counts")]
fn detects(held: usize, customers: usize, rate: f64) -> Option<f64> {
    let seen = customers.checked_sub(held).filter(|seen| *seen > 0)?;
    if held == 0 {
        return None;
    }
    let spread = (rate * (1.0 - rate) * (1.0 / held as f64 + 1.0 / seen as f64)).sqrt();
    Some((1.96 + 0.84) * spread * 100.0)
}

fn advice(measure: &Measure) -> Option<String> {
    let refusals = measure.capped + measure.quiet + measure.conflicts.iter().map(|(_, times)| times).sum::<u64>();
    if measure.reached == 0 && refusals == 0 {
        return Some("nobody could have had it: turn it off, or loosen its condition".into());
    }
    if measure.reached == 0 {
        let by = measure.conflicts.iter().max_by_key(|(_, times)| *times);
        return Some(match by {
            Some((by, _)) => format!("{by} was always in its place: raise its priority, or turn it off"),
            None => "it was always kept back: loosen the cap or the quiet hours, or turn it off".into(),
        });
    }
    if let (Some(cost), Some(budget)) = (measure.cost, measure.budget)
        && cost > budget
    {
        return Some("it costs more than its budget".into());
    }
    (measure.orders_after == 0).then(|| "no order followed it: is it worth its place?".into())
}

fn plan(measures: &[Measure], total: f64) -> Plan {
    let mut costly: Vec<&Measure> =
        measures.iter().filter(|measure| measure.cost.is_some_and(|cost| cost > 0.0)).collect();
    let worth = |measure: &Measure| measure.revenue_after / measure.cost.unwrap_or(f64::INFINITY);
    costly.sort_by(|a, b| worth(b).total_cmp(&worth(a)).then_with(|| a.name.cmp(&b.name)));
    let mut plan = Plan { budget: total, within: Vec::new(), refused: Vec::new(), cost: 0.0 };
    for measure in costly {
        let cost = measure.cost.unwrap_or(0.0).min(measure.budget.unwrap_or(f64::INFINITY));
        if plan.cost + cost <= total {
            plan.cost += cost;
            plan.within.push(measure.name.clone());
        } else {
            plan.refused.push(measure.name.clone());
        }
    }
    plan
}

impl Report {
    /// As bars: whom each measure reaches, and what it costs of its budget.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts")]
    pub fn picture(&self) -> String {
        let bar = |measure: &Measure, value: f64| Bar { label: measure.name.clone(), value, ours: true };
        let reach = self.measures.iter().map(|measure| bar(measure, measure.reached as f64)).collect();
        let costs = self
            .measures
            .iter()
            .filter_map(|measure| Some(bar(measure, measure.cost? / measure.budget.filter(|budget| *budget > 0.0)?)));
        let slots = self.slots.iter().map(|slot| Bar { label: slot.name.clone(), value: 1.0 - slot.kept, ours: true });
        let groups = [
            (format!("Customers reached, of {}", self.customers), reach),
            ("Cost, as a share of the budget".to_owned(), costs.collect::<Vec<_>>()),
            ("Share of decisions that show something".to_owned(), slots.collect()),
        ];
        crate::evaluate::picture::bars(&groups.into_iter().filter(|(_, bars)| !bars.is_empty()).collect::<Vec<_>>())
    }
}
