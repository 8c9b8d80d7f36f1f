//! Products made to order: option groups, what goes together, the price, a short code for a finished one.
//!
//! A [`Model`] is the shop's; a [`Selection`] is the shopper's and may be anything, since it may come
//! from another version of the model, another device or a forged link. [`Model::view`] shows a
//! selection as it is: what does not exist is ignored, what does not go together is a conflict with
//! its reason, and a value that cannot be added says why. Nothing is corrected silently.
//!
//! ```
//! use wellmet_engine::host::Native;
//! use wellmet_engine::configurator::{Choice, Group, Label, Model, Rule, Selection};
//! let label = |text: &str| Label(vec![text.to_owned()]);
//! let choice = |id: &str, price| Choice { id: id.into(), label: label(id), price_minor: price };
//! let model = Model {
//!     base_minor: 50_000,
//!     groups: vec![
//!         Group { choices: vec![choice("oak", 0), choice("walnut", 9_000)], ..Group::new("wood", label("Wood")) },
//!         Group { choices: vec![choice("fixed", 0), choice("lift", 21_000)], ..Group::new("legs", label("Legs")) },
//!     ],
//!     rules: vec![Rule { when: (0, 0), group: 1, allowed: vec![0], why: label("Oak is too heavy for the lift.") }],
//!     ..Model::new("desk", label("A desk"))
//! };
//! let selection = Selection::from([("wood", "walnut"), ("legs", "lift")]);
//! let view = model.view(&selection, 0, &Native::new());
//! assert_eq!((view.price_minor, view.complete), (80_000, true));
//! assert_eq!(view.groups[0].choices[0].blocked, Some("Oak is too heavy for the lift."));
//! ```

mod check;
mod code;
mod wire;

use crate::host::Host;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
pub use check::{Finding, check};
pub use code::{CodeError, FORMAT as CODE_FORMAT};

/// Most groups of a model.
pub const MAX_GROUPS: usize = 32;
/// Most choices of a group.
pub const MAX_CHOICES: usize = 256;
/// Most rules of a model.
pub const MAX_RULES: usize = 1_024;
/// Longest free text, in characters: an engraving, not a letter, so that a code holding it still names
/// a cart line.
pub const MAX_TEXT: usize = 100;
/// The position, in a rule, of "something is written" in a group of free text.
pub const WRITTEN: u16 = 0;

/// A text in each of the book's languages; the first stands in for a missing one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label(pub Vec<String>);

impl Label {
    /// The text in a language.
    #[must_use]
    pub fn text(&self, language: usize) -> &str {
        self.0.get(language).filter(|text| !text.is_empty()).or(self.0.first()).map_or("", String::as_str)
    }
}

/// One value of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its id within the group.
    pub id: String,
    /// What the shopper reads.
    pub label: Label,
    /// What it adds to the price, minor units of the book's currency; may be negative.
    pub price_minor: i64,
}

/// Free text, such as an engraving.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeText {
    /// Most characters (Unicode scalar values), at most [`MAX_TEXT`].
    pub max: u16,
    /// Characters allowed: inclusive ranges, ascending. Empty allows letters, digits, spaces and
    /// simple punctuation of any script, but never control or direction marks.
    pub allowed: Vec<(char, char)>,
    /// What a text adds to the price, minor units. An empty one adds nothing.
    pub price_minor: i64,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its id within the model.
    pub id: String,
    /// What the shopper reads.
    pub label: Label,
    /// Whether it must be answered.
    pub required: bool,
    /// Groups of the same bundle are chosen together: a merge of two devices takes both from one.
    pub bundle: String,
    /// The values; empty for free text.
    pub choices: Vec<Choice>,
    /// Set when the answer is free text.
    pub text: Option<FreeText>,
}

impl Group {
    /// A required group without values, in a bundle of its own.
    #[must_use]
    pub fn new(id: &str, label: Label) -> Self {
        Self { id: id.to_owned(), label, required: true, bundle: id.to_owned(), choices: Vec::new(), text: None }
    }
}

