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
//! assert_eq!(r.varint().unwrap(), 300);
//! assert_eq!(r.text(64).unwrap(), "Anna");
//! r.end().unwrap();
//! ```

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
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
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

    /// An error of this kind at the present offset.
    #[must_use]
    pub const fn fault(&self, fault: Fault) -> WireError {
        WireError { fault, at: self.at }
    }

    /// One byte.
    ///
    /// # Errors
    /// `Truncated` at the end of the input.
    pub fn u8(&mut self) -> Result<u8> {
        let byte = *self.bytes.get(self.at).ok_or(self.fault(Fault::Truncated))?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned number in its shortest LEB128 form.
    ///
    /// # Errors
    /// `Truncated`; `BadVarint` when padded or longer than 64 bits.
    pub fn varint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        let mut shift = 0u32;
        loop {
            let byte = self.u8()?;
            let part = u64::from(byte & 0x7f);
            if shift > 63 || (shift == 63 && part > 1) || (byte == 0 && shift > 0) {
                return Err(self.fault(Fault::BadVarint));
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// An unsigned number of at most `max`.
    ///
    /// # Errors
    /// As [`Self::varint`]; `TooLarge` above `max`.
    pub fn varint_max(&mut self, max: u64) -> Result<u64> {
        let value = self.varint()?;
        if value > max { Err(self.fault(Fault::TooLarge)) } else { Ok(value) }
    }

    /// A `u32`.
    ///
    /// # Errors
    /// As [`Self::varint_max`].
    #[allow(clippy::cast_possible_truncation, reason = "bounded by u32::MAX one line above")]
    pub fn u32(&mut self) -> Result<u32> {
        Ok(self.varint_max(u64::from(u32::MAX))? as u32)
    }

    /// A `u16`.
    ///
    /// # Errors
    /// As [`Self::varint_max`].
    #[allow(clippy::cast_possible_truncation, reason = "bounded by u16::MAX one line above")]
    pub fn u16(&mut self) -> Result<u16> {
        Ok(self.varint_max(u64::from(u16::MAX))? as u16)
    }

    /// A signed number, zigzag coded.
    ///
    /// # Errors
    /// As [`Self::varint`].
    #[allow(clippy::cast_possible_wrap, reason = "zigzag is defined on the bit pattern")]
    pub fn signed(&mut self) -> Result<i64> {
        let raw = self.varint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }

    /// A 64-bit float, little endian.
    ///
    /// # Errors
    /// `Truncated`.
    pub fn f64(&mut self) -> Result<f64> {
        let bytes = self.take(8)?;
        let mut raw = [0; 8];
        raw.copy_from_slice(bytes);
        Ok(f64::from_le_bytes(raw))
    }

    /// The next `len` bytes.
    ///
    /// # Errors
    /// `Truncated` when fewer are left.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        if len > self.left() {
            return Err(self.fault(Fault::Truncated));
        }
        let bytes = &self.bytes[self.at..self.at + len];
        self.at += len;
        Ok(bytes)
    }

    /// A length-prefixed run of at most `max` bytes.
    ///
    /// # Errors
    /// `TooLarge` above `max`, `Truncated` when fewer are left.
    pub fn blob(&mut self, max: usize) -> Result<&'a [u8]> {
        let len = self.count(max, 1)?;
        self.take(len)
    }

    /// Length-prefixed UTF-8 text of at most `max` bytes.
    ///
    /// # Errors
    /// As [`Self::blob`]; `NotUtf8`.
    pub fn text(&mut self, max: usize) -> Result<&'a str> {
        let bytes = self.blob(max)?;
        core::str::from_utf8(bytes).map_err(|_| self.fault(Fault::NotUtf8))
    }

    /// The number of elements that follow: at most `max`, and no more than could fit in what is
    /// left when each takes at least `least` bytes. Safe to reserve memory for.
    ///
    /// # Errors
    /// `TooLarge` above `max`, `Truncated` when they cannot fit.
    #[allow(clippy::cast_possible_truncation, reason = "bounded by max, a usize")]
    pub fn count(&mut self, max: usize, least: usize) -> Result<usize> {
        let count = self.varint_max(max as u64)? as usize;
        if count.saturating_mul(least) > self.left() {
            return Err(self.fault(Fault::Truncated));
        }
        Ok(count)
    }

    /// Checks that all was read.
    ///
    /// # Errors
    /// `Trailing` when bytes are left.
    pub const fn end(&self) -> Result<()> {
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

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut w = Writer::new();
            w.varint(value);
            let bytes = w.into_bytes();
            let mut r = Reader::new(&bytes);
            assert_eq!(r.varint(), Ok(value));
            assert_eq!(r.end(), Ok(()));
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            let mut w = Writer::new();
            w.signed(value);
            let bytes = w.into_bytes();
            assert_eq!(Reader::new(&bytes).signed(), Ok(value));
        }
    }

    #[test]
    fn padded_and_oversized_varints_are_refused() {
        assert_eq!(Reader::new(&[0x80, 0]).varint().map_err(|e| e.fault), Err(Fault::BadVarint));
        assert_eq!(Reader::new(&[0xff; 11]).varint().map_err(|e| e.fault), Err(Fault::BadVarint));
        assert_eq!(Reader::new(&[0x80]).varint().map_err(|e| e.fault), Err(Fault::Truncated));
    }

    #[test]
    fn a_huge_length_takes_no_memory() {
        let mut w = Writer::new();
        w.varint(u64::MAX);
        let bytes = w.into_bytes();
        assert_eq!(Reader::new(&bytes).blob(usize::MAX).map_err(|e| e.fault), Err(Fault::Truncated));
        assert_eq!(Reader::new(&bytes).count(10, 1).map_err(|e| e.fault), Err(Fault::TooLarge));
    }
}
