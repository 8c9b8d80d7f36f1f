//! The write side. The same input gives the same bytes, whatever the machine.

use crate::cards;
use crate::directory::{Cut, Directory, Entry, MAX_ID_BITS, file_name};
use crate::hash::{content_hash, id_hash};
use crate::ids;
use crate::layout::{Kind, MAGIC, VERSION, limits, section};
use crate::order::arrange;
use crate::rows;
use crate::shop::Shop;
use alloc::collections::BTreeMap;
use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};
use wellmet_engine::id::ItemId;
use wellmet_engine::shelf::{Card, ItemIx, Neighbour, Relation};
use wellmet_engine::wire::Writer;

/// An item to be put into a book. Fields mean what they mean in
/// [`Card`](wellmet_engine::shelf::Card).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// The shop's id of the variant; see [`ItemId`].
    pub id: String,
    /// Name in the book's language, at most [`limits::TEXT`] bytes.
    pub title: String,
    /// Relative or http(s) address of its page, at most [`limits::ADDRESS`] bytes.
    pub link: String,
    /// Relative or http(s) address of a picture, or empty.
    pub image: String,
    /// Category path, levels separated by ` > `.
    pub category: String,
    /// Price of one piece, minor units of the shop's currency.
    pub price_minor: i64,
    /// Whether it can be bought now.
    pub in_stock: bool,
    /// Whether an owner is unlikely to want another.
    pub durable: bool,
}

/// An item given to a builder: the how-manieth it was. Not its position in the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey(pub u32);

/// How large chunks are. The defaults follow the number of items; see [`Sizes::for_items`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Items per card chunk, 1 to 1,024. Small: a page loads little that it does not show. Large: the
    /// core names fewer chunks.
    pub cards_per: u32,
    /// Items per row chunk, 1 to 4,096.
    pub rows_per: u32,
    /// Ids per id chunk, at most on average; 1 to 65,536. A page loads one for nearly every article that a visit names.
    pub ids_per: u32,
    /// Cards in the popular chunk, 0 to 1,024.
    pub popular_cards: u32,
}

impl Sizes {
    /// Chunks grow with the root of the number of items, as the sum of what a page loads and what the
    /// core needs to name the chunks is then smallest.
    #[must_use]
    pub fn for_items(items: u32) -> Self {
        let root = items.isqrt();
        Self {
            cards_per: (root / 3).clamp(16, 256),
            rows_per: root.clamp(64, 1_024),
            ids_per: (root / 2).clamp(64, 4_096),
            popular_cards: 48,
        }
    }
}

/// One file of a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// File name, content hash included.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A finished book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The book's id.
    pub id: u64,
    /// `book.wmb`.
    pub core: Vec<u8>,
    /// The chunks, in the order of the directory.
    pub chunks: Vec<File>,
}

/// Why a book cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// An item's id is empty, too long or holds control characters.
    BadId(String),
    /// Two items have this id.
    Duplicate(String),
    /// A text of this item is too long or holds control characters.
    BadText {
        /// The item.
        id: String,
        /// Which field.
        field: &'static str,
    },
    /// A neighbour or a popular item was never given as an item.
    UnknownKey(ItemKey),
    /// More than a limit allows.
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A section's tag below [`section::FREE`], which the format keeps for itself.
    ReservedSection(u8),
}

impl core::fmt::Display for BuildError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::BadId(id) => write!(f, "item id {id:?} is empty, longer than 128 bytes or has control characters"),
            Self::Duplicate(id) => write!(f, "two items have the id {id:?}"),
            Self::BadText { id, field } => write!(f, "{field} of item {id:?} is too long or has control characters"),
            Self::UnknownKey(key) => write!(f, "item number {} was never given", key.0),
            Self::TooMany { what, limit } => write!(f, "more than {limit} {what}"),
            Self::ReservedSection(tag) => write!(f, "section {tag} belongs to the format; free are 16 to 255"),
        }
    }
}

impl core::error::Error for BuildError {}

/// Neighbour rows by item, in the numbering of [`ItemKey`].
type Table = BTreeMap<ItemKey, Vec<(ItemKey, u16)>>;

