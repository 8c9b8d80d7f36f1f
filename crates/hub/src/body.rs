//! Reading a request's body: of the right kind, within its size, and in one piece.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// A body of `application/json`.
pub(crate) struct Json<T>(pub(crate) T);

/// A body of `application/octet-stream`.
pub(crate) struct Octets(pub(crate) Bytes);

/// An answer of `application/octet-stream`.
pub(crate) struct Answer(pub(crate) Vec<u8>);

const KIND: Refusal = Refusal::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "content-type",
    "The body is not of the kind that this route takes.",
)
.fix("Send application/json, or application/octet-stream to exchange documents.");
const TOO_LARGE: Refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large.");
const JSON: Refusal = Refusal::bad("bad-json", "The body is not the JSON that this route takes.")
    .fix("Compare it with the route's schema in openapi.json.");
const CUT: Refusal = Refusal::bad("body-incomplete", "The body did not arrive whole.");

/// The whole body, if it is of a kind.
pub(crate) async fn whole<S: Send + Sync>(request: Request, state: &S, kind: &str) -> Result<Bytes, Refusal> {
    if !is_kind(request.headers(), kind) {
        return Err(KIND);
    }
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE { TOO_LARGE } else { CUT })
}

fn is_kind(headers: &HeaderMap, kind: &str) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(';').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(kind))
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = whole(request, state, "application/json").await?;
        read(&bytes).map(Self)
    }
}

/// Reads JSON; a refusal names the place.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        // `.` is the whole body.
        if place == "." { JSON } else { JSON.at(place) }
    })?;
    reader.end().map_err(|_| JSON)?;
    Ok(read)
}

impl<S: Send + Sync> FromRequest<S> for Octets {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        whole(request, state, "application/octet-stream").await.map(Self)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "application/octet-stream")], self.0).into_response()
    }
}

/// For routes without a body: refuses what a plain form would send, and reads nothing.
pub(crate) struct NoForm;

impl<S: Send + Sync> FromRequest<S> for NoForm {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let headers = request.headers();
        let fits = !headers.contains_key(header::CONTENT_TYPE)
            || is_kind(headers, "application/json")
            || is_kind(headers, "application/octet-stream");
        if fits { Ok(Self) } else { Err(KIND) }
    }
}
