//! The tables as a catalogue that is wholly loaded: what evaluation and tests query.
//!
//! Weights are rounded as a book rounds them, so figures hold for what shoppers get.

use super::Tables;
use wellmet_engine::shelf::{Card, ItemIx, Lookup, Neighbour, Relation, Shelf};

/// A shelf in memory. Every item is in stock and nothing is durable; cards hold the id alone.
#[derive(Clone, Debug)]
pub struct MemoryShelf {
    ids: Vec<String>,
    categories: Vec<String>,
    tables: Tables,
}

impl MemoryShelf {
    /// `ids` by position; [`Shelf::find`] needs them ascending.
    #[must_use]
    pub fn new(ids: Vec<String>, mut tables: Tables) -> Self {
        for row in [&mut tables.with, &mut tables.next, &mut tables.like].into_iter().flatten() {
            row.iter_mut().for_each(|neighbour| neighbour.weight = wellmet_book::quantised(neighbour.weight));
            row.sort_by_key(|neighbour| (core::cmp::Reverse(neighbour.weight), neighbour.item));
        }
        Self { ids, categories: Vec::new(), tables }
    }

    /// Gives the items categories, by position.
    #[must_use]
    pub fn with_categories(mut self, categories: Vec<String>) -> Self {
        self.categories = categories;
        self
    }

    /// Neighbours in all tables together.
    #[must_use]
    pub fn neighbours_in_all(&self) -> usize {
        let Tables { with, next, like, .. } = &self.tables;
        [with, next, like].into_iter().flatten().map(Vec::len).sum()
    }
}

impl Shelf for MemoryShelf {
    fn len(&self) -> u32 {
        self.ids.len() as u32
    }

    fn find(&self, id: &str) -> Lookup<ItemIx> {
        match self.ids.binary_search_by(|known| known.as_str().cmp(id)) {
            Ok(at) => Lookup::Here(ItemIx(at as u32)),
            Err(_) => Lookup::Absent,
        }
    }

    fn card(&self, item: ItemIx) -> Lookup<Card<'_>> {
        self.ids.get(item.0 as usize).map_or(Lookup::Absent, |id| {
            Lookup::Here(Card {
                id,
                title: "",
                link: "",
                image: "",
                category: self.categories.get(item.0 as usize).map_or("", String::as_str),
                price_minor: 0,
                in_stock: true,
                durable: false,
            })
        })
    }

    fn neighbours(&self, relation: Relation, item: ItemIx, out: &mut Vec<Neighbour>) -> Lookup<()> {
        let table = match relation {
            Relation::With => &self.tables.with,
            Relation::Next => &self.tables.next,
            Relation::Like => &self.tables.like,
        };
        match table.get(item.0 as usize) {
            Some(row) => {
                out.extend_from_slice(row);
                Lookup::Here(())
            }
            None => Lookup::Absent,
        }
    }

    fn popular(&self) -> &[ItemIx] {
        &self.tables.popular
    }
}
