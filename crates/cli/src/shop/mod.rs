//! The shop file: its types, its schema, its checks, and its way into the engine's table.
//!
//! [`ShopFile`](model::ShopFile) is what a merchandiser writes. [`read`] reads it, finds every mistake in
//! one run and shows each at its line; [`compile`](compile::compile) makes the engine's
//! [`Table`](wellmet_engine::table::Table) of it.

pub mod check;
pub mod compile;
pub mod configurator;
pub mod counts;
pub mod diagnostic;
mod index;
pub mod json;
pub mod model;
pub mod names;
pub mod persona;
pub mod schema;
pub mod shelf;
mod texts;
pub mod types;

use crate::failure::{Failure, Outcome};
use diagnostic::{Diagnostic, Findings, Severity};
use model::ShopFile;
use std::path::Path;

/// What was made of a file.
#[derive(Clone, Debug)]
pub struct Read {
    /// The rules; `None` when there is an error.
    pub shop: Option<ShopFile>,
    /// All findings, in the order of the file.
    pub findings: Vec<Diagnostic>,
}

/// Longest file that is read, bytes.
pub const MAX_FILE: usize = 8 << 20;

/// Reads and checks the text of a shop file. `file` names it in findings.
#[must_use]
pub fn read(file: &str, text: &str) -> Read {
    let mut findings = Findings::new(file, text);
    if text.len() > MAX_FILE {
        findings.error(0, "too-long", "the file is longer than 8 MB", "keep rules and data apart");
        return Read { shop: None, findings: findings.sorted() };
    }
    let (root, errors) = json::read(text);
    for error in errors {
        findings.error(error.at, "no-json", error.message, error.fix);
    }
    let Some(root) = root else { return Read { shop: None, findings: findings.sorted() } };
    let before = findings.count();
    let shop = schema::check(&root, &mut findings).and_then(|bad| {
        let json = root.to_serde(&|at| bad.contains(&at));
        match serde_json::from_value::<ShopFile>(json) {
            Ok(shop) => Some(shop),
            Err(error) => {
                // The schema lets it pass, the types do not: say so rather than go on without.
                findings.error(root.at, "wrong-type", error.to_string(), "");
                None
            }
        }
    });
    if let Some(shop) = &shop {
        let form = before..findings.count();
        check::check(shop, &root, &mut findings);
        findings.drop_consequences(form);
    }
    let failed = findings.failed();
    Read { shop: shop.filter(|_| !failed), findings: findings.sorted() }
}

/// Reads a shop file for a command that needs it to be right.
///
/// # Errors
/// A [`Failure`] with the first error, and how many there are.
pub fn load(path: &Path) -> Outcome<ShopFile> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
    let read = read(&path.display().to_string(), &text);
    if let Some(shop) = read.shop {
        return Ok(shop);
    }
    let mut errors = read.findings.iter().filter(|finding| finding.severity == Severity::Error);
    let failure = match errors.next() {
        Some(first) => Failure::new(first.code, first.message.clone())
            .at(format!("{}:{}:{}", first.file, first.line, first.column))
            .fix(first.fix.clone()),
        None => Failure::new("no-json", "this is no shop file").at(path.display().to_string()),
    };
    let more = errors.count();
    Err(if more > 0 { failure.fix(format!("`wellmet check` shows this and {more} more")) } else { failure })
}
