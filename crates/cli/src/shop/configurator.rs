//! Products made to order, as the shop file writes them, and their way into the engine's model.

use super::model::{Named, Phrase};
use crate::failure::{Failure, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wellmet_engine::configurator::{self as engine, Finding, Label, Model};

/// A product that the shopper puts together.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Configurator {
    /// A remark for people. Ignored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Its name in the cart.
    pub label: Phrase,
    /// Address of its page, relative or http(s).
    pub link: String,
    /// Address of a picture.
    #[serde(default)]
    pub image: String,
    /// The price before any choice, in minor units (cents).
    pub price: i64,
    /// The questions, in the order they are asked.
    pub groups: Vec<Group>,
    /// What goes together.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

/// One question: a choice between values, or a free text.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Group {
    /// Its id, as `data-wm-group` in the page names it.
    #[schemars(regex(pattern = "^[A-Za-z0-9_-]{1,64}$"))]
    pub id: String,
    /// Its name.
    pub label: Phrase,
    /// Whether it may stay open.
    #[serde(default)]
    pub optional: bool,
    /// Groups with the same bundle are chosen together: when two devices differ, both come from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
    /// The values.
    #[serde(default)]
    pub values: Vec<GroupValue>,
    /// A free text instead of values, such as an engraving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<FreeText>,
}

/// One value.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct GroupValue {
    /// Its id, as the `value` of the control in the page.
    pub id: String,
    /// Its name.
    pub label: Phrase,
    /// What it adds to the price, in minor units; may be negative.
    #[serde(default)]
    pub price: i64,
}

/// A free text.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct FreeText {
    /// Most characters.
    #[schemars(range(min = 1, max = 200))]
    pub max: u16,
    /// Characters allowed, as ranges and single ones: `["A-Z", "a-z", " "]`. None allows letters,
    /// digits, spaces and simple punctuation of any script.
    #[serde(default)]
    pub characters: Vec<String>,
    /// What a text adds to the price, in minor units.
    #[serde(default)]
    pub price: i64,
}

/// What a rule calls "something is written" in a group of free text.
const WRITTEN: &str = "*";

/// Which values go together. `requires` names what remains possible, `excludes` what does not. Of a free text
/// there is one to name: `*`, something is written.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rule {
    /// When this is chosen: one group and its value.
    pub when: Named<String>,
    /// Only these values of another group remain.
    #[serde(default)]
    pub requires: Named<Vec<String>>,
    /// These values of another group are not possible.
    #[serde(default)]
    pub excludes: Named<Vec<String>>,
    /// Why, for the shopper: shown beside what is greyed.
    pub why: Phrase,
}

fn wrong(model: &str, message: String, fix: &str) -> Failure {
    Failure::new("configurator", message).at(format!("configurators.{model}")).fix(fix)
}

