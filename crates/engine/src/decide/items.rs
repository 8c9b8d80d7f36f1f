//! From a slot's wish for items to a question for [`crate::recommend`], and its answer back.

use super::{Decider, Item};
use crate::attribute::purpose;
use crate::journey::VIEW;
use crate::profile::Profile;
use crate::reason::Reason;
use crate::recommend::{self, Bought, Evidence, History, Kind, MAX_SEEN, MAX_VISIT, Query, answer};
use crate::shelf::{ItemIx, Lookup};
use crate::slot::{Items, Scope};
use crate::table::Because;
use crate::value::Value;
use alloc::{borrow::ToOwned, vec::Vec};

/// Lines of her orders that a question looks up in the catalogue. All of them would load most of it.
const MAX_LINES: usize = 60;

impl<'a> Decider<'a, '_> {
    /// The items for a slot, or why there are none.
    pub(super) fn items(&mut self, wanted: &'a Items) -> Result<Vec<Item<'a>>, Reason> {
        // What she looked at and bought is hers; what lies in the cart has a purpose of its own.
        let personal = self.profile.may(purpose::PERSONALIZATION);
        let on_page = Some(self.facts.page.item).filter(|item| !item.is_empty());
        let mut missing = 0;
        let mut find = |id: &str| match self.shelf.find(id) {
            Lookup::Here(item) => Some(item),
            Lookup::Absent => None,
            Lookup::Needs(chunk) => {
                self.profile.need(chunk);
                missing += 1;
                None
            }
        };
        let mut visit: Vec<ItemIx> = Vec::new();
        if personal && !matches!(wanted.kind, Kind::With | Kind::Again | Kind::Like) {
            // Recently viewed goes beyond the visit; everything else is about what she wants now.
            let (since, most) = match wanted.kind {
                Kind::Seen => (None, MAX_SEEN),
                _ => (self.facts.journey.visit_start(), MAX_VISIT),
            };
            let views = self.facts.journey.newest(VIEW).take_while(|view| since.is_none_or(|since| view.at >= since));
            let views = views.filter(|view| Some(view.item) != on_page && !view.item.is_empty());
            visit.extend(views.take(most).filter_map(|view| find(view.item)));
            visit.reverse();
        }
        let page = on_page.and_then(&mut find);
        visit.extend(page);
        let mut cart: Vec<ItemIx> = Vec::new();
        if self.profile.may(purpose::CART) {
            cart.extend(self.facts.cart.iter().filter_map(|line| find(line.item)));
        }
        let pins: Vec<ItemIx> = wanted.pins.iter().filter_map(|id| find(id)).collect();
        let mut rules = Vec::with_capacity(wanted.rules.len());
        for rule in &wanted.rules {
            let on = match &rule.on {
                Scope::Item(id) => match find(id) {
                    Some(item) => recommend::Scope::Item(item),
                    None => continue,
                },
                Scope::Category(path) => recommend::Scope::Category(path),
                Scope::Price(from, to) => recommend::Scope::Price { from: *from, to: *to },
            };
            rules.push(recommend::Rule { on, then: rule.then });
        }
        let asks_history = matches!(wanted.kind, Kind::Again | Kind::ForYou);
        let profile = self.profile;
        let history = if asks_history {
            let history = self.history.get_or_init(|| history(profile, true));
            missing += unknown_lines(profile);
            history
        } else {
            self.known_history.get_or_init(|| history(profile, false))
        };
        let query = Query {
            kind: wanted.kind,
            now: self.facts.now,
            page,
            visit: &visit,
            cart: &cart,
            history,
            exclude: &self.taken,
            pins: &pins,
            rules: &rules,
            limit: usize::from(wanted.limit),
            reminders: wanted.reminders,
            threshold: wanted.threshold,
            diversity: wanted.diversity,
            fill: wanted.fill,
        };
        let found = answer(self.shelf, &query, &mut self.scratch);
        found.needs.iter().for_each(|chunk| self.profile.need(*chunk));
        let chunks = found.needs.len() + missing;
        if chunks > 0 {
            // Half an answer now would change under her eyes when the rest is here.
            return Err(Reason::Needs { chunks });
        }
        if found.picks.is_empty() || found.picks.len() < usize::from(wanted.least) {
            return Err(Reason::BelowThreshold {
                found: found.picks.len(),
                wanted: wanted.least.max(1),
                weak: found.weak,
            });
        }
        Ok(found.picks.iter().map(|pick| self.because(pick.item, pick.because)).collect())
    }

    fn because(&self, item: ItemIx, evidence: Evidence) -> Item<'a> {
        let (because, about) = match evidence {
            Evidence::Viewed(other) => (Because::Viewed, Some(other)),
            Evidence::InCart(other) => (Because::InCart, Some(other)),
            Evidence::Owned(other) => (Because::Owned, Some(other)),
            Evidence::OnPage(other) => (Because::OnPage, Some(other)),
            Evidence::Alike(other) => (Because::Alike, Some(other)),
            Evidence::Again { due: false, .. } => (Because::Again, None),
            Evidence::Again { due: true, .. } => (Because::AgainDue, None),
            Evidence::Seen => (Because::Seen, None),
            Evidence::Popular => (Because::Popular, None),
            Evidence::Pinned => (Because::Pinned, None),
        };
        let mut text = self.table.phrase(self.table.because[because as usize], self.language);
        let mut args = Vec::new();
        #[allow(clippy::cast_precision_loss, reason = "moments are below 2^53")]
        if let Evidence::Again { last, times, .. } = evidence {
            args.push(("last", Value::Number(last.0 as f64)));
            args.push(("times", Value::Number(f64::from(times))));
        }
        if let Some(other) = about {
            match self.shelf.card(other) {
                Lookup::Here(card) => args.push(("title", Value::Text(card.title.to_owned()))),
                Lookup::Needs(chunk) => {
                    self.profile.need(chunk);
                    text = "";
                }
                Lookup::Absent => text = "",
            }
        }
        Item { item, because, text, args }
    }
}

/// Her orders as items of this book: all that is wanted, or what happens to be loaded.
fn history(profile: &Profile<'_>, wanted: bool) -> History {
    let Some(record) = profile.record() else { return History::default() };
    let mut lines = Vec::new();
    for order in &record.orders {
        for line in &order.lines {
            if lines.len() == MAX_LINES {
                break;
            }
            match profile.shelf.find(line.item.as_str()) {
                Lookup::Here(item) => lines.push(Bought { item, at: order.at }),
                Lookup::Needs(chunk) if wanted => profile.need(chunk),
                _ => {}
            }
        }
    }
    History::new(lines)
}

/// How many of her lines are in chunks that are not loaded.
fn unknown_lines(profile: &Profile<'_>) -> usize {
    let Some(record) = profile.record() else { return 0 };
    let lines = record.orders.iter().flat_map(|order| &order.lines).take(MAX_LINES);
    lines.filter(|line| matches!(profile.shelf.find(line.item.as_str()), Lookup::Needs(_))).count()
}
