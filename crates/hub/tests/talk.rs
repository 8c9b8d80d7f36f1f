//! Questions, answers and opinions in one thread; events under the names of three tools; facts about her.
#![allow(clippy::unwrap_used, reason = "a test may fail here")]

mod common;

use common::rules::{Shop, placed};
use common::{Device, TestHub};
use serde_json::{Value, json};
use wellmet_engine::offer::Every;
use wellmet_engine::time::Span;
use wellmet_hub::rules::TriggerRule;

fn entries(device: &mut Device, path: &str) -> Vec<Value> {
    device.browser.get(path).ok().json()["entries"].as_array().unwrap().clone()
}

#[test]
fn c27_a_question_is_answered_and_she_sees_both_on_every_device() {
    let hub = TestHub::start();
    let (mut phone, mut desktop) = (Device::of(&hub, "anna"), Device::of(&hub, "anna"));
    let asked = phone.browser.post("/v1/questions", &json!({ "text": "Does it fit?", "item": "cup" })).ok().json();
    assert_eq!((asked["state"].as_str(), asked["item"].as_str()), (Some("received"), Some("cup")));
    let inbox = hub.shop().get("/v1/inbox").ok().json();
    let waiting = &inbox["waiting"][0];
    assert_eq!((waiting["customer"].as_str(), &waiting["entry"]["id"]), (Some("anna"), &asked["id"]));
    let mut answer = json!({ "thread": waiting["thread"], "question": asked["id"], "text": "It does.", "by": "Eva" });
    for _ in 0..2 {
        hub.shop().post("/v1/answers", &answer).ok();
    }
    let seen = entries(&mut desktop, "/v1/questions");
    assert_eq!((seen[0]["state"].as_str(), seen[0]["answers"].as_array().unwrap().len()), (Some("answered"), 1));
    assert_eq!(
        (seen[0]["answers"][0]["by"].as_str(), seen[0]["answers"][0]["text"].as_str()),
        (Some("Eva"), Some("It does."))
    );
    assert_eq!(hub.shop().get("/v1/inbox").ok().json()["waiting"], json!([]));
    answer["question"] = json!("nobody's");
    hub.shop().post("/v1/answers", &answer).refused(404, "question-unknown");
    let mut beate = Device::of(&hub, "beate");
    assert!(entries(&mut beate, "/v1/questions").is_empty(), "nobody else sees it");
}

#[test]
fn c24_one_thread_over_window_mail_phone_and_store() {
    let hub = TestHub::start();
    let mut anna = Device::of(&hub, "anna");
    anna.browser.post("/v1/questions", &json!({ "text": "When is it there?" })).ok();
    let say = |from: &str, channel: &str, text: &str| {
        let words = json!({ "customer": "anna", "from": from, "channel": channel, "text": text });
        hub.shop().post("/v1/thread", &words).ok().json()["thread"].as_str().unwrap().to_owned()
    };
    let threads = [
        say("shopper", "mail", "Still waiting."),
        say("shop", "phone", "We called you."),
        say("shop", "store", "It is here."),
    ];
    let thread = anna.browser.get("/v1/questions").ok().json();
    assert!(threads.iter().all(|one| *one == thread["thread"]), "one id over all channels");
    let told: Vec<_> =
        thread["entries"].as_array().unwrap().iter().map(|one| one["channel"].as_str().unwrap()).collect();
    assert_eq!(told, ["window", "mail", "phone", "store"]);
    assert_eq!(
        hub.shop().get("/v1/inbox").ok().json()["waiting"].as_array().unwrap().len(),
        2,
        "hers wait, the shop's own do not"
    );
}

#[test]
fn what_a_visitor_asked_goes_with_her_into_her_account() {
    let hub = TestHub::start();
    let mut device = Device::visiting(&hub);
    device.browser.post("/v1/questions", &json!({ "text": "Is it blue?" })).ok();
    let before = device.browser.get("/v1/questions").ok().json();
    device.login("anna");
    let after = device.browser.get("/v1/questions").ok().json();
    assert_eq!(before, after);
    let mut other = Device::visiting(&hub);
    assert!(entries(&mut other, "/v1/questions").is_empty());
}

