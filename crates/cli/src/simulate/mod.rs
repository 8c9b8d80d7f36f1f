//! What a shop file would have done: an order log and an event log replayed against it.
//!
//! Every visit of every customer is decided as the page would have decided it, with what was known of her
//! at that moment, and what is shown counts against the caps; every day the triggers of the hub are looked
//! at. What comes out is counted for each measure (an offer, a variant, a trigger): whom it reaches, what
//! kept it back, what follows it, what it costs against its budget, and who is held out of it.
//!
//! A log cannot tell what a measure causes: it was written without it. "Orders after it" are those within
//! the window after a showing, and an upper bound of what it would have to pay for. The effect is measured
//! later, with the holdouts.

mod events;
mod replay;
mod report;

pub use events::{Event, read_events};
pub use replay::{Counts, Replay, Settings, replay};
pub use report::{Measure, Plan, Report, SlotReport, report};
