//! What is due: once for each occasion, by her clock and her wishes, over mail, webhook and window.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use common::rules::{Shop, placed};
use common::{Device, SHOP_SECRET, TestHub, hs256};
use serde_json::{Value, json};
use wellmet_engine::offer::{Every, Quiet};
use wellmet_engine::time::{Day, Instant, Span};
use wellmet_hub::rules::{Channel, Rules, TriggerRule};
use wellmet_hub::{Config, MailSettings, WebhookSettings};

/// A mail server that keeps what it is given. `RCPT` of `full@…` is refused for now.
struct Post {
    address: String,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Post {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mails = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&mails);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || {
                    let stream = stream.unwrap();
                    let (mut out, mut input) = (stream.try_clone().unwrap(), BufReader::new(stream));
                    out.write_all(b"220 post ESMTP\r\n").unwrap();
                    let mut line = String::new();
                    while input.read_line(&mut line).is_ok_and(|read| read > 0) {
                        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
                        let answer = match verb.as_str() {
                            "EHLO" => "250-post\r\n250 8BITMIME\r\n",
                            "RCPT" if line.contains("full@") => "452 try later\r\n",
                            "DATA" => {
                                out.write_all(b"354 go on\r\n").unwrap();
                                let mut mail = String::new();
                                while !mail.ends_with("\r\n.\r\n") {
                                    assert!(input.read_line(&mut mail).unwrap() > 0);
                                }
                                kept.lock().unwrap().push(mail);
                                "250 taken\r\n"
                            }
                            "QUIT" => "221 bye\r\n",
                            _ => "250 ok\r\n",
                        };
                        out.write_all(answer.as_bytes()).unwrap();
                        line.clear();
                    }
                });
            }
        });
        Self { address, mails }
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    fn deliver(&self, config: &mut Config) {
        let from = "Half Past Nine <hello@shop.example>".into();
        config.mail = Some(MailSettings { server: format!("smtp://{}", self.address), from });
        config.public = Some("https://shop.example".into());
    }
}

fn trigger(id: &str, channels: &[Channel]) -> TriggerRule {
    TriggerRule { id: id.into(), channels: channels.to_vec(), ..TriggerRule::default() }
}

/// Two weeks after an order: `thanks`.
fn thanks(about_order: bool) -> Shop {
    let mut shop = Shop::new();
    let rule = TriggerRule { about_order, ..trigger("thanks", &[Channel::Mail]) };
    let fields = [("title", json!("Was it a good choice, {name}?")), ("text", json!("Two weeks with it."))];
    shop.trigger(rule, json!({ "days_since.order": { "$gte": 14, "$lte": 20 } }), 1, Every::Order, &fields);
    shop
}

fn hub(rules: Rules, post: &Post) -> TestHub {
    TestHub::ruled(rules, |config| post.deliver(config))
}

/// Anna with an address and her word that she may be written to.
fn anna(hub: &TestHub, mail: &str) -> Device {
    let mut anna = Device::of(hub, "anna");
    anna.browser.post("/v1/contact", &json!({ "mail": true, "zone": "UTC" })).ok();
    let mut order = placed("A-1", "anna", hub.clock.now(), "cup", 1, "30");
    order["email"] = json!(mail);
    hub.shop().order(order).ok();
    hub.shop().post("/v1/customers", &json!({ "customers": [{ "customer": "anna", "name": "Anna" }] })).ok();
    anna
}

#[test]
fn c40_two_weeks_after_an_order_one_mail_goes_out_and_no_second() {
    let post = Post::open();
    let hub = hub(thanks(true).done(), &post);
    let _anna = anna(&hub, "anna@example.org");
    assert_eq!(hub.shop().run()["due"], 0, "not before");
    hub.clock.advance(Span::days(14));
    // Several hubs, or one that is asked often: the occasion is one.
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let mut shop = hub.shop();
            std::thread::spawn(move || shop.run())
        })
        .collect();
    let sent: i64 = runs.into_iter().map(|run| run.join().unwrap()["sent"].as_i64().unwrap()).sum();
    assert_eq!(sent, 1);
    hub.clock.advance(Span::days(2));
    assert_eq!(hub.shop().run()["due"], 0);
    let mails = post.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    for wanted in [
        "To: anna@example.org",
        "Subject: Was it a good choice",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Two weeks with it.",
        "multipart/alternative",
        "Message-ID: <",
    ] {
        assert!(mail.contains(wanted), "{wanted}: {mail}");
    }
    // The next order is the next occasion.
    hub.shop().order(placed("A-2", "anna", hub.clock.now(), "cup", 1, "30")).ok();
    hub.clock.advance(Span::days(15));
    assert_eq!(hub.shop().run()["sent"], 1);
}

