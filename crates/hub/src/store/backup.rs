//! Backups of the embedded store, and of a keyring in a file: taken while a hub writes to it, checked, and put back.
//!
//! A backup is one file, a database of SQLite as it was at one moment, without free pages. What is beside the store in
//! its directory (the shop's public keys, its secrets) is the shop's own and not in it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::sqlite::{FORMAT, Kind, make_private};

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Values at places.
    pub places: u64,
    /// Entries of logs.
    pub entries: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// Why there is no backup, or none was put back. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no store in this directory.
    #[error("there is no {} in this directory", .0.file())]
    Missing(Kind),
    /// Something is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The file is no store of a hub, or is damaged.
    #[error("this is no whole backup of a hub: {0}")]
    Damaged(String),
    /// A file.
    #[error("{}: {}", .0.display(), .1)]
    File(PathBuf, std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Writes the store of a directory to a new file, readable by its owner only. A hub may go on writing meanwhile: the
/// backup is the store at the moment when it began.
///
/// # Errors
/// [`BackupError`]; no file is left behind.
pub fn backup(kind: Kind, directory: &Path, to: &Path) -> Result<Held, BackupError> {
    let store = directory.join(kind.file());
    if !store.is_file() {
        return Err(BackupError::Missing(kind));
    }
    whole(kind, to, |partial| {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&store, flags)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        // An empty file is taken as none, and keeps its rights.
        connection.execute("VACUUM INTO ?1", [partial.to_string_lossy()])?;
        Ok(())
    })
}

/// Puts a backup into a directory that has no store.
///
/// # Errors
/// [`BackupError`]; the directory is as it was.
pub fn restore(kind: Kind, from: &Path, directory: &Path) -> Result<Held, BackupError> {
    check(kind, from)?;
    for beside in ["-wal", "-shm"] {
        let left = directory.join(format!("{}{beside}", kind.file()));
        // What an older database has left would be taken for this one's.
        if left.exists() {
            return Err(BackupError::Exists(left));
        }
    }
    whole(kind, &directory.join(kind.file()), |partial| {
        let copied = std::fs::copy(from, partial);
        copied.map(|_| ()).map_err(|error| BackupError::File(from.to_owned(), error))
    })
}

/// Makes a file beside its place, checks it, and moves it there.
fn whole(kind: Kind, to: &Path, make: impl FnOnce(&Path) -> Result<(), BackupError>) -> Result<Held, BackupError> {
    let failed = |error| BackupError::File(to.to_owned(), error);
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let mut partial = to.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = || {
        // Of an attempt that was interrupted.
        if partial.exists() {
            std::fs::remove_file(&partial).map_err(failed)?;
        }
        make_private(directory, &partial).map_err(failed)?;
        make(&partial)?;
        let held = check(kind, &partial)?;
        std::fs::File::open(&partial).and_then(|file| file.sync_all()).map_err(failed)?;
        std::fs::rename(&partial, to).map_err(failed)?;
        #[cfg(unix)]
        std::fs::File::open(directory).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(held)
    };
    made().inspect_err(|_| drop(std::fs::remove_file(&partial)))
}

