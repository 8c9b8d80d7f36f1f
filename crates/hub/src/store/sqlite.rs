//! The embedded store: one SQLite file, one thread that writes, a few connections that read.
//!
//! WAL with `synchronous = FULL`: a commit returns after the log is on the disk. Since that flush is
//! what a write costs, the writer takes all changes that wait, up to [`LINGER`] after the first, into
//! one transaction and acknowledges them together after the commit.

use std::future::ready;
use std::path::Path;
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::{oneshot, watch};
use wellmet_engine::time::Instant;

use super::watchers::{Watchers, lock};
use super::writer::{self, Change, Request};
use super::{
    Bucket, Entry, Key, Mark, Page, Pending, Place, Placed, Revision, Store, StoreError, Swap, Versioned, check_size,
};
use crate::clock::Clock;

/// Longest a change waits for others to share its flush. Range 0 (each its own) to some 5 ms (more
/// throughput on slow disks, and that much more latency under load). A change that is alone does
/// not wait.
pub const LINGER: Duration = Duration::from_millis(2);

/// Changes that may wait for the writer; beyond it callers are told [`StoreError::Busy`].
const QUEUE: usize = 4_096;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The hub's data.
    Data,
    /// Data keys.
    Keyring,
}

impl Kind {
    /// The file's name in its directory.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Data => "hub.sqlite",
            Self::Keyring => "keyring.sqlite",
        }
    }

    /// Marks the file as ours (`application_id`): "wmet", "wmky".
    pub(super) const fn application(self) -> i64 {
        match self {
            Self::Data => 0x776d_6574,
            Self::Keyring => 0x776d_6b79,
        }
    }
}

/// Places read at once by a walk over all of them.
const AT_ONCE: i64 = 512;

/// Format of the file, kept in `user_version`.
pub(super) const FORMAT: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE entry (
        bucket INTEGER NOT NULL,
        key BLOB NOT NULL,
        revision INTEGER NOT NULL,
        until INTEGER,
        value BLOB NOT NULL,
        UNIQUE (bucket, key)
    );
    CREATE INDEX entry_until ON entry (until) WHERE until IS NOT NULL;
    CREATE TABLE log (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        subject BLOB NOT NULL,
        until INTEGER,
        value BLOB NOT NULL
    );
    CREATE INDEX log_subject ON log (subject, seq);
    CREATE INDEX log_until ON log (until) WHERE until IS NOT NULL;
    CREATE TABLE counter (revision INTEGER NOT NULL);
    INSERT INTO counter VALUES (0);
";

/// The embedded store. Dropping it writes what still waits and closes the file.
#[derive(Debug)]
pub struct SqliteStore {
    /// `None` only while dropping.
    requests: Option<SyncSender<Request>>,
    writer: Option<JoinHandle<()>>,
    readers: Readers,
    watchers: Arc<Watchers>,
}

/// Connections that read. A read runs where it is asked for: it finds one row by its key, mostly in
/// memory, and that takes less time than handing it to another thread and back.
#[derive(Debug)]
struct Readers {
    path: std::path::PathBuf,
    clock: Clock,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Runs a read on a connection of its own; connections are kept for the next reader.
    fn run<T>(&self, read: impl FnOnce(&Connection, i64) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let idle = lock(&self.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open(&self.path)?,
        };
        let answer = read(&connection, self.clock.now().0)?;
        lock(&self.idle).push(connection);
        Ok(answer)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is removed is overwritten, so that an erased shopper does not linger in free pages. What was moved is not:
    // see `scrub`.
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Lays the tables in a new file; refuses one that a newer release wrote.
fn prepare(connection: &mut Connection, kind: Kind) -> Result<(), StoreError> {
    let change = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    match change.pragma_query_value(None, "user_version", |row| row.get(0))? {
        0 => {
            change.execute_batch(SCHEMA)?;
            change.pragma_update(None, "application_id", kind.application())?;
            change.pragma_update(None, "user_version", FORMAT)?;
        }
        FORMAT => {}
        newer => return Err(StoreError::Newer(newer)),
    }
    change.commit()?;
    Ok(())
}

impl SqliteStore {
    /// Opens `hub.sqlite` in a directory, making both where they do not exist, readable by their owner
    /// only.
    ///
    /// # Errors
    /// [`StoreError`] when the directory cannot be used or a newer release wrote the file.
    pub fn open(directory: &Path, clock: Clock) -> Result<Self, StoreError> {
        Self::open_kind(Kind::Data, directory, clock)
    }

    /// Opens a file of a kind in a directory, as [`Self::open`].
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_kind(kind: Kind, directory: &Path, clock: Clock) -> Result<Self, StoreError> {
        let path = directory.join(kind.file());
        make_private(directory, &path)
            .map_err(|error| StoreError::Failed(format!("{}: {error}", directory.display())))?;
        let mut connection = open(&path)?;
        prepare(&mut connection, kind)?;
        let watchers = Arc::new(Watchers::default());
        let (requests, waiting) = mpsc::sync_channel(QUEUE);
        let (writer_clock, writer_watchers) = (clock.clone(), Arc::clone(&watchers));
        let writer = std::thread::Builder::new()
            .name("hub-store".into())
            .spawn(move || writer::run(&mut connection, &waiting, &writer_watchers, &writer_clock))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let readers = Readers { path, clock, idle: Mutex::default() };
        Ok(Self { requests: Some(requests), writer: Some(writer), readers, watchers })
    }

    async fn write(&self, change: Change) -> Result<Swap, StoreError> {
        let (reply, answer) = oneshot::channel();
        let requests = self.requests.as_ref().ok_or(StoreError::Busy)?;
        requests.try_send(Request { change, reply }).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Failed("the writer has stopped".into()),
        })?;
        answer.await.map_err(|_| StoreError::Failed("the writer has stopped".into()))?
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(writer) = self.writer.take() {
            // A writer that panicked has told its callers; there is nobody left to tell here.
            let _ = writer.join();
        }
    }
}

