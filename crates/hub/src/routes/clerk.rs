//! A clerk's half of a grant: `POST /v1/clerk/login` with a token of scope `consultant`, `POST
//! /v1/clerk/logout`, `POST /v1/clerk/open` with the shopper's code, `GET` and `POST
//! /v1/clerk/grants/{id}` to see and to change; see [`crate::grants`].
//!
//! An edit says which state it was made from (`seen`). When the document has moved on the answer is 409
//! and nothing is done, so a request that is repeated after a lost answer never counts twice.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::Instant;
use wellmet_engine::wire::Writer as Bytes;
use wellmet_state::{Document, Error};

use super::counter;
use super::grants::Shown;
use super::login::NO_KEYS;
use crate::app::Hub;
use crate::body::{Json, NoForm};
use crate::grants::Granted;
use crate::history::Event;
use crate::identity::clerk::{self, Clerk, SHIFT};
use crate::identity::token::{self, Scope};
use crate::identity::{cookie, use_up};
use crate::readable::readable;
use crate::refusal::Refusal;
use crate::store::{Key, damaged};

/// Most edits of one request.
const MOST_EDITS: usize = 100;

const NO_CLERK: Refusal = Refusal::unknown("no-clerk", "No clerk is signed in here.")
    .fix("Sign in with a token of scope consultant from the shop's backend.");
const STALE: Refusal =
    Refusal::new(StatusCode::CONFLICT, "stale", "The document has changed since it was read; nothing was done.")
        .fix("Read it again, then edit.");
const MANY: Refusal = Refusal::bad("too-many-edits", "One request takes 1 to 100 edits.");

#[derive(Deserialize)]
pub(super) struct Token {
    token: String,
}

#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
}

/// One change, named as the operations of [`wellmet_state::Document`].
#[derive(Deserialize, Debug)]
#[serde(tag = "do", rename_all = "camelCase")]
pub(super) enum Edit {
    Add { line: String, quantity: u32 },
    SetQuantity { line: String, quantity: u32 },
    Remove { line: String },
    SetField { line: String, field: String, value: String },
    Configure { configuration: String, register: String, value: String },
}

#[derive(Deserialize)]
pub(super) struct Edits {
    seen: String,
    edits: Vec<Edit>,
}

#[derive(Serialize)]
pub(super) struct Shift {
    clerk: Clerk,
}

/// A shopper as a clerk sees her.
#[derive(Serialize)]
pub(super) struct Sight {
    grant: Shown,
    /// Her name, when she is a customer who gave one.
    name: Option<String>,
    /// To be sent with the next edit.
    seen: String,
    document: Value,
}

pub(super) async fn login(
    State(hub): State<Arc<Hub>>,
    Json(ask): Json<Token>,
) -> Result<(HeaderMap, Reply<Shift>), Refusal> {
    if hub.config.keys.is_empty() {
        return Err(NO_KEYS);
    }
    let now = hub.config.clock.now();
    let login = token::verify(&hub.config.keys, &hub.config.audience, &ask.token, Scope::Consultant, now)?;
    use_up(&hub, &login).await?;
    let (secret, clerk) = clerk::begin(&hub, &login, now).await?;
    let mut cookies = HeaderMap::new();
    cookie::set(&mut cookies, cookie::CLERK, &secret, SHIFT.0 / 1_000);
    Ok((cookies, Reply(Shift { clerk })))
}

pub(super) async fn logout(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    _: NoForm,
) -> Result<(StatusCode, HeaderMap), Refusal> {
    if let Some(token) = cookie::read(&headers, cookie::CLERK) {
        clerk::end(&hub, token).await?;
    }
    let mut answer = HeaderMap::new();
    cookie::clear(&mut answer, cookie::CLERK);
    Ok((StatusCode::NO_CONTENT, answer))
}

pub(super) async fn at_work(hub: &Hub, headers: &HeaderMap) -> Result<Clerk, Refusal> {
    let token = cookie::read(headers, cookie::CLERK).ok_or(NO_CLERK)?;
    clerk::find(hub, token).await?.ok_or(NO_CLERK)
}

