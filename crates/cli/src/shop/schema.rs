//! The JSON Schema of the shop file, and the check of a file against it.
//!
//! The schema is made from the types in [`super::model`]. It is checked in as `pkg-template/schema.json`,
//! where the npm package and `$schema` find it; a test holds the two together. The check here reads as
//! much of JSON Schema as these types give, so that every mistake of a file is found in one run and
//! shown at its place, which a deserializer, stopping at its first, could not do.

use super::diagnostic::{Findings, nearest};
use super::json::{Data, Node};
use super::model::ShopFile;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use wellmet_engine::host::{Host, Native};

/// The schema.
#[must_use]
pub fn schema() -> Json {
    let mut schema = schemars::schema_for!(ShopFile).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".into(), "https://unpkg.com/wellmet/schema.json".into());
    }
    schema
}

/// One mistake, not yet reported.
struct Mistake {
    at: usize,
    code: &'static str,
    message: String,
    fix: String,
    /// Offset of the value that has to go for the rest to be usable; `None` when it can stay.
    bad: Option<usize>,
    /// Whether the value is of the wrong kind altogether: a branch of alternatives that was not meant.
    foreign: bool,
}

/// Checks a file against the schema and reports every mistake. Comes back with the offsets of the
/// values that have to be left out for the rest to fit; `None` when nothing fits.
#[must_use]
pub fn check(root: &Node, findings: &mut Findings<'_>) -> Option<BTreeSet<usize>> {
    static SCHEMA: LazyLock<Json> = LazyLock::new(schema);
    let mut bad = BTreeSet::new();
    let mut first = true;
    loop {
        let mut checker = Checker { root: &SCHEMA, bad: &bad, mistakes: Vec::new() };
        checker.value(root, &SCHEMA, "the file");
        let mistakes = checker.mistakes;
        let known = bad.len();
        let sound = mistakes.iter().all(|mistake| mistake.bad.is_none());
        for mistake in mistakes {
            bad.extend(mistake.bad);
            // Later rounds find what only the leaving out made wrong.
            if first && !mistake.message.is_empty() {
                findings.error(mistake.at, mistake.code, mistake.message, mistake.fix);
            }
        }
        if sound {
            return Some(bad);
        }
        if bad.contains(&root.at) || bad.len() == known {
            return None;
        }
        first = false;
    }
}

struct Checker<'a> {
    root: &'a Json,
    bad: &'a BTreeSet<usize>,
    mistakes: Vec<Mistake>,
}

impl<'a> Checker<'a> {
    fn mistake(&mut self, node: &Node, code: &'static str, message: String, fix: String) {
        self.mistakes.push(Mistake { at: node.at, code, message, fix, bad: Some(node.at), foreign: false });
    }

    /// A value of the right kind that is wrong nevertheless: what depends on it can be looked at.
    fn blemish(&mut self, node: &Node, code: &'static str, message: String, fix: &str) {
        self.mistakes.push(Mistake { at: node.at, code, message, fix: fix.to_owned(), bad: None, foreign: false });
    }

