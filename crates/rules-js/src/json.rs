//! JSON text into the engine's values.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use wellmet_engine::value::Value;

/// A value that `serde` reads: of a key that comes twice the last one counts, as in JavaScript.
#[derive(Debug, Default)]
pub(crate) struct Json(pub(crate) Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_any(Json(Value::Null))
    }
}

impl<'de> Visitor<'de> for Json {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Self, E> {
        Ok(Self(Value::Null))
    }

    fn visit_bool<E: Error>(self, is: bool) -> Result<Self, E> {
        Ok(Self(Value::Bool(is)))
    }

    #[allow(clippy::cast_precision_loss, reason = "JavaScript's numbers are no finer")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self, E> {
        Ok(Self(Value::Number(number as f64)))
    }

    #[allow(clippy::cast_precision_loss, reason = "JavaScript's numbers are no finer")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self, E> {
        Ok(Self(Value::Number(number as f64)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self, E> {
        Ok(Self(Value::Number(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self, E> {
        Ok(Self(Value::Text(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self, E> {
        Ok(Self(Value::Text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        let mut list = Vec::new();
        while let Some(Self(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Self(Value::List(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut map: Vec<(String, Value)> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        while let Some((key, Self(value))) = entries.next_entry::<String, Self>()? {
            // Small maps, which attributes are, are looked through; payloads have thousands of keys.
            let place = match places.get(&key) {
                Some(place) => Some(*place),
                None if places.is_empty() => map.iter().position(|(known, _)| *known == key),
                None => None,
            };
            if let Some(place) = place {
                map[place].1 = value;
                continue;
            }
            if map.len() == 32 {
                places.extend(map.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)));
            }
            if !places.is_empty() {
                places.insert(key.clone(), map.len());
            }
            map.push((key, value));
        }
        Ok(Self(Value::Map(map)))
    }
}

/// Reads a text that holds one value.
pub(crate) fn read(text: &str) -> Option<Value> {
    serde_json::from_str::<Json>(text).ok().map(|Json(value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_what_javascript_reads() {
        let number = |number| Some(Value::Number(number));
        assert_eq!(read("1"), number(1.0));
        assert_eq!(read("-1.5e3"), number(-1500.0));
        assert_eq!(read("18446744073709551616"), number(18_446_744_073_709_551_616.0));
        assert_eq!(read(r#""\ud83d\ude00""#), Some(Value::Text("\u{1f600}".into())));
        let twice = read(r#"{"a":1,"b":[null,true],"a":2}"#);
        let list = Value::List(vec![Value::Null, Value::Bool(true)]);
        assert_eq!(twice, Some(Value::Map(vec![("a".into(), Value::Number(2.0)), ("b".into(), list)])));
        let many: String = (0..100).map(|at| format!("\"k{}\":{at},", at % 50)).collect();
        let Some(Value::Map(entries)) = read(&format!("{{{many}\"end\":0}}")) else { panic!("no map") };
        assert_eq!(entries.len(), 51);
        assert_eq!(entries[7], ("k7".into(), Value::Number(57.0)));
        for bad in ["", "{", "[1,]", "nul", "1 2", "{\"a\":1e999}", "'a'"] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(read(&"[".repeat(100_000)), None);
    }
}
