//! The shop file `wellmet.json`: what a merchandiser writes down.
//!
//! These types are the source of the JSON Schema (`wellmet schema`), so every doc comment here is a
//! help text in her editor.

mod assigned;
mod offer;

pub use assigned::{
    Access, Answer, Channel, Contact, Guarantee, Layout, Level, Payment, Playlist, Points, Service, Survey, Track,
    Trigger, Where,
};
pub use offer::{Announced, Budget, Clock, Code, Offer, Price, Voucher};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Things by name, in the order of their names.
pub type Named<T> = BTreeMap<String, T>;

/// The rules of a shop: who gets what, where and when.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(title = "wellmet shop file")]
pub struct ShopFile {
    /// Address of the JSON Schema, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The shop itself.
    pub shop: Shop,
    /// Attributes of the shop's own, by name. What wellmet knows by itself (visits.count,
    /// orders.sum.last365d, page.kind, …) is not declared here.
    #[serde(default)]
    pub attributes: Named<Attribute>,
    /// Named conditions. Others refer to one as the attribute `segment.NAME`.
    #[serde(default)]
    pub segments: Named<Segment>,
    /// Status groups.
    #[serde(default)]
    pub status: Status,
    /// How often customers order, for those who have too few orders of their own to tell.
    #[serde(default)]
    pub rhythm: Rhythm,
    /// Texts that several places share; a field takes one as `{"text": "NAME"}`.
    #[serde(default)]
    pub texts: Named<Phrase>,
    /// What the elements (`wm-cart`, `wm-offer`, …) say, instead of their own German and English or in another language
    /// of the shop: by element and word, such as `cart.remove`. A language that is left out keeps the element's own.
    #[serde(default)]
    pub words: Named<Phrase>,
    /// Texts below recommended items, instead of the built-in ones.
    #[serde(default)]
    pub reasons: Named<Phrase>,
    /// Offers, by name.
    #[serde(default)]
    pub offers: Named<Offer>,
    /// Slots: named places in the pages and what may fill them.
    #[serde(default)]
    pub slots: Named<Slot>,
    /// Triggers: when a condition begins to hold, a message or an offer is due.
    #[serde(default)]
    pub triggers: Named<Trigger>,
    /// Layouts of messages by channel and shopper.
    #[serde(default)]
    pub layouts: Named<Layout>,
    /// Services that are better for some. Each fills the slot `service:NAME`.
    #[serde(default)]
    pub services: Named<Service>,
    /// What opens earlier for some. Each fills the slot `access:NAME`.
    #[serde(default)]
    pub access: Named<Access>,
    /// Points for orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Contact persons. The one that fits best fills the slot `contact`.
    #[serde(default)]
    pub contacts: Named<Contact>,
    /// Payment methods. Each fills the slot `payment:NAME`. Display only: the shop's checkout enforces.
    #[serde(default)]
    pub payments: Named<Payment>,
    /// Money-back guarantees. The one that fits best fills the slot `guarantee`.
    #[serde(default)]
    pub guarantees: Named<Guarantee>,
    /// Playlists. The one that fits best fills the slot `music`.
    #[serde(default)]
    pub playlists: Named<Playlist>,
    /// Questions to the shopper. Each fills the slot `survey:NAME`.
    #[serde(default)]
    pub surveys: Named<Survey>,
    /// Share of shoppers for whom every slot keeps the shop's own content, so that the effect of it all
    /// can be measured: 0.05 is one in twenty.
    #[serde(default)]
    pub holdout: Share,
    /// Most offers that one shopper may see, over all slots and channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
    /// Products that the shopper puts together. Checked and packed by `wellmet build`.
    #[serde(default)]
    pub configurators: Named<super::configurator::Configurator>,
}

/// Name, money and languages.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Shop {
    /// The shop's name.
    pub name: String,
    /// ISO 4217 code of the currency of all amounts in this file.
    #[schemars(regex(pattern = "^[A-Z]{3}$"))]
    pub currency: String,
    /// Languages of the texts as BCP 47 tags; the first is the default.
    #[schemars(length(min = 1), inner(regex(pattern = "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")))]
    pub languages: Vec<String>,
    /// Time zone of customers whose own is not known, such as Europe/Vienna. UTC if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Minutes after which a reading of stock is not told as a fact; 15 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub stock_minutes: Option<u16>,
}

