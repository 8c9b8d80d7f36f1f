//! The journey: what she looked at in this browser.

use alloc::{boxed::Box, string::String};
use wasm_bindgen::prelude::*;
use wellmet_engine::journey::Journey;

use crate::error::coded;
use crate::session::Session;

#[wasm_bindgen]
impl Session {
    /// She is here: a new visit after half an hour of silence.
    pub fn visit(&mut self) {
        self.journey.visit(self.now);
    }

    /// Something she did: `view`, `search`, `click`, or a word of the shop's own.
    pub fn record(&mut self, kind: &str, item: Option<String>, category: Option<String>) {
        self.journey.record(self.now, kind, item.as_deref(), category.as_deref());
    }

    /// Something was in front of her eyes: `slot/choice`, or an offer. Frequency caps count it.
    pub fn show(&mut self, what: &str) {
        self.journey.show(self.now, what);
    }

    /// The bytes to keep, with the personalization purpose only.
    #[wasm_bindgen(js_name = saveJourney)]
    pub fn save_journey(&self) -> Box<[u8]> {
        self.journey.encode().into()
    }

    /// Takes in kept bytes; what happened since is kept too, unless these are to take its place (`only`).
    ///
    /// # Errors
    /// `unknown-version`, `truncated`, …: the journey stays as it is.
    #[wasm_bindgen(js_name = restoreJourney)]
    pub fn restore_journey(&mut self, bytes: &[u8], only: Option<bool>) -> Result<(), JsValue> {
        let kept = Journey::decode(bytes).map_err(|error| coded(error.fault.code(), "the kept journey"))?;
        match only {
            Some(true) => self.journey = kept,
            _ => self.journey.merge(&kept),
        }
        Ok(())
    }
}
