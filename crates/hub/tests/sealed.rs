//! A hub with a keyring: each shopper's data under a key of her own, and nothing left of her anywhere once that
//! key is gone.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Moment};

use common::faulty::Faulty;
use common::rules::placed;
use common::suite::{self, Shared, done, place, put};
use common::{Browser, Device, TestHub, books, holds, lines, now, token};
use serde_json::json;
use wellmet_engine::id::{CustomerId, VisitorId};
use wellmet_engine::time::Instant;
use wellmet_hub::clock::Clock;
use wellmet_hub::identity::{customer_key, visitor_key};
use wellmet_hub::import;
use wellmet_hub::store::address::Address;
use wellmet_hub::store::backup::{backup, restore};
use wellmet_hub::store::copy::{Change, copy};
use wellmet_hub::store::sealed::{self, Sealed};
use wellmet_hub::store::sqlite::{Kind, SqliteStore};
use wellmet_hub::store::{Bucket, Key, KeyringFault, Place, Store, StoreError, Swap};

/// Data, keys, and room for copies.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn address(&self, name: &str) -> Address {
        Address::Directory(self.at(name))
    }

    /// A hub on the data of a name, with today's keyring.
    fn hub(&self, data: &str) -> TestHub {
        TestHub::start_on(&self.at(data), |config| config.keyring = Some(self.address("keys")))
    }

    fn raw(&self, data: &str) -> SqliteStore {
        SqliteStore::open(&self.at(data), Clock::system()).unwrap()
    }

    async fn open(&self, data: &str, keys: Option<&str>) -> Result<Shared, StoreError> {
        let keyring = keys.map(|keys| self.address(keys));
        sealed::open(&self.address(data), keyring.as_ref(), Clock::system()).await
    }

    async fn refused(&self, data: &str, keys: Option<&str>) -> KeyringFault {
        match self.open(data, keys).await {
            Err(StoreError::Keyring(fault)) => fault,
            Err(error) => panic!("{error}"),
            Ok(_) => panic!("it opens"),
        }
    }
}

fn bytes_of(directory: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(directory).unwrap();
    files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

fn key_of(customer: &str) -> Key {
    customer_key(&CustomerId::new(customer).unwrap())
}

async fn sealed_store(folder: &Folder, clock: &Clock) -> Shared {
    let keyring = Some(folder.address("keys"));
    sealed::open(&folder.address("data"), keyring.as_ref(), clock.clone()).await.unwrap()
}

macro_rules! trials {
    ($($name:ident),+ $(,)?) => { $(
        #[tokio::test]
        async fn $name() {
            let folder = Folder::new();
            suite::$name(sealed_store(&folder, &Clock::system()).await).await;
        }
    )+ };
}

// A sealed store keeps the same word as one that is not.
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
    let (folder, clock) = (Folder::new(), Clock::standing(Instant(1_000_000)));
    suite::what_has_expired_is_gone(sealed_store(&folder, &clock).await, clock).await;
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let (folder, clock) = (Folder::new(), Clock::system());
    suite::a_restart_keeps_everything(sealed_store(&folder, &clock).await, || sealed_store(&folder, &clock)).await;
}

/// Everything that a hub keeps of somebody: books, cart, name, order, question, grant, clerk.
fn shop_with(hub: &TestHub, customer: &str) -> Device {
    let mut device = Device::visiting(hub);
    device.add("before-login", 1);
    device.sync();
    device.login(customer);
    device.state.document.set_preference("name", &format!("name of {customer}"), now()).unwrap();
    device.add("mug", 2);
    device.sync();
    device.browser.post("/v1/questions", &json!({ "text": format!("a word of {customer}") })).ok();
    device.browser.post("/v1/grants", &json!({})).ok();
    let mut order = placed(&format!("order-{customer}"), customer, now(), "pipe", 1, "9");
    order["currency"] = json!("USD");
    order["lines"][0]["title"] = json!(format!("pipe of {customer}"));
    hub.shop().order(order).ok();
    device
}

