//! What the page receives: plain objects, one type each, serialized in one place ([`to_js`]).
//!
//! The TypeScript half reads the same shapes in `pkg-template/src/shapes.ts`, which is made from this file: see
//! [`crate::typescript`].

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;
use wellmet_engine::shelf::Card;
use wellmet_engine::value::Value;

/// A struct that becomes a plain object, with the name of each property beside its field. Comments reach the
/// TypeScript declarations, after whose name the struct is documented there (`=> "…"`).
///
/// Written out as a map: what `derive` would make keeps a table of property names for ever (1.8 kB).
macro_rules! object {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? {
        $($(#[$note:meta])* $property:literal $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        pub(crate) struct $name $(<$life>)? {
            $($(#[$note])* pub(crate) $field: $type,)*
        }

        #[cfg(test)]
        impl $(<$life>)? $name $(<$life>)? {
            /// What the declaration in TypeScript is made from.
            pub(crate) const SHAPE: crate::typescript::Shape = crate::typescript::Shape {
                name: stringify!($name),
                about: &[$(stringify!($doc)),*],
                properties: &[$((&[$(stringify!($note)),*], $property, stringify!($type))),*],
            };
        }

        impl $(<$life>)? Serialize for $name $(<$life>)? {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(map.serialize_entry($property, &self.$field)?;)*
                map.end()
            }
        }
    };
}

/// A value of the engine as a template binds it.
pub(crate) struct Field<'a>(pub(crate) &'a Value);

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(is) => serializer.serialize_bool(*is),
            Value::Number(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => serializer.collect_seq(items.iter().map(Field)),
            Value::Map(entries) => serializer.collect_map(entries.iter().map(|(name, value)| (name, Field(value)))),
        }
    }
}

/// Named values; an object in JavaScript.
pub(crate) struct Fields<'a>(pub(crate) &'a [(&'a str, Value)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, Field(value))))
    }
}

object! {
    /// Why something was chosen, or why not.
    Reason<'a> {
        /// Stable, for programs.
        "code" code: &'static str,
        /// A pattern in the page's language such as `Goes with {title} in your cart`; may be empty.
        "text" text: &'a str,
        /// What the pattern's places stand for.
        "args" args: Fields<'a>,
    }
}

object! {
    /// One recommended article.
    Item<'a> {
        "id" id: &'a str,
        "title" title: &'a str,
        "link" link: &'a str,
        "image" image: &'a str,
        "category" category: &'a str,
        /// Minor units of the book's currency.
        "price" price: f64,
        "reason" reason: Reason<'a>,
    }
}

impl<'a> Item<'a> {
    /// A card of the book, and why it is shown.
    pub(crate) fn of(card: Card<'a>, reason: Reason<'a>) -> Self {
        let Card { id, title, link, image, category, price_minor, .. } = card;
        Self { id, title, link, image, category, price: number(price_minor), reason }
    }
}

object! {
    /// Her own word, and when she gave it, ms since the epoch.
    Preference<'a> {
        "name" name: &'a str,
        "value" value: &'a str,
        "at" at: f64,
    }
}

object! {
    /// What one slot shows.
    Decision<'a> {
        "slot" slot: &'a str,
        /// Name of the variant (`data-wm-when`); empty keeps the shop's own content.
        "choice" choice: &'a str,
        "fields" fields: Fields<'a>,
        "items" items: Vec<Item<'a>>,
        "reason" reason: Reason<'a>,
        /// What to note once it was in front of her eyes; empty when nothing counts it.
        "exposure" exposure: &'a str,
    }
}

object! {
    /// All slots of a page, decided in one call.
    Outcome<'a> {
        "decisions" decisions: Vec<Decision<'a>>,
        /// Chunks of the book that would let more be said: load them, then decide again.
        "needs" needs: Vec<String>,
        /// When to decide again, ms since the epoch; 0 is never.
        "until" until: f64,
    }
}

object! {
    /// One line of the cart. Prices are minor units, read from the book at display.
    CartLine {
        "key" key: String,
        "item" item: String,
        /// Canonical `k=v&k=v`, or empty.
        "options" options: String,
        "quantity" quantity: u32,
        "title" title: Option<String>,
        "image" image: Option<String>,
        "link" link: Option<String>,
        "price" price: Option<f64>,
        /// The price she saw when she added it, where it differs.
        "seenPrice" seen_price: Option<f64>,
        "configuration" configuration: Option<String>,
        /// The account's quantity and the guest's, when the login left the choice to her.
        "accountQuantity" account_quantity: Option<f64>,
        "guestQuantity" guest_quantity: Option<f64>,
    }
}

object! {
    /// The cart as shown.
    Cart {
        "lines" lines: Vec<CartLine>,
        /// Put aside: not counted, not ordered.
        "saved" saved: Vec<CartLine>,
        "count" count: u32,
        /// Minor units; counts the lines whose price is known.
        "total" total: f64,
        "currency" currency: String,
        "needs" needs: Vec<String>,
    }
}

object! {
    /// One choice within an option group.
    OptionValue<'a> {
        "id" id: &'a str,
        "label" label: &'a str,
        /// What it adds, minor units.
        "price" price: f64,
        "chosen" chosen: bool,
        /// Why it cannot be chosen now; absent when it can.
        "blocked" blocked: Option<&'a str>,
    }
}

object! {
    /// One question of a configurator.
    OptionGroup<'a> {
        "id" id: &'a str,
        "label" label: &'a str,
        "values" values: Vec<OptionValue<'a>>,
        /// What she wrote, where the group takes free text.
        "text" text: Option<&'a str>,
        /// Why nothing may be written now, where the group takes free text.
        "blocked" blocked: Option<&'a str>,
        /// What another device chose at the same time and had to give way.
        "other" other: Option<String>,
    }
}

object! {
    /// One configuration as shown.
    Configuration<'a> {
        "id" id: &'a str,
        "model" model: &'a str,
        "price" price: f64,
        "currency" currency: &'a str,
        "groups" groups: Vec<OptionGroup<'a>>,
        /// Sentences, one for each pair of choices that do not go together.
        "conflicts" conflicts: Vec<&'a str>,
        "complete" complete: bool,
        /// The group that was answered last, on whichever device; empty at first.
        "step" step: &'a str,
        /// The design as a short code, for a link or a printed sheet.
        "code" code: String,
        /// Chunks that hold the model, when it is not loaded yet.
        "needs" needs: Vec<String>,
    }
}

/// A whole number for JavaScript; exact up to 2^53, far above any price or moment.
#[allow(clippy::cast_precision_loss, reason = "see above")]
pub(crate) const fn number(whole: i64) -> f64 {
    whole as f64
}

/// A plain JavaScript object: maps become objects, absent values `undefined`.
pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    // These types hold text, numbers and lists only; none of them can fail to serialize.
    value.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}
