//! Offers: what a segment or a status may have, for how long and how often.

use crate::condition::ConditionIx;
use crate::profile::Facts;
use crate::table::Text;
use crate::time::{Instant, Span, Zone};
use crate::wire::{Reader, Writer};
use alloc::{string::String, vec::Vec};

/// How long a thing that comes once a year is remembered as shown: half a year, so that neither a
/// long window around the day nor an early next year shows it twice or not at all.
const OCCASION: Span = Span::days(183);

/// The time over which a cap counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// As far back as the journey reaches.
    Ever,
    /// The present visit.
    Visit,
    /// Since her last order.
    Order,
    /// Once for something that comes once a year.
    Occasion,
    /// This many of her civil days, today included.
    Days(u16),
}

/// At most so many times in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Most showings; a page with it counts once for each time it is painted.
    pub times: u16,
    /// The time over which they are counted.
    pub every: Every,
}

/// Minutes of her day in which the shop keeps quiet. May cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// First quiet minute, 0 to 1,439.
    pub from: u16,
    /// First minute that is not quiet any more.
    pub to: u16,
}

/// A moment in the shop file: the same for everybody, or by each shopper's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970, UTC; for `local` of the civil time.
    pub at: i64,
    /// Whether it is a civil time of the shopper.
    pub local: bool,
}

/// An offer.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// The shop's name for it; also what caps count.
    pub id: String,
    /// Who may have it; everybody without one.
    pub when: Option<ConditionIx>,
    /// From when.
    pub from: Option<Moment>,
    /// Until when.
    pub until: Option<Moment>,
    /// How often.
    pub cap: Option<Cap>,
    /// When not.
    pub quiet: Option<Quiet>,
    /// At most one offer of a group is on a page.
    pub group: Option<u16>,
    /// What a slot shows of it.
    pub fields: Vec<(String, crate::slot::Field)>,
    /// "Why this?"
    pub reason: Option<Text>,
}

impl Moment {
    /// When it is for a shopper in this zone.
    #[must_use]
    pub fn instant(self, zone: &Zone) -> Instant {
        let civil = Instant(self.at);
        if !self.local {
            return civil;
        }
        // The offset that holds at the moment itself, not at the same figure read as UTC.
        let near = civil - zone.offset(civil);
        civil - zone.offset(near)
    }
}

impl Quiet {
    /// The end of the quiet time that a moment lies in.
    #[must_use]
    pub fn ends(self, now: Instant, zone: &Zone) -> Option<Instant> {
        let day = Span::DAY.0 / Span::MINUTE.0;
        let minute = (now + zone.offset(now)).0.div_euclid(Span::MINUTE.0).rem_euclid(day);
        let (from, to) = (i64::from(self.from), i64::from(self.to));
        let quiet = if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to };
        quiet.then(|| {
            let left = (to - minute).rem_euclid(day);
            Instant((now.0.div_euclid(Span::MINUTE.0) + left) * Span::MINUTE.0)
        })
    }
}

impl Cap {
    /// How often it was used, if it is used up. `last_order` as far as it is known.
    #[must_use]
    pub fn reached(self, what: &str, facts: &Facts<'_>, last_order: Option<Instant>) -> Option<usize> {
        let Facts { journey, now, zone, .. } = *facts;
        let since = match self.every {
            Every::Ever => Instant(i64::MIN),
            Every::Visit => journey.visit_start().unwrap_or(now),
            Every::Order => last_order.unwrap_or(Instant(i64::MIN)),
            Every::Occasion => now - OCCASION,
            Every::Days(days) => zone.midnight(crate::time::Day(zone.day(now).0 + 1 - i64::from(days))),
        };
        let used = journey.shown(what, since, facts.page.since.unwrap_or(Instant(i64::MAX)));
        (used >= usize::from(self.times)).then_some(used)
    }

    pub(crate) fn encode(cap: Option<Self>, w: &mut Writer) {
        let Some(Self { times, every }) = cap else { return w.u8(0) };
        let (tag, days) = match every {
            Every::Ever => (1, 0),
            Every::Visit => (2, 0),
            Every::Order => (3, 0),
            Every::Occasion => (4, 0),
            Every::Days(days) => (5, days),
        };
        w.u8(tag);
        w.varint(u64::from(times));
        w.varint(u64::from(days));
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Option<Self> {
        let tag = r.u8();
        if tag == 0 {
            return None;
        }
        let (times, days) = (r.u16(), r.u16());
        let every = match tag {
            1 => Every::Ever,
            2 => Every::Visit,
            3 => Every::Order,
            4 => Every::Occasion,
            5 => Every::Days(days),
            _ => return r.valid(None),
        };
        Some(Self { times, every })
    }
}

impl Quiet {
    pub(crate) fn encode(quiet: Option<Self>, w: &mut Writer) {
        // An empty time says that there is none.
        let Self { from, to } = quiet.unwrap_or(Self { from: 0, to: 0 });
        w.varint(u64::from(from));
        w.varint(u64::from(to));
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Option<Self> {
        let quiet = Self { from: r.u16(), to: r.u16() };
        (quiet.from != quiet.to).then_some(quiet)
    }
}

impl Moment {
    fn encode(moment: Option<Self>, w: &mut Writer) {
        let Some(Self { at, local }) = moment else { return w.u8(0) };
        w.u8(1 + u8::from(local));
        w.signed(at);
    }

