//! What all routes share: the store's typed layers, the settings, and the answer to "who is asking?".

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, HeaderName, StatusCode};
use tokio::sync::{Semaphore, watch};
use wellmet_engine::id::VisitorId;

use crate::accounts::Accounts;
use crate::budget::Budgets;
use crate::config::Config;
use crate::documents::Documents;
use crate::due::{Desks, MailError, Mailer, Waiting};
use crate::erase::Unfinished;
use crate::grants::Grants;
use crate::history::History;
use crate::identity::cookie;
use crate::identity::session::{Found, Session, Sessions};
use crate::identity::visitor_key;
use crate::journeys::Journeys;
use crate::limit::Counter;
use crate::metrics::Metrics;
use crate::orders::Orders;
use crate::points::Points;
use crate::records::Records;
use crate::refusal::Refusal;
use crate::signing::Signing;
use crate::stock::Stock;
use crate::store::{Key, Store};
use crate::threads::Threads;
use crate::wallet::Wallets;

/// What the page believes to be: `visitor`, `customer`, or `customer:<id>` with the id percent-encoded.
pub(crate) const AS: HeaderName = HeaderName::from_static("wellmet-as");

/// The hub's one shared value.
pub(crate) struct Hub {
    pub(crate) config: Config,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) documents: Documents,
    pub(crate) accounts: Accounts,
    pub(crate) sessions: Sessions,
    pub(crate) records: Records,
    pub(crate) history: History,
    pub(crate) grants: Grants,
    pub(crate) orders: Orders,
    pub(crate) stock: Stock,
    pub(crate) points: Points,
    pub(crate) wallets: Wallets,
    pub(crate) budgets: Budgets,
    pub(crate) threads: Threads,
    pub(crate) journeys: Journeys,
    pub(crate) desks: Desks,
    pub(crate) waiting: Waiting,
    pub(crate) signing: Signing,
    pub(crate) mailer: Option<Mailer>,
    pub(crate) metrics: Metrics,
    /// Tells this hub from others on the same store.
    pub(crate) name: String,
    pub(crate) unfinished: Unfinished,
    /// Requests being worked on.
    pub(crate) turns: Semaphore,
    /// Requests and logins by address.
    pub(crate) requests: Counter,
    pub(crate) logins: Counter,
    /// Callers that claimed to speak for the shop, by address.
    pub(crate) wrong: Counter,
    /// Pages listening, by document.
    pub(crate) listeners: Listeners,
    /// Turns true when the hub stops.
    pub(crate) stop: watch::Receiver<bool>,
}

/// Who is asking.
#[derive(Clone, Debug)]
pub(crate) enum Who {
    /// A signed-in customer.
    Customer(Session),
    /// An anonymous visitor.
    Visitor(VisitorId),
}

impl Who {
    /// The key of her document.
    pub(crate) fn shopper(&self) -> Key {
        match self {
            Self::Customer(session) => session.shopper(),
            Self::Visitor(visitor) => visitor_key(visitor),
        }
    }
}

impl Hub {
    /// # Errors
    /// [`MailError`] for a way of sending mails that is none.
    pub(crate) fn new(store: Arc<dyn Store>, config: Config, stop: watch::Receiver<bool>) -> Result<Self, MailError> {
        let clock = config.clock.clone();
        Ok(Self {
            documents: Documents::new(Arc::clone(&store), clock.clone(), config.healing),
            accounts: Accounts::new(Arc::clone(&store)),
            sessions: Sessions::new(Arc::clone(&store), clock, config.lifetime),
            records: Records::new(Arc::clone(&store)),
            history: History::new(Arc::clone(&store)),
            grants: Grants::new(Arc::clone(&store)),
            orders: Orders::new(&store),
            stock: Stock::new(&store),
            points: Points::new(&store),
            wallets: Wallets::new(&store),
            budgets: Budgets::new(&store),
            threads: Threads::new(&store),
            journeys: Journeys::new(&store),
            desks: Desks::new(&store),
            waiting: Waiting::new(&store),
            signing: Signing::new(&store),
            mailer: config.mail.as_ref().map(Mailer::new).transpose()?,
            metrics: Metrics::default(),
            name: format!("{}-{}", std::process::id(), config.clock.now().0),
            wrong: Counter::default(),
            unfinished: Unfinished::default(),
            turns: Semaphore::new(config.limits.requests),
            requests: Counter::default(),
            logins: Counter::default(),
            listeners: Listeners::default(),
            store,
            config,
            stop,
        })
    }

