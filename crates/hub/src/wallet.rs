//! Vouchers and codes: minted for one customer, redeemed once.
//!
//! A voucher is an offer with the part `voucher`: whoever the offer fits finds one in her wallet. Its code
//! is random, its token is signed by the hub, and only an order of hers redeems it. The redemption is one
//! compare and set on the voucher's own place: of two at the same moment one wins.

use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Instant, Span};

use crate::app::Hub;
use crate::drawer::{Drawer, Write};
use crate::identity::{customer_key, named};
use crate::random;
use crate::refusal::Refusal;
use crate::rules::{OfferRule, Person, VoucherRule, Worth};
use crate::store::{Bucket, Key, Owner, Store};

/// Most vouchers in a wallet; the oldest that are over are let go first.
const MOST: usize = 200;
/// How long a voucher is kept after its end, so that a late question has an answer.
const KEPT: Span = Span::days(400);

/// A voucher or the redemption of a code, as stored. Fields may be added; none may change its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    customer: String,
    offer: String,
    /// When it ends, milliseconds since 1970.
    until: i64,
    /// Minor units of the least order.
    least: i64,
    /// What the order was, once it is redeemed.
    order: Option<String>,
    at: Option<i64>,
    /// The attempt that redeemed it: the one whose cost is booked.
    #[serde(default)]
    by: Option<String>,
}

/// What an order has redeemed, by names of redemptions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OfOrder {
    redeemed: Vec<(String, String)>,
    /// Who has.
    #[serde(default)]
    customer: String,
}

/// A customer's vouchers. Fields may be added; none may change its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Wallet {
    own: Vec<Own>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Own {
    code: String,
    offer: String,
    since: i64,
    until: i64,
}

/// All wallets and vouchers.
pub(crate) struct Wallets {
    wallets: Drawer<Wallet>,
    vouchers: Drawer<Stored>,
    of_orders: Drawer<OfOrder>,
}

/// What the checkout asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Redeem {
    code: String,
    customer: String,
    order: String,
    /// Minor units of the order, for the least value.
    total_minor: Option<i64>,
}

const UNKNOWN: Refusal = Refusal::new(StatusCode::NOT_FOUND, "code-unknown", "There is no such code.");
const NOT_HERS: Refusal = Refusal::new(StatusCode::FORBIDDEN, "code-not-hers", "This customer may not use that code.");
const OVER: Refusal = Refusal::new(StatusCode::CONFLICT, "code-over", "The time of that code is over.");
const REDEEMED: Refusal =
    Refusal::new(StatusCode::CONFLICT, "code-redeemed", "That code was redeemed for another order.");
const LEAST: Refusal = Refusal::senseless("order-too-small", "The order is smaller than the code asks for.");
const CUSTOMER: Refusal = Refusal::senseless("customer-id", "That is no id of a customer.");
const ORDER: Refusal = Refusal::senseless("order-number", "That is no number of an order.");

/// Letters and digits that nobody confuses on paper.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A random code of `N` letters.
pub(crate) fn code<const N: usize>() -> Result<String, Refusal> {
    let bytes = random::bytes::<N>()?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect())
}

/// A code as people type it: in any case, with spaces and dashes.
pub(crate) fn typed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect()
}

fn voucher_key(code: &str) -> Key {
    Key::of("voucher", code)
}

fn hers(customer: &str) -> Owner {
    Owner::Is(named(customer))
}

fn order_key(order: &str) -> Key {
    Key::of("redemptions", order)
}