#[test]
fn c20_c22_an_opinion_is_kept_once_for_an_order_and_shows_whether_it_was_answered() {
    let hub = TestHub::start();
    let mut anna = Device::of(&hub, "anna");
    let opinion = json!({ "survey": "last-order", "order": "A-1", "value": 5, "text": "Lovely" });
    let kept = anna.browser.post("/v1/feedback", &opinion).ok().json();
    assert_eq!((kept["state"].as_str(), kept["value"].as_i64()), (Some("received"), Some(5)));
    let again = json!({ "survey": "last-order", "order": "A-1", "value": 1 });
    assert_eq!(anna.browser.post("/v1/feedback", &again).ok().json()["id"], kept["id"], "not asked, not counted again");
    let next = json!({ "survey": "last-order", "order": "A-2", "value": 3 });
    anna.browser.post("/v1/feedback", &next).ok();
    let waiting = hub.shop().get("/v1/inbox").ok().json()["waiting"][0].clone();
    let answer = json!({ "thread": waiting["thread"], "question": kept["id"], "text": "Thank you", "by": "Eva" });
    hub.shop().post("/v1/answers", &answer).ok();
    let states: Vec<_> =
        entries(&mut anna, "/v1/feedback").iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["answered", "received"]);
    for wrong in [json!({}), json!({ "value": 0 }), json!({ "value": 6 }), json!({ "value": 9, "text": "x" })] {
        let reply = anna.browser.post("/v1/feedback", &wrong);
        assert_eq!((reply.code().as_str(), reply.json()["at"].as_str()), ("feedback-value", Some("value")), "{wrong}");
    }
    anna.browser.post("/v1/questions", &json!({ "text": " " })).refused(422, "text-length");
    anna.browser.post("/v1/questions", &json!({ "text": "x".repeat(4_001) })).refused(422, "text-length");
    anna.browser
        .post("/v1/questions", &json!({ "text": "x", "item": "y".repeat(129) }))
        .refused(422, "too-long-a-name");
}

#[test]
fn c68_a_link_in_a_mail_takes_one_answer_without_a_login() {
    let hub = TestHub::start();
    let mut anna = Device::of(&hub, "anna");
    let link = hub
        .shop()
        .post("/v1/survey-links", &json!({ "customer": "anna", "survey": "nps", "order": "A-1" }))
        .ok()
        .json();
    let mut somewhere = hub.browser();
    let answer = json!({ "token": link["token"], "value": 4 });
    somewhere.post("/v1/feedback", &json!({ "token": link["token"], "value": 9 })).refused(422, "feedback-value");
    somewhere.post("/v1/feedback", &answer).ok();
    somewhere.post("/v1/feedback", &answer).refused(401, "survey-link");
    assert!(somewhere.cookies.is_empty());
    let kept = entries(&mut anna, "/v1/feedback");
    assert_eq!(
        (kept[0]["channel"].as_str(), kept[0]["survey"].as_str(), kept[0]["order"].as_str()),
        (Some("mail"), Some("nps"), Some("A-1"))
    );
    // A link for something else, or an old one, opens nothing.
    let unsubscribe = json!({ "token": "nothing", "value": 4 });
    somewhere.post("/v1/feedback", &unsubscribe).refused(401, "survey-link");
    let link = hub.shop().post("/v1/survey-links", &json!({ "customer": "anna", "survey": "csat" })).ok().json();
    hub.clock.advance(Span::days(61));
    somewhere.post("/v1/feedback", &json!({ "token": link["token"], "value": 4 })).refused(401, "survey-link");
}

#[test]
fn c65_events_of_all_tools_are_one_journey_and_each_names_its_purpose() {
    let mut shop = Shop::new();
    let rule = TriggerRule { id: "looked".into(), ..TriggerRule::default() };
    shop.trigger(
        rule,
        json!({ "views.item.cup": { "$gte": 3 } }),
        1,
        Every::Ever,
        &[("title", json!("Still the cup?"))],
    );
    let hub = TestHub::ruled(shop.done(), |_| {});
    let mut anna = Device::of(&hub, "anna");
    let event =
        |name: &str, purpose: &str, params: Value| json!({ "name": name, "purpose": purpose, "params": params });
    let counted = event("view_item", "analytics", json!({ "items": [{ "item_id": "cup" }] }));
    anna.browser.post("/v1/events", &json!({ "events": [counted.clone(), counted.clone(), counted] })).ok();
    let mut events = [
        event("view_item", "personalization", json!({ "items": [{ "item_id": "cup" }] })),
        event("Product Viewed", "personalization", json!({ "product_id": "cup" })),
    ];
    events[0]["at"] = json!(hub.clock.now().0 - 5_000);
    for _ in 0..2 {
        anna.browser.post("/v1/events", &json!({ "events": events })).ok();
    }
    assert_eq!(
        hub.shop().run()["due"],
        0,
        "what was only to be counted is not hers, and what was sent twice is there once"
    );
    hub.clock.advance(Span::MINUTE);
    let from_app =
        json!({ "customer": "anna", "events": [event("product_viewed", "personalization", json!({ "id": "cup" }))] });
    hub.shop().post("/v1/customer-events", &from_app).ok();
    assert_eq!(hub.shop().run()["due"], 1);
    for (code, place, wrong) in [
        ("event-name", "events[0].name", json!({ "name": "", "purpose": "cart" })),
        ("event-name", "events[0].name", json!({ "name": "a b c", "purpose": "cart" })),
        (
            "event-moment",
            "events[0].at",
            json!({ "name": "view", "purpose": "cart", "at": hub.clock.now().0 + 120_000 }),
        ),
        ("bad-json", "events[0].purpose", json!({ "name": "view", "purpose": "all" })),
    ] {
        let reply = anna.browser.post("/v1/events", &json!({ "events": [wrong] }));
        assert_eq!((reply.code().as_str(), reply.json()["at"].as_str()), (code, Some(place)));
    }
}

