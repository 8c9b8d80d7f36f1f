//! Decides all slots of a page in one call.
//!
//! [`decide`] takes the compiled [`Table`], the [`Facts`] of the moment and the catalogue's [`Shelf`],
//! and gives one [`Decision`] for each slot asked for: which variant, with what values, which items,
//! and why. A slot for which nothing better is known keeps the shop's own content: its choice is
//! empty and its reason says what was in the way. [`explain`] does the same and keeps every refusal.
//!
//! Nothing is written anywhere. What the journey should remember (a variant that an experiment gave
//! her) comes back in [`Outcome::assigned`]; what counts against a cap does so when the page says that
//! it was painted, under [`Decision::exposure`].

mod items;

use crate::bucket;
use crate::host::Host;
use crate::offer::Offer;
use crate::profile::{Facts, Profile};
use crate::reason::Reason;
use crate::recommend::{History, Scratch};
use crate::shelf::{ChunkIx, ItemIx, Shelf};
use crate::slot::{Field, NOBODY, Slot, Variant};
use crate::sort::{sort, sort_by, sort_distinct};
use crate::table::{Because, Table, Text};
use crate::time::Instant;
use crate::value::{Value, View};
use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use core::cell::OnceCell;

/// An item to show.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'a> {
    /// Its position; the shelf has its card loaded.
    pub item: ItemIx,
    /// What spoke for it.
    pub because: Because,
    /// The text that says so, in the page's language, with placeholders such as `{title}`. May be
    /// empty.
    pub text: &'a str,
    /// Values for the placeholders.
    pub args: Vec<(&'static str, Value)>,
}

/// What happens in one slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision<'a> {
    /// The slot.
    pub slot: &'a str,
    /// Name of the variant; empty to keep the shop's own content.
    pub choice: &'a str,
    /// Values for the page's markup. Money in minor units, moments in milliseconds.
    pub fields: Vec<(&'a str, Value)>,
    /// Items for the page's markup.
    pub items: Vec<Item<'a>>,
    /// Why.
    pub reason: Reason,
    /// The shop's text for "Why this?", with placeholders. May be empty.
    pub text: &'a str,
    /// Values for the placeholders.
    pub args: Vec<(&'a str, Value)>,
    /// What to note with [`Journey::show`](crate::journey::Journey::show) once it is painted; empty
    /// when nothing counts it.
    pub exposure: String,
    /// Variants that came first and why they did not apply. Only [`explain`] fills it.
    pub refused: Vec<(&'a str, Reason)>,
}

/// What happens on the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome<'a> {
    /// One for each slot asked for, in that order.
    pub decisions: Vec<Decision<'a>>,
    /// Chunks to load before deciding again, ascending.
    pub needs: Vec<ChunkIx>,
    /// When to decide again at the latest, because something begins, ends or turns midnight.
    pub until: Option<Instant>,
    /// Experiments and the variants they gave her, for
    /// [`Journey::assign`](crate::journey::Journey::assign).
    pub assigned: Vec<(&'a str, &'a str)>,
}

/// Decides slots.
#[must_use]
pub fn decide<'a>(
    table: &'a Table,
    facts: &'a Facts<'a>,
    shelf: &'a dyn Shelf,
    host: &'a dyn Host,
    slots: &[&'a str],
) -> Outcome<'a> {
    run(table, facts, shelf, host, slots, false)
}

/// As [`decide`], and says for each variant that came first why it did not apply.
#[must_use]
pub fn explain<'a>(
    table: &'a Table,
    facts: &'a Facts<'a>,
    shelf: &'a dyn Shelf,
    host: &'a dyn Host,
    slots: &[&'a str],
) -> Outcome<'a> {
    run(table, facts, shelf, host, slots, true)
}

