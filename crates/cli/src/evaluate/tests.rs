//! The protocols on logs small enough to work out by hand, and on a slice of a real one.

#![allow(clippy::unwrap_used)]

use super::clicks::{self, Clicks, Context, Recommender};
use super::orders::{self, Order, Split};
use super::peers;
use crate::index::Settings;
use crate::orders::Reading;
use crate::visits::Mapping;
use std::io::Write;
use std::path::{Path, PathBuf};
use wellmet_engine::recommend::{Kind, Query, Scratch, answer};
use wellmet_engine::shelf::ItemIx;
use wellmet_engine::time::{Instant, Span};

/// A file that is gone when the test is.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("wellmet-evaluate-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn read(train: &[u8], test: &[u8], name: &str) -> crate::failure::Outcome<Clicks> {
    let (train, test) =
        (Temporary::new(&format!("{name}-train"), train), Temporary::new(&format!("{name}-test"), test));
    Clicks::read(&train.0, &test.0, &columns(), &Reading::default())
}

fn columns() -> Mapping {
    Mapping::of_columns("session_id", "item_id", "time")
}

const TRAIN: &str = "session_id,item_id,time\n1,10,1600000000\n1,9,1600000001\n2,9,1600000100\n2,30,1600000101\n";
const TEST: &str = "session_id,item_id,time\n5,9,1600100000\n5,77,1600100003\n5,10,1600100001\n5,9,1600100009\n";

/// Always the same list, without what may not be in it.
struct Fixed(Vec<ItemIx>);

impl Recommender for Fixed {
    fn list(&mut self, context: Context<'_>) -> Vec<ItemIx> {
        self.0.iter().copied().filter(|item| context.allows(*item)).collect()
    }
}

#[test]
fn the_click_protocol_by_hand() {
    let clicks = read(TRAIN.as_bytes(), TEST.as_bytes(), "hand").unwrap();
    // Numbers are ordered as numbers; clicks by time.
    assert_eq!(clicks.ids, ["9", "10", "30", "77"]);
    assert_eq!(clicks.known, [true, true, true, false]);
    let [nine, ten, thirty, seventy_seven] = [0, 1, 2, 3].map(ItemIx);
    assert_eq!(clicks.test[0].items, [nine, ten, seventy_seven, nine]);
    let scores = clicks::score(&clicks, &mut Fixed(vec![thirty, nine, ten, seventy_seven]));
    // 9 -> 10: list 30, 10, 77, rank 2. 10 -> 77: list 30, 9, 77, rank 3. 77 -> 9: list 30, 9, 10, rank 2.
    assert_eq!((scores.questions, scores.hit), (3, 1.0));
    assert!((scores.reciprocal_rank - (0.5 + 1.0 / 3.0 + 0.5) / 3.0).abs() < 1e-12);
    // The item that the training log lacks is a miss where only known items count.
    assert!((scores.known_hit - 2.0 / 3.0).abs() < 1e-12);
    assert!((scores.known_reciprocal_rank - (0.5 + 0.0 + 0.5) / 3.0).abs() < 1e-12);
    // Of the rest: {10, 77} of 3 clicks, {9, 77} of 2, {9} of 1.
    assert!((scores.precision - (2.0 + 2.0 + 1.0) / 60.0).abs() < 1e-12);
    assert!((scores.recall - (2.0 / 3.0 + 1.0 + 1.0) / 3.0).abs() < 1e-12);
    assert_eq!(scores.coverage, 1.0);
    // The last answer was seen before. New: 10 at rank 2, 77 at rank 2 of 30, 77.
    assert_eq!((scores.new_questions, scores.new_hit, scores.new_reciprocal_rank), (2, 1.0, 0.5));
}

#[test]
fn logs_are_read_in_the_usual_forms() {
    let plain = read(TRAIN.as_bytes(), TEST.as_bytes(), "plain").unwrap();
    let tabs = read(TRAIN.replace(',', "\t").as_bytes(), TEST.replace(',', ";").as_bytes(), "tabs").unwrap();
    assert_eq!((&plain.ids, &plain.train, &plain.test), (&tabs.ids, &tabs.train, &tabs.test));
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(TRAIN.as_bytes()).unwrap();
    let zipped = read(&gz.finish().unwrap(), TEST.as_bytes(), "gz").unwrap();
    assert_eq!(plain.train, zipped.train);
    let failure = read(TRAIN.replace("1600000100", "soon").as_bytes(), TEST.as_bytes(), "bad").unwrap_err();
    assert_eq!(failure.code, "bad-time");
    assert!(failure.place.unwrap().contains("row 4"));
    assert_eq!(read(b"a,b\n1,2\n", TEST.as_bytes(), "columns").unwrap_err().code, "no-column");
}

fn slice() -> Clicks {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/clicks");
    Clicks::read(&data.join("train.csv"), &data.join("test.csv"), &columns(), &Reading::default()).unwrap()
}

fn settings() -> Settings {
    Settings { least_people: 1, popular_days: 7.0, ..Settings::default() }
}

