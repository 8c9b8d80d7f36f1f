//! What the shop's own books say of a customer: put there by `wellmet import`, handed out after a
//! login only.

use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use wellmet_engine::id::CustomerId;
use wellmet_engine::money::Currency;
use wellmet_engine::record::{MAX_ORDERS, Record};

use crate::clock::Clock;
use crate::documents;
use crate::identity::customer_key;
use crate::refusal::Refusal;
use crate::store::address::Address;
use crate::store::change::{Next, change};
use crate::store::{Bucket, Key, Place, Store, StoreError, damaged, sealed};

/// Records written at once by [`import`]: enough to share flushes, few enough to need no memory.
const TOGETHER: usize = 256;

/// All records.
#[derive(Clone)]
pub(crate) struct Records {
    store: Arc<dyn Store>,
}

const fn place(shopper: Key) -> Place {
    Place { bucket: Bucket::Record, key: shopper }
}

impl Records {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// A customer's record under the name that the shop signed last; an empty one when the shop's
    /// books say nothing of her.
    pub(crate) async fn get(&self, customer: &CustomerId, name: Option<String>) -> Result<Record, Refusal> {
        let kept = self.store.get(place(customer_key(customer))).await?;
        let mut record = match kept {
            Some(kept) => Record::decode(&kept.value).map_err(|_| damaged("record"))?,
            None => empty(customer),
        };
        record.name = name.or(record.name);
        Ok(record)
    }

    /// The record under a key, if there is one.
    pub(crate) async fn at(&self, shopper: Key) -> Result<Option<Record>, Refusal> {
        let kept = self.store.get(place(shopper)).await?;
        kept.map(|kept| Record::decode(&kept.value).map_err(|_| damaged("record"))).transpose()
    }

    /// Puts a record; `false` when the customer asked to be forgotten and has not come back since.
    pub(crate) async fn put(&self, record: &Record) -> Result<bool, Refusal> {
        let shopper = customer_key(&record.customer);
        if documents::is_erased(&*self.store, shopper).await? {
            return Ok(false);
        }
        change(&*self.store, place(shopper), |present| {
            let mut record = record.clone();
            if let Some(Ok(before)) = present.map(Record::decode) {
                keep_newer(&mut record, before);
            }
            let value = record.encode();
            if present == Some(value.as_slice()) {
                return Ok(Next::Keep(()));
            }
            Ok(Next::Put { value, until: None, answer: () })
        })
        .await?;
        // She may have asked between the look and the write.
        if documents::is_erased(&*self.store, shopper).await? {
            self.remove(shopper).await?;
            return Ok(false);
        }
        Ok(true)
    }

    /// Changes a customer's record by a step that may run more than once; `false` when she asked to be
    /// forgotten and has not come back since.
    pub(crate) async fn edit(
        &self,
        customer: &CustomerId,
        mut step: impl FnMut(&mut Record) + Send,
    ) -> Result<bool, Refusal> {
        let shopper = customer_key(customer);
        if documents::is_erased(&*self.store, shopper).await? {
            return Ok(false);
        }
        change(&*self.store, place(shopper), |present| {
            let before = present.map(Record::decode).transpose().map_err(|_| damaged("record"))?;
            let mut record = before.clone().unwrap_or_else(|| empty(customer));
            step(&mut record);
            if before.as_ref() == Some(&record) {
                return Ok(Next::Keep(()));
            }
            Ok(Next::Put { value: record.encode(), until: None, answer: () })
        })
        .await?;
        // She may have asked between the look and the write.
        if documents::is_erased(&*self.store, shopper).await? {
            self.remove(shopper).await?;
            return Ok(false);
        }
        Ok(true)
    }

    pub(crate) async fn remove(&self, shopper: Key) -> Result<(), Refusal> {
        change(&*self.store, place(shopper), |_| Ok(Next::Remove(()))).await
    }
}

/// A record without orders. ISO 4217 names the currency of no transaction `XXX`.
pub(crate) fn empty(customer: &CustomerId) -> Record {
    Record {
        customer: customer.clone(),
        name: None,
        traits: Vec::new(),
        order_count: 0,
        spent_minor: 0,
        currency: Currency::new("XXX").expect("three capital letters"),
        first_order: None,
        orders: Vec::new(),
    }
}

/// A log ends some day, and orders told one by one may be newer: they stay.
fn keep_newer(record: &mut Record, before: Record) {
    let ends = record.orders.first().map(|order| order.at);
    let newer = before.orders.into_iter().filter(|order| ends.is_none_or(|ends| order.at > ends));
    let newer: Vec<_> = newer.filter(|order| !record.orders.iter().any(|known| known.id == order.id)).collect();
    if newer.is_empty() || (record.order_count > 0 && record.currency != before.currency) {
        return;
    }
    record.currency = before.currency;
    record.order_count = record.order_count.saturating_add(u32::try_from(newer.len()).unwrap_or(u32::MAX));
    let worth = newer.iter().flat_map(|order| &order.lines).map(|line| line.unit_minor * i64::from(line.quantity));
    record.spent_minor = record.spent_minor.saturating_add(worth.sum());
    record.first_order = record.first_order.or_else(|| newer.last().map(|order| order.at));
    record.orders.splice(0..0, newer);
    record.orders.truncate(MAX_ORDERS);
}

/// What [`import`] has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Records that are now in the hub as given.
    pub kept: usize,
    /// Records left out because the customer asked to be forgotten.
    pub erased: usize,
}

/// Why an import stopped. What was kept until then stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record could not be put.
    #[error("{0}")]
    Refused(&'static str),
    /// The asynchronous runtime did not start.
    #[error("cannot start: {0}")]
    Runtime(#[from] std::io::Error),
}

/// Puts customers' records into the embedded store of a data directory, for `wellmet import`, sealed where there is
/// a keyring. A hub may be running on it. A record that is there already is replaced, so importing twice changes nothing.
///
/// # Errors
/// [`ImportError`]; records before the failing one may have been kept.
pub fn import(
    data: &Path,
    keyring: Option<&Address>,
    records: impl IntoIterator<Item = Record>,
) -> Result<Imported, ImportError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let data = Address::Directory(data.to_owned());
        let to = Records::new(sealed::open(&data, keyring, Clock::system()).await?);
        let mut imported = Imported::default();
        let mut puts = stream::iter(records).map(|record| put_one(&to, record)).buffer_unordered(TOGETHER);
        while let Some(kept) = puts.next().await {
            if kept? { imported.kept += 1 } else { imported.erased += 1 }
        }
        Ok(imported)
    })
}

async fn put_one(to: &Records, record: Record) -> Result<bool, ImportError> {
    to.put(&record).await.map_err(|refusal| ImportError::Refused(refusal.message))
}
