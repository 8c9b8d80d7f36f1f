//! The shop's rules, run natively: the same table and the same engine as in the page decide here what counts.
//!
//! [`Rules`] is what the hub is handed at start (`wellmet hub --shop wellmet.json`): the compiled table for
//! hubs, and beside it what only a hub needs: secret codes, budgets, vouchers, points.

use std::sync::Arc;

use serde_json::Value as Json;
use wellmet_engine::attribute::purpose;
use wellmet_engine::decide::{Outcome, decide};
use wellmet_engine::host::Native;
use wellmet_engine::id::{CustomerId, VisitorId};
use wellmet_engine::journey::Journey;
use wellmet_engine::money::Currency;
use wellmet_engine::profile::{CartLine, Facts, Page};
use wellmet_engine::record::Record;
use wellmet_engine::shelf::{Card, ItemIx, Lookup, Neighbour, Relation, Shelf};
use wellmet_engine::status::{Standing, standing};
use wellmet_engine::table::Table;
use wellmet_engine::time::{Instant, Span, Zone};
use wellmet_engine::value::Value;
use wellmet_state::{Document, line};

use crate::app::Hub;
use crate::identity::{customer_key, visitor_key};
use crate::records::empty;
use crate::refusal::Refusal;
use crate::zone;

/// The rules of a shop as the hub needs them.
#[derive(Clone)]
pub struct Rules {
    /// The shop's name, for messages.
    pub name: String,
    /// IANA name of the time zone of customers whose own is not known.
    pub zone: String,
    /// The table, compiled for hubs: with the slots `offer:NAME`, `access:NAME` and `trigger:NAME`.
    pub table: Arc<Table>,
    /// The published book, for categories and prices.
    pub shelf: Arc<dyn Shelf + Send + Sync>,
    /// Offers, by name.
    pub offers: Vec<OfferRule>,
    /// Triggers of the hub, by name.
    pub triggers: Vec<TriggerRule>,
    /// Names of the payment methods, in the shop's order.
    pub payments: Vec<String>,
    /// What opens early, by name.
    pub access: Vec<AccessRule>,
    /// How points are earned; `None` for a shop without points.
    pub points: Option<PointsRule>,
    /// After so long a reading of stock is not told as a fact.
    pub stale_after: Span,
}

/// What the hub keeps of an offer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OfferRule {
    /// Its name.
    pub id: String,
    /// The code for the checkout.
    pub code: Option<String>,
    /// What it may cost in all, and what one redemption costs, minor units.
    pub budget: Option<(i64, i64)>,
    /// The voucher that it is.
    pub voucher: Option<VoucherRule>,
}

/// What a voucher is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Minor units.
    Amount(i64),
    /// Per cent, 1 to 100.
    Percent(u8),
}

/// A voucher as an offer describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoucherRule {
    /// What it is worth.
    pub worth: Worth,
    /// The least order, minor units.
    pub least: i64,
    /// Days that it is good for.
    pub days: u16,
    /// Days after which she may have another; `None` for one only.
    pub again: Option<u16>,
}

/// Ways to reach her, the preferred one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A card in the shop window.
    Window,
    /// E-mail.
    Mail,
    /// A letter, printed by the shop's own system.
    Letter,
    /// Web push, sent by the shop's own system.
    Push,
}

/// What the hub keeps of a trigger.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TriggerRule {
    /// Its name.
    pub id: String,
    /// Ways to reach her.
    pub channels: Vec<Channel>,
    /// Minute of her day at which a message goes out, 0 to 1,439; at once if there is none.
    pub at: Option<u16>,
    /// When not to.
    pub quiet: Option<wellmet_engine::offer::Quiet>,
    /// Whether a message stays due when its condition ends before it is sent.
    pub keep: bool,
    /// The offer that goes with it.
    pub offer: Option<String>,
    /// Whether it is about her last order, and so is void when that comes back.
    pub about_order: bool,
    /// Whether it waits for an item to be back in stock.
    pub back_in_stock: bool,
}

