//! Orders as they come in, one notice at a time.
//!
//! An order touches several places: its own, the customer's record, her cart, her points. Each step may be
//! repeated and the answer leaves after the last, so that a shop that sends a notice again until it is
//! acknowledged gets every order counted once, whatever broke off in between.

mod notice;
mod record;

use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use wellmet_engine::id::CustomerId;
use wellmet_engine::money::Currency;
use wellmet_engine::time::Instant;

use crate::app::Hub;
use crate::documents::{self, PaidLine, Settled};
use crate::drawer::{Drawer, Write};
use crate::identity::{customer_key, named};
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Owner, Store};

pub(crate) use notice::{Happened, Notice, Placed};

/// An order as kept. Fields may be added; none may change its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The shop's number for it.
    #[serde(default)]
    pub(crate) id: String,
    /// The shop's id for her.
    pub(crate) customer: String,
    /// When it was placed, milliseconds since 1970.
    pub(crate) at: i64,
    /// ISO 4217 code.
    pub(crate) currency: String,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) channel: String,
    pub(crate) cancelled: bool,
    /// When it was delivered.
    pub(crate) delivered: Option<i64>,
    /// Names of the returns that were counted.
    pub(crate) returns: Vec<String>,
    /// Whether her record's totals have it.
    pub(crate) counted: bool,
}

/// A line as kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderLine {
    pub(crate) item: String,
    pub(crate) title: String,
    pub(crate) quantity: u32,
    pub(crate) unit_minor: i64,
    /// Pieces that came back.
    #[serde(default)]
    pub(crate) returned: u32,
    /// The cart's key of the line.
    #[serde(default)]
    pub(crate) key: Option<String>,
}

impl OrderLine {
    /// Pieces that are hers.
    pub(crate) const fn kept(&self) -> u32 {
        self.quantity.saturating_sub(self.returned)
    }
}

impl Order {
    /// Pieces and money that are still hers.
    pub(crate) fn worth(&self) -> i64 {
        if self.cancelled {
            return 0;
        }
        self.lines.iter().map(|line| line.unit_minor.saturating_mul(i64::from(line.kept()))).sum()
    }

    /// Whether some of it came back, or all of it never went out.
    pub(crate) fn gone_back(&self) -> bool {
        self.cancelled || !self.returns.is_empty()
    }
}

/// All orders that were told one by one.
pub(crate) struct Orders {
    drawer: Drawer<Order>,
}

/// What became of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It counts.
    Kept,
    /// It was told before.
    Known,
    /// The customer asked to be forgotten; nothing was kept.
    Forgotten,
}

const DIFFERS: Refusal =
    Refusal::new(StatusCode::CONFLICT, "order-differs", "Another order was told under this number.")
        .fix("Send what changed as `cancelled` or `returned`, and what was added as an order of its own.");
const UNKNOWN: Refusal = Refusal::new(StatusCode::NOT_FOUND, "order-unknown", "No order was told under this number.")
    .fix("Send it with the state `placed` first.");
const NOT_IN_IT: Refusal = Refusal::senseless("order-item-unknown", "The order has no such article.");
const TOO_MANY_BACK: Refusal =
    Refusal::senseless("order-quantity-returned", "More pieces came back than the order has.");

fn key(id: &str) -> Key {
    Key::of("order", id)
}

impl Orders {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Order, "order").owned(|order| Owner::Is(named(&order.customer))) }
    }

    /// An order by its number.
    pub(crate) async fn get(&self, id: &str) -> Result<Option<Order>, Refusal> {
        self.drawer.get(key(id)).await
    }

    pub(crate) async fn remove(&self, id: &str) -> Result<(), Refusal> {
        self.drawer.remove(key(id)).await
    }

    async fn place(&self, id: &str, placed: &Placed) -> Result<(Order, Outcome), Refusal> {
        let told = order(id, placed);
        self.drawer
            .change(key(id), |order| {
                if order.lines.is_empty() {
                    *order = told.clone();
                    return Ok((Write::Yes, (told.clone(), Outcome::Kept)));
                }
                let same = |a: &OrderLine, b: &OrderLine| {
                    (&a.item, a.quantity, a.unit_minor) == (&b.item, b.quantity, b.unit_minor)
                };
                let known = order.customer == told.customer
                    && order.lines.len() == told.lines.len()
                    && order.lines.iter().zip(&told.lines).all(|(a, b)| same(a, b));
                if known { Ok((Write::No, (order.clone(), Outcome::Known))) } else { Err(DIFFERS.at("id")) }
            })
            .await
    }

    async fn update(
        &self,
        id: &str,
        step: impl Fn(&mut Order) -> Result<bool, Refusal> + Send + Sync,
    ) -> Result<(Order, Order), Refusal> {
        self.drawer
            .change(key(id), |order| {
                if order.lines.is_empty() {
                    return Err(UNKNOWN.at("id"));
                }
                let before = order.clone();
                let write = if step(order)? { Write::Yes } else { Write::No };
                Ok((write, (before, order.clone())))
            })
            .await
    }
}

