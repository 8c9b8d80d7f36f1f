//! The exchange between devices and a hub, where something is wrong with a clock, a store or a
//! device. Random histories are in the oracle; here are the cases by name.
#![allow(clippy::unwrap_used)]

use wellmet_engine::time::{Instant, Span};
use wellmet_state::exchange::{self, Answered, Device, Finished};
use wellmet_state::guard::{Guard, Limits, Refusal};
use wellmet_state::{Document, Value, Version};

const NOON: i64 = 1_800_000_000_000;

struct Hub {
    document: Document,
    retired: Version,
    foreign: Vec<u64>,
    healing: bool,
    now: i64,
}

impl Hub {
    fn new() -> Self {
        Self { document: Document::new(0x4b), retired: Version::new(), foreign: vec![], healing: false, now: NOON }
    }

    fn answer(&mut self, request: &[u8]) -> Answered {
        let guard = Guard {
            now: Instant(self.now),
            foreign: &|actor| self.foreign.contains(&actor),
            retired: &self.retired,
            healing: self.healing,
            limits: Limits::default(),
        };
        exchange::answer(&mut self.document, request, &guard).unwrap()
    }
}

/// Exchanges until there is nothing left, as a page does; the last outcome and the replies needed.
fn sync(device: &mut Device, hub: &mut Hub, clock: i64) -> (Finished, usize) {
    for round in 1..10 {
        let answered = hub.answer(&device.request(Instant(clock)));
        let finished = device.finish(&answered.reply, Instant(clock + 40)).unwrap();
        if !finished.again {
            return (finished, round);
        }
    }
    panic!("an exchange that never ends");
}

#[test]
fn c05_one_round_trip_is_enough() {
    let mut hub = Hub::new();
    let (mut phone, mut laptop) = (Device::new(1), Device::new(2));
    phone.document.add("A", 2, phone.time(Instant(NOON))).unwrap();
    assert!(phone.pending());
    assert_eq!(sync(&mut phone, &mut hub, NOON).1, 1);
    assert!(!phone.pending());
    let (finished, rounds) = sync(&mut laptop, &mut hub, NOON);
    assert_eq!((rounds, finished.applied.lines[0].after), (1, 2));
    assert_eq!(laptop.document, phone.document);
    let quiet = hub.answer(&phone.request(Instant(NOON)));
    assert!(!quiet.advanced);
    assert!(quiet.reply.len() < 40, "{} bytes to say nothing", quiet.reply.len());
}

#[test]
fn c05_a_device_two_days_ahead_learns_the_time_and_stamps_anew() {
    let mut hub = Hub::new();
    let day = 86_400_000;
    let (mut phone, mut laptop) = (Device::new(1), Device::new(2));
    phone.document.add("A", 1, phone.time(Instant(NOON + 2 * day))).unwrap();
    phone.document.set_quantity("A", 5, phone.time(Instant(NOON + 2 * day))).unwrap();
    phone.document.add("A", 1, phone.time(Instant(NOON + 2 * day))).unwrap();

    let answered = hub.answer(&phone.request(Instant(NOON + 2 * day)));
    assert_eq!(answered.refused, Some(Refusal::FutureStamp));
    assert!(!answered.advanced && hub.document.is_empty());
    let finished = phone.finish(&answered.reply, Instant(NOON + 2 * day + 40)).unwrap();
    assert!(finished.again && finished.refused.is_none());
    assert_eq!(phone.document.quantity("A"), 6, "the shopper sees no difference");
    assert!((phone.time(Instant(NOON + 2 * day)).0 - NOON).abs() < 200);
    sync(&mut phone, &mut hub, NOON + 2 * day);
    assert_eq!(hub.document.quantity("A"), 6);

    // A later set of a device with a right clock wins.
    hub.now += 10_000;
    sync(&mut laptop, &mut hub, NOON + 10_000);
    laptop.document.set_quantity("A", 3, laptop.time(Instant(NOON + 10_000))).unwrap();
    phone.document.set_quantity("A", 4, phone.time(Instant(NOON + 2 * day + 5_000))).unwrap();
    sync(&mut laptop, &mut hub, NOON + 10_000);
    sync(&mut phone, &mut hub, NOON + 2 * day + 10_000);
    assert_eq!(phone.document.quantity("A"), 3);
}

#[test]
fn stamping_anew_gives_each_write_the_moment_it_was_made() {
    let day = 86_400_000;
    let mut shared = Document::new(3);
    shared.set_quantity("A", 2, Instant(NOON - day)).unwrap();
    let (mut ahead, mut right) = (shared.fork(1), shared.fork(2));
    // Five at noon by a clock that is a day ahead, three a little later, four by the first clock.
    ahead.set_quantity("A", 5, Instant(NOON + day)).unwrap();
    right.set_quantity("A", 3, Instant(NOON + 9_000)).unwrap();
    let mut later = shared.fork(4);
    later.set_quantity("A", 4, Instant(NOON + day + 11_000)).unwrap();
    ahead.apply(&right.encode()).unwrap();
    assert_eq!(ahead.quantity("A"), 5);
    let (error, now) = (Span(day), Instant(NOON + 60_000));
    assert!(ahead.restamp(right.version(), error, now));
    assert_eq!(ahead.quantity("A"), 3, "set after the five");
    assert!(!ahead.restamp(right.version(), error, now));
    assert!(later.restamp(shared.version(), error, now));
    ahead.apply(&later.encode()).unwrap();
    assert_eq!(ahead.quantity("A"), 4, "set after the three");
}

