//! The embedded store keeps its word: compare and set, logs, expiry, wake-ups, restarts.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use std::sync::Arc;

use wellmet_engine::time::{Instant, Span};
use wellmet_hub::clock::Clock;
use wellmet_hub::store::sqlite::SqliteStore;
use wellmet_hub::store::{Bucket, Key, MAX_VALUE, Place, Revision, Store, StoreError, Swap};

fn place(name: &str) -> Place {
    Place { bucket: Bucket::Document, key: Key::of("test", name) }
}

fn open(directory: &tempfile::TempDir) -> SqliteStore {
    SqliteStore::open(directory.path(), Clock::system()).unwrap()
}

async fn put(store: &SqliteStore, name: &str, seen: Option<Revision>, value: &[u8]) -> Swap {
    store.swap(place(name), seen, Some(value.to_vec()), None).await.unwrap()
}

fn done(swap: Swap) -> Revision {
    match swap {
        Swap::Done(revision) => revision,
        Swap::Stale => panic!("stale"),
    }
}

#[tokio::test]
async fn a_value_is_replaced_only_as_it_was_seen() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    assert_eq!(store.get(place("a")).await.unwrap(), None);
    let first = done(put(&store, "a", None, b"one").await);
    assert_eq!(put(&store, "a", None, b"two").await, Swap::Stale);
    let second = done(put(&store, "a", Some(first), b"two").await);
    assert!(second > first);
    assert_eq!(put(&store, "a", Some(first), b"three").await, Swap::Stale);
    let kept = store.get(place("a")).await.unwrap().unwrap();
    assert_eq!((kept.revision, kept.value.as_slice()), (second, b"two".as_slice()));
}

#[tokio::test]
async fn a_removed_value_never_returns_under_its_revision() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    let first = done(put(&store, "a", None, b"one").await);
    done(store.swap(place("a"), Some(first), None, None).await.unwrap());
    assert_eq!(store.get(place("a")).await.unwrap(), None);
    assert_eq!(put(&store, "a", Some(first), b"two").await, Swap::Stale);
    drop(store);
    let store = open(&directory);
    assert!(done(put(&store, "a", None, b"two").await) > first);
}

#[tokio::test]
async fn many_at_once_lose_no_change() {
    let directory = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&directory));
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..20 {
                    loop {
                        let kept = store.get(place("count")).await.unwrap();
                        let seen = kept.as_ref().map(|kept| kept.revision);
                        let count = kept.map_or(0, |kept| kept.value[0] as u16 * 256 + kept.value[1] as u16) + 1;
                        let value = count.to_be_bytes().to_vec();
                        if let Swap::Done(_) = store.swap(place("count"), seen, Some(value), None).await.unwrap() {
                            break;
                        }
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let kept = store.get(place("count")).await.unwrap().unwrap();
    assert_eq!(kept.value, 320_u16.to_be_bytes());
}

#[tokio::test]
async fn what_has_expired_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::standing(Instant(1_000_000));
    let store = SqliteStore::open(directory.path(), clock.clone()).unwrap();
    let until = Some(clock.now() + Span::MINUTE);
    done(store.swap(place("a"), None, Some(b"one".to_vec()), until).await.unwrap());
    store.append(Key::of("log", "a"), b"entry".to_vec(), until).await.unwrap();
    assert!(store.get(place("a")).await.unwrap().is_some());
    clock.advance(Span::MINUTE);
    assert_eq!(store.get(place("a")).await.unwrap(), None);
    assert!(store.read(Key::of("log", "a"), 10).await.unwrap().is_empty());
    // Its place counts as empty, for writers too.
    done(put(&store, "a", None, b"two").await);
}

#[tokio::test]
async fn a_log_is_read_in_order_and_purged_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    let (hers, other) = (Key::of("log", "hers"), Key::of("log", "other"));
    for n in 0..5_u8 {
        store.append(hers, vec![n], None).await.unwrap();
        store.append(other, vec![n + 100], None).await.unwrap();
    }
    assert_eq!(store.read(hers, 3).await.unwrap(), [vec![2], vec![3], vec![4]]);
    store.purge(hers).await.unwrap();
    assert!(store.read(hers, 10).await.unwrap().is_empty());
    assert_eq!(store.read(other, 10).await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_change_wakes_who_waits_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    let (mut mine, mut other) = (store.watch(place("a")), store.watch(place("b")));
    let revision = done(put(&store, "a", None, b"one").await);
    mine.changed().await.unwrap();
    assert_eq!(*mine.borrow_and_update(), revision);
    assert!(!other.has_changed().unwrap());
    assert_eq!(put(&store, "a", None, b"two").await, Swap::Stale);
    assert!(!mine.has_changed().unwrap(), "a refused change wakes nobody");
    done(store.swap(place("b"), None, Some(vec![1]), None).await.unwrap());
    other.changed().await.unwrap();
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    let revision = done(put(&store, "a", None, b"one").await);
    store.append(Key::of("log", "a"), b"entry".to_vec(), None).await.unwrap();
    drop(store);
    let store = open(&directory);
    assert_eq!(store.get(place("a")).await.unwrap().unwrap().revision, revision);
    assert_eq!(store.read(Key::of("log", "a"), 10).await.unwrap(), [b"entry"]);
}

#[tokio::test]
async fn two_processes_share_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let (hub, import) = (open(&directory), open(&directory));
    let first = done(put(&hub, "a", None, b"one").await);
    assert_eq!(put(&import, "a", None, b"two").await, Swap::Stale);
    let second = done(put(&import, "a", Some(first), b"two").await);
    assert_eq!(put(&hub, "a", Some(first), b"three").await, Swap::Stale);
    assert!(done(put(&hub, "b", None, b"three").await) > second);
}

#[tokio::test]
async fn too_much_is_refused_and_a_newer_file_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(&directory);
    let refused = store.swap(place("a"), None, Some(vec![0; MAX_VALUE + 1]), None).await;
    assert!(matches!(refused, Err(StoreError::TooLarge(_))), "{refused:?}");
    drop(store);
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
}
