//! `advisories`: whether a crate or an npm package that we use has a known hole, or was withdrawn by its author.
//!
//! Three are asked: RustSec's database of advisories, the index of crates.io for withdrawn ("yanked") versions, and the
//! npm registry. Anything found fails. Who cannot be reached, from a train or behind a mirror without advisories,
//! is named in one line and counts as skipped: it must not decide about a change that has nothing to do with it.
//!
//! "Nothing found" is only worth something from a check that can find. So the first question is always about a made-up
//! advisory for a crate that we do use, and the step fails when that one is missed.

use super::count::Counts;
use crate::run::Run;
use crate::{Outcome, place, say, tools};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where cargo-deny gets its database from when nothing else is said.
const DATABASE: &str = "https://github.com/RustSec/advisory-db";

/// What is asked instead, when this variable is set: anything that git can clone, with a branch `main`.
const VARIABLE: &str = "ADVISORY_DB";

/// How long one question may take.
const LIMIT: Duration = Duration::from_secs(120);

/// A crate that is in our lock file as long as there is a page.
const OURS: &str = "wasm-bindgen";

/// A name that no crate can have, since registries want a letter first.
const NOBODYS: &str = "0-nobodys";

const PASSED: Counts = Counts { passed: 1, failed: 0, skipped: 0 };
const FAILED: Counts = Counts { passed: 0, failed: 1, skipped: 0 };
const SKIPPED: Counts = Counts { passed: 0, failed: 0, skipped: 1 };

/// What came of one question.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Clean,
    /// All that was said about it.
    Found(String),
    /// Why not, in one line.
    Unreachable(String),
}

/// The step.
///
/// # Errors
/// When something could not be asked for a reason of ours: a tool is missing, a lock file is broken.
pub(super) fn check() -> Outcome<Counts> {
    let mut counts = crates(&tools::cargo_deny()?)?;
    counts += packages()?;
    Ok(counts)
}

fn crates(deny: &Path) -> Outcome<Counts> {
    match ask_deny(deny, "made-up", Some(&made_up(OURS)?))? {
        Answer::Found(text) if text.contains(OURS) => {}
        other => return Err(format!("a made-up advisory for {OURS} was not found: {other:?}")),
    }
    let mut counts = PASSED;
    // cargo-deny believes the copy of the index that cargo keeps; this brings the copy up to date.
    let index = Run::cargo().args(["update", "--dry-run", "--quiet"]).within(LIMIT)?;
    if !index.is_some_and(|(_, well)| well) {
        say::line("skipped: the index of crates.io is not to be had; withdrawn versions are those of the last time");
        counts += SKIPPED;
    }
    let given = std::env::var_os(VARIABLE).map(PathBuf::from);
    let answer = match &given {
        Some(database) => ask_deny(deny, "given", Some(&address(database)))?,
        None => ask_deny(deny, "rustsec", None)?,
    };
    match (answer, given) {
        (Answer::Unreachable(reason), Some(database)) => Err(format!("{VARIABLE}={}: {reason}", database.display())),
        (Answer::Unreachable(reason), None) => {
            say::line(&format!("skipped: advisories about crates. {reason} {VARIABLE} may name a copy of {DATABASE}."));
            counts += SKIPPED;
            // Withdrawn versions need no database, but cargo-deny does.
            let answer = ask_deny(deny, "none", Some(&made_up(NOBODYS)?))?;
            counts += tell("withdrawn versions of crates", answer);
            Ok(counts)
        }
        (answer, _) => {
            counts += tell("advisories about crates, and withdrawn versions", answer);
            Ok(counts)
        }
    }
}

/// One line for a clean answer, everything for a finding.
fn tell(about: &str, answer: Answer) -> Counts {
    match answer {
        Answer::Clean => {
            say::line(&format!("none: {about}"));
            PASSED
        }
        Answer::Found(text) => {
            println!("{text}");
            say::line(&format!("found: {about}"));
            FAILED
        }
        Answer::Unreachable(reason) => {
            say::line(&format!("skipped: {about}. {reason}"));
            SKIPPED
        }
    }
}

