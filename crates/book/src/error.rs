//! What can be wrong with a book, by name.

use wellmet_engine::wire::{Fault, WireError};

/// Why bytes were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The file does not begin like a book: most often an HTML error page under the book's address.
    NotABook,
    /// Fewer bytes than the file says it has.
    Truncated,
    /// The bytes are not those that were written: the content hash differs.
    Damaged,
    /// This book does not name such a chunk. After a new build, reload the core first.
    UnknownChunk,
    /// A value inside is impossible; the builder would not have written it.
    Malformed(Fault),
    /// Written by a build with a newer format. Update the SDK, or build the book with the same version.
    UnknownVersion,
}

/// Bytes that were refused. The book is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookError {
    /// What was wrong.
    pub cause: Cause,
    /// Offset in bytes at which it was noticed.
    pub at: usize,
}

impl BookError {
    pub(crate) const fn new(cause: Cause) -> Self {
        Self { cause, at: 0 }
    }

    /// Stable code, part of the public interface.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.cause {
            Cause::NotABook => "not-a-book",
            Cause::Truncated => "truncated",
            Cause::Damaged => "damaged",
            Cause::UnknownChunk => "unknown-chunk",
            Cause::Malformed(fault) => fault.code(),
            Cause::UnknownVersion => "unknown-version",
        }
    }
}

impl From<WireError> for BookError {
    fn from(error: WireError) -> Self {
        let cause = match error.fault {
            Fault::UnknownVersion => Cause::UnknownVersion,
            Fault::Truncated => Cause::Truncated,
            fault => Cause::Malformed(fault),
        };
        Self { cause, at: error.at }
    }
}

impl core::fmt::Display for BookError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} at byte {}", self.code(), self.at)
    }
}

impl core::error::Error for BookError {}
