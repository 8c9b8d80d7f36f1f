//! What every store owes, tried on each of them. Each trial takes names of its own, so that they can share
//! one store.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use wellmet_engine::time::{Instant, Span};
use wellmet_hub::clock::Clock;
use wellmet_hub::store::{Bucket, Key, MAX_VALUE, Mark, Place, Placed, Revision, Store, StoreError, Swap};

pub type Shared = Arc<dyn Store>;

/// A place of a trial.
pub fn place(name: &str) -> Place {
    Place { bucket: Bucket::Document, key: Key::of("test", name) }
}

pub async fn put(store: &dyn Store, name: &str, seen: Option<Revision>, value: &[u8]) -> Swap {
    store.swap(place(name), seen, Some(value.to_vec()), None).await.unwrap()
}

pub fn done(swap: Swap) -> Revision {
    match swap {
        Swap::Done(revision) => revision,
        Swap::Stale => panic!("stale"),
    }
}

/// A bound on what must come soon; reaching it is a failure, not a delay.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it never came")
}

pub async fn a_value_is_replaced_only_as_it_was_seen(store: Shared) {
    assert_eq!(store.get(place("seen")).await.unwrap(), None);
    let first = done(put(&*store, "seen", None, b"one").await);
    assert_eq!(put(&*store, "seen", None, b"two").await, Swap::Stale);
    let second = done(put(&*store, "seen", Some(first), b"two").await);
    assert!(second > first);
    assert_eq!(put(&*store, "seen", Some(first), b"three").await, Swap::Stale);
    let kept = store.get(place("seen")).await.unwrap().unwrap();
    assert_eq!((kept.revision, kept.value.as_slice()), (second, b"two".as_slice()));
    // The same name in another bucket is another place.
    let other = Place { bucket: Bucket::Account, ..place("seen") };
    assert_eq!(store.get(other).await.unwrap(), None);
    done(put(&*store, "empty", None, b"").await);
    assert_eq!(store.get(place("empty")).await.unwrap().unwrap().value, b"");
}

pub async fn a_removed_value_never_returns_under_its_revision(store: Shared) {
    let first = done(put(&*store, "removed", None, b"one").await);
    done(store.swap(place("removed"), Some(first), None, None).await.unwrap());
    assert_eq!(store.get(place("removed")).await.unwrap(), None);
    assert_eq!(put(&*store, "removed", Some(first), b"two").await, Swap::Stale);
    assert_eq!(store.swap(place("removed"), Some(first), None, None).await.unwrap(), Swap::Stale);
    assert!(done(put(&*store, "removed", None, b"two").await) > first);
    assert_eq!(put(&*store, "removed", None, b"three").await, Swap::Stale);
}

