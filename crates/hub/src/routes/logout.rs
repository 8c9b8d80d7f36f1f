//! `POST /v1/logout`: ends the session of this browser. 204, also when there was none.
//!
//! The visitor cookie goes too: the next person at this browser starts as somebody new.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::app::Hub;
use crate::body::NoForm;
use crate::history::Event;
use crate::identity::cookie;
use crate::identity::session::Found;
use crate::refusal::Refusal;

pub(super) async fn logout(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    _: NoForm,
) -> Result<(StatusCode, HeaderMap), Refusal> {
    if let Some(token) = cookie::read(&headers, cookie::SESSION)
        && let Found::Live(session) = hub.sessions.find(token).await?
    {
        hub.sessions.end(session.key).await?;
        hub.accounts.signed_out(session.shopper(), session.key).await?;
        hub.history.note(session.shopper(), Event::SignedOut, hub.config.clock.now()).await?;
    }
    let mut answer = HeaderMap::new();
    cookie::clear(&mut answer, cookie::SESSION);
    cookie::clear(&mut answer, cookie::VISITOR);
    Ok((StatusCode::NO_CONTENT, answer))
}
