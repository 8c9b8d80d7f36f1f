//! `wellmet sql`: the counting of a large log as plain SQL, for the database that holds it.

use crate::aggregates::sql::{Dialect, Statement, of_clicks, of_orders};
use crate::console::Console;
use crate::failure::{Failure, Outcome};
use crate::index::Settings;
use crate::{orders, visits};
use std::path::PathBuf;

/// Print the counting of a log as plain SQL, for Spark or any other database; `wellmet build --tables` reads
/// the results.
#[derive(clap::Args)]
pub struct Args {
    /// The mapping file of the order log.
    #[arg(long, required_unless_present = "clicks_mapping")]
    mapping: Option<PathBuf>,
    /// The mapping file of the click log.
    #[arg(long)]
    clicks_mapping: Option<PathBuf>,
    /// Different people who must have made a pair.
    #[arg(long, default_value_t = 5)]
    least_people: u32,
    /// Table that holds the order log.
    #[arg(long, default_value = "orders")]
    orders: String,
    /// Table that holds the click log.
    #[arg(long, default_value = "clicks")]
    clicks: String,
    /// Table that holds item and category of every product.
    #[arg(long, default_value = "products")]
    products: String,
    /// Character around names: a backtick for Spark, ClickHouse and SQLite, a double quote for DuckDB.
    #[arg(long, default_value_t = '`')]
    quote: char,
    /// Only the statement of this table, without its name before it.
    #[arg(long)]
    table: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// A [`Failure`]: a mapping that is wrong or asks what plain SQL cannot do, `no-such-table`.
pub fn run(args: &Args, console: &Console) -> Outcome {
    let dialect = Dialect {
        orders: args.orders.clone(),
        clicks: args.clicks.clone(),
        products: args.products.clone(),
        quote: args.quote,
    };
    let settings = Settings { least_people: args.least_people, ..Settings::default() };
    let mut statements = Vec::new();
    let in_file = |path: &PathBuf| {
        let place = path.display().to_string();
        move |failure: Failure| failure.at(place)
    };
    if let Some(path) = &args.mapping {
        let mapping = orders::Mapping::load(path)?;
        statements.extend(of_orders(&mapping, &settings, &dialect).map_err(in_file(path))?);
    }
    if let Some(path) = &args.clicks_mapping {
        let mapping = visits::Mapping::load(path)?;
        let settings = settings.for_visits_alone(args.mapping.is_none());
        statements.extend(of_clicks(&mapping, &settings, &dialect).map_err(in_file(path))?);
    }
    if let Some(table) = &args.table {
        let known: Vec<&str> = statements.iter().map(|statement| statement.table).collect();
        let known = known.join(", ");
        statements.retain(|statement| statement.table == table);
        if statements.is_empty() {
            return Err(Failure::new("no-such-table", format!("there is no statement for {table:?}"))
                .fix(format!("name one of these: {known}")));
        }
    }
    if console.json_wanted() {
        let map: serde_json::Map<String, serde_json::Value> =
            statements.into_iter().map(|Statement { table, text }| (table.to_owned(), text.into())).collect();
        return console.json(&map);
    }
    for Statement { table, text } in statements {
        if args.table.is_none() {
            console.say(format_args!("-- {table}"));
        }
        console.say(format_args!("{text};"));
        if args.table.is_none() {
            console.say("");
        }
    }
    Ok(())
}
