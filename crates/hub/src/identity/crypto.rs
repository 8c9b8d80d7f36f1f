//! The three signature schemes that a login token may use, and no other.
//!
//! `jsonwebtoken` takes its cryptography from a provider. Both of its own bring RSA along, which no
//! token here uses and whose pure Rust form leaks time (RUSTSEC-2023-0071). This one verifies HS256,
//! ES256 and EdDSA and signs nothing: the hub holds no key that could mint a login.

use std::sync::Once;

use ed25519_dalek::VerifyingKey as Ed25519Key;
use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use p256::ecdsa::VerifyingKey as P256Key;
use sha2::Sha256;
use signature::Verifier;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
    verifier_factory: verifier,
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes [`PROVIDER`] the process's, unless the embedding program has installed its own.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if PROVIDER.install_default().is_err() {
            tracing::debug!("another provider of signatures is installed and stays in use");
        }
    });
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    if key.family() != algorithm.family() {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    let bytes = key.try_get_as_bytes()?;
    match algorithm {
        Algorithm::HS256 => Ok(Box::new(Hs256(bytes.to_vec()))),
        Algorithm::ES256 => {
            let key = P256Key::from_sec1_bytes(bytes).map_err(|_| ErrorKind::InvalidEcdsaKey)?;
            Ok(Box::new(Es256(key)))
        }
        Algorithm::EdDSA => {
            let bytes = bytes.try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
            let key = Ed25519Key::from_bytes(bytes).map_err(|_| ErrorKind::InvalidEddsaKey)?;
            Ok(Box::new(EdDsa(key)))
        }
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

/// Whether a key is sound for its algorithm, so that a broken one is told at start, not at a login.
pub(super) fn is_sound(algorithm: Algorithm, key: &DecodingKey) -> bool {
    algorithm.family() != AlgorithmFamily::Rsa && verifier(&algorithm, key).is_ok()
}

struct Hs256(Vec<u8>);

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(signature::Error::from_source)?;
        mac.update(message);
        // Compares in constant time.
        mac.verify_slice(signature).map_err(signature::Error::from_source)
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

struct Es256(P256Key);

impl Verifier<Vec<u8>> for Es256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.0.verify(message, &p256::ecdsa::Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

struct EdDsa(Ed25519Key);

impl Verifier<Vec<u8>> for EdDsa {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        // Strict: refuses keys and signatures of small order, which verify for more than one message.
        self.0.verify_strict(message, &ed25519_dalek::Signature::from_slice(signature)?)
    }
}

impl JwtVerifier for EdDsa {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
