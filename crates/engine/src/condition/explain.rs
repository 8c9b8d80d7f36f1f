//! Why a condition does not hold: the first clause that failed, with what it saw.

use super::{Attributes, ConditionIx, Op, Program, Run};
use crate::host::Host;
use crate::value::{Value, View};
use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

/// A clause that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The attribute it is about; empty when the group as a whole failed (an `$or` without a match is
    /// reported by its first alternative).
    pub attribute: String,
    /// The operator, such as `$gte`, or `=` for a bare value.
    pub operator: &'static str,
    /// The value it wanted.
    pub wanted: Value,
    /// The value it saw.
    pub seen: Value,
}

impl Program {
    /// The first clause that keeps a condition from holding; `None` when it holds.
    #[must_use]
    pub fn failing(
        &self,
        condition: ConditionIx,
        attributes: &dyn Attributes,
        groups: View<'_>,
        host: &dyn Host,
    ) -> Option<Clause> {
        let run = Run { program: self, attributes, groups, host };
        let at = condition.0 as usize;
        if run.condition(at, None) { None } else { Some(run.blame(at)) }
    }
}

impl Run<'_> {
    /// The clause to name for a node that does not hold.
    fn blame(&self, at: usize) -> Clause {
        let node = self.node(at);
        match node.op {
            Op::Every | Op::Some => {
                let mut failed = None;
                self.some(at, |child| {
                    let fails = !self.condition(child, None);
                    if fails {
                        failed = Some(child);
                    }
                    fails
                });
                failed.map_or_else(|| Clause::group("$and"), |child| self.blame(child))
            }
            Op::NotEvery => self.blame_held(at),
            Op::At => {
                let seen = self.value(node, None);
                let mut failed = at + 1;
                self.some(at, |child| {
                    failed = child;
                    !self.test(child, seen)
                });
                self.blame_test(failed, seen, node.arg as usize)
            }
            _ => Clause::group("never"),
        }
    }

    /// A negation failed because what it denies holds: name the first attribute in it.
    fn blame_held(&self, at: usize) -> Clause {
        let end = self.node(at).end as usize;
        let about = (at + 1..end).map(|child| self.node(child)).find(|child| child.op == Op::At);
        about.map_or_else(
            || Clause::group("$not"),
            |node| Clause {
                attribute: self.program.names.get(node.arg as usize).cloned().unwrap_or_default(),
                operator: "$not",
                wanted: Value::Null,
                seen: self.value(node, None).to_value(),
            },
        )
    }

    fn blame_test(&self, at: usize, seen: View<'_>, name: usize) -> Clause {
        let node = self.node(at);
        if node.op == Op::Every {
            let mut failed = at;
            if self.some(at, |child| {
                failed = child;
                !self.test(child, seen)
            }) {
                return self.blame_test(failed, seen, name);
            }
        }
        Clause {
            attribute: self.program.names.get(name).cloned().unwrap_or_default(),
            operator: operator(node.op),
            wanted: if node.end as usize == at + 1 { self.program.constant(node).to_value() } else { Value::Null },
            seen: seen.to_value(),
        }
    }
}

impl Clause {
    fn group(operator: &'static str) -> Self {
        Self { attribute: String::new(), operator, wanted: Value::Null, seen: Value::Null }
    }
}

fn operator(op: Op) -> &'static str {
    match op {
        Op::LikeText | Op::LikeTextFold | Op::LikeNumber | Op::LikeBool | Op::IsNull | Op::SameJson => "=",
        Op::Eq => "$eq",
        Op::Ne => "$ne",
        Op::Lt => "$lt",
        Op::Lte => "$lte",
        Op::Gt => "$gt",
        Op::Gte => "$gte",
        Op::In => "$in",
        Op::NotIn => "$nin",
        Op::InFold => "$ini",
        Op::NotInFold => "$nini",
        Op::InGroup => "$inGroup",
        Op::NotInGroup => "$notInGroup",
        Op::Exists => "$exists",
        Op::Type => "$type",
        Op::Regex => "$regex",
        Op::RegexFold => "$regexi",
        Op::VersionEq => "$veq",
        Op::VersionNe => "$vne",
        Op::VersionLt => "$vlt",
        Op::VersionLte => "$vlte",
        Op::VersionGt => "$vgt",
        Op::VersionGte => "$vgte",
        Op::All => "$all",
        Op::ItemPasses | Op::ItemMatches => "$elemMatch",
        Op::Size => "$size",
        Op::NotEvery => "$not",
        Op::Every | Op::Some => "$and",
        Op::At | Op::Never => "unknown",
    }
}

impl Program {
    /// The names of which one of some texts is required for a condition to hold, whatever else it
    /// says: what an index can go by. Never the text `null`, which a missing value equals.
    #[must_use]
    pub fn required_texts(&self, condition: ConditionIx) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        let root = condition.0 as usize;
        for at in self.children(root) {
            let node = self.nodes[at];
            if node.op == Op::At {
                // Of the tests on one name every one must hold: one that fixes its texts is enough.
                let tests = self.children(at).flat_map(|test| match self.nodes[test].op {
                    Op::Every => self.children(test).collect(),
                    _ => vec![test],
                });
                let texts = tests.filter_map(|test| self.fixed_texts(test)).next();
                found.extend(texts.map(|texts| (node.arg as usize, texts)));
            }
        }
        found
    }

    fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.nodes.get(at).map_or(0, |node| node.end as usize);
        let mut child = at + 1;
        core::iter::from_fn(move || {
            let here = child;
            child = self.nodes.get(here).map_or(usize::MAX, |node| node.end as usize);
            (here < end).then_some(here)
        })
    }

    fn fixed_texts(&self, test: usize) -> Option<Vec<String>> {
        let node = self.nodes.get(test)?;
        let wanted = self.constants.get(node.arg as usize)?;
        let mut texts: Vec<String> = match (node.op, wanted) {
            (Op::LikeText | Op::Eq, Value::Text(text)) => vec![text.clone()],
            (Op::In, Value::List(items)) => {
                items.iter().map(|item| item.text().map(str::to_owned)).collect::<Option<Vec<_>>>()?
            }
            _ => return None,
        };
        texts.sort();
        texts.dedup();
        (!texts.iter().any(|text| text == "null")).then_some(texts)
    }
}
