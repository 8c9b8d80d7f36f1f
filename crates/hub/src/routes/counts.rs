//! What counts, decided by the hub: for the shopper (`GET /v1/offers`, `/v1/access/{item}`), for the signed-in
//! customer (`/v1/vouchers`, `/v1/points`, `/v1/payments`), and for the shop's checkout (`POST /v1/entitlements`, `/v1/redeem`,
//! `/v1/points/spend`). `GET /v1/keys` has the keys that verify what the hub has signed.

use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Instant, Span};

use crate::app::{Hub, visitor};
use crate::identity::customer_key;
use crate::identity::shop::Said;
use crate::points::Balance;
use crate::refusal::Refusal;
use crate::rules::{AccessRule, Person, Verdict};
use crate::wallet::Redeem;

/// How long a checkout may take with what the page holds: after it the page asks again.
const GOOD_FOR: Span = Span(30 * Span::MINUTE.0);
/// Entries of a ledger that are listed.
const LISTED: usize = 200;

pub(super) const CUSTOMER: Refusal = Refusal::senseless("customer-id", "That is no id of a customer.");
const NAME: Refusal = Refusal::senseless("spend-id", "What points are spent on needs a name of 1 to 128 bytes.")
    .fix("Send the order's number as `id`.");

pub(super) async fn keys(State(hub): State<Arc<Hub>>) -> (HeaderMap, Reply<Value>) {
    let mut headers = HeaderMap::new();
    // Keys change rarely, and a checkout asks for each order.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    (headers, Reply(hub.signing.jwks()))
}

pub(super) async fn offers(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    let now = hub.config.clock.now();
    // Whoever is not signed in has what is for everybody, with an end that is not by her own clock.
    let (customer, person) = match hub.session(&headers).await? {
        Some(session) => (Some(session.customer.clone()), hub.person(&session.customer).await?),
        None => (None, hub.stranger(visitor(&headers).as_ref()).await?),
    };
    let offers = offers_of(&hub, customer.as_ref(), &person, now)?;
    Ok(Reply(json!({ "offers": offers, "currency": hub.config.rules.table.currency.code(), "hubTime": now.0 })))
}

/// The offers that she may have now, each with its code, its end and a token that the checkout verifies.
fn offers_of(hub: &Hub, customer: Option<&CustomerId>, person: &Person, now: Instant) -> Result<Vec<Value>, Refusal> {
    let rules = &hub.config.rules;
    let slots: Vec<String> = rules.offers.iter().map(|offer| format!("offer:{}", offer.id)).collect();
    let slots: Vec<&str> = slots.iter().map(String::as_str).collect();
    let verdicts = rules.judge(person, &slots, now);
    let hers =
        rules.offers.iter().zip(&verdicts).filter(|(offer, verdict)| verdict.applies() && offer.voucher.is_none());
    hers.map(|(offer, verdict)| {
        let mut fields = verdict.json();
        fields.remove("offer");
        let ends = fields.remove("ends").and_then(|ends| ends.as_i64());
        let expires = ends.map_or(now + GOOD_FOR, |ends| Instant(ends).min(now + GOOD_FOR));
        let token = hub.signing.sign(&json!({
            "iss": "wellmet", "aud": hub.config.audience, "kind": "offer", "sub": customer.map(CustomerId::as_str),
            "offer": offer.id, "code": offer.code, "priceMinor": fields.get("price"),
            "currency": rules.table.currency.code(), "ends": ends.map(|ends| ends / 1_000),
            "iat": now.0 / 1_000, "exp": expires.0 / 1_000,
        }))?;
        Ok(json!({ "offer": offer.id, "code": offer.code, "ends": ends, "fields": fields, "token": token }))
    })
    .collect()
}

pub(super) async fn vouchers(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    let session = hub.signed_in(&headers).await?;
    let person = hub.person(&session.customer).await?;
    let now = hub.config.clock.now();
    Ok(Reply(json!({ "vouchers": hub.vouchers(&session.customer, &person, now).await? })))
}

pub(super) async fn points(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    let session = hub.signed_in(&headers).await?;
    let (shopper, now) = (session.shopper(), hub.config.clock.now());
    let ledger = hub.points.get(shopper).await?;
    // Points begin to count and expire without anybody doing anything: her devices see it from here on.
    hub.show_points(shopper, &ledger, now).await?;
    let latest: Vec<_> = ledger.entries.iter().rev().take(LISTED).collect();
    Ok(Reply(json!({ "balance": ledger.balance(now), "entries": latest })))
}

