//! A store that keeps each shopper's data under a key of her own, and the keys elsewhere: whoever destroys the keys
//! has erased her from every copy of the data, those in backups too.
//!
//! A value of a person is stored as
//!
//! | bytes | what |
//! | --- | --- |
//! | 3 | `ff 73` and version 1; no value that is not sealed begins like that |
//! | 12 | nonce, random |
//! | 40 | whose it is (32) and the id of her data key (8), made unreadable without the keyring |
//! | 8 | a check of these and of the place |
//! | rest | the value under AES-256-GCM; the place, the owner and the key's id are authenticated with it |
//!
//! A value whose key was destroyed is read as none, and its place as empty. A value whose key is there and
//! that does not open was changed or put elsewhere: that is [`StoreError::Damaged`]. What was written before
//! there was a keyring is read as it is and sealed at its next change.
//!
//! Erasing goes with three calls, in an order that lets nothing of a later life be lost whatever runs at once
//! ([`crate::erase`]): the keys are listed, then the marker is put in the document's place, and at last exactly
//! the listed keys are shredded. A new life begins with [`Store::renew`] after the marker was read and before it
//! is replaced; its key is either not on the list, or the marker has changed and the new life does not begin.

use std::sync::Arc;

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use wellmet_engine::time::Instant;

use super::address::Address;
use super::keyring::{DataKey, Keyring, Ring, random};
use super::{
    Bucket, DataKeyId, Entry, Key, KeyringFault, MAX_VALUE, Mark, Owner, Page, Pending, Place, Revision, Store,
    StoreError, Swap, Versioned,
};
use crate::clock::Clock;

const MAGIC: [u8; 2] = [0xff, b's'];
const VERSION: u8 = 1;
const HEAD: usize = MAGIC.len() + 1;
/// Whose a value is, and the id of her key.
const NAME: usize = 40;
const CHECK: usize = 8;
const TAG: usize = 16;
/// What sealing adds to a value, in bytes.
pub(super) const ROOM: usize = HEAD + NONCE_LEN + NAME + CHECK + TAG;

/// Whether a stored value is sealed.
pub(super) fn is_sealed(value: &[u8]) -> bool {
    value.starts_with(&MAGIC)
}

/// Whether what lies in a bucket says something of a person. The others hold hashes, numbers, and the hub's own keys.
const fn personal(bucket: Bucket) -> bool {
    match bucket {
        Bucket::Document
        | Bucket::Account
        | Bucket::Record
        | Bucket::Session
        | Bucket::Grant
        | Bucket::Clerk
        | Bucket::Order
        | Bucket::Points
        | Bucket::Voucher
        | Bucket::Wallet
        | Bucket::Thread
        | Bucket::Desk
        | Bucket::Journey => true,
        Bucket::Token | Bucket::Stock | Bucket::Budget | Bucket::Hub | Bucket::Waiting | Bucket::Keyring => false,
    }
}

/// Where a value lies, as it is authenticated: the bucket's number (0 for a log) and the key.
type Where = [u8; 33];

fn at(bucket: u8, key: Key) -> Where {
    let mut place = [bucket; 33];
    place[1..].copy_from_slice(key.bytes());
    place
}

fn of_place(place: Place) -> Where {
    at(place.bucket as u8, place.key)
}

/// Says in the data which keyring it is sealed with.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) keyring: String,
}

