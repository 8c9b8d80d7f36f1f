//! The shop as the book knows it.

use crate::layout::limits;
use alloc::{string::String, vec, vec::Vec};
use wellmet_engine::money::Currency;
use wellmet_engine::time::Instant;
use wellmet_engine::wire::{Fault, Reader, Result, Writer};

/// Most locales of a shop.
const MAX_LOCALES: usize = 64;

/// Name, money and languages of the shop, and the moment the book speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// The shop's name, for texts.
    pub name: String,
    /// Currency of all prices in the book.
    pub currency: Currency,
    /// BCP 47 tags of the languages that the texts come in; the first is the default.
    pub locales: Vec<String>,
    /// Moment of the newest input (last order, feed date): what "lately popular" refers to. It is not
    /// the time of the build, so that the same input always gives the same book.
    pub as_of: Instant,
}

impl Default for Shop {
    /// An unnamed shop in US dollars and English.
    fn default() -> Self {
        let currency = Currency::new("USD").expect("three upper-case letters");
        Self { name: String::new(), currency, locales: vec!["en".into()], as_of: Instant(0) }
    }
}

impl Shop {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.text(&self.name);
        w.raw(self.currency.code().as_bytes());
        w.signed(self.as_of.0);
        w.varint(self.locales.len() as u64);
        for locale in &self.locales {
            w.text(locale);
        }
        w.into_bytes()
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self> {
        let r = &mut Reader::new(bytes);
        let name = r.text(limits::TEXT);
        let currency = core::str::from_utf8(r.take(3)).ok().and_then(Currency::new);
        let currency = currency.ok_or(r.fault(Fault::Invalid))?;
        let mut shop = Self { name: name.into(), currency, locales: Vec::new(), as_of: Instant(r.signed()) };
        shop.locales = r.list(MAX_LOCALES, 1, |r| r.text(limits::TEXT).into());
        r.end()?;
        Ok(shop)
    }
}
