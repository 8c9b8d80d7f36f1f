//! How large a document may become, and why.
//!
//! Operations refuse at the soft limits, with a code the page can show. Bytes are refused far above
//! them only: two devices that were each within the soft ones must still merge.

/// Most cart lines (and as many saved ones) that operations make. A trade counter's order fits.
pub const LINES: usize = 300;
/// Most configurations, preferences, marks or views of each kind that operations make.
pub const ENTRIES: usize = 300;
/// Most registers of one entry that operations make: groups of a configuration, fields of a line.
pub const FIELDS: usize = 64;
/// Most increments of one line that wait to be settled. More is not a shopper clicking.
pub const ADDS: usize = 1_000;

/// Longest line key, configuration id or name, in bytes. A key holds its options; that of a configured
/// product holds its code, with 100 engraved characters of any script.
pub const KEY: usize = 1_024;
/// Longest field or register name, in bytes.
pub const FIELD: usize = 64;
/// Longest text value, in bytes. An engraving or a gift note fits.
pub const TEXT: usize = 1_024;
/// Largest quantity of one operation.
pub const QUANTITY: u32 = 1_000_000;

/// Most actors read from bytes. Like the two below it only fends off nonsense: memory is bounded by
/// the input's own length, and a hub's [`crate::guard::Limits`] are far lower.
pub const MAX_ACTORS: usize = 1 << 12;
/// Most entries read from bytes, all kinds together.
pub const MAX_ENTRIES: usize = 1 << 16;
/// Most registers or increments of one entry read from bytes.
pub const MAX_DOTS: usize = 1 << 16;
/// Largest sequence number: 2^48, so that no counter can be driven to its end.
pub const MAX_SEQ: u64 = 1 << 48;
/// Largest document epoch.
pub const MAX_EPOCH: u64 = 1 << 32;
/// Latest moment a stamp may carry, in ms: the year 10889, 48 bits.
pub const MAX_MS: u64 = (1 << 48) - 1;
