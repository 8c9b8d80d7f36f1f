//! A shopper's grants to clerks: `POST /v1/grants` makes one and tells its code, `GET` lists them with
//! what was done under them, `DELETE /v1/grants/{id}` ends one at once. For signed-in customers and for
//! visitors alike; see [`crate::grants`].

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use wellmet_engine::time::Span;

use crate::app::{Hub, NO_IDENTITY, Who, check_belief};
use crate::body::{Json, NoForm};
use crate::documents::edit::Whose;
use crate::grants::{Granted, LONGEST, May, USUAL};
use crate::history::{Entry, Event};
use crate::refusal::Refusal;

const MINUTES: Refusal =
    Refusal::bad("bad-minutes", "A grant lasts from 1 to 1440 minutes.").fix("Leave minutes away for an hour.");

#[derive(Deserialize)]
pub(super) struct Ask {
    minutes: Option<i64>,
    #[serde(default)]
    may: May,
}

#[derive(Serialize)]
pub(super) struct Made {
    code: String,
    grant: Shown,
}

#[derive(Serialize)]
pub(super) struct List {
    grants: Vec<Shown>,
    log: Vec<Entry>,
}

/// A grant as its shopper and its clerk see it. Moments are milliseconds since 1970.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    id: String,
    may: May,
    since: i64,
    until: i64,
    clerk: Option<String>,
    opened_at: Option<i64>,
}

impl Shown {
    pub(super) fn of(granted: &Granted) -> Self {
        let (grant, opened) = (&granted.grant, granted.grant.opened.as_ref());
        Self {
            id: granted.key.hex(),
            may: grant.may,
            since: grant.since,
            until: grant.until,
            clerk: opened.map(|opened| opened.name.as_ref().unwrap_or(&opened.clerk).clone()),
            opened_at: opened.map(|opened| opened.at),
        }
    }
}

async fn asking(hub: &Hub, headers: &HeaderMap) -> Result<(Who, Whose), Refusal> {
    let who = hub.who(headers).await?.ok_or(NO_IDENTITY)?;
    check_belief(headers, &who)?;
    let (life, anonymous) = match &who {
        Who::Customer(session) => (session.life, false),
        Who::Visitor(_) => (1, true),
    };
    let whose = Whose { shopper: who.shopper(), life, anonymous };
    Ok((who, whose))
}

pub(super) async fn make(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(ask): Json<Ask>,
) -> Result<Reply<Made>, Refusal> {
    let (who, whose) = asking(&hub, &headers).await?;
    // A document that is gone takes no grants.
    hub.documents.read(whose.shopper, whose.life).await?;
    let most = LONGEST.0 / Span::MINUTE.0;
    let lasts = match ask.minutes {
        None => USUAL,
        Some(minutes) if (1..=most).contains(&minutes) => Span(minutes * Span::MINUTE.0),
        Some(_) => return Err(MINUTES),
    };
    let customer = match &who {
        Who::Customer(session) => Some(session.customer.as_str()),
        Who::Visitor(_) => None,
    };
    let now = hub.config.clock.now();
    let (code, granted) = hub.grants.make(whose, customer, ask.may, lasts, now).await?;
    hub.history.note(whose.shopper, Event::Granted, now).await?;
    Ok(Reply(Made { code, grant: Shown::of(&granted) }))
}

pub(super) async fn list(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<List>, Refusal> {
    let (_, whose) = asking(&hub, &headers).await?;
    let grants = hub.grants.of(whose.shopper).await?.iter().map(Shown::of).collect();
    let mut log = hub.history.of(whose.shopper).await?;
    log.retain(|entry| entry.event.of_grants());
    Ok(Reply(List { grants, log }))
}

pub(super) async fn revoke(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    _: NoForm,
) -> Result<StatusCode, Refusal> {
    let (_, whose) = asking(&hub, &headers).await?;
    if hub.grants.revoke(whose.shopper, &id).await? {
        hub.history.note(whose.shopper, Event::GrantRevoked, hub.config.clock.now()).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
