//! Dates and times as exports write them.

use serde::Deserialize;
use wellmet_engine::time::{Day, Instant, Span};

/// How moments are written in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum TimeFormat {
    /// `2024-05-01`, `2024-05-01T08:26`, `2024/05/01 08:26:03.250`, with or without `Z` or `+02:00`.
    #[serde(rename = "iso")]
    Iso,
    /// `1.5.2024`, `01/05/2024 08:26`: day first.
    #[serde(rename = "dmy")]
    DayFirst,
    /// `5/1/2024 8:26 AM`: month first.
    #[serde(rename = "mdy")]
    MonthFirst,
    /// `20240501`.
    #[serde(rename = "yyyymmdd")]
    Compact,
    /// Seconds since 1970-01-01T00:00:00Z.
    #[serde(rename = "unix")]
    UnixSeconds,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[serde(rename = "unix-ms")]
    UnixMillis,
    /// Microseconds since 1970-01-01T00:00:00Z, as Google Analytics writes them.
    #[serde(rename = "unix-us")]
    UnixMicros,
}

impl TimeFormat {
    /// All formats, the more telling first.
    pub const ALL: [Self; 7] = [
        Self::Iso,
        Self::Compact,
        Self::DayFirst,
        Self::MonthFirst,
        Self::UnixSeconds,
        Self::UnixMillis,
        Self::UnixMicros,
    ];

    /// The name in a mapping.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iso => "iso",
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
            Self::Compact => "yyyymmdd",
            Self::UnixSeconds => "unix",
            Self::UnixMillis => "unix-ms",
            Self::UnixMicros => "unix-us",
        }
    }

    /// Reads a moment; local times are `zone` east of UTC. `None` when it is not of this format, is no
    /// date of the calendar, or lies outside the years 1970 to 2100.
    #[must_use]
    pub fn parse(self, text: &str, zone: Span) -> Option<Instant> {
        let text = text.trim();
        let instant = match self {
            Self::Iso => {
                let (date, clock) = split_clock(text);
                civil(numbers(date, &['-', '/'])?, [0, 1, 2], clock, zone)?
            }
            Self::DayFirst | Self::MonthFirst => {
                let (date, clock) = split_clock(text);
                let order = if self == Self::DayFirst { [2, 1, 0] } else { [2, 0, 1] };
                civil(numbers(date, &['/', '.', '-'])?, order, clock, zone)?
            }
            Self::Compact => {
                let digits = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
                let part = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
                digits.then_some(())?;
                civil([part(0..4)?, part(4..6)?, part(6..8)?], [0, 1, 2], "", zone)?
            }
            Self::UnixSeconds => Instant(text.parse::<i64>().ok()?.checked_mul(1_000)?),
            Self::UnixMillis => Instant(text.parse::<i64>().ok()?),
            Self::UnixMicros => Instant(text.parse::<i64>().ok()?.div_euclid(1_000)),
        };
        let years = Day::from_civil(1970, 1, 1).midnight_utc()..Day::from_civil(2101, 1, 1).midnight_utc();
        years.contains(&instant).then_some(instant)
    }

    /// The formats that fit most samples, and more than half of them; odd rows do not hinder. Seconds, milliseconds and compact dates are told apart by size:
    /// bare numbers that would be moments before 1990 are no shop's orders.
    #[must_use]
    pub fn candidates(samples: &[&str]) -> Vec<Self> {
        let fits = |format: Self| {
            let after = match format {
                Self::UnixSeconds | Self::UnixMillis | Self::UnixMicros => Day::from_civil(1990, 1, 1).midnight_utc(),
                _ => Instant(0),
            };
            samples.iter().filter(|text| format.parse(text, Span(0)).is_some_and(|at| at >= after)).count()
        };
        let counts = Self::ALL.map(fits);
        let most = counts.into_iter().max().unwrap_or(0);
        let fitting = Self::ALL.into_iter().zip(counts).filter(|(_, count)| *count == most && most * 2 > samples.len());
        fitting.map(|(format, _)| format).collect()
    }
}

/// A day as `2024-05-01`.
#[must_use]
pub fn parse_day(text: &str) -> Option<Day> {
    let at = TimeFormat::Iso.parse(text, Span(0))?;
    (text.len() == 10).then_some(Day(at.0.div_euclid(Span::DAY.0)))
}

/// An offset such as `+02:00`, `-0530` or `Z`.
pub(crate) fn parse_zone(text: &str) -> Option<Span> {
    if text == "Z" || text == "z" {
        return Some(Span(0));
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 && digits.len() != 2 {
        return None;
    }
    let hours: i64 = digits.get(0..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).map_or(Ok(0), str::parse).ok()?;
    (hours <= 14 && minutes < 60).then_some(Span(sign * (hours * Span::HOUR.0 + minutes * Span::MINUTE.0)))
}

/// Date and time of day; either `T` or spaces between.
fn split_clock(text: &str) -> (&str, &str) {
    match text.find(['T', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim()),
        None => (text, ""),
    }
}

/// Three numbers between equal separators.
fn numbers(text: &str, separators: &[char]) -> Option<[i64; 3]> {
    let separator = text.chars().find(|c| separators.contains(c))?;
    let mut parts = text.split(separator).map(|part| {
        let digits = !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse::<i64>().ok() } else { None }
    });
    let all = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(all)
}

