//! Product feeds in XML: RSS 2.0 and Atom with the attributes of the Google Merchant Center.
//!
//! Each `item` or `entry` is a row, each element directly inside it a column by its name as written
//! (`g:price`, `title`). What is nested deeper (`g:shipping`) is passed over, and of an element that comes
//! several times the first counts.

use super::{Asked, Input, RowError, Take};
use crate::failure::{Failure, Outcome};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;
use std::collections::HashMap;

/// Longest text of one element, bytes; more is cut.
const LONGEST: usize = 64 * 1024;
/// Most elements of one item.
const MOST: usize = 1_000;

/// A row while it is read.
#[derive(Default)]
struct Item {
    fields: HashMap<String, String>,
    /// The element whose text is being read.
    name: Option<String>,
    text: String,
    /// Elements open inside the item.
    depth: usize,
    unknown_entity: Option<String>,
}

impl Item {
    fn open(&mut self, element: &BytesStart<'_>) {
        self.depth += 1;
        if self.depth == 1 {
            self.text.clear();
            // Atom writes addresses as an attribute.
            if let Ok(Some(address)) = element.try_get_attribute("href")
                && let Ok(address) = address.normalized_value(XmlVersion::Implicit1_0)
            {
                self.text.push_str(&address);
            }
            self.name = Some(element.name().as_ref().to_owned());
        }
    }

    fn add(&mut self, text: &str) {
        if self.depth == 1 && self.text.len() < LONGEST {
            self.text.push_str(text);
        }
    }

    fn close(&mut self) {
        self.depth -= 1;
        if self.depth == 0
            && let Some(name) = self.name.take()
            && self.fields.len() < MOST
        {
            let text = core::mem::take(&mut self.text);
            self.fields.entry(name).or_insert(text);
        }
    }
}

pub(super) fn each(input: Input<'_>, name: &str, asked: &Asked<'_>, take: &mut Take<'_>) -> Outcome {
    let mut reader = Reader::from_reader(input);
    let mut buffer = Vec::new();
    let mut row = 0;
    let mut item: Option<Item> = None;
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let event = event.map_err(|error| {
            let at = reader.error_position();
            Failure::new("bad-xml", error.to_string())
                .at(format!("{name}, byte {at}, after {row} items"))
                .fix("check the feed with an XML validator: what comes after this place cannot be told")
        })?;
        match (&event, &mut item) {
            (Event::Start(element), None) if is_row(element) => {
                row += 1;
                item = Some(Item::default());
            }
            (Event::Start(element), Some(item)) => item.open(element),
            (Event::Empty(element), Some(item)) => {
                item.open(element);
                item.close();
            }
            (Event::Text(text), Some(item)) => item.add(&text.xml10_content()),
            (Event::CData(text), Some(item)) => item.add(&text.xml10_content()),
            (Event::GeneralRef(reference), Some(item)) => {
                match (reference.resolve_char_ref(), resolve_predefined_entity(reference)) {
                    (Ok(Some(char)), _) => item.add(char.encode_utf8(&mut [0; 4])),
                    (_, Some(text)) => item.add(text),
                    _ => item.unknown_entity = Some(reference.to_string()),
                }
            }
            (Event::End(_), Some(open)) if open.depth > 0 => open.close(),
            (Event::End(_), Some(_)) => {
                let done = item.take().unwrap_or_default();
                match done.unknown_entity {
                    None => take(row, Ok(&fields(&done.fields, asked)))?,
                    Some(entity) => take(
                        row,
                        Err(RowError {
                            code: "bad-entity",
                            row,
                            column: None,
                            message: format!("&{entity}; is no entity that XML knows"),
                            fix: "write the character itself, or its number such as &#233;",
                        }),
                    )?,
                }
            }
            (Event::Eof, None) if row == 0 => {
                return Err(Failure::new("empty", "the file has no item and no entry")
                    .at(name)
                    .fix("a feed in XML is RSS 2.0 with <item>s or Atom with <entry>s"));
            }
            (Event::Eof, None) => return Ok(()),
            (Event::Eof, Some(_)) => {
                return Err(Failure::new("bad-xml", "the file ends within an item").at(format!("{name}, item {row}")));
            }
            _ => {}
        }
    }
}

fn is_row(element: &BytesStart<'_>) -> bool {
    matches!(element.name().as_ref(), "item" | "entry")
}

fn fields<'a>(known: &'a HashMap<String, String>, asked: &Asked<'_>) -> Vec<Cow<'a, str>> {
    asked.columns.iter().map(|column| Cow::Borrowed(known.get(*column).map_or("", String::as_str))).collect()
}