impl Wallets {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self {
            wallets: Drawer::new(store, Bucket::Wallet, "wallet"),
            vouchers: Drawer::new(store, Bucket::Voucher, "voucher").owned(|voucher| hers(&voucher.customer)),
            of_orders: Drawer::new(store, Bucket::Voucher, "redemptions").owned(|of| hers(&of.customer)),
        }
    }

    /// Removes a customer's wallet and what lies under her codes.
    pub(crate) async fn remove(&self, shopper: Key) -> Result<(), Refusal> {
        for own in self.wallets.get(shopper).await?.unwrap_or_default().own {
            self.vouchers.remove(voucher_key(&own.code)).await?;
        }
        self.wallets.remove(shopper).await
    }

    /// Removes what an order has redeemed.
    pub(crate) async fn remove_order(&self, order: &str) -> Result<(), Refusal> {
        for (_, redemption) in self.of_orders.get(order_key(order)).await?.unwrap_or_default().redeemed {
            self.vouchers.remove(voucher_key(&redemption)).await?;
        }
        self.of_orders.remove(order_key(order)).await
    }

    /// The codes in a wallet and the offers they belong to.
    pub(crate) async fn codes(&self, shopper: Key) -> Result<Vec<Json>, Refusal> {
        let wallet = self.wallets.get(shopper).await?.unwrap_or_default();
        let told = |own: &Own| json!({ "code": own.code, "offer": own.offer, "since": own.since, "until": own.until });
        Ok(wallet.own.iter().map(told).collect())
    }

    async fn note(&self, ask: &Redeem, offer: &str, redemption: &str, now: Instant) -> Result<(), Refusal> {
        self.of_orders
            .change(order_key(&ask.order), |of| {
                let entry = (offer.to_owned(), redemption.to_owned());
                if of.redeemed.contains(&entry) {
                    return Ok((Write::No, ()));
                }
                of.redeemed.push(entry);
                of.customer.clone_from(&ask.customer);
                Ok((Write::Until(now + KEPT), ()))
            })
            .await
    }
}

/// What became of an attempt.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Won {
    /// It redeemed.
    Now,
    /// The same order had redeemed before.
    Before,
    /// Another order had.
    Not,
}

/// A voucher's worth on the wire.
fn worth(worth: Worth) -> Json {
    match worth {
        Worth::Amount(minor) => json!({ "amountMinor": minor }),
        Worth::Percent(percent) => json!({ "percent": percent }),
    }
}

impl Hub {
    /// The vouchers of a customer, those minted now that the rules give her.
    pub(crate) async fn vouchers(
        &self,
        customer: &CustomerId,
        person: &Person,
        now: Instant,
    ) -> Result<Vec<Json>, Refusal> {
        let rules = &self.config.rules;
        let offers: Vec<(&OfferRule, VoucherRule)> =
            rules.offers.iter().filter_map(|offer| Some((offer, offer.voucher?))).collect();
        let slots: Vec<String> = offers.iter().map(|(offer, _)| format!("offer:{}", offer.id)).collect();
        let slots: Vec<&str> = slots.iter().map(String::as_str).collect();
        let verdicts = rules.judge(person, &slots, now);
        let shopper = customer_key(customer);
        for ((offer, voucher), _) in offers.iter().zip(&verdicts).filter(|(_, verdict)| verdict.applies()) {
            self.mint(shopper, customer, offer, *voucher, now).await?;
        }
        let mut listed = Vec::new();
        for own in self.wallets.wallets.get(shopper).await?.unwrap_or_default().own {
            let Some(stored) = self.wallets.vouchers.get(voucher_key(&own.code)).await? else { continue };
            let at = offers.iter().position(|(offer, _)| offer.id == own.offer);
            let Some(((_, voucher), verdict)) = at.map(|at| (offers[at], &verdicts[at])) else { continue };
            let state = match (&stored.order, stored.until <= now.0) {
                (Some(_), _) => "redeemed",
                (None, true) => "over",
                (None, false) => "open",
            };
            let mut fields = verdict.json();
            fields.remove("code");
            let token = if state == "open" { Some(self.voucher_token(&own, &stored, voucher)?) } else { None };
            listed.push(json!({
                "code": own.code, "offer": own.offer, "state": state, "worth": worth(voucher.worth),
                "leastMinor": voucher.least, "currency": rules.table.currency.code(),
                "since": own.since, "until": own.until, "fields": fields, "token": token,
            }));
        }
        Ok(listed)
    }

