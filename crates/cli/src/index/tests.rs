//! Tables small enough to work out by hand, and what must never show in them.

use super::*;
use wellmet_engine::time::Span;

const PLAIN: Weighing = Weighing {
    half_life: 10.0,
    nearness: 2.0,
    window: 3,
    before: 0.5,
    smoothing: 1.0,
    own: 1.0,
    other: 0.0,
    reach: 0.0,
    weakest: 0.0,
};

fn settings(least_people: u32, weighing: Weighing) -> Settings {
    Settings { least_people, with: weighing, next: weighing, as_of: Some(day(100)), ..Settings::default() }
}

fn day(n: i64) -> Instant {
    Instant(0) + Span::days(n)
}

/// Orders as (person, day, items).
fn orders(lines: &[(u32, i64, &[u32])]) -> Log {
    let mut log = Log::orders();
    for (person, at, items) in lines {
        log.push(*person, day(*at), items.iter().map(|item| ItemIx(*item)));
    }
    log
}

fn with(log: &Log, items: u32, settings: &Settings) -> Tables {
    build(&Input { items, orders: Some(log), ..Input::default() }, settings)
}

fn row(row: &[Neighbour]) -> Vec<(u32, u16)> {
    row.iter().map(|neighbour| (neighbour.item.0, neighbour.weight)).collect()
}

#[test]
fn a_row_is_what_the_formula_says() {
    let log = orders(&[(1, 100, &[0, 1, 2]), (2, 90, &[0, 2])]);
    let tables = with(&log, 3, &settings(1, PLAIN));
    // Item 0 stands in two orders, one of them half as fresh: 1.5, and 1 of smoothing.
    let whole = |weight: f64| (weight / 2.5 * 65_535.0).round() as u16;
    let far = (-0.5f64).exp();
    assert_eq!(row(&tables.with[0]), [(2, whole(far + 0.5)), (1, whole(1.0))]);
    // Seen from 2 the others came before: half.
    assert_eq!(row(&tables.with[2]), [(0, whole(0.5 * (far + 0.5))), (1, whole(0.5))]);
    assert_eq!(tables.popular, [ItemIx(0), ItemIx(2), ItemIx(1)]);
}

#[test]
fn the_best_of_several_places_counts_and_only_within_the_window() {
    let mut visits = Log::visits();
    visits.push(1, day(100), [0, 1, 1, 1, 2, 0, 3].map(ItemIx));
    let tables = build(&Input { items: 4, visits: Some(&visits), ..Input::default() }, &settings(1, PLAIN));
    let weights = row(&tables.next[0]);
    // 3 follows directly, 1 too, 2 came directly before.
    assert_eq!(weights.iter().map(|(item, _)| *item).collect::<Vec<_>>(), [1, 3, 2]);
    assert_eq!(weights[0].1, weights[1].1);
    // 3 is too far from the first 1, but not from the last.
    assert!(row(&tables.next[1]).iter().any(|(item, _)| *item == 3));
}

