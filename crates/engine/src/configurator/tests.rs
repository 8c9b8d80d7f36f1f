#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::wire::Fault;

fn label(text: &str) -> Label {
    Label(vec![text.to_owned()])
}

fn choice(id: &str, price_minor: i64) -> Choice {
    Choice { id: id.to_owned(), label: label(id), price_minor }
}

fn humidor() -> Model {
    Model {
        base_minor: 24_900,
        link: "/humidor".into(),
        groups: vec![
            Group { choices: vec![choice("s", 0), choice("l", 12_000)], ..Group::new("size", label("Size")) },
            Group { choices: vec![choice("cedar", 0), choice("walnut", 4_500)], ..Group::new("wood", label("Wood")) },
            Group { choices: vec![choice("none", 0), choice("digital", 6_900)], ..Group::new("gauge", label("Gauge")) },
            Group {
                required: false,
                text: Some(FreeText { max: 12, allowed: vec![(' ', ' '), ('A', 'Z'), ('a', 'z')], price_minor: 1_500 }),
                ..Group::new("engraving", label("Engraving"))
            },
        ],
        rules: vec![Rule {
            when: (2, 1),
            group: 0,
            allowed: vec![1],
            why: label("The digital gauge needs the large one."),
        }],
        ..Model::new("humidor", label("A humidor"))
    }
}

#[test]
fn c34_price_follows_the_choices_and_greyed_values_say_why() {
    let model = humidor();
    let mut selection = Selection::from([("size", "s"), ("wood", "walnut")]);
    let view = model.view(&selection, 0);
    assert_eq!(view.price_minor, 29_400);
    assert!(!view.complete, "the gauge is open");
    assert_eq!(view.groups[2].choices[1].blocked, Some("The digital gauge needs the large one."));
    assert_eq!(view.groups[2].choices[0].blocked, None);

    selection.set("size", "l");
    selection.set("gauge", "digital");
    let view = model.view(&selection, 0);
    assert_eq!((view.price_minor, view.complete), (24_900 + 12_000 + 4_500 + 6_900, true));
    // The rule binds both ways.
    assert_eq!(view.groups[0].choices[0].blocked, Some("The digital gauge needs the large one."));
}

#[test]
fn c34_a_contradiction_is_shown_and_never_complete() {
    let model = humidor();
    let selection = Selection::from([("size", "s"), ("wood", "cedar"), ("gauge", "digital")]);
    let view = model.view(&selection, 0);
    assert_eq!(view.conflicts, ["The digital gauge needs the large one."]);
    assert!(!view.complete);
    let unknown = Selection::from([("size", "xxl"), ("colour", "red")]);
    assert_eq!(model.view(&unknown, 0).price_minor, 24_900, "what does not exist costs nothing");
}

#[test]
fn c31_an_engraving_has_a_length_a_character_set_and_a_surcharge() {
    let model = humidor();
    let base = [("size", "l"), ("wood", "cedar"), ("gauge", "none")];
    let with = |text: &str| {
        let mut selection = Selection::from(base);
        selection.set("engraving", text);
        let view = model.view(&selection, 0);
        (view.price_minor, view.complete)
    };
    assert_eq!(with(""), (36_900, true));
    assert_eq!(with("Anna"), (38_400, true));
    assert!(!with("Anna 2").1, "no digits");
    assert!(!with("Maximilian Leopold").1, "too long");
    let open = FreeText { max: 20, allowed: Vec::new(), price_minor: 0 };
    assert!(open.allows("Zoë & Søren, שלום"));
    assert!(!open.allows("a\u{202e}b") && !open.allows("<b>"), "no direction marks, no markup");
}

#[test]
fn a_code_brings_the_same_selection_back() {
    let model = humidor();
    let mut selection = Selection::from([("size", "l"), ("gauge", "none"), ("engraving", "Für Zoë")]);
    for _ in 0..2 {
        let code = model.code(&selection);
        assert_eq!(model.selection(&code), Ok(selection.clone()), "{code}");
        assert_eq!(model.selection(&code.to_uppercase()), Ok(selection.clone()), "typed by a clerk");
        selection = Selection::from([("size", "s"), ("wood", "walnut"), ("gauge", "digital")]);
    }
    assert_eq!(model.code(&selection).len(), 10);
    assert_eq!(model.selection("9zz"), Err(CodeError::UnknownVersion));
    assert_eq!(model.selection("<script>"), Err(CodeError::Malformed));
    let mut other = humidor();
    other.groups[1].choices.remove(0);
    assert_eq!(other.selection(&model.code(&selection)), Err(CodeError::OtherModel));
    let code = model.code(&selection);
    for end in 0..code.len() {
        assert!(model.selection(&code[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_model_comes_back_from_bytes_and_damage_is_named() {
    let bytes = humidor().encode();
    assert_eq!(Model::decode(&bytes), Ok(humidor()));
    for end in 0..bytes.len() {
        assert!(Model::decode(&bytes[..end]).is_err(), "cut at {end}");
    }
    let mut other = bytes;
    other[0] = 77;
    assert_eq!(Model::decode(&other).map_err(|error| error.fault), Err(Fault::UnknownVersion));
}

#[test]
fn c34_the_whole_model_is_checked() {
    let mut model = humidor();
    assert_eq!(check(&model), []);
    // The large one only in cedar, cedar only small: neither the large one nor the gauge can be had.
    model.rules.push(Rule { when: (0, 1), group: 1, allowed: vec![0], why: label("") });
    model.rules.push(Rule { when: (1, 0), group: 0, allowed: vec![0], why: label("") });
    assert_eq!(check(&model), [Finding::Unreachable(0, 1), Finding::Unreachable(2, 1)]);
    model.rules.push(Rule { when: (7, 0), group: 0, allowed: vec![0], why: label("") });
    assert!(check(&model).contains(&Finding::Dangling(3)));
}

#[test]
fn a_selection_keeps_one_answer_a_group() {
    let mut selection = Selection::from([("b", "1"), ("a", "2"), ("b", "3")]);
    assert_eq!(selection.iter().collect::<Vec<_>>(), [("a", "2"), ("b", "3")]);
    selection.set("b", "");
    assert_eq!(selection.get("b"), None);
}
