//! Example customers: who a rule is tried on.
//!
//! A file of them holds customers by name and what is expected of the shop file for each. `wellmet test`
//! runs the expectations, `wellmet explain` takes a customer from it. Moments are written like
//! 2026-03-01T09:30, or as so much before the moment of the test: `-30d`, `-2h`.

use super::compile::moment;
use super::json::to_value;
use super::model::{Named, Purpose};
use crate::failure::{Failure, Outcome};
use serde::Deserialize;
use wellmet_engine::attribute::purpose;
use wellmet_engine::id::{CustomerId, ItemId};
use wellmet_engine::journey::{Journey, VIEW};
use wellmet_engine::money::Currency;
use wellmet_engine::profile::{CartLine, Facts, Page};
use wellmet_engine::record::{Order, OrderLine, Record};
use wellmet_engine::time::{Instant, Span, Zone};
use wellmet_engine::value::Value;

/// A file of example customers and expectations.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Examples {
    /// A remark for people.
    #[serde(default)]
    pub note: Option<String>,
    /// The moment of tests that name none.
    #[serde(default)]
    pub at: Option<String>,
    /// Customers by name.
    #[serde(default)]
    pub customers: Named<Persona>,
    /// What is expected.
    #[serde(default)]
    pub tests: Vec<Test>,
}

/// What is expected for one customer at one moment.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Test {
    /// What it shows, in a few words.
    pub name: String,
    /// Name of the customer; somebody unknown if it is left out.
    #[serde(default)]
    pub customer: Option<String>,
    /// The moment.
    #[serde(default)]
    pub at: Option<String>,
    /// The page.
    #[serde(default)]
    pub page: Where,
    /// What should happen.
    pub expect: Expect,
}

/// A page.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Where {
    /// home, list, product, cart, checkout, other.
    #[serde(default)]
    pub kind: String,
    /// Item it is about.
    #[serde(default)]
    pub item: String,
    /// Its category path.
    #[serde(default)]
    pub category: String,
}

/// What should happen.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expect {
    /// Choice by slot (empty for the default), or more about the decision.
    #[serde(default)]
    pub slots: Named<Expected>,
    /// Whether she is in a segment.
    #[serde(default)]
    pub segments: Named<bool>,
    /// Values of attributes.
    #[serde(default)]
    pub attributes: Named<serde_json::Value>,
}

/// A choice, or more about a decision.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// The choice.
    Choice(String),
    /// More.
    More(More),
}

/// About a decision.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct More {
    /// The choice.
    #[serde(default)]
    pub choice: Option<String>,
    /// Some of its fields.
    #[serde(default)]
    pub fields: Named<serde_json::Value>,
    /// Ids of its items.
    #[serde(default)]
    pub items: Option<Vec<String>>,
    /// Code of its reason.
    #[serde(default)]
    pub reason: Option<String>,
}

/// An example customer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Persona {
    /// A remark for people.
    #[serde(default)]
    pub note: Option<String>,
    /// The shop's id for her; with one she is signed in.
    #[serde(default)]
    pub id: Option<String>,
    /// Her signed name.
    #[serde(default)]
    pub name: Option<String>,
    /// The name in her own word.
    #[serde(default)]
    pub own_name: Option<String>,
    /// What her record says.
    #[serde(default)]
    pub traits: Named<serde_json::Value>,
    /// Her orders.
    #[serde(default)]
    pub orders: Vec<Bought>,
    /// When she was here, the present visit not included.
    #[serde(default)]
    pub visits: Vec<String>,
    /// What she looked at.
    #[serde(default)]
    pub views: Vec<Event>,
    /// What else happened.
    #[serde(default)]
    pub events: Vec<Event>,
    /// What she was shown, as offer ids or `slot/choice`.
    #[serde(default)]
    pub shown: Vec<Seen>,
    /// Her cart.
    #[serde(default)]
    pub cart: Vec<InCart>,
    /// What the page or she herself told.
    #[serde(default)]
    pub attributes: Named<serde_json::Value>,
    /// What she agreed to; everything if it is left out.
    #[serde(default)]
    pub consent: Option<Vec<Purpose>>,
    /// Her clock, in minutes east of UTC.
    #[serde(default)]
    pub zone_minutes: i16,
    /// Locale of the page; en if it is left out.
    #[serde(default)]
    pub locale: Option<String>,
    /// Decides her share of experiments while she is anonymous.
    #[serde(default)]
    pub visitor: Option<String>,
}