#[test]
fn c55_a_change_of_what_the_shop_knows_of_her_is_an_occasion() {
    let mut shop = Shop::new();
    let rule = TriggerRule { id: "moved".into(), ..TriggerRule::default() };
    shop.trigger(
        rule,
        json!({ "days_since.profile": 0, "city": "Graz" }),
        1,
        Every::Days(1),
        &[("title", json!("Welcome to {city}"))],
    );
    let hub = TestHub::ruled(shop.done(), |_| {});
    let mut anna = Device::of(&hub, "anna");
    hub.shop().fact("anna", "city", "Wien");
    assert_eq!(hub.shop().run()["due"], 0);
    hub.clock.advance(Span::days(3));
    hub.shop().fact("anna", "city", "Graz");
    assert_eq!(hub.shop().run()["due"], 1);
    hub.clock.advance(Span::days(3));
    hub.shop().fact("anna", "city", "Graz");
    assert_eq!(hub.shop().run()["due"], 0, "nothing has changed");
    assert_eq!(anna.browser.get("/v1/messages").ok().json()["messages"][0]["fields"]["title"], "Welcome to Graz");
    let wrong = json!({ "customers": [{ "customer": "anna", "traits": { "city": "x".repeat(600) } }] });
    let reply = hub.shop().post("/v1/customers", &wrong);
    assert_eq!((reply.code().as_str(), reply.json()["at"].as_str()), ("customer-traits", Some("customers[0].traits")));
}

#[test]
fn c04_all_of_it_is_gone_when_she_asks_to_be_forgotten() {
    let mut shop = Shop::new();
    let rule = TriggerRule { id: "hello".into(), ..TriggerRule::default() };
    shop.trigger(rule, json!({ "signed_in": true }), 1, Every::Ever, &[("title", json!("Hello"))]);
    let hub = TestHub::ruled(shop.done(), |_| {});
    let mut anna = Device::of(&hub, "anna");
    anna.browser.post("/v1/questions", &json!({ "text": "My secret question" })).ok();
    anna.browser.post("/v1/feedback", &json!({ "value": 2, "text": "My secret opinion" })).ok();
    anna.browser.post("/v1/waiting", &json!({ "item": "cup" })).ok();
    hub.shop().order(placed("A-1", "anna", hub.clock.now(), "secret-cup", 1, "30")).ok();
    hub.shop().run();
    anna.browser.delete("/v1/shopper").ok();
    assert_eq!(hub.shop().get("/v1/inbox").ok().json()["waiting"], json!([]));
    assert_eq!(hub.shop().stock("cup", "web", 1)["told"], 0);
    let late = json!({ "customer": "anna", "from": "shopper", "channel": "mail", "text": "late" });
    hub.shop().post("/v1/thread", &late).refused(410, "erased");
    let mut again = Device::of(&hub, "anna");
    assert!(entries(&mut again, "/v1/questions").is_empty() && entries(&mut again, "/v1/feedback").is_empty());
    assert_eq!(again.browser.get("/v1/messages").ok().json()["messages"], json!([]));
    assert_eq!(again.browser.get("/v1/contact").ok().json()["waitingFor"], json!([]));
    assert_eq!(again.browser.get("/v1/orders").ok().json()["orders"], json!([]));
    let directory = hub.stop().unwrap();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("My secret"), "something of her is left in a file");
    }
}
