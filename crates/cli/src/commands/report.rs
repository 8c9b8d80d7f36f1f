//! `wellmet report`: what an order log says of the shop's customers, each table with its definition.

use super::build::read;
use crate::console::Console;
use crate::failure::Outcome;
use crate::orders::Mapping;
use crate::report::{self, Table};
use serde::Serialize;
use std::path::PathBuf;

/// Report on customers: kinds of them, channels by later value, intervals, baskets, what is bought together.
#[derive(clap::Args)]
pub struct Args {
    /// The order log: CSV, JSON Lines, a JSON array or Parquet, also gzipped.
    #[arg(long)]
    orders: PathBuf,
    /// The mapping file, which says what the columns mean.
    #[arg(long)]
    mapping: PathBuf,
    /// Facts of the mapping by which customers are compared ("first": { "channel": "utm_source" }).
    #[arg(long, value_delimiter = ',', default_value = "channel,device")]
    by: Vec<String>,
    /// Most kinds of customers.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=20))]
    personas: u8,
    /// Different people who must have made a pair.
    #[arg(long, default_value_t = 5)]
    least_people: usize,
    /// Leave out rows that cannot be read, and count them, instead of stopping at the first.
    #[arg(long)]
    keep_going: bool,
}

#[derive(Serialize)]
struct Report {
    as_of: String,
    customers: usize,
    orders: usize,
    personas: Table<report::Persona>,
    channels: Vec<Table<report::Channel>>,
    intervals: Table<report::Interval>,
    baskets: Table<report::Basket>,
    weekdays: Table<report::Moment>,
    pairs: Table<report::Pair>,
}

/// Pairs that are listed.
const PAIRS: usize = 20;

/// Runs the command.
///
/// # Errors
/// A [`Failure`](crate::failure::Failure) with file, row, column and fix where input is at fault.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let log = read(&args.orders, &Mapping::load(&args.mapping)?, args.keep_going, None, console)?;
    let working = console.spinner("counting");
    let people = report::People::of(&log);
    let known = |fact: &&String| people.people.iter().any(|person| !person.fact(fact).is_empty());
    let facts: Vec<&str> = args.by.iter().filter(known).map(String::as_str).collect();
    let made = Report {
        as_of: crate::value::date(people.as_of),
        customers: people.people.len(),
        orders: log.orders.len(),
        personas: report::personas(&people, &facts, usize::from(args.personas)),
        channels: facts.iter().map(|fact| report::channels(&people, fact)).collect(),
        intervals: report::intervals(&people),
        baskets: report::baskets(&log),
        weekdays: report::weekdays(&log),
        pairs: report::pairs(&log, args.least_people, PAIRS),
    };
    working.finish_and_clear();
    if console.json_wanted() { console.json(&made) } else { print(&made, &facts, console) }
}

fn print(made: &Report, facts: &[&str], console: &Console) -> Outcome {
    let Report { as_of, customers, orders, .. } = made;
    let title = |title: &str, definition: &str| {
        console.say("");
        console.say(title.to_uppercase());
        console.say(format_args!("  {definition}."));
    };
    console.say(format_args!("{customers} customers, {orders} orders, as of {as_of}"));
    title("kinds of customers", &made.personas.definition);
    for persona in &made.personas.rows {
        console.say(format_args!(
            "  {:6} customers ({:4.1} %), {:4.1} % of the money; medians: {} order days, {:.2} spent, {} days since{}",
            persona.customers,
            persona.share * 100.0,
            persona.of_spent * 100.0,
            persona.orders,
            persona.spent,
            persona.days_since,
            persona.rhythm.map_or(String::new(), |days| format!(", every {days} days"))
        ));
        console.say(format_args!("         {}   such as {}", persona.rule, persona.examples.join(", ")));
    }
    for (fact, table) in facts.iter().zip(&made.channels) {
        title(fact, &table.definition);
        console.say(format_args!(
            "  {:24} {:>9} {:>7} {:>10} {:>10} {:>7} {:>10}",
            "", "customers", "orders", "spent", "median", "again", "expected"
        ));
        for row in &table.rows {
            let again = if row.asked == 0 { "-".into() } else { format!("{:.1} %", row.again * 100.0) };
            let expected = row.expected.map_or("-".into(), |expected| format!("{expected:.2}"));
            console.say(format_args!(
                "  {:24} {:9} {:7.2} {:10.2} {:10.2} {again:>7} {expected:>10}",
                row.channel, row.customers, row.orders, row.spent, row.spent_median
            ));
        }
    }
    if facts.is_empty() {
        console.say("\nno channels: name columns in the mapping, such as \"first\": { \"channel\": \"utm_source\" }");
    }
    title("intervals", &made.intervals.definition);
    for row in &made.intervals.rows {
        let to = row.to.map_or("and more".into(), |to| format!("to {to}"));
        console.say(format_args!(
            "  {:>4} {to:8} days {:7} customers {:5.1} %",
            row.from,
            row.customers,
            row.share * 100.0
        ));
    }
    title("baskets", &made.baskets.definition);
    console.say(format_args!("  {:10} {:>10} {:>10} {:>10} {:>10} {:>10}", "", "mean", "25 %", "50 %", "75 %", "90 %"));
    for row in &made.baskets.rows {
        let report::Spread { quarter, half, three_quarters, nine_tenths } = row.spread;
        console.say(format_args!(
            "  {:10} {:10.2} {quarter:10.2} {half:10.2} {three_quarters:10.2} {nine_tenths:10.2}",
            row.of, row.mean
        ));
    }
    title("days", &made.weekdays.definition);
    for row in &made.weekdays.rows {
        console.say(format_args!("  {:10} {:8} {:5.1} %", row.weekday, row.orders, row.share * 100.0));
    }
    title("bought together", &made.pairs.definition);
    for row in &made.pairs.rows {
        console.say(format_args!(
            "  {:6} orders, share {:4.1} %, lift {:6.1}   {} + {}",
            row.orders,
            row.share * 100.0,
            row.lift,
            row.one,
            row.other
        ));
    }
    Ok(())
}