/// Looks at every page of a backup.
///
/// # Errors
/// [`BackupError::Damaged`]; [`StoreError::Newer`] for one of a newer release.
pub fn check(kind: Kind, file: &Path) -> Result<Held, BackupError> {
    let bytes = std::fs::metadata(file).map_err(|error| BackupError::File(file.to_owned(), error))?.len();
    let damaged = |error: rusqlite::Error| BackupError::Damaged(error.to_string());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(damaged)?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(damaged);
    if number("PRAGMA application_id")? != kind.application() {
        return Err(BackupError::Damaged("it is another kind of file".into()));
    }
    match number("PRAGMA user_version")? {
        FORMAT => {}
        newer => return Err(StoreError::Newer(newer).into()),
    }
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(damaged)?;
    if verdict != "ok" {
        return Err(BackupError::Damaged(verdict));
    }
    let count = |table: &str| number(&format!("SELECT count(*) FROM {table}")).map(i64::cast_unsigned);
    Ok(Held { places: count("entry")?, entries: count("log")?, bytes })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use std::sync::Arc;

    use super::super::sqlite::SqliteStore;
    use super::super::{Bucket, Key, Place, Store};
    use super::*;
    use crate::clock::Clock;

    fn place(name: &str) -> Place {
        Place { bucket: Bucket::ALL[0], key: Key::of("test", name) }
    }

    async fn put(store: &SqliteStore, name: &str) {
        store.swap(place(name), None, Some(name.as_bytes().to_vec()), None).await.unwrap();
        store.append(Key::of("log", "all"), name.as_bytes().to_vec(), None).await.unwrap();
    }

    #[tokio::test]
    async fn a_backup_of_a_store_in_use_is_put_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (live, file, other) =
            (folder.path().join("live"), folder.path().join("backup"), folder.path().join("other"));
        let store = Arc::new(SqliteStore::open(&live, Clock::system()).unwrap());
        for n in 0..100 {
            put(&store, &n.to_string()).await;
        }
        // Somebody writes all the while.
        let writer = {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for n in 100..400 {
                    put(&store, &n.to_string()).await;
                }
            })
        };
        let (directory, to) = (live.clone(), file.clone());
        let held = tokio::task::spawn_blocking(move || backup(Kind::Data, &directory, &to)).await.unwrap().unwrap();
        writer.await.unwrap();
        assert!(held.places >= 100 && held.places - held.entries <= 1, "a moment between two acts: {held:?}");
        assert_eq!(held.bytes, std::fs::metadata(&file).unwrap().len());
        assert_eq!(restore(Kind::Data, &file, &other).unwrap(), held);
        let again = SqliteStore::open(&other, Clock::system()).unwrap();
        for n in 0..held.places {
            let value = again.get(place(&n.to_string())).await.unwrap().unwrap().value;
            assert_eq!(value, n.to_string().into_bytes());
        }
        assert_eq!(again.read(Key::of("log", "all"), 1_000).await.unwrap().len() as u64, held.entries);
        #[cfg(unix)]
        for made in [&file, &other.join(Kind::Data.file())] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(made).unwrap().permissions().mode() & 0o777, 0o600, "{}", made.display());
        }
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(matches!(backup(Kind::Data, &at("none"), &at("b")), Err(BackupError::Missing(Kind::Data))));
        let store = SqliteStore::open(&at("live"), Clock::system()).unwrap();
        put(&store, "a").await;
        backup(Kind::Data, &at("live"), &at("b")).unwrap();
        assert!(matches!(backup(Kind::Data, &at("live"), &at("b")), Err(BackupError::Exists(_))));
        assert!(
            matches!(restore(Kind::Data, &at("b"), &at("live")), Err(BackupError::Exists(_))),
            "never over a store"
        );

        let whole = std::fs::read(at("b")).unwrap();
        for (name, bytes) in [
            ("cut", whole[..whole.len() / 2].to_vec()),
            ("text", b"not a database".to_vec()),
            ("empty", Vec::new()),
            ("spoilt", [&whole[..4_096], &vec![0xff; whole.len() - 4_096]].concat()),
        ] {
            std::fs::write(at(name), bytes).unwrap();
            assert!(matches!(restore(Kind::Data, &at(name), &at("new")), Err(BackupError::Damaged(_))), "{name}");
            assert!(!at("new").join(Kind::Data.file()).exists(), "{name}");
        }
        std::fs::write(at("newer"), &whole).unwrap();
        Connection::open(at("newer")).unwrap().pragma_update(None, "user_version", FORMAT + 1).unwrap();
        assert!(matches!(restore(Kind::Data, &at("newer"), &at("new")), Err(BackupError::Store(StoreError::Newer(_)))));
    }
}
