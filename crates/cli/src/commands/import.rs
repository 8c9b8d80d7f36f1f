//! `wellmet import`: customers and their orders, into the hub.

use super::build::{day, read};
use super::value::{bad_parameters, models};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::orders::{Log, Mapping, Settled, records};
use crate::rows::Report;
use crate::value::{add_facts, customers, date, purchases, scores};
use serde::Serialize;
use std::path::{Path, PathBuf};
use wellmet_engine::record::Record;
use wellmet_engine::time::{Day, Span};
use wellmet_hub::ImportError;
use wellmet_hub::store::address::Address;

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
    /// The hub's keyring, for a hub that runs with one.
    #[arg(long, value_name = "DIR|ADDRESS")]
    keyring: Option<Address>,
    /// Read and report, write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Move the whole log so that its last order falls on this day (2024-05-31).
    #[arg(long, value_parser = day)]
    shift_to: Option<wellmet_engine::time::Day>,
    /// Also put what each customer is worth into her record (class, chance to be there, next order …), as
    /// `wellmet value` prints it: facts for segments, status and triggers, in hub and page alike.
    #[arg(long)]
    value: bool,
    /// Score with the parameters of this JSON file instead of fitting.
    #[arg(long, requires = "value")]
    parameters: Option<PathBuf>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Valued>,
    dry_run: bool,
    /// Customers left out because they asked to be forgotten.
    erased: usize,
    log: Report,
}

/// What was put into the records.
#[derive(Serialize)]
struct Valued {
    formula: &'static str,
    as_of: String,
    /// Facts that the log itself brings under the same name; they keep the log's value.
    kept: usize,
}

fn add_value(log: &Log, records: &mut [Record], parameters: Option<&Path>) -> Outcome<Valued> {
    let purchases = purchases(log, false);
    let as_of = Day(log.end().0.div_euclid(Span::DAY.0));
    let known = customers(&purchases, as_of);
    let (parameters, buying, _) = models(parameters, &known)?;
    let (buying_model, spending) = parameters.models().ok_or_else(bad_parameters)?;
    let scores = scores(&known, as_of, &buying_model, spending.as_ref());
    let as_of = date(as_of);
    let kept = add_facts(records, &scores, &as_of);
    Ok(Valued { formula: buying.formula, as_of, kept })
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
    let (mut records, settled) = records(&log);
    let valued = if args.value { Some(add_value(&log, &mut records, args.parameters.as_deref())?) } else { None };
    let mut summary = Summary {
        customers: records.len(),
        orders: records.iter().map(|record| u64::from(record.order_count)).sum(),
        spent_minor: records.iter().map(|record| record.spent_minor).sum(),
        currency: log.currency.code().to_owned(),
        settled,
        value: valued,
        dry_run: args.dry_run,
        erased: 0,
        log: log.report,
    };
    if let (false, Some(data)) = (args.dry_run, &args.data) {
        let working = console.spinner("writing customers");
        std::fs::create_dir_all(data).map_err(|error| Failure::io(data, &error))?;
        let imported = wellmet_hub::import(data, args.keyring.as_ref(), records);
        working.finish_and_clear();
        let place = data.display().to_string();
        let imported = imported.map_err(|error| match error {
            ImportError::Store(error) => super::hub::unusable(&error, &place),
            error => Failure::new("hub-data", error.to_string()).at(place),
        })?;
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
    if let Some(Valued { formula, as_of, kept }) = &summary.value {
        console.say(format_args!("what each is worth by {formula} as of {as_of}; {kept} facts of the log kept"));
    }
    let done = if summary.dry_run { "would be imported" } else { "imported" };
    console.say(format_args!("{} customers with {} orders {done}", summary.customers, summary.orders));
    if summary.erased > 0 {
        console.say(format_args!("{} customers who asked to be forgotten were left out", summary.erased));
    }
    Ok(())
}
