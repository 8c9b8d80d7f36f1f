//! What the hub asks of whatever keeps its data: four verbs over places named by hashes.
//!
//! [`Store::get`] and [`Store::swap`] read and replace one value under a revision, [`Store::append`]
//! adds to a log, [`Store::watch`] wakes whoever waits for a change. There is no transaction over two
//! places and no query but [`Store::keys`], so that a key-value cluster can stand in for the embedded file: what spans
//! places (a login, an erasure) is written above as steps that may be repeated.
//!
//! A change is acknowledged only after it would survive the loss of power. One that failed may have
//! been done all the same (the answer was lost, not the change), so what spans a failure is written to
//! be repeated.
//!
//! [`Store::places`], [`Store::subjects`] and [`Store::entries`] walk over everything, for [`copy`].
//!
//! Whoever writes says whom a value belongs to ([`Owner`]). Most stores do not care; [`sealed`] keeps it under
//! that shopper's own data key, and the last methods of [`Store`] are for those keys.

pub mod address;
pub mod backup;
pub(crate) mod change;
pub mod copy;
mod keyring;
pub mod nats;
pub(crate) mod recent;
mod scrub;
pub mod sealed;
pub mod sqlite;
mod watchers;
mod writer;

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use wellmet_engine::time::Instant;

/// Largest value in bytes. A cluster's limit is 1 MB a message; documents are kept far below it.
pub const MAX_VALUE: usize = 512 * 1024;

/// An answer of the store, some time later.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The kinds of things kept. Their numbers are stored: never reuse one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Bucket {
    /// A cart, its configurations and preferences, by shopper.
    Document = 1,
    /// What belongs to a customer besides: her name, sessions, visitors, by shopper.
    Account = 2,
    /// What the shop's own books say of a customer, by shopper.
    Record = 3,
    /// A signed-in browser, by the hash of its token.
    Session = 4,
    /// A login token that was used, by the hash of its id.
    Token = 5,
    /// What a shopper lets a clerk do, by the hash of its code; and her list of them.
    Grant = 6,
    /// A clerk at work, by the hash of the cookie's token.
    Clerk = 7,
    /// An order as the shop told it, by its number.
    Order = 8,
    /// Readings of stock, by item.
    Stock = 9,
    /// A ledger of points, by shopper.
    Points = 10,
    /// A voucher by its code, or what an order has redeemed.
    Voucher = 11,
    /// The vouchers of a shopper.
    Wallet = 12,
    /// What is left of a budget, by offer.
    Budget = 13,
    /// Questions, answers and opinions, by shopper.
    Thread = 14,
    /// What is due to a shopper and how she wants to be reached, by shopper.
    Desk = 15,
    /// What a shopper did, as the hub was told, by shopper.
    Journey = 16,
    /// What belongs to the hub as a whole: its signing keys, leases.
    Hub = 17,
    /// Who waits for an item, by item.
    Waiting = 18,
    /// Data keys, by shopper. Only in a store of keys, see [`sealed`].
    Keyring = 19,
}

impl Bucket {
    /// All kinds.
    pub const ALL: [Self; 19] = [
        Self::Document,
        Self::Account,
        Self::Record,
        Self::Session,
        Self::Token,
        Self::Grant,
        Self::Clerk,
        Self::Order,
        Self::Stock,
        Self::Points,
        Self::Voucher,
        Self::Wallet,
        Self::Budget,
        Self::Thread,
        Self::Desk,
        Self::Journey,
        Self::Hub,
        Self::Waiting,
        Self::Keyring,
    ];

    /// The kind with a stored number; `None` for a number of a later release.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|bucket| *bucket as u8 == number)
    }
}

/// A place's name: a hash, so that no name of a person is ever part of a key, a subject or a log.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a name within a domain; different domains never share keys.
    #[must_use]
    pub fn of(domain: &str, name: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(domain.as_bytes());
        // A domain holds no zero byte, so no two pairs spell the same input.
        hash.update([0]);
        hash.update(name.as_bytes());
        Self(hash.finalize().into())
    }

    /// The key's bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key from its bytes; `None` when there are not 32 of them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The key as 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        let digit = |n: u8| char::from(b"0123456789abcdef"[usize::from(n)]);
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// The key from [`Self::hex`].
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Debug for Key {
    /// Eight digits: enough to follow one shopper through a log, useless to look her up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..4] {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Where one value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which kind of thing.
    pub bucket: Bucket,
    /// Which one.
    pub key: Key,
}

/// Whom a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Whom the key of its place names, or the subject of its log.
    Named,
    /// This shopper, or whoever else has this key.
    Is(Key),
    /// Nobody: it names no person, and stays after an erasure.
    Nobody,
}

/// Names one of the data keys of an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataKeyId(pub u64);

/// A number that grows with every change of a place and never returns there, not even after a value
/// was removed. Numbers of different places say nothing about each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(pub u64);

/// A value and the revision that it was read at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// Revision of the change that put it there.
    pub revision: Revision,
    /// The value.
    pub value: Vec<u8>,
}

/// What became of a [`Store::swap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// Done and durable, at this revision.
    Done(Revision),
    /// The place no longer was as the caller had seen it; nothing was changed.
    Stale,
}

/// A value with its place, as [`Store::places`] finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where it lies.
    pub place: Place,
    /// The value.
    pub value: Vec<u8>,
    /// When it vanishes.
    pub until: Option<Instant>,
}

/// Where a walk over all places goes on. Of use only to the store that gave it, while it is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Which part of the store.
    pub(crate) part: usize,
    /// Which position in it has been read.
    pub(crate) position: u64,
}

