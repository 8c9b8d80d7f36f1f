//! Overwrites what SQLite leaves behind of rows that it has moved.
//!
//! `secure_delete` writes zeros over what is removed, but not over what is moved. When the rows of full pages are spread
//! anew, a page may keep images of rows that now lie elsewhere, in the room between its list of rows and the first of
//! them (`rebuildPage` in SQLite's btree.c), until something else is written there. Such an image outlives the row. So
//! after an erasure every page with rows is looked at, some at a time between changes, and that room is filled with zeros.
//!
//! Pages are read and written through SQLite's own table `sqlite_dbpage`, in a transaction of the only connection that
//! writes. It has to be compiled in: `LIBSQLITE3_FLAGS` in `.cargo/config.toml`.
//! Formats: <https://www.sqlite.org/fileformat2.html>, sections 1.3 and 1.6.

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// Page 1 begins with the file's header and holds no row of a person: the schema.
pub(super) const FIRST: u32 = 2;
/// Pages of one transaction: about a millisecond, in which nobody else can write.
const AT_ONCE: u32 = 256;
/// The kind of a page whose rows lie in it: a leaf of a table. Indexes hold hashes and numbers only.
const LEAF: u8 = 13;
/// Bytes of a leaf's head; two for each row follow.
const HEAD: usize = 8;

/// Looks at some pages from `page` on. Gives the page to go on with; `None` when that was the last.
///
/// # Errors
/// SQLite's; nothing was changed then.
pub(super) fn some(connection: &mut Connection, page: u32) -> rusqlite::Result<Option<u32>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let pages: u32 = transaction.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let end = pages.saturating_add(1).min(page.saturating_add(AT_ONCE));
    for number in page..end {
        let sql = "SELECT data FROM sqlite_dbpage WHERE pgno = ?1";
        let data = transaction.prepare_cached(sql)?.query_row([number], |row| row.get::<_, Vec<u8>>(0)).optional()?;
        if let Some(clean) = data.and_then(cleaned) {
            let sql = "UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1";
            transaction.prepare_cached(sql)?.execute(params![number, clean])?;
        }
    }
    transaction.commit()?;
    Ok((end <= pages).then_some(end))
}

/// The page with zeros between its list of rows and the first row; `None` when it is no leaf of a table, or clean.
fn cleaned(mut page: Vec<u8>) -> Option<Vec<u8>> {
    let number = |at: usize| Some(usize::from(u16::from_be_bytes([*page.get(at)?, *page.get(at + 1)?])));
    // Other kinds of pages begin with another page's number, whose first byte is this one beyond 800 GB only.
    if page.first() != Some(&LEAF) {
        return None;
    }
    let (rows, first) = (number(3)?, number(5)?);
    // 65,536 has no room in two bytes.
    let first = if first == 0 { 65_536 } else { first };
    let room = page.get_mut(HEAD + 2 * rows..first)?;
    if room.iter().all(|byte| *byte == 0) {
        return None;
    }
    room.fill(0);
    Some(page)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;
    use crate::store::sqlite;

    const ROWS: i64 = 400;

    /// Bytes of a row's value that nothing else has.
    fn word(row: i64) -> Vec<u8> {
        format!("<<{row:06}>>").into_bytes()
    }

    fn times(file: &[u8], word: &[u8]) -> usize {
        file.windows(word.len()).filter(|window| *window == word).count()
    }

    /// Rows that change their size again and again, so that pages are spread anew; then a third of them go.
    #[test]
    fn c04_no_image_of_a_row_that_was_moved_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pages.sqlite");
        let mut connection = sqlite::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, value BLOB NOT NULL)").unwrap();
        let mut random = 1_u64;
        for round in 0..12 {
            let change = connection.transaction().unwrap();
            for row in 0..ROWS {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let mut value = word(row);
                value.resize(12 + usize::try_from(random >> 55).unwrap() * usize::from(round % 3 > 0), b'.');
                // In no order, so that pages fill from within.
                let id = (row * 7_919) % 10_007;
                let sql = "INSERT INTO t VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET value = excluded.value";
                change.execute(sql, params![id, value]).unwrap();
            }
            change.commit().unwrap();
        }
        let kept = |row: i64| row % 3 > 0;
        for row in (0..ROWS).filter(|row| !kept(*row)) {
            connection.execute("DELETE FROM t WHERE id = ?1", [(row * 7_919) % 10_007]).unwrap();
        }
        let file = |connection: &Connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
            std::fs::read(&path).unwrap()
        };
        let before = file(&connection);
        let left = (0..ROWS).filter(|row| times(&before, &word(*row)) > usize::from(kept(*row))).count();
        assert!(left > 0, "SQLite leaves nothing behind any more: this module may go");

        let mut next = Some(FIRST);
        while let Some(page) = next {
            next = some(&mut connection, page).unwrap();
        }
        let after = file(&connection);
        for row in 0..ROWS {
            assert_eq!(times(&after, &word(row)), usize::from(kept(row)), "row {row}");
        }
        let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok");
        let rows: i64 = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(usize::try_from(rows), Ok((0..ROWS).filter(|row| kept(*row)).count()));
        // A second time there is nothing to do.
        assert_eq!(some(&mut connection, FIRST).unwrap(), None);
        assert_eq!(file(&connection), after);
    }

    #[test]
    fn a_page_that_is_no_leaf_or_makes_no_sense_is_left_alone() {
        for page in [
            vec![],
            vec![LEAF],
            vec![5; 4096],
            vec![LEAF, 0, 0, 255, 255, 0, 9, 0, 7],
            vec![LEAF, 0, 0, 0, 1, 0, 3, 0, 7],
        ] {
            assert_eq!(cleaned(page), None);
        }
    }
}