fn run<'a>(
    table: &'a Table,
    facts: &'a Facts<'a>,
    shelf: &'a dyn Shelf,
    host: &'a dyn Host,
    slots: &[&'a str],
    trace: bool,
) -> Outcome<'a> {
    let profile = Profile::new(table, facts, shelf, host);
    let mut decider = Decider::new(table, facts, shelf, &profile, trace);
    let mut order: Vec<(usize, usize)> = Vec::with_capacity(slots.len());
    let mut decisions = Vec::with_capacity(slots.len());
    for (asked, name) in slots.iter().enumerate() {
        let slot = table.slot(name);
        decisions.push(Decision::keep(name, if slot.is_some() { Reason::NothingApplies } else { Reason::UnknownSlot }));
        order.extend(slot.map(|slot| (slot, asked)));
    }
    table.in_order(&mut order);
    for (slot, asked) in order {
        if let (Some(slot), Some(decision)) = (table.slots.get(slot), decisions.get_mut(asked)) {
            decider.slot(slot, decision);
        }
    }
    let assigned = decider.assigned;
    Outcome { decisions, needs: profile.needs(), until: profile.until(), assigned }
}

/// As [`decide`], for slots by their positions in the table, and says of each only which of its variants it
/// shows. For callers that ask for very many, very often.
#[must_use]
pub fn choose(
    table: &Table,
    facts: &Facts<'_>,
    shelf: &dyn Shelf,
    host: &dyn Host,
    slots: &[usize],
) -> Vec<Option<usize>> {
    let profile = Profile::new(table, facts, shelf, host);
    let mut decider = Decider::new(table, facts, shelf, &profile, false);
    let mut order: Vec<(usize, usize)> = slots.iter().enumerate().map(|(asked, slot)| (*slot, asked)).collect();
    table.in_order(&mut order);
    let mut chosen = vec![None; slots.len()];
    for (slot, asked) in order {
        if let Some(slot) = table.slots.get(slot) {
            chosen[asked] = decider.slot(slot, &mut Decision::keep(&slot.name, Reason::NothingApplies));
        }
    }
    chosen
}

impl Table {
    /// Sorts slots (and where each was asked for) into the shop's order, whatever the order in the page.
    fn in_order(&self, asked: &mut [(usize, usize)]) {
        let rank = |slot: usize| self.ranks.get(slot).copied().unwrap_or(u32::MAX);
        if !asked.is_sorted_by(|a, b| rank(a.0) <= rank(b.0)) {
            sort_by(asked, |a, b| rank(a.0) < rank(b.0));
        }
    }
}

impl<'a> Decision<'a> {
    /// The shop's own content stays.
    fn keep(slot: &'a str, reason: Reason) -> Self {
        Self {
            slot,
            choice: "",
            fields: Vec::new(),
            items: Vec::new(),
            reason,
            text: "",
            args: Vec::new(),
            exposure: String::new(),
            refused: Vec::new(),
        }
    }
}

struct Decider<'a, 'p> {
    table: &'a Table,
    facts: &'a Facts<'a>,
    shelf: &'a dyn Shelf,
    profile: &'p Profile<'a>,
    language: usize,
    trace: bool,
    /// Items in slots decided so far.
    taken: Vec<ItemIx>,
    /// Exclusive groups in use, and the offer that uses each.
    groups: Vec<(u16, &'a str)>,
    assigned: Vec<(&'a str, &'a str)>,
    history: OnceCell<History>,
    known_history: OnceCell<History>,
    scratch: Scratch,
}

impl<'a, 'p> Decider<'a, 'p> {
    fn new(
        table: &'a Table,
        facts: &'a Facts<'a>,
        shelf: &'a dyn Shelf,
        profile: &'p Profile<'a>,
        trace: bool,
    ) -> Self {
        Self {
            table,
            facts,
            shelf,
            profile,
            language: table.language(facts.locale),
            trace,
            taken: Vec::new(),
            groups: Vec::new(),
            assigned: Vec::new(),
            history: OnceCell::new(),
            known_history: OnceCell::new(),
            scratch: Scratch::default(),
        }
    }