/// Some of a store's places, and where to go on; `None` when these were the last.
pub type Page = (Vec<Placed>, Option<Mark>);

/// One entry of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was added.
    pub value: Vec<u8>,
    /// When it vanishes.
    pub until: Option<Instant>,
}

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More changes wait than the store takes in; try again.
    #[error("too many changes are waiting")]
    Busy,
    /// A value above [`MAX_VALUE`].
    #[error("a value of {0} bytes is too large")]
    TooLarge(usize),
    /// The data is of a newer release.
    #[error("the data directory was written by a newer release (format {0})")]
    Newer(i64),
    /// A value that has a data key and does not open: it was changed, or is another place's.
    #[error("a sealed value does not open at its place")]
    Damaged,
    /// The keyring is not the one of this data.
    #[error(transparent)]
    Keyring(#[from] KeyringFault),
    /// The file or the cluster failed.
    #[error("the store failed: {0}")]
    Failed(String),
}

/// Why a keyring does not fit the data. Nothing was read or written with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringFault {
    /// The data is sealed and no keyring was named.
    #[error("the data is sealed, and no keyring was named")]
    LeftOut,
    /// The data is sealed and there is no key.
    #[error("the data is sealed, and the keyring is empty")]
    Empty,
    /// The data is sealed with the keys of another.
    #[error("the data is sealed with another keyring")]
    Other,
    /// The keys would lie beside the data and be in every copy of it.
    #[error("the keyring is in the same place as the data")]
    Beside,
}

/// Keeps the hub's data. See the module's text for what an implementation owes.
pub trait Store: Send + Sync + 'static {
    /// The value at a place; `None` when there is none or its time is over.
    fn get(&self, place: Place) -> Pending<'_, Option<Versioned>>;

    /// Compare and set: puts `value` (or nothing, for `None`) at a place that is still as `seen`
    /// (`None`: empty). The value vanishes at `until`.
    fn swap(
        &self,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Pending<'_, Swap>;

    /// [`Self::swap`] of a value that belongs to somebody.
    fn swap_of(
        &self,
        owner: Owner,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Pending<'_, Swap> {
        let _ = owner;
        self.swap(place, seen, value, until)
    }

    /// Adds to the log of a subject. The entry vanishes at `until`.
    fn append(&self, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Pending<'_, ()>;

    /// [`Self::append`] of an entry that belongs to somebody.
    fn append_of(&self, owner: Owner, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Pending<'_, ()> {
        let _ = owner;
        self.append(subject, value, until)
    }

    /// The newest entries of a subject, at most `limit`, oldest first.
    fn entries(&self, subject: Key, limit: usize) -> Pending<'_, Vec<Entry>>;

    /// The values of [`Self::entries`].
    fn read(&self, subject: Key, limit: usize) -> Pending<'_, Vec<Vec<u8>>> {
        let entries = self.entries(subject, limit);
        Box::pin(async move { Ok(entries.await?.into_iter().map(|entry| entry.value).collect()) })
    }

    /// Removes a subject's log.
    fn purge(&self, subject: Key) -> Pending<'_, ()>;

    /// The keys in use of a bucket that begin with the byte `first`, in no particular order. For work that
    /// goes through everything, a part at a time; no request of a shopper waits for it.
    fn keys(&self, bucket: Bucket, first: u8) -> Pending<'_, Vec<Key>>;

    /// Wakes the receiver at each change of a place. Changes that follow quickly may be told as one,
    /// and one may be missed when the connection to the store is lost: it is a hint, not a message. A
    /// change that was acknowledged after this has resolved wakes the receiver.
    fn watch(&self, place: Place) -> Pending<'_, watch::Receiver<Revision>>;

    /// Places after a mark, some hundreds at a time, in an order of the store's own.
    fn places(&self, after: Option<Mark>) -> Pending<'_, Page>;

    /// The subjects of all logs.
    fn subjects(&self) -> Pending<'_, Vec<Key>>;

    /// Something was removed of which no byte may stay: the store overwrites, soon and by itself, what it would
    /// otherwise leave behind. To be asked again when it fails.
    fn scrub(&self) -> Pending<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The data keys of an owner; none in a store that does not seal.
    fn data_keys(&self, owner: Key) -> Pending<'_, Vec<DataKeyId>> {
        let _ = owner;
        Box::pin(ready(Ok(Vec::new())))
    }

    /// Lets what is written from now on have a data key of its own. What was written before still opens.
    fn renew(&self, owner: Key) -> Pending<'_, ()> {
        let _ = owner;
        Box::pin(ready(Ok(())))
    }

    /// Destroys data keys of an owner: what they sealed is gone for good, in every copy. May be repeated.
    fn shred(&self, owner: Key, keys: Vec<DataKeyId>) -> Pending<'_, ()> {
        let _ = (owner, keys);
        Box::pin(ready(Ok(())))
    }
}

/// Whether a store takes a value of this size; a sealed one is a little larger than what is in it.
fn check_size(value: &[u8]) -> Result<(), StoreError> {
    let room = if sealed::is_sealed(value) { sealed::ROOM } else { 0 };
    if value.len() > MAX_VALUE + room { Err(StoreError::TooLarge(value.len())) } else { Ok(()) }
}

/// A stored value that this release cannot read. It is left as it is: what cannot be read is never
/// replaced by something new.
pub(crate) fn damaged(what: &'static str) -> crate::refusal::Refusal {
    tracing::error!(what, "a stored value cannot be read");
    let message = "What the hub has stored here cannot be read; it was left as it is.";
    crate::refusal::Refusal::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "store-damaged", message)
}
