//! `DELETE /v1/shopper`: forgets the shopper. 204, also when nothing was known.
//!
//! With a session everything of the customer goes: her documents, those of the visitors that became
//! hers, her record, her sessions on all devices, her history. With a visitor cookie alone that
//! visitor's document goes. Devices that come back later are told 410 and keep nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::app::{Hub, visitor};
use crate::body::NoForm;
use crate::identity::session::Found;
use crate::identity::{cookie, visitor_key};
use crate::refusal::Refusal;

pub(super) async fn forget(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    _: NoForm,
) -> Result<(StatusCode, HeaderMap), Refusal> {
    let customer = match cookie::read(&headers, cookie::SESSION) {
        Some(token) => match hub.sessions.find(token).await? {
            Found::Live(session) => Some((session.shopper(), session.life)),
            // Asked for before, perhaps on another device; what was begun is finished without her.
            Found::Erased | Found::Nothing => None,
        },
        None => None,
    };
    let visitor = visitor(&headers).map(|visitor| visitor_key(&visitor));
    if customer.is_some() || visitor.is_some() {
        hub.forget(customer, visitor).await?;
    }
    let mut answer = HeaderMap::new();
    cookie::clear(&mut answer, cookie::SESSION);
    cookie::clear(&mut answer, cookie::VISITOR);
    Ok((StatusCode::NO_CONTENT, answer))
}
