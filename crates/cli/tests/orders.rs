//! Order logs as they come: a slice of a real export, and every trap that one may hold.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use wellmet_cli::failure::Outcome;
use wellmet_cli::orders::{Log, Mapping, Reading, parse_day, read, read_file, records};
use wellmet_engine::time::Span;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn superstore() -> Log {
    let mapping = Mapping::load(&root().join("www/superstore.mapping.json")).unwrap();
    read_file(&root().join("tests/data/superstore/orders.csv"), &mapping, &Reading::default()).unwrap()
}

/// A shop that writes rows like the giftware log of UCI.
fn mapping() -> Mapping {
    let text = r#"{ "order": "order", "time": { "column": "time" }, "customer": "customer", "customer_name": "name",
        "item": "item", "title": "title", "quantity": "quantity", "price": { "unit": "price" }, "currency": "GBP",
        "cancelled_prefix": "C", "service_items": "without-digit" }"#;
    Mapping::parse(text).unwrap()
}

const HEADER: &str = "order,time,customer,name,item,title,quantity,price\n";

fn fold(rows: &str, keep_going: bool) -> Outcome<Log> {
    let text = format!("{HEADER}{rows}");
    read(text.as_bytes(), "orders.csv", &mapping(), &Reading { keep_going, ..Reading::default() })
}

#[test]
fn c64_a_real_export_is_read_whole() {
    let log = superstore();
    assert_eq!((log.report.rows, log.report.kept), (200, 200));
    assert_eq!((log.orders.len(), log.customers.len(), log.items.len()), (97, 93, 187));
    let claire = &log.customers[log.customers.binary_search_by(|c| c.id.as_str().cmp("CG-12520")).unwrap()];
    assert_eq!(claire.name.as_deref(), Some("Claire Gute"));
    assert!(claire.traits.contains(&("segment".into(), "Consumer".into())), "{:?}", claire.traits);
    let item = |id: &str| &log.items[log.items.binary_search_by(|item| item.id.as_str().cmp(id)).unwrap()];
    let table = item("FUR-TA-10000577");
    assert_eq!(table.title, "Bretford CR4500 Series Slim Rectangular Table");
    assert_eq!(table.category, "Furniture > Tables");
    assert_eq!(table.price_minor, 34_821, "957.5775 for five at 45 % off, and 1044.63 for three");
    assert_eq!(item("OFF-ST-10004186").title, "Stur-D-Stor Shelving, Vertical 5-Shelf: 72\"H x 36\"W x 18 1/2\"D");
    assert_eq!(log.report.count("two-names"), 1);
    assert_eq!(item("FUR-CH-10001146").title, "Global Task Chair, Black", "of equally frequent names the latest");
}

#[test]
fn c64_records_hold_what_was_paid() {
    let log = superstore();
    let (records, settled) = records(&log);
    assert_eq!(settled, Default::default());
    assert_eq!(records.len(), 93);
    let claire = records.iter().find(|record| record.customer.as_str() == "CG-12520").unwrap();
    assert_eq!((claire.order_count, claire.spent_minor), (1, 26_196 + 73_194));
    let lines: Vec<_> =
        claire.orders[0].lines.iter().map(|line| (line.item.as_str(), line.quantity, line.unit_minor)).collect();
    assert_eq!(lines, [("FUR-BO-10001798", 2, 13_098), ("FUR-CH-10000454", 3, 24_398)]);
    assert_eq!(records.iter().map(|record| record.spent_minor).sum::<i64>(), 4_779_984);
    for record in &records {
        assert_eq!(wellmet_engine::record::Record::decode(&record.encode()).as_ref(), Ok(record));
        assert!(record.orders.is_sorted_by(|a, b| a.at >= b.at), "newest first");
    }
}

#[test]
fn a_log_of_years_ago_moves_to_a_day() {
    let mut log = superstore();
    let before: Vec<i64> = log.orders.windows(2).map(|pair| (pair[1].at - pair[0].at).0).collect();
    let day = parse_day("2026-11-20").unwrap();
    log.shift_to(day);
    assert_eq!(log.end().0.div_euclid(Span::DAY.0), day.0);
    assert_eq!(log.orders.windows(2).map(|pair| (pair[1].at - pair[0].at).0).collect::<Vec<_>>(), before);
    assert!(log.items.iter().all(|item| item.first_seen <= item.last_seen && item.last_seen <= log.end()));
}

