//! Conditions: names, operators, kinds of values, contradictions.

use super::super::diagnostic::nearest;
use super::super::json::{Data, Member, Node};
use super::super::names::Type;
use super::Checker;
use super::constraints::Demands;
use wellmet_engine::condition::{MAX_DEPTH, Program};
use wellmet_engine::host::is_explosive;

const GROUPS: [&str; 4] = ["$and", "$or", "$nor", "$not"];

const OPERATORS: [&str; 28] = [
    "$eq",
    "$ne",
    "$lt",
    "$lte",
    "$gt",
    "$gte",
    "$in",
    "$nin",
    "$ini",
    "$nini",
    "$inGroup",
    "$notInGroup",
    "$all",
    "$alli",
    "$elemMatch",
    "$size",
    "$exists",
    "$type",
    "$regex",
    "$regexi",
    "$not",
    "$veq",
    "$vne",
    "$vgt",
    "$vgte",
    "$vlt",
    "$vlte",
    // Only for suggestions: people write it.
    "$and",
];

impl Checker<'_, '_, '_> {
    pub(super) fn conditions(&mut self) {
        for (whose, when) in self.all_conditions() {
            self.condition(when);
            self.missing_as_zero(when, &[]);
            if let Some(name) = Demands::of(Some(when)).impossible() {
                self.findings.error(
                    when.at,
                    "contradiction",
                    format!("{whose} can never apply: no value of {name:?} is all that it asks for"),
                    "loosen one of the demands, or use \"$or\"",
                );
            }
            if Program::default().add(&when.to_value()).is_err() {
                let fix = format!("nest at most {MAX_DEPTH} levels");
                self.findings.error(when.at, "too-deep", format!("the condition of {whose} is too large"), fix);
            }
        }
    }

    /// What is missing counts as 0 in JavaScript's comparisons, and so here: `{"birthday.in_days":
    /// {"$lte": 3}}` would hold for everybody whose birthday is not known.
    fn missing_as_zero(&mut self, node: &Node, sure: &[&str]) {
        let mut sure = sure.to_vec();
        let exists = |member: &&Member| {
            member.value.get("$exists").is_some_and(|is| is.data == Data::Bool(true))
                || !matches!(member.value.data, Data::Map(_) | Data::Number(_) | Data::Null)
        };
        sure.extend(node.members().iter().filter(exists).map(|member| member.key.as_str()));
        for member in node.members() {
            let (key, value) = (member.key.as_str(), &member.value);
            match key {
                "$and" | "$or" => value.items().iter().for_each(|item| self.missing_as_zero(item, &sure)),
                _ if key.starts_with('$') => {}
                _ => {
                    // A date that is there has its days.
                    let known = sure
                        .iter()
                        .any(|sure| key == *sure || key.strip_prefix(sure).is_some_and(|rest| rest.starts_with('.')));
                    if let Some(at) = holds_of_zero(value).filter(|_| !known && self.scope.may_be_missing(key)) {
                        self.findings.warning(
                            at,
                            "missing-is-zero",
                            format!("this also holds where {key:?} is not known: what is missing counts as 0"),
                            "add \"$exists\": true",
                        );
                    }
                }
            }
        }
    }

    fn condition(&mut self, node: &Node) {
        for member in node.members() {
            let (key, value) = (member.key.as_str(), &member.value);
            match key {
                "$not" => self.group_member(value),
                "$and" | "$or" | "$nor" => {
                    let Data::List(items) = &value.data else {
                        let fix = format!("write {{\"{key}\": [{{…}}, {{…}}]}}");
                        self.findings.error(
                            value.at,
                            "wrong-operand",
                            format!("{key} needs a list of conditions"),
                            fix,
                        );
                        continue;
                    };
                    if items.is_empty() {
                        let holds = if key == "$nor" { "never" } else { "always" };
                        self.findings.warning(
                            member.key_at,
                            "empty-group",
                            format!("{key} of nothing {holds} holds"),
                            "fill the list or remove it",
                        );
                    }
                    items.iter().for_each(|item| self.group_member(item));
                }
                _ if key.starts_with('$') => {
                    let fix = if OPERATORS.contains(&key) {
                        format!("put it inside an attribute: {{\"attribute\": {{\"{key}\": …}}}}")
                    } else {
                        suggestion(key, GROUPS)
                    };
                    self.findings.error(member.key_at, "unknown-operator", format!("{key} cannot be here"), fix);
                }
                _ => self.attribute(key, member.key_at, value),
            }
        }
    }

    fn group_member(&mut self, node: &Node) {
        if matches!(node.data, Data::Map(_)) {
            self.condition(node);
        } else {
            let message = format!("this is {}, but should be a condition", node.kind());
            self.findings.error(node.at, "wrong-operand", message, "write { \"attribute\": … }");
        }
    }

    fn attribute(&mut self, name: &str, at: usize, wanted: &Node) {
        let Some(kind) = self.scope.kind(name) else {
            let fix = self.name_fix(name);
            self.findings.error(at, "unknown-attribute", format!("there is no attribute {name:?}"), fix);
            return;
        };
        self.test(name, kind, wanted);
    }

    /// What to do about a name that means nothing.
    pub(super) fn name_fix(&self, name: &str) -> String {
        match nearest(name, self.names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near:?}?"),
            None if name.starts_with("segment.") => "add the segment to \"segments\"".into(),
            None => "declare it in \"attributes\"".into(),
        }
    }

    fn test(&mut self, name: &str, kind: Type, wanted: &Node) {
        match &wanted.data {
            Data::Map(members) => {
                let operators = members.iter().filter(|member| member.key.starts_with('$')).count();
                if operators == members.len() && !members.is_empty() {
                    for member in members {
                        self.operator(name, kind, &member.key, member.key_at, &member.value);
                    }
                } else if operators > 0 {
                    self.findings.error(
                        wanted.at,
                        "mixed-operators",
                        "operators and plain keys are mixed here",
                        "put $ before all keys or none",
                    );
                } else {
                    let fix = members.first().and_then(|member| nearest(&format!("${}", member.key), OPERATORS));
                    let fix = fix.map_or_else(
                        || "use an operator such as {\"$in\": […]}".into(),
                        |near| format!("did you mean {near:?}?"),
                    );
                    self.findings.warning(
                        wanted.at,
                        "whole-object",
                        format!("{name:?} would have to equal this object exactly"),
                        fix,
                    );
                }
            }
            Data::List(_) => {
                self.findings.warning(
                    wanted.at,
                    "whole-list",
                    format!("{name:?} would have to equal this list exactly"),
                    "for one of several values write {\"$in\": […]}",
                );
            }
            Data::Null => {}
            _ => self.compared(name, kind, wanted),
        }
    }

    /// A value that an attribute is compared with must be of its kind, and one that it can have.
    fn compared(&mut self, name: &str, kind: Type, wanted: &Node) {
        let fits = matches!(
            (&wanted.data, kind),
            (Data::Text(_), Type::Text | Type::List)
                | (Data::Number(_), Type::Number | Type::List)
                | (Data::Bool(_), Type::Boolean | Type::List)
                | (Data::Null, _)
        );
        if !fits {
            let spoken = match kind {
                Type::Text => "a text",
                Type::Number => "a number",
                Type::Boolean => "true or false",
                Type::List => "a list",
            };
            let fix = match (&wanted.data, kind) {
                (Data::Bool(_), _) => "to ask whether there is a value write {\"$exists\": true}".to_owned(),
                (Data::Text(text), Type::Number) if text.parse::<f64>().is_ok() => {
                    format!("write {text} without quotation marks")
                }
                _ => format!("compare it with {spoken}"),
            };
            let message = format!("{name:?} is {spoken}, but is compared with {}", wanted.kind());
            self.findings.error(wanted.at, "wrong-operand", message, fix);
            return;
        }
        if let (Some(text), Some(values)) = (wanted.text(), self.scope.values(name))
            && !values.contains(&text)
        {
            let fix = nearest(text, values.iter().copied())
                .map_or_else(|| format!("it can be {}", values.join(", ")), |near| format!("did you mean {near:?}?"));
            self.findings.error(wanted.at, "unknown-value", format!("{name:?} is never {text:?}"), fix);
        }
    }

    fn operator(&mut self, name: &str, kind: Type, operator: &str, at: usize, operand: &Node) {
        match operator {
            "$eq" | "$ne" => self.compared(name, kind, operand),
            "$lt" | "$lte" | "$gt" | "$gte" => {
                if matches!(operand.data, Data::Number(_) | Data::Text(_)) && kind != Type::List {
                    let values = matches!(operand.data, Data::Number(_)) == (kind == Type::Number);
                    if !values {
                        self.compared(name, kind, operand);
                    }
                } else {
                    self.findings.error(
                        operand.at,
                        "wrong-operand",
                        format!("{operator} needs a number or a text"),
                        "",
                    );
                }
            }
            "$in" | "$nin" | "$ini" | "$nini" | "$all" | "$alli" => {
                let Data::List(items) = &operand.data else {
                    let fix = format!("write {{\"{operator}\": […]}}");
                    self.findings.error(operand.at, "wrong-operand", format!("{operator} needs a list"), fix);
                    return;
                };
                if operator.starts_with("$all") && kind != Type::List {
                    self.findings.error(
                        at,
                        "wrong-operand",
                        format!("{operator} asks a list, but {name:?} is none"),
                        "use \"$in\"",
                    );
                    return;
                }
                for item in items.iter().filter(|item| !matches!(item.data, Data::Map(_))) {
                    self.compared(name, kind, item);
                }
            }
            "$not" => self.test(name, kind, operand),
            "$exists" if !matches!(operand.data, Data::Bool(_)) => {
                self.findings.error(operand.at, "wrong-operand", "$exists needs true or false", "");
            }
            "$regex" | "$regexi" => self.pattern(operator, operand),
            "$elemMatch" | "$size" if kind != Type::List => {
                self.findings.error(at, "wrong-operand", format!("{operator} asks a list, but {name:?} is none"), "");
            }
            "$inGroup" | "$notInGroup" => {
                self.findings.error(
                    at,
                    "no-saved-groups",
                    "a shop file has no saved groups",
                    "use a segment: {\"segment.NAME\": true}",
                );
            }
            _ if OPERATORS[..27].contains(&operator) => {}
            _ => {
                self.findings.error(
                    at,
                    "unknown-operator",
                    format!("there is no operator {operator}"),
                    suggestion(operator, OPERATORS),
                );
            }
        }
    }

    fn pattern(&mut self, operator: &str, operand: &Node) {
        let Some(pattern) = operand.text() else {
            self.findings.error(
                operand.at,
                "wrong-operand",
                format!("{operator} needs a pattern in quotation marks"),
                "",
            );
            return;
        };
        if let Err(error) = regress::Regex::new(pattern) {
            let message = format!("this is no regular expression: {}", error.text);
            self.findings.error(
                operand.at,
                "bad-pattern",
                message,
                "write it as in JavaScript, with \\\\ for a backslash",
            );
        } else if is_explosive(pattern) {
            self.findings.warning(
                operand.at,
                "slow-pattern",
                "this regular expression can take very long on some texts",
                "avoid a repetition of something that repeats itself",
            );
        }
    }
}

/// Where a test on a number stands, if all of it holds of 0.
fn holds_of_zero(wanted: &Node) -> Option<usize> {
    if let Data::Number(number) = wanted.data {
        return (number == 0.0).then_some(wanted.at);
    }
    let mut found = None;
    for member in wanted.members() {
        let Data::Number(bound) = member.value.data else { return None };
        let holds = match member.key.as_str() {
            "$lt" => 0.0 < bound,
            "$lte" => 0.0 <= bound,
            "$gt" => 0.0 > bound,
            "$gte" => 0.0 >= bound,
            _ => false,
        };
        if !holds {
            return None;
        }
        found.get_or_insert(member.key_at);
    }
    found
}

fn suggestion<const N: usize>(operator: &str, known: [&'static str; N]) -> String {
    nearest(operator, known)
        .map_or_else(|| format!("known here: {}", known.join(", ")), |near| format!("did you mean {near}?"))
}
