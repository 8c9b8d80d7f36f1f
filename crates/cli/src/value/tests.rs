//! Against values computed elsewhere: 50-digit reference values, and the fit of the Python package
//! `lifetimes` on the same slice.

#![allow(clippy::unwrap_used)]

use super::classes::{Class, abc, rfm, silence};
use super::*;
use serde_json::Value;
use wellmet_engine::customer_value::{Buying, Orders, Spending, value};
use wellmet_engine::time::Day;

const GOLDEN: &str = include_str!("../../../../tests/data/cdnow/golden.json");
const LOG: &str = include_str!("../../../../tests/data/cdnow/transactions.csv");

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("no number {key} in {value}"))
}

fn close(what: &str, ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{what}: {ours} instead of {theirs}");
}

#[test]
fn c46_scores_agree_with_fifty_digits() {
    let golden: Value = serde_json::from_str(GOLDEN).unwrap();
    let mut checked = 0;
    for (set, parameters) in
        [("customers", &golden["fixed_parameters"]), ("customers_at_fit", &golden["fit_unrounded_transactions"])]
    {
        let (b, g) = (&parameters["bgnbd"], &parameters["gamma_gamma"]);
        let buying =
            Buying::BgNbd { r: number(b, "r"), alpha: number(b, "alpha"), a: number(b, "a"), b: number(b, "b") };
        let spending = Spending { p: number(g, "p"), q: number(g, "q"), v: number(g, "v") };
        for customer in golden[set].as_array().unwrap() {
            let orders = Orders {
                repeats: number(customer, "frequency") as u32,
                last: number(customer, "recency"),
                age: number(customer, "T"),
                mean: number(customer, "monetary_value"),
            };
            let what = customer["kind"].to_string();
            close(&what, buying.alive(&orders), number(customer, "p_alive"));
            close(&what, spending.expected(&orders), number(customer, "expected_value"));
            close(&what, value(&buying, &spending, &orders, 12, 0.01), number(customer, "clv_12_months"));
            for (weeks, expected) in customer["expected_purchases"].as_object().unwrap() {
                close(&what, buying.expected(&orders, weeks.parse().unwrap()), expected.as_f64().unwrap());
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 59);
}

fn cdnow() -> Vec<Purchase> {
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let day = crate::orders::parse_day(fields[1]).unwrap();
        Purchase { customer: fields[0].to_owned(), day, value: fields[3].parse().unwrap() }
    };
    LOG.lines().skip(1).map(line).collect()
}

fn end_of_calibration() -> Day {
    Day::from_civil(1997, 9, 30)
}

#[test]
fn c46_the_fit_is_that_of_an_independent_package() {
    let known = customers(&cdnow(), end_of_calibration());
    assert_eq!(known.len(), 400);
    let within = |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-3 * theirs, "{ours} {theirs}");
    let buying = fit::buying(&known).unwrap();
    let Buying::BgNbd { r, alpha, a, b } = buying.model else { panic!("{:?}", buying.model) };
    // lifetimes 0.11.3, BetaGeoFitter and GammaGammaFitter without penalty.
    for (ours, theirs) in [(r, 0.220619), (alpha, 3.799239), (a, 0.431366), (b, 1.076323)] {
        within(ours, theirs);
    }
    let spending = fit::spending(&known).unwrap();
    assert_eq!(spending.customers, 163);
    let Spending { p, q, v } = spending.model;
    for (ours, theirs) in [(p, 5.343775), (q, 3.708227), (v, 18.829529)] {
        within(ours, theirs);
    }
    // No neighbour is more likely.
    for (r2, a2) in [(r * 1.01, a), (r, a * 1.01), (r * 0.99, a), (r, a * 0.99)] {
        let there = fit::log_likelihood(&known, &Buying::BgNbd { r: r2, alpha, a: a2, b });
        assert!(there < buying.log_likelihood);
    }
}

#[test]
fn c46_the_figures_come_from_the_purchases_alone() {
    let mut shuffled = cdnow();
    shuffled.reverse();
    let (one, two) = (customers(&cdnow(), end_of_calibration()), customers(&shuffled, end_of_calibration()));
    assert_eq!(fit::buying(&one).unwrap().model, fit::buying(&two).unwrap().model);
    // Customer 1 bought on 1 and 18 January, 2 August and 12 December 1997.
    let first = &one[0];
    assert_eq!((first.id.as_str(), first.days, first.later), ("1", 3, 1));
    assert_eq!(first.orders, Orders { repeats: 2, last: 213.0 / 7.0, age: 272.0 / 7.0, mean: (29.73 + 14.96) / 2.0 });
    assert_eq!(first.interval, Some((17.0 + 196.0) / 2.0));
}

