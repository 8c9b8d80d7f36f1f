//! The host services without a browser, to the letter of ECMA-262.
//!
//! A pattern runs on the linear `regex` crate where that means the same: both it and the text are ASCII, and it
//! needs no look-around and no back reference. Otherwise it runs on `regress`, which goes back as browsers do, if the
//! steps that this may take are few enough; a hostile rule or text cannot stop a server. What is left goes the linear
//! way, although it may differ there in letters outside of ASCII; what has no such form matches nothing.

use super::steps::Steps;
use super::{Host, linear};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Most steps of a match that goes back, as a power of two: tens of milliseconds.
const MAX_STEPS_LOG2: f64 = 21.0;
/// Compiled patterns kept; all are dropped when there are more.
const MAX_CACHED: usize = 1_000;

/// The services of a native process. Cheap to share; compiled patterns are kept.
#[derive(Debug, Default)]
pub struct Native {
    patterns: Mutex<BTreeMap<(bool, String), Arc<Pattern>>>,
}

/// One pattern for both engines; `None` where it is invalid or has no such form.
#[derive(Debug)]
struct Pattern {
    backtracking: Option<(regress::Regex, Steps)>,
    linear: Option<regex::Regex>,
    ascii: bool,
}

impl Pattern {
    fn new(pattern: &str, ignore_case: bool) -> Self {
        let flags = if ignore_case { "i" } else { "" };
        let valid = regress::Regex::with_flags(pattern, flags).ok();
        let linear = valid
            .is_some()
            .then(|| linear::translate(pattern))
            .flatten()
            .and_then(|pattern| regex::RegexBuilder::new(&pattern).case_insensitive(ignore_case).build().ok());
        Self { backtracking: valid.zip(Steps::of(pattern)), linear, ascii: pattern.is_ascii() }
    }

    fn is_match(&self, text: &str) -> bool {
        match (&self.backtracking, &self.linear) {
            (_, Some(linear)) if self.ascii && text.is_ascii() => linear.is_match(text),
            (Some((regex, steps)), _) if steps.log2_on(text.len()) <= MAX_STEPS_LOG2 => {
                // As a browser matches without the flag `u`: by code units.
                let units: Vec<u16> = text.encode_utf16().collect();
                regex.find_from_ucs2(&units, 0).next().is_some()
            }
            (_, Some(linear)) => linear.is_match(text),
            _ => false,
        }
    }
}

impl Native {
    /// Without any compiled pattern.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn pattern(&self, pattern: &str, ignore_case: bool) -> Arc<Pattern> {
        // A panic while the lock is held cannot leave the map half-written.
        let mut patterns = self.patterns.lock().unwrap_or_else(PoisonError::into_inner);
        if patterns.len() >= MAX_CACHED {
            patterns.clear();
        }
        let compile = || Arc::new(Pattern::new(pattern, ignore_case));
        Arc::clone(patterns.entry((ignore_case, pattern.to_owned())).or_insert_with(compile))
    }
}

impl Host for Native {
    fn regex(&self, pattern: &str, ignore_case: bool, text: &str) -> bool {
        self.pattern(pattern, ignore_case).is_match(text)
    }

    fn lower(&self, text: &str) -> String {
        text.to_lowercase()
    }

    fn alphanumeric(&self, text: &str) -> bool {
        text.chars().all(char::is_alphanumeric)
    }

    fn number_text(&self, number: f64) -> String {
        ryu_js::Buffer::new().format(number).to_owned()
    }

    fn text_number(&self, text: &str) -> f64 {
        let text = text.trim_matches(is_white);
        let radix = |digits: &str, radix: u32| {
            let mut number = 0.0;
            for digit in digits.chars() {
                let Some(digit) = digit.to_digit(radix) else { return f64::NAN };
                number = number * f64::from(radix) + f64::from(digit);
            }
            if digits.is_empty() { f64::NAN } else { number }
        };
        match text.get(..2) {
            Some("0x" | "0X") => return radix(&text[2..], 16),
            Some("0o" | "0O") => return radix(&text[2..], 8),
            Some("0b" | "0B") => return radix(&text[2..], 2),
            _ => {}
        }
        match text {
            "" => 0.0,
            "Infinity" | "+Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            // Rust also reads "inf" and "nan", which JavaScript does not.
            _ if text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte)) => {
                text.parse().unwrap_or(f64::NAN)
            }
            _ => f64::NAN,
        }
    }
}

