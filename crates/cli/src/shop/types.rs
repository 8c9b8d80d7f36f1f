//! TypeScript declarations with the shop's own names: slots, choices, fields, attributes, statuses.
//!
//! The package declares an empty interface `WellmetShop`; what is written here fills it in, so that an
//! editor completes `wellmet.explain("…")` and a misspelt slot is a compile error.

use super::compile::{Target, compile};
use super::model::{AttributeSource, AttributeType, ShopFile};
use super::names::{Scope, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use wellmet_engine::condition::TooBig;
use wellmet_engine::slot;
use wellmet_engine::table::Table;

/// The text of a `.d.ts` file. `from` names the shop file in its first line.
///
/// # Errors
/// [`TooBig`] when the file has more rules than the engine takes.
pub fn declarations(shop: &ShopFile, from: &str) -> Result<String, TooBig> {
    let table = compile(shop, Target::Browser)?;
    let mut out = format!("// Written by `wellmet types {from}`: run it again when the shop file has changed.\n\n");
    out.push_str("export {};\n\ndeclare global {\n  interface WellmetShop {\n");
    section(
        &mut out,
        "The shop's currency; amounts are in its minor units.",
        "currency",
        &literal(&shop.shop.currency),
    );
    section(&mut out, "Languages of the texts.", "language", &union(shop.shop.languages.iter()));
    section(&mut out, "What the page may tell: `wellmet.attribute(name, value)`.", "attributes", &attributes(shop));
    section(&mut out, "Segments.", "segment", &union(shop.segments.keys()));
    let groups = shop.status.groups.iter().map(|group| &group.id);
    section(&mut out, "Status groups, lowest first.", "status", &union(groups));
    section(&mut out, "Offers.", "offer", &union(shop.offers.keys()));
    section(&mut out, "Slots, and what may fill each.", "slots", &slots(shop, &table));
    section(
        &mut out,
        "Models to configure, with the values of each option group.",
        "configurators",
        &configurators(shop),
    );
    out.push_str("  }\n}\n");
    Ok(out)
}

fn section(out: &mut String, note: &str, name: &str, declared: &str) {
    let _ = writeln!(out, "    /** {note} */\n    {name}: {declared};");
}

/// A text as TypeScript writes it; also safe inside a comment's surroundings.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn union<'n>(names: impl Iterator<Item = &'n String>) -> String {
    let names: Vec<String> = names.map(|name| literal(name)).collect();
    if names.is_empty() { "never".into() } else { names.join(" | ") }
}

/// An object type, one member a line.
fn object(indent: usize, members: impl Iterator<Item = (String, String)>) -> String {
    let pad = " ".repeat(indent);
    let one = |(name, declared): (String, String)| {
        let space = if declared.starts_with('\n') { "" } else { " " };
        format!("{pad}  {name}:{space}{declared};\n")
    };
    let lines: Vec<String> = members.map(one).collect();
    if lines.is_empty() { "{}".into() } else { format!("{{\n{}{pad}}}", lines.concat()) }
}

fn attributes(shop: &ShopFile) -> String {
    let told = shop.attributes.iter().filter(|(_, attribute)| attribute.source == AttributeSource::Page);
    object(
        4,
        told.map(|(name, attribute)| {
            let declared = match attribute.kind {
                AttributeType::Text if !attribute.values.is_empty() => union(attribute.values.iter()),
                AttributeType::Text | AttributeType::Date | AttributeType::List => "string".into(),
                AttributeType::Number => "number".into(),
                AttributeType::Boolean => "boolean".into(),
            };
            (literal(name), declared)
        }),
    )
}

/// Each slot with its choices, and the fields that a template of a choice can take.
fn slots(shop: &ShopFile, table: &Table) -> String {
    let scope = Scope::new(shop);
    object(
        4,
        table.slots.iter().map(|slot| {
            let mut choices: BTreeMap<&str, Fields> = BTreeMap::new();
            for variant in slot.variants.iter().filter(|variant| !variant.choice.is_empty()) {
                let offer = variant.offer.and_then(|offer| table.offers.get(usize::from(offer)));
                let fields = variant.fields.iter().chain(offer.into_iter().flat_map(|offer| &offer.fields));
                let mut these: Fields = fields.map(|(name, field)| member(name, field, table, &scope)).collect();
                if let Some(offer) = offer {
                    these.insert("offer".into(), (literal(&offer.id), true));
                    if offer.until.is_some() {
                        these.insert("ends".into(), ("number".into(), true));
                    }
                }
                let known = choices.get(variant.choice.as_str());
                let merged = known.map_or_else(|| these.clone(), |known| merge(known, &these));
                choices.insert(&variant.choice, merged);
            }
            let kinds: Vec<String> = choices
                .iter()
                .map(|(choice, fields)| {
                    let members = fields.iter().map(|(name, (declared, always))| {
                        (format!("{}{}", literal(name), if *always { "" } else { "?" }), declared.clone())
                    });
                    format!("{{ choice: {}; fields: {} }}", literal(choice), object(8, members))
                })
                .collect();
            let kinds = if kinds.is_empty() { "never".into() } else { kinds.join("\n      | ") };
            (literal(&slot.name), format!("\n      | {kinds}"))
        }),
    )
}

/// Fields by name: their type, and whether they are always there.
type Fields = BTreeMap<String, (String, bool)>;

fn member(name: &str, field: &slot::Field, table: &Table, scope: &Scope<'_>) -> (String, (String, bool)) {
    let of = |attribute: u32| {
        let known = table.program.names().get(attribute as usize);
        let kind = known.and_then(|known| scope.kind(known));
        let values = known.and_then(|known| scope.values(known));
        match (kind, values) {
            (Some(Type::Text), Some(values)) if !values.is_empty() => {
                values.into_iter().map(literal).collect::<Vec<_>>().join(" | ")
            }
            (Some(Type::Number), _) => "number".to_owned(),
            (Some(Type::Boolean), _) => "boolean".to_owned(),
            (Some(Type::List), _) => "string[]".to_owned(),
            _ => "string".to_owned(),
        }
    };
    let declared = match field {
        slot::Field::Text(_) => ("string".to_owned(), true),
        slot::Field::Number(_) => ("number".to_owned(), true),
        slot::Field::Attribute(attribute) => (of(*attribute), true),
        slot::Field::Optional(attribute) => (of(*attribute), false),
    };
    (name.to_owned(), declared)
}

/// What holds of both: a field that one of them lacks may be missing.
fn merge(a: &Fields, b: &Fields) -> Fields {
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let one = |name: &String| match (a.get(name), b.get(name)) {
        (Some(a), Some(b)) if a.0 == b.0 => (a.0.clone(), a.1 && b.1),
        (Some(a), Some(b)) => (format!("{} | {}", a.0, b.0), a.1 && b.1),
        (Some(one), None) | (None, Some(one)) => (one.0.clone(), false),
        (None, None) => ("never".into(), false),
    };
    names.into_iter().map(|name| (name.clone(), one(name))).collect()
}

fn configurators(shop: &ShopFile) -> String {
    object(
        4,
        shop.configurators.iter().map(|(name, model)| {
            let groups = model.groups.iter().map(|group| {
                let values = group.values.iter().map(|value| &value.id);
                (literal(&group.id), if group.values.is_empty() { "string".into() } else { union(values) })
            });
            (literal(name), object(6, groups))
        }),
    )
}
