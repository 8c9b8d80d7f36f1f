//! `wellmet explain`: why a customer sees what she sees.

use crate::bookdir;
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::orders::{self, Mapping, Reading, records};
use crate::shop::compile::{Target, compile, moment};
use crate::shop::persona::{Examples, Persona, Shopper, Where};
use crate::shop::shelf::NoShelf;
use crate::shop::{self};
use serde::Serialize;
use std::path::PathBuf;
use wellmet_engine::decide::{Decision, explain};
use wellmet_engine::host::Native;
use wellmet_engine::reason::Reason;
use wellmet_engine::shelf::{Lookup, Shelf};
use wellmet_engine::time::Instant;
use wellmet_engine::value::{Value, View};

/// Explain what a customer sees in a slot at a moment, and why nothing that came first.
#[derive(clap::Args)]
pub struct Args {
    /// The shop file.
    #[arg(long, default_value = "wellmet.json")]
    shop: PathBuf,
    /// The customer: a name of the examples, or the shop's id in the order log. Somebody unknown if it
    /// is left out.
    #[arg(long)]
    customer: Option<String>,
    /// A file of example customers.
    #[arg(long, default_value = "wellmet.test.json")]
    examples: PathBuf,
    /// The order log to take the customer from instead.
    #[arg(long, requires = "mapping")]
    orders: Option<PathBuf>,
    /// What the columns of the order log mean.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// The slot; all of them if it is left out.
    #[arg(long)]
    slot: Option<String>,
    /// The moment, such as 2026-03-01T09:30 (UTC); now if it is left out.
    #[arg(long)]
    at: Option<String>,
    /// The book, for slots with items.
    #[arg(long)]
    book: Option<PathBuf>,
    /// Kind of the page: home, list, product, cart, checkout, other.
    #[arg(long, default_value = "home")]
    page: String,
    /// Item of the page.
    #[arg(long, default_value = "")]
    item: String,
}

/// One slot's trace.
#[derive(Serialize)]
pub(super) struct Trace {
    pub(super) slot: String,
    pub(super) choice: String,
    pub(super) reason: Why,
    pub(super) text: String,
    pub(super) fields: serde_json::Map<String, serde_json::Value>,
    pub(super) items: Vec<Shown>,
    pub(super) refused: Vec<Refused>,
}

#[derive(Serialize)]
pub(super) struct Why {
    pub(super) code: &'static str,
    pub(super) args: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) because: &'static str,
}

#[derive(Serialize)]
pub(super) struct Refused {
    pub(super) choice: String,
    pub(super) reason: Why,
}