/// Makes the directory and the file, where they are missing, for their owner only. SQLite gives the
/// files that it puts beside the file the same rights.
#[cfg(unix)]
pub(super) fn make_private(directory: &Path, file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(|_| ())
}

#[cfg(not(unix))]
pub(super) fn make_private(directory: &Path, _: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)
}

impl Store for SqliteStore {
    fn get(&self, place: Place) -> Pending<'_, Option<Versioned>> {
        let found = self.readers.run(|connection, now| {
            let sql = "SELECT revision, value FROM entry
                       WHERE bucket = ?1 AND key = ?2 AND (until IS NULL OR until > ?3)";
            let found = params![place.bucket as u8, place.key.bytes(), now];
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
            let row = connection.prepare_cached(sql)?.query_row(found, read).optional()?;
            Ok(row.map(|(revision, value)| Versioned { revision: Revision(revision.cast_unsigned()), value }))
        });
        Box::pin(ready(found))
    }

    fn swap(
        &self,
        place: Place,
        seen: Option<Revision>,
        value: Option<Vec<u8>>,
        until: Option<Instant>,
    ) -> Pending<'_, Swap> {
        Box::pin(async move {
            value.as_deref().map_or(Ok(()), check_size)?;
            self.write(Change::Swap { place, seen, value, until }).await
        })
    }

    fn append(&self, subject: Key, value: Vec<u8>, until: Option<Instant>) -> Pending<'_, ()> {
        Box::pin(async move { self.write(Change::Append { subject, value, until }).await.map(|_| ()) })
    }

    fn entries(&self, subject: Key, limit: usize) -> Pending<'_, Vec<Entry>> {
        let found = self.readers.run(|connection, now| {
            let sql = "SELECT value, until FROM log
                       WHERE subject = ?1 AND (until IS NULL OR until > ?2) ORDER BY seq DESC LIMIT ?3";
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map(params![subject.bytes(), now, limit], |row| {
                Ok(Entry { value: row.get(0)?, until: row.get::<_, Option<i64>>(1)?.map(Instant) })
            })?;
            let mut entries = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            entries.reverse();
            Ok(entries)
        });
        Box::pin(ready(found))
    }

    fn purge(&self, subject: Key) -> Pending<'_, ()> {
        Box::pin(async move { self.write(Change::Purge { subject }).await.map(|_| ()) })
    }

    fn scrub(&self) -> Pending<'_, ()> {
        Box::pin(async move { self.write(Change::Scrub).await.map(|_| ()) })
    }

    fn keys(&self, bucket: Bucket, first: u8) -> Pending<'_, Vec<Key>> {
        let found = self.readers.run(|connection, now| {
            // Blobs compare by their bytes: the range is one stretch of the index.
            let sql = "SELECT key FROM entry
                       WHERE bucket = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3) AND (until IS NULL OR until > ?4)";
            let after = first.checked_add(1).map(|after| vec![after]);
            let mut statement = connection.prepare_cached(sql)?;
            let rows =
                statement.query_map(params![bucket as u8, [first], after, now], |row| row.get::<_, Vec<u8>>(0))?;
            rows.map(|row| row.map(|bytes| Key::from_bytes(&bytes))).collect::<rusqlite::Result<Option<Vec<_>>>>()
        });
        let keys = found.and_then(|keys| keys.ok_or_else(|| StoreError::Failed("a key is not 32 bytes long".into())));
        Box::pin(ready(keys))
    }

    fn watch(&self, place: Place) -> Pending<'_, watch::Receiver<Revision>> {
        Box::pin(ready(Ok(self.watchers.watch(place))))
    }

    fn places(&self, after: Option<Mark>) -> Pending<'_, Page> {
        let found = self.readers.run(|connection, now| {
            let sql = "SELECT rowid, bucket, key, value, until FROM entry
                       WHERE rowid > ?1 AND (until IS NULL OR until > ?2) ORDER BY rowid LIMIT ?3";
            let position = after.map_or(i64::MIN, |mark| mark.position.cast_signed());
            let mut statement = connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![position, now, AT_ONCE])?;
            let (mut places, mut last, mut unknown) = (Vec::new(), None, None);
            while let Some(row) = rows.next()? {
                last = Some(Mark { part: 0, position: row.get::<_, i64>(0)?.cast_unsigned() });
                let number = row.get(1)?;
                let key = Key::from_bytes(&row.get::<_, Vec<u8>>(2)?);
                match Bucket::from_number(number).zip(key) {
                    Some((bucket, key)) => places.push(Placed {
                        place: Place { bucket, key },
                        value: row.get(3)?,
                        until: row.get::<_, Option<i64>>(4)?.map(Instant),
                    }),
                    None => unknown = Some(number),
                }
            }
            Ok((places, last, unknown))
        });
        Box::pin(ready(match found {
            Ok((_, _, Some(number))) => Err(StoreError::Newer(number.into())),
            Ok((places, last, None)) => Ok((places, last)),
            Err(error) => Err(error),
        }))
    }

    fn subjects(&self) -> Pending<'_, Vec<Key>> {
        let found = self.readers.run(|connection, now| {
            let sql = "SELECT DISTINCT subject FROM log WHERE until IS NULL OR until > ?1";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([now], |row| row.get::<_, Vec<u8>>(0))?;
            rows.filter_map(|row| row.map(|bytes| Key::from_bytes(&bytes)).transpose()).collect()
        });
        Box::pin(ready(found))
    }
}
