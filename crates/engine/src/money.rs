//! Money in minor units. Decimal prices are converted at the border, never inside.

/// ISO 4217 code, three upper-case ASCII letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code such as `EUR`; `None` unless it is three upper-case ASCII letters.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the decimal point (ISO 4217 table A.1; 2 where the table says nothing else).
    #[must_use]
    pub fn exponent(self) -> u32 {
        // Texts, not patterns: those become a tree of comparisons, six hundred bytes in the page.
        let among = |codes: &str| codes.as_bytes().chunks_exact(3).any(|code| code == self.0);
        match () {
            () if among("BIFCLPDJFGNFISKJPYKMFKRWPYGRWFUGXUYIVNDVUVXAFXOFXPF") => 0,
            () if among("BHDIQDJODKWDLYDOMRTND") => 3,
            () if among("CLFUYW") => 4,
            () => 2,
        }
    }
}

/// An amount in minor units (cents) of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// Minor units; negative for refunds.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_exponents() {
        assert_eq!(Currency::new("EUR").map(Currency::exponent), Some(2));
        assert_eq!(Currency::new("JPY").map(Currency::exponent), Some(0));
        assert_eq!(Currency::new("XPF").map(Currency::exponent), Some(0));
        assert_eq!(Currency::new("PJP").map(Currency::exponent), Some(2));
        assert_eq!(Currency::new("CLF").map(Currency::exponent), Some(4));
        assert_eq!(Currency::new("KWD").map(Currency::exponent), Some(3));
        assert_eq!(Currency::new("eur"), None);
        assert_eq!(Currency::new("EURO"), None);
    }
}
