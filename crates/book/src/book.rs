//! The read side.

use crate::cards::Cards;
use crate::directory::{Directory, big_endian};
use crate::error::{BookError, Cause};
use crate::hash::{content_hash, hex16, id_hash};
use crate::ids::{self, Ids};
use crate::layout::{Kind, MAGIC, VERSION, limits, section};
use crate::rows::Rows;
use crate::shop::Shop;
use alloc::{boxed::Box, string::String, vec::Vec};
use wellmet_engine::shelf::{Card, ChunkIx, ItemIx, Lookup, Neighbour, Relation, Shelf};
use wellmet_engine::wire::{Fault, Reader, Result as WireResult};

/// A book with the chunks loaded so far.
pub struct Book {
    id: u64,
    shop: Shop,
    directory: Directory,
    popular: Vec<ItemIx>,
    sections: Vec<(u8, Box<[u8]>)>,
    slots: Vec<Slot>,
}

/// What is there of one chunk.
enum Slot {
    Missing,
    /// Could not be had. Asked for no more, so that a page does not load it again and again.
    Broken,
    Ids(Ids),
    Cards(Cards),
    Rows(Rows),
    Model(Box<[u8]>),
}

/// One file of a book, for tools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkInfo {
    /// File name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Length in bytes.
    pub len: u32,
    /// Whether it is loaded.
    pub loaded: bool,
}

impl Book {
    /// Reads the core, `book.wmb`.
    ///
    /// # Errors
    /// A [`BookError`] with code `not-a-book`, `unknown-version`, `truncated`, `damaged`, or the
    /// fault of a value inside.
    pub fn open(core: &[u8]) -> Result<Self, BookError> {
        let r = &mut Reader::new(core);
        if core.get(..MAGIC.len()) != Some(&MAGIC[..]) {
            let cut = !core.is_empty() && MAGIC.starts_with(core);
            return Err(BookError::new(if cut { Cause::Truncated } else { Cause::NotABook }));
        }
        r.take(MAGIC.len());
        if r.u8() != VERSION {
            return Err(r.fault(Fault::UnknownVersion).into());
        }
        let id = big_endian(r);
        let body = r.blob(limits::CORE);
        r.end()?;
        if content_hash(body) != id {
            return Err(BookError { cause: Cause::Damaged, at: r.at() });
        }
        let r = &mut Reader::new(body);
        if r.u8() != section::SHOP {
            return Err(r.fault(Fault::Invalid).into());
        }
        let mut book = Self {
            id,
            shop: Shop::decode(r.blob(limits::CORE))?,
            directory: Directory::default(),
            popular: Vec::new(),
            sections: Vec::new(),
            slots: Vec::new(),
        };
        book.decode(r)?;
        Ok(book)
    }

    /// Reads the other sections into this book. What fails half-way is thrown away by the caller.
    fn decode(&mut self, r: &mut Reader<'_>) -> WireResult<()> {
        let mut before = section::SHOP;
        while r.left() > 0 {
            let tag = r.u8();
            if tag <= before {
                return Err(r.fault(Fault::Invalid));
            }
            before = tag;
            let bytes = r.blob(limits::CORE);
            match tag {
                section::DIRECTORY => self.directory.decode(bytes)?,
                section::POPULAR => self.read_popular(bytes)?,
                _ => self.sections.push((tag, bytes.into())),
            }
        }
        if self.directory.entries.is_empty() {
            return Err(r.fault(Fault::Truncated));
        }
        for _ in &self.directory.entries {
            self.slots.push(Slot::Missing);
        }
        Ok(())
    }

    /// The section of popular items. It comes after the directory.
    fn read_popular(&mut self, bytes: &[u8]) -> WireResult<()> {
        let r = &mut Reader::new(bytes);
        let cut = &self.directory.cut;
        let count = r.count(limits::POPULAR, 1);
        for _ in 0..count {
            let item = r.u32();
            if item >= cut.items {
                return Err(r.fault(Fault::Invalid));
            }
            self.popular.push(ItemIx(item));
        }
        if count < cut.popular_cards as usize {
            return Err(r.fault(Fault::Invalid));
        }
        r.end()
    }

