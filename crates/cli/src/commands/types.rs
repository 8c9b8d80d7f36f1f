//! `wellmet types`: TypeScript declarations with the shop's own names.

use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::shop;
use std::path::PathBuf;

/// Print TypeScript declarations with the names of a shop file, for editors and for `tsc`.
#[derive(clap::Args)]
pub struct Args {
    /// The shop file.
    #[arg(default_value = "wellmet.json")]
    file: PathBuf,
    /// Write them here instead, such as src/wellmet-shop.d.ts.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// The first mistake of the shop file; a file that cannot be written.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let shop = shop::load(&args.file)?;
    let name = args.file.file_name().map_or_else(|| "wellmet.json".into(), |name| name.to_string_lossy().into_owned());
    let text = shop::types::declarations(&shop, &name)
        .map_err(|_| Failure::new("too-many-rules", "the shop file has too many rules"))?;
    if let Some(path) = &args.out {
        std::fs::write(path, text).map_err(|error| Failure::io(path, &error))?;
        return if console.json_wanted() { console.json(&serde_json::json!({ "file": path })) } else { Ok(()) };
    }
    if console.json_wanted() {
        return console.json(&serde_json::json!({ "declarations": text }));
    }
    console.say(text.trim_end());
    Ok(())
}
