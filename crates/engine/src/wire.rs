//! Bounded binary reading and writing, shared by stored state, the book and sync messages.
//!
//! Every length is checked against what is left *before* memory is taken, so hostile input costs at
//! most its own size. Integers are LEB128 varints in their shortest form; signed ones are zigzag
//! coded. Enter through [`Reader`] and [`Writer`].
//!
//! ```
//! use wellmet_engine::wire::{Reader, Writer};
//! let mut w = Writer::new();
//! w.varint(300);
//! w.text("Anna");
//! let bytes = w.into_bytes();
//! let mut r = Reader::new(&bytes);
//! assert_eq!(r.varint(), 300);
//! assert_eq!(r.text(64), "Anna");
//! r.end().unwrap();
//! ```

use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// What was wrong with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end before the value does.
    Truncated,
    /// A length or a number is larger than its limit.
    TooLarge,
    /// A varint longer than needed, or longer than 64 bits.
    BadVarint,
    /// Text that is not UTF-8.
    NotUtf8,
    /// A tag, an order or a cross-reference that the format does not know.
    Invalid,
    /// A format version that this build does not read.
    UnknownVersion,
    /// Bytes after the end.
    Trailing,
}

impl Fault {
    /// Stable code, part of the public interface.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::TooLarge => "too-large",
            Self::BadVarint => "bad-varint",
            Self::NotUtf8 => "not-utf8",
            Self::Invalid => "invalid",
            Self::UnknownVersion => "unknown-version",
            Self::Trailing => "trailing-bytes",
        }
    }
}

/// A fault and the byte offset at which it was noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WireError {
    /// What was wrong.
    pub fault: Fault,
    /// Offset in bytes from the start of the input.
    pub at: usize,
}

impl core::fmt::Display for WireError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} at byte {}", self.fault.code(), self.at)
    }
}

impl core::error::Error for WireError {}

/// Result of reading.
pub type Result<T> = core::result::Result<T, WireError>;

/// Reads values from a byte slice, front to back.
///
/// The first fault is remembered: from then on every number reads as 0, every text and every run as
/// empty, and nothing is left. A decoder reads on without looking and asks once, at the end, by
/// [`Self::end`] or [`Self::sound`]; only where a value decides how much memory or time is spent, or
/// is computed with, it checks the value itself. (An early return at every value made the decoders
/// twice as large in the page.)
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    failed: Option<WireError>,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, failed: None }
    }

    /// The one value that these bytes are.
    ///
    /// # Errors
    /// As [`Self::end`].
    pub fn whole<T>(bytes: &'a [u8], read: impl FnOnce(&mut Self) -> T) -> Result<T> {
        let mut r = Self::new(bytes);
        let value = read(&mut r);
        r.end().map(|()| value)
    }

    /// Offset of the next byte.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Bytes not read yet.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The first fault, or one of this kind at the present offset.
    #[must_use]
    pub fn fault(&self, fault: Fault) -> WireError {
        self.failed.unwrap_or(WireError { fault, at: self.at })
    }

    /// Notes a fault, unless there was one before. Nothing is left to read then.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, fault: Fault) {
        self.failed = Some(self.fault(fault));
        self.at = self.bytes.len();
    }

    /// Whether all that was read so far was sound.
    ///
    /// # Errors
    /// The first fault.
    pub fn sound(&self) -> Result<()> {
        self.failed.map_or(Ok(()), Err)
    }

    /// The value, or a fault of kind `Invalid` and the default: for tags and ids that have a form.
    pub fn valid<T: Default>(&mut self, value: Option<T>) -> T {
        if value.is_none() {
            self.fail(Fault::Invalid);
        }
        value.unwrap_or_default()
    }

    /// The value that stands at a number in a list; `Invalid` and the first when there is none.
    ///
    /// # Panics
    /// On an empty list.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = usize::from(self.u8());
        if at >= all.len() {
            self.fail(Fault::Invalid);
            return all[0];
        }
        all[at]
    }

    /// One byte. `Truncated` at the end of the input.
    #[inline(never)]
    pub fn u8(&mut self) -> u8 {
        let Some(byte) = self.bytes.get(self.at) else {
            self.fail(Fault::Truncated);
            return 0;
        };
        self.at += 1;
        *byte
    }

    /// An unsigned number in its shortest LEB128 form. `BadVarint` when padded or longer than 64 bits.
    #[inline(never)]
    pub fn varint(&mut self) -> u64 {
        let mut value = 0u64;
        let mut shift = 0u32;
        loop {
            let byte = self.u8();
            let part = u64::from(byte & 0x7f);
            if shift > 63 || (shift == 63 && part > 1) || (byte == 0 && shift > 0) {
                self.fail(Fault::BadVarint);
                return 0;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return value;
            }
            shift += 7;
        }
    }

    /// An unsigned number of at most `max`; above it `TooLarge`.
    #[inline(never)]
    pub fn varint_max(&mut self, max: u64) -> u64 {
        let value = self.varint();
        if value > max {
            self.fail(Fault::TooLarge);
            return 0;
        }
        value
    }

    /// A `u32`, as [`Self::varint_max`].
    #[inline(never)]
    #[allow(clippy::cast_possible_truncation, reason = "bounded by u32::MAX in the same line")]
    pub fn u32(&mut self) -> u32 {
        self.varint_max(u64::from(u32::MAX)) as u32
    }

    /// A `u16`, as [`Self::varint_max`].
    #[inline(never)]
    #[allow(clippy::cast_possible_truncation, reason = "bounded by u16::MAX in the same line")]
    pub fn u16(&mut self) -> u16 {
        self.varint_max(u64::from(u16::MAX)) as u16
    }

    /// A signed number, zigzag coded.
    #[inline(never)]
    #[allow(clippy::cast_possible_wrap, reason = "zigzag is defined on the bit pattern")]
    pub fn signed(&mut self) -> i64 {
        let raw = self.varint();
        (raw >> 1) as i64 ^ -((raw & 1) as i64)
    }

    /// A 64-bit float, little endian.
    #[inline(never)]
    pub fn f64(&mut self) -> f64 {
        let mut raw = [0; 8];
        self.fill(&mut raw);
        f64::from_le_bytes(raw)
    }

    /// As many bytes as fit; zeros when there are not so many.
    pub fn fill(&mut self, into: &mut [u8]) {
        let bytes = self.take(into.len());
        if bytes.len() == into.len() {
            into.copy_from_slice(bytes);
        }
    }

    /// The next `len` bytes; `Truncated` and none when fewer are left.
    #[inline(never)]
    pub fn take(&mut self, len: usize) -> &'a [u8] {
        let Some(bytes) = self.bytes[self.at..].get(..len) else {
            self.fail(Fault::Truncated);
            return &[];
        };
        self.at += len;
        bytes
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.take(self.left())
    }

    /// A length-prefixed run of at most `max` bytes; see [`Self::count`].
    #[inline(never)]
    pub fn blob(&mut self, max: usize) -> &'a [u8] {
        let len = self.count(max, 1);
        self.take(len)
    }

    /// Length-prefixed UTF-8 text of at most `max` bytes; `NotUtf8` when it is none.
    #[inline(never)]
    pub fn text(&mut self, max: usize) -> &'a str {
        core::str::from_utf8(self.blob(max)).unwrap_or_else(|_| {
            self.fail(Fault::NotUtf8);
            ""
        })
    }

    /// The same as a text of its own.
    #[inline(never)]
    pub fn string(&mut self, max: usize) -> String {
        self.text(max).to_owned()
    }

    /// The number of elements that follow: at most `max` (`TooLarge`), and no more than could fit in
    /// what is left when each takes at least `least` bytes (`Truncated`). Safe to reserve memory for.
    #[inline(never)]
    #[allow(clippy::cast_possible_truncation, reason = "bounded by max, a usize")]
    pub fn count(&mut self, max: usize, least: usize) -> usize {
        let count = self.varint_max(max as u64) as usize;
        if count.saturating_mul(least) > self.left() {
            self.fail(Fault::Truncated);
            return 0;
        }
        count
    }

    /// A list with its [count](Self::count) in front. Stops at the first fault.
    pub fn list<T>(&mut self, max: usize, least: usize, mut each: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut list = Vec::new();
        for _ in 0..self.count(max, least) {
            let value = each(self);
            if self.failed.is_some() {
                break;
            }
            list.push(value);
        }
        list
    }

    /// Checks that all was read, and that all of it was sound.
    ///
    /// # Errors
    /// The first fault; `Trailing` when bytes are left.
    pub fn end(&self) -> Result<()> {
        self.sound()?;
        if self.left() == 0 { Ok(()) } else { Err(self.fault(Fault::Trailing)) }
    }
}