#[test]
fn c46_a_shop_that_nobody_leaves_gets_nbd_instead_of_an_error() {
    // Rates spread evenly, orders at even distances: nothing looks like leaving.
    let mut purchases = Vec::new();
    for customer in 0..300i64 {
        let every = 7 + customer % 60;
        for n in 0..=(364 / every) {
            purchases.push(Purchase {
                customer: customer.to_string(),
                day: Day(n * every + customer % 5),
                value: 10.0,
            });
        }
    }
    let known = customers(&purchases, Day(364));
    let fitted = fit::buying(&known).unwrap();
    assert!(matches!(fitted.model, Buying::Nbd { .. }), "{fitted:?}");
    assert!(fitted.log_likelihood.is_finite());
    // Everybody pays the same each time: spending has no spread, and still there is no error.
    let _ = fit::spending(&known);
}

#[test]
fn c46_too_few_customers_are_said_to_be_too_few() {
    let once: Vec<Purchase> = (0..500).map(|n| Purchase { customer: n.to_string(), day: Day(n), value: 1.0 }).collect();
    let known = customers(&once, Day(500));
    assert!(fit::buying(&known).is_none() && fit::spending(&known).is_none());
    assert_eq!(customers(&[], Day(0)), []);
}

#[test]
fn c46_classes_and_fifths() {
    let spent = [70.0, 15.0, 7.0, 4.0, 3.0, 1.0];
    let purchases: Vec<Purchase> =
        (0i64..).zip(spent).map(|(n, value)| Purchase { customer: format!("c{n}"), day: Day(n), value }).collect();
    let known = customers(&purchases, Day(10));
    // 70, 85 crosses 80, 92, 96 crosses 95, then the rest.
    assert_eq!(abc(&known), [Class::A, Class::A, Class::B, Class::B, Class::C, Class::C]);
    let fifths = rfm(&known);
    assert_eq!(fifths.iter().map(|f| f.money).collect::<Vec<_>>(), [5, 4, 3, 2, 1, 1]);
    assert_eq!(fifths.iter().map(|f| f.recency).collect::<Vec<_>>(), [1, 1, 2, 3, 4, 5]);
    assert!(fifths.iter().all(|f| f.frequency == 1), "all ordered once");
}

#[test]
fn c51_silence_is_counted_in_her_own_intervals() {
    let bought = |days: &[i64]| {
        let purchases: Vec<Purchase> =
            days.iter().map(|day| Purchase { customer: "c".into(), day: Day(*day), value: 1.0 }).collect();
        customers(&purchases, Day(100)).remove(0)
    };
    assert_eq!(silence(&bought(&[0, 20, 60]), Day(100)), Some(40.0 / 30.0));
    assert_eq!(silence(&bought(&[0, 20]), Day(100)), None);
}

#[test]
fn parameters_come_back_and_nonsense_is_refused() {
    let parameters = Parameters::new(
        Buying::BgNbd { r: 0.2, alpha: 4.0, a: 0.8, b: 2.4 },
        Some(Spending { p: 6.0, q: 3.7, v: 15.0 }),
    );
    let text = serde_json::to_string(&parameters).unwrap();
    assert_eq!(serde_json::from_str::<Parameters>(&text).unwrap(), parameters);
    assert!(parameters.models().is_some());
    assert!(Parameters { a: None, ..parameters }.models().is_none());
    assert!(Parameters { q: Some(0.9), ..parameters }.models().is_none());
    assert!(Parameters { r: f64::NAN, ..parameters }.models().is_none());
    assert!(Parameters { alpha: -1.0, ..parameters }.models().is_none());
}

#[test]
fn a_backtest_counts_what_came() {
    let known = customers(&cdnow(), end_of_calibration());
    let model = fit::buying(&known).unwrap().model;
    let test = backtest(&known, &model, 39.0);
    let later = cdnow()
        .iter()
        .filter(|purchase| purchase.day > end_of_calibration())
        .map(|purchase| (purchase.customer.clone(), purchase.day))
        .collect::<std::collections::BTreeSet<_>>();
    let known_later = later.iter().filter(|(id, _)| known.iter().any(|customer| customer.id == *id)).count();
    assert_eq!(test.came, known_later as f64);
    assert!((test.expected / test.came - 1.0).abs() < 0.2 && test.correlation > 0.5, "{test:?}");
}