pub async fn many_at_once_lose_no_change(store: Shared) {
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..20 {
                    loop {
                        let kept = store.get(place("count")).await.unwrap();
                        let seen = kept.as_ref().map(|kept| kept.revision);
                        let count = kept.map_or(0, |kept| u16::from_be_bytes(kept.value.try_into().unwrap())) + 1;
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
    assert_eq!(store.get(place("count")).await.unwrap().unwrap().value, 160_u16.to_be_bytes());
}

pub async fn of_many_that_want_an_empty_place_one_gets_it(store: Shared) {
    for round in 0..5 {
        let name = format!("race {round}");
        let tasks: Vec<_> = (0..8_u8)
            .map(|n| {
                let (store, place) = (Arc::clone(&store), place(&name));
                tokio::spawn(async move { store.swap(place, None, Some(vec![n]), None).await.unwrap() })
            })
            .collect();
        let mut winners = 0;
        for task in tasks {
            winners += usize::from(task.await.unwrap() != Swap::Stale);
        }
        assert_eq!(winners, 1);
    }
}

/// `clock` is the store's, and stands still.
pub async fn what_has_expired_is_gone(store: Shared, clock: Clock) {
    let until = Some(clock.now() + Span::MINUTE);
    let first = done(store.swap(place("expires"), None, Some(b"one".to_vec()), until).await.unwrap());
    store.append(Key::of("log", "expires"), b"entry".to_vec(), until).await.unwrap();
    store.append(Key::of("log", "expires"), b"stays".to_vec(), None).await.unwrap();
    assert!(store.get(place("expires")).await.unwrap().is_some());
    clock.advance(Span::MINUTE);
    assert_eq!(store.get(place("expires")).await.unwrap(), None);
    assert_eq!(store.read(Key::of("log", "expires"), 10).await.unwrap(), [b"stays"]);
    // Its place counts as empty, for writers too.
    assert!(done(put(&*store, "expires", None, b"two").await) > first);
}

pub async fn a_log_is_read_in_order_and_purged_alone(store: Shared) {
    let (hers, other) = (Key::of("log", "hers"), Key::of("log", "other"));
    assert!(store.read(hers, 3).await.unwrap().is_empty());
    for n in 0..5_u8 {
        store.append(hers, vec![n], None).await.unwrap();
        store.append(other, vec![n + 100], None).await.unwrap();
    }
    assert_eq!(store.read(hers, 3).await.unwrap(), [vec![2], vec![3], vec![4]]);
    let subjects = store.subjects().await.unwrap();
    assert!(subjects.contains(&hers) && subjects.contains(&other));
    store.purge(hers).await.unwrap();
    assert!(store.read(hers, 10).await.unwrap().is_empty());
    assert!(!store.subjects().await.unwrap().contains(&hers));
    assert_eq!(store.read(other, 10).await.unwrap().len(), 5);
    // And it may begin anew.
    store.append(hers, b"again".to_vec(), None).await.unwrap();
    assert_eq!(store.read(hers, 10).await.unwrap(), [b"again"]);
}

pub async fn a_long_log_gives_its_newest(store: Shared) {
    let subject = Key::of("log", "long");
    for n in 0..1_200_u32 {
        store.append(subject, n.to_be_bytes().to_vec(), None).await.unwrap();
    }
    let all = store.read(subject, 10_000).await.unwrap();
    assert_eq!(all.len(), 1_200);
    assert!(all.iter().enumerate().all(|(n, entry)| entry[..] == (n as u32).to_be_bytes()));
    assert_eq!(store.read(subject, 2).await.unwrap(), [1_198_u32.to_be_bytes(), 1_199_u32.to_be_bytes()]);
}

pub async fn a_change_wakes_who_waits_for_it(store: Shared) {
    let (one, two) = (place("wake a"), place("wake b"));
    let (mut mine, mut other) = (store.watch(one).await.unwrap(), store.watch(two).await.unwrap());
    let mut again = store.watch(one).await.unwrap();
    mine.borrow_and_update();
    other.borrow_and_update();
    let revision = done(put(&*store, "wake a", None, b"one").await);
    for receiver in [&mut mine, &mut again] {
        soon(receiver.wait_for(|told| *told == revision)).await.unwrap();
    }
    assert!(!other.has_changed().unwrap());
    assert_eq!(put(&*store, "wake a", None, b"two").await, Swap::Stale);
    let later = done(put(&*store, "wake a", Some(revision), b"two").await);
    soon(mine.wait_for(|told| *told > revision)).await.unwrap();
    assert_eq!(*mine.borrow(), later, "a refused change wakes nobody");
    let removed = done(store.swap(one, Some(later), None, None).await.unwrap());
    soon(mine.wait_for(|told| *told == removed)).await.unwrap();
}

pub async fn a_walk_finds_every_place_once(store: Shared) {
    let mut expected = Vec::new();
    for n in 0..700_u32 {
        let bucket = Bucket::ALL[n as usize % Bucket::ALL.len()];
        let place = Place { bucket, key: Key::of("walk", &n.to_string()) };
        let until = n.is_multiple_of(7).then_some(Instant(4_000_000_000_000 + i64::from(n)));
        let value = n.to_be_bytes().to_vec();
        done(store.swap(place, None, Some(value.clone()), until).await.unwrap());
        expected.push(Placed { place, value, until });
    }
    let gone = expected.pop().unwrap().place;
    let seen = store.get(gone).await.unwrap().unwrap().revision;
    done(store.swap(gone, Some(seen), None, None).await.unwrap());
    let (mut found, mut mark): (Vec<Placed>, Option<Mark>) = (Vec::new(), None);
    loop {
        let (places, next) = store.places(mark).await.unwrap();
        found.extend(places);
        if next.is_none() {
            break;
        }
        mark = next;
    }
    found.retain(|placed| placed.place == gone || expected.iter().any(|one| one.place == placed.place));
    found.sort_by_key(|placed| placed.place);
    expected.sort_by_key(|placed| placed.place);
    assert!(found == expected, "{} found, {} expected", found.len(), expected.len());
}

pub async fn too_much_is_refused(store: Shared) {
    let refused = store.swap(place("large"), None, Some(vec![0; MAX_VALUE + 1]), None).await;
    assert!(matches!(refused, Err(StoreError::TooLarge(_))), "{refused:?}");
    done(put(&*store, "large", None, &vec![7; MAX_VALUE]).await);
    assert_eq!(store.get(place("large")).await.unwrap().unwrap().value.len(), MAX_VALUE);
}

/// `store` is dropped; `open` opens it again.
pub async fn a_restart_keeps_everything<F: Future<Output = Shared>>(store: Shared, open: impl Fn() -> F) {
    let revision = done(put(&*store, "restart", None, b"one").await);
    let gone = done(put(&*store, "restart gone", None, b"one").await);
    done(store.swap(place("restart gone"), Some(gone), None, None).await.unwrap());
    store.append(Key::of("log", "restart"), b"entry".to_vec(), None).await.unwrap();
    drop(store);
    let store = open().await;
    assert_eq!(store.get(place("restart")).await.unwrap().unwrap().revision, revision);
    assert_eq!(store.read(Key::of("log", "restart"), 10).await.unwrap(), [b"entry"]);
    assert!(done(put(&*store, "restart gone", None, b"two").await) > gone);
}

/// Two that share what they keep: two hubs.
pub async fn two_openings_share(one: Shared, two: Shared) {
    let mut told = two.watch(place("shared")).await.unwrap();
    let first = done(put(&*one, "shared", None, b"one").await);
    assert_eq!(put(&*two, "shared", None, b"two").await, Swap::Stale);
    assert_eq!(two.get(place("shared")).await.unwrap().unwrap().revision, first, "a write is seen everywhere at once");
    soon(told.wait_for(|told| *told == first)).await.unwrap();
    let second = done(put(&*two, "shared", Some(first), b"two").await);
    assert_eq!(put(&*one, "shared", Some(first), b"three").await, Swap::Stale);
    assert!(second > first);
}
