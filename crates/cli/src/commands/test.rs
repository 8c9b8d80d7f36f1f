//! `wellmet test`: the shop file against example customers, for CI.

use super::explain::{json, print, trace};
use crate::bookdir;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::shop::compile::{Target, compile_asking, moment};
use crate::shop::model::ShopFile;
use crate::shop::persona::{Examples, Expected, Persona, Test, when};
use crate::shop::shelf::NoShelf;
use crate::shop::{self};
use serde::Serialize;
use std::path::PathBuf;
use wellmet_engine::condition::Attributes;
use wellmet_engine::decide::explain;
use wellmet_engine::host::Native;
use wellmet_engine::profile::Profile;
use wellmet_engine::shelf::Shelf;
use wellmet_engine::time::Instant;

/// Test a shop file: example customers and what they should see.
#[derive(clap::Args)]
pub struct Args {
    /// The shop file.
    #[arg(default_value = "wellmet.json")]
    shop: PathBuf,
    /// Files with customers and expectations.
    #[arg(long = "tests", default_value = "wellmet.test.json")]
    tests: Vec<PathBuf>,
    /// The book, for slots with items.
    #[arg(long)]
    book: Option<PathBuf>,
    /// Run only tests whose name holds this text.
    #[arg(long)]
    only: Option<String>,
}

#[derive(Serialize)]
struct Result {
    file: String,
    name: String,
    passed: bool,
    /// What was expected and what came, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unlike: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// `test-failed` when an expectation is not met; input that cannot be read.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let file = shop::load(&args.shop)?;
    let book = args.book.as_deref().map(bookdir::open).transpose()?;
    let shelf: &dyn Shelf = match &book {
        Some(book) => book,
        None => &NoShelf,
    };
    let mut results = Vec::new();
    for path in &args.tests {
        let examples = Examples::load(path)?;
        for test in &examples.tests {
            if args.only.as_ref().is_some_and(|only| !test.name.contains(only)) {
                continue;
            }
            let unlike = try_out(&file, &examples, test, shelf, console)
                .map_err(|failure| failure.at(format!("{}, test {:?}", path.display(), test.name)))?;
            let file = path.display().to_string();
            results.push(Result { file, name: test.name.clone(), passed: unlike.is_empty(), unlike });
        }
    }
    let failed = results.iter().filter(|result| !result.passed).count();
    if console.json_wanted() {
        console.json(&results)?;
    } else {
        for result in &results {
            console.say(format_args!("{} {}", if result.passed { "ok  " } else { "FAIL" }, result.name));
            result.unlike.iter().for_each(|unlike| console.say(format_args!("       {unlike}")));
        }
        console.say(format_args!("{} of {} passed", results.len() - failed, results.len()));
    }
    if failed > 0 {
        Err(Failure::new("test-failed", format!("{failed} of {} tests failed", results.len())))
    } else {
        Ok(())
    }
}

/// What is not as expected.
fn try_out(
    file: &ShopFile,
    examples: &Examples,
    test: &Test,
    shelf: &dyn Shelf,
    console: &Console,
) -> Outcome<Vec<String>> {
    let mut asked: Vec<String> = test.expect.segments.keys().map(|segment| format!("segment.{segment}")).collect();
    asked.extend(test.expect.attributes.keys().cloned());
    let table = compile_asking(file, Target::Hub, &asked)
        .map_err(|_| Failure::new("too-many-rules", "the shop file has too many rules"))?;
    let at = test.at.as_ref().or(examples.at.as_ref());
    let at = at.ok_or_else(|| {
        Failure::new("no-moment", "a test needs a moment").fix("add \"at\" to the test or to the file")
    })?;
    let now = moment(at).map_or_else(|| when(at, Instant(0)), Ok)?;
    let nobody = Persona::default();
    let persona = match &test.customer {
        Some(name) => examples.customers.get(name).ok_or_else(|| {
            Failure::new("unknown-customer", format!("there is no customer {name:?}")).fix("add it to \"customers\"")
        })?,
        None => &nobody,
    };
    let shopper = persona.at(now, test.page.clone(), table.currency)?;
    let host = Native::new();
    let slots: Vec<&str> = test.expect.slots.keys().map(String::as_str).collect();
    let mut unlike = Vec::new();
    shopper.facts(|facts| {
        let profile = Profile::new(&table, facts, shelf, &host);
        let value = |name: &str| {
            let at = table.program.names().iter().position(|known| known == name);
            at.map_or(serde_json::Value::Null, |at| json(profile.attribute(at)))
        };
        for (segment, expected) in &test.expect.segments {
            let seen = value(&format!("segment.{segment}"));
            if seen != *expected {
                unlike.push(format!("segment {segment:?}: expected {expected}, is {seen}"));
            }
        }
        for (name, expected) in &test.expect.attributes {
            let seen = value(name);
            if !same(&seen, expected) {
                unlike.push(format!("attribute {name:?}: expected {expected}, is {seen}"));
            }
        }
        for decision in &explain(&table, facts, shelf, &host, &slots).decisions {
            let Some(expected) = test.expect.slots.get(decision.slot) else { continue };
            let before = unlike.len();
            let came = trace(decision, shelf);
            let slot = &came.slot;
            let choice = match expected {
                Expected::Choice(choice) => Some(choice),
                Expected::More(more) => more.choice.as_ref(),
            };
            if let Some(choice) = choice.filter(|choice| **choice != came.choice) {
                unlike.push(format!("slot {slot:?}: expected {choice:?}, is {:?} ({})", came.choice, came.reason));
            }
            if let Expected::More(more) = expected {
                for (field, expected) in &more.fields {
                    let seen = came.fields.get(field).unwrap_or(&serde_json::Value::Null);
                    if !same(seen, expected) {
                        unlike.push(format!("slot {slot:?}, field {field:?}: expected {expected}, is {seen}"));
                    }
                }
                let items: Vec<String> = came.items.iter().map(|item| item.id.clone()).collect();
                if more.items.as_ref().is_some_and(|expected| *expected != items) {
                    unlike.push(format!("slot {slot:?}: other items: {}", items.join(", ")));
                }
                if let Some(code) = more.reason.as_ref().filter(|code| **code != came.reason.code) {
                    unlike.push(format!("slot {slot:?}: expected the reason {code:?}, is {}", came.reason));
                }
            }
            if unlike.len() > before && !console.json_wanted() {
                print(&came, console);
            }
        }
    });
    Ok(unlike)
}

/// Equal, with numbers compared as numbers.
fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        _ => a == b,
    }
}
