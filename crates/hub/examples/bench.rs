//! What one hub on this machine does: exchanges a second beside its store alone and beside raw group
//! commits, the time until another device is woken, and the memory of a listening page.
//!
//! ```text
//! cargo run --release -p wellmet-hub --example bench -- [--clients 64] [--seconds 5] [--listeners 10000] [--format json]
//! ```
//!
//! The hub is a process of its own (this program again, as `serve DIR`); clients and the raw measurement
//! share the machine with it, one after the other. Numbers wander with the machine; the ratio is of one run.
#![allow(clippy::print_stdout, reason = "a program that prints its findings")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;
use wellmet_engine::time::Instant as Moment;
use wellmet_hub::clock::Clock;
use wellmet_hub::store::sqlite::SqliteStore;
use wellmet_hub::store::{Bucket, Key, Place, Store};
use wellmet_hub::{Config, serve};
use wellmet_state::exchange::Device;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if let [word, directory] = arguments.as_slice()
        && word == "serve"
    {
        return runtime.block_on(serve_here(directory));
    }
    let number = |name: &str, default: usize| -> Outcome<usize> {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).map_or(Ok(default), |text| Ok(text.parse()?))
    };
    let clients = number("--clients", 64)?;
    let time = Duration::from_secs(number("--seconds", 5)? as u64);
    let listeners = number("--listeners", 10_000)?;
    let as_json = arguments.iter().any(|argument| argument == "json");
    runtime.block_on(measure(clients, time, listeners, as_json))
}

async fn serve_here(directory: &str) -> Outcome {
    let mut config = Config::new(directory);
    config.limits.listeners_each = usize::MAX;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(serve(listener, config, std::future::pending()).await?)
}

async fn measure(clients: usize, time: Duration, listeners: usize, as_json: bool) -> Outcome {
    let directory = tempfile::tempdir()?;
    let raw = raw_commits(directory.path(), clients, time)?;
    let store = store_alone(directory.path(), clients, time).await?;
    let hub = Hub::start(directory.path())?;
    let idle = hub.processor()?;
    let (exchanges, mut latencies) = exchange(hub.address, clients, time).await?;
    let processor = (hub.processor()? - idle) / latencies.len() as f64;
    let mut wakes = wake(hub.address, 200).await?;
    let bytes = listen(&hub, listeners).await?;
    let rows = [
        json!({ "name": "exchanges, each durable", "ours": exchanges.round(), "unit": "1/s",
            "peers": { "its store alone": store.round(), "raw group commit": raw.round() },
            "ratio": (exchanges / store * 1_000.0).round() / 1_000.0 }),
        json!({ "name": "processor time of the hub for an exchange", "ours": processor.round(), "peers": {}, "unit": "us" }),
        json!({ "name": "exchange, median", "ours": percentile(&mut latencies, 50), "peers": {}, "unit": "ms" }),
        json!({ "name": "exchange, 99 %", "ours": percentile(&mut latencies, 99), "peers": {}, "unit": "ms" }),
        json!({ "name": "another device woken, 99 %", "ours": percentile(&mut wakes, 99), "peers": {}, "unit": "ms" }),
        json!({ "name": format!("memory of one of {listeners} listening pages"), "ours": bytes.round(), "peers": {}, "unit": "B" }),
    ];
    for row in rows {
        if as_json {
            println!("{row}");
        } else {
            let peers: BTreeMap<String, Value> = serde_json::from_value(row["peers"].clone())?;
            println!(
                "{:45} {:>12} {:4} {peers:?}",
                row["name"].as_str().unwrap_or(""),
                row["ours"],
                row["unit"].as_str().unwrap_or("")
            );
        }
    }
    Ok(())
}

fn percentile(milliseconds: &mut [f64], percent: usize) -> f64 {
    milliseconds.sort_unstable_by(f64::total_cmp);
    let at = (milliseconds.len() * percent / 100).min(milliseconds.len().saturating_sub(1));
    milliseconds.get(at).map_or(f64::NAN, |ms| (ms * 100.0).round() / 100.0)
}

/// The ceiling: one connection that commits as many rows together as there are clients, each row of the
/// size of a small document, with the durability that the hub asks for.
fn raw_commits(directory: &Path, together: usize, time: Duration) -> Outcome<f64> {
    let mut raw = rusqlite::Connection::open(directory.join("raw.sqlite"))?;
    raw.pragma_update(None, "journal_mode", "WAL")?;
    raw.pragma_update(None, "synchronous", "FULL")?;
    raw.execute_batch("CREATE TABLE kept (key INTEGER PRIMARY KEY, value BLOB NOT NULL)")?;
    let value = vec![7_u8; 300];
    let (started, mut rows) = (Instant::now(), 0_usize);
    while started.elapsed() < time {
        let change = raw.transaction()?;
        for key in 0..together {
            change.prepare_cached("INSERT OR REPLACE INTO kept VALUES (?1, ?2)")?.execute((key as i64, &value))?;
        }
        change.commit()?;
        rows += together;
    }
    Ok(rows as f64 / started.elapsed().as_secs_f64())
}

