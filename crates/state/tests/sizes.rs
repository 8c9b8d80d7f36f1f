//! How large documents and messages become, on the workloads of the comparison with other libraries.
#![allow(clippy::unwrap_used)]

use wellmet_engine::time::Instant;
use wellmet_state::{Document, Version};

const NOON: i64 = 1_800_000_000_000;

/// xorshift32, as the comparison's workload uses.
struct Random(u32);

impl Random {
    fn below(&mut self, n: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % n
    }
}

fn sku(n: u32) -> String {
    format!("sku-{n:04}")
}

/// 20 lines of one device.
fn start() -> Document {
    let mut document = Document::new(0x8f1e_77a0_1b2c_3d4e);
    for n in 0..20 {
        document.set_quantity(&sku(n), 1 + n % 3, Instant(NOON + i64::from(n))).unwrap();
    }
    document
}

/// 40 % add, 40 % set, 20 % remove over `skus` articles.
fn edit(document: &mut Document, random: &mut Random, skus: u32, now: i64) {
    let key = sku(random.below(skus));
    match random.below(10) {
        0..4 => document.add(&key, 1, Instant(now)).unwrap(),
        4..8 => document.set_quantity(&key, 1 + random.below(9), Instant(now)).unwrap(),
        _ => document.remove(&key),
    }
}

#[track_caller]
fn at_most(what: &str, bytes: usize, most: usize) {
    assert!(bytes <= most, "{what}: {bytes} bytes, at most {most}");
    eprintln!("{what}: {bytes} bytes (at most {most})");
}

#[test]
fn one_click_is_at_most_64_bytes() {
    let start = start();
    let mut device = start.fork(0x1234_5678_9abc_def0);
    let mut random = Random(7);
    // A third device, and counters that have grown.
    let mut other = start.fork(0xfedc_ba98_7654_3210);
    for n in 0..300 {
        edit(&mut other, &mut random, 20, NOON + n);
        edit(&mut device, &mut random, 20, NOON + n);
    }
    device.apply(&other.delta_since(device.version())).unwrap();
    let mut worst = 0;
    for n in 0..400 {
        let before = device.clone();
        edit(&mut device, &mut random, 20, NOON + 1_000 + n * 977);
        let click = device.delta_since(before.version());
        let mut hub = before.fork(9);
        hub.apply(&click).unwrap();
        assert_eq!(hub, device);
        worst = worst.max(click.len());
    }
    at_most("one click, three devices", worst, 64);
}

#[test]
fn ten_thousand_edits_grow_a_document_by_a_fifth() {
    let mut document = start();
    let before = document.encode().len();
    let mut random = Random(11);
    for n in 0..10_000 {
        let key = sku(random.below(20));
        match random.below(10) {
            0..4 => document.add(&key, 1, Instant(NOON + n * 61)).unwrap(),
            4..8 => document.set_quantity(&key, 1 + random.below(9), Instant(NOON + n * 61)).unwrap(),
            _ => {
                document.remove(&key);
                document.set_quantity(&key, 1, Instant(NOON + n * 61)).unwrap();
            }
        }
    }
    assert_eq!(document.cart().len(), 20);
    at_most("20 lines", before, 900);
    at_most("20 lines after 10,000 edits", document.encode().len(), before * 6 / 5);
}

#[test]
fn two_thousand_distinct_articles_leave_no_trace() {
    let mut document = Document::new(0x8f1e_77a0_1b2c_3d4e);
    for n in 0..2_000 {
        document.add(&sku(n), 1, Instant(NOON + i64::from(n) * 61)).unwrap();
        if n >= 5 {
            document.remove(&sku(n - 5));
        }
    }
    assert_eq!(document.cart().len(), 5);
    at_most("5 lines after 2,000 articles", document.encode().len(), 400);
}

#[test]
fn five_hundred_page_loads_of_one_device_slot_stay_small() {
    let mut document = start();
    let mut random = Random(13);
    for load in 0..500 {
        document = Document::decode(&document.encode(), document.actor()).unwrap();
        for n in 0..4 {
            edit(&mut document, &mut random, 20, NOON + load * 60_000 + n);
        }
    }
    at_most("500 page loads", document.encode().len(), 1_700);
}

#[test]
fn a_thousand_operations_travel_as_what_is_left_of_them() {
    let shared = start();
    let (mut one, mut two) = (shared.fork(0x1234_5678_9abc_def0), shared.fork(0xfedc_ba98_7654_3210));
    let mut random = Random(17);
    for n in 0..1_000 {
        edit(&mut one, &mut random, 50, NOON + n * 61);
        edit(&mut two, &mut random, 50, NOON + n * 61);
    }
    let delta = one.delta_since(shared.version());
    at_most("delta of 1,000 operations", delta.len(), 3_236);
    two.apply(&delta).unwrap();
    one.apply(&two.delta_since(one.version())).unwrap();
    assert_eq!(one, two);
    at_most("state of two devices after 1,000 operations each", one.encode().len(), 6_370);
}

#[test]
fn an_answer_to_a_device_that_missed_one_click_is_short() {
    let mut hub = start().fork(9);
    let mut phone = hub.fork(2);
    let seen: Version = hub.version().clone();
    phone.add(&sku(3), 1, Instant(NOON)).unwrap();
    hub.apply(&phone.encode()).unwrap();
    let hub = Document::decode(&hub.encode(), 9).unwrap();
    at_most("one click from a hub that just loaded", hub.delta_since(&seen).len(), 120);
}
