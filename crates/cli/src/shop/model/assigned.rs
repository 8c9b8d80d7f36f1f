//! What is assigned to shoppers beside slots and offers: messages, contact persons, payment methods,
//! guarantees, playlists, surveys.

use super::{Cap, Condition, Field, Named, Phrase, Quiet};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a trigger is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Where {
    /// In the shopper's browser.
    Browser,
    /// In the hub, whether she is there or not.
    #[default]
    Hub,
}

/// Ways to reach her.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// A card in the shop window.
    Window,
    /// E-mail.
    Mail,
    /// A letter.
    Letter,
    /// Web push.
    Push,
}

/// When a condition begins to hold, a message or an offer is due.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Trigger {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whom it is about, and when.
    pub when: Condition,
    /// How often it fires for one shopper.
    pub cap: Cap,
    /// Where it is looked at.
    #[serde(default)]
    pub on: Where,
    /// Ways to reach her, the preferred one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    /// Time of her day at which a message of the hub goes out, such as 09:00; as soon as the condition
    /// holds if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$"))]
    pub at: Option<String>,
    /// When not to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// The offer that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// Whether a message that is due stays due when the condition ends before it is sent. Left out, a
    /// return or a complaint that ends the condition takes it back.
    #[serde(default)]
    pub keep: bool,
    /// The message, by field name: `title`, `text`, …
    #[serde(default)]
    pub fields: Named<Field>,
}

/// A layout of messages. Of those for a channel the one that fits the shopper best is used.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Layout {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Messages of this channel.
    pub channel: Channel,
    /// Messages of these triggers only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<String>,
    /// Whose messages; everybody's if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Address of the layout, beside the shop file or on the web. It is the hub's or the printer's to read.
    pub file: String,
    /// Values for the layout, by field name.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub fields: Named<Field>,
}

/// A service that is better for some, such as the queue of the call centre or the packaging.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Service {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it is called for shoppers; left out, it is for the shop's other systems only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Phrase>,
    /// Levels. The first that fits is hers.
    #[schemars(length(min = 1))]
    pub levels: Vec<Level>,
}

/// One level of a service.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Level {
    /// What the other systems are told, such as `fast`.
    pub value: String,
    /// Whose level; everybody's if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// What it is called for shoppers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Phrase>,
}

/// Something that opens earlier for some.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Access {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The items it is about, by id.
    #[schemars(length(min = 1))]
    pub items: Vec<String>,
    /// Who may come early.
    pub when: Condition,
    /// From when they may, such as 2026-03-01T09:00 (UTC).
    pub from: String,
    /// From when everybody may.
    pub opens: String,
    /// What the page shows of it, by field name.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub fields: Named<Field>,
}

/// Points for orders. Kept by the hub.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Points {
    /// Points for each unit of the currency spent.
    #[schemars(range(min = 0.0))]
    pub per_unit: f64,
    /// Days from the order until they count, which are those in which it can be returned.
    #[serde(default)]
    pub pending: u16,
    /// Days from the order until they are gone; never if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub expire: Option<u16>,
    /// What one point is worth at the checkout, in units of the currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub worth: Option<f64>,
}

/// A contact person.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Contact {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whose contact; everybody's if it is left out, which one of them should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Contacts of one pool share the shoppers. Each shopper stays with hers until the pool changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
    /// Name.
    pub name: String,
    /// What she or he does in the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Phrase>,
    /// Address of a photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Address of a chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<String>,
    /// When she or he can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Phrase>,
}

/// A payment method.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Payment {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who is offered it; everybody if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Name for shoppers.
    pub label: Phrase,
    /// Address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// Why she is offered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Phrase>,
    /// What the others are told, such as what it takes; left out, they are told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<Phrase>,
}

/// A money-back guarantee.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Guarantee {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whose guarantee; everybody's if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Days from the delivery.
    pub days: u16,
    /// What it says.
    pub text: Phrase,
    /// Address of the terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A playlist.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Playlist {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whose playlist; everybody's if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Name for shoppers.
    pub label: Phrase,
    /// The tracks, in order.
    #[schemars(length(min = 1))]
    pub tracks: Vec<Track>,
}

/// A track: its address, or more about it.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Track {
    /// The address.
    Address(String),
    /// More.
    More(TrackMore),
}

/// A track with its name and licence.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TrackMore {
    /// Address.
    pub address: String,
    /// Title and artist.
    pub title: String,
    /// The shop's licence to play it. Not published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
}

impl Track {
    /// Address.
    #[must_use]
    pub fn address(&self) -> &str {
        match self {
            Self::Address(address) | Self::More(TrackMore { address, .. }) => address,
        }
    }

    /// Title and artist; empty when they are not known.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Self::Address(_) => "",
            Self::More(more) => &more.title,
        }
    }
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Five faces, from very unhappy (1) to very happy (5).
    #[default]
    Faces,
    /// Five stars.
    Stars,
    /// How likely she is to recommend the shop, 0 to 10 (net promoter score).
    Nps,
    /// One of the choices.
    Choice,
    /// In her own words.
    Text,
}

impl Answer {
    /// The name in the shop file.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Faces => "faces",
            Self::Stars => "stars",
            Self::Nps => "nps",
            Self::Choice => "choice",
            Self::Text => "text",
        }
    }
}

/// A question to the shopper.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Survey {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who is asked; everybody if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How often.
    pub cap: Cap,
    /// The question.
    pub question: Phrase,
    /// How it is answered.
    #[serde(default)]
    pub answer: Answer,
    /// What she can choose from, for `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Phrase>,
    /// What the field for a remark asks; without one there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Phrase>,
    /// What she is told afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<Phrase>,
}
