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
    /// When not to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// The offer that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// The message, by field name: `title`, `text`, …
    #[serde(default)]
    pub fields: Named<Field>,
}

/// A contact person.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Contact {
    /// Whose contact; everybody's if it is left out, which one of them should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Name.
    pub name: String,
    /// Address of a photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<String>,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// When she or he can be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Phrase>,
}

/// A payment method.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Payment {
    /// Who is offered it; everybody if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Name for shoppers.
    pub label: Phrase,
    /// Why she is offered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Phrase>,
}

/// A money-back guarantee.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Guarantee {
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
}

/// A playlist.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Playlist {
    /// Whose playlist; everybody's if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
    /// Name for shoppers.
    pub label: Phrase,
    /// Addresses of the tracks.
    #[schemars(length(min = 1))]
    pub tracks: Vec<String>,
}

/// A question to the shopper.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Survey {
    /// Who is asked; everybody if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// How often.
    pub cap: Cap,
    /// The question.
    pub question: Phrase,
}