    /// `what` names the value in messages.
    fn value(&mut self, node: &Node, schema: &'a Json, what: &str) {
        if let Some(target) = schema["$ref"].as_str() {
            let path = target.trim_start_matches('#');
            if let Some(schema) = self.root.pointer(path) {
                self.value(node, schema, what);
            }
            return;
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(branches) = schema[key].as_array() {
                let names: Option<Vec<Json>> = branches.iter().map(|branch| branch.get("const").cloned()).collect();
                if let Some(names) = names {
                    if !names.contains(&node.to_serde(&|_| false)) {
                        self.not_one_of(node, &names, what);
                    }
                    return;
                }
                self.any(node, branches, what);
                return;
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            all.iter().for_each(|schema| self.value(node, schema, what));
        }
        if let Some(wanted) = schema.get("const")
            && node.to_serde(&|_| false) != *wanted
        {
            self.not_one_of(node, std::slice::from_ref(wanted), what);
            return;
        }
        if let Some(wanted) = schema["enum"].as_array()
            && !wanted.contains(&node.to_serde(&|_| false))
        {
            self.not_one_of(node, wanted, what);
            return;
        }
        if !self.kind(node, &schema["type"], what) {
            return;
        }
        match &node.data {
            Data::Number(number) => self.number(node, *number, schema, what),
            Data::Text(text) => self.text(node, text, schema, what),
            Data::List(items) => self.list(node, items, schema, what),
            Data::Map(_) => self.object(node, schema, what),
            _ => {}
        }
    }

    fn kind(&mut self, node: &Node, wanted: &Json, what: &str) -> bool {
        let names: Vec<&str> = match wanted {
            Json::String(name) => vec![name],
            Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
            _ => return true,
        };
        let fits = names.iter().any(|name| match (&node.data, *name) {
            (Data::Null, "null") | (Data::Bool(_), "boolean") | (Data::Text(_), "string") => true,
            (Data::List(_), "array") | (Data::Map(_), "object") => true,
            (Data::Number(number), "number") => number.is_finite(),
            (Data::Number(number), "integer") => number.fract() == 0.0,
            _ => false,
        });
        if !fits {
            let spoken = |name: &&str| match *name {
                "string" => Some("a text"),
                "integer" => Some("a whole number"),
                "number" => Some("a number"),
                "boolean" => Some("true or false"),
                "array" => Some("a list [ ]"),
                "object" => Some("an object { }"),
                _ => None,
            };
            let wanted: Vec<&str> = names.iter().filter_map(spoken).collect();
            let wanted = wanted.join(" or ");
            self.mistake(
                node,
                "wrong-type",
                format!("{what} is {}, but should be {wanted}", node.kind()),
                format!("write {wanted}"),
            );
            if let Some(mistake) = self.mistakes.last_mut() {
                mistake.foreign = true;
            }
        }
        fits
    }

    fn any(&mut self, node: &Node, branches: &'a [Json], what: &str) {
        let mut best: Option<Vec<Mistake>> = None;
        let mut kinds: Vec<String> = Vec::new();
        for branch in branches {
            let mut checker = Checker { root: self.root, bad: self.bad, mistakes: Vec::new() };
            checker.value(node, branch, what);
            let found = checker.mistakes;
            if found.is_empty() {
                return;
            }
            let foreign = found.iter().any(|mistake| mistake.foreign && mistake.at == node.at);
            if foreign {
                kinds.extend(found.first().map(|mistake| mistake.fix.trim_start_matches("write ").to_owned()));
            } else if best.as_ref().is_none_or(|best| said(&found) < said(best)) {
                best = Some(found);
            }
        }
        match best {
            Some(best) => self.mistakes.extend(best),
            None => {
                kinds.dedup();
                let wanted = kinds.join(" or ");
                self.mistake(
                    node,
                    "wrong-type",
                    format!("{what} is {}, but should be {wanted}", node.kind()),
                    format!("write {wanted}"),
                );
                if let Some(mistake) = self.mistakes.last_mut() {
                    mistake.foreign = true;
                }
            }
        }
    }

    fn not_one_of(&mut self, node: &Node, wanted: &[Json], what: &str) {
        let names: Vec<&str> = wanted.iter().filter_map(Json::as_str).collect();
        let fix = match node.text().and_then(|text| nearest(text, names.iter().copied())) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("write one of {}", names.join(", ")),
        };
        let said = node.text().map_or_else(|| node.kind().to_owned(), |text| format!("{text:?}"));
        self.mistake(node, "unknown-value", format!("{what} cannot be {said}"), fix);
    }

    fn number(&mut self, node: &Node, number: f64, schema: &Json, what: &str) {
        let limit = |key: &str| schema[key].as_f64();
        if let Some(least) = limit("minimum").filter(|least| number < *least) {
            self.mistake(
                node,
                "out-of-range",
                format!("{what} is {number}, but at least {least} is needed"),
                String::new(),
            );
        }
        if let Some(most) = limit("maximum").filter(|most| number > *most) {
            self.mistake(
                node,
                "out-of-range",
                format!("{what} is {number}, but at most {most} is possible"),
                String::new(),
            );
        }
    }

    fn text(&mut self, node: &Node, text: &str, schema: &Json, what: &str) {
        if let Some(most) = schema["maxLength"].as_u64().filter(|most| text.chars().count() as u64 > *most) {
            self.blemish(node, "too-long", format!("{what} is longer than {most} characters"), "shorten it");
        }
        if let Some(pattern) = schema["pattern"].as_str()
            && !matches(pattern, text)
        {
            self.blemish(node, "wrong-form", format!("{what} cannot be {text:?}"), form(pattern));
        }
    }

