//! The commands. A new one is a file here with `Args` and `run`, a variant and a line in `run`.

pub mod build;
pub mod check;
pub mod eval;
pub mod evaluate;
pub mod explain;
pub mod hub;
pub mod import;
pub mod init;
pub mod inspect;
pub mod messages;
pub mod report;
pub mod schema;
pub mod simulate;
pub mod sql;
pub mod test;
pub mod types;
pub mod value;

use crate::console::Console;
use crate::failure::Outcome;

/// All commands. Their help text is the doc comment of their `Args`.
#[derive(clap::Subcommand)]
#[allow(missing_docs, reason = "clap would show it instead of the text at Args")]
pub enum Command {
    Build(build::Args),
    Check(check::Args),
    Eval(eval::Args),
    Evaluate(evaluate::Args),
    Explain(explain::Args),
    Hub(Box<hub::Args>),
    Import(import::Args),
    Init(init::Args),
    Inspect(inspect::Args),
    Messages(messages::Args),
    Report(report::Args),
    Schema(schema::Args),
    Simulate(simulate::Args),
    Sql(sql::Args),
    Test(test::Args),
    Types(types::Args),
    Value(value::Args),
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// The command's own [`Failure`](crate::failure::Failure).
    pub fn run(self, console: &Console) -> Outcome {
        match self {
            Self::Build(args) => build::run(&args, console),
            Self::Check(args) => check::run(&args, console),
            Self::Eval(args) => eval::run(&args, console),
            Self::Evaluate(args) => evaluate::run(&args, console),
            Self::Explain(args) => explain::run(&args, console),
            Self::Hub(args) => hub::run(&args, console),
            Self::Import(args) => import::run(&args, console),
            Self::Init(args) => init::run(&args, console),
            Self::Inspect(args) => inspect::run(&args, console),
            Self::Messages(args) => messages::run(&args, console),
            Self::Report(args) => report::run(&args, console),
            Self::Schema(args) => schema::run(&args, console),
            Self::Simulate(args) => simulate::run(&args, console),
            Self::Sql(args) => sql::run(&args, console),
            Self::Test(args) => test::run(&args, console),
            Self::Types(args) => types::run(&args, console),
            Self::Value(args) => value::run(&args, console),
        }
    }
}
