//! `wellmet check`: every mistake of a shop file, at its line, with the fix.

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::shop::{self, diagnostic::Severity};
use std::path::PathBuf;

/// Check a shop file: form and meaning, all findings in one run.
#[derive(clap::Args)]
pub struct Args {
    /// The shop file.
    #[arg(default_value = "wellmet.json")]
    file: PathBuf,
    /// Let warnings fail the check too.
    #[arg(long)]
    strict: bool,
}

/// Runs the command.
///
/// # Errors
/// `check-failed` when there is an error, or a warning that counts as one.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let text = std::fs::read_to_string(&args.file).map_err(|error| Failure::io(&args.file, &error))?;
    let findings = shop::read(&args.file.display().to_string(), &text).findings;
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if console.json_wanted() {
        console.json(&findings)?;
    } else {
        findings.iter().for_each(|finding| console.say(finding));
        if findings.is_empty() {
            console.say(format_args!("{}: nothing to complain about", args.file.display()));
        }
    }
    if errors > 0 || (args.strict && warnings > 0) {
        return Err(Failure::new(
            "check-failed",
            format!("{} and {}", counted(errors, "error"), counted(warnings, "warning")),
        ));
    }
    Ok(())
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
