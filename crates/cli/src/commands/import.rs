//! `wellmet import`: customers and their orders, into the hub.

use super::build::{day, read};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::orders::{Mapping, Settled, records};
use crate::rows::Report;
use serde::Serialize;
use std::path::PathBuf;

/// Import customers and their orders from an order log into the hub's database.
#[derive(clap::Args)]
pub struct Args {
    /// The order log: CSV, JSON Lines or a JSON array, also gzipped.
    #[arg(long)]
    orders: PathBuf,
    /// The mapping file, which says what the columns mean.
    #[arg(long)]
    mapping: PathBuf,
    /// The hub's data directory.
    #[arg(long, required_unless_present = "dry_run")]
    data: Option<PathBuf>,
    /// Read and report, write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Move the whole log so that its last order falls on this day (2024-05-31).
    #[arg(long, value_parser = day)]
    shift_to: Option<wellmet_engine::time::Day>,
    /// Leave out rows that cannot be read, and count them, instead of stopping at the first.
    #[arg(long)]
    keep_going: bool,
}

#[derive(Serialize)]
struct Summary {
    customers: usize,
    orders: u64,
    spent_minor: i64,
    currency: String,
    settled: Settled,
    dry_run: bool,
    /// Customers left out because they asked to be forgotten.
    erased: usize,
    log: Report,
}

/// Runs the command.
///
/// # Errors
/// A [`Failure`] with file, row, column and fix where input is at fault; the store's own failure.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let mapping = Mapping::load(&args.mapping)?;
    if mapping.customer.is_none() {
        return Err(Failure::new("no-customers", "the mapping names no column for the customer")
            .at(args.mapping.display().to_string())
            .fix("set \"customer\" to the column of the customer's id"));
    }
    let log = read(&args.orders, &mapping, args.keep_going, args.shift_to, console)?;
    let (records, settled) = records(&log);
    let mut summary = Summary {
        customers: records.len(),
        orders: records.iter().map(|record| u64::from(record.order_count)).sum(),
        spent_minor: records.iter().map(|record| record.spent_minor).sum(),
        currency: log.currency.code().to_owned(),
        settled,
        dry_run: args.dry_run,
        erased: 0,
        log: log.report,
    };
    if let (false, Some(data)) = (args.dry_run, &args.data) {
        let working = console.spinner("writing customers");
        std::fs::create_dir_all(data).map_err(|error| Failure::io(data, &error))?;
        let imported = wellmet_hub::import(data, records);
        working.finish_and_clear();
        let imported =
            imported.map_err(|error| Failure::new("hub-data", error.to_string()).at(data.display().to_string()))?;
        summary.erased = imported.erased;
    }
    if console.json_wanted() {
        return console.json(&summary);
    }
    summary.log.lines().into_iter().for_each(|line| console.say(line));
    let Settled { pieces, unmatched, orders_gone, orders_not_carried, lines_not_carried } = summary.settled;
    console.say(format_args!(
        "returns: {pieces} pieces taken off earlier orders ({orders_gone} orders gone), {unmatched} without such an order"
    ));
    if orders_not_carried + lines_not_carried > 0 {
        console.say(format_args!(
            "in the totals only: {orders_not_carried} orders beyond a customer's latest 200, {lines_not_carried} lines beyond an order's first 100"
        ));
    }
    let done = if summary.dry_run { "would be imported" } else { "imported" };
    console.say(format_args!("{} customers with {} orders {done}", summary.customers, summary.orders));
    if summary.erased > 0 {
        console.say(format_args!("{} customers who asked to be forgotten were left out", summary.erased));
    }
    Ok(())
}