#[test]
fn c64_a_malformed_row_is_named_with_row_column_and_fix() {
    let good = "1,2024-05-01,anna,Anna,A1,Cup,2,5.95\n";
    for (row, code, column, value) in [
        (",2024-05-01,anna,Anna,A1,Cup,2,5.95", "bad-order", Some("order"), ""),
        ("2,2024-05-32,anna,Anna,A1,Cup,2,5.95", "bad-time", Some("time"), "2024-05-32"),
        ("2,2024-05-01,anna,Anna,,Cup,2,5.95", "bad-item", Some("item"), ""),
        ("2,2024-05-01,anna,Anna,A1,Cup,two,5.95", "bad-number", Some("quantity"), "two"),
        ("2,2024-05-01,anna,Anna,A1,Cup,1.5,5.95", "bad-quantity", Some("quantity"), "1.5"),
        ("2,2024-05-01,anna,Anna,A1,Cup,2,5.95 EUR", "bad-number", Some("price"), "5.95 EUR"),
        ("2,2024-05-01,anna,Anna,A1,Cup,2", "wrong-width", None, "7 fields"),
    ] {
        let rows = format!("{good}{row}\n{}", good.replace("1,2024", "3,2024"));
        let failure = fold(&rows, false).unwrap_err();
        assert_eq!(failure.code, code, "{failure}");
        let place = failure.place.unwrap();
        assert!(place.starts_with("orders.csv, row 3"), "{place}");
        match column {
            Some(column) => assert!(place.ends_with(&format!("column {column:?}")), "{place}"),
            None => assert!(!place.contains("column"), "{place}"),
        }
        assert!(failure.message.contains(value), "{}", failure.message);
        assert!(failure.fix.unwrap().contains("--keep-going"));
        let log = fold(&rows, true).unwrap();
        assert_eq!((log.report.rows, log.report.kept, log.report.count(code)), (3, 2, 1), "{row}");
        assert!(log.report.counts[code].examples[0].starts_with("row 3"), "{:?}", log.report.counts[code]);
        assert_eq!(log.orders.len(), 2, "the rest is kept");
    }
}

#[test]
fn every_row_that_is_left_out_is_counted() {
    let log = fold(
        "1,2024-05-01,anna,Anna,A1,Cup,2,5.95\n\
         1,2024-05-01,anna,Anna,POST,Postage,1,3.00\n\
         1,2024-05-01,anna,Anna,A2,Pot,0,19.00\n\
         1,2024-05-01,anna,Anna,A3,Sample,1,0\n\
         1,2024-05-01,anna,Anna,A4,Voucher,1,-5\n\
         2,2024-05-02,,,A1,Cup,1,5.95\n\
         3,2024-05-03,anna,Anna,A1,Cup,-1,5.95\n\
         C4,2024-05-04,anna,Anna,A1,Cup,-1,5.95\n",
        false,
    )
    .unwrap();
    for code in ["service-item", "zero-quantity", "zero-price", "negative-price", "negative-quantity", "cancelled"] {
        assert_eq!(log.report.count(code), 1, "{code}");
    }
    assert_eq!((log.report.rows, log.report.kept, log.report.count("no-customer")), (8, 2, 1));
    let left_out: u64 = log.report.counts.iter().filter(|(code, _)| **code != "no-customer").map(|(_, c)| c.rows).sum();
    assert_eq!(log.report.kept + left_out, log.report.rows, "nothing is dropped silently");
    assert_eq!(log.orders.len(), 2);
    assert_eq!(log.items.len(), 1, "what was never sold is no item");
}

#[test]
fn c08_what_was_sent_back_is_not_hers() {
    let log = fold(
        "1,2024-05-01,anna,Anna,A1,Cup,2,5.00\n\
         1,2024-05-01,anna,Anna,A2,Pot,1,19.00\n\
         2,2024-06-01,anna,Anna,A1,Cup,3,5.00\n\
         3,2024-06-02,bert,Bert,A1,Cup,1,5.00\n\
         C5,2024-06-05,anna,Anna,A1,Cup,-4,5.00\n\
         C6,2024-06-06,bert,Bert,A1,Cup,-1,5.00\n\
         C7,2024-06-07,bert,Bert,A1,Cup,-1,5.00\n",
        false,
    )
    .unwrap();
    let (records, settled) = records(&log);
    assert_eq!((settled.pieces, settled.unmatched, settled.orders_gone), (5, 1, 2));
    let [anna, bert] = &records[..] else { panic!("two customers") };
    assert_eq!((anna.order_count, anna.spent_minor), (1, 500 + 1_900), "three of the latest order, one of the first");
    assert_eq!(anna.orders[0].lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [1, 1]);
    assert_eq!((bert.order_count, bert.spent_minor, bert.first_order), (0, 0, None));
    assert_eq!(bert.name.as_deref(), Some("Bert"), "she is known although nothing is left");
}

