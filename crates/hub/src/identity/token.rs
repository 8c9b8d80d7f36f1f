//! A login token: a JWT that the shop's backend mints for a signed-in customer, good for minutes and
//! for one use.
//!
//! The library checks the signature; the claims are checked here against the hub's own clock, each
//! with a code of its own. That the id was not used before is checked where it can be remembered.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode};
use serde::Deserialize;
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Instant, Span};

use super::keys::{Key, Keys};
use crate::refusal::Refusal;

/// Longest token in bytes.
pub const MAX_TOKEN: usize = 8 * 1024;
/// Longest time between `iat` and `exp`.
pub const LONGEST_LIFE: Span = Span(10 * Span::MINUTE.0);
/// How far the backend's clock may run ahead of the hub's.
pub const AHEAD: Span = Span(Span::MINUTE.0);
/// How far it may run behind: a token is taken for so long after its end.
pub const BEHIND: Span = Span(10_000);
/// Longest `jti` and longest name, in bytes.
const MAX_TEXT: usize = 512;

/// Whom a token speaks of: its claim `scope`, a shopper when there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A customer of the shop.
    Shopper,
    /// Somebody who works there and helps shoppers: a clerk, a consultant.
    Consultant,
}

/// A shop's word of a person, verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The shop's id for her.
    pub customer: CustomerId,
    /// Her name, if the shop sent one.
    pub name: Option<String>,
    /// The token's own id, to be used once.
    pub id: String,
    /// When the token can be forgotten, as it would be refused anyway.
    pub until: Instant,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    name: Option<String>,
    aud: OneOrMany,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    jti: String,
    scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn names(&self, audience: &str) -> bool {
        match self {
            Self::One(one) => one == audience,
            Self::Many(many) => many.iter().any(|one| one == audience),
        }
    }
}

/// Verifies a token of a scope for an audience at a moment.
///
/// # Errors
/// A 401 with one of `token-malformed`, `token-algorithm`, `token-key`, `token-signature`,
/// `token-claims`, `token-audience`, `token-expired`, `token-early`, `token-too-long`, `token-scope`.
pub fn verify(keys: &Keys, audience: &str, token: &str, scope: Scope, now: Instant) -> Result<Login, Refusal> {
    let header = header(token).ok_or(MALFORMED)?;
    let algorithm = match header.alg.as_str() {
        "EdDSA" => Algorithm::EdDSA,
        "ES256" => Algorithm::ES256,
        "HS256" => Algorithm::HS256,
        _ => return Err(ALGORITHM),
    };
    // RFC 7515, 4.1.11: what is marked critical and not understood must be refused.
    if header.crit.is_some() {
        return Err(MALFORMED);
    }
    let claims = claims(keys, algorithm, header.kid.as_deref(), token)?;
    let claims: Claims = serde_json::from_value(claims).map_err(|_| CLAIMS)?;
    judge(claims, audience, scope, now)
}

fn header(token: &str) -> Option<Header> {
    use base64::Engine;
    if token.len() > MAX_TOKEN || token.split('.').count() != 3 {
        return None;
    }
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split('.').next()?).ok()?;
    serde_json::from_slice(&json).ok()
}

/// The claims, once a key of the named algorithm (and the named id, where both have one) verifies them.
fn claims(keys: &Keys, algorithm: Algorithm, id: Option<&str>, token: &str) -> Result<serde_json::Value, Refusal> {
    let fits = |key: &&Key| key.algorithm == algorithm && (id.is_none() || key.id.is_none() || key.id.as_deref() == id);
    let mut validation = Validation::new(algorithm);
    // Only the signature is left to the library; `judge` looks at the rest.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let mut refusal = KEY;
    for key in keys.keys.iter().filter(fits) {
        match decode::<serde_json::Value>(token, &key.decoding, &validation) {
            Ok(data) => return Ok(data.claims),
            Err(error) => match error.kind() {
                ErrorKind::InvalidSignature => refusal = SIGNATURE,
                ErrorKind::Json(_) | ErrorKind::Utf8(_) => return Err(CLAIMS),
                _ => return Err(MALFORMED),
            },
        }
    }
    Err(refusal)
}

