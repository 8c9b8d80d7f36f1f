//! `cargo xtask build`: from Rust and TypeScript to the npm package in `dist/`.
//!
//! 1. `cargo build` for wasm, with function names kept so that [`crate::sizes`] can say what each crate costs,
//! 2. `wasm-bindgen` writes the glue for the web,
//! 3. `wasm-opt -Oz` makes it small and drops the names (a copy keeps them for the size table),
//! 4. `pkg-template/build.mjs` bundles the TypeScript half around it.
//!
//! A step is skipped when its inputs are what they were.

use crate::run::Run;
use crate::{Outcome, place, say, sizes, stamp, tools};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

/// What a browser from 2023 on understands, and what the compiler assumes for this target. Named one by one so that
/// `wasm-opt` neither refuses what the compiler wrote nor uses what a page cannot run.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// The glue and the module as `wasm-bindgen` wrote them, the module made small. Input of `pkg-template/build.mjs`.
pub(crate) fn glue() -> PathBuf {
    place::work().join("glue")
}

/// The small module with its function names, for the table of costs.
pub(crate) fn named_module() -> PathBuf {
    place::work().join("named.wasm")
}

/// `cargo xtask build`.
///
/// # Errors
/// When a tool is missing, a step fails or a size bound is broken.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    crate::known_options(arguments, &[], &["--force"])?;
    if crate::flag(arguments, "--force") {
        let _ = fs::remove_dir_all(place::work());
    }
    sdk()?;
    sizes::run(&[])
}

/// Builds `dist/` unless it is current.
///
/// # Errors
/// When a tool is missing or a step fails.
pub(crate) fn sdk() -> Outcome<()> {
    let start = Instant::now();
    say::header("browser SDK");
    tools::node_modules()?;
    let module_is_new = module()?;
    let package_is_new = package()?;
    match module_is_new || package_is_new {
        true => say::line(&format!("dist/ is ready after {}", say::took(start.elapsed()))),
        false => say::line("dist/ is current"),
    }
    Ok(())
}

/// Steps 1 to 3. Returns whether anything was done.
fn module() -> Outcome<bool> {
    let root = place::root();
    let version = tools::bindgen_version()?;
    let crates = ["src", "crates/engine", "crates/state", "crates/book", "crates/state-js", "crates/rules-js"];
    let settings = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];
    let inputs = [&settings[..], &crates[..]].concat().into_iter().map(|path| root.join(path)).collect::<Vec<_>>();
    let fingerprint = stamp::fingerprint(&inputs, &[&version, env!("CARGO_PKG_VERSION"), include_str!("build.rs")])?;
    if stamp::fresh("module", &fingerprint, &glue()) && named_module().exists() {
        return Ok(false);
    }
    tools::wasm_target()?;
    let bindgen = tools::wasm_bindgen()?;
    let optimizer = tools::wasm_opt()?;

    say::line("compiling Rust to wasm");
    let flags = format!("target.wasm32-unknown-unknown.rustflags = [{}]", remapped_paths().join(", "));
    // The page's crate twice: with what only the developer's overlay asks for in another profile, so that neither
    // overwrites the other.
    let builds: [(&str, &str, &[&str]); 4] = [
        ("wellmet", "release", &[]),
        ("wellmet", "alone", &["--features", "explain"]),
        ("wellmet-state-js", "alone", &[]),
        ("wellmet-rules-js", "alone", &[]),
    ];
    for (package, profile, features) in builds {
        // Of this one kind: for a library that is to be linked elsewhere as well, cargo leaves link time optimization out.
        Run::cargo()
            .args(["rustc", "--quiet", "--package", package, "--lib", "--crate-type", "cdylib", "--profile", profile])
            .args(features)
            .args(["--target", "wasm32-unknown-unknown", "--config", &flags])
            .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
            .show()?;
    }

    say::line(&format!("wasm-bindgen {version}, wasm-opt -Oz"));
    let _ = fs::remove_dir_all(glue());
    let named = |name: &str| place::work().join(format!("named-{name}.wasm"));
    let modules = [
        ("release/wellmet", "wellmet", named_module()),
        ("alone/wellmet", "wellmet_debug", named("debug")),
        ("alone/wellmet_state_js", "wellmet_state", named("state")),
        ("alone/wellmet_rules_js", "wellmet_rules", named("rules")),
    ];
    for (compiled, name, named) in modules {
        Run::new(&bindgen)
            .args(["--target", "web", "--out-name", name, "--out-dir"])
            .arg(glue())
            .arg(place::target().join(format!("wasm32-unknown-unknown/{compiled}.wasm")))
            .show()?;
        let module = glue().join(format!("{name}_bg.wasm"));
        Run::new("node")
            .arg(&optimizer)
            .arg(&module)
            // Nothing of Rust's lies at the very first addresses, so that an offset may be part of every access.
            .args(["--low-memory-unused", "-Oz", "--converge"])
            .args(WASM_FEATURES)
            .args(["--debuginfo", "-o"])
            .arg(&named)
            .show()?;
        // The same code again without names. Dropping them afterwards gives the same bytes and costs no second optimization.
        Run::new("node")
            .arg(&optimizer)
            .arg(named)
            .args(WASM_FEATURES)
            .args(["--strip-debug", "--strip-producers", "--strip-target-features", "-o"])
            .arg(module)
            .show()?;
    }
    stamp::set("module", &fingerprint)?;
    Ok(true)
}

/// Panic messages carry source paths. Shortened, they cost fewer bytes, and the module is the same whoever builds it
/// wherever.
fn remapped_paths() -> Vec<String> {
    let cargo = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
        .unwrap_or_default();
    let registries = fs::read_dir(cargo.join("registry/src")).into_iter().flatten().flatten().map(|entry| entry.path());
    // Where the standard library's source is installed, the compiler names it by its place.
    let sysroot = Run::new("rustc").args(["--print", "sysroot"]).capture().unwrap_or_default();
    let library = PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust");
    let real = library.canonicalize().unwrap_or_else(|_| library.clone());
    // Of two prefixes that fit the later wins, so the root comes last: the others may lie inside it.
    registries
        .chain([library, real, place::root()])
        .map(|folder| format!("'--remap-path-prefix={}/='", folder.display()))
        .collect()
}

/// Step 4. Returns whether anything was done.
fn package() -> Outcome<bool> {
    let root = place::root();
    let inputs = [
        root.join("pkg-template"),
        root.join("package-lock.json"),
        root.join("README.md"),
        root.join("LICENSE-MIT"),
        root.join("LICENSE-APACHE"),
        glue(),
    ];
    let fingerprint = stamp::fingerprint(&inputs, &[])?;
    if stamp::fresh("package", &fingerprint, &place::dist().join("package.json")) {
        return Ok(false);
    }
    say::line("pkg-template/build.mjs");
    // Its own size table is left out: `sizes` prints a fuller one.
    Run::new("node")
        .args(["pkg-template/build.mjs", "--wasm"])
        .arg(glue())
        .arg("--out")
        .arg(place::dist())
        .capture()?;
    stamp::set("package", &fingerprint)?;
    Ok(true)
}