#[test]
fn thin_rows_are_filled_through_their_neighbours() {
    let log = orders(&[(1, 100, &[0, 1]), (2, 100, &[1, 2]), (3, 100, &[1, 2])]);
    let alone = with(&log, 3, &settings(1, PLAIN));
    assert_eq!(row(&alone.with[0]).len(), 1);
    let wide = with(&log, 3, &settings(1, Weighing { reach: 0.2, ..PLAIN }));
    let filled = row(&wide.with[0]);
    assert_eq!(filled.iter().map(|(item, _)| *item).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(filled[0], row(&alone.with[0])[0]);
    // 1 hands on a fifth of its weight, shared out in its own row.
    let of_1 = row(&alone.with[1]);
    let share = f64::from(of_1[0].1) / of_1.iter().map(|(_, weight)| f64::from(*weight)).sum::<f64>();
    assert_eq!(of_1[0].0, 2);
    assert!((f64::from(filled[1].1) - 0.2 * f64::from(filled[0].1) * share).abs() <= 1.0);
}

#[test]
fn privacy_what_too_few_people_did_leaves_no_trace() {
    // Two people bought 0 and 1 together, one of them five times; 2 and 3 were bought by three.
    let mut lines: Vec<(u32, i64, &[u32])> = vec![
        (1, 95, &[0, 1]),
        (1, 96, &[0, 1]),
        (1, 97, &[0, 1]),
        (1, 98, &[0, 1]),
        (1, 99, &[0, 1]),
        (2, 99, &[0, 1]),
    ];
    lines.extend([(3, 99, &[2, 3][..]), (4, 99, &[2, 3]), (5, 99, &[2, 3])]);
    let settings = settings(3, Weighing { reach: 0.2, ..PLAIN });
    let tables = with(&orders(&lines), 4, &settings);
    assert_eq!((row(&tables.with[0]), row(&tables.with[1])), (vec![], vec![]));
    assert_eq!(tables.with[2].len(), 1);
    assert_eq!(tables.popular, [ItemIx(2), ItemIx(3)]);
    // With or without one of the two: the same bytes.
    let without: Vec<_> = lines.iter().copied().filter(|(person, ..)| *person != 2).collect();
    assert_eq!(with(&orders(&without), 4, &settings), tables);
    let without: Vec<_> = lines.iter().copied().filter(|(person, ..)| *person != 1).collect();
    assert_eq!(with(&orders(&without), 4, &settings), tables);
}

#[test]
fn privacy_a_withheld_pair_does_not_show_through_its_neighbours() {
    let pairs: [(u32, i64, &[u32]); 4] = [(1, 99, &[0, 1]), (2, 99, &[0, 1]), (3, 99, &[1, 2]), (4, 99, &[1, 2])];
    let settings = settings(2, Weighing { reach: 0.2, ..PLAIN });
    // One person also bought 0 and 2 together: the way from 0 to 2 still leads over 1 alone.
    let mut more = pairs.to_vec();
    more.push((5, 99, &[3, 0]));
    let (plain, other) = (with(&orders(&pairs), 4, &settings), with(&orders(&more), 4, &settings));
    assert_eq!(row(&other.with[3]), []);
    assert!(other.with.iter().flatten().all(|neighbour| neighbour.item != ItemIx(3)));
    assert_eq!(row(&plain.with[0]).len(), 2);
}

#[test]
fn privacy_one_person_more_or_less_moves_only_rows_with_her_items() {
    let mut seed = 7u32;
    let mut next = |below: u32| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % below
    };
    let baskets: Vec<(u32, i64, Vec<u32>)> =
        (0..400).map(|_| (next(120), i64::from(next(100)), (0..2 + next(4)).map(|_| next(40)).collect())).collect();
    let lines = |without: Option<u32>| -> Vec<(u32, i64, &[u32])> {
        baskets
            .iter()
            .filter(|(person, ..)| Some(*person) != without)
            .map(|(person, at, items)| (*person, *at, items.as_slice()))
            .collect()
    };
    let settings = settings(3, Weighing { other: 0.3, ..PLAIN });
    let all = with(&orders(&lines(None)), 40, &settings);
    assert!(all.with.iter().flatten().count() > 50);
    for person in 0..120 {
        let without = with(&orders(&lines(Some(person))), 40, &settings);
        let hers: Vec<u32> =
            baskets.iter().filter(|(who, ..)| *who == person).flat_map(|(_, _, items)| items.clone()).collect();
        for item in 0..40u32 {
            let (one, two) = (&all.with[item as usize], &without.with[item as usize]);
            let touched = hers.contains(&item) || one.iter().any(|neighbour| hers.contains(&neighbour.item.0));
            assert!(touched || one == two, "row {item} knows person {person}");
        }
    }
}

#[test]
fn the_order_in_which_people_come_does_not_matter() {
    let lines: [(u32, i64, &[u32]); 5] =
        [(3, 90, &[0, 1, 2]), (1, 95, &[2, 0]), (2, 93, &[1, 2]), (1, 80, &[0, 2, 1]), (2, 99, &[2, 1, 0])];
    let mut turned = lines;
    turned.reverse();
    let settings = Settings { least_people: 1, ..Settings::default() };
    let one = with(&orders(&lines), 3, &settings);
    assert_eq!(one, with(&orders(&turned), 3, &settings));
    assert_eq!(one, with(&orders(&lines), 3, &settings));
}

