//! Moving everything from one store to another: from the embedded file to a cluster when one machine is not
//! enough, and back.
//!
//! A copy that was interrupted is started again: what is there already is compared and passed over. To
//! move a shop with little pause, copy while its hub runs, stop the hub, and copy again with
//! [`Change::Replace`]: the second run brings only what has changed, and takes away what is gone (somebody
//! may have asked to be forgotten between the two).

use std::collections::HashSet;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{Entry, Key, Page, Place, Placed, Store, StoreError, Swap};

/// Places written at once.
const TOGETHER: usize = 256;
/// Entries of one log at most: more than any log holds within its time.
const MOST_ENTRIES: usize = 1_000_000;

/// What to do with what is already in the target and differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Stop: the target is not a copy of the source.
    Refuse,
    /// Make the target like the source.
    Replace,
}

/// What a copy has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Places of the source.
    pub places: usize,
    /// Logs of the source.
    pub logs: usize,
    /// Entries in them.
    pub entries: usize,
    /// Places and logs that had to be written; the others were there already.
    pub written: usize,
    /// Places and logs that the target had and the source has not.
    pub removed: usize,
}

/// Why a copy did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// One of the stores.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The target holds something else.
    #[error("the target already holds other data ({0})")]
    Differs(String),
    /// The two are not alike after the copy.
    #[error("the source or the target has changed meanwhile ({0})")]
    Changed(String),
}

/// Copies everything, then reads both stores again and compares them. `progress` is told the number of
/// places now and then.
///
/// # Errors
/// [`CopyError`]. What was written stays and the next run goes on from there.
pub async fn copy(
    from: &dyn Store,
    to: &dyn Store,
    change: Change,
    mut progress: impl FnMut(usize),
) -> Result<Copied, CopyError> {
    let mut copied = Copied::default();
    let mut mark = None;
    loop {
        let (places, next): Page = from.places(mark).await?;
        copied.places += places.len();
        let written = stream::iter(places).map(|placed| put(to, placed, change)).buffer_unordered(TOGETHER);
        copied.written += written.try_fold(0, |sum, one| async move { Ok(sum + usize::from(one)) }).await?;
        progress(copied.places);
        if next.is_none() {
            break;
        }
        mark = next;
    }
    let subjects = from.subjects().await?;
    for subject in &subjects {
        let entries = from.entries(*subject, MOST_ENTRIES).await?;
        copied.logs += usize::from(!entries.is_empty());
        copied.entries += entries.len();
        copied.written += usize::from(put_log(to, *subject, entries, change).await?);
    }
    copied.removed = sweep(from, to, &subjects, change).await?;
    compare(from, to).await?;
    Ok(copied)
}

fn differs(what: &Place) -> CopyError {
    CopyError::Differs(format!("{:?} {:?}", what.bucket, what.key))
}

/// Whether anything had to be written.
async fn put(to: &dyn Store, placed: Placed, change: Change) -> Result<bool, CopyError> {
    let there = to.get(placed.place).await?;
    let seen = match there {
        Some(there) if there.value == placed.value => return Ok(false),
        Some(_) if change == Change::Refuse => return Err(differs(&placed.place)),
        Some(there) => Some(there.revision),
        None => None,
    };
    match to.swap(placed.place, seen, Some(placed.value), placed.until).await? {
        Swap::Done(_) => Ok(true),
        Swap::Stale => Err(CopyError::Changed(format!("{:?}", placed.place.bucket))),
    }
}

/// A log that was begun is continued; one that says something else is replaced or refused.
async fn put_log(to: &dyn Store, subject: Key, entries: Vec<Entry>, change: Change) -> Result<bool, CopyError> {
    let there = to.entries(subject, MOST_ENTRIES).await?;
    let begun = entries.starts_with(&there);
    if !begun && change == Change::Refuse {
        return Err(CopyError::Differs(format!("log {subject:?}")));
    }
    if !begun {
        to.purge(subject).await?;
    }
    let rest = if begun { there.len() } else { 0 };
    let written = rest < entries.len();
    for entry in entries.into_iter().skip(rest) {
        to.append(subject, entry.value, entry.until).await?;
    }
    Ok(written)
}

/// Takes away what the source does not have.
async fn sweep(from: &dyn Store, to: &dyn Store, subjects: &[Key], change: Change) -> Result<usize, CopyError> {
    let (mut removed, mut mark) = (0, None);
    loop {
        let (places, next) = to.places(mark).await?;
        for placed in places {
            if from.get(placed.place).await?.is_some() {
                continue;
            }
            let Some(there) = to.get(placed.place).await? else { continue };
            if change == Change::Refuse {
                return Err(differs(&placed.place));
            }
            to.swap(placed.place, Some(there.revision), None, None).await?;
            removed += 1;
        }
        if next.is_none() {
            break;
        }
        mark = next;
    }
    let known: HashSet<Key> = subjects.iter().copied().collect();
    for subject in to.subjects().await? {
        if known.contains(&subject) || to.entries(subject, 1).await?.is_empty() {
            continue;
        }
        if change == Change::Refuse {
            return Err(CopyError::Differs(format!("log {subject:?}")));
        }
        to.purge(subject).await?;
        removed += 1;
    }
    Ok(removed)
}

/// Reads all of both again.
async fn compare(from: &dyn Store, to: &dyn Store) -> Result<(), CopyError> {
    within(from, to).await?;
    within(to, from).await?;
    for subject in from.subjects().await? {
        if from.entries(subject, MOST_ENTRIES).await? != to.entries(subject, MOST_ENTRIES).await? {
            return Err(CopyError::Changed(format!("log {subject:?}")));
        }
    }
    Ok(())
}

/// Whether all places of one store are the same in the other.
async fn within(one: &dyn Store, other: &dyn Store) -> Result<(), CopyError> {
    let mut mark = None;
    loop {
        let (places, next) = one.places(mark).await?;
        let same = stream::iter(places).map(|placed| async move {
            match other.get(placed.place).await? {
                Some(there) if there.value == placed.value => Ok(()),
                _ => Err(CopyError::Changed(format!("{:?} {:?}", placed.place.bucket, placed.place.key))),
            }
        });
        same.buffer_unordered(TOGETHER).try_collect::<()>().await?;
        if next.is_none() {
            return Ok(());
        }
        mark = next;
    }
}