#[test]
fn c04_nothing_of_a_person_can_be_read_in_the_data() {
    let folder = Folder::new();
    import(&folder.at("data"), Some(&folder.address("keys")), [books("anna-4711")]).unwrap();
    let hub = folder.hub("data");
    let mut device = shop_with(&hub, "anna-4711");
    let export = String::from_utf8(device.browser.get("/v1/export").ok().body).unwrap();
    let file = folder.at("backup");
    backup(Kind::Data, &folder.at("data"), &file).unwrap();
    drop(hub);
    let words = ["anna-4711", "Anna Berg", "name of", "a word of", "pipe of", "Bush Somerset", "before-login"];
    for (what, bytes) in [("data", bytes_of(&folder.at("data"))), ("backup", std::fs::read(file).unwrap())] {
        for word in words {
            assert!(!holds(&bytes, word), "{word} can be read in the {what}");
        }
    }
    for word in &words[..6] {
        assert!(export.contains(word), "{word} is kept: {export}");
    }
    let keys = bytes_of(&folder.at("keys"));
    assert!(!words.iter().any(|word| holds(&keys, word)));
}

#[test]
fn c04_an_older_backup_does_not_bring_her_back() {
    let folder = Folder::new();
    import(&folder.at("data"), Some(&folder.address("keys")), [books("anna"), books("berta")]).unwrap();
    let hub = folder.hub("data");
    let (mut anna, mut berta) = (shop_with(&hub, "anna"), shop_with(&hub, "berta"));
    let visitor = anna.browser.visit()["visitor"].clone();
    let signs = hub.browser().get("/v1/keys").ok().json();
    backup(Kind::Data, &folder.at("data"), &folder.at("monday")).unwrap();
    // The keys of that day, to see what a lost keyring backup would give away.
    backup(Kind::Keyring, &folder.at("keys"), &folder.at("keys-of-monday")).unwrap();
    let cookies = anna.browser.cookies.clone();
    assert_eq!(anna.browser.delete("/v1/shopper").status, 204);
    drop(hub);

    // As an operator does it, with leave for the devices to bring back what the backup lacks.
    restore(Kind::Data, &folder.at("monday"), &folder.at("restored")).unwrap();
    let hub = TestHub::start_on(&folder.at("restored"), |config| {
        config.keyring = Some(folder.address("keys"));
        config.healing = true;
    });
    // Another shopper finds everything, without signing in again.
    berta.browser.address = hub.address;
    berta.sync();
    assert!(berta.cart().contains(&("mug".into(), 2)), "{:?}", berta.cart());
    let hers = String::from_utf8(berta.browser.get("/v1/export").ok().body).unwrap();
    for kept in ["name of berta", "a word of berta", "pipe of berta", "Bush Somerset"] {
        assert!(hers.contains(kept), "{kept}: {hers}");
    }
    assert_eq!(hub.browser().get("/v1/keys").ok().json(), signs, "the hub's own keys are no shopper's");
    // The erased one is somebody unknown: her cookie, her id, her order, whatever one asks for.
    let mut old = hub.browser();
    old.cookies = cookies;
    old.get("/v1/record").refused(401, "signed-out");
    let mut again = Device { browser: hub.browser(), state: wellmet_state::exchange::Device::new(common::actor()) };
    again.login("anna");
    assert_eq!(again.cart(), lines(&[]));
    let export = String::from_utf8(again.browser.get("/v1/export").ok().body).unwrap();
    for gone in ["name of", "a word of", "pipe of", "Bush Somerset", "Anna Berg", "granted"] {
        assert!(!export.contains(gone), "{gone}: {export}");
    }
    let mut guest = hub.browser();
    guest.post("/v1/visit", &json!({ "visitor": visitor })).ok();
    guest.belief = Some("visitor".into());
    let mut guest = Device { browser: guest, state: wellmet_state::exchange::Device::new(common::actor()) };
    guest.sync();
    assert_eq!(guest.cart(), lines(&[]), "nor what she did before she signed in");
    let unknown = hub.shop().order(json!({ "id": "order-anna", "state": "cancelled" }));
    assert!(String::from_utf8_lossy(&unknown.body).contains("order-unknown"), "{unknown:?}");
    // She begins anew, and that is kept.
    again.add("pipe", 1);
    again.sync();
    drop(hub);
    let hub = folder.hub("restored");
    again.browser.address = hub.address;
    again.sync();
    assert_eq!(again.cart(), lines(&[("pipe", 1)]));
    drop(hub);

    restore(Kind::Data, &folder.at("monday"), &folder.at("both")).unwrap();
    restore(Kind::Keyring, &folder.at("keys-of-monday"), &folder.at("old-keys")).unwrap();
    let keyring = Some(folder.address("old-keys"));
    let hub = TestHub::start_on(&folder.at("both"), |config| config.keyring = keyring);
    assert!(!Device::of(&hub, "anna").cart().is_empty(), "who keeps both backups keeps everybody");
}

