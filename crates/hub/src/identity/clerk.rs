//! Clerks at work: somebody of the shop, signed in with a token of scope `consultant`. That alone opens
//! no shopper's document; a grant does (see [`crate::grants`]).

use serde::{Deserialize, Serialize};
use wellmet_engine::time::{Instant, Span};

use super::token::Login;
use crate::app::Hub;
use crate::random;
use crate::refusal::Refusal;
use crate::store::change::{Next, change};
use crate::store::{Bucket, Key, Owner, Place, damaged};

/// How long a clerk stays signed in: a working day.
pub(crate) const SHIFT: Span = Span(12 * 60 * Span::MINUTE.0);

/// A clerk. Stored as JSON: fields may be added, none may change its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Clerk {
    /// The shop's id for her.
    pub(crate) id: String,
    /// Her name; the shopper sees it.
    pub(crate) name: Option<String>,
    /// When she is signed out, in milliseconds since 1970.
    pub(crate) until: i64,
}

fn place(token: &str) -> Option<Place> {
    (token.len() == 43).then(|| Place { bucket: Bucket::Clerk, key: Key::of("clerk", token) })
}

/// Signs a clerk in; returns the secret for her cookie.
pub(crate) async fn begin(hub: &Hub, login: &Login, now: Instant) -> Result<(String, Clerk), Refusal> {
    let until = now + SHIFT;
    let clerk = Clerk { id: login.customer.as_str().to_owned(), name: login.name.clone(), until: until.0 };
    let secret = random::token::<32>()?;
    let place = place(&secret).expect("32 bytes are 43 letters");
    let value = serde_json::to_vec(&clerk).map_err(|_| damaged("clerk"))?;
    let owner = Owner::Is(Key::of("clerk-id", &clerk.id));
    let put = |_: Option<&[u8]>| Ok(Next::PutOf { owner, value: value.clone(), until: Some(until), answer: () });
    change(&*hub.store, place, put).await?;
    Ok((secret, clerk))
}

/// Who a cookie names.
pub(crate) async fn find(hub: &Hub, token: &str) -> Result<Option<Clerk>, Refusal> {
    let Some(place) = place(token) else { return Ok(None) };
    let Some(kept) = hub.store.get(place).await? else { return Ok(None) };
    serde_json::from_slice(&kept.value).map(Some).map_err(|_| damaged("clerk"))
}

/// Signs a clerk out.
pub(crate) async fn end(hub: &Hub, token: &str) -> Result<(), Refusal> {
    let Some(place) = place(token) else { return Ok(()) };
    change(&*hub.store, place, |_| Ok(Next::Remove(()))).await
}