/// Makes the engine's model and checks it as a whole.
///
/// # Errors
/// A [`Failure`] that names the group, value or rule: unknown ones, an unreachable value, too many.
pub fn compile(id: &str, shop: &Configurator, languages: &[String]) -> Outcome<Model> {
    let label = |phrase: &Phrase| match phrase {
        Phrase::One(text) => Label(vec![text.clone()]),
        Phrase::Many(texts) => {
            Label(languages.iter().map(|language| texts.get(language).cloned().unwrap_or_default()).collect())
        }
    };
    let mut model = Model {
        link: shop.link.clone(),
        image: shop.image.clone(),
        base_minor: shop.price,
        ..Model::new(id, label(&shop.label))
    };
    if shop.groups.len() > engine::MAX_GROUPS {
        return Err(wrong(id, format!("{} groups are too many", shop.groups.len()), "at most 32"));
    }
    for group in &shop.groups {
        let twice = model.groups.iter().any(|known| known.id == group.id);
        if twice || group.values.is_empty() == group.text.is_none() || group.values.len() > engine::MAX_CHOICES {
            let message = format!("group `{}` is there twice, or has neither or both of values and text", group.id);
            return Err(wrong(id, message, "give each group an id of its own, and values or a text"));
        }
        let choice = |value: &GroupValue| engine::Choice {
            id: value.id.clone(),
            label: label(&value.label),
            price_minor: value.price,
        };
        model.groups.push(engine::Group {
            id: group.id.clone(),
            label: label(&group.label),
            required: !group.optional,
            bundle: group.bundle.clone().unwrap_or_else(|| group.id.clone()),
            choices: group.values.iter().map(choice).collect(),
            text: group.text.as_ref().map(|text| free_text(id, text)).transpose()?,
        });
    }
    for rule in &shop.rules {
        let mut whens = rule.when.iter();
        let (Some(when), None) = (whens.next(), whens.next()) else {
            return Err(wrong(id, "a rule's `when` names one group and its value".into(), "split it into two rules"));
        };
        let (group, choice) = find(id, &model, when.0, when.1)?;
        for (limited, values, requires) in rule
            .requires
            .iter()
            .map(|(limited, values)| (limited, values, true))
            .chain(rule.excludes.iter().map(|(limited, values)| (limited, values, false)))
        {
            let mut named = Vec::new();
            for value in values {
                named.push(find(id, &model, limited, value)?.1);
            }
            let (at, _) = find(id, &model, limited, values.first().map_or("", String::as_str))?;
            let answers = if model.groups[at].text.is_some() { 1 } else { model.groups[at].choices.len() };
            let all = 0..u16::try_from(answers).unwrap_or(u16::MAX);
            model.rules.push(engine::Rule {
                when: (group as u8, choice),
                group: at as u8,
                allowed: all.filter(|choice| named.contains(choice) == requires).collect(),
                why: label(&rule.why),
            });
        }
    }
    if model.rules.len() > engine::MAX_RULES {
        return Err(wrong(id, format!("{} rules are too many", model.rules.len()), "at most 1,024"));
    }
    model.bundle_by_rules();
    let name = |(group, choice): (usize, usize)| {
        let group = &model.groups[group];
        format!("`{}: {}`", group.id, group.choices.get(choice).map_or("a text", |choice| &choice.id))
    };
    let loosen = "loosen a rule, or take the value away";
    match engine::check(&model).first() {
        None => Ok(model),
        Some(Finding::Unreachable(group, choice)) => {
            Err(wrong(id, format!("no finished product can have {}", name((*group, *choice))), loosen))
        }
        Some(Finding::DeadEnd(one, other)) => {
            let message = format!("{} and {} go together, and then nothing can be finished", name(*one), name(*other));
            Err(wrong(id, message, loosen))
        }
        Some(Finding::RepeatedChoice(group, choice)) => {
            Err(wrong(id, format!("{} is there twice", name((*group, *choice))), "give each value an id of its own"))
        }
        Some(Finding::Dangling(_) | Finding::Shapeless(_) | Finding::RepeatedGroup(_)) => {
            Err(wrong(id, "a rule binds a group to itself".into(), "name another group in it"))
        }
        Some(Finding::TooComplex) => {
            Err(wrong(id, "the rules are too entangled to check".into(), "use fewer rules between more groups"))
        }
    }
}

fn find(model: &str, of: &Model, group: &str, value: &str) -> Outcome<(usize, u16)> {
    let at = of.groups.iter().position(|known| known.id == group);
    let choice = at.and_then(|at| {
        let group = &of.groups[at];
        let written = group.text.is_some() && value == WRITTEN;
        if written { Some(usize::from(engine::WRITTEN)) } else { group.choices.iter().position(|one| one.id == value) }
    });
    match at.zip(choice) {
        Some((at, choice)) => Ok((at, u16::try_from(choice).unwrap_or(u16::MAX))),
        None => Err(wrong(model, format!("a rule names `{group}: {value}`, which is not there"), "check the spelling")),
    }
}

