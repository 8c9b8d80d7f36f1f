//! Moments, spans and civil days. The engine has no clock: the host passes `now`.

use alloc::{vec, vec::Vec};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Span {
    /// One day of 24 hours.
    pub const DAY: Self = Self(86_400_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000);
    /// One minute.
    pub const MINUTE: Self = Self(60_000);

    /// `n` days of 24 hours.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Self(n * Self::DAY.0)
    }
}

impl core::ops::Mul<i64> for Span {
    type Output = Self;
    fn mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl core::ops::Add<Span> for Instant {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl core::ops::Sub<Span> for Instant {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl core::ops::Sub for Instant {
    type Output = Span;
    fn sub(self, other: Self) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// The shopper's offset from UTC over time, as the host's calendar knows it.
///
/// Most visits need one entry; a zone with daylight saving carries the changes of the last two
/// years so that windows are cut at her midnight, not at the server's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// `(from, minutes east of UTC)`, ascending; the first entry also holds for all earlier moments.
    pub changes: Vec<(Instant, i16)>,
}

impl Zone {
    /// One fixed offset in minutes east of UTC.
    #[must_use]
    pub fn fixed(minutes: i16) -> Self {
        Self { changes: vec![(Instant(i64::MIN), minutes)] }
    }

    /// Offset at a moment; UTC when the zone is empty.
    #[must_use]
    pub fn offset(&self, at: Instant) -> Span {
        let after = self.changes.partition_point(|(from, _)| *from <= at);
        let minutes = self.changes.get(after.saturating_sub(1)).map_or(0, |(_, minutes)| *minutes);
        Span(i64::from(minutes) * Span::MINUTE.0)
    }

    /// The moment at which a civil day begins for the shopper.
    #[must_use]
    pub fn midnight(&self, day: Day) -> Instant {
        let utc = day.midnight_utc();
        // The offset that holds at her midnight, not at the one of Greenwich.
        utc - self.offset(utc - self.offset(utc))
    }

    /// The shopper's civil day at a moment, counted from 1970-01-01.
    #[must_use]
    pub fn day(&self, at: Instant) -> Day {
        Day((at + self.offset(at)).0.div_euclid(Span::DAY.0))
    }
}

/// A civil day, counted from 1970-01-01 (negative before).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// Day of a proleptic Gregorian date. Months 1 to 12, days 1 to 31 (not checked against the month).
    ///
    /// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    #[must_use]
    pub const fn from_civil(year: i64, month: i64, day: i64) -> Self {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
        Self(era * 146_097 + doe - 719_468)
    }

    /// `(year, month 1..=12, day 1..=31)`.
    #[must_use]
    pub const fn civil(self) -> (i64, i64, i64) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        (yoe + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
    }

    /// Midnight UTC of this day.
    #[must_use]
    pub const fn midnight_utc(self) -> Instant {
        Instant(self.0 * Span::DAY.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates_come_back_over_four_centuries() {
        for n in -146_097..146_097 {
            let (y, m, d) = Day(n).civil();
            assert_eq!(Day::from_civil(y, m, d), Day(n));
        }
        assert_eq!(Day(0).civil(), (1970, 1, 1));
        assert_eq!(Day::from_civil(2024, 2, 29).civil(), (2024, 2, 29));
    }

    #[test]
    fn a_day_is_the_shoppers_day() {
        let late = Instant(Day::from_civil(2026, 3, 1).0 * Span::DAY.0 - 30 * Span::MINUTE.0);
        assert_eq!(Zone::fixed(0).day(late), Day::from_civil(2026, 2, 28));
        assert_eq!(Zone::fixed(60).day(late), Day::from_civil(2026, 3, 1));
        let zone = Zone { changes: vec![(Instant(i64::MIN), 60), (Instant(1_000), 120)] };
        assert_eq!(zone.offset(Instant(999)), Span(60 * 60_000));
        assert_eq!(zone.offset(Instant(1_000)), Span(120 * 60_000));
    }
}