/// "When this is chosen, only these values of that group are possible." *Requires*, *excludes* and
/// *one of* are all written this way. A rule binds in both directions. In a group of free text the one
/// position is [`WRITTEN`], so `allowed: []` there means that nothing may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Positions of group and choice that make the rule speak.
    pub when: (u8, u16),
    /// Position of the group that it limits.
    pub group: u8,
    /// Positions of the choices that remain, ascending.
    pub allowed: Vec<u16>,
    /// Why, for the shopper.
    pub why: Label,
}

/// A product made to order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its id.
    pub id: String,
    /// What the shopper reads.
    pub label: Label,
    /// Address of its page.
    pub link: String,
    /// Address of a picture; may be empty.
    pub image: String,
    /// The price before any choice, minor units of the book's currency.
    pub base_minor: i64,
    /// The questions, in the order they are asked.
    pub groups: Vec<Group>,
    /// What goes together.
    pub rules: Vec<Rule>,
}

impl Model {
    /// A model without questions, free of charge.
    #[must_use]
    pub fn new(id: &str, label: Label) -> Self {
        Self {
            id: id.to_owned(),
            label,
            link: String::new(),
            image: String::new(),
            base_minor: 0,
            groups: Vec::new(),
            rules: Vec::new(),
        }
    }
}

/// What a shopper chose: value or text by group id, ascending by group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(Vec<(String, String)>);

impl Selection {
    /// Sets the answer of a group; an empty one takes it back.
    pub fn set(&mut self, group: &str, value: &str) {
        match self.0.binary_search_by(|(known, _)| known.as_str().cmp(group)) {
            Ok(at) if value.is_empty() => drop(self.0.remove(at)),
            Ok(at) => value.clone_into(&mut self.0[at].1),
            Err(_) if value.is_empty() => {}
            Err(at) => self.0.insert(at, (group.to_owned(), value.to_owned())),
        }
    }

    /// The answer of a group.
    #[must_use]
    pub fn get(&self, group: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(group)).ok()?;
        Some(&self.0.get(at)?.1)
    }

    /// Groups and answers, ascending by group.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(group, value)| (group.as_str(), value.as_str()))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Selection {
    fn from(pairs: [(&str, &str); N]) -> Self {
        let mut selection = Self::default();
        for (group, value) in pairs {
            selection.set(group, value);
        }
        selection
    }
}

/// A value as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceView<'a> {
    /// Its id.
    pub id: &'a str,
    /// What the shopper reads.
    pub label: &'a str,
    /// What it adds, minor units.
    pub price_minor: i64,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Why it does not go with what is chosen in other groups.
    pub blocked: Option<&'a str>,
}

/// A group as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView<'a> {
    /// Its id.
    pub id: &'a str,
    /// What the shopper reads.
    pub label: &'a str,
    /// Its values.
    pub choices: Vec<ChoiceView<'a>>,
    /// What she wrote, where the group takes free text.
    pub text: Option<&'a str>,
    /// Why nothing may be written, where the group takes free text.
    pub blocked: Option<&'a str>,
}

/// A configuration as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View<'a> {
    /// The price of one piece, minor units.
    pub price_minor: i64,
    /// The groups in the model's order.
    pub groups: Vec<GroupView<'a>>,
    /// Why chosen values do not go together; empty when they do.
    pub conflicts: Vec<&'a str>,
    /// Every required group is answered, every text is allowed, and nothing conflicts.
    pub complete: bool,
}

impl FreeText {
    /// Whether a text may be written.
    #[must_use]
    pub fn allows(&self, text: &str, host: &dyn Host) -> bool {
        let characters = text.bytes().filter(|byte| byte & 0xc0 != 0x80).count();
        if characters > usize::from(self.max) {
            return false;
        }
        if self.allowed.is_empty() {
            let letters: String = text.chars().filter(|c| !" .,&'’!?+-–/".contains(*c)).collect();
            return host.alphanumeric(&letters);
        }
        text.chars().all(|c| self.allowed.iter().any(|(from, to)| (*from..=*to).contains(&c)))
    }
}

