//! What can be wrong with an operation or with received bytes.

use wellmet_engine::wire::WireError;

/// Why an operation or a message was refused. The document is as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The bytes are damaged, of an unknown version, or beyond a hard limit.
    Wire(WireError),
    /// A key or name is empty, too long, or holds a control character.
    BadKey,
    /// The quantity is zero where one is needed, or above [`crate::limits::QUANTITY`].
    BadQuantity,
    /// A text is longer than [`crate::limits::TEXT`] bytes.
    TooLong,
    /// No room for another line, entry or field; see [`crate::limits`].
    Full,
    /// There is no such line or configuration.
    Absent,
    /// The message builds on operations not seen here; ask for all since [`crate::Document::version`].
    Gap,
    /// The message belongs to another epoch of the document; only an exchange can bridge it.
    Epoch,
    /// The anonymous document shares an actor with the account's, so their dots cannot be told apart.
    SharedActor,
}

impl Error {
    /// Stable code, part of the public interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wire(error) => error.fault.code(),
            Self::BadKey => "bad-key",
            Self::BadQuantity => "bad-quantity",
            Self::TooLong => "too-long",
            Self::Full => "full",
            Self::Absent => "absent",
            Self::Gap => "gap",
            Self::Epoch => "epoch",
            Self::SharedActor => "shared-actor",
        }
    }
}

impl From<WireError> for Error {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.code())
    }
}

impl core::error::Error for Error {}

/// Result of an operation.
pub type Result<T> = core::result::Result<T, Error>;