fn free_text(model: &str, text: &FreeText) -> Outcome<engine::FreeText> {
    let range = |word: &String| {
        let chars: Vec<char> = word.chars().collect();
        match *chars {
            [one] => Ok((one, one)),
            [from, '-', to] if from <= to => Ok((from, to)),
            _ => Err(wrong(model, format!("`{word}` is no character or range"), "write ranges like `A-Z`")),
        }
    };
    let mut allowed = text.characters.iter().map(range).collect::<Outcome<Vec<_>>>()?;
    allowed.sort_unstable();
    Ok(engine::FreeText { max: text.max, allowed, price_minor: text.price })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use wellmet_engine::configurator::Selection;
    use wellmet_engine::host::Native;

    fn desk(rules: &str) -> Configurator {
        serde_json::from_str(&format!(
            r#"{{"label": {{"en": "A desk", "de": "Ein Tisch"}}, "link": "/desk", "price": 48000, "groups": [
                {{"id": "size", "label": "Size", "values": [{{"id": "s", "label": "Small"}}, {{"id": "l", "label": "Large", "price": 15000}}]}},
                {{"id": "legs", "label": "Legs", "values": [{{"id": "trestle", "label": "Trestle"}}, {{"id": "lift", "label": "Lift", "price": 29000}}]}},
                {{"id": "plate", "label": "Plate", "optional": true, "text": {{"max": 12, "characters": ["A-Z", "a-z", " "], "price": 1500}}}}
            ], "rules": {rules}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn c34_requires_and_excludes_become_the_same_rule() {
        let languages = ["en".to_owned(), "de".to_owned()];
        let requires =
            r#"[{"when": {"legs": "trestle"}, "requires": {"size": ["s"]}, "why": "Too long for trestles."}]"#;
        let excludes =
            r#"[{"when": {"legs": "trestle"}, "excludes": {"size": ["l"]}, "why": "Too long for trestles."}]"#;
        let model = compile("desk", &desk(requires), &languages).unwrap();
        assert_eq!(model, compile("desk", &desk(excludes), &languages).unwrap());
        let selection = Selection::from([("size", "l"), ("legs", "lift"), ("plate", "Anna")]);
        let view = model.view(&selection, 1, &Native::new());
        assert_eq!((view.price_minor, view.complete), (48_000 + 15_000 + 29_000 + 1_500, true));
        assert_eq!(view.groups[1].choices[0].blocked, Some("Too long for trestles."));
        assert_eq!(model.label.text(1), "Ein Tisch");
    }

    #[test]
    fn c34_an_engraving_follows_the_rules_like_any_choice() {
        let languages = ["en".to_owned()];
        let rules = r#"[{"when": {"legs": "lift"}, "excludes": {"plate": ["*"]}, "why": "The lift leaves no place for a plate."},
            {"when": {"plate": "*"}, "requires": {"size": ["l"]}, "why": "The plate needs a large desk."}]"#;
        let model = compile("desk", &desk(rules), &languages).unwrap();
        let lift = Selection::from([("size", "l"), ("legs", "lift")]);
        assert_eq!(
            model.view(&lift, 0, &Native::new()).groups[2].blocked,
            Some("The lift leaves no place for a plate.")
        );
        let written = Selection::from([("size", "l"), ("legs", "trestle"), ("plate", "Anna")]);
        let view = model.view(&written, 0, &Native::new());
        assert_eq!((view.complete, view.price_minor), (true, 48_000 + 15_000 + 1_500));
        assert_eq!(view.groups[0].choices[0].blocked, Some("The plate needs a large desk."));
        for wrong in ["Anna 7", "a name that is too long"] {
            let selection = Selection::from([("size", "l"), ("legs", "trestle"), ("plate", wrong)]);
            assert!(!model.view(&selection, 0, &Native::new()).complete, "{wrong}");
        }
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let languages = ["en".to_owned()];
        let of = |rules: &str| compile("desk", &desk(rules), &languages).unwrap_err().to_string();
        assert!(of(r#"[{"when": {"legs": "glass"}, "requires": {"size": ["s"]}, "why": ""}]"#).contains("legs: glass"));
        let never = r#"[{"when": {"size": "l"}, "excludes": {"legs": ["trestle", "lift"]}, "why": ""}]"#;
        assert!(of(never).contains("size: l"));
    }
}
