//! A value as it lies in a message: when it ends, who wrote it, and whether it is there at all.
//!
//! | byte 0 | then |
//! | --- | --- |
//! | 1 a value | end (i64, little endian, milliseconds; the smallest for none), nonce (u64), the value |
//! | 2 removed | end, nonce |
//!
//! The nonce tells a writer whose answer was lost that the message is its own.

use wellmet_engine::time::Instant;

use crate::store::StoreError;

const VALUE: u8 = 1;
const REMOVED: u8 = 2;
const HEAD: usize = 17;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) until: Option<Instant>,
    pub(super) nonce: u64,
    /// `None`: removed.
    pub(super) value: Option<Vec<u8>>,
}

impl Message {
    pub(super) fn encode(&self) -> Vec<u8> {
        let value = self.value.as_deref().unwrap_or_default();
        let mut bytes = Vec::with_capacity(HEAD + value.len());
        bytes.push(if self.value.is_some() { VALUE } else { REMOVED });
        bytes.extend(self.until.map_or(i64::MIN, |until| until.0).to_le_bytes());
        bytes.extend(self.nonce.to_le_bytes());
        bytes.extend(value);
        bytes
    }

    /// # Errors
    /// [`StoreError::Newer`] for a kind that a later release wrote, [`StoreError::Failed`] for a damaged one.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        // Other tools mark a removal by an empty message.
        let Some(kind) = bytes.first().copied() else { return Ok(Self { until: None, nonce: 0, value: None }) };
        if !matches!(kind, VALUE | REMOVED) {
            return Err(StoreError::Newer(kind.into()));
        }
        let (Some(until), Some(nonce)) = (eight(bytes, 1), eight(bytes, 9)) else {
            return Err(StoreError::Failed("a stored message is cut short".into()));
        };
        let until = Some(i64::from_le_bytes(until)).filter(|until| *until != i64::MIN).map(Instant);
        let value = (kind == VALUE).then(|| bytes[HEAD..].to_vec());
        Ok(Self { until, nonce: u64::from_le_bytes(nonce), value })
    }
}

fn eight(bytes: &[u8], at: usize) -> Option<[u8; 8]> {
    bytes.get(at..at + 8)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    #[test]
    fn a_message_comes_back_and_a_cut_one_is_an_error() {
        let value = Message { until: Some(Instant(-5)), nonce: 7, value: Some(b"one".to_vec()) };
        let removed = Message { until: None, nonce: u64::MAX, value: None };
        let empty = Message { until: None, nonce: 0, value: Some(Vec::new()) };
        for message in [value, removed, empty] {
            let bytes = message.encode();
            assert_eq!(Message::decode(&bytes).unwrap(), message);
            for end in 1..HEAD {
                assert!(matches!(Message::decode(&bytes[..end]), Err(StoreError::Failed(_))), "cut at {end}");
            }
        }
        assert_eq!(Message::decode(b"").unwrap().value, None);
        assert!(matches!(Message::decode(&[9; 40]), Err(StoreError::Newer(9))));
    }
}