/// Asks cargo-deny with RustSec's database, or with the one at `database` in its place. Each `name` keeps its own copy,
/// so that a made-up advisory never gets among the true ones.
fn ask_deny(deny: &Path, name: &str, database: Option<&str>) -> Outcome<Answer> {
    let folder = place::work().join("advisories").join(name);
    if database.is_some() {
        // It may be another one than the last time.
        let _ = fs::remove_dir_all(&folder);
    }
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", place::short(&folder)))?;
    let rules = folder.join("deny.toml");
    let ours = fs::read_to_string(place::root().join("deny.toml")).map_err(|error| format!("deny.toml: {error}"))?;
    let heading = "[advisories]\n";
    if !ours.contains(heading) {
        return Err("deny.toml has no [advisories]".to_string());
    }
    let moved = ours.replacen(heading, &format!("{heading}db-path = '{}'\n", folder.join("databases").display()), 1);
    fs::write(&rules, moved).map_err(|error| format!("{}: {error}", place::short(&rules)))?;
    let mut run = Run::new(deny)
        .args(["--color", "never", "--workspace", "--config"])
        .arg(&rules)
        .args(["check", "advisories"])
        // git asks nobody and gives up on a line that has gone silent.
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
        .env("GIT_HTTP_LOW_SPEED_TIME", "20");
    if let Some(database) = database {
        // cargo-deny takes no path; git does, under the name of the address.
        run = run
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", format!("url.{database}.insteadOf"))
            .env("GIT_CONFIG_VALUE_0", DATABASE);
    }
    of_deny(run.within(LIMIT)?)
}

/// An address as git wants it.
fn address(database: &Path) -> String {
    match database.canonicalize() {
        Ok(path) => format!("file://{}", path.display()),
        Err(_) => database.display().to_string(),
    }
}

/// A database with one advisory, about every version of a crate.
fn made_up(package: &str) -> Outcome<String> {
    let folder = place::work().join("advisories/source").join(package);
    let advisories = folder.join("crates").join(package);
    let text = format!(
        "```toml\n[advisory]\nid = \"RUSTSEC-2026-9999\"\npackage = \"{package}\"\ndate = \"2026-01-01\"\n\n\
         [versions]\npatched = []\n```\n\n# Made up, to see that the check finds something\n\nNothing is wrong with it.\n"
    );
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&advisories)
        .and_then(|()| fs::write(advisories.join("RUSTSEC-2026-9999.md"), text))
        .map_err(|error| format!("{}: {error}", place::short(&folder)))?;
    let git =
        || Run::new("git").folder(&folder).args(["-c", "user.name=nobody", "-c", "user.email=nobody@example.org"]);
    git().args(["init", "--quiet", "--initial-branch=main"]).capture()?;
    git().args(["add", "."]).capture()?;
    git().args(["-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--message=Made up"]).capture()?;
    Ok(address(&folder))
}

/// Reads what cargo-deny said.
fn of_deny(ended: Option<(String, bool)>) -> Outcome<Answer> {
    let Some((text, well)) = ended else { return Ok(late("cargo-deny")) };
    if well && text.contains("advisories ok") {
        return Ok(Answer::Clean);
    }
    if text.contains("advisories FAILED") {
        return Ok(Answer::Found(text));
    }
    // git says this of every failure on the way: no such host, no route, a proxy that refuses.
    let reason = text.lines().find(|line| line.contains("unable to access") || line.contains("Operation too slow"));
    match reason {
        Some(line) if text.contains("failed to fetch advisory database") => Ok(Answer::Unreachable(sentence(line))),
        _ => Err(format!("cargo-deny could not look for advisories:\n{text}")),
    }
}

/// `npm audit` for what we build and test with, and for what a shop may copy. The peers of the benchmarks are left out:
/// nobody but the one who measures installs them.
fn packages() -> Outcome<Counts> {
    let mut counts = Counts::default();
    for (folder, left_out) in locks()? {
        let run = Run::new("npm")
            .args(["audit", "--package-lock-only", "--audit-level=high", "--fetch-retries=1", "--fetch-timeout=20000"])
            .args(left_out)
            .folder(&folder);
        let answer = of_npm(run.within(LIMIT)?)?;
        let unreachable = matches!(answer, Answer::Unreachable(_));
        let lock = place::short(&folder.join("package-lock.json"));
        counts += tell(&format!("advisories about npm packages in {lock}"), answer);
        if unreachable {
            say::line("The same registry would be asked about the others.");
            break;
        }
    }
    Ok(counts)
}

