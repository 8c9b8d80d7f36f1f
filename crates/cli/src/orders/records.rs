//! From a log to what the hub knows of each customer.

use super::log::{Line, Log};
use std::collections::HashMap;
use wellmet_engine::record::{MAX_LINES, MAX_ORDERS, Order, OrderLine, Record};
use wellmet_engine::time::Instant;

/// How returns were settled with orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Settled {
    /// Returned pieces that were taken off an earlier order of the same customer.
    pub pieces: u64,
    /// Returned pieces without such an order, for instance from before the log begins.
    pub unmatched: u64,
    /// Orders of which nothing was left.
    pub orders_gone: u64,
    /// Orders that are in the totals only, since a record carries the latest 200.
    pub orders_not_carried: u64,
    /// Lines that are in the totals only, since an order in a record carries 100.
    pub lines_not_carried: u64,
}

/// The record of every customer, by customer id.
///
/// A log rarely says which order a return belongs to. Pieces that came back are taken off the latest
/// earlier orders of the same customer that have the article, as long as there are any: what she sent
/// back is not shown as hers, and not counted as spent.
#[must_use]
pub fn records(log: &Log) -> (Vec<Record>, Settled) {
    let (of_customer, mut settled) = kept(log);
    let records = log.customers.iter().zip(of_customer).map(|(customer, mut orders)| {
        let before = orders.len();
        orders.retain(|(_, lines)| !lines.is_empty());
        settled.orders_gone += (before - orders.len()) as u64;
        settled.orders_not_carried += orders.len().saturating_sub(MAX_ORDERS) as u64;
        let spent = |lines: &[Line]| lines.iter().map(|l| l.unit_minor * i64::from(l.quantity)).sum::<i64>();
        let latest = orders.iter().rev().take(MAX_ORDERS).map(|(number, lines)| {
            settled.lines_not_carried += lines.len().saturating_sub(MAX_LINES) as u64;
            let order = &log.orders[*number];
            let lines = lines.iter().take(MAX_LINES).map(|line| {
                let item = &log.items[line.item as usize];
                let (item, title) = (item.id.clone(), item.title.clone());
                OrderLine { item, title, quantity: line.quantity, unit_minor: line.unit_minor }
            });
            Order { id: order.id.clone(), at: order.at, lines: lines.collect() }
        });
        Record {
            customer: customer.id.clone(),
            name: customer.name.clone(),
            traits: customer.traits.clone(),
            order_count: orders.len() as u32,
            spent_minor: orders.iter().map(|(_, lines)| spent(lines)).sum(),
            currency: log.currency,
            first_order: orders.first().map(|(number, _)| log.orders[*number].at),
            orders: latest.collect(),
        }
    });
    let records = records.collect();
    (records, settled)
}

/// Orders of one customer by their number in the log, each with the lines she kept.
pub type KeptOrders = Vec<(usize, Vec<Line>)>;

/// Orders of every customer, by number, with what she kept of each; an order of which nothing is left has
/// no lines.
#[must_use]
pub fn kept(log: &Log) -> (Vec<KeptOrders>, Settled) {
    let mut settled = Settled::default();
    let mut of_customer: Vec<KeptOrders> = vec![Vec::new(); log.customers.len()];
    for (number, order) in log.orders.iter().enumerate() {
        if let Some(customer) = order.customer {
            of_customer[customer as usize].push((number, order.lines.clone()));
        }
    }
    settle(log, &mut of_customer, &mut settled);
    (of_customer, settled)
}

/// Takes returned pieces off the latest earlier orders.
fn settle(log: &Log, of_customer: &mut [KeptOrders], settled: &mut Settled) {
    // Where each customer's articles are, so that a wholesaler with many returns costs no square.
    let mut places: HashMap<(u32, u32), Vec<(Instant, usize)>> = HashMap::new();
    let wanted: std::collections::HashSet<(u32, u32)> = log.returns.iter().map(|b| (b.customer, b.item)).collect();
    for (customer, orders) in of_customer.iter().enumerate() {
        for (place, (number, lines)) in orders.iter().enumerate() {
            for line in lines.iter().filter(|line| wanted.contains(&(customer as u32, line.item))) {
                let at = log.orders[*number].at;
                places.entry((customer as u32, line.item)).or_default().push((at, place));
            }
        }
    }
    for back in &log.returns {
        let mut left = back.quantity;
        let candidates = places.get(&(back.customer, back.item)).map_or(&[][..], Vec::as_slice);
        for (_, place) in candidates.iter().rev().filter(|(at, _)| *at <= back.at) {
            let lines = &mut of_customer[back.customer as usize][*place].1;
            if let Some(line) = lines.iter_mut().find(|line| line.item == back.item) {
                let taken = left.min(line.quantity);
                line.quantity -= taken;
                left -= taken;
            }
            if left == 0 {
                break;
            }
        }
        settled.pieces += u64::from(back.quantity - left);
        settled.unmatched += u64::from(left);
    }
    for (_, lines) in of_customer.iter_mut().flatten() {
        lines.retain(|line| line.quantity > 0);
    }
}