    /// The live session of a request, if any.
    ///
    /// # Errors
    /// 410 when it was the session of somebody who asked to be forgotten.
    pub(crate) async fn session(&self, headers: &HeaderMap) -> Result<Option<Session>, Refusal> {
        let Some(token) = cookie::read(headers, cookie::SESSION) else { return Ok(None) };
        match self.sessions.find(token).await? {
            Found::Nothing => Ok(None),
            Found::Live(session) => Ok(Some(session)),
            Found::Erased => Err(Refusal::erased()),
        }
    }

    /// The session that a route needs: what a visitor cookie alone never opens.
    pub(crate) async fn signed_in(&self, headers: &HeaderMap) -> Result<Session, Refusal> {
        self.session(headers).await?.ok_or(SIGNED_OUT)
    }

    /// Who is asking: the session's customer, else the visitor cookie's visitor.
    pub(crate) async fn who(&self, headers: &HeaderMap) -> Result<Option<Who>, Refusal> {
        if let Some(session) = self.session(headers).await? {
            return Ok(Some(Who::Customer(session)));
        }
        Ok(visitor(headers).map(Who::Visitor))
    }
}

/// The visitor whom the cookie names.
pub(crate) fn visitor(headers: &HeaderMap) -> Option<VisitorId> {
    cookie::read(headers, cookie::VISITOR).and_then(visitor_id)
}

/// A visitor's id from outside: long enough that nobody guesses it, and safe in a cookie.
pub(crate) fn visitor_id(text: &str) -> Option<VisitorId> {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let fits = (22..=64).contains(&text.len()) && text.bytes().all(safe);
    fits.then(|| VisitorId::new(text)).flatten()
}

/// Compares what the page believes to be with what it is, so that one shopper's edits never reach
/// another's document because a second tab has signed in or out meanwhile.
pub(crate) fn check_belief(headers: &HeaderMap, who: &Who) -> Result<(), Refusal> {
    let belief = headers.get(AS).and_then(|value| value.to_str().ok()).ok_or(NO_BELIEF)?;
    let holds = match (belief.split_once(':'), who) {
        (None, Who::Customer(_)) => belief == "customer",
        (None, Who::Visitor(_)) => belief == "visitor",
        (Some(("customer", id)), Who::Customer(session)) => percent_decoded(id) == session.customer.as_str().as_bytes(),
        (Some(("visitor", id)), Who::Visitor(visitor)) => id == visitor.as_str(),
        _ => false,
    };
    if holds { Ok(()) } else { Err(CHANGED) }
}

/// Undoes `encodeURIComponent`. What is not a well-formed escape stays as it is.
fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escape = after.get(..2).filter(|_| first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        if let Some(byte) = escape.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    bytes
}

pub(crate) const SIGNED_OUT: Refusal =
    Refusal::unknown("signed-out", "Nobody is signed in here.").fix("Sign in with a token from the shop's backend.");
pub(crate) const NO_IDENTITY: Refusal =
    Refusal::unknown("no-identity", "Neither a visitor nor a customer is known here.").fix("Call /v1/visit first.");
pub(crate) const CHANGED: Refusal =
    Refusal::new(StatusCode::CONFLICT, "identity-changed", "This browser is somebody else by now.")
        .fix("Call /v1/visit, show what belongs to the present shopper, then exchange again.");
const NO_BELIEF: Refusal = Refusal::bad("wellmet-as-missing", "The header wellmet-as is missing.")
    .fix("Send `wellmet-as: visitor` or `wellmet-as: customer:<id>`.");

/// Counts the pages that listen.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    counts: Arc<Mutex<Counts>>,
}

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    each: HashMap<Key, usize>,
}

/// A listening page; dropping it makes room for the next.
#[derive(Debug)]
pub(crate) struct Listener {
    counts: Arc<Mutex<Counts>>,
    key: Key,
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Listeners {
    /// Pages that listen now.
    pub(crate) fn count(&self) -> usize {
        lock(&self.counts).all
    }

    /// Room for one more page at a document; `None` when there is none.
    pub(crate) fn admit(&self, key: Key, most: usize, most_each: usize) -> Option<Listener> {
        let mut counts = lock(&self.counts);
        if counts.all >= most || counts.each.get(&key).is_some_and(|count| *count >= most_each) {
            return None;
        }
        counts.all += 1;
        *counts.each.entry(key).or_default() += 1;
        Some(Listener { counts: Arc::clone(&self.counts), key })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        counts.all -= 1;
        if let Some(count) = counts.each.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.each.remove(&self.key);
            }
        }
    }
}
