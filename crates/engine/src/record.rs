//! What the hub knows of a signed-in customer, in the one form that travels to her browser.
//!
//! The hub writes it, the page reads it; both use this file. It holds orders, so it is handed out
//! after a login only, never for a cookie alone, and it is never stored by the page without the
//! personalization purpose.

use crate::id::{CustomerId, ItemId};
use crate::money::Currency;
use crate::time::Instant;
use crate::wire::{Fault, Reader, Result, Writer};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// Version written by this build.
pub const VERSION: u8 = 1;
/// Most orders carried; older ones are in the totals only.
pub const MAX_ORDERS: usize = 200;
/// Most lines of one order.
pub const MAX_LINES: usize = 100;
/// Most traits.
pub const MAX_TRAITS: usize = 64;
/// Longest text in bytes.
pub const MAX_TEXT: usize = 512;

/// One article of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLine {
    /// The article.
    pub item: ItemId,
    /// Its name when it was bought.
    pub title: String,
    /// Pieces, at least one.
    pub quantity: u32,
    /// Price of one piece in minor units as paid.
    pub unit_minor: i64,
}

/// One order that was neither cancelled nor fully returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The shop's order number.
    pub id: String,
    /// When it was placed.
    pub at: Instant,
    /// Articles, in the order's own sequence.
    pub lines: Vec<OrderLine>,
}

/// A signed-in customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The shop's id for her.
    pub customer: CustomerId,
    /// Her name from a signed source; `None` when the shop did not send one.
    pub name: Option<String>,
    /// Master data and other facts, by attribute name (`segment` -> `Consumer`).
    pub traits: Vec<(String, String)>,
    /// Number of orders in all, including those not carried.
    pub order_count: u32,
    /// Money spent in all, minor units.
    pub spent_minor: i64,
    /// Currency of all amounts.
    pub currency: Currency,
    /// First order.
    pub first_order: Option<Instant>,
    /// Latest orders, newest first, at most [`MAX_ORDERS`].
    pub orders: Vec<Order>,
}

impl Record {
    /// The bytes that [`Self::decode`] reads.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.text(self.customer.as_str());
        w.text(self.name.as_deref().unwrap_or(""));
        w.varint(self.traits.len() as u64);
        for (name, value) in &self.traits {
            w.text(name);
            w.text(value);
        }
        w.varint(u64::from(self.order_count));
        w.signed(self.spent_minor);
        w.raw(self.currency.code().as_bytes());
        w.signed(self.first_order.map_or(i64::MIN, |at| at.0));
        w.varint(self.orders.len() as u64);
        for order in &self.orders {
            w.text(&order.id);
            w.signed(order.at.0);
            w.varint(order.lines.len() as u64);
            for line in &order.lines {
                w.text(line.item.as_str());
                w.text(&line.title);
                w.varint(u64::from(line.quantity));
                w.signed(line.unit_minor);
            }
        }
        w.into_bytes()
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A [`crate::wire::WireError`]: `UnknownVersion`, or what was wrong and where.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        if r.u8() != VERSION {
            return Err(r.fault(Fault::UnknownVersion));
        }
        let customer = CustomerId::new(r.text(CustomerId::MAX)).ok_or(r.fault(Fault::Invalid))?;
        let name = Some(r.text(MAX_TEXT)).filter(|name| !name.is_empty()).map(str::to_owned);
        let traits = r.list(MAX_TRAITS, 2, |r| (r.string(MAX_TEXT), r.string(MAX_TEXT)));
        let order_count = r.u32();
        let spent_minor = r.signed();
        let currency = core::str::from_utf8(r.take(3)).ok().and_then(Currency::new).ok_or(r.fault(Fault::Invalid))?;
        let first_order = Some(r.signed()).filter(|at| *at != i64::MIN).map(Instant);
        let orders = r.list(MAX_ORDERS, 3, |r| {
            let (id, at) = (r.string(MAX_TEXT), Instant(r.signed()));
            let lines = r.list(MAX_LINES, 4, |r| {
                let item = ItemId::new(r.text(ItemId::MAX));
                let item = item.or_else(|| r.valid(None));
                Some(OrderLine { item: item?, title: r.string(MAX_TEXT), quantity: r.u32(), unit_minor: r.signed() })
            });
            Order { id, at, lines: lines.into_iter().flatten().collect() }
        });
        r.end()?;
        Ok(Self { customer, name, traits, order_count, spent_minor, currency, first_order, orders })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        Record {
            customer: CustomerId::new("CG-12520").expect("a valid id"),
            name: Some("Claire Gute".into()),
            traits: vec![("segment".into(), "Consumer".into())],
            order_count: 3,
            spent_minor: 123_456,
            currency: Currency::new("USD").expect("a code"),
            first_order: Some(Instant(1_400_000_000_000)),
            orders: vec![Order {
                id: "CA-2016-152156".into(),
                at: Instant(1_478_563_200_000),
                lines: vec![OrderLine {
                    item: ItemId::new("FUR-BO-10001798").expect("a valid id"),
                    title: "Bush Somerset Collection Bookcase".into(),
                    quantity: 2,
                    unit_minor: 13_098,
                }],
            }],
        }
    }

    #[test]
    fn a_record_comes_back() {
        assert_eq!(Record::decode(&sample().encode()), Ok(sample()));
    }

    #[test]
    fn every_cut_and_every_other_version_is_an_error() {
        let bytes = sample().encode();
        for end in 0..bytes.len() {
            assert!(Record::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
        let mut other = bytes;
        other[0] = 9;
        assert_eq!(Record::decode(&other).map_err(|e| e.fault), Err(Fault::UnknownVersion));
    }
}
