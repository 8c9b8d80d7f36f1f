//! The embedded store keeps its word. The same trials run on a cluster in `nats.rs`.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::sync::Arc;

use common::suite::{self, Shared, done, place, put};
use wellmet_engine::time::Instant;
use wellmet_hub::clock::Clock;
use wellmet_hub::store::sqlite::SqliteStore;
use wellmet_hub::store::{Key, StoreError, Swap};

fn open(directory: &tempfile::TempDir) -> Shared {
    Arc::new(SqliteStore::open(directory.path(), Clock::system()).unwrap())
}

macro_rules! trials {
    ($($name:ident),+ $(,)?) => { $(
        #[tokio::test]
        async fn $name() {
            let directory = tempfile::tempdir().unwrap();
            suite::$name(open(&directory)).await;
        }
    )+ };
}

trials!(
    a_value_is_replaced_only_as_it_was_seen,
    a_removed_value_never_returns_under_its_revision,
    many_at_once_lose_no_change,
    of_many_that_want_an_empty_place_one_gets_it,
    a_log_is_read_in_order_and_purged_alone,
    a_long_log_gives_its_newest,
    a_change_wakes_who_waits_for_it,
    a_walk_finds_every_place_once,
    too_much_is_refused,
);

#[tokio::test]
async fn what_has_expired_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::standing(Instant(1_000_000));
    let store = Arc::new(SqliteStore::open(directory.path(), clock.clone()).unwrap());
    suite::what_has_expired_is_gone(store, clock).await;
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let directory = tempfile::tempdir().unwrap();
    suite::a_restart_keeps_everything(open(&directory), || async { open(&directory) }).await;
}

#[tokio::test]
async fn two_processes_share_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let (hub, import) = (open(&directory), open(&directory));
    let first = done(put(&*hub, "a", None, b"one").await);
    assert_eq!(put(&*import, "a", None, b"two").await, Swap::Stale);
    let second = done(put(&*import, "a", Some(first), b"two").await);
    assert_eq!(put(&*hub, "a", Some(first), b"three").await, Swap::Stale);
    assert!(done(put(&*hub, "b", None, b"three").await) > second);
}

#[tokio::test]
async fn a_newer_file_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(&directory));
    let file = rusqlite::Connection::open(directory.path().join("hub.sqlite")).unwrap();
    file.pragma_update(None, "user_version", 99).unwrap();
    drop(file);
    let refused = SqliteStore::open(directory.path(), Clock::system());
    assert!(matches!(refused, Err(StoreError::Newer(99))), "{refused:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_may_look_into_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let rights = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let store = SqliteStore::open(&data, Clock::system()).unwrap();
    done(put(&store, "a", None, b"one").await);
    assert_eq!(rights(&data), 0o700);
    for file in std::fs::read_dir(&data).unwrap() {
        assert_eq!(rights(&file.unwrap().path()), 0o600);
    }
}

#[test]
fn a_key_is_one_way_and_comes_back_from_its_digits() {
    let key = Key::of("customer", "CG-12520");
    assert_ne!(key, Key::of("visitor", "CG-12520"));
    assert_eq!(Key::from_hex(&key.hex()), Some(key));
    assert_eq!(Key::from_hex("zz"), None);
    assert_eq!(Key::from_hex(&"é".repeat(32)), None);
    assert!(!format!("{key:?}").contains(&key.hex()), "a log line holds no whole key");
    assert_eq!(place("a").key, Key::of("test", "a"));
}
