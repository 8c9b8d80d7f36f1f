//! Days that come every year.

use crate::time::Day;

/// Reads `2024-02-29`, or `02-29` for a day without a year. `None` for anything else, also for days
/// that no calendar has.
#[must_use]
pub fn date(text: &str) -> Option<(Option<i64>, i64, i64)> {
    let mut parts = text.split('-').map(|part| {
        let digits = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.bytes().fold(0i64, |number, byte| number * 10 + i64::from(byte - b'0')))
    });
    let (a, b, c) = (parts.next()??, parts.next()??, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day) = match c {
        Some(day) => (Some(a), b, day?),
        None => (None, a, b),
    };
    // A leap year stands in for the year that is not known.
    let (_, m, d) = Day::from_civil(year.unwrap_or(2024), month, day).civil();
    ((1..=12).contains(&month) && (m, d) == (month, day)).then_some((year, month, day))
}

/// The day in a given year on which a yearly day is kept: 29 February is kept on the 28th where there
/// is none, so that it stays in its month.
#[must_use]
pub fn occurrence(year: i64, month: i64, day: i64) -> Day {
    let there = Day::from_civil(year, month, day);
    if there.civil().2 == day { there } else { Day(there.0 - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_or_refused() {
        assert_eq!(date("1984-02-29"), Some((Some(1984), 2, 29)));
        assert_eq!(date("02-29"), Some((None, 2, 29)));
        for bad in ["1985-02-29", "02-30", "13-01", "00-10", "1984-02-29-1", "1984", "", "a-b", "1984-02-", "-02-29"] {
            assert_eq!(date(bad), None, "{bad}");
        }
    }

    #[test]
    fn c52_the_29th_of_february_comes_every_year() {
        assert_eq!(occurrence(2024, 2, 29).civil(), (2024, 2, 29));
        assert_eq!(occurrence(2025, 2, 29).civil(), (2025, 2, 28));
        assert_eq!(occurrence(1900, 2, 29).civil(), (1900, 2, 28));
        assert_eq!(occurrence(2025, 12, 31).civil(), (2025, 12, 31));
    }
}