fn order(id: &str, placed: &Placed) -> Order {
    let lines = placed.lines.iter().map(|line| OrderLine {
        item: line.item.as_str().to_owned(),
        title: line.title.clone(),
        quantity: line.quantity,
        unit_minor: line.unit_minor,
        returned: 0,
        key: line.key.clone(),
    });
    Order {
        id: id.to_owned(),
        customer: placed.customer.as_str().to_owned(),
        at: placed.at.0,
        currency: placed.currency.code().to_owned(),
        lines: lines.collect(),
        channel: placed.channel.clone(),
        ..Order::default()
    }
}

impl Hub {
    /// Takes in one notice. Returns once all of it is durable.
    pub(crate) async fn take_in(&self, notice: Notice) -> Result<Outcome, Refusal> {
        let now = self.config.clock.now();
        let notice = match notice.by_code() {
            None => notice,
            Some(code) => match self.grants.customer(code).await {
                Ok(customer) => notice.of(customer.ok_or(notice::VISITOR.at("code"))?),
                // Told again after the code's time: it is whose it was the first time.
                Err(refusal) => {
                    let told = self.orders.get(&notice.id).await?;
                    notice.of(told.ok_or(refusal.at("code"))?.customer)
                }
            },
        };
        let (id, happened) = notice.check(now)?;
        match happened {
            Happened::Placed(placed) => self.placed(&id, &placed, now).await,
            Happened::Delivered(at) => {
                let step = |order: &mut Order| {
                    let first = order.delivered.is_none();
                    order.delivered.get_or_insert(at.0);
                    Ok(first)
                };
                let (before, after) = self.orders.update(&id, step).await?;
                Ok(if before == after { Outcome::Known } else { Outcome::Kept })
            }
            Happened::Cancelled => {
                let step = |order: &mut Order| Ok(!std::mem::replace(&mut order.cancelled, true));
                self.gave_back(&id, now, step).await
            }
            Happened::Returned(name, pieces) => self.gave_back(&id, now, |order| returned(order, &name, &pieces)).await,
        }
    }

    async fn placed(&self, id: &str, placed: &Placed, now: Instant) -> Result<Outcome, Refusal> {
        let shopper = customer_key(&placed.customer);
        if documents::is_erased(&*self.store, shopper).await? {
            return Ok(Outcome::Forgotten);
        }
        let record = self.records.get(&placed.customer, None).await?;
        if record.currency != placed.currency && record.order_count > 0 {
            return Err(notice::OTHER_CURRENCY.at("currency"));
        }
        let (order, outcome) = self.orders.place(id, placed).await?;
        if !self.records.count(&placed.customer, &order, &placed.traits).await? {
            self.orders.remove(id).await?;
            return Ok(Outcome::Forgotten);
        }
        self.orders.update(id, |order| Ok(!std::mem::replace(&mut order.counted, true))).await?;
        self.paid(shopper, id, placed).await?;
        self.earn(shopper, &order, now).await?;
        Ok(outcome)
    }

    /// Takes what was paid out of her cart.
    async fn paid(&self, shopper: Key, id: &str, placed: &Placed) -> Result<Settled, Refusal> {
        if let Some(snapshot) = &placed.paid {
            return self.documents.purchase(shopper, false, snapshot).await;
        }
        let lines: Vec<PaidLine> = placed
            .lines
            .iter()
            .filter_map(|line| Some(PaidLine { key: line.key.clone()?, quantity: line.quantity }))
            .collect();
        self.documents.purchase_lines(shopper, id, &lines).await
    }

    /// What came back, or never went out: the record shows it as hers no more, its points are taken back, and
    /// when all of it is gone its vouchers can be used again.
    async fn gave_back(
        &self,
        id: &str,
        now: Instant,
        step: impl Fn(&mut Order) -> Result<bool, Refusal> + Send + Sync,
    ) -> Result<Outcome, Refusal> {
        let (before, after) = self.orders.update(id, step).await?;
        let customer = CustomerId::new(&after.customer).ok_or_else(|| crate::store::damaged("order"))?;
        self.records.count(&customer, &after, &[]).await?;
        self.earn(customer_key(&customer), &after, now).await?;
        if after.worth() == 0 {
            self.release(id, now).await?;
        }
        Ok(if before == after { Outcome::Known } else { Outcome::Kept })
    }
}

/// Counts pieces that came back, once for each name of a return.
fn returned(order: &mut Order, name: &str, pieces: &[(String, u32)]) -> Result<bool, Refusal> {
    if order.returns.iter().any(|known| known == name) {
        return Ok(false);
    }
    for (at, (item, quantity)) in pieces.iter().enumerate() {
        let place = format!("lines[{at}].item");
        if !order.lines.iter().any(|line| line.item == *item) {
            return Err(NOT_IN_IT.at(place));
        }
        let mut left = *quantity;
        for line in order.lines.iter_mut().filter(|line| line.item == *item) {
            let taken = left.min(line.kept());
            line.returned += taken;
            left -= taken;
        }
        if left > 0 {
            return Err(TOO_MANY_BACK.at(format!("lines[{at}].quantity")));
        }
    }
    order.returns.push(name.to_owned());
    Ok(true)
}

/// The currency of an order as kept.
pub(crate) fn currency(order: &Order) -> Currency {
    Currency::new(&order.currency).unwrap_or(Currency::new("XXX").expect("three capital letters"))
}