/// Something that opens for some before it opens for all: the slot `access:NAME` says `early` to them, `open`
/// once it is, and anything else to all others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessRule {
    /// Its name.
    pub id: String,
    /// The articles.
    pub items: Vec<String>,
    /// When it opens for everybody.
    pub opens: Instant,
}

/// How points come and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointsRule {
    /// Thousandths of a point for each unit of the currency.
    pub milli_per_unit: i64,
    /// Minor units in a unit of the currency.
    pub unit_minor: i64,
    /// Days after the order, or its delivery, until they count: the time in which it may come back.
    pub pending_days: u16,
    /// Days after the order until they are gone; `None` for never.
    pub expire_days: Option<u16>,
}

impl Rules {
    /// A shop without rules.
    #[must_use]
    pub fn none() -> Self {
        Self {
            name: String::new(),
            zone: "UTC".into(),
            table: Arc::new(Table::new(Currency::new("XXX").expect("three capital letters"))),
            shelf: Arc::new(Bare),
            offers: Vec::new(),
            triggers: Vec::new(),
            payments: Vec::new(),
            access: Vec::new(),
            points: None,
            stale_after: Span(15 * Span::MINUTE.0),
        }
    }

    /// An offer by its name.
    pub(crate) fn offer(&self, id: &str) -> Option<&OfferRule> {
        self.offers.iter().find(|offer| offer.id == id)
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules")
            .field("name", &self.name)
            .field("slots", &self.table.slots.len())
            .finish_non_exhaustive()
    }
}

/// The shelf of a hub without a book: conditions about categories do not hold.
#[derive(Clone, Copy, Debug)]
struct Bare;

impl Shelf for Bare {
    fn len(&self) -> u32 {
        0
    }
    fn find(&self, _: &str) -> Lookup<ItemIx> {
        Lookup::Absent
    }
    fn card(&self, _: ItemIx) -> Lookup<Card<'_>> {
        Lookup::Absent
    }
    fn neighbours(&self, _: Relation, _: ItemIx, _: &mut Vec<Neighbour>) -> Lookup<()> {
        Lookup::Absent
    }
    fn popular(&self) -> &[ItemIx] {
        &[]
    }
}

/// A person as the rules see her.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// Whether she is a customer; of others the record is empty and no rule sees it.
    pub(crate) known: bool,
    pub(crate) record: Record,
    pub(crate) journey: Journey,
    pub(crate) document: Document,
    pub(crate) zone: Zone,
    pub(crate) locale: String,
}

/// What a slot's rules say, as values of their own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Verdict {
    /// The variant; empty when nothing applies.
    pub(crate) choice: String,
    pub(crate) fields: Vec<(String, Value)>,
    /// What caps count.
    pub(crate) exposure: String,
}

impl Verdict {
    pub(crate) fn applies(&self) -> bool {
        !self.choice.is_empty()
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.fields.iter().find(|(known, _)| known == name).and_then(|(_, value)| match value {
            Value::Number(number) => Some(*number),
            _ => None,
        })
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.text())
    }

    /// The fields as JSON.
    pub(crate) fn json(&self) -> serde_json::Map<String, Json> {
        self.fields.iter().map(|(name, value)| (name.clone(), json(value))).collect()
    }
}

/// A value of the engine as JSON.
pub(crate) fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(bool) => Json::Bool(*bool),
        #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
        Value::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Json::from(*number as i64),
        Value::Number(number) => Json::from(*number),
        Value::Text(text) => Json::String(text.clone()),
        Value::List(list) => Json::Array(list.iter().map(json).collect()),
        Value::Map(map) => Json::Object(map.iter().map(|(name, value)| (name.clone(), json(value))).collect()),
    }
}

