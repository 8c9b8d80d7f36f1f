//! Her own word, such as the name she wants to be greeted by; what she has seen or answered; and what the hub
//! says of her points and vouchers.

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

    /// Notes that something was seen or answered; a second time keeps the first moment.
    ///
    /// # Errors
    /// `bad-key`, `full`: nothing changed.
    pub fn mark(&mut self, name: &str) -> Result<(), JsValue> {
        let now = self.time();
        self.device.document.mark(name, now).map_err(refused)
    }

    /// When something was seen or answered on any of her devices, ms since the epoch.
    pub fn marked(&self, name: &str) -> Option<f64> {
        self.device.document.marked(name).map(|at| view::number(at.0))
    }

    /// What the hub says of points or a voucher, the same on all her devices; nothing when it says nothing.
    pub fn view(&self, name: &str, field: &str) -> JsValue {
        match self.device.document.view_of(name, field) {
            Some(Word::Number(number)) => view::number(*number).into(),
            Some(Word::Text(text)) => text.into(),
            None => JsValue::UNDEFINED,
        }
    }

    /// The names of what the hub says, one a line: no name holds a line feed.
    pub fn views(&self) -> String {
        let mut names = String::new();
        for name in self.device.document.keys(Kind::View) {
            names.push_str(name);
            names.push('\n');
        }
        names
    }
}