#[test]
fn c40_what_came_back_or_is_complained_of_gets_no_kind_words() {
    for complaint in [false, true] {
        let post = Post::open();
        let hub = hub(thanks(true).done(), &post);
        let mut anna = anna(&hub, "anna@example.org");
        if complaint {
            anna.browser.post("/v1/feedback", &json!({ "value": 1, "order": "A-1", "text": "It is broken" })).ok();
        } else {
            let back =
                json!({ "id": "A-1", "state": "returned", "return": "R", "lines": [{ "item": "cup", "quantity": 1 }] });
            hub.shop().order(back).ok();
        }
        hub.clock.advance(Span::days(15));
        let round = hub.shop().run();
        assert_eq!((round["due"].as_i64(), round["sent"].as_i64()), (Some(0), Some(0)));
        assert!(post.mails().is_empty());
    }
}

#[test]
fn c40_a_return_takes_back_what_waits_for_the_morning() {
    let post = Post::open();
    let mut shop = Shop::new();
    let rule = TriggerRule { at: Some(9 * 60), about_order: true, ..trigger("thanks", &[Channel::Mail]) };
    shop.trigger(
        rule,
        json!({ "days_since.order": { "$gte": 14 } }),
        1,
        Every::Order,
        &[("title", json!("Good choice"))],
    );
    let hub = hub(shop.done(), &post);
    let to_midnight = |at: Instant| Span(Span::DAY.0 - at.0.rem_euclid(Span::DAY.0));
    hub.clock.advance(Span(to_midnight(hub.clock.now()).0 + Span::HOUR.0));
    let _anna = anna(&hub, "anna@example.org");
    hub.clock.advance(Span::days(14));
    let round = hub.shop().run();
    assert_eq!((round["due"].as_i64(), round["sent"].as_i64()), (Some(1), Some(0)), "one in the morning: it waits");
    hub.shop().order(json!({ "id": "A-1", "state": "cancelled" })).ok();
    hub.clock.advance(Span::HOUR * 9);
    let round = hub.shop().run();
    assert_eq!((round["cancelled"].as_i64(), round["sent"].as_i64()), (Some(1), Some(0)));
    assert!(post.mails().is_empty());
}

#[test]
fn c59_quiet_hours_her_word_and_one_cap_over_all_channels() {
    let post = Post::open();
    let mut shop = thanks(false);
    shop.rules.triggers[0].quiet = Some(Quiet { from: 21 * 60, to: 8 * 60 });
    shop.trigger(trigger("window", &[]), json!({ "signed_in": true }), 1, Every::Ever, &[("title", json!("Hello"))]);
    shop.cap(1, Every::Days(7));
    let hub = hub(shop.done(), &post);
    let night = hub.clock.now().0.div_euclid(Span::DAY.0) * Span::DAY.0 + Span::DAY.0 + 2 * Span::HOUR.0;
    hub.clock.advance(Instant(night) - hub.clock.now());
    let mut anna = anna(&hub, "anna@example.org");
    hub.clock.advance(Span::days(14));
    let round = hub.shop().run();
    assert_eq!((round["due"].as_i64(), post.mails().len()), (Some(1), 0), "at night only the window speaks");
    assert_eq!(anna.browser.get("/v1/messages").ok().json()["messages"][0]["fields"]["title"], "Hello");
    hub.clock.advance(Span::HOUR * 8);
    assert_eq!(hub.shop().run()["due"], 0, "the cap counts the window, too");
    hub.clock.advance(Span::days(6));
    hub.clock.advance(Span::HOUR * 16);
    assert_eq!(hub.shop().run()["due"], 0, "and it is quiet again");
    hub.clock.advance(Span::HOUR * 6);
    assert_eq!(hub.shop().run()["due"], 0, "twenty-one days after the order it is too late");
}

