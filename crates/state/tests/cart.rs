//! The cart scenarios that every shop meets, and what the shopper expects of each.
#![allow(clippy::unwrap_used)]

use wellmet_engine::time::Instant;
use wellmet_state::{Document, Version};

const NOON: Instant = Instant(1_800_000_000_000);

fn at(seconds: i64) -> Instant {
    Instant(NOON.0 + seconds * 1_000)
}

/// Phone and laptop with the same cart, off line from here on.
fn devices(quantity: u32) -> (Document, Document) {
    let mut phone = Document::new(0x70);
    if quantity > 0 {
        phone.add("A", quantity, NOON).unwrap();
    }
    let laptop = phone.fork(0x1a);
    (phone, laptop)
}

/// Both hear from each other; whoever is first, and however often, they agree.
fn meet(phone: &Document, laptop: &Document) -> Document {
    let (mut one, mut other) = (phone.clone(), laptop.clone());
    one.apply(&laptop.delta_since(phone.version())).unwrap();
    other.apply(&phone.encode()).unwrap();
    other.apply(&phone.delta_since(&Version::new())).unwrap();
    assert!(!other.apply(&one.encode()).unwrap().advanced);
    assert_eq!(one, other);
    assert_eq!(one.encode(), other.encode());
    one
}

#[test]
fn c32_both_add_the_same_article_and_have_both() {
    let (mut phone, mut laptop) = devices(0);
    phone.add("B", 1, at(1)).unwrap();
    laptop.add("B", 2, at(2)).unwrap();
    assert_eq!(meet(&phone, &laptop).quantity("B"), 3);
}

#[test]
fn c32_both_press_plus_and_both_count() {
    let (mut phone, mut laptop) = devices(2);
    phone.add("A", 1, at(1)).unwrap();
    laptop.add("A", 1, at(1)).unwrap();
    assert_eq!(meet(&phone, &laptop).quantity("A"), 4);
}

#[test]
fn c32_what_one_removes_a_stale_device_does_not_bring_back() {
    let (mut phone, laptop) = devices(2);
    phone.remove("A");
    let both = meet(&phone, &laptop);
    assert_eq!(both.quantity("A"), 0);
    assert!(both.cart().is_empty());
}

#[test]
fn c32_a_piece_added_unseen_survives_a_removal() {
    let (mut phone, mut laptop) = devices(2);
    phone.remove("A");
    laptop.add("A", 1, at(1)).unwrap();
    assert_eq!(meet(&phone, &laptop).quantity("A"), 1);

    // The laptop is told that the two it knew were removed elsewhere.
    let change = laptop.apply(&phone.delta_since(laptop.version())).unwrap();
    assert_eq!((change.lines[0].before, change.lines[0].after, change.lines[0].cut), (3, 1, true));
}

#[test]
fn c32_a_quantity_set_unseen_survives_a_removal() {
    let (mut phone, mut laptop) = devices(2);
    phone.remove("A");
    laptop.set_quantity("A", 5, at(1)).unwrap();
    assert_eq!(meet(&phone, &laptop).quantity("A"), 5);
}

#[test]
fn c32_one_sets_five_and_the_other_adds_one() {
    let (mut phone, mut laptop) = devices(2);
    phone.set_quantity("A", 5, at(1)).unwrap();
    laptop.add("A", 1, at(2)).unwrap();
    assert_eq!(meet(&phone, &laptop).quantity("A"), 6);
}

#[test]
fn c32_both_remove_and_one_adds_again() {
    let (mut phone, mut laptop) = devices(2);
    phone.remove("A");
    laptop.remove("A");
    laptop.add("A", 1, at(1)).unwrap();
    assert_eq!(meet(&phone, &laptop).quantity("A"), 1);
}

