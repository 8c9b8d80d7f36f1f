//! Node and the npm packages pinned in `package-lock.json`.

use super::Recipe;
use crate::run::Run;
use crate::{Outcome, place, say, stamp};
use std::fs;
use std::path::{Path, PathBuf};

/// The oldest Node that all pinned packages run on: major and minor.
const OLDEST: (u32, u32) = (20, 19);

/// Makes sure that Node is there and new enough; returns its version.
///
/// # Errors
/// When it is missing or too old, with the command that installs it.
pub(crate) fn node() -> Outcome<String> {
    let recipe = Recipe {
        debian: "sudo apt-get install -y nodejs npm (Debian 13 or newer; else https://nodejs.org)",
        ubuntu: "sudo snap install node --classic --channel=22",
        fedora: "sudo dnf install -y nodejs npm",
        macos: "brew install node",
    };
    let Ok(text) = Run::new("node").arg("--version").capture() else {
        return Err(recipe.sentence("Node is missing"));
    };
    let version = text.trim().trim_start_matches('v').to_string();
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let have = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if have >= OLDEST {
        return Ok(version);
    }
    Err(recipe.sentence(&format!("Node {version} is too old, {}.{} or newer is needed", OLDEST.0, OLDEST.1)))
}

/// Makes sure that `node_modules` is what the lock file says; does nothing when it is.
///
/// # Errors
/// When Node is missing or `npm ci` fails.
pub(crate) fn node_modules() -> Outcome<()> {
    let root = place::root();
    install(&root, &[root.join("package.json"), root.join("www/package.json"), root.join("package-lock.json")])
}

/// The same for a folder that pins packages of its own, such as a benchmark its peers.
///
/// # Errors
/// As [`node_modules`].
pub(crate) fn node_modules_of(folder: &Path) -> Outcome<()> {
    install(folder, &[folder.join("package.json"), folder.join("package-lock.json")])
}

fn install(folder: &Path, pins: &[PathBuf]) -> Outcome<()> {
    let mark = folder.join("node_modules/.wellmet-lock");
    let wanted = stamp::fingerprint(pins, &[])?;
    if fs::read_to_string(&mark).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    node()?;
    say::line("npm ci (the packages pinned in package-lock.json)");
    Run::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).folder(folder).show()?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", place::short(&mark)))
}
