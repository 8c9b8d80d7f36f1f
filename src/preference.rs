//! Her own word, such as the name she wants to be greeted by; what she has seen or answered; and what the hub
//! says of her points and vouchers.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_state::{Kind, Value as Word};

use crate::session::Session;
use crate::sync::refused;
use crate::view;

#[wasm_bindgen]
impl Session {
    /// Keeps her word; an empty one forgets it.
    ///
    /// # Errors
    /// `bad-key`, `too-long`, `full`: nothing changed.
    #[wasm_bindgen(js_name = setPreference)]
    pub fn set_preference(&mut self, name: &str, value: &str) -> Result<(), JsValue> {
        let now = self.time();
        self.device.document.set_preference(name, value, now).map_err(refused)
    }

    /// Her word; nothing when she said none.
    pub fn preference(&self, name: &str) -> Option<String> {
        self.device.document.preference(name).filter(|word| !word.is_empty()).map(str::to_owned)
    }

    /// All of her words with the moment of each, for her to see.
    pub fn preferences(&self) -> JsValue {
        let document = &self.device.document;
        let told = |name| {
            let registers = document.registers(Kind::Preference, name);
            let newest = registers.iter().max_by_key(|register| register.stamp)?;
            let at = view::number(newest.stamp.instant().0);
            Some(view::Preference { name, value: document.preference(name)?, at })
        };
        view::to_js(&document.preferences().filter_map(told).collect::<Vec<_>>())
    }

    /// When something was seen or answered on any of her devices, ms since the epoch; `now` notes it first. A
    /// second time keeps the first moment.
    ///
    /// # Errors
    /// `bad-key`, `full`: nothing changed.
    pub fn marked(&mut self, name: &str, now: bool) -> Result<f64, JsValue> {
        let time = self.time();
        let document = &mut self.device.document;
        if now {
            document.mark(name, time).map_err(refused)?;
        }
        Ok(document.marked(name).map_or(0.0, |at| view::number(at.0)))
    }

    /// A field of what the hub says of points or a voucher, the same on all her devices; nothing when it says
    /// nothing. Without a name: the names of all it speaks of, one a line.
    pub fn view(&self, name: &str, field: &str) -> JsValue {
        let document = &self.device.document;
        if name.is_empty() {
            let mut names = String::new();
            for name in document.keys(Kind::View) {
                names.push_str(name);
                names.push('\n');
            }
            return names.into();
        }
        match document.view_of(name, field) {
            Some(Word::Number(number)) => view::number(*number).into(),
            Some(Word::Text(text)) => text.into(),
            None => JsValue::UNDEFINED,
        }
    }
}