#[test]
fn c16_next_items_are_better_than_the_usual_methods_on_a_real_log() {
    let clicks = slice();
    let shelf = clicks.shelf(&settings());
    let ours = clicks::score(&clicks, &mut clicks::Ours::new(&shelf));
    let popular = clicks::score(&clicks, &mut peers::Scored(peers::popularity(&clicks, None)));
    let cosine = peers::cosine(clicks.train.iter().map(|visit| visit.items.as_slice()), 0.0);
    let knn = clicks::score(&clicks, &mut peers::Scored(peers::over_last(&cosine, 5, 0.7, true)));
    let visits = clicks::score(&clicks, &mut peers::VisitNeighbours::new(&clicks));
    assert_eq!((ours.questions, ours.new_questions), (popular.questions, popular.new_questions));
    for peer in [popular, knn, visits] {
        assert!(ours.hit > peer.hit && ours.new_hit > peer.new_hit, "{ours:?} {peer:?}");
        assert!(ours.reciprocal_rank > peer.reciprocal_rank, "{ours:?} {peer:?}");
    }
    // The same figures every time.
    assert_eq!(clicks::score(&clicks, &mut clicks::Ours::new(&clicks.shelf(&settings()))), ours);
}

#[test]
fn c18_a_higher_threshold_is_silent_more_often() {
    let clicks = slice();
    let guards = clicks::guards(&clicks, &clicks.shelf(&settings()), &[0, 1_000, 5_000, 20_000, 65_535]);
    for pair in guards.windows(2) {
        assert!(pair[0].silent <= pair[1].silent && pair[0].shown >= pair[1].shown, "{pair:?}");
    }
    assert!(guards[0].silent < 0.8 && guards[4].silent > 0.9, "{guards:?}");
}

#[test]
fn a_threshold_for_privacy_can_only_take_away() {
    let clicks = slice();
    let all = clicks.shelf(&settings());
    let few = clicks.shelf(&Settings { least_people: 3, ..settings() });
    assert!(few.neighbours_in_all() * 4 < all.neighbours_in_all());
    let hit = |shelf| clicks::score(&clicks, &mut clicks::Ours::new(shelf)).new_hit;
    assert!(hit(&few) < hit(&all));
}

fn order(customer: Option<u32>, day: i64, items: &[u32]) -> Order {
    Order { customer, at: Instant(0) + Span::days(day), items: items.iter().map(|item| ItemIx(*item)).collect() }
}

fn split() -> Split {
    Split {
        ids: (0..6).map(|n| n.to_string()).collect(),
        categories: vec![String::new(); 6],
        at: Instant(0) + Span::days(100),
        train: vec![
            order(Some(1), 10, &[0, 1]),
            order(Some(1), 40, &[0, 2]),
            order(Some(2), 50, &[0, 1]),
            order(None, 60, &[3, 4]),
            order(None, 61, &[3, 4]),
        ],
        test: vec![order(Some(1), 110, &[0, 3, 1]), order(Some(1), 120, &[5]), order(Some(2), 130, &[1])],
    }
}

#[test]
fn the_order_protocol_by_hand() {
    let split = split();
    let customers = orders::returning(&split);
    // Customer 2 has one order before the cut; of customer 1 only the first order after it counts.
    assert_eq!(customers.len(), 1);
    assert_eq!(customers[0].next.items, [0, 3, 1].map(ItemIx));
    let again = orders::next_order(&customers, true, |_| [3, 2, 0, 1].map(ItemIx).to_vec());
    // 3 was never bought, so it is passed over: 2, 0, 1 against 0 and 1.
    assert_eq!((again.questions, again.hit, again.recall, again.reciprocal_rank), (1, 1.0, 1.0, 0.5));
    assert!((again.precision - 0.2).abs() < 1e-12);
    let discount = |rank: f64| 1.0 / (rank + 1.0).log2();
    assert!((again.gain - (discount(2.0) + discount(3.0)) / (discount(1.0) + discount(2.0))).abs() < 1e-12);
    let new = orders::next_order(&customers, false, |_| [0, 5, 3].map(ItemIx).to_vec());
    assert_eq!((new.questions, new.reciprocal_rank), (1, 0.5));
    // Carts: 0, 3 without 1. Orders of one item are no question.
    let mut carts = Vec::new();
    let with = orders::with(&split.test, |cart| {
        carts.push(cart.to_vec());
        [3, 1].map(ItemIx).to_vec()
    });
    assert_eq!((carts.len(), with.questions, with.hit, with.reciprocal_rank), (1, 1, 1.0, 1.0));
    assert_eq!(split.popularity(Instant(0)), [0, 1, 3, 4, 2].map(ItemIx));
}

#[test]
fn guests_are_people_of_their_own() {
    let split = split();
    // 3 and 4 were bought together by two guests, 0 and 1 by two customers.
    let shelf = split.shelf(&Settings { least_people: 2, ..Settings::default() });
    let ask = |item: u32| {
        let cart = [ItemIx(item)];
        let query = Query { cart: &cart, ..Query::new(Kind::With, 9) };
        answer(&shelf, &query, &mut Scratch::default()).picks.iter().map(|pick| pick.item.0).collect::<Vec<_>>()
    };
    assert_eq!((ask(3), ask(0), ask(2)), (vec![4], vec![1], vec![]));
}
