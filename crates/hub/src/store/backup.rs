//! One file with everything a store holds, and back.
//!
//! The file is an SQLite database of the embedded store's own form. It is written beside its name and takes
//! it when it is whole and on the disk, so a backup that was interrupted never looks like one.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::address::Address;
use super::copy::{self, Change, Copied, CopyError};
use super::sqlite::{self, SqliteStore};
use super::{Store, StoreError};
use crate::clock::Clock;

/// Why there is no backup, or nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file is where the backup or the restored data belongs.
    #[error("{} is there already", .0.display())]
    Taken(PathBuf),
    /// Not a backup, or a damaged one.
    #[error("{}: not a whole backup: {}", .0.display(), .1)]
    Damaged(PathBuf, String),
    /// A file cannot be written or read.
    #[error("{}: {}", .0.display(), .1)]
    Io(PathBuf, std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Copying from or to a cluster.
    #[error(transparent)]
    Copy(#[from] CopyError),
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::Io(path, error)
}

/// Writes a backup while hubs go on working: of the embedded store the state of one moment, of a cluster
/// each place's state at some moment while it was read.
///
/// # Errors
/// [`BackupError`]; then no file of that name was made.
pub async fn backup(from: &Address, file: &Path, clock: Clock) -> Result<(), BackupError> {
    if file.exists() {
        return Err(BackupError::Taken(file.to_owned()));
    }
    let unfinished = beside(file, "unfinished");
    remove(&unfinished)?;
    match from {
        Address::Directory(directory) => snapshot(&directory.join(sqlite::FILE), &unfinished)?,
        Address::Cluster(_) => {
            let directory = beside(file, "copying");
            remove(&directory)?;
            {
                let store = from.open(clock.clone()).await?;
                let copying = SqliteStore::open(&directory, clock)?;
                gather(&*store, &copying).await?;
            }
            snapshot(&directory.join(sqlite::FILE), &unfinished)?;
            remove(&directory)?;
        }
    }
    check(&unfinished)?;
    finish(&unfinished, file)
}

/// Copies from a store that is in use: what changes while it is read is read again, a few times.
async fn gather(from: &dyn Store, to: &dyn Store) -> Result<Copied, CopyError> {
    for _ in 0..4 {
        match copy::copy(from, to, Change::Replace, |_| {}).await {
            Err(CopyError::Changed(_)) => {}
            other => return other,
        }
    }
    // A shop that never rests: each place is as it was when it was read, which is what a backup can say.
    match copy::copy(from, to, Change::Replace, |_| {}).await {
        Err(CopyError::Changed(_)) => Ok(Copied::default()),
        other => other,
    }
}

/// Puts a backup into an empty store.
///
/// Devices know more than a backup does: start the hub with `--healing` afterwards.
///
/// # Errors
/// [`BackupError`], such as when the store is not empty; then nothing was changed.
pub async fn restore(file: &Path, to: &Address, clock: Clock) -> Result<(), BackupError> {
    check(file)?;
    match to {
        Address::Directory(directory) => {
            let path = directory.join(sqlite::FILE);
            if path.exists() {
                return Err(BackupError::Taken(path));
            }
            let unfinished = beside(&path, "unfinished");
            sqlite::make_private(directory, &unfinished).map_err(io(directory))?;
            std::fs::copy(file, &unfinished).map_err(io(file))?;
            finish(&unfinished, &path)?;
            SqliteStore::open(directory, clock).map(drop).map_err(Into::into)
        }
        Address::Cluster(_) => {
            let store = to.open(clock.clone()).await?;
            let from = SqliteStore::open_file(file, clock)?;
            copy::copy(&from, &*store, Change::Refuse, |_| {}).await?;
            Ok(())
        }
    }
}

fn beside(path: &Path, word: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{word}"));
    path.with_file_name(name)
}

fn remove(path: &Path) -> Result<(), BackupError> {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(path)(error)),
        _ => Ok(()),
    }
}

/// Writes the state of one moment into a new file that only its owner may read.
fn snapshot(database: &Path, into: &Path) -> Result<(), BackupError> {
    if !database.exists() {
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(io(database)(missing));
    }
    sqlite::make_private(into.parent().unwrap_or(Path::new(".")), into).map_err(io(into))?;
    let connection = sqlite::open(database)?;
    let name = into.to_str().ok_or_else(|| io(into)(std::io::Error::other("the name is not Unicode")))?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(StoreError::from)?;
    Ok(())
}

/// Makes sure that a file is a whole backup of ours.
fn check(file: &Path) -> Result<(), BackupError> {
    let damaged = |why: String| BackupError::Damaged(file.to_owned(), why);
    File::open(file).map_err(io(file))?;
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(file, flags).map_err(|error| damaged(error.to_string()))?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let ours = number("application_id").map_err(|error| damaged(error.to_string()))?;
    if ours != sqlite::APPLICATION {
        return Err(damaged("it is not the hub's".into()));
    }
    let format = number("user_version").map_err(|error| damaged(error.to_string()))?;
    if format != sqlite::FORMAT {
        return Err(StoreError::Newer(format).into());
    }
    let verdict: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| damaged(error.to_string()))?;
    if verdict == "ok" { Ok(()) } else { Err(damaged(verdict)) }
}

/// Gives a file its name once it is on the disk.
fn finish(unfinished: &Path, file: &Path) -> Result<(), BackupError> {
    File::open(unfinished).and_then(|whole| whole.sync_all()).map_err(io(unfinished))?;
    std::fs::rename(unfinished, file).map_err(io(file))?;
    let directory = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(io(directory))
}
