//! What customers are worth: from purchases to model parameters, scores and classes.
//!
//! [`customers`] folds purchases into what the models need, [`fit`] finds the parameters, and
//! [`score`](Score::of) applies [`wellmet_engine::customer_value`], the very code that page and hub run.
//! [`classes`] adds A/B/C and RFM, which need all customers at once. [`add_facts`] puts the scores into the
//! records that the hub serves, so that rules see the same figures.

pub mod classes;
mod customers;
mod facts;
pub mod fit;
mod optimize;
mod score;
#[cfg(test)]
mod tests;

pub use customers::{Customer, Purchase, customers, purchases};
pub use facts::{FACTS, add_facts};
pub(crate) use score::date;
pub use score::{Backtest, MONTHS, Parameters, Score, backtest, scores};
