//! `wellmet check`: what it finds, where, and what it says to do.

#![allow(clippy::unwrap_used)]

use wellmet_cli::shop::{self, diagnostic::Diagnostic};

const HEAD: &str = r#"{"shop": {"name": "T", "currency": "EUR", "languages": ["en"]}, "#;

fn check(sections: &str) -> Vec<Diagnostic> {
    shop::read("wellmet.json", &format!("{HEAD}{sections}}}")).findings
}

/// The codes found, each with the text of the line it points at.
fn codes(sections: &str) -> Vec<&'static str> {
    check(sections).into_iter().map(|finding| finding.code).collect()
}

/// A slot with this condition.
fn when(condition: &str) -> String {
    format!(
        r#""attributes": {{
            "tier": {{"type": "text", "source": "record", "values": ["gold", "silver"]}},
            "age": {{"type": "number", "source": "record"}},
            "vip": {{"type": "boolean", "source": "page"}},
            "tags": {{"type": "list", "source": "page"}}
        }}, "segments": {{"s": {{"when": {{"age": {{"$gt": 3}}}}}}}},
        "slots": {{"a": {{"variants": [{{"choice": "x", "when": {{"segment.s": true}}}}, {{"choice": "y", "when": {condition}}}]}}}}"#
    )
}

#[test]
fn every_mistake_of_a_file_in_one_run_each_at_its_place() {
    let text = r#"{
  "shop": { "name": "T", "currency": "euro", "languages": ["en"] },
  "atributes": {},
  "slots": {
    "greeting": {
      "variants": [
        { "choice": "known", "when": { "nmae": { "$exists": true } } },
        { "choice": 5 },
        { "choice": "b", "items": { "kind": "nxet", "limit": 4 } },
        { "choice": "c", "when": { "visits.count": { "$get": 2 } }, }
      ]
    }
  }
}"#;
    let findings = shop::read("wellmet.json", text).findings;
    let found: Vec<(usize, usize, &str)> =
        findings.iter().map(|finding| (finding.line, finding.column, finding.code)).collect();
    assert_eq!(
        found,
        [
            (2, 38, "wrong-form"),
            (3, 3, "unknown-key"),
            (7, 40, "unknown-attribute"),
            (8, 21, "wrong-type"),
            (9, 45, "unknown-value"),
            (10, 54, "unknown-operator"),
            (10, 67, "no-json"),
        ]
    );
    let fix = |at: usize| findings[at].fix.as_str();
    assert_eq!(fix(1), "did you mean \"attributes\"?");
    assert_eq!(fix(2), "did you mean \"name\"?");
    assert_eq!(fix(4), "did you mean \"next\"?");
    assert_eq!(fix(5), "did you mean $gte?");
    assert_eq!(fix(6), "remove the comma");
    assert!(
        findings[2]
            .to_string()
            .starts_with("wellmet.json:7:40: error[unknown-attribute]: there is no attribute \"nmae\"")
    );
}

#[test]
fn c50_conditions_that_mean_something_are_left_alone() {
    for good in [
        "{}",
        r#"{"tier": "gold", "age": {"$gte": 18, "$lt": 65}}"#,
        r#"{"tags": {"$all": ["a", "b"]}, "$not": {"vip": true}}"#,
        r#"{"$or": [{"tier": {"$in": ["gold"]}}, {"tier": {"$exists": false}}]}"#,
        r#"{"views.category.Chairs.last30d": {"$gte": 2}, "today.hour": {"$lt": 12}}"#,
        r#"{"tags": {"$size": {"$gt": 1}, "$elemMatch": {"$regex": "^a"}}}"#,
        r#"{"tier": {"$regex": "^g.*d$"}, "page.kind": "home"}"#,
        r#"{"age": {"$exists": true, "$lt": 18}}"#,
    ] {
        assert_eq!(codes(&when(good)), Vec::<&str>::new(), "{good}");
    }
}

