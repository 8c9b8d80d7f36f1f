//! Data keys, in a store of their own: for each owner one, or more for a while.
//!
//! | place | bytes |
//! | --- | --- |
//! | of the keyring itself | version 1, its id (16), its secret (32) |
//! | of an owner | version 1, when the keys vanish (the smallest number: never), then a list of: id (8), key (32) |
//!
//! The newest key of an owner seals, the others still open. A key lasts as long as anything that it sealed.
//! Nothing here is ever kept in memory from one call to the next: a key that was shredded is gone for every
//! hub at once, and whoever seals after having read a place uses a key that was there after that reading.

use std::sync::Arc;

use ring::hmac;
use wellmet_engine::time::{Instant, Span};
use wellmet_engine::wire::{Fault, Reader, Result as Read, Writer};

use super::{Bucket, DataKeyId, Key, Place, Store, StoreError, Swap};

const VERSION: u8 = 1;
/// Most keys of an owner: one for each new beginning that was raced for.
const MOST_KEYS: usize = 1_024;
/// Most rounds of a compare and set.
const MOST_ROUNDS: usize = 64;
/// How much longer than asked a key is kept, so that what is prolonged with every click does not prolong its key
/// with every click too.
const SLACK: Span = Span::days(30);

/// A key of AES-256.
pub(super) type Secret = [u8; 32];

/// A data key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct DataKey {
    pub(super) id: DataKeyId,
    pub(super) key: Secret,
}

/// The data keys of an owner, oldest first.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Ring {
    until: Option<Instant>,
    keys: Vec<DataKey>,
}

/// Tells one keyring from another, and holds what all values are named with.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: [u8; 16],
    secret: Secret,
}

/// A keyring.
pub(super) struct Keyring {
    store: Arc<dyn Store>,
    /// Names data keys in sealed values, so that these do not tell which of them belong together.
    pub(super) namer: hmac::Key,
}

const fn place(key: Key) -> Place {
    Place { bucket: Bucket::Keyring, key }
}

fn own_place() -> Place {
    place(Key::of("keyring", "identity"))
}

pub(super) fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    crate::random::bytes().map_err(|refusal| StoreError::Failed(refusal.code.into()))
}

/// Reads a place of the keyring.
fn read<T>(value: &[u8], decode: fn(&[u8]) -> Read<T>) -> Result<T, StoreError> {
    decode(value).map_err(|error| match (error.fault, value.first()) {
        (Fault::UnknownVersion, Some(version)) => StoreError::Newer((*version).into()),
        _ => StoreError::Failed("a place of the keyring cannot be read".into()),
    })
}

impl Identity {
    fn encode(&self) -> Vec<u8> {
        [&[VERSION], &self.id[..], &self.secret].concat()
    }

    pub(super) fn decode(bytes: &[u8]) -> Read<Self> {
        let r = &mut Reader::new(bytes);
        version(r)?;
        let mut identity = Self { id: [0; 16], secret: [0; 32] };
        r.fill(&mut identity.id);
        r.fill(&mut identity.secret);
        r.end()?;
        Ok(identity)
    }
}

fn version(r: &mut Reader<'_>) -> Read<()> {
    if r.u8() == VERSION { Ok(()) } else { Err(r.fault(Fault::UnknownVersion)) }
}

impl Ring {
    fn new() -> Self {
        Self { until: Some(Instant(i64::MIN + 1)), keys: Vec::new() }
    }

    fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.raw(&self.until.map_or(i64::MIN, |until| until.0).to_le_bytes());
        w.varint(self.keys.len() as u64);
        for DataKey { id, key } in &self.keys {
            w.raw(&id.0.to_le_bytes());
            w.raw(key);
        }
        w.into_bytes()
    }

    pub(super) fn decode(bytes: &[u8]) -> Read<Self> {
        let r = &mut Reader::new(bytes);
        version(r)?;
        let mut eight = [0; 8];
        r.fill(&mut eight);
        let until = Some(i64::from_le_bytes(eight)).filter(|until| *until != i64::MIN).map(Instant);
        let keys = r.list(MOST_KEYS, 40, |r| {
            let (mut id, mut key) = ([0; 8], [0; 32]);
            r.fill(&mut id);
            r.fill(&mut key);
            DataKey { id: DataKeyId(u64::from_le_bytes(id)), key }
        });
        r.end()?;
        Ok(Self { until, keys })
    }

    /// The key of an id.
    pub(super) fn find(&self, id: DataKeyId) -> Option<DataKey> {
        self.keys.iter().copied().find(|key| key.id == id)
    }

    /// The newest key, if the keys are kept until then.
    fn newest(&self, until: Option<Instant>) -> Option<DataKey> {
        let lasts = self.until.is_none_or(|kept| until.is_some_and(|until| until <= kept));
        self.keys.last().copied().filter(|_| lasts)
    }

    fn prolong(&mut self, until: Option<Instant>) {
        self.until = self.until.zip(until).map(|(kept, until)| kept.max(until + SLACK));
    }

    fn add(&mut self) -> Result<(), StoreError> {
        if self.keys.len() >= MOST_KEYS {
            return Err(StoreError::Busy);
        }
        self.keys.push(DataKey { id: DataKeyId(u64::from_le_bytes(random()?)), key: random()? });
        Ok(())
    }
}