#[test]
fn nobody_is_written_to_who_did_not_say_so_and_one_click_ends_it() {
    let post = Post::open();
    let mut shop = Shop::new();
    shop.trigger(
        trigger("news", &[Channel::Mail]),
        json!({ "orders": { "$gte": 1 } }),
        1,
        Every::Days(1),
        &[("title", json!("News"))],
    );
    let hub = hub(shop.done(), &post);
    let mut anna = Device::of(&hub, "anna");
    let mut order = placed("A-1", "anna", hub.clock.now(), "cup", 1, "30");
    order["email"] = json!("anna@example.org");
    hub.shop().order(order).ok();
    assert_eq!(hub.shop().run()["due"], 0, "she never said yes");
    anna.browser.post("/v1/contact", &json!({ "mail": true })).ok();
    assert_eq!(hub.shop().run()["sent"], 1);
    let mail = post.mails()[0].replace("=\r\n", "").replace("\r\n ", "");
    let link = mail.split("List-Unsubscribe: <https://shop.example").nth(1).unwrap().split('>').next().unwrap();
    let path = link.strip_prefix("/wellmet").unwrap().replace(' ', "");
    let mut program = hub.browser();
    program.origin = Some("https://mail.example".into());
    let page = program.get(&path).ok();
    assert!(
        String::from_utf8_lossy(&page.body).contains("<form method=\"post\""),
        "asks; a program that looks changes nothing"
    );
    assert_eq!(anna.browser.get("/v1/contact").ok().json()["mail"], true);
    let one_click = [("content-type", "application/x-www-form-urlencoded")];
    program.send("POST", &path, &one_click, b"List-Unsubscribe=One-Click").ok();
    assert_eq!(anna.browser.get("/v1/contact").ok().json()["mail"], false);
    hub.clock.advance(Span::days(1));
    assert_eq!(hub.shop().run()["due"], 0);
    for wrong in ["/v1/unsubscribe?t=nothing", &path[..path.len() - 2]] {
        program.send("POST", wrong, &one_click, b"List-Unsubscribe=One-Click").refused(401, "unsubscribe-link");
    }
}

#[test]
fn a_mail_server_that_says_later_gets_it_later_and_under_the_same_name() {
    let post = Post::open();
    let hub = hub(thanks(true).done(), &post);
    let _anna = anna(&hub, "full@example.org");
    hub.clock.advance(Span::days(14));
    let round = hub.shop().run();
    assert_eq!((round["due"].as_i64(), round["waiting"].as_i64()), (Some(1), Some(1)));
    assert_eq!(hub.shop().run()["waiting"], 0, "not at once again");
    let mut order = placed("A-0", "anna", hub.clock.now() - Span::days(30), "cup", 1, "30");
    order["email"] = json!("anna@example.org");
    hub.shop().order(order).ok();
    hub.clock.advance(Span::MINUTE);
    assert_eq!(hub.shop().run()["sent"], 1);
    assert_eq!(post.mails().len(), 1);
}

#[test]
fn c51_overdue_against_her_own_rhythm_is_told_once_and_an_order_ends_it() {
    let mut shop = Shop::new();
    shop.trigger(
        trigger("away", &[]),
        json!({ "interval.overdue": { "$gte": 30 } }),
        1,
        Every::Order,
        &[("title", json!("Time again?"))],
    );
    let rules = shop.done();
    let hub = TestHub::ruled(rules, |_| {});
    let mut anna = Device::of(&hub, "anna");
    let start = hub.clock.now();
    for (n, days) in [(0, 40), (1, 30), (2, 20), (3, 10)] {
        hub.shop().order(placed(&format!("A-{n}"), "anna", start - Span::days(days), "cup", 1, "30")).ok();
    }
    hub.clock.advance(Span::days(29));
    assert_eq!(hub.shop().run()["due"], 0, "39 days after an order every 10 days is 29 over");
    hub.clock.advance(Span::days(1));
    assert_eq!(hub.shop().run()["due"], 1);
    hub.clock.advance(Span::days(60));
    assert_eq!(hub.shop().run()["due"], 0, "once");
    hub.shop().order(placed("A-9", "anna", hub.clock.now(), "cup", 1, "30")).ok();
    hub.clock.advance(Span::days(20));
    assert_eq!(hub.shop().run()["due"], 0);
    assert_eq!(anna.browser.get("/v1/messages").ok().json()["messages"].as_array().unwrap().len(), 1);
}