/// Runs the command.
///
/// # Errors
/// A shop file with an error, an unknown customer or slot, input that cannot be read.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let file = shop::load(&args.shop)?;
    let table =
        compile(&file, Target::Hub).map_err(|_| Failure::new("too-many-rules", "the shop file has too many rules"))?;
    let now = match &args.at {
        Some(text) => moment(text).ok_or_else(|| {
            Failure::new("wrong-form", format!("{text:?} is no moment")).fix("write it like 2026-03-01T09:30")
        })?,
        None => now(),
    };
    let page = Where { kind: args.page.clone(), item: args.item.clone(), category: String::new() };
    let shopper = match (&args.orders, &args.customer) {
        (Some(orders), Some(customer)) => from_log(orders, args.mapping.as_deref(), customer, now, page, console)?,
        (_, customer) => from_examples(&args.examples, customer.as_deref(), now, page, table.currency)?,
    };
    let book = args.book.as_deref().map(bookdir::open).transpose()?;
    let shelf: &dyn Shelf = match &book {
        Some(book) => book,
        None => &NoShelf,
    };
    let names: Vec<&str> = match &args.slot {
        Some(slot) => vec![slot],
        None => table.slots.iter().map(|slot| slot.name.as_str()).collect(),
    };
    let host = Native::new();
    let traces: Vec<Trace> = shopper.facts(|facts| {
        explain(&table, facts, shelf, &host, &names).decisions.iter().map(|decision| trace(decision, shelf)).collect()
    });
    if let Some(unknown) = traces.iter().find(|trace| trace.reason.code == "unknown-slot") {
        let names = table.slots.iter().map(|slot| slot.name.as_str());
        let near = shop::diagnostic::nearest(&unknown.slot, names.clone());
        let fix = near.map_or_else(
            || format!("slots: {}", names.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        return Err(Failure::new("unknown-slot", format!("there is no slot {:?}", unknown.slot)).fix(fix));
    }
    if console.json_wanted() {
        return console.json(&traces);
    }
    traces.iter().for_each(|trace| print(trace, console));
    Ok(())
}

fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Instant(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

fn from_log(
    path: &std::path::Path,
    mapping: Option<&std::path::Path>,
    customer: &str,
    now: Instant,
    page: Where,
    console: &Console,
) -> Outcome<Shopper> {
    let mapping =
        mapping.ok_or_else(|| Failure::new("no-mapping", "the order log needs a mapping").fix("add --mapping"))?;
    let mapping = Mapping::load(mapping)?;
    let progress = console.progress("reading orders", 0);
    let log =
        orders::read_file(path, &mapping, &Reading { keep_going: true, progress: Some(progress.clone()), now: None });
    progress.finish_and_clear();
    let (records, _) = records(&log?);
    let record = records.into_iter().find(|record| record.customer.as_str() == customer).ok_or_else(|| {
        Failure::new("unknown-customer", format!("the log has no customer {customer:?}")).at(path.display().to_string())
    })?;
    Ok(Shopper::of_record(record, now, page))
}

fn from_examples(
    path: &std::path::Path,
    customer: Option<&str>,
    now: Instant,
    page: Where,
    currency: wellmet_engine::money::Currency,
) -> Outcome<Shopper> {
    let Some(name) = customer else { return Persona::default().at(now, page, currency) };
    let examples = Examples::load(path)?;
    let persona = examples.customers.get(name).ok_or_else(|| {
        let near = shop::diagnostic::nearest(name, examples.customers.keys().map(String::as_str));
        let failure =
            Failure::new("unknown-customer", format!("there is no customer {name:?}")).at(path.display().to_string());
        near.map_or(failure.clone(), |near| failure.fix(format!("did you mean {near:?}?")))
    })?;
    persona.at(now, page, currency)
}

/// A decision in a form that can be printed.
pub(super) fn trace(decision: &Decision<'_>, shelf: &dyn Shelf) -> Trace {
    let items = decision.items.iter().filter_map(|item| match shelf.card(item.item) {
        Lookup::Here(card) => {
            Some(Shown { id: card.id.to_owned(), title: card.title.to_owned(), because: item.because.code() })
        }
        _ => None,
    });
    let mut text = decision.text.to_owned();
    for (name, value) in &decision.args {
        let value = value.view().to_text(&Native::new()).into_owned();
        text = text.replace(&format!("{{{name}}}"), &value);
    }
    Trace {
        slot: decision.slot.to_owned(),
        choice: decision.choice.to_owned(),
        reason: why(&decision.reason),
        text,
        fields: decision.fields.iter().map(|(name, value)| ((*name).to_owned(), json(value.view()))).collect(),
        items: items.collect(),
        refused: decision
            .refused
            .iter()
            .map(|(choice, reason)| Refused { choice: (*choice).to_owned(), reason: why(reason) })
            .collect(),
    }
}

fn why(reason: &Reason) -> Why {
    let args = reason.args().into_iter().map(|(name, value)| (name.to_owned(), json(value.view()))).collect();
    Why { code: reason.code(), args }
}

/// A value as JSON, whole numbers without a fraction.
pub(super) fn json(value: View<'_>) -> serde_json::Value {
    match value {
        View::Null => serde_json::Value::Null,
        View::Bool(is) => is.into(),
        #[allow(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        View::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => (number as i64).into(),
        View::Number(number) => number.into(),
        View::Text(text) => text.into(),
        View::List(items) => items.iter().map(Value::view).map(json).collect(),
        View::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), json(value.view()))).collect(),
    }
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)?;
        for (at, (name, value)) in self.args.iter().enumerate() {
            f.write_str(if at == 0 { " (" } else { ", " })?;
            write!(f, "{name} {value}")?;
        }
        if self.args.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

pub(super) fn print(trace: &Trace, console: &Console) {
    let choice = if trace.choice.is_empty() { "the shop's own content" } else { &trace.choice };
    console.say(format_args!("{}: {choice}", trace.slot));
    console.say(format_args!("  because: {}", trace.reason));
    if !trace.text.is_empty() {
        console.say(format_args!("  she reads: {}", trace.text));
    }
    for (name, value) in &trace.fields {
        console.say(format_args!("  {name} = {value}"));
    }
    for Shown { id, title, because } in &trace.items {
        console.say(format_args!("  item {id} {title} ({because})"));
    }
    for Refused { choice, reason } in &trace.refused {
        let choice = if choice.is_empty() { "default" } else { choice };
        console.say(format_args!("  not {choice}: {reason}"));
    }
}
