//! The hub's own signature: what counts leaves it signed, so that the shop's checkout can tell it from what
//! a page made up.
//!
//! Tokens are JWTs signed with Ed25519. The public keys are at `/v1/keys` as a JWK set, so no secret has
//! to be shared to verify one. Keys lie in the store, where every hub on it finds them; a new one can be
//! put before the old ones at any time, and the old ones go on verifying what they have signed.

use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wellmet_engine::time::{Instant, Span};

use crate::drawer::{Drawer, Write};
use crate::random;
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Store, damaged};

/// How long a key signs before another takes its place.
const SIGNS: Span = Span::days(90);
/// How long a key that was replaced goes on verifying: longer than anything signed is good for.
const VERIFIES: Span = Span::days(800);

/// As stored, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    keys: Vec<StoredKey>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredKey {
    id: String,
    /// 32 bytes in base64.
    seed: String,
    /// Since when it signs, milliseconds since 1970.
    since: i64,
}

/// A key at work.
#[derive(Clone)]
struct Pair {
    id: String,
    key: SigningKey,
}

/// The hub's keys.
pub(crate) struct Signing {
    drawer: Drawer<Stored>,
    pairs: RwLock<Arc<Vec<Pair>>>,
}

fn key() -> Key {
    Key::of("hub", "signing-keys")
}

impl Signing {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Hub, "signing keys"), pairs: RwLock::default() }
    }

    /// Reads the keys; makes the first one when there is none.
    pub(crate) async fn load(&self, now: Instant) -> Result<(), Refusal> {
        let fresh = fresh(now)?;
        let stored = self
            .drawer
            .change(key(), |stored| {
                if !stored.keys.is_empty() {
                    return Ok((Write::No, stored.clone()));
                }
                stored.keys.push(fresh.clone());
                Ok((Write::Yes, stored.clone()))
            })
            .await?;
        self.take(&stored)
    }

    /// Puts a new key before the others when the newest has signed for long enough. Nothing that was signed
    /// before stops being valid.
    pub(crate) async fn rotate(&self, now: Instant) -> Result<(), Refusal> {
        let fresh = fresh(now)?;
        let stored = self
            .drawer
            .change(key(), |stored| {
                if stored.keys.first().is_some_and(|newest| now - Instant(newest.since) < SIGNS) {
                    return Ok((Write::No, stored.clone()));
                }
                // A key's time is over when its successor has signed for long enough.
                let mut successor = Instant(fresh.since);
                stored.keys.retain(|key| {
                    let keep = now - successor < VERIFIES;
                    successor = Instant(key.since);
                    keep
                });
                stored.keys.insert(0, fresh.clone());
                Ok((Write::Yes, stored.clone()))
            })
            .await?;
        self.take(&stored)
    }

    fn take(&self, stored: &Stored) -> Result<(), Refusal> {
        let pair = |key: &StoredKey| {
            let seed: [u8; 32] = BASE64.decode(&key.seed).ok()?.try_into().ok()?;
            Some(Pair { id: key.id.clone(), key: SigningKey::from_bytes(&seed) })
        };
        let pairs: Option<Vec<Pair>> = stored.keys.iter().map(pair).collect();
        let pairs = pairs.ok_or_else(|| damaged("signing keys"))?;
        *self.pairs.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(pairs);
        Ok(())
    }

    fn pairs(&self) -> Arc<Vec<Pair>> {
        Arc::clone(&self.pairs.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// A JWT with these claims.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, Refusal> {
        let pairs = self.pairs();
        let pair = pairs.first().ok_or_else(|| damaged("signing keys"))?;
        let header = json!({ "alg": "EdDSA", "typ": "JWT", "kid": pair.id }).to_string();
        let claims = serde_json::to_vec(claims).map_err(|_| damaged("claims"))?;
        let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
        let signature = BASE64.encode(pair.key.sign(message.as_bytes()).to_bytes());
        Ok(format!("{message}.{signature}"))
    }

    /// The claims of a token that the hub has signed; `None` for any other. Its times are the caller's to
    /// judge.
    pub(crate) async fn verified<T: DeserializeOwned>(&self, token: &str, now: Instant) -> Result<Option<T>, Refusal> {
        let Some((id, message, signature)) = split(token) else { return Ok(None) };
        let known = |pairs: &[Pair]| pairs.iter().find(|pair| pair.id == id).map(|pair| pair.key.verifying_key());
        let found = known(&self.pairs());
        let verifying = match found {
            Some(found) => found,
            None => {
                // Another hub on this store may have a newer key.
                self.load(now).await?;
                let Some(found) = known(&self.pairs()) else { return Ok(None) };
                found
            }
        };
        Ok(claims(&verifying, message, &signature))
    }

    /// The public keys as a JWK set.
    pub(crate) fn jwks(&self) -> Value {
        let one = |pair: &Pair| {
            let x = BASE64.encode(pair.key.verifying_key().to_bytes());
            json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": pair.id, "x": x })
        };
        json!({ "keys": self.pairs().iter().map(one).collect::<Vec<_>>() })
    }
}

fn fresh(now: Instant) -> Result<StoredKey, Refusal> {
    Ok(StoredKey { id: random::token::<8>()?, seed: random::token::<32>()?, since: now.0 })
}

fn split(token: &str) -> Option<(String, &str, ed25519_dalek::Signature)> {
    #[derive(Deserialize)]
    struct Header {
        alg: String,
        kid: String,
    }
    let (message, signature) = token.rsplit_once('.').filter(|_| token.len() <= 8 * 1024)?;
    let header: Header = serde_json::from_slice(&BASE64.decode(message.split_once('.')?.0).ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(&BASE64.decode(signature).ok()?).ok()?;
    (header.alg == "EdDSA").then_some((header.kid, message, signature))
}

fn claims<T: DeserializeOwned>(key: &VerifyingKey, message: &str, signature: &ed25519_dalek::Signature) -> Option<T> {
    key.verify_strict(message.as_bytes(), signature).ok()?;
    serde_json::from_slice(&BASE64.decode(message.split_once('.')?.1).ok()?).ok()
}
