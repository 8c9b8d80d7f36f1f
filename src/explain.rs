//! Why each variant of a slot is shown or not.
//!
//! For the developer's overlay alone, whose module is built with the feature `explain`: what a shopper loads does not
//! carry it. Nothing is noted: an experiment that she has not met yet stays unmet.

use wasm_bindgen::prelude::*;
use wellmet_engine::decide::{self, Decision};
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
    /// A variant that did not apply, and why.
    Refusal<'a> {
        "choice" choice: &'a str,
        /// Stable, as in a decision's reason.
        "code" code: &'static str,
        /// The values seen. Of a condition: `attribute`, `operator`, `wanted` and `seen` of the first clause that
        /// failed.
        "args" args: Seen<'a>,
    }
}

object! {
    /// What became of each variant of a slot, in the shop's order.
    Trace<'a> {
        "slot" slot: &'a str,
        /// The first variant that applied; empty keeps the shop's own content.
        "choice" choice: &'a str,
        /// The variants before it.
        "refused" refused: Vec<Refusal<'a>>,
        /// The variants after it, which nobody asked.
        "later" later: Vec<&'a str>,
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
    let refused = decision.refused.iter().zip(seen).map(|((choice, reason), seen)| Refusal {
        choice,
        code: reason.code(),
        args: Seen(seen),
    });
    let variants = table.slot(decision.slot).and_then(|slot| table.slots.get(slot)).map(|slot| &slot.variants);
    // Every variant before the one that is shown was refused; who is held out met none of them.
    let first = if decision.choice.is_empty() { usize::MAX } else { decision.refused.len() + 1 };
    let later = variants.into_iter().flatten().skip(first).map(|variant| variant.choice.as_str());
    Trace { slot: decision.slot, choice: decision.choice, refused: refused.collect(), later: later.collect() }
}
