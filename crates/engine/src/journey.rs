//! The bounded event log of one shopper on one device: what she looked at, when she came, what she was
//! shown.
//!
//! It lives in her browser. It is bounded three ways (events, things shown, assignments), the oldest
//! give way, and two logs of the same shopper [merge](Journey::merge) into one in any order. Counts
//! are therefore counts of what is kept; the number of visits is counted beside the log and stays.
//!
//! ```
//! use wellmet_engine::journey::Journey;
//! use wellmet_engine::time::{Instant, Span};
//! let mut journey = Journey::default();
//! let monday = Instant(1_700_000_000_000);
//! assert!(journey.visit(monday));
//! journey.record(monday, "view", Some("FUR-CH-1"), Some("Furniture > Chairs"));
//! assert!(!journey.visit(monday + Span::MINUTE), "still the same visit");
//! assert!(journey.visit(monday + Span::days(3)));
//! assert_eq!(journey.visits(), 2);
//! assert_eq!(journey.recent("view").collect::<Vec<_>>(), ["FUR-CH-1"]);
//! ```

use crate::time::{Instant, Span};
use crate::wire::{Fault, Reader, Result, Writer};
use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

/// Version written by this build.
pub const VERSION: u8 = 1;
/// Most events kept.
pub const MAX_EVENTS: usize = 512;
/// Most showings kept; frequency caps cannot count further back.
pub const MAX_SHOWN: usize = 128;
/// Most assignments to a variant kept.
pub const MAX_ASSIGNED: usize = 64;
/// Longest word (item, category, kind), bytes. Longer ones are not recorded.
pub const MAX_WORD: usize = 128;
/// A visit ends after this much silence.
pub const SILENCE: Span = Span(30 * Span::MINUTE.0);

/// The kind under which the start of a visit is in the log.
pub const VISIT: &str = "visit";
/// The kind of a look at an item.
pub const VIEW: &str = "view";

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// When.
    pub at: Instant,
    /// What: `view`, `search`, `click`, `visit`, or a word of the shop's own.
    pub kind: &'a str,
    /// The item it was about; may be empty.
    pub item: &'a str,
    /// Its category path at that time; may be empty.
    pub category: &'a str,
}

/// Words are numbered; 0 is the empty word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    at: Instant,
    kind: u16,
    item: u16,
    category: u16,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    visits: u32,
    /// Start of the present visit.
    start: Option<Instant>,
    /// Latest sign of her.
    last: Option<Instant>,
    /// Latest sign of her in the visit before.
    before: Option<Instant>,
    words: Vec<String>,
    /// Ascending.
    events: Vec<Entry>,
    /// Ascending: what was shown, and when.
    shown: Vec<(Instant, u16)>,
    /// Which variant an experiment gave her.
    assigned: Vec<(u16, u16)>,
}

impl Default for Journey {
    fn default() -> Self {
        Self {
            visits: 0,
            start: None,
            last: None,
            before: None,
            words: vec![String::new()],
            events: Vec::new(),
            shown: Vec::new(),
            assigned: Vec::new(),
        }
    }
}

impl Journey {
    /// Notes that she is here; whether this began a new visit.
    ///
    /// A clock that went back by more than the silence begins a visit too: otherwise one day set wrong
    /// would swallow all visits until that day comes.
    pub fn visit(&mut self, now: Instant) -> bool {
        let again = self.last.is_some_and(|last| (now - last).0.unsigned_abs() < SILENCE.0.unsigned_abs());
        if !again {
            self.before = self.last;
            self.start = Some(now);
            self.visits = self.visits.saturating_add(1);
            self.push(now, VISIT, "", "");
        }
        self.last = Some(now);
        !again
    }

    /// Adds an event. Also a sign of her, so it may begin a visit.
    pub fn record(&mut self, now: Instant, kind: &str, item: Option<&str>, category: Option<&str>) {
        self.visit(now);
        self.push(now, kind, item.unwrap_or(""), category.unwrap_or(""));
    }