    /// The book's id: the content hash of the core, and so of everything the core names.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// [`Self::id`] as sixteen hex digits.
    #[must_use]
    pub fn id_text(&self) -> String {
        hex16(self.id)
    }

    /// The shop.
    #[must_use]
    pub const fn shop(&self) -> &Shop {
        &self.shop
    }

    /// The compiled shop file; empty when the book was built without one.
    #[must_use]
    pub fn rules(&self) -> &[u8] {
        self.section(section::RULES).unwrap_or(&[])
    }

    /// Bytes of a section that the book only carries.
    #[must_use]
    pub fn section(&self, tag: u8) -> Option<&[u8]> {
        self.sections.iter().find(|(known, _)| *known == tag).map(|(_, bytes)| &**bytes)
    }

    /// File name of a chunk that an answer needs.
    #[must_use]
    pub fn chunk_name(&self, chunk: ChunkIx) -> Option<String> {
        self.directory.name(chunk)
    }

    /// Takes in a chunk. One that is loaded already is left as it is.
    ///
    /// # Errors
    /// A [`BookError`]: `unknown-chunk` when this book does not name it; `truncated`, `damaged`,
    /// `unknown-version` or the fault of a value inside. From then on the book does without the
    /// chunk: what is in it is [`Lookup::Absent`] until a whole one is put.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), BookError> {
        let chunk = self.directory.named(name)?;
        let at = usize::from(chunk.0);
        let read = self.read(chunk, bytes);
        let Some(slot) = self.slots.get_mut(at) else { return Err(BookError::new(Cause::UnknownChunk)) };
        match (read, &slot) {
            (Ok(read), Slot::Missing | Slot::Broken) => *slot = read,
            (Ok(_), _) => {}
            (Err(error), _) => {
                if matches!(slot, Slot::Missing) {
                    *slot = Slot::Broken;
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Says that a chunk cannot be had (not found, offline): the book does without it until it is put.
    /// Unknown names are ignored.
    pub fn give_up(&mut self, name: &str) {
        if let Ok(chunk) = self.directory.named(name)
            && let Some(slot @ Slot::Missing) = self.slots.get_mut(usize::from(chunk.0))
        {
            *slot = Slot::Broken;
        }
    }

    /// Forgets which chunks could not be had, so that they are asked for again (back online).
    pub fn retry(&mut self) {
        for slot in &mut self.slots {
            if matches!(slot, Slot::Broken) {
                *slot = Slot::Missing;
            }
        }
    }

    fn read(&self, chunk: ChunkIx, bytes: &[u8]) -> Result<Slot, BookError> {
        let unknown = BookError::new(Cause::UnknownChunk);
        let entry = self.directory.entries.get(usize::from(chunk.0)).ok_or(unknown)?;
        let (kind, number) = self.directory.place(chunk).ok_or(unknown)?;
        if bytes.len() < entry.len as usize {
            return Err(BookError { cause: Cause::Truncated, at: bytes.len() });
        }
        if bytes.len() > entry.len as usize || content_hash(bytes) != entry.hash {
            return Err(BookError { cause: Cause::Damaged, at: 0 });
        }
        let r = &mut Reader::new(bytes);
        let letter = r.u8();
        if r.u8() != VERSION {
            return Err(r.fault(Fault::UnknownVersion).into());
        }
        if letter != kind.letter() || r.u32() != number {
            return Err(r.fault(Fault::Invalid).into());
        }
        let cut = &self.directory.cut;
        let first = number * cut.per(kind);
        let count = cut.per(kind).min(cut.items - first);
        let slot = match kind {
            Kind::Ids => {
                let mut ids = Ids::default();
                ids.decode(r, cut.items);
                Slot::Ids(ids)
            }
            Kind::Cards | Kind::Popular => {
                let mut cards = Cards::default();
                let count = if kind == Kind::Cards { count } else { cut.popular_cards };
                cards.decode(r, count as usize);
                Slot::Cards(cards)
            }
            Kind::With | Kind::Next | Kind::Like => {
                let mut rows = Rows::default();
                rows.decode(r, first, count, cut.items);
                Slot::Rows(rows)
            }
            Kind::Model => Slot::Model(r.rest().into()),
        };
        r.end()?;
        Ok(slot)
    }

    /// A configurator model's bytes, as its owner encoded them.
    #[must_use]
    pub fn model(&self, id: &str) -> Lookup<&[u8]> {
        let Ok(at) = self.directory.cut.models.binary_search_by(|known| known.as_str().cmp(id)) else {
            return Lookup::Absent;
        };
        let chunk = self.directory.chunk(Kind::Model, at as u32);
        match self.slot(chunk) {
            Some(Slot::Model(bytes)) => Lookup::Here(bytes),
            other => self.without(chunk, other),
        }
    }

    /// Ids of the configurator models, ascending.
    #[must_use]
    pub fn models(&self) -> &[String] {
        &self.directory.cut.models
    }

    /// All chunks, for tools.
    pub fn chunks(&self) -> impl Iterator<Item = ChunkInfo> + '_ {
        self.directory.entries.iter().zip(&self.slots).enumerate().filter_map(|(at, (entry, slot))| {
            let chunk = ChunkIx(at as u16);
            Some(ChunkInfo {
                name: self.directory.name(chunk)?,
                kind: self.directory.place(chunk)?.0,
                len: entry.len,
                loaded: !matches!(slot, Slot::Missing | Slot::Broken),
            })
        })
    }

    fn slot(&self, chunk: ChunkIx) -> Option<&Slot> {
        self.slots.get(usize::from(chunk.0))
    }

    /// The answer when the wanted chunk is not there: to be loaded, or never to be had.
    fn without<T>(&self, chunk: ChunkIx, slot: Option<&Slot>) -> Lookup<T> {
        let named = self.directory.entries.get(usize::from(chunk.0)).is_some_and(|entry| entry.len > 0);
        if named && matches!(slot, Some(Slot::Missing)) { Lookup::Needs(chunk) } else { Lookup::Absent }
    }
}

impl Shelf for Book {
    fn len(&self) -> u32 {
        self.directory.cut.items
    }

    fn find(&self, id: &str) -> Lookup<ItemIx> {
        let cut = &self.directory.cut;
        let (bucket, fingerprint) = ids::split(id_hash(cut.salt, id), cut.id_bits);
        let chunk = self.directory.chunk(Kind::Ids, bucket);
        let item = match self.slot(chunk) {
            Some(Slot::Ids(ids)) => ids.find(fingerprint),
            other => return self.without(chunk, other),
        };
        let Some(item) = item else { return Lookup::Absent };
        match self.card(item) {
            Lookup::Here(card) if card.id != id => Lookup::Absent,
            _ => Lookup::Here(item),
        }
    }

    fn card(&self, item: ItemIx) -> Lookup<Card<'_>> {
        let cut = &self.directory.cut;
        if item.0 >= cut.items {
            return Lookup::Absent;
        }
        let chunk = self.directory.chunk(Kind::Cards, item.0 / cut.cards_per);
        let slot = self.slot(chunk);
        if let Some(Slot::Cards(cards)) = slot {
            return cards.get((item.0 % cut.cards_per) as usize).map_or(Lookup::Absent, Lookup::Here);
        }
        let favourites = self.popular.iter().take(cut.popular_cards as usize);
        if let Some(place) = { favourites }.position(|favourite| *favourite == item) {
            let popular = self.directory.chunk(Kind::Popular, 0);
            match self.slot(popular) {
                Some(Slot::Cards(cards)) => return cards.get(place).map_or(Lookup::Absent, Lookup::Here),
                Some(Slot::Missing) => return Lookup::Needs(popular),
                _ => {}
            }
        }
        self.without(chunk, slot)
    }

    fn neighbours(&self, relation: Relation, item: ItemIx, out: &mut Vec<Neighbour>) -> Lookup<()> {
        let kind = Kind::of(relation);
        let per = self.directory.cut.per(kind);
        if per == 0 || item.0 >= self.directory.cut.items {
            return Lookup::Absent;
        }
        let chunk = self.directory.chunk(kind, item.0 / per);
        match self.slot(chunk) {
            Some(Slot::Rows(rows)) => rows.get(item.0, out).map_or(Lookup::Absent, Lookup::Here),
            other => self.without(chunk, other),
        }
    }

    fn popular(&self) -> &[ItemIx] {
        &self.popular
    }
}
