//! One page's engine: the handle that JavaScript holds.
//!
//! A session takes host facts as values and gives back plain values. It never calls JavaScript that
//! could call back (the three services of [`crate::host`] are built-ins), so no method can be entered
//! twice. The methods lie in topic files: [`crate::book`], [`crate::journey`], [`crate::cart`],
//! [`crate::configuration`], [`crate::sync`] and [`crate::decide`].

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_book::Book;
use wellmet_engine::attribute::purpose;
use wellmet_engine::journey::Journey;
use wellmet_engine::record::Record;
use wellmet_engine::table::Table;
use wellmet_engine::time::{Instant, Zone};
use wellmet_engine::value::Value;
use wellmet_state::exchange::Device;

use crate::error::coded;

/// Most attributes that a page may tell; beyond it the oldest stay.
const MAX_ATTRIBUTES: usize = 256;

/// What the page says of itself.
#[derive(Default)]
pub(crate) struct PageFacts {
    pub(crate) kind: String,
    pub(crate) item: String,
    pub(crate) category: String,
    pub(crate) since: Option<Instant>,
}

/// One page's engine.
#[wasm_bindgen]
pub struct Session {
    pub(crate) now: Instant,
    pub(crate) zone: Zone,
    pub(crate) locale: String,
    pub(crate) consent: u8,
    pub(crate) page: PageFacts,
    /// Ascending by name.
    pub(crate) told: Vec<(String, Value)>,
    pub(crate) record: Option<Record>,
    pub(crate) book: Option<Book>,
    pub(crate) table: Option<Table>,
    pub(crate) journey: Journey,
    pub(crate) device: Device,
    /// Her id while anonymous, for shares that must not change between visits.
    pub(crate) visitor: String,
    /// Names this tab's writes in whatever document it holds.
    pub(crate) slot: u64,
}

/// A moment from JavaScript; anything that is no number is 1970.
#[allow(clippy::cast_possible_truncation, reason = "a float to integer cast saturates")]
pub(crate) fn instant(ms: f64) -> Instant {
    Instant(ms as i64)
}

#[wasm_bindgen]
impl Session {
    /// Starts with nobody known and an empty document.
    ///
    /// `now` is in ms since the epoch. `zone` holds pairs (from ms, minutes east of UTC), ascending.
    /// `slot` is the random number of this tab's device slot.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::cast_possible_truncation, reason = "offsets of zones fit an i16 by far")]
    pub fn new(now: f64, zone: &[f64], locale: String, slot: u64) -> Self {
        let changes = zone.chunks_exact(2).map(|pair| (instant(pair[0]), pair[1] as i16)).collect();
        Self {
            now: instant(now),
            zone: Zone { changes },
            locale,
            consent: purpose::CART,
            page: PageFacts::default(),
            told: Vec::new(),
            record: None,
            book: None,
            table: None,
            journey: Journey::default(),
            device: Device::new(slot),
            visitor: String::new(),
            slot,
        }
    }

    /// Her id on this device, with the personalization purpose only. It decides to which share of an
    /// experiment she belongs while she is anonymous.
    #[wasm_bindgen(js_name = setVisitor)]
    pub fn set_visitor(&mut self, id: String) {
        self.visitor = id;
    }

    /// It is now this moment, ms since the epoch.
    pub fn tick(&mut self, now: f64) {
        self.now = instant(now);
    }

    /// Purposes granted: 1 cart, 2 personalization, 4 analytics.
    #[wasm_bindgen(js_name = setConsent)]
    pub fn set_consent(&mut self, bits: u8) {
        self.consent = bits;
    }

    /// What kind of page this is, and what it is about.
    #[wasm_bindgen(js_name = setPage)]
    pub fn set_page(&mut self, kind: String, item: Option<String>, category: Option<String>) {
        let (item, category) = (item.unwrap_or_default(), category.unwrap_or_default());
        self.page = PageFacts { kind, item, category, since: Some(self.now) };
    }

    /// A fact that the shop or the shopper told: text, number or boolean; anything else forgets it.
    #[wasm_bindgen(js_name = setAttribute)]
    pub fn set_attribute(&mut self, name: &str, value: &JsValue) {
        let value = if let Some(text) = value.as_string() {
            Value::Text(text)
        } else if let Some(number) = value.as_f64() {
            Value::Number(number)
        } else if let Some(is) = value.as_bool() {
            Value::Bool(is)
        } else {
            Value::Null
        };
        match (self.told.binary_search_by(|(known, _)| known.as_str().cmp(name)), value) {
            (Ok(at), Value::Null) => drop(self.told.remove(at)),
            (Ok(at), value) => self.told[at].1 = value,
            (Err(_), Value::Null) => {}
            (Err(at), value) if self.told.len() < MAX_ATTRIBUTES => self.told.insert(at, (name.to_owned(), value)),
            (Err(_), _) => {}
        }
    }

    /// The customer's record as the hub sent it; nothing signs her out.
    ///
    /// # Errors
    /// `unknown-version`, `truncated`, …: the record before stays.
    #[wasm_bindgen(js_name = setCustomer)]
    pub fn set_customer(&mut self, record: Option<Box<[u8]>>) -> Result<(), JsValue> {
        self.record = match record {
            Some(bytes) => {
                Some(Record::decode(&bytes).map_err(|error| coded(error.fault.code(), "the customer's record"))?)
            }
            None => None,
        };
        Ok(())
    }
}