#[test]
fn one_more_order_on_the_last_day_moves_nothing_else() {
    let settings = Settings { least_people: 1, ..Settings::default() };
    let lines: [(u32, i64, &[u32]); 2] = [(1, 90, &[0, 1]), (2, 95, &[1, 2])];
    let mut more = lines.to_vec();
    more.push((3, 95, &[3, 4]));
    let (one, two) = (with(&orders(&lines), 5, &settings), with(&orders(&more), 5, &settings));
    assert_eq!(one.with[..3], two.with[..3]);
}

#[test]
fn hostile_sizes_are_cut_and_counted() {
    let mut visits = Log::visits();
    visits.push(1, day(1), (0..10_000).map(ItemIx));
    visits.push(2, day(1), (0..80).map(ItemIx));
    assert_eq!((visits.cut(), visits.lines()), ((1, 9_920), 160));
    let mut orders = Log::orders();
    orders.push(1, day(1), (0..500).map(ItemIx));
    orders.push(2, day(1), core::iter::empty());
    assert_eq!((orders.cut(), orders.lines(), orders.len()), ((1, 400), 100, 1));
    let tables = build(
        &Input { items: 10_000, orders: Some(&orders), visits: Some(&visits), ..Input::default() },
        &Settings { least_people: 1, ..Settings::default() },
    );
    assert!(tables.next.iter().chain(&tables.with).all(|row| row.len() <= 20));
    assert_eq!(tables.next[9_999], []);
}

#[test]
fn nothing_in_gives_nothing_out() {
    assert_eq!(build(&Input::default(), &Settings::default()), Tables::default());
    let empty = Log::orders();
    let tables = with(&empty, 3, &Settings::default());
    assert_eq!((tables.with, tables.popular), (vec![Vec::new(); 3], vec![]));
}

#[test]
fn popular_is_recent_and_many() {
    let log = orders(&[(1, 10, &[0]), (2, 11, &[0]), (3, 99, &[1]), (4, 99, &[1]), (4, 98, &[2]), (4, 97, &[2])]);
    let settings = |least_people| Settings { least_people, as_of: Some(day(100)), ..Settings::default() };
    assert_eq!(with(&log, 3, &settings(1)).popular, [ItemIx(1), ItemIx(2)]);
    // Two orders of one person are one person.
    assert_eq!(with(&log, 3, &settings(2)).popular, [ItemIx(1)]);
    let all = Settings { popular_days: 365.0, popular: 2, ..settings(1) };
    assert_eq!(with(&log, 3, &all).popular, [ItemIx(0), ItemIx(1)]);
}

#[test]
fn an_item_that_nobody_bought_starts_with_what_goes_with_its_category() {
    // 0, 1: cups. 2, 3: saucers, 3 sold better. 4: a spade. 5: a new cup.
    let paths = ["Cups", "Cups", "Saucers", "Saucers", "Garden", "Cups", ""];
    let lines: [(u32, i64, &[u32]); 4] = [(1, 99, &[0, 3]), (2, 99, &[1, 3]), (3, 99, &[0, 2]), (4, 99, &[4])];
    let log = orders(&lines);
    let ask = |least_people| {
        let input = Input { items: 7, orders: Some(&log), categories: Some(&paths), ..Input::default() };
        build(&input, &settings(least_people, PLAIN)).with
    };
    let rows = ask(2);
    let items = |item: usize| row(&rows[item]).iter().map(|(item, _)| *item).collect::<Vec<_>>();
    assert_eq!(items(5), [3, 2]);
    assert_eq!((items(4), items(6)), (vec![], vec![]));
    // Three people bought a cup and a saucer: with four asked for, nothing is said.
    assert!(ask(4).iter().all(Vec::is_empty));
    // What was really bought together stays on top.
    assert_eq!(row(&ask(1)[1])[0].0, 3);
}
