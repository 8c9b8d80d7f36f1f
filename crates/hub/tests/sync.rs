//! One shopper, several devices: what each does arrives on the others, and nobody else's does.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use common::{Device, TestHub, lines, now, token};
use serde_json::json;
use wellmet_engine::time::Span;
use wellmet_state::{Document, exchange};

#[test]
fn c05_two_devices_of_a_customer_show_the_same() {
    let hub = TestHub::start();
    let (mut phone, mut desktop) = (Device::of(&hub, "anna"), Device::of(&hub, "anna"));
    phone.add("mug", 2);
    phone.state.document.set_preference("name", "Anna", now()).unwrap();
    phone.state.document.configure("humidor-1", "wood", "cedar", now()).unwrap();
    assert_eq!(phone.sync(), None);
    assert_eq!(desktop.sync(), None);
    assert_eq!(desktop.cart(), lines(&[("mug", 2)]));
    assert_eq!(desktop.state.document.preference("name"), Some("Anna"));
    assert_eq!(desktop.state.document.configured("humidor-1", "wood"), Some("cedar"));
    assert_eq!(phone.state.document, desktop.state.document);
}

#[test]
fn c32_offline_edits_of_both_are_merged_and_removal_wins_over_what_it_saw() {
    let hub = TestHub::start();
    let (mut phone, mut desktop) = (Device::of(&hub, "anna"), Device::of(&hub, "anna"));
    phone.add("A", 2);
    phone.add("B", 1);
    phone.sync();
    desktop.sync();
    // Both off line.
    phone.state.document.remove("A");
    phone.add("C", 1);
    desktop.add("A", 1);
    desktop.add("C", 2);
    desktop.state.document.set_quantity("B", 5, now()).unwrap();
    phone.sync();
    desktop.sync();
    phone.sync();
    assert_eq!(phone.cart(), lines(&[("A", 1), ("B", 5), ("C", 3)]));
    assert_eq!(phone.state.document, desktop.state.document);
    // A device that was asleep cannot bring back what was removed meanwhile.
    let mut asleep = Device::of(&hub, "anna");
    asleep.sync();
    phone.state.document.clear();
    phone.sync();
    asleep.sync();
    assert_eq!(asleep.cart(), lines(&[]));
}

#[test]
fn c32_a_request_repeated_or_late_changes_nothing() {
    let hub = TestHub::start();
    let mut phone = Device::of(&hub, "anna");
    phone.add("A", 1);
    let early = phone.request();
    phone.browser.octets("/v1/sync", &early).ok();
    phone.sync();
    phone.state.document.remove("A");
    phone.add("B", 1);
    phone.sync();
    for _ in 0..3 {
        phone.browser.octets("/v1/sync", &early).ok();
    }
    let mut desktop = Device::of(&hub, "anna");
    desktop.sync();
    assert_eq!(desktop.cart(), lines(&[("B", 1)]));
}

#[test]
fn c32_eight_devices_at_once_lose_no_click() {
    let hub = TestHub::start();
    let devices: Vec<_> = (0..8)
        .map(|n| {
            let mut device = Device::of(&hub, "anna");
            std::thread::spawn(move || {
                for _ in 0..15 {
                    device.add("shared", 1);
                    device.add(&format!("own-{n}"), 1);
                    device.sync();
                }
            })
        })
        .collect();
    for device in devices {
        device.join().unwrap();
    }
    let last = Device::of(&hub, "anna");
    assert_eq!(last.state.document.quantity("shared"), 120);
    assert_eq!(last.cart().len(), 9);
    assert!((0..8).all(|n| last.state.document.quantity(&format!("own-{n}")) == 15));
}

#[test]
fn c01_a_visitor_whose_storage_was_wiped_finds_her_cart_by_the_cookie() {
    let hub = TestHub::start();
    let mut before = Device::visiting(&hub);
    before.add("A", 2);
    before.sync();
    let mut after = Device { state: exchange::Device::new(common::actor()), ..before };
    after.sync();
    assert_eq!(after.cart(), lines(&[("A", 2)]));
}

#[test]
fn a_visitor_keeps_the_id_of_her_cookie_and_a_page_may_bring_back_a_lost_one() {
    let hub = TestHub::start();
    let mut browser = hub.browser();
    let first = browser.visit()["visitor"].clone();
    assert_eq!(browser.visit()["visitor"], first);
    let other = "B".repeat(30);
    assert_eq!(browser.post("/v1/visit", &json!({ "visitor": other })).json()["visitor"], first, "the cookie wins");
    let mut wiped = hub.browser();
    assert_eq!(wiped.post("/v1/visit", &json!({ "visitor": first })).json()["visitor"], first);
    for guess in ["short", "", "with spaces in it, and so on", &"x".repeat(65), "semi;colon-semi;colon-semi;colon"] {
        let visit = hub.browser().post("/v1/visit", &json!({ "visitor": guess })).ok().json();
        assert_ne!(visit["visitor"], guess);
        assert_eq!(visit["visitor"].as_str().unwrap().len(), 22);
    }
}

