//! `POST /v1/orders`: the shop tells of orders. `GET /v1/orders`: a customer reads hers, with the guarantee of
//! each. The latter needs a session.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wellmet_engine::time::{Instant, Span};

use crate::app::Hub;
use crate::identity::shop::Said;
use crate::orders::{Notice, Order, Outcome};
use crate::refusal::Refusal;
use crate::rules::Verdict;

/// Most notices of one request.
const MOST: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    orders: Vec<Notice>,
}

#[derive(Serialize)]
pub(super) struct Answer {
    outcomes: Vec<Outcome>,
}

const MANY: Refusal = Refusal::senseless("too-many-orders", "One request takes 1 to 500 notices of orders.")
    .fix("Send them in several requests.");

pub(super) async fn tell(State(hub): State<Arc<Hub>>, Said(ask): Said<Ask>) -> Result<Reply<Answer>, Refusal> {
    if ask.orders.is_empty() || ask.orders.len() > MOST {
        return Err(MANY.at("orders"));
    }
    let mut outcomes = Vec::with_capacity(ask.orders.len());
    for (at, notice) in ask.orders.into_iter().enumerate() {
        // Those before it are kept; all may be sent again.
        let outcome = hub.take_in(notice).await.map_err(|refusal| within(refusal, &format!("orders[{at}]")))?;
        hub.metrics.took_in("order");
        outcomes.push(outcome);
    }
    Ok(Reply(Answer { outcomes }))
}

/// A refusal whose place lies within another.
pub(super) fn within(refusal: Refusal, outer: &str) -> Refusal {
    let place = match &refusal.at {
        Some(at) => format!("{outer}.{at}"),
        None => outer.to_owned(),
    };
    refusal.at(place)
}

pub(super) async fn list(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    let session = hub.signed_in(&headers).await?;
    let now = hub.config.clock.now();
    let person = hub.person(&session.customer).await?;
    let guarantee = hub.config.rules.judge(&person, &["guarantee"], now).into_iter().find(Verdict::applies);
    let mut orders = Vec::with_capacity(person.record.orders.len());
    for known in &person.record.orders {
        let told = hub.orders.get(&known.id).await?.unwrap_or_default();
        let lines: Vec<Value> = known
            .lines
            .iter()
            .map(|line| {
                json!({
                    "item": line.item.as_str(), "title": line.title, "quantity": line.quantity,
                    "unitMinor": line.unit_minor,
                })
            })
            .collect();
        orders.push(json!({
            "id": known.id, "at": known.at.0, "lines": lines,
            "deliveredAt": told.delivered, "channel": Some(&told.channel).filter(|channel| !channel.is_empty()),
            "guarantee": guarantee.as_ref().and_then(|verdict| promise(verdict, &told, now)),
        }));
    }
    Ok(Reply(json!({ "currency": person.record.currency.code(), "orders": orders })))
}

/// What the guarantee of her class says of an order: its days begin with the delivery, so before it there is
/// no end yet.
fn promise(verdict: &Verdict, order: &Order, now: Instant) -> Option<Value> {
    #[allow(clippy::cast_possible_truncation, reason = "days of a shop file, at most 65,535")]
    let days = verdict.number("days")? as i64;
    let until = order.delivered.map(|delivered| Instant(delivered) + Span::days(days));
    Some(json!({
        "text": verdict.text("text"), "days": days, "until": until.map(|until| until.0),
        "over": until.is_some_and(|until| until <= now),
    }))
}
