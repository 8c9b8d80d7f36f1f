//! Questions asked of a shelf small enough to work out by hand.

use super::*;
use crate::shelf::{Card, Lookup, Neighbour, Relation};
use crate::time::Span;

struct Item {
    in_stock: bool,
    durable: bool,
    category: &'static str,
    price: i64,
    /// Chunk that still has to be loaded for the card.
    card_in: Option<u16>,
}

/// A table, an item and its neighbours with their weights.
type Row = (Relation, u32, &'static [(u32, u16)]);

/// Ten items named by their position; rows are added by the test.
struct Small {
    items: Vec<Item>,
    rows: Vec<Row>,
    row_in: Vec<(u32, u16)>,
    popular: Vec<ItemIx>,
}

impl Small {
    fn new(rows: &[Row]) -> Self {
        let item = || Item { in_stock: true, durable: false, category: "A", price: 100, card_in: None };
        Self { items: (0..10).map(|_| item()).collect(), rows: rows.to_vec(), row_in: Vec::new(), popular: Vec::new() }
    }
}

impl Shelf for Small {
    fn len(&self) -> u32 {
        self.items.len() as u32
    }
    fn find(&self, _: &str) -> Lookup<ItemIx> {
        Lookup::Absent
    }
    fn card(&self, item: ItemIx) -> Lookup<Card<'_>> {
        let Some(it) = self.items.get(item.0 as usize) else { return Lookup::Absent };
        match it.card_in {
            Some(chunk) => Lookup::Needs(ChunkIx(chunk)),
            None => Lookup::Here(Card {
                id: "",
                title: "",
                link: "",
                image: "",
                category: it.category,
                price_minor: it.price,
                in_stock: it.in_stock,
                durable: it.durable,
            }),
        }
    }
    fn neighbours(&self, relation: Relation, item: ItemIx, out: &mut Vec<Neighbour>) -> Lookup<()> {
        if let Some((_, chunk)) = self.row_in.iter().find(|(row, _)| *row == item.0) {
            return Lookup::Needs(ChunkIx(*chunk));
        }
        let row = self.rows.iter().find(|(of, row, _)| (*of, *row) == (relation, item.0));
        let Some((_, _, row)) = row else { return Lookup::Absent };
        out.extend(row.iter().map(|(item, weight)| Neighbour { item: ItemIx(*item), weight: *weight }));
        Lookup::Here(())
    }
    fn popular(&self) -> &[ItemIx] {
        &self.popular
    }
}

fn ask(shelf: &Small, query: &Query<'_>) -> Answer {
    answer(shelf, query, &mut Scratch::default())
}

fn items(answer: &Answer) -> Vec<u32> {
    answer.picks.iter().map(|pick| pick.item.0).collect()
}

fn ix(items: &[u32]) -> Vec<ItemIx> {
    items.iter().map(|item| ItemIx(*item)).collect()
}

fn bought(lines: &[(u32, i64)]) -> History {
    History::new(
        lines.iter().map(|(item, day)| Bought { item: ItemIx(*item), at: Instant(0) + Span::days(*day) }).collect(),
    )
}

#[test]
fn c16_with_the_cart_names_the_line_that_spoke_most() {
    let shelf = Small::new(&[
        (Relation::With, 1, &[(5, 1000), (6, 900), (2, 800)]),
        (Relation::With, 2, &[(6, 1000), (7, 100)]),
    ]);
    let cart = ix(&[1, 2]);
    let found = ask(&shelf, &Query { cart: &cart, ..Query::new(Kind::With, 3) });
    // 6: 1000 + 0.6 * 900; 5: 0.6 * 1000; 7: 100. Item 2 is in the cart.
    assert_eq!(items(&found), [6, 5, 7]);
    assert_eq!(found.picks[0].because, Evidence::InCart(ItemIx(2)));
    assert_eq!(found.picks[1].because, Evidence::InCart(ItemIx(1)));
    assert_eq!(found.picks[0].score, 1000 * 65_536 + 900 * 39_322);
}

