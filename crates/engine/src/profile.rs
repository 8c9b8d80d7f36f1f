//! The shopper as conditions see her: facts in, attributes out.
//!
//! [`Facts`] is all that is known at a moment, handed in by the host. [`Profile`] answers for each
//! attribute of a table what it is, computing a value when the first condition asks for it and keeping
//! it for the rest of the decision. What her consent does not cover reads as missing.

use crate::attribute::{Annual, DateOf, Fact, Kind, Measure, ORDER, Source, Window, purpose};
use crate::condition::{Attributes, ConditionIx};
use crate::host::Host;
use crate::journey::Journey;
use crate::record::Record;
use crate::shelf::{ChunkIx, Lookup, Shelf};
use crate::sort::sort_distinct;
use crate::status::{Standing, standing};
use crate::table::Table;
use crate::time::{Day, Instant, Span, Zone};
use crate::value::{Value, View, integer_text, text_number};
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::cell::{Cell, OnceCell, RefCell};

mod calendar;
mod events;
mod rhythm;

pub use calendar::{date, occurrence};
pub use rhythm::{intervals, median};

/// Segments within segments, at most.
const MAX_NESTING: u8 = 32;

/// The page she is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page<'a> {
    /// home, list, product, cart, checkout, other.
    pub kind: &'a str,
    /// The item it is about; empty when none.
    pub item: &'a str,
    /// Its category path; empty when none.
    pub category: &'a str,
    /// When this view of the page began. What it shows since then is still before her eyes and does
    /// not count against a cap yet: deciding again must not take it away.
    pub since: Option<Instant>,
}

/// A line of her cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CartLine<'a> {
    /// The item.
    pub item: &'a str,
    /// Pieces.
    pub quantity: u32,
}

/// All that is known at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The moment.
    pub now: Instant,
    /// Her calendar.
    pub zone: &'a Zone,
    /// Locale of the page, such as `de-AT`.
    pub locale: &'a str,
    /// Granted purposes, see [`purpose`].
    pub consent: u8,
    /// The page.
    pub page: Page<'a>,
    /// What the page or the shopper told, by attribute name.
    pub told: &'a [(String, Value)],
    /// The name she wants to be called, in her own word.
    pub own_name: Option<&'a str>,
    /// What the hub knows of her, after a login.
    pub record: Option<&'a Record>,
    /// Her journey on this device.
    pub journey: &'a Journey,
    /// Her cart, oldest line first.
    pub cart: &'a [CartLine<'a>],
    /// What decides to which share she belongs: her customer id when signed in, else the device's.
    pub unit: &'a str,
}

/// A computed value: borrowed from the facts where that is possible.
enum Known<'a> {
    View(View<'a>),
    Owned(Value),
}

/// The attributes of a table for one shopper at one moment.
pub struct Profile<'a> {
    pub(crate) table: &'a Table,
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) shelf: &'a dyn Shelf,
    pub(crate) host: &'a dyn Host,
    known: Vec<OnceCell<Known<'a>>>,
    standing: OnceCell<Standing>,
    nesting: Cell<u8>,
    needs: RefCell<Vec<ChunkIx>>,
    until: Cell<Option<Instant>>,
}

impl Attributes for Profile<'_> {
    fn attribute(&self, name: usize) -> View<'_> {
        let Some(cell) = self.known.get(name) else { return View::Null };
        if cell.get().is_none() {
            let value = self.compute(name);
            // Filled meanwhile only by a segment that asks for itself, whose value is the same.
            let _ = cell.set(value);
        }
        match cell.get() {
            Some(Known::View(view)) => *view,
            Some(Known::Owned(value)) => value.view(),
            None => View::Null,
        }
    }
}

impl<'a> Profile<'a> {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(table: &'a Table, facts: &'a Facts<'a>, shelf: &'a dyn Shelf, host: &'a dyn Host) -> Self {
        let mut known = Vec::new();
        known.resize_with(table.attributes.len(), OnceCell::new);
        Self {
            table,
            facts,
            shelf,
            host,
            known,
            standing: OnceCell::new(),
            nesting: Cell::new(0),
            needs: RefCell::new(Vec::new()),
            until: Cell::new(None),
        }
    }