/// An order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Bought {
    /// When.
    pub at: String,
    /// What; one unnamed article if only `total` is given.
    #[serde(default)]
    pub items: Vec<BoughtItem>,
    /// What it cost, in units of the currency.
    #[serde(default)]
    pub total: Option<f64>,
}

/// An article of an order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BoughtItem {
    /// The shop's id.
    pub id: String,
    /// Price of one piece.
    #[serde(default)]
    pub price: f64,
    /// Pieces; 1 if it is left out.
    #[serde(default)]
    pub quantity: Option<u32>,
}

/// Something that happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Event {
    /// When.
    pub at: String,
    /// What; a view if it is left out.
    #[serde(default)]
    pub kind: Option<String>,
    /// The item it was about.
    #[serde(default)]
    pub item: Option<String>,
    /// Its category path.
    #[serde(default)]
    pub category: Option<String>,
}

/// Something that was shown.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Seen {
    /// When.
    pub at: String,
    /// What: an offer, or `slot/choice`.
    pub what: String,
}

/// A line of a cart.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct InCart {
    /// The item.
    pub item: String,
    /// Pieces; 1 if it is left out.
    #[serde(default)]
    pub quantity: Option<u32>,
}

impl Examples {
    /// Reads a file of examples.
    ///
    /// # Errors
    /// A [`Failure`] with the place.
    pub fn load(path: &std::path::Path) -> Outcome<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        serde_json::from_str(&text).map_err(|error| {
            let place = format!("{}:{}:{}", path.display(), error.line(), error.column());
            Failure::new("no-examples", error.to_string()).at(place)
        })
    }
}

/// A persona at a moment, as the engine wants it.
#[derive(Clone, Debug)]
pub struct Shopper {
    pub(crate) now: Instant,
    pub(crate) zone: Zone,
    locale: String,
    consent: u8,
    pub(crate) page: Where,
    told: Vec<(String, Value)>,
    own_name: Option<String>,
    pub(crate) record: Option<Record>,
    pub(crate) journey: Journey,
    cart: Vec<(String, u32)>,
    unit: String,
}

