#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::host::Native;
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
    let view = model.view(&selection, 0, &Native::new());
    assert_eq!(view.price_minor, 29_400);
    assert!(!view.complete, "the gauge is open");
    assert_eq!(view.groups[2].choices[1].blocked, Some("The digital gauge needs the large one."));
    assert_eq!(view.groups[2].choices[0].blocked, None);

    selection.set("size", "l");
    selection.set("gauge", "digital");
    let view = model.view(&selection, 0, &Native::new());
    assert_eq!((view.price_minor, view.complete), (24_900 + 12_000 + 4_500 + 6_900, true));
    // The rule binds both ways.
    assert_eq!(view.groups[0].choices[0].blocked, Some("The digital gauge needs the large one."));
}

#[test]
fn c34_a_contradiction_is_shown_and_never_complete() {
    let model = humidor();
    let selection = Selection::from([("size", "s"), ("wood", "cedar"), ("gauge", "digital")]);
    let view = model.view(&selection, 0, &Native::new());
    assert_eq!(view.conflicts, ["The digital gauge needs the large one."]);
    assert!(!view.complete);
    let unknown = Selection::from([("size", "xxl"), ("colour", "red")]);
    assert_eq!(model.view(&unknown, 0, &Native::new()).price_minor, 24_900, "what does not exist costs nothing");
}

#[test]
fn c31_an_engraving_has_a_length_a_character_set_and_a_surcharge() {
    let model = humidor();
    let base = [("size", "l"), ("wood", "cedar"), ("gauge", "none")];
    let with = |text: &str| {
        let mut selection = Selection::from(base);
        selection.set("engraving", text);
        let view = model.view(&selection, 0, &Native::new());
        (view.price_minor, view.complete)
    };
    assert_eq!(with(""), (36_900, true));
    assert_eq!(with("Anna"), (38_400, true));
    assert!(!with("Anna 2").1, "no digits");
    assert!(!with("Maximilian Leopold").1, "too long");
    let open = FreeText { max: 20, allowed: Vec::new(), price_minor: 0 };
    assert!(open.allows("Zoë & Søren, שלום", &Native::new()));
    assert!(
        !open.allows("a\u{202e}b", &Native::new()) && !open.allows("<b>", &Native::new()),
        "no direction marks, no markup"
    );
}

#[test]
fn c38_a_code_brings_the_same_selection_back() {
    let model = humidor();
    let mut selection = Selection::from([("size", "l"), ("gauge", "none"), ("engraving", "Für Zoë")]);
    for _ in 0..2 {
        let code = model.code(&selection);
        assert_eq!(model.selection(&code), Ok(selection.clone()), "{code}");
        assert_eq!(model.selection(&code.to_uppercase()), Ok(selection.clone()), "typed by a clerk");
        selection = Selection::from([("size", "s"), ("wood", "walnut"), ("gauge", "digital")]);
    }
    let code = model.code(&selection);
    assert_eq!(code.len(), 11);
    assert_eq!(model.selection("9zz"), Err(CodeError::UnknownVersion));
    assert_eq!(model.selection("<script>"), Err(CodeError::Malformed));
    for end in 0..code.len() {
        assert!(model.selection(&code[..end]).is_err(), "cut at {end}");
    }
    assert_eq!(model.selection(&model.code(&Selection::default())), Ok(Selection::default()));
}

