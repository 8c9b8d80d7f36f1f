//! Values as shops write them in JSON: moments and prices.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use wellmet_engine::money::Currency;
use wellmet_engine::time::Instant;

/// A moment: milliseconds since 1970, or RFC 3339 text such as `2026-11-25T09:30:00+01:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment(pub(crate) Instant);

/// An amount in units of its currency, as text: `12.50`. Kept as written until the currency is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Price(String);

/// Latest moment taken: the year 5138.
const LATEST: i64 = 100_000_000_000_000;

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds since 1970 or an RFC 3339 moment")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Moment, E> {
        let at = i64::try_from(value).ok().filter(|at| *at < LATEST);
        at.map(|at| Moment(Instant(at))).ok_or_else(|| E::custom("too late"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Moment, E> {
        let at = value.parse::<jiff::Timestamp>().map_err(|_| E::custom("no moment"))?.as_millisecond();
        (0..LATEST).contains(&at).then_some(Moment(Instant(at))).ok_or_else(|| E::custom("out of range"))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct PriceVisitor;

impl Visitor<'_> for PriceVisitor {
    type Value = Price;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount such as 12.50")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Price, E> {
        Ok(Price(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Price, E> {
        // The shortest text that reads as this number is what the shop wrote.
        Ok(Price(value.to_string()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Price, E> {
        Ok(Price(value.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PriceVisitor)
    }
}

impl Price {
    /// Minor units; `None` for what is no amount, negative, above 10^13, or finer than the currency.
    pub(crate) fn minor(&self, currency: Currency) -> Option<i64> {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let exponent = usize::try_from(currency.exponent()).ok()?;
        let (kept, beyond) = fraction.split_at(fraction.len().min(exponent));
        let fits = !whole.is_empty() && whole.len() <= 13 && digits(whole) && digits(fraction);
        if !fits || beyond.bytes().any(|byte| byte != b'0') {
            return None;
        }
        format!("{whole}{kept:0<exponent$}").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    #[test]
    fn prices_become_minor_units_exactly_or_not_at_all() {
        let minor =
            |json: &str, code: &str| serde_json::from_str::<Price>(json).unwrap().minor(Currency::new(code).unwrap());
        assert_eq!(minor("12.5", "EUR"), Some(1_250));
        assert_eq!(minor("\"12.50\"", "EUR"), Some(1_250));
        assert_eq!(minor("0.1", "EUR"), Some(10));
        assert_eq!(minor("1.15", "EUR"), Some(115));
        assert_eq!(minor("19.990", "EUR"), Some(1_999));
        assert_eq!(minor("500", "JPY"), Some(500));
        assert_eq!(minor("1.234", "KWD"), Some(1_234));
        for (wrong, code) in [("1.005", "EUR"), ("\"1,50\"", "EUR"), ("0.5", "JPY"), ("\"\"", "EUR"), ("\"-1\"", "EUR")]
        {
            assert_eq!(minor(wrong, code), None, "{wrong}");
        }
    }

    #[test]
    fn moments_are_numbers_or_text_with_an_offset() {
        let moment = |json: &str| serde_json::from_str::<Moment>(json).ok().map(|moment| moment.0);
        assert_eq!(moment("1478563261999"), Some(Instant(1_478_563_261_999)));
        assert_eq!(moment("\"2016-11-08T01:01:01+01:00\""), Some(Instant(1_478_563_261_000)));
        for wrong in ["\"2016-11-08\"", "\"2016-11-08T00:01:01\"", "-1", "1.5", "true", "99999999999999999"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
    }
}
