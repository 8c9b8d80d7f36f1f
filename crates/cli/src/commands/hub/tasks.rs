//! What is done with the hub's data and its keyring besides serving: copies to another store, backups.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use wellmet_hub::clock::Clock;
use wellmet_hub::store::address::Address;
use wellmet_hub::store::backup::{BackupError, Held, backup, restore};
use wellmet_hub::store::copy::{Change, CopyError, copy};
use wellmet_hub::store::sqlite::Kind;
use wellmet_hub::store::{Store, StoreError, sealed};

use super::unusable;
use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// Something to do once.
#[derive(clap::Subcommand)]
pub(super) enum Task {
    /// Copy everything from one store to another, and compare the two: from the file to a cluster, and back.
    ///
    /// Interrupted, it is started again and passes over what is there. To move with little pause: copy while the hub
    /// runs, stop the hub, copy again with --replace, start the hub on the new store. What is sealed stays sealed with
    /// the same keyring, unless --open says otherwise.
    Copy(Box<Copy>),
    /// Write the database of a directory to a new file, while the hub goes on.
    ///
    /// A keyring has backups of its own, and they are kept for days: whoever has a backup of the data and one of the
    /// keyring from the same time has everybody who was in them.
    Backup {
        #[command(flatten)]
        of: Of,
        /// The file to write. Never over one that is there.
        file: PathBuf,
    },
    /// Put a backup into a directory without a database. Start the hub with --healing afterwards.
    Restore {
        /// The backup.
        file: PathBuf,
        #[command(flatten)]
        of: Of,
    },
}

/// What is copied, and how.
#[derive(clap::Args)]
pub(super) struct Copy {
    /// The store to read: a directory, or nats://a:4222,b:4222,c:4222/shop.
    from: Address,
    /// The store to write.
    to: Address,
    /// Make the target like the source where they differ, and take away what the source does not have.
    #[arg(long)]
    replace: bool,
    /// The two are keyrings.
    #[arg(long, conflicts_with = "open")]
    keyrings: bool,
    /// Open what is sealed in the source with this keyring: the target is sealed no more, and needs none.
    #[arg(long, value_name = "KEYRING")]
    open: Option<Address>,
}

/// The hub's data, or its keyring.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Of {
    /// Directory of the hub's database. A restore makes it if it is missing.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Directory of the hub's keyring.
    #[arg(long, value_name = "DIR")]
    keyring: Option<PathBuf>,
}

impl Of {
    fn directory(&self) -> (Kind, &Path) {
        match (&self.data, &self.keyring) {
            (Some(data), _) => (Kind::Data, data),
            (None, Some(keyring)) => (Kind::Keyring, keyring),
            (None, None) => unreachable!("one of the two is required"),
        }
    }
}

/// Does it.
///
/// # Errors
/// A [`Failure`]; a copy that stopped has left what it wrote, a backup nothing.
pub(super) fn run(task: &Task, console: &Console) -> Outcome {
    match task {
        Task::Copy(args) => copied(args, console),
        Task::Backup { of, file } => {
            let (kind, directory) = of.directory();
            let held = backup(kind, directory, file);
            let held = held.map_err(|error| failed(error, &directory.display().to_string()))?;
            told("backup", &held, file, console)?;
            console.note(match kind {
                Kind::Data => {
                    "not in it: what the shop has put beside the database (jwks.json, shop-secrets), the keyring"
                }
                Kind::Keyring => "delete it after some days: who is erased meanwhile is in it",
            });
            Ok(())
        }
        Task::Restore { file, of } => {
            let (kind, directory) = of.directory();
            let held = restore(kind, file, directory);
            let held = held.map_err(|error| failed(error, &file.display().to_string()))?;
            told("restored", &held, file, console)?;
            console.note(match kind {
                Kind::Data => "start the hub with --healing for some days: devices bring back what came after the backup",
                Kind::Keyring => {
                    "whoever was new since this backup is somebody unknown, and whoever was erased since is to be erased again"
                }
            });
            Ok(())
        }
    }
}