#[test]
fn c06_shoppers_never_meet() {
    let hub = TestHub::start();
    let (mut anna, mut beate) = (Device::of(&hub, "anna"), Device::of(&hub, "beate"));
    let (mut guest, mut other) = (Device::visiting(&hub), Device::visiting(&hub));
    for (device, item) in [(&mut anna, "a"), (&mut beate, "b"), (&mut guest, "g"), (&mut other, "o")] {
        device.add(item, 1);
        device.sync();
    }
    for (device, item) in [(&mut anna, "a"), (&mut beate, "b"), (&mut guest, "g"), (&mut other, "o")] {
        device.sync();
        assert_eq!(device.cart(), lines(&[(item, 1)]));
    }
}

#[test]
fn c06_a_page_that_believes_to_be_somebody_else_is_stopped() {
    let hub = TestHub::start();
    let mut device = Device::of(&hub, "anna & söhne");
    device.add("A", 1);
    for (belief, holds) in [
        ("customer", true),
        ("customer:anna%20%26%20s%C3%B6hne", true),
        ("customer:beate", false),
        ("visitor", false),
        ("visitor:anna", false),
        ("nobody", false),
    ] {
        device.browser.belief = Some(belief.into());
        let reply = device.exchange();
        if holds { drop(reply.ok()) } else { reply.refused(409, "identity-changed") }
    }
    device.browser.belief = None;
    device.exchange().refused(400, "wellmet-as-missing");
    // Signed out in another tab: the account's edit does not reach the visitor's document.
    device.browser.post("/v1/logout", &json!({})).ok();
    device.browser.visit();
    device.browser.belief = Some("customer".into());
    device.exchange().refused(409, "identity-changed");
    let mut nobody = hub.browser();
    nobody.belief = Some("visitor".into());
    nobody.octets("/v1/sync", &device.request()).refused(401, "no-identity");
}

#[test]
fn c02_a_slow_tab_s_late_edit_follows_into_the_account() {
    let hub = TestHub::start();
    let mut device = Device::visiting(&hub);
    device.add("A", 1);
    device.sync();
    // The same browser, another tab that does not know of the login.
    let mut slow = Device { browser: device.browser.clone(), state: device.state.clone() };
    device.login("anna");
    slow.browser.cookies = device.browser.cookies.clone();
    slow.add("B", 1);
    slow.exchange().refused(409, "identity-changed");
    slow.exchange().refused(409, "identity-changed");
    device.sync();
    assert_eq!(device.cart(), lines(&[("A", 1), ("B", 1)]));
    // Not into somebody else's: another customer at the same browser.
    let mut other = Device { browser: device.browser.clone(), state: exchange::Device::new(7) };
    other.login("beate");
    slow.browser.cookies = other.browser.cookies.clone();
    slow.add("C", 1);
    slow.exchange().refused(409, "identity-changed");
    other.sync();
    assert_eq!(other.cart(), lines(&[]));
}

#[test]
fn c02_a_browser_that_signs_in_twice_keeps_its_actors() {
    let hub = TestHub::start();
    let mut device = Device::of(&hub, "anna");
    device.add("A", 1);
    device.sync();
    let actor = device.state.document.actor();
    // A second tab signs in as well; both share the browser's cookies.
    device.browser.login(&token("anna"), None).ok();
    device.add("A", 1);
    device.sync();
    assert_eq!(device.state.document.actor(), actor);
    assert_eq!(device.cart(), lines(&[("A", 2)]));
    // Another browser may not speak for it.
    let mut other = Device { browser: hub.browser(), state: device.state.clone() };
    other.browser.login(&token("anna"), None).ok();
    other.add("A", 1);
    other.sync();
    assert_ne!(other.state.document.actor(), actor);
    device.sync();
    assert_eq!(device.cart(), lines(&[("A", 3)]));
}

#[test]
fn a_sealed_visitor_without_her_session_is_somebody_new() {
    let hub = TestHub::start();
    let mut device = Device::visiting(&hub);
    let first = device.browser.visit()["visitor"].clone();
    device.add("A", 1);
    device.sync();
    device.login("anna");
    assert_eq!(device.browser.visit()["visitor"], first, "while signed in, late edits may follow");
    device.browser.cookies.remove("__Host-wellmet-session");
    device.browser.belief = Some("visitor".into());
    device.exchange().refused(409, "identity-changed");
    assert_ne!(device.browser.visit()["visitor"], first);
    let mut next = Device { browser: device.browser, state: exchange::Device::new(8) };
    next.sync();
    assert_eq!(next.cart(), lines(&[]), "the account's lines never flow back into an anonymous cart");
}

