//! From JSON to nodes.
//!
//! Malformed conditions mean what they mean in JavaScript: an unknown operator never holds, a group
//! whose operand is not a list is empty. The command line tool reports such things before they get
//! here; foreign conditions at run time must not stop a page.

use super::{ConditionIx, MAX_DEPTH, MAX_NODES, Node, Op, Program};
use crate::value::Value;
use crate::wire::Writer;
use alloc::collections::BTreeMap;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// A condition deeper than [`MAX_DEPTH`] or a program of more than [`MAX_NODES`] clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooBig;

type Result = core::result::Result<(), TooBig>;

impl Program {
    /// Compiles a condition. On an error the program is as before.
    ///
    /// # Errors
    /// [`TooBig`].
    #[allow(clippy::cast_possible_truncation, reason = "bounded by MAX_NODES")]
    pub fn add(&mut self, condition: &Value) -> core::result::Result<ConditionIx, TooBig> {
        let start = self.nodes.len();
        match self.condition(condition, MAX_DEPTH) {
            Ok(()) => Ok(ConditionIx(start as u32)),
            Err(error) => {
                self.nodes.truncate(start);
                Err(error)
            }
        }
    }

    /// Keeps each constant once, whichever conditions use it: before a program is written.
    #[allow(clippy::cast_possible_truncation, reason = "no more constants than nodes")]
    pub fn share(&mut self) {
        let mut known: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
        let mut distinct = Vec::new();
        let mut places = Vec::new();
        for constant in core::mem::take(&mut self.constants) {
            let mut bytes = Writer::new();
            constant.encode(&mut bytes);
            places.push(*known.entry(bytes.into_bytes()).or_insert_with(|| {
                distinct.push(constant);
                distinct.len() as u32 - 1
            }));
        }
        self.constants = distinct;
        for node in self.nodes.iter_mut().filter(|node| node.op != Op::At) {
            // A group has no constant; its 0 stays what it is.
            node.arg = places.get(node.arg as usize).copied().unwrap_or(0);
        }
    }

    /// Number of a name, added if it is new.
    #[allow(clippy::cast_possible_truncation, reason = "no more names than nodes")]
    pub fn name(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    /// Not looked for among those that are there: that would take longer than everything else. See [`Self::share`].
    #[allow(clippy::cast_possible_truncation, reason = "no more constants than nodes")]
    fn constant_of(&mut self, value: &Value) -> u32 {
        self.constants.push(value.clone());
        (self.constants.len() - 1) as u32
    }

    /// Writes a node, then what belongs to it.
    #[allow(clippy::cast_possible_truncation, reason = "bounded by MAX_NODES")]
    fn group(&mut self, op: Op, arg: u32, inside: impl FnOnce(&mut Self) -> Result) -> Result {
        let at = self.nodes.len();
        if at >= MAX_NODES {
            return Err(TooBig);
        }
        self.nodes.push(Node { op, arg, end: 0 });
        inside(self)?;
        self.nodes[at].end = self.nodes.len() as u32;
        Ok(())
    }

    fn leaf(&mut self, op: Op, wanted: &Value) -> Result {
        let arg = self.constant_of(wanted);
        self.group(op, arg, |_| Ok(()))
    }

    fn never(&mut self) -> Result {
        self.group(Op::Never, 0, |_| Ok(()))
    }

    fn condition(&mut self, condition: &Value, depth: usize) -> Result {
        let depth = depth.checked_sub(1).ok_or(TooBig)?;
        self.group(Op::Every, 0, |program| {
            for (key, operand) in entries(condition) {
                match key.as_str() {
                    "$and" => program.conditions(Op::Every, operand, depth)?,
                    "$or" => program.conditions(Op::Some, operand, depth)?,
                    "$nor" => program.group(Op::NotEvery, 0, |program| program.conditions(Op::Some, operand, depth))?,
                    "$not" => program.group(Op::NotEvery, 0, |program| program.condition(operand, depth))?,
                    _ => {
                        #[allow(clippy::cast_possible_truncation, reason = "no more names than nodes")]
                        let name = program.name(key) as u32;
                        program.group(Op::At, name, |program| program.test(operand, false, depth))?;
                    }
                }
            }
            Ok(())
        })
    }

    fn conditions(&mut self, op: Op, list: &Value, depth: usize) -> Result {
        self.group(op, 0, |program| items(list).iter().try_for_each(|item| program.condition(item, depth)))
    }

    /// What is wanted of one value: a bare value, or an object of operators that must all hold.
    fn test(&mut self, wanted: &Value, fold: bool, depth: usize) -> Result {
        let depth = depth.checked_sub(1).ok_or(TooBig)?;
        match wanted {
            Value::Text(_) if fold => self.leaf(Op::LikeTextFold, wanted),
            Value::Text(_) => self.leaf(Op::LikeText, wanted),
            Value::Number(_) => self.leaf(Op::LikeNumber, wanted),
            Value::Bool(_) => self.leaf(Op::LikeBool, wanted),
            Value::Null => self.leaf(Op::IsNull, wanted),
            Value::Map(operators) if is_operators(wanted) => self.group(Op::Every, 0, |program| {
                operators.iter().try_for_each(|(operator, operand)| program.operator(operator, operand, depth))
            }),
            Value::List(_) | Value::Map(_) => self.leaf(Op::SameJson, wanted),
        }
    }

    fn operator(&mut self, operator: &str, operand: &Value, depth: usize) -> Result {
        let is_list = matches!(operand, Value::List(_));
        let op = match operator {
            "$eq" => Op::Eq,
            "$ne" => Op::Ne,
            "$lt" => Op::Lt,
            "$lte" => Op::Lte,
            "$gt" => Op::Gt,
            "$gte" => Op::Gte,
            "$in" if is_list => Op::In,
            "$nin" if is_list => Op::NotIn,
            "$ini" if is_list => Op::InFold,
            "$nini" if is_list => Op::NotInFold,
            "$inGroup" => Op::InGroup,
            "$notInGroup" => Op::NotInGroup,
            "$exists" => Op::Exists,
            "$type" => Op::Type,
            "$regex" => Op::Regex,
            "$regexi" => Op::RegexFold,
            "$veq" => Op::VersionEq,
            "$vne" => Op::VersionNe,
            "$vlt" => Op::VersionLt,
            "$vlte" => Op::VersionLte,
            "$vgt" => Op::VersionGt,
            "$vgte" => Op::VersionGte,
            "$not" => return self.group(Op::NotEvery, 0, |program| program.test(operand, false, depth)),
            "$size" => return self.group(Op::Size, 0, |program| program.test(operand, false, depth)),
            "$all" | "$alli" if is_list => {
                return self.group(Op::All, 0, |program| {
                    items(operand).iter().try_for_each(|item| program.test(item, operator == "$alli", depth))
                });
            }
            "$elemMatch" if is_operators(operand) => {
                return self.group(Op::ItemPasses, 0, |program| program.test(operand, false, depth));
            }
            "$elemMatch" => return self.group(Op::ItemMatches, 0, |program| program.condition(operand, depth)),
            _ => return self.never(),
        };
        self.leaf(op, operand)
    }
}

fn entries(value: &Value) -> &[(String, Value)] {
    if let Value::Map(entries) = value { entries } else { &[] }
}

fn items(value: &Value) -> &[Value] {
    if let Value::List(items) = value { items } else { &[] }
}

/// An object with keys, all of which start with `$`.
fn is_operators(value: &Value) -> bool {
    let entries = entries(value);
    !entries.is_empty() && entries.iter().all(|(key, _)| key.starts_with('$'))
}
