//! `GET /v1/live`: server-sent events that wake the page when its document has changed elsewhere.
//!
//! An event says "exchange now" and carries nothing of the document: its data is a number that only
//! grows. It is a hint. Events may be missed or told as one, so the page compares
//! versions on every connect. A stream ends after about an hour; `EventSource` comes back by itself
//! and is then looked at anew.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::app::{Hub, Listener, NO_IDENTITY};
use crate::refusal::Refusal;
use crate::store::{Bucket, Place, Revision};

/// How often a comment keeps proxies from closing a quiet stream.
const KEEP_ALIVE: Duration = Duration::from_secs(25);
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(3);
/// When a stream ends, plus up to a quarter of it so that not all come back at once.
const LIFE: Duration = Duration::from_secs(3_600);

const FULL: Refusal =
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-listeners", "Too many pages listen already.")
        .fix("Exchange now and then instead; listen again later.")
        .retry_after(60);

pub(super) async fn live(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let who = hub.who(&headers).await?.ok_or(NO_IDENTITY)?;
    let key = who.shopper();
    let limits = &hub.config.limits;
    let listener = hub.listeners.admit(key, limits.listeners, limits.listeners_each).ok_or(FULL)?;
    let changes = hub.store.watch(Place { bucket: Bucket::Document, key }).await?;
    let spread = u32::from(key.bytes()[0]);
    let ends = Instant::now() + LIFE + LIFE * spread / 1_024;
    let stream = wake(Waiting { changes, stop: hub.stop.clone(), ends, greeted: false, _listener: listener });
    Ok(events(stream))
}

/// The answer that tells these events, each at once.
pub(super) fn events(stream: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let headers = response.headers_mut();
    // nginx holds events back until a buffer is full, what compresses on the way (Next, Express) until a block is.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-transform"));
    response
}

struct Waiting {
    changes: watch::Receiver<Revision>,
    stop: watch::Receiver<bool>,
    ends: Instant,
    greeted: bool,
    _listener: Listener,
}

fn wake(waiting: Waiting) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    stream::unfold(waiting, |mut waiting| async move {
        if !waiting.greeted {
            waiting.greeted = true;
            // Something at once, so that proxies pass the head on.
            return Some((Ok(Event::default().comment("listening").retry(RETRY)), waiting));
        }
        tokio::select! {
            changed = waiting.changes.changed() => {
                changed.ok()?;
                let revision = waiting.changes.borrow_and_update().0;
                Some((Ok(Event::default().data(revision.to_string())), waiting))
            }
            _ = waiting.stop.changed() => None,
            () = tokio::time::sleep_until(waiting.ends) => None,
        }
    })
}
