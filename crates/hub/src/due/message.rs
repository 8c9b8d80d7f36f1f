//! A message as she reads it: the same words in the window, in a mail and in a preview.

use serde_json::{Map, Value};
use wellmet_engine::record::Record;

use crate::rules::Rules;

/// A message ready to be shown or sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML, without images, scripts and styles of its own.
    pub html: String,
}

/// Words of a language that a message needs around the shop's own.
struct Around {
    code: &'static str,
    unsubscribe: &'static str,
}

fn around(locale: &str) -> Around {
    match locale.split(['-', '_']).next() {
        Some("de") => Around { code: "Ihr Code", unsubscribe: "Keine solchen Nachrichten mehr" },
        Some("fr") => Around { code: "Votre code", unsubscribe: "Ne plus recevoir ces messages" },
        Some("es") => Around { code: "Su código", unsubscribe: "No recibir más mensajes como este" },
        Some("it") => Around { code: "Il suo codice", unsubscribe: "Non ricevere più questi messaggi" },
        _ => Around { code: "Your code", unsubscribe: "No more messages like this" },
    }
}

/// Her address, if the shop's books have one that is one.
pub(crate) fn address(record: &Record) -> Option<lettre::Address> {
    record.traits.iter().find(|(name, _)| name == "email").and_then(|(_, value)| value.parse().ok())
}

fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Writes a message from the fields `title`, `text`, `code`, `link` and `button`. Without a title the shop's
/// name stands there.
#[must_use]
pub fn write(rules: &Rules, fields: &Map<String, Value>, locale: &str, unsubscribe: Option<&str>) -> Written {
    let words = around(locale);
    let title = Some(field(fields, "title")).filter(|title| !title.is_empty()).unwrap_or(&rules.name);
    // A line break would begin a header of its own.
    let subject: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (body, code, link) = (field(fields, "text"), field(fields, "code"), field(fields, "link"));
    // Anything else could run in her mail program.
    let link = if link.starts_with("https://") || link.starts_with("http://") { link } else { "" };
    let button = Some(field(fields, "button")).filter(|button| !button.is_empty()).unwrap_or(link);
    let mut text = format!("{title}\n\n{body}\n");
    let mut html = format!("<h1>{}</h1>\n", escaped(title));
    for paragraph in body.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        html.push_str(&format!("<p>{}</p>\n", escaped(paragraph)));
    }
    if !code.is_empty() {
        text.push_str(&format!("\n{}: {code}\n", words.code));
        html.push_str(&format!("<p>{}: <strong>{}</strong></p>\n", words.code, escaped(code)));
    }
    if !link.is_empty() {
        text.push_str(&format!("\n{link}\n"));
        html.push_str(&format!("<p><a href=\"{}\">{}</a></p>\n", escaped(link), escaped(button)));
    }
    if let Some(unsubscribe) = unsubscribe {
        text.push_str(&format!("\n-- \n{}\n{}: {unsubscribe}\n", rules.name, words.unsubscribe));
        let href = escaped(unsubscribe);
        html.push_str(&format!(
            "<hr>\n<p>{}. <a href=\"{href}\">{}</a></p>\n",
            escaped(&rules.name),
            words.unsubscribe
        ));
    }
    let language = escaped(locale);
    let html = format!(
        "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>\n{html}</body></html>\n",
        escaped(title)
    );
    Written { subject, text, html }
}

/// Text as HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    fn fields(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn what_the_rules_say_is_text_in_every_form() {
        let fields =
            fields(r#"{"title":"Anna <script>\nBcc: x","text":"a & b","code":"X\"Y","link":"javascript:alert(1)"}"#);
        let written = write(&Rules::none(), &fields, "de-AT", Some("https://shop.example/u?t=1&x"));
        assert_eq!(written.subject, "Anna <script> Bcc: x");
        assert!(!written.html.contains("<script>") && !written.html.contains("javascript:"), "{}", written.html);
        assert!(written.html.contains("a &amp; b") && written.html.contains("<strong>X&quot;Y</strong>"));
        assert!(written.html.contains("lang=\"de-AT\"") && written.html.contains("Ihr Code"));
        assert!(written.text.contains("https://shop.example/u?t=1&x"));
    }
}
