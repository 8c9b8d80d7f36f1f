//! The book: what a shop publishes for the browser. Write side and read side in one place.
//!
//! A book is a directory of static files. `book.wmb`, the *core*, is small and always loaded: shop,
//! rules, popular items and the names of the *chunks*. Chunks hold product cards, neighbour tables,
//! the index of ids and configurator models; they are named by their content, so a server may let
//! them be cached for ever, and they are loaded only when a page needs them.
//!
//! Native code writes with [`Builder`]; the page reads with [`Book`], which is a
//! [`Shelf`](wellmet_engine::shelf::Shelf): an answer that needs a chunk names it, and the host
//! fetches it. Nothing here touches files or the network.
//!
//! What holds for every byte that comes in: lengths are checked before memory is taken, an unknown
//! version is its own error, decoding builds a new value which replaces the old one only when it is
//! whole, and a damaged chunk costs that chunk only.
//!
//! ```
//! use wellmet_book::{Book, Builder, Item, Shop};
//! use wellmet_engine::shelf::{Lookup, Shelf};
//!
//! let mut builder = Builder::new(Shop { name: "Tea & Co".into(), ..Shop::default() });
//! let cup = builder.item(Item { id: "cup".into(), title: "Regency teacup".into(), price_minor: 595, ..Item::default() });
//! builder.popular(&[cup]);
//! let files = builder.finish()?;
//!
//! let mut book = Book::open(&files.core)?;
//! let item = book.popular()[0];
//! let Lookup::Needs(chunk) = book.card(item) else { panic!("no chunk is loaded yet") };
//! let name = book.chunk_name(chunk).expect("the book named it");
//! let bytes = &files.chunks.iter().find(|c| c.name == name).expect("the builder wrote it").bytes;
//! book.put(&name, bytes)?;
//! assert!(matches!(book.card(item), Lookup::Here(card) if card.title == "Regency teacup"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The layout of the bytes is described in `docs/book-format.md`.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod book;
mod builder;
mod cards;
mod directory;
mod error;
mod hash;
mod ids;
mod layout;
mod order;
mod rows;
mod shop;

pub use book::{Book, ChunkInfo};
pub use builder::{BuildError, Builder, File, Files, Item, ItemKey, Sizes};
pub use error::{BookError, Cause};
pub use hash::{content_hash, hex16};
pub use layout::{Kind, VERSION, limits, section};
pub use rows::{quantised, weight_of_level};
pub use shop::Shop;
