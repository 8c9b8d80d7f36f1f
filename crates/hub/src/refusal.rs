//! What a caller is told when the hub does not do as asked: a status, a stable code, a sentence, and
//! how to put it right.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::store::StoreError;

/// A request that is not carried out. On the wire: the status and JSON `{code, message, at?, fix?}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code, part of the public interface.
    pub code: &'static str,
    /// One sentence. Never holds what the caller sent, nor anything about a person.
    pub message: &'static str,
    /// The place in the body, such as `lines[0].quantity`.
    pub at: Option<String>,
    /// What to do about it.
    pub fix: Option<&'static str>,
    /// Seconds after which trying again makes sense.
    pub retry_after: Option<u16>,
}

#[derive(Serialize)]
struct Body {
    code: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

impl Refusal {
    /// A refusal without advice.
    #[must_use]
    pub const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, at: None, fix: None, retry_after: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub const fn fix(mut self, fix: &'static str) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Adds the place in the body.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.at = Some(place.into());
        self
    }

    /// Adds when to try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u16) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// 400: the request cannot be read.
    #[must_use]
    pub const fn bad(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 422: the request can be read and makes no sense.
    #[must_use]
    pub const fn senseless(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, message)
    }

    /// 401: who is asking is not known, or not believed.
    #[must_use]
    pub const fn unknown(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message)
    }

    /// 410: the shopper asked to be forgotten. The device clears what it holds and does not upload it.
    #[must_use]
    pub const fn erased() -> Self {
        Self::new(StatusCode::GONE, "erased", "This shopper asked to be forgotten.")
            .fix("Erase what this device holds and start as a new visitor.")
    }

    /// 503: too much at once.
    #[must_use]
    pub const fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "The hub is busy.").fix("Try again later.").retry_after(2)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::busy(),
            StoreError::TooLarge(_) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "There is no room for that much.")
            }
            StoreError::Damaged => crate::store::damaged("sealed value"),
            StoreError::Newer(_) | StoreError::Failed(_) | StoreError::Keyring(_) => {
                tracing::error!(%error, "the store failed");
                let message = "The hub cannot reach its store; nothing was changed.";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "store-failed", message)
                    .fix("Keep the change on the device and try again later.")
                    .retry_after(5)
            }
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Body { code: self.code, message: self.message, at: self.at, fix: self.fix };
        let mut response = (self.status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
