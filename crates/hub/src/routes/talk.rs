//! The thread between a shopper and her shop. Hers: `POST` and `GET /v1/questions`, `POST` and `GET
//! /v1/feedback`. The shop's: `GET /v1/inbox`, `POST /v1/answers`, `POST /v1/thread` for words that came by
//! mail, by phone or over the counter, `POST /v1/survey-links` for an opinion asked for in a mail.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Instant, Span};

use crate::app::{Hub, NO_IDENTITY, Who};
use crate::body::Json;
use crate::identity::customer_key;
use crate::identity::shop::{Said, Shop};
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Owner, Place, Swap};
use crate::threads::{Answer, Entry, Kind, State as Done};

/// How long a question stands in the inbox.
const INBOX: Span = Span::days(90);
/// Most entries of the inbox that are looked at.
const LOOKED_AT: usize = 1_000;
/// How long a link in a mail asks for an opinion.
const LINK: Span = Span::days(60);
/// Longest name of an article, an order, a survey, a channel.
const NAME: usize = 128;

const NAMES: Refusal = Refusal::senseless("too-long-a-name", "A name is empty or longer than 128 bytes.");
const CUSTOMER: Refusal = Refusal::senseless("customer-id", "That is no id of a customer.");
const LINK_OVER: Refusal =
    Refusal::unknown("survey-link", "The link was used before, is too old, or is not one of the hub's.");
const THREAD: Refusal =
    Refusal::senseless("thread-key", "That names no thread.").fix("Send the `thread` that the inbox tells.");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    text: String,
    item: Option<String>,
    order: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opinion {
    survey: Option<String>,
    value: Option<u8>,
    #[serde(default)]
    text: String,
    order: Option<String>,
    item: Option<String>,
    /// From a link in a mail, instead of a session.
    token: Option<String>,
}

/// What a survey link says.
#[derive(Serialize, Deserialize)]
struct Link {
    kind: String,
    jti: String,
    of: String,
    survey: String,
    order: Option<String>,
    exp: i64,
}

/// An entry of the shop's inbox: where to look, and nothing of what was said.
#[derive(Serialize, Deserialize)]
struct Note {
    thread: String,
    anonymous: bool,
    id: String,
}

fn named(names: &[(&str, Option<&String>)]) -> Result<(), Refusal> {
    let wrong = names.iter().find(|(_, name)| name.is_some_and(|name| name.is_empty() || name.len() > NAME));
    wrong.map_or(Ok(()), |(place, _)| Err(NAMES.at(*place)))
}

fn inbox() -> Key {
    Key::of("hub", "inbox")
}

async fn told_to_shop(hub: &Hub, shopper: Key, anonymous: bool, entry: &Entry, now: Instant) -> Result<(), Refusal> {
    let note = Note { thread: shopper.hex(), anonymous, id: entry.id.clone() };
    let value = serde_json::to_vec(&note).map_err(|_| crate::store::damaged("inbox"))?;
    Ok(hub.store.append_of(Owner::Nobody, inbox(), value, Some(now + INBOX)).await?)
}

pub(super) async fn ask(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(question): Json<Question>,
) -> Result<Reply<Entry>, Refusal> {
    let who = hub.who(&headers).await?.ok_or(NO_IDENTITY)?;
    named(&[("item", question.item.as_ref()), ("order", question.order.as_ref())])?;
    let (shopper, anonymous, now) = (who.shopper(), matches!(who, Who::Visitor(_)), hub.config.clock.now());
    let entry = Entry {
        kind: Kind::Question,
        channel: "window".into(),
        text: question.text,
        item: question.item,
        order: question.order,
        ..Entry::default()
    };
    let entry = hub.threads.add(shopper, anonymous, entry, now).await?;
    told_to_shop(&hub, shopper, anonymous, &entry, now).await?;
    Ok(Reply(entry))
}

async fn listed(hub: &Hub, headers: &HeaderMap, fits: impl Fn(&Entry) -> bool) -> Result<Reply<Value>, Refusal> {
    let who = hub.who(headers).await?.ok_or(NO_IDENTITY)?;
    let mut thread = hub.threads.get(who.shopper()).await?;
    thread.entries.retain(fits);
    Ok(Reply(json!({ "thread": thread.id, "entries": thread.entries })))
}

pub(super) async fn questions(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    listed(&hub, &headers, |entry| entry.kind != Kind::Feedback).await
}

pub(super) async fn opinions(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    listed(&hub, &headers, |entry| entry.kind == Kind::Feedback).await
}

pub(super) async fn say(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
    Json(opinion): Json<Opinion>,
) -> Result<Reply<Entry>, Refusal> {
    let now = hub.config.clock.now();
    named(&[("survey", opinion.survey.as_ref()), ("item", opinion.item.as_ref()), ("order", opinion.order.as_ref())])?;
    let mut entry = Entry {
        kind: Kind::Feedback,
        channel: "window".into(),
        text: opinion.text,
        item: opinion.item,
        order: opinion.order,
        survey: opinion.survey,
        value: opinion.value,
        ..Entry::default()
    };
    let (shopper, anonymous) = match &opinion.token {
        Some(token) => {
            let link = linked(&hub, token, now).await?;
            (entry.channel, entry.survey, entry.order) = ("mail".into(), Some(link.survey), link.order);
            (Key::from_hex(&link.of).ok_or(LINK_OVER)?, false)
        }
        None => {
            let who = hub.who(&headers).await?.ok_or(NO_IDENTITY)?;
            (who.shopper(), matches!(who, Who::Visitor(_)))
        }
    };
    let entry = hub.threads.add(shopper, anonymous, entry, now).await?;
    if let Some(token) = &opinion.token {
        use_up(&hub, token, now).await?;
    }
    told_to_shop(&hub, shopper, anonymous, &entry, now).await?;
    Ok(Reply(entry))
}