/// The folders with a lock file, each with what of it is not asked about.
fn locks() -> Outcome<Vec<(PathBuf, &'static [&'static str])>> {
    let root = place::root();
    let examples = root.join("examples");
    let mut folders: Vec<PathBuf> = fs::read_dir(&examples)
        .map_err(|error| format!("examples: {error}"))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join("package-lock.json").exists())
        .collect();
    folders.sort();
    // Our own tools run where releases are made, so all of them are asked about; of an example what a shop would run.
    let ours: &[&str] = &[];
    let theirs: &[&str] = &["--omit=dev"];
    let mut locks = vec![(root.clone(), ours), (root.join("tests/hub"), ours)];
    locks.extend(folders.into_iter().map(|folder| (folder, theirs)));
    Ok(locks)
}

/// Reads what `npm audit` said. What is below the level that we asked for is told in a clean answer too.
fn of_npm(ended: Option<(String, bool)>) -> Outcome<Answer> {
    let Some((text, well)) = ended else { return Ok(late("npm")) };
    let counted = text.lines().any(|line| line.contains("vulnerabilit"));
    if counted && !text.contains("npm error") {
        return Ok(if well { Answer::Clean } else { Answer::Found(text) });
    }
    if !well && text.contains("audit endpoint returned an error") {
        let reason = text.lines().find_map(|line| line.strip_prefix("npm warn audit "));
        return Ok(Answer::Unreachable(sentence(reason.unwrap_or("The registry refuses"))));
    }
    Err(format!("`npm audit` neither found nor cleared:\n{text}"))
}

fn late(who: &str) -> Answer {
    Answer::Unreachable(format!("{who} got no answer in {} s.", LIMIT.as_secs()))
}

fn sentence(line: &str) -> String {
    format!("{}.", line.trim().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HOLE: &str = include_str!("recorded/deny-found.txt");
    const YANKED: &str = include_str!("recorded/deny-yanked.txt");
    const NO_HOST: &str = include_str!("recorded/deny-no-host.txt");
    const NPM_FOUND: &str = include_str!("recorded/npm-found.txt");
    const NPM_LOW: &str = include_str!("recorded/npm-low.txt");
    const NPM_REFUSED: &str = include_str!("recorded/npm-refused.txt");
    const NPM_NO_HOST: &str = include_str!("recorded/npm-no-host.txt");

    fn ended(text: &str, well: bool) -> Option<(String, bool)> {
        Some((text.to_string(), well))
    }

    #[test]
    fn a_hole_and_a_withdrawn_version_are_found() {
        assert_eq!(of_deny(ended(HOLE, false)), Ok(Answer::Found(HOLE.to_string())));
        assert_eq!(of_deny(ended(YANKED, false)), Ok(Answer::Found(YANKED.to_string())));
        assert_eq!(of_npm(ended(NPM_FOUND, false)), Ok(Answer::Found(NPM_FOUND.to_string())));
    }

    #[test]
    fn nothing_found_is_clean() {
        assert_eq!(of_deny(ended("advisories ok\n", true)), Ok(Answer::Clean));
        assert_eq!(of_npm(ended("found 0 vulnerabilities\n", true)), Ok(Answer::Clean));
        assert_eq!(of_npm(ended(NPM_LOW, true)), Ok(Answer::Clean));
    }

    #[test]
    fn who_cannot_be_reached_is_named() {
        let Answer::Unreachable(reason) = of_deny(ended(NO_HOST, false)).unwrap() else { panic!("not reachable") };
        assert!(reason.contains("Could not resolve host: github.com"), "{reason}");
        for text in [NPM_REFUSED, NPM_NO_HOST] {
            let Answer::Unreachable(reason) = of_npm(ended(text, false)).unwrap() else { panic!("not reachable") };
            assert!(reason.contains("405 Method Not Allowed") || reason.contains("ENOTFOUND"), "{reason}");
        }
        assert!(matches!(of_deny(None), Ok(Answer::Unreachable(_))));
        assert!(matches!(of_npm(None), Ok(Answer::Unreachable(_))));
    }

    #[test]
    fn a_check_that_could_not_look_is_not_clean() {
        for text in
            ["", "[ERROR] failed to validate configuration file deny.toml", "failed to load advisory database: …"]
        {
            assert!(of_deny(ended(text, false)).is_err(), "{text}");
            assert!(of_deny(ended(text, true)).is_err(), "{text}");
        }
        let moved =
            "failed to fetch advisory database\nfatal: repository 'https://github.com/RustSec/advisory-db' not found";
        assert!(of_deny(ended(moved, false)).is_err());
        let no_lock = "npm error code ENOLOCK\nnpm error audit This command requires an existing lockfile.";
        assert!(of_npm(ended(no_lock, false)).is_err());
        assert!(of_npm(ended("", true)).is_err());
    }
}
