//! What belongs to a customer besides her cart and her orders: her name as last signed by the shop,
//! the browsers she is signed in with and the anonymous documents that became hers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::Instant;

use crate::refusal::Refusal;
use crate::store::change::{Next, change};
use crate::store::{Bucket, Key, Place, Store, damaged};

/// Most browsers a customer is signed in with at once; the oldest is signed out for a new one.
pub(crate) const MOST_SESSIONS: usize = 32;
/// Most anonymous documents remembered as hers. An older one stays sealed until its time is over.
pub(crate) const MOST_VISITORS: usize = 64;

/// A customer's account. Stored as JSON: fields may be added, none may change its meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The shop's id for her.
    pub(crate) customer: String,
    /// Her name, as the shop signed it last.
    pub(crate) name: Option<String>,
    /// First login, in milliseconds since 1970.
    pub(crate) since: i64,
    /// Keys of her sessions, oldest first.
    pub(crate) sessions: Vec<String>,
    /// Keys of the anonymous documents that became hers, oldest first.
    pub(crate) visitors: Vec<String>,
}

/// All accounts.
#[derive(Clone)]
pub(crate) struct Accounts {
    store: Arc<dyn Store>,
}

const fn place(shopper: Key) -> Place {
    Place { bucket: Bucket::Account, key: shopper }
}

fn decode(bytes: &[u8]) -> Result<Account, Refusal> {
    serde_json::from_slice(bytes).map_err(|_| damaged("account"))
}

impl Accounts {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// The account of a customer's key, if she ever signed in.
    pub(crate) async fn get(&self, shopper: Key) -> Result<Option<Account>, Refusal> {
        self.store.get(place(shopper)).await?.map(|kept| decode(&kept.value)).transpose()
    }

    /// Notes a login. Returns the session that has to go because there are too many.
    pub(crate) async fn signed_in(
        &self,
        customer: &CustomerId,
        name: Option<&str>,
        session: Key,
        visitor: Option<Key>,
        now: Instant,
    ) -> Result<Option<Key>, Refusal> {
        change(&*self.store, place(super::identity::customer_key(customer)), |present| {
            let mut account = present.map(decode).transpose()?.unwrap_or_else(|| Account {
                customer: customer.as_str().to_owned(),
                name: None,
                since: now.0,
                sessions: Vec::new(),
                visitors: Vec::new(),
            });
            if let Some(name) = name {
                account.name = Some(name.to_owned());
            }
            account.sessions.push(session.hex());
            let gone = (account.sessions.len() > MOST_SESSIONS).then(|| account.sessions.remove(0));
            if let Some(visitor) = visitor.map(|visitor| visitor.hex()) {
                account.visitors.retain(|known| *known != visitor);
                account.visitors.push(visitor);
                if account.visitors.len() > MOST_VISITORS {
                    account.visitors.remove(0);
                }
            }
            put(&account, gone.as_deref().and_then(Key::from_hex))
        })
        .await
    }

    /// Notes that a session has ended.
    pub(crate) async fn signed_out(&self, shopper: Key, session: Key) -> Result<(), Refusal> {
        change(&*self.store, place(shopper), |present| {
            let Some(mut account) = present.map(decode).transpose()? else { return Ok(Next::Keep(())) };
            account.sessions.retain(|known| *known != session.hex());
            put(&account, ())
        })
        .await
    }

    /// Removes an account.
    pub(crate) async fn remove(&self, shopper: Key) -> Result<(), Refusal> {
        change(&*self.store, place(shopper), |_| Ok(Next::Remove(()))).await
    }
}

fn put<T>(account: &Account, answer: T) -> Result<Next<T>, Refusal> {
    let value = serde_json::to_vec(account).map_err(|_| damaged("account"))?;
    Ok(Next::Put { value, until: None, answer })
}
