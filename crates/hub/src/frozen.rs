//! Everything that a release has stored is read by every later one. The samples lie in
//! `tests/frozen/hub` and are never edited.

#![allow(clippy::unwrap_used, reason = "a test may fail here")]

use serde_json::from_str;
use wellmet_engine::time::Instant;
use wellmet_state::{Policy, Version};

use crate::accounts::Account;
use crate::erase::{Erasure, Note};
use crate::grants::{Grant, May, Opened};
use crate::history::{Entry, Event};
use crate::identity::clerk::Clerk;
use crate::identity::session::Stored;
use crate::kept::{Kept, Live, Seat};
use crate::store::Key;

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../tests/frozen/hub/", $name)).trim()
    };
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

#[test]
fn accounts_sessions_and_notes_are_read() {
    let account = Account {
        customer: "CG-12520".into(),
        name: Some("Claire Gute".into()),
        since: 1_478_563_200_000,
        sessions: vec!["aa".repeat(32)],
        visitors: vec!["bb".repeat(32)],
    };
    assert_eq!(from_str::<Account>(sample!("account-1.json")).unwrap(), account);
    let live = Stored::Live {
        customer: "CG-12520".into(),
        life: 2,
        since: 1_478_563_200_000,
        seen: 1_478_563_260_000,
        became: None,
    };
    assert_eq!(from_str::<Stored>(sample!("session-1.json")).unwrap(), live);
    assert_eq!(from_str::<Stored>(sample!("session-erased-1.json")).unwrap(), Stored::Erased);
    let entry = Entry { at: 1_478_563_200_000, event: Event::SignedIn, by: None, what: None };
    assert_eq!(from_str::<Entry>(sample!("history-1.json")).unwrap(), entry);
    let edited =
        Entry { event: Event::GrantEdited, by: Some("Rosa".into()), what: Some("set mug to 2".into()), ..entry };
    assert_eq!(from_str::<Entry>(sample!("history-2.json")).unwrap(), edited);
    let clerk = Clerk { id: "rosa".into(), name: Some("Rosa".into()), until: 1_478_606_400_000 };
    assert_eq!(from_str::<Clerk>(sample!("clerk-1.json")).unwrap(), clerk);
    let opened = Opened { clerk: "rosa".into(), name: Some("Rosa".into()), at: 1_478_563_260_000 };
    let grant = Grant {
        shopper: "cc".repeat(32),
        customer: Some("CG-12520".into()),
        life: 2,
        may: May::Edit,
        since: 1_478_563_200_000,
        until: 1_478_566_800_000,
        opened: Some(opened),
    };
    assert_eq!(from_str::<Grant>(sample!("grant-1.json")).unwrap(), grant);
    assert_eq!(from_str::<Vec<String>>(sample!("grants-1.json")).unwrap(), ["ee".repeat(32)]);
    let erasure = Erasure { id: "e1".into(), customer: Some(("cc".repeat(32), 2)), visitor: Some("dd".repeat(32)) };
    assert_eq!(from_str::<Note>(sample!("erasure-begun-1.json")).unwrap(), Note::Begun(erasure));
    assert_eq!(from_str::<Note>(sample!("erasure-done-1.json")).unwrap(), Note::Done("e1".into()));
}

#[test]
fn what_counts_is_read_and_written_as_it_was() {
    use crate::budget::Book;
    use crate::due::Desk;
    use crate::orders::Order;
    use crate::points::Ledger;
    use crate::stock::Readings;
    use crate::threads::Thread;
    /// Reads a sample and writes it again: nothing of it is lost, nothing has another name.
    fn same<T: serde::Serialize + serde::de::DeserializeOwned>(sample: &str) -> T {
        let read: T = from_str(sample).unwrap();
        let (again, before) = (serde_json::to_value(&read).unwrap(), from_str::<serde_json::Value>(sample).unwrap());
        assert_eq!(again, before);
        read
    }
    let order: Order = same(sample!("order-1.json"));
    assert_eq!((order.worth(), order.gone_back()), (13_098, true));
    let ledger: Ledger = same(sample!("points-1.json"));
    assert_eq!(ledger.balance(Instant(1_480_000_000_001)).available, 31);
    let book: Book = same(sample!("budget-1.json"));
    assert_eq!((book.spent, book.aside.len()), (3_000, 1));
    let thread: Thread = same(sample!("thread-1.json"));
    assert_eq!(thread.entries.len(), 3);
    let desk: Desk = same(sample!("desk-1.json"));
    assert_eq!((desk.out.len(), desk.watched.len()), (1, 1));
    let _: Readings = same(sample!("stock-1.json"));
}

#[test]
fn documents_places_are_read() {
    let mut retired = Version::new();
    retired.advance(9, 300);
    let seats = vec![Seat { actor: 3, owner: Key::of("session", "s"), at: Instant(1_478_563_200_000) }];
    let live =
        Live { life: 2, buried: vec![7, u64::MAX], retired, seats, body: b"document".to_vec(), paid: Vec::new() };
    let paid = Live { paid: vec![b"order".to_vec()], ..live.clone() };
    let (into, at) = (Key::of("customer", "CG-12520"), Instant(1_478_563_200_000));
    let cases = [
        (sample!("live-1.hex"), Kept::Live(live)),
        (sample!("live-2.hex"), Kept::Live(paid)),
        (sample!("sealed-1.hex"), Kept::Sealed { into, at, policy: Policy::Max, body: b"document".to_vec() }),
        (sample!("erased-1.hex"), Kept::Erased { life: 2, done: true, buried: vec![7] }),
    ];
    for (hex, kept) in cases {
        assert_eq!(Kept::decode(&bytes(hex)).unwrap(), kept);
    }
}