/// White space and line ends as ECMA-262 trims them.
fn is_white(c: char) -> bool {
    matches!(
        c,
        '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// Whether a pattern may take very long on some texts where it is matched by going back, as browsers do:
/// exponential time, polynomial time of a high degree, or thousands of ways through. Some that it names are harmless.
#[must_use]
pub fn is_explosive(pattern: &str) -> bool {
    Steps::of(pattern).is_none_or(Steps::are_many)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "exact results are meant")]
    fn numbers_are_read_as_javascript_reads_them() {
        let host = Native::new();
        for (text, number) in [
            ("", 0.0),
            ("  12.5\n", 12.5),
            ("0x1F", 31.0),
            ("0b101", 5.0),
            ("-0x1", f64::NAN),
            ("1e3", 1_000.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("1e999", f64::INFINITY),
            ("Infinity", f64::INFINITY),
            ("inf", f64::NAN),
            ("nan", f64::NAN),
            ("1_000", f64::NAN),
            ("12px", f64::NAN),
            ("+", f64::NAN),
        ] {
            let read = host.text_number(text);
            assert!(read == number || (read.is_nan() && number.is_nan()), "{text:?} read as {read}");
        }
    }

    #[test]
    fn numbers_are_written_as_javascript_writes_them() {
        let host = Native::new();
        for (number, text) in [(0.1 + 0.2, "0.30000000000000004"), (1e21, "1e+21"), (-0.0, "0"), (1e-7, "1e-7")] {
            assert_eq!(host.number_text(number), text);
        }
    }

    #[test]
    fn patterns_that_could_explode_are_named() {
        for bad in ["(a+)+$", "(a|a)*b", "((a*)b)*", "(x+x+)+y", "a*a*a*b", "(.*)*", "(a{2,})*", "^(a|a){40}$"] {
            assert!(is_explosive(bad), "{bad}");
        }
        for good in ["^abc", "a+b+", "(foo|bar)", "(abc)+", "[a+]*", "\\(a+\\)+", "^(\\d{3})-\\d+$", "(a|b){2,4}"] {
            assert!(!is_explosive(good), "{good}");
        }
    }

    /// Each of these runs for longer than anyone waits where it is matched by going back.
    #[test]
    fn a_hostile_pattern_stops_nobody() {
        let host = Native::new();
        let a = |count: usize, end: &str| "a".repeat(count) + end;
        for (pattern, text) in [
            ("^(a|a){40}$", a(39, "b")),
            ("^(a+){20}$", a(78, "b")),
            (&("a?".repeat(35) + &a(35, "")), a(34, "")),
            ("(a+)+$", a(100_000, "b")),
            // Not ASCII, without a linear form, and both.
            ("^(\u{e9}|\u{e9}){40}$", "\u{e9}".repeat(39) + "b"),
            ("^(a+){20}\\1$", a(78, "b")),
            ("^(?=(\u{e9}+)+$)", "\u{e9}".repeat(78) + "b"),
            ("^(?=a*a*a*a*$)", a(100_000, "b")),
        ] {
            assert!(!host.regex(pattern, false, &text), "{pattern}");
        }
    }

    #[test]
    fn patterns_match_as_in_a_browser() {
        let host = Native::new();
        assert!(host.regex("^(a|b)+$", false, &"ab".repeat(50_000)));
        assert!(host.regex("^([a-z0-9]+\\.)+[a-z]+$", true, "WWW.example.com"));
        assert!(host.regex("^\\d+$", false, "123"));
        assert!(host.regex("ABC", true, "xabcx"));
        assert!(!host.regex("(", false, "("));
        assert!(host.regex("^(?!.*bot).*(phone|pad)$", true, "My Phone"));
        assert!(host.regex("^(.)\\1$", false, "oo"));
        // Code units, and letters that fold only in one of the two engines.
        assert!(!host.regex("^.$", false, "\u{1f600}"));
        assert!(!host.regex("k", true, "\u{212a}"), "the Kelvin sign is no k");
    }
}