#[test]
fn c16_never_in_cart_owned_and_durable_sold_out_hidden_excluded_or_on_this_page() {
    let mut shelf = Small::new(&[(Relation::With, 0, &[(1, 9), (2, 8), (3, 7), (4, 6), (5, 5), (6, 4), (7, 3)])]);
    shelf.items[2].in_stock = false;
    shelf.items[3].durable = true;
    shelf.items[6].durable = true;
    let (cart, exclude, history) = (ix(&[0, 1]), ix(&[5]), bought(&[(3, 1), (7, 1)]));
    let hide = [Rule { on: Scope::Item(ItemIx(4)), then: Effect::Hide }];
    let query = Query { cart: &cart, exclude: &exclude, history: &history, rules: &hide, ..Query::new(Kind::With, 9) };
    // 6 is durable but not owned; 7 is owned but used up.
    assert_eq!(items(&ask(&shelf, &query)), [6, 7]);
    assert_eq!(items(&ask(&shelf, &Query { page: Some(ItemIx(6)), ..query })), [7]);
    // Pins obey the same.
    let pins = ix(&[1, 2, 3, 4, 5, 7, 7]);
    let pinned = ask(&shelf, &Query { pins: &pins, ..query });
    assert_eq!(items(&pinned), [7, 6]);
    assert_eq!(pinned.picks[0].because, Evidence::Pinned);
}

#[test]
fn c16_a_sold_out_item_is_evidence_for_others() {
    let mut shelf = Small::new(&[(Relation::Next, 1, &[(2, 9)])]);
    shelf.items[1].in_stock = false;
    let visit = ix(&[1]);
    let found = ask(&shelf, &Query { visit: &visit, ..Query::new(Kind::Next, 4) });
    assert_eq!(items(&found), [2]);
    assert_eq!(found.picks[0].because, Evidence::Viewed(ItemIx(1)));
}

#[test]
fn c18_nothing_below_the_threshold_and_nothing_random_instead() {
    let mut shelf = Small::new(&[(Relation::With, 1, &[(2, 500), (3, 499), (4, 1)])]);
    shelf.popular = ix(&[8, 9]);
    let cart = ix(&[1]);
    let query = Query { cart: &cart, threshold: 500, ..Query::new(Kind::With, 4) };
    let found = ask(&shelf, &query);
    assert_eq!((items(&found), found.weak), (vec![2], 2));
    assert_eq!(ask(&shelf, &Query { threshold: 501, ..query }).picks, []);
    assert_eq!(ask(&shelf, &Query::new(Kind::With, 4)), Answer::default());
    // Popular items only where the slot asks for them, and said to be that.
    let filled = ask(&shelf, &Query { fill: true, ..query });
    assert_eq!(items(&filled), [2, 8, 9]);
    assert_eq!(filled.picks[1].because, Evidence::Popular);
}

#[test]
fn c17_the_visit_comes_back_newest_first() {
    let shelf = Small::new(&[]);
    let visit = ix(&[4, 2, 7, 2, 5]);
    let query = Query { visit: &visit, page: Some(ItemIx(5)), ..Query::new(Kind::Seen, 9) };
    assert_eq!(items(&ask(&shelf, &query)), [2, 7, 4]);
    assert_eq!(items(&ask(&shelf, &Query { page: None, ..query })), [5, 2, 7, 4]);
}

#[test]
fn next_with_and_without_reminders() {
    let shelf = Small::new(&[(Relation::Next, 1, &[(2, 1000), (3, 500)]), (Relation::Next, 2, &[(1, 1000), (4, 600)])]);
    let visit = ix(&[1, 2]);
    let query = Query { visit: &visit, page: Some(ItemIx(2)), ..Query::new(Kind::Next, 9) };
    assert_eq!(items(&ask(&shelf, &query)), [4, 3]);
    let resume = ask(&shelf, &Query { reminders: true, ..query });
    assert_eq!(items(&resume), [1, 4, 3]);
    assert_eq!(resume.picks[0].because, Evidence::Seen);
}

