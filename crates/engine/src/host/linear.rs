//! An ECMAScript pattern in the syntax of the `regex` crate, whose matching time is linear.
//!
//! Look-around and back references have no linear form; for them [`translate`] gives `None`.

use std::iter::Peekable;
use std::str::Chars;

const SPACE: &str = r"\t\n\x0B\x0C\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";

/// The pattern in the other syntax, or `None` when it has no linear form.
pub(super) fn translate(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => escape(&mut chars, false, &mut out)?,
            '[' => class(&mut chars, &mut out)?,
            '.' => out.push_str(r"[^\n\r\u{2028}\u{2029}]"),
            '(' => {
                out.push('(');
                if chars.peek() == Some(&'?') {
                    chars.next();
                    match (chars.next()?, chars.peek()) {
                        (':', _) => out.push_str("?:"),
                        ('<', Some(next)) if !matches!(next, '=' | '!') => out.push_str("?P<"),
                        _ => return None,
                    }
                }
            }
            '{' => {
                let ahead: String = chars.clone().take_while(|c| *c != '}').collect();
                let closed = chars.clone().nth(ahead.chars().count()) == Some('}');
                let numbers = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                let (least, most) = ahead.split_once(',').unwrap_or((&ahead, ""));
                if !(closed && !least.is_empty() && numbers(least) && numbers(most)) {
                    out.push('\\');
                }
                out.push('{');
            }
            ']' => out.push_str(r"\]"),
            _ => out.push(c),
        }
    }
    Some(out)
}

fn class(chars: &mut Peekable<Chars<'_>>, out: &mut String) -> Option<()> {
    let negated = chars.next_if_eq(&'^').is_some();
    if chars.next_if_eq(&']').is_some() {
        // `[]` matches nothing, `[^]` anything.
        out.push_str(if negated { r"[\s\S]" } else { r"[^\s\S]" });
        return Some(());
    }
    out.push_str(if negated { "[^" } else { "[" });
    // Whether a hyphen after what was read makes a range, and whether one has just been opened.
    let (mut start, mut open) = (false, false);
    loop {
        let c = chars.next()?;
        let opens = c == '-' && start && chars.peek() != Some(&']');
        match c {
            ']' => break,
            '-' if opens => out.push('-'),
            '\\' => {
                let set = chars.peek().is_some_and(|c| matches!(c, 'd' | 'D' | 'w' | 'W' | 's' | 'S'));
                // A range to a set is three characters in a browser.
                if set && open {
                    return None;
                }
                escape(chars, true, out)?;
                (start, open) = (!set && !open, false);
                continue;
            }
            // `--`, `&&` and `~~` mean something else over there.
            '[' | '&' | '~' | '^' | '-' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        (start, open) = (!opens && !open, opens);
    }
    out.push(']');
    Some(())
}

fn escape(chars: &mut Peekable<Chars<'_>>, in_class: bool, out: &mut String) -> Option<()> {
    let bracketed = |out: &mut String, negated: bool, set: &str| {
        if in_class && !negated {
            out.push_str(set);
        } else {
            out.push_str(if negated { "[^" } else { "[" });
            out.push_str(set);
            out.push(']');
        }
    };
    match chars.next()? {
        'd' => bracketed(out, false, "0-9"),
        'D' => bracketed(out, true, "0-9"),
        'w' => bracketed(out, false, "0-9A-Za-z_"),
        'W' => bracketed(out, true, "0-9A-Za-z_"),
        's' => bracketed(out, false, SPACE),
        'S' => bracketed(out, true, SPACE),
        'b' if in_class => out.push_str(r"\x08"),
        'b' => out.push_str(r"(?-u:\b)"),
        'B' if !in_class => return None,
        c @ ('n' | 'r' | 't' | 'v' | 'f') => {
            out.push('\\');
            out.push(c);
        }
        '0' if !chars.peek().is_some_and(char::is_ascii_digit) => out.push_str(r"\x00"),
        c @ ('x' | 'u') => {
            let count = if c == 'x' { 2 } else { 4 };
            let code: String = chars.clone().take(count).collect();
            if code.len() == count && code.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                chars.nth(count - 1);
                out.push_str(r"\u{");
                out.push_str(&code);
                out.push('}');
            } else {
                out.push(c);
            }
        }
        'k' | 'c' | '0'..='9' => return None,
        c => {
            // An identity escape: `\/`, `\-`, but also `\a`, which means something else over there.
            if c.is_ascii_punctuation() {
                out.push('\\');
            }
            out.push(c);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Both engines must agree wherever both can answer.
    #[test]
    fn means_the_same_as_in_javascript() {
        let subjects =
            ["", "a", "abc", "A-1", "foo.bar", "x{2}y", "\u{a0}", "tab\there", "line\nend", "a]b", "[&]", "é", "ab12"];
        for pattern in [
            r"^\d+$",
            r"\w",
            r"\W",
            r"^\s$",
            r"[\s\d]",
            r"^.$",
            r"a{1,2}",
            r"x{2}y",
            r"x\{2\}y",
            r"x{,2}y",
            r"]",
            r"[[&]",
            r"^([a-z]+\.)+[a-z]+$",
            r"\bfoo\b",
            r"[^]",
            r"[]",
            r"\u00e9",
            r"\xe9",
            r"\/|\-",
            r"(?:a|b)+1?",
            r"[\]]",
            r"(?<n>a)b",
            r"\a",
            r"[\b]",
            r"[a\-c]",
            r"[+--]",
            r"[--a]",
            r"[a-c-e]",
            r"[\d-z]",
            r"[-1]",
            r"^[^-]+$",
            r"[a-]",
            r"l.*d$",
        ] {
            let theirs = regress::Regex::new(pattern).unwrap();
            let ours = regex::Regex::new(&translate(pattern).unwrap()).unwrap();
            for subject in subjects {
                assert_eq!(ours.is_match(subject), theirs.find(subject).is_some(), "{pattern} on {subject:?}");
            }
        }
        for none in [r"(?=a)", r"(?<!a)b", r"(a)\1", r"\k<n>", r"\cA"] {
            assert_eq!(translate(none), None, "{none}");
        }
    }
}