    /// Whether a condition holds; one that is missing does.
    #[must_use]
    pub fn holds(&self, condition: Option<ConditionIx>) -> bool {
        condition.is_none_or(|condition| self.table.program.holds(condition, self, View::Null, self.host))
    }

    /// Her status.
    pub fn standing(&self) -> &Standing {
        self.standing.get_or_init(|| {
            let record = self.record();
            let standing = record.map(|record| standing(&self.table.ladder, record, self.facts.now));
            let standing = standing.unwrap_or_default();
            if let Some(until) = standing.until {
                self.changes_at(until);
            }
            standing
        })
    }

    /// Chunks that some value would have needed, ascending.
    #[must_use]
    pub fn needs(&self) -> Vec<ChunkIx> {
        let mut needs = self.needs.borrow().clone();
        sort_distinct(&mut needs);
        needs
    }

    /// When some value may change by itself.
    #[must_use]
    pub fn until(&self) -> Option<Instant> {
        self.until.get()
    }

    /// When she last ordered, as far as is known.
    #[must_use]
    pub fn last_order(&self) -> Option<Instant> {
        match self.record() {
            Some(record) => record.orders.first().map(|order| order.at),
            None => self.facts.journey.newest(ORDER).next().map(|event| event.at),
        }
    }

    pub(crate) fn may(&self, purpose: u8) -> bool {
        self.facts.consent & purpose == purpose
    }

