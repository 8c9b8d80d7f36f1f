//! What a hub takes, beside what its store takes by itself: `cargo xtask bench hub`.
//!
//! Hub, store and load share one machine. The ceiling is the same store in this process, with the same number of writers,
//! values of the same size, and nothing before it: no HTTP, no identity, no document. Options, each with a number:
//! `--seconds`, `--clients`, `--listeners`, `--shoppers` (0 leaves a part out); `--cluster no`; `--keyring yes` seals what
//! the hubs keep. Prints the rows that every benchmark prints, as JSON; `benches/hub/bench.mjs` draws the table.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its rows, and what it is at")]
#![allow(unreachable_pub, reason = "a program has no outside")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rates are rounded"
)]

#[path = "../../tests/common/nats.rs"]
#[allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "shared with the tests")]
mod nats;
mod process;
mod shopper;
mod wire;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use process::Process;
use serde_json::{Value, json};
use shopper::Shopper;
use wellmet_hub::clock::Clock;
use wellmet_hub::store::address::Address;
use wellmet_hub::store::{Bucket, Key, Place, Store, Swap};
use wire::Wire;

/// Shoppers of one client.
const EACH: usize = 100;
/// What the hub keeps with a document: who its devices are, what it has settled. Bytes.
const BESIDE: usize = 80;

struct Options {
    seconds: u64,
    clients: usize,
    listeners: usize,
    shoppers: usize,
    cluster: bool,
    keyring: bool,
}

impl Options {
    fn read() -> Self {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let said = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
        let number = |name: &str, usual: usize| {
            said(name).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{name}: {text} is no number")))
        };
        Self {
            seconds: number("--seconds", 10) as u64,
            clients: number("--clients", 64),
            listeners: number("--listeners", 10_000),
            shoppers: number("--shoppers", 1_000_000),
            cluster: said("--cluster").is_none_or(|text| text != "no"),
            keyring: said("--keyring").is_some_and(|text| text == "yes"),
        }
    }
}

/// One row, as `cargo xtask help` promises them, with an aim where there is one.
struct Row {
    name: String,
    ours: f64,
    unit: &'static str,
    peers: Value,
    ratio: Option<f64>,
    aim: Value,
}

impl Row {
    fn new(name: impl Into<String>, ours: f64, unit: &'static str) -> Self {
        Self { name: name.into(), ours: ours.round(), unit, peers: json!({}), ratio: None, aim: Value::Null }
    }

    /// Half, 99 of 100 and all of the times, in milliseconds.
    fn times<'a>(what: &'a str, times: &'a mut [u32], p99: Value) -> impl Iterator<Item = Self> + 'a {
        times.sort_unstable();
        [("median", 500, Value::Null), ("p99", 990, p99), ("longest", 1_000, Value::Null)].into_iter().map(
            move |(which, thousandth, aim)| {
                let micros = times[(times.len() * thousandth / 1_000).min(times.len() - 1)];
                let tenths = (f64::from(micros) / 100.0).round() / 10.0;
                Self { ours: tenths, aim, ..Self::new(format!("{what}, {which}"), 0.0, "ms") }
            },
        )
    }

    fn json(self) -> Value {
        let Self { name, ours, unit, peers, ratio, aim } = self;
        json!({ "name": name, "ours": ours, "peers": peers, "ratio": ratio, "unit": unit, "aim": aim })
    }
}

fn main() {
    let options = Options::read();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let rows: Vec<Value> = runtime.block_on(all(&options)).into_iter().map(Row::json).collect();
    println!("{}", serde_json::to_string_pretty(&rows).expect("JSON"));
}

async fn all(options: &Options) -> Vec<Row> {
    let mut rows = Vec::new();
    let home = tempfile::tempdir().expect("a directory");
    throughput(options, "SQLite", home.path(), None, &mut rows).await;
    if options.cluster
        && let Some(cluster) = nats::Cluster::start()
    {
        let home = tempfile::tempdir().expect("a directory");
        let store = |tenant: &str| format!("{}?replicas=3", cluster.address(tenant));
        throughput(options, "JetStream R3", home.path(), Some(&store), &mut rows).await;
    }
    if options.listeners > 0 {
        listening(options, &mut rows).await;
    }
    if options.shoppers > 0 {
        many(options, &mut rows).await;
    }
    rows
}

/// Where the data keys of a hub lie.
fn beside(data: &Path) -> String {
    data.join("keys").display().to_string()
}

