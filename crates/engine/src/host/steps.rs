//! How many steps a backtracking match of a pattern may take.
//!
//! An estimate from above, by the shape of the pattern alone: what its parts match is not looked at, so that some
//! patterns count as slow that are not. Every way to go on that a part leaves open multiplies: a choice by its
//! alternatives, `?` by two, `{2,5}` by four, an unbounded repetition by the length of the text.

use std::iter::Peekable;
use std::str::Chars;

/// Steps of a pattern that has an upper bound other than an exponential one: `2^bits` times the length of the
/// text to the power of `degree`, from each place where a match can begin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Steps {
    degree: u32,
    bits: f64,
}

impl Steps {
    /// None where the number may grow exponentially with the text.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        sequence(&mut pattern.chars().peekable(), 0)
    }

    /// The binary logarithm of the steps on a text of `length` bytes.
    pub(super) fn log2_on(self, length: usize) -> f64 {
        self.bits + f64::from(self.degree + 1) * (length as f64 + 1.0).log2()
    }

    /// Slow on texts that a shop meets: of a high degree, or with thousands of ways through.
    pub(super) fn are_many(self) -> bool {
        self.degree > 2 || self.bits > 12.0
    }

    fn and(self, other: Self) -> Self {
        Self { degree: self.degree + other.degree, bits: self.bits + other.bits }
    }

    fn or(self, other: Self) -> Self {
        Self { degree: self.degree.max(other.degree), bits: (self.bits.exp2() + other.bits.exp2()).log2() }
    }

    /// Repeated `least` to `most` times, `most` being absent without a bound.
    fn repeated(self, least: u32, most: Option<u32>) -> Option<Self> {
        let one_way = self == Self::default();
        match most {
            None if one_way => Some(Self { degree: 1, bits: 0.0 }),
            // Each turn multiplies, and the text decides how many there are.
            None => None,
            Some(most) => Some(Self {
                degree: self.degree.saturating_mul(most),
                bits: self.bits * f64::from(most) + f64::from(most.saturating_sub(least).saturating_add(1)).log2(),
            }),
        }
    }
}

/// Groups inside each other that are followed; deeper ones count as exponential.
const MAX_DEPTH: usize = 100;

/// Alternatives up to the end of the group or of the pattern.
fn sequence(chars: &mut Peekable<Chars<'_>>, depth: usize) -> Option<Steps> {
    if depth > MAX_DEPTH {
        return None;
    }
    let mut others: Option<Steps> = None;
    let mut here = Steps::default();
    while let Some(c) = chars.next() {
        let part = match c {
            ')' if depth > 0 => break,
            '|' => {
                others = Some(others.map_or(here, |others| others.or(here)));
                here = Steps::default();
                continue;
            }
            '(' => {
                // `(?:` and its like are not repetitions.
                chars.next_if_eq(&'?');
                sequence(chars, depth + 1)?
            }
            '[' => {
                class(chars);
                Steps::default()
            }
            '\\' => {
                chars.next();
                Steps::default()
            }
            _ => Steps::default(),
        };
        let part = match quantifier(chars) {
            Some((least, most)) => part.repeated(least, most)?,
            None => part,
        };
        here = here.and(part);
    }
    Some(others.map_or(here, |others| others.or(here)))
}

fn class(chars: &mut Peekable<Chars<'_>>) {
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

/// How often the part before is repeated. A brace that is no quantifier is a character like others.
fn quantifier(chars: &mut Peekable<Chars<'_>>) -> Option<(u32, Option<u32>)> {
    let (least, most) = match chars.peek()? {
        '?' => (0, Some(1)),
        '*' => (0, None),
        '+' => (1, None),
        '{' => {
            let inner: String = chars.clone().skip(1).take_while(|c| *c != '}').collect();
            let (least, most) = inner.split_once(',').unwrap_or((&inner, &inner));
            let number = |text: &str| text.parse::<u32>().ok();
            let bounds = (number(least)?, if most.is_empty() { None } else { Some(number(most)?) });
            // The last one, the closing brace, is dropped below.
            chars.nth(inner.chars().count());
            bounds
        }
        _ => return None,
    };
    chars.next();
    // A lazy one tries the same ways in another order.
    chars.next_if_eq(&'?');
    Some((least, most))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn steps(degree: u32, ways: f64) -> Option<Steps> {
        Some(Steps { degree, bits: ways.log2() })
    }

    #[test]
    fn every_open_way_multiplies() {
        for (pattern, expected) in [
            ("^abc$", steps(0, 1.0)),
            ("a?b?", steps(0, 4.0)),
            ("a??b", steps(0, 2.0)),
            ("a{3}", steps(0, 1.0)),
            ("a{2,5}", steps(0, 4.0)),
            ("a{2,}b+?", steps(2, 1.0)),
            ("a|b|cd", steps(0, 3.0)),
            ("(?:a|b){2}", steps(0, 4.0)),
            ("(a|b*)c", steps(1, 2.0)),
            ("(ab)+", steps(1, 1.0)),
            ("[*+?|()]", steps(0, 1.0)),
            (r"\(\*\)", steps(0, 1.0)),
            ("x{,2}y{a}", steps(0, 1.0)),
            ("(a+){3}", steps(3, 1.0)),
        ] {
            assert_eq!(Steps::of(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_repetition_without_bound_of_what_leaves_a_choice_is_exponential() {
        for pattern in ["(a+)+$", "(a|a)*b", "((a*)b)*", "(.*)*", "(a{2,})*", "(?:a|b)+", "(a?){1,}"] {
            assert_eq!(Steps::of(pattern), None, "{pattern}");
        }
        assert_eq!(Steps::of(&"(".repeat(100_000)), None);
    }
}