#[test]
fn c32_the_later_of_two_sets_wins_however_busy_the_earlier_device_was() {
    let (mut phone, mut laptop) = devices(2);
    for _ in 0..50 {
        phone.add("other", 1, at(1)).unwrap();
    }
    phone.set_quantity("A", 5, at(2)).unwrap();
    laptop.set_quantity("A", 3, at(3)).unwrap();
    assert_eq!(meet(&phone, &laptop).quantity("A"), 3);
}

#[test]
fn c32_an_order_takes_exactly_what_was_paid() {
    let (mut phone, mut laptop) = devices(2);
    laptop.add("B", 1, at(1)).unwrap();
    let order = laptop.snapshot();
    assert_eq!(order.lines, [("A".to_owned(), 2), ("B".to_owned(), 1)]);
    let order = wellmet_state::Snapshot::decode(&order.encode()).unwrap();

    phone.add("A", 1, at(2)).unwrap();
    laptop.purchase(&order, &Version::new()).unwrap();
    let once = laptop.clone();
    laptop.purchase(&order, &Version::new()).unwrap();
    assert_eq!(laptop, once);

    let both = meet(&phone, &laptop);
    assert_eq!((both.quantity("A"), both.quantity("B")), (1, 0));
}

#[test]
fn c32_an_order_from_what_was_not_seen_waits() {
    let (mut phone, mut laptop) = devices(2);
    phone.add("A", 1, at(1)).unwrap();
    let order = phone.snapshot();
    assert_eq!(laptop.purchase(&order, &Version::new()).unwrap_err().code(), "gap");
    assert_eq!(laptop.quantity("A"), 2);
}

#[test]
fn c32_the_shops_maximum_cuts_the_view_and_not_the_state() {
    let (mut phone, mut laptop) = devices(8);
    phone.add("A", 4, at(1)).unwrap();
    laptop.add("A", 4, at(1)).unwrap();
    let both = meet(&phone, &laptop);
    let cart = both.cart_within(&|_| 10);
    assert_eq!((cart[0].quantity, cart[0].wanted), (10, 16));
    assert_eq!(both.cart()[0].quantity, 16);
}

#[test]
fn c32_the_price_she_saw_goes_with_the_line_and_is_not_a_line() {
    let (mut phone, mut laptop) = devices(2);
    phone.set_field("A", "seen_price", "1490", at(1)).unwrap();
    assert_eq!(phone.set_field("absent", "seen_price", "1", at(1)).unwrap_err().code(), "absent");
    laptop.remove("A");
    let mut both = meet(&phone, &laptop);
    assert!(both.cart().is_empty(), "a field alone does not keep a line");

    both.add("A", 1, at(2)).unwrap();
    assert_eq!(both.line("A").unwrap().field("seen_price"), None, "a new line begins without old fields");
}

#[test]
fn lines_go_aside_and_come_back_with_their_fields() {
    let (mut phone, mut laptop) = devices(2);
    phone.set_field("A", "note", "gift", at(1)).unwrap();
    phone.save_for_later("A", at(2)).unwrap();
    assert!(phone.cart().is_empty());
    assert_eq!(phone.saved()[0].field("note"), Some("gift"));
    laptop.add("A", 1, at(2)).unwrap();
    let mut both = meet(&phone, &laptop);
    assert_eq!((both.quantity("A"), both.saved()[0].quantity), (1, 2));
    both.move_to_cart("A", at(3)).unwrap();
    assert_eq!((both.quantity("A"), both.saved().len()), (3, 0));
    assert_eq!(both.line("A").unwrap().fields().collect::<Vec<_>>(), [("note", "gift")]);
}

