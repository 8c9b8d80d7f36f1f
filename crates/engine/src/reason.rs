//! Why: the one record behind the shopper's "Why this?", the developer's trace and the merchandiser's
//! tools.
//!
//! Every decision and every refusal is a named variant with the values it saw. [`Reason::code`] is
//! stable and part of the public interface.

use crate::condition::Clause;
use crate::time::Instant;
use crate::value::Value;
use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

/// Why a slot shows what it shows, or why something was not shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The variant's condition holds.
    Targeted,
    /// An offer that she may have now.
    Offered {
        /// The offer.
        offer: String,
    },
    /// Items that something speaks for.
    Recommended {
        /// How many.
        found: usize,
    },
    /// The table has no such slot.
    UnknownSlot,
    /// No variant could apply to her at all.
    NothingApplies,
    /// She belongs to the share that keeps the default, so that effects can be measured.
    Holdout {
        /// Her place, in ten-thousandths.
        place: u16,
        /// The first place that is not held out.
        share: u16,
    },
    /// A clause of the condition does not hold. Only a trace knows which.
    NotTargeted {
        /// The first that failed.
        clause: Option<Clause>,
    },
    /// The condition asks for something that her consent does not cover.
    NoConsent {
        /// The attribute.
        attribute: String,
        /// The purposes it needs.
        purpose: u8,
    },
    /// A text needs a value that is not known.
    Missing {
        /// The attribute.
        attribute: String,
    },
    /// Another variant of the experiment is hers.
    OtherVariant {
        /// The experiment.
        experiment: String,
        /// Her place, in ten-thousandths.
        place: u16,
    },
    /// The offer has not begun.
    NotYet {
        /// When it begins.
        from: Instant,
    },
    /// The offer is over.
    Ended {
        /// When it ended.
        at: Instant,
    },
    /// It was shown as often as it may be.
    CapReached {
        /// How often it was shown in the time that counts.
        used: usize,
        /// How often it may be.
        cap: u16,
        /// Whether the cap is the one over everything.
        global: bool,
    },
    /// The shop keeps quiet at this hour.
    Quiet {
        /// Until when.
        until: Instant,
    },
    /// Another offer of the same group is on the page.
    GroupTaken {
        /// That offer.
        by: String,
    },
    /// Too few items are strong enough.
    BelowThreshold {
        /// Items that are.
        found: usize,
        /// Items wanted at least.
        wanted: u16,
        /// Items left out because they are too weak.
        weak: u32,
    },
    /// Data is on its way; the default stays until it is here.
    Needs {
        /// Number of chunks.
        chunks: usize,
    },
}

impl Reason {
    /// Stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Targeted => "targeted",
            Self::Offered { .. } => "offered",
            Self::Recommended { .. } => "recommended",
            Self::UnknownSlot => "unknown-slot",
            Self::NothingApplies => "nothing-applies",
            Self::Holdout { .. } => "holdout",
            Self::NotTargeted { .. } => "not-targeted",
            Self::NoConsent { .. } => "no-consent",
            Self::Missing { .. } => "missing",
            Self::OtherVariant { .. } => "other-variant",
            Self::NotYet { .. } => "not-yet",
            Self::Ended { .. } => "ended",
            Self::CapReached { .. } => "cap-reached",
            Self::Quiet { .. } => "quiet",
            Self::GroupTaken { .. } => "group-taken",
            Self::BelowThreshold { .. } => "below-threshold",
            Self::Needs { .. } => "needs-data",
        }
    }

    /// The values seen, by name.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "counts and moments below 2^53")]
    pub fn args(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &str| Value::Text(text.to_owned());
        let count = |count: usize| Value::Number(count as f64);
        let moment = |at: Instant| Value::Number(at.0 as f64);
        match self {
            Self::Targeted | Self::UnknownSlot | Self::NothingApplies | Self::NotTargeted { clause: None } => {
                Vec::new()
            }
            Self::Offered { offer } => vec![("offer", text(offer))],
            Self::Recommended { found } => vec![("found", count(*found))],
            Self::Holdout { place, share } => {
                vec![("place", count(usize::from(*place))), ("share", count(usize::from(*share)))]
            }
            Self::NotTargeted { clause: Some(clause) } => vec![
                ("attribute", text(&clause.attribute)),
                ("operator", text(clause.operator)),
                ("wanted", clause.wanted.clone()),
                ("seen", clause.seen.clone()),
            ],
            Self::NoConsent { attribute, purpose } => {
                vec![("attribute", text(attribute)), ("purpose", count(usize::from(*purpose)))]
            }
            Self::Missing { attribute } => vec![("attribute", text(attribute))],
            Self::OtherVariant { experiment, place } => {
                vec![("experiment", text(experiment)), ("place", count(usize::from(*place)))]
            }
            Self::NotYet { from } => vec![("from", moment(*from))],
            Self::Ended { at } => vec![("at", moment(*at))],
            Self::CapReached { used, cap, .. } => {
                vec![("used", count(*used)), ("cap", count(usize::from(*cap)))]
            }
            Self::Quiet { until } => vec![("until", moment(*until))],
            Self::GroupTaken { by } => vec![("by", text(by))],
            Self::BelowThreshold { found, wanted, weak } => vec![
                ("found", count(*found)),
                ("wanted", count(usize::from(*wanted))),
                ("weak", Value::Number(f64::from(*weak))),
            ],
            Self::Needs { chunks } => vec![("chunks", count(*chunks))],
        }
    }
}
