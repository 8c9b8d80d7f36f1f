//! Constants of the format: magic, version, sections, kinds of chunk, limits.

use wellmet_engine::shelf::Relation;

/// Version of core and chunks written by this build.
pub const VERSION: u8 = 1;

/// First bytes of the core. The high bit tells it from text, as in PNG.
pub(crate) const MAGIC: [u8; 4] = [0x89, b'W', b'M', b'B'];

/// Tags of the core's sections. Readers skip tags they do not know.
pub mod section {
    /// [`Shop`](crate::Shop).
    pub const SHOP: u8 = 1;
    /// The compiled shop file: bytes of the engine's rule table, opaque here.
    pub const RULES: u8 = 2;
    /// How items are cut into chunks, and the chunks' names.
    pub const DIRECTORY: u8 = 3;
    /// Popular items.
    pub const POPULAR: u8 = 4;
    /// First tag free for bytes that the book only carries; up to 255.
    pub const FREE: u8 = 16;
}

/// Largest values accepted, on either side.
pub mod limits {
    /// Bytes of the core: 4 MiB.
    pub const CORE: usize = 4 << 20;
    /// Bytes of a chunk: 1 MiB.
    pub const CHUNK: usize = 1 << 20;
    /// Chunks of a book: what [`ChunkIx`](wellmet_engine::shelf::ChunkIx) can count.
    pub const CHUNKS: usize = 65_535;
    /// Items of a book.
    pub const ITEMS: u32 = 2_000_000;
    /// Neighbours of an item in one table.
    pub const NEIGHBOURS: usize = 200;
    /// Popular items.
    pub const POPULAR: usize = 1_000;
    /// Configurator models.
    pub const MODELS: usize = 1_000;
    /// Bytes of a title, a category path, a shop's name.
    pub const TEXT: usize = 1_024;
    /// Bytes of a link or an image address.
    pub const ADDRESS: usize = 2_048;
}

/// What a chunk holds; also the first letter of its file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// From the shop's ids to positions.
    Ids,
    /// Cards of consecutive positions.
    Cards,
    /// Cards of the most popular items once more, so that a first page needs one file.
    Popular,
    /// Neighbours bought in the same order.
    With,
    /// Neighbours looked at next.
    Next,
    /// Neighbours alike by attributes and words.
    Like,
    /// One configurator model.
    Model,
}

impl Kind {
    /// All kinds in the order of the directory.
    pub const ALL: [Self; 7] = [Self::Ids, Self::Cards, Self::Popular, Self::With, Self::Next, Self::Like, Self::Model];

    /// First letter of the file name.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Ids => b'i',
            Self::Cards => b'c',
            Self::Popular => b'p',
            Self::With => b'w',
            Self::Next => b'n',
            Self::Like => b'l',
            Self::Model => b'm',
        }
    }

    pub(crate) const fn of(relation: Relation) -> Self {
        match relation {
            Relation::With => Self::With,
            Relation::Next => Self::Next,
            Relation::Like => Self::Like,
        }
    }
}
