//! What must hold of any bytes that a device or the hub is given for a document.

use wellmet_engine::time::Instant;
use wellmet_engine::wire::Reader;
use wellmet_state::exchange::{self, Device};
use wellmet_state::guard::{Guard, Limits};
use wellmet_state::{Document, Policy, Snapshot, Value, Version, login};

pub const NOON: Instant = Instant(1_800_000_000_000);

/// A document with something of everything.
pub fn rich() -> Document {
    let mut phone = Document::new(0x1122_3344_5566_7788);
    for n in 0..12 {
        phone.add(&format!("sku-{n}"), 1 + n % 3, NOON).unwrap();
        phone.set_quantity(&format!("sku-{}", n / 2), 2 + n, NOON).unwrap();
    }
    phone.set_field("sku-3", "seen_price", "1490", NOON).unwrap();
    phone.configure("c-1", "wood", "cedar", NOON).unwrap();
    phone.set_preference("name", "Änne", NOON).unwrap();
    phone.mark("survey", NOON).unwrap();
    phone.set_view("points", "", Value::Number(-250), NOON).unwrap();
    let mut laptop = phone.fork(0xff00_ff00_ff00_ff00);
    laptop.set_quantity("sku-1", 9, NOON).unwrap();
    phone.set_quantity("sku-1", 4, NOON).unwrap();
    phone.apply(&laptop.encode()).unwrap();
    let mut guest = Document::new(0x6);
    guest.add("sku-1", 3, NOON).unwrap();
    login::fold(&mut phone, &guest, "visitor", Policy::Ask, NOON).unwrap();
    phone
}

/// Every decoder, on bytes that may be anything. Panics and endless memory are what is looked for.
pub fn feed(bytes: &[u8], document: &Document) {
    if let Ok(read) = Document::decode(bytes, 5) {
        // What was accepted can be used and written again.
        let _ = (read.cart().len(), read.encode());
        assert_eq!(Document::decode(&read.encode(), 5).as_ref(), Ok(&read));
    }
    let mut copy = document.clone();
    if copy.apply(bytes).is_err() {
        assert_eq!(&copy, document, "a refused message changes nothing");
    } else {
        let _ = copy.delta_since(document.version());
    }
    let _ = Snapshot::decode(bytes);
    let _ = Reader::whole(bytes, Version::read);
    let _ = Device::open(bytes, 5);
    let mut device = Device::from_hub(document.clone());
    let before = device.clone();
    if device.finish(bytes, NOON).is_err() {
        assert_eq!(device, before);
    }
    let mut hub = document.fork(0x4b);
    let retired = Version::new();
    let guard = Guard { now: NOON, foreign: &|_| false, retired: &retired, healing: false, limits: Limits::default() };
    let _ = exchange::answer(&mut hub, bytes, &guard);
}