/// A hub that dies after any number of changes of an erasure; the next one finishes it.
#[test]
fn c04_an_erasure_that_broke_off_at_any_step_is_finished_by_the_next_hub() {
    let mut steps = 0;
    for most in 1.. {
        let folder = Folder::new();
        import(&folder.at("data"), Some(&folder.address("keys")), [books("anna")]).unwrap();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let hub = dying(&folder, &left);
        let mut device = shop_with(&hub, "anna");
        let visitor = device.browser.visit()["visitor"].as_str().map(|id| visitor_key(&VisitorId::new(id).unwrap()));
        backup(Kind::Data, &folder.at("data"), &folder.at("monday")).unwrap();
        left.store(most, Ordering::SeqCst);
        let status = device.browser.clone().delete("/v1/shopper").status;
        left.store(if status == 204 { i64::MAX } else { 0 }, Ordering::SeqCst);
        drop(hub);

        let hub = folder.hub("data");
        let keys = SqliteStore::open_kind(Kind::Keyring, &folder.at("keys"), Clock::system()).unwrap();
        let ends = Moment::now() + Duration::from_secs(20);
        let owners: Vec<Key> = [Some(key_of("anna")), visitor].into_iter().flatten().collect();
        while owners.iter().any(|owner| value_at(&keys, Bucket::Keyring, *owner).is_some())
            || hub.browser().login(&token("anna"), None).status == 503
        {
            assert!(Moment::now() < ends, "not finished after {most} changes");
            std::thread::yield_now();
        }
        assert_eq!(Device::of(&hub, "anna").cart(), lines(&[]), "after {most} changes");
        drop(hub);
        restore(Kind::Data, &folder.at("monday"), &folder.at("restored")).unwrap();
        let hub = folder.hub("restored");
        assert_eq!(Device::of(&hub, "anna").cart(), lines(&[]), "after {most} changes, from the backup");
        if status == 204 {
            steps = most;
            break;
        }
        assert_eq!(status, 503);
    }
    assert!(steps > 12, "an erasure has more steps than {steps}");
}

/// A hub whose store and keyring fail for good once `left` changes are done.
fn dying(folder: &Folder, left: &Arc<AtomicI64>) -> TestHub {
    let (data, keys, left) = (folder.address("data"), folder.address("keys"), Arc::clone(left));
    TestHub::start_opened(
        folder.at("data"),
        |_| {},
        async move |config| {
            let data = Faulty::over(data.open(config.clock.clone()).await.unwrap(), &left);
            let keys = Faulty::over(keys.open_keyring(config.clock.clone()).await.unwrap(), &left);
            let sealed: Shared = Arc::new(Sealed::over(data, keys).await.unwrap());
            sealed
        },
    )
}

fn value_at(store: &dyn Store, bucket: Bucket, key: Key) -> Option<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.get(Place { bucket, key })).unwrap().map(|kept| kept.value)
}

#[test]
fn c04_a_new_life_amid_erasures_is_kept() {
    let folder = Folder::new();
    let hub = folder.hub("data");
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..12 {
                    let mut device = Device::visiting(&hub);
                    let body = device.state.document.encode();
                    let reply = device.browser.login(&token("anna"), Some(&body));
                    assert!([200, 410, 503].contains(&reply.status), "{} {}", reply.status, reply.code());
                    let reply = device.exchange();
                    assert!([200, 409, 410].contains(&reply.status), "{} {}", reply.status, reply.code());
                    assert_eq!(device.browser.clone().delete("/v1/shopper").status, 204);
                }
            });
        }
    });
    let mut last = Device { browser: hub.browser(), state: wellmet_state::exchange::Device::new(common::actor()) };
    last.login("anna");
    last.add("mug", 1);
    last.sync();
    drop(hub);
    let hub = folder.hub("data");
    last.browser.address = hub.address;
    last.browser.get("/v1/record").ok();
    assert_eq!(Device::of(&hub, "anna").cart(), lines(&[("mug", 1)]));
}

