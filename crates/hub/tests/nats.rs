//! The same hub on a real three-node JetStream cluster: the store's trials, two hubs that serve one shopper,
//! copies from and to the embedded store, and servers that die.
//!
//! Each test starts a cluster of its own on this machine; all of them pass with a line that says so where
//! there is no server.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use common::live::Listening;
use common::nats::Cluster;
use common::suite::{self, Shared, done, place, put};
use common::{Device, TestHub, lines, now, token};
use wellmet_engine::time::Span;
use wellmet_hub::clock::Clock;
use wellmet_hub::store::address::Address;
use wellmet_hub::store::copy::{Change, CopyError, copy};
use wellmet_hub::store::sqlite::SqliteStore;
use wellmet_hub::store::{Key, Store, StoreError, Swap, sealed};

fn address(cluster: &Cluster, tenant: &str) -> Address {
    cluster.address(tenant).parse().unwrap()
}

async fn open(cluster: &Cluster, tenant: &str) -> Shared {
    open_at(cluster, tenant, Clock::system()).await
}

async fn open_at(cluster: &Cluster, tenant: &str, clock: Clock) -> Shared {
    match address(cluster, tenant).open(clock).await {
        Ok(store) => store,
        Err(error) => panic!("{error}\n{}", cluster.logs()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_keeps_the_same_word_as_the_file() {
    let Some(cluster) = Cluster::start() else { return };
    let store = open(&cluster, "trials").await;
    suite::a_value_is_replaced_only_as_it_was_seen(Arc::clone(&store)).await;
    suite::a_removed_value_never_returns_under_its_revision(Arc::clone(&store)).await;
    suite::many_at_once_lose_no_change(Arc::clone(&store)).await;
    suite::of_many_that_want_an_empty_place_one_gets_it(Arc::clone(&store)).await;
    suite::a_log_is_read_in_order_and_purged_alone(Arc::clone(&store)).await;
    suite::a_long_log_gives_its_newest(Arc::clone(&store)).await;
    suite::a_change_wakes_who_waits_for_it(Arc::clone(&store)).await;
    suite::a_walk_finds_every_place_once(Arc::clone(&store)).await;
    suite::too_much_is_refused(Arc::clone(&store)).await;
    let clock = Clock::standing(now());
    suite::what_has_expired_is_gone(open_at(&cluster, "trials", clock.clone()).await, clock).await;
    suite::two_openings_share(Arc::clone(&store), open(&cluster, "trials").await).await;
    suite::a_restart_keeps_everything(store, || open(&cluster, "trials")).await;

    a_sealed_cluster_keeps_it_too(&cluster).await;
    tenants_never_meet(&cluster).await;
    there_and_back(&cluster).await;
}

async fn a_sealed_cluster_keeps_it_too(cluster: &Cluster) {
    let keyring: Address = format!("{}?shards=2", cluster.address("sealed")).parse().unwrap();
    let open = || async { sealed::open(&address(cluster, "sealed"), Some(&keyring), Clock::system()).await.unwrap() };
    let store = open().await;
    suite::a_value_is_replaced_only_as_it_was_seen(Arc::clone(&store)).await;
    suite::a_removed_value_never_returns_under_its_revision(Arc::clone(&store)).await;
    suite::many_at_once_lose_no_change(Arc::clone(&store)).await;
    suite::of_many_that_want_an_empty_place_one_gets_it(Arc::clone(&store)).await;
    suite::a_log_is_read_in_order_and_purged_alone(Arc::clone(&store)).await;
    suite::a_walk_finds_every_place_once(Arc::clone(&store)).await;
    suite::too_much_is_refused(Arc::clone(&store)).await;
    suite::two_openings_share(Arc::clone(&store), open().await).await;
    let owner = place("shared").key;
    let keys = store.data_keys(owner).await.unwrap();
    store.shred(owner, keys.clone()).await.unwrap();
    store.shred(owner, keys).await.unwrap();
    assert_eq!(store.get(place("shared")).await.unwrap(), None);
    assert_eq!(open().await.data_keys(owner).await.unwrap(), []);
    suite::a_restart_keeps_everything(store, open).await;
}

async fn tenants_never_meet(cluster: &Cluster) {
    let (one, two) = (open(cluster, "one").await, open(cluster, "two").await);
    let told = two.watch(place("mine")).await.unwrap();
    done(put(&*one, "mine", None, b"one's").await);
    one.append(Key::of("log", "mine"), b"one's".to_vec(), None).await.unwrap();
    assert_eq!(two.get(place("mine")).await.unwrap(), None);
    assert!(two.read(Key::of("log", "mine"), 10).await.unwrap().is_empty());
    assert_eq!(two.places(None).await.unwrap().0, []);
    two.purge(Key::of("log", "mine")).await.unwrap();
    done(put(&*two, "mine", None, b"two's").await);
    assert_eq!(one.get(place("mine")).await.unwrap().unwrap().value, b"one's");
    assert_eq!(one.read(Key::of("log", "mine"), 10).await.unwrap(), [b"one's"]);
    // The only wake-up was that of its own change.
    assert_eq!(*told.borrow(), two.get(place("mine")).await.unwrap().unwrap().revision);
}

/// From the file to the cluster and back, interrupted, continued, changed meanwhile.
async fn there_and_back(cluster: &Cluster) {
    let directory = tempfile::tempdir().unwrap();
    let file = SqliteStore::open(&directory.path().join("a"), Clock::system()).unwrap();
    for n in 0..600_u32 {
        done(put(&file, &format!("copy {n}"), None, &n.to_be_bytes()).await);
    }
    for n in 0..20_u8 {
        file.append(Key::of("log", "copy"), vec![n], None).await.unwrap();
    }
    let moved = open(cluster, "moved").await;
    // As if an earlier copy had been interrupted.
    done(put(&*moved, "copy 7", None, &7_u32.to_be_bytes()).await);
    moved.append(Key::of("log", "copy"), vec![0], None).await.unwrap();
    let copied = copy(&file, &*moved, Change::Refuse, |_| {}).await.unwrap();
    assert_eq!((copied.places, copied.logs, copied.entries, copied.written), (600, 1, 20, 600));
    let again = copy(&file, &*moved, Change::Refuse, |_| {}).await.unwrap();
    assert_eq!((again.places, again.written, again.removed), (600, 0, 0));

    // Somebody changed one and left by another; only the second run with leave to replace follows.
    let (one, two) = (file.get(place("copy 1")).await.unwrap(), file.get(place("copy 2")).await.unwrap());
    done(put(&file, "copy 1", one.map(|one| one.revision), b"new").await);
    file.swap(place("copy 2"), two.map(|two| two.revision), None, None).await.unwrap();
    let refused = copy(&file, &*moved, Change::Refuse, |_| {}).await;
    assert!(matches!(refused, Err(CopyError::Differs(_))), "{refused:?}");
    let followed = copy(&file, &*moved, Change::Replace, |_| {}).await.unwrap();
    assert_eq!((followed.written, followed.removed), (1, 1));

    let back = SqliteStore::open(&directory.path().join("b"), Clock::system()).unwrap();
    let copied = copy(&*moved, &back, Change::Refuse, |_| {}).await.unwrap();
    assert_eq!((copied.places, copied.entries), (599, 20));
    assert_eq!(back.get(place("copy 1")).await.unwrap().unwrap().value, b"new");
    assert_eq!(back.get(place("copy 2")).await.unwrap(), None);
    assert_eq!(back.read(Key::of("log", "copy"), 100).await.unwrap().len(), 20);
}

#[test]
fn c82_two_hubs_serve_one_shopper_without_sticky_sessions() {
    let Some(cluster) = Cluster::start() else { return };
    let one = TestHub::start_at(address(&cluster, "two-hubs"), |_| {});
    let two = TestHub::start_at(address(&cluster, "two-hubs"), |_| {});
    let mut phone = Device::of(&one, "anna");
    // The browser's next request goes to the other hub, and it knows her.
    let mut desktop = Device::of(&two, "anna");
    desktop.browser.address = one.address;
    desktop.browser.get("/v1/record").ok();
    phone.browser.address = two.address;
    phone.browser.get("/v1/record").ok();

    // A page listens at one hub while the changes come in at the other.
    let mut listening = Listening::start(&one, &desktop);
    let mut slowest = Duration::ZERO;
    for n in 1..=20 {
        phone.add("A", 1);
        let since = Moment::now();
        phone.sync();
        assert_ne!(listening.until("data:"), "");
        desktop.sync();
        assert_eq!(desktop.cart(), lines(&[("A", n)]), "a woken page finds the change");
        slowest = slowest.max(since.elapsed());
        // And each request goes to another hub than the one before.
        std::mem::swap(&mut phone.browser.address, &mut desktop.browser.address);
    }
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");

    // A token is good for one login, whichever hub is asked.
    let used = token("berta");
    one.browser().login(&used, None).ok();
    two.browser().login(&used, None).refused(401, "token-replayed");
    // Signed out at one, signed out at all; forgotten at one, forgotten at all.
    let mut other = desktop.browser.clone();
    desktop.browser.send("POST", "/v1/logout", &[], b"").ok();
    other.address = two.address;
    other.get("/v1/record").refused(401, "signed-out");
    phone.browser.address = one.address;
    let mut asked = phone.browser.clone();
    asked.delete("/v1/shopper").ok();
    phone.browser.address = two.address;
    phone.add("A", 1);
    phone.exchange().refused(410, "erased");
}

/// Her data keys lie in streams of their own. A copy of the data from before her erasure does not bring her back.
#[test]
fn c04_a_copy_of_the_cluster_from_before_does_not_bring_her_back() {
    let Some(cluster) = Cluster::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let copied = |from: &str, to: &str| {
        let (from, to): (Address, Address) = (from.parse().unwrap(), to.parse().unwrap());
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (from, to) = (from.open(Clock::system()).await.unwrap(), to.open(Clock::system()).await.unwrap());
            copy(&*from, &*to, Change::Refuse, |_| {}).await.unwrap()
        })
    };
    // Under the same name as the data, in streams of their own.
    let keyring = address(&cluster, "shop");
    let start =
        |tenant: &str| TestHub::start_at(address(&cluster, tenant), |config| config.keyring = Some(keyring.clone()));
    let (one, two) = (start("shop"), start("shop"));
    let (mut anna, mut berta) = (Device::of(&one, "anna"), Device::of(&two, "berta"));
    for device in [&mut anna, &mut berta] {
        device.add("mug", 1);
        device.state.document.set_preference("name", "Annchen", now()).unwrap();
        device.sync();
        // Each request goes to the other hub than the one before, and both know the keys.
        device.browser.address = if device.browser.address == one.address { two.address } else { one.address };
        device.sync();
    }
    let before = folder.path().join("before").display().to_string();
    assert!(copied(&cluster.address("shop"), &before).places > 4);
    let bytes = std::fs::read(folder.path().join("before/hub.sqlite")).unwrap();
    assert!(!common::holds(&bytes, "Annchen"));
    assert_eq!(anna.browser.clone().delete("/v1/shopper").status, 204);
    anna.browser.address = one.address;
    anna.exchange().refused(410, "erased");
    drop((one, two));

    copied(&before, &cluster.address("restored"));
    let hub = start("restored");
    for device in [&mut anna, &mut berta] {
        device.browser.address = hub.address;
    }
    berta.sync();
    assert_eq!(berta.cart(), lines(&[("mug", 1)]));
    anna.browser.get("/v1/record").refused(401, "signed-out");
    let mut again = Device::of(&hub, "anna");
    assert_eq!(again.cart(), lines(&[]));
    again.add("pipe", 1);
    again.sync();
    assert_eq!(Device::of(&hub, "anna").cart(), lines(&[("pipe", 1)]));
}

/// Each hub remembers how it left the shopper's document, and each time the other one has written since. What a device that
/// brings nothing is told is never that memory, and what two bring at once is in it both.
#[test]
fn c82_a_hub_that_remembers_a_shopper_sees_what_the_other_wrote() {
    let Some(cluster) = Cluster::start() else { return };
    let hubs = ["one", "two"].map(|_| TestHub::start_at(address(&cluster, "memory"), |_| {}));
    let mut devices = [Device::of(&hubs[0], "anna"), Device::of(&hubs[1], "anna")];
    let mut count = 0;
    for turn in 0..20 {
        let (writer, reader) = (turn % 2, (turn + 1) % 2);
        devices[writer].add("A", 1);
        assert_eq!(devices[writer].sync(), None);
        count += 1;
        // One exchange without anything new, at the hub that does not know of it yet.
        let reply = devices[reader].exchange().ok();
        let _ = devices[reader].state.finish(&reply.body, now()).unwrap();
        assert_eq!(devices[reader].cart(), lines(&[("A", count)]), "turn {turn}");
    }
    for _ in 0..20 {
        let [phone, desktop] = &mut devices;
        std::thread::scope(|scope| {
            for device in [&mut *phone, &mut *desktop] {
                scope.spawn(move || {
                    device.add("A", 1);
                    assert_eq!(device.sync(), None);
                });
            }
        });
        count += 2;
        phone.sync();
        desktop.sync();
        assert_eq!((phone.cart(), desktop.cart()), (lines(&[("A", count)]), lines(&[("A", count)])));
    }
    // Forgotten at one hub, while the other remembers her as she was.
    devices[0].browser.clone().delete("/v1/shopper").ok();
    devices[1].exchange().refused(410, "erased");
}

/// A machine whose clock is set wrong, put right, and set wrong the other way while shoppers are at work: nobody is
/// signed out, no click is lost or doubled, and what both hubs say afterwards is the same.
#[test]
fn hubs_whose_clocks_step_lose_nothing() {
    let Some(cluster) = Cluster::start() else { return };
    let one = TestHub::start_at(address(&cluster, "clocks"), |_| {});
    let two = TestHub::start_at(address(&cluster, "clocks"), |_| {});
    let mut phone = Device::of(&one, "anna");
    let mut desktop = Device::of(&one, "anna");
    let mut clicks = 0;
    for days in [1, -1, -1, 1, 2, -2] {
        two.clock.advance(Span::days(days));
        for _ in 0..3 {
            phone.add("A", 1);
            desktop.add("B", 1);
            clicks += 1;
            phone.sync();
            desktop.sync();
            // Each request goes to the other hub than the one before.
            for device in [&mut phone, &mut desktop] {
                device.browser.address = if device.browser.address == one.address { two.address } else { one.address };
            }
        }
        // A quantity that is set has a stamp: the later one wins, whichever hub's clock it was made by.
        phone.set("C", clicks);
        phone.sync();
        desktop.sync();
        desktop.set("C", clicks + 100);
        desktop.sync();
        phone.sync();
        let wanted = lines(&[("A", clicks), ("B", clicks), ("C", clicks + 100)]);
        assert_eq!(phone.cart(), wanted, "after a step of {days} days");
        assert_eq!(desktop.cart(), wanted, "after a step of {days} days");
        phone.browser.get("/v1/record").ok();
    }
}

/// Three writers; servers are killed, the leader of a writer's bucket among them. `WELLMET_KILLS=200` for a
/// long run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_when_servers_are_killed() {
    let kills: usize = std::env::var("WELLMET_KILLS").map_or(3, |text| text.parse().unwrap());
    let Some(mut cluster) = Cluster::start() else { return };
    // Few buckets, so that a kill meets the writers.
    let store: Shared = format!("{}?shards=2", cluster.address("kills"))
        .parse::<Address>()
        .unwrap()
        .open(Clock::system())
        .await
        .unwrap_or_else(|error| panic!("{error}\n{}", cluster.logs()));
    let (mut written, mut refused, mut slowest, mut leaders) = (0, 0, Duration::ZERO, 0);
    let mut counts = [0_u64; 3];
    let mut sure = [0_u64; 3];
    for round in 0..kills {
        let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (store, stop) = (Arc::clone(&store), Arc::clone(&stop));
                let (mut count, mut sure) = (counts[writer], sure[writer]);
                tokio::spawn(async move {
                    let (mut refused, mut slowest) = (0, Duration::ZERO);
                    let place = place(&format!("writer {writer}"));
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let since = Moment::now();
                        count += 1;
                        match write(&*store, place, count).await {
                            Ok(()) => sure = count,
                            Err(_) => refused += 1,
                        }
                        slowest = slowest.max(since.elapsed());
                    }
                    (count, sure, refused, slowest)
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300 + round as u64 * 37 % 200)).await;
        let leader = cluster.leader_of("KV_wellmet_00");
        let victim = if round.is_multiple_of(2) { leader.unwrap_or(round % 3) } else { round % 3 };
        leaders += usize::from(leader == Some(victim));
        cluster.kill_node(victim);
        tokio::time::sleep(Duration::from_millis(500)).await;
        cluster.start_node(victim);
        wait_for_all(&store, &counts).await;
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        for (writer, task) in writers.into_iter().enumerate() {
            let (count, acknowledged, not, longest) = task.await.unwrap();
            let kept =
                store.get(place(&format!("writer {writer}"))).await.unwrap().map_or(0, |kept| number(&kept.value));
            assert!(
                kept >= acknowledged,
                "round {round}: {acknowledged} acknowledged, {kept} kept\n{}",
                cluster.logs()
            );
            assert!(kept <= count, "round {round}: {count} written, {kept} kept");
            written += (count - counts[writer]) as usize;
            (counts[writer], sure[writer]) = (count, acknowledged);
            refused += not;
            slowest = slowest.max(longest);
        }
        whole(&cluster).await;
    }
    eprintln!(
        "{kills} kills, {leaders} of a leader: {written} writes, {refused} not acknowledged, slowest {slowest:?}"
    );
    assert!(written > kills * 3 && leaders > 0, "{written} writes, {leaders} leaders");
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes[..8].try_into().unwrap())
}

