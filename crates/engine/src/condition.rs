//! Conditions: the Mongo-style targeting language, as a flat table.
//!
//! A condition comes in as JSON ([`Value`]) and is compiled once by [`Program::add`]: every clause is
//! one [`Node`] of a flat array, a group knows where it ends, names and constants are numbered.
//! [`Program::holds`] then walks the array; it parses nothing and, for text and whole numbers,
//! allocates nothing. The book carries compiled programs; rules that a shop already has elsewhere
//! arrive as JSON and take the same way at run time.
//!
//! The semantics are those of `docs/targeting.md`, held by `tests/vectors/growthbook.json`.
//!
//! ```
//! use wellmet_engine::condition::{Program, Tree};
//! use wellmet_engine::value::{Value, View};
//! # use wellmet_engine::host::Host;
//! # struct NoHost;
//! # impl Host for NoHost {
//! #     fn regex(&self, _: &str, _: bool, _: &str) -> bool { false }
//! #     fn lower(&self, text: &str) -> String { text.to_lowercase() }
//! #     fn alphanumeric(&self, _: &str) -> bool { false }
//! #     fn number_text(&self, _: f64) -> String { String::new() }
//! #     fn text_number(&self, _: &str) -> f64 { f64::NAN }
//! # }
//! let at_least_three = Value::Map(vec![("$gte".into(), Value::Number(3.0))]);
//! let mut program = Program::default();
//! let regular = program.add(&Value::Map(vec![("orders".into(), at_least_three)])).unwrap();
//!
//! let shopper = Value::Map(vec![("orders".into(), Value::Number(5.0))]);
//! let facts = Tree { program: &program, root: shopper.view() };
//! assert!(program.holds(regular, &facts, View::Null, &NoHost));
//! ```

mod compile;
mod explain;
mod table;
mod version;

use alloc::{string::String, vec::Vec};
pub use compile::TooBig;
pub use explain::Clause;
pub use table::MAX_NODES;

use crate::host::Host;
use crate::value::{Value, View};

/// Deepest nesting of a condition. Beyond it [`Program::add`] refuses.
pub const MAX_DEPTH: usize = 100;

/// What a node asks. Groups and value tests hold the nodes after them up to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Op {
    /// Every child holds.
    Every,
    /// Some child holds, or there is none.
    Some,
    /// Not every child holds.
    NotEvery,
    /// Every child holds of the value of the name `arg`.
    At,
    /// Never holds: an operator that the language does not know, or an operand that cannot work.
    Never,
    // Comparisons of a bare value with the constant `arg`.
    LikeText,
    LikeTextFold,
    LikeNumber,
    LikeBool,
    IsNull,
    SameJson,
    // Operators on the constant `arg`.
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
    In,
    NotIn,
    InFold,
    NotInFold,
    InGroup,
    NotInGroup,
    Exists,
    Type,
    Regex,
    RegexFold,
    VersionEq,
    VersionNe,
    VersionLt,
    VersionLte,
    VersionGt,
    VersionGte,
    /// The value is a list, and each child holds of some item.
    All,
    /// Some truthy item of the list passes every child (as value tests).
    ItemPasses,
    /// Some truthy item of the list passes every child (as a condition on the item).
    ItemMatches,
    /// The value is a list whose length passes every child.
    Size,
}

/// One clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) op: Op,
    /// A name for [`Op::At`], a constant for the comparisons.
    pub(crate) arg: u32,
    /// Index after the last node that belongs to this one.
    pub(crate) end: u32,
}

/// A compiled condition of a [`Program`]: the index of its first node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConditionIx(pub(crate) u32);

/// Compiled conditions that share their names and constants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    pub(crate) nodes: Vec<Node>,
    pub(crate) constants: Vec<Value>,
    pub(crate) names: Vec<String>,
}

/// Where the names at the top level of a condition get their values.
pub trait Attributes {
    /// The value of the name at this position of [`Program::names`]; null when missing.
    fn attribute(&self, name: usize) -> View<'_>;
}

/// Attributes as one JSON object, whose dotted paths are followed at each look.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a> {
    /// The program whose names are asked for.
    pub program: &'a Program,
    /// The object.
    pub root: View<'a>,
}

impl Attributes for Tree<'_> {
    fn attribute(&self, name: usize) -> View<'_> {
        self.program.names.get(name).map_or(View::Null, |name| self.root.walk(name))
    }
}

