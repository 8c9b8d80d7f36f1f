//! The steps of `cargo xtask test`, one function each.

use super::count::{self, Counts};
use crate::run::{Run, on_path};
use crate::{Outcome, build, demo, place, say, tools};
use std::fs;
use std::path::PathBuf;

const WASM: &str = "wasm32-unknown-unknown";

/// The crates that end up in the page.
const PAGE_CRATES: &[&str] =
    &["wellmet", "wellmet-engine", "wellmet-state", "wellmet-state-js", "wellmet-rules-js", "wellmet-book"];

/// A check without tests of its own counts as one.
const ONE: Counts = Counts { passed: 1, failed: 0, skipped: 0 };

pub(super) fn format() -> Outcome<Counts> {
    Run::cargo().args(["fmt", "--all", "--check"]).show().map(|()| ONE)
}

pub(super) fn lints() -> Outcome<Counts> {
    Run::cargo()
        .args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])
        .show()
        .map(|()| ONE)
}

pub(super) fn lints_wasm() -> Outcome<Counts> {
    tools::wasm_target()?;
    let packages = PAGE_CRATES.iter().flat_map(|name| ["--package", name]);
    Run::cargo()
        .args(["clippy", "--quiet", "--target", WASM])
        .args(packages)
        .args(["--features", "wellmet/explain", "--", "-D", "warnings"])
        .show()
        .map(|()| ONE)
}

pub(super) fn rust() -> Outcome<Counts> {
    // The tests that need it say so themselves when it is not there.
    if let Err(text) = tools::nats_server() {
        say::line(&text);
    }
    let counts = workspace()?;
    // Run already; this prints its one line: how many of the targeting vectors hold.
    Run::cargo()
        .args(["test", "--quiet", "--package", "wellmet-engine", "--test", "growthbook", "all_vectors_pass"])
        .args(["--", "--exact", "--nocapture"])
        .show()?;
    Ok(counts)
}

fn workspace() -> Outcome<Counts> {
    if on_path("cargo-nextest") {
        return tests(Run::cargo().args(["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail"]));
    }
    say::line("cargo-nextest is not installed; `cargo test` does the same, slower");
    tests(Run::cargo().args(["test", "--quiet", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]))
}

pub(super) fn docs() -> Outcome<Counts> {
    tests(Run::cargo().args(["test", "--quiet", "--workspace", "--doc", "--no-fail-fast"]))
}

/// Runs the tests that are written for wasm in headless Chromium. A crate takes part when it names `wasm-bindgen-test`.
pub(super) fn wasm() -> Outcome<Counts> {
    tools::wasm_target()?;
    let runner = tools::wasm_bindgen()?.with_file_name("wasm-bindgen-test-runner");
    let (driver, browser) = (tools::chromedriver()?, tools::chromium()?);
    let packages: Vec<&str> = PAGE_CRATES.iter().copied().filter(|name| has_wasm_tests(name)).collect();
    if packages.is_empty() {
        return Err("no crate has tests for wasm".to_string());
    }
    say::line(&format!("{} in {}", packages.join(", "), browser.display()));
    let run = Run::cargo()
        .args(["test", "--target", WASM, "--no-fail-fast", "--tests"])
        .args(packages.iter().flat_map(|name| ["--package", name]))
        // What the tests report, among it how many of the targeting vectors hold.
        .args(["--", "--nocapture"])
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CHROMEDRIVER", driver)
        .env("WASM_BINDGEN_USE_BROWSER", "1")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    tests(run)
}

fn has_wasm_tests(package: &str) -> bool {
    let folder = package.strip_prefix("wellmet-").map_or_else(PathBuf::new, |name| PathBuf::from("crates").join(name));
    let manifest = fs::read_to_string(place::root().join(folder).join("Cargo.toml")).unwrap_or_default();
    let mut section = "";
    manifest.lines().any(|line| {
        if line.starts_with('[') {
            section = line;
        }
        section.ends_with("dev-dependencies]") && line.starts_with("wasm-bindgen-test")
    })
}

