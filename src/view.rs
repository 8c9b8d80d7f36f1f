//! What the page receives: plain objects, one type each, written as one JSON text ([`to_js`]).
//!
//! One text crosses the border, and the browser's own parser makes the objects: faster than setting each
//! property from here, and no serializer in the module.
//! The TypeScript half reads the same shapes in `pkg-template/src/shapes.ts`, which is made from this file: see
//! [`crate::typescript`].

#![allow(clippy::single_char_add_str, reason = "`push` would encode each character at run time")]

use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_engine::shelf::Card;
use wellmet_engine::value::{Value, integer_text, json};

use crate::host;

/// Something that has a JSON form.
pub(crate) trait Json {
    /// Appends it. `false` when it is absent, and nothing was written.
    fn json(&self, out: &mut String) -> bool;
}

/// A struct that becomes a plain object, with the name of each property beside its field. A property whose value is
/// absent is left out. Comments reach the TypeScript declarations, after whose name the struct is documented there
/// (`=> "…"`).
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

        impl $(<$life>)? Json for $name $(<$life>)? {
            fn json(&self, out: &mut String) -> bool {
                $crate::view::write_object(out, &[$(($property, &self.$field),)*]);
                true
            }
        }
    };
}

#[cfg(any(test, feature = "explain"))]
pub(crate) use object;

pub(crate) fn write_object(out: &mut String, properties: &[(&str, &dyn Json)]) {
    out.push_str("{");
    for (name, value) in properties {
        member(out, name, *value);
    }
    close(out, "}");
}

fn member(out: &mut String, name: &str, value: &dyn Json) {
    let before = out.len();
    json::quoted(name, out);
    out.push_str(":");
    if value.json(out) {
        out.push_str(",");
    } else {
        out.truncate(before);
    }
}

/// Ends a list or an object, of which each entry has left a comma.
fn close(out: &mut String, end: &str) {
    if out.ends_with(',') {
        out.pop();
    }
    out.push_str(end);
}

fn list(out: &mut String, items: &mut dyn Iterator<Item = &dyn Json>) {
    out.push_str("[");
    for item in items {
        item.json(out);
        out.push_str(",");
    }
    close(out, "]");
}

impl Json for &str {
    fn json(&self, out: &mut String) -> bool {
        json::quoted(self, out);
        true
    }
}

impl Json for String {
    fn json(&self, out: &mut String) -> bool {
        json::quoted(self, out);
        true
    }
}

impl Json for f64 {
    fn json(&self, out: &mut String) -> bool {
        json::number(*self, &host::Page, out);
        true
    }
}

impl Json for u32 {
    fn json(&self, out: &mut String) -> bool {
        out.push_str(&integer_text(i64::from(*self)));
        true
    }
}

impl Json for bool {
    fn json(&self, out: &mut String) -> bool {
        out.push_str(if *self { "true" } else { "false" });
        true
    }
}

impl<T: Json> Json for Option<T> {
    fn json(&self, out: &mut String) -> bool {
        self.as_ref().is_some_and(|value| value.json(out))
    }
}

impl<T: Json> Json for Vec<T> {
    fn json(&self, out: &mut String) -> bool {
        list(out, &mut self.iter().map(|item| item as &dyn Json));
        true
    }
}

/// Named values; an object in JavaScript.
pub(crate) struct Fields<'a>(pub(crate) &'a [(&'a str, Value)]);

impl Json for Fields<'_> {
    fn json(&self, out: &mut String) -> bool {
        json::entries(self.0.iter().map(|(name, value)| (*name, value)), &host::Page, out);
        true
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

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = JSON)]
    fn parse(text: &str) -> JsValue;
}

/// A plain JavaScript object. Absent values are absent properties.
pub(crate) fn to_js(value: &dyn Json) -> JsValue {
    let mut text = String::new();
    value.json(&mut text);
    parse(&text)
}
