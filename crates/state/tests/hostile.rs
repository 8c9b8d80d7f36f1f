//! Bytes from outside: damaged ones are errors, hostile ones are refused with a code, and neither
//! changes or grows a document. Loops are seeded; `WELLMET_ROUNDS` makes them longer.
#![allow(clippy::unwrap_used)]

#[path = "../../../fuzz/src/document.rs"]
#[allow(unreachable_pub, missing_docs)]
mod fuzz;

use fuzz::{NOON, rich};
use wellmet_engine::time::Instant;
use wellmet_engine::wire::Writer;
use wellmet_state::exchange::{self, Device};
use wellmet_state::guard::{Guard, Limits, Refusal};
use wellmet_state::{Document, Policy, Version, login};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

fn rounds(usual: u64) -> u64 {
    #[allow(clippy::disallowed_methods, reason = "the length of a test run is no input of the crate")]
    std::env::var("WELLMET_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_bytes_make_a_decoder_panic() {
    let document = rich();
    let mut device = Device::from_hub(document.clone());
    device.document.add("new", 1, NOON).unwrap();
    let mut half = Version::new();
    document.version().iter().for_each(|(actor, seq)| half.advance(actor, seq / 2));
    let mut own = document.clone();
    let before = own.version().clone();
    own.set_quantity("sku-1", 7, NOON).unwrap();
    let mut hub = document.fork(0x4b);
    let retired = Version::new();
    let guard = Guard { now: NOON, foreign: &|_| false, retired: &retired, healing: false, limits: Limits::default() };
    let reply = exchange::answer(&mut hub, &device.request(NOON), &guard).unwrap().reply;
    let samples = [
        document.encode(),
        document.delta_since(&half),
        own.delta_since(&before),
        document.snapshot().encode(),
        device.save(),
        device.request(NOON),
        reply,
    ];
    for sample in &samples {
        for end in 0..=sample.len() {
            fuzz::feed(&sample[..end], &document);
        }
    }
    let mut random = Random(1);
    for _ in 0..rounds(6_000) {
        let mut bytes = samples[random.below(samples.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = random.next() as u8,
                2 => bytes.insert(at, random.next() as u8),
                3 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            }
        }
        fuzz::feed(&bytes, &document);
        let noise: Vec<u8> = (0..random.below(64)).map(|_| random.next() as u8).collect();
        fuzz::feed(&noise, &document);
    }
}

struct Hub {
    document: Document,
    foreign: Vec<u64>,
    limits: Limits,
}

impl Hub {
    fn new() -> Self {
        let mut document = Document::new(0x4b);
        let mut phone = Document::new(1);
        phone.add("A", 2, NOON).unwrap();
        document.apply(&phone.encode()).unwrap();
        Self { document, foreign: vec![], limits: Limits::default() }
    }

    /// Gives the bytes to the guard; refused ones must have changed nothing.
    fn admit(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        let before = self.document.clone();
        let retired = Version::new();
        let foreign = self.foreign.clone();
        let guard = Guard {
            now: NOON,
            foreign: &|actor| foreign.contains(&actor),
            retired: &retired,
            healing: false,
            limits: self.limits,
        };
        let refused = guard.admit(&mut self.document, bytes).map(drop);
        if refused.is_err() {
            assert_eq!(self.document, before);
        }
        refused
    }
}

/// A device that has the hub's document.
fn device(hub: &Hub, actor: u64) -> Document {
    hub.document.fork(actor)
}

#[test]
fn operations_in_another_devices_name_are_refused() {
    let mut hub = Hub::new();
    hub.foreign = vec![1];
    let mut forged = device(&hub, 1);
    forged.add("A", 1, NOON).unwrap();
    assert_eq!(hub.admit(&forged.delta_since(hub.document.version())), Err(Refusal::ForeignActor(1)));
    let mut as_hub = device(&hub, 0x4b);
    as_hub.add("A", 1, NOON).unwrap();
    assert_eq!(hub.admit(&as_hub.encode()), Err(Refusal::ForeignActor(0x4b)));
    let mut honest = device(&hub, 2);
    honest.add("A", 1, NOON).unwrap();
    assert_eq!(hub.admit(&honest.encode()), Ok(()), "what the hub knows of actor 1 may be repeated");
}

/// One register or increment in a message written by hand: `(actor, from, to)`, then entries.
fn message(actor: u64, from: u64, to: u64, entries: &dyn Fn(&mut Writer)) -> Vec<u8> {
    let mut w = Writer::new();
    w.u8(1); // format
    w.u8(1); // operations
    w.varint(0); // epoch
    w.varint(1); // actors
    w.raw(&actor.to_le_bytes());
    w.varint(from);
    w.varint((to - from) << 1);
    w.varint(0); // nothing earlier is gone
    entries(&mut w);
    w.into_bytes()
}

fn adds(list: &'static [(&'static str, u64)]) -> impl Fn(&mut Writer) {
    move |w| {
        w.varint(0); // time base
        w.varint(list.len() as u64);
        for (key, after) in list {
            w.u8(1 << 5); // cart, one increment
            w.text(key);
            w.varint(0); // first actor, one piece
            w.varint(*after);
        }
    }
}