pub(super) async fn payments(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Result<Reply<Value>, Refusal> {
    let session = hub.signed_in(&headers).await?;
    let person = hub.person(&session.customer).await?;
    Ok(Reply(json!({ "payments": payments_of(&hub, &person, hub.config.clock.now()) })))
}

/// The methods that she is offered, in the order for her.
fn payments_of(hub: &Hub, person: &Person, now: Instant) -> Vec<Value> {
    let rules = &hub.config.rules;
    let slots: Vec<String> = rules.payments.iter().map(|name| format!("payment:{name}")).collect();
    let slots: Vec<&str> = slots.iter().map(String::as_str).collect();
    let verdicts = rules.judge(person, &slots, now);
    let mut offered: Vec<(&String, Verdict)> = rules.payments.iter().zip(verdicts).collect();
    // A method that is shown with what it takes is not offered yet.
    offered.retain(|(_, verdict)| verdict.applies() && verdict.choice != "locked");
    let priority = |verdict: &Verdict| verdict.number("priority").unwrap_or(0.0);
    offered.sort_by(|a, b| priority(&b.1).total_cmp(&priority(&a.1)));
    offered.iter().map(|(name, verdict)| json!({ "method": name, "fields": verdict.json() })).collect()
}

pub(super) async fn access(
    State(hub): State<Arc<Hub>>,
    Path(item): Path<String>,
    headers: HeaderMap,
) -> Result<Reply<Value>, Refusal> {
    let now = hub.config.clock.now();
    let rule = hub.config.rules.access.iter().find(|rule| rule.items.contains(&item));
    let open = |opens: Option<i64>, token: Option<String>| json!({ "item": item, "open": token.is_some() || opens.is_none_or(|opens| opens <= now.0), "opens": opens, "token": token });
    let Some(rule) = rule else { return Ok(Reply(open(None, None))) };
    let opens = Some(rule.opens.0);
    if rule.opens <= now {
        return Ok(Reply(open(opens, None)));
    }
    // Who is nobody in particular is told the date, like everybody else.
    let Some(session) = hub.session(&headers).await? else { return Ok(Reply(open(opens, None))) };
    let person = hub.person(&session.customer).await?;
    let token = early(&hub, rule, &item, &session.customer, &person, now)?;
    Ok(Reply(open(opens, token)))
}

/// The token that lets her in before it opens for all, if the rules give it to her.
fn early(
    hub: &Hub,
    rule: &AccessRule,
    item: &str,
    customer: &CustomerId,
    person: &Person,
    now: Instant,
) -> Result<Option<String>, Refusal> {
    let slot = format!("access:{}", rule.id);
    if !hub.config.rules.judge(person, &[&slot], now).iter().any(|verdict| verdict.choice == "early") {
        return Ok(None);
    }
    let claims = json!({
        "iss": "wellmet", "aud": hub.config.audience, "kind": "access", "sub": customer.as_str(), "item": item,
        "iat": now.0 / 1_000, "exp": (now + GOOD_FOR).0 / 1_000,
    });
    hub.signing.sign(&claims).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Whom {
    customer: String,
}

/// All that the checkout, the call centre or the till needs to know of a customer.
pub(super) async fn entitlements(State(hub): State<Arc<Hub>>, Said(whom): Said<Whom>) -> Result<Reply<Value>, Refusal> {
    let customer = CustomerId::new(&whom.customer).ok_or(CUSTOMER.at("customer"))?;
    let now = hub.config.clock.now();
    let person = hub.person(&customer).await?;
    let rules = &hub.config.rules;
    let standing = rules.standing(&person, now);
    let named = |group: Option<usize>| group.and_then(|group| rules.table.ladder.get(group)).map(|group| &group.id);
    let early: Map<String, Value> = rules
        .access
        .iter()
        .map(|rule| {
            let slot = format!("access:{}", rule.id);
            let hers = rules.judge(&person, &[&slot], now).iter().any(|verdict| verdict.choice == "early");
            (rule.id.clone(), json!(rule.opens <= now || hers))
        })
        .collect();
    let services: Map<String, Value> = rules
        .table
        .slots
        .iter()
        .filter_map(|slot| {
            let name = slot.name.strip_prefix("service:")?;
            let verdict = rules.judge(&person, &[&slot.name], now).into_iter().find(Verdict::applies)?;
            Some((name.to_owned(), verdict.choice.into()))
        })
        .collect();
    let guarantee = rules.judge(&person, &["guarantee"], now).into_iter().find(Verdict::applies);
    let balance = hub.points.get(customer_key(&customer)).await?.balance(now);
    Ok(Reply(json!({
        "status": named(standing.group), "nextStatus": named(standing.next),
        "statusUntil": standing.until.map(|until| until.0),
        "offers": offers_of(&hub, Some(&customer), &person, now)?,
        "payments": payments_of(&hub, &person, now),
        "guarantee": guarantee.map(|verdict| verdict.json()),
        "access": early, "services": services, "points": balance, "hubTime": now.0,
    })))
}

pub(super) async fn redeem(State(hub): State<Arc<Hub>>, Said(ask): Said<Redeem>) -> Result<Reply<Value>, Refusal> {
    let redeemed = hub.redeem(&ask, hub.config.clock.now()).await?;
    hub.metrics.took_in("redemption");
    Ok(Reply(redeemed))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spend {
    customer: String,
    id: String,
    points: i64,
}

pub(super) async fn spend(State(hub): State<Arc<Hub>>, Said(ask): Said<Spend>) -> Result<Reply<Balance>, Refusal> {
    let customer = CustomerId::new(&ask.customer).ok_or(CUSTOMER.at("customer"))?;
    if ask.id.is_empty() || ask.id.len() > 128 {
        return Err(NAME.at("id"));
    }
    hub.spend(customer_key(&customer), &ask.id, ask.points, hub.config.clock.now()).await.map(Reply)
}