#[test]
fn c36_two_devices_configure_per_option_and_bound_options_stay_together() {
    let mut phone = Document::new(1);
    phone.configure("c-1", "model", "humidor", at(0)).unwrap();
    phone.configure("c-1", "step", "wood", at(0)).unwrap();
    let mut laptop = phone.fork(2);
    // Engine and gearbox are bound by a rule, so they are one register.
    phone.configure("c-1", "engine+gearbox", "diesel&manual", at(1)).unwrap();
    phone.configure("c-1", "colour", "red", at(5)).unwrap();
    laptop.configure("c-1", "engine+gearbox", "electric&none", at(2)).unwrap();
    laptop.configure("c-1", "colour", "blue", at(4)).unwrap();
    laptop.configure("c-1", "seats", "leather", at(3)).unwrap();

    let mut both = meet(&phone, &laptop);
    assert_eq!(both.configured("c-1", "engine+gearbox"), Some("electric&none"), "newest, and never a mix");
    assert_eq!(both.configured("c-1", "colour"), Some("red"));
    assert_eq!(both.configured("c-1", "seats"), Some("leather"));
    assert_eq!(both.configured("c-1", "step"), Some("wood"));

    // What had to give is there for "undo".
    let kind = wellmet_state::Kind::Configuration;
    let siblings: Vec<String> =
        both.siblings(kind, "c-1", "colour").iter().map(|r| r.value.text().to_owned()).collect();
    assert_eq!(siblings, ["red", "blue"]);
    both.configure("c-1", "colour", "blue", at(9)).unwrap();
    assert_eq!(both.siblings(kind, "c-1", "colour").len(), 1);
    both.discard_configuration("c-1");
    assert_eq!(both.configurations().count(), 0);
}

#[test]
fn preferences_and_marks_travel_too() {
    let mut phone = Document::new(1);
    phone.set_preference("name", "Anna", at(0)).unwrap();
    phone.mark("survey:welcome", at(1)).unwrap();
    let mut laptop = Document::decode(&phone.encode(), 2).unwrap();
    assert_eq!(laptop.preference("name"), Some("Anna"));
    assert_eq!(laptop.marked("survey:welcome"), Some(at(1)));
    laptop.set_preference("name", "", at(2)).unwrap();
    assert_eq!(laptop.preference("name"), None);
    assert_eq!(laptop.preferences().count(), 0);
    phone.apply(&laptop.delta_since(phone.version())).unwrap();
    assert_eq!(phone.preference("name"), None);
}

#[test]
fn operations_out_of_bounds_change_nothing() {
    use wellmet_state::limits;
    let mut document = Document::new(1);
    let long = "x".repeat(limits::KEY + 1);
    assert_eq!(document.add(&long, 1, NOON).unwrap_err().code(), "bad-key");
    assert_eq!(document.add("", 1, NOON).unwrap_err().code(), "bad-key");
    assert_eq!(document.add("a\u{1}", 1, NOON).unwrap_err().code(), "bad-key");
    assert_eq!(document.add("a", 0, NOON).unwrap_err().code(), "bad-quantity");
    assert_eq!(document.set_quantity("a", limits::QUANTITY + 1, NOON).unwrap_err().code(), "bad-quantity");
    let text = "x".repeat(limits::TEXT + 1);
    assert_eq!(document.set_preference("name", &text, NOON).unwrap_err().code(), "too-long");
    assert_eq!(document, Document::new(1));

    for n in 0..limits::LINES {
        document.add(&format!("sku-{n}"), 1, NOON).unwrap();
    }
    let full = document.clone();
    assert_eq!(document.add("one-more", 1, NOON).unwrap_err().code(), "full");
    assert_eq!(document.set_quantity("one-more", 1, NOON).unwrap_err().code(), "full");
    assert_eq!(document, full);
    for _ in 1..limits::ADDS {
        document.add("sku-1", 1, NOON).unwrap();
    }
    assert_eq!(document.add("sku-1", 1, NOON).unwrap_err().code(), "full");
    document.set_quantity("sku-1", 1_000, NOON).unwrap();
    document.add("sku-1", 1, NOON).unwrap();

    document.configure("c", "model", "m", NOON).unwrap();
    for n in 0..limits::FIELDS {
        let _ = document.configure("c", &format!("g{n}"), "v", NOON);
    }
    let fields = document.registers(wellmet_state::Kind::Configuration, "c").len();
    assert_eq!(fields, limits::FIELDS);
}
