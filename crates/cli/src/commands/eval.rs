//! `wellmet eval`: conditions from a pipe.

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::shop::json;
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use wellmet_engine::condition::{Program, Tree};
use wellmet_engine::host::Native;
use wellmet_engine::value::{Value, View};

/// Evaluate conditions: JSON Lines with `condition`, `attributes` and perhaps `savedGroups` in, one
/// `true` or `false` a line out.
#[derive(clap::Args)]
pub struct Args {
    /// File to read; standard input if it is left out or `-`.
    file: Option<PathBuf>,
}

#[derive(Serialize)]
struct Line {
    line: usize,
    holds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    failing: Option<Failing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Failing {
    attribute: String,
    operator: &'static str,
}

/// Longest line, bytes.
const MAX_LINE: u64 = 16 << 20;

/// Runs the command. With `--format json` each line says which clause failed.
///
/// # Errors
/// A file that cannot be read; `bad-line` at the end when some line was no case, which counts as false.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let input: Box<dyn BufRead> = match &args.file {
        Some(path) if path.as_os_str() != "-" => {
            Box::new(BufReader::new(File::open(path).map_err(|error| Failure::io(path, &error))?))
        }
        _ => Box::new(std::io::stdin().lock()),
    };
    let host = Native::new();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut bad: Option<String> = None;
    let mut input = input;
    for number in 1.. {
        let mut bytes = Vec::new();
        let read = std::io::Read::take(&mut input, MAX_LINE).read_until(b'\n', &mut bytes);
        let read = read.map_err(|error| Failure::new("io", error.to_string()).at(format!("line {number}")))?;
        if read == 0 {
            break;
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let line = match evaluate(&bytes, &host) {
            Ok(failing) => Line { line: number, holds: failing.is_none(), failing, error: None },
            Err(error) => {
                console.note(format_args!("line {number}: {error}"));
                bad.get_or_insert_with(|| format!("line {number}"));
                Line { line: number, holds: false, failing: None, error: Some(error) }
            }
        };
        let written = if console.json_wanted() {
            serde_json::to_string(&line).map_err(std::io::Error::from).and_then(|text| writeln!(out, "{text}"))
        } else {
            writeln!(out, "{}", line.holds)
        };
        // A closed pipe (`wellmet eval … | head`) is not an error.
        if written.is_err() {
            return Ok(());
        }
    }
    let _ = out.flush();
    match bad {
        Some(place) => Err(Failure::new("bad-line", "some line is no case; it counts as false").at(place)),
        None => Ok(()),
    }
}

/// The clause that fails, if the condition does not hold.
fn evaluate(line: &[u8], host: &Native) -> Result<Option<Failing>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "not UTF-8".to_owned())?;
    let (node, errors) = json::read(text.trim_end());
    if let Some(error) = errors.first() {
        return Err(format!("{} (column {})", error.message, json::place(text, error.at).1));
    }
    let case = node.ok_or("no JSON")?;
    let value = |key: &str| case.get(key).map(json::Node::to_value);
    let condition = value("condition").ok_or("no \"condition\"")?;
    if !matches!(condition, Value::Map(_)) {
        return Err("the condition is no object".into());
    }
    let mut program = Program::default();
    let condition = program.add(&condition).map_err(|_| "the condition is too large or too deep".to_owned())?;
    let attributes = value("attributes").unwrap_or_default();
    let groups = value("savedGroups").unwrap_or_default();
    let facts = Tree { program: &program, root: attributes.view() };
    let groups = if groups == Value::Null { View::Null } else { groups.view() };
    let clause = program.failing(condition, &facts, groups, host);
    Ok(clause.map(|clause| Failing { attribute: clause.attribute, operator: clause.operator }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_is_a_case() {
        let host = Native::new();
        let holds = |line: &str| evaluate(line.as_bytes(), &host).map(|failing| failing.is_none());
        assert_eq!(holds(r#"{"condition": {"a": {"$gt": 1}}, "attributes": {"a": 2}}"#), Ok(true));
        assert_eq!(holds(r#"{"condition": {"a": {"$gt": 1}}, "attributes": {"a": 1}}"#), Ok(false));
        assert_eq!(holds(r#"{"condition": {"a": {"$gt": 1e999}}, "attributes": {"a": 1e999}}"#), Ok(false));
        assert_eq!(
            holds(r#"{"condition": {"id": {"$inGroup": "g"}}, "attributes": {"id": 1}, "savedGroups": {"g": [1]}}"#),
            Ok(true)
        );
        assert_eq!(holds(r#"{"condition": {}}"#), Ok(true));
        for bad in ["{", "[]", "{}", r#"{"condition": []}"#, r#"{"condition": {"a": 1,}}"#] {
            assert!(holds(bad).is_err(), "{bad}");
        }
        let deep = format!(r#"{{"condition": {}{{}}{}}}"#, r#"{"$not": "#.repeat(120), "}".repeat(120));
        assert!(holds(&deep).is_err());
        let near = format!(r#"{{"condition": {}{{}}{}}}"#, r#"{"$not": "#.repeat(90), "}".repeat(90));
        assert_eq!(holds(&near), Ok(true));
    }
}
