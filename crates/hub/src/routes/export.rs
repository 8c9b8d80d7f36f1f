//! `GET /v1/export`: all that the hub knows of the signed-in customer, as JSON that a person can read.
//! Needs a session.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use wellmet_engine::record::Record;
use wellmet_engine::time::Instant;

use crate::app::Hub;
use crate::due::Desk;
use crate::history::Event;
use crate::readable::{moment, readable};
use crate::refusal::Refusal;

const HEAD: [(HeaderName, HeaderValue); 2] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8")),
    (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"my-data.json\"")),
];

pub(super) async fn export(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
) -> Result<([(HeaderName, HeaderValue); 2], Vec<u8>), Refusal> {
    let session = hub.signed_in(&headers).await?;
    let shopper = session.shopper();
    let account = hub.accounts.get(shopper).await?;
    let name = account.as_ref().and_then(|account| account.name.clone());
    let record = hub.records.get(&session.customer, name).await?;
    let document = hub.documents.read(shopper, session.life).await?;
    hub.history.note(shopper, Event::Exported, hub.config.clock.now()).await?;
    let history = hub.history.of(shopper).await?;
    let all = json!({
        "exportedAt": moment(hub.config.clock.now()),
        "customer": {
            "id": session.customer.as_str(),
            "name": record.name,
            "firstLogin": account.as_ref().map(|account| moment(Instant(account.since))),
            "signedInBrowsers": account.as_ref().map_or(0, |account| account.sessions.len()),
            "anonymousDocumentsJoined": account.as_ref().map_or(0, |account| account.visitors.len()),
        },
        "shopRecord": books(&record),
        "document": readable(&document)?,
        "questionsAndOpinions": hub.threads.get(shopper).await?.entries,
        "points": hub.points.get(shopper).await?.entries,
        "vouchers": hub.wallets.codes(shopper).await?,
        "reach": reach(&hub.desks.get(shopper).await?),
        "journey": hub.journeys.get(shopper).await?.events().map(|event| json!({
            "at": moment(event.at), "what": event.kind, "item": event.item, "category": event.category,
        })).collect::<Vec<_>>(),
        "history": history.iter().map(|entry| json!({
            "at": moment(Instant(entry.at)),
            "event": entry.event,
            "by": entry.by,
            "what": entry.what,
        })).collect::<Vec<_>>(),
    });
    let text = serde_json::to_vec_pretty(&all).expect("a JSON value is always JSON");
    Ok((HEAD, text))
}

/// How she wants to be reached, and what was sent.
fn reach(desk: &Desk) -> Value {
    json!({
        "mail": desk.settings.mail, "timeZone": desk.settings.zone, "language": desk.settings.locale,
        "waitingFor": desk.watched,
        "messages": desk.out.iter().map(|message| json!({
            "at": moment(Instant(message.at)), "about": message.trigger, "by": message.channel, "state": message.state,
            "content": message.fields,
        })).collect::<Vec<_>>(),
    })
}

fn books(record: &Record) -> Value {
    let minor = |amount: i64| json!({ "minorUnits": amount, "currency": record.currency.code() });
    json!({
        "facts": record.traits.iter().map(|(name, value)| (name.clone(), json!(value))).collect::<serde_json::Map<_, _>>(),
        "orderCount": record.order_count,
        "spent": minor(record.spent_minor),
        "firstOrder": record.first_order.map(moment),
        "latestOrders": record.orders.iter().map(|order| json!({
            "id": order.id,
            "placed": moment(order.at),
            "lines": order.lines.iter().map(|line| json!({
                "item": line.item.as_str(),
                "title": line.title,
                "quantity": line.quantity,
                "unitPrice": minor(line.unit_minor),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_names() {
        assert_eq!(json!(Event::SignedIn), json!("signed-in"));
    }
}
