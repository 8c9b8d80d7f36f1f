//! The one thread that changes the embedded store: takes what waits, commits it together, answers.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant as Moment};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use tokio::sync::oneshot;
use wellmet_engine::time::Instant;

use super::scrub;
use super::sqlite::LINGER;
use super::watchers::Watchers;
use super::{Key, Place, Revision, StoreError, Swap};
use crate::clock::Clock;

/// Most changes of one transaction: a bound on what one failure takes with it.
const MOST_TOGETHER: usize = 512;

/// How often values whose time is over are removed (they are invisible before that), and the log of
/// changes is emptied into the file, so that what was erased does not linger in it.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// Rows removed by one sweep, so that it never holds up shoppers for long.
const SWEPT_AT_ONCE: i64 = 1_000;

/// Between two looks at pages that are to be overwritten, when there is nothing else to do.
const SCRUB_EVERY: Duration = Duration::from_millis(5);

/// How long a hub that stops may go on with that; the next one begins anew.
const LAST_SCRUB: Duration = Duration::from_secs(2);

/// One change.
#[derive(Debug)]
pub(super) enum Change {
    Swap {
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    },
    Append {
        subject: Key,
        value: Vec<u8>,
        until: Option<Instant>,
    },
    Purge {
        subject: Key,
    },
    /// What was removed is to be overwritten wherever it was before.
    Scrub,
}

/// A change and who waits for it.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) change: Change,
    pub(super) reply: oneshot::Sender<Result<Swap, StoreError>>,
}