#[test]
fn a_lost_reply_costs_a_round_and_nothing_else() {
    let mut hub = Hub::new();
    let mut phone = Device::new(1);
    phone.document.add("A", 2, Instant(NOON)).unwrap();
    hub.answer(&phone.request(Instant(NOON)));
    phone.document.add("A", 1, Instant(NOON + 1)).unwrap();
    sync(&mut phone, &mut hub, NOON + 2);
    assert_eq!(hub.document.quantity("A"), 3);
    assert_eq!(hub.document, phone.document);
}

#[test]
fn c05_a_hub_without_its_data_gets_everything_back_from_one_device() {
    let mut hub = Hub::new();
    let (mut phone, mut laptop) = (Device::new(1), Device::new(2));
    phone.document.add("A", 2, Instant(NOON)).unwrap();
    phone.document.add("gone", 1, Instant(NOON)).unwrap();
    sync(&mut phone, &mut hub, NOON);
    sync(&mut laptop, &mut hub, NOON);
    phone.document.remove("gone");
    sync(&mut phone, &mut hub, NOON);
    laptop.document.add("B", 1, Instant(NOON)).unwrap();

    hub.document = Document::new(0x4c);
    hub.healing = true;
    assert!(hub.answer(&laptop.request(Instant(NOON))).reply[1] == 1, "the hub says what it lacks");
    sync(&mut laptop, &mut hub, NOON);
    sync(&mut phone, &mut hub, NOON);
    sync(&mut laptop, &mut hub, NOON);
    for document in [&hub.document, &phone.document, &laptop.document] {
        assert_eq!((document.quantity("A"), document.quantity("B"), document.quantity("gone")), (2, 1, 0));
    }
}

#[test]
fn a_store_copied_to_another_device_goes_on_under_a_name_of_its_own() {
    let mut hub = Hub::new();
    let mut phone = Device::new(1);
    phone.document.add("A", 2, Instant(NOON)).unwrap();
    sync(&mut phone, &mut hub, NOON);
    let mut copy = Device::open(&phone.save(), 1).unwrap();

    phone.document.add("B", 1, Instant(NOON)).unwrap();
    sync(&mut phone, &mut hub, NOON);
    copy.document.add("C", 1, Instant(NOON)).unwrap();
    copy.document.remove("A");
    // The hub knows that actor 1 belongs to the phone.
    hub.foreign = vec![1];
    let (finished, _) = sync(&mut copy, &mut hub, NOON);
    assert_eq!(finished.refused, None);
    assert_ne!(copy.document.actor(), 1);
    hub.foreign.clear();
    sync(&mut phone, &mut hub, NOON);
    let cart: Vec<_> = hub.document.cart().iter().map(|line| (line.key.to_owned(), line.quantity)).collect();
    assert_eq!(cart, [("B".to_owned(), 1), ("C".to_owned(), 1)]);
    assert_eq!(phone.document.version(), copy.document.version());
}

#[test]
fn a_device_that_slept_through_an_epoch_brings_its_own_and_nothing_old() {
    let mut hub = Hub::new();
    let (mut old, mut phone) = (Device::new(1), Device::new(2));
    old.document.add("A", 2, Instant(NOON)).unwrap();
    old.document.add("B", 2, Instant(NOON)).unwrap();
    sync(&mut old, &mut hub, NOON);
    sync(&mut phone, &mut hub, NOON);
    // Asleep with one unsent piece, and one unsent removal.
    old.document.add("C", 1, Instant(NOON + 1)).unwrap();
    phone.document.set_quantity("B", 3, Instant(NOON + 2)).unwrap();
    phone.document.remove("A");
    sync(&mut phone, &mut hub, NOON + 3);
    old.document.remove("B");

    hub.retired = hub.document.retire(&|actor| actor == 1);
    assert_eq!(hub.document.epoch(), 1);
    assert_eq!(hub.document.version().len(), 1);
    sync(&mut old, &mut hub, NOON + 4);
    sync(&mut phone, &mut hub, NOON + 5);
    for document in [&hub.document, &old.document, &phone.document] {
        assert_eq!((document.quantity("A"), document.quantity("B"), document.quantity("C")), (0, 3, 1));
        assert_eq!(document.epoch(), 1);
    }
    // Its numbers go on, they do not begin anew.
    old.document.add("C", 1, Instant(NOON + 6)).unwrap();
    sync(&mut old, &mut hub, NOON + 6);
    assert_eq!(hub.document.quantity("C"), 2);
}

