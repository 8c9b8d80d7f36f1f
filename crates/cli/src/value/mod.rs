//! What customers are worth: from purchases to model parameters, scores and classes.
//!
//! [`customers`] folds purchases into what the models need, [`fit`] finds the parameters, and
//! [`score`](Score::of) applies [`wellmet_engine::customer_value`], the very code that page and hub run.
//! [`classes`] adds A/B/C and RFM, which need all customers at once.

pub mod classes;
mod customers;
pub mod fit;
mod optimize;
mod score;
#[cfg(test)]
mod tests;

pub use customers::{Customer, Purchase, customers};
pub use score::{Backtest, MONTHS, Parameters, Score, backtest};
