//! What a customer will probably buy, and what that is worth.
//!
//! Two models from the marketing literature, fitted elsewhere (`wellmet value`) and only *scored* here,
//! from four numbers per customer ([`Orders`]):
//!
//! * [`Buying`]: how often. BG/NBD (Fader, Hardie & Lee, "Counting Your Customers the Easy Way",
//!   Marketing Science 24(2), 2005), or its limit NBD when nobody ever leaves.
//! * [`Spending`]: how much each time. Gamma-Gamma (Fader & Hardie, "The Gamma-Gamma Model of Monetary
//!   Value", 2013).
//!
//! Times are weeks, money is whatever unit the parameters were fitted in. Logarithms and powers are
//! worked out by [`math`] with nothing but the four basic operations, so page, hub and command line
//! agree to the last bit.
//!
//! ```
//! use wellmet_engine::customer_value::{Buying, Orders, Spending, value};
//! let buying = Buying::BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
//! let spending = Spending { p: 6.25, q: 3.74, v: 15.44 };
//! let anna = Orders { repeats: 2, last: 30.4, age: 38.9, mean: 22.3 };
//! assert!((buying.alive(&anna) - 0.73).abs() < 0.01);
//! assert!((buying.expected(&anna, 39.0) - 1.23).abs() < 0.01);
//! assert!((value(&buying, &spending, &anna, 12, 0.01) - 36.0).abs() < 1.0);
//! ```

mod buying;
pub mod math;
mod spending;
#[cfg(test)]
mod tests;

pub use buying::Buying;
pub use spending::{Spending, discounted_orders, value};

/// What the models know of a customer. Orders of one day are one order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orders {
    /// Days with an order after the first one.
    pub repeats: u32,
    /// Weeks from the first order to the last; 0 without repeats.
    pub last: f64,
    /// Weeks from the first order to now, at least `last`.
    pub age: f64,
    /// Mean value of the repeats; 0 without repeats.
    pub mean: f64,
}

/// Weeks in a month of the value calculation.
pub const MONTH: f64 = 4.345;