fn note_place() -> Place {
    Place { bucket: Bucket::Hub, key: Key::of("hub", "keyring") }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The keyring that a store's values are sealed with, if they are.
async fn noted(store: &dyn Store) -> Result<Option<String>, StoreError> {
    let Some(kept) = store.get(note_place()).await? else { return Ok(None) };
    let note: Note = serde_json::from_slice(&kept.value).map_err(|_| StoreError::Damaged)?;
    Ok(Some(note.keyring))
}

/// Opens the data at an address, with the keyring where there is one.
///
/// # Errors
/// [`StoreError::Keyring`] when the data and the keyring do not belong together, and what [`Address::open`] meets.
pub async fn open(data: &Address, keyring: Option<&Address>, clock: Clock) -> Result<Arc<dyn Store>, StoreError> {
    // On a cluster data keys have streams of their own, also under the same name.
    if keyring == Some(data) && matches!(data, Address::Directory(_)) {
        return Err(KeyringFault::Beside.into());
    }
    let store = data.open(clock.clone()).await?;
    let Some(keyring) = keyring else {
        refuse_sealed(&*store).await?;
        return Ok(store);
    };
    // A mistyped place is not made a keyring.
    if !keyring.has_keyring() && in_use(&*store).await? {
        return Err(KeyringFault::Empty.into());
    }
    Ok(Arc::new(Sealed::over(store, keyring.open_keyring(clock).await?).await?))
}

/// Whether a store's values are sealed.
///
/// # Errors
/// The store's failure.
pub async fn in_use(store: &dyn Store) -> Result<bool, StoreError> {
    Ok(noted(store).await?.is_some())
}

/// Refuses a store whose values are sealed: it is to be opened with its keyring.
///
/// # Errors
/// [`KeyringFault::LeftOut`], or the store's failure.
pub(crate) async fn refuse_sealed(store: &dyn Store) -> Result<(), StoreError> {
    if in_use(store).await? { Err(KeyringFault::LeftOut.into()) } else { Ok(()) }
}

/// The store.
pub struct Sealed {
    inner: Arc<dyn Store>,
    keyring: Keyring,
}

/// The keys that were read last, for many values of one owner.
type Latest = Option<(Key, Option<Ring>)>;

impl Sealed {
    /// Seals what is written to a store from now on with the keys of another, which is made a keyring if it is empty.
    ///
    /// # Errors
    /// [`StoreError::Keyring`] when the store's values are sealed with other keys; the failure of one of the two.
    pub async fn over(inner: Arc<dyn Store>, keyring: Arc<dyn Store>) -> Result<Self, StoreError> {
        loop {
            let (noted, there) = (noted(&*inner).await?, Keyring::identity(&*keyring).await?);
            let identity = match (noted, there) {
                (Some(_), None) => return Err(KeyringFault::Empty.into()),
                (Some(noted), Some(there)) if noted != hex(&there.id) => return Err(KeyringFault::Other.into()),
                (Some(_), Some(there)) => return Ok(Self { inner, keyring: Keyring::new(keyring, &there) }),
                (None, Some(there)) => there,
                (None, None) => Keyring::lay(&*keyring).await?,
            };
            // The keyring is durable before anything says that it is needed.
            let note = serde_json::to_vec(&Note { keyring: hex(&identity.id) }).expect("a text is JSON");
            inner.swap(note_place(), None, Some(note), None).await?;
        }
    }

    /// Forty bytes that nobody can tell from random ones without the keyring.
    fn mask(&self, nonce: &[u8]) -> [u8; NAME] {
        let tag = hmac::sign(&self.keyring.namer, nonce);
        let mut mask = [0; NAME];
        mask.copy_from_slice(&tag.as_ref()[..NAME]);
        mask
    }

    fn check(&self, place: &Where, nonce: &[u8], name: &[u8; NAME]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.keyring.namer);
        [&place[..], nonce, name].into_iter().for_each(|part| context.update(part));
        context.sign()
    }

    fn seal(&self, place: &Where, owner: Key, key: DataKey, value: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut name = [0; NAME];
        name[..32].copy_from_slice(owner.bytes());
        name[32..].copy_from_slice(&key.id.0.to_le_bytes());
        let mut body = value.to_vec();
        cipher(&key)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad(place, &name), &mut body)
            .map_err(|_| StoreError::Failed("a value could not be sealed".into()))?;
        let mut sealed = Vec::with_capacity(ROOM + value.len());
        sealed.extend(MAGIC);
        sealed.push(VERSION);
        sealed.extend(nonce);
        sealed.extend(name.iter().zip(self.mask(&nonce)).map(|(byte, mask)| byte ^ mask));
        sealed.extend(&self.check(place, &nonce, &name).as_ref()[..CHECK]);
        sealed.extend(body);
        Ok(sealed)
    }

    /// What is in a stored value; `None` when no key opens it any more.
    async fn opened(&self, place: &Where, value: Vec<u8>, latest: &mut Latest) -> Result<Option<Vec<u8>>, StoreError> {
        if !is_sealed(&value) {
            return Ok(Some(value));
        }
        match value.get(MAGIC.len()) {
            Some(&VERSION) if value.len() >= ROOM => {}
            Some(&VERSION) | None => return Err(StoreError::Damaged),
            Some(newer) => return Err(StoreError::Newer((*newer).into())),
        }
        let (nonce, rest) = value[HEAD..].split_at(NONCE_LEN);
        let (masked, rest) = rest.split_at(NAME);
        let (check, body) = rest.split_at(CHECK);
        let mut name = self.mask(nonce);
        name.iter_mut().zip(masked).for_each(|(byte, masked)| *byte ^= masked);
        if self.check(place, nonce, &name).as_ref()[..CHECK] != *check {
            return Err(StoreError::Damaged);
        }
        let (owner, id) = name.split_at(32);
        let owner = Key::from_bytes(owner).ok_or(StoreError::Damaged)?;
        let id = DataKeyId(u64::from_le_bytes(id.try_into().map_err(|_| StoreError::Damaged)?));
        if latest.as_ref().is_none_or(|(whose, _)| *whose != owner) {
            *latest = Some((owner, self.keyring.of(owner).await?));
        }
        let ring = latest.as_ref().and_then(|(_, ring)| ring.as_ref());
        let Some(key) = ring.and_then(|ring| ring.find(id)) else { return Ok(None) };
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| StoreError::Damaged)?;
        let mut body = body.to_vec();
        let length = cipher(&key)?.open_in_place(nonce, aad(place, &name), &mut body).map(|plain| plain.len());
        body.truncate(length.map_err(|_| StoreError::Damaged)?);
        Ok(Some(body))
    }

    /// A value as it is to be stored.
    async fn closed(
        &self,
        place: &Where,
        owner: Option<Key>,
        value: Vec<u8>,
        until: Option<Instant>,
    ) -> Result<Vec<u8>, StoreError> {
        if value.len() > MAX_VALUE {
            return Err(StoreError::TooLarge(value.len()));
        }
        let Some(owner) = owner else { return Ok(value) };
        let key = self.keyring.current(owner, until).await?;
        self.seal(place, owner, key, &value)
    }

    async fn put(
        &self,
        owner: Owner,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Result<Swap, StoreError> {
        let (name, personal) = (of_place(place), personal(place.bucket));
        let value = match value {
            Some(value) => Some(self.closed(&name, of(owner, place.key).filter(|_| personal), value, until).await?),
            None => None,
        };
        let again = (personal && seen.is_none()).then(|| value.clone());
        let swap = self.inner.swap(place, seen, value, until).await?;
        // What no key opens any more is replaced like nothing at all.
        if let (Swap::Stale, Some(value)) = (swap, again)
            && let Some(there) = self.inner.get(place).await?
            && self.opened(&name, there.value, &mut None).await?.is_none()
        {
            return self.inner.swap(place, Some(there.revision), value, until).await;
        }
        Ok(swap)
    }
}

