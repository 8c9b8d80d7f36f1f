//! Why each variant of a slot is shown or not.
//!
//! For the developer's overlay alone, whose module is built with the feature `explain`: what a shopper loads does not
//! carry it. Nothing is noted: an experiment that she has not met yet stays unmet.

use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_engine::decide::{self, Decision};
use wellmet_engine::slot::Variant;
use wellmet_engine::table::Table;
use wellmet_engine::value::Value;

use crate::decide::asked;
use crate::host;
use crate::session::Session;
use crate::view::{self, Fields, Json, object};

/// The values that a refusal saw: of any kind, also lists and nothing.
pub(crate) struct Seen<'a>(&'a [(&'static str, Value)]);

impl Json for Seen<'_> {
    fn json(&self, out: &mut String) -> bool {
        Fields(self.0).json(out)
    }
}

object! {
    /// What became of a variant.
    Fate<'a> {
        "choice" choice: &'a str,
        "offer" offer: Option<&'a str>,
        /// Stable, as in a decision's reason; `shown` for the first variant that applied, `later` for those after it,
        /// which nobody asked.
        "code" code: &'static str,
        /// The values seen. Of a condition: `attribute`, `operator`, `wanted` and `seen` of the first clause that
        /// failed.
        "args" args: Seen<'a>,
    }
}

object! {
    /// Why a slot shows what it shows.
    Trace<'a> {
        "slot" slot: &'a str,
        /// In the shop's order; none for a slot without rules, and for who is held out of it.
        "variants" variants: Vec<Fate<'a>>,
    }
}

#[wasm_bindgen]
impl Session {
    /// One trace for each of these slots; none without a book that has rules.
    #[must_use]
    pub fn explain(&self, slots: Vec<String>) -> JsValue {
        let traces = self.with_facts(|book, table, facts| {
            let outcome = decide::explain(table, facts, book, &host::Page, &asked(&slots));
            // The values of each refusal, in step with the decisions that borrow them.
            let seen: Vec<Vec<_>> = outcome
                .decisions
                .iter()
                .map(|decision| decision.refused.iter().map(|(_, reason)| reason.args()).collect())
                .collect();
            let traces = outcome.decisions.iter().zip(&seen).map(|(decision, seen)| trace(decision, seen, table));
            view::to_js(&traces.collect::<Vec<_>>())
        });
        traces.unwrap_or_else(|| view::to_js(&Vec::<Trace<'_>>::new()))
    }
}

fn trace<'a>(decision: &'a Decision<'a>, seen: &'a [Vec<(&'static str, Value)>], table: &'a Table) -> Trace<'a> {
    let slot = table.slot(decision.slot).and_then(|slot| table.slots.get(slot));
    let asked = decision.refused.len() + usize::from(!decision.choice.is_empty());
    let variants = slot.filter(|_| asked > 0).map_or(&[][..], |slot| &slot.variants);
    let fate = |(at, variant): (usize, &'a Variant)| Fate {
        choice: &variant.choice,
        offer: variant.offer.and_then(|offer| table.offers.get(usize::from(offer))).map(|offer| offer.id.as_str()),
        // Every variant before the one that is shown was refused, in this order.
        code: match decision.refused.get(at) {
            Some((_, reason)) => reason.code(),
            None if at < asked => "shown",
            None => "later",
        },
        args: Seen(seen.get(at).map_or(&[], Vec::as_slice)),
    };
    Trace { slot: decision.slot, variants: variants.iter().enumerate().map(fate).collect() }
}