fn judge(claims: Claims, audience: &str, scope: Scope, now: Instant) -> Result<Login, Refusal> {
    let customer = CustomerId::new(&claims.sub).ok_or(CLAIMS)?;
    if claims.jti.is_empty() || claims.jti.len() > MAX_TEXT {
        return Err(CLAIMS);
    }
    if !claims.aud.names(audience) {
        return Err(AUDIENCE);
    }
    let (issued, ends) = (moment(claims.iat).ok_or(CLAIMS)?, moment(claims.exp).ok_or(CLAIMS)?);
    if now >= ends + BEHIND {
        return Err(EXPIRED);
    }
    let begins = claims.nbf.map_or(Some(issued), moment).ok_or(CLAIMS)?;
    if issued > now + AHEAD || begins > now + AHEAD {
        return Err(EARLY);
    }
    if ends - issued > LONGEST_LIFE {
        return Err(TOO_LONG);
    }
    let said = |name| claims.scope.as_deref().is_some_and(|said| said.split(' ').any(|word| word == name));
    match scope {
        // One token opens one door: whoever serves customers is no customer by the same token.
        Scope::Shopper if claims.scope.is_some() && !said("shopper") => return Err(SCOPE),
        Scope::Consultant if !said("consultant") => return Err(NO_CLERK),
        _ => {}
    }
    let name = claims.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
    if name.as_ref().is_some_and(|name| name.len() > MAX_TEXT || name.chars().any(char::is_control)) {
        return Err(CLAIMS);
    }
    Ok(Login { customer, name, id: claims.jti, until: ends + BEHIND })
}

/// A JWT's NumericDate: seconds since 1970, with a fraction perhaps (RFC 7519, 2).
#[allow(clippy::cast_possible_truncation, reason = "bounded one line above")]
fn moment(seconds: f64) -> Option<Instant> {
    // 1e11 s is the year 5138; what lies beyond is a mistake of units.
    (0.0..1e11).contains(&seconds).then_some(Instant((seconds * 1_000.0) as i64))
}

const MALFORMED: Refusal = Refusal::unknown("token-malformed", "The login token is not a signed JWT.");
const ALGORITHM: Refusal = Refusal::unknown("token-algorithm", "The login token's algorithm is not accepted.")
    .fix("Sign with EdDSA, ES256 or HS256.");
const KEY: Refusal = Refusal::unknown("token-key", "No key that the hub knows fits the login token.")
    .fix("Compare the token's `alg` and `kid` with the keys that the hub was started with.");
const SIGNATURE: Refusal = Refusal::unknown("token-signature", "The login token's signature is wrong.");
const CLAIMS: Refusal = Refusal::unknown("token-claims", "A claim of the login token is missing or of the wrong form.")
    .fix("Send sub, aud, iat, exp and jti; name is optional.");
const AUDIENCE: Refusal = Refusal::unknown("token-audience", "The login token is meant for somebody else.")
    .fix("Set `aud` to the audience that the hub was started with.");
const EXPIRED: Refusal =
    Refusal::unknown("token-expired", "The login token has expired.").fix("Ask the shop's backend for a new one.");
const EARLY: Refusal = Refusal::unknown("token-early", "The login token is not valid yet.")
    .fix("Compare the clocks of the shop's backend and of the hub.");
const TOO_LONG: Refusal = Refusal::unknown("token-too-long", "The login token lives longer than 10 minutes.")
    .fix("Mint it when it is needed, with `exp` at most 600 seconds after `iat`.");
const SCOPE: Refusal = Refusal::unknown("token-scope", "The login token is not a shopper's.");
const NO_CLERK: Refusal = Refusal::unknown("token-scope", "The login token is not a clerk's.")
    .fix("Mint it with the claim `scope` set to consultant.");
/// The token was used before.
pub(crate) const REPLAYED: Refusal = Refusal::unknown("token-replayed", "The login token was used before.")
    .fix("Ask the shop's backend for a new one; each is good for one login.");