#[test]
fn repeated_rows_and_two_names_are_told() {
    let log = fold(
        "1,2024-05-01,anna,Anna,A1,Cup,2,5.00\n\
         1,2024-05-01,anna,Anna,A1,Cup,2,5.00\n\
         1,2024-05-01,anna,Anna,A1,\"Cup, large\",1,8.00\n\
         1,2024-05-01,bert,Bert,A2,Pot,1,19.00\n\
         2,2024-05-02,anna,Anne,A1,\"Cup, large\",1,8.00\n",
        false,
    )
    .unwrap();
    for code in ["repeated-row", "repeated-item", "two-names", "order-of-two-customers", "two-customer-names"] {
        assert_eq!(log.report.count(code), 1, "{code}");
    }
    let line = log.orders[0].lines[0];
    assert_eq!((line.quantity, line.unit_minor), (5, 560), "2 * 5.00 + 2 * 5.00 + 8.00 in five pieces");
    assert_eq!(log.items[0].title, "Cup, large", "of equally frequent names the latest");
    assert_eq!(log.customers[0].name.as_deref(), Some("Anne"), "the latest name");
}

#[test]
fn dates_that_could_be_two_days_are_asked_about() {
    let rows = |dates: [&str; 2]| {
        let row = |n, date| format!("{n},{date},anna,Anna,A1,Cup,2,5.00\n");
        fold(&(row(1, dates[0]) + &row(2, dates[1])), false)
    };
    let failure = rows(["01/02/2024", "03/04/2024"]).unwrap_err();
    assert_eq!(failure.code, "ambiguous-time");
    assert!(failure.fix.unwrap().contains("\"format\""));
    let log = rows(["01/02/2024", "13/02/2024"]).unwrap();
    assert_eq!((log.orders[1].at - log.orders[0].at), Span::days(12));
    assert_eq!(rows(["soon", "later"]).unwrap_err().code, "bad-time");
}

#[test]
fn ids_and_names_in_any_script_and_with_separators() {
    let log = fold(
        "1,2024-05-01,\"smith, j\",\"<b>J</b> Smith\",\"A,1\",\"Tasse »groß« 茶\",2,5.00\n2,2024-05-02,\"smith, j\",,ü7,Topf,1,1.00\n",
        false,
    )
    .unwrap();
    assert_eq!(log.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["A,1", "ü7"]);
    assert_eq!(log.customers[0].name.as_deref(), Some("<b>J</b> Smith"), "text is kept as text");
    let long = "x".repeat(600);
    let log = fold(&format!("1,2024-05-01,anna,Anna,A1,{long},2,5.00\n"), false).unwrap();
    assert_eq!((log.items[0].title.len(), log.report.count("cut-text")), (512, 1));
}

#[test]
fn other_currencies_are_left_out_and_counted() {
    let text = r#"{ "order": "o", "time": { "column": "t" }, "item": "i", "quantity": "q",
        "price": { "line_total": "p" }, "currency": { "column": "c", "main": "JPY" } }"#;
    let csv = "o,t,i,q,p,c\n1,2024-05-01,A1,2,501,JPY\n1,2024-05-01,A2,1,5,EUR\n";
    let log = read(csv.as_bytes(), "orders.csv", &Mapping::parse(text).unwrap(), &Reading::default()).unwrap();
    assert_eq!(log.report.count("other-currency"), 1);
    assert_eq!(log.orders[0].lines[0].unit_minor, 251, "yen have no minor unit; half is rounded up");
}

#[test]
fn a_log_without_any_order_says_what_became_of_it() {
    let failure = fold("C1,2024-05-01,anna,Anna,A1,Cup,-2,5.00\n", false).unwrap_err();
    assert_eq!(failure.code, "no-orders");
    assert!(failure.fix.unwrap().contains("cancelled 1"));
}