fn told(what: &str, held: &Held, file: &Path, console: &Console) -> Outcome {
    if console.json_wanted() {
        return console.json(&json!({
            "file": file, "places": held.places, "entries": held.entries, "bytes": held.bytes,
        }));
    }
    let Held { places, entries, bytes } = held;
    console.say(format_args!("{what} {}: {places} places, {entries} log entries, {bytes} bytes", file.display()));
    Ok(())
}

fn failed(error: BackupError, place: &str) -> Failure {
    let text = error.to_string();
    match error {
        BackupError::Missing(_) => {
            Failure::new("no-store", text).at(place).fix("name the directory that the hub runs with")
        }
        BackupError::Exists(path) => Failure::new("exists", text)
            .at(path.display().to_string())
            .fix("choose another place, or move it away if it is not needed"),
        BackupError::Damaged(_) => Failure::new("damaged", text).at(place).fix("take another backup"),
        BackupError::File(path, error) => Failure::io(&path, &error),
        BackupError::Store(error) => unusable(&error, place),
    }
}

/// Not as it was typed: an address may hold a password.
fn said(address: &Address, which: &str) -> String {
    match address {
        Address::Directory(directory) => directory.display().to_string(),
        Address::Cluster(_) => which.to_owned(),
    }
}

fn copied(args: &Copy, console: &Console) -> Outcome {
    let Copy { from, to, replace, keyrings, open } = args;
    let change = if *replace { Change::Replace } else { Change::Refuse };
    let kind = if *keyrings { Kind::Keyring } else { Kind::Data };
    if from == to {
        return Err(Failure::new("same-store", "the source and the target are one store").at(said(to, "the target")));
    }
    if let Address::Directory(directory) = from
        && !directory.join(kind.file()).is_file()
    {
        return Err(failed(BackupError::Missing(kind), &directory.display().to_string()));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error.to_string()))?;
    let spinner = console.spinner("copying");
    let done = runtime.block_on(async {
        let source = source(from, *keyrings, open.as_ref())
            .await
            .map_err(|error| unusable(&error, &said(from, "the source")))?;
        let clock = Clock::system();
        let target = if *keyrings { to.open_keyring(clock).await } else { to.open(clock).await };
        let target = target.map_err(|error| unusable(&error, &said(to, "the target")))?;
        let progress = |places| spinner.set_message(format!("copying, {places} places"));
        let copied = copy(&*source, &*target, change, progress).await.map_err(|error| {
            let text = error.to_string();
            match error {
                CopyError::Store(error) => unusable(&error, "one of the stores"),
                CopyError::Differs(_) => Failure::new("differs", text)
                    .at(said(to, "the target"))
                    .fix("choose an empty target, or --replace to make it like the source"),
                CopyError::Changed(_) => Failure::new("changed", text)
                    .at(said(from, "the source"))
                    .fix("stop the hub and run this again with --replace: it brings only what has changed"),
            }
        })?;
        let sealed = sealed::in_use(&*target).await.map_err(|error| unusable(&error, &said(to, "the target")))?;
        Ok::<_, Failure>((copied, sealed))
    });
    spinner.finish_and_clear();
    let (copied, sealed) = done?;
    if console.json_wanted() {
        return console.json(&json!({
            "places": copied.places, "logs": copied.logs, "entries": copied.entries,
            "written": copied.written, "removed": copied.removed, "sealed": sealed,
        }));
    }
    console.say(format_args!(
        "{} places and {} logs with {} entries are the same in both; {} were written, {} removed",
        copied.places, copied.logs, copied.entries, copied.written, copied.removed
    ));
    if sealed {
        console.note("what is sealed stays so: the copy needs the same keyring");
    }
    Ok(())
}

/// The store to read, opened if that is asked for and anything in it is sealed.
async fn source(from: &Address, keyrings: bool, open: Option<&Address>) -> Result<Arc<dyn Store>, StoreError> {
    if keyrings {
        return from.open_keyring(Clock::system()).await;
    }
    let store = from.open(Clock::system()).await?;
    match open {
        Some(keyring) if sealed::in_use(&*store).await? => sealed::open(from, Some(keyring), Clock::system()).await,
        _ => Ok(store),
    }
}
