//! Hybrid logical clock stamps: they order concurrent writes, and nothing else.
//!
//! What happened after what is told by versions alone, so a clock that is a day off can lose a tie
//! but never an edit. Source: Kulkarni et al., "Logical Physical Clocks", 2014.

use wellmet_engine::time::Instant;

use crate::limits::MAX_MS;

/// Milliseconds since 1970 in the upper 48 bits, a counter for the same millisecond below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub u64);

impl Stamp {
    /// The first stamp of a millisecond; earlier and later moments than 48 bits hold are clamped.
    #[must_use]
    pub fn at(now: Instant) -> Self {
        Self(u64::try_from(now.0).unwrap_or(0).min(MAX_MS) << 16)
    }

    /// The stamp of a new write at `now`, later than every stamp seen so far.
    #[must_use]
    pub fn next(self, now: Instant) -> Self {
        Self(Self::at(now).0.max(self.0.saturating_add(1)))
    }

    /// When it was made, as far as the maker's clock was right.
    #[must_use]
    #[allow(clippy::cast_possible_wrap, reason = "48 bits fit")]
    pub const fn instant(self) -> Instant {
        Instant((self.0 >> 16) as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_grow_even_when_the_clock_goes_back() {
        let first = Stamp::default().next(Instant(1_000));
        let second = first.next(Instant(500));
        assert!(second > first);
        assert_eq!(second.instant(), Instant(1_000));
        assert_eq!(second.next(Instant(2_000)), Stamp::at(Instant(2_000)));
        assert_eq!(Stamp::at(Instant(-5)), Stamp(0));
        assert_eq!(Stamp::at(Instant(i64::MAX)).instant().0, (1 << 48) - 1);
    }
}
