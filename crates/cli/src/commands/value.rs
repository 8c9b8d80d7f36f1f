//! `wellmet value`: what each customer is worth, by which formula, as of which day.

use super::build::{day, read};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::orders::{Mapping, TimeFormat};
use crate::rows::{self, Asked};
use crate::value::classes::Class;
use crate::value::{Backtest, Customer, MONTHS, Parameters, Purchase, Score, backtest, customers, date, fit, scores};
use serde::Serialize;
use std::path::{Path, PathBuf};
use wellmet_engine::time::{Day, Span};

/// Score every customer of an order log: expected orders, value, classes, rhythm.
#[derive(clap::Args)]
pub struct Args {
    /// The order log: CSV, JSON Lines or a JSON array, also gzipped.
    orders: PathBuf,
    /// The mapping file, which says what the columns mean.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Without a mapping: the columns that hold customer, day and amount of a purchase.
    #[arg(
        long,
        value_delimiter = ',',
        num_args = 1,
        default_value = "customer,date,value",
        conflicts_with = "mapping"
    )]
    columns: Vec<String>,
    /// The day the figures hold for (2024-05-31); later orders test the models. The log's last day when
    /// left out.
    #[arg(long, value_parser = day)]
    as_of: Option<Day>,
    /// Count what came back as paid.
    #[arg(long, requires = "mapping")]
    gross: bool,
    /// Score with the parameters of this JSON file (as `--format json` prints them) instead of fitting.
    #[arg(long)]
    parameters: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    as_of: String,
    buying: Model,
    spending: Option<Model>,
    parameters: Parameters,
    months: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    backtest: Option<Backtest>,
    customers: Vec<Score>,
}

/// A model and how it came about.
#[derive(Serialize)]
pub(super) struct Model {
    pub(super) formula: &'static str,
    /// `None` when the parameters were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    log_likelihood: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customers: Option<usize>,
}

/// Runs the command.
///
/// # Errors
/// A [`Failure`] with file, row, column and fix where input is at fault; `too-few-customers`.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let purchases = purchases(args, console)?;
    let last = purchases.iter().map(|purchase| purchase.day).max();
    let Some(last) = last else {
        return Err(Failure::new("no-customers", "no row has a customer").at(args.orders.display().to_string()));
    };
    let as_of = args.as_of.unwrap_or(last);
    let working = console.spinner("fitting");
    let known = customers(&purchases, as_of);
    let (parameters, buying, spending) = models(args.parameters.as_deref(), &known)?;
    let (buying_model, spending_model) = parameters.models().ok_or_else(bad_parameters)?;
    let scores = scores(&known, as_of, &buying_model, spending_model.as_ref());
    let weeks = (last.0 - as_of.0) as f64 / 7.0;
    let report = Report {
        as_of: date(as_of),
        buying,
        spending,
        parameters,
        months: MONTHS,
        backtest: (weeks > 0.0).then(|| backtest(&known, &buying_model, weeks)),
        customers: scores,
    };
    working.finish_and_clear();
    if console.json_wanted() {
        console.json(&report)
    } else if console.csv_wanted() {
        print_csv(&report, console)
    } else {
        print(&report, console)
    }
}

pub(super) fn bad_parameters() -> Failure {
    Failure::new("bad-parameters", "the parameters make no model")
        .fix("give r and alpha, with a and b for BG/NBD, with p, q and v for Gamma-Gamma; all above 0, q above 1")
}

pub(super) fn models(given: Option<&Path>, known: &[Customer]) -> Outcome<(Parameters, Model, Option<Model>)> {
    if let Some(path) = given {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::io(path, &error))?;
        let parameters: Parameters = serde_json::from_str(&text).map_err(|error| {
            let place = format!("{}, line {}, column {}", path.display(), error.line(), error.column());
            Failure::new("bad-parameters", error.to_string()).at(place)
        })?;
        let (buying, spending) = parameters.models().ok_or_else(bad_parameters)?;
        let given = |formula| Model { formula, log_likelihood: None, customers: None };
        return Ok((parameters, given(buying.name()), spending.map(|_| given("Gamma-Gamma"))));
    }
    let buying = fit::buying(known).ok_or_else(|| {
        Failure::new("too-few-customers", format!("fewer than {} customers have bought again", fit::FEWEST))
            .fix("give a longer log, or --parameters of a shop like yours")
    })?;
    let spending = fit::spending(known);
    let parameters = Parameters::new(buying.model, spending.map(|fitted| fitted.model));
    let model = |formula, log_likelihood, customers| Model {
        formula,
        log_likelihood: Some(log_likelihood),
        customers: Some(customers),
    };
    Ok((
        parameters,
        model(buying.model.name(), buying.log_likelihood, buying.customers),
        spending.map(|fitted| model("Gamma-Gamma", fitted.log_likelihood, fitted.customers)),
    ))
}

fn purchases(args: &Args, console: &Console) -> Outcome<Vec<Purchase>> {
    let Some(mapping) = &args.mapping else { return from_columns(&args.orders, &args.columns) };
    let log = read(&args.orders, &Mapping::load(mapping)?, false, None, console)?;
    Ok(crate::value::purchases(&log, args.gross))
}