const MAPPING: &str = r#"{ "order": "o", "time": { "column": "t" }, "customer": "c", "item": "i", "quantity": "q",
    "price": { "unit": "p" }, "currency": "EUR", "cancelled_prefix": "C" }"#;

/// Thirty customers who buy again and again, one of whom sends something back.
fn returning_log() -> crate::orders::Log {
    let mut text = String::from("o,t,c,i,q,p\n");
    for customer in 0..30 {
        for n in 0..=customer % 5 {
            let day = 1 + (customer * 3 + n * 11) % 28;
            text +=
                &format!("{customer}-{n},2024-{:02}-{day:02},c{customer:02},A,{},{}.50\n", 1 + n, 1 + n, 4 + customer);
        }
    }
    text += "C1,2024-12-31,c04,A,-5,8.50\n";
    let mapping = crate::orders::Mapping::parse(MAPPING).unwrap();
    crate::orders::read(text.as_bytes(), "orders.csv", &mapping, &crate::orders::Reading::default()).unwrap()
}

#[test]
fn c46_what_came_back_is_not_worth_anything() {
    let log = returning_log();
    let (net, gross) = (purchases(&log, false), purchases(&log, true));
    assert_eq!(gross.len() - net.len(), 1, "five pieces of the latest order: nothing is left of it");
    let spent = |list: &[Purchase]| list.iter().filter(|p| p.customer == "c04").map(|p| p.value).sum::<f64>();
    assert_eq!(spent(&gross) - spent(&net), 5.0 * 8.5);
}

#[test]
fn c46_records_carry_the_figures_of_the_command_to_the_last_bit() {
    use wellmet_engine::record::Record;
    let log = returning_log();
    let (mut records, _) = crate::orders::records(&log);
    records[0].traits.push(("class".into(), "Gold".into()));
    let as_of = Day(log.end().0.div_euclid(86_400_000));
    let known = customers(&purchases(&log, false), as_of);
    let buying = Buying::BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
    let spending = Spending { p: 6.25, q: 3.74, v: 15.44 };
    let scores = scores(&known, as_of, &buying, Some(&spending));
    assert_eq!(add_facts(&mut records, &scores, &date(as_of)), 1, "the shop's own class is kept");
    // As they travel from hub to page.
    for record in records.iter().map(|record| Record::decode(&record.encode()).unwrap()) {
        let fact = |name: &str| record.traits.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let score = scores.iter().find(|score| score.customer == record.customer.as_str()).unwrap();
        let numbers = [("alive", score.alive), ("expected_orders", score.expected_orders), ("value", score.value)];
        for (name, number) in numbers {
            assert_eq!(fact(name).unwrap().parse::<f64>().unwrap().to_bits(), number.to_bits(), "{name}");
        }
        assert_eq!(fact("next_order"), score.next_order.as_deref());
        assert_eq!(fact("rfm"), Some(format!("{}{}{}", score.recency, score.frequency, score.money).as_str()));
        assert_eq!(fact("value_as_of"), Some(date(as_of).as_str()));
        let own = record.customer.as_str() == "c00";
        assert_eq!(fact("class"), Some(if own { "Gold".to_owned() } else { format!("{:?}", score.class) }.as_str()));
    }
}

#[test]
fn c48_rules_can_ask_for_every_figure() {
    let facts: String = FACTS
        .iter()
        .map(|(name, kind)| format!("\"{name}\": {{ \"type\": \"{kind}\", \"source\": \"record\" }},"))
        .collect();
    let shop = format!(
        "{{ \"shop\": {{ \"name\": \"S\", \"currency\": \"EUR\", \"languages\": [\"en\"] }},
            \"attributes\": {{ {} }},
            \"segments\": {{ \"worth-a-call\": {{ \"when\": {{ \"class\": \"A\", \"alive\": {{ \"$lt\": 0.5 }} }} }} }} }}",
        facts.trim_end_matches(',')
    );
    let path = std::env::temp_dir().join(format!("wellmet-facts-{}.json", std::process::id()));
    std::fs::write(&path, shop).unwrap();
    let loaded = crate::shop::load(&path);
    std::fs::remove_file(&path).unwrap();
    let file = loaded.unwrap();
    let table = crate::shop::compile::compile(&file, crate::shop::compile::Target::Browser).unwrap();
    assert_eq!(table.segments.len(), 1);
}