#[test]
fn c50_conditions_that_cannot_be_meant_are_named() {
    for (bad, code) in [
        (r#"{"tire": "gold"}"#, "unknown-attribute"),
        (r#"{"segment.t": true}"#, "unknown-attribute"),
        (r#"{"tier": "glod"}"#, "unknown-value"),
        (r#"{"tier": {"$in": ["gold", "bronze"]}}"#, "unknown-value"),
        (r#"{"page.kind": "start"}"#, "unknown-value"),
        (r#"{"age": "18"}"#, "wrong-operand"),
        (r#"{"age": {"$gte": "18"}}"#, "wrong-operand"),
        (r#"{"tier": true}"#, "wrong-operand"),
        (r#"{"vip": "yes"}"#, "wrong-operand"),
        (r#"{"tier": {"$in": "gold"}}"#, "wrong-operand"),
        (r#"{"tier": {"$all": ["gold"]}}"#, "wrong-operand"),
        (r#"{"age": {"$exists": "yes"}}"#, "wrong-operand"),
        (r#"{"$or": {"age": 1}}"#, "wrong-type"),
        (r#"{"$xor": []}"#, "unknown-operator"),
        (r#"{"$gte": 5}"#, "unknown-operator"),
        (r#"{"age": {"$gte": 5, "lt": 9}}"#, "mixed-operators"),
        (r#"{"age": {"gte": 5}}"#, "whole-object"),
        (r#"{"tier": ["gold", "silver"]}"#, "whole-list"),
        (r#"{"tier": {"$regex": "("}}"#, "bad-pattern"),
        (r#"{"tier": {"$regex": "(a+)+$"}}"#, "slow-pattern"),
        (r#"{"tier": {"$inGroup": "g"}}"#, "no-saved-groups"),
        (r#"{"age": {"$gt": 5, "$lt": 3}}"#, "contradiction"),
        (r#"{"$and": [{"tier": "gold"}, {"tier": "silver"}]}"#, "contradiction"),
        (r#"{"tier": {"$in": []}}"#, "contradiction"),
        (r#"{"$or": []}"#, "empty-group"),
        (r#"{"age": {"$lte": 5}}"#, "missing-is-zero"),
        (r#"{"days_since.order": 0}"#, "missing-is-zero"),
    ] {
        assert_eq!(codes(&when(bad)), [code], "{bad}");
    }
}

#[test]
fn too_deep_conditions_are_refused_not_followed() {
    let deep = format!("{}{{}}{}", r#"{"$not": "#.repeat(105), "}".repeat(105));
    assert!(codes(&when(&deep)).contains(&"too-deep"));
    let abyss = format!("{}{{}}{}", r#"{"$not": "#.repeat(5_000), "}".repeat(5_000));
    assert!(codes(&when(&abyss)).contains(&"no-json"));
}

#[test]
fn c48_segments_that_ask_for_themselves() {
    let found = check(
        r#""segments": {
            "a": {"when": {"segment.b": true}},
            "b": {"when": {"$or": [{"segment.c": true}, {"signed_in": true}]}},
            "c": {"when": {"$not": {"segment.a": true}}},
            "d": {"when": {"segment.d": true}}
        }"#,
    );
    let cycles: Vec<_> =
        found.iter().filter(|finding| finding.code == "segment-cycle").map(|finding| &finding.message).collect();
    assert_eq!(cycles, ["a segment asks for itself: a -> b -> c -> a", "a segment asks for itself: d -> d"]);
}

#[test]
fn c50_dead_rules_and_unreachable_offers() {
    let variants = |list: &str| format!(r#""slots": {{"s": {{"variants": [{list}]}}}}"#);
    for (list, code) in [
        (r#"{"choice": "a"}, {"choice": "b", "when": {"signed_in": true}}"#, Some("unreachable")),
        (
            r#"{"choice": "a", "when": {"visits.count": {"$gte": 2}}}, {"choice": "b", "when": {"visits.count": {"$gte": 5}}}"#,
            Some("unreachable"),
        ),
        (
            r#"{"choice": "a", "when": {"visits.count": {"$gte": 5}}}, {"choice": "b", "when": {"visits.count": {"$gte": 2}}}"#,
            None,
        ),
        (
            r#"{"choice": "a", "when": {"visits.count": {"$gte": 2}}}, {"choice": "b", "priority": 1, "when": {"visits.count": {"$gte": 5}}}"#,
            None,
        ),
        (r#"{"choice": "a", "cap": {"times": 1, "every": "7d"}}, {"choice": "b"}"#, None),
        (r#"{"choice": "a", "fields": {"n": {"attribute": "name"}}}, {"choice": "b"}"#, None),
        (r#"{"choice": "a", "experiment": "e", "weight": 1}, {"choice": "b", "experiment": "e"}"#, None),
        (r#"{"choice": "a", "items": {"kind": "seen", "limit": 3}}, {"choice": "b"}"#, None),
    ] {
        assert_eq!(codes(&variants(list)).first().copied(), code, "{list}");
    }
    let offers = |offers: &str, used: &str| {
        format!(r#""offers": {{{offers}}}, "slots": {{"s": {{"variants": [{{"choice": "o", "offers": [{used}]}}]}}}}"#)
    };
    let a = r#""a": {"announced": "personal", "when": {"signed_in": true}}"#;
    assert_eq!(codes(&offers(&format!(r#"{a}, "b": {{"announced": "personal"}}"#), r#""a""#)), ["unreachable-offer"]);
    assert_eq!(codes(&offers(a, r#""a", "aa""#)), ["unknown-offer"]);
    let dead = format!(r#"{a}, "b": {{"announced": "personal", "when": {{"signed_in": true, "visits.count": 1}}}}"#);
    assert_eq!(codes(&offers(&dead, r#""a", "b""#)), ["unreachable"]);
    let grouped = |when: &str| {
        format!(r#"{{"announced": "personal", "group": "g", "cap": {{"times": 1, "every": "7d"}}, "when": {when}}}"#)
    };
    let both = format!(
        r#""a": {}, "b": {}"#,
        grouped(r#"{"visits.count": {"$gte": 2}}"#),
        grouped(r#"{"visits.count": {"$gte": 3}}"#)
    );
    assert_eq!(codes(&offers(&both, r#""a", "b""#)), ["conflict"]);
    let apart =
        format!(r#""a": {}, "b": {}"#, grouped(r#"{"visits.count": {"$gte": 2}}"#), grouped(r#"{"visits.count": 1}"#));
    assert_eq!(codes(&offers(&apart, r#""a", "b""#)), Vec::<&str>::new());
    assert_eq!(codes(r#""segments": {"lonely": {"when": {"signed_in": true}}}"#), ["unused-segment"]);
}

fn offer(rest: &str) -> Vec<&'static str> {
    codes(&format!(
        r#""offers": {{"o": {{{rest}}}}}, "slots": {{"s": {{"variants": [{{"choice": "x", "offers": ["o"]}}]}}}}"#
    ))
}

#[test]
fn c11_a_countdown_that_starts_again_is_refused() {
    for until in ["+24h", "24h", "in 2 days", "3 days after the visit", "48 hours"] {
        assert_eq!(offer(&format!(r#""announced": "public", "until": "{until}""#)), ["evergreen-countdown"], "{until}");
    }
    assert_eq!(offer(r#""announced": "public", "until": "31.3.2026""#), ["wrong-form"]);
    assert_eq!(offer(r#""announced": "public", "until": "2026-02-30""#), ["wrong-form"]);
    assert_eq!(offer(r#""announced": "public", "from": "2026-03-02", "until": "2026-03-01""#), ["never-valid"]);
    assert_eq!(offer(r#""announced": "public", "from": "2026-03-01", "until": "2026-03-01T08:00""#), ["short-offer"]);
    assert_eq!(
        offer(r#""announced": "public", "from": "2026-03-01", "until": "2026-03-01T08:00", "essential": true"#),
        Vec::<&str>::new()
    );
    assert_eq!(offer(r#""announced": "public", "from": "2026-03-01", "until": "2026-04-01""#), Vec::<&str>::new());
}

#[test]
fn c33_a_personal_price_needs_its_notice_a_public_reduction_its_prior_price() {
    let notice = r#""notice": "This price was personalised.""#;
    for (rest, wanted) in [
        (
            r#""announced": "personal", "price": {"amount": 9, "personal": true}"#.to_owned(),
            Some("personal-price-without-notice"),
        ),
        (
            r#""announced": "personal", "when": {"orders.count": {"$gte": 3}}, "price": {"amount": 9}"#.to_owned(),
            Some("personal-price-without-notice"),
        ),
        (
            format!(
                r#""announced": "personal", "when": {{"orders.count": {{"$gte": 3}}}}, "price": {{"amount": 9, {notice}}}"#
            ),
            None,
        ),
        (r#""announced": "public", "when": {"page.kind": "home"}, "price": {"amount": 9}"#.to_owned(), None),
        (r#""announced": "public", "price": {"amount": 9, "before": 12}"#.to_owned(), Some("prior-price-missing")),
        (
            r#""announced": "public", "price": {"amount": 9, "before": 12, "lowest30": 10}"#.to_owned(),
            Some("prior-price-too-high"),
        ),
        (r#""announced": "public", "price": {"amount": 9, "before": 10, "lowest30": 10}"#.to_owned(), None),
        (r#""announced": "personal", "price": {"amount": 9, "before": 8}"#.to_owned(), Some("no-reduction")),
        (r#""price": {"amount": 9}"#.to_owned(), Some("missing")),
    ] {
        assert_eq!(offer(&rest).first().copied(), wanted, "{rest}");
    }
}

#[test]
fn c10_a_secret_code_in_a_text_that_everybody_can_load() {
    let secret = r#""announced": "personal", "code": {"value": "GOLD-7"}, "fields": {"text": "Use GOLD-7."}"#;
    assert_eq!(offer(secret), ["secret-in-book"]);
    let public =
        r#""announced": "public", "code": {"value": "HELLO", "public": true}, "fields": {"text": "Use HELLO."}"#;
    assert_eq!(offer(public), Vec::<&str>::new());
}

#[test]
fn texts_in_every_language_with_placeholders_that_mean_something() {
    let text = |languages: &str, text: &str| -> Vec<&'static str> {
        let file = format!(
            r#"{{"shop": {{"name": "T", "currency": "EUR", "languages": [{languages}]}},
                "slots": {{"s": {{"variants": [{{"choice": "x", "fields": {{"t": {text}}}}}]}}}}}}"#
        );
        shop::read("wellmet.json", &file).findings.into_iter().map(|finding| finding.code).collect()
    };
    let both = r#""en", "de""#;
    assert_eq!(text(both, r#"{"en": "Hello {name}", "de": "Hallo {name}"}"#), Vec::<&str>::new());
    assert_eq!(text(both, r#"{"en": "Hello"}"#), ["missing-translation"]);
    assert_eq!(text(both, r#""Hello to you""#), ["missing-translation"]);
    assert_eq!(text(both, r#""GOLD10""#), Vec::<&str>::new(), "one word may be a code");
    assert_eq!(text(r#""en""#, r#"{"en": "Hello", "fr": "Bonjour"}"#), ["unknown-language"]);
    assert_eq!(text(both, r#"{"en": "Hello {name}", "de": "Hallo"}"#), ["unlike-placeholders"]);
    assert_eq!(text(r#""en""#, r#""Hello {nmae}""#), ["unknown-placeholder"]);
    assert_eq!(text(r#""en""#, r#""Hello {name""#), ["open-brace"]);
    assert_eq!(text(r#""en""#, r#"{"attribute": "nmae"}"#), ["unknown-attribute"]);
    assert_eq!(text(r#""en""#, r#"{"attribut": "name"}"#), ["unknown-key"]);
    assert_eq!(text(r#""en""#, r#"{"text": "welcome"}"#), ["unknown-text"]);
    assert_eq!(text(r#""en", "en""#, r#""Hello""#), ["twice"]);
    // What an element says has placeholders of its own, and a language may be left to it.
    assert_eq!(
        codes(r#""words": {"cart.count": "{count, plural, one {# piece} other {# pieces}}"}"#),
        Vec::<&str>::new()
    );
    assert_eq!(codes(r#""words": {"basket.count": "x"}"#), ["unknown-element"]);
    assert_eq!(codes(r#""words": {"cart.count": {"xx": "x"}}"#), ["unknown-language"]);
}

#[test]
fn c49_ladders_that_do_not_lead_upwards() {
    let groups = |groups: &str| codes(&format!(r#""status": {{"groups": [{groups}]}}"#));
    let group = |id: &str, rest: &str| format!(r#"{{"id": "{id}", "label": "L", {rest}}}"#);
    let silver = group("silver", r#""entry": {"spent": 100}"#);
    assert_eq!(groups(&format!("{silver}, {}", group("gold", r#""entry": {"spent": 500}"#))), Vec::<&str>::new());
    assert_eq!(groups(&format!("{silver}, {}", group("gold", r#""entry": {"spent": 50}"#))), ["ladder-order"]);
    assert_eq!(groups(&format!("{silver}, {}", group("silver", r#""entry": {"spent": 500}"#))), ["twice"]);
    assert_eq!(groups(&group("a", r#""entry": {}"#)), ["empty-threshold"]);
    assert_eq!(groups(&group("a", r#""entry": {"orders": 2}, "keep": {"orders": 3}"#)), ["keep-above-entry"]);
    assert_eq!(
        groups(&group("a", r#""entry": {"spent": 9, "days": 365}, "keep": {"spent": 9, "days": 90}"#)),
        ["keep-above-entry"]
    );
}

#[test]
fn experiments_items_and_the_rest() {
    let variant = |list: &str| codes(&format!(r#""slots": {{"s": {{"variants": [{list}]}}}}"#));
    assert_eq!(variant(r#"{"choice": "a", "experiment": "e"}"#), ["one-arm"]);
    assert_eq!(variant(r#"{"choice": "a", "weight": 2}"#), ["no-experiment"]);
    assert_eq!(
        variant(r#"{"choice": "a", "experiment": "e", "weight": 0}, {"choice": "b", "experiment": "e", "weight": 0}"#),
        ["no-weight"]
    );
    assert_eq!(
        variant(
            r#"{"choice": "a", "experiment": "e", "when": {"signed_in": true}}, {"choice": "b", "experiment": "e"}"#
        ),
        ["unlike-arms"]
    );
    assert_eq!(variant(r#"{"choice": "a", "items": {"kind": "with", "limit": 2, "least": 3}}"#), ["never-enough"]);
    assert_eq!(
        variant(r#"{"choice": "a", "items": {"kind": "with", "limit": 2, "rules": [{"item": "x"}]}}"#),
        ["unclear-rule"]
    );
    assert_eq!(variant(r#"{"choice": "a", "cap": {"times": 1, "every": "week"}}"#), ["wrong-form"]);
    assert_eq!(codes(r#""slots": {"s": {"holdout": 1, "variants": [{"choice": "a"}]}}"#), ["all-held-out"]);
    assert_eq!(codes(r#""slots": {"s": {"holdout": 1.5, "variants": [{"choice": "a"}]}}"#), ["out-of-range"]);
    assert_eq!(codes(r#""attributes": {"visits.count": {"type": "number", "source": "page"}}"#), ["reserved-name"]);
    assert_eq!(codes(r#""reasons": {"in-crat": "Goes with {title}"}"#), ["unknown-reason"]);
    assert_eq!(
        codes(r#""contacts": {"eva": {"name": "Eva", "phone": "1", "when": {"signed_in": true}}}"#),
        ["no-fallback"]
    );
}

/// Broken in any way, a file gives findings and never a panic.
#[test]
fn no_file_can_stop_the_check() {
    let demo = include_str!("../../../www/wellmet.json");
    let mut seed = 5u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize
    };
    let words = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "null",
        "true",
        "0",
        "-1e9",
        "\"$or\"",
        "\"$in\"",
        "{}",
        "[]",
        "\"when\"",
        "\"status\"",
    ];
    for _ in 0..500 {
        let mut text = demo.to_owned();
        for _ in 0..1 + next() % 3 {
            let mut at = next() % text.len();
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let mut end = (at + next() % 30).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            text.replace_range(at..end, words[next() % words.len()]);
        }
        let read = shop::read("wellmet.json", &text);
        if let Some(shop) = read.shop {
            let table = shop::compile::compile(&shop, shop::compile::Target::Hub).unwrap();
            assert_eq!(wellmet_engine::table::Table::decode(&table.encode()).unwrap(), table);
        } else {
            assert!(!read.findings.is_empty(), "{text}");
        }
    }
}
