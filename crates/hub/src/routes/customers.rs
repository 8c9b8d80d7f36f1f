//! `POST /v1/customers`: the shop tells what it knows of customers: names, and facts by attribute name. What
//! is new or different is an event `profile` in her journey, so that rules can answer to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json as Reply;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use wellmet_engine::id::CustomerId;
use wellmet_engine::journey::{Journey, MAX_WORD};
use wellmet_engine::record::{MAX_TEXT, MAX_TRAITS};

use super::counts::CUSTOMER;
use super::orders::within;
use crate::app::Hub;
use crate::identity::customer_key;
use crate::identity::shop::Said;
use crate::refusal::Refusal;

/// Most customers of one request.
const MOST: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    customers: Vec<Told>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    customer: String,
    name: Option<String>,
    /// `null` takes a fact away.
    #[serde(default)]
    traits: BTreeMap<String, Option<String>>,
}

const MANY: Refusal = Refusal::senseless("too-many-customers", "One request takes 1 to 500 customers.")
    .fix("Send them in several requests.");
const TRAITS: Refusal = Refusal::senseless(
    "customer-traits",
    "A fact or a name is longer than it may be, or there are more than 64 facts.",
)
.fix("Send names of up to 128 bytes and values of up to 512.");

pub(super) async fn tell(State(hub): State<Arc<Hub>>, Said(ask): Said<Ask>) -> Result<Reply<Value>, Refusal> {
    if ask.customers.is_empty() || ask.customers.len() > MOST {
        return Err(MANY.at("customers"));
    }
    let mut changed = 0;
    for (at, told) in ask.customers.iter().enumerate() {
        changed += usize::from(one(&hub, told).await.map_err(|refusal| within(refusal, &format!("customers[{at}]")))?);
    }
    Ok(Reply(json!({ "changed": changed })))
}

/// Whether anything is different now.
async fn one(hub: &Hub, told: &Told) -> Result<bool, Refusal> {
    let customer = CustomerId::new(&told.customer).ok_or(CUSTOMER.at("customer"))?;
    let fits = |name: &String, value: &Option<String>| {
        !name.is_empty() && name.len() <= MAX_WORD && value.as_ref().is_none_or(|value| value.len() <= MAX_TEXT)
    };
    let named = told.name.as_ref().is_none_or(|name| name.len() <= MAX_TEXT && !name.chars().any(char::is_control));
    if !named || !told.traits.iter().all(|(name, value)| fits(name, value)) {
        return Err(TRAITS.at("traits"));
    }
    let before = hub.records.get(&customer, None).await?;
    if before.traits.len() + told.traits.len() > MAX_TRAITS {
        return Err(TRAITS.at("traits"));
    }
    let kept = hub
        .records
        .edit(&customer, |record| {
            if told.name.is_some() {
                record.name.clone_from(&told.name);
            }
            for (name, value) in &told.traits {
                record.traits.retain(|(known, _)| known != name);
                if let Some(value) = value {
                    record.traits.push((name.clone(), value.clone()));
                }
            }
        })
        .await?;
    let of = |name: &String| before.traits.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let mut journey = Journey::default();
    let now = hub.config.clock.now();
    for (name, _) in told.traits.iter().filter(|(name, value)| of(name) != value.as_ref()) {
        journey.record(now, "profile", Some(name), None);
    }
    let changed = journey != Journey::default();
    if kept && changed {
        hub.journeys.merge(customer_key(&customer), &journey, now).await?;
    }
    Ok(kept && (changed || (told.name.is_some() && told.name != before.name)))
}
