//! `POST /v1/events`: what she did, told by her page. `POST /v1/customer-events`: told by another of the
//! shop's touchpoints: an app, a newsletter, a call centre.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use wellmet_engine::id::CustomerId;

use crate::app::{Hub, NO_IDENTITY};
use crate::body::Json;
use crate::identity::customer_key;
use crate::identity::shop::Said;
use crate::journeys::Event;
use crate::refusal::Refusal;
use crate::store::Key;

/// Most events of one request.
const MOST: usize = 100;

const MANY: Refusal =
    Refusal::senseless("too-many-events", "One request takes 1 to 100 events.").fix("Send them in several requests.");
const CUSTOMER: Refusal = Refusal::senseless("customer-id", "That is no id of a customer.");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    events: Vec<Event>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskOf {
    customer: String,
    events: Vec<Event>,
}

async fn note(hub: &Hub, shopper: Key, events: &[Event]) -> Result<Reply<Value>, Refusal> {
    if events.is_empty() || events.len() > MOST {
        return Err(MANY.at("events"));
    }
    let taken = hub.journeys.note(shopper, events, hub.config.clock.now()).await?;
    events.iter().for_each(|_| hub.metrics.took_in("event"));
    Ok(Reply(json!({ "taken": taken })))
}

pub(super) async fn of_page(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(ask): Json<Ask>,
) -> Result<Reply<Value>, Refusal> {
    let who = hub.who(&headers).await?.ok_or(NO_IDENTITY)?;
    note(&hub, who.shopper(), &ask.events).await
}

pub(super) async fn of_customer(State(hub): State<Arc<Hub>>, Said(ask): Said<AskOf>) -> Result<Reply<Value>, Refusal> {
    let shopper = customer_key(&CustomerId::new(&ask.customer).ok_or(CUSTOMER.at("customer"))?);
    if crate::documents::is_erased(&*hub.store, shopper).await? {
        return Err(Refusal::erased());
    }
    note(&hub, shopper, &ask.events).await
}
