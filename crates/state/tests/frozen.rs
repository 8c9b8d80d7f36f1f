//! Bytes of every released format, which must load for ever. Guards `delta.rs`, `exchange.rs` and
//! `Snapshot`. The files are in `tests/frozen/state`; never edit them.
#![allow(clippy::unwrap_used)]

use wellmet_engine::time::Instant;
use wellmet_state::exchange::{self, Device};
use wellmet_state::guard::{Guard, Limits};
use wellmet_state::{Document, Policy, Snapshot, Value, Version, login};

const NOON: i64 = 1_800_000_000_000;

fn at(seconds: i64) -> Instant {
    Instant(NOON + seconds * 1_000)
}

macro_rules! frozen {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/frozen/state/", $name))
    };
}

/// What the v1 files hold.
struct Sample {
    /// Every kind of entry, concurrent writes, a guest's lines, two devices.
    document: Document,
    /// The phone's document before its last operation, and that operation.
    before: Document,
    after: Document,
}

fn sample() -> Sample {
    let mut phone = Document::new(0x0102_0304_0506_0708);
    phone.set_quantity("mug?colour=red", 2, at(0)).unwrap();
    phone.add("mug?colour=red", 1, at(1)).unwrap();
    phone.add("cigar", 25, at(2)).unwrap();
    phone.set_field("cigar", "seen_price", "1490", at(2)).unwrap();
    phone.add("cutter", 1, at(3)).unwrap();
    phone.save_for_later("cutter", at(3)).unwrap();
    phone.configure("c-1", "wood", "cedar", at(4)).unwrap();
    phone.set_preference("name", "Änne", at(5)).unwrap();
    phone.mark("survey", at(6)).unwrap();
    phone.set_view("points", "", Value::Number(-250), at(7)).unwrap();
    let mut laptop = phone.fork(0xf0e0_d0c0_b0a0_9080);
    laptop.configure("c-1", "wood", "oak", at(9)).unwrap();
    phone.configure("c-1", "wood", "walnut", at(8)).unwrap();
    laptop.add("cigar", 5, at(9)).unwrap();
    for n in 0..8 {
        laptop.add("matches", 1 + n % 2, at(10)).unwrap();
    }
    phone.apply(&laptop.encode()).unwrap();
    let mut guest = Document::new(0x6);
    guest.add("cigar", 40, at(11)).unwrap();
    login::fold(&mut phone, &guest, "visitor", Policy::Ask, at(12)).unwrap();
    let before = phone.clone();
    let mut after = phone.clone();
    after.set_quantity("mug?colour=red", 4, at(13)).unwrap();
    after.remove("matches");
    Sample { document: phone, before, after }
}

fn half(document: &Document) -> Version {
    let mut half = Version::new();
    document.version().iter().for_each(|(actor, seq)| half.advance(actor, seq / 2));
    half
}

fn answer(hub: &mut Document, request: &[u8]) -> Vec<u8> {
    let retired = Version::new();
    let guard =
        Guard { now: at(20), foreign: &|_| false, retired: &retired, healing: false, limits: Limits::default() };
    exchange::answer(hub, request, &guard).unwrap().reply
}

/// `(file, what this build writes)`.
fn written() -> Vec<(&'static str, Vec<u8>)> {
    let Sample { document, before, after } = sample();
    let mut device = Device::from_hub(before.clone());
    device.document = after.clone();
    let request = device.request(at(19));
    let even = answer(&mut before.fork(0x4b), &request);
    let behind = answer(&mut Document::new(0x4b), &request);
    let mut later = before.fork(0x4b);
    later.remove("cigar");
    later.remove_view("points");
    let _ = later.retire(&|actor| actor == 0x6);
    let rebase = answer(&mut later, &request);
    let mut future = device.clone();
    future.document.set_quantity("cigar", 1, at(1_000)).unwrap();
    let refused = answer(&mut before.fork(0x4b), &future.request(at(19)));
    vec![
        ("v1-document.bin", document.encode()),
        ("v1-digest.bin", document.delta_since(&half(&document))),
        ("v1-operations.bin", after.delta_since(before.version())),
        ("v1-snapshot.bin", document.snapshot().encode()),
        ("v1-device.bin", device.save()),
        ("v1-request.bin", request),
        ("v1-reply-even.bin", even),
        ("v1-reply-behind.bin", behind),
        ("v1-reply-rebase.bin", rebase),
        ("v1-reply-refused.bin", refused),
    ]
}