#[test]
fn a_value_put_elsewhere_or_changed_does_not_open() {
    let folder = Folder::new();
    let hub = folder.hub("data");
    let (mut anna, mut berta) = (Device::of(&hub, "anna"), Device::of(&hub, "berta"));
    anna.add("mug", 1);
    anna.sync();
    berta.add("pipe", 1);
    berta.sync();
    drop(hub);
    let file = rusqlite::Connection::open(folder.at("data").join("hub.sqlite")).unwrap();
    let row = |name: &str| rusqlite::params_from_iter([key_of(name).bytes().to_vec()]);
    let sql = "SELECT value FROM entry WHERE bucket = 1 AND key = ?1";
    let hers: Vec<u8> = file.query_row(sql, row("anna"), |row| row.get(0)).unwrap();
    let before: Vec<u8> = file.query_row(sql, row("berta"), |row| row.get(0)).unwrap();
    let set = |value: &[u8]| {
        let sql = "UPDATE entry SET value = ?2 WHERE bucket = 1 AND key = ?1";
        assert_eq!(file.execute(sql, rusqlite::params![key_of("berta").bytes(), value]).unwrap(), 1);
    };
    let ask = |berta: &mut Browser| {
        let hub = folder.hub("data");
        berta.address = hub.address;
        berta.get("/v1/export")
    };
    set(&hers);
    ask(&mut berta.browser).refused(500, "store-damaged");
    // Each part of it: the version, the nonce, the name of the key, the check, the value, its tag.
    for at in [10, 20, 56, 70, before.len() - 1] {
        let mut changed = before.clone();
        changed[at] ^= 1;
        set(&changed);
        ask(&mut berta.browser).refused(500, "store-damaged");
    }
    set(&before[..40]);
    ask(&mut berta.browser).refused(500, "store-damaged");
    set(&before);
    ask(&mut berta.browser).ok();
}

#[tokio::test]
async fn a_keyring_that_does_not_fit_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    let store = folder.open("data", Some("keys")).await.unwrap();
    done(put(&*store, "a", None, b"one").await);
    drop(store);
    drop(folder.open("other", Some("other-keys")).await.unwrap());
    let before = bytes_of(&folder.at("data"));
    assert_eq!(folder.refused("data", None).await, KeyringFault::LeftOut);
    assert_eq!(folder.refused("data", Some("nowhere")).await, KeyringFault::Empty);
    assert!(!folder.at("nowhere").exists(), "a mistyped place is not made a keyring");
    std::fs::create_dir(folder.at("empty")).unwrap();
    SqliteStore::open_kind(Kind::Keyring, &folder.at("empty"), Clock::system()).unwrap();
    assert_eq!(folder.refused("data", Some("empty")).await, KeyringFault::Empty);
    assert_eq!(folder.refused("data", Some("other-keys")).await, KeyringFault::Other);
    assert_eq!(folder.refused("data", Some("data")).await, KeyringFault::Beside);
    assert_eq!(bytes_of(&folder.at("data")), before);
    let store = folder.open("data", Some("keys")).await.unwrap();
    assert_eq!(store.get(place("a")).await.unwrap().unwrap().value, b"one");
    // A hub that is given the raw store does not take it either.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let raw: Shared = Arc::new(folder.raw("data"));
    let config = wellmet_hub::Config::new(folder.at("data"));
    let refused = wellmet_hub::serve_on(raw, listener, config, std::future::ready(())).await;
    assert!(matches!(refused, Err(StoreError::Keyring(KeyringFault::LeftOut))), "{refused:?}");
}