    fn list(&mut self, node: &Node, items: &[Node], schema: &'a Json, what: &str) {
        let kept = items.iter().filter(|item| !self.bad.contains(&item.at)).count() as u64;
        if let Some(least) = schema["minItems"].as_u64().filter(|least| kept < *least) {
            self.blemish(node, "too-few", format!("{what} needs at least {least} of its entries"), "add one");
        }
        if let Some(most) = schema["maxItems"].as_u64().filter(|most| kept > *most) {
            self.blemish(node, "too-many", format!("{what} can have at most {most} entries"), "remove some");
        }
        for (at, item) in items.iter().enumerate().filter(|(_, item)| !self.bad.contains(&item.at)) {
            if let Some(schema) = schema.get("items") {
                self.value(item, schema, &format!("entry {} of {what}", at + 1));
            }
        }
    }

    fn object(&mut self, node: &Node, schema: &'a Json, what: &str) {
        let members = || node.members().iter().filter(|member| !self.bad.contains(&member.value.at));
        let mut missing = Vec::new();
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            if !members().any(|member| member.key == name) {
                missing.push(name);
            }
        }
        let known = schema["properties"].as_object();
        let names = || known.into_iter().flat_map(|known| known.keys().map(String::as_str));
        let members: Vec<_> = members().collect();
        for name in missing {
            let typo = members.iter().any(|member| {
                known.is_some_and(|known| !known.contains_key(&member.key)) && nearest(&member.key, [name]).is_some()
            });
            // The mistyped key says it already.
            let message = format!("{what} has no {name:?}");
            let fix = format!("add {name:?}");
            if typo {
                self.mistakes.push(Mistake {
                    at: node.at,
                    code: "missing",
                    message: String::new(),
                    fix,
                    bad: Some(node.at),
                    foreign: false,
                });
            } else {
                self.mistake(node, "missing", message, fix);
            }
        }
        if schema["minProperties"].as_u64().is_some_and(|least| (members.len() as u64) < least) {
            self.mistake(node, "too-few", format!("{what} is empty"), String::new());
        }
        for member in members {
            let called = format!("{:?}", member.key);
            if let Some(pattern) = schema["propertyNames"]["pattern"].as_str()
                && !matches(pattern, &member.key)
            {
                self.mistakes.push(Mistake {
                    at: member.key_at,
                    code: "wrong-form",
                    message: format!("{what} cannot have the key {called}"),
                    fix: form(pattern).to_owned(),
                    bad: Some(member.value.at),
                    foreign: false,
                });
                continue;
            }
            if let Some(schema) = known.and_then(|known| known.get(&member.key)) {
                self.value(&member.value, schema, &called);
                continue;
            }
            match schema.get("additionalProperties") {
                Some(Json::Bool(false)) => {
                    let fix = nearest(&member.key, names()).map_or_else(
                        || format!("known here: {}", names().collect::<Vec<_>>().join(", ")),
                        |near| format!("did you mean {near:?}?"),
                    );
                    self.mistakes.push(Mistake {
                        at: member.key_at,
                        code: "unknown-key",
                        message: format!("{what} has no key {called}"),
                        fix,
                        bad: Some(member.value.at),
                        foreign: false,
                    });
                }
                Some(schema) if schema.is_object() => self.value(&member.value, schema, &called),
                _ => {}
            }
        }
    }
}

/// Mistakes that will be shown.
fn said(mistakes: &[Mistake]) -> usize {
    mistakes.iter().filter(|mistake| !mistake.message.is_empty()).count()
}

fn matches(pattern: &str, text: &str) -> bool {
    Native::new().regex(pattern, false, text)
}

/// What a pattern of the schema means, in words.
fn form(pattern: &str) -> &'static str {
    match pattern {
        "^[A-Z]{3}$" => "write an ISO 4217 code such as EUR",
        "^([01][0-9]|2[0-3]):[0-5][0-9]$" => "write a time of day such as 22:00",
        "^[A-Za-z0-9_-]+$" => "use letters, digits, - and _",
        _ if pattern.starts_with("^(visit|") => "write visit, order, occasion, ever, or days such as 7d",
        _ if pattern.starts_with("^[a-z]{2,3}") => "write a language tag such as en or de-AT",
        _ => "",
    }
}
