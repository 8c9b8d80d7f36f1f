//! How good are the recommendations? Asked of a log's own future, beside simple methods.
//!
//! [`clicks`] asks for the next item of later visits, [`orders`] for the missing article of a cart, for
//! what is bought again and for what is bought for the first time. Answers come from the engine's own
//! query over the tables as a book stores them, so the figures are those that shoppers get.
//!
//! What the tables are built from and what is asked never overlap: a file of its own, or a cut in time.

pub mod clicks;
mod metrics;
pub mod orders;
pub mod peers;
pub mod picture;
mod speed;
#[cfg(test)]
mod tests;

pub use speed::Speed;
