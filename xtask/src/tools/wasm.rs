//! What turns Rust into a small wasm module: the compiler target, `wasm-bindgen`, `wasm-opt`, and `wasm-pack` for those
//! who build the crate themselves.

use super::{found, install, node_modules};
use crate::run::{Run, on_path};
use crate::{Outcome, place, say};
use std::fs;
use std::path::{Path, PathBuf};

const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the compiler can build for wasm.
///
/// # Errors
/// When the target is missing and rustup cannot add it.
pub(crate) fn wasm_target() -> Outcome<()> {
    let present = || {
        Run::new("rustc")
            .args(["--print", "target-libdir", "--target", TARGET])
            .capture()
            .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
    };
    if present() {
        return Ok(());
    }
    if on_path("rustup") {
        say::line(&format!("adding the compiler target {TARGET}"));
        if Run::new("rustup").args(["target", "add", TARGET]).show().is_ok() && present() {
            return Ok(());
        }
    }
    Err(format!(
        "The Rust target {TARGET} is missing. With rustup: `rustup target add {TARGET}`. \
         With the compiler of a distribution: Fedora `dnf install rust-std-static-{TARGET}`; \
         Debian's compiler is too old, take rustup (https://rustup.rs)."
    ))
}

/// The version of the `wasm-bindgen` crate in `Cargo.lock`. The tool must be of the very same version, since the two
/// share an unpublished format.
///
/// # Errors
/// When the lock file does not name it.
pub(crate) fn bindgen_version() -> Outcome<String> {
    let lock = fs::read_to_string(place::root().join("Cargo.lock")).map_err(|error| format!("Cargo.lock: {error}"))?;
    let mut lines = lock.lines().skip_while(|line| *line != "name = \"wasm-bindgen\"");
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \""))
        .and_then(|rest| rest.strip_suffix('"'))
        .map(str::to_string)
        .ok_or_else(|| "Cargo.lock names no wasm-bindgen".to_string())
}

/// The `wasm-bindgen` program of the right version; `wasm-bindgen-test-runner` lies beside it.
///
/// # Errors
/// When it is missing and cannot be built.
pub(crate) fn wasm_bindgen() -> Outcome<PathBuf> {
    let version = bindgen_version()?;
    let fits = |program: &Path| {
        program.with_file_name("wasm-bindgen-test-runner").exists()
            && Run::new(program)
                .arg("--version")
                .capture()
                .is_ok_and(|text| text.split_whitespace().any(|word| word == version))
    };
    let ours = place::tools().join("bin/wasm-bindgen");
    if let Some(program) = found("wasm-bindgen", &ours).into_iter().find(|program| fits(program)) {
        return Ok(program);
    }
    say::line(&format!("building wasm-bindgen-cli {version} (once, some minutes)"));
    // Without `--locked`: the lock file inside this release names a dependency version that was withdrawn. Without
    // default features: they only choose how wasm-bindgen would fetch things that we do not ask it for.
    install("wasm-bindgen-cli", &["--version", &version, "--no-default-features"], &[])?;
    if fits(&ours) { Ok(ours) } else { Err(format!("wasm-bindgen-cli {version} was built but does not run")) }
}

/// `wasm-pack`, built when missing.
///
/// # Errors
/// When it cannot be built.
pub(crate) fn wasm_pack() -> Outcome<PathBuf> {
    let ours = place::tools().join("bin/wasm-pack");
    if let Some(program) = found("wasm-pack", &ours).into_iter().next() {
        return Ok(program);
    }
    say::line("building wasm-pack (once, some minutes)");
    install("wasm-pack", &["--locked"], &[])?;
    Ok(ours)
}

/// The script of `wasm-opt`, to be run with Node. Always the pinned npm package, so that everybody gets the same bytes.
///
/// # Errors
/// When the npm packages cannot be installed.
pub(crate) fn wasm_opt() -> Outcome<PathBuf> {
    node_modules()?;
    Ok(place::root().join("node_modules/binaryen/bin/wasm-opt"))
}
