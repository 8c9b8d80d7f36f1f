//! A shop's rules for tests, put together from slots and their conditions.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use wellmet_engine::attribute::{Attribute, Kind, Source};
use wellmet_engine::money::Currency;
use wellmet_engine::offer::{self, Cap, Every};
use wellmet_engine::slot::{Field, Slot, Variant};
use wellmet_engine::status::{Group, Measure, Threshold};
use wellmet_engine::table::{Table, Text};
use wellmet_engine::time::Instant;
use wellmet_engine::value::Value;
use wellmet_hub::rules::{OfferRule, Rules, TriggerRule};

/// Builds a table slot by slot.
pub struct Shop {
    table: Table,
    pub rules: Rules,
}

pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(*bool),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(list) => Value::List(list.iter().map(value).collect()),
        Json::Object(map) => Value::Map(map.iter().map(|(name, json)| (name.clone(), value(json))).collect()),
    }
}

impl Shop {
    /// A shop in euros, with gold for those who spent 1,000.
    pub fn new() -> Self {
        let mut table = Table::new(Currency::new("EUR").unwrap());
        table.languages = vec!["en".into(), "de".into()];
        table.phrases[0] = vec![String::new(); 2];
        let entry = vec![Threshold { measure: Measure::Spent, days: 0, least: 100_000 }];
        table.ladder.push(Group { id: "gold".into(), keep: entry.clone(), entry, grace: 0 });
        Self { table, rules: Rules { name: "Half Past Nine".into(), ..Rules::none() } }
    }

    fn text(&mut self, text: &str) -> Field {
        self.table.phrases.push(vec![text.into(), text.into()]);
        let phrase = u32::try_from(self.table.phrases.len() - 1).unwrap();
        let name = |part: &str| part.split_once('}').map(|(name, _)| name.to_owned());
        let names: Vec<String> = text.split('{').skip(1).filter_map(name).collect();
        let args = names.into_iter().map(|name| (name.clone(), u32::try_from(self.table.program.name(&name)).unwrap()));
        Field::Text(Text { phrase, args: args.collect() })
    }

    fn fields(&mut self, fields: &[(&str, Json)]) -> Vec<(String, Field)> {
        let field = |(name, json): &(&str, Json)| {
            let field = match json {
                Json::String(text) => self.text(text),
                other => Field::Number(other.as_f64().unwrap()),
            };
            ((*name).to_owned(), field)
        };
        fields.iter().map(field).collect()
    }

    /// A slot with one variant.
    pub fn slot(&mut self, name: &str, choice: &str, when: Option<Json>, fields: &[(&str, Json)]) -> &mut Variant {
        let when = when.map(|when| self.table.program.add(&value(&when)).unwrap());
        let fields = self.fields(fields);
        let variant = Variant {
            choice: choice.into(),
            when,
            arm: None,
            cap: None,
            offer: None,
            items: None,
            fields,
            reason: None,
        };
        let at = self.table.slots.iter().position(|slot| slot.name == name).unwrap_or_else(|| {
            self.table.slots.push(Slot { name: name.into(), holdout: 0, variants: Vec::new(), index: None });
            self.table.slots.len() - 1
        });
        self.table.slots[at].variants.push(variant);
        self.table.slots[at].variants.last_mut().unwrap()
    }

    /// An offer and its slot.
    pub fn offer(&mut self, rule: OfferRule, when: Option<Json>, until: Option<Instant>, fields: &[(&str, Json)]) {
        let at = u16::try_from(self.table.offers.len()).unwrap();
        let fields = self.fields(fields);
        let when = when.map(|when| self.table.program.add(&value(&when)).unwrap());
        self.table.offers.push(offer::Offer {
            id: rule.id.clone(),
            when,
            from: None,
            until: until.map(|until| offer::Moment { at: until.0, local: false }),
            cap: None,
            quiet: None,
            group: None,
            fields,
            reason: None,
        });
        self.slot(&format!("offer:{}", rule.id), "offer", None, &[]).offer = Some(at);
        self.rules.offers.push(rule);
    }

    /// A trigger of the hub and its slot.
    pub fn trigger(&mut self, rule: TriggerRule, when: Json, times: u16, every: Every, fields: &[(&str, Json)]) {
        self.slot(&format!("trigger:{}", rule.id), "due", Some(when), fields).cap = Some(Cap { times, every });
        self.rules.triggers.push(rule);
    }

    pub fn cap(&mut self, times: u16, every: Every) {
        self.table.cap = Some(Cap { times, every });
    }

    /// The rules, with sources for all names that were used.
    pub fn done(mut self) -> Rules {
        self.table.slots.sort_by(|a, b| a.name.cmp(&b.name));
        // A name that a date gives, such as birthday.in_days, needs the date's own.
        let mut at = 0;
        while let Some(name) = self.table.program.names().get(at).cloned() {
            let annual = name.rsplit_once('.').filter(|(base, _)| *base == "birthday");
            let source = match annual {
                Some((base, what)) => {
                    let date = u32::try_from(self.table.program.name(base)).unwrap();
                    let what = wellmet_engine::attribute::Annual::of(what).unwrap();
                    Source::Annual(wellmet_engine::attribute::DateOf::Attribute(date), what)
                }
                None if name == "birthday" => Source::Trait(Kind::Date),
                None => Source::of(&name).unwrap_or(Source::Trait(Kind::Text)),
            };
            let purpose = source.purpose();
            self.table.attributes.push(Attribute { source, purpose });
            at += 1;
        }
        self.rules.table = Arc::new(self.table);
        self.rules
    }
}

/// A notice of an order of one line.
pub fn placed(id: &str, customer: &str, at: Instant, item: &str, quantity: u32, price: &str) -> Json {
    json!({
        "id": id, "state": "placed", "customer": customer, "at": at.0, "currency": "EUR",
        "lines": [{ "item": item, "title": item, "quantity": quantity, "price": price }],
    })
}
