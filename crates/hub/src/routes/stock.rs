//! `POST /v1/stock`: the shop tells of stock. `GET /v1/stock?items=a,b`: anybody reads it, with its age.
//! `GET /v1/stock/live?items=a,b`: the same pushed whenever it changes. The last two need no identity and
//! set no cookie.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::response::sse::Event;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use wellmet_engine::id::ItemId;

use super::live::events;
use super::orders::within;
use super::query::Asked;
use crate::app::{Hub, Listener};
use crate::identity::shop::Said;
use crate::refusal::Refusal;
use crate::stock::{Told, Word};
use crate::store::{Key, Revision};

/// Most words of one request, and most items that one page asks for.
const MOST_WORDS: usize = 1_000;
const MOST_ITEMS: usize = 50;
/// As for `/v1/live`.
const RETRY: Duration = Duration::from_secs(3);
const LIFE: Duration = Duration::from_secs(3_600);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    readings: Vec<Word>,
}

#[derive(Serialize)]
pub(super) struct Answer {
    changed: usize,
    told: usize,
}

#[derive(Deserialize)]
pub(super) struct Which {
    items: String,
}

#[derive(Serialize)]
pub(super) struct Listed {
    items: Vec<Told>,
}

const MANY: Refusal = Refusal::senseless("too-many-readings", "One request takes 1 to 1,000 readings of stock.")
    .fix("Send them in several requests.");
const ITEMS: Refusal = Refusal::bad("bad-items", "A page asks for the stock of 1 to 50 articles.")
    .fix("Send their ids after `items=`, with commas between them.");
const FULL: Refusal =
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-listeners", "Too many pages listen already.")
        .fix("Ask now and then instead; listen again later.")
        .retry_after(60);

pub(super) async fn tell(State(hub): State<Arc<Hub>>, Said(ask): Said<Ask>) -> Result<Reply<Answer>, Refusal> {
    if ask.readings.is_empty() || ask.readings.len() > MOST_WORDS {
        return Err(MANY.at("readings"));
    }
    let now = hub.config.clock.now();
    let (mut changed, mut told) = (0, 0);
    for (at, word) in ask.readings.iter().enumerate() {
        let effect = hub.stock.say(word, now).await.map_err(|refusal| within(refusal, &format!("readings[{at}]")))?;
        hub.metrics.took_in("stock");
        changed += usize::from(effect.changed);
        if effect.back {
            told += hub.tell_back_in_stock(&word.item, now).await?;
        }
    }
    Ok(Reply(Answer { changed, told }))
}

fn items(which: &Which) -> Result<Vec<String>, Refusal> {
    let mut items: Vec<String> =
        which.items.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect();
    items.sort();
    items.dedup();
    if items.is_empty() || items.len() > MOST_ITEMS || items.iter().any(|item| ItemId::new(item).is_none()) {
        return Err(ITEMS);
    }
    Ok(items)
}

pub(super) async fn list(State(hub): State<Arc<Hub>>, Asked(which): Asked<Which>) -> Result<Reply<Listed>, Refusal> {
    let mut told = Vec::new();
    for item in items(&which)? {
        told.push(tell_of(&hub, &item).await?);
    }
    Ok(Reply(Listed { items: told }))
}

async fn tell_of(hub: &Hub, item: &str) -> Result<Told, Refusal> {
    hub.stock.tell(item, hub.config.rules.stale_after, hub.config.clock.now()).await
}

pub(super) async fn live(State(hub): State<Arc<Hub>>, Asked(which): Asked<Which>) -> Result<Response, Refusal> {
    let items = items(&which)?;
    let limits = &hub.config.limits;
    // All pages that listen to stock share the hub's bound; no one of them can be told from another.
    let listener = hub.listeners.admit(Key::of("stock-live", ""), limits.listeners, limits.listeners).ok_or(FULL)?;
    let mut changes = Vec::with_capacity(items.len());
    for item in &items {
        changes.push((item.clone(), hub.store.watch(hub.stock.place(item)).await?));
    }
    let stop = hub.stop.clone();
    let stream = told(hub, changes).take_until(ended(stop, listener));
    Ok(events(stream))
}

async fn ended(mut stop: watch::Receiver<bool>, _listener: Listener) {
    tokio::select! {
        _ = stop.changed() => {}
        () = tokio::time::sleep(LIFE) => {}
    }
}

/// The present stock of each item, then each change of one.
fn told(
    hub: Arc<Hub>,
    changes: Vec<(String, watch::Receiver<Revision>)>,
) -> BoxStream<'static, Result<Event, Infallible>> {
    let each = changes.into_iter().map(|(item, changes)| {
        let hub = Arc::clone(&hub);
        stream::unfold((hub, item, changes, true), |(hub, item, mut changes, first)| async move {
            if !first {
                changes.changed().await.ok()?;
            }
            changes.borrow_and_update();
            // A store that cannot answer ends the stream; the page connects again.
            let told = tell_of(&hub, &item).await.ok()?;
            let event = Event::default().event("stock").json_data(&told).ok()?;
            Some((Ok(event), (hub, item, changes, false)))
        })
        .boxed()
    });
    let greeting = stream::iter([Ok(Event::default().comment("listening").retry(RETRY))]);
    greeting.chain(stream::select_all(each)).boxed()
}
