//! What stands after the question mark.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// A query of a known form.
pub(super) struct Asked<T>(pub(super) T);

const QUERY: Refusal = Refusal::bad("bad-query", "The address has no query of the form that this route takes.")
    .fix("Compare it with the route's parameters in openapi.json.");

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        Query::from_request_parts(parts, state).await.map(|Query(query)| Self(query)).map_err(|_| QUERY)
    }
}
