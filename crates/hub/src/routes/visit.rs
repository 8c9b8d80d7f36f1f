//! `POST /v1/visit`: makes this browser known again next time. `{visitor?}` gives
//! `{visitor, customer, hubTime}`.
//!
//! The page calls it once it has the purpose for it. The id that the cookie names wins over the one
//! that the page kept; the latter serves a browser that lost its cookie. The cookie is set anew each
//! time, so it lives for 400 days after the last visit. Nothing is written to the store.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use wellmet_engine::id::VisitorId;

use crate::app::{Hub, visitor, visitor_id};
use crate::body::Json;
use crate::documents::Standing;
use crate::identity::cookie;
use crate::identity::session::Session;
use crate::identity::visitor_key;
use crate::random;
use crate::refusal::Refusal;

#[derive(Deserialize)]
pub(super) struct Ask {
    visitor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Visit {
    visitor: String,
    customer: Option<Customer>,
    hub_time: i64,
}

/// A customer as the page may name her.
#[derive(Serialize)]
pub(super) struct Customer {
    pub(super) id: String,
    pub(super) name: Option<String>,
}

impl Customer {
    /// Her name is the one signed last, else the one in the shop's books.
    pub(super) async fn of(hub: &Hub, session: &Session) -> Result<Self, Refusal> {
        let name = hub.accounts.get(session.shopper()).await?.and_then(|account| account.name);
        let name = hub.records.get(&session.customer, name).await?.name;
        Ok(Self { id: session.customer.as_str().to_owned(), name })
    }
}

pub(super) async fn visit(State(hub): State<Arc<Hub>>, headers: HeaderMap, Json(ask): Json<Ask>) -> Response {
    match known(&hub, &headers, ask.visitor.as_deref()).await {
        Ok((visitor, session)) => answer(&hub, &visitor, session).await.unwrap_or_else(IntoResponse::into_response),
        Err(refusal) => {
            let forget = refusal == Refusal::erased();
            let mut response = refusal.into_response();
            if forget {
                cookie::clear(response.headers_mut(), cookie::VISITOR);
                cookie::clear(response.headers_mut(), cookie::SESSION);
            }
            response
        }
    }
}

async fn known(hub: &Hub, headers: &HeaderMap, kept: Option<&str>) -> Result<(VisitorId, Option<Session>), Refusal> {
    let session = hub.session(headers).await?;
    let Some(known) = visitor(headers).or_else(|| kept.and_then(visitor_id)) else {
        return Ok((newcomer()?, session));
    };
    match hub.documents.standing(visitor_key(&known)).await? {
        Standing::Erased => Err(Refusal::erased()),
        // Her document became a customer's. While that customer is signed in, an edit that comes late may
        // follow it there; after that, whoever sits here is somebody new.
        Standing::Sealed(into) if session.as_ref().is_none_or(|session| session.shopper() != into) => {
            Ok((newcomer()?, session))
        }
        _ => Ok((known, session)),
    }
}

/// A visitor never seen before.
fn newcomer() -> Result<VisitorId, Refusal> {
    let id = random::token::<16>()?;
    Ok(VisitorId::new(&id).expect("22 letters and digits are an id"))
}

async fn answer(hub: &Hub, visitor: &VisitorId, session: Option<Session>) -> Result<Response, Refusal> {
    let customer = match &session {
        Some(session) => Some(Customer::of(hub, session).await?),
        None => None,
    };
    let visit = Visit { visitor: visitor.as_str().to_owned(), customer, hub_time: hub.config.clock.now().0 };
    let mut response = Reply(visit).into_response();
    cookie::set(response.headers_mut(), cookie::VISITOR, visitor.as_str(), cookie::LONGEST);
    Ok(response)
}