    /// Notes that a thing (an offer, or `slot/choice`) was in front of her eyes. Frequency caps count it.
    pub fn show(&mut self, now: Instant, what: &str) {
        if let Some(word) = self.word(what) {
            let at = self.shown.partition_point(|(at, _)| *at <= now);
            self.shown.insert(at, (now, word));
            if self.shown.len() > MAX_SHOWN {
                self.shown.remove(0);
            }
            self.tidy();
        }
    }

    /// Remembers which variant an experiment gave her; it then stays, whatever the weights become.
    pub fn assign(&mut self, experiment: &str, choice: &str) {
        if let (Some(experiment), Some(choice)) = (self.word(experiment), self.word(choice)) {
            self.assigned.retain(|(known, _)| *known != experiment);
            if self.assigned.len() == MAX_ASSIGNED {
                self.assigned.remove(0);
            }
            self.assigned.push((experiment, choice));
            self.tidy();
        }
    }

    /// Visits in all, the present one included.
    #[must_use]
    pub const fn visits(&self) -> u32 {
        self.visits
    }

    /// When the present visit began.
    #[must_use]
    pub const fn visit_start(&self) -> Option<Instant> {
        self.start
    }

    /// When she was last here before the present visit.
    #[must_use]
    pub const fn visit_before(&self) -> Option<Instant> {
        self.before
    }