/// An attribute of the shop's own.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Attribute {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What kind of value it is. A date also gives `NAME.in_days`, `NAME.days_ago` and `NAME.years`.
    #[serde(rename = "type")]
    pub kind: AttributeType,
    /// Where it comes from.
    pub source: AttributeSource,
    /// What the shopper must have agreed to for it to be used; personalization unless said otherwise.
    #[serde(default)]
    pub purpose: Purpose,
    /// The values it can have, if they are few. A condition that asks for another one is a mistake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttributeType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day, such as 1984-02-29, or 02-29 without a year.
    Date,
    /// Several texts.
    List,
}

/// Sources of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AttributeSource {
    /// The signed record that the hub hands out after a login.
    Record,
    /// The page, or the shopper herself, by `wellmet('attribute', …)`.
    Page,
}

/// Consent purposes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Needs no consent, such as the weather at the shop.
    None,
    /// The cart.
    Cart,
    /// Recognition of the shopper.
    #[default]
    Personalization,
    /// Counting.
    Analytics,
}

/// A condition in the Mongo-style targeting language, such as
/// `{"status": "gold", "orders.count.last365d": {"$gte": 3}}`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Condition(pub serde_json::Map<String, serde_json::Value>);

impl JsonSchema for Condition {
    fn schema_name() -> Cow<'static, str> {
        "Condition".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let conditions = || serde_json::json!({ "type": "array", "items": { "$ref": "#/$defs/Condition" } });
        json_schema!({
            "description": "A condition in the Mongo-style targeting language. All entries must hold. Example: {\"status\": \"gold\", \"orders.count.last365d\": {\"$gte\": 3}}",
            "type": "object",
            "properties": {
                "$and": conditions(),
                "$or": conditions(),
                "$nor": conditions(),
                "$not": { "$ref": "#/$defs/Condition" }
            }
        })
    }
}

/// A named condition.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Segment {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who belongs to it.
    pub when: Condition,
}

/// Status groups, lowest first.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Status {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The groups, lowest first.
    #[serde(default)]
    #[schemars(length(max = 32))]
    pub groups: Vec<StatusGroup>,
}

/// One status group.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StatusGroup {
    /// Name for conditions: `{"status": "gold"}`.
    #[schemars(regex(pattern = "^[A-Za-z0-9_-]+$"))]
    pub id: String,
    /// Name for shoppers.
    pub label: Phrase,
    /// What it takes to enter; all of it.
    pub entry: Thresholds,
    /// What it takes to stay; what it took to enter unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Thresholds>,
    /// Days until the group is lost once `keep` does not hold any more.
    #[serde(default)]
    pub grace: u16,
    /// What it brings, one text each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benefits: Vec<Phrase>,
}

/// What it takes, at least.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Thresholds {
    /// So many orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<u32>,
    /// So much money spent, in units of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<f64>,
    /// Within so many days; ever if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3660))]
    pub days: Option<u16>,
}

/// How often customers order.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rhythm {
    /// Days between two orders of somebody of whom nothing else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// Days by the value of the record's trait `class`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub classes: Named<u16>,
}

/// A text: one for all languages, or one for each, such as `{"en": "Welcome", "de": "Willkommen"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Phrase {
    /// The same in all languages, such as a code.
    One(String),
    /// By language.
    Many(BTreeMap<String, String>),
}

impl JsonSchema for Phrase {
    fn schema_name() -> Cow<'static, str> {
        "Phrase".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text: one for all languages, or one for each, such as {\"en\": \"Welcome\", \"de\": \"Willkommen\"}.",
            "anyOf": [
                { "type": "string", "maxLength": 4000 },
                {
                    "type": "object",
                    "minProperties": 1,
                    "propertyNames": { "pattern": "^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$" },
                    "additionalProperties": { "type": "string", "maxLength": 4000 }
                }
            ]
        })
    }
}

/// The value of a field in the page's markup.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Field {
    /// An attribute of the shopper or the moment.
    Attribute(FromAttribute),
    /// An amount.
    Money(Amount),
    /// A number.
    Number(Plain),
    /// A text of the section `texts`.
    Text(Shared),
    /// A text. `{attribute}` in it is filled in.
    Phrase(Phrase),
}

