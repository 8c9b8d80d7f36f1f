//! `GET /v1/record`: what the shop's books say of the signed-in customer, as
//! [`wellmet_engine::record::Record`] bytes. Needs a session.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;

use crate::app::Hub;
use crate::body::Answer;
use crate::refusal::Refusal;

pub(super) async fn record(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Answer, Refusal> {
    let session = hub.signed_in(&headers).await?;
    let name = hub.accounts.get(session.shopper()).await?.and_then(|account| account.name);
    Ok(Answer(hub.records.get(&session.customer, name).await?.encode()))
}
