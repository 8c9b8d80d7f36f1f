//! Card chunks: what a page shows of items, several items to a file.
//!
//! Columns, not rows, because brotli then sees like beside like. Links, images and categories repeat
//! from item to item once the id is taken out of them, so each is a small dictionary and an index.

use crate::layout::limits;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use wellmet_engine::shelf::Card;
use wellmet_engine::wire::{Fault, Reader, Writer};

/// Most cards of one chunk: bounds what a hostile chunk can make of its bytes.
pub(crate) const MAX_CARDS: usize = 1_024;
/// Separates texts; stands for "the item's id" in the dictionaries. Neither occurs in accepted text.
const END: &str = "\n";
const ID: &str = "\u{1}";
const IN_STOCK: u8 = 1;
const DURABLE: u8 = 2;

/// Cards of one chunk, decoded.
#[derive(Default)]
pub(crate) struct Cards {
    text: String,
    rows: Vec<Row>,
}

/// A range of [`Cards::text`].
type Span = (u32, u32);

/// One card: id, title, category, link, image; price in minor units; flags.
#[derive(Clone, Copy, Default)]
struct Row {
    texts: [Span; 5],
    price_minor: i64,
    flags: u8,
}

/// Writes what [`Cards::decode`] reads. Texts hold no control characters: the builder saw to it.
pub(crate) fn encode(w: &mut Writer, cards: &[Card<'_>]) {
    let fields: [fn(&Card<'_>) -> String; 3] = [
        |card| card.category.to_owned(),
        |card| card.link.replacen(card.id, ID, 1),
        |card| card.image.replacen(card.id, ID, 1),
    ];
    let mut lines: Vec<String> = cards.iter().map(|card| card.id.to_owned()).collect();
    lines.extend(cards.iter().map(|card| card.title.to_owned()));
    let mut indexes = Vec::new();
    w.varint(cards.len() as u64);
    for field in fields {
        let mut dictionary: Vec<String> = Vec::new();
        for value in cards.iter().map(field) {
            let index = dictionary.iter().position(|known| *known == value).unwrap_or_else(|| {
                dictionary.push(value);
                dictionary.len() - 1
            });
            indexes.push(index as u64);
        }
        w.varint(dictionary.len() as u64);
        lines.extend(dictionary);
    }
    w.text(&lines.join(END));
    indexes.into_iter().for_each(|index| w.varint(index));
    cards.iter().for_each(|card| w.signed(card.price_minor));
    for card in cards {
        w.u8(if card.in_stock { IN_STOCK } else { 0 } | if card.durable { DURABLE } else { 0 });
    }
}

impl Cards {
    /// Reads exactly `count` cards.
    pub(crate) fn decode(&mut self, r: &mut Reader<'_>, count: usize) {
        if r.count(MAX_CARDS, 6) != count {
            return r.fail(Fault::Invalid);
        }
        let mut sizes = [0; 3];
        let mut expected = 2 * count;
        for size in &mut sizes {
            *size = r.varint_max(count as u64) as usize;
            expected += *size;
        }
        self.text.push_str(r.text(limits::CHUNK));
        let lines = self.lines();
        if lines.len() != expected {
            return r.fail(Fault::Invalid);
        }
        self.rows.resize(count, Row::default());
        for at in 0..count {
            self.set(at, 0, lines.get(at).copied());
            self.set(at, 1, lines.get(count + at).copied());
        }
        let mut from = 2 * count;
        for (field, size) in sizes.into_iter().enumerate() {
            for at in 0..count {
                let index = r.varint_max(size as u64) as usize;
                if index >= size {
                    return r.fail(Fault::Invalid);
                }
                let span = lines.get(from + index).copied().unwrap_or_default();
                let span = self.with_id(span, at);
                self.set(at, 2 + field, Some(span));
            }
            from += size;
        }
        for row in &mut self.rows {
            row.price_minor = r.signed();
        }
        for row in &mut self.rows {
            row.flags = r.u8();
        }
    }

    /// Where the lines of the text are. Those longer than any limit count as none, so that what follows
    /// cannot grow: a chunk's cards then hold a few MiB at most, and 32 bits hold every offset.
    fn lines(&self) -> Vec<Span> {
        let mut lines = Vec::new();
        let mut from = 0;
        for (at, byte) in self.text.bytes().chain([b'\n']).enumerate() {
            if byte == b'\n' {
                let at = at as u32;
                if at - from <= limits::ADDRESS as u32 {
                    lines.push((from, at));
                }
                from = at + 1;
            }
        }
        lines
    }

    fn set(&mut self, at: usize, field: usize, span: Option<Span>) {
        let place = self.rows.get_mut(at).and_then(|row| row.texts.get_mut(field));
        if let (Some(place), Some(span)) = (place, span) {
            *place = span;
        }
    }

    /// The text with the row's id in it, if it has a place for one.
    fn with_id(&mut self, (from, to): Span, at: usize) -> Span {
        let text = self.slice((from, to));
        let Some(place) = text.bytes().position(|byte| ID.as_bytes() == [byte]) else { return (from, to) };
        let id = self.rows.get(at).map_or("", |row| self.slice(row.texts[0]));
        let mut filled = String::new();
        for part in [text.get(..place), Some(id), text.get(place + 1..)] {
            filled.push_str(part.unwrap_or(""));
        }
        let start = self.text.len() as u32;
        self.text.push_str(&filled);
        (start, self.text.len() as u32)
    }

    fn slice(&self, (from, to): Span) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or("")
    }

    /// The card at this place of the chunk.
    pub(crate) fn get(&self, at: usize) -> Option<Card<'_>> {
        let row = self.rows.get(at)?;
        let [id, title, category, link, image] = row.texts.map(|span| self.slice(span));
        let (in_stock, durable) = (row.flags & IN_STOCK != 0, row.flags & DURABLE != 0);
        Some(Card { id, title, link, image, category, price_minor: row.price_minor, in_stock, durable })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card<'a>(id: &'a str, link: &'a str, image: &'a str) -> Card<'a> {
        Card {
            id,
            title: "Teetasse »Regency«",
            link,
            image,
            category: "Kitchen > Cups",
            price_minor: -595,
            in_stock: true,
            durable: false,
        }
    }

    fn bytes(cards: &[Card<'_>]) -> Vec<u8> {
        let mut w = Writer::new();
        encode(&mut w, cards);
        w.into_bytes()
    }

    #[test]
    fn cards_come_back() {
        let cards = [
            card("a", "/p/a", "/img/cups.svg"),
            card("b,c", "/p/b%2Cc", ""),
            Card { in_stock: false, durable: true, ..card("ü", "/p/ü?x=ü", "/img/ü.svg") },
        ];
        let bytes = bytes(&cards);
        let r = &mut Reader::new(&bytes);
        let mut decoded = Cards::default();
        decoded.decode(r, 3);
        assert_eq!(r.end(), Ok(()));
        for (at, card) in cards.iter().enumerate() {
            assert_eq!(decoded.get(at).as_ref(), Some(card));
        }
        assert_eq!(decoded.get(3), None);
    }

    #[test]
    fn another_count_than_the_directory_says_is_refused() {
        let bytes = bytes(&[card("a", "/p/a", "")]);
        let read = |bytes: &[u8], count| Reader::whole(bytes, |r| Cards::default().decode(r, count));
        assert!(read(&bytes, 2).is_err());
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end], 1).is_err(), "cut at {end}");
        }
    }
}