    fn voucher_token(&self, own: &Own, stored: &Stored, voucher: VoucherRule) -> Result<String, Refusal> {
        self.signing.sign(&json!({
            "iss": "wellmet", "aud": self.config.audience, "kind": "voucher", "jti": own.code, "sub": stored.customer,
            "offer": own.offer, "worth": worth(voucher.worth), "leastMinor": voucher.least,
            "iat": own.since / 1_000, "exp": own.until / 1_000,
        }))
    }

    /// Puts a voucher into a wallet, unless there is one for this time. Her wallet is written first: a code
    /// that she does not know of is of no use to anybody.
    async fn mint(
        &self,
        shopper: Key,
        customer: &CustomerId,
        offer: &OfferRule,
        voucher: VoucherRule,
        now: Instant,
    ) -> Result<(), Refusal> {
        let fresh = Own {
            code: code::<12>()?,
            offer: offer.id.clone(),
            since: now.0,
            until: (now + Span::days(voucher.days.into())).0,
        };
        let own = self
            .wallets
            .wallets
            .change(shopper, |wallet| {
                let last = wallet.own.iter().rev().find(|own| own.offer == offer.id);
                let again =
                    |own: &Own| voucher.again.is_some_and(|days| now - Instant(own.since) >= Span::days(days.into()));
                if let Some(last) = last.filter(|own| !again(own)) {
                    return Ok((Write::No, last.clone()));
                }
                wallet.own.push(fresh.clone());
                if wallet.own.len() > MOST {
                    let over = wallet.own.iter().position(|own| own.until <= now.0).unwrap_or(0);
                    wallet.own.remove(over);
                }
                Ok((Write::Yes, fresh.clone()))
            })
            .await?;
        let stored = Stored {
            customer: customer.as_str().to_owned(),
            offer: offer.id.clone(),
            until: own.until,
            least: voucher.least,
            ..Stored::default()
        };
        self.wallets
            .vouchers
            .change(voucher_key(&own.code), |there| {
                if there.customer.is_empty() && own.until > now.0 {
                    *there = stored.clone();
                    return Ok((Write::Until(Instant(own.until) + KEPT), ()));
                }
                Ok((Write::No, ()))
            })
            .await
    }

    /// Redeems a voucher, or a code that several may use, for an order.
    pub(crate) async fn redeem(&self, ask: &Redeem, now: Instant) -> Result<Json, Refusal> {
        let customer = CustomerId::new(&ask.customer).ok_or(CUSTOMER.at("customer"))?;
        if ask.order.is_empty() || ask.order.len() > 512 {
            return Err(ORDER.at("order"));
        }
        let typed = typed(&ask.code);
        if let Some(stored) = self.wallets.vouchers.get(voucher_key(&typed)).await? {
            return self.redeem_voucher(&typed, &stored, &customer, ask, now).await;
        }
        let by_code = |offer: &&OfferRule| offer.code.as_deref().is_some_and(|code| self::typed(code) == typed);
        let Some(offer) = self.config.rules.offers.iter().find(by_code) else { return Err(UNKNOWN.at("code")) };
        let person = self.person(&customer).await?;
        let slot = format!("offer:{}", offer.id);
        let verdict = self.config.rules.judge(&person, &[&slot], now).into_iter().next();
        let redemption = format!("{}\n{}", offer.id, ask.order);
        let known = self.wallets.vouchers.get(voucher_key(&redemption)).await?;
        if known.is_none() && !verdict.is_some_and(|verdict| verdict.applies()) {
            return Err(NOT_HERS.at("code"));
        }
        let fresh = Stored { customer: ask.customer.clone(), offer: offer.id.clone(), ..Stored::default() };
        self.book(&redemption, known.unwrap_or(fresh), ask, offer, now).await?;
        Ok(json!({ "offer": offer.id, "code": offer.code, "order": ask.order }))
    }