#[test]
fn an_item_without_a_log_is_found_by_its_words() {
    let shelf = Small::new(&[
        (Relation::Like, 1, &[(2, 1000)]),
        (Relation::Like, 3, &[(4, 9)]),
        (Relation::Next, 3, &[(5, 9)]),
    ]);
    let visit = ix(&[3, 1]);
    let found = ask(&shelf, &Query { visit: &visit, ..Query::new(Kind::Next, 9) });
    assert_eq!(items(&found), [2, 5]);
    assert_eq!(found.picks[0].because, Evidence::Alike(ItemIx(1)));
}

#[test]
fn again_ranks_by_faded_frequency_and_knows_what_is_due() {
    let shelf = Small::new(&[]);
    // 1: three times, long ago. 2: twice, lately, every 30 days, last 40 days ago. 3: once, yesterday.
    let history = bought(&[(1, 0), (1, 30), (1, 60), (2, 630), (2, 660), (3, 699), (3, 699)]);
    let query = Query { history: &history, now: Instant(0) + Span::days(700), ..Query::new(Kind::Again, 9) };
    let found = ask(&shelf, &query);
    assert_eq!(items(&found), [2, 3, 1]);
    let last = |day| Instant(0) + Span::days(day);
    assert_eq!(found.picks[0].because, Evidence::Again { last: last(660), times: 2, due: true });
    assert_eq!(found.picks[1].because, Evidence::Again { last: last(699), times: 1, due: false });
    assert_eq!(found.picks[2].because, Evidence::Again { last: last(60), times: 3, due: true });
    let soon = ask(&shelf, &Query { now: Instant(0) + Span::days(689), ..query });
    assert_eq!(soon.picks[0].because, Evidence::Again { last: last(660), times: 2, due: false });
}

#[test]
fn again_prefers_what_sells_now() {
    let mut shelf = Small::new(&[]);
    shelf.popular = ix(&[9, 2]);
    let history = bought(&[(1, 10), (2, 10), (3, 10)]);
    let query = Query { history: &history, now: Instant(0) + Span::days(20), ..Query::new(Kind::Again, 9) };
    let found = ask(&shelf, &query);
    // Nine was never bought, so it does not come back; two stands on the second of two places.
    assert_eq!(items(&found), [2, 1, 3]);
    assert_eq!(found.picks[0].score, found.picks[1].score / 2 * 3);
}

#[test]
fn c26_the_last_order_of_this_very_item() {
    let history = bought(&[(1, 3), (2, 5), (1, 9)]);
    assert_eq!(history.last(ItemIx(1)), Some(Instant(0) + Span::days(9)));
    assert_eq!(history.last(ItemIx(4)), None);
    assert!(history.contains(ItemIx(2)) && !history.contains(ItemIx(0)));
}

#[test]
fn for_you_is_never_what_she_bought_or_has_just_seen() {
    let shelf = Small::new(&[(Relation::With, 1, &[(2, 50), (3, 40), (4, 30)]), (Relation::Next, 4, &[(5, 10)])]);
    let (history, visit) = (bought(&[(1, 1), (2, 1)]), ix(&[4]));
    let found = ask(&shelf, &Query { history: &history, visit: &visit, ..Query::new(Kind::ForYou, 9) });
    assert_eq!(items(&found), [3, 5]);
    assert_eq!(found.picks[0].because, Evidence::Owned(ItemIx(1)));
    assert_eq!(found.picks[1].because, Evidence::Viewed(ItemIx(4)));
}

#[test]
fn for_you_does_not_fade_with_her_absence() {
    let shelf = Small::new(&[(Relation::With, 1, &[(2, 50)])]);
    let history = bought(&[(1, 1)]);
    let query = Query { history: &history, threshold: 50, ..Query::new(Kind::ForYou, 9) };
    assert_eq!(items(&ask(&shelf, &Query { now: Instant(0) + Span::days(2_000), ..query })), [2]);
}

#[test]
fn what_is_not_loaded_is_asked_for_once_and_keeps_its_place() {
    let mut shelf = Small::new(&[(Relation::With, 1, &[(2, 9), (3, 8), (4, 7)])]);
    shelf.items[2].card_in = Some(7);
    shelf.items[3].card_in = Some(7);
    shelf.row_in = vec![(6, 3)];
    let cart = ix(&[6, 1]);
    let query = Query { cart: &cart, ..Query::new(Kind::With, 2) };
    let found = ask(&shelf, &query);
    assert_eq!(found.needs, [ChunkIx(3), ChunkIx(7)]);
    assert_eq!(found.picks, []);
    shelf.items[2].card_in = None;
    shelf.items[3].card_in = None;
    shelf.row_in.clear();
    let loaded = ask(&shelf, &query);
    assert_eq!((items(&loaded), loaded.needs), (vec![2, 3], vec![]));
}