/// Takes an attribute: `{"attribute": "name"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FromAttribute {
    /// The attribute's name. Without a value the variant does not apply.
    pub attribute: String,
    /// Leave the field out instead when there is no value.
    #[serde(default)]
    pub optional: bool,
}

/// Takes an amount: `{"money": 12.5}`, for `data-wm-money`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// In units of the currency.
    pub money: f64,
}

/// Takes a number: `{"number": 3}`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// The number.
    pub number: f64,
}

/// Takes a shared text: `{"text": "welcome"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// Its name in the section `texts`.
    pub text: String,
}

/// At most so many times in so much time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Cap {
    /// Most times.
    #[schemars(range(min = 1))]
    pub times: u16,
    /// `visit`, `order` (since her last order), `occasion` (once for something that comes once a year),
    /// `ever`, or a number of days such as `7d`.
    #[schemars(regex(pattern = "^(visit|order|occasion|ever|[1-9][0-9]{0,3}d)$"))]
    pub every: String,
}

/// Hours in which the shop keeps quiet, by the shopper's clock.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Quiet {
    /// Such as 22:00.
    #[schemars(regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub from: String,
    /// Such as 07:00.
    #[schemars(regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub to: String,
}

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Share(#[schemars(range(min = 0.0, max = 1.0))] pub f64);

/// A named place in the pages.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Slot {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Of several slots on a page, the one with the higher priority chooses its items first.
    #[serde(default)]
    pub priority: i32,
    /// Share of shoppers who always see the shop's own content here, so that the effect can be measured.
    #[serde(default)]
    pub holdout: Share,
    /// What may fill it. The first that applies is taken: by priority, then in this order.
    #[schemars(length(min = 1))]
    pub variants: Vec<Variant>,
}

/// One way to fill a slot.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Variant {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Name of the template in the page: `data-wm-when`. Empty to keep the shop's own content on purpose.
    pub choice: String,
    /// Who sees it; everybody if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first; 0 if it is left out.
    #[serde(default)]
    pub priority: i32,
    /// Variants of one experiment share the shoppers by weight. Each shopper stays with hers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experiment: Option<String>,
    /// Weight within the experiment; 1 if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// How often one shopper may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Cap>,
    /// Offers, of which the first that she may have is shown: by priority, then in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<String>,
    /// Items to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
    /// Values for the page's markup, by field name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: Named<Field>,
    /// What "Why this?" says. `{attribute}` in it is filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Phrase>,
}

/// Questions that a slot can ask the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ItemsKind {
    /// What she will look at next in this visit.
    Next,
    /// What goes with her cart, or with the item of the page.
    With,
    /// What of what she bought she will buy again.
    Again,
    /// What is like the item of the page.
    Like,
    /// What she might like and never bought.
    ForYou,
    /// What she looked at.
    Seen,
}

/// Items for a slot.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Items {
    /// What is asked.
    pub kind: ItemsKind,
    /// Most items.
    #[schemars(range(min = 1, max = 100))]
    pub limit: u16,
    /// Fewest items; with fewer the shop's own content stays. 1 if it is left out.
    #[serde(default = "one")]
    pub least: u16,
    /// How strong the evidence for an item must be, from 0 to 1: silent rather than irrelevant.
    #[serde(default)]
    pub threshold: Share,
    /// How strongly to spread the items over categories: 0 goes by strength alone, at 0.5 each further
    /// item of a category counts half.
    #[serde(default)]
    pub diversity: Share,
    /// Whether what she saw in this visit may come again (`next` only).
    #[serde(default)]
    pub reminders: bool,
    /// Whether popular items fill the places that are left.
    #[serde(default)]
    pub fill: bool,
    /// Items that come first, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<String>,
    /// What may not appear, and what comes earlier or later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<ItemRule>,
}

const fn one() -> u16 {
    1
}

/// A word on what may appear. Names one of item, category and price, and one of hide, only and percent.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ItemRule {
    /// An item, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// A category path and what is below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// A band of prices in units of the currency, both ends included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<[f64; 2]>,
    /// They never appear.
    #[serde(default)]
    pub hide: bool,
    /// Nothing else appears.
    #[serde(default)]
    pub only: bool,
    /// Their strength times so many per cent: above 100 they come earlier, below later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u16>,
}
