//! Ids as types of their own: two strings swapped is the mistake that greets the wrong person.

use alloc::{borrow::ToOwned, string::String};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Longest id accepted, in bytes.
            pub const MAX: usize = 128;

            /// `None` when empty, longer than [`Self::MAX`] bytes, or holding a control character.
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                let fits = !text.is_empty() && text.len() <= Self::MAX && !text.chars().any(char::is_control);
                fits.then(|| Self(text.to_owned()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

id!(
    /// The shopper while anonymous: random, made in her browser or by the hub.
    VisitorId
);
id!(
    /// The shopper once known: the shop's own pairwise id for her.
    CustomerId
);
id!(
    /// A named place in a page.
    SlotId
);
id!(
    /// A product variant as the shop names it.
    ItemId
);
