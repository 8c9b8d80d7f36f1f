//! `wellmet schema`: the JSON Schema of the shop file.

use crate::console::Console;
use crate::failure::Outcome;
use crate::shop;

/// Print the JSON Schema of the shop file, for editors.
#[derive(clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// None that can be expected.
pub fn run(_: &Args, console: &Console) -> Outcome {
    console.json(&shop::schema::schema())
}
