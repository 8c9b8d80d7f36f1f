//! An order in the customer's record: put there, changed, taken out, always from the order as a whole.

use wellmet_engine::id::{CustomerId, ItemId};
use wellmet_engine::record::{self, MAX_ORDERS, MAX_TRAITS, Record};
use wellmet_engine::time::Instant;

use super::{Order, currency};
use crate::records::Records;
use crate::refusal::Refusal;

impl Records {
    /// Makes the record say of an order what the order says of itself. Repeating it changes nothing.
    /// `false` when the customer asked to be forgotten.
    pub(crate) async fn count(
        &self,
        customer: &CustomerId,
        order: &Order,
        traits: &[(String, String)],
    ) -> Result<bool, Refusal> {
        self.edit(customer, |record| {
            apply(record, order);
            for (name, value) in traits {
                let there = record.traits.iter().position(|(known, _)| known == name);
                match there {
                    Some(there) => record.traits[there].1.clone_from(value),
                    None if record.traits.len() < MAX_TRAITS => record.traits.push((name.clone(), value.clone())),
                    None => {}
                }
            }
        })
        .await
    }
}

fn apply(record: &mut Record, order: &Order) {
    let at = Instant(order.at);
    let there = record.orders.iter().position(|known| known.id == order.id);
    // Only the latest orders are carried. One that is older than all of them is in the totals once it was
    // counted, and what comes back of it later stays there.
    let beyond = record.orders.len() == MAX_ORDERS && record.orders.last().is_some_and(|oldest| oldest.at > at);
    if there.is_none() && order.counted && beyond {
        return;
    }
    if let Some(there) = there {
        let before = record.orders.remove(there);
        record.order_count = record.order_count.saturating_sub(1);
        record.spent_minor -= worth(&before);
    }
    let lines: Vec<record::OrderLine> = order
        .lines
        .iter()
        .filter(|line| !order.cancelled && line.kept() > 0)
        .filter_map(|line| {
            let (item, title) = (ItemId::new(&line.item)?, line.title.clone());
            Some(record::OrderLine { item, title, quantity: line.kept(), unit_minor: line.unit_minor })
        })
        .collect();
    if lines.is_empty() {
        return;
    }
    let entry = record::Order { id: order.id.clone(), at, lines };
    if record.order_count == 0 {
        record.currency = currency(order);
    }
    record.order_count = record.order_count.saturating_add(1);
    record.spent_minor = record.spent_minor.saturating_add(worth(&entry));
    record.first_order = Some(record.first_order.map_or(at, |first| first.min(at)));
    let place = record.orders.partition_point(|known| known.at > at);
    record.orders.insert(place, entry);
    record.orders.truncate(MAX_ORDERS);
}

fn worth(order: &record::Order) -> i64 {
    order.lines.iter().map(|line| line.unit_minor.saturating_mul(i64::from(line.quantity))).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::super::OrderLine;
    use super::*;

    fn order(id: &str, at: i64, quantity: u32) -> Order {
        let line =
            OrderLine { item: "cup".into(), title: "Cup".into(), quantity, unit_minor: 500, ..OrderLine::default() };
        Order {
            id: id.into(),
            customer: "anna".into(),
            at,
            currency: "EUR".into(),
            lines: vec![line],
            ..Order::default()
        }
    }

    #[test]
    fn counting_an_order_again_changes_nothing_and_a_return_takes_off_what_came_back() {
        let mut record = crate::records::empty(&CustomerId::new("anna").unwrap());
        let (mut first, second) = (order("1", 1_000, 3), order("2", 2_000, 1));
        for order in [&first, &second, &first] {
            apply(&mut record, order);
        }
        assert_eq!((record.order_count, record.spent_minor), (2, 2_000));
        assert_eq!(record.orders.iter().map(|order| order.id.as_str()).collect::<Vec<_>>(), ["2", "1"]);
        assert_eq!(record.first_order, Some(Instant(1_000)));
        first.lines[0].returned = 2;
        apply(&mut record, &first);
        assert_eq!((record.order_count, record.spent_minor), (2, 1_000));
        first.cancelled = true;
        apply(&mut record, &first);
        apply(&mut record, &first);
        assert_eq!((record.order_count, record.spent_minor, record.orders.len()), (1, 500, 1));
    }

    #[test]
    fn orders_beyond_the_carried_ones_stay_in_the_totals_and_are_counted_once() {
        let mut record = crate::records::empty(&CustomerId::new("anna").unwrap());
        for n in 0..201 {
            apply(&mut record, &order(&n.to_string(), 1_000 + n, 1));
        }
        assert_eq!((record.order_count, record.orders.len()), (201, MAX_ORDERS));
        let told_again = Order { counted: true, ..order("0", 1_000, 1) };
        apply(&mut record, &told_again);
        assert_eq!(record.order_count, 201);
    }
}
