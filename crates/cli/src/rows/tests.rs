//! The same rows in every form that they may come in.

#![allow(clippy::unwrap_used)]

use super::*;
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use std::io::Write;
use std::sync::Arc;

type Seen = Result<Vec<String>, &'static str>;

fn collect(read: impl FnOnce(&mut Take<'_>) -> Outcome) -> Outcome<Vec<(u64, Seen)>> {
    let mut out = Vec::new();
    read(&mut |row, fields| {
        let fields = fields.map(|fields| fields.iter().map(ToString::to_string).collect());
        out.push((row, fields.map_err(|error| error.code)));
        Ok(())
    })?;
    Ok(out)
}

fn ask(bytes: &[u8], asked: &Asked<'_>) -> Outcome<Vec<(u64, Seen)>> {
    collect(|take| read(bytes, "f", asked, take))
}

fn ab(bytes: &[u8], encoding: Encoding) -> Outcome<Vec<(u64, Seen)>> {
    ask(bytes, &Asked { optional: &["b"], encoding, ..Asked::columns(&["a", "b"]) })
}

fn strings(all: &[&str]) -> Seen {
    Ok(all.iter().map(ToString::to_string).collect())
}

#[test]
fn tables_by_any_separator_and_records_by_any_json() {
    let expected = [(2, strings(&["1", "x, y"])), (3, strings(&["2", ""]))];
    assert_eq!(ab(b"a,b\n1,\"x, y\"\n2,\n", Encoding::Utf8).unwrap(), expected);
    assert_eq!(ab(b"\xef\xbb\xbfb;a\r\n\"x, y\";1\r\n;2\r\n", Encoding::Utf8).unwrap(), expected);
    assert_eq!(ab(b"a\tb\n1\tx, y\n2\t\n", Encoding::Utf8).unwrap(), expected);
    let records = [(1, strings(&["1", "x"])), (2, strings(&["2.5", ""]))];
    assert_eq!(ab(b"{\"a\":1,\"b\":\"x\"}\n{\"a\":2.5}\n", Encoding::Utf8).unwrap(), records);
    assert_eq!(ab(b" [{\"a\":1,\"b\":\"x\"},{\"a\":2.5,\"b\":null}]", Encoding::Utf8).unwrap(), records);
}

#[test]
fn gzip_is_seen_by_its_magic() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(b"a,b\n1,2\n").unwrap();
    assert_eq!(ab(&gz.finish().unwrap(), Encoding::Utf8).unwrap(), [(2, strings(&["1", "2"]))]);
}

#[test]
fn a_bad_row_is_reported_and_the_next_one_read() {
    let rows = ab(b"a,b\n1\n2,3\n\xff,4\n", Encoding::Utf8).unwrap();
    assert_eq!(rows, [(2, Err("wrong-width")), (3, strings(&["2", "3"])), (4, Err("not-utf8"))]);
    let rows = ab(b"{\"a\":[]}\n{\"a\":\n[1]\n{\"a\":7}\n", Encoding::Utf8).unwrap();
    assert_eq!(rows.iter().map(|(_, fields)| fields.is_ok()).collect::<Vec<_>>(), [false, false, false, true]);
}

#[test]
fn old_encodings_are_read_when_named() {
    let rows = ab(b"a,b\nCaf\xe9,\x80 5\n", Encoding::Windows1252).unwrap();
    assert_eq!(rows, [(2, strings(&["Café", "€ 5"]))]);
}

#[test]
fn a_missing_column_names_those_there_are() {
    let failure = ab(b"x,b\n1,2\n", Encoding::Utf8).unwrap_err();
    assert_eq!(failure.code, "no-column");
    assert!(failure.fix.unwrap().contains("x, b"));
    assert_eq!(ab(b" \n", Encoding::Utf8).unwrap_err().code, "empty");
    assert_eq!(ab(b"[{\"a\":1}", Encoding::Utf8).unwrap_err().code, "bad-json");
}

