//! How a shopper is reached. Hers: `GET /v1/messages` and `POST /v1/messages/seen` for the window, `GET` and
//! `POST /v1/contact` for her settings, `POST /v1/waiting` for what is sold out. From a mail: `GET` and `POST
//! /v1/unsubscribe`. The shop's: `POST /v1/messages/run`.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use wellmet_engine::id::ItemId;

use super::query::Asked;
use crate::app::Hub;
use crate::body::Json;
use crate::drawer::Write;
use crate::due::message::escaped;
use crate::due::{Round, Settings, State as Sent};
use crate::identity::shop::Shop;
use crate::refusal::Refusal;
use crate::rules::Channel;
use crate::store::Key;
use crate::zone;

const ZONE: Refusal = Refusal::senseless("time-zone", "That is no name of a time zone.")
    .fix("Send what `Intl.DateTimeFormat().resolvedOptions().timeZone` says, such as Europe/Vienna.");
const LOCALE: Refusal =
    Refusal::senseless("locale", "That is no language tag.").fix("Send a BCP 47 tag such as de-AT.");
const ITEM: Refusal = Refusal::senseless("item-id", "That is no id of an article.");
const LINK: Refusal = Refusal::unknown("unsubscribe-link", "The link is not one of the hub's.")
    .fix("Open the link of a mail as it is; or sign in and change it there.");

pub(super) async fn messages(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    let session = hub.signed_in(&headers).await?;
    let desk = hub.desks.get(session.shopper()).await?;
    let now = hub.config.clock.now();
    let here = desk.out.iter().filter(|message| message.channel == Channel::Window && message.not_before <= now.0);
    let here = here.filter(|message| message.state == Sent::Sent).map(
        |message| json!({ "id": message.id, "trigger": message.trigger, "at": message.at, "fields": message.fields }),
    );
    Ok(Reply(json!({ "messages": here.collect::<Vec<_>>() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    id: String,
}

pub(super) async fn seen(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(ask): Json<Seen>,
) -> Result<StatusCode, Refusal> {
    let session = hub.signed_in(&headers).await?;
    hub.desks
        .change(session.shopper(), |desk| {
            let message = desk.out.iter_mut().find(|message| message.id == ask.id && message.state == Sent::Sent);
            let Some(message) = message else { return Ok((Write::No, ())) };
            message.state = Sent::Seen;
            Ok((Write::Yes, ()))
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn shown(settings: &Settings, watched: &[String]) -> Reply<Value> {
    Reply(json!({ "mail": settings.mail, "zone": settings.zone, "locale": settings.locale, "waitingFor": watched }))
}

pub(super) async fn contact(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    let session = hub.signed_in(&headers).await?;
    let desk = hub.desks.get(session.shopper()).await?;
    Ok(shown(&desk.settings, &desk.watched))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wishes {
    mail: Option<bool>,
    zone: Option<String>,
    locale: Option<String>,
}

pub(super) async fn set_contact(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(wishes): Json<Wishes>,
) -> Result<Reply<Value>, Refusal> {
    let session = hub.signed_in(&headers).await?;
    if wishes.zone.as_deref().is_some_and(|zone| zone::named(zone, hub.config.clock.now()).is_none()) {
        return Err(ZONE.at("zone"));
    }
    let tag =
        |locale: &str| locale.len() <= 35 && locale.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if wishes.locale.as_deref().is_some_and(|locale| locale.is_empty() || !tag(locale)) {
        return Err(LOCALE.at("locale"));
    }
    let desk = hub
        .desks
        .change(session.shopper(), |desk| {
            let before = desk.settings.clone();
            desk.settings.mail = wishes.mail.unwrap_or(before.mail);
            desk.settings.zone = wishes.zone.clone().or_else(|| before.zone.clone());
            desk.settings.locale = wishes.locale.clone().or_else(|| before.locale.clone());
            Ok((if desk.settings == before { Write::No } else { Write::Yes }, desk.clone()))
        })
        .await?;
    Ok(shown(&desk.settings, &desk.watched))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wait {
    item: String,
    #[serde(default = "yes")]
    waits: bool,
}

const fn yes() -> bool {
    true
}

pub(super) async fn wait(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(ask): Json<Wait>,
) -> Result<StatusCode, Refusal> {
    let session = hub.signed_in(&headers).await?;
    if ItemId::new(&ask.item).is_none() {
        return Err(ITEM.at("item"));
    }
    hub.wait_for(session.shopper(), &ask.item, ask.waits).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn run(State(hub): State<Arc<Hub>>, _: Shop) -> Result<Reply<Round>, Refusal> {
    hub.look_after_all().await.map(Reply)
}

#[derive(Deserialize)]
pub(super) struct Link {
    t: String,
}

/// Words of the page behind the link in a mail.
const ASK: &str = "No more messages like this?";
const DONE: &str = "Done: no more messages. You can change it in the shop.";

fn page(text: &str, button: Option<&str>) -> Response {
    let button = button.map_or_else(String::new, |action| {
        format!("<form method=\"post\" action=\"{}\"><button>Yes, stop them</button></form>", escaped(action))
    });
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{0}</title></head><body><main><h1>{0}</h1>{button}</main></body></html>",
        escaped(text)
    );
    let policy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'";
    let mut response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

async fn whose(hub: &Hub, token: &str) -> Result<Key, Refusal> {
    #[derive(Deserialize)]
    struct Claims {
        kind: String,
        of: String,
    }
    let claims: Claims = hub.signing.verified(token, hub.config.clock.now()).await?.ok_or(LINK)?;
    Key::from_hex(&claims.of).filter(|_| claims.kind == "unsubscribe").ok_or(LINK)
}

/// Asks first: programs that look into mails open links, and must not change anything.
pub(super) async fn unsubscribe_page(
    State(hub): State<Arc<Hub>>,
    Asked(link): Asked<Link>,
) -> Result<Response, Refusal> {
    whose(&hub, &link.t).await?;
    Ok(page(ASK, Some(&format!("{}?t={}", hub.config.path("/v1/unsubscribe"), link.t))))
}

/// One click (RFC 8058): no cookie, no session, nothing to confirm.
pub(super) async fn unsubscribe(State(hub): State<Arc<Hub>>, Asked(link): Asked<Link>) -> Result<Response, Refusal> {
    let shopper = whose(&hub, &link.t).await?;
    hub.desks
        .change(shopper, |desk| {
            let was = std::mem::replace(&mut desk.settings.mail, false);
            Ok((if was { Write::Yes } else { Write::No }, ()))
        })
        .await?;
    Ok(page(DONE, None))
}
