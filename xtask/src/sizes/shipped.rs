//! Which files of the package a browser loads, and which of them before it can show the first decision.

use crate::Outcome;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// When a file is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// Pasted into the page: queues calls, paints the snapshot.
    Stub,
    /// Needed for the first decision on any page.
    FirstLoad,
    /// Loaded by every page as well, but after it has been decided.
    After,
    /// Loaded when a page asks for it, or another way to the same thing.
    Later,
}

impl Role {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Role::Stub => "stub",
            Role::FirstLoad => "first decision",
            Role::After => "every page, after it",
            Role::Later => "when needed",
        }
    }
}

/// Everything in `dist` that a browser may load, first what comes first.
///
/// # Errors
/// When the package is missing or names a file that is not there.
pub(crate) fn files(dist: &Path) -> Outcome<Vec<(Role, PathBuf)>> {
    let manifest = fs::read_to_string(dist.join("package.json"))
        .map_err(|error| format!("dist/package.json: {error}; run `cargo xtask build`"))?;
    let entry =
        field(&manifest, "unpkg").ok_or("dist/package.json has no field `unpkg`, the file of the script tag")?;
    let entry = dist.join(entry.trim_start_matches("./"));
    let mut first = BTreeSet::new();
    follow(&entry, &mut first)?;
    let mut after = BTreeSet::new();
    let text = fs::read_to_string(&entry).map_err(|error| format!("{}: {error}", entry.display()))?;
    for reference in references(&text, When::Later) {
        follow(&dist.join(reference.trim_start_matches("./")), &mut after)?;
    }
    let mut all = Vec::new();
    walk(dist, &mut all)?;
    let mut files: Vec<(Role, PathBuf)> = all
        .into_iter()
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let role = match () {
                () if name.starts_with("stub") => Role::Stub,
                () if first.contains(&path) => Role::FirstLoad,
                () if after.contains(&path) => Role::After,
                () => Role::Later,
            };
            (role, path)
        })
        .collect();
    files.sort();
    Ok(files)
}

/// What a page loads for each element, by its tag: its own file and those that it shares with others.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn elements(dist: &Path) -> Outcome<Vec<(String, BTreeSet<PathBuf>)>> {
    let folder = dist.join("elements");
    let mut all = Vec::new();
    walk(&folder, &mut all)?;
    let mut elements = Vec::new();
    for path in all {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        // Shared files have a hash in their names; `index` only knows which file is whose.
        if name.contains('-') || name == "index" {
            continue;
        }
        let mut files = BTreeSet::new();
        follow(&path, &mut files)?;
        elements.push((format!("wm-{name}"), files));
    }
    elements.sort();
    Ok(elements)
}

/// The value of a top-level text field. Enough for a manifest that our own build writes.
fn field(json: &str, name: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    let value = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    value.split_once('"').map(|(value, _)| value.to_string())
}

/// Adds a file and what it loads at once: static imports, and the wasm module it names.
fn follow(path: &Path, found: &mut BTreeSet<PathBuf>) -> Outcome<()> {
    if !found.insert(path.to_path_buf()) || path.extension().is_none_or(|extension| extension != "js") {
        return Ok(());
    }
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let folder = path.parent().unwrap_or(path);
    for reference in references(&text, When::AtOnce) {
        let target = folder.join(reference.trim_start_matches("./"));
        if target.exists() {
            follow(&target, found)?;
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// Static imports and re-exports, and every wasm and style file.
    AtOnce,
    /// `import("./…")`.
    Later,
}

/// Relative files that a script names.
fn references(script: &str, when: When) -> Vec<&str> {
    let mut found = Vec::new();
    for quote in ['"', '\'', '`'] {
        let pieces: Vec<&str> = script.split(quote).collect();
        for pair in pieces.windows(2) {
            let [before, text] = pair else { continue };
            if text.len() > 100 || text.contains(['\n', ' ']) {
                continue;
            }
            let before = before.trim_end();
            let is_static = text.starts_with("./") && (before.ends_with("from") || before.ends_with("import"));
            let named = match when {
                When::AtOnce => {
                    is_static || text.ends_with(".wasm") || (text.ends_with(".css") && text.starts_with("./"))
                }
                When::Later => text.starts_with("./") && before.ends_with("import("),
            };
            if named {
                found.push(*text);
            }
        }
    }
    found
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "node_modules") {
                walk(&path, files)?;
            }
        } else if matches!(extension, "js" | "mjs" | "wasm" | "css") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_loads_at_once_is_told_from_what_loads_later() {
        let script = r#"import{a}from"./a.js";import "./b.js";const c=()=>import("./c.js");
            fetch(new URL("core.wasm",import.meta.url));export{d}from './d.js';"#;
        assert_eq!(references(script, When::AtOnce), ["./a.js", "./b.js", "core.wasm", "./d.js"]);
        assert_eq!(references(script, When::Later), ["./c.js"]);
    }

    #[test]
    fn a_manifest_field_is_read() {
        assert_eq!(
            field(r#"{ "name": "wellmet", "unpkg" : "./dist/auto.js" }"#, "unpkg").as_deref(),
            Some("./dist/auto.js")
        );
        assert_eq!(field("{}", "unpkg"), None);
    }
}