/// Whose data key seals.
const fn of(owner: Owner, named: Key) -> Option<Key> {
    match owner {
        Owner::Named => Some(named),
        Owner::Is(key) => Some(key),
        Owner::Nobody => None,
    }
}

fn cipher(key: &DataKey) -> Result<LessSafeKey, StoreError> {
    let key = UnboundKey::new(&AES_256_GCM, &key.key).map_err(|_| StoreError::Failed("a data key is none".into()))?;
    Ok(LessSafeKey::new(key))
}

/// What is authenticated with a value.
fn aad(place: &Where, name: &[u8; NAME]) -> Aad<[u8; HEAD + 33 + NAME]> {
    let mut bytes = [0; HEAD + 33 + NAME];
    bytes[..MAGIC.len()].copy_from_slice(&MAGIC);
    bytes[MAGIC.len()] = VERSION;
    bytes[HEAD..HEAD + 33].copy_from_slice(place);
    bytes[HEAD + 33..].copy_from_slice(name);
    Aad::from(bytes)
}

impl Store for Sealed {
    fn get(&self, place: Place) -> Pending<'_, Option<Versioned>> {
        if !personal(place.bucket) {
            // Which keyring it is, is nothing that lies in an opened store.
            return if place == note_place() { Box::pin(async { Ok(None) }) } else { self.inner.get(place) };
        }
        Box::pin(async move {
            let Some(kept) = self.inner.get(place).await? else { return Ok(None) };
            let value = self.opened(&of_place(place), kept.value, &mut None).await?;
            Ok(value.map(|value| Versioned { revision: kept.revision, value }))
        })
    }

    fn swap(
        &self,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Pending<'_, Swap> {
        Box::pin(self.put(Owner::Named, place, seen, value, until))
    }

    fn swap_of(
        &self,
        owner: Owner,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Pending<'_, Swap> {
        Box::pin(self.put(owner, place, seen, value, until))
    }

    fn append(&self, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Pending<'_, ()> {
        self.append_of(Owner::Named, subject, value, until)
    }

    fn append_of(&self, owner: Owner, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Pending<'_, ()> {
        Box::pin(async move {
            let value = self.closed(&at(0, subject), of(owner, subject), value, until).await?;
            self.inner.append(subject, value, until).await
        })
    }

    fn entries(&self, subject: Key, limit: usize) -> Pending<'_, Vec<Entry>> {
        Box::pin(async move {
            let (mut entries, mut latest) = (Vec::new(), None);
            for Entry { value, until } in self.inner.entries(subject, limit).await? {
                let value = self.opened(&at(0, subject), value, &mut latest).await?;
                entries.extend(value.map(|value| Entry { value, until }));
            }
            Ok(entries)
        })
    }

    fn purge(&self, subject: Key) -> Pending<'_, ()> {
        self.inner.purge(subject)
    }

    fn keys(&self, bucket: Bucket, first: u8) -> Pending<'_, Vec<Key>> {
        self.inner.keys(bucket, first)
    }

    fn watch(&self, place: Place) -> Pending<'_, watch::Receiver<Revision>> {
        self.inner.watch(place)
    }

    fn places(&self, after: Option<Mark>) -> Pending<'_, Page> {
        Box::pin(async move {
            let (found, next) = self.inner.places(after).await?;
            let (mut places, mut latest) = (Vec::with_capacity(found.len()), None);
            for mut placed in found {
                if placed.place == note_place() {
                    continue;
                }
                if personal(placed.place.bucket) {
                    match self.opened(&of_place(placed.place), placed.value, &mut latest).await? {
                        Some(value) => placed.value = value,
                        None => continue,
                    }
                }
                places.push(placed);
            }
            Ok((places, next))
        })
    }

    fn subjects(&self) -> Pending<'_, Vec<Key>> {
        self.inner.subjects()
    }

    fn scrub(&self) -> Pending<'_, ()> {
        Box::pin(async move {
            self.inner.scrub().await?;
            self.keyring.scrub().await
        })
    }

    fn data_keys(&self, owner: Key) -> Pending<'_, Vec<DataKeyId>> {
        Box::pin(self.keyring.ids(owner))
    }

    fn renew(&self, owner: Key) -> Pending<'_, ()> {
        Box::pin(self.keyring.renew(owner))
    }

    fn shred(&self, owner: Key, keys: Vec<DataKeyId>) -> Pending<'_, ()> {
        Box::pin(async move { if keys.is_empty() { Ok(()) } else { self.keyring.shred(owner, &keys).await } })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::super::sqlite::{Kind, SqliteStore};
    use super::*;

    macro_rules! sample {
        ($name:literal) => {
            include_str!(concat!("../../../../tests/frozen/hub/", $name)).trim()
        };
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
    }

    async fn put(store: &dyn Store, place: Place, value: Vec<u8>) {
        assert!(matches!(store.swap(place, None, Some(value), None).await.unwrap(), Swap::Done(_)));
    }

    /// A place and a log that the first release with keyrings has sealed, with its keyring.
    #[tokio::test]
    async fn what_was_sealed_once_opens_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let data = Arc::new(SqliteStore::open(folder.path(), Clock::system()).unwrap());
        let keys = Arc::new(SqliteStore::open_kind(Kind::Keyring, folder.path(), Clock::system()).unwrap());
        let place = Place { bucket: Bucket::Document, key: Key::of("customer", "CG-12520") };
        let keyring = |key| Place { bucket: Bucket::Keyring, key };
        put(&*keys, keyring(Key::of("keyring", "identity")), bytes(sample!("keyring-1.hex"))).await;
        put(&*keys, keyring(place.key), bytes(sample!("data-keys-1.hex"))).await;
        put(&*data, note_place(), sample!("keyring-note-1.json").into()).await;
        put(&*data, place, bytes(sample!("sealed-value-1.hex"))).await;
        data.append(place.key, bytes(sample!("sealed-entry-1.hex")), None).await.unwrap();
        let store = Sealed::over(data, keys).await.unwrap();
        assert_eq!(store.get(place).await.unwrap().unwrap().value, b"document");
        assert_eq!(store.read(place.key, 9).await.unwrap(), [b"entry"]);
        assert_eq!(store.data_keys(place.key).await.unwrap().len(), 2, "she had begun anew");
    }
}
