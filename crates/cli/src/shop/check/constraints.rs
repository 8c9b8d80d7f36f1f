//! What a condition demands of single attributes, as sets that can be compared.
//!
//! Only what all entries together demand is looked at (top level and `$and`); a condition with anything
//! else demands at least that, and is then not [`whole`](Demands::whole).

use super::super::json::{Data, Node};
use std::collections::BTreeMap;

/// A scalar that can be compared.
#[derive(Clone, Debug, PartialEq)]
enum Scalar {
    Text(String),
    Number(f64),
    Bool(bool),
}

/// The values that an attribute may have.
#[derive(Clone, Debug, Default, PartialEq)]
struct Allowed {
    /// These only.
    of: Option<Vec<Scalar>>,
    /// Not these.
    but: Vec<Scalar>,
    /// Numbers from here on; the flag says whether the end itself is in.
    least: Option<(f64, bool)>,
    /// Numbers up to here.
    most: Option<(f64, bool)>,
    /// There must be a value, or must not.
    exists: Option<bool>,
}

/// What a condition demands, by attribute.
#[derive(Clone, Debug, Default)]
pub(super) struct Demands {
    by: BTreeMap<String, Allowed>,
    /// Whether the condition demands nothing else.
    pub(super) whole: bool,
}

impl Demands {
    /// What a condition demands; nothing without one.
    pub(super) fn of(condition: Option<&Node>) -> Self {
        let mut demands = Self { by: BTreeMap::new(), whole: true };
        if let Some(condition) = condition {
            demands.add(condition);
        }
        demands
    }

    fn add(&mut self, condition: &Node) {
        for member in condition.members() {
            match member.key.as_str() {
                "$and" => member.value.items().iter().for_each(|item| self.add(item)),
                key if key.starts_with('$') => self.whole = false,
                _ => self.whole &= self.by.entry(member.key.clone()).or_default().demand(&member.value),
            }
        }
    }

    /// An attribute that cannot have any value that would do.
    pub(super) fn impossible(&self) -> Option<&str> {
        self.by.iter().find(|(_, allowed)| allowed.is_empty()).map(|(name, _)| name.as_str())
    }

    /// Whether no shopper can meet both.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        self.by.iter().any(|(name, mine)| other.by.get(name).is_some_and(|theirs| mine.and(theirs).is_empty()))
    }

    /// Whether everybody who meets this one meets the other, as far as can be told.
    pub(super) fn implies(&self, other: &Self) -> bool {
        other.whole && other.by.iter().all(|(name, theirs)| self.by.get(name).is_some_and(|mine| mine.within(theirs)))
    }
}

impl Allowed {
    /// Adds what a test demands; whether that is all of it.
    fn demand(&mut self, wanted: &Node) -> bool {
        if let Some(scalar) = scalar(wanted) {
            self.only(vec![scalar]);
            return true;
        }
        if wanted.data == Data::Null {
            self.exists = Some(false);
            return true;
        }
        let mut whole = !wanted.members().is_empty();
        for member in wanted.members() {
            let operand = &member.value;
            let number = if let Data::Number(number) = operand.data { Some(number) } else { None };
            match (member.key.as_str(), number) {
                ("$gt" | "$gte", Some(number)) => {
                    let inclusive = member.key == "$gte";
                    let tighter = self.least.is_none_or(|(least, _)| number > least || number == least && !inclusive);
                    self.least = if tighter { Some((number, inclusive)) } else { self.least };
                }
                ("$lt" | "$lte", Some(number)) => {
                    let inclusive = member.key == "$lte";
                    let tighter = self.most.is_none_or(|(most, _)| number < most || number == most && !inclusive);
                    self.most = if tighter { Some((number, inclusive)) } else { self.most };
                }
                ("$eq", _) => match scalar(operand) {
                    Some(scalar) => self.only(vec![scalar]),
                    None => whole = false,
                },
                ("$in", _) => match scalars(operand) {
                    Some(scalars) => self.only(scalars),
                    None => whole = false,
                },
                ("$ne", _) => match scalar(operand) {
                    Some(scalar) => self.but.push(scalar),
                    None => whole = false,
                },
                ("$nin", _) => match scalars(operand) {
                    Some(scalars) => self.but.extend(scalars),
                    None => whole = false,
                },
                ("$exists", _) => match operand.data {
                    Data::Bool(is) if self.exists.is_none_or(|exists| exists == is) => self.exists = Some(is),
                    Data::Bool(_) => self.of = Some(Vec::new()),
                    _ => whole = false,
                },
                _ => whole = false,
            }
        }
        whole
    }

    fn only(&mut self, scalars: Vec<Scalar>) {
        self.of = Some(match self.of.take() {
            Some(before) => before.into_iter().filter(|scalar| scalars.contains(scalar)).collect(),
            None => scalars,
        });
    }

    fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        if let Some(of) = &other.of {
            both.only(of.clone());
        }
        both.but.extend(other.but.iter().cloned());
        for (least, inclusive) in other.least.iter().copied() {
            let tighter = both.least.is_none_or(|(mine, _)| least > mine || least == mine && !inclusive);
            both.least = if tighter { Some((least, inclusive)) } else { both.least };
        }
        for (most, inclusive) in other.most.iter().copied() {
            let tighter = both.most.is_none_or(|(mine, _)| most < mine || most == mine && !inclusive);
            both.most = if tighter { Some((most, inclusive)) } else { both.most };
        }
        if let Some(exists) = other.exists {
            if both.exists.is_some_and(|mine| mine != exists) {
                both.of = Some(Vec::new());
            }
            both.exists = Some(exists);
        }
        both
    }

    fn in_bounds(&self, number: f64) -> bool {
        self.least.is_none_or(|(least, inclusive)| number > least || inclusive && number == least)
            && self.most.is_none_or(|(most, inclusive)| number < most || inclusive && number == most)
    }

    fn is_empty(&self) -> bool {
        if let Some(of) = &self.of {
            let possible = |scalar: &&Scalar| {
                !self.but.contains(scalar)
                    && self.exists != Some(false)
                    && match scalar {
                        Scalar::Number(number) => self.in_bounds(*number),
                        _ => true,
                    }
            };
            return !of.iter().any(|scalar| possible(&scalar));
        }
        match (self.least, self.most) {
            (Some((least, a)), Some((most, b))) => least > most || least == most && !(a && b),
            _ => false,
        }
    }

    /// Whether every value allowed here is allowed there.
    fn within(&self, other: &Self) -> bool {
        if self.is_empty() {
            return true;
        }
        if let Some(of) = &self.of {
            return other.exists != Some(false)
                && of.iter().all(|scalar| {
                    other.of.as_ref().is_none_or(|others| others.contains(scalar))
                        && !other.but.contains(scalar)
                        && match scalar {
                            Scalar::Number(number) => other.in_bounds(*number),
                            _ => other.least.is_none() && other.most.is_none(),
                        }
                });
        }
        let bounded = |mine: Option<(f64, bool)>, theirs: Option<(f64, bool)>, above: bool| match (mine, theirs) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some((a, mine)), Some((b, theirs))) => (if above { a > b } else { a < b }) || a == b && (theirs || !mine),
        };
        other.of.is_none()
            && other.but.iter().all(|scalar| self.but.contains(scalar))
            && bounded(self.least, other.least, true)
            && bounded(self.most, other.most, false)
            && (other.exists.is_none() || other.exists == self.exists)
    }
}

/// The items of a list, if it is one of scalars only.
fn scalars(node: &Node) -> Option<Vec<Scalar>> {
    if let Data::List(items) = &node.data { items.iter().map(scalar).collect() } else { None }
}

fn scalar(node: &Node) -> Option<Scalar> {
    match &node.data {
        Data::Text(text) => Some(Scalar::Text(text.clone())),
        Data::Number(number) => Some(Scalar::Number(*number)),
        Data::Bool(is) => Some(Scalar::Bool(*is)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::super::json::read;
    use super::*;

    fn demands(text: &str) -> Demands {
        Demands::of(Some(&read(text).0.unwrap()))
    }

    #[test]
    fn impossible_conditions_are_found() {
        for text in [
            r#"{"a": {"$gte": 5, "$lt": 5}}"#,
            r#"{"a": {"$gt": 5, "$lt": 3}}"#,
            r#"{"$and": [{"a": "x"}, {"a": "y"}]}"#,
            r#"{"a": {"$in": []}}"#,
            r#"{"a": {"$in": ["x"], "$nin": ["x"]}}"#,
            r#"{"a": {"$eq": 1, "$gt": 2}}"#,
            r#"{"$and": [{"a": {"$exists": true}}, {"a": {"$exists": false}}]}"#,
        ] {
            assert_eq!(demands(text).impossible(), Some("a"), "{text}");
        }
        for text in [
            r#"{"a": {"$gte": 5, "$lte": 5}}"#,
            r#"{"a": {"$in": ["x", "y"], "$ne": "x"}}"#,
            r#"{"$or": [{"a": 1}, {"a": 2}]}"#,
            "{}",
        ] {
            assert_eq!(demands(text).impossible(), None, "{text}");
        }
    }

    #[test]
    fn what_implies_and_what_excludes_what() {
        for (a, b, implies, excludes) in [
            (r#"{"n": {"$gte": 5}}"#, r#"{"n": {"$gte": 2}}"#, true, false),
            (r#"{"n": {"$gte": 2}}"#, r#"{"n": {"$gte": 5}}"#, false, false),
            (r#"{"n": {"$gt": 5}}"#, r#"{"n": {"$gte": 5}}"#, true, false),
            (r#"{"n": {"$gte": 5}}"#, r#"{"n": {"$gt": 5}}"#, false, false),
            (r#"{"s": "gold"}"#, r#"{"s": {"$in": ["gold", "silver"]}}"#, true, false),
            (r#"{"s": "gold"}"#, r#"{"s": "silver"}"#, false, true),
            (r#"{"s": "gold", "n": 1}"#, r#"{"s": "gold"}"#, true, false),
            (r#"{"s": "gold"}"#, r#"{"s": "gold", "n": 1}"#, false, false),
            (r#"{"s": "gold"}"#, "{}", true, false),
            (r#"{"s": "gold"}"#, r#"{"s": "gold", "$or": [{"n": 1}]}"#, false, false),
            (r#"{"s": "gold", "$or": [{"n": 1}]}"#, r#"{"s": "gold"}"#, true, false),
            (r#"{"n": {"$lt": 3}}"#, r#"{"n": {"$gte": 3}}"#, false, true),
            (r#"{"s": {"$exists": true}}"#, r#"{"s": {"$exists": false}}"#, false, true),
        ] {
            assert_eq!(demands(a).implies(&demands(b)), implies, "{a} implies {b}");
            assert_eq!(demands(a).excludes(&demands(b)), excludes, "{a} excludes {b}");
        }
    }
}