/// Exchanges a second, between two measurements of the store alone.
async fn throughput(
    options: &Options,
    name: &str,
    home: &Path,
    cluster: Option<&dyn Fn(&str) -> String>,
    rows: &mut Vec<Row>,
) {
    let time = Duration::from_secs(options.seconds);
    let size = {
        let mut she = Shopper::arrive(0, 0);
        she.fill();
        she.device.document.encode().len() + BESIDE
    };
    let address = |part: &str| {
        let text = cluster.map_or_else(|| home.join(part).to_string_lossy().into_owned(), |cluster| cluster(part));
        Address::from_str(&text).expect("a store's address")
    };
    eprintln!("{name}: the store alone");
    let before = ceiling(&address("raw1"), options.clients, size, time / 2).await;
    eprintln!("{name}: exchanges");
    let start = async |part: &str| {
        let store = cluster.map(|cluster| cluster(part));
        // The tenant of the same name, in streams of their own.
        let keyring = options.keyring.then(|| store.clone().unwrap_or_else(|| beside(&home.join(part))));
        Process::start(&home.join(part), store.as_deref(), keyring.as_deref()).await
    };
    let hub = start("hub").await;
    let (mut times, took) = shopper::exchanges(hub.address, options.clients, EACH, time, true).await;
    let cpu = hub.cpu();
    drop(hub);
    let hub = start("idle").await;
    let (idle, idle_took) = shopper::exchanges(hub.address, options.clients, EACH, time / 2, false).await;
    drop(hub);
    eprintln!("{name}: the store alone, again");
    let after = ceiling(&address("raw2"), options.clients, size, time / 2).await;

    let exchanges = times.len() as f64 / took.as_secs_f64();
    let clients = options.clients;
    rows.push(Row {
        peers: json!({ "the store alone, first": before.round(), "the store alone, last": after.round() }),
        ratio: Some((100.0 * exchanges / f64::midpoint(before, after)).round() / 100.0),
        aim: json!({ "ratio": 0.7 }),
        ..Row::new(format!("{name}: exchanges, {clients} clients, {size} bytes each"), exchanges, "a second")
    });
    let idle = idle.len() as f64 / idle_took.as_secs_f64();
    rows.push(Row::new(format!("{name}: exchanges that change nothing: HTTP, identity, one read"), idle, "a second"));
    if let Some(cpu) = cpu {
        // The first exchange of each shopper is in it.
        let each = cpu as f64 * 1_000.0 / (times.len() + clients * EACH) as f64;
        rows.push(Row::new(format!("{name}: processor time of the hub for an exchange"), each, "us"));
    }
    rows.extend(Row::times(&format!("{name}: an exchange"), &mut times, Value::Null));
}

/// Durable changes a second of a store by itself, so many writers at once, each change of another value.
async fn ceiling(address: &Address, writers: usize, size: usize, time: Duration) -> f64 {
    let store = address.open(Clock::system()).await.expect("a store");
    let mut all = Vec::new();
    for writer in 0..writers {
        let store: Arc<dyn Store> = Arc::clone(&store);
        all.push(tokio::spawn(async move {
            let place = |n: usize| Place {
                bucket: Bucket::Document,
                key: Key::of("bench", &shopper::visitor(writer * EACH + n)),
            };
            let value = |turn: usize| {
                // What a cart holds is as hard to compress as noise.
                let mut state = turn as u32 | 1;
                let mut next = || {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                };
                (0..size).map(|_| next()).collect::<Vec<u8>>()
            };
            let mut seen = vec![None; EACH];
            for (n, seen) in seen.iter_mut().enumerate() {
                let done = store.swap(place(n), None, Some(value(n)), None).await.expect("a change");
                let Swap::Done(revision) = done else { panic!("nobody else writes here") };
                *seen = Some(revision);
            }
            let from = Moment::now();
            let mut changes = 0;
            while from.elapsed() < time {
                let n = changes % EACH;
                let done = store.swap(place(n), seen[n], Some(value(changes)), None).await.expect("a change");
                let Swap::Done(revision) = done else { panic!("nobody else writes here") };
                seen[n] = Some(revision);
                changes += 1;
            }
            changes as f64 / from.elapsed().as_secs_f64()
        }));
    }
    let mut sum = 0.0;
    for writer in all {
        sum += writer.await.expect("a writer");
    }
    sum
}

