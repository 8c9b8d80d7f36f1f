//! `wellmet simulate`: what a shop file would have done.

use super::build::day;
use crate::bookdir;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::orders::{self, Mapping, Reading, records};
use crate::shop::{
    self,
    compile::{Target, compile},
    shelf::NoShelf,
};
use crate::simulate::{Report, Settings, read_events, replay, report};
use std::collections::HashMap;
use std::path::PathBuf;
use wellmet_engine::shelf::Shelf;
use wellmet_engine::time::{Day, Instant, Span, Zone};

/// Replay an order log and an event log against a shop file: reach, cost, caps, conflicts, holdouts.
#[derive(clap::Args)]
pub struct Args {
    /// The shop file.
    #[arg(long, default_value = "wellmet.json")]
    shop: PathBuf,
    /// The order log. An order stands for a visit where the event log has none.
    #[arg(long)]
    orders: PathBuf,
    /// What its columns mean.
    #[arg(long)]
    mapping: PathBuf,
    /// The event log: JSON Lines of at, customer, kind, item, category.
    #[arg(long)]
    events: Option<PathBuf>,
    /// The book, for slots with items.
    #[arg(long)]
    book: Option<PathBuf>,
    /// First day that counts; a year before the last order if it is left out.
    #[arg(long, value_parser = day)]
    from: Option<Day>,
    /// Last day; that of the last order if it is left out.
    #[arg(long, value_parser = day)]
    until: Option<Day>,
    /// Days after a showing in which an order is counted as following it.
    #[arg(long, default_value_t = 7)]
    window: u16,
    /// Share of those orders that use an offer, for its cost.
    #[arg(long, default_value_t = 1.0)]
    take_up: f64,
    /// A total budget: says which measures fit into it.
    #[arg(long)]
    budget: Option<f64>,
    /// Minutes of the customers' clock east of UTC.
    #[arg(long, default_value_t = 0, allow_hyphen_values = true)]
    zone: i16,
    /// Also draw it, as an SVG file.
    #[arg(long)]
    picture: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A shop file with an error, input that cannot be read, a time that holds nothing.
pub fn run(args: &Args, console: &Console) -> Outcome {
    if !(0.0..=1.0).contains(&args.take_up) {
        return Err(Failure::new("out-of-range", "--take-up is a share").fix("give a number from 0 to 1"));
    }
    let file = shop::load(&args.shop)?;
    let table =
        compile(&file, Target::Hub).map_err(|_| Failure::new("too-many-rules", "the shop file has too many rules"))?;
    let mapping = Mapping::load(&args.mapping)?;
    let progress = console.progress("reading orders", 0);
    let reading = Reading { keep_going: true, progress: Some(progress.clone()), now: None };
    let log = orders::read_file(&args.orders, &mapping, &reading);
    progress.finish_and_clear();
    let log = log?;
    if log.currency != table.currency {
        let message =
            format!("the shop file counts in {}, the order log in {}", table.currency.code(), log.currency.code());
        return Err(Failure::new("other-currency", message).fix("make both the same"));
    }
    let (records, _) = records(&log);
    let events = args.events.as_deref().map(read_events).transpose()?.unwrap_or_default();
    let latest = events.values().flatten().map(|event| event.at).chain([log.end()]).max().unwrap_or(Instant(0));
    let until = args.until.map_or(latest, |day| Day(day.0 + 1).midnight_utc() - Span(1));
    let from = args.from.map_or(until - Span::days(365), Day::midnight_utc);
    if from > until {
        return Err(Failure::new("empty-time", "the first day is after the last").fix("move --from before --until"));
    }
    let known: HashMap<&str, ()> = records.iter().map(|record| (record.customer.as_str(), ())).collect();
    let strangers = events.keys().filter(|customer| !known.contains_key(customer.as_str())).count();
    if strangers > 0 {
        console.note(format_args!("{strangers} customers of the event log have no order, and are left out"));
    }
    let book = args.book.as_deref().map(bookdir::open).transpose()?;
    let shelf: &dyn Shelf = match &book {
        Some(book) => book,
        None => &NoShelf,
    };
    let settings = Settings { from, until, window: Span::days(i64::from(args.window)), zone: Zone::fixed(args.zone) };
    let steps = console.steps("replaying customers", records.len() as u64);
    let replayed = replay(&table, shelf, &records, &events, &settings, || steps.inc(1));
    steps.finish_and_clear();
    let report = report(&file, &table, &replayed, args.take_up, args.budget);
    if let Some(path) = &args.picture {
        std::fs::write(path, report.picture()).map_err(|error| Failure::io(path, &error))?;
    }
    if console.json_wanted() {
        return console.json(&report);
    }
    print(&report, console);
    Ok(())
}

fn print(report: &Report, console: &Console) {
    let Report { customers, visits, orders, revenue, currency, .. } = report;
    console.say(format_args!("{customers} customers, {visits} visits, {orders} orders, {revenue:.2} {currency}\n"));
    console.say(format_args!(
        "{:<28} {:>8} {:>7} {:>8} {:>8} {:>7} {:>9} {:>9} {:>12} {:>12}",
        "measure", "reached", "share", "shown", "eligible", "capped", "conflicts", "orders", "cost", "budget"
    ));
    for measure in &report.measures {
        let conflicts: u64 = measure.conflicts.iter().map(|(_, times)| times).sum();
        let money = |amount: Option<f64>| amount.map_or_else(|| "-".into(), |amount| format!("{amount:.2}"));
        console.say(format_args!(
            "{:<28} {:>8} {:>6.1}% {:>8} {:>8} {:>7} {:>9} {:>9} {:>12} {:>12}",
            measure.name,
            measure.reached,
            measure.reach * 100.0,
            measure.shown,
            measure.eligible,
            measure.capped,
            conflicts,
            measure.orders_after,
            money(measure.cost),
            money(measure.budget),
        ));
    }
    console.say(format_args!(
        "\n{:<28} {:>9} {:>9} {:>10} {:>9} {:>16}",
        "slot", "decisions", "default", "irrelevant", "held out", "detects (points)"
    ));
    for slot in &report.slots {
        let detects = slot.detects.map_or_else(|| "-".into(), |points| format!("{points:.1}"));
        console.say(format_args!(
            "{:<28} {:>9} {:>8.1}% {:>9.1}% {:>9} {:>16}",
            slot.name,
            slot.decisions,
            slot.kept * 100.0,
            slot.irrelevant * 100.0,
            slot.held_out,
            detects,
        ));
    }
    let advised: Vec<_> = report.measures.iter().filter_map(|one| Some((&one.name, one.advice.as_ref()?))).collect();
    if !advised.is_empty() {
        console.say("\nworth a thought:");
    }
    for (name, advice) in advised {
        console.say(format_args!("  {name}: {advice}"));
    }
    for measure in &report.measures {
        if let Some(at) = &measure.used_up {
            console.say(format_args!("  {}: its budget is used up on {at}", measure.name));
        }
    }
    if let Some(plan) = &report.plan {
        console.say(format_args!("\nwithin {:.2} {currency}, best first: {}", plan.budget, plan.within.join(", ")));
        if !plan.refused.is_empty() {
            console.say(format_args!("over it: {}", plan.refused.join(", ")));
        }
    }
}