impl Rules {
    /// What the rules say of a person, for some slots. What is decided here counts for a contract or was
    /// asked for, so every purpose is granted; what she has not agreed to the hub was never told.
    pub(crate) fn judge(&self, person: &Person, slots: &[&str], now: Instant) -> Vec<Verdict> {
        self.decided(person, Page::default(), slots, now, |outcome| {
            let decisions = outcome.decisions.into_iter();
            let verdict = |decision: wellmet_engine::decide::Decision<'_>| Verdict {
                choice: decision.choice.to_owned(),
                fields: decision.fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                exposure: decision.exposure,
            };
            decisions.map(verdict).collect()
        })
    }

    /// Decides slots for a person on a page, and reads the outcome, which borrows from both.
    pub(crate) fn decided<T>(
        &self,
        person: &Person,
        page: Page<'_>,
        slots: &[&str],
        now: Instant,
        read: impl FnOnce(Outcome<'_>) -> T,
    ) -> T {
        let cart = person.document.cart();
        let items: Vec<(String, u32)> = cart
            .iter()
            .filter_map(|line| match line::read(line.key).ok()? {
                line::Named::Item { item, .. } => Some((item, line.quantity)),
                line::Named::Configured(_) => None,
            })
            .collect();
        let lines: Vec<CartLine<'_>> =
            items.iter().map(|(item, quantity)| CartLine { item, quantity: *quantity }).collect();
        let told: Vec<(String, Value)> = person
            .document
            .preferences()
            .filter_map(|name| Some((name.to_owned(), Value::Text(person.document.preference(name)?.to_owned()))))
            .collect();
        let facts = Facts {
            now,
            zone: &person.zone,
            locale: &person.locale,
            consent: purpose::CART | purpose::PERSONALIZATION | purpose::ANALYTICS,
            page,
            told: &told,
            own_name: person.document.preference("name"),
            record: person.known.then_some(&person.record),
            journey: &person.journey,
            cart: &lines,
            unit: person.record.customer.as_str(),
        };
        let host = Native::new();
        read(decide(&self.table, &facts, &*self.shelf, &host, slots))
    }

    /// Where she stands.
    pub(crate) fn standing(&self, person: &Person, now: Instant) -> Standing {
        standing(&self.table.ladder, &person.record, now)
    }
}

impl Hub {
    /// All that the hub knows of somebody who is not signed in; nothing, without a visitor cookie.
    pub(crate) async fn stranger(&self, visitor: Option<&VisitorId>) -> Result<Person, Refusal> {
        let rules = &self.config.rules;
        let (journey, document) = match visitor.map(visitor_key) {
            Some(key) => (self.journeys.get(key).await?, self.documents.look(key).await?),
            None => (Journey::default(), None),
        };
        Ok(Person {
            known: false,
            record: empty(&CustomerId::new("nobody").expect("six letters are an id")),
            journey,
            document: document.unwrap_or_else(|| Document::new(0)),
            zone: zone::named(&rules.zone, self.config.clock.now()).unwrap_or_default(),
            locale: rules.table.languages.first().cloned().unwrap_or_else(|| "en".into()),
        })
    }

    /// All that the hub knows of a customer.
    pub(crate) async fn person(&self, customer: &CustomerId) -> Result<Person, Refusal> {
        let shopper = customer_key(customer);
        let name = self.accounts.get(shopper).await?.and_then(|account| account.name);
        let record = self.records.get(customer, name).await?;
        let journey = self.journeys.get(shopper).await?;
        let document = self.documents.look(shopper).await?.unwrap_or_else(|| Document::new(0));
        let of_record =
            |name: &str| record.traits.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let settings = self.desks.settings(shopper).await?;
        let zone = settings.zone.or_else(|| of_record("zone")).unwrap_or_else(|| self.config.rules.zone.clone());
        let zone = zone::named(&zone, self.config.clock.now()).unwrap_or_default();
        let locale = settings.locale.or_else(|| of_record("locale"));
        let locale =
            locale.or_else(|| self.config.rules.table.languages.first().cloned()).unwrap_or_else(|| "en".into());
        Ok(Person { known: true, record, journey, document, zone, locale })
    }
}
