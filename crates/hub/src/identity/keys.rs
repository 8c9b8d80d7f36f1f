//! The shop's keys, read once at start: a JWK set, one JWK, a PEM public key, or a shared secret.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};

use super::crypto;

/// Shortest shared secret in bytes: what HS256 needs to be as strong as its hash (RFC 7518, 3.2).
pub const LEAST_SECRET: usize = 32;

/// One key and what it may verify.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}

/// The keys whose tokens the hub believes.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    pub(super) keys: Vec<Key>,
}

/// Why a key file is of no use.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// Neither JSON of a JWK (set) nor a PEM public key.
    #[error("neither a JWK set, a JWK nor a PEM public key")]
    Format,
    /// No key for EdDSA (Ed25519) or ES256 (P-256) among them.
    #[error("no key for EdDSA (Ed25519) or ES256 (P-256) in it")]
    NoneUsable,
    /// A private or shared key where a public one belongs.
    #[error("it holds a secret key; give the hub the public one, and a shared secret by a file of its own")]
    Secret,
    /// A shared secret that could be guessed.
    #[error("a shared secret needs at least {LEAST_SECRET} random bytes")]
    ShortSecret,
}

impl Keys {
    /// No keys: nobody can sign in.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Public keys from a file's text: `{"keys":[…]}`, one JWK, or PEM.
    ///
    /// Keys of other kinds in a set are passed over, as a shop may share its set with others.
    ///
    /// # Errors
    /// [`KeyError`] when there is nothing to use, or a secret where none should be.
    pub fn public(text: &str) -> Result<Self, KeyError> {
        crypto::install();
        let keys = if text.trim_start().starts_with('{') { from_json(text)? } else { vec![from_pem(text)?] };
        if keys.is_empty() { Err(KeyError::NoneUsable) } else { Ok(Self { keys }) }
    }

    /// A secret shared with the shop's backend, for HS256. One line end after it is not part of it.
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`] below [`LEAST_SECRET`] bytes.
    pub fn secret(bytes: &[u8]) -> Result<Self, KeyError> {
        crypto::install();
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        if bytes.len() < LEAST_SECRET {
            return Err(KeyError::ShortSecret);
        }
        let decoding = DecodingKey::from_secret(bytes);
        Ok(Self { keys: vec![Key { id: None, algorithm: Algorithm::HS256, decoding }] })
    }

    /// These keys and others.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.keys.extend(others.keys);
        self
    }

    /// Whether nobody can sign in.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn from_json(text: &str) -> Result<Vec<Key>, KeyError> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|_| KeyError::Format)?;
    let entries = match value.get("keys") {
        Some(serde_json::Value::Array(entries)) => entries.as_slice(),
        Some(_) => return Err(KeyError::Format),
        None => std::slice::from_ref(&value),
    };
    // `d` is the private part of every asymmetric JWK, `k` a symmetric key.
    if entries.iter().any(|entry| entry.get("d").is_some() || entry.get("k").is_some()) {
        return Err(KeyError::Secret);
    }
    let set: JwkSet = serde_json::from_value(serde_json::json!({ "keys": entries })).map_err(|_| KeyError::Format)?;
    Ok(set.keys.iter().filter_map(from_jwk).collect())
}

fn from_jwk(jwk: &Jwk) -> Option<Key> {
    let algorithm = match &jwk.algorithm {
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Algorithm::ES256,
        _ => return None,
    };
    if jwk.common.public_key_use.as_ref().is_some_and(|r#use| *r#use != PublicKeyUse::Signature) {
        return None;
    }
    let decoding = DecodingKey::from_jwk(jwk).ok()?;
    crypto::is_sound(algorithm, &decoding).then(|| Key { id: jwk.common.key_id.clone(), algorithm, decoding })
}

fn from_pem(text: &str) -> Result<Key, KeyError> {
    if text.contains("PRIVATE KEY") {
        return Err(KeyError::Secret);
    }
    if !text.contains("-----BEGIN PUBLIC KEY-----") {
        return Err(KeyError::Format);
    }
    let tries = [
        (Algorithm::EdDSA, DecodingKey::from_ed_pem(text.as_bytes())),
        (Algorithm::ES256, DecodingKey::from_ec_pem(text.as_bytes())),
    ];
    tries
        .into_iter()
        .filter_map(|(algorithm, decoding)| Some(Key { id: None, algorithm, decoding: decoding.ok()? }))
        .find(|key| crypto::is_sound(key.algorithm, &key.decoding))
        .ok_or(KeyError::NoneUsable)
}