    /// Decides a slot. Gives the position of the variant it shows.
    fn slot(&mut self, slot: &'a Slot, decision: &mut Decision<'a>) -> Option<usize> {
        if let Some(reason) = self.held_out(slot) {
            decision.reason = reason;
            return None;
        }
        let mut first = None;
        let mut applies = |this: &mut Self, at: usize, decision: &mut Decision<'a>| {
            let Some(variant) = slot.variants.get(at) else { return false };
            match this.fill(slot, variant, decision) {
                Ok(()) => true,
                Err(reason) => {
                    if this.trace {
                        decision.refused.push((&variant.choice, reason.clone()));
                    }
                    first.get_or_insert(reason);
                    false
                }
            }
        };
        // A trace speaks of every variant that came first, also of those that the index passes over.
        let chosen = match slot.index.as_ref().filter(|_| !self.trace) {
            None => (0..slot.variants.len()).find(|at| applies(self, *at, decision)),
            Some(index) => {
                let mut candidates = index.open.clone();
                for keyed in &index.keyed {
                    keyed.candidates(
                        crate::condition::Attributes::attribute(self.profile, keyed.attribute as usize),
                        &mut candidates,
                    );
                }
                sort(&mut candidates);
                candidates.into_iter().map(|at| at as usize).find(|at| applies(self, *at, decision))
            }
        };
        if let (None, Some(reason)) = (chosen, first) {
            decision.reason = reason;
        }
        chosen
    }

    /// Whether she belongs to a share that keeps the default.
    fn held_out(&self, slot: &Slot) -> Option<Reason> {
        if slot.holdout == NOBODY {
            return None;
        }
        let out = |seed: &str, share: u16| {
            let place = bucket::share(seed, self.facts.unit);
            (place < share).then_some(Reason::Holdout { place, share })
        };
        if self.table.holdout > 0
            && let Some(reason) = out("holdout", self.table.holdout)
        {
            return Some(reason);
        }
        if slot.holdout == 0 {
            return None;
        }
        let mut seed = String::from("holdout:");
        seed.push_str(&slot.name);
        out(&seed, slot.holdout)
    }

    /// Fills the slot with a variant, or says why not. On an error the decision is as before.
    fn fill(&mut self, slot: &'a Slot, variant: &'a Variant, decision: &mut Decision<'a>) -> Result<(), Reason> {
        self.targeted(variant.when)?;
        self.in_arm(slot, variant)?;
        let offer = match variant.offer {
            Some(offer) => Some(self.table.offers.get(usize::from(offer)).ok_or(Reason::NothingApplies)?),
            None => None,
        };
        if let Some(offer) = offer {
            self.eligible(offer)?;
        }
        let mut exposure = String::new();
        if (offer.is_some() || variant.cap.is_some()) && slot.holdout != NOBODY {
            exposure = exposure_of(slot, variant, offer);
            for (cap, what, global) in [(variant.cap, exposure.as_str(), false), (self.table.cap, "", true)] {
                if let Some(cap) = cap
                    && let Some(used) = self.used_up(cap, what)
                {
                    return Err(Reason::CapReached { used, cap: cap.times, global });
                }
            }
        }
        let mut fields = Vec::new();
        self.fields(&variant.fields, &mut fields)?;
        if let Some(offer) = offer {
            self.fields(&offer.fields, &mut fields)?;
            fields.push(("offer", Value::Text(offer.id.clone())));
            if let Some(until) = offer.until {
                let ends = until.instant(self.facts.zone);
                #[allow(clippy::cast_precision_loss, reason = "moments are below 2^53")]
                fields.push(("ends", Value::Number(ends.0 as f64)));
            }
        }
        let mut reason = offer.map_or(Reason::Targeted, |offer| Reason::Offered { offer: offer.id.clone() });
        if let Some(wanted) = &variant.items {
            decision.items = self.items(wanted)?;
            self.taken.extend(decision.items.iter().map(|item| item.item));
            if offer.is_none() {
                reason = Reason::Recommended { found: decision.items.len() };
            }
        }
        if let Some(offer) = offer
            && let Some(group) = offer.group
        {
            self.groups.push((group, &offer.id));
        }
        if let Some(arm) = variant.arm.as_ref().filter(|_| slot.holdout != NOBODY) {
            self.assigned.push((&arm.experiment, &variant.choice));
        }
        decision.choice = &variant.choice;
        decision.fields = fields;
        decision.reason = reason;
        decision.exposure = exposure;
        if let Some(text) = offer.and_then(|offer| offer.reason.as_ref()).or(variant.reason.as_ref()) {
            self.why(text, decision);
        }
        Ok(())
    }

