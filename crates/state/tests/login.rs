//! Login: what a guest did goes into her account, once, whatever is retried.
#![allow(clippy::unwrap_used)]

use wellmet_engine::time::Instant;
use wellmet_state::login::fold;
use wellmet_state::{Document, Policy};

const NOON: Instant = Instant(1_800_000_000_000);
const POLICIES: [Policy; 6] = [Policy::Max, Policy::Sum, Policy::Guest, Policy::Account, Policy::Ask, Policy::Defer];

fn at(seconds: i64) -> Instant {
    Instant(NOON.0 + seconds * 1_000)
}

/// The account's cart as the hub holds it, and the guest's.
fn carts(account: &[(&str, u32)], guest: &[(&str, u32)]) -> (Document, Document) {
    let (mut a, mut g) = (Document::new(0xacc), Document::new(0x607));
    account.iter().for_each(|(key, n)| a.set_quantity(key, *n, at(0)).unwrap());
    guest.iter().for_each(|(key, n)| g.set_quantity(key, *n, at(1)).unwrap());
    (a.fork(0x4b), g)
}

fn cart(document: &Document) -> Vec<(String, u32)> {
    document.cart().iter().map(|line| (line.key.to_owned(), line.quantity)).collect()
}

#[track_caller]
fn shows(document: &Document, expected: &[(&str, u32)]) {
    let expected: Vec<(String, u32)> = expected.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
    assert_eq!(cart(document), expected);
}

#[test]
fn c32_the_same_line_in_both_follows_the_policy() {
    let both = |policy| {
        let (mut account, guest) = carts(&[("A", 3), ("C", 1)], &[("A", 2), ("B", 1)]);
        fold(&mut account, &guest, "visitor", policy, at(2)).unwrap();
        account
    };
    shows(&both(Policy::Max), &[("A", 3), ("B", 1), ("C", 1)]);
    shows(&both(Policy::Sum), &[("A", 5), ("B", 1), ("C", 1)]);
    shows(&both(Policy::Guest), &[("A", 2), ("B", 1), ("C", 1)]);
    shows(&both(Policy::Account), &[("A", 3), ("B", 1), ("C", 1)]);
    let ask = both(Policy::Ask);
    shows(&ask, &[("A", 3), ("B", 1), ("C", 1)]);
    assert_eq!(ask.line("A").unwrap().ask, Some((3, 2)));
    assert_eq!(ask.line("B").unwrap().ask, None);
    let mut answered = ask;
    answered.set_quantity("A", 2, at(3)).unwrap();
    assert_eq!((answered.quantity("A"), answered.line("A").unwrap().ask), (2, None));
}

#[test]
fn c32_a_login_in_the_checkout_puts_the_accounts_lines_aside() {
    let (mut account, guest) = carts(&[("A", 3), ("C", 1)], &[("A", 2), ("B", 1)]);
    let folded = fold(&mut account, &guest, "visitor", Policy::Defer, at(2)).unwrap();
    assert_eq!(folded.put_aside, ["A", "C"]);
    shows(&account, &[("A", 2), ("B", 1)]);
    let saved: Vec<_> = account.saved().iter().map(|line| (line.key.to_owned(), line.quantity)).collect();
    assert_eq!(saved, [("A".to_owned(), 3), ("C".to_owned(), 1)]);

    let once = account.clone();
    let again = fold(&mut account, &guest, "visitor", Policy::Defer, at(3)).unwrap();
    assert!(again.put_aside.is_empty() && !again.applied.advanced);
    assert_eq!(account, once);
}

#[test]
fn c32_an_empty_guest_cart_puts_nothing_aside() {
    let (mut account, guest) = carts(&[("A", 3)], &[]);
    let folded = fold(&mut account, &guest, "visitor", Policy::Defer, at(2)).unwrap();
    assert!(folded.put_aside.is_empty());
    shows(&account, &[("A", 3)]);
}

#[test]
fn c02_folding_again_changes_nothing() {
    for policy in POLICIES {
        let (mut account, guest) = carts(&[("A", 3)], &[("A", 2), ("B", 1)]);
        fold(&mut account, &guest, "visitor", policy, at(2)).unwrap();
        let once = account.encode();
        for _ in 0..3 {
            let again = fold(&mut account, &guest, "visitor", policy, at(9)).unwrap();
            assert!(!again.applied.advanced, "{policy:?}");
            // A retry may come with another policy: the first holds.
            fold(&mut account, &guest, "visitor", Policy::Sum, at(9)).unwrap();
        }
        assert_eq!(account.encode(), once, "{policy:?}");
    }
}