/// Attributes whose paths have been followed once: for many conditions on one object.
#[derive(Clone, Debug)]
pub struct Resolved<'a>(Vec<View<'a>>);

impl<'a> Resolved<'a> {
    /// What an object says of all names that the program asks for.
    #[must_use]
    pub fn of(program: &Program, root: View<'a>) -> Self {
        Self(program.names.iter().map(|name| root.walk(name)).collect())
    }
}

impl Attributes for Resolved<'_> {
    fn attribute(&self, name: usize) -> View<'_> {
        self.0.get(name).copied().unwrap_or(View::Null)
    }
}

impl Program {
    /// The attribute names that conditions ask for, in the order of their numbers.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a condition holds. `groups` are the saved groups: an object of lists.
    #[must_use]
    pub fn holds(
        &self,
        condition: ConditionIx,
        attributes: &dyn Attributes,
        groups: View<'_>,
        host: &dyn Host,
    ) -> bool {
        let run = Run { program: self, attributes, groups, host };
        run.condition(condition.0 as usize, None)
    }

    /// Whether a condition holds of one value instead of named attributes.
    #[must_use]
    pub fn holds_of(&self, condition: ConditionIx, root: View<'_>, groups: View<'_>, host: &dyn Host) -> bool {
        self.holds(condition, &Tree { program: self, root }, groups, host)
    }

    fn constant(&self, node: Node) -> View<'_> {
        self.constants.get(node.arg as usize).map_or(View::Null, Value::view)
    }
}

/// One evaluation.
pub(crate) struct Run<'a> {
    pub(crate) program: &'a Program,
    pub(crate) attributes: &'a dyn Attributes,
    pub(crate) groups: View<'a>,
    pub(crate) host: &'a dyn Host,
}

impl<'a> Run<'a> {
    fn node(&self, at: usize) -> Node {
        self.program.nodes.get(at).copied().unwrap_or(Node { op: Op::Never, arg: 0, end: u32::MAX })
    }

    /// Whether `wanted` is what some child of the node at `at` gives. `nothing` when there is none.
    fn some(&self, at: usize, mut holds: impl FnMut(usize) -> bool) -> bool {
        let end = self.node(at).end as usize;
        let mut child = at + 1;
        while child < end {
            if holds(child) {
                return true;
            }
            child = self.node(child).end as usize;
        }
        false
    }

    /// A node in the place of a condition: on the attributes, or on one item of a list.
    pub(crate) fn condition(&self, at: usize, item: Option<View<'_>>) -> bool {
        let node = self.node(at);
        match node.op {
            Op::Every => !self.some(at, |child| !self.condition(child, item)),
            Op::NotEvery => self.some(at, |child| !self.condition(child, item)),
            Op::Some => node.end as usize == at + 1 || self.some(at, |child| self.condition(child, item)),
            Op::At => {
                let value = self.value(node, item);
                !self.some(at, |child| !self.test(child, value))
            }
            _ => false,
        }
    }

    /// The value that an [`Op::At`] is about.
    pub(crate) fn value<'v>(&'v self, node: Node, item: Option<View<'v>>) -> View<'v> {
        let name = node.arg as usize;
        match item {
            None => self.attributes.attribute(name),
            Some(item) => self.program.names.get(name).map_or(View::Null, |name| item.walk(name)),
        }
    }

    /// A node in the place of a test on one value. What most rules ask for is answered here, with nothing to set up.
    pub(crate) fn test(&self, at: usize, seen: View<'_>) -> bool {
        let node = self.node(at);
        let wanted = self.program.constant(node);
        let order = || seen.compare(wanted, self.host);
        match node.op {
            Op::Eq => seen.same(wanted),
            Op::Ne => !seen.same(wanted),
            Op::Lt => order().is_some_and(core::cmp::Ordering::is_lt),
            Op::Lte => order().is_some_and(core::cmp::Ordering::is_le),
            Op::Gt => order().is_some_and(core::cmp::Ordering::is_gt),
            Op::Gte => order().is_some_and(core::cmp::Ordering::is_ge),
            Op::In => within(seen, wanted),
            Op::NotIn => !within(seen, wanted),
            _ => self.test_otherwise(at, node, seen, wanted),
        }
    }

