//! Decimal numbers as shops write them, without floating point.

use wellmet_engine::money::Currency;

/// Which character separates the fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
pub enum Mark {
    /// `1,234.56`
    #[default]
    #[serde(rename = ".")]
    Point,
    /// `1.234,56`
    #[serde(rename = ",")]
    Comma,
}

/// A number in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(pub i64);

/// Millionths in one.
const ONE: i64 = 1_000_000;
/// Largest whole part: amounts beyond a thousand million are mistakes, and sums stay far from 64 bits.
const MAX_WHOLE: i64 = 1_000_000_000;

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// Reads `-1,234.5678`. Thousands may be grouped by the other mark, an apostrophe or a space; digits
    /// after the sixth decimal are rounded away. `None` for anything else, and beyond a thousand million.
    #[must_use]
    pub fn parse(text: &str, mark: Mark) -> Option<Self> {
        let (point, group) = match mark {
            Mark::Point => ('.', ','),
            Mark::Comma => (',', '.'),
        };
        let text = text.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once(point).unwrap_or((digits, ""));
        let whole = whole_number(whole, group)?;
        let value = whole * ONE + millionths(fraction)?;
        if digits.is_empty() || digits == point.to_string() {
            return None;
        }
        Some(Self(if negative { -value } else { value }))
    }

    /// Minor units of a currency, rounded half away from zero.
    #[must_use]
    pub fn minor(self, currency: Currency) -> i64 {
        divide(i128::from(self.0) * 10i128.pow(currency.exponent()), i128::from(ONE))
    }

    /// Minor units of one of `pieces` equal parts, rounded half away from zero.
    #[must_use]
    pub fn minor_each(self, pieces: u32, currency: Currency) -> i64 {
        divide(i128::from(self.0) * 10i128.pow(currency.exponent()), i128::from(ONE) * i128::from(pieces.max(1)))
    }

    /// What this was before a discount: `self / (1 - discount)`. `None` unless `0 <= discount < 1`.
    #[must_use]
    pub fn before_discount(self, discount: Self) -> Option<Self> {
        let rest = ONE - discount.0;
        (discount.0 >= 0 && rest > 0).then(|| Self(divide(i128::from(self.0) * i128::from(ONE), i128::from(rest))))
    }

    /// The whole number, if it is one.
    #[must_use]
    pub const fn whole(self) -> Option<i64> {
        if self.0 % ONE == 0 { Some(self.0 / ONE) } else { None }
    }
}

/// Digits, at most grouped in threes.
fn whole_number(text: &str, group: char) -> Option<i64> {
    let separator = |c: char| c == group || c == '\'' || c == '’' || c == ' ' || c == '\u{a0}' || c == '\u{202f}';
    let mut value = 0i64;
    for (n, part) in text.split(separator).enumerate() {
        let grouped = text.contains(separator);
        if !part.bytes().all(|b| b.is_ascii_digit()) || (grouped && (n > 0) != (part.len() == 3) && n > 0) {
            return None;
        }
        if grouped && n == 0 && !(1..=3).contains(&part.len()) {
            return None;
        }
        for digit in part.bytes() {
            value = value * 10 + i64::from(digit - b'0');
            if value > MAX_WHOLE {
                return None;
            }
        }
    }
    Some(value)
}

fn millionths(fraction: &str) -> Option<i64> {
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |b| i64::from(b - b'0'));
    let value = (0..6).fold(0, |value, at| value * 10 + digit(at));
    Some(value + i64::from(digit(6) >= 5))
}

/// Rounds half away from zero. Operands are far below 128 bits, results below 64.
fn divide(value: i128, by: i128) -> i64 {
    let half = if value < 0 { -by / 2 } else { by / 2 };
    i64::try_from((value + half) / by).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn numbers_as_shops_write_them() {
        let point = |text| Decimal::parse(text, Mark::Point).map(|d| d.0);
        assert_eq!(point("261.96"), Some(261_960_000));
        assert_eq!(point("-6"), Some(-6_000_000));
        assert_eq!(point("1,234,567.5"), Some(1_234_567_500_000));
        assert_eq!(point("1'234.50"), Some(1_234_500_000));
        assert_eq!(point(".5"), Some(500_000));
        assert_eq!(point("957.57750049"), Some(957_577_500));
        assert_eq!(Decimal::parse("1.234,56", Mark::Comma).map(|d| d.0), Some(1_234_560_000));
        for wrong in ["", "-", ".", "abc", "1,23", "12,3456", "1.2.3", "1e5", "$5", "--1", "99999999999", "1,,234"] {
            assert_eq!(point(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        let usd = Currency::new("USD").unwrap();
        let yen = Currency::new("JPY").unwrap();
        let total = Decimal::parse("957.5775", Mark::Point).unwrap();
        assert_eq!(total.minor_each(5, usd), 19_152);
        let list = total.before_discount(Decimal(450_000)).unwrap();
        assert_eq!(list.minor_each(5, usd), 34_821);
        assert_eq!(Decimal(2_500_000).minor(yen), 3);
        assert_eq!(Decimal(-2_500_000).minor(yen), -3);
        assert_eq!(total.before_discount(Decimal(ONE)), None);
        assert_eq!(Decimal(3_000_000).whole(), Some(3));
        assert_eq!(Decimal(3_500_000).whole(), None);
    }
}
