//! The content hash: names chunks, finds damage, spreads ids over buckets.
//!
//! FNV-1a with 64 bits and a final mix. It is a few instructions in wasm, and each of its steps is
//! a bijection of the state, so bytes that differ in a single place never share a hash. It is no
//! signature and need not be one: who can replace a chunk on the shop's own host can replace the
//! core that names it, and the page's `integrity` attributes are the place to pin files.

use alloc::string::String;

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Hash of a file's bytes: the chunk's name, the book's id.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> u64 {
    mix(feed(OFFSET, bytes))
}

/// Hash of an item's or a model's id. The salt is chosen by the builder so that no two items share
/// bucket and fingerprint.
pub(crate) fn id_hash(salt: u32, id: &str) -> u64 {
    mix(feed(feed(OFFSET, &salt.to_le_bytes()), id.as_bytes()))
}

fn feed(mut hash: u64, bytes: &[u8]) -> u64 {
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(PRIME);
    }
    hash
}

/// The finalizer of MurmurHash3 (public domain): FNV alone leaves the upper bits of short input
/// poorly mixed, and buckets are cut from the upper bits.
const fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// Sixteen lower-case hex digits.
#[must_use]
pub fn hex16(hash: u64) -> String {
    let mut text = String::with_capacity(16);
    for byte in hash.to_be_bytes() {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }));
        }
    }
    text
}

/// Reads [`hex16`]; `None` unless the text is exactly that.
pub(crate) fn from_hex16(text: &[u8]) -> Option<u64> {
    let mut hash = 0;
    for digit in text {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        hash = hash << 4 | u64::from(value);
    }
    (text.len() == 16).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_are_fnv_1a() {
        // Vectors of draft-eastlake-fnv, before the final mix.
        assert_eq!(feed(OFFSET, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(feed(OFFSET, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(feed(OFFSET, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn hex_comes_back() {
        for hash in [0, 1, 0x0123_4567_89ab_cdef, u64::MAX] {
            assert_eq!(from_hex16(hex16(hash).as_bytes()), Some(hash));
        }
        assert_eq!(hex16(0x0123_4567_89ab_cdef), "0123456789abcdef");
        for wrong in ["", "0123456789abcde", "0123456789abcdeF", "0123456789abcdef0"] {
            assert_eq!(from_hex16(wrong.as_bytes()), None);
        }
    }

    #[test]
    fn one_changed_byte_always_changes_the_hash() {
        let bytes: Vec<u8> = (0..200u8).collect();
        let whole = content_hash(&bytes);
        for at in 0..bytes.len() {
            for flip in [1, 0x80, 0xff] {
                let mut other = bytes.clone();
                other[at] ^= flip;
                assert_ne!(content_hash(&other), whole);
            }
        }
    }
}