    /// Events, oldest first.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = Event<'_>> {
        self.events.iter().map(|entry| Event {
            at: entry.at,
            kind: self.text(entry.kind),
            item: self.text(entry.item),
            category: self.text(entry.category),
        })
    }

    /// Events of one kind, newest first.
    pub fn newest(&self, kind: &str) -> impl Iterator<Item = Event<'_>> {
        let kind = self.known(kind);
        self.events.iter().rev().filter(move |entry| Some(entry.kind) == kind).map(|entry| Event {
            at: entry.at,
            kind: self.text(entry.kind),
            item: self.text(entry.item),
            category: self.text(entry.category),
        })
    }

    /// Items of one kind of event, newest first, each once.
    pub fn recent(&self, kind: &str) -> impl Iterator<Item = &str> {
        let mut seen: Vec<u16> = Vec::new();
        let kind = self.known(kind);
        self.events.iter().rev().filter(move |entry| Some(entry.kind) == kind && entry.item != 0).filter_map(
            move |entry| {
                let new = !seen.contains(&entry.item);
                if new {
                    seen.push(entry.item);
                }
                new.then(|| self.text(entry.item))
            },
        )
    }

    /// How often a thing was shown from a moment on and before another; everything when `what` is
    /// empty.
    #[must_use]
    pub fn shown(&self, what: &str, from: Instant, to: Instant) -> usize {
        let place = |moment: Instant| self.shown.partition_point(|(at, _)| *at < moment);
        let late = self.shown.get(place(from)..place(to)).unwrap_or_default();
        if what.is_empty() {
            return late.len();
        }
        self.known(what).map_or(0, |word| late.iter().filter(|(_, shown)| *shown == word).count())
    }

    /// The variant that an experiment gave her.
    #[must_use]
    pub fn assigned(&self, experiment: &str) -> Option<&str> {
        let experiment = self.known(experiment)?;
        self.assigned.iter().find(|(known, _)| *known == experiment).map(|(_, choice)| self.text(*choice))
    }

    /// Takes in what another log of the same shopper knows. Order and repetition do not matter for
    /// events; of two counts of visits the larger one holds.
    pub fn merge(&mut self, other: &Self) {
        for event in other.events() {
            let known = self.events.iter().rev().take_while(|entry| entry.at >= event.at).any(|entry| {
                entry.at == event.at && self.text(entry.kind) == event.kind && self.text(entry.item) == event.item
            });
            if !known {
                self.push(event.at, event.kind, event.item, event.category);
            }
        }
        for (at, what) in &other.shown {
            let what = other.text(*what);
            let known = self.shown.iter().any(|(known, word)| known == at && self.text(*word) == what);
            if !known {
                self.show(*at, what);
            }
        }
        for (experiment, choice) in &other.assigned {
            if self.assigned(other.text(*experiment)).is_none() {
                self.assign(other.text(*experiment), other.text(*choice));
            }
        }
        self.visits = self.visits.max(other.visits);
        if other.last > self.last {
            self.last = other.last;
            self.start = other.start;
            self.before = other.before;
        }
    }

    fn text(&self, word: u16) -> &str {
        self.words.get(usize::from(word)).map_or("", String::as_str)
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 65,536 words, see tidy")]
    fn known(&self, word: &str) -> Option<u16> {
        self.words.iter().position(|known| known == word).map(|at| at as u16)
    }

    /// The number of a word, new or not; `None` when it is too long to keep.
    #[allow(clippy::cast_possible_truncation, reason = "there are fewer than 65,536 words, see tidy")]
    fn word(&mut self, word: &str) -> Option<u16> {
        if word.len() > MAX_WORD {
            return None;
        }
        Some(self.known(word).unwrap_or_else(|| {
            self.words.push(word.to_owned());
            (self.words.len() - 1) as u16
        }))
    }

    fn push(&mut self, at: Instant, kind: &str, item: &str, category: &str) {
        let (Some(kind), Some(item), Some(category)) = (self.word(kind), self.word(item), self.word(category)) else {
            return;
        };
        let place = self.events.partition_point(|entry| entry.at <= at);
        self.events.insert(place, Entry { at, kind, item, category });
        if self.events.len() > MAX_EVENTS {
            self.events.remove(0);
        }
        self.tidy();
    }

    /// Forgets words that nothing uses any more, once there are many.
    fn tidy(&mut self) {
        if self.words.len() <= 4 * MAX_EVENTS {
            return;
        }
        let old = core::mem::replace(&mut self.words, vec![String::new()]);
        let text = |word: u16| old.get(usize::from(word)).map_or("", String::as_str);
        let mut events = core::mem::take(&mut self.events);
        let mut shown = core::mem::take(&mut self.shown);
        let mut assigned = core::mem::take(&mut self.assigned);
        let mut keep = |word: &mut u16| *word = self.word(text(*word)).unwrap_or(0);
        for entry in &mut events {
            keep(&mut entry.kind);
            keep(&mut entry.item);
            keep(&mut entry.category);
        }
        shown.iter_mut().for_each(|(_, word)| keep(word));
        for (experiment, choice) in &mut assigned {
            keep(experiment);
            keep(choice);
        }
        self.events = events;
        self.shown = shown;
        self.assigned = assigned;
    }

    /// The bytes that [`Self::decode`] reads.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.varint(u64::from(self.visits));
        for moment in [self.start, self.last, self.before] {
            w.signed(moment.map_or(i64::MIN, |at| at.0));
        }
        w.varint(self.words.len() as u64);
        self.words.iter().for_each(|word| w.text(word));
        let mut last = 0;
        w.varint(self.events.len() as u64);
        for entry in &self.events {
            w.signed(entry.at.0.wrapping_sub(last));
            last = entry.at.0;
            for word in [entry.kind, entry.item, entry.category] {
                w.varint(u64::from(word));
            }
        }
        w.varint(self.shown.len() as u64);
        for (at, word) in &self.shown {
            w.signed(at.0);
            w.varint(u64::from(*word));
        }
        w.varint(self.assigned.len() as u64);
        for (experiment, choice) in &self.assigned {
            w.varint(u64::from(*experiment));
            w.varint(u64::from(*choice));
        }
        w.into_bytes()
    }

    /// Reads a log.
    ///
    /// # Errors
    /// `UnknownVersion`, or what was wrong and where. The caller keeps what it had.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        if r.u8() != VERSION {
            return Err(r.fault(Fault::UnknownVersion));
        }
        let visits = r.u32();
        let mut moment = || Some(r.signed()).filter(|at| *at != i64::MIN).map(Instant);
        let (start, last, before) = (moment(), moment(), moment());
        let words = r.list(8 * MAX_EVENTS, 1, |r| r.string(MAX_WORD));
        if words.first().is_none_or(|first| !first.is_empty()) {
            return Err(r.fault(Fault::Invalid));
        }
        let known = words.len() as u64 - 1;
        #[allow(clippy::cast_possible_truncation, reason = "there are at most 4,096 words")]
        let word = |r: &mut Reader<'_>| r.varint_max(known) as u16;
        let mut at = 0i64;
        let events = r.list(MAX_EVENTS, 4, |r| {
            at = at.wrapping_add(r.signed());
            Entry { at: Instant(at), kind: word(r), item: word(r), category: word(r) }
        });
        let shown = r.list(MAX_SHOWN, 2, |r| (Instant(r.signed()), word(r)));
        if !events.is_sorted_by_key(|entry| entry.at) || !shown.is_sorted_by_key(|(at, _)| *at) {
            return Err(r.fault(Fault::Invalid));
        }
        let assigned = r.list(MAX_ASSIGNED, 2, |r| (word(r), word(r)));
        r.end()?;
        Ok(Self { visits, start, last, before, words, events, shown, assigned })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const DAY: i64 = Span::DAY.0;

    fn busy() -> Journey {
        let mut journey = Journey::default();
        for n in 0..2_000 {
            let now = Instant(n * DAY / 10);
            journey.record(now, VIEW, Some(&format!("item-{n}")), Some("A > B"));
            journey.show(now, "summer-sale");
            journey.assign(&format!("experiment-{n}"), "b");
        }
        journey
    }

    #[test]
    fn the_log_is_bounded_and_comes_back() {
        let journey = busy();
        assert_eq!(journey.events.len(), MAX_EVENTS);
        assert_eq!(journey.shown("summer-sale", Instant(0), Instant(i64::MAX)), MAX_SHOWN);
        assert_eq!(journey.assigned("experiment-1999"), Some("b"));
        assert_eq!(journey.assigned("experiment-1"), None);
        assert!(journey.words.len() <= 4 * MAX_EVENTS + 3);
        assert_eq!(journey.recent(VIEW).next(), Some("item-1999"));
        assert_eq!(Journey::decode(&journey.encode()), Ok(journey));
    }

    #[test]
    fn c54_visits_are_counted_by_thirty_minutes_of_silence() {
        let mut journey = Journey::default();
        let start = Instant(100 * DAY);
        assert!(journey.visit(start));
        assert!(!journey.visit(start + Span(SILENCE.0 - 1)));
        assert!(!journey.visit(start + Span(2 * SILENCE.0 - 2)), "silence counts from the latest sign");
        assert!(journey.visit(start + Span(3 * SILENCE.0)));
        assert_eq!(journey.visits(), 2);
        assert_eq!(journey.visit_before(), Some(start + Span(2 * SILENCE.0 - 2)));
        // A clock that was a day fast and is set right.
        journey.visit(start + Span::days(1));
        assert!(journey.visit(start + Span::HOUR * 3));
        assert_eq!(journey.visits(), 4);
    }

    #[test]
    fn merging_is_the_same_in_any_order_and_any_number_of_times() {
        let mut phone = Journey::default();
        phone.record(Instant(DAY), VIEW, Some("a"), None);
        phone.show(Instant(DAY), "offer");
        let mut desktop = Journey::default();
        desktop.record(Instant(2 * DAY), VIEW, Some("b"), Some("C"));
        desktop.assign("hero", "x");
        let (mut one, mut other) = (phone.clone(), desktop.clone());
        one.merge(&desktop);
        one.merge(&desktop);
        other.merge(&phone);
        assert!(one.events().eq(other.events()));
        assert_eq!(one.events().count(), 4);
        assert_eq!(one.shown("offer", Instant(0), Instant(i64::MAX)), 1);
        assert_eq!(other.shown("offer", Instant(0), Instant(i64::MAX)), 1);
        assert_eq!(one.assigned("hero"), Some("x"));
        assert_eq!((one.last, one.start), (other.last, other.start));
    }

    #[test]
    fn every_cut_is_an_error_and_no_byte_can_harm() {
        let bytes = busy().encode();
        for end in (0..bytes.len()).step_by(7) {
            assert!(Journey::decode(&bytes[..end]).is_err(), "cut at {end}");
        }
        let mut seed = 1u64;
        for _ in 0..3_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut other = bytes.clone();
            let at = (seed >> 33) as usize % other.len();
            other[at] ^= (seed >> 20) as u8 | 1;
            if let Ok(mut read) = Journey::decode(&other) {
                read.record(Instant(0), VIEW, Some("x"), None);
                read.merge(&Journey::default());
            }
        }
    }
}
