//! The document on its ways: to the store, to other tabs, to the hub and back.

use alloc::{boxed::Box, string::String};
use wasm_bindgen::prelude::*;
use wellmet_state::exchange::Device;
use wellmet_state::{Document, Error, actor};

use crate::error::coded;
use crate::session::Session;

pub(crate) fn refused(error: Error) -> JsValue {
    coded(error.code(), "the shopper's document")
}

impl Session {
    /// This tab's name in an account's document, or in the anonymous one. The anonymous document gets
    /// a new slot each time it begins, so its slot is its name; an account's outlives many slots.
    fn actor_in(&self, account: Option<&str>) -> u64 {
        account.map_or(self.slot, |account| actor(self.slot, account))
    }
}

#[wasm_bindgen]
impl Session {
    /// The bytes to keep on this device: the document, and what the hub is known to have of it.
    pub fn save(&self) -> Box<[u8]> {
        self.device.save().into()
    }

    /// Goes on from kept bytes; `account` is the customer's id unless the document is anonymous.
    ///
    /// # Errors
    /// `unknown-version`, `truncated`, …: the document stays as it is. Keep the bytes: they are not nothing.
    pub fn restore(&mut self, bytes: &[u8], account: Option<String>) -> Result<(), JsValue> {
        self.device = Device::open(bytes, self.actor_in(account.as_deref())).map_err(refused)?;
        Ok(())
    }

    /// Takes the account's document in place of the present one, which the hub has folded into it.
    ///
    /// # Errors
    /// As [`Self::restore`].
    pub fn adopt(&mut self, document: &[u8], account: &str) -> Result<(), JsValue> {
        let document = Document::decode(document, self.actor_in(Some(account))).map_err(refused)?;
        self.device = Device::from_hub(document);
        Ok(())
    }

    /// Everything the document holds, for another tab or a login.
    pub fn delta(&self) -> Box<[u8]> {
        self.device.document.encode().into()
    }

    /// Takes in what another tab holds; true when something visible changed.
    ///
    /// # Errors
    /// `gap`, `epoch`, or what was wrong with the bytes: the document stays as it is.
    pub fn merge(&mut self, bytes: &[u8]) -> Result<bool, JsValue> {
        Ok(self.device.document.apply(bytes).map_err(refused)?.changed())
    }

    /// Whether something is not known to be at the hub.
    pub fn pending(&self) -> bool {
        self.device.pending()
    }

    /// The message to the hub.
    #[wasm_bindgen(js_name = syncRequest)]
    pub fn sync_request(&self) -> Box<[u8]> {
        self.device.request(self.now).into()
    }

    /// Takes in the hub's answer: bit 1, something visible changed; bit 2, ask again now; bit 4, the
    /// hub refused what was sent and will refuse it again.
    ///
    /// # Errors
    /// What was wrong with the bytes: nothing has changed then.
    #[wasm_bindgen(js_name = syncResponse)]
    pub fn sync_response(&mut self, bytes: &[u8]) -> Result<u8, JsValue> {
        let finished = self.device.finish(bytes, self.now).map_err(refused)?;
        let bits = [finished.applied.changed(), finished.again, finished.refused.is_some()];
        Ok(bits.iter().rev().fold(0, |sum, bit| sum << 1 | u8::from(*bit)))
    }
}