#[test]
fn lists_inside_records_become_rows_and_pairs_are_entered_by_key() {
    let log = br#"{"event":"Order Completed","p":{"id":"7","products":[{"sku":"A","q":2},{"sku":"B","q":1}]}}
{"event":"Page Viewed","p":{}}
{"event":"x","p":{"products":"none"}}
"#;
    let asked = Asked { each: Some("p.products"), ..Asked::columns(&["p.id", "p.products.sku", "p.products.q"]) };
    let rows = ask(log, &asked).unwrap();
    let [first, second, view, wrong] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((first, second), (&(1, strings(&["7", "A", "2"])), &(1, strings(&["7", "B", "1"]))));
    assert_eq!((view, wrong), (&(2, strings(&["", "", ""])), &(3, Err("bad-json"))));
    let ga4 = br#"{"event_params":[{"key":"page","value":{"string_value":"/"}},{"key":"ga_session_id","value":{"string_value":null,"int_value":"42"}}]}"#;
    let rows = ask(ga4, &Asked::columns(&["event_params.ga_session_id", "event_params.page", "event_params.none"]));
    assert_eq!(rows.unwrap(), [(1, strings(&["42", "/", ""]))]);
    assert_eq!(ask(b"a,b\n1,2\n", &asked).unwrap_err().code, "no-lists");
}

const FEED: &str = r#"<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>A,1</g:id><title>Cup &amp; saucer &#8211; blue</title><g:price>5.95 EUR</g:price>
<g:shipping><g:price>4.90 EUR</g:price></g:shipping><g:id>twice</g:id></item>
<item><g:id>ü7</g:id><title><![CDATA[Tasse <groß>]]></title><g:price/></item>
<item><g:id>C</g:id><title>Caf&eacute;</title></item>
</channel></rss>"#;

#[test]
fn feeds_in_xml_row_by_row() {
    let asked = Asked::columns(&["g:id", "title", "g:price"]);
    let rows = ask(FEED.as_bytes(), &asked).unwrap();
    assert_eq!(rows[0], (1, strings(&["A,1", "Cup & saucer – blue", "5.95 EUR"])));
    assert_eq!(rows[1..], [(2, strings(&["ü7", "Tasse <groß>", ""])), (3, Err("bad-entity"))]);
    let atom =
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><link href="/p?a=1&amp;b=2"/></entry></feed>"#;
    assert_eq!(ask(atom.as_bytes(), &Asked::columns(&["id", "link"])).unwrap(), [(1, strings(&["1", "/p?a=1&b=2"]))]);
    let cut = &FEED.as_bytes()[..FEED.find("Tasse").unwrap()];
    let failure = ask(cut, &asked).unwrap_err();
    assert_eq!(failure.code, "bad-xml");
    assert!(failure.place.unwrap().contains('2'));
    assert_eq!(ask(b"<html><body/></html>", &asked).unwrap_err().code, "empty");
}

/// A Parquet file of orders with three rows: texts, a float, a moment.
fn parquet_file(path: &std::path::Path) {
    let schema = "message orders { REQUIRED BYTE_ARRAY id (UTF8); OPTIONAL DOUBLE price;
        REQUIRED INT64 at (TIMESTAMP_MILLIS); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut writer = SerializedFileWriter::new(std::fs::File::create(path).unwrap(), schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let ids: Vec<ByteArray> = ["A,1", "ü7", "C"].into_iter().map(ByteArray::from).collect();
    column.typed::<ByteArrayType>().write_batch(&ids, None, None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<DoubleType>().write_batch(&[5.95, 19.0], Some(&[1, 0, 1]), None).unwrap();
    column.close().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&[0, 1_291_191_960_250, 86_399_999], None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

#[test]
fn parquet_by_its_magic_with_the_columns_that_are_asked_for() {
    let path = std::env::temp_dir().join(format!("wellmet-rows-{}.bin", std::process::id()));
    parquet_file(&path);
    let hidden = ProgressBar::hidden();
    let read = |asked: &Asked<'_>| collect(|take| read_file(&path, &hidden, asked, take));
    let rows = read(&Asked { optional: &["none"], ..Asked::columns(&["at", "id", "price", "none"]) }).unwrap();
    assert_eq!(
        rows,
        [
            (1, strings(&["1970-01-01T00:00:00.000Z", "A,1", "5.95", ""])),
            (2, strings(&["2010-12-01T08:26:00.250Z", "ü7", "", ""])),
            (3, strings(&["1970-01-01T23:59:59.999Z", "C", "19", ""])),
        ]
    );
    let failure = read(&Asked::columns(&["quantity"])).unwrap_err();
    assert_eq!((failure.code, failure.fix.unwrap().contains("id, price, at")), ("no-column", true));
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 9]).unwrap();
    assert_eq!(read(&Asked::columns(&["id"])).unwrap_err().code, "bad-parquet");
    std::fs::remove_file(&path).unwrap();
}
