//! `kill -9` at random points: what the hub has acknowledged is there afterwards.
//!
//! The hub runs as a process of its own, this test program started again on [`child_hub`]. Twenty kills in
//! an ordinary run; `WELLMET_KILLS=200` for a long one. A kill leaves the operating system's caches alone,
//! so this shows that acknowledgements follow commits, not what a power cut leaves of a disk.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::{AUDIENCE, Browser, Device, ORIGIN, keys, now, token};
use serde_json::json;
use wellmet_hub::{Config, serve};
use wellmet_state::exchange;

const DIRECTORY: &str = "WELLMET_TEST_HUB_DIRECTORY";

/// Not a test: the hub that [`no_acknowledged_write_is_lost`] starts and kills.
#[test]
#[ignore = "started by the other test"]
fn child_hub() {
    let Ok(directory) = std::env::var(DIRECTORY) else { return };
    let mut config = Config::new(directory);
    config.origins = vec![ORIGIN.into()];
    config.keys = keys();
    config.audience = AUDIENCE.into();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        eprintln!("hub at {}", listener.local_addr().unwrap());
        serve(listener, config, std::future::pending()).await.unwrap();
    });
}

struct Hub {
    child: Child,
    address: SocketAddr,
}

impl Hub {
    fn start(directory: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_hub", "--ignored", "--nocapture"])
            .env(DIRECTORY, directory)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.map(|line| line.unwrap()).find_map(|line| line.strip_prefix("hub at ")?.parse().ok());
        Self { address: address.expect("the hub has started"), child }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A shopper who clicks as fast as the hub acknowledges.
struct Shopper {
    device: Device,
    /// Clicks that the hub has called durable.
    acknowledged: u32,
    clicks: u32,
}

impl Shopper {
    fn new(hub: &Hub, n: usize) -> Self {
        let mut browser = Browser::at(hub.address);
        if n.is_multiple_of(2) {
            browser.login(&token(&format!("customer-{n}")), None).ok();
        } else {
            browser.visit();
        }
        let device = Device { browser, state: exchange::Device::new(common::actor()) };
        Self { device, acknowledged: 0, clicks: 0 }
    }

    fn click(&mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            self.device.add("A", 1);
            self.clicks += 1;
            let request = self.device.request();
            let kind = [("content-type", "application/octet-stream")];
            // Killed before the answer: not acknowledged, and the click stays on the device.
            let Ok(reply) = self.device.browser.try_send("POST", "/v1/sync", &kind, &request) else { return };
            assert_eq!(reply.status, 200, "{}", reply.code());
            let finished = self.device.state.finish(&reply.body, now()).unwrap();
            assert_eq!(finished.refused, None);
            if !self.device.state.pending() {
                self.acknowledged = self.clicks;
            }
        }
    }

    /// What the hub has, asked for by a device that holds nothing.
    fn kept(&self, hub: &Hub) -> u32 {
        let mut browser = Browser::at(hub.address);
        browser.cookies = self.device.browser.cookies.clone();
        browser.belief = self.device.browser.belief.clone();
        let mut fresh = Device { browser, state: exchange::Device::new(common::actor()) };
        fresh.sync();
        fresh.state.document.quantity("A")
    }
}

/// Whether a login was answered before the hub died.
fn sign_in(browser: &mut Browser, token: &str) -> bool {
    let body = json!({ "token": token }).to_string();
    let kind = [("content-type", "application/json")];
    browser.try_send("POST", "/v1/login", &kind, body.as_bytes()).is_ok_and(|reply| reply.status == 200)
}

/// A number of milliseconds below `most`, from a simple generator (Marsaglia, "Xorshift RNGs", 2003).
fn random(seed: &mut u64, most: u64) -> Duration {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    Duration::from_millis(*seed % most)
}

#[test]
fn no_acknowledged_write_is_lost() {
    let kills: usize = std::env::var("WELLMET_KILLS").map_or(20, |text| text.parse().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let mut seed = now().0.unsigned_abs() | 1;
    eprintln!("seed {seed}");
    let mut hub = Hub::start(directory.path());
    let mut shoppers: Vec<_> = (0..4).map(|n| Shopper::new(&hub, n)).collect();
    let mut clicks = 0;
    for round in 0..kills {
        let stop = AtomicBool::new(false);
        let (used, mut late) = (token("late"), Browser::at(hub.address));
        let welcomed = std::thread::scope(|scope| {
            for shopper in &mut shoppers {
                scope.spawn(|| shopper.click(&stop));
            }
            let login = scope.spawn(|| sign_in(&mut late, &used));
            std::thread::sleep(random(&mut seed, 150));
            hub.kill();
            stop.store(true, Ordering::Relaxed);
            login.join().unwrap()
        });
        // A new hub on what the killed one left.
        hub = Hub::start(directory.path());
        if welcomed {
            Browser::at(hub.address).login(&used, None).refused(401, "token-replayed");
            let mut session = Browser::at(hub.address);
            session.cookies = late.cookies;
            session.get("/v1/record").ok();
        }
        for shopper in &mut shoppers {
            let kept = shopper.kept(&hub);
            let Shopper { acknowledged, clicks, .. } = *shopper;
            assert!(kept >= acknowledged, "round {round}: {acknowledged} acknowledged, {kept} kept");
            assert!(kept <= clicks, "round {round}: {clicks} clicked, {kept} kept");
            // And the device brings back what was not.
            let address = hub.address;
            let before = std::mem::replace(&mut shopper.device.browser, Browser::at(address));
            shopper.device.browser.cookies = before.cookies;
            shopper.device.browser.belief = before.belief;
            shopper.device.sync();
            assert_eq!(shopper.kept(&hub), clicks, "round {round}");
            shopper.acknowledged = clicks;
        }
        // An order is placed now and then, so that the cart does not grow for ever.
        clicks = shoppers.iter().map(|shopper| shopper.clicks).sum();
        for shopper in shoppers.iter_mut().filter(|shopper| shopper.clicks > 500) {
            shopper.device.state.document.set_quantity("A", shopper.clicks, now()).unwrap();
            shopper.device.sync();
        }
    }
    hub.kill();
    eprintln!("{kills} kills, {clicks} clicks");
    assert!(clicks as usize > kills, "the shoppers hardly clicked");
}