#[test]
fn c52_c53_birthdays_and_anniversaries_once_a_year_by_her_clock() {
    let mut shop = Shop::new();
    let when = json!({ "birthday.in_days": 0 });
    shop.trigger(trigger("birthday", &[]), when, 1, Every::Occasion, &[("title", json!("Happy birthday"))]);
    let when = json!({ "first_order.in_days": 0, "first_order.years": { "$gte": 1 } });
    shop.trigger(
        trigger("anniversary", &[]),
        when,
        1,
        Every::Occasion,
        &[("title", json!("{first_order.years} years"))],
    );
    let rules = shop.done();
    let hub = TestHub::ruled(rules, |_| {});
    let mut anna = Device::of(&hub, "anna");
    anna.browser.post("/v1/contact", &json!({ "zone": "Pacific/Auckland" })).ok();
    // Her birthday is the day after tomorrow, by the calendar of Auckland: there it begins half a day earlier.
    let today = Day(hub.clock.now().0.div_euclid(Span::DAY.0));
    let hour = |day: i64, hour: i64| Instant((today.0 + day) * Span::DAY.0 + hour * Span::HOUR.0);
    let (_, month, day) = Day(today.0 + 3).civil();
    hub.shop().order(placed("A-1", "anna", hour(-5, 12), "cup", 1, "30")).ok();
    hub.shop().fact("anna", "birthday", &format!("{month:02}-{day:02}"));
    hub.clock.advance(hour(2, 9) - hub.clock.now());
    assert_eq!(hub.shop().run()["due"], 0, "still the day before in Auckland");
    hub.clock.advance(Span::HOUR * 6);
    assert_eq!(hub.shop().run()["due"], 1, "her midnight, not Greenwich's");
    assert_eq!(hub.shop().run()["due"], 0);
    let titles = |anna: &mut Device| -> Vec<String> {
        let messages = anna.browser.get("/v1/messages").ok().json()["messages"].clone();
        messages.as_array().unwrap().iter().map(|one| one["fields"]["title"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(titles(&mut anna), ["Happy birthday"]);
    // A year on: the anniversary, then the next birthday.
    hub.clock.advance(Span::days(358));
    let mut due = 0;
    for _ in 0..10 {
        due += hub.shop().run()["due"].as_i64().unwrap();
        hub.clock.advance(Span::DAY);
    }
    assert_eq!(
        (due, titles(&mut anna)),
        (2, vec!["Happy birthday".to_owned(), "1 years".into(), "Happy birthday".into()])
    );
}

#[test]
fn c56_a_new_status_is_celebrated_once() {
    let mut shop = Shop::new();
    shop.trigger(
        trigger("up", &[]),
        json!({ "status.change": "up" }),
        1,
        Every::Days(60),
        &[("title", json!("You are {status} now"))],
    );
    let rules = shop.done();
    let hub = TestHub::ruled(rules, |_| {});
    let mut anna = Device::of(&hub, "anna");
    hub.shop().order(placed("A-1", "anna", hub.clock.now(), "cup", 1, "30")).ok();
    assert_eq!(hub.shop().run()["due"], 0);
    hub.shop().order(placed("A-2", "anna", hub.clock.now(), "chair", 1, "990")).ok();
    assert_eq!(hub.shop().run()["due"], 1);
    hub.clock.advance(Span::days(5));
    assert_eq!(hub.shop().run()["due"], 0);
    assert_eq!(anna.browser.get("/v1/messages").ok().json()["messages"][0]["fields"]["title"], "You are gold now");
    let id = anna.browser.get("/v1/messages").ok().json()["messages"][0]["id"].clone();
    anna.browser.post("/v1/messages/seen", &json!({ "id": id })).ok();
    assert_eq!(anna.browser.get("/v1/messages").ok().json()["messages"], json!([]));
}

#[test]
fn c45_what_she_waits_for_is_told_when_it_is_there_again_and_once() {
    let mut shop = Shop::new();
    let rule = TriggerRule { back_in_stock: true, ..trigger("back", &[]) };
    shop.trigger(
        rule,
        json!({ "days_since.back_in_stock": 0 }),
        9,
        Every::Days(1),
        &[("title", json!("It is there again"))],
    );
    let rules = shop.done();
    let hub = TestHub::ruled(rules, |_| {});
    let mut anna = Device::of(&hub, "anna");
    hub.shop().stock("cup", "web", 0);
    anna.browser.post("/v1/waiting", &json!({ "item": "cup" })).ok();
    anna.browser.post("/v1/waiting", &json!({ "item": "tea" })).ok();
    assert_eq!(anna.browser.get("/v1/contact").ok().json()["waitingFor"], json!(["cup", "tea"]));
    assert_eq!(hub.shop().stock("cup", "vienna", 3)["told"], 1);
    assert_eq!(hub.shop().stock("cup", "vienna", 2)["told"], 0);
    hub.shop().stock("cup", "vienna", 0);
    assert_eq!(hub.shop().stock("cup", "vienna", 1)["told"], 0, "she was told");
    hub.shop().run();
    let messages = anna.browser.get("/v1/messages").ok().json()["messages"].clone();
    assert_eq!((messages.as_array().unwrap().len(), &messages[0]["fields"]["item"]), (1, &json!("cup")));
    assert_eq!(anna.browser.get("/v1/contact").ok().json()["waitingFor"], json!(["tea"]));
}

#[test]
fn c23_a_cart_that_was_left_is_remembered_once_and_a_purchase_ends_it() {
    let mut shop = Shop::new();
    let when = json!({ "cart.count": { "$gte": 1 }, "days_since.add": { "$gte": 1, "$lte": 3 } });
    shop.trigger(trigger("left", &[]), when, 1, Every::Days(30), &[("title", json!("Your cart is here"))]);
    let rules = shop.done();
    let hub = TestHub::ruled(rules, |_| {});
    let (mut anna, mut beate) = (Device::of(&hub, "anna"), Device::of(&hub, "beate"));
    for device in [&mut anna, &mut beate] {
        device.add("cup", 1);
        device.sync();
        let event = json!({ "name": "add_to_cart", "purpose": "personalization", "params": { "items": [{ "item_id": "cup" }] } });
        device.browser.post("/v1/events", &json!({ "events": [event] })).ok();
    }
    assert_eq!(hub.shop().run()["due"], 0);
    hub.shop().order(placed("B-1", "beate", hub.clock.now(), "cup", 1, "30")).ok();
    hub.clock.advance(Span::days(1));
    assert_eq!(hub.shop().run()["due"], 1, "anna's, not beate's");
    assert_eq!(hub.shop().run()["due"], 0);
    assert_eq!(anna.browser.get("/v1/messages").ok().json()["messages"].as_array().unwrap().len(), 1);
}

#[test]
fn a_letter_is_handed_on_signed_and_again_until_it_is_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let got = Arc::new(Mutex::new(Vec::<(String, String)>::new()));
    let kept = Arc::clone(&got);
    std::thread::spawn(move || {
        for (n, stream) in listener.incoming().enumerate() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            kept.lock().unwrap().push((head, String::from_utf8(body).unwrap()));
            let answer = if n == 0 { "HTTP/1.1 503 busy" } else { "HTTP/1.1 204 taken" };
            stream.get_mut().write_all(format!("{answer}\r\nconnection: close\r\n\r\n").as_bytes()).unwrap();
        }
    });
    let mut shop = Shop::new();
    shop.trigger(
        trigger("letter", &[Channel::Letter]),
        json!({ "orders": { "$gte": 1 } }),
        1,
        Every::Ever,
        &[("title", json!("Dear {name}"))],
    );
    let rules = shop.done();
    let hub = TestHub::ruled(rules, |config| {
        config.webhook = Some(WebhookSettings { url: format!("http://{address}/letters") });
    });
    let _anna = anna(&hub, "anna@example.org");
    assert_eq!(hub.shop().run()["waiting"], 1);
    hub.clock.advance(Span::MINUTE);
    assert_eq!(hub.shop().run()["sent"], 1);
    let got = got.lock().unwrap();
    let field = |head: &str, name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name)).unwrap();
        line.split_once(':').unwrap().1.trim().to_owned()
    };
    assert_eq!(got.len(), 2);
    assert_eq!(field(&got[0].0, "idempotency-key"), field(&got[1].0, "idempotency-key"));
    let (head, body) = &got[1];
    let signature = field(head, "wellmet-signature");
    let time = signature.strip_prefix("t=").unwrap().split(',').next().unwrap().to_owned();
    let code: String =
        hs256(SHOP_SECRET.as_bytes(), &format!("{time}.{body}")).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(signature, format!("t={time},v1={code}"));
    let told: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (told["customer"].as_str(), told["channel"].as_str(), told["fields"]["title"].as_str()),
        (Some("anna"), Some("letter"), Some("Dear Anna"))
    );
}
