//! Preferences: her own word, such as the name she wants to be greeted by.

use wasm_bindgen::prelude::*;

use crate::session::Session;
use crate::sync::refused;

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
}
