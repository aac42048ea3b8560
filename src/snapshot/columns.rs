//! A type in Arrow's terms.

use crate::schema::{Field, Kind, Type};
use arrow_array::{ArrayRef, StringArray};
use arrow_schema::extension::EXTENSION_TYPE_NAME_KEY;
use arrow_schema::{DataType, Field as Column, Schema, TimeUnit};
use std::sync::Arc;

/// Key of the schema's metadata: the name of the type.
pub const TYPE: &str = "millrace.type";
/// Key of the schema's metadata: the id that the next record gets.
pub const NEXT_ID: &str = "millrace.next_id";
/// The latest and, below zero, earliest time that a JavaScript `Date` holds, in milliseconds since 1970.
pub const MAX_TIME: i64 = 8_640_000_000_000_000;
/// The column of ids, ahead of the fields. No field has this name.
const ID: &str = "id";

/// How the values of a field are stored in a file.
fn data_type(kind: Kind) -> DataType {
    let dictionary = |key| DataType::Dictionary(Box::new(key), Box::new(DataType::Utf8));
    match kind {
        Kind::String | Kind::Json => DataType::Utf8,
        Kind::Binary => DataType::Binary,
        Kind::Boolean => DataType::Boolean,
        Kind::Int8 => DataType::Int8,
        Kind::Uint8 => DataType::UInt8,
        Kind::Int16 => DataType::Int16,
        Kind::Uint16 => DataType::UInt16,
        Kind::Int32 => DataType::Int32,
        Kind::Uint32 => DataType::UInt32,
        Kind::Int64 => DataType::Int64,
        Kind::Uint64 => DataType::UInt64,
        Kind::Float32 => DataType::Float32,
        Kind::Float64 => DataType::Float64,
        Kind::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        Kind::Enum8 => dictionary(DataType::UInt8),
        Kind::Enum16 => dictionary(DataType::UInt16),
    }
}

fn column(field: &Field) -> Column {
    let column = Column::new(&field.name, data_type(field.kind), field.optional);
    match field.kind {
        Kind::Json => column.with_metadata([(EXTENSION_TYPE_NAME_KEY, "arrow.json")]),
        _ => column,
    }
}

/// The Arrow schema of a table of type `t` whose next record gets `next_id`.
pub fn schema(t: &Type, next_id: u32) -> Schema {
    let id = Column::new(ID, DataType::UInt32, false);
    let columns: Vec<_> = std::iter::once(id).chain(t.fields().iter().map(column)).collect();
    let metadata = [(TYPE, t.name().to_owned()), (NEXT_ID, next_id.to_string())];
    Schema::new(columns).with_metadata(metadata.map(|(key, value)| (key.to_owned(), value)))
}

/// The values of an enum as the dictionary that its column refers to.
pub fn dictionary(field: &Field) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(&field.values))
}