pub(super) async fn open(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(ask): Json<Code>,
) -> Result<Reply<Sight>, Refusal> {
    let clerk = at_work(&hub, &headers).await?;
    let now = hub.config.clock.now();
    counter::may_try(&hub, &clerk).await?;
    let opened = hub.grants.open(&ask.code, &clerk, now).await;
    if opened.as_ref().is_err_and(|refusal| refusal.code == "no-grant") {
        counter::was_wrong(&hub, &clerk, now).await?;
    }
    let (granted, first) = opened?;
    let sight = sight(&hub, &granted, None).await?;
    if first {
        note(&hub, &granted, &clerk, Event::GrantOpened, None).await?;
    }
    Ok(Reply(sight))
}

pub(super) async fn see(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Reply<Sight>, Refusal> {
    let clerk = at_work(&hub, &headers).await?;
    let granted = hub.grants.of_clerk(&id, &clerk).await?;
    Ok(Reply(sight(&hub, &granted, None).await?))
}

pub(super) async fn edit(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(ask): Json<Edits>,
) -> Result<Reply<Sight>, Refusal> {
    let clerk = at_work(&hub, &headers).await?;
    let granted = hub.grants.of_clerk(&id, &clerk).await?;
    if ask.edits.is_empty() || ask.edits.len() > MOST_EDITS {
        return Err(MANY);
    }
    let body = granted
        .edit(&hub.documents, |document, now| {
            if seen(document) != ask.seen {
                return Err(STALE);
            }
            ask.edits.iter().try_for_each(|edit| edit.apply(document, now).map_err(wrong))
        })
        .await?;
    let what = ask.edits.iter().map(Edit::told).collect::<Vec<_>>().join("; ");
    note(&hub, &granted, &clerk, Event::GrantEdited, Some(what)).await?;
    Ok(Reply(sight(&hub, &granted, Some(body)).await?))
}

async fn note(hub: &Hub, granted: &Granted, clerk: &Clerk, event: Event, what: Option<String>) -> Result<(), Refusal> {
    let by = Some(clerk.name.clone().unwrap_or_else(|| clerk.id.clone()));
    hub.history.note_by(granted.whose()?.shopper, event, hub.config.clock.now(), by, what).await
}

async fn sight(hub: &Hub, granted: &Granted, body: Option<Vec<u8>>) -> Result<Sight, Refusal> {
    let body = match body {
        Some(body) => body,
        None => granted.read(&hub.documents).await?,
    };
    let document = Document::decode(&body, 0).map_err(|_| damaged("document"))?;
    let name = match granted.grant.customer.as_deref().and_then(CustomerId::new) {
        Some(customer) => {
            let name = hub.accounts.get(granted.whose()?.shopper).await?.and_then(|account| account.name);
            hub.records.get(&customer, name).await?.name
        }
        None => None,
    };
    Ok(Sight { grant: Shown::of(granted), name, seen: seen(&document), document: readable(&body)? })
}

/// Names a state of a document, without telling the actors in it.
fn seen(document: &Document) -> String {
    let mut bytes = Bytes::new();
    bytes.varint(document.epoch());
    document.version().write(&mut bytes);
    let text: String = bytes.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Key::of("seen", &text).hex()
}

impl Edit {
    fn apply(&self, document: &mut Document, now: Instant) -> Result<(), Error> {
        match self {
            Self::Add { line, quantity } => document.add(line, *quantity, now),
            Self::SetQuantity { line, quantity } => document.set_quantity(line, *quantity, now),
            Self::Remove { line } => {
                document.remove(line);
                Ok(())
            }
            Self::SetField { line, field, value } => document.set_field(line, field, value, now),
            Self::Configure { configuration, register, value } => {
                document.configure(configuration, register, value, now)
            }
        }
    }

    /// For the shopper's history.
    fn told(&self) -> String {
        match self {
            Self::Add { line, quantity } => format!("added {quantity} of {line}"),
            Self::SetQuantity { line, quantity } => format!("set {line} to {quantity}"),
            Self::Remove { line } => format!("removed {line}"),
            Self::SetField { line, field, .. } => format!("changed {field} of {line}"),
            Self::Configure { configuration, register, value } => {
                format!("chose {value} for {register} of {configuration}")
            }
        }
    }
}

/// An operation that the document refused; the code is the state's own.
fn wrong(error: Error) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, error.code(), "The document does not take this edit.")
}
