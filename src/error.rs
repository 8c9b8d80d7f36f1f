//! Errors as the page sees them: an `Error` with a stable `code` and a sentence.

use wasm_bindgen::JsValue;

/// An `Error` object whose `code` property says what went wrong, for handling; the message is for reading.
pub(crate) fn coded(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of an object made one line above cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}