const RELATIONS: [Relation; 3] = [Relation::With, Relation::Next, Relation::Like];

/// Collects a book.
pub struct Builder {
    shop: Shop,
    items: Vec<Item>,
    tables: [Table; 3],
    popular: Vec<ItemKey>,
    models: BTreeMap<String, Vec<u8>>,
    sections: BTreeMap<u8, Vec<u8>>,
    sizes: Option<Sizes>,
    before: Vec<String>,
}

impl Builder {
    /// An empty book of this shop.
    #[must_use]
    pub const fn new(shop: Shop) -> Self {
        Self {
            shop,
            items: Vec::new(),
            tables: [Table::new(), Table::new(), Table::new()],
            popular: Vec::new(),
            models: BTreeMap::new(),
            sections: BTreeMap::new(),
            sizes: None,
            before: Vec::new(),
        }
    }

    /// Adds an item.
    pub fn item(&mut self, item: Item) -> ItemKey {
        self.items.push(item);
        ItemKey(self.items.len() as u32 - 1)
    }

    /// Sets an item's neighbours in one table, with weights of 1 to 65,535 that are comparable within
    /// the table. The item itself and weights of 0 are left out, of one named twice the stronger weight is kept; what is kept of a weight says
    /// [`quantised`](crate::quantised).
    pub fn neighbours(&mut self, relation: Relation, item: ItemKey, row: &[(ItemKey, u16)]) {
        let mut row: Vec<_> = row.iter().copied().filter(|(key, weight)| *key != item && *weight > 0).collect();
        row.sort_unstable_by_key(|(key, weight)| (*key, core::cmp::Reverse(*weight)));
        row.dedup_by_key(|(key, _)| *key);
        self.tables[relation as usize].insert(item, row);
    }

    /// Sets the popular items, best first.
    pub fn popular(&mut self, items: &[ItemKey]) {
        self.popular = items.to_vec();
    }

    /// Sets the compiled shop file.
    pub fn rules(&mut self, bytes: Vec<u8>) {
        self.sections.insert(section::RULES, bytes);
    }

    /// Adds a configurator model.
    pub fn model(&mut self, id: &str, bytes: Vec<u8>) {
        self.models.insert(id.to_owned(), bytes);
    }

    /// Adds bytes that the core carries for somebody else, under a tag from [`section::FREE`] on.
    ///
    /// # Errors
    /// [`BuildError::ReservedSection`].
    pub fn section(&mut self, tag: u8, bytes: Vec<u8>) -> Result<(), BuildError> {
        if tag < section::FREE {
            return Err(BuildError::ReservedSection(tag));
        }
        self.sections.insert(tag, bytes);
        Ok(())
    }

    /// Sets other sizes than [`Sizes::for_items`]. Values outside their range are moved into it.
    pub const fn sizes(&mut self, sizes: Sizes) {
        self.sizes = Some(sizes);
    }

    /// Keeps items in this order, by id; those that are not named come behind, in the order of their ids. A book that is
    /// built again after a little has changed then shares most of its chunks with the one before, which
    /// shoppers have already. Empty: the order is found anew, which packs best.
    pub fn keep_order(&mut self, ids: Vec<String>) {
        self.before = ids;
    }

