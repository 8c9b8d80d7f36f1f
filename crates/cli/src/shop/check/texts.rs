//! Texts: every language, the same placeholders in each, and placeholders that mean something.

use super::super::json::{Member, Node};
use super::super::names::placeholders;
use super::Checker;
use std::collections::BTreeSet;

/// Keys under which a text may stand beside the fields.
const TEXTS: [&str; 13] = [
    "label", "reason", "notice", "question", "text", "hours", "role", "locked", "comment", "thanks", "benefits",
    "choices", "fields",
];

/// Whose words a shop may replace.
const ELEMENTS: [&str; 10] =
    ["cart", "configurator", "contact", "greeting", "history", "memory", "offer", "price", "survey", "why"];

/// Placeholders that the page fills in.
const OF_ITEMS: [&str; 3] = ["title", "times", "last"];

impl<'a> Checker<'a, '_, '_> {
    pub(super) fn texts(&mut self) {
        for section in ["texts", "reasons"] {
            for member in self.members(&[section]) {
                let allowed: &[&str] = if section == "reasons" { &OF_ITEMS } else { &[] };
                self.phrase(&member.value, allowed);
            }
        }
        for member in self.members(&["words"]) {
            let element = member.key.split_once('.').map_or("", |(element, _)| element);
            if !ELEMENTS.contains(&element) {
                let message = format!("no element says {:?}", member.key);
                let fix = format!("ELEMENT.WORD, such as cart.remove; the elements are {}", ELEMENTS.join(", "));
                self.findings.error(member.key_at, "unknown-element", message, fix);
            }
            for member in member.value.members() {
                self.spoken(member);
            }
        }
        for section in [
            "offers",
            "triggers",
            "contacts",
            "payments",
            "guarantees",
            "playlists",
            "surveys",
            "layouts",
            "services",
            "access",
        ] {
            for member in self.members(&[section]) {
                self.inside(&member.value);
                for level in member.value.get("levels").map(Node::items).unwrap_or_default() {
                    self.inside(level);
                }
            }
        }
        for group in self.items(&["status", "groups"]) {
            self.inside(group);
        }
        for slot in self.members(&["slots"]) {
            for variant in slot.value.get("variants").map(Node::items).unwrap_or_default() {
                self.inside(variant);
            }
        }
    }

    /// The texts of one thing.
    fn inside(&mut self, thing: &'a Node) {
        for member in thing.members().iter().filter(|member| TEXTS.contains(&member.key.as_str())) {
            match member.key.as_str() {
                "fields" => member.value.members().iter().for_each(|field| {
                    // A field that takes something else is no text.
                    if !["attribute", "money", "number", "text"].iter().any(|key| field.value.get(key).is_some()) {
                        self.phrase(&field.value, &[]);
                    }
                }),
                "benefits" | "choices" => member.value.items().iter().for_each(|benefit| self.phrase(benefit, &[])),
                _ => self.phrase(&member.value, &[]),
            }
        }
        if let Some(price) = thing.get("price") {
            self.inside(price);
        }
    }

    /// A text in a language that the shop does not have is never shown.
    fn spoken(&mut self, member: &Member) {
        if !self.shop.shop.languages.contains(&member.key) {
            let message = format!("the shop does not speak {:?}", member.key);
            let fix = "add it to \"languages\", or remove this text";
            self.findings.warning(member.key_at, "unknown-language", message, fix);
        }
    }

    fn phrase(&mut self, node: &'a Node, allowed: &[&str]) {
        let languages = &self.shop.shop.languages;
        if let Some(text) = node.text() {
            if languages.len() > 1 && text.trim().contains(' ') {
                let message = format!("this text is the same in {}", languages.join(", "));
                self.findings.warning(
                    node.at,
                    "missing-translation",
                    message,
                    "write it for each language: {\"en\": \"…\"}",
                );
            }
            self.filled(node, text, allowed);
            return;
        }
        let missing: Vec<&str> = languages
            .iter()
            .map(String::as_str)
            .filter(|language| node.get(language).and_then(Node::text).is_none_or(str::is_empty))
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            self.findings.warning(
                node.at,
                "missing-translation",
                format!("this text is missing in {missing}"),
                format!("add {missing}"),
            );
        }
        let mut first: Option<BTreeSet<&str>> = None;
        for member in node.members() {
            self.spoken(member);
            let Some(text) = member.value.text() else { continue };
            self.filled(&member.value, text, allowed);
            let names: BTreeSet<&str> = placeholders(text).collect();
            if first.as_ref().is_some_and(|first| *first != names) {
                self.findings.warning(
                    member.value.at,
                    "unlike-placeholders",
                    "this language fills in something else than the one before",
                    "",
                );
            }
            first.get_or_insert(names);
        }
    }

    fn filled(&mut self, node: &Node, text: &str, allowed: &[&str]) {
        for name in placeholders(text) {
            if !self.scope.knows(name) && !allowed.contains(&name) {
                let fix = self.name_fix(name);
                self.findings.error(node.at, "unknown-placeholder", format!("nothing fills in {{{name}}}"), fix);
            }
        }
        if text.matches('{').count() != text.matches('}').count() {
            self.findings.warning(node.at, "open-brace", "a brace is not closed", "write {name}");
        }
    }
}