/// Writes what [`Reader`] reads.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// One byte.
    pub fn u8(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// An unsigned number.
    pub fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push((value & 0x7f) as u8);
    }

    /// A signed number.
    #[allow(clippy::cast_sign_loss, reason = "zigzag is defined on the bit pattern")]
    pub fn signed(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    /// A 64-bit float.
    pub fn f64(&mut self, value: f64) {
        self.raw(&value.to_le_bytes());
    }

    /// Bytes without a length.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes with their length in front.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.raw(bytes);
    }

    /// Text with its length in bytes in front.
    pub fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    /// Bytes written so far.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What reading one value of these bytes leaves as the first fault.
    fn fault<'a, T>(bytes: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> T) -> Option<Fault> {
        Reader::whole(bytes, read).err().map(|error| error.fault)
    }

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut w = Writer::new();
            w.varint(value);
            let bytes = w.into_bytes();
            let mut r = Reader::new(&bytes);
            assert_eq!(r.varint(), value);
            assert_eq!(r.end(), Ok(()));
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            let mut w = Writer::new();
            w.signed(value);
            let bytes = w.into_bytes();
            assert_eq!(Reader::new(&bytes).signed(), value);
        }
    }

    #[test]
    fn padded_and_oversized_varints_are_refused() {
        assert_eq!(fault(&[0x80, 0], Reader::varint), Some(Fault::BadVarint));
        assert_eq!(fault(&[0xff; 11], Reader::varint), Some(Fault::BadVarint));
        assert_eq!(fault(&[0x80], Reader::varint), Some(Fault::Truncated));
    }

    #[test]
    fn a_huge_length_takes_no_memory() {
        let mut w = Writer::new();
        w.varint(u64::MAX);
        let bytes = w.into_bytes();
        assert_eq!(fault(&bytes, |r| r.blob(usize::MAX)), Some(Fault::Truncated));
        assert_eq!(fault(&bytes, |r| r.count(10, 1)), Some(Fault::TooLarge));
    }

    #[test]
    fn the_first_fault_stays_and_nothing_is_read_after_it() {
        let mut r = Reader::new(&[1, 0xff, 1, 2, 3]);
        assert_eq!(r.text(8), "");
        assert_eq!((r.u8(), r.varint(), r.signed(), r.left()), (0, 0, 0, 0));
        assert_eq!((r.f64(), r.take(1), r.list(9, 1, Reader::u8)), (0.0, &[][..], Vec::<u8>::new()));
        assert_eq!(r.end(), Err(WireError { fault: Fault::NotUtf8, at: 2 }));
    }
}
