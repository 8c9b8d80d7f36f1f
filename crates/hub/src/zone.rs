//! Time zones by their IANA names, as the engine wants them: offsets over the years around a moment.

use jiff::tz::TimeZone;
use wellmet_engine::time::{Instant, Span, Zone};

/// How far back changes of the clock matter: the longest window of a rule that is likely to be used.
const BACK: Span = Span::days(800);
/// How far ahead: until the rules are looked at again with a newer moment.
const AHEAD: Span = Span::days(400);

/// The zone of a name such as `Europe/Vienna`; `None` for a name that is none.
pub(crate) fn named(name: &str, now: Instant) -> Option<Zone> {
    let zone = TimeZone::get(name).ok()?;
    let at = |instant: Instant| jiff::Timestamp::from_millisecond(instant.0).ok();
    let minutes = |seconds: i32| i16::try_from(seconds / 60).ok();
    let from = at(now - BACK)?;
    let mut changes = vec![(Instant(i64::MIN), minutes(zone.to_offset(from).seconds())?)];
    for change in zone.following(from).take(32) {
        let moment = Instant(change.timestamp().as_millisecond());
        if moment > now + AHEAD {
            break;
        }
        changes.push((moment, minutes(change.offset().seconds())?));
    }
    Some(Zone { changes })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;
    use wellmet_engine::time::Day;

    #[test]
    fn vienna_changes_its_clocks_and_kolkata_does_not() {
        let now = Day::from_civil(2026, 11, 25).midnight_utc();
        let vienna = named("Europe/Vienna", now).unwrap();
        let hours = |zone: &Zone, year, month, day| zone.offset(Day::from_civil(year, month, day).midnight_utc()).0;
        assert_eq!(hours(&vienna, 2026, 11, 25), Span::HOUR.0);
        assert_eq!(hours(&vienna, 2026, 7, 1), 2 * Span::HOUR.0);
        assert_eq!(hours(&vienna, 2025, 7, 1), 2 * Span::HOUR.0);
        assert_eq!(hours(&vienna, 2027, 7, 1), 2 * Span::HOUR.0);
        let kolkata = named("Asia/Kolkata", now).unwrap();
        assert_eq!(hours(&kolkata, 2026, 7, 1), 330 * Span::MINUTE.0);
        assert_eq!(named("Nowhere/Land", now), None);
        assert_eq!(named("../../etc/passwd", now), None);
    }
}
