//! Offers: what the law and good manners want of them.

use super::super::compile::moment;
use super::super::model::{Announced, Field, Offer, Phrase};
use super::super::names::Scope;
use super::Checker;
use wellmet_engine::attribute::{Source, purpose};
use wellmet_engine::time::Span;

/// An end sooner than this must be extendable by the shopper (WCAG 2.2.1).
const SHORT: Span = Span(20 * Span::HOUR.0);

impl Checker<'_, '_, '_> {
    pub(super) fn offers(&mut self) {
        for (name, offer) in &self.shop.offers {
            self.times(name, offer);
            self.price(name, offer);
            self.code(name, offer);
            if let Some(budget) = &offer.budget
                && budget.cost.is_some_and(|cost| cost > budget.amount)
            {
                let at = self.node(&["offers", name, "budget"]).at;
                self.findings.warning(
                    at,
                    "budget-too-small",
                    "one redemption costs more than the whole budget",
                    "raise \"amount\"",
                );
            }
        }
    }

    fn times(&mut self, name: &str, offer: &Offer) {
        let mut moments = Vec::new();
        for (key, text) in [("from", &offer.from), ("until", &offer.until)] {
            let Some(text) = text else {
                moments.push(None);
                continue;
            };
            let read = moment(text);
            if read.is_none() {
                let at = self.node(&["offers", name, key]).at;
                if key == "until" && is_relative(text) {
                    self.findings.error(
                        at,
                        "evergreen-countdown",
                        format!("offer {name:?} would end {text:?}, anew for each visitor: a countdown that starts again is a lie"),
                        "write the moment at which it really ends, such as 2026-03-31T23:59",
                    );
                } else {
                    self.findings.error(
                        at,
                        "wrong-form",
                        format!("{text:?} is no moment"),
                        "write it like 2026-03-31T23:59",
                    );
                }
            }
            moments.push(read);
        }
        let [from, until] = moments[..] else { return };
        let Some(until) = until else { return };
        let at = self.node(&["offers", name, "until"]).at;
        let Some(from) = from else { return };
        if until <= from {
            self.findings.error(
                at,
                "never-valid",
                format!("offer {name:?} ends before it begins"),
                "move \"until\" after \"from\"",
            );
        } else if until - from < SHORT && !offer.essential {
            self.findings.warning(
                at,
                "short-offer",
                format!("offer {name:?} is over within 20 hours, which leaves slow readers out (WCAG 2.2.1)"),
                "let it run longer, or set \"essential\": true if its end is what it is about",
            );
        }
    }

    fn price(&mut self, name: &str, offer: &Offer) {
        let Some(price) = &offer.price else { return };
        let at = self.node(&["offers", name, "price"]).at;
        let depends = offer.when.as_ref().is_some_and(|when| {
            let mut names = Vec::new();
            names_in(&serde_json::Value::Object(when.0.clone()), &mut names);
            names.iter().any(|name| is_personal(name, &self.scope))
        });
        if (price.personal || depends) && price.notice.is_none() {
            self.findings.error(
                at,
                "personal-price-without-notice",
                format!("the price of offer {name:?} depends on who she is, and nothing tells her"),
                "add \"notice\": a sentence that the price was personalised on the basis of automated decision-making (Directive 2011/83/EU, Article 6(1)(ea))",
            );
        }
        let Some(before) = price.before else { return };
        if before <= price.amount {
            self.findings.error(
                at,
                "no-reduction",
                format!("the price of offer {name:?} is not below the one before"),
                "leave \"before\" out",
            );
        }
        if offer.announced != Announced::Public {
            return;
        }
        match price.lowest30 {
            None => self.findings.error(
                at,
                "prior-price-missing",
                format!(
                    "offer {name:?} announces a reduction to the public without the lowest price of the last 30 days"
                ),
                "add \"lowest30\" (Directive 98/6/EC, Article 6a)",
            ),
            Some(lowest) if before > lowest => self.findings.error(
                at,
                "prior-price-too-high",
                format!("offer {name:?} compares with {before}, but the lowest price of the last 30 days is {lowest}"),
                "make \"before\" the lowest price of the last 30 days",
            ),
            Some(_) => {}
        }
    }

    fn code(&mut self, name: &str, offer: &Offer) {
        let Some(code) = offer.code.as_ref().filter(|code| !code.public) else { return };
        let says = |phrase: &Phrase| match phrase {
            Phrase::One(text) => text.contains(&code.value),
            Phrase::Many(texts) => texts.values().any(|text| text.contains(&code.value)),
        };
        let in_fields = offer.fields.iter().find(|(_, field)| matches!(field, Field::Phrase(phrase) if says(phrase)));
        if let Some((field, _)) = in_fields {
            let at = self.node(&["offers", name, "fields", field]).at;
            self.findings.error(
                at,
                "secret-in-book",
                format!("this text tells everybody the code of offer {name:?}: the book is public"),
                "take the code out of the text; the hub hands it to those who may have it",
            );
        }
    }
}

/// A time that is counted from the visit.
fn is_relative(text: &str) -> bool {
    let text = text.to_lowercase();
    let unit = ["h", "hour", "min", "day", "d", "week", "visit"];
    let number = text.trim_start_matches(['+', 'p', 't']).trim_start();
    let counted = number.starts_with(|c: char| c.is_ascii_digit())
        && unit
            .iter()
            .any(|unit| number.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().starts_with(unit));
    counted || text.starts_with("in ") || text.starts_with('+') || text.contains("after") || text.contains("visit")
}

/// Every key of a condition that could be an attribute.
fn names_in(condition: &serde_json::Value, names: &mut Vec<String>) {
    match condition {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                if !key.starts_with('$') {
                    names.push(key.clone());
                }
                names_in(value, names);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| names_in(item, names)),
        _ => {}
    }
}

/// Whether an attribute says something about the shopper rather than about the page or the moment.
fn is_personal(name: &str, scope: &Scope<'_>) -> bool {
    match Source::of(name) {
        Some(source) => source.purpose() & purpose::PERSONALIZATION != 0,
        None => scope.knows(name),
    }
}