/// Runs until all senders are gone.
pub(super) fn run(connection: &mut Connection, waiting: &Receiver<Request>, watchers: &Watchers, clock: &Clock) {
    let mut together = 1;
    let mut swept = Moment::now();
    // The hub before this one may have stopped on the way.
    let mut scrubbing = Scrubbing { next: Some(scrub::FIRST), again: false };
    loop {
        match waiting.recv_timeout(if scrubbing.next.is_some() { SCRUB_EVERY } else { SWEEP_EVERY }) {
            Ok(first) => {
                let batch = gather(first, waiting, together);
                together = batch.len();
                let asked = batch.iter().any(|request| matches!(request.change, Change::Scrub));
                settle(connection, batch, watchers, clock.now());
                if asked {
                    scrubbing.ask();
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        scrubbing.step(connection);
        if swept.elapsed() >= SWEEP_EVERY {
            swept = Moment::now();
            if let Err(error) = sweep(connection, clock.now()) {
                tracing::warn!(%error, "could not remove what has expired");
            }
        }
    }
    let end = Moment::now() + LAST_SCRUB;
    while scrubbing.next.is_some() && Moment::now() < end {
        scrubbing.step(connection);
    }
}

/// How far the overwriting has come.
struct Scrubbing {
    /// The next page to look at, while there is something to do.
    next: Option<u32>,
    /// Asked for while it was on its way: pages that it has passed may have something again.
    again: bool,
}

impl Scrubbing {
    fn ask(&mut self) {
        self.again = self.next.is_some();
        self.next.get_or_insert(scrub::FIRST);
    }

    fn step(&mut self, connection: &mut Connection) {
        let Some(page) = self.next else { return };
        self.next = scrub::some(connection, page).unwrap_or_else(|error| {
            tracing::error!(%error, "what was erased could not be overwritten where it had been before");
            None
        });
        if self.next.is_none() && std::mem::take(&mut self.again) {
            self.next = Some(scrub::FIRST);
        }
    }
}

/// All that waits. When the last batch had company, a little patience finds as much again; a change
/// that comes alone goes alone.
fn gather(first: Request, waiting: &Receiver<Request>, expected: usize) -> Vec<Request> {
    let deadline = Moment::now() + LINGER;
    let mut batch = vec![first];
    while batch.len() < MOST_TOGETHER {
        if let Ok(next) = waiting.try_recv() {
            batch.push(next);
        } else if batch.len() < expected {
            match waiting.recv_timeout(deadline.saturating_duration_since(Moment::now())) {
                Ok(next) => batch.push(next),
                Err(_) => break,
            }
        } else {
            break;
        }
    }
    batch
}

/// Commits a batch, then tells each caller; tells all of them when the commit failed.
fn settle(connection: &mut Connection, batch: Vec<Request>, watchers: &Watchers, now: Instant) {
    let (changes, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|r| (r.change, r.reply)).unzip();
    match commit(connection, &changes, now) {
        Ok(outcomes) => {
            for ((change, reply), outcome) in changes.iter().zip(replies).zip(outcomes) {
                if let (Change::Swap { place, .. }, Swap::Done(revision)) = (change, outcome) {
                    watchers.wake(*place, revision);
                }
                // A caller that has gone away does not need to know.
                let _ = reply.send(Ok(outcome));
            }
        }
        Err(error) => {
            tracing::error!(%error, changes = changes.len(), "a commit failed; nothing of it was kept");
            for reply in replies {
                let _ = reply.send(Err(StoreError::Failed(error.to_string())));
            }
        }
    }
}

fn commit(connection: &mut Connection, changes: &[Change], now: Instant) -> rusqlite::Result<Vec<Swap>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcomes = {
        // Read within the transaction: another process may have written since the last one.
        let sql = "SELECT revision FROM counter";
        let mut latest: i64 = transaction.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        let outcomes = changes
            .iter()
            .map(|change| apply(&transaction, change, &mut latest, now))
            .collect::<Result<Vec<_>, _>>()?;
        transaction.prepare_cached("UPDATE counter SET revision = ?1")?.execute([latest])?;
        outcomes
    };
    transaction.commit()?;
    Ok(outcomes)
}

fn apply(transaction: &Transaction<'_>, change: &Change, latest: &mut i64, now: Instant) -> rusqlite::Result<Swap> {
    match change {
        Change::Swap { place, seen, value, until } => {
            if present(transaction, *place, now)? != *seen {
                return Ok(Swap::Stale);
            }
            *latest += 1;
            put(transaction, *place, value.as_deref(), *until, *latest)?;
            Ok(Swap::Done(Revision(latest.cast_unsigned())))
        }
        Change::Append { subject, value, until } => {
            let sql = "INSERT INTO log (subject, value, until) VALUES (?1, ?2, ?3)";
            transaction.prepare_cached(sql)?.execute(params![subject.bytes(), value, until.map(|u| u.0)])?;
            Ok(Swap::Done(Revision::default()))
        }
        Change::Purge { subject } => {
            transaction.prepare_cached("DELETE FROM log WHERE subject = ?1")?.execute([subject.bytes()])?;
            Ok(Swap::Done(Revision::default()))
        }
        Change::Scrub => Ok(Swap::Done(Revision::default())),
    }
}

fn present(transaction: &Transaction<'_>, place: Place, now: Instant) -> rusqlite::Result<Option<Revision>> {
    let sql = "SELECT revision FROM entry WHERE bucket = ?1 AND key = ?2 AND (until IS NULL OR until > ?3)";
    let found = params![place.bucket as u8, place.key.bytes(), now.0];
    let revision = transaction.prepare_cached(sql)?.query_row(found, |row| row.get::<_, i64>(0)).optional()?;
    Ok(revision.map(|revision| Revision(revision.cast_unsigned())))
}

fn put(
    transaction: &Transaction<'_>,
    place: Place,
    value: Option<&[u8]>,
    until: Option<Instant>,
    revision: i64,
) -> rusqlite::Result<usize> {
    let (bucket, key) = (place.bucket as u8, place.key.bytes());
    let Some(value) = value else {
        let sql = "DELETE FROM entry WHERE bucket = ?1 AND key = ?2";
        return transaction.prepare_cached(sql)?.execute(params![bucket, key]);
    };
    let sql = "INSERT INTO entry (bucket, key, revision, until, value) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (bucket, key) DO UPDATE
               SET revision = excluded.revision, until = excluded.until, value = excluded.value";
    let row = params![bucket, key, revision, until.map(|u| u.0), value];
    transaction.prepare_cached(sql)?.execute(row)
}

fn sweep(connection: &mut Connection, now: Instant) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for table in ["entry", "log"] {
        let sql = format!(
            "DELETE FROM {table} WHERE rowid IN
             (SELECT rowid FROM {table} WHERE until IS NOT NULL AND until <= ?1 LIMIT ?2)"
        );
        transaction.prepare_cached(&sql)?.execute([now.0, SWEPT_AT_ONCE])?;
    }
    transaction.commit()?;
    // A reader may be in the way; the next time will do.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
