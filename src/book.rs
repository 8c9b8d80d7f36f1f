//! The book as the page sees it: the core, and chunks as they come.

use alloc::{string::String, vec::Vec};
use wasm_bindgen::prelude::*;
use wellmet_book::{Book, BookError};
use wellmet_engine::shelf::{ChunkIx, Lookup};
use wellmet_engine::sort::sort_distinct;
use wellmet_engine::table::Table;

use crate::error::coded;
use crate::session::Session;

fn refused(error: BookError) -> JsValue {
    coded(error.code(), "the book")
}

/// Collects the chunks that answers asked for.
#[derive(Default)]
pub(crate) struct Needs(Vec<ChunkIx>);

impl Needs {
    /// The value, if it is here; a chunk that would bring it is noted.
    pub(crate) fn take<T>(&mut self, lookup: Lookup<T>) -> Option<T> {
        match lookup {
            Lookup::Here(value) => Some(value),
            Lookup::Absent => None,
            Lookup::Needs(chunk) => {
                self.0.push(chunk);
                None
            }
        }
    }

    /// File names, each once.
    pub(crate) fn names(mut self, book: &Book) -> Vec<String> {
        sort_distinct(&mut self.0);
        self.0.into_iter().filter_map(|chunk| book.chunk_name(chunk)).collect()
    }
}

impl From<Vec<ChunkIx>> for Needs {
    fn from(chunks: Vec<ChunkIx>) -> Self {
        Self(chunks)
    }
}

#[wasm_bindgen]
impl Session {
    /// Opens the core of a book and returns its id. Chunks of an earlier one are gone.
    ///
    /// # Errors
    /// `not-a-book`, `unknown-version`, `truncated`, `damaged`, …: the book before stays.
    #[wasm_bindgen(js_name = openBook)]
    pub fn open_book(&mut self, core: &[u8]) -> Result<String, JsValue> {
        let book = Book::open(core).map_err(refused)?;
        let table = match book.rules() {
            [] => None,
            rules => Some(Table::decode(rules).map_err(|error| coded(error.fault.code(), "the book's rules"))?),
        };
        let id = book.id_text();
        self.book = Some(book);
        self.table = table;
        Ok(id)
    }

    /// Takes in a chunk that was asked for.
    ///
    /// # Errors
    /// `unknown-chunk`, `truncated`, `damaged`, …: the page goes on without that chunk.
    #[wasm_bindgen(js_name = putChunk)]
    pub fn put_chunk(&mut self, name: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.book.as_mut().map_or(Ok(()), |book| book.put(name, bytes)).map_err(refused)
    }

    /// A chunk cannot be had now: it is not asked for again until [`Self::retry_chunks`].
    #[wasm_bindgen(js_name = giveUpChunk)]
    pub fn give_up_chunk(&mut self, name: &str) {
        if let Some(book) = &mut self.book {
            book.give_up(name);
        }
    }

    /// The network is back: what could not be had may be asked for again.
    #[wasm_bindgen(js_name = retryChunks)]
    pub fn retry_chunks(&mut self) {
        if let Some(book) = &mut self.book {
            book.retry();
        }
    }
}