#[test]
fn c02_two_tabs_that_log_in_at_once_give_what_one_would() {
    for policy in POLICIES {
        // The second tab missed a click of the first, the first one of the second.
        let (account, guest) = carts(&[("A", 3), ("C", 2)], &[("A", 2)]);
        let (mut one, mut two) = (guest.fork(0x71), guest.fork(0x72));
        one.add("A", 1, at(2)).unwrap();
        one.remove("B");
        two.add("B", 1, at(2)).unwrap();
        two.add("C", 1, at(3)).unwrap();
        let mut all = one.clone();
        all.apply(&two.encode()).unwrap();

        let mut at_once = account.clone();
        fold(&mut at_once, &all, "visitor", policy, at(4)).unwrap();
        for tabs in [[&one, &two], [&two, &one]] {
            let mut tab_by_tab = account.clone();
            for tab in tabs {
                fold(&mut tab_by_tab, tab, "visitor", policy, at(4)).unwrap();
            }
            assert_eq!(cart(&tab_by_tab), cart(&at_once), "{policy:?}");
            fold(&mut tab_by_tab, &all, "visitor", policy, at(5)).unwrap();
            assert_eq!(cart(&tab_by_tab), cart(&at_once), "{policy:?}");
        }
    }
}

#[test]
fn c02_a_slow_tabs_late_edit_follows() {
    let (mut account, mut guest) = carts(&[("A", 3)], &[("A", 2), ("B", 2), ("D", 1)]);
    fold(&mut account, &guest, "visitor", Policy::Max, at(2)).unwrap();
    guest.set_quantity("B", 1, at(3)).unwrap();
    guest.remove("D");
    guest.add("A", 2, at(3)).unwrap();
    fold(&mut account, &guest, "visitor", Policy::Max, at(4)).unwrap();
    shows(&account, &[("A", 4), ("B", 1)]);
}

#[test]
fn what_she_does_after_the_login_counts_whoever_the_line_came_from() {
    for policy in POLICIES {
        let (mut account, guest) = carts(&[("A", 3)], &[("A", 2), ("B", 2)]);
        fold(&mut account, &guest, "visitor", policy, at(2)).unwrap();
        let before = account.quantity("A");
        account.add("A", 1, at(3)).unwrap();
        account.add("B", 1, at(3)).unwrap();
        assert_eq!((account.quantity("A"), account.quantity("B")), (before + 1, 3), "{policy:?}");
        account.set_quantity("A", 1, at(4)).unwrap();
        account.remove("B");
        // The retried login does not bring back what she has changed since.
        fold(&mut account, &guest, "visitor", policy, at(5)).unwrap();
        shows(&account, &[("A", 1)]);
    }
}

#[test]
fn a_folded_document_travels_and_loads_like_any_other() {
    let (mut account, guest) = carts(&[("A", 3)], &[("A", 2), ("B", 1)]);
    let mut phone = account.fork(0xf0);
    fold(&mut account, &guest, "visitor", Policy::Sum, at(2)).unwrap();
    let loaded = Document::decode(&account.encode(), 0x4b).unwrap();
    assert_eq!(loaded, account);
    assert_eq!(loaded.encode(), account.encode());
    phone.add("A", 1, at(3)).unwrap();
    phone.apply(&account.delta_since(phone.version())).unwrap();
    shows(&phone, &[("A", 6), ("B", 1)]);
    account.apply(&phone.delta_since(account.version())).unwrap();
    assert_eq!(phone, account);
}

#[test]
fn an_actor_of_both_documents_is_refused() {
    let mut account = Document::new(7);
    account.add("A", 1, at(0)).unwrap();
    let mut guest = Document::new(7);
    guest.add("B", 1, at(0)).unwrap();
    let before = account.clone();
    let refused = fold(&mut account, &guest, "visitor", Policy::Max, at(1)).unwrap_err();
    assert_eq!(refused.code(), "shared-actor");
    assert_eq!(account, before);
    assert_ne!(wellmet_state::actor(7, "visitor"), wellmet_state::actor(7, "customer"));
}

#[test]
fn two_anonymous_documents_fold_beside_each_other() {
    let (mut account, phone) = carts(&[("A", 1)], &[("A", 2)]);
    let mut tablet = Document::new(0x7ab);
    tablet.add("A", 4, at(1)).unwrap();
    fold(&mut account, &phone, "phone", Policy::Max, at(2)).unwrap();
    fold(&mut account, &tablet, "tablet", Policy::Sum, at(3)).unwrap();
    let mut other = carts(&[("A", 1)], &[]).0;
    fold(&mut other, &tablet, "tablet", Policy::Sum, at(2)).unwrap();
    fold(&mut other, &phone, "phone", Policy::Max, at(3)).unwrap();
    assert_eq!(cart(&account), cart(&other));
}

#[test]
fn preferences_and_configurations_of_the_guest_come_along() {
    let (mut account, mut guest) = carts(&[], &[("cfg:c-1", 1)]);
    guest.configure("c-1", "wood", "cedar", at(1)).unwrap();
    guest.set_preference("name", "Anna", at(2)).unwrap();
    guest.set_view("points", "", wellmet_state::Value::Number(1_000_000), at(2)).unwrap();
    account.set_preference("name", "A.", at(0)).unwrap();
    fold(&mut account, &guest, "visitor", Policy::Max, at(3)).unwrap();
    assert_eq!(account.configured("c-1", "wood"), Some("cedar"));
    assert_eq!(account.preference("name"), Some("Anna"));
    assert_eq!(account.view_of("points", ""), None, "a guest does not say how many points an account has");
}

#[test]
fn policies_have_names() {
    for policy in POLICIES {
        assert_eq!(Policy::from_name(policy.name()), Some(policy));
    }
    assert_eq!(Policy::from_name("replace"), None);
}
