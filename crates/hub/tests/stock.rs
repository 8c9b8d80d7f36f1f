//! Stock over stores and the web: its age, and that it reaches open pages.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use common::{Device, TestHub};
use serde_json::{Value, json};
use wellmet_engine::time::Span;

/// An open page that listens.
struct Page(BufReader<TcpStream>);

impl Page {
    fn listen(hub: &TestHub, items: &str) -> Self {
        let mut stream = TcpStream::connect(hub.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "GET /wellmet/v1/stock/live?items={items} HTTP/1.1\r\nhost: x\r\nsec-fetch-site: same-origin\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self(BufReader::new(stream))
    }

    /// The data of the next event.
    fn next(&mut self) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream has ended");
            if let Some(data) = line.trim_end().strip_prefix("data: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }
}

#[test]
fn c78_a_change_of_stock_reaches_an_open_page_by_itself() {
    let hub = TestHub::start();
    let mut shop = hub.shop();
    shop.stock("cup", "web", 5);
    let mut page = Page::listen(&hub, "cup");
    let first = page.next();
    assert_eq!((first["item"].as_str(), first["places"][0]["quantity"].as_i64()), (Some("cup"), Some(5)));
    shop.stock("tea", "web", 1);
    shop.stock("cup", "vienna", 2);
    let next = page.next();
    let places: Vec<_> =
        next["places"].as_array().unwrap().iter().map(|here| here["place"].as_str().unwrap()).collect();
    assert_eq!(places, ["web", "vienna"], "the web first; nothing of other articles");
    shop.post(
        "/v1/stock",
        &json!({ "readings": [{ "item": "cup", "place": "vienna", "change": -2, "id": "sale 7" }] }),
    )
    .ok();
    assert_eq!(page.next()["places"][1]["quantity"], 0);
}

#[test]
fn c78_a_reading_tells_its_age_and_an_old_one_is_no_fact() {
    let hub = TestHub::start();
    hub.shop()
        .post(
            "/v1/stock",
            &json!({ "readings": [{ "item": "cup", "place": "vienna", "quantity": 3, "pickupMinutes": 90 }] }),
        )
        .ok();
    let mut browser = hub.browser();
    let mut told = || browser.get("/v1/stock?items=cup,tea").ok().json()["items"].clone();
    assert_eq!(
        told()[0]["places"][0],
        json!({
            "place": "vienna", "quantity": 3, "at": hub.clock.now().0, "ageSeconds": 0, "stale": false, "pickupMinutes": 90,
        })
    );
    assert_eq!((told()[1]["item"].as_str(), told()[1]["places"].as_array().map(Vec::len)), (Some("tea"), Some(0)));
    hub.clock.advance(Span::MINUTE * 15);
    assert_eq!(told()[0]["places"][0]["stale"], false);
    hub.clock.advance(Span(1_000));
    let old = told()[0]["places"][0].clone();
    assert_eq!((old["stale"].as_bool(), old["ageSeconds"].as_i64()), (Some(true), Some(901)));
    assert!(browser.cookies.is_empty(), "stock needs no identity");
}

#[test]
fn what_makes_no_sense_is_told_its_place() {
    let hub = TestHub::start();
    let mut shop = hub.shop();
    let future = hub.clock.now() + Span::days(1);
    let cases = [
        ("stock-item", "readings[0].item", json!({ "item": "", "place": "web", "quantity": 1 })),
        ("stock-place", "readings[0].place", json!({ "item": "cup", "place": "", "quantity": 1 })),
        ("stock-amount", "readings[0].quantity", json!({ "item": "cup", "place": "web" })),
        ("stock-amount", "readings[0].quantity", json!({ "item": "cup", "place": "web", "change": 1 })),
        ("stock-moment", "readings[0].at", json!({ "item": "cup", "place": "web", "quantity": 1, "at": future.0 })),
    ];
    for (code, place, reading) in cases {
        let reply = shop.post("/v1/stock", &json!({ "readings": [reading] }));
        assert_eq!((reply.code().as_str(), reply.json()["at"].as_str()), (code, Some(place)));
    }
    shop.post("/v1/stock", &json!({ "readings": [] })).refused(422, "too-many-readings");
    for query in ["", "?items=", "?items=,", "?thing=1"] {
        let reply = hub.browser().get(&format!("/v1/stock{query}"));
        assert_eq!(reply.status, 400, "{query}");
    }
    // A page of somebody else's asks in vain.
    let mut foreign = Device::visiting(&hub).browser;
    foreign.origin = Some("https://evil.example".into());
    foreign.get("/v1/stock?items=cup").refused(403, "origin-refused");
}
