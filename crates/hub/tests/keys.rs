//! Which key files the hub takes, and that each kind of key verifies its own tokens only.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use common::{AUDIENCE, SECRET, claims, ed25519, es256, jwks, now, sign, signed};
use serde_json::json;
use wellmet_hub::identity::keys::{KeyError, Keys};
use wellmet_hub::identity::token::{Scope, verify};

fn pem(prefix: &[u8], key: &[u8]) -> String {
    let der = [prefix, key].concat();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
}

/// SubjectPublicKeyInfo of an Ed25519 key (RFC 8410, 4).
fn ed_pem() -> String {
    let prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    pem(&prefix, &ed25519().verifying_key().to_bytes())
}

/// SubjectPublicKeyInfo of a P-256 key (RFC 5480, 2).
fn ec_pem() -> String {
    let prefix = [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
        0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
    ];
    pem(&prefix, es256().verifying_key().to_encoded_point(false).as_bytes())
}

#[test]
fn every_form_of_a_key_verifies_its_tokens() {
    let set = Keys::public(&jwks().to_string()).unwrap();
    let one = Keys::public(&jwks()["keys"][0].to_string()).unwrap();
    let secret = Keys::secret(SECRET).unwrap();
    let with_line_end = Keys::secret(&[SECRET, b"\r\n"].concat()).unwrap();
    let cases = [
        (&set, "EdDSA"),
        (&set, "ES256"),
        (&one, "EdDSA"),
        (&Keys::public(&ed_pem()).unwrap(), "EdDSA"),
        (&Keys::public(&ec_pem()).unwrap(), "ES256"),
        (&secret, "HS256"),
        (&with_line_end, "HS256"),
    ];
    for (keys, algorithm) in cases {
        let login = verify(keys, AUDIENCE, &signed(algorithm, &claims("anna")), Scope::Shopper, now());
        assert_eq!(login.unwrap().customer.as_str(), "anna", "{algorithm}");
    }
}

#[test]
fn a_key_verifies_no_other_algorithm() {
    let code = |keys: &Keys, token: &str| verify(keys, AUDIENCE, token, Scope::Shopper, now()).unwrap_err().code;
    let set = Keys::public(&jwks().to_string()).unwrap();
    assert_eq!(code(&set, &signed("HS256", &claims("anna"))), "token-key");
    // The classic confusion: a public key, known to all, used as a shared secret.
    for public in [ed25519().verifying_key().to_bytes().to_vec(), jwks().to_string().into_bytes(), ed_pem().into()] {
        let head = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256" }).to_string());
        let message = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims("anna").to_string()));
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(common::hs256(&public, &message)));
        assert_eq!(code(&set, &token), "token-key");
    }
    assert_eq!(code(&Keys::secret(SECRET).unwrap(), &signed("EdDSA", &claims("anna"))), "token-key");
    assert_eq!(code(&set, &sign(&json!({ "alg": "ES256" }), &claims("anna"), "EdDSA")), "token-signature");
    // An id chooses among keys; it does not make one fit.
    let other_id = sign(&json!({ "alg": "EdDSA", "kid": "ec" }), &claims("anna"), "EdDSA");
    assert_eq!(code(&set, &other_id), "token-key");
    let right_id = sign(&json!({ "alg": "EdDSA", "kid": "ed" }), &claims("anna"), "EdDSA");
    assert!(verify(&set, AUDIENCE, &right_id, Scope::Shopper, now()).is_ok());
}

#[test]
fn a_useless_or_dangerous_file_is_told_at_start() {
    let public = |text: &str| Keys::public(text).map(|_| ()).unwrap_err();
    assert_eq!(public("hello"), KeyError::Format);
    assert_eq!(public("{"), KeyError::Format);
    assert_eq!(public(r#"{"keys":7}"#), KeyError::Format);
    assert_eq!(public(r#"{"keys":[]}"#), KeyError::NoneUsable);
    assert_eq!(public(r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#), KeyError::NoneUsable);
    assert_eq!(public(r#"{"kty":"OKP","crv":"Ed25519","x":"AQAB"}"#), KeyError::NoneUsable);
    assert_eq!(public(r#"{"kty":"OKP","crv":"Ed25519","x":"AQAB","d":"AQAB"}"#), KeyError::Secret);
    assert_eq!(public(r#"{"keys":[{"kty":"oct","k":"AQAB"}]}"#), KeyError::Secret);
    assert_eq!(public(&ed_pem().replace("PUBLIC", "PRIVATE")), KeyError::Secret);
    assert_eq!(public(&pem(&[0x30, 0x00], b"")), KeyError::NoneUsable);
    assert_eq!(Keys::secret(b"short").map(|_| ()).unwrap_err(), KeyError::ShortSecret);
    assert!(!format!("{:?}", Keys::secret(SECRET).unwrap()).contains("115, 104, 97"), "a secret in a log");
}
