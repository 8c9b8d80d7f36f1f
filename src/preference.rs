//! Preferences: her own word, such as the name she wants to be greeted by.

use wasm_bindgen::prelude::*;
use wellmet_state::Kind;

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
}
