//! Customers with what the tables ask of them.

use crate::orders::{Log, kept};
use crate::value::{customers, fit, purchases, scores};
use wellmet_engine::time::{Day, Span};

/// A customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// The shop's id.
    pub id: String,
    /// Days of her orders, ascending, each once (UTC).
    pub days: Vec<Day>,
    /// Money she paid, without what came back.
    pub spent: f64,
    /// The middle one of her own intervals in days, from the third order on.
    pub rhythm: Option<f64>,
    /// What she will probably spend in the next twelve months; `None` when no model could be fitted.
    pub expected: Option<f64>,
    /// Facts about her.
    pub traits: Vec<(String, String)>,
}

impl Person {
    /// A fact about her; empty when there is none.
    #[must_use]
    pub fn fact(&self, name: &str) -> &str {
        self.traits.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}

/// All customers of a log who kept something of an order, as of its last day.
#[derive(Clone, Debug, PartialEq)]
pub struct People {
    /// By id.
    pub people: Vec<Person>,
    /// The last day of the log.
    pub as_of: Day,
    /// Name of the formula behind [`Person::expected`].
    pub formula: Option<&'static str>,
}

impl People {
    /// Of a log.
    #[must_use]
    pub fn of(log: &Log) -> Self {
        let as_of = Day(log.end().0.div_euclid(Span::DAY.0));
        let known = customers(&purchases(log, false), as_of);
        let buying = fit::buying(&known).map(|fitted| fitted.model);
        let spending = fit::spending(&known).map(|fitted| fitted.model);
        let expected: Vec<Option<f64>> = match &buying {
            Some(buying) => {
                scores(&known, as_of, buying, spending.as_ref()).into_iter().map(|score| Some(score.value)).collect()
            }
            None => vec![None; known.len()],
        };
        let (orders, _) = kept(log);
        let person = |(customer, expected): (&crate::value::Customer, Option<f64>)| {
            let at = log.customers.binary_search_by(|c| c.id.as_str().cmp(&customer.id)).ok()?;
            let mut days: Vec<Day> = orders[at]
                .iter()
                .filter(|(_, lines)| !lines.is_empty())
                .map(|(number, _)| Day(log.orders[*number].at.0.div_euclid(Span::DAY.0)))
                .collect();
            days.sort_unstable();
            days.dedup();
            Some(Person {
                id: customer.id.clone(),
                days,
                spent: customer.spent,
                rhythm: customer.interval,
                expected,
                traits: log.customers[at].traits.clone(),
            })
        };
        let people = known.iter().zip(expected).filter_map(person).collect();
        Self { people, as_of, formula: buying.map(|buying| buying.name()) }
    }
}
