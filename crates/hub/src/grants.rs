//! What a shopper lets a clerk do: look at her cart and configurations, or change them, for a while.
//!
//! The shopper makes a grant on her device and gets a code of eight letters, to be read out or shown as
//! a QR picture. A clerk who is signed in ([`crate::identity::clerk`]) opens it with the code; from then
//! on it is hers alone. It ends by itself, or at once when the shopper takes it back, signs in, or asks
//! to be forgotten. Every step is in the shopper's history, each edit with what it did.
//!
//! A clerk never gets the shopper's session: no orders, no address, no login. Her writes have an actor
//! of their own, so that a merge treats them as one more device's.
//!
//! A page for clerks calls `POST /v1/clerk/login` with a token of scope `consultant`, `POST
//! /v1/clerk/open` with the code, then `GET` and `POST /v1/clerk/grants/{id}` to see and edit; inside the
//! hub the same are [`Grants::open`], [`Grants::of_clerk`] and [`Granted::edit`].

use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use wellmet_engine::time::{Instant, Span};
use wellmet_state::Document;

use crate::documents::Documents;
use crate::documents::edit::{Whose, Writer};
use crate::identity::clerk::Clerk;
use crate::random;
use crate::refusal::Refusal;
use crate::store::change::{Next, change};
use crate::store::{Bucket, Key, Owner, Place, Store, damaged};

/// How long a grant lasts unless she says otherwise, and the longest she can say.
pub(crate) const USUAL: Span = Span(60 * Span::MINUTE.0);
/// See [`USUAL`].
pub(crate) const LONGEST: Span = Span::days(1);
/// Most grants of one shopper at once; the oldest ends for a new one.
const MOST: usize = 8;
/// Crockford's digits: none looks like another, none is a vowel that makes words.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const NO_GRANT: Refusal = Refusal::new(StatusCode::NOT_FOUND, "no-grant", "There is no such grant, or it has ended.")
    .fix("Ask the shopper for a new code.");
const TAKEN: Refusal = Refusal::new(StatusCode::CONFLICT, "grant-taken", "Another clerk has opened this grant.")
    .fix("Ask for a new code.");
const VIEW_ONLY: Refusal = Refusal::new(StatusCode::FORBIDDEN, "view-only", "This grant is for looking only.")
    .fix("Ask the shopper for a grant that may edit.");

/// What a grant allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum May {
    /// To look.
    View,
    /// To look and to change.
    #[default]
    Edit,
}

/// A grant. Stored as JSON: fields may be added, none may change its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// Key of the shopper's document.
    pub(crate) shopper: String,
    /// The customer's id; nothing for a visitor.
    pub(crate) customer: Option<String>,
    /// Which life of the document.
    pub(crate) life: u64,
    /// What is allowed.
    pub(crate) may: May,
    /// When it was made, in milliseconds since 1970.
    pub(crate) since: i64,
    /// When it ends.
    pub(crate) until: i64,
    /// Who opened it, and when.
    pub(crate) opened: Option<Opened>,
}

/// The clerk of a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// The shop's id for her.
    pub(crate) clerk: String,
    /// Her name.
    pub(crate) name: Option<String>,
    /// When, in milliseconds since 1970.
    pub(crate) at: i64,
}

/// A grant and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Granted {
    /// Names it without its code: the key's hexadecimal digits are its id.
    pub(crate) key: Key,
    /// What it says.
    pub(crate) grant: Grant,
}

/// All grants.
#[derive(Clone)]
pub(crate) struct Grants {
    store: Arc<dyn Store>,
}

const fn place(key: Key) -> Place {
    Place { bucket: Bucket::Grant, key }
}

fn list_of(shopper: Key) -> Place {
    place(Key::of("grants", &shopper.hex()))
}

fn decode<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|_| damaged("grant"))
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value).map_err(|_| damaged("grant"))
}

/// A code as a person writes it: any case, spaces and dashes, O for zero, I or L for one.
fn key_of(code: &str) -> Option<Key> {
    let plain: String = code
        .chars()
        .filter(|letter| !matches!(letter, ' ' | '-'))
        .map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let known = plain.len() == 8 && plain.bytes().all(|byte| DIGITS.contains(&byte));
    known.then(|| Key::of("grant", &plain))
}

