//! Kinds of customers, each with the rule that selects exactly them.
//!
//! Customers are split in two again and again, each time where that makes the groups most alike in all
//! measures at once (the sum of squared distances to the group's mean, measures scaled to the same spread).
//! That is a regression tree with several targets; unlike clusters around centres it gives the rule for free,
//! in the words of the shop file.

use super::{People, Person, Table, median, share};
use serde::Serialize;
use serde_json::{Map, Value, json};
use wellmet_engine::time::Day;

/// A kind of customers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Persona {
    /// The condition that selects them, as the shop file writes it.
    pub rule: Value,
    /// How many.
    pub customers: usize,
    /// Share of all.
    pub share: f64,
    /// Share of all money spent.
    pub of_spent: f64,
    /// Days with an order, median.
    pub orders: f64,
    /// Money spent, median.
    pub spent: f64,
    /// Days since the latest order, median.
    pub days_since: f64,
    /// The middle one of their own intervals, median of those who have one.
    pub rhythm: Option<f64>,
    /// The three customers nearest to the middle of the group.
    pub examples: Vec<String>,
}

/// Groups smaller than this share of all are not split off.
const SMALLEST: f64 = 0.04;
/// Borders tried for each measure.
const BORDERS: usize = 20;

/// Her own rhythm, and the number of her intervals, as rules name them.
const RHYTHM: &str = "interval.median";
const COUNT: &str = "interval.count";

/// A measure: its name in rules, and its value.
struct Measure {
    name: String,
    /// By customer.
    values: Vec<f64>,
    /// For a fact with this value: 1 for those who have it.
    fact: Option<String>,
}

/// At most `most` kinds of customers, the largest first. `facts` are traits that may tell them apart, such as
/// channel and device.
#[must_use]
pub fn personas(people: &People, facts: &[&str], most: usize) -> Table<Persona> {
    let measures = measures(people, facts);
    let scaled: Vec<Vec<f64>> = measures.iter().map(scaled).collect();
    let mut groups = vec![Group { members: (0..people.people.len()).collect(), rule: Vec::new() }];
    while groups.len() < most {
        let best = groups.iter().enumerate().filter_map(|(at, group)| Some((at, group.split(&measures, &scaled)?)));
        let Some((at, split)) = best.max_by(|x, y| x.1.gain.total_cmp(&y.1.gain).then(y.0.cmp(&x.0))) else { break };
        let group = groups.swap_remove(at);
        groups.extend(group.parts(&split, &measures));
    }
    let total: f64 = people.people.iter().map(|person| person.spent).sum();
    let mut rows: Vec<Persona> = groups.iter().map(|group| group.persona(people, &measures, &scaled, total)).collect();
    rows.sort_by(|x, y| y.customers.cmp(&x.customers).then_with(|| x.rule.to_string().cmp(&y.rule.to_string())));
    let definition = format!(
        "customers split where groups become most alike in days with an order, money spent, own rhythm, days since the \
         latest order{}{}; medians of each group, as of the last day of the log. The rule selects exactly the group",
        if facts.is_empty() { "" } else { ", " },
        facts.join(", ")
    );
    Table { definition, rows }
}

fn measures(people: &People, facts: &[&str]) -> Vec<Measure> {
    let of = |name: &str, value: &dyn Fn(&Person) -> f64| Measure {
        name: name.to_owned(),
        values: people.people.iter().map(value).collect(),
        fact: None,
    };
    let since = |person: &Person| (people.as_of.0 - person.days.last().unwrap_or(&Day(0)).0) as f64;
    // Who has no rhythm is as far from everybody who has one as the slowest.
    let slowest = people.people.iter().filter_map(|person| person.rhythm).fold(0.0, f64::max);
    let mut measures = vec![
        of("orders.days", &|person| person.days.len() as f64),
        of("orders.sum", &|person| person.spent),
        of(RHYTHM, &|person| person.rhythm.unwrap_or(slowest + 1.0)),
        of("days_since.order", &since),
    ];
    for fact in facts {
        let mut values: Vec<&str> = people.people.iter().map(|person| person.fact(fact)).collect();
        values.sort_unstable();
        values.dedup();
        for value in values.into_iter().filter(|value| !value.is_empty()).take(BORDERS) {
            let values = people.people.iter().map(|person| f64::from(u8::from(person.fact(fact) == value))).collect();
            measures.push(Measure { name: (*fact).to_owned(), values, fact: Some(value.to_owned()) });
        }
    }
    measures
}

/// Logarithms (money and counts are skewed), with mean 0 and variance 1.
fn scaled(measure: &Measure) -> Vec<f64> {
    let values: Vec<f64> = measure.values.iter().map(|value| value.max(0.0).ln_1p()).collect();
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let spread = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    values.into_iter().map(|value| if spread > 0.0 { (value - mean) / spread } else { 0.0 }).collect()
}

struct Group {
    members: Vec<usize>,
    /// Measure, border, and whether members are at or above it.
    rule: Vec<(usize, f64, bool)>,
}

struct Split {
    measure: usize,
    border: f64,
    gain: f64,
}