/// What the hub's store does for as many callers when nobody speaks HTTP: read a value, replace it.
async fn store_alone(directory: &Path, callers: usize, time: Duration) -> Outcome<f64> {
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&directory.join("store"), Clock::system())?);
    let started = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let store = Arc::clone(&store);
            let place = Place { bucket: Bucket::Document, key: Key::of("bench", &caller.to_string()) };
            tokio::spawn(async move {
                let mut changes = 0_usize;
                while started.elapsed() < time {
                    let seen = store.get(place).await?.map(|kept| kept.revision);
                    store.swap(place, seen, Some(vec![7; 300]), None).await?;
                    changes += 1;
                }
                Outcome::Ok(changes)
            })
        })
        .collect();
    let mut changes = 0;
    for task in tasks {
        changes += task.await??;
    }
    Ok(changes as f64 / started.elapsed().as_secs_f64())
}

struct Hub {
    child: Child,
    address: SocketAddr,
}

impl Hub {
    fn start(directory: &Path) -> Outcome<Self> {
        let mut child =
            Command::new(std::env::current_exe()?).arg("serve").arg(directory).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { address: line.trim().parse()?, child })
    }

    /// Processor time taken so far, in microseconds, in the kernel's steps of 10 ms.
    fn processor(&self) -> Outcome<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Fields 14 and 15, counted behind the name, which may hold anything.
        let fields = stat.rsplit(')').next().ok_or("no stat")?.split_whitespace().skip(11).take(2);
        Ok(fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * 10_000.0)
    }

    /// Resident memory in bytes.
    fn memory(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1_024.0)
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It has no more to say; what it kept is in a directory that goes as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// One connection of one visitor.
struct Client {
    stream: BufStream<TcpStream>,
    cookie: String,
}

impl Client {
    async fn connect(address: SocketAddr, visitor: usize) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufStream::new(stream), cookie: format!("__Host-wellmet=bench-visitor-{visitor:022}") })
    }

    async fn sync(&mut self, body: &[u8]) -> Outcome<Vec<u8>> {
        let head = format!(
            "POST /wellmet/v1/sync HTTP/1.1\r\nhost: x\r\ncookie: {}\r\nwellmet-as: visitor\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
            self.cookie,
            body.len()
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(body).await?;
        self.stream.flush().await?;
        let length = self.head("HTTP/1.1 200").await?;
        let mut reply = vec![0; length];
        self.stream.read_exact(&mut reply).await?;
        Ok(reply)
    }

    /// Reads a head; the length of the body that it announces.
    async fn head(&mut self, expected: &str) -> Outcome<usize> {
        let (mut first, mut length) = (String::new(), 0);
        self.stream.read_line(&mut first).await?;
        if !first.starts_with(expected) {
            return Err(format!("not {expected}: {first}").into());
        }
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await?;
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.trim().parse()?;
            }
            if line.trim().is_empty() {
                return Ok(length);
            }
        }
    }

    /// Listens instead; returns once the stream has begun.
    async fn listen(&mut self) -> Outcome {
        let head = format!("GET /wellmet/v1/live HTTP/1.1\r\nhost: x\r\ncookie: {}\r\n\r\n", self.cookie);
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.flush().await?;
        self.head("HTTP/1.1 200").await?;
        self.until("retry:").await
    }

    async fn until(&mut self, word: &str) -> Outcome {
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err("the stream has ended".into());
            }
        }
        Ok(())
    }
}

/// One click: what it adds goes to the hub and is durable when this returns.
async fn click(client: &mut Client, device: &mut Device, n: u32) -> Outcome {
    device.document.set_quantity(&format!("item-{}", n % 20), n % 9 + 1, now())?;
    let reply = client.sync(&device.request(now())).await?;
    device.finish(&reply, now())?;
    if device.pending() { Err("not acknowledged".into()) } else { Ok(()) }
}

/// Exchanges a second, and how long each took in milliseconds.
async fn exchange(address: SocketAddr, clients: usize, time: Duration) -> Outcome<(f64, Vec<f64>)> {
    let started = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|visitor| {
            tokio::spawn(async move {
                let mut client = Client::connect(address, visitor).await?;
                let mut device = Device::new(visitor as u64 + 1);
                let mut latencies = Vec::new();
                for n in 0.. {
                    let since = Instant::now();
                    click(&mut client, &mut device, n).await?;
                    latencies.push(since.elapsed().as_secs_f64() * 1_000.0);
                    if started.elapsed() > time {
                        break;
                    }
                }
                Outcome::Ok(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    Ok((latencies.len() as f64 / started.elapsed().as_secs_f64(), latencies))
}

/// Milliseconds from the moment a device sends a change until another one is woken.
async fn wake(address: SocketAddr, times: u32) -> Outcome<Vec<f64>> {
    let visitor = 1_000_000;
    let (mut client, mut other) = (Client::connect(address, visitor).await?, Client::connect(address, visitor).await?);
    let mut device = Device::new(1);
    other.listen().await?;
    let mut found = Vec::new();
    for n in 0..times {
        let since = Instant::now();
        click(&mut client, &mut device, n).await?;
        other.until("data:").await?;
        found.push(since.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(found)
}

/// Bytes of the hub's memory for each of many pages that only listen.
async fn listen(hub: &Hub, pages: usize) -> Outcome<f64> {
    let before = hub.memory()?;
    let mut open = Vec::with_capacity(pages);
    for page in 0..pages {
        let mut client = Client::connect(hub.address, 2_000_000 + page).await?;
        client.listen().await?;
        open.push(client.stream.into_inner());
    }
    let after = hub.memory()?;
    drop(open);
    Ok((after - before) / pages.max(1) as f64)
}