/// Writes a count over a smaller one.
async fn write(store: &dyn Store, place: wellmet_hub::store::Place, count: u64) -> Result<(), StoreError> {
    loop {
        let seen = store.get(place).await?.map(|kept| kept.revision);
        let value = [count.to_be_bytes().as_slice(), &[7; 300]].concat();
        if let Swap::Done(_) = store.swap(place, seen, Some(value), None).await? {
            return Ok(());
        }
    }
}

/// Until the store takes and gives again.
async fn wait_for_all(store: &Shared, counts: &[u64; 3]) {
    let deadline = Moment::now() + Duration::from_secs(60);
    for writer in 0..counts.len() {
        while store.get(place(&format!("writer {writer}"))).await.is_err() {
            assert!(Moment::now() < deadline, "the cluster did not come back");
        }
    }
}

/// Until the killed server has caught up, so that the next kill never leaves the writers without a majority.
async fn whole(cluster: &Cluster) {
    let deadline = Moment::now() + Duration::from_secs(60);
    while !(0..3).all(|node| cluster.monitor(node, "/healthz").is_some_and(|said| said["status"] == "ok")) {
        assert!(Moment::now() < deadline, "a server did not come back\n{}", cluster.logs());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// All servers gone for a while: every request is answered in time, nothing that a device holds is lost, and
/// listening pages are told to look again.
#[test]
fn a_cluster_that_is_gone_for_a_while_loses_nothing() {
    let seconds: u64 = std::env::var("WELLMET_GONE_SECONDS").map_or(3, |text| text.parse().unwrap());
    let Some(mut cluster) = Cluster::start() else { return };
    let hub = TestHub::start_at(address(&cluster, "gone"), |_| {});
    let mut phone = Device::of(&hub, "anna");
    phone.add("A", 1);
    phone.sync();
    let mut listening = Listening::start(&hub, &phone);
    (0..3).for_each(|node| cluster.kill_node(node));
    let gone = Moment::now();
    phone.add("A", 1);
    let reply = phone.exchange();
    reply.refused(503, "store-failed");
    assert!(reply.headers.contains_key("retry-after"));
    assert!(phone.state.pending(), "the device keeps what was not acknowledged");
    hub.browser().get("/v1/health").refused(503, "store-failed");
    while gone.elapsed() < Duration::from_secs(seconds) {
        std::thread::sleep(Duration::from_millis(100));
    }
    (0..3).for_each(|node| cluster.start_node(node));
    let deadline = Moment::now() + Duration::from_secs(60);
    while phone.exchange().status != 200 {
        assert!(Moment::now() < deadline, "the hub did not come back\n{}", cluster.logs());
    }
    assert_ne!(listening.until("data:"), "", "a page that listened all the while is woken");
    phone.sync();
    assert_eq!(phone.cart(), lines(&[("A", 2)]));
}
