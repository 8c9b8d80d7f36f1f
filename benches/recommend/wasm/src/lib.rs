//! Book and recommender behind five plain functions. Texts and answers pass through one buffer.

use std::cell::RefCell;
use wellmet_book::Book;
use wellmet_engine::recommend::{Kind, Query, Scratch, answer};
use wellmet_engine::shelf::{ItemIx, Lookup, Shelf};

/// The allocator that the package ships with.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

#[derive(Default)]
struct State {
    buffer: Vec<u8>,
    book: Option<Book>,
    scratch: Scratch,
    visit: Vec<ItemIx>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

fn with<T>(work: impl FnOnce(&mut State) -> T) -> T {
    STATE.with(|state| work(&mut state.borrow_mut()))
}

/// Makes the buffer hold so many bytes and says where it is.
#[unsafe(no_mangle)]
pub extern "C" fn buffer(len: usize) -> *mut u8 {
    with(|state| {
        state.buffer.resize(len, 0);
        state.buffer.as_mut_ptr()
    })
}

/// Opens the core in the buffer; 1 when it is one.
#[unsafe(no_mangle)]
pub extern "C" fn open() -> u32 {
    with(|state| {
        let bytes = core::mem::take(&mut state.buffer);
        state.book = Book::open(&bytes).ok();
        u32::from(state.book.is_some())
    })
}

/// Takes in the chunk in the buffer, whose name is in front with so many bytes; 1 when it is one.
#[unsafe(no_mangle)]
pub extern "C" fn put(name: usize) -> u32 {
    with(|state| {
        let bytes = core::mem::take(&mut state.buffer);
        let (name, chunk) = bytes.split_at(name);
        let (Some(book), Ok(name)) = (&mut state.book, core::str::from_utf8(name)) else { return 0 };
        u32::from(book.put(name, chunk).is_ok())
    })
}

/// Asks for what she will look at next after the articles in the buffer, one id a line. Gives back how many there are;
/// the sign bit says that chunks are missing. With `write` their ids, or the missing chunks' names, are in the buffer.
#[unsafe(no_mangle)]
pub extern "C" fn next(limit: usize, write: bool) -> u32 {
    with(|state| {
        let State { buffer, book, scratch, visit } = state;
        let Some(book) = book else { return 0 };
        visit.clear();
        let mut needs = Vec::new();
        for id in core::str::from_utf8(buffer).unwrap_or("").split('\n') {
            match book.find(id) {
                Lookup::Here(item) => visit.push(item),
                Lookup::Needs(chunk) => needs.push(chunk),
                Lookup::Absent => {}
            }
        }
        let page = visit.last().copied();
        let query = Query { visit, page, reminders: true, fill: true, ..Query::new(Kind::Next, limit) };
        let found = answer(book, &query, scratch);
        needs.extend(found.needs);
        if write {
            let lines: Vec<String> = if needs.is_empty() {
                found.picks.iter().filter_map(|pick| match book.card(pick.item) {
                    Lookup::Here(card) => Some(card.id.to_owned()),
                    _ => None,
                }).collect()
            } else {
                needs.iter().filter_map(|chunk| book.chunk_name(*chunk)).collect()
            };
            *buffer = lines.join("\n").into_bytes();
        }
        found.picks.len() as u32 | u32::from(!needs.is_empty()) << 31
    })
}

/// Length of what is in the buffer.
#[unsafe(no_mangle)]
pub extern "C" fn length() -> usize {
    with(|state| state.buffer.len())
}
