//! Who is asking: a shop's signed token at login, a session cookie after it, a visitor cookie before.
//!
//! The visitor cookie names an anonymous document and nothing more. Orders, names and everything
//! else that the shop knows of a person need a session, and a session starts with a [`token`].

pub(crate) mod clerk;
pub(crate) mod cookie;
mod crypto;
pub mod keys;
pub(crate) mod session;
pub mod shop;
pub mod token;

use wellmet_engine::id::{CustomerId, VisitorId};

use crate::app::Hub;
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Place, Swap};

/// Remembers a token's id until the token would be refused for its age: it is good for one use.
pub(crate) async fn use_up(hub: &Hub, login: &token::Login) -> Result<(), Refusal> {
    let place = Place { bucket: Bucket::Token, key: Key::of("token", &login.id) };
    match hub.store.swap(place, None, Some(Vec::new()), Some(login.until)).await? {
        Swap::Done(_) => Ok(()),
        Swap::Stale => Err(token::REPLAYED),
    }
}

/// The key of a customer: her document, account and record lie under it.
#[must_use]
pub fn customer_key(customer: &CustomerId) -> Key {
    named(customer.as_str())
}

/// [`customer_key`] of an id as it was stored.
pub(crate) fn named(customer: &str) -> Key {
    Key::of("customer", customer)
}

/// The key of an anonymous visitor's document.
#[must_use]
pub fn visitor_key(visitor: &VisitorId) -> Key {
    Key::of("visitor", visitor.as_str())
}