#[test]
fn documents_of_version_1_load() {
    let Sample { document, before, after } = sample();
    let read = Document::decode(frozen!("v1-document.bin"), 7).unwrap();
    assert_eq!(read, document);
    let cigar = read.line("cigar").unwrap();
    assert_eq!((cigar.quantity, cigar.ask, cigar.field("seen_price")), (40, Some((30, 40)), Some("1490")));
    assert_eq!(read.quantity("mug?colour=red"), 3);
    assert_eq!(read.quantity("matches"), 12);
    assert_eq!(read.saved()[0].key, "cutter");
    assert_eq!(read.configured("c-1", "wood"), Some("oak"));
    assert_eq!(read.preference("name"), Some("Änne"));
    assert_eq!(read.marked("survey"), Some(at(6)));
    assert_eq!(read.view_of("points", ""), Some(&Value::Number(-250)));

    let mut receiver = before.fork(9);
    receiver.apply(frozen!("v1-operations.bin")).unwrap();
    assert_eq!(receiver, after);
    assert_eq!(receiver.apply(frozen!("v1-digest.bin")).map(|a| a.advanced), Ok(false));
    let order = Snapshot::decode(frozen!("v1-snapshot.bin")).unwrap();
    assert_eq!(order, document.snapshot());
}

#[test]
fn messages_of_version_1_are_understood() {
    let Sample { before, after, .. } = sample();
    let device = Device::open(frozen!("v1-device.bin"), 0x0102_0304_0506_0708).unwrap();
    assert_eq!(device.document, after);
    assert!(device.pending());
    assert_eq!(answer(&mut before.fork(0x4b), frozen!("v1-request.bin")), frozen!("v1-reply-even.bin"));

    let mut even = device.clone();
    assert!(!even.finish(frozen!("v1-reply-even.bin"), at(21)).unwrap().again);
    assert!(!even.pending());
    let mut behind = device.clone();
    assert!(behind.finish(frozen!("v1-reply-behind.bin"), at(21)).unwrap().again);
    let mut rebase = device.clone();
    assert!(rebase.finish(frozen!("v1-reply-rebase.bin"), at(21)).unwrap().again);
    assert_eq!((rebase.document.epoch(), rebase.document.quantity("cigar")), (1, 0));
    assert_eq!(rebase.document.quantity("mug?colour=red"), 4);
    let mut refused = device.clone();
    refused.document.set_quantity("cigar", 1, at(1_000)).unwrap();
    assert!(refused.finish(frozen!("v1-reply-refused.bin"), at(21)).unwrap().again, "stamped anew");
}

/// While version 1 is the one this build writes, it writes these very bytes.
#[test]
fn this_build_writes_version_1() {
    let files: [(&str, &[u8]); 10] = [
        ("v1-document.bin", frozen!("v1-document.bin")),
        ("v1-digest.bin", frozen!("v1-digest.bin")),
        ("v1-operations.bin", frozen!("v1-operations.bin")),
        ("v1-snapshot.bin", frozen!("v1-snapshot.bin")),
        ("v1-device.bin", frozen!("v1-device.bin")),
        ("v1-request.bin", frozen!("v1-request.bin")),
        ("v1-reply-even.bin", frozen!("v1-reply-even.bin")),
        ("v1-reply-behind.bin", frozen!("v1-reply-behind.bin")),
        ("v1-reply-rebase.bin", frozen!("v1-reply-rebase.bin")),
        ("v1-reply-refused.bin", frozen!("v1-reply-refused.bin")),
    ];
    for ((name, bytes), (file, frozen)) in written().iter().zip(files) {
        assert_eq!(*name, file);
        assert_eq!(&bytes[..], frozen, "{name}");
    }
}

/// Writes the files of a *new* version. Change the names first: files that exist are not touched.
#[test]
#[ignore = "writes files"]
fn write_the_files_of_a_new_version() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/frozen/state/");
    for (name, bytes) in written() {
        let path = [folder, name].concat();
        if std::fs::metadata(&path).is_err() {
            #[allow(clippy::disallowed_methods, reason = "a test that makes samples")]
            std::fs::write(path, bytes).unwrap();
        }
    }
}