#[test]
fn c38_a_code_outlives_additions_and_never_means_something_else() {
    let model = humidor();
    let selection = Selection::from([("size", "l"), ("wood", "walnut"), ("gauge", "none")]);
    let code = model.code(&selection);
    let mut later = humidor();
    later.groups[1].choices.push(choice("ebony", 9_000));
    later.groups.push(Group { choices: vec![choice("black", 0)], ..Group::new("feet", label("Feet")) });
    assert_eq!(later.selection(&code), Ok(selection.clone()));
    assert_eq!(later.code(&selection), code);

    let mut other = humidor();
    other.groups[1].choices.remove(0);
    assert_eq!(other.selection(&code), Err(CodeError::OtherModel));
    let mut swapped = humidor();
    swapped.groups[1].choices.swap(0, 1);
    assert_eq!(swapped.selection(&code), Err(CodeError::OtherModel));

    // One letter mistyped, anywhere.
    let letters = "0123456789abcdefghjkmnpqrstvwxyz";
    for at in 1..code.len() {
        for letter in letters.chars().filter(|letter| !code[at..].starts_with(*letter)) {
            let mut typed = code.clone();
            typed.replace_range(at..=at, &letter.to_string());
            assert!(model.selection(&typed).is_err(), "{typed} for {code}");
        }
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
fn no_bytes_and_no_code_make_a_model_panic() {
    let sample = humidor().encode();
    let code = humidor().code(&Selection::from([("size", "l"), ("engraving", "Zoë")]));
    let mut seed = 7u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    for _ in 0..20_000 {
        let mut bytes = sample.clone();
        for _ in 0..=below(3) {
            let at = below(bytes.len());
            bytes[at] = if below(2) == 0 { below(256) as u8 } else { bytes[at] ^ 1 << below(8) };
        }
        let mut typed = code.clone().into_bytes();
        let at = below(typed.len());
        typed[at] = below(128) as u8;
        let typed = String::from_utf8_lossy(&typed);
        if let Ok(mut model) = Model::decode(&bytes) {
            let selection =
                model.selection(&typed).unwrap_or_else(|_| Selection::from([("size", "l"), ("gauge", "none")]));
            let _ = (model.view(&selection, 3, &Native::new()), model.code(&selection));
            model.bundle_by_rules();
            assert_eq!(Model::decode(&model.encode()).as_ref(), Ok(&model));
        }
    }
}

#[test]
fn c31_what_cannot_be_engraved_says_why() {
    let mut model = humidor();
    model.rules.push(Rule { when: (1, 1), group: 3, allowed: vec![], why: label("Walnut is not engraved.") });
    let mut selection = Selection::from([("size", "l"), ("wood", "walnut"), ("gauge", "none")]);
    let view = model.view(&selection, 0, &Native::new());
    assert_eq!((view.groups[3].blocked, view.complete), (Some("Walnut is not engraved."), true));
    selection.set("engraving", "Anna");
    let view = model.view(&selection, 0, &Native::new());
    assert_eq!((view.conflicts, view.complete), (vec!["Walnut is not engraved."], false));
    assert_eq!(view.groups[1].choices[1].blocked, Some("Walnut is not engraved."), "both ways");
    assert_eq!(check(&model), []);
    model.rules.push(Rule { when: (1, 0), group: 3, allowed: vec![], why: label("") });
    assert_eq!(check(&model), [Finding::Unreachable(3, 0)]);
}

#[test]
fn a_conflict_without_words_is_a_conflict() {
    let mut model = humidor();
    model.rules[0].why = Label::default();
    let view = model
        .view(&Selection::from([("size", "s"), ("wood", "cedar"), ("gauge", "digital")]), 0, &Native::new())
        .complete;
    assert!(!view);
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
fn c34_dead_ends_and_shapes_are_found() {
    let group = |id: &str| Group { choices: vec![choice("a", 0), choice("b", 0)], ..Group::new(id, label(id)) };
    let rule = |when, group, allowed: &[u16]| Rule { when, group, allowed: allowed.to_vec(), why: label("") };
    // x=a wants z=a, y=a wants z=b: x and y may both be a, and then there is no z.
    let mut model = Model {
        groups: vec![group("x"), group("y"), group("z")],
        rules: vec![rule((0, 0), 2, &[0]), rule((1, 0), 2, &[1])],
        ..Model::new("m", label("m"))
    };
    assert_eq!(check(&model), [Finding::DeadEnd((0, 0), (1, 0))]);
    model.groups[2].required = false;
    assert_eq!(check(&model), []);
    model.groups[1].id = "x".into();
    model.groups[2].choices[1].id = "a".into();
    model.groups.push(Group::new("empty", label("")));
    let found = check(&model);
    assert!(found.contains(&Finding::RepeatedGroup(1)), "{found:?}");
    assert!(found.contains(&Finding::RepeatedChoice(2, 1)) && found.contains(&Finding::Shapeless(3)));
}

#[test]
fn c36_groups_bound_by_a_rule_are_one_bundle() {
    let mut model = humidor();
    model.bundle_by_rules();
    let bundles: Vec<&str> = model.groups.iter().map(|group| group.bundle.as_str()).collect();
    assert_eq!(bundles, ["size", "wood", "size", "engraving"]);
    model.rules.push(Rule { when: (1, 1), group: 2, allowed: vec![0], why: label("") });
    model.bundle_by_rules();
    assert!(model.groups[..3].iter().all(|group| group.bundle == "size"));
}

/// All selections of small random models: what is called complete fits every rule, what the check
/// calls unreachable or a dead end is, and nothing else is.
#[test]
fn c34_random_models_agree_with_trying_everything() {
    let mut seed = 1u64;
    let mut below = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    for _ in 0..400 {
        let mut model = Model::new("m", label("m"));
        for at in 0..4 {
            let mut group = Group::new(&format!("g{at}"), label(""));
            group.required = below(3) > 0;
            if below(5) == 0 {
                group.text = Some(FreeText { max: 5, allowed: vec![], price_minor: 7 });
            } else {
                group.choices = (0..=below(2)).map(|n| choice(&format!("c{n}"), n as i64 * 10)).collect();
            }
            model.groups.push(group);
        }
        for _ in 0..below(7) {
            let (when, group) = (below(4) as u8, below(4) as u8);
            if when != group {
                let answer = below(model.groups[when as usize].answers() as u64) as u16;
                let all = 0..model.groups[group as usize].answers() as u16;
                let allowed = all.filter(|_| below(2) == 0).collect();
                model.rules.push(Rule { when: (when, answer), group, allowed, why: label("no") });
            }
        }
        let mut single = vec![vec![false; 3]; 4];
        let mut pairs = vec![vec![false; 16]; 16];
        for state in 0..4u32.pow(4) {
            let answer = |at: usize| (state / 4u32.pow(at as u32) % 4) as u16;
            let chosen: Vec<Option<u16>> = (0..4).map(|at| answer(at).checked_sub(1)).collect();
            if (0..4).any(|at| chosen[at].is_some_and(|c| usize::from(c) >= model.groups[at].answers())) {
                continue;
            }
            let mut selection = Selection::default();
            for (group, chosen) in model.groups.iter().zip(&chosen) {
                if let Some(chosen) = chosen {
                    let value = if group.text.is_some() { "x" } else { &group.choices[usize::from(*chosen)].id };
                    selection.set(&group.id, value);
                }
            }
            let fits = model.rules.iter().all(|rule| {
                let other = chosen[usize::from(rule.group)];
                chosen[usize::from(rule.when.0)] != Some(rule.when.1)
                    || other.is_none_or(|other| rule.allowed.contains(&other))
            });
            let answered = model.groups.iter().zip(&chosen).all(|(group, chosen)| !group.required || chosen.is_some());
            let view = model.view(&selection, 0, &Native::new());
            assert_eq!(view.complete, fits && answered);
            assert_eq!(view.conflicts.is_empty(), fits);
            assert_eq!(model.selection(&model.code(&selection)), Ok(selection));
            if fits && answered {
                let all: Vec<(usize, usize)> = (0..4).filter_map(|at| Some((at, usize::from(chosen[at]?)))).collect();
                for one in &all {
                    single[one.0][one.1] = true;
                    all.iter().for_each(|two| pairs[one.0 * 4 + one.1][two.0 * 4 + two.1] = true);
                }
            }
        }
        let mut expected = Vec::new();
        for (at, (group, seen)) in model.groups.iter().zip(&single).enumerate() {
            let missing = seen.iter().take(group.answers()).enumerate().filter(|(_, seen)| !**seen);
            expected.extend(missing.map(|(answer, _)| Finding::Unreachable(at, answer)));
        }
        let found = check(&model);
        let unreachable: Vec<Finding> =
            found.iter().copied().filter(|f| matches!(f, Finding::Unreachable(..))).collect();
        assert_eq!(unreachable, expected);
        for finding in found {
            if let Finding::DeadEnd(one, two) = finding {
                assert!(!pairs[one.0 * 4 + one.1][two.0 * 4 + two.1]);
            }
        }
    }
}

#[test]
fn a_selection_keeps_one_answer_a_group() {
    let mut selection = Selection::from([("b", "1"), ("a", "2"), ("b", "3")]);
    assert_eq!(selection.iter().collect::<Vec<_>>(), [("a", "2"), ("b", "3")]);
    selection.set("b", "");
    assert_eq!(selection.get("b"), None);
}