#[test]
fn boosts_buries_bands_and_categories() {
    let mut shelf = Small::new(&[(Relation::With, 1, &[(2, 100), (3, 90), (4, 80), (5, 70)])]);
    shelf.items[4].category = "Furniture > Chairs";
    shelf.items[5].category = "Furnitures";
    shelf.items[3].price = 5_000;
    let cart = ix(&[1]);
    let query = Query { cart: &cart, ..Query::new(Kind::With, 9) };
    let with = |rules: &[Rule<'_>]| items(&ask(&shelf, &Query { rules, ..query }));
    let furniture = Scope::Category("Furniture");
    assert_eq!(with(&[Rule { on: furniture, then: Effect::Percent(200) }]), [4, 2, 3, 5]);
    assert_eq!(with(&[Rule { on: Scope::Item(ItemIx(2)), then: Effect::Percent(0) }]), [3, 4, 5, 2]);
    assert_eq!(with(&[Rule { on: Scope::Price { from: 0, to: 4_999 }, then: Effect::Only }]), [2, 4, 5]);
    assert_eq!(with(&[Rule { on: furniture, then: Effect::Hide }]), [2, 3, 5]);
}

#[test]
fn diversity_spreads_over_categories_by_the_stated_factor() {
    let mut shelf = Small::new(&[(Relation::With, 1, &[(2, 100), (3, 90), (4, 80), (5, 60)])]);
    shelf.items[5].category = "B";
    let cart = ix(&[1]);
    let query = Query { cart: &cart, ..Query::new(Kind::With, 4) };
    assert_eq!(items(&ask(&shelf, &query)), [2, 3, 4, 5]);
    // 90 * 0.6 and 80 * 0.6 fall behind 60.
    assert_eq!(items(&ask(&shelf, &Query { diversity: 40, ..query })), [2, 5, 3, 4]);
    assert_eq!(items(&ask(&shelf, &Query { diversity: 30, ..query })), [2, 3, 5, 4]);
}

#[test]
fn ties_go_to_the_smaller_position_and_scratch_leaves_no_trace() {
    let shelf = Small::new(&[(Relation::With, 1, &[(7, 5), (3, 5), (5, 5)]), (Relation::With, 2, &[(9, 5)])]);
    let mut scratch = Scratch::default();
    let (one, two) = (ix(&[1]), ix(&[2]));
    let first = answer(&shelf, &Query { cart: &one, ..Query::new(Kind::With, 9) }, &mut scratch);
    assert_eq!(items(&first), [3, 5, 7]);
    let _ = answer(&shelf, &Query { cart: &two, ..Query::new(Kind::With, 9) }, &mut scratch);
    assert_eq!(answer(&shelf, &Query { cart: &one, ..Query::new(Kind::With, 9) }, &mut scratch), first);
}

#[test]
fn hostile_sizes_cost_little() {
    let shelf = Small::new(&[(Relation::With, 1, &[(2, 65_535)]), (Relation::Next, 1, &[(2, 65_535)])]);
    let many = vec![ItemIx(1); 10_000];
    let history = History::new((0..20_000).map(|n| Bought { item: ItemIx(n), at: Instant(0) }).collect());
    for kind in [Kind::Next, Kind::With, Kind::Again, Kind::Like, Kind::ForYou, Kind::Seen] {
        let query = Query { visit: &many, cart: &many, history: &history, ..Query::new(kind, usize::MAX) };
        assert!(ask(&shelf, &query).picks.len() <= MAX_PICKS);
    }
    // Positions of another book are not a reason to stop.
    let strange = [ItemIx(u32::MAX)];
    assert_eq!(ask(&shelf, &Query { visit: &strange, ..Query::new(Kind::Seen, 9) }), Answer::default());
}
