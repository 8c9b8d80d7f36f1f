//! The pure decision engine of wellmet: no clock, no randomness, no I/O, no web crate.
//!
//! Everything it needs comes in as a value and everything it decides goes out as one, so the same
//! call gives the same answer in the browser, in the hub and on the command line.

#![cfg_attr(all(target_arch = "wasm32", not(any(feature = "features", feature = "native"))), no_std)]

extern crate alloc;

pub mod attribute;
pub mod bucket;
pub mod condition;
pub mod configurator;
pub mod customer_value;
pub mod decide;
#[cfg(feature = "features")]
pub mod features;
pub mod host;
pub mod id;
pub mod journey;
pub mod money;
pub mod offer;
pub mod profile;
pub mod reason;
pub mod recommend;
pub mod record;
pub mod shelf;
pub mod slot;
pub mod sort;
pub mod status;
pub mod table;
pub mod time;
pub mod value;
pub mod wire;
