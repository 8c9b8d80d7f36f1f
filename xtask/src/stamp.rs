//! "Has anything changed?": a fingerprint of input files, kept in a small file beside the output.
//!
//! Contents are hashed, not times: a fresh clone or a switched branch touches every file, but changes few.

use crate::{Outcome, place};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// Names that never matter: outputs, installed packages and what editors leave behind.
const IGNORED: &[&str] = &["target", "node_modules", "dist", "demo-data", "pkg", ".git", ".DS_Store"];

/// Hashes the contents of files and of everything below folders, together with the relative paths, and the words of
/// `extra` (tool versions, options). Missing paths count as absent, so their appearance is a change.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn fingerprint(paths: &[PathBuf], extra: &[&str]) -> Outcome<String> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    files.sort();
    files.dedup();
    let mut hasher = DefaultHasher::new();
    for file in &files {
        hasher.write(place::short(file).as_bytes());
        hasher.write_u8(0);
        let content = fs::read(file).map_err(|error| format!("{}: {error}", place::short(file)))?;
        hasher.write_usize(content.len());
        hasher.write(&content);
    }
    for word in extra {
        hasher.write(word.as_bytes());
        hasher.write_u8(0);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", place::short(path)))?;
        for entry in entries {
            let entry = entry.map_err(|error| format!("{}: {error}", place::short(path)))?;
            if !entry.file_name().to_str().is_some_and(|name| IGNORED.contains(&name)) {
                collect(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}

fn file(name: &str) -> PathBuf {
    place::work().join(format!("{name}.stamp"))
}

/// Whether the stamp `name` holds this fingerprint and the output still exists.
pub(crate) fn fresh(name: &str, fingerprint: &str, output: &Path) -> bool {
    output.exists() && fs::read_to_string(file(name)).is_ok_and(|kept| kept == fingerprint)
}

/// Remembers the fingerprint.
///
/// # Errors
/// When the stamp cannot be written.
pub(crate) fn set(name: &str, fingerprint: &str) -> Outcome<()> {
    fs::create_dir_all(place::work()).map_err(|error| error.to_string())?;
    fs::write(file(name), fingerprint).map_err(|error| format!("{}: {error}", file(name).display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_changed_byte_a_new_file_and_another_option_are_changes() {
        let folder = std::env::temp_dir().join(format!("wellmet-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a"), "one").unwrap();
        let inputs = [folder.clone()];
        let first = fingerprint(&inputs, &["v1"]).unwrap();
        assert_eq!(first, fingerprint(&inputs, &["v1"]).unwrap());
        assert_ne!(first, fingerprint(&inputs, &["v2"]).unwrap());
        fs::write(folder.join("a"), "two").unwrap();
        let second = fingerprint(&inputs, &["v1"]).unwrap();
        assert_ne!(first, second);
        fs::write(folder.join("b"), "").unwrap();
        assert_ne!(second, fingerprint(&inputs, &["v1"]).unwrap());
        fs::remove_dir_all(&folder).unwrap();
    }
}