    #[inline(never)]
    fn test_otherwise(&self, at: usize, node: Node, seen: View<'_>, wanted: View<'_>) -> bool {
        match node.op {
            Op::LikeText => match (seen, wanted) {
                (View::Text(seen), View::Text(wanted)) => seen == wanted,
                (seen, View::Text(wanted)) => seen.to_text(self.host) == wanted,
                _ => false,
            },
            Op::LikeTextFold => {
                let lower = |view: View<'_>| self.host.lower(&view.to_text(self.host));
                lower(seen) == lower(wanted)
            }
            Op::LikeNumber => View::Number(seen.to_number(self.host)).same(wanted),
            Op::LikeBool => seen != View::Null && View::Bool(seen.truthy()) == wanted,
            Op::IsNull => seen == View::Null,
            Op::SameJson => seen.same_json(wanted),
            Op::InFold => self.within_fold(seen, wanted),
            Op::NotInFold => !self.within_fold(seen, wanted),
            Op::InGroup | Op::NotInGroup => {
                let group = match (self.groups, wanted) {
                    (View::Map(groups), View::Text(name)) => groups.iter().find(|(id, _)| id == name),
                    _ => None,
                };
                let within = group.is_some_and(|(_, list)| within(seen, list.view()));
                within == (node.op == Op::InGroup)
            }
            Op::Exists => (seen != View::Null) == wanted.truthy(),
            Op::Type => wanted == View::Text(type_name(seen)),
            Op::Regex | Op::RegexFold => {
                let pattern = wanted.to_text(self.host);
                self.host.regex(&pattern, node.op == Op::RegexFold, &seen.to_text(self.host))
            }
            Op::VersionEq | Op::VersionNe | Op::VersionLt | Op::VersionLte | Op::VersionGt | Op::VersionGte => {
                let order = version::compare(seen, wanted, self.host);
                match node.op {
                    Op::VersionEq => order.is_eq(),
                    Op::VersionNe => order.is_ne(),
                    Op::VersionLt => order.is_lt(),
                    Op::VersionLte => order.is_le(),
                    Op::VersionGt => order.is_gt(),
                    _ => order.is_ge(),
                }
            }
            Op::Every => !self.some(at, |child| !self.test(child, seen)),
            Op::NotEvery => self.some(at, |child| !self.test(child, seen)),
            Op::Size => match seen {
                #[allow(clippy::cast_precision_loss, reason = "lists are far shorter than 2^53")]
                View::List(items) => {
                    let length = View::Number(items.len() as f64);
                    !self.some(at, |child| !self.test(child, length))
                }
                _ => false,
            },
            Op::All => match seen {
                View::List(items) => !self.some(at, |child| !items.iter().any(|item| self.test(child, item.view()))),
                _ => false,
            },
            Op::ItemPasses => self.some_item(seen, |item| !self.some(at, |child| !self.test(child, item))),
            Op::ItemMatches => self.some_item(seen, |item| !self.some(at, |child| !self.condition(child, Some(item)))),
            _ => false,
        }
    }

    fn some_item<'v>(&self, seen: View<'v>, passes: impl Fn(View<'v>) -> bool) -> bool {
        match seen {
            View::List(items) => items.iter().map(Value::view).any(|item| item.truthy() && passes(item)),
            _ => false,
        }
    }

    /// As [`within`], whatever the case of letters.
    fn within_fold(&self, seen: View<'_>, wanted: View<'_>) -> bool {
        let View::List(list) = wanted else { return false };
        let one = |seen: View<'_>| match seen {
            View::Text(text) => {
                let lower = self.host.lower(text);
                list.iter().any(|wanted| wanted.text().is_some_and(|wanted| self.host.lower(wanted) == lower))
            }
            _ => within(seen, wanted),
        };
        match seen {
            View::List(items) => items.iter().any(|item| one(item.view())),
            _ => one(seen),
        }
    }
}

/// Whether the value, or some item of it when it is a list, is in the wanted list.
fn within(seen: View<'_>, wanted: View<'_>) -> bool {
    let View::List(wanted) = wanted else { return false };
    let one = |seen: View<'_>| wanted.iter().any(|wanted| seen.same(wanted.view()));
    match seen {
        View::List(items) => items.iter().any(|item| one(item.view())),
        _ => one(seen),
    }
}

/// What `$type` calls a value.
fn type_name(value: View<'_>) -> &'static str {
    match value {
        View::Null => "null",
        View::Bool(_) => "boolean",
        View::Number(_) => "number",
        View::Text(_) => "string",
        View::List(_) => "array",
        View::Map(_) => "object",
    }
}