    fn targeted(&self, when: Option<crate::condition::ConditionIx>) -> Result<(), Reason> {
        let Some(condition) = when.filter(|when| !self.profile.holds(Some(*when))) else { return Ok(()) };
        if !self.trace {
            return Err(Reason::NotTargeted { clause: None });
        }
        let clause = self.table.program.failing(condition, self.profile, View::Null, self.profile.host);
        // What consent hides must not look like a fact about her.
        if let Some(clause) = &clause
            && let Some(name) = self.table.program.names().iter().position(|name| *name == clause.attribute)
            && let Some(attribute) = self.table.attributes.get(name)
            && !self.profile.may(attribute.purpose)
        {
            return Err(Reason::NoConsent { attribute: clause.attribute.clone(), purpose: attribute.purpose });
        }
        Err(Reason::NotTargeted { clause })
    }

    /// Whether the variant's share of an experiment is hers. One that she was given before stays hers.
    fn in_arm(&self, slot: &Slot, variant: &Variant) -> Result<(), Reason> {
        let Some(arm) = &variant.arm else { return Ok(()) };
        let same = |other: &&Variant| other.arm.as_ref().is_some_and(|other| other.experiment == arm.experiment);
        let place = bucket::share(&arm.experiment, self.facts.unit);
        // What she is entitled to is no experiment: her place alone decides.
        let given = self.facts.journey.assigned(&arm.experiment).filter(|_| slot.holdout != NOBODY);
        // A variant that was taken out of the experiment binds nobody.
        let given = given.filter(|given| slot.variants.iter().filter(same).any(|other| other.choice == **given));
        let hers = given.map_or((arm.from..arm.to).contains(&place), |given| given == variant.choice);
        let experiment = || arm.experiment.clone();
        if hers { Ok(()) } else { Err(Reason::OtherVariant { experiment: experiment(), place }) }
    }

    /// Whether she may have the offer now.
    fn eligible(&self, offer: &'a Offer) -> Result<(), Reason> {
        let (now, zone) = (self.facts.now, self.facts.zone);
        if let Some(from) = offer.from.map(|from| from.instant(zone)).filter(|from| *from > now) {
            self.profile.changes_at(from);
            return Err(Reason::NotYet { from });
        }
        if let Some(until) = offer.until.map(|until| until.instant(zone)) {
            if until <= now {
                return Err(Reason::Ended { at: until });
            }
            self.profile.changes_at(until);
        }
        self.targeted(offer.when)?;
        if let Some(until) = offer.quiet.and_then(|quiet| quiet.ends(now, zone)) {
            self.profile.changes_at(until);
            return Err(Reason::Quiet { until });
        }
        let taken = offer.group.and_then(|group| self.groups.iter().find(|(known, _)| *known == group));
        if let Some((_, by)) = taken {
            return Err(Reason::GroupTaken { by: (*by).to_owned() });
        }
        if let Some(cap) = offer.cap
            && let Some(used) = self.used_up(cap, &offer.id)
        {
            return Err(Reason::CapReached { used, cap: cap.times, global: false });
        }
        Ok(())
    }