impl Group {
    /// Number of different answers that rules tell apart.
    const fn answers(&self) -> usize {
        if self.text.is_some() { 1 } else { self.choices.len() }
    }
}

impl Model {
    /// Puts groups that a rule binds together into one bundle, beside what is bundled already: a merge
    /// of two devices then never mixes halves of two decisions that had to fit.
    pub fn bundle_by_rules(&mut self) {
        let first = |group: &Group| self.groups.iter().position(|other| other.bundle == group.bundle);
        let mut heads: Vec<usize> = self.groups.iter().filter_map(first).collect();
        for rule in &self.rules {
            let head = |group: u8| heads.get(usize::from(group)).copied();
            if let (Some(a), Some(b)) = (head(rule.when.0), head(rule.group)) {
                heads.iter_mut().filter(|head| **head == a.max(b)).for_each(|head| *head = a.min(b));
            }
        }
        for (at, head) in heads.into_iter().enumerate() {
            self.groups[at].bundle = self.groups[head].id.clone();
        }
    }

    /// Position of the choice that a selection makes in each group.
    fn chosen(&self, selection: &Selection) -> Vec<Option<u16>> {
        let of = |group: &Group| {
            let value = selection.get(&group.id)?;
            if group.text.is_some() {
                return Some(WRITTEN);
            }
            u16::try_from(group.choices.iter().position(|choice| choice.id == value)?).ok()
        };
        self.groups.iter().map(of).collect()
    }

    /// The rule, if any, by which a choice of a group does not go with what is chosen elsewhere.
    fn against(&self, chosen: &[Option<u16>], group: usize, choice: u16) -> Option<&Rule> {
        let picked = |at: u8| chosen.get(usize::from(at)).copied().flatten();
        self.rules.iter().find(|rule| {
            let (when, value) = rule.when;
            if usize::from(when) == group {
                value == choice && picked(rule.group).is_some_and(|other| !rule.allowed.contains(&other))
            } else {
                usize::from(rule.group) == group && picked(when) == Some(value) && !rule.allowed.contains(&choice)
            }
        })
    }

    /// Shows a selection in a language of the book.
    #[must_use]
    pub fn view<'a>(&'a self, selection: &'a Selection, language: usize, host: &dyn Host) -> View<'a> {
        let chosen = self.chosen(selection);
        let mut price = self.base_minor;
        let (mut complete, mut fits) = (true, true);
        let mut conflicts = Vec::new();
        let mut groups = Vec::with_capacity(self.groups.len());
        for (at, group) in self.groups.iter().enumerate() {
            let mine = chosen.get(at).copied().flatten();
            let mut choices = Vec::with_capacity(group.choices.len());
            let why = |answer: u16| Some(self.against(&chosen, at, answer)?.why.text(language));
            if let Some(why) = mine.and_then(why) {
                fits = false;
                if !conflicts.contains(&why) {
                    conflicts.push(why);
                }
            }
            for (number, choice) in (0u16..).zip(&group.choices) {
                let is = mine == Some(number);
                if is {
                    price = price.saturating_add(choice.price_minor);
                }
                choices.push(ChoiceView {
                    id: &choice.id,
                    label: choice.label.text(language),
                    price_minor: choice.price_minor,
                    chosen: is,
                    blocked: why(number),
                });
            }
            let text = group.text.as_ref().map(|free| {
                let text = selection.get(&group.id).unwrap_or("");
                complete &= free.allows(text, host);
                if !text.is_empty() {
                    price = price.saturating_add(free.price_minor);
                }
                text
            });
            let answered = mine.is_some() || text.is_some_and(|text| !text.is_empty());
            complete &= answered || !group.required;
            let blocked = text.and_then(|_| why(WRITTEN));
            groups.push(GroupView { id: &group.id, label: group.label.text(language), choices, text, blocked });
        }
        complete &= fits;
        View { price_minor: price, groups, conflicts, complete }
    }
}

#[cfg(test)]
mod tests;