    /// Writes the book.
    ///
    /// # Errors
    /// A [`BuildError`] that names the item or the limit.
    pub fn finish(mut self) -> Result<Files, BuildError> {
        self.check()?;
        self.popular.dedup();
        let order = self.order();
        let mut positions = vec![0u32; order.len()];
        for (position, key) in order.iter().enumerate() {
            positions[*key as usize] = position as u32;
        }
        let sizes = self.sizes.unwrap_or_else(|| Sizes::for_items(self.items.len() as u32));
        let (cut, buckets) = self.cut(sizes, &positions);
        let mut chunks = Vec::new();
        let mut entries = Vec::new();
        for kind in Kind::ALL {
            for number in 0..cut.chunks(kind) {
                let bytes = self.chunk(kind, number, &cut, &order, &positions, &buckets);
                if bytes.len() > limits::CHUNK {
                    return Err(BuildError::TooMany { what: "bytes in a chunk", limit: limits::CHUNK });
                }
                let hash = content_hash(&bytes);
                entries.push(Entry { hash: if bytes.is_empty() { 0 } else { hash }, len: bytes.len() as u32 });
                if !bytes.is_empty() {
                    chunks.push(File { name: file_name(kind, hash), kind, bytes });
                }
            }
        }
        if entries.len() > limits::CHUNKS {
            return Err(BuildError::TooMany { what: "chunks", limit: limits::CHUNKS });
        }
        let directory = Directory { cut, entries };
        let mut popular = Writer::new();
        popular.varint(self.popular.len() as u64);
        self.popular.iter().for_each(|key| popular.varint(u64::from(positions[key.0 as usize])));
        self.sections.insert(section::SHOP, self.shop.encode());
        self.sections.insert(section::DIRECTORY, directory.encode());
        self.sections.insert(section::POPULAR, popular.into_bytes());
        let mut body = Writer::new();
        for (tag, bytes) in &self.sections {
            body.u8(*tag);
            body.blob(bytes);
        }
        let body = body.into_bytes();
        if body.len() > limits::CORE {
            return Err(BuildError::TooMany { what: "bytes in the core", limit: limits::CORE });
        }
        let id = content_hash(&body);
        let mut core = Writer::new();
        core.raw(&MAGIC);
        core.u8(VERSION);
        core.raw(&id.to_be_bytes());
        core.blob(&body);
        Ok(Files { id, core: core.into_bytes(), chunks })
    }

    fn check(&self) -> Result<(), BuildError> {
        let too_many = |what, limit| Err(BuildError::TooMany { what, limit });
        if self.items.len() > limits::ITEMS as usize {
            return too_many("items", limits::ITEMS as usize);
        }
        let mut seen = alloc::collections::BTreeSet::new();
        for item in &self.items {
            if ItemId::new(&item.id).is_none() {
                return Err(BuildError::BadId(item.id.clone()));
            }
            if !seen.insert(&item.id) {
                return Err(BuildError::Duplicate(item.id.clone()));
            }
            let fields = [
                ("title", &item.title, limits::TEXT),
                ("category", &item.category, limits::TEXT),
                ("link", &item.link, limits::ADDRESS),
                ("image", &item.image, limits::ADDRESS),
            ];
            for (field, text, limit) in fields {
                if text.len() > limit || text.chars().any(char::is_control) {
                    return Err(BuildError::BadText { id: item.id.clone(), field });
                }
            }
        }
        if self.popular.len() > limits::POPULAR {
            return too_many("popular items", limits::POPULAR);
        }
        if self.models.len() > limits::MODELS {
            return too_many("configurator models", limits::MODELS);
        }
        let rows = || self.tables.iter().flatten();
        if rows().any(|(_, row)| row.len() > limits::NEIGHBOURS) {
            return too_many("neighbours of one item", limits::NEIGHBOURS);
        }
        let keys = rows().flat_map(|(key, row)| core::iter::once(key).chain(row.iter().map(|(key, _)| key)));
        match keys.chain(&self.popular).find(|key| key.0 as usize >= self.items.len()) {
            Some(key) => Err(BuildError::UnknownKey(*key)),
            None => Ok(()),
        }
    }

    /// Keys in the order of the book: like beside like, or as in the book before.
    fn order(&self) -> Vec<u32> {
        let mut start: Vec<u32> = (0..self.items.len() as u32).collect();
        if !self.before.is_empty() {
            let places: BTreeMap<&str, usize> = self.before.iter().map(String::as_str).zip(0..).collect();
            let place = |id: &str| places.get(id).copied().unwrap_or(usize::MAX);
            start.sort_by_key(|key| (place(&self.items[*key as usize].id), &self.items[*key as usize].id));
            return start;
        }
        start.sort_by_key(|key| {
            let item = &self.items[*key as usize];
            (&item.category, &item.id)
        });
        let mut groups: Vec<Vec<u32>> = Vec::new();
        for (owner, row) in self.tables.iter().flatten().filter(|(_, row)| !row.is_empty()) {
            groups.push(row.iter().map(|(key, _)| key.0).chain([owner.0]).collect());
        }
        let mut categories: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for key in &start {
            categories.entry(&self.items[*key as usize].category).or_default().push(*key);
        }
        groups.extend(categories.into_values().filter(|members| members.len() > 1));
        arrange(start, &groups)
    }

