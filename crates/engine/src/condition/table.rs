//! The bytes of a compiled program, and the checks that make foreign bytes safe to run.

use super::{ConditionIx, MAX_DEPTH, Node, Op, Program};
use crate::value::{MAX_TEXT, Value};
use crate::wire::{Fault, Reader, Writer};
use alloc::vec;

/// Most clauses of one program.
pub const MAX_NODES: usize = 200_000;

const OPS: [Op; 37] = [
    Op::Every,
    Op::Some,
    Op::NotEvery,
    Op::At,
    Op::Never,
    Op::LikeText,
    Op::LikeTextFold,
    Op::LikeNumber,
    Op::LikeBool,
    Op::IsNull,
    Op::SameJson,
    Op::Eq,
    Op::Ne,
    Op::Lt,
    Op::Lte,
    Op::Gt,
    Op::Gte,
    Op::In,
    Op::NotIn,
    Op::InFold,
    Op::NotInFold,
    Op::InGroup,
    Op::NotInGroup,
    Op::Exists,
    Op::Type,
    Op::Regex,
    Op::RegexFold,
    Op::VersionEq,
    Op::VersionNe,
    Op::VersionLt,
    Op::VersionLte,
    Op::VersionGt,
    Op::VersionGte,
    Op::All,
    Op::ItemPasses,
    Op::ItemMatches,
    Op::Size,
];

impl Program {
    /// Appends the bytes that [`Self::decode`] reads.
    pub fn encode(&self, w: &mut Writer) {
        w.varint(self.names.len() as u64);
        self.names.iter().for_each(|name| w.text(name));
        w.varint(self.constants.len() as u64);
        self.constants.iter().for_each(|constant| constant.encode(w));
        w.varint(self.nodes.len() as u64);
        for (at, node) in self.nodes.iter().enumerate() {
            w.u8(node.op as u8);
            w.varint(u64::from(node.arg));
            w.varint(u64::from(node.end) - at as u64);
        }
    }

    /// Reads a program. What it returns cannot make an evaluation loop, recurse deeper than
    /// [`MAX_DEPTH`] allows a compiled condition to be, or look outside its tables.
    ///
    /// The reader remembers what was wrong.
    #[allow(clippy::cast_possible_truncation, reason = "bounded by MAX_NODES")]
    pub fn decode(r: &mut Reader<'_>) -> Self {
        let mut program = Self {
            names: r.list(MAX_NODES, 1, |r| r.string(MAX_TEXT)),
            constants: r.list(MAX_NODES, 1, Value::decode),
            ..Self::default()
        };
        let count = r.count(MAX_NODES, 3);
        program.nodes.reserve_exact(count);
        // Ends of the groups that are open, innermost last. A condition nests at most four nodes a level.
        let mut open = vec![count];
        for at in 0..count {
            while open.last() == Some(&at) {
                open.pop();
            }
            let op = r.one_of(&OPS);
            let arg = r.u32();
            let end = at + r.varint_max(count as u64) as usize;
            let within = open.last().is_some_and(|outer| end > at && end <= *outer);
            if !within || open.len() > 4 * MAX_DEPTH {
                r.fail(Fault::Invalid);
                break;
            }
            open.push(end);
            program.nodes.push(Node { op, arg, end: end as u32 });
        }
        program
    }

    /// The condition that starts at a node, if there is one: what the tables that refer to conditions
    /// read from bytes.
    #[must_use]
    pub fn condition_at(&self, node: u32) -> Option<ConditionIx> {
        ((node as usize) < self.nodes.len()).then_some(ConditionIx(node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_operators_is_in_the_order_of_their_numbers() {
        for (at, op) in OPS.iter().enumerate() {
            assert_eq!(*op as usize, at);
        }
    }
}