    /// The record, as far as her consent goes.
    pub(crate) fn record(&self) -> Option<&'a Record> {
        self.facts.record.filter(|_| self.may(purpose::PERSONALIZATION))
    }

    pub(crate) fn need(&self, chunk: ChunkIx) {
        self.needs.borrow_mut().push(chunk);
    }

    pub(crate) fn changes_at(&self, at: Instant) {
        if at > self.facts.now && self.until.get().is_none_or(|until| at < until) {
            self.until.set(Some(at));
        }
    }

    /// Her civil day. What is computed from it changes at midnight.
    fn today(&self) -> Day {
        let today = self.facts.zone.day(self.facts.now);
        self.changes_at(self.facts.zone.midnight(Day(today.0 + 1)));
        today
    }

    /// Civil days from a moment until today.
    fn days_since(&self, at: Instant) -> View<'a> {
        number(self.today().0 - self.facts.zone.day(at).0)
    }

    /// Amounts in units of the currency: exact to the last bit everywhere, since division is.
    #[allow(clippy::cast_precision_loss, reason = "money below 2^53 minor units")]
    fn money(&self, minor: i64) -> View<'a> {
        let units = 10u32.pow(self.table.currency.exponent());
        View::Number(minor as f64 / f64::from(units))
    }

    fn compute(&self, name: usize) -> Known<'a> {
        let Some(attribute) = self.table.attributes.get(name) else { return Known::View(View::Null) };
        if !self.may(attribute.purpose) {
            return Known::View(View::Null);
        }
        let own_name = self.table.program.names().get(name).map_or("", String::as_str);
        Known::View(match &attribute.source {
            Source::Unknown => View::Null,
            Source::Told(_) => {
                let told = self.facts.told.iter().find(|(told, _)| told == own_name);
                told.map_or(View::Null, |(_, value)| value.view())
            }
            Source::Trait(kind) => return self.trait_of(own_name, *kind),
            Source::Segment(segment) => View::Bool(self.segment(usize::from(*segment))),
            Source::Fact(fact) => return self.fact(*fact),
            Source::Events { kind, measure, about, window } => self.events(kind, *measure, about, *window),
            Source::Annual(of, what) => self.annual(*of, *what),
        })
    }

    fn trait_of(&self, name: &str, kind: Kind) -> Known<'a> {
        let record = self.record();
        let Some((_, text)) = record.and_then(|record| record.traits.iter().find(|(known, _)| known == name)) else {
            return Known::View(View::Null);
        };
        match kind {
            Kind::Text | Kind::Date => Known::View(View::Text(text)),
            Kind::Number => Known::View(View::Number(text_number(text, self.host))),
            Kind::Boolean => Known::View(View::Bool(text == "true")),
            Kind::List => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Known::Owned(Value::List(items.map(|item| Value::Text(item.to_owned())).collect()))
            }
        }
    }

    /// Whether she is in a segment.
    pub(crate) fn segment(&self, segment: usize) -> bool {
        let Some(condition) = self.table.segments.get(segment) else { return false };
        // The compiler refuses segments that ask for themselves; bytes from elsewhere may not.
        if self.nesting.get() >= MAX_NESTING {
            return false;
        }
        self.nesting.set(self.nesting.get() + 1);
        let holds = self.holds(Some(*condition));
        self.nesting.set(self.nesting.get() - 1);
        holds
    }

    fn fact(&self, fact: Fact) -> Known<'a> {
        let facts = self.facts;
        let text = |text: &'a str| if text.is_empty() { View::Null } else { View::Text(text) };
        Known::View(match fact {
            Fact::Name => {
                let signed = self.record().and_then(|record| record.name.as_deref());
                text(facts.own_name.or(signed).unwrap_or(""))
            }
            Fact::SignedIn => View::Bool(facts.record.is_some()),
            Fact::Locale => text(facts.locale),
            Fact::Language => text(facts.locale.split(['-', '_']).next().unwrap_or("")),
            Fact::PageKind => text(facts.page.kind),
            Fact::PageItem => text(facts.page.item),
            Fact::PageCategory => text(facts.page.category),
            Fact::Date => return Known::Owned(Value::Text(iso(self.today()))),
            Fact::Weekday => number((self.today().0 + 3).rem_euclid(7) + 1),
            Fact::Month => number(self.today().civil().1),
            Fact::DayOfMonth => number(self.today().civil().2),
            Fact::Hour => {
                let local = facts.now + facts.zone.offset(facts.now);
                self.changes_at(Instant((facts.now.0.div_euclid(Span::HOUR.0) + 1) * Span::HOUR.0));
                number(local.0.div_euclid(Span::HOUR.0).rem_euclid(24))
            }
            Fact::Visits => number(i64::from(facts.journey.visits())),
            Fact::DaysSinceVisit => facts.journey.visit_before().map_or(View::Null, |at| self.days_since(at)),
            Fact::CartCount => number(facts.cart.iter().map(|line| i64::from(line.quantity)).sum()),
            Fact::CartLines => number(i64::try_from(facts.cart.len()).unwrap_or(i64::MAX)),
            Fact::CartTotal => self.money(self.cart_total()),
            Fact::IntervalCount => number(i64::try_from(self.intervals().len()).unwrap_or(i64::MAX)),
            Fact::IntervalMedian => self.rhythm().map_or(View::Null, View::Number),
            Fact::IntervalOverdue => match (self.rhythm(), self.last_order()) {
                (Some(rhythm), Some(last)) => {
                    let since = self.days_since(last).to_number(self.host);
                    View::Number(since - rhythm)
                }
                _ => View::Null,
            },
            Fact::Status | Fact::StatusNext => {
                let standing = self.standing();
                let group = if fact == Fact::Status { standing.group } else { standing.next };
                // Without a record there is no standing, not the lowest one.
                let group = group.filter(|_| self.record().is_some()).and_then(|group| self.table.ladder.get(group));
                group.map_or(View::Null, |group| View::Text(&group.id))
            }
            Fact::StatusDays => self.standing().since.map_or(View::Null, |since| self.days_since(since)),
            Fact::StatusEndsIn => {
                let today = self.today().0;
                self.standing().until.map_or(View::Null, |until| number(facts.zone.day(until).0 - today))
            }
            Fact::StatusMissingOrders => self.missing(crate::status::Measure::Orders).map_or(View::Null, number),
            Fact::StatusMissingSpent => {
                self.missing(crate::status::Measure::Spent).map_or(View::Null, |minor| self.money(minor))
            }
            Fact::StatusChange => match self.standing().change(facts.now) {
                Some(true) => View::Text("up"),
                Some(false) => View::Text("down"),
                None => View::Null,
            },
        })
    }

    /// What is missing to the next status group.
    fn missing(&self, measure: crate::status::Measure) -> Option<i64> {
        // Without a record there is no standing, not the lowest one.
        self.record()?;
        let missing = &self.standing().missing;
        missing.iter().find(|(threshold, _)| threshold.measure == measure).map(|(_, lacks)| *lacks)
    }

    /// Minor units, as far as the cards are known.
    fn cart_total(&self) -> i64 {
        let mut total = 0i64;
        for line in self.facts.cart {
            let card = match self.shelf.find(line.item) {
                Lookup::Here(item) => self.shelf.card(item),
                Lookup::Absent => Lookup::Absent,
                Lookup::Needs(chunk) => Lookup::Needs(chunk),
            };
            match card {
                Lookup::Here(card) => {
                    total = total.saturating_add(card.price_minor.saturating_mul(i64::from(line.quantity)));
                }
                Lookup::Needs(chunk) => self.need(chunk),
                Lookup::Absent => {}
            }
        }
        total
    }

    fn annual(&self, of: DateOf, what: Annual) -> View<'a> {
        let today = self.today();
        let date = match of {
            DateOf::FirstOrder => self.record().and_then(|record| record.first_order).map(|at| {
                let (year, month, day) = self.facts.zone.day(at).civil();
                (Some(year), month, day)
            }),
            DateOf::Attribute(attribute) => match self.attribute(attribute as usize) {
                View::Text(text) => date(text),
                _ => None,
            },
        };
        let Some((year, month, day)) = date else { return View::Null };
        let this_year = today.civil().0;
        let here = occurrence(this_year, month, day);
        match what {
            Annual::InDays => {
                let next = if here >= today { here } else { occurrence(this_year + 1, month, day) };
                number(next.0 - today.0)
            }
            Annual::DaysAgo | Annual::Years => {
                let (last, last_year) = if here <= today {
                    (here, this_year)
                } else {
                    (occurrence(this_year - 1, month, day), this_year - 1)
                };
                match (what, year) {
                    (Annual::DaysAgo, _) => number(today.0 - last.0),
                    (_, Some(year)) => number((last_year - year).max(0)),
                    (_, None) => View::Null,
                }
            }
        }
    }

    /// The first moment of a window.
    fn window_start(&self, window: Window) -> Instant {
        match window {
            Window::All => Instant(i64::MIN),
            Window::Visit => self.facts.journey.visit_start().unwrap_or(self.facts.now),
            Window::Days(days) => self.facts.zone.midnight(Day(self.today().0 + 1 - i64::from(days))),
        }
    }

    fn aggregate(&self, measure: Measure, found: &[(Instant, i64)]) -> View<'a> {
        match measure {
            Measure::Count => number(i64::try_from(found.len()).unwrap_or(i64::MAX)),
            Measure::Sum => self.money(found.iter().fold(0, |sum, (_, minor)| sum.saturating_add(*minor))),
            Measure::Days => {
                let mut days: Vec<Day> = found.iter().map(|(at, _)| self.facts.zone.day(*at)).collect();
                sort_distinct(&mut days);
                number(i64::try_from(days.len()).unwrap_or(i64::MAX))
            }
            Measure::Since => {
                found.iter().map(|(at, _)| *at).max().map_or(View::Null, |latest| self.days_since(latest))
            }
        }
    }
}

/// A whole number as a value.
#[allow(clippy::cast_precision_loss, reason = "counts and days are far below 2^53")]
fn number<'a>(number: i64) -> View<'a> {
    View::Number(number as f64)
}

/// `2026-03-01`.
fn iso(day: Day) -> String {
    let (year, month, day) = day.civil();
    let mut text = integer_text(year);
    for part in [month, day] {
        text.push_str(if part < 10 { "-0" } else { "-" });
        text.push_str(&integer_text(part));
    }
    text
}