impl Keyring {
    /// No byte of a destroyed key is to stay in the file.
    pub(super) async fn scrub(&self) -> Result<(), StoreError> {
        self.store.scrub().await
    }

    /// Which keyring a store is; `None` for one that holds no keys yet.
    pub(super) async fn identity(store: &dyn Store) -> Result<Option<Identity>, StoreError> {
        let kept = store.get(own_place()).await?;
        kept.map(|kept| read(&kept.value, Identity::decode)).transpose()
    }

    /// Makes an empty store a keyring. Of two at once both get the same.
    pub(super) async fn lay(store: &dyn Store) -> Result<Identity, StoreError> {
        let identity = Identity { id: random()?, secret: random()? };
        match store.swap(own_place(), None, Some(identity.encode()), None).await? {
            Swap::Done(_) => Ok(identity),
            Swap::Stale => Self::identity(store).await?.ok_or(StoreError::Busy),
        }
    }

    pub(super) fn new(store: Arc<dyn Store>, identity: &Identity) -> Self {
        Self { store, namer: hmac::Key::new(hmac::HMAC_SHA512, &identity.secret) }
    }

    /// The keys of an owner.
    pub(super) async fn of(&self, owner: Key) -> Result<Option<Ring>, StoreError> {
        let kept = self.store.get(place(owner)).await?;
        kept.map(|kept| read(&kept.value, Ring::decode)).transpose()
    }

    /// The key that seals what belongs to an owner and vanishes at `until`, made where there is none. It is durable
    /// when this returns.
    pub(super) async fn current(&self, owner: Key, until: Option<Instant>) -> Result<DataKey, StoreError> {
        self.change(owner, |ring| {
            if let Some(newest) = ring.newest(until) {
                return Ok((false, newest));
            }
            if ring.keys.is_empty() {
                ring.add()?;
            }
            ring.prolong(until);
            Ok((true, ring.keys[ring.keys.len() - 1]))
        })
        .await
    }

    /// The ids of an owner's keys.
    pub(super) async fn ids(&self, owner: Key) -> Result<Vec<DataKeyId>, StoreError> {
        Ok(self.of(owner).await?.map(|ring| ring.keys.iter().map(|key| key.id).collect()).unwrap_or_default())
    }

    /// Puts a new key before the others.
    pub(super) async fn renew(&self, owner: Key) -> Result<(), StoreError> {
        self.change(owner, |ring| {
            ring.add()?;
            ring.prolong(None);
            Ok((true, ()))
        })
        .await
    }

    /// Destroys keys.
    pub(super) async fn shred(&self, owner: Key, ids: &[DataKeyId]) -> Result<(), StoreError> {
        self.change(owner, |ring| {
            let before = ring.keys.len();
            ring.keys.retain(|key| !ids.contains(&key.id));
            Ok((ring.keys.len() < before, ()))
        })
        .await
    }

    /// Changes the keys of an owner by compare and set; a place without keys is removed.
    async fn change<T: Send>(
        &self,
        owner: Key,
        mut step: impl FnMut(&mut Ring) -> Result<(bool, T), StoreError> + Send,
    ) -> Result<T, StoreError> {
        for _ in 0..MOST_ROUNDS {
            let kept = self.store.get(place(owner)).await?;
            let seen = kept.as_ref().map(|kept| kept.revision);
            let ring = kept.map(|kept| read(&kept.value, Ring::decode)).transpose()?;
            let mut ring = ring.unwrap_or_else(Ring::new);
            let (write, answer) = step(&mut ring)?;
            if !write {
                return Ok(answer);
            }
            let value = (!ring.keys.is_empty()).then(|| ring.encode());
            let until = ring.until.filter(|_| value.is_some());
            if let Swap::Done(_) = self.store.swap(place(owner), seen, value, until).await? {
                return Ok(answer);
            }
        }
        Err(StoreError::Busy)
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    #[test]
    fn keys_come_back_and_damage_is_an_error() {
        let key = |n: u8| DataKey { id: DataKeyId(u64::MAX - u64::from(n)), key: [n; 32] };
        for until in [None, Some(Instant(5))] {
            let bytes = Ring { until, keys: vec![key(1), key(2)] }.encode();
            let ring = Ring::decode(&bytes).unwrap();
            assert!(ring.until == until && ring.find(key(2).id) == Some(key(2)) && ring.keys.len() == 2);
            assert!((0..bytes.len()).all(|end| Ring::decode(&bytes[..end]).is_err()));
        }
    }

    #[test]
    fn a_key_lasts_as_long_as_what_it_seals() {
        let mut ring = Ring::new();
        assert!(ring.newest(Some(Instant(0))).is_none());
        ring.add().unwrap();
        ring.prolong(Some(Instant(100)));
        assert!(ring.newest(Some(Instant(100) + SLACK)).is_some(), "some more is kept than was asked for");
        assert!(ring.newest(Some(Instant(101) + SLACK)).is_none() && ring.newest(None).is_none());
        ring.prolong(None);
        ring.prolong(Some(Instant(100)));
        assert!(ring.newest(None).is_some(), "for ever stays for ever");
    }
}
