//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the project. Cargo tells it at each run; a copy of the program that is started by hand falls back to
/// where it was built.
pub(crate) fn root() -> PathBuf {
    let home = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    home.parent().expect("xtask lies one level below the root").to_path_buf()
}

/// Cargo's target folder, wherever the user moved it.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Tools installed for this project only.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// What `build` makes on the way: the module before and after `wasm-opt`, and stamps.
pub(crate) fn work() -> PathBuf {
    target().join("wellmet")
}

/// The npm package as it is published.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// The demo shop's book, database and keys.
pub(crate) fn demo_data() -> PathBuf {
    root().join("demo-data")
}

/// A path as a person wants to read it: relative to the root where it lies in there.
pub(crate) fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