/// Eight digits of 40 random bits, in two halves. Only signed-in clerks may try codes, few a minute.
fn new_code() -> Result<String, Refusal> {
    let bits = random::bytes::<5>()?.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    let digit = |at: u32| char::from(DIGITS[(bits >> (35 - 5 * at) & 31) as usize]);
    Ok((0..4).map(digit).chain(['-']).chain((4..8).map(digit)).collect())
}

impl Grants {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Makes a grant; returns its code, which is kept nowhere.
    pub(crate) async fn make(
        &self,
        whose: Whose,
        customer: Option<&str>,
        may: May,
        lasts: Span,
        now: Instant,
    ) -> Result<(String, Granted), Refusal> {
        let code = new_code()?;
        let key = key_of(&code).ok_or_else(|| damaged("grant"))?;
        let until = now + lasts.clamp(Span::MINUTE, LONGEST);
        let grant = Grant {
            shopper: whose.shopper.hex(),
            customer: customer.map(str::to_owned),
            life: whose.life,
            may,
            since: now.0,
            until: until.0,
            opened: None,
        };
        let (owner, value) = (Owner::Is(whose.shopper), encode(&grant)?);
        // First the list, so that no grant is ever open that the shopper cannot take back.
        let last = Some(now + LONGEST);
        let crowded_out = change(&*self.store, list_of(whose.shopper), |present| {
            let mut keys: Vec<String> = present.map(decode).transpose()?.unwrap_or_default();
            keys.push(key.hex());
            let gone = (keys.len() > MOST).then(|| keys.remove(0));
            Ok(Next::PutOf { owner, value: encode(&keys)?, until: last, answer: gone })
        })
        .await?;
        if let Some(oldest) = crowded_out.as_deref().and_then(Key::from_hex) {
            self.remove(oldest).await?;
        }
        let put = |_: Option<&[u8]>| Ok(Next::PutOf { owner, value: value.clone(), until: Some(until), answer: () });
        change(&*self.store, place(key), put).await?;
        Ok((code, Granted { key, grant }))
    }

    /// The grants of a shopper that have not ended, oldest first.
    pub(crate) async fn of(&self, shopper: Key) -> Result<Vec<Granted>, Refusal> {
        let mut found = Vec::new();
        for key in self.keys(shopper).await? {
            if let Some(kept) = self.store.get(place(key)).await? {
                found.push(Granted { key, grant: decode(&kept.value)? });
            }
        }
        Ok(found)
    }

    async fn keys(&self, shopper: Key) -> Result<Vec<Key>, Refusal> {
        let kept = self.store.get(list_of(shopper)).await?;
        let keys: Vec<String> = kept.map(|kept| decode(&kept.value)).transpose()?.unwrap_or_default();
        Ok(keys.iter().filter_map(|hex| Key::from_hex(hex)).collect())
    }

    /// Ends one of a shopper's grants. `false` when it is none of hers, or has ended.
    pub(crate) async fn revoke(&self, shopper: Key, id: &str) -> Result<bool, Refusal> {
        let Some(key) = Key::from_hex(id) else { return Ok(false) };
        let hers = self.of(shopper).await?.iter().any(|granted| granted.key == key);
        if hers {
            self.remove(key).await?;
        }
        Ok(hers)
    }

    /// Ends all grants of a shopper and forgets that there were any.
    pub(crate) async fn end_all(&self, shopper: Key) -> Result<(), Refusal> {
        for key in self.keys(shopper).await? {
            self.remove(key).await?;
        }
        change(&*self.store, list_of(shopper), |_| Ok(Next::Remove(()))).await
    }

    async fn remove(&self, key: Key) -> Result<(), Refusal> {
        change(&*self.store, place(key), |_| Ok(Next::Remove(()))).await
    }

