//! What the page receives: plain objects, one type each, serialized in one place ([`to_js`]).
//!
//! The TypeScript half declares the same shapes in `pkg-template/src/engine.ts`.

use serde::{Serialize, Serializer};
use wasm_bindgen::JsValue;
use wellmet_engine::value::Value;

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

/// Why something was chosen or not.
#[derive(Serialize)]
pub(crate) struct Reason<'a> {
    pub(crate) code: &'static str,
    pub(crate) text: &'a str,
    pub(crate) args: Fields<'a>,
}

/// One recommended article.
#[derive(Serialize)]
pub(crate) struct Item<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) link: &'a str,
    pub(crate) image: &'a str,
    pub(crate) category: &'a str,
    pub(crate) price: f64,
    pub(crate) reason: Reason<'a>,
}

/// What one slot shows.
#[derive(Serialize)]
pub(crate) struct Decision<'a> {
    pub(crate) slot: &'a str,
    pub(crate) choice: &'a str,
    pub(crate) fields: Fields<'a>,
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) reason: Reason<'a>,
    /// What to tell [`crate::Session::show`] once it is painted; empty when nothing counts it.
    pub(crate) exposure: &'a str,
}

/// All slots of a page, and what would let more be said.
#[derive(Serialize)]
pub(crate) struct Outcome<'a> {
    pub(crate) decisions: Vec<Decision<'a>>,
    pub(crate) needs: Vec<String>,
    pub(crate) until: f64,
}

/// One line of the cart as shown.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CartLine {
    pub(crate) key: String,
    pub(crate) item: String,
    pub(crate) options: String,
    pub(crate) quantity: u32,
    pub(crate) title: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) link: Option<String>,
    pub(crate) price: Option<f64>,
    pub(crate) seen_price: Option<f64>,
    pub(crate) configuration: Option<String>,
}

/// The cart as shown. `total` counts the lines whose price is known.
#[derive(Serialize)]
pub(crate) struct Cart {
    pub(crate) lines: Vec<CartLine>,
    pub(crate) count: u32,
    pub(crate) total: f64,
    pub(crate) currency: String,
    pub(crate) needs: Vec<String>,
}

/// One value of an option group.
#[derive(Serialize)]
pub(crate) struct OptionValue {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) price: f64,
    pub(crate) chosen: bool,
    pub(crate) blocked: Option<String>,
}

/// One option group of a configuration.
#[derive(Serialize)]
pub(crate) struct OptionGroup {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) values: Vec<OptionValue>,
    pub(crate) text: Option<String>,
}

/// One configuration as shown.
#[derive(Serialize)]
pub(crate) struct Configuration {
    pub(crate) id: String,
    pub(crate) model: String,
    pub(crate) price: f64,
    pub(crate) currency: String,
    pub(crate) groups: Vec<OptionGroup>,
    pub(crate) conflicts: Vec<String>,
    pub(crate) complete: bool,
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