    fn used_up(&self, cap: crate::offer::Cap, what: &str) -> Option<usize> {
        cap.reached(what, self.facts, self.profile.last_order())
    }

    fn fields(&self, wanted: &'a [(String, Field)], fields: &mut Vec<(&'a str, Value)>) -> Result<(), Reason> {
        for (name, field) in wanted {
            let value = match field {
                Field::Text(text) => Value::Text(self.filled(text)?),
                Field::Attribute(attribute) => self.value(*attribute)?,
                Field::Optional(attribute) => match self.value(*attribute) {
                    Ok(value) => value,
                    Err(_) => continue,
                },
                Field::Number(number) => Value::Number(*number),
            };
            fields.push((name, value));
        }
        Ok(())
    }

    /// An attribute as a field: money in minor units.
    fn value(&self, attribute: u32) -> Result<Value, Reason> {
        let value = crate::condition::Attributes::attribute(self.profile, attribute as usize);
        let source = self.table.attributes.get(attribute as usize).map(|attribute| &attribute.source);
        match value {
            View::Null => {
                let name = self.table.program.names().get(attribute as usize);
                Err(Reason::Missing { attribute: name.cloned().unwrap_or_default() })
            }
            View::Number(units) if source.is_some_and(crate::attribute::Source::is_money) => {
                let minor = f64::from(10u32.pow(self.table.currency.exponent()));
                // Rounded half away from zero: the product of two exact numbers may be a hair off.
                let scaled = units * minor;
                #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "money below 2^53")]
                Ok(Value::Number((scaled + if scaled < 0.0 { -0.5 } else { 0.5 }) as i64 as f64))
            }
            value => Ok(value.to_value()),
        }
    }

    /// A text with its placeholders filled in. What is put in is never read as a placeholder itself.
    fn filled(&self, text: &Text) -> Result<String, Reason> {
        let mut rest = self.table.phrase(text.phrase, self.language);
        let mut filled = String::with_capacity(rest.len());
        // Splitting, not slicing: a slice that could be out of place brings two kilobytes of words about it.
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let named = after.split_once('}');
            let arg = named.and_then(|(name, _)| text.args.iter().find(|(known, _)| known == name));
            match (named, arg) {
                (Some((name, behind)), Some((_, attribute))) => {
                    let value = crate::condition::Attributes::attribute(self.profile, *attribute as usize);
                    if value == View::Null {
                        return Err(Reason::Missing { attribute: name.to_owned() });
                    }
                    filled.push_str(&value.to_text(self.profile.host));
                    rest = behind;
                }
                _ => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The shop's own words for why, unless a value for them is missing.
    fn why(&self, text: &'a Text, decision: &mut Decision<'a>) {
        let mut args = Vec::with_capacity(text.args.len());
        for (name, attribute) in &text.args {
            match self.value(*attribute) {
                Ok(value) => args.push((name.as_str(), value)),
                Err(_) => return,
            }
        }
        decision.text = self.table.phrase(text.phrase, self.language);
        decision.args = args;
    }
}

/// What the journey counts a variant as.
fn exposure_of(slot: &Slot, variant: &Variant, offer: Option<&Offer>) -> String {
    if let Some(offer) = offer {
        return offer.id.clone();
    }
    let mut what = slot.name.clone();
    what.push('/');
    what.push_str(&variant.choice);
    what
}

impl crate::slot::Keyed {
    /// Adds the variants that a value leaves possible.
    fn candidates(&self, value: View<'_>, out: &mut Vec<u32>) {
        match value {
            View::Null => {}
            View::Text(text) => {
                if let Ok(at) = self.texts.binary_search_by(|(known, _)| known.as_str().cmp(text)) {
                    out.extend_from_slice(&self.texts[at].1);
                }
            }
            _ => self.texts.iter().for_each(|(_, list)| out.extend_from_slice(list)),
        }
        // A variant that accepts several texts is listed under each.
        sort_distinct(out);
    }
}
