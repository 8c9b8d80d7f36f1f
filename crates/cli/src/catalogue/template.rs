//! Addresses of products by a pattern: `/p/{id}`, `/img/{subcategory_slug}.svg`.
//!
//! | Placeholder | Becomes |
//! | --- | --- |
//! | `{id}` | the shop's id, percent-encoded as one path segment |
//! | `{title_slug}` | the name, lower case, words joined by `-` |
//! | `{category_slug}` | the first level of the category |
//! | `{subcategory_slug}` | the last level of the category |

use crate::failure::{Failure, Outcome};
use std::fmt::Write;

/// A pattern, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Id,
    TitleSlug,
    CategorySlug,
    SubcategorySlug,
}

const PLACEHOLDERS: [(&str, Part); 4] = [
    ("id", Part::Id),
    ("title_slug", Part::TitleSlug),
    ("category_slug", Part::CategorySlug),
    ("subcategory_slug", Part::SubcategorySlug),
];

impl Template {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A [`Failure`] `bad-template` when a placeholder is unknown or not closed.
    pub fn parse(pattern: &str) -> Outcome<Self> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let found = after.split_once('}').and_then(|(name, tail)| {
                let (_, part) = PLACEHOLDERS.iter().find(|(known, _)| *known == name)?;
                Some((part.clone(), tail))
            });
            let Some((part, tail)) = found else {
                let known = PLACEHOLDERS.map(|(name, _)| format!("{{{name}}}")).join(", ");
                return Err(Failure::new("bad-template", format!("unknown placeholder in {pattern:?}"))
                    .fix(format!("use {known}")));
            };
            parts.push(Part::Text(before.to_owned()));
            parts.push(part);
            rest = tail;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self(parts))
    }

    /// The address of a product. Empty when the pattern is empty, or asks for a category which the
    /// product does not have.
    #[must_use]
    pub fn fill(&self, id: &str, title: &str, category: &str) -> String {
        let mut address = String::new();
        let (first, last) = (category.split(" > ").next(), category.rsplit(" > ").next());
        for part in &self.0 {
            let piece = match part {
                Part::Text(text) => text.clone(),
                Part::Id => segment(id),
                Part::TitleSlug => slug(title),
                Part::CategorySlug => slug(first.unwrap_or("")),
                Part::SubcategorySlug => slug(last.unwrap_or("")),
            };
            if piece.is_empty() {
                return String::new();
            }
            address.push_str(&piece);
        }
        address
    }
}

/// `Office Supplies` becomes `office-supplies`. Letters of other scripts stay.
#[must_use]
pub fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
fn segment(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Whether an address is relative or of the web: what may stand in a link or an image.
#[must_use]
pub fn is_web_address(address: &str) -> bool {
    // Browsers drop tabs and line breaks and skip leading controls and blanks: `java\nscript:` is a script.
    if address.contains(char::is_control) || address.starts_with(' ') {
        return false;
    }
    let scheme = address.split(['/', '?', '#']).next().and_then(|start| start.split_once(':'));
    scheme.is_none_or(|(scheme, _)| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn patterns_are_filled() {
        let fill = |pattern| Template::parse(pattern).unwrap().fill("A/1", "Tea & Cup", "Kitchen > Cups, mugs");
        assert_eq!(fill("/p/{id}"), "/p/A%2F1");
        assert_eq!(fill("/img/{subcategory_slug}.svg"), "/img/cups-mugs.svg");
        assert_eq!(fill("/{category_slug}/{title_slug}-{id}"), "/kitchen/tea-cup-A%2F1");
        assert_eq!(fill(""), "");
        assert_eq!(Template::parse("/img/{category_slug}.svg").unwrap().fill("1", "Cup", ""), "");
    }

    #[test]
    fn unknown_placeholders_are_named() {
        for wrong in ["/p/{ident}", "/p/{id", "/p/{}"] {
            assert_eq!(Template::parse(wrong).unwrap_err().code, "bad-template");
        }
    }

    #[test]
    fn scripts_are_no_addresses() {
        for good in ["/p/1", "p/1:2", "?x=1:2", "https://shop.example/p", "HTTP://shop.example", "//cdn.example/x", ""]
        {
            assert!(is_web_address(good), "{good:?}");
        }
        for bad in ["javascript:alert(1)", "data:text/html,x", " javascript:x", "java\nscript:x", "vbscript:x"] {
            assert!(!is_web_address(bad), "{bad:?}");
        }
    }
}
