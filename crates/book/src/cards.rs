//! Card chunks: what a page shows of items, several items to a file.
//!
//! Columns, not rows, because brotli then sees like beside like. Links, images and categories repeat
//! from item to item once the id is taken out of them, so each is a small dictionary and an index.

use crate::layout::limits;
use wellmet_engine::id::ItemId;
use wellmet_engine::shelf::Card;
use wellmet_engine::wire::{Fault, Reader, Result, Writer};

/// Most cards of one chunk: bounds what a hostile chunk can make of its bytes.
pub(crate) const MAX_CARDS: usize = 1_024;
/// Separates texts; stands for "the item's id" in the dictionaries. Neither occurs in accepted text.
const END: char = '\n';
const ID: char = '\u{1}';
const IN_STOCK: u8 = 1;
const DURABLE: u8 = 2;

/// Cards of one chunk, decoded.
pub(crate) struct Cards {
    text: String,
    rows: Vec<Row>,
}

/// A range of [`Cards::text`].
type Span = (u32, u32);

struct Row {
    id: Span,
    title: Span,
    category: Span,
    link: Span,
    image: Span,
    price_minor: i64,
    flags: u8,
}

/// Writes what [`Cards::decode`] reads. Texts hold no control characters: the builder saw to it.
pub(crate) fn encode(w: &mut Writer, cards: &[Card<'_>]) {
    w.varint(cards.len() as u64);
    w.text(&join(cards.iter().map(|card| card.id)));
    w.text(&join(cards.iter().map(|card| card.title)));
    let fields: [fn(&Card<'_>) -> String; 3] = [
        |card| card.category.to_owned(),
        |card| without_id(card.link, card.id),
        |card| without_id(card.image, card.id),
    ];
    for field in fields {
        let values: Vec<String> = cards.iter().map(field).collect();
        let mut dictionary: Vec<&str> = Vec::new();
        let mut indexes = Vec::new();
        for value in &values {
            let index = dictionary.iter().position(|known| known == value).unwrap_or_else(|| {
                dictionary.push(value);
                dictionary.len() - 1
            });
            indexes.push(index as u64);
        }
        w.varint(dictionary.len() as u64);
        w.text(&join(dictionary.into_iter()));
        indexes.into_iter().for_each(|index| w.varint(index));
    }
    cards.iter().for_each(|card| w.signed(card.price_minor));
    for card in cards {
        w.u8(if card.in_stock { IN_STOCK } else { 0 } | if card.durable { DURABLE } else { 0 });
    }
}

fn join<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join("\n")
}

fn without_id(text: &str, id: &str) -> String {
    text.replacen(id, "\u{1}", 1)
}

impl Cards {
    /// Reads exactly `count` cards.
    pub(crate) fn decode(r: &mut Reader<'_>, count: usize) -> Result<Self> {
        if r.count(MAX_CARDS, 6)? != count {
            return Err(r.fault(Fault::Invalid));
        }
        let mut cards = Self { text: String::new(), rows: Vec::with_capacity(count) };
        let ids = texts(r, count)?;
        let titles = texts(r, count)?;
        for (id, title) in ids.iter().zip(titles) {
            if id.is_empty() || id.len() > ItemId::MAX || title.len() > limits::TEXT {
                return Err(r.fault(Fault::Invalid));
            }
            let row = Row {
                id: cards.add(id),
                title: cards.add(title),
                category: (0, 0),
                link: (0, 0),
                image: (0, 0),
                price_minor: 0,
                flags: 0,
            };
            cards.rows.push(row);
        }
        for field in 0..3 {
            let size = r.count(count, 1)?;
            let dictionary = texts(r, size)?;
            if dictionary.iter().any(|text| text.len() > limits::ADDRESS) {
                return Err(r.fault(Fault::TooLarge));
            }
            let shared: Vec<Span> = dictionary.iter().map(|text| cards.add(text)).collect();
            for (at, id) in ids.iter().enumerate() {
                let index = r.varint_max(MAX_CARDS as u64)? as usize;
                let (Some(text), Some(span)) = (dictionary.get(index), shared.get(index)) else {
                    return Err(r.fault(Fault::Invalid));
                };
                let span = match text.split_once(ID) {
                    None => *span,
                    Some((before, after)) => {
                        let from = cards.text.len() as u32;
                        cards.add(before);
                        cards.add(id);
                        (from, cards.add(after).1)
                    }
                };
                let row = cards.rows.get_mut(at).ok_or(r.fault(Fault::Invalid))?;
                match field {
                    0 => row.category = span,
                    1 => row.link = span,
                    _ => row.image = span,
                }
            }
        }
        for row in &mut cards.rows {
            row.price_minor = r.signed()?;
        }
        for row in &mut cards.rows {
            row.flags = r.u8()?;
        }
        Ok(cards)
    }

    /// Appends to the text. Chunks are at most a few MiB decoded, so 32 bits hold every offset.
    fn add(&mut self, text: &str) -> Span {
        let from = self.text.len() as u32;
        self.text.push_str(text);
        (from, self.text.len() as u32)
    }

    fn slice(&self, (from, to): Span) -> &str {
        self.text.get(from as usize..to as usize).unwrap_or("")
    }

    /// The card at this place of the chunk.
    pub(crate) fn get(&self, at: usize) -> Option<Card<'_>> {
        let row = self.rows.get(at)?;
        Some(Card {
            id: self.slice(row.id),
            title: self.slice(row.title),
            link: self.slice(row.link),
            image: self.slice(row.image),
            category: self.slice(row.category),
            price_minor: row.price_minor,
            in_stock: row.flags & IN_STOCK != 0,
            durable: row.flags & DURABLE != 0,
        })
    }
}

/// A column of `count` texts.
fn texts<'a>(r: &mut Reader<'a>, count: usize) -> Result<Vec<&'a str>> {
    let texts: Vec<&str> = r.text(limits::CHUNK)?.split(END).collect();
    if texts.len() == count { Ok(texts) } else { Err(r.fault(Fault::Invalid)) }
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
        let decoded = Cards::decode(r, 3).expect("what was written");
        assert_eq!(r.end(), Ok(()));
        for (at, card) in cards.iter().enumerate() {
            assert_eq!(decoded.get(at).as_ref(), Some(card));
        }
        assert_eq!(decoded.get(3), None);
    }

    #[test]
    fn another_count_than_the_directory_says_is_refused() {
        let bytes = bytes(&[card("a", "/p/a", "")]);
        assert!(Cards::decode(&mut Reader::new(&bytes), 2).is_err());
        for end in 0..bytes.len() {
            assert!(Cards::decode(&mut Reader::new(&bytes[..end]), 1).is_err(), "cut at {end}");
        }
    }
}
