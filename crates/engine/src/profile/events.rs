//! Aggregates over her orders and her journey, by windows of her own days.

use super::{Profile, number};
use crate::attribute::{About, Measure, ORDER, Window};
use crate::record::OrderLine;
use crate::shelf::Lookup;
use crate::time::Instant;
use crate::value::View;
use alloc::vec::Vec;

impl<'a> Profile<'a> {
    pub(super) fn events(&self, kind: &str, measure: Measure, about: &About, window: Window) -> View<'a> {
        if kind == ORDER && self.record().is_some() {
            return self.orders(measure, about, window);
        }
        let start = self.window_start(window);
        let found: Vec<(Instant, i64)> = self
            .facts
            .journey
            .newest(kind)
            .take_while(|event| event.at >= start)
            .filter(|event| match about {
                About::Any => true,
                About::Item(item) => event.item == item,
                About::Category(name) => in_category(event.category, name),
            })
            .map(|event| (event.at, 0))
            .collect();
        // What only the hub knows is missing for a shopper that is not signed in, not zero.
        if kind == ORDER && (found.is_empty() || measure == Measure::Sum) {
            return View::Null;
        }
        self.aggregate(measure, &found)
    }

    fn orders(&self, measure: Measure, about: &About, window: Window) -> View<'a> {
        let Some(record) = self.record() else { return View::Null };
        // Totals know the orders that the record does not carry.
        match (measure, about, window) {
            (Measure::Count, About::Any, Window::All) => return number(i64::from(record.order_count)),
            (Measure::Sum, About::Any, Window::All) => return self.money(record.spent_minor),
            _ => {}
        }
        let start = self.window_start(window);
        let now = self.facts.now;
        let mut found = Vec::new();
        for order in record.orders.iter().filter(|order| order.at >= start && order.at <= now) {
            let mut minor = 0i64;
            let mut counts = *about == About::Any;
            for line in order.lines.iter().filter(|line| self.is_about(line, about)) {
                counts = true;
                minor = minor.saturating_add(line.unit_minor.saturating_mul(i64::from(line.quantity)));
            }
            if counts {
                found.push((order.at, minor));
            }
        }
        self.aggregate(measure, &found)
    }

    fn is_about(&self, line: &OrderLine, about: &About) -> bool {
        match about {
            About::Any => true,
            About::Item(item) => line.item.as_str() == item,
            About::Category(name) => {
                let card = match self.shelf.find(line.item.as_str()) {
                    Lookup::Here(item) => self.shelf.card(item),
                    Lookup::Absent => Lookup::Absent,
                    Lookup::Needs(chunk) => Lookup::Needs(chunk),
                };
                match card {
                    Lookup::Here(card) => in_category(card.category, name),
                    Lookup::Absent => false,
                    Lookup::Needs(chunk) => {
                        self.need(chunk);
                        false
                    }
                }
            }
        }
    }
}

/// Whether a category path is this path, or has this level.
fn in_category(path: &str, name: &str) -> bool {
    // Byte by byte: the standard library's search for a text is a kilobyte of its own.
    let mut rest = path.as_bytes();
    let name = name.as_bytes();
    while let Some(at) = rest.windows(3).position(|bytes| bytes == b" > ") {
        if &rest[..at] == name {
            return true;
        }
        rest = &rest[at + 3..];
    }
    rest == name || path.as_bytes() == name
}

#[cfg(test)]
mod tests {
    use super::in_category;

    #[test]
    fn a_category_is_a_whole_level_or_the_whole_path() {
        let path = "Living > Chairs > Arm chairs";
        for name in ["Living", "Chairs", "Arm chairs", path] {
            assert!(in_category(path, name), "{name}");
        }
        for name in ["", "chairs", "Chair", "Living > Chairs", "Chairs > Arm chairs", " Chairs"] {
            assert!(!in_category(path, name), "{name}");
        }
        assert!(in_category("", "") && in_category("A > ", "") && !in_category("A>B", "B"));
    }
}