#[test]
fn a_message_by_hand_is_what_a_device_would_send() {
    let mut hub = Hub::new();
    let mut phone = Document::new(7);
    phone.add("B", 1, NOON).unwrap();
    assert_eq!(hub.admit(&message(7, 0, 1, &adds(&[("B", 0)]))), Ok(()));
    assert_eq!(hub.document.quantity("B"), 1);
    hub.document.apply(&phone.encode()).unwrap();
    assert_eq!(hub.document.quantity("B"), 1);
}

#[test]
fn jumping_counters_are_refused() {
    let mut hub = Hub::new();
    assert_eq!(hub.admit(&message(7, 0, 1 << 21, &adds(&[("B", 0)]))), Err(Refusal::CounterJump));
    let beyond = message(7, 0, (1 << 48) + 1, &adds(&[("B", 0)]));
    assert_eq!(hub.admit(&beyond).unwrap_err().code(), "too-large");
    assert_eq!(hub.admit(&message(7, 5, 6, &adds(&[("B", 0)]))), Err(Refusal::Gap));
}

#[test]
fn one_name_for_two_operations_is_refused() {
    let mut hub = Hub::new();
    assert_eq!(hub.admit(&message(7, 0, 2, &adds(&[("B", 0), ("C", 0)]))), Err(Refusal::Contradiction));
}

#[test]
fn stamps_from_the_future_are_refused() {
    let mut hub = Hub::new();
    let mut phone = device(&hub, 2);
    phone.set_quantity("A", 9, Instant(NOON.0 + 61_000)).unwrap();
    assert_eq!(hub.admit(&phone.encode()), Err(Refusal::FutureStamp));
    let mut near = device(&hub, 2);
    near.set_quantity("A", 9, Instant(NOON.0 + 59_000)).unwrap();
    assert_eq!(hub.admit(&near.encode()), Ok(()));
}

#[test]
fn documents_do_not_grow_at_will() {
    let mut hub = Hub::new();
    hub.limits = Limits { entries: 50, dots: 40, actors: 4, bytes: 4_096, ..Limits::default() };
    let lines = |count: usize, width: usize| {
        let mut phone = Document::new(2);
        (0..count).for_each(|n| phone.add(&format!("{n:0width$}"), 1, NOON).unwrap());
        phone.encode()
    };
    assert_eq!(hub.admit(&lines(60, 4)), Err(Refusal::TooLarge), "lines");
    assert_eq!(hub.admit(&lines(20, 250)), Err(Refusal::TooLarge), "bytes");
    let mut clicks = Document::new(2);
    (0..41).for_each(|_| clicks.add("A", 1, NOON).unwrap());
    assert_eq!(hub.admit(&clicks.encode()), Err(Refusal::TooLarge), "increments");
    let mut many = Document::new(10);
    for actor in 11..15 {
        many.set_quantity("A", 1, NOON).unwrap();
        many.rename(actor);
    }
    assert_eq!(hub.admit(&many.encode()), Err(Refusal::TooLarge), "actors");
    assert_eq!(hub.admit(&lines(30, 4)), Ok(()));
    // A document at its limits may shrink, and may change.
    hub.limits.entries = 5;
    let mut phone = device(&hub, 3);
    phone.set_quantity("0001", 4, NOON).unwrap();
    phone.remove("0002");
    assert_eq!(hub.admit(&phone.encode()), Ok(()));
}

#[test]
fn what_others_have_clicked_cannot_be_made_more() {
    let mut hub = Hub::new();
    let mut forged = Document::new(1);
    forged.add("A", 900, NOON).unwrap();
    assert_eq!(hub.admit(&forged.encode()), Err(Refusal::Contradiction));
    assert_eq!(hub.document.quantity("A"), 2);
}

#[test]
fn a_guests_mark_cannot_be_put_on_an_accounts_device() {
    let mut hub = Hub::new();
    let mut forged = Document::new(9);
    forged.add("A", 1, NOON).unwrap();
    login::fold(&mut forged, &Document::decode(&hub.document.encode(), 3).unwrap(), "x", Policy::Guest, NOON).unwrap();
    assert_eq!(hub.admit(&forged.encode()), Err(Refusal::Contradiction));
}

#[test]
fn hostile_messages_never_damage_the_document() {
    let mut hub = Hub::new();
    hub.document = rich().fork(0x4b);
    hub.foreign = hub.document.version().iter().map(|(actor, _)| actor).collect();
    let views = hub.document.registers(wellmet_state::Kind::View, "points").to_vec();
    let mut phone = device(&hub, 77);
    phone.set_quantity("sku-1", 3, NOON).unwrap();
    let sample = phone.delta_since(hub.document.version());
    let whole = phone.encode();
    let mut random = Random(2);
    for _ in 0..rounds(20_000) {
        let mut bytes = if random.below(2) == 0 { sample.clone() } else { whole.clone() };
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            bytes[at] = if random.below(2) == 0 { random.next() as u8 } else { bytes[at] ^ 1 << random.below(8) };
        }
        let mut target = Hub { document: hub.document.clone(), foreign: hub.foreign.clone(), limits: hub.limits };
        if target.admit(&bytes).is_ok() {
            let document = target.document;
            assert_eq!(Document::decode(&document.encode(), 5).as_ref(), Ok(&document));
            assert!(document.version().dominates(hub.document.version()));
            assert!(document.encode().len() <= target.limits.bytes);
            assert_eq!(document.registers(wellmet_state::Kind::View, "points"), &views[..]);
        }
    }
}
