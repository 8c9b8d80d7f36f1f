//! `cargo xtask bench NAME`: one benchmark, our code and its peers side by side in one run.
//!
//! A benchmark is a folder `benches/NAME` with a `bench.mjs`. Its peers are pinned in a `package.json` and a
//! `package-lock.json` of its own, so that nobody installs them who does not measure. The script gets the SDK built in
//! `dist/`, the `wellmet` command in `WELLMET` and the browser in `CHROME`, and every option after `--`.

use crate::run::Run;
use crate::{Outcome, build, demo, place, tools};
use std::fs;

/// `cargo xtask bench`.
///
/// # Errors
/// When there is no such benchmark, or something is missing, does not build or does not hold.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let (ours, rest) = arguments.split_at(end);
    let known = names()?;
    if crate::flag(ours, "--list") {
        for name in known {
            println!("  {name}");
        }
        return Ok(());
    }
    let Some((name, options)) = ours.split_first().filter(|(name, _)| known.contains(name)) else {
        return Err(format!("name one of: {}", known.join(", ")));
    };
    crate::known_options(options, &["--format"], &[])?;
    let format = crate::option(options, "--format")?.unwrap_or("table");
    let folder = place::root().join("benches").join(name);
    tools::node_modules()?;
    if folder.join("package.json").exists() {
        tools::node_modules_of(&folder)?;
    }
    build::sdk()?;
    Run::new("node")
        .arg(folder.join("bench.mjs"))
        .args(["--format", format])
        .args(rest.iter().skip(1))
        .env("GLUE", build::glue())
        .env("WELLMET", demo::command()?)
        .env("CHROME", tools::chromium()?)
        .show()
}

/// The folders in `benches/` that hold a benchmark.
fn names() -> Outcome<Vec<String>> {
    let entries = fs::read_dir(place::root().join("benches")).map_err(|error| format!("benches: {error}"))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("bench.mjs").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}
