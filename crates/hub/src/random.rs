//! Secrets and ids from the operating system's generator.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::refusal::Refusal;

/// `N` random bytes in URL-safe base64 without padding.
///
/// # Errors
/// When the operating system gives no random bytes. Nothing may go on without them.
pub(crate) fn token<const N: usize>() -> Result<String, Refusal> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<N>()?))
}

/// The name of a replica that nobody else has.
///
/// # Errors
/// As [`token`].
pub(crate) fn actor() -> Result<u64, Refusal> {
    Ok(u64::from_le_bytes(bytes()?))
}

/// `N` random bytes.
///
/// # Errors
/// As [`token`].
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "no random bytes");
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "no-randomness", "The hub cannot make a safe id now.")
    })?;
    Ok(bytes)
}
