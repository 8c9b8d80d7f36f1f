//! `GET /v1/export`: all that the hub knows of the signed-in customer, as JSON that a person can read.
//! Needs a session.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use wellmet_engine::record::Record;
use wellmet_engine::time::{Instant, Span, Zone};
use wellmet_state::{Document, Kind, Line, Value as Word};

use crate::app::Hub;
use crate::history::Event;
use crate::refusal::Refusal;
use crate::store::damaged;

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
        "history": history.iter().map(|entry| json!({
            "at": moment(Instant(entry.at)),
            "event": entry.event,
        })).collect::<Vec<_>>(),
    });
    let text = serde_json::to_vec_pretty(&all).expect("a JSON value is always JSON");
    Ok((HEAD, text))
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

/// A document as a person reads it: what counts, without who wrote it when.
fn readable(document: &[u8]) -> Result<Value, Refusal> {
    let document = Document::decode(document, 0).map_err(|_| damaged("document"))?;
    let lines = |lines: Vec<Line<'_>>| lines.iter().map(line).collect::<Vec<_>>();
    let entries = |kind| {
        let entry = |key: &str| (key.to_owned(), registers(&document, kind, key));
        document.keys(kind).map(entry).collect::<serde_json::Map<_, _>>()
    };
    Ok(json!({
        "cart": lines(document.cart()),
        "savedForLater": lines(document.saved()),
        "configurations": entries(Kind::Configuration),
        "preferences": entries(Kind::Preference),
        "seenOrAnswered": entries(Kind::Mark),
        "pointsAndVouchers": entries(Kind::View),
    }))
}

fn line(line: &Line<'_>) -> Value {
    let fields: serde_json::Map<_, _> = line.fields().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    json!({ "line": line.key, "quantity": line.quantity, "fields": fields })
}

/// The registers of an entry; a lone nameless one is the entry's value.
fn registers(document: &Document, kind: Kind, key: &str) -> Value {
    let word = |word: &Word| match word {
        Word::Number(number) if kind == Kind::Mark => json!(moment(Instant(*number))),
        Word::Number(number) => json!(number),
        Word::Text(text) => json!(text),
    };
    if let Some(value) = document.value(kind, key, "") {
        return word(value);
    }
    let fields = document.registers(kind, key).iter().map(|register| register.field.clone());
    let counts = |field: String| {
        let value = document.value(kind, key, &field).map(word)?;
        Some((field, value))
    };
    Value::Object(fields.filter_map(counts).collect())
}

/// A moment as ISO 8601 in UTC, to the second.
fn moment(at: Instant) -> String {
    let (year, month, day) = Zone::default().day(at).civil();
    let seconds = at.0.rem_euclid(Span::DAY.0) / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_iso_8601() {
        assert_eq!(moment(Instant(1_478_563_261_999)), "2016-11-08T00:01:01Z");
        assert_eq!(moment(Instant(-1_000)), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn events_have_names() {
        assert_eq!(json!(Event::SignedIn), json!("signed-in"));
    }
}