impl Group {
    /// The split of this group that gains most.
    fn split(&self, measures: &[Measure], scaled: &[Vec<f64>]) -> Option<Split> {
        let smallest = ((scaled[0].len() as f64 * SMALLEST) as usize).max(2);
        let whole = spread(&self.members, scaled);
        let mut best: Option<Split> = None;
        for (measure, Measure { values, .. }) in measures.iter().enumerate() {
            let mut sorted: Vec<f64> = self.members.iter().map(|member| values[*member]).collect();
            sorted.sort_by(f64::total_cmp);
            let mut borders: Vec<f64> = (1..BORDERS).map(|n| sorted[n * (sorted.len() - 1) / BORDERS]).collect();
            borders.push(sorted[sorted.len() - 1]);
            borders.dedup();
            for border in borders {
                let (above, below): (Vec<usize>, Vec<usize>) =
                    self.members.iter().partition(|member| values[**member] >= border);
                if above.len() < smallest || below.len() < smallest {
                    continue;
                }
                let gain = whole - spread(&above, scaled) - spread(&below, scaled);
                if best.as_ref().is_none_or(|best| gain > best.gain) {
                    best = Some(Split { measure, border, gain });
                }
            }
        }
        best.filter(|best| best.gain > 1e-9)
    }

    fn parts(self, split: &Split, measures: &[Measure]) -> [Self; 2] {
        let values = &measures[split.measure].values;
        let (above, below): (Vec<usize>, Vec<usize>) =
            self.members.iter().partition(|member| values[**member] >= split.border);
        let rule = |side| [self.rule.as_slice(), &[(split.measure, split.border, side)]].concat();
        [Self { rule: rule(true), members: above }, Self { rule: rule(false), members: below }]
    }

    fn persona(&self, people: &People, measures: &[Measure], scaled: &[Vec<f64>], total: f64) -> Persona {
        let members: Vec<&Person> = self.members.iter().map(|member| &people.people[*member]).collect();
        let middle = |of: &dyn Fn(&&Person) -> Option<f64>| {
            let mut values: Vec<f64> = members.iter().filter_map(of).collect();
            values.sort_by(f64::total_cmp);
            (!values.is_empty()).then(|| median(&values))
        };
        let of = |measure: usize| {
            let mut values: Vec<f64> = self.members.iter().map(|member| measures[measure].values[*member]).collect();
            values.sort_by(f64::total_cmp);
            median(&values)
        };
        let spent: f64 = members.iter().map(|person| person.spent).sum();
        Persona {
            rule: rule(&self.rule, measures),
            customers: members.len(),
            share: share(members.len(), people.people.len()),
            of_spent: if total > 0.0 { spent / total } else { 0.0 },
            orders: of(0),
            spent: of(1),
            days_since: of(3),
            rhythm: middle(&|person| person.rhythm),
            examples: nearest(&self.members, scaled).into_iter().map(|at| people.people[at].id.clone()).collect(),
        }
    }
}

/// Sum of squared distances to the mean, over all measures.
fn spread(members: &[usize], scaled: &[Vec<f64>]) -> f64 {
    let n = members.len() as f64;
    let one = |values: &Vec<f64>| {
        let (sum, squares) = members.iter().fold((0.0, 0.0), |(sum, squares), member| {
            let value = values[*member];
            (sum + value, squares + value * value)
        });
        squares - sum * sum / n
    };
    scaled.iter().map(one).sum()
}

/// The three members nearest to the mean.
fn nearest(members: &[usize], scaled: &[Vec<f64>]) -> Vec<usize> {
    let n = members.len().max(1) as f64;
    let means: Vec<f64> =
        scaled.iter().map(|values| members.iter().map(|member| values[*member]).sum::<f64>() / n).collect();
    let distance = |member: usize| -> f64 {
        scaled.iter().zip(&means).map(|(values, mean)| (values[member] - mean).powi(2)).sum()
    };
    let mut all: Vec<(f64, usize)> = members.iter().map(|member| (distance(*member), *member)).collect();
    all.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
    all.into_iter().take(3).map(|(_, member)| member).collect()
}

/// The narrowest border on each side, as a condition of the shop file.
fn rule(splits: &[(usize, f64, bool)], measures: &[Measure]) -> Value {
    let mut rule = Map::new();
    let mut absent = Vec::new();
    for (measure, border, above) in splits {
        let Measure { name, fact, .. } = &measures[*measure];
        match fact {
            Some(value) if *above => {
                rule.insert(name.clone(), json!(value));
            }
            Some(value) => absent.push(json!({ name: { "$ne": value } })),
            // Rules fall back to the shop's own figure where she has no rhythm; a rhythm of her own takes two
            // intervals. Who has none is on the upper side.
            None if name == RHYTHM && *above => {
                absent.push(json!({ "$not": { COUNT: { "$gte": 2 }, RHYTHM: { "$lt": border } } }));
            }
            None => {
                if name == RHYTHM {
                    rule.insert(COUNT.into(), json!({ "$gte": 2 }));
                }
                let entry = rule.entry(name.clone()).or_insert_with(|| json!({}));
                let (operator, narrower): (_, fn(f64, f64) -> bool) =
                    if *above { ("$gte", |new, old| new > old) } else { ("$lt", |new, old| new < old) };
                let old = entry.get(operator).and_then(Value::as_f64);
                if old.is_none_or(|old| narrower(*border, old)) {
                    entry[operator] = json!(border);
                }
            }
        }
    }
    if !absent.is_empty() {
        rule.insert("$and".into(), Value::Array(absent));
    }
    Value::Object(rule)
}
