//! `cargo xtask test`: all that continuous integration runs, in the order in which mistakes are cheapest to find.
//!
//! Every step runs even when an earlier one failed. The last line is `N passed, N failed`: the tests of all runners,
//! and one for each check that has no tests of its own (format, lints, types, sizes).

mod advisories;
mod architecture;
mod count;
mod steps;

use crate::{Outcome, say};
use count::Counts;
use std::time::{Duration, Instant};

struct Step {
    name: &'static str,
    about: &'static str,
    run: fn() -> Outcome<Counts>,
}

const STEPS: &[Step] = &[
    Step { name: "format", about: "rustfmt", run: steps::format },
    Step { name: "architecture", about: "which crate may know what", run: architecture::check },
    Step { name: "lints", about: "clippy, every crate, natively", run: steps::lints },
    Step { name: "lints-wasm", about: "clippy for wasm32", run: steps::lints_wasm },
    Step { name: "rust", about: "unit, property and vector tests, natively", run: steps::rust },
    Step { name: "docs", about: "examples in documentation", run: steps::docs },
    Step { name: "wasm", about: "the same code as wasm in a browser", run: steps::wasm },
    Step { name: "types", about: "TypeScript type check", run: steps::types },
    Step { name: "typescript", about: "unit tests of the page's half", run: steps::typescript },
    Step { name: "shop", about: "tests of the demo shop's backend", run: steps::shop },
    Step { name: "hub", about: "the hub through a client that its document types", run: steps::hub },
    Step { name: "sdk", about: "build of the SDK and the npm package", run: steps::sdk },
    Step { name: "sizes", about: "size table and its bounds", run: steps::sizes },
    Step { name: "package", about: "the package as a customer installs it", run: steps::package },
    Step { name: "examples", about: "every example, installed, built and opened in a browser", run: steps::examples },
    Step { name: "wasm-pack", about: "`wasm-pack build` at the root", run: steps::wasm_pack },
    Step { name: "browser", about: "the demo shop in a real browser", run: steps::browser },
    Step { name: "licences", about: "licences, sources and versions of the crates", run: steps::licences },
    Step {
        name: "advisories",
        about: "known holes and withdrawn versions, of crates and npm packages",
        run: advisories::check,
    },
];

struct Result {
    name: &'static str,
    counts: Counts,
    time: Duration,
    failure: Option<String>,
}

/// `cargo xtask test`.
///
/// # Errors
/// When any step failed.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    crate::known_options(arguments, &["--only"], &["--list"])?;
    if crate::flag(arguments, "--list") {
        for step in STEPS {
            println!("  {:<14}{}", step.name, step.about);
        }
        return Ok(());
    }
    let only: Vec<&str> =
        crate::option(arguments, "--only")?.map(|names| names.split(',').collect()).unwrap_or_default();
    let wanted: Vec<&Step> =
        STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| step.name.starts_with(name))).collect();
    if wanted.is_empty() {
        return Err("no step has such a name; see `cargo xtask test --list`".to_string());
    }
    let start = Instant::now();
    let results: Vec<Result> = wanted.into_iter().map(perform).collect();
    summary(&results, start.elapsed())
}

fn perform(step: &Step) -> Result {
    say::header(&format!("{}: {}", step.name, step.about));
    let start = Instant::now();
    let (counts, failure) = match (step.run)() {
        Ok(counts) if counts.failed == 0 => (counts, None),
        Ok(counts) => (counts, Some(format!("{} of its tests failed", counts.failed))),
        Err(message) => (Counts { failed: 1, ..Counts::default() }, Some(message)),
    };
    let time = start.elapsed();
    match &failure {
        None => say::line(&format!("{} {} in {}", say::good("ok"), step.name, say::took(time))),
        Some(message) => {
            say::line(&format!("{} {} after {}: {message}", say::bad("FAILED"), step.name, say::took(time)))
        }
    }
    Result { name: step.name, counts, time, failure }
}

fn summary(results: &[Result], time: Duration) -> Outcome<()> {
    say::header(&format!("all steps, {}", say::took(time)));
    let mut sum = Counts::default();
    for result in results {
        sum += result.counts;
        let verdict = if result.failure.is_none() { say::good("ok    ") } else { say::bad("FAILED") };
        let Counts { passed, failed, skipped } = result.counts;
        let skipped = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
        println!(
            "   {verdict} {:<14} {:>12}  {passed} passed, {failed} failed{skipped}",
            result.name,
            say::took(result.time)
        );
    }
    let failures: Vec<&Result> = results.iter().filter(|result| result.failure.is_some()).collect();
    for result in &failures {
        let message = result.failure.as_deref().unwrap_or_default();
        // The whole output is above; here the end of it is enough to recognise the failure.
        let lines: Vec<&str> = message.lines().collect();
        println!("\n{} {}", say::bad(result.name), lines[lines.len().saturating_sub(25)..].join("\n   "));
    }
    println!();
    let skipped = if sum.skipped == 0 { String::new() } else { format!(", {} skipped", sum.skipped) };
    println!("{} passed, {} failed{skipped}", sum.passed, sum.failed);
    if failures.is_empty() {
        return Ok(());
    }
    // The counts are the last line, as promised; the exit code says the rest.
    std::process::exit(1);
}
