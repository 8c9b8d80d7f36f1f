//! Parquet, the form that warehouses and Spark write.
//!
//! Only the columns that are asked for are read, one row group at a time.

use super::{Asked, Go, RowError, json, no_column};
use crate::failure::{Failure, Outcome};
use indicatif::ProgressBar;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fs::File;
use std::sync::Arc;
use wellmet_engine::time::{Day, Span};

pub(super) fn each(
    file: File,
    name: &str,
    progress: &ProgressBar,
    asked: &Asked<'_>,
    mut take: impl FnMut(u64, Result<&[Cow<'_, str>], RowError>) -> Go,
) -> Outcome {
    let bad = |error: parquet::errors::ParquetError| {
        Failure::new("bad-parquet", error.to_string()).at(name).fix("write the file again; it is cut or damaged")
    };
    let reader = SerializedFileReader::new(file).map_err(bad)?;
    let metadata = reader.metadata().file_metadata();
    progress.set_length(u64::try_from(metadata.num_rows()).unwrap_or(0));
    let projection = projection(metadata.schema(), name, asked)?;
    let mut number = 0;
    for row in reader.get_row_iter(Some(projection)).map_err(bad)? {
        number += 1;
        progress.set_position(number);
        let value = object(&row.map_err(bad)?);
        json::record(&value, asked, number, &mut take)?;
    }
    if number == 0 {
        return Err(Failure::new("empty", "the file has no rows").at(name));
    }
    Ok(())
}

/// The part of the schema that is asked for: whole top-level columns.
fn projection(schema: &Type, name: &str, asked: &Asked<'_>) -> Outcome<Type> {
    let known: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
    let top = |path: &str| known.iter().copied().find(|known| *known == path || path.split('.').next() == Some(known));
    let mut wanted: Vec<&str> = asked.each.and_then(top).into_iter().collect();
    for column in asked.columns {
        match top(column) {
            Some(top) => wanted.push(top),
            None if asked.optional.contains(column) => {}
            None => return Err(no_column(name, column, &known)),
        }
    }
    let fields = schema.get_fields().iter().filter(|field| wanted.contains(&field.name())).map(Arc::clone).collect();
    Type::group_type_builder(schema.name())
        .with_fields(fields)
        .build()
        .map_err(|error| Failure::new("bad-parquet", error.to_string()).at(name))
}

fn object(row: &Row) -> Value {
    Value::Object(row.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect::<Map<_, _>>())
}

/// A field as JSON has it; moments as text in UTC, decimals with all their digits.
fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(yes) => Value::Bool(*yes),
        Field::Byte(number) => (*number).into(),
        Field::Short(number) => (*number).into(),
        Field::Int(number) => (*number).into(),
        Field::Long(number) => (*number).into(),
        Field::UByte(number) => (*number).into(),
        Field::UShort(number) => (*number).into(),
        Field::UInt(number) => (*number).into(),
        Field::ULong(number) => (*number).into(),
        Field::Float(number) => decimal(f64::from(*number), &number.to_string()),
        Field::Double(number) => decimal(*number, &number.to_string()),
        Field::Str(text) => Value::String(text.clone()),
        Field::Bytes(bytes) => Value::String(String::from_utf8_lossy(bytes.data()).into_owned()),
        Field::Date(days) => Value::String(date(Day(i64::from(*days)))),
        Field::TimestampMillis(millis) => Value::String(moment(*millis)),
        Field::TimestampMicros(micros) => Value::String(moment(micros.div_euclid(1_000))),
        Field::Float16(_) | Field::Decimal(_) | Field::TimeMillis(_) | Field::TimeMicros(_) => {
            Value::String(field.to_string())
        }
        Field::Group(row) => object(row),
        Field::ListInternal(list) => Value::Array(list.elements().iter().map(value).collect()),
        Field::MapInternal(map) => {
            let pair = |(key, inner): &(Field, Field)| match key {
                Field::Str(key) => (key.clone(), value(inner)),
                key => (key.to_string(), value(inner)),
            };
            Value::Object(map.entries().iter().map(pair).collect())
        }
    }
}

/// A floating point number by its shortest text: `5.95`, not what a wider type makes of it, and whole
/// numbers without a fraction.
fn decimal(number: f64, shortest: &str) -> Value {
    if number.is_finite() { Value::String(shortest.to_owned()) } else { Value::Null }
}

fn date(day: Day) -> String {
    let (year, month, day) = day.civil();
    format!("{year:04}-{month:02}-{day:02}")
}

fn moment(millis: i64) -> String {
    let day = millis.div_euclid(Span::DAY.0);
    let rest = millis.rem_euclid(Span::DAY.0);
    let (hours, minutes) = (rest / Span::HOUR.0, rest / Span::MINUTE.0 % 60);
    format!("{}T{hours:02}:{minutes:02}:{:02}.{:03}Z", date(Day(day)), rest / 1_000 % 60, rest % 1_000)
}
