//! `cargo xtask …`: everything one does to this project besides editing it.
//!
//! Each command checks for the tools it needs first, installs what it can and otherwise names the missing thing with
//! the command that installs it. Nothing here is linked into the product. Only the standard library is used, so that
//! the first run on a fresh machine starts at once.
//!
//! Enter at [`COMMANDS`]; each command is one module with a `run` function.

// A task runner talks on standard output; that is its job.
#![allow(clippy::print_stdout)]

mod bench;
mod build;
mod demo;
mod place;
mod run;
mod say;
mod sizes;
mod stamp;
mod test;
mod tools;

use std::process::ExitCode;

/// What every step returns: a value, or a sentence that says what to do.
type Outcome<T> = Result<T, String>;

struct Task {
    name: &'static str,
    about: &'static str,
    options: &'static [(&'static str, &'static str)],
    run: fn(&[String]) -> Outcome<()>,
}

const COMMANDS: &[Task] = &[
    Task {
        name: "demo",
        about: "build everything, start the hub and the demo shop, print the address",
        options: &[
            ("--port N", "port of the shop (default 8080; the next free one is taken when it is in use)"),
            ("--no-open", "do not open a browser window"),
        ],
        run: demo::run,
    },
    Task {
        name: "test",
        about: "all that continuous integration runs; the last line is `N passed, N failed`",
        options: &[
            ("--only A,B", "only the steps whose names start with these"),
            ("--list", "name the steps and stop"),
        ],
        run: test::run,
    },
    Task {
        name: "build",
        about: "the browser SDK: wasm, glue and the npm package, into dist/",
        options: &[("--force", "rebuild although nothing changed")],
        run: build::run,
    },
    Task {
        name: "sizes",
        about: "raw, gzip and brotli size of every shipped file and of the first load, and what each crate costs",
        options: &[
            ("--format json", "one JSON document instead of tables"),
            ("--functions N", "also the N largest functions of the module"),
        ],
        run: sizes::run,
    },
    Task {
        name: "bench",
        about: "one benchmark of `benches/`, our code and its peers side by side in one run: `bench NAME`",
        options: &[
            ("--list", "name the benchmarks and stop"),
            ("--format json", "rows `{name, ours, peers, ratio, unit}` instead of tables"),
            ("-- …", "anything after this goes to the benchmark itself"),
        ],
        run: bench::run,
    },
    Task {
        name: "setup",
        about: "only check for the tools, and install what is missing",
        options: &[],
        run: tools::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(name) = arguments.first() else {
        help();
        return ExitCode::FAILURE;
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        help();
        return ExitCode::SUCCESS;
    }
    let Some(task) = COMMANDS.iter().find(|task| task.name == name) else {
        eprintln!("There is no `cargo xtask {name}`.\n");
        help();
        return ExitCode::FAILURE;
    };
    match (task.run)(&arguments[1..]) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\n{}: {message}", say::bad("error"));
            ExitCode::FAILURE
        }
    }
}

fn help() {
    println!("cargo xtask COMMAND\n");
    for task in COMMANDS {
        println!("  {:<8}{}", task.name, task.about);
        for (option, about) in task.options {
            println!("    {option:<16}{about}");
        }
    }
}

/// The value after `name`, from `--name value` or `--name=value`.
///
/// # Errors
/// When the option stands last without a value.
fn option<'a>(arguments: &'a [String], name: &str) -> Outcome<Option<&'a str>> {
    for (position, argument) in arguments.iter().enumerate() {
        if argument == name {
            return match arguments.get(position + 1) {
                Some(value) => Ok(Some(value)),
                None => Err(format!("{name} needs a value")),
            };
        }
        if let Some(value) = argument.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// Whether the bare option is present.
fn flag(arguments: &[String], name: &str) -> bool {
    arguments.iter().any(|argument| argument == name)
}

/// Refuses words that a command does not know, so that a mistyped option is not silently ignored.
fn known_options(arguments: &[String], with_value: &[&str], bare: &[&str]) -> Outcome<()> {
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let name = argument.split('=').next().unwrap_or(argument);
        if with_value.contains(&name) {
            if name == argument {
                rest.next();
            }
        } else if !bare.contains(&argument.as_str()) {
            return Err(format!("unknown option {argument}; see `cargo xtask help`"));
        }
    }
    Ok(())
}