/// Pages that listen, what each costs, and how soon another device sees a change while they do.
async fn listening(options: &Options, rows: &mut Vec<Row>) {
    eprintln!("{} listeners", options.listeners);
    let home = tempfile::tempdir().expect("a directory");
    let hub = Process::start(home.path(), None, None).await;
    // What the first requests need once.
    shopper::exchanges(hub.address, 8, 8, Duration::from_millis(200), true).await;
    let before = hub.memory();
    let mut idle = Vec::with_capacity(options.listeners);
    let pairs = 100.min(options.listeners);
    // A hub takes 10,000 listeners; those of the pairs are among them.
    for n in 0..options.listeners - pairs {
        idle.push(Wire::listen(hub.address, &shopper::visitor(1_000_000 + n)).await.expect("room for a listener"));
    }
    let mut all = Vec::new();
    for n in 0..pairs {
        let (phone, mut laptop) = (Shopper::arrive(2_000_000 + n, 0), Shopper::arrive(2_000_000 + n, 1));
        let hers = Wire::connect(hub.address).await.expect("a connection");
        let mut other = Wire::connect(hub.address).await.expect("a connection");
        laptop.exchange(&mut other).await;
        let live = Wire::listen(hub.address, &phone.visitor).await.expect("room for a listener");
        all.push((phone, hers, laptop, other, live));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    if let (Some(before), Some(after)) = (before, hub.memory()) {
        let each = after.saturating_sub(before) / options.listeners as u64;
        rows.push(Row::new(format!("{} pages listen: memory of each", options.listeners), each as f64, "bytes"));
    }
    // As many at once as there are clients elsewhere in this table, over and over.
    let mut times = Vec::new();
    for _ in 0..10 {
        let mut at_once = Vec::new();
        for (mut phone, mut hers, mut laptop, mut other, mut live) in all.drain(..) {
            at_once.push(tokio::spawn(async move {
                let from = Moment::now();
                phone.click();
                phone.exchange(&mut hers).await;
                // The wake-up may be that of the change before; what counts is that the laptop has it.
                while laptop.device.document.version() != phone.device.document.version() {
                    live.woken().await.expect("a wake-up");
                    laptop.exchange(&mut other).await;
                }
                let took = u32::try_from(from.elapsed().as_micros()).unwrap_or(u32::MAX);
                (took, (phone, hers, laptop, other, live))
            }));
        }
        for pair in at_once {
            let (took, pair) = pair.await.expect("a pair of devices");
            times.push(took);
            all.push(pair);
        }
    }
    let what = format!("meanwhile, {pairs} shoppers at once: a click until her other device shows it");
    rows.extend(Row::times(&what, &mut times, json!({ "most": 250 })));
    drop(idle);
}

/// A store with many shoppers in it.
async fn many(options: &Options, rows: &mut Vec<Row>) {
    let home = tempfile::tempdir().expect("a directory");
    let keyring = options.keyring.then(|| beside(home.path()));
    let hub = Process::start(home.path(), None, keyring.as_deref()).await;
    let from = Moment::now();
    shopper::fill(hub.address, options.clients, options.shoppers).await;
    let rate = options.shoppers as f64 / from.elapsed().as_secs_f64();
    drop(hub);
    let of = options.shoppers;
    let bytes: u64 = std::fs::read_dir(home.path())
        .expect("the directory")
        .filter_map(|entry| entry.ok()?.metadata().ok().map(|about| about.len()))
        .sum();
    let hub = Process::start(home.path(), None, keyring.as_deref()).await;
    rows.push(Row::new(format!("{of} shoppers: first exchanges"), rate, "a second"));
    rows.push(Row::new(format!("{of} shoppers: on disk, each"), (bytes / of as u64) as f64, "bytes"));
    rows.push(Row::new(format!("{of} shoppers: start until the hub answers"), hub.started_in.as_millis() as f64, "ms"));
    let mut wire = Wire::connect(hub.address).await.expect("a connection");
    let mut times = Vec::new();
    let mut state = 17_u64;
    for _ in 0..5_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let n = usize::try_from(state >> 33).expect("31 bits") % options.shoppers;
        let mut she = Shopper::arrive(n, 1);
        let start = Moment::now();
        she.exchange(&mut wire).await;
        times.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    rows.extend(Row::times(&format!("{of} shoppers: an exchange of one who comes back"), &mut times, Value::Null));
    if let Some(memory) = hub.memory() {
        rows.push(Row::new(format!("{of} shoppers: memory of the hub then"), memory as f64 / 1e6, "MB"));
    }
}
