//! The manners of the server: origins, bodies, headers, limits, wake-ups, stopping.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::io::Read;
use std::time::{Duration, Instant};

use common::live::{Listening, answer, raw};
use common::{Device, ORIGIN, TestHub, lines, token};
use serde_json::json;

#[test]
fn other_origins_are_refused_on_every_route_that_knows_somebody() {
    let hub = TestHub::start();
    let mut device = Device::of(&hub, "anna");
    let routes = [
        ("POST", "/v1/visit", "application/json"),
        ("POST", "/v1/login", "application/json"),
        ("POST", "/v1/logout", "application/json"),
        ("GET", "/v1/record", ""),
        ("GET", "/v1/export", ""),
        ("DELETE", "/v1/shopper", ""),
        ("POST", "/v1/sync", "application/octet-stream"),
        ("GET", "/v1/live", ""),
    ];
    for (method, path, kind) in routes {
        let headers: &[(&str, &str)] = if kind.is_empty() { &[] } else { &[("content-type", kind)] };
        for origin in ["https://evil.example", "null", "http://shop.example", "https://shop.example:8443"] {
            device.browser.origin = Some(origin.into());
            device.browser.send(method, path, headers, b"{}").refused(403, "origin-refused");
        }
        device.browser.origin = None;
        for site in ["cross-site", "same-site"] {
            let headers = [headers, &[("sec-fetch-site", site)]].concat();
            device.browser.send(method, path, &headers, b"{}").refused(403, "origin-refused");
        }
    }
    device.browser.origin = Some(ORIGIN.into());
    device.browser.get("/v1/record").ok();
}

#[test]
fn a_plain_form_is_refused() {
    let hub = TestHub::start();
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "text/json"] {
        for path in ["/v1/visit", "/v1/login", "/v1/logout", "/v1/sync"] {
            hub.browser().send("POST", path, &[("content-type", kind)], b"{}").refused(415, "content-type");
        }
    }
    hub.browser().send("POST", "/v1/visit", &[], b"{}").refused(415, "content-type");
    hub.browser().send("POST", "/v1/visit", &[("content-type", "Application/JSON; charset=utf-8")], b"{}").ok();
}

#[test]
fn garbage_and_giants_are_refused_by_name() {
    let hub = TestHub::start();
    let json = &[("content-type", "application/json")];
    for body in ["", "{", "[]", "7", "{\"visitor\":7}", "\u{0}"] {
        hub.browser().send("POST", "/v1/visit", json, body.as_bytes()).refused(400, "bad-json");
    }
    let nested = "[".repeat(3_000);
    hub.browser().send("POST", "/v1/visit", json, nested.as_bytes()).refused(400, "bad-json");
    let mut visitor = Device::visiting(&hub).browser;
    let octets = &[("content-type", "application/octet-stream")];
    for (path, kind, size) in [("/v1/visit", json, 5_000), ("/v1/login", json, 800_000), ("/v1/sync", octets, 600_000)]
    {
        // The hub answers without reading on, so the client may find the pipe closed first.
        match visitor.try_send("POST", path, kind, &vec![b' '; size]) {
            Ok(reply) => reply.refused(413, "too-large"),
            Err(error) => assert!(matches!(error, ureq::Error::Io(_)), "{error}"),
        }
    }
    // Bodies are taken as they come: a small one that would unfold to gigabytes is not unfolded.
    let packed = &[("content-type", "application/json"), ("content-encoding", "gzip")];
    let mut visitor = hub.browser();
    visitor.send("POST", "/v1/visit", packed, b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0").refused(400, "bad-json");
    // A body that promises more than it brings, and one that never ends its chunks.
    let mut stream = raw(
        &hub,
        "POST /wellmet/v1/visit HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
    );
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    assert!(text.is_empty() || text.contains("body-incomplete"), "{text}");
    // The hub is well.
    hub.browser().get("/v1/health").ok();
}

#[test]
fn every_answer_is_private_and_unknown_routes_say_so() {
    let hub = TestHub::start();
    let mut browser = hub.browser();
    browser.visit();
    let answers = [
        browser.get("/v1/health"),
        browser.get("/v1/record"),
        browser.get("/v1/nowhere"),
        browser.get("/v1/sync"),
        browser.post("/v1/visit", &json!({})),
        browser.delete("/v1/shopper"),
    ];
    for reply in &answers {
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ] {
            assert_eq!(reply.headers[name], value, "{reply:?}");
        }
        assert!(!reply.headers.contains_key("access-control-allow-origin"));
    }
    answers[2].refused(404, "no-such-route");
    answers[3].refused(405, "method");
    for refusal in [&answers[1], &answers[2]] {
        let body = refusal.json();
        assert!(body["message"].as_str().unwrap().ends_with('.') && body["fix"].is_string(), "{body}");
    }
}