pub(super) fn types() -> Outcome<Counts> {
    build::sdk()?;
    tools::node_modules_of(&place::root().join("tests/hub"))?;
    Run::new("node").arg("tests/hub/types.mjs").show()?;
    let mut counts = Counts::default();
    for project in ["pkg-template/tsconfig.json", "tests/hub/tsconfig.json"] {
        say::line(project);
        Run::new("node").args(["node_modules/typescript/bin/tsc", "--noEmit", "--project", project]).show()?;
        counts.passed += 1;
    }
    Ok(counts)
}

pub(super) fn typescript() -> Outcome<Counts> {
    tools::node_modules()?;
    tests(Run::new("node").args(["node_modules/vitest/vitest.mjs", "run", "--root", "pkg-template"]))
}

pub(super) fn shop() -> Outcome<Counts> {
    tools::node_modules()?;
    node_tests("www", &[])
}

pub(super) fn hub() -> Outcome<Counts> {
    tools::node_modules_of(&place::root().join("tests/hub"))?;
    let program = demo::command()?;
    node_tests("tests/hub", &[("WELLMET", program)])
}

pub(super) fn sdk() -> Outcome<Counts> {
    build::sdk().map(|()| ONE)
}

pub(super) fn sizes() -> Outcome<Counts> {
    crate::sizes::run(&[]).map(|()| ONE)
}

pub(super) fn package() -> Outcome<Counts> {
    // The pages that load the package need a book as well.
    demo::prepare()?;
    let browser = tools::chromium()?;
    node_tests("tests/package", &[("CHROME", browser)])
}

pub(super) fn examples() -> Outcome<Counts> {
    let prepared = demo::prepare()?;
    let browser = tools::chromium()?;
    node_tests("tests/examples", &[("CHROME", browser), ("WELLMET", prepared.program), ("WELLMET_DATA", prepared.data)])
}

pub(super) fn wasm_pack() -> Outcome<Counts> {
    tools::wasm_target()?;
    let bindgen = tools::wasm_bindgen()?;
    let program = tools::wasm_pack()?;
    let output = place::work().join("wasm-pack");
    let _ = fs::remove_dir_all(&output);
    Run::new(program)
        .args(["build", "--target", "web", "--mode", "no-install", "--out-dir"])
        .arg(&output)
        .env("PATH", tools::path_with(bindgen.parent().unwrap_or(&bindgen)))
        .show()?;
    match output.join("wellmet_bg.wasm").exists() && output.join("package.json").exists() {
        true => Ok(ONE),
        false => Err("wasm-pack ended well but wrote no package".to_string()),
    }
}

pub(super) fn browser() -> Outcome<Counts> {
    let browser = tools::chromium()?;
    let prepared = demo::prepare()?;
    node_tests("tests/browser", &[("CHROME", browser), ("WELLMET", prepared.program), ("WELLMET_DATA", prepared.data)])
}

pub(super) fn licences() -> Outcome<Counts> {
    // The package at the root is one of many; without `--workspace` only what goes into the page would be looked at.
    Run::new(tools::cargo_deny()?)
        .args(["--workspace", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"])
        .show()
        .map(|()| ONE)
}

/// Runs every `*.test.mjs` below a folder with Node's own runner.
fn node_tests(folder: &str, environment: &[(&str, PathBuf)]) -> Outcome<Counts> {
    let mut files: Vec<PathBuf> = Vec::new();
    find_tests(&place::root().join(folder), &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(format!("{folder} has no *.test.mjs"));
    }
    let run = Run::new("node").args(["--test", "--test-reporter=spec", "--test-concurrency=2"]).args(files);
    tests(environment.iter().fold(run, |run, (name, value)| run.env(name, value)))
}

fn find_tests(folder: &std::path::Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", place::short(folder)))?;
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "node_modules") {
            find_tests(&path, files)?;
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Runs a test runner and reads its counts. One that fails without a failed test (it did not compile, it crashed)
/// counts as one failure; one that ends well without any count is a failure too, for it tested nothing.
fn tests(run: Run) -> Outcome<Counts> {
    let words = run.words().chars().take(120).collect::<String>();
    let (output, ended_well) = run.tee()?;
    match (count::read(&output), ended_well) {
        (Some(counts), true) => Ok(counts),
        (Some(mut counts), false) => {
            counts.failed = counts.failed.max(1);
            Ok(counts)
        }
        (None, true) => Err(format!("`{words}` ran no test")),
        (None, false) => Err(format!("`{words}` failed before any test ran")),
    }
}
