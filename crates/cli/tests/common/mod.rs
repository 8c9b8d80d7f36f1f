//! A small shop file and an example customer, as a merchandiser would try a rule.

#![allow(dead_code, unreachable_pub, missing_docs, clippy::unwrap_used, reason = "each test file uses a part of it")]

use serde_json::{Value as Json, json};
use wellmet_cli::shop::compile::{Target, compile_asking, moment};
use wellmet_cli::shop::persona::{Persona, Shopper, Where};
use wellmet_cli::shop::shelf::NoShelf;
use wellmet_cli::shop::{self, model::ShopFile};
use wellmet_engine::condition::Attributes;
use wellmet_engine::decide::{Outcome, explain};
use wellmet_engine::host::Native;
use wellmet_engine::profile::Profile;
use wellmet_engine::table::Table;
use wellmet_engine::value::Value;

/// A shop with these sections.
pub fn shop(sections: Json) -> ShopFile {
    let mut file = json!({ "shop": { "name": "Test", "currency": "EUR", "languages": ["en"] } });
    file.as_object_mut().unwrap().extend(sections.as_object().unwrap().clone());
    let read = shop::read("test.json", &file.to_string());
    let errors: Vec<String> = read.findings.iter().map(ToString::to_string).collect();
    read.shop.unwrap_or_else(|| panic!("{}", errors.join("\n")))
}

pub fn table(shop: &ShopFile, names: &[&str]) -> Table {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let table = compile_asking(shop, Target::Hub, &names).unwrap();
    // What the browser decides is what came out of bytes.
    let read = Table::decode(&table.encode()).unwrap();
    assert_eq!(read, table);
    read
}

pub fn persona(persona: Json, at: &str) -> Shopper {
    let persona: Persona = serde_json::from_value(persona).unwrap();
    let eur = wellmet_engine::money::Currency::new("EUR").unwrap();
    persona.at(moment(at).unwrap(), Where { kind: "home".into(), ..Where::default() }, eur).unwrap()
}

/// The value of an attribute.
pub fn attribute(shop: &ShopFile, name: &str, shopper: &Shopper) -> Value {
    let table = table(shop, &[name]);
    let host = Native::new();
    shopper.facts(|facts| {
        let profile = Profile::new(&table, facts, &NoShelf, &host);
        let at = table.program.names().iter().position(|known| known == name).unwrap();
        profile.attribute(at).to_value()
    })
}

pub fn number(shop: &ShopFile, name: &str, shopper: &Shopper) -> Option<f64> {
    match attribute(shop, name, shopper) {
        Value::Number(number) => Some(number),
        Value::Null => None,
        other => panic!("{name} is {other:?}"),
    }
}

pub fn with_outcome<T>(shop: &ShopFile, shopper: &Shopper, slots: &[&str], look: impl FnOnce(&Outcome<'_>) -> T) -> T {
    let table = table(shop, &[]);
    let host = Native::new();
    shopper.facts(|facts| look(&explain(&table, facts, &NoShelf, &host, slots)))
}

/// Choice and reason of a slot.
pub fn decide(shop: &ShopFile, shopper: &Shopper, slot: &str) -> (String, &'static str) {
    with_outcome(shop, shopper, &[slot], |outcome| {
        let decision = &outcome.decisions[0];
        (decision.choice.to_owned(), decision.reason.code())
    })
}

pub fn chosen(choice: &str, reason: &'static str) -> (String, &'static str) {
    (choice.to_owned(), reason)
}

pub fn when(condition: Json) -> ShopFile {
    shop(json!({
        "attributes": {
            "birthday": { "type": "date", "source": "record" },
            "plan": { "type": "text", "source": "page" },
            "city": { "type": "text", "source": "record" },
            "sizes": { "type": "list", "source": "record" },
            "children": { "type": "number", "source": "record" },
            "weather": { "type": "text", "source": "page", "purpose": "none" }
        },
        "slots": { "s": { "variants": [{ "choice": "yes", "when": condition }] } }
    }))
}
