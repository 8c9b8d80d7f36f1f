//! What the engine asks of a catalogue. The book implements it; tests use a small table.
//!
//! Data may not be loaded yet. Then the answer is [`Lookup::Needs`], the decision goes on without
//! it, and the outcome lists the chunks that the host should load before it asks again.

use alloc::vec::Vec;

/// Position of an item in one book. Only meaningful together with that book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemIx(pub u32);

/// Position of a chunk in the book's directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChunkIx(pub u16);

/// An answer that may have to wait for a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// Here it is.
    Here(T),
    /// The book does not know it; loading more will not help.
    Absent,
    /// It is in this chunk, which is not loaded.
    Needs(ChunkIx),
}

/// Which neighbour table of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Bought in the same order.
    With,
    /// Looked at next in the same visit.
    Next,
    /// Alike by attributes and words.
    Like,
}

/// One neighbour of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The neighbour.
    pub item: ItemIx,
    /// Fixed-point strength, 1 to 65,535, comparable within one table.
    pub weight: u16,
}

/// What a page shows of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card<'a> {
    /// The shop's id of the variant.
    pub id: &'a str,
    /// Name in the book's language.
    pub title: &'a str,
    /// Relative or http(s) address of its page.
    pub link: &'a str,
    /// Relative or http(s) address of a picture; empty when there is none.
    pub image: &'a str,
    /// Category path, levels separated by ` > `.
    pub category: &'a str,
    /// Price of one piece in the book's currency, minor units.
    pub price_minor: i64,
    /// Whether it can be bought now, as of the book's build.
    pub in_stock: bool,
    /// Whether somebody who owns one is unlikely to want another (furniture, not paper).
    pub durable: bool,
}

/// A catalogue with neighbour tables.
pub trait Shelf {
    /// Number of items.
    fn len(&self) -> u32;
    /// Whether there is no item.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Position of an item by the shop's id.
    fn find(&self, id: &str) -> Lookup<ItemIx>;
    /// What a page shows of it.
    fn card(&self, item: ItemIx) -> Lookup<Card<'_>>;
    /// Appends the item's neighbours, strongest first (ties: smaller position first).
    fn neighbours(&self, relation: Relation, item: ItemIx, out: &mut Vec<Neighbour>) -> Lookup<()>;
    /// Items sold or seen most of late, best first. Part of the core, always loaded.
    fn popular(&self) -> &[ItemIx];
}