/// What a link says, if it is the hub's own, in time, and not used up.
async fn linked(hub: &Hub, token: &str, now: Instant) -> Result<Link, Refusal> {
    let link: Link = hub.signing.verified(token, now).await?.ok_or(LINK_OVER)?;
    let used = hub.store.get(used(&link.jti)).await?.is_some();
    let gone = Key::from_hex(&link.of).is_none_or(|key| key == inbox());
    if link.kind != "survey" || link.exp * 1_000 <= now.0 || used || gone {
        return Err(LINK_OVER);
    }
    Ok(link)
}

fn used(id: &str) -> Place {
    Place { bucket: Bucket::Token, key: Key::of("survey-link", id) }
}

async fn use_up(hub: &Hub, token: &str, now: Instant) -> Result<(), Refusal> {
    let link: Link = hub.signing.verified(token, now).await?.ok_or(LINK_OVER)?;
    match hub.store.swap(used(&link.jti), None, Some(Vec::new()), Some(Instant(link.exp * 1_000))).await? {
        Swap::Done(_) => Ok(()),
        Swap::Stale => Err(LINK_OVER),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkFor {
    customer: String,
    survey: String,
    order: Option<String>,
}

pub(super) async fn link(State(hub): State<Arc<Hub>>, Said(ask): Said<LinkFor>) -> Result<Reply<Value>, Refusal> {
    let customer = CustomerId::new(&ask.customer).ok_or(CUSTOMER.at("customer"))?;
    named(&[("survey", Some(&ask.survey)), ("order", ask.order.as_ref())])?;
    let now = hub.config.clock.now();
    let link = Link {
        kind: "survey".into(),
        jti: crate::random::token::<12>()?,
        of: customer_key(&customer).hex(),
        survey: ask.survey,
        order: ask.order,
        exp: (now + LINK).0 / 1_000,
    };
    Ok(Reply(json!({ "token": hub.signing.sign(&link)?, "until": link.exp * 1_000 })))
}

pub(super) async fn open(State(hub): State<Arc<Hub>>, _: Shop) -> Result<Reply<Value>, Refusal> {
    let mut waiting = Vec::new();
    for value in hub.store.read(inbox(), LOOKED_AT).await? {
        let Ok(note) = serde_json::from_slice::<Note>(&value) else { continue };
        let Some(shopper) = Key::from_hex(&note.thread) else { continue };
        let thread = hub.threads.get(shopper).await?;
        // A question that is gone was hers, and she asked to be forgotten.
        let Some(entry) = thread.entries.into_iter().find(|entry| entry.id == note.id) else { continue };
        if entry.state == Done::Received {
            let customer = if note.anonymous { None } else { hub.customer_of(shopper).await? };
            waiting.push(json!({
                "thread": note.thread, "anonymous": note.anonymous,
                "customer": customer.map(|customer| customer.as_str().to_owned()), "entry": entry,
            }));
        }
    }
    Ok(Reply(json!({ "waiting": waiting })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    thread: String,
    #[serde(default)]
    anonymous: bool,
    question: String,
    text: String,
    by: String,
    channel: Option<String>,
}

pub(super) async fn answer(
    State(hub): State<Arc<Hub>>,
    Said(answered): Said<Answered>,
) -> Result<Reply<Entry>, Refusal> {
    let shopper = Key::from_hex(&answered.thread).ok_or(THREAD.at("thread"))?;
    named(&[("by", Some(&answered.by)), ("channel", answered.channel.as_ref())])?;
    let channel = answered.channel.unwrap_or_else(|| "window".into());
    let answer = Answer { at: 0, by: answered.by, channel, text: answered.text };
    let now = hub.config.clock.now();
    hub.threads.answer(shopper, answered.anonymous, &answered.question, answer, now).await.map(Reply)
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum From {
    Shopper,
    Shop,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    customer: String,
    from: From,
    channel: String,
    text: String,
    item: Option<String>,
    order: Option<String>,
}

/// A word that came another way: by mail, by phone, in a chat tool, over the counter.
pub(super) async fn words(State(hub): State<Arc<Hub>>, Said(words): Said<Words>) -> Result<Reply<Value>, Refusal> {
    let customer = CustomerId::new(&words.customer).ok_or(CUSTOMER.at("customer"))?;
    named(&[("channel", Some(&words.channel)), ("item", words.item.as_ref()), ("order", words.order.as_ref())])?;
    let (shopper, now) = (customer_key(&customer), hub.config.clock.now());
    if crate::documents::is_erased(&*hub.store, shopper).await? {
        return Err(Refusal::erased());
    }
    let by_shop = words.from == From::Shop;
    let entry = Entry {
        kind: if by_shop { Kind::Note } else { Kind::Question },
        channel: words.channel,
        text: words.text,
        item: words.item,
        order: words.order,
        by_shop,
        ..Entry::default()
    };
    let entry = hub.threads.add(shopper, false, entry, now).await?;
    if !by_shop {
        told_to_shop(&hub, shopper, false, &entry, now).await?;
    }
    Ok(Reply(json!({ "thread": hub.threads.get(shopper).await?.id, "entry": entry })))
}
