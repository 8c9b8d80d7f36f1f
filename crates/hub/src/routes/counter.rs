//! The page for clerks at the counter, and what it asks beside [`super::clerk`]: `GET /v1/clerk` is the page,
//! `GET /v1/clerk/me` who is at work, `GET /v1/clerk/grants/{id}/around` the customer's questions and her
//! contact in the shop, `POST …/answers` answers one, `POST …/return` gives the customer back to herself.
//! `GET /v1/grants/qr?code=…` draws the code for a shopper to show.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Instant, Span};

use super::clerk::at_work;
use super::query::Asked;
use crate::app::Hub;
use crate::body::{Json, NoForm};
use crate::drawer::{Drawer, Write};
use crate::history::Event;
use crate::identity::clerk::Clerk;
use crate::refusal::Refusal;
use crate::rules::Verdict;
use crate::store::{Bucket, Key};
use crate::threads::Answer;

/// The page may load its own script and style, ask the hub, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Wrong codes until a clerk has to wait, and for how long: with 40 random bits a code, nobody guesses one so.
const TRIES: u32 = 10;
const LOCKED: Span = Span(15 * Span::MINUTE.0);

const LOCKED_OUT: Refusal =
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "clerk-locked", "Too many wrong codes were tried by this clerk.")
        .fix("Wait a quarter of an hour.")
        .retry_after(900);
const CODE: Refusal = Refusal::bad("bad-code", "A code has eight letters and digits.");
const TOO_LONG: Refusal = Refusal::bad("bad-qr", "That does not fit into a picture.");

fn asset(kind: &'static str, body: &'static str) -> Response {
    let mut response = ([(header::CONTENT_TYPE, kind)], body).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

pub(super) async fn page() -> Response {
    asset("text/html; charset=utf-8", include_str!("../../assets/clerk.html"))
}

pub(super) async fn style() -> Response {
    asset("text/css; charset=utf-8", include_str!("../../assets/clerk.css"))
}

pub(super) async fn script() -> Response {
    asset("text/javascript; charset=utf-8", include_str!("../../assets/clerk.js"))
}

#[derive(Serialize)]
pub(super) struct Me {
    clerk: Option<Clerk>,
}

/// Who is at work here; nobody is no error, or the page would begin with one.
pub(super) async fn me(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Me>, Refusal> {
    match at_work(&hub, &headers).await {
        Ok(clerk) => Ok(Reply(Me { clerk: Some(clerk) })),
        Err(refusal) if refusal.code == "no-clerk" => Ok(Reply(Me { clerk: None })),
        Err(refusal) => Err(refusal),
    }
}

/// Wrong codes of a clerk lately.
#[derive(Default, Serialize, Deserialize)]
struct Tries {
    wrong: u32,
}

fn tries(hub: &Hub, clerk: &Clerk) -> (Drawer<Tries>, Key) {
    (Drawer::new(&hub.store, Bucket::Hub, "tries"), Key::of("clerk-tries", &clerk.id))
}

/// Lets a clerk try a code, unless she tried too many wrong ones; on every hub of the shop.
pub(super) async fn may_try(hub: &Hub, clerk: &Clerk) -> Result<(), Refusal> {
    let (drawer, key) = tries(hub, clerk);
    let wrong = drawer.get(key).await?.map_or(0, |tries| tries.wrong);
    if wrong >= TRIES { Err(LOCKED_OUT) } else { Ok(()) }
}

/// Counts a wrong code.
pub(super) async fn was_wrong(hub: &Hub, clerk: &Clerk, now: Instant) -> Result<(), Refusal> {
    let (drawer, key) = tries(hub, clerk);
    drawer
        .change(key, |tries| {
            tries.wrong = tries.wrong.saturating_add(1);
            Ok((Write::Until(now + LOCKED), ()))
        })
        .await
}

pub(super) async fn around(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Reply<Value>, Refusal> {
    let clerk = at_work(&hub, &headers).await?;
    let granted = hub.grants.of_clerk(&id, &clerk).await?;
    let thread = hub.threads.get(granted.whose()?.shopper).await?;
    let contact = match granted.grant.customer.as_deref().and_then(CustomerId::new) {
        Some(customer) => {
            let person = hub.person(&customer).await?;
            let verdict = hub.config.rules.judge(&person, &["contact"], hub.config.clock.now());
            verdict.into_iter().find(Verdict::applies).map(|verdict| verdict.json())
        }
        None => None,
    };
    Ok(Reply(json!({ "thread": thread.id, "entries": thread.entries, "contact": contact })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    question: String,
    text: String,
}

pub(super) async fn answer(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    Json(ask): Json<Answered>,
) -> Result<StatusCode, Refusal> {
    let clerk = at_work(&hub, &headers).await?;
    let whose = hub.grants.of_clerk(&id, &clerk).await?.whose()?;
    let now = hub.config.clock.now();
    let by = clerk.name.clone().unwrap_or_else(|| clerk.id.clone());
    let answer = Answer { at: 0, by: by.clone(), channel: "store".into(), text: ask.text };
    hub.threads.answer(whose.shopper, whose.anonymous, &ask.question, answer, now).await?;
    let what = Some("answered a question".to_owned());
    hub.history.note_by(whose.shopper, Event::GrantEdited, now, Some(by), what).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The clerk is done: what she opened is the customer's alone again.
pub(super) async fn give_back(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Path(id): Path<String>,
    _: NoForm,
) -> Result<StatusCode, Refusal> {
    let clerk = at_work(&hub, &headers).await?;
    let whose = hub.grants.of_clerk(&id, &clerk).await?.whose()?;
    hub.grants.revoke(whose.shopper, &id).await?;
    let by = clerk.name.clone().unwrap_or_else(|| clerk.id.clone());
    hub.history.note_by(whose.shopper, Event::GrantReturned, hub.config.clock.now(), Some(by), None).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
}

/// The code as a picture. What is scanned is the clerk page's address with the code behind `#`, which no server
/// is sent.
pub(super) async fn qr(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Asked(ask): Asked<Code>,
) -> Result<Response, Refusal> {
    let code: String = ask.code.chars().filter(char::is_ascii_alphanumeric).collect();
    if code.len() != 8 {
        return Err(CODE);
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let own = || hub.config.origins.first().cloned().unwrap_or_else(|| format!("https://{host}"));
    let origin = hub.config.public.clone().unwrap_or_else(own);
    let address = format!("{}{}#code={code}", origin.trim_end_matches('/'), hub.config.path("/v1/clerk"));
    let drawn = QrCode::with_error_correction_level(address, EcLevel::M).map_err(|_| TOO_LONG)?;
    let picture = drawn.render::<svg::Color<'_>>().min_dimensions(256, 256).quiet_zone(true).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}