    /// Decides the cut, with a salt that keeps all ids apart; returns the id buckets too.
    fn cut(&self, sizes: Sizes, positions: &[u32]) -> (Cut, Vec<Vec<(u32, u32)>>) {
        let items = self.items.len() as u32;
        let id_bits = items.div_ceil(sizes.ids_per.clamp(1, 65_536)).next_power_of_two().ilog2().min(MAX_ID_BITS);
        let rows_per = sizes.rows_per.clamp(1, rows::MAX_ROWS);
        let rows_per = RELATIONS.map(|relation| {
            let table = &self.tables[relation as usize];
            if table.values().all(Vec::is_empty) { 0 } else { rows_per }
        });
        let popular_cards = sizes.popular_cards.min(cards::MAX_CARDS as u32).min(self.popular.len() as u32);
        let mut salt = 0;
        let buckets = loop {
            let mut buckets = vec![Vec::new(); 1 << id_bits];
            for (item, position) in self.items.iter().zip(positions) {
                let (bucket, fingerprint) = ids::split(id_hash(salt, &item.id), id_bits);
                buckets[bucket as usize].push((fingerprint, *position));
            }
            buckets.iter_mut().for_each(|bucket| bucket.sort_unstable());
            if buckets.iter().all(|bucket| bucket.windows(2).all(|pair| pair[0].0 < pair[1].0)) {
                break buckets;
            }
            salt += 1;
        };
        let cards_per = sizes.cards_per.clamp(1, cards::MAX_CARDS as u32);
        let models = self.models.keys().cloned().collect();
        (Cut { items, salt, id_bits, cards_per, rows_per, popular_cards, models }, buckets)
    }

    /// Bytes of one chunk; none when nothing is in it.
    fn chunk(
        &self,
        kind: Kind,
        number: u32,
        cut: &Cut,
        order: &[u32],
        positions: &[u32],
        buckets: &[Vec<(u32, u32)>],
    ) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(kind.letter());
        w.u8(VERSION);
        w.varint(u64::from(number));
        let per = cut.per(kind) as usize;
        let keys = |order: &'_ [u32]| order.iter().skip(number as usize * per).take(per).copied().collect::<Vec<_>>();
        let cards = |keys: &[u32]| keys.iter().map(|key| card(&self.items[*key as usize])).collect::<Vec<_>>();
        match kind {
            Kind::Ids => {
                let bucket = &buckets[number as usize];
                if bucket.is_empty() {
                    return Vec::new();
                }
                ids::encode(&mut w, bucket);
            }
            Kind::Cards => cards::encode(&mut w, &cards(&keys(order))),
            Kind::Popular => {
                let keys: Vec<u32> = self.popular.iter().take(cut.popular_cards as usize).map(|key| key.0).collect();
                cards::encode(&mut w, &cards(&keys));
            }
            Kind::With | Kind::Next | Kind::Like => {
                let table = &self.tables[kind as usize - Kind::With as usize];
                let neighbour = |(key, weight): &(ItemKey, u16)| Neighbour {
                    item: ItemIx(positions[key.0 as usize]),
                    weight: *weight,
                };
                let row = |key: &u32| table.get(&ItemKey(*key)).into_iter().flatten().map(neighbour).collect();
                let rows: Vec<Vec<Neighbour>> = keys(order).iter().map(row).collect();
                if rows.iter().all(Vec::is_empty) {
                    return Vec::new();
                }
                rows::encode(&mut w, number * cut.per(kind), &rows);
            }
            Kind::Model => w.raw(self.models.values().nth(number as usize).map_or(&[], Vec::as_slice)),
        }
        w.into_bytes()
    }
}

fn card(item: &Item) -> Card<'_> {
    Card {
        id: &item.id,
        title: &item.title,
        link: &item.link,
        image: &item.image,
        category: &item.category,
        price_minor: item.price_minor,
        in_stock: item.in_stock,
        durable: item.durable,
    }
}
