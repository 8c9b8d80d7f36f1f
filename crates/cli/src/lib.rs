//! The `wellmet` command: builds books, imports orders, checks and explains shop files.
//!
//! Each command is one file in [`commands`] with its arguments and a `run`. What several commands
//! share has a room of its own: [`rows`] reads tables in any form, [`orders`] order logs, [`visits`] click
//! logs; [`catalogue`] makes products of them, [`index`] makes neighbour tables.
//!
//! Errors are [`Failure`](failure::Failure)s: a stable code, the place, and what to do about it.

pub mod aggregates;
pub mod bookdir;
pub mod catalogue;
pub mod commands;
pub mod console;
pub mod evaluate;
pub mod failure;
pub mod index;
pub mod orders;
pub mod report;
pub mod rows;
pub mod shop;
pub mod simulate;
pub mod value;
pub mod visits;

use clap::Parser;
use console::{Console, Format};

#[derive(Parser)]
#[command(name = "wellmet", version, about = "Personalization that runs in the shopper's browser.")]
struct Cli {
    /// How to print results.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    #[command(subcommand)]
    command: commands::Command,
}

/// Runs the command line. Status 0 when all went well, 1 for a failure, 2 for wrong arguments.
#[must_use]
pub fn main() -> std::process::ExitCode {
    let cli = Cli::parse();
    let console = Console::new(cli.format);
    match cli.command.run(&console) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            console.failure(&failure);
            std::process::ExitCode::FAILURE
        }
    }
}
