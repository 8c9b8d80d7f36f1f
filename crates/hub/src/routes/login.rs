//! `POST /v1/login`: a token of the shop's backend becomes a session, and what the shopper did
//! before becomes hers. `{token, policy?, document?}` gives `{customer, record, document, hubTime}`.
//!
//! The order of the steps is what makes a login safe to break off and to repeat: the anonymous document
//! is sealed before it is folded, so that no edit slips between; folding the same operations again
//! changes nothing; and the session is handed out last.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use wellmet_state::Policy;

use super::visit::Customer;
use crate::app::{Hub, visitor};
use crate::body::Json;
use crate::documents::{self, Standing};
use crate::history::Event;
use crate::identity::session::{Found, Session, Sessions};
use crate::identity::token::{self, Login, Scope};
use crate::identity::{cookie, customer_key, use_up, visitor_key};
use crate::random;
use crate::refusal::Refusal;
use crate::store::Key;

#[derive(Deserialize)]
pub(super) struct Ask {
    token: String,
    policy: Option<String>,
    document: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Welcome {
    customer: Customer,
    record: String,
    document: String,
    hub_time: i64,
}

pub(super) const NO_KEYS: Refusal = Refusal::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "no-keys",
    "The hub knows no key of the shop, so nobody can sign in.",
)
.fix("Start it with --jwks or --jwt-secret-file.");
const BASE64: Refusal = Refusal::bad("bad-base64", "The anonymous document is not base64.");
const POLICY: Refusal =
    Refusal::bad("unknown-policy", "There is no such login policy.").fix("Use max, sum, guest, account, ask or defer.");

pub(super) async fn login(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(ask): Json<Ask>,
) -> Result<(HeaderMap, Reply<Welcome>), Refusal> {
    if hub.config.keys.is_empty() {
        return Err(NO_KEYS);
    }
    // Everything that can be refused is looked at before the token is used up.
    let policy = Policy::from_name(ask.policy.as_deref().unwrap_or("max")).ok_or(POLICY)?;
    let posted = ask.document.map(|text| STANDARD.decode(text)).transpose().map_err(|_| BASE64)?;
    let posted = posted.map(|bytes| hub.documents.receive(bytes)).transpose()?;
    let visitor = visitor(&headers).map(|visitor| visitor_key(&visitor));
    if let Some(visitor) = visitor
        && hub.documents.standing(visitor).await? == Standing::Erased
    {
        return Err(Refusal::erased());
    }
    let now = hub.config.clock.now();
    let login = token::verify(&hub.config.keys, &hub.config.audience, &ask.token, Scope::Shopper, now)?;
    use_up(&hub, &login).await?;

    let (session, document) = join(&hub, visitor, &login, policy, posted).await?;
    let secret = random::token::<32>()?;
    let key = Sessions::key(&secret).expect("32 bytes are 43 letters");
    let session = Session { key, ..session };
    admit(&hub, &headers, visitor, &login, &session).await?;

    let mut cookies = HeaderMap::new();
    cookie::set(&mut cookies, cookie::SESSION, &secret, hub.sessions.cookie_seconds());
    let customer = Customer::of(&hub, &session).await?;
    let record = hub.records.get(&session.customer, customer.name.clone()).await?;
    let welcome = Welcome {
        customer,
        record: STANDARD.encode(record.encode()),
        document: STANDARD.encode(document),
        hub_time: now.0,
    };
    Ok((cookies, Reply(welcome)))
}

/// Makes the anonymous documents the customer's: the one that the page holds, and the one that the
/// hub keeps for this browser. Both are states of one document, named by the visitor; a browser without
/// a visitor cookie has only the page's, named by what it holds. The session has no key of its own yet.
async fn join(
    hub: &Hub,
    visitor: Option<Key>,
    login: &Login,
    policy: Policy,
    posted: Option<Vec<u8>>,
) -> Result<(Session, Vec<u8>), Refusal> {
    let shopper = customer_key(&login.customer);
    let documents = &hub.documents;
    let life = documents.open(shopper).await?;
    let stored = match visitor {
        Some(visitor) => documents.seal(visitor, shopper, policy).await?,
        None => None,
    };
    let mut document = documents.read(shopper, life).await?;
    if let (Some(visitor), true) = (visitor, stored.is_some()) {
        // What she asked and looked at before goes with her; done again it changes nothing.
        hub.threads.follow(visitor, shopper).await?;
        let journey = hub.journeys.get(visitor).await?;
        hub.journeys.merge(shopper, &journey, hub.config.clock.now()).await?;
        hub.journeys.remove(visitor).await?;
    }
    for anonymous in stored.into_iter().chain(posted) {
        let name = visitor.unwrap_or_else(|| documents::name_of(&anonymous));
        document = documents.fold(shopper, life, name, &anonymous, policy).await?;
    }
    Ok((Session { customer: login.customer.clone(), life, key: shopper }, document))
}

/// Starts the session and notes it, ends the one that this browser had.
async fn admit(
    hub: &Hub,
    headers: &HeaderMap,
    visitor: Option<Key>,
    login: &Login,
    session: &Session,
) -> Result<(), Refusal> {
    let now = hub.config.clock.now();
    let name = login.name.as_deref();
    let crowded_out = hub.accounts.signed_in(&login.customer, name, session.key, visitor, now).await?;
    if let Some(oldest) = crowded_out {
        hub.sessions.end(oldest).await?;
    }
    hub.sessions.start(session.key, &login.customer, session.life).await?;
    hub.history.note(session.shopper(), Event::SignedIn, now).await?;
    if hub.documents.read(session.shopper(), session.life).await.is_err() {
        // She was forgotten meanwhile, on another device. Nothing of this login may stay.
        hub.sessions.bury(session.key).await?;
        hub.forget(Some((session.shopper(), session.life)), visitor).await?;
        return Err(Refusal::erased());
    }
    if let Some(earlier) = cookie::read(headers, cookie::SESSION)
        && let Found::Live(earlier) = hub.sessions.find(earlier).await?
    {
        // Another customer's ends at once.
        if earlier.shopper() == session.shopper() {
            hub.documents.reseat(session.shopper(), session.life, earlier.key, session.key).await?;
            hub.sessions.succeed(earlier.key, session.key).await?;
        } else {
            hub.sessions.end(earlier.key).await?;
        }
        hub.accounts.signed_out(earlier.shopper(), earlier.key).await?;
    }
    Ok(())
}
