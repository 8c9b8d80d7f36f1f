//! Who is asking: a shop's signed token at login, a session cookie after it, a visitor cookie before.
//!
//! The visitor cookie names an anonymous document and nothing more. Orders, names and everything
//! else that the shop knows of a person need a session, and a session starts with a [`token`].

pub(crate) mod cookie;
mod crypto;
pub mod keys;
pub(crate) mod session;
pub mod token;

use wellmet_engine::id::{CustomerId, VisitorId};

use crate::store::Key;

/// The key of a customer: her document, account and record lie under it.
#[must_use]
pub fn customer_key(customer: &CustomerId) -> Key {
    Key::of("customer", customer.as_str())
}

/// The key of an anonymous visitor's document.
#[must_use]
pub fn visitor_key(visitor: &VisitorId) -> Key {
    Key::of("visitor", visitor.as_str())
}