    /// Opens a grant by its code for a clerk, who may do so again. Tells whether it is the first time.
    ///
    /// # Errors
    /// 404 `no-grant`, 409 `grant-taken`.
    pub(crate) async fn open(&self, code: &str, clerk: &Clerk, now: Instant) -> Result<(Granted, bool), Refusal> {
        let key = key_of(code).ok_or(NO_GRANT)?;
        change(&*self.store, place(key), |present| {
            let mut grant: Grant = decode(present.ok_or(NO_GRANT)?)?;
            match &grant.opened {
                Some(opened) if opened.clerk != clerk.id => return Err(TAKEN),
                Some(_) => return Ok(Next::Keep((Granted { key, grant }, false))),
                None => {}
            }
            grant.opened = Some(Opened { clerk: clerk.id.clone(), name: clerk.name.clone(), at: now.0 });
            let (value, until) = (encode(&grant)?, Some(Instant(grant.until)));
            let owner = Owner::Is(Key::from_hex(&grant.shopper).ok_or_else(|| damaged("grant"))?);
            Ok(Next::PutOf { owner, value, until, answer: (Granted { key, grant }, true) })
        })
        .await
    }

    /// Whose a code is; nothing for a visitor's.
    ///
    /// # Errors
    /// 404 `no-grant`.
    pub(crate) async fn customer(&self, code: &str) -> Result<Option<String>, Refusal> {
        let kept = self.store.get(place(key_of(code).ok_or(NO_GRANT)?)).await?.ok_or(NO_GRANT)?;
        decode::<Grant>(&kept.value).map(|grant| grant.customer)
    }

    /// A grant that this clerk has opened.
    ///
    /// # Errors
    /// 404 `no-grant`.
    pub(crate) async fn of_clerk(&self, id: &str, clerk: &Clerk) -> Result<Granted, Refusal> {
        let key = Key::from_hex(id).ok_or(NO_GRANT)?;
        let kept = self.store.get(place(key)).await?.ok_or(NO_GRANT)?;
        let grant: Grant = decode(&kept.value)?;
        let hers = grant.opened.as_ref().is_some_and(|opened| opened.clerk == clerk.id);
        if hers { Ok(Granted { key, grant }) } else { Err(NO_GRANT) }
    }
}

impl Granted {
    /// Whose document it opens.
    pub(crate) fn whose(&self) -> Result<Whose, Refusal> {
        let shopper = Key::from_hex(&self.grant.shopper).ok_or_else(|| damaged("grant"))?;
        Ok(Whose { shopper, life: self.grant.life, anonymous: self.grant.customer.is_none() })
    }

    /// The document's bytes.
    ///
    /// # Errors
    /// 404 `no-grant` when the document is not what it was: she signed in, or asked to be forgotten.
    pub(crate) async fn read(&self, documents: &Documents) -> Result<Vec<u8>, Refusal> {
        let whose = self.whose()?;
        documents.read(whose.shopper, whose.life).await.map_err(over)
    }

    /// Changes the document as the clerk of this grant; returns its bytes.
    ///
    /// # Errors
    /// 403 `view-only`; 404 `no-grant` as [`Self::read`]; what `work` refuses.
    pub(crate) async fn edit(
        &self,
        documents: &Documents,
        mut work: impl FnMut(&mut Document, Instant) -> Result<(), Refusal> + Send,
    ) -> Result<Vec<u8>, Refusal> {
        if self.grant.may == May::View {
            return Err(VIEW_ONLY);
        }
        let whose = self.whose()?;
        let name = Key::of("grant-actor", &self.key.hex());
        let actor = u64::from_le_bytes(name.bytes()[..8].try_into().expect("8 of 32 bytes"));
        let writer = Writer { actor, owner: self.key };
        documents.edit(whose, writer, |document, _, now| work(document, now)).await.map_err(over)
    }
}

/// A grant is for the document that it was made for. What became of that is not the clerk's to know.
fn over(refusal: Refusal) -> Refusal {
    if refusal == Refusal::erased() || refusal == crate::app::CHANGED { NO_GRANT } else { refusal }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        let key = key_of("0123-ABCD").unwrap();
        for written in ["o123 abcd", "01-23-AB-CD", "OL23abcd", "0i23ABCD"] {
            assert_eq!(key_of(written), Some(key), "{written}");
        }
        for wrong in ["", "0123-ABC", "0123-ABCDE", "0123-ABCU", "0123-ABÇD"] {
            assert_eq!(key_of(wrong), None, "{wrong}");
        }
        let (one, other) = (new_code().unwrap(), new_code().unwrap());
        assert!(one != other && key_of(&one).is_some() && one.len() == 9, "{one} {other}");
    }
}
