//! Chromium and its driver, for the tests in a real browser.

use super::{Recipe, apt_install, may_use_apt};
use crate::Outcome;
use std::path::PathBuf;

const BROWSER: Recipe = Recipe {
    debian: "sudo apt-get install -y chromium chromium-driver",
    ubuntu: "sudo snap install chromium",
    fedora: "sudo dnf install -y chromium chromedriver",
    macos: "brew install --cask google-chrome && brew install --cask chromedriver",
};

/// Names under which browsers of the Chromium family are installed, best first.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const MAC_BROWSERS: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const DRIVERS: &[&str] = &["chromedriver", "chromium.chromedriver"];

/// A browser of the Chromium family. The environment variables `CHROME` and `CHROMIUM` go first.
///
/// # Errors
/// When there is none and it cannot be installed from here.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    let find = || from_env(&["CHROME", "CHROMIUM"]).or_else(|| from_path(BROWSERS)).or_else(|| existing(MAC_BROWSERS));
    find_or_install(find, "A browser of the Chromium family is missing (or set CHROME to its path)")
}

/// The driver through which Rust's tests steer the browser. The environment variable `CHROMEDRIVER` goes first.
///
/// # Errors
/// When there is none and it cannot be installed from here.
pub(crate) fn chromedriver() -> Outcome<PathBuf> {
    let find = || {
        from_env(&["CHROMEDRIVER"])
            .or_else(|| from_path(DRIVERS))
            .or_else(|| existing(&["/snap/bin/chromium.chromedriver"]))
    };
    find_or_install(find, "chromedriver is missing (or set CHROMEDRIVER to its path)")
}

fn find_or_install(find: impl Fn() -> Option<PathBuf>, missing: &str) -> Outcome<PathBuf> {
    if let Some(program) = find() {
        return Ok(program);
    }
    if may_use_apt() {
        apt_install(&["chromium", "chromium-driver"])?;
        if let Some(program) = find() {
            return Ok(program);
        }
    }
    Err(BROWSER.sentence(missing))
}

fn from_env(names: &[&str]) -> Option<PathBuf> {
    names.iter().filter_map(std::env::var_os).map(PathBuf::from).find(|path| path.is_file())
}

fn from_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|program| program.is_file())
}

fn existing(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.is_file())
}
