//! What is done with the hub's data besides serving it: copies to another store, backups.

use std::path::PathBuf;

use serde_json::json;
use wellmet_hub::clock::Clock;
use wellmet_hub::store::StoreError;
use wellmet_hub::store::address::Address;
use wellmet_hub::store::backup::{BackupError, Held, backup, restore};
use wellmet_hub::store::copy::{Change, CopyError, copy};

use crate::console::Console;
use crate::failure::{Failure, Outcome};

/// Something to do once.
#[derive(clap::Subcommand)]
pub(super) enum Task {
    /// Copy everything from one store to another, and compare the two: from the file to a cluster, and back.
    ///
    /// Interrupted, it is started again and passes over what is there. To move with little pause: copy while the hub
    /// runs, stop the hub, copy again with --replace, start the hub on the new store.
    Copy {
        /// The store to read: a directory, or nats://a:4222,b:4222,c:4222/shop.
        from: Address,
        /// The store to write.
        to: Address,
        /// Make the target like the source where they differ, and take away what the source does not have.
        #[arg(long)]
        replace: bool,
    },
    /// Write the database of a directory to a new file, while the hub goes on.
    Backup {
        /// Directory of the hub's database.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The file to write. Never over one that is there.
        file: PathBuf,
    },
    /// Put a backup into a directory without a database. Start the hub with --healing afterwards.
    Restore {
        /// The backup.
        file: PathBuf,
        /// Directory for the hub's database. Made if missing.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

/// Does it.
///
/// # Errors
/// A [`Failure`]; a copy that stopped has left what it wrote, a backup nothing.
pub(super) fn run(task: &Task, console: &Console) -> Outcome {
    match task {
        Task::Copy { from, to, replace } => copied(from, to, *replace, console),
        Task::Backup { data, file } => {
            let held = backup(data, file).map_err(|error| failed(error, &data.display().to_string()))?;
            told("backup", &held, file, console)?;
            console.note("not in it: what the shop has put beside the database (jwks.json, shop-secrets)");
            Ok(())
        }
        Task::Restore { file, data } => {
            let held = restore(file, data).map_err(|error| failed(error, &file.display().to_string()))?;
            told("restored", &held, file, console)?;
            console.note("start the hub with --healing for some days: devices bring back what came after the backup");
            Ok(())
        }
    }
}

fn told(what: &str, held: &Held, file: &std::path::Path, console: &Console) -> Outcome {
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
        BackupError::Missing => {
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

fn unusable(error: &StoreError, place: &str) -> Failure {
    Failure::new("hub-data", error.to_string()).at(place)
}

/// Not as it was typed: an address may hold a password.
fn said(address: &Address, which: &str) -> String {
    match address {
        Address::Directory(directory) => directory.display().to_string(),
        Address::Cluster(_) => which.to_owned(),
    }
}

fn copied(from: &Address, to: &Address, replace: bool, console: &Console) -> Outcome {
    if from == to {
        return Err(Failure::new("same-store", "the source and the target are one store").at(said(to, "the target")));
    }
    if let Address::Directory(directory) = from
        && !directory.join("hub.sqlite").is_file()
    {
        return Err(failed(BackupError::Missing, &directory.display().to_string()));
    }
    let change = if replace { Change::Replace } else { Change::Refuse };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("runtime", error.to_string()))?;
    let spinner = console.spinner("copying");
    let done = runtime.block_on(async {
        let source = from.open(Clock::system()).await.map_err(|error| unusable(&error, &said(from, "the source")))?;
        let target = to.open(Clock::system()).await.map_err(|error| unusable(&error, &said(to, "the target")))?;
        let progress = |places| spinner.set_message(format!("copying, {places} places"));
        copy(&*source, &*target, change, progress).await.map_err(|error| {
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
        })
    });
    spinner.finish_and_clear();
    let copied = done?;
    if console.json_wanted() {
        return console.json(&json!({
            "places": copied.places, "logs": copied.logs, "entries": copied.entries,
            "written": copied.written, "removed": copied.removed,
        }));
    }
    console.say(format_args!(
        "{} places and {} logs with {} entries are the same in both; {} were written, {} removed",
        copied.places, copied.logs, copied.entries, copied.written, copied.removed
    ));
    Ok(())
}
