//! `wellmet check` on contacts, surveys, layouts, services, early access and vouchers.

#![allow(clippy::unwrap_used)]

use wellmet_cli::shop;

const HEAD: &str = r#"{"shop": {"name": "T", "currency": "EUR", "languages": ["en"]}, "attributes": {"class": {"type": "text", "source": "record"}}, "#;

fn codes(sections: &str) -> Vec<&'static str> {
    let findings = shop::read("wellmet.json", &format!("{HEAD}{sections}}}")).findings;
    findings.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn what_means_something_is_left_alone() {
    for good in [
        r#""contacts": {"team": {"name": "Team", "mail": "a@example.com", "photo": "https://example.com/a.jpg", "chat": "/chat?to=team"}}"#,
        r#""contacts": {"a": {"name": "A", "phone": "1", "pool": "p"}, "b": {"name": "B", "phone": "2", "pool": "p"}}"#,
        r#""surveys": {"s": {"question": "Why", "answer": "choice", "choices": ["A", "B"], "cap": {"times": 1, "every": "ever"}}}"#,
        r#""services": {"queue": {"levels": [{"value": "fast", "when": {"class": "A"}}, {"value": "usual"}]}}"#,
        r#""access": {"x": {"items": ["a"], "when": {"class": "A"}, "from": "2026-03-01T09:00", "opens": "2026-03-02T09:00"}}"#,
        r#""points": {"perUnit": 1.5, "pending": 14, "expire": 365, "worth": 0.01}"#,
        r#""offers": {"o": {"announced": "personal", "voucher": {"amount": 5, "days": 30, "minimum": 25}}}, "slots": {"s": {"variants": [{"choice": "o", "offers": ["o"]}]}}"#,
    ] {
        assert_eq!(codes(good), Vec::<&str>::new(), "{good}");
    }
}

#[test]
fn what_cannot_be_meant_is_named() {
    for (bad, code) in [
        (r#""contacts": {"a": {"name": "A", "phone": "1", "photo": "javascript:alert(1)"}}"#, "unsafe-address"),
        (r#""contacts": {"a": {"name": "A", "chat": "DATA:text/html,x"}}"#, "unsafe-address"),
        (
            r#""playlists": {"p": {"label": "P", "tracks": ["/a.mp3", {"address": "file:///etc/passwd", "title": "B"}]}}"#,
            "unsafe-address",
        ),
        (r#""guarantees": {"g": {"days": 14, "text": "G", "link": " "}}"#, "unsafe-address"),
        (r#""contacts": {"a": {"name": "A", "mail": "nobody"}}"#, "wrong-form"),
        (r#""contacts": {"a": {"name": "A"}}"#, "unreachable-contact"),
        (r#""contacts": {"a": {"name": "A", "phone": "1", "pool": "p"}}"#, "one-arm"),
        (
            r#""contacts": {"a": {"name": "A", "phone": "1", "pool": "p"}, "b": {"name": "B", "phone": "2", "pool": "p", "when": {"class": "A"}}}"#,
            "unlike-arms",
        ),
        (r#""contacts": {"a": {"name": "A", "phone": "1", "when": {"class": "A"}}}"#, "no-fallback"),
        (
            r#""surveys": {"s": {"question": "Why", "answer": "choice", "cap": {"times": 1, "every": "ever"}}}"#,
            "no-choices",
        ),
        (
            r#""surveys": {"s": {"question": "Why", "choices": ["A"], "cap": {"times": 1, "every": "ever"}}}"#,
            "unused-choices",
        ),
        (
            r#""surveys": {"s": {"question": "Why", "answer": "facse", "cap": {"times": 1, "every": "ever"}}}"#,
            "unknown-value",
        ),
        (
            r#""services": {"q": {"levels": [{"value": "usual"}, {"value": "fast", "when": {"class": "A"}}]}}"#,
            "dead-rule",
        ),
        (r#""services": {"q": {"levels": [{"value": "fast", "when": {"class": "A"}}]}}"#, "no-fallback"),
        (r#""services": {"q": {"levels": []}}"#, "too-few"),
        (
            r#""services": {"q": {"levels": [{"value": "fast", "when": {"clas": "A"}}, {"value": "usual"}]}}"#,
            "unknown-attribute",
        ),
        (
            r#""access": {"x": {"items": ["a"], "when": {}, "from": "2026-03-02", "opens": "2026-03-01"}}"#,
            "never-valid",
        ),
        (r#""access": {"x": {"items": ["a"], "when": {}, "from": "soon", "opens": "2026-03-01"}}"#, "wrong-form"),
        (
            r#""layouts": {"l": {"channel": "mail", "file": "a.html", "triggers": ["backk"]}}, "triggers": {"back": {"when": {}, "cap": {"times": 1, "every": "ever"}, "channels": ["mail"]}}"#,
            "unknown-trigger",
        ),
        (
            r#""layouts": {"l": {"channel": "mail", "file": "a.html", "triggers": ["back"]}}, "triggers": {"back": {"when": {}, "cap": {"times": 1, "every": "ever"}, "channels": ["push"]}}"#,
            "unused-layout",
        ),
        (
            r#""offers": {"o": {"announced": "personal", "voucher": {"days": 30}}}, "slots": {"s": {"variants": [{"choice": "o", "offers": ["o"]}]}}"#,
            "unclear-voucher",
        ),
        (
            r#""offers": {"o": {"announced": "personal", "voucher": {"percent": 10, "days": 30}, "code": {"value": "X"}}}, "slots": {"s": {"variants": [{"choice": "o", "offers": ["o"]}]}}"#,
            "code-and-voucher",
        ),
        (
            r#""offers": {"o": {"announced": "personal", "voucher": {"amount": 0, "days": 30}}}, "slots": {"s": {"variants": [{"choice": "o", "offers": ["o"]}]}}"#,
            "out-of-range",
        ),
        (r#""points": {"perUnit": -1}"#, "out-of-range"),
        (r#""triggers": {"t": {"when": {}, "cap": {"times": 1, "every": "ever"}, "at": "9am"}}"#, "wrong-form"),
    ] {
        assert!(codes(bad).contains(&code), "{bad}: {:?}", codes(bad));
    }
}
