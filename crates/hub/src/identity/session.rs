//! Signed-in browsers. The cookie holds a random token, the store only its hash: who reads the
//! database cannot sign in with what she finds.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Instant, Span};

use super::{cookie, customer_key, named};
use crate::clock::Clock;
use crate::refusal::Refusal;
use crate::store::change::{Next, change};
use crate::store::{Bucket, Key, Owner, Place, Store};

/// How long a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// Ends after so long without a request. From minutes (shared terminals) to [`Self::longest`].
    pub idle: Span,
    /// Ends after so long in any case.
    pub longest: Span,
}

impl Default for Lifetime {
    /// 14 days idle, 90 days at most.
    fn default() -> Self {
        Self { idle: Span::days(14), longest: Span::days(90) }
    }
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    /// Whose it is.
    pub(crate) customer: CustomerId,
    /// Which life of her account it belongs to: erasing ends one, a later login begins the next.
    pub(crate) life: u64,
    /// Where it is kept.
    pub(crate) key: Key,
}

impl Session {
    /// The customer's key.
    pub(crate) fn shopper(&self) -> Key {
        customer_key(&self.customer)
    }
}

/// What a session cookie turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// None, or one that has ended.
    Nothing,
    /// A live session.
    Live(Session),
    /// A session of somebody who asked to be forgotten.
    Erased,
}

/// How long a session that another of the same browser and customer has replaced is good for.
const SUCCESSION: Span = Span(10_000);

/// As stored. Fields may be added; none may change its meaning.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub(crate) enum Stored {
    Live {
        customer: String,
        life: u64,
        since: i64,
        seen: i64,
        /// Key of the session that took this one's place, in hexadecimal digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        became: Option<String>,
    },
    Erased,
}

/// All signed-in browsers.
#[derive(Clone)]
pub(crate) struct Sessions {
    store: Arc<dyn Store>,
    clock: Clock,
    lifetime: Lifetime,
}

impl Sessions {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Clock, lifetime: Lifetime) -> Self {
        Self { store, clock, lifetime }
    }

    /// Seconds that the cookie is kept: the browser may forget it when the hub has.
    pub(crate) const fn cookie_seconds(&self) -> i64 {
        self.lifetime.longest.0 / 1_000
    }

    /// The key of a cookie's token; `None` for what no hub ever handed out.
    pub(crate) fn key(token: &str) -> Option<Key> {
        (token.len() == 43).then(|| Key::of("session", token))
    }

    /// Starts a session under a key of [`Self::key`].
    pub(crate) async fn start(&self, key: Key, customer: &CustomerId, life: u64) -> Result<(), Refusal> {
        let now = self.clock.now();
        let customer_key = customer_key(customer);
        let customer = customer.as_str().to_owned();
        let stored = Stored::Live { customer, life, since: now.0, seen: now.0, became: None };
        let (owner, until) = (Owner::Is(customer_key), Some(self.until(now, now)));
        let value = encode(&stored);
        change(&*self.store, place(key), |_| Ok(Next::PutOf { owner, value: value.clone(), until, answer: () })).await
    }

    /// Looks a token up, and notes now and then that it is in use.
    pub(crate) async fn find(&self, token: &str) -> Result<Found, Refusal> {
        let Some(mut key) = Self::key(token) else { return Ok(Found::Nothing) };
        let (kept, customer, life, since, seen) = loop {
            let Some(kept) = self.store.get(place(key)).await? else { return Ok(Found::Nothing) };
            match decode(&kept.value)? {
                Stored::Erased => return Ok(Found::Erased),
                // Only while that one is good: signed out in one tab is signed out in all.
                Stored::Live { became: Some(became), .. } => key = Key::from_hex(&became).ok_or_else(damaged)?,
                Stored::Live { customer, life, since, seen, became: None } => {
                    break (kept, customer, life, Instant(since), Instant(seen));
                }
            }
        };
        let now = self.clock.now();
        // A write per request would cost a flush per request; a hundredth of the idle time is exact enough.
        if now - seen > Span(self.lifetime.idle.0 / 100) {
            let stored = Stored::Live { customer: customer.clone(), life, since: since.0, seen: now.0, became: None };
            let until = Some(self.until(since, now));
            // Whoever was faster has noted the same, or has ended the session.
            let (owner, seen) = (Owner::Is(named(&customer)), Some(kept.revision));
            let _ = self.store.swap_of(owner, place(key), seen, Some(encode(&stored)), until).await?;
        }
        let customer = CustomerId::new(&customer).ok_or_else(damaged)?;
        Ok(Found::Live(Session { customer, life, key }))
    }

    /// Lets a session go on as another for some seconds: what the browser's tabs have on the way was sent with the
    /// cookie before, and none of them is to be told that she has signed out. One that was erased stays so.
    pub(crate) async fn succeed(&self, key: Key, successor: Key) -> Result<(), Refusal> {
        let until = Some(self.clock.now() + SUCCESSION);
        change(&*self.store, place(key), |present| {
            Ok(match present.map(decode).transpose()? {
                None | Some(Stored::Erased) => Next::Keep(()),
                Some(Stored::Live { customer, life, since, seen, .. }) => {
                    let became = Some(successor.hex());
                    Next::PutOf {
                        owner: Owner::Is(named(&customer)),
                        value: encode(&Stored::Live { customer, life, since, seen, became }),
                        until,
                        answer: (),
                    }
                }
            })
        })
        .await
    }

    /// Ends a session; one that was erased stays so.
    pub(crate) async fn end(&self, key: Key) -> Result<(), Refusal> {
        change(&*self.store, place(key), |present| {
            Ok(match present.map(decode).transpose()? {
                None | Some(Stored::Erased) => Next::Keep(()),
                Some(Stored::Live { .. }) => Next::Remove(()),
            })
        })
        .await
    }

    /// Ends a session and remembers why, for as long as a browser may come back with it.
    pub(crate) async fn bury(&self, key: Key) -> Result<(), Refusal> {
        let until = Some(self.clock.now() + Span(cookie::LONGEST * 1_000));
        let (owner, value) = (Owner::Nobody, encode(&Stored::Erased));
        change(&*self.store, place(key), |_| Ok(Next::PutOf { owner, value: value.clone(), until, answer: () })).await
    }

    fn until(&self, since: Instant, seen: Instant) -> Instant {
        (since + self.lifetime.longest).min(seen + self.lifetime.idle)
    }
}

const fn place(key: Key) -> Place {
    Place { bucket: Bucket::Session, key }
}

fn encode(stored: &Stored) -> Vec<u8> {
    serde_json::to_vec(stored).expect("a struct of texts and numbers is always JSON")
}

fn decode(bytes: &[u8]) -> Result<Stored, Refusal> {
    serde_json::from_slice(bytes).map_err(|_| damaged())
}

fn damaged() -> Refusal {
    crate::store::damaged("session")
}
