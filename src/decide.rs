//! All slots of a page in one call.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_book::Book;
use wellmet_engine::decide::{self, Outcome};
use wellmet_engine::profile::{CartLine, Facts, Page};
use wellmet_engine::shelf::{Lookup, Shelf};
use wellmet_engine::table::Table;
use wellmet_state::line::{self, Named};

use crate::book::Needs;
use crate::host;
use crate::session::Session;
use crate::view;

/// Most slots of one page; those beyond keep the shop's own content.
const MAX_SLOTS: usize = 256;

#[wasm_bindgen]
impl Session {
    /// Decides these slots. Without a book, or a book without rules, every slot keeps its default.
    pub fn decide(&mut self, slots: Vec<String>) -> JsValue {
        let (shown, assigned) = self.decided(&slots);
        for (experiment, choice) in assigned {
            self.journey.assign(&experiment, &choice);
        }
        shown
    }

    /// What an element of the page says, in the shopper's language; nothing when the shop leaves it to the element.
    #[must_use]
    pub fn word(&self, name: &str) -> JsValue {
        let word = self.table.as_ref().map(|table| table.word(name, self.language()));
        word.filter(|word| !word.is_empty()).map_or(JsValue::UNDEFINED, JsValue::from_str)
    }

    /// These articles as a slot would list them: one decision without choice or reason, and the chunks that
    /// would let more of them be shown. An article that the book does not have is left out.
    pub fn articles(&self, ids: Vec<String>) -> JsValue {
        let Some(book) = &self.book else { return JsValue::UNDEFINED };
        let mut needs = Needs::default();
        let mut cards = Vec::new();
        for id in &ids {
            let Some(item) = needs.take(book.find(id)) else { continue };
            cards.extend(needs.take(book.card(item)));
        }
        let nothing = || view::Reason { code: "", text: "", args: view::Fields(&[]) };
        let items = cards.into_iter().map(|card| view::Item::of(card, nothing())).collect();
        let fields = view::Fields(&[]);
        let listed = view::Decision { slot: "", choice: "", fields, items, reason: nothing(), exposure: "" };
        view::to_js(&view::Outcome { decisions: vec![listed], needs: needs.names(book), until: 0.0 })
    }
}

impl Session {
    /// What the page shows, and what the journey is to remember.
    fn decided(&self, slots: &[String]) -> (JsValue, Vec<(String, String)>) {
        let decided = self.with_facts(|book, table, facts| {
            let outcome = decide::decide(table, facts, book, &host::Page, &asked(slots));
            let assigned =
                outcome.assigned.iter().map(|(experiment, choice)| ((*experiment).to_owned(), (*choice).to_owned()));
            let assigned = assigned.collect();
            (show(outcome, book), assigned)
        });
        decided.unwrap_or_else(|| {
            let nothing = view::Outcome { decisions: Vec::new(), needs: Vec::new(), until: 0.0 };
            (view::to_js(&nothing), Vec::new())
        })
    }

    /// Gives `work` all that is known at this moment; nothing without a book that has rules.
    pub(crate) fn with_facts<T>(&self, work: impl FnOnce(&Book, &Table, &Facts<'_>) -> T) -> Option<T> {
        let (Some(book), Some(table)) = (&self.book, &self.table) else { return None };
        let document = &self.device.document;
        let cart: Vec<(String, u32)> = document
            .cart()
            .iter()
            .filter_map(|shown| match line::read(shown.key) {
                Ok(Named::Item { item, .. }) => Some((item, shown.quantity)),
                _ => None,
            })
            .collect();
        let cart: Vec<CartLine<'_>> =
            cart.iter().map(|(item, quantity)| CartLine { item, quantity: *quantity }).collect();
        let facts = Facts {
            now: self.now,
            zone: &self.zone,
            locale: &self.locale,
            consent: self.consent,
            page: Page {
                kind: &self.page.kind,
                item: &self.page.item,
                category: &self.page.category,
                since: self.page.since,
            },
            told: &self.told,
            own_name: document.preference("name").filter(|name| !name.is_empty()),
            record: self.record.as_ref(),
            journey: &self.journey,
            cart: &cart,
            unit: self.record.as_ref().map_or(&self.visitor, |record| record.customer.as_str()),
        };
        Some(work(book, table, &facts))
    }
}

/// The slots that a page may ask for.
pub(crate) fn asked(slots: &[String]) -> Vec<&str> {
    slots.iter().take(MAX_SLOTS).map(String::as_str).collect()
}

fn show(outcome: Outcome<'_>, book: &Book) -> JsValue {
    // The reason's own values, in step with the decisions that borrow them.
    let seen: Vec<_> = outcome.decisions.iter().map(|decision| decision.reason.args()).collect();
    let decisions = outcome
        .decisions
        .iter()
        .zip(&seen)
        .map(|(decision, seen)| view::Decision {
            slot: decision.slot,
            choice: decision.choice,
            fields: view::Fields(&decision.fields),
            items: decision.items.iter().filter_map(|item| show_item(item, book)).collect(),
            reason: view::Reason {
                code: decision.reason.code(),
                text: decision.text,
                args: view::Fields(if decision.text.is_empty() { seen } else { &decision.args }),
            },
            exposure: &decision.exposure,
        })
        .collect();
    let until = outcome.until.map_or(0.0, |until| view::number(until.0));
    view::to_js(&view::Outcome { decisions, needs: Needs::from(outcome.needs).names(book), until })
}

fn show_item<'a>(item: &'a decide::Item<'a>, book: &'a Book) -> Option<view::Item<'a>> {
    let Lookup::Here(card) = book.card(item.item) else { return None };
    let reason = view::Reason { code: item.because.code(), text: item.text, args: view::Fields(&item.args) };
    Some(view::Item::of(card, reason))
}