/// Reads a moment, also one before `now`: `-30d`, `-2h`, `-5m`.
///
/// # Errors
/// Says what the text should look like.
pub fn when(text: &str, now: Instant) -> Outcome<Instant> {
    let back = || {
        let rest = text.strip_prefix('-')?;
        let (number, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
        let unit = match unit {
            "d" => Span::DAY,
            "h" => Span::HOUR,
            "m" => Span::MINUTE,
            _ => return None,
        };
        Some(now - unit * number.parse().ok()?)
    };
    back().or_else(|| moment(text)).ok_or_else(|| {
        Failure::new("wrong-form", format!("{text:?} is no moment"))
            .fix("write 2026-03-01T09:30, or -30d for thirty days before")
    })
}

#[allow(clippy::cast_possible_truncation, reason = "amounts of money")]
fn minor(amount: f64, currency: Currency) -> i64 {
    (amount * super::compile::minor_of(currency)).round() as i64
}

impl Persona {
    /// The customer at a moment on a page.
    ///
    /// # Errors
    /// A moment, an id or an amount that cannot be.
    pub fn at(&self, now: Instant, page: Where, currency: Currency) -> Outcome<Shopper> {
        let mut purposes = 7;
        if let Some(consent) = &self.consent {
            purposes = consent.iter().fold(0, |bits, granted| {
                bits | match granted {
                    Purpose::None => 0,
                    Purpose::Cart => purpose::CART,
                    Purpose::Personalization => purpose::PERSONALIZATION,
                    Purpose::Analytics => purpose::ANALYTICS,
                }
            });
        }
        let record = self.record(now, currency)?;
        let unit = self.id.clone().or_else(|| self.visitor.clone()).unwrap_or_else(|| "visitor".into());
        Ok(Shopper {
            now,
            zone: Zone::fixed(self.zone_minutes),
            locale: self.locale.clone().unwrap_or_else(|| "en".into()),
            consent: purposes,
            page,
            told: self.attributes.iter().map(|(name, value)| (name.clone(), to_value(value))).collect(),
            own_name: self.own_name.clone(),
            record,
            journey: self.journey(now)?,
            cart: self.cart.iter().map(|line| (line.item.clone(), line.quantity.unwrap_or(1))).collect(),
            unit,
        })
    }

    fn record(&self, now: Instant, currency: Currency) -> Outcome<Option<Record>> {
        let Some(id) = &self.id else { return Ok(None) };
        let bad = |what: &str| Failure::new("wrong-form", format!("{what:?} is no id"));
        let mut orders = Vec::new();
        for bought in &self.orders {
            let mut lines = Vec::new();
            for item in &bought.items {
                lines.push(OrderLine {
                    item: ItemId::new(&item.id).ok_or_else(|| bad(&item.id))?,
                    title: item.id.clone(),
                    quantity: item.quantity.unwrap_or(1),
                    unit_minor: minor(item.price, currency),
                });
            }
            if let Some(total) = bought.total {
                let known: i64 = lines.iter().map(|line| line.unit_minor * i64::from(line.quantity)).sum();
                lines.push(OrderLine {
                    item: ItemId::new("other").expect("a plain word"),
                    title: String::new(),
                    quantity: 1,
                    unit_minor: minor(total, currency) - known,
                });
            }
            orders.push(Order { id: String::new(), at: when(&bought.at, now)?, lines });
        }
        orders.sort_by_key(|order| std::cmp::Reverse(order.at));
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let spent = orders.iter().flat_map(|order| &order.lines);
        Ok(Some(Record {
            customer: CustomerId::new(id).ok_or_else(|| bad(id))?,
            name: self.name.clone(),
            traits: self.traits.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            order_count: u32::try_from(orders.len()).unwrap_or(u32::MAX),
            spent_minor: spent.map(|line| line.unit_minor * i64::from(line.quantity)).sum(),
            currency,
            first_order: orders.last().map(|order| order.at),
            orders,
        }))
    }

    fn journey(&self, now: Instant) -> Outcome<Journey> {
        let mut happened: Vec<(Instant, Option<&Event>)> = Vec::new();
        for visit in &self.visits {
            happened.push((when(visit, now)?, None));
        }
        for event in self.views.iter().chain(&self.events) {
            happened.push((when(&event.at, now)?, Some(event)));
        }
        happened.sort_by_key(|(at, _)| *at);
        let mut journey = Journey::default();
        for (at, event) in happened {
            match event {
                None => {
                    journey.visit(at);
                }
                Some(event) => {
                    let kind = event.kind.as_deref().unwrap_or(VIEW);
                    journey.record(at, kind, event.item.as_deref(), event.category.as_deref());
                }
            }
        }
        for seen in &self.shown {
            journey.show(when(&seen.at, now)?, &seen.what);
        }
        journey.visit(now);
        Ok(journey)
    }
}

impl Shopper {
    /// A customer of an order log.
    #[must_use]
    pub fn of_record(record: Record, now: Instant, page: Where) -> Self {
        let mut journey = Journey::default();
        journey.visit(now);
        Self {
            now,
            zone: Zone::fixed(0),
            locale: "en".into(),
            consent: 7,
            page,
            told: Vec::new(),
            own_name: None,
            unit: record.customer.as_str().to_owned(),
            record: Some(record),
            journey,
            cart: Vec::new(),
        }
    }

    /// Hands her to the engine.
    pub fn facts<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let cart: Vec<CartLine<'_>> =
            self.cart.iter().map(|(item, quantity)| CartLine { item, quantity: *quantity }).collect();
        ask(&Facts {
            now: self.now,
            zone: &self.zone,
            locale: &self.locale,
            consent: self.consent,
            page: Page {
                kind: &self.page.kind,
                item: &self.page.item,
                category: &self.page.category,
                since: Some(self.now),
            },
            told: &self.told,
            own_name: self.own_name.as_deref(),
            record: self.record.as_ref(),
            journey: &self.journey,
            cart: &cart,
            unit: &self.unit,
        })
    }
}