#[test]
fn a_retired_name_that_begins_anew_is_told_to_take_another() {
    let mut hub = Hub::new();
    let mut old = Device::new(1);
    for _ in 0..3 {
        old.document.add("A", 2, Instant(NOON)).unwrap();
    }
    old.document.clear();
    sync(&mut old, &mut hub, NOON);
    hub.retired = hub.document.retire(&|_| true);
    // Another tab leased the slot again with an empty store.
    let mut again = Device::from_hub(Document::decode(&hub.document.encode(), 1).unwrap());
    again.document.add("B", 1, Instant(NOON)).unwrap();
    let (finished, _) = sync(&mut again, &mut hub, NOON);
    assert_eq!(finished.refused, None);
    assert_ne!(again.document.actor(), 1);
    assert_eq!(hub.document.quantity("B"), 1);
}

#[test]
fn settled_increments_count_the_same_everywhere() {
    let mut hub = Hub::new();
    let (mut phone, mut laptop) = (Device::new(1), Device::new(2));
    for _ in 0..40 {
        phone.document.add("A", 1, Instant(NOON)).unwrap();
    }
    sync(&mut phone, &mut hub, NOON);
    let before = hub.document.encode().len();
    let stable = phone.document.version().clone();
    assert!(hub.document.settle(&stable));
    assert!(hub.document.encode().len() + 70 < before);
    assert!(!hub.document.settle(&stable));

    sync(&mut laptop, &mut hub, NOON);
    phone.document.add("A", 1, Instant(NOON)).unwrap();
    laptop.document.remove("A");
    sync(&mut laptop, &mut hub, NOON);
    sync(&mut phone, &mut hub, NOON);
    assert_eq!((hub.document.quantity("A"), phone.document.quantity("A")), (1, 1));
}

#[test]
fn c61_points_are_the_hubs_word() {
    let mut hub = Hub::new();
    hub.document.set_view("points", "", Value::Number(250), Instant(NOON)).unwrap();
    let mut phone = Device::new(1);
    sync(&mut phone, &mut hub, NOON);
    assert_eq!(phone.document.view_of("points", ""), Some(&Value::Number(250)));

    // A page that would like to have more, or none.
    phone.document.set_view("points", "", Value::Number(1_000_000), Instant(NOON + 1)).unwrap();
    phone.document.set_view("voucher", "", Value::Text("FREE".into()), Instant(NOON + 1)).unwrap();
    sync(&mut phone, &mut hub, NOON + 1);
    assert_eq!(hub.document.view_of("points", ""), Some(&Value::Number(250)));
    assert_eq!(hub.document.view_of("voucher", ""), None);
    phone.document.remove_view("points");
    sync(&mut phone, &mut hub, NOON + 2);
    assert_eq!(hub.document.view_of("points", ""), Some(&Value::Number(250)));
}

#[test]
fn a_device_survives_damaged_replies_and_says_what_was_refused() {
    let mut hub = Hub::new();
    let mut phone = Device::new(1);
    phone.document.add("A", 1, Instant(NOON)).unwrap();
    let reply = hub.answer(&phone.request(Instant(NOON))).reply;
    for end in 0..reply.len() {
        let before = phone.clone();
        assert!(phone.finish(&reply[..end], Instant(NOON)).is_err(), "cut at {end}");
        assert_eq!(phone, before);
    }
    let mut other = reply.clone();
    other[0] = 9;
    assert_eq!(phone.finish(&other, Instant(NOON)).unwrap_err().code(), "unknown-version");

    // More lines than the hub takes.
    for n in 0..299 {
        phone.document.add(&format!("{}-{n}", "x".repeat(300)), 1, Instant(NOON)).unwrap();
    }
    let finished = {
        let answered = hub.answer(&phone.request(Instant(NOON)));
        assert_eq!(answered.refused, Some(Refusal::TooLarge));
        phone.finish(&answered.reply, Instant(NOON)).unwrap()
    };
    assert_eq!((finished.refused, finished.again), (Some("too-large"), false));
    assert_eq!(hub.document.quantity("A"), 1);
    assert_eq!(phone.document.cart().len(), 300, "saved on this device");
}

#[test]
fn a_saved_device_goes_on_where_it_was() {
    let mut hub = Hub::new();
    let mut phone = Device::new(1);
    phone.document.add("A", 1, Instant(NOON)).unwrap();
    sync(&mut phone, &mut hub, NOON - 5_000);
    let loaded = Device::open(&phone.save(), 1).unwrap();
    assert_eq!(loaded, phone);
    assert!(!loaded.pending());
    let bytes = phone.save();
    for end in 0..bytes.len() {
        assert!(Device::open(&bytes[..end], 1).is_err());
    }
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Device::open(&damaged, 1).is_err(), "bit {bit}");
    }
}
