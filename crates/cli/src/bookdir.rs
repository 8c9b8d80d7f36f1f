//! A book as a directory of files.
//!
//! Publishing over a book that is in use is safe: chunks are written first, each under the name of its
//! content, then the core takes the place of the old one in a single step. Chunks that only the
//! core before named stay until the next publishing, for pages that have just loaded it.

use crate::failure::{Failure, Outcome};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use wellmet_book::{Book, BookError, Files, Kind};

/// File name of the core.
pub const CORE: &str = "book.wmb";

/// Opens a book with all its chunks.
///
/// # Errors
/// A [`Failure`] that names the file.
pub fn open(dir: &Path) -> Outcome<Book> {
    let path = dir.join(CORE);
    let read = |path: &Path| fs::read(path).map_err(|error| Failure::io(path, &error));
    let mut book = Book::open(&read(&path)?).map_err(|error| refused(&path, error))?;
    let names: Vec<String> = book.chunks().map(|chunk| chunk.name).collect();
    for name in names {
        let path = dir.join(&name);
        book.put(&name, &read(&path)?).map_err(|error| refused(&path, error))?;
    }
    Ok(book)
}

fn refused(path: &Path, error: BookError) -> Failure {
    let failure = Failure::new(error.code(), "this file is not what the book was built with");
    failure.at(format!("{}, byte {}", path.display(), error.at)).fix("build the book again, or copy all of its files")
}

/// Publishes a book into a directory, which is made if need be. Other files in it are left alone.
///
/// # Errors
/// A [`Failure`] that names the file; the book that was there before is then still whole.
pub fn publish(dir: &Path, files: &Files) -> Outcome {
    fs::create_dir_all(dir).map_err(|error| Failure::io(dir, &error))?;
    let core = dir.join(CORE);
    let mut keep: BTreeSet<String> = files.chunks.iter().map(|chunk| chunk.name.clone()).collect();
    if let Some(before) = fs::read(&core).ok().and_then(|bytes| Book::open(&bytes).ok()) {
        keep.extend(before.chunks().map(|chunk| chunk.name));
    }
    for chunk in &files.chunks {
        let path = dir.join(&chunk.name);
        // The name is the content: a file of the right length is the right file.
        if fs::metadata(&path).is_ok_and(|meta| meta.len() == chunk.bytes.len() as u64) {
            continue;
        }
        replace(&path, &chunk.bytes)?;
    }
    replace(&core, &files.core)?;
    let names = fs::read_dir(dir).map_err(|error| Failure::io(dir, &error))?;
    for name in names.flatten().filter_map(|entry| entry.file_name().into_string().ok()) {
        if is_chunk(&name) && !keep.contains(&name) {
            let path = dir.join(name);
            fs::remove_file(&path).map_err(|error| Failure::io(&path, &error))?;
        }
    }
    Ok(())
}

/// Writes a file so that it is there as a whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> Outcome {
    let new = path.with_extension("wmb.new");
    let write = || {
        fs::write(&new, bytes)?;
        fs::rename(&new, path)
    };
    write().map_err(|error| Failure::io(path, &error))
}

/// Whether a file name is one that [`publish`] gives to chunks.
fn is_chunk(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.len() == 22
        && Kind::ALL.iter().any(|kind| kind.letter() == bytes[0])
        && bytes[1] == b'-'
        && bytes[2..18].iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
        && bytes.ends_with(b".wmb")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wellmet_book::{Builder, Item, Shop};

    fn book(title: &str) -> Files {
        let mut builder = Builder::new(Shop::default());
        builder.item(Item { id: "a".into(), title: title.into(), ..Item::default() });
        builder.finish().unwrap()
    }

    fn count(dir: &Path) -> usize {
        fs::read_dir(dir).unwrap().count()
    }

    #[test]
    fn publishing_keeps_the_chunks_of_the_book_before() {
        let dir = std::env::temp_dir().join(format!("wellmet-bookdir-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        publish(&dir, &book("one")).unwrap();
        fs::write(dir.join("readme.txt"), "the shop's own").unwrap();
        // Core, readme, id chunk, card chunk.
        assert_eq!(count(&dir), 4);
        publish(&dir, &book("two")).unwrap();
        assert_eq!(count(&dir), 5, "the card of the book before is still there");
        publish(&dir, &book("three")).unwrap();
        assert_eq!(count(&dir), 5, "the first card is gone");
        assert_eq!(open(&dir).unwrap().id(), book("three").id);
        let card = book("three").chunks.iter().find(|chunk| chunk.kind == Kind::Cards).unwrap().name.clone();
        fs::write(dir.join(&card), "damaged").unwrap();
        let Err(failure) = open(&dir) else { panic!("a damaged chunk was taken") };
        assert_eq!(failure.code, "truncated");
        assert!(failure.place.unwrap().contains(&card));
        fs::remove_dir_all(&dir).unwrap();
    }
}
