//! Handing a message on to a system of the shop's own: a marketing tool, a call centre, a printer of letters.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Uri, header};
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use wellmet_engine::time::Instant;

use super::Message;
use crate::identity::shop;

/// Longest that the other side may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where messages are handed on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookSettings {
    /// An http or https address. What is sent is signed with the newest of the shop's secrets, as
    /// `wellmet-signature`.
    pub url: String,
}

/// Hands a message on and returns once the other side has taken it.
pub(super) async fn send(
    settings: &WebhookSettings,
    secret: &[u8],
    message: &Message,
    customer: &str,
    written: Value,
    now: Instant,
) -> Result<(), String> {
    let uri: Uri = settings.url.parse().map_err(|_| "the webhook's address is none".to_owned())?;
    let body = json!({
        "id": message.id, "trigger": message.trigger, "channel": message.channel, "customer": customer, "at": message.at,
        "locale": message.locale, "order": message.order, "fields": message.fields, "written": written,
    })
    .to_string();
    let request = Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header("wellmet-signature", shop::signature(secret, body.as_bytes(), now))
        // The receiver may see a message again after a crash; the key is the same.
        .header("idempotency-key", &message.id)
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| error.to_string())?;
    let https = HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| format!("no root certificates: {error}"))?
        .https_or_http()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(https);
    let answer = tokio::time::timeout(PATIENCE, client.request(request)).await;
    match answer {
        Err(_) => Err("the webhook did not answer".into()),
        Ok(Err(_)) => Err("the webhook could not be reached".into()),
        Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
        Ok(Ok(answer)) => Err(format!("the webhook answered {}", answer.status())),
    }
}