fn civil(parts: [i64; 3], order: [usize; 3], clock: &str, zone: Span) -> Option<Instant> {
    let [year, month, day] = order.map(|at| parts[at]);
    let date = Day::from_civil(year, month, day);
    if !(1970..=2100).contains(&year) || date.civil() != (year, month, day) {
        return None;
    }
    let (time, offset) = time_of_day(clock)?;
    Some(date.midnight_utc() + time - offset.unwrap_or(zone))
}

/// `08:26:03.250 PM +02:00`, each part but the first two numbers optional.
fn time_of_day(clock: &str) -> Option<(Span, Option<Span>)> {
    if clock.is_empty() {
        return Some((Span(0), None));
    }
    let split = clock.rfind(['+', '-', 'Z', 'z']).unwrap_or(clock.len());
    let (time, zone) = clock.split_at(split);
    let offset = if zone.is_empty() { None } else { Some(parse_zone(zone)?) };
    let time = time.trim();
    let lower = time.to_ascii_lowercase();
    let (time, noon) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(time), _) => (time.trim(), Some(0)),
        (_, Some(time)) => (time.trim(), Some(12)),
        _ => (time, None),
    };
    let mut parts = time.split(':');
    let mut hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let (seconds, fraction) = parts.next().map_or(("0", ""), |rest| rest.split_once('.').unwrap_or((rest, "")));
    let seconds: i64 = seconds.parse().ok()?;
    if let Some(noon) = noon {
        if !(1..=12).contains(&hours) {
            return None;
        }
        hours = hours % 12 + noon;
    }
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..=60).contains(&seconds);
    if !fits || parts.next().is_some() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |b| i64::from(b - b'0'));
    let millis = digit(0) * 100 + digit(1) * 10 + digit(2);
    Some((Span(hours * Span::HOUR.0 + minutes * Span::MINUTE.0 + seconds * 1_000 + millis), offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use TimeFormat::{Compact, DayFirst, Iso, MonthFirst, UnixMicros, UnixMillis, UnixSeconds};

    fn at(format: TimeFormat, text: &str) -> Option<i64> {
        format.parse(text, Span(0)).map(|at| at.0)
    }

    #[test]
    fn moments_as_exports_write_them() {
        let morning = 1_291_191_960_000; // 2010-12-01T08:26Z
        for (format, text) in [
            (Iso, "2010-12-01T08:26"),
            (Iso, "2010-12-01 08:26:00.000Z"),
            (Iso, "2010/12/01 10:26+02:00"),
            (Iso, "2010-12-01T02:56-0530"),
            (DayFirst, "1.12.2010 08:26"),
            (DayFirst, "01/12/2010 8:26"),
            (MonthFirst, "12/1/2010 8:26 AM"),
            (UnixSeconds, "1291191960"),
            (UnixMillis, "1291191960000"),
            (UnixMicros, "1291191960000000"),
        ] {
            assert_eq!(at(format, text), Some(morning), "{text}");
        }
        assert_eq!(at(Compact, "20101201"), at(Iso, "2010-12-01"));
        assert_eq!(at(MonthFirst, "12/1/2010 12:05 PM"), at(Iso, "2010-12-01 12:05"));
        assert_eq!(at(MonthFirst, "12/1/2010 12:05 AM"), at(Iso, "2010-12-01 00:05"));
        assert_eq!(Iso.parse("2010-12-01T08:26", Span::HOUR).map(|at| at.0), Some(morning - Span::HOUR.0));
    }

    #[test]
    fn days_that_the_calendar_lacks_are_refused() {
        for wrong in
            ["2023-02-29", "2024-13-01", "2024-00-10", "24-05-01", "2024-05", "", "yesterday", "2024-05-01T25:00"]
        {
            assert_eq!(at(Iso, wrong), None, "{wrong:?}");
        }
        assert_eq!(at(DayFirst, "12/31/2010"), None);
    }

    #[test]
    fn the_format_is_found_when_the_samples_tell() {
        let found = |samples: &[&str]| TimeFormat::candidates(samples);
        assert_eq!(found(&["2016-11-08", "2016-06-12"]), [Iso]);
        assert_eq!(found(&["01/02/2024", "31/12/2024"]), [DayFirst]);
        assert_eq!(found(&["01/02/2024", "12/31/2024"]), [MonthFirst]);
        assert_eq!(found(&["01/02/2024", "03/04/2024"]), [DayFirst, MonthFirst]);
        assert_eq!(found(&["1291191960"]), [UnixSeconds]);
        assert_eq!(found(&["1291191960000"]), [UnixMillis]);
        assert_eq!(found(&["1291191960000000"]), [UnixMicros]);
        assert_eq!(found(&["20101201"]), [Compact]);
        assert_eq!(found(&["soon"]), []);
        assert_eq!(found(&["2016-11-08", "soon", "2016-11-09"]), [Iso]);
    }
}