#[tokio::test]
async fn what_was_written_before_is_read_and_sealed_at_its_next_change() {
    let folder = Folder::new();
    let raw = folder.raw("data");
    let first = done(put(&raw, "a", None, b"a plain word").await);
    raw.append(Key::of("log", "a"), b"a plain entry".to_vec(), None).await.unwrap();
    let store = folder.open("data", Some("keys")).await.unwrap();
    assert_eq!(store.get(place("a")).await.unwrap().unwrap().value, b"a plain word");
    assert_eq!(store.read(Key::of("log", "a"), 9).await.unwrap(), [b"a plain entry"]);
    done(put(&*store, "a", Some(first), b"a plain word").await);
    let kept = raw.get(place("a")).await.unwrap().unwrap().value;
    assert!(!holds(&kept, "plain"), "{kept:?}");
    assert_eq!(store.get(place("a")).await.unwrap().unwrap().value, b"a plain word");
    // What belongs to nobody is never sealed: markers of erasures, and what names no person.
    let note = Place { bucket: Bucket::Stock, ..place("a") };
    assert!(matches!(store.swap(note, None, Some(b"seven".to_vec()), None).await.unwrap(), Swap::Done(_)));
    assert_eq!(raw.get(note).await.unwrap().unwrap().value, b"seven");
}

#[tokio::test]
async fn a_key_that_is_gone_leaves_an_empty_place_and_another_begins() {
    let folder = Folder::new();
    let store = folder.open("data", Some("keys")).await.unwrap();
    let owner = place("a").key;
    let first = done(put(&*store, "a", None, b"one").await);
    done(put(&*store, "b", None, b"other").await);
    store.append(owner, b"entry".to_vec(), None).await.unwrap();
    let old = store.data_keys(owner).await.unwrap();
    store.renew(owner).await.unwrap();
    assert_eq!(store.get(place("a")).await.unwrap().unwrap().value, b"one", "the old key still opens");
    store.append(owner, b"later".to_vec(), None).await.unwrap();
    for _ in 0..2 {
        store.shred(owner, old.clone()).await.unwrap();
        assert_eq!(store.get(place("a")).await.unwrap(), None);
        assert_eq!(store.read(owner, 9).await.unwrap(), [b"later"]);
        assert_eq!(store.get(place("b")).await.unwrap().unwrap().value, b"other");
    }
    // For who writes the place is empty, and what was there is passed over by a walk.
    assert_eq!(put(&*store, "b", None, b"two").await, Swap::Stale);
    assert!(!store.places(None).await.unwrap().0.iter().any(|placed| placed.place == place("a")));
    assert!(done(put(&*store, "a", None, b"two").await) > first);
    assert_eq!(store.get(place("a")).await.unwrap().unwrap().value, b"two");
}

#[tokio::test]
async fn a_copy_keeps_what_is_sealed_or_opens_all_of_it() {
    let folder = Folder::new();
    let store = folder.open("data", Some("keys")).await.unwrap();
    for n in 0..300_u32 {
        done(put(&*store, &n.to_string(), None, &n.to_be_bytes()).await);
    }
    store.append(Key::of("log", "a"), b"entry".to_vec(), None).await.unwrap();
    store.shred(place("7").key, store.data_keys(place("7").key).await.unwrap()).await.unwrap();

    let (raw, same, plain) = (folder.raw("data"), folder.raw("same"), folder.raw("plain"));
    copy(&raw, &same, Change::Refuse, |_| {}).await.unwrap();
    let copied = copy(&*store, &plain, Change::Refuse, |_| {}).await.unwrap();
    assert_eq!((copied.places, copied.entries), (299, 1), "without what no key opens");
    drop((same, plain));
    assert_eq!(folder.refused("same", None).await, KeyringFault::LeftOut);
    let (same, plain) = (folder.open("same", Some("keys")).await.unwrap(), folder.open("plain", None).await.unwrap());
    for n in (0..300_u32).filter(|n| *n != 7) {
        for store in [&same, &plain] {
            assert_eq!(store.get(place(&n.to_string())).await.unwrap().unwrap().value, n.to_be_bytes());
        }
    }
    for store in [&same, &plain] {
        assert_eq!(store.get(place("7")).await.unwrap(), None);
        assert_eq!(store.read(Key::of("log", "a"), 9).await.unwrap(), [b"entry"]);
    }
}
