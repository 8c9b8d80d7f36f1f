//! `POST /v1/decisions`: any slots of the shop file for a customer, decided here as her page would decide them. For what
//! has no page of ours: a mail, a page that the shop's server draws, a call centre. The articles come from the same
//! neighbour tables and the same code as in the browser, so the lists are the same.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wellmet_engine::decide;
use wellmet_engine::id::CustomerId;
use wellmet_engine::profile::Page;
use wellmet_engine::shelf::{Lookup, Shelf};

use super::counts::CUSTOMER;
use crate::app::Hub;
use crate::identity::shop::Said;
use crate::refusal::Refusal;
use crate::rules;

/// Most slots of one request.
const MOST: usize = 32;

const MANY: Refusal =
    Refusal::senseless("too-many-slots", "One request takes 1 to 32 slots.").fix("Send them in several requests.");
const UNKNOWN: Refusal = Refusal::senseless("unknown-slot", "The shop file has no slot of this name.")
    .fix("Send names of `slots` of the shop file that the hub was started with.");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    customer: String,
    slots: Vec<String>,
    /// The page that is drawn; none for a mail.
    #[serde(default)]
    page: At,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct At {
    kind: String,
    item: String,
    category: String,
}

pub(super) async fn decisions(State(hub): State<Arc<Hub>>, Said(ask): Said<Ask>) -> Result<Reply<Value>, Refusal> {
    let customer = CustomerId::new(&ask.customer).ok_or(CUSTOMER.at("customer"))?;
    if ask.slots.is_empty() || ask.slots.len() > MOST {
        return Err(MANY.at("slots"));
    }
    let rules = &hub.config.rules;
    // Slots with a colon are the hub's own: offers, triggers and the like have routes that count them.
    if let Some(at) = ask.slots.iter().position(|name| name.contains(':') || rules.table.slot(name).is_none()) {
        return Err(UNKNOWN.at(format!("slots[{at}]")));
    }
    let person = hub.person(&customer).await?;
    let now = hub.config.clock.now();
    let page = Page { kind: &ask.page.kind, item: &ask.page.item, category: &ask.page.category, since: None };
    let slots: Vec<&str> = ask.slots.iter().map(String::as_str).collect();
    let decisions = rules.decided(&person, page, &slots, now, |outcome| {
        outcome.decisions.iter().map(|decision| told(decision, &*rules.shelf)).collect::<Vec<_>>()
    });
    Ok(Reply(json!({ "decisions": decisions, "currency": rules.table.currency.code(), "hubTime": now.0 })))
}

fn told(decision: &decide::Decision<'_>, shelf: &dyn Shelf) -> Value {
    let fields: Map<String, Value> =
        decision.fields.iter().map(|(name, value)| ((*name).to_owned(), rules::json(value))).collect();
    let items: Vec<Value> = decision.items.iter().filter_map(|item| article(item, shelf)).collect();
    json!({
        "slot": decision.slot, "choice": decision.choice, "fields": fields, "items": items,
        "reason": decision.reason.code(),
    })
}

/// An article with what spoke for it; `text` has placeholders such as `{title}` for `args`.
fn article(item: &decide::Item<'_>, shelf: &dyn Shelf) -> Option<Value> {
    let Lookup::Here(card) = shelf.card(item.item) else { return None };
    let args: Map<String, Value> =
        item.args.iter().map(|(name, value)| ((*name).to_owned(), rules::json(value))).collect();
    Some(json!({
        "id": card.id, "title": card.title, "link": card.link, "image": card.image, "category": card.category,
        "priceMinor": card.price_minor,
        "reason": { "code": item.because.code(), "text": item.text, "args": args },
    }))
}
