//! The cookies: read from a request, written into an answer.
//!
//! `__Host-` makes browsers insist on HTTPS, on no other domain and on the whole site, so that a
//! sibling subdomain cannot plant one. Scripts see none.

use axum::http::{HeaderMap, HeaderValue, header};

/// Names the anonymous document.
pub(crate) const VISITOR: &str = "__Host-wellmet";
/// Names the signed-in session.
pub(crate) const SESSION: &str = "__Host-wellmet-session";

/// Names a clerk at work.
pub(crate) const CLERK: &str = "__Host-wellmet-clerk";

/// The longest that browsers keep a cookie, in seconds: 400 days.
pub(crate) const LONGEST: i64 = 400 * 86_400;

/// The value of a cookie.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(n, value)| (n == name).then_some(value))
}

/// Adds a cookie for `seconds`; none take it away. `value` is URL-safe text.
pub(crate) fn set(headers: &mut HeaderMap, name: &str, value: &str, seconds: i64) {
    let seconds = seconds.clamp(0, LONGEST);
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}");
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// Takes a cookie away.
pub(crate) fn clear(headers: &mut HeaderMap, name: &str) {
    set(headers, name, "", 0);
}
