//! The companion server of wellmet: identity, exchange between devices, customers' records.

pub mod clock;
pub mod refusal;
pub mod store;
