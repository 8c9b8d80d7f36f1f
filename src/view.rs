//! What the page receives: plain objects, one type each, serialized in one place ([`to_js`]).
//!
//! The TypeScript half declares the same shapes in `pkg-template/src/engine.ts`.

use serde::Serialize;
use wasm_bindgen::JsValue;

/// Text or number, as a template binds it.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Field {
    /// Text, shown as text.
    Text(String),
    /// A number: minor units, milliseconds or a count, by the field's meaning.
    Number(f64),
}

/// Named fields in a stable order; an object in JavaScript.
pub(crate) struct Fields(pub(crate) Vec<(String, Field)>);

impl Serialize for Fields {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Why something was chosen or not.
#[derive(Serialize)]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) text: String,
    pub(crate) args: Fields,
}

/// One recommended article.
#[derive(Serialize)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) link: String,
    pub(crate) image: String,
    pub(crate) category: String,
    pub(crate) price: f64,
    pub(crate) reason: Reason,
}

/// What one slot shows.
#[derive(Serialize)]
pub(crate) struct Decision {
    pub(crate) slot: String,
    pub(crate) choice: String,
    pub(crate) fields: Fields,
    pub(crate) items: Vec<Item>,
    pub(crate) reason: Reason,
}

/// All slots of a page, and what would let more be said.
#[derive(Serialize)]
pub(crate) struct Outcome {
    pub(crate) decisions: Vec<Decision>,
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

/// A plain JavaScript object: maps become objects, absent values `undefined`.
pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    // These types hold text, numbers and lists only; none of them can fail to serialize.
    value.serialize(&serializer).unwrap_or(JsValue::UNDEFINED)
}