#[test]
fn the_base_path_is_the_shop_s_choice() {
    for (base, path) in [("/hub/of/shop/", "/hub/of/shop/v1/health"), ("", "/v1/health"), ("/", "/v1/health")] {
        let hub = TestHub::start_with(|config| config.base = base.into());
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let text = answer(raw(&hub, &request));
        assert!(text.starts_with("HTTP/1.1 200") && text.contains("\"status\":\"ok\""), "{base}: {text}");
    }
}

#[test]
fn an_address_that_asks_too_often_waits() {
    let hub = TestHub::start_with(|config| {
        config.forwarded = true;
        config.limits.per_minute = 20;
        config.limits.logins_per_minute = 3;
    });
    let ask = |address: &str, path: &str, n: usize| -> Vec<u16> {
        let headers = [("content-type", "application/json"), ("x-forwarded-for", address)];
        (0..n).map(|_| hub.browser().send("POST", path, &headers, br#"{"token":"guess"}"#).status).collect()
    };
    assert_eq!(ask("203.0.113.1", "/v1/login", 5), [401, 401, 401, 429, 429]);
    assert_eq!(ask("203.0.113.2", "/v1/visit", 22)[19..], [200, 429, 429]);
    // The claim in front is the caller's own word and does not help.
    assert_eq!(ask("198.51.100.7, 203.0.113.2", "/v1/visit", 1), [429]);
    assert_eq!(ask("203.0.113.3", "/v1/visit", 1), [200]);
    hub.clock.advance(wellmet_engine::time::Span::MINUTE);
    assert_eq!(ask("203.0.113.2", "/v1/visit", 1), [200]);
}

#[test]
fn c82_a_change_wakes_the_other_devices_within_a_moment_and_says_nothing_else() {
    let hub = TestHub::start();
    let (mut phone, mut desktop, guest) = (Device::of(&hub, "anna"), Device::of(&hub, "anna"), Device::visiting(&hub));
    let mut listening = Listening::start(&hub, &desktop);
    let stranger = Listening::start(&hub, &guest);
    for n in 1..=5 {
        phone.add("secret-item", 1);
        let since = Instant::now();
        phone.sync();
        let event = listening.until("data:");
        assert!(!event.contains("event:") && !event.contains("secret-item"), "{event}");
        desktop.sync();
        assert_eq!(desktop.cart(), lines(&[("secret-item", n)]));
        assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    }
    stranger.0.get_ref().set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut stranger = stranger;
    assert_eq!(stranger.until("data:"), "", "nobody else is woken");
}

#[test]
fn listening_needs_somebody_and_has_bounds() {
    let hub = TestHub::start_with(|config| {
        config.limits.listeners = 3;
        config.limits.listeners_each = 2;
    });
    hub.browser().get("/v1/live").refused(401, "no-identity");
    let (one, two) = (Device::visiting(&hub), Device::visiting(&hub));
    let first = (Listening::start(&hub, &one), Listening::start(&hub, &one));
    one.browser.clone().get("/v1/live").refused(503, "too-many-listeners");
    let second = Listening::start(&hub, &two);
    two.browser.clone().get("/v1/live").refused(503, "too-many-listeners");
    drop((first, second));
    // The places are free again once the hub notices.
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut phone = Device { browser: two.browser.clone(), state: two.state };
    while hub.browser().get("/v1/health").status != 200 || Instant::now() > deadline {}
    phone.add("A", 1);
    phone.sync();
}

#[test]
fn stopping_ends_listeners_and_is_quick() {
    let hub = TestHub::start();
    let device = Device::of(&hub, "anna");
    let mut listening = Listening::start(&hub, &device);
    let since = Instant::now();
    drop(hub);
    assert_eq!(listening.until("data:"), "");
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
}

#[test]
fn a_busy_hub_says_so_and_recovers() {
    let hub = TestHub::start_with(|config| config.limits.requests = 0);
    let reply = hub.browser().post("/v1/visit", &json!({}));
    reply.refused(503, "busy");
    assert!(reply.headers.contains_key("retry-after"));
    hub.browser().get("/v1/health").ok();
}

#[test]
fn a_half_open_connection_holds_nobody_up() {
    let hub = TestHub::start_with(|config| config.limits.connections = 4);
    let _slow: Vec<_> = (0..3).map(|_| raw(&hub, "POST /wellmet/v1/visit HTTP/1.1\r\nhost: x\r\n")).collect();
    for _ in 0..20 {
        hub.browser().login(&token("anna"), None).ok();
    }
}
