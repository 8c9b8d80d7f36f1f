//! Where customers came from, and what became of them.

use super::{People, Person, Table, median, share};
use serde::Serialize;
use std::collections::BTreeMap;

/// Days that a customer has to come back in.
const SOON: i64 = 90;

/// Customers of one channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Channel {
    /// The value of the fact; `(direct or unknown)` where there is none.
    pub channel: String,
    /// Customers.
    pub customers: usize,
    /// Days with an order, mean.
    pub orders: f64,
    /// Money spent until now, mean.
    pub spent: f64,
    /// The same, median: one wholesaler does not move it.
    pub spent_median: f64,
    /// Of those whose first order is at least 90 days old: the share that ordered again within 90 days.
    pub again: f64,
    /// How many these are.
    pub asked: usize,
    /// Money expected in the next twelve months, mean.
    pub expected: Option<f64>,
}

/// A table of channels, the most customers first.
#[must_use]
pub fn channels(people: &People, fact: &str) -> Table<Channel> {
    let mut groups: BTreeMap<&str, Vec<&Person>> = BTreeMap::new();
    for person in &people.people {
        groups.entry(person.fact(fact)).or_default().push(person);
    }
    let mut rows: Vec<Channel> = groups.into_iter().map(|(name, group)| channel(name, &group, people)).collect();
    rows.sort_by(|x, y| y.customers.cmp(&x.customers).then_with(|| x.channel.cmp(&y.channel)));
    let formula = people.formula.unwrap_or("no formula: too few repeat orders");
    let definition = format!(
        "customers by {fact}. orders: days with an order until the last day of the log. spent: money paid, without what \
         came back. again: share of those with a first order at least {SOON} days old who ordered again within {SOON} days of it. \
         expected: 12 months from the last day, {formula}. Without a value: nobody sent her here, or nobody noted it"
    );
    Table { definition, rows }
}

fn channel(name: &str, group: &[&Person], people: &People) -> Channel {
    let mean = |of: &dyn Fn(&Person) -> f64| group.iter().map(|person| of(person)).sum::<f64>() / group.len() as f64;
    let old: Vec<&&Person> =
        group.iter().filter(|p| p.days.first().is_some_and(|first| people.as_of.0 - first.0 >= SOON)).collect();
    let back = |person: &&&Person| matches!(person.days[..], [first, second, ..] if second.0 - first.0 <= SOON);
    let mut spent: Vec<f64> = group.iter().map(|person| person.spent).collect();
    spent.sort_by(f64::total_cmp);
    Channel {
        channel: if name.is_empty() { "(direct or unknown)".into() } else { name.to_owned() },
        customers: group.len(),
        orders: mean(&|person| person.days.len() as f64),
        spent: mean(&|person| person.spent),
        spent_median: median(&spent),
        again: share(old.iter().copied().filter(|person| back(person)).count(), old.len()),
        asked: old.len(),
        expected: group.iter().all(|person| person.expected.is_some()).then(|| mean(&|p| p.expected.unwrap_or(0.0))),
    }
}
