//! The shop's own systems: who may tell the hub of orders and stock, and ask it what counts.
//!
//! A caller shows that it knows a secret shared with the hub, in one of three ways: `authorization:
//! Bearer SECRET`; `wellmet-signature: t=SECONDS,v1=HEX` with the HMAC-SHA256 of `SECONDS.BODY`, good for
//! five minutes; or `x-shopify-hmac-sha256` with the base64 HMAC-SHA256 of the body. The second never
//! sends the secret and cannot be replayed later.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use wellmet_engine::time::{Instant, Span};

use super::keys::{KeyError, LEAST_SECRET};
use crate::app::Hub;
use crate::body;
use crate::guard::OFTEN;
use crate::refusal::Refusal;

/// How far a signature's time may be from the hub's.
const TOLERANCE: Span = Span(5 * Span::MINUTE.0);

/// Secrets shared with the shop's systems. Several, so that one can be replaced without a gap.
#[derive(Clone, Default)]
pub struct ShopSecrets(Vec<Vec<u8>>);

impl std::fmt::Debug for ShopSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ShopSecrets({})", self.0.len())
    }
}

impl ShopSecrets {
    /// Reads secrets, one a line.
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`] for one of less than [`LEAST_SECRET`] bytes.
    pub fn lines(text: &str) -> Result<Self, KeyError> {
        let secrets = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let secrets: Vec<Vec<u8>> = secrets.map(|line| line.as_bytes().to_vec()).collect();
        if secrets.is_empty() || secrets.iter().any(|secret| secret.len() < LEAST_SECRET) {
            return Err(KeyError::ShortSecret);
        }
        Ok(Self(secrets))
    }

    /// Whether nobody can speak for the shop.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The secret that the hub signs with what it sends to the shop.
    pub(crate) fn newest(&self) -> Option<&[u8]> {
        self.0.first().map(Vec::as_slice)
    }

    fn bears(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let Some(sent) = sent.and_then(|value| value.strip_prefix("Bearer ")) else { return false };
        // Hashes are compared, so the time tells nothing of the secret.
        let sent = Sha256::digest(sent.as_bytes());
        self.0.iter().any(|secret| Sha256::digest(secret) == sent)
    }

    fn signs(&self, headers: &HeaderMap, body: &[u8], now: Instant) -> bool {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some((time, given)) = text("wellmet-signature").and_then(parts) {
            let Ok(seconds) = time.parse::<i64>() else { return false };
            let off = now.0.abs_diff(seconds.saturating_mul(1_000));
            return off <= TOLERANCE.0.unsigned_abs()
                && self
                    .0
                    .iter()
                    .any(|secret| mac(secret, &[time.as_bytes(), b".", body]).verify_slice(&given).is_ok());
        }
        let Some(given) = text("x-shopify-hmac-sha256").and_then(|text| STANDARD.decode(text).ok()) else {
            return false;
        };
        self.0.iter().any(|secret| mac(secret, &[body]).verify_slice(&given).is_ok())
    }
}

fn mac(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length will do");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

/// The value of the header `wellmet-signature` for a body that the hub sends.
pub(crate) fn signature(secret: &[u8], body: &[u8], now: Instant) -> String {
    let time = (now.0 / 1_000).to_string();
    let code = mac(secret, &[time.as_bytes(), b".", body]).finalize().into_bytes();
    let hex: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

fn parts(header: &str) -> Option<(&str, Vec<u8>)> {
    let (time, code) = header.split_once(',')?;
    let hex = code.trim().strip_prefix("v1=")?;
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = hex.as_bytes().chunks_exact(2).map(byte).collect::<Option<Vec<u8>>>()?;
    Some((time.trim().strip_prefix("t=")?, bytes))
}

/// The shop asks, without a body.
pub(crate) struct Shop;

/// The shop says something, in JSON.
pub(crate) struct Said<T>(pub(crate) T);

const NO_SECRET: Refusal = Refusal::new(
    axum::http::StatusCode::SERVICE_UNAVAILABLE,
    "no-shop-secret",
    "The hub shares no secret with the shop's systems, so nobody can speak for the shop.",
)
.fix("Start it with --shop-secret-file.");
const NOT_THE_SHOP: Refusal = Refusal::unknown("shop-secret", "This caller has not shown that it speaks for the shop.")
    .fix("Send `authorization: Bearer <secret>`, or sign the body: see docs/hub.md.");

fn refuse(hub: &Hub, parts: &Parts) -> Refusal {
    if hub.config.shop.is_empty() {
        return NO_SECRET;
    }
    if hub.counts_as_wrong(parts) { OFTEN } else { NOT_THE_SHOP }
}

impl FromRequestParts<Arc<Hub>> for Shop {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        if hub.config.shop.bears(&parts.headers) { Ok(Self) } else { Err(refuse(hub, parts)) }
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<Hub>> for Said<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, hub: &Arc<Hub>) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let borne = hub.config.shop.bears(&parts.headers);
        let signed =
            ["wellmet-signature", "x-shopify-hmac-sha256"].iter().any(|name| parts.headers.contains_key(*name));
        // Nobody's megabytes are read before something speaks for her.
        if !borne && !signed {
            return Err(refuse(hub, &parts));
        }
        let request = Request::from_parts(parts.clone(), body);
        let bytes: Bytes = body::whole(request, hub, "application/json").await?;
        if !borne && !hub.config.shop.signs(&parts.headers, &bytes, hub.config.clock.now()) {
            return Err(refuse(hub, &parts));
        }
        body::read(&bytes).map(Self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;
    use axum::http::HeaderValue;

    const SECRET: &[u8] = b"a secret of the shop's systems, long enough";

    fn secrets() -> ShopSecrets {
        ShopSecrets::lines(
            "another secret that was here before, for a while\na secret of the shop's systems, long enough",
        )
        .unwrap()
    }

    fn with(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn a_signature_is_good_for_its_body_and_its_five_minutes() {
        let (now, body) = (Instant(1_700_000_000_000), b"{\"id\":1}");
        let header = with("wellmet-signature", &signature(SECRET, body, now));
        assert!(secrets().signs(&header, body, now));
        assert!(secrets().signs(&header, body, now + Span(299_000)));
        assert!(!secrets().signs(&header, body, now + Span(301_000)), "replayed");
        assert!(!secrets().signs(&header, body, now - Span(301_000)));
        assert!(!secrets().signs(&header, b"{\"id\":2}", now));
        let other = with("wellmet-signature", &signature(b"some other secret of thirty-two bytes", body, now));
        assert!(!secrets().signs(&other, body, now));
        for wrong in ["", "t=1", "t=1,v1=zz", "t=x,v1=00", "v1=00,t=1", "t=1700000000,v1="] {
            assert!(!secrets().signs(&with("wellmet-signature", wrong), body, now), "{wrong}");
        }
    }

    #[test]
    fn shopify_signs_the_body_alone() {
        let body = b"{\"id\":1}";
        let code = STANDARD.encode(mac(SECRET, &[body]).finalize().into_bytes());
        assert!(secrets().signs(&with("x-shopify-hmac-sha256", &code), body, Instant(0)));
        assert!(!secrets().signs(&with("x-shopify-hmac-sha256", &code), b"{}", Instant(0)));
    }

    #[test]
    fn short_secrets_are_refused_and_bearers_compared_whole() {
        assert!(ShopSecrets::lines("short").is_err());
        assert!(ShopSecrets::lines("\n").is_err());
        assert!(secrets().bears(&with("authorization", "Bearer a secret of the shop's systems, long enough")));
        assert!(!secrets().bears(&with("authorization", "Bearer a secret of the shop's systems, long enoug")));
        assert!(!secrets().bears(&with("authorization", "a secret of the shop's systems, long enough")));
    }
}
