//! Shoppers who click, and the time that each click takes until the hub has called it durable.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Moment, SystemTime, UNIX_EPOCH};

use wellmet_engine::time::Instant;
use wellmet_state::exchange::Device;

use super::wire::Wire;

/// Lines of a cart.
const LINES: u64 = 8;

pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970");
    Instant(i64::try_from(since.as_millis()).expect("a time before the year 292,000,000"))
}

/// The id in the cookie of the nth visitor.
pub fn visitor(n: usize) -> String {
    format!("{n:022}")
}

/// One device of a visitor.
pub struct Shopper {
    pub visitor: String,
    pub device: Device,
    clicks: u64,
}

impl Shopper {
    /// A visitor with a cart that the hub does not know yet. `device` tells her devices apart.
    pub fn arrive(n: usize, device: u64) -> Self {
        Self { visitor: visitor(n), device: Device::new(1 + n as u64 * 16 + device), clicks: 0 }
    }

    /// Sets the next of her lines to another quantity.
    pub fn click(&mut self) {
        self.clicks += 1;
        let key = format!("article-{}", self.clicks % LINES);
        let quantity = 1 + u32::try_from(self.clicks % 9).expect("below nine");
        self.device.document.set_quantity(&key, quantity, now()).expect("a small cart has room");
    }

    /// Fills her cart.
    pub fn fill(&mut self) {
        (0..LINES).for_each(|_| self.click());
    }

    /// Exchanges until nothing is left to tell.
    pub async fn exchange(&mut self, wire: &mut Wire) {
        loop {
            let reply = wire.exchange(&self.visitor, &self.device.request(now())).await.expect("an exchange");
            let finished = self.device.finish(&reply, now()).expect("the hub's reply");
            assert_eq!(finished.refused, None);
            if !finished.again {
                return;
            }
        }
    }
}

/// So many clients at once, each on a connection of its own with shoppers of its own, who exchange for a while in turn,
/// each time after a click or (`clicks` false) with nothing new to tell. Returns how long each exchange took, in
/// microseconds, and how long all went on.
pub async fn exchanges(
    address: SocketAddr,
    clients: usize,
    each: usize,
    time: Duration,
    clicks: bool,
) -> (Vec<u32>, Duration) {
    let mut all = Vec::new();
    for client in 0..clients {
        all.push(tokio::spawn(async move {
            let mut wire = Wire::connect(address).await.expect("a connection");
            let mut shoppers: Vec<Shopper> = (0..each).map(|n| Shopper::arrive(client * each + n, 0)).collect();
            for she in &mut shoppers {
                she.fill();
                she.exchange(&mut wire).await;
            }
            (wire, shoppers)
        }));
    }
    let mut ready = Vec::new();
    for client in all {
        ready.push(client.await.expect("a client"));
    }
    let from = Moment::now();
    let mut at_work = Vec::new();
    for (mut wire, mut shoppers) in ready {
        at_work.push(tokio::spawn(async move {
            let mut times = Vec::new();
            for turn in 0.. {
                if from.elapsed() >= time {
                    break;
                }
                let she = &mut shoppers[turn % each];
                if clicks {
                    she.click();
                }
                let start = Moment::now();
                she.exchange(&mut wire).await;
                times.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            times
        }));
    }
    let mut times = Vec::new();
    for client in at_work {
        times.extend(client.await.expect("a client"));
    }
    (times, from.elapsed())
}

/// The first carts of so many shoppers.
pub async fn fill(address: SocketAddr, clients: usize, shoppers: usize) {
    let next = Arc::new(AtomicUsize::new(0));
    let mut all = Vec::new();
    for _ in 0..clients {
        let next = Arc::clone(&next);
        all.push(tokio::spawn(async move {
            let mut wire = Wire::connect(address).await.expect("a connection");
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= shoppers {
                    return;
                }
                if n.is_multiple_of(100_000) {
                    eprintln!("{n} of {shoppers} shoppers");
                }
                let mut she = Shopper::arrive(n, 0);
                she.fill();
                she.exchange(&mut wire).await;
            }
        }));
    }
    for client in all {
        client.await.expect("a client");
    }
}