#[test]
fn a_restart_keeps_everything() {
    let hub = TestHub::start();
    let (mut customer, mut visitor) = (Device::of(&hub, "anna"), Device::visiting(&hub));
    customer.add("A", 1);
    customer.sync();
    visitor.add("B", 2);
    visitor.sync();
    let directory = hub.stop().unwrap();
    let hub = TestHub::start_on(directory.path(), |_| {});
    for (device, cart) in [(customer, lines(&[("A", 1)])), (visitor, lines(&[("B", 2)]))] {
        let mut browser = hub.browser();
        browser.cookies = device.browser.cookies.clone();
        browser.belief = device.browser.belief.clone();
        let mut fresh = Device { browser, state: exchange::Device::new(common::actor()) };
        fresh.sync();
        assert_eq!(fresh.cart(), cart);
    }
}

#[test]
fn c32_a_hub_that_lost_everything_is_healed_by_its_devices() {
    let hub = TestHub::start();
    let (mut phone, mut desktop, mut guest) =
        (Device::of(&hub, "anna"), Device::of(&hub, "anna"), Device::visiting(&hub));
    phone.add("A", 2);
    phone.add("B", 1);
    phone.sync();
    desktop.sync();
    desktop.state.document.remove("B");
    desktop.sync();
    guest.add("G", 1);
    guest.sync();
    drop(hub);
    // Another hub with nothing: sessions are gone, visitors come back as they are.
    let hub = TestHub::start();
    guest.browser = Device::visiting_as(&hub, &guest);
    guest.sync();
    guest.state = exchange::Device::new(common::actor());
    guest.sync();
    assert_eq!(guest.cart(), lines(&[("G", 1)]));
    for device in [&mut phone, &mut desktop] {
        let cookies = device.browser.cookies.clone();
        device.browser = hub.browser();
        device.browser.cookies = cookies;
        device.browser.belief = Some("customer".into());
        device.exchange().refused(401, "no-identity");
        // The shop mints a new token; the page goes on with the document that it holds.
        device.browser.login(&token("anna"), None).ok();
        device.sync();
    }
    phone.sync();
    assert_eq!(phone.cart(), lines(&[("A", 2)]), "nothing doubled, nothing removed comes back");
    assert_eq!(Device::of(&hub, "anna").cart(), lines(&[("A", 2)]));
}

#[test]
fn hostile_messages_are_refused_by_name_and_leave_the_document_alone() {
    let hub = TestHub::start();
    let mut owner = Device::of(&hub, "anna");
    owner.add("A", 1);
    owner.sync();
    let mut attacker = Device::of(&hub, "anna");
    // Cut and garbled bytes.
    attacker.add("B", 1);
    let request = attacker.request();
    for end in 0..request.len() {
        let reply = attacker.browser.octets("/v1/sync", &request[..end]);
        assert!(reply.status == 422 || reply.status == 200, "{}", reply.status);
    }
    attacker.browser.octets("/v1/sync", b"\xff\xff\xff\xff\xff\xff").refused(422, "unknown-version");
    // A stamp from next week: the device learns the hub's time and stamps anew.
    let mut ahead = Device::of(&hub, "clara");
    ahead.state.document.set_preference("name", "Clara", now() + Span::days(7)).unwrap();
    assert_eq!(ahead.sync(), None);
    assert_eq!(Device::of(&hub, "clara").state.document.preference("name"), Some("Clara"));
    // A copy of another device's store: its operations arrive under a name of their own.
    let mut copy = Device::of(&hub, "anna");
    copy.state.document.rename(owner.state.document.actor());
    copy.add("C", 1);
    owner.add("D", 1);
    copy.sync();
    owner.sync();
    copy.sync();
    assert_eq!(owner.state.document.quantity("C") + owner.state.document.quantity("D"), 2);
    assert_eq!(copy.state.document, owner.state.document);
    // A document that wants to grow without end.
    let mut greedy = Device::of(&hub, "dora");
    for n in 0..290 {
        greedy.add(&format!("{n:0>380}"), 1);
    }
    assert_eq!(greedy.sync(), Some("too-large"));
    assert_eq!(Device::of(&hub, "dora").cart(), lines(&[]));
}

#[test]
fn a_clock_a_day_off_keeps_nobody_from_signing_in() {
    let hub = TestHub::start();
    let tomorrow = now() + Span::DAY;
    let mut guest = Document::new(5);
    guest.set_preference("name", "Anna", tomorrow).unwrap();
    guest.set_quantity("A", 3, tomorrow).unwrap();
    guest.add("A", 1, tomorrow).unwrap();
    for _ in 0..3 {
        let mut device = Device { browser: hub.browser(), state: exchange::Device::new(6) };
        device.state.document = guest.fork(6);
        device.login("anna");
        assert_eq!(device.cart(), lines(&[("A", 4)]));
        assert_eq!(device.state.document.preference("name"), Some("Anna"));
    }
    // What is written with a right clock afterwards counts.
    let mut device = Device::of(&hub, "anna");
    device.state.document.set_preference("name", "Annchen", now() + Span(1)).unwrap();
    device.sync();
    assert_eq!(Device::of(&hub, "anna").state.document.preference("name"), Some("Annchen"));
}
