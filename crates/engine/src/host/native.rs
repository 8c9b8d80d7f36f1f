//! The host services without a browser, to the letter of ECMA-262.
//!
//! Patterns run on `regress`, which backtracks as browsers do. One that could take exponential time,
//! and every pattern on a long text, runs on the linear `regex` crate instead, so that a hostile rule
//! cannot stop a server; what has no linear form then matches nothing.

use super::{Host, linear};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Longest text that a backtracking match is tried on, in bytes.
const MAX_BACKTRACKED: usize = 1_000;
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
    backtracking: Option<regress::Regex>,
    linear: Option<regex::Regex>,
}

impl Pattern {
    fn new(pattern: &str, ignore_case: bool) -> Self {
        let flags = if ignore_case { "i" } else { "" };
        let backtracking = regress::Regex::with_flags(pattern, flags).ok();
        let linear = backtracking
            .is_some()
            .then(|| linear::translate(pattern))
            .flatten()
            .and_then(|pattern| regex::RegexBuilder::new(&pattern).case_insensitive(ignore_case).build().ok());
        Self { backtracking: backtracking.filter(|_| !is_explosive(pattern)), linear }
    }

    fn is_match(&self, text: &str) -> bool {
        match (&self.backtracking, &self.linear) {
            (Some(regex), linear) if text.len() <= MAX_BACKTRACKED || linear.is_none() => {
                text.len() <= 10 * MAX_BACKTRACKED && regex.find(text).is_some()
            }
            (_, Some(regex)) => regex.is_match(text),
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

/// Whether a pattern may take exponential time, or polynomial time of a high degree: an unbounded
/// repetition of a group that itself holds a repetition or a choice, or more than two unbounded
/// repetitions. Some patterns that it names are harmless.
#[must_use]
pub fn is_explosive(pattern: &str) -> bool {
    // For each open group: whether a choice or a repetition occurred in it.
    let mut groups = vec![false];
    let mut unbounded = 0;
    let mut closed = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let was_closed = core::mem::take(&mut closed);
        match c {
            '\\' => {
                chars.next();
            }
            '[' => {
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => {
                            chars.next();
                        }
                        ']' => break,
                        _ => {}
                    }
                }
            }
            '(' => {
                groups.push(false);
                // `(?:` and its like are not repetitions.
                if chars.peek() == Some(&'?') {
                    chars.next();
                }
            }
            ')' => {
                let inner = groups.len() > 1 && groups.pop().unwrap_or(false);
                closed = inner;
                if inner && let Some(outer) = groups.last_mut() {
                    *outer = true;
                }
            }
            '|' => {
                if let Some(group) = groups.last_mut() {
                    *group = true;
                }
            }
            '*' | '+' | '{' => {
                let many = if c == '{' {
                    let bounds: String = chars.by_ref().take_while(|c| *c != '}').collect();
                    let most = bounds.rsplit(',').next().unwrap_or("");
                    bounds.contains(',') && most.is_empty() || most.parse::<u32>().is_ok_and(|most| most > 50)
                } else {
                    true
                };
                if many && was_closed {
                    return true;
                }
                if many {
                    unbounded += 1;
                    if let Some(group) = groups.last_mut() {
                        *group = true;
                    }
                }
            }
            _ => {}
        }
    }
    unbounded > 2
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
    fn patterns_that_could_explode_take_the_linear_way() {
        for bad in ["(a+)+$", "(a|a)*b", "((a*)b)*", "(x+x+)+y", "a*a*a*b", "(.*)*", "(a{2,})*", "(?:a|b)+"] {
            assert!(is_explosive(bad), "{bad}");
        }
        for good in ["^abc", "a+b+", "(foo|bar)", "(abc)+", "[a+]*", "\\(a+\\)+", "^(\\d{3})-\\d+$", "(a|b){2,4}"] {
            assert!(!is_explosive(good), "{good}");
        }
        let host = Native::new();
        let long = "a".repeat(100_000) + "b";
        assert!(!host.regex("(a+)+$", false, &long));
        assert!(host.regex("^(a|b)+$", false, &long));
        assert!(host.regex("^([a-z0-9]+\\.)+[a-z]+$", true, "WWW.example.com"));
        assert!(!host.regex("(a+)+\\1$", false, &long), "no linear form");
        assert!(host.regex("^\\d+$", false, "123"));
        assert!(host.regex("ABC", true, "xabcx"));
        assert!(!host.regex("(", false, "("));
    }
}
