//! What the engine borrows from its surroundings: regular expressions, case folding, what is a letter,
//! and the text form of fractions.
//!
//! In the page JavaScript does all of it, which costs no bytes of wasm and is right by definition.
//! Natively `Native` (feature `native`) does them to the letter of ECMA-262, and the same vectors
//! hold for both.

use alloc::string::String;

#[cfg(feature = "native")]
mod linear;
#[cfg(feature = "native")]
mod native;
#[cfg(feature = "native")]
mod steps;
#[cfg(feature = "native")]
pub use native::{Native, is_explosive};

/// The services. Every method is a pure function of its arguments.
pub trait Host {
    /// `new RegExp(pattern, ignore_case ? "i" : "").test(text)`; false when the pattern is invalid.
    fn regex(&self, pattern: &str, ignore_case: bool, text: &str) -> bool;
    /// `text.toLowerCase()`.
    fn lower(&self, text: &str) -> String;
    /// `/^[\p{Alphabetic}\p{N}]*$/u.test(text)`: letters and digits of whatever script, and nothing else.
    fn alphanumeric(&self, text: &str) -> bool;
    /// `String(number)`. Only called for what [`crate::value::integer_text`] does not cover.
    fn number_text(&self, number: f64) -> String;
    /// `Number(text)`. Only called for what is not a plain whole number.
    fn text_number(&self, text: &str) -> f64;
}
