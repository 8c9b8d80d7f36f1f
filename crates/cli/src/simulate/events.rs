//! The event log: JSON Lines such as `{"at": "2026-03-01T10:00", "customer": "anna", "kind": "view", "item": "mug"}`.

use crate::failure::{Failure, Outcome};
use crate::shop::compile::moment;
use serde::Deserialize;
use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;
use wellmet_engine::journey::VIEW;
use wellmet_engine::time::Instant;

/// Longest line, bytes.
const MAX_LINE: usize = 1 << 16;

/// Something that a customer did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What: `view`, `search`, `click`, or a word of the shop's own.
    pub kind: String,
    /// The item that it is about.
    pub item: Option<String>,
    /// Its category path.
    pub category: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    at: Moment,
    customer: String,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    item: Option<String>,
    #[serde(default)]
    category: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Moment {
    Text(String),
    Ms(i64),
}

/// Reads an event log: what each customer did, by time.
///
/// # Errors
/// `bad-event` with the line that cannot be read; a file that cannot be opened.
pub fn read_events(path: &Path) -> Outcome<HashMap<String, Vec<Event>>> {
    let file = std::fs::File::open(path).map_err(|error| Failure::io(path, &error))?;
    let mut of_customer: HashMap<String, Vec<Event>> = HashMap::new();
    for (at, line) in std::io::BufReader::new(file).lines().enumerate() {
        let place = || format!("{}:{}", path.display(), at + 1);
        let line = line.map_err(|error| Failure::io(path, &error))?;
        if line.trim().is_empty() {
            continue;
        }
        let bad = |message: String| {
            let fix = r#"write it like {"at": "2026-03-01T10:00", "customer": "anna", "kind": "view", "item": "mug"}"#;
            Failure::new("bad-event", message).at(place()).fix(fix)
        };
        if line.len() > MAX_LINE {
            return Err(bad(format!("the line is longer than {MAX_LINE} bytes")));
        }
        let row: Row = serde_json::from_str(&line).map_err(|error| bad(error.to_string()))?;
        let when = match &row.at {
            Moment::Ms(ms) => Some(Instant(*ms)),
            Moment::Text(text) => moment(text),
        };
        let when = when.ok_or_else(|| bad("\"at\" is no moment".into()))?;
        let kind = row.kind.unwrap_or_else(|| VIEW.to_owned());
        of_customer.entry(row.customer).or_default().push(Event {
            at: when,
            kind,
            item: row.item,
            category: row.category,
        });
    }
    for events in of_customer.values_mut() {
        events.sort_by_key(|event| event.at);
    }
    Ok(of_customer)
}