    fn decode(r: &mut Reader<'_>) -> Option<Self> {
        match r.u8() {
            0 => None,
            tag @ (1 | 2) => Some(Self { at: r.signed(), local: tag == 2 }),
            _ => r.valid(None),
        }
    }
}

impl Offer {
    /// Appends the bytes that [`Self::decode`] reads.
    pub fn encode(&self, w: &mut Writer) {
        w.text(&self.id);
        crate::table::encode_condition(self.when, w);
        Moment::encode(self.from, w);
        Moment::encode(self.until, w);
        Cap::encode(self.cap, w);
        Quiet::encode(self.quiet, w);
        w.varint(self.group.map_or(0, |group| 1 + u64::from(group)));
        crate::slot::encode_fields(&self.fields, w);
        Text::encode(self.reason.as_ref(), w);
    }

    /// Reads an offer; the reader remembers what was wrong.
    pub fn decode(r: &mut Reader<'_>) -> Self {
        Self {
            id: r.string(256),
            when: crate::table::decode_condition(r),
            from: Moment::decode(r),
            until: Moment::decode(r),
            cap: Cap::decode(r),
            quiet: Quiet::decode(r),
            group: r.u16().checked_sub(1),
            fields: crate::slot::decode_fields(r),
            reason: Text::decode(r),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::Journey;
    use crate::profile::Page;
    use crate::time::Day;

    #[test]
    fn c59_quiet_hours_are_by_her_clock_and_may_cross_midnight() {
        let night = Quiet { from: 22 * 60, to: 7 * 60 };
        let midnight = Day::from_civil(2026, 3, 1).midnight_utc();
        let vienna = Zone::fixed(60);
        // 21:59 in Vienna, 22:00, 06:59 and 07:00.
        assert_eq!(night.ends(midnight - Span::MINUTE * 181, &vienna), None);
        assert_eq!(night.ends(midnight - Span::HOUR * 3, &vienna), Some(midnight + Span::HOUR * 6));
        assert_eq!(night.ends(midnight + Span(6 * Span::HOUR.0 - 1), &vienna), Some(midnight + Span::HOUR * 6));
        assert_eq!(night.ends(midnight + Span::HOUR * 6, &vienna), None);
        assert_eq!(night.ends(midnight + Span::HOUR * 6, &Zone::fixed(0)), Some(midnight + Span::HOUR * 7));
    }

    #[test]
    fn c11_a_local_end_comes_at_her_own_midnight_also_when_the_clocks_change() {
        let day = Day::from_civil(2026, 3, 29);
        let end = Moment { at: (day.midnight_utc() + Span::HOUR * 4).0, local: true };
        assert_eq!(end.instant(&Zone::fixed(-300)), day.midnight_utc() + Span::HOUR * 9);
        // Vienna: +1 until 01:00 UTC, then +2. 04:00 local is 02:00 UTC.
        let vienna = Zone { changes: vec![(Instant(i64::MIN), 60), (day.midnight_utc() + Span::HOUR, 120)] };
        assert_eq!(end.instant(&vienna), day.midnight_utc() + Span::HOUR * 2);
        assert_eq!(Moment { at: 5, local: false }.instant(&vienna), Instant(5));
    }

    #[test]
    fn c59_caps_count_over_their_own_time() {
        let zone = Zone::fixed(0);
        let now = Day::from_civil(2026, 6, 15).midnight_utc() + Span::HOUR * 12;
        let mut journey = Journey::default();
        for days in [400, 40, 3, 0] {
            journey.visit(now - Span::days(days));
            journey.show(now - Span::days(days), "offer");
        }
        let facts = Facts {
            now,
            zone: &zone,
            locale: "en",
            consent: 7,
            page: Page::default(),
            told: &[],
            own_name: None,
            record: None,
            journey: &journey,
            cart: &[],
            unit: "u",
        };
        let used = |times, every, last_order| Cap { times, every }.reached("offer", &facts, last_order);
        assert_eq!(used(4, Every::Ever, None), Some(4));
        assert_eq!(used(5, Every::Ever, None), None);
        assert_eq!(used(1, Every::Visit, None), Some(1));
        assert_eq!(used(2, Every::Days(3), None), None, "three days ago was yesterday's yesterday's day before");
        assert_eq!(used(2, Every::Days(4), None), Some(2));
        assert_eq!(used(3, Every::Occasion, None), Some(3));
        assert_eq!(used(3, Every::Order, Some(now - Span::days(10))), None, "an order begins a new count");
        assert_eq!(used(2, Every::Order, Some(now - Span::days(10))), Some(2));
        assert_eq!(Cap { times: 1, every: Every::Ever }.reached("other", &facts, None), None);
        // What the present page shows is not taken away from under her eyes.
        let facts = Facts { page: Page { since: Some(now), ..Page::default() }, ..facts };
        assert_eq!(Cap { times: 1, every: Every::Visit }.reached("offer", &facts, None), None);
        assert_eq!(Cap { times: 3, every: Every::Ever }.reached("offer", &facts, None), Some(3));
    }
}
