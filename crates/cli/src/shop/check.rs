//! Checks what a schema cannot: whether the rules mean something, and what was probably meant.
//!
//! One file each: [`conditions`] for the targeting language, [`reach`] for rules that can never be seen,
//! [`offers`] for what the law and good manners want of offers, [`texts`] for languages, [`references`]
//! for names of other things, [`assigned`] for contacts, surveys and all that is slots of a fixed form.

mod assigned;
mod conditions;
mod constraints;
mod offers;
mod reach;
mod references;
mod texts;

use super::diagnostic::Findings;
use super::json::{Member, Node};
use super::model::ShopFile;
use super::names::Scope;
use std::collections::BTreeSet;

/// Reports everything that is wrong with the meaning of a file that fits the schema.
pub fn check(shop: &ShopFile, root: &Node, findings: &mut Findings<'_>) {
    let scope = Scope::new(shop);
    let names = scope.all();
    let mut checker = Checker { shop, root, scope, names, findings };
    checker.references();
    checker.conditions();
    checker.offers();
    checker.assigned();
    checker.texts();
    checker.reach();
}

struct Checker<'a, 'f, 't> {
    shop: &'a ShopFile,
    root: &'a Node,
    scope: Scope<'a>,
    /// Names to suggest.
    names: BTreeSet<String>,
    findings: &'f mut Findings<'t>,
}

impl<'a> Checker<'a, '_, '_> {
    /// The value at a path of the file; the file itself where it was left out.
    fn node(&self, path: &[&str]) -> &'a Node {
        self.root.walk(path).unwrap_or(self.root)
    }

    /// The members of an object at a path; none where it was left out.
    fn members(&self, path: &[&str]) -> &'a [Member] {
        self.root.walk(path).map(Node::members).unwrap_or_default()
    }

    /// The items of a list at a path; none where it was left out.
    fn items(&self, path: &[&str]) -> &'a [Node] {
        self.root.walk(path).map(Node::items).unwrap_or_default()
    }

    /// All conditions of the file with the words that say whose they are.
    fn all_conditions(&self) -> Vec<(String, &'a Node)> {
        let mut found = Vec::new();
        for (section, one) in [
            ("segments", "segment"),
            ("offers", "offer"),
            ("triggers", "trigger"),
            ("contacts", "contact"),
            ("payments", "payment method"),
            ("guarantees", "guarantee"),
            ("playlists", "playlist"),
            ("surveys", "survey"),
            ("layouts", "layout"),
            ("access", "early access"),
        ] {
            for member in self.members(&[section]) {
                if let Some(when) = member.value.get("when") {
                    found.push((format!("{one} {:?}", member.key), when));
                }
            }
        }
        for service in self.members(&["services"]) {
            for level in service.value.get("levels").map(Node::items).unwrap_or_default() {
                if let Some(when) = level.get("when") {
                    found.push((format!("a level of service {:?}", service.key), when));
                }
            }
        }
        for slot in self.members(&["slots"]) {
            for variant in slot.value.get("variants").map(Node::items).unwrap_or_default() {
                if let Some(when) = variant.get("when") {
                    let choice = variant.get("choice").and_then(Node::text).unwrap_or_default();
                    found.push((format!("choice {choice:?} of slot {:?}", slot.key), when));
                }
            }
        }
        found
    }
}
