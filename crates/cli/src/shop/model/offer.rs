//! Offers.

use super::{Cap, Condition, Field, Named, Phrase, Quiet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether an offer is known to everybody or to those who get it only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Announced {
    /// Advertised to the public: a reduction needs the lowest price of the last 30 days beside it
    /// (Directive 98/6/EC, Article 6a).
    Public,
    /// For those only who get it: a price that depends on them needs a notice (Directive 2011/83/EU,
    /// Article 6(1)(ea)).
    Personal,
}

/// Whose clock the times of an offer are by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The same moment for everybody; times are UTC.
    #[default]
    Hub,
    /// Each shopper's own clock: midnight is her midnight.
    Shopper,
}

/// An offer: what a segment or a status may have.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Offer {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who may have it; everybody if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Whether it is advertised to the public. Decides which notices the law wants.
    pub announced: Announced,
    /// Whether nobody but those who may have it should know of it: then it is not in the book, which anybody
    /// can read, and the hub alone tells them.
    #[serde(default)]
    pub secret: bool,
    /// From when, such as 2026-03-01T09:00.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until when, such as 2026-03-31T23:59. A fixed moment: a countdown that starts again for each
    /// visitor is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whose clock the two are by.
    #[serde(default)]
    pub clock: Clock,
    /// For an offer of less than 20 hours: that its end is essential to it, as with an auction
    /// (WCAG 2.2.1 asks for a way to extend all others).
    #[serde(default)]
    pub essential: bool,
    /// How often one shopper may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
    /// When she does not see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Of the offers of one group, at most one is on a page: the one with the highest priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Higher goes first among the offers of a slot; 0 if it is left out.
    #[serde(default)]
    pub priority: i32,
    /// What it may cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// A code for the checkout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
    /// A voucher of her own, which the hub signs and takes back once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher: Option<Voucher>,
    /// A price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
    /// What the page shows of it, by field name: `title`, `text`, …
    #[serde(default)]
    pub fields: Named<Field>,
    /// What "Why this?" says. `{attribute}` in it is filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Phrase>,
}

/// What an offer may cost. Kept by the hub.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Budget {
    /// In units of the currency.
    pub amount: f64,
    /// What one redemption costs, for the plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
}

/// A code for the checkout.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Code {
    /// The code.
    pub value: String,
    /// Whether everybody may know it. Only then it is put into the book, which anybody can read;
    /// the hub hands out all others.
    #[serde(default)]
    pub public: bool,
}

/// A voucher. Takes off an amount or a share, one of them.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Voucher {
    /// What it takes off, in units of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// What it takes off, per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub percent: Option<u8>,
    /// Days from the day it is handed out until it ends.
    #[schemars(range(min = 1, max = 3660))]
    pub days: u16,
    /// The least that the order must come to, in units of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
}

/// A price of an offer.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Price {
    /// What it costs, in units of the currency.
    pub amount: f64,
    /// The price that is shown as the one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<f64>,
    /// The lowest price of the last 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest30: Option<f64>,
    /// Whether it depends on who she is.
    #[serde(default)]
    pub personal: bool,
    /// The sentence that says so. Without it a personal price cannot be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Phrase>,
}
