//! A document as a person reads it: for her export, and for the clerk whom she lets look.

use serde_json::{Value, json};
use wellmet_engine::time::{Instant, Span, Zone};
use wellmet_state::{Document, Kind, Line, Value as Word};

use crate::refusal::Refusal;
use crate::store::damaged;

/// A document as a person reads it: what counts, without who wrote it when.
pub(crate) fn readable(document: &[u8]) -> Result<Value, Refusal> {
    let document = Document::decode(document, 0).map_err(|_| damaged("document"))?;
    let lines = |lines: Vec<Line<'_>>| lines.iter().map(line).collect::<Vec<_>>();
    let entries = |kind| {
        let entry = |key: &str| (key.to_owned(), registers(&document, kind, key));
        document.keys(kind).map(entry).collect::<serde_json::Map<_, _>>()
    };
    Ok(json!({
        "cart": lines(document.cart()),
        "savedForLater": lines(document.saved()),
        "configurations": entries(Kind::Configuration),
        "preferences": entries(Kind::Preference),
        "seenOrAnswered": entries(Kind::Mark),
        "pointsAndVouchers": entries(Kind::View),
    }))
}

fn line(line: &Line<'_>) -> Value {
    let fields: serde_json::Map<_, _> = line.fields().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    json!({ "line": line.key, "quantity": line.quantity, "fields": fields })
}

/// The registers of an entry; a lone nameless one is the entry's value.
fn registers(document: &Document, kind: Kind, key: &str) -> Value {
    let word = |word: &Word| match word {
        Word::Number(number) if kind == Kind::Mark => json!(moment(Instant(*number))),
        Word::Number(number) => json!(number),
        Word::Text(text) => json!(text),
    };
    if let Some(value) = document.value(kind, key, "") {
        return word(value);
    }
    let fields = document.registers(kind, key).iter().map(|register| register.field.clone());
    let counts = |field: String| {
        let value = document.value(kind, key, &field).map(word)?;
        Some((field, value))
    };
    Value::Object(fields.filter_map(counts).collect())
}

/// A moment as ISO 8601 in UTC, to the second.
pub(crate) fn moment(at: Instant) -> String {
    let (year, month, day) = Zone::default().day(at).civil();
    let seconds = at.0.rem_euclid(Span::DAY.0) / 1_000;
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_iso_8601() {
        assert_eq!(moment(Instant(1_478_563_261_999)), "2016-11-08T00:01:01Z");
        assert_eq!(moment(Instant(-1_000)), "1969-12-31T23:59:59Z");
    }
}