    async fn redeem_voucher(
        &self,
        code: &str,
        stored: &Stored,
        customer: &CustomerId,
        ask: &Redeem,
        now: Instant,
    ) -> Result<Json, Refusal> {
        if stored.customer != customer.as_str() {
            return Err(NOT_HERS.at("code"));
        }
        if stored.until <= now.0 && stored.order.as_deref() != Some(&ask.order) {
            return Err(OVER.at("code"));
        }
        if ask.total_minor.is_some_and(|total| total < stored.least) {
            return Err(LEAST.at("totalMinor"));
        }
        let offer = self.config.rules.offer(&stored.offer).ok_or(OVER.at("code"))?;
        self.book(code, stored.clone(), ask, offer, now).await?;
        let value = offer.voucher.map(|voucher| worth(voucher.worth));
        Ok(json!({ "offer": offer.id, "code": code, "order": ask.order, "worth": value }))
    }

    /// The redemption itself: the cost set aside, the place changed once, the cost booked.
    async fn book(
        &self,
        redemption: &str,
        stored: Stored,
        ask: &Redeem,
        offer: &OfferRule,
        now: Instant,
    ) -> Result<(), Refusal> {
        match stored.order.as_deref() {
            Some(order) if order == ask.order => return Ok(()),
            Some(_) => return Err(REDEEMED.at("code")),
            None => {}
        }
        // Each attempt sets aside for itself; only the one that redeems is booked, however often an order asks.
        let attempt = random::token::<9>()?;
        let name = format!("{redemption}\n{}\n{attempt}", ask.order);
        if let Some(budget) = offer.budget {
            self.budgets.set_aside(&offer.id, &name, budget, now).await?;
        }
        let won = self
            .wallets
            .vouchers
            .change(voucher_key(redemption), |there| {
                if there.customer.is_empty() {
                    *there = stored.clone();
                }
                match there.order.as_deref() {
                    Some(order) if order == ask.order => return Ok((Write::No, Won::Before)),
                    Some(_) => return Ok((Write::No, Won::Not)),
                    None => {}
                }
                there.order = Some(ask.order.clone());
                there.at = Some(now.0);
                there.by = Some(attempt.clone());
                Ok((Write::Until(Instant(there.until.max(now.0)) + KEPT), Won::Now))
            })
            .await?;
        if offer.budget.is_some() {
            self.budgets.settle(&offer.id, &name, won == Won::Now).await?;
        }
        if won == Won::Not {
            return Err(REDEEMED.at("code"));
        }
        self.wallets.note(ask, &offer.id, redemption, now).await
    }

    /// Lets the vouchers of an order that is gone altogether be used again.
    pub(crate) async fn release(&self, order: &str, now: Instant) -> Result<(), Refusal> {
        let of = self.wallets.of_orders.get(order_key(order)).await?.unwrap_or_default();
        for (offer, redemption) in of.redeemed {
            let freed = self
                .wallets
                .vouchers
                .change(voucher_key(&redemption), |there| {
                    if there.order.as_deref() != Some(order) {
                        return Ok((Write::No, false));
                    }
                    (there.order, there.at, there.by) = (None, None, None);
                    Ok((Write::Until(Instant(there.until.max(now.0)) + KEPT), true))
                })
                .await?;
            let cost = self.config.rules.offer(&offer).and_then(|offer| offer.budget);
            if let (true, Some((_, cost))) = (freed, cost) {
                self.budgets.refund(&offer, cost).await?;
            }
        }
        self.wallets.of_orders.remove(order_key(order)).await
    }

    /// Settles what was set aside by hubs that stopped in the middle of a redemption.
    pub(crate) async fn tend_budgets(&self, now: Instant) -> Result<(), Refusal> {
        for offer in self.config.rules.offers.iter().filter(|offer| offer.budget.is_some()) {
            for name in self.budgets.abandoned(&offer.id, now).await? {
                let Some((rest, attempt)) = name.rsplit_once('\n') else { continue };
                let Some((redemption, _)) = rest.rsplit_once('\n') else { continue };
                let stored = self.wallets.vouchers.get(voucher_key(redemption)).await?;
                let redeemed = stored.is_some_and(|stored| stored.by.as_deref() == Some(attempt));
                self.budgets.settle(&offer.id, &name, redeemed).await?;
            }
        }
        Ok(())
    }
}
