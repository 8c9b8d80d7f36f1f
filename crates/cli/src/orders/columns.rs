//! Which field of a row is what, and which values of it decide what becomes of the row.

use super::mapping::{CurrencyColumn, Mapping, Values, When};
use std::borrow::Cow;

/// Which field of a row is what.
pub(super) struct Columns<'m> {
    pub(super) names: Vec<&'m str>,
    pub(super) customer: Option<usize>,
    pub(super) customer_name: Option<usize>,
    pub(super) title: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) discount: Option<usize>,
    pub(super) category: std::ops::Range<usize>,
    pub(super) traits: std::ops::Range<usize>,
    pub(super) first: std::ops::Range<usize>,
    pub(super) only: Places<'m>,
    pub(super) cancelled: Places<'m>,
    pub(super) returned: Places<'m>,
}

/// Fields and the values that are looked for in them.
pub(super) struct Places<'m>(Vec<(usize, &'m [String])>);

impl<'m> Places<'m> {
    fn of(when: &'m When, names: &mut Vec<&'m str>) -> Self {
        let place = |(column, values): (&'m String, &'m Values)| {
            names.push(column);
            (names.len() - 1, values.list())
        };
        Self(when.iter().map(place).collect())
    }

    /// Whether every field has one of its values.
    pub(super) fn all(&self, fields: &[Cow<'_, str>]) -> bool {
        self.0.iter().all(|(at, values)| values.iter().any(|value| value == fields[*at].trim()))
    }

    /// The same, and there is one.
    pub(super) fn some(&self, fields: &[Cow<'_, str>]) -> bool {
        !self.0.is_empty() && self.all(fields)
    }
}

impl<'m> Columns<'m> {
    pub(super) const ORDER: usize = 0;
    pub(super) const TIME: usize = 1;
    pub(super) const ITEM: usize = 2;
    pub(super) const QUANTITY: usize = 3;
    pub(super) const PRICE: usize = 4;

    pub(super) fn of(mapping: &'m Mapping) -> Self {
        let mut names: Vec<&str> =
            vec![&mapping.order, &mapping.time.column, &mapping.item, &mapping.quantity, mapping.price.amount()];
        let mut add = |column: Option<&'m str>| {
            column.map(|column| {
                names.push(column);
                names.len() - 1
            })
        };
        let currency = match &mapping.currency {
            CurrencyColumn::Fixed(_) => None,
            CurrencyColumn::Column { column, .. } => add(Some(column)),
        };
        let customer = add(mapping.customer.as_deref());
        let customer_name = add(mapping.customer_name.as_deref());
        let title = add(mapping.title.as_deref());
        let discount = add(mapping.price.discount());
        let from = names.len();
        names.extend(mapping.category.iter().map(String::as_str));
        let middle = names.len();
        names.extend(mapping.traits.values().map(String::as_str));
        let (category, traits) = (from..middle, middle..names.len());
        names.extend(mapping.first.values().map(String::as_str));
        let first = traits.end..names.len();
        let only = Places::of(&mapping.only, &mut names);
        let cancelled = Places::of(&mapping.cancelled, &mut names);
        let returned = Places::of(&mapping.returned, &mut names);
        Self {
            names,
            customer,
            customer_name,
            title,
            currency,
            discount,
            category,
            traits,
            first,
            only,
            cancelled,
            returned,
        }
    }
}
