//! Errors as the page sees them: an `Error` with a stable `code` and a sentence.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type Error;
    #[wasm_bindgen(constructor)]
    fn new(message: &str) -> Error;
    #[wasm_bindgen(method, setter)]
    fn set_code(this: &Error, code: &str);
}

/// An `Error` object whose `code` property says what went wrong, for handling; the message is for reading.
pub(crate) fn coded(code: &str, message: &str) -> JsValue {
    let error = Error::new(message);
    error.set_code(code);
    error.into()
}
