//! Encrypted payloads, natively. In the page WebCrypto does it.

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut, KeyIvInit};

/// Decrypts `iv.ciphertext`, both base64, with AES-128 in CBC mode; `None` when anything is wrong. That
/// a text comes out does not say that it is JSON.
#[must_use]
pub fn decrypt(encrypted: &str, key: &str) -> Option<String> {
    let (iv, text) = encrypted.split_once('.')?;
    let [iv, mut text, key] = [STANDARD.decode(iv).ok()?, STANDARD.decode(text).ok()?, STANDARD.decode(key).ok()?];
    let cipher = cbc::Decryptor::<Aes128>::new_from_slices(&key, &iv).ok()?;
    let plain = cipher.decrypt_padded_mut::<Pkcs7>(&mut text).ok()?;
    String::from_utf8(plain.to_vec()).ok()
}
