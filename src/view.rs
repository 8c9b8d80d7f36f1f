//! What the page receives: plain objects, one type each, serialized in one place ([`to_js`]).
//!
//! The TypeScript half declares the same shapes in `pkg-template/src/engine.ts`.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;
use wellmet_engine::shelf::Card;
use wellmet_engine::value::Value;

/// A struct that becomes a plain object, with the name of each property beside its field.
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
    /// Why something was chosen or not.
    Reason<'a> {
        "code" code: &'static str,
        "text" text: &'a str,
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
    /// Her own word, and when she gave it.
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
        "choice" choice: &'a str,
        "fields" fields: Fields<'a>,
        "items" items: Vec<Item<'a>>,
        "reason" reason: Reason<'a>,
        /// What to tell [`crate::Session::show`] once it is painted; empty when nothing counts it.
        "exposure" exposure: &'a str,
    }
}

object! {
    /// All slots of a page, and what would let more be said.
    Outcome<'a> {
        "decisions" decisions: Vec<Decision<'a>>,
        "needs" needs: Vec<String>,
        "until" until: f64,
    }
}

object! {
    /// One line of the cart as shown.
    CartLine {
        "key" key: String,
        "item" item: String,
        "options" options: String,
        "quantity" quantity: u32,
        "title" title: Option<String>,
        "image" image: Option<String>,
        "link" link: Option<String>,
        "price" price: Option<f64>,
        "seenPrice" seen_price: Option<f64>,
        "configuration" configuration: Option<String>,
    }
}

object! {
    /// The cart as shown. `total` counts the lines whose price is known.
    Cart {
        "lines" lines: Vec<CartLine>,
        "count" count: u32,
        "total" total: f64,
        "currency" currency: String,
        "needs" needs: Vec<String>,
    }
}

object! {
    /// One value of an option group.
    OptionValue<'a> {
        "id" id: &'a str,
        "label" label: &'a str,
        "price" price: f64,
        "chosen" chosen: bool,
        "blocked" blocked: Option<&'a str>,
    }
}

object! {
    /// One option group of a configuration.
    OptionGroup<'a> {
        "id" id: &'a str,
        "label" label: &'a str,
        "values" values: Vec<OptionValue<'a>>,
        "text" text: Option<&'a str>,
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
        "conflicts" conflicts: Vec<&'a str>,
        "complete" complete: bool,
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
