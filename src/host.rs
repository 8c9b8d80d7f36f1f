//! What the engine borrows from JavaScript: regular expressions, case folding, what is a letter, and the text form of numbers.

use alloc::string::String;
use wasm_bindgen::prelude::*;
use wellmet_engine::host::Host;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = RegExp)]
    type Pattern;
    #[wasm_bindgen(constructor, js_class = "RegExp", catch)]
    fn new(pattern: &str, flags: &str) -> Result<Pattern, JsValue>;
    #[wasm_bindgen(method)]
    fn test(this: &Pattern, text: &str) -> bool;
    #[wasm_bindgen(js_namespace = ["String", "prototype", "toLowerCase"], js_name = call)]
    fn lower(text: &str) -> String;
    #[wasm_bindgen(js_name = String)]
    fn string(number: f64) -> String;
    #[wasm_bindgen(js_name = Number)]
    fn number(text: &str) -> f64;
}

/// The page's own JavaScript engine.
pub struct Page;

impl Host for Page {
    fn regex(&self, pattern: &str, ignore_case: bool, text: &str) -> bool {
        Pattern::new(pattern, if ignore_case { "i" } else { "" }).is_ok_and(|pattern| pattern.test(text))
    }

    fn lower(&self, text: &str) -> String {
        lower(text)
    }

    fn alphanumeric(&self, text: &str) -> bool {
        Pattern::new(r"^[\p{Alphabetic}\p{N}]*$", "u").is_ok_and(|pattern| pattern.test(text))
    }

    fn number_text(&self, value: f64) -> String {
        string(value)
    }

    fn text_number(&self, text: &str) -> f64 {
        number(text)
    }
}
