//! `POST /v1/sync`: one exchange of document bytes, as [`wellmet_state`] defines them.
//!
//! The document is the session's customer's, else the visitor cookie's. The header `wellmet-as` says
//! what the page believes to be; when that is not so the answer is 409 and nothing is exchanged, with
//! one exception: a tab that has not noticed yet that its browser signed in is told 409 too, but its edits
//! are kept first and follow the anonymous document to where it went.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;

use crate::app::{Hub, NO_IDENTITY, Who, check_belief, visitor};
use crate::body::{Answer, Octets};
use crate::identity::visitor_key;
use crate::refusal::Refusal;

pub(super) async fn sync(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Octets(request): Octets,
) -> Result<Answer, Refusal> {
    let who = hub.who(&headers).await?.ok_or(NO_IDENTITY)?;
    if let Err(refusal) = check_belief(&headers, &who) {
        if let (Who::Customer(session), Some(visitor)) = (&who, visitor(&headers))
            && check_belief(&headers, &Who::Visitor(visitor.clone())).is_ok()
        {
            hub.documents.follow(visitor_key(&visitor), session.shopper(), session.life, &request).await?;
        }
        return Err(refusal);
    }
    let (life, speaker) = match &who {
        Who::Customer(session) => (session.life, Some(session.key)),
        Who::Visitor(_) => (1, None),
    };
    hub.documents.exchange(who.shopper(), life, speaker, &request).await.map(Answer)
}
