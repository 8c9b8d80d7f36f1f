//! What the shop tells of an order: placed, delivered, cancelled, returned.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use wellmet_engine::id::{CustomerId, ItemId};
use wellmet_engine::money::Currency;
use wellmet_engine::record::{MAX_LINES, MAX_TEXT};
use wellmet_engine::time::Instant;
use wellmet_state::Snapshot;

use crate::forms::{Moment, Price};
use crate::refusal::Refusal;

/// One notice as it comes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Notice {
    pub(crate) id: String,
    state: State,
    customer: Option<String>,
    /// What she shows at the till, or says on the phone, instead: a code that she has made for a clerk.
    code: Option<String>,
    at: Option<Moment>,
    currency: Option<String>,
    #[serde(default)]
    lines: Vec<NoticeLine>,
    /// Base64 of the cart's snapshot, as the page hands it to the checkout.
    paid: Option<String>,
    /// Names one return, so that it is counted once.
    r#return: Option<String>,
    channel: Option<String>,
    email: Option<String>,
    locale: Option<String>,
    zone: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Placed,
    Delivered,
    Cancelled,
    Returned,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NoticeLine {
    item: String,
    #[serde(default)]
    title: String,
    quantity: u32,
    price: Option<Price>,
    /// `colour=red&size=m`, as in the cart.
    #[serde(default)]
    options: String,
    /// The cart's own key of the line, where the checkout kept it.
    line: Option<String>,
}

/// A line of an order, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) item: ItemId,
    pub(crate) title: String,
    pub(crate) quantity: u32,
    pub(crate) unit_minor: i64,
    /// Key of the cart's line.
    pub(crate) key: Option<String>,
}

/// An order, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) customer: CustomerId,
    pub(crate) at: Instant,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<Line>,
    pub(crate) paid: Option<Snapshot>,
    pub(crate) channel: String,
    /// Facts for her record: `email`, `locale`, `zone`.
    pub(crate) traits: Vec<(String, String)>,
}

/// What happened, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Happened {
    Placed(Placed),
    Delivered(Instant),
    Cancelled,
    /// Name of the return, and pieces by item.
    Returned(String, Vec<(String, u32)>),
}

const ID: Refusal = Refusal::senseless("order-id", "An order's number is missing or longer than 512 bytes.");
const CUSTOMER: Refusal =
    Refusal::senseless("order-customer", "The customer of a placed order is missing or is no id.")
        .fix("Send the shop's id for her, as in her login token; leave out orders of guests.");
pub(crate) const VISITOR: Refusal =
    Refusal::senseless("order-customer", "The code is one of somebody who is not signed in.")
        .fix("Let her sign in and show a new code, or leave out orders of guests.");
const CURRENCY: Refusal =
    Refusal::senseless("order-currency", "The currency is missing, or is not the one of her other orders.")
        .fix("Send an ISO 4217 code such as EUR, always the same for one shop.");
const LINES: Refusal = Refusal::senseless("order-lines", "An order needs 1 to 100 lines, a return at least one.")
    .fix("Send its lines with item, quantity and price.");
const ITEM: Refusal = Refusal::senseless("order-item", "A line names no article.");
const QUANTITY: Refusal = Refusal::senseless("order-quantity", "A line needs 1 to 1,000,000 pieces.")
    .fix("Leave out lines without pieces; send what came back as a notice with the state `returned`.");
const PRICE: Refusal =
    Refusal::senseless("order-price", "A price is missing, is negative, or is finer than its currency.")
        .fix("Send what one piece cost, in units of the currency: \"12.50\".");
const PAID: Refusal = Refusal::senseless("order-paid", "The snapshot of what was paid cannot be read.")
    .fix("Pass on what the page gave the checkout, as it is; or leave it out.");
const RETURN: Refusal = Refusal::senseless("order-return", "A return needs a name of its own.")
    .fix("Send `return`, another one for each parcel, so that it is counted once.");
const OPTIONS: Refusal =
    Refusal::senseless("order-options", "The options of a line are not of the form `name=value&name=value`.");

impl Notice {
    /// Says whose it is, where she was named by a code.
    pub(crate) fn of(self, customer: String) -> Self {
        Self { customer: Some(customer), code: None, ..self }
    }

    /// Whether it names her by a code only.
    pub(crate) fn by_code(&self) -> Option<&str> {
        self.code.as_deref().filter(|_| self.customer.is_none() && matches!(self.state, State::Placed))
    }

    /// Checks a notice. `now` is the moment of one that names none.
    pub(crate) fn check(self, now: Instant) -> Result<(String, Happened), Refusal> {
        if self.id.is_empty() || self.id.len() > MAX_TEXT {
            return Err(ID.at("id"));
        }
        let at = self.at.map_or(now, |at| at.0);
        let happened = match self.state {
            State::Placed => Happened::Placed(Placed {
                customer: self.customer.as_deref().and_then(CustomerId::new).ok_or(CUSTOMER.at("customer"))?,
                currency: self.currency.as_deref().and_then(Currency::new).ok_or(CURRENCY.at("currency"))?,
                at,
                lines: lines(&self.lines, self.currency.as_deref().and_then(Currency::new))?,
                paid: self.paid.as_deref().map(snapshot).transpose()?,
                channel: self.channel.filter(|channel| channel.len() <= 64).unwrap_or_else(|| "web".into()),
                traits: [("email", self.email), ("locale", self.locale), ("zone", self.zone)]
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.to_owned(), value.filter(|text| text.len() <= MAX_TEXT)?)))
                    .collect(),
            }),
            State::Delivered => Happened::Delivered(at),
            State::Cancelled => Happened::Cancelled,
            State::Returned => {
                let name =
                    self.r#return.filter(|name| !name.is_empty() && name.len() <= 128).ok_or(RETURN.at("return"))?;
                if self.lines.is_empty() || self.lines.len() > MAX_LINES {
                    return Err(LINES.at("lines"));
                }
                Happened::Returned(name, self.lines.into_iter().map(|line| (line.item, line.quantity)).collect())
            }
        };
        Ok((self.id, happened))
    }
}

fn lines(given: &[NoticeLine], currency: Option<Currency>) -> Result<Vec<Line>, Refusal> {
    if given.is_empty() || given.len() > MAX_LINES {
        return Err(LINES.at("lines"));
    }
    let one = |(at, line): (usize, &NoticeLine)| {
        let place = |field: &str| format!("lines[{at}].{field}");
        let item = ItemId::new(&line.item).ok_or_else(|| ITEM.at(place("item")))?;
        if !(1..=1_000_000).contains(&line.quantity) {
            return Err(QUANTITY.at(place("quantity")));
        }
        let minor = currency.and_then(|currency| line.price.as_ref()?.minor(currency));
        let key = match &line.line {
            Some(key) => Some(key.clone()),
            None if line.options.is_empty() => crate::documents::line_key(&line.item, ""),
            None => Some(
                crate::documents::line_key(&line.item, &line.options).ok_or_else(|| OPTIONS.at(place("options")))?,
            ),
        };
        let title = line.title.chars().take(MAX_TEXT / 4).collect();
        let unit_minor = minor.ok_or_else(|| PRICE.at(place("price")))?;
        Ok(Line { item, title, quantity: line.quantity, unit_minor, key })
    };
    given.iter().enumerate().map(one).collect()
}

fn snapshot(text: &str) -> Result<Snapshot, Refusal> {
    let bytes = STANDARD.decode(text).map_err(|_| PAID.at("paid"))?;
    Snapshot::decode(&bytes).map_err(|_| PAID.at("paid"))
}

pub(crate) const OTHER_CURRENCY: Refusal = CURRENCY;