#[test]
fn one_giant_order_and_many_rows_before_the_format_is_known() {
    let mut rows = String::new();
    for n in 0..5_000 {
        rows += &format!("1,2024-05-01,anna,Anna,A{n},Cup,1,5.00\n");
    }
    let log = fold(&rows, false).unwrap();
    assert_eq!((log.orders.len(), log.orders[0].lines.len()), (1, 5_000));
    let (records, settled) = records(&log);
    assert_eq!((records[0].orders[0].lines.len(), settled.lines_not_carried), (100, 4_900));
    assert_eq!(records[0].spent_minor, 5_000 * 500, "the totals are whole");
}

#[test]
fn c64_events_of_other_tools_refunds_and_all() {
    let read_with = |mapping: &str, log: &str| {
        let mapping = Mapping::load(&root().join("examples/mappings").join(mapping)).unwrap();
        read(log.as_bytes(), "events.jsonl", &mapping, &Reading::default()).unwrap()
    };
    let segment = r#"{"event":"Order Completed","userId":"anna","timestamp":"2024-05-01T08:26:03Z","properties":{"order_id":"7","currency":"EUR","products":[{"product_id":"A1","name":"Cup","price":5.95,"quantity":2},{"product_id":"A2","name":"Pot","price":19,"quantity":1}]}}
{"event":"Product Viewed","userId":"anna","timestamp":"2024-05-01T08:30:00Z","properties":{"product_id":"A1"}}
{"event":"Order Refunded","userId":"anna","timestamp":"2024-05-09T08:00:00Z","properties":{"order_id":"7","currency":"EUR","products":[{"product_id":"A1","quantity":1}]}}
"#;
    let ga4 = r#"{"event_name":"purchase","event_timestamp":"1714551963000000","user_id":"anna","event_params":[{"key":"currency","value":{"string_value":"EUR"}}],"ecommerce":{"transaction_id":"7"},"items":[{"item_id":"A1","item_name":"Cup","price":5.95,"quantity":2},{"item_id":"A2","item_name":"Pot","price":19.0,"quantity":1}]}
{"event_name":"page_view","event_timestamp":"1714552000000000","user_id":"anna","event_params":[]}
{"event_name":"refund","event_timestamp":"1715241600000000","user_id":"anna","event_params":[{"key":"currency","value":{"string_value":"EUR"}}],"ecommerce":{"transaction_id":"7"},"items":[{"item_id":"A1","quantity":1}]}
"#;
    for log in [read_with("segment-orders.json", segment), read_with("ga4-orders.json", ga4)] {
        assert_eq!((log.report.rows, log.report.kept), (4, 2), "{:?}", log.report);
        assert_eq!((log.report.count("other-kind"), log.report.count("returned")), (1, 1));
        assert_eq!((log.orders.len(), log.orders[0].lines.len()), (1, 2));
        let (records, settled) = records(&log);
        assert_eq!((settled.pieces, records[0].spent_minor), (1, 595 + 1_900));
        assert_eq!(log.items[0].title, "Cup");
    }
}

#[test]
fn orders_that_never_came_about_and_wrong_clocks() {
    let text = r#"{ "order": "o", "time": { "column": "t" }, "customer": "c", "item": "i", "quantity": "q",
        "price": { "unit": "p" }, "currency": "EUR", "cancelled": { "status": ["cancelled", "failed"] } }"#;
    let csv = "o,t,c,i,q,p,status\n1,2024-05-01,anna,A,1,5,paid\n2,2024-05-02,anna,A,1,5,failed\n3,2034-05-01,anna,A,1,5,paid\n4,1980-01-01,anna,A,1,5,paid\n";
    let now = parse_day("2024-06-01").unwrap().midnight_utc();
    let reading = Reading { now: Some(now), ..Reading::default() };
    let log = read(csv.as_bytes(), "orders.csv", &Mapping::parse(text).unwrap(), &reading).unwrap();
    assert_eq!((log.report.count("cancelled"), log.report.count("wrong-clock"), log.orders.len()), (1, 2, 1));
    assert!(log.returns.is_empty(), "what never came about cannot come back");
    assert_eq!(log.end(), parse_day("2024-05-01").unwrap().midnight_utc(), "a clock of 2034 ages nothing");
}
