//! The rules of `ARCHITECTURE.md` that a tool can remember: who may depend on whom, who has no clock, and that the tests
//! exist which the threat model names.

use super::count::Counts;
use crate::run::Run;
use crate::{Outcome, place};
use std::fs;
use std::path::Path;

/// Crates that must stay pure, with the crates of this project they may build on.
const PURE: &[(&str, &[&str])] =
    &[("wellmet-engine", &[]), ("wellmet-state", &["wellmet-engine"]), ("wellmet-book", &["wellmet-engine"])];

/// No pure crate may pull in any of these, directly or through others. The first group is the web, the second is
/// clocks, randomness and runtimes, the third is what costs the page more bytes than our own code.
const NOT_IN_PURE: &[&str] = &[
    "wasm-bindgen",
    "js-sys",
    "web-sys",
    "gloo-events",
    "gloo-timers",
    "serde-wasm-bindgen",
    "tokio",
    "async-std",
    "rand",
    "getrandom",
    "chrono",
    "time",
    "reqwest",
    "hyper",
    "axum",
    "rusqlite",
    "serde",
    "serde_json",
    "regex",
    "regress",
];

/// Nor may the module that the page loads.
const NOT_IN_PAGE: &[&str] =
    &["tokio", "axum", "hyper", "rusqlite", "serde", "serde_json", "regex", "regress", "chrono", "getrandom"];

/// What a crate with no clock says in its `clippy.toml`.
const CLOCKS: &[&str] = &["std::time::SystemTime::now", "std::time::Instant::now"];

/// Ways of writing to a page that a strict content policy forbids, or that keep a page out of the back/forward cache.
const NOT_IN_SCRIPTS: &[&str] = &[
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "\"unload\"",
    "beforeunload",
];

/// Each rule counts as one test.
pub(crate) fn check() -> Outcome<Counts> {
    let mut counts = Counts::default();
    let mut broken = Vec::new();
    let mut rule = |found: Outcome<Vec<String>>| match found {
        Ok(found) if found.is_empty() => counts.passed += 1,
        Ok(found) => broken.extend(found),
        Err(message) => broken.push(message),
    };
    for (name, may_use) in PURE {
        rule(packages(name).map(|packages| {
            let ours = |package: &String| {
                package.starts_with("wellmet") && package != name && !may_use.contains(&package.as_str())
            };
            packages
                .iter()
                .filter(|package| NOT_IN_PURE.contains(&package.as_str()) || ours(package))
                .map(|package| format!("{name} must not depend on {package}"))
                .collect()
        }));
        rule(clock_lints(name));
    }
    rule(packages("wellmet").map(|packages| {
        let forbidden = |package: &&String| {
            NOT_IN_PAGE.contains(&package.as_str()) || *package == "wellmet-hub" || *package == "wellmet-cli"
        };
        packages
            .iter()
            .filter(forbidden)
            .map(|package| format!("the page's module must not contain {package}"))
            .collect()
    }));
    rule(scripts(&place::root().join("pkg-template/src")));
    rule(named_tests(&place::root().join("docs/threat-model.md")));
    match broken.is_empty() {
        true => Ok(counts),
        false => Err(broken.join("\n")),
    }
}

/// Names of all packages that end up in a wasm build of `name`.
fn packages(name: &str) -> Outcome<Vec<String>> {
    let tree = Run::cargo()
        .args(["tree", "--package", name, "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", "wasm32-unknown-unknown"])
        .capture()?;
    let mut names: Vec<String> = tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_string).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

fn clock_lints(name: &str) -> Outcome<Vec<String>> {
    let folder = name.trim_start_matches("wellmet-");
    let path = place::root().join("crates").join(folder).join("clippy.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", place::short(&path)))?;
    let missing = CLOCKS.iter().filter(|clock| !text.contains(*clock));
    Ok(missing.map(|clock| format!("{} must forbid {clock}", place::short(&path))).collect())
}

fn scripts(folder: &Path) -> Outcome<Vec<String>> {
    let mut broken = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", place::short(folder)))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            broken.extend(scripts(&path)?);
            continue;
        }
        if path.extension().is_none_or(|extension| extension != "ts") {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", place::short(&path)))?;
        for (position, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") || code.starts_with('*') || code.starts_with("/*") {
                continue;
            }
            for word in NOT_IN_SCRIPTS.iter().filter(|word| code.contains(*word)) {
                broken.push(format!(
                    "{}:{}: `{word}` has no place in a shop's page",
                    place::short(&path),
                    position + 1
                ));
            }
        }
    }
    Ok(broken)
}

/// Names of tests in a text that nobody has.
fn named_tests(path: &Path) -> Outcome<Vec<String>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", place::short(path)))?;
    // Every other piece between backticks; names of tests are sentences.
    let named = text.split('`').skip(1).step_by(2).filter(|name| {
        name.matches('_').count() >= 2 && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    });
    let mut code = String::new();
    for folder in ["crates", "xtask/src"] {
        rust(&place::root().join(folder), &mut code)?;
    }
    let missing: Vec<String> = named
        .filter(|name| !code.contains(&format!("fn {name}(")))
        .map(|name| format!("{}: there is no test {name}", place::short(path)))
        .collect();
    Ok(missing)
}

/// All Rust code below a folder.
fn rust(folder: &Path, code: &mut String) -> Outcome<()> {
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", place::short(folder)))? {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() {
            rust(&path, code)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(&path).map_err(|error| format!("{}: {error}", place::short(&path)))?);
        }
    }
    Ok(())
}