fn from_columns(path: &Path, columns: &[String]) -> Outcome<Vec<Purchase>> {
    if columns.len() != 3 {
        return Err(Failure::new("bad-columns", "three columns are needed").fix("say --columns CUSTOMER,DATE,VALUE"));
    }
    let name = path.display().to_string();
    let wanted: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut purchases = Vec::new();
    let mut format = None;
    rows::read_file(path, &indicatif::ProgressBar::hidden(), &Asked::columns(&wanted), |row, fields| {
        let fields = fields.map_err(|error| error.into_failure(&name))?;
        let [customer, time, amount] = fields else { return Ok(()) };
        let bad = |column: usize, text: &str, what: &str| {
            Failure::new("bad-value", format!("{text:?} is no {what}"))
                .at(format!("{name}, row {row}, column {:?}", columns[column]))
        };
        let format = *format.get_or_insert_with(|| TimeFormat::candidates(&[time]).first().copied());
        let at = format.and_then(|format| format.parse(time, Span(0))).ok_or_else(|| bad(1, time, "date"))?;
        let value: f64 =
            amount.trim().parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(|| bad(2, amount, "number"))?;
        if !customer.is_empty() {
            purchases.push(Purchase { customer: customer.to_string(), day: Day(at.0.div_euclid(Span::DAY.0)), value });
        }
        Ok(())
    })?;
    Ok(purchases)
}

fn print_csv(report: &Report, console: &Console) -> Outcome {
    let mut out = csv::Writer::from_writer(Vec::new());
    let written: Result<(), csv::Error> = report.customers.iter().try_for_each(|score| out.serialize(score));
    let bytes =
        written.map_err(|error| error.to_string()).and_then(|()| out.into_inner().map_err(|error| error.to_string()));
    let bytes = bytes.map_err(|error| Failure::new("csv", error))?;
    console.say(String::from_utf8_lossy(&bytes).trim_end());
    Ok(())
}

/// Customers listed for people; all of them are in CSV and JSON.
const SHOWN: usize = 20;

fn print(report: &Report, console: &Console) -> Outcome {
    let Parameters { r, alpha, a, b, p, q, v } = report.parameters;
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    console.say(format_args!("{} customers as of {}", report.customers.len(), report.as_of));
    console.say(format_args!(
        "{}: r {r:.4}  alpha {alpha:.4}  a {}  b {}  (weeks){}",
        report.buying.formula,
        number(a),
        number(b),
        likelihood(&report.buying)
    ));
    if report.buying.formula == "NBD" && report.buying.log_likelihood.is_some() {
        console.say("  nobody seems ever to leave here (BG/NBD gains nothing), so the chance to be there is 1 for all");
    }
    match &report.spending {
        Some(spending) => console.say(format_args!(
            "{}: p {}  q {}  v {}{}",
            spending.formula,
            number(p),
            number(q),
            number(v),
            likelihood(spending)
        )),
        None => console.say("spending: each customer's own mean (too few repeat orders for Gamma-Gamma)"),
    }
    if let Some(Backtest { weeks, came, expected, mean_error, correlation }) = report.backtest {
        console.say(format_args!(
            "the {weeks:.2} weeks after: {came} order days came, {expected:.1} expected; \
             mean error {mean_error:.4}, correlation {correlation:.4}"
        ));
    }
    let count = |class| report.customers.iter().filter(|score| score.class == class).count();
    let total: f64 = report.customers.iter().map(|score| score.spent).sum();
    console.say(format_args!(
        "A {}  B {}  C {} of {total:.2} spent (A up to 80 %, B up to 95 %)",
        count(Class::A),
        count(Class::B),
        count(Class::C)
    ));
    console.say("");
    console.say(format_args!(
        "{:16} {:5} {:3} {:>6} {:>12} {:>6} {:>7} {:>9} {:>12} {:>10}",
        "customer", "class", "RFM", "orders", "spent", "alive", "12 mon.", "80 %", "value", "next order"
    ));
    let mut best: Vec<&Score> = report.customers.iter().collect();
    best.sort_by(|x, y| y.value.total_cmp(&x.value).then_with(|| x.customer.cmp(&y.customer)));
    for score in best.iter().take(SHOWN) {
        console.say(format_args!(
            "{:16} {:5} {}{}{} {:6} {:12.2} {:6.3} {:7.2} {:>9} {:12.2} {:>10}",
            score.customer,
            format!("{:?}", score.class),
            score.recency,
            score.frequency,
            score.money,
            score.order_days,
            score.spent,
            score.alive,
            score.expected_orders,
            format!("{}..{}", score.orders_low, score.orders_high),
            score.value,
            score.next_order.as_deref().unwrap_or("-"),
        ));
    }
    if best.len() > SHOWN {
        console.say(format_args!("… and {} more; --format csv or json has them all", best.len() - SHOWN));
    }
    Ok(())
}

fn likelihood(model: &Model) -> String {
    match (model.log_likelihood, model.customers) {
        (Some(likelihood), Some(customers)) => {
            format!("  log-likelihood {likelihood:.3} of {customers} customers")
        }
        _ => "  (given)".into(),
    }
}
