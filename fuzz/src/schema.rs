//! The schema of both targets, and values that are made from a number.

use crate::common::{Value, text};
use millrace::schema::{Field, KINDS, Kind, Schema, Type};

/// Fields of the widest type: so many of varying size that its pages hold 256 rows, not 1,024.
const WIDE: usize = 70;
/// Bytes from which on a value lives outside of its page's heap (`store::heap::LARGE`).
const LARGE: usize = 32 * 1024;

fn field(index: usize, kind: Kind, optional: bool) -> Field {
    let values = match kind {
        Kind::Enum8 => 0..3,
        Kind::Enum16 => 0..300,
        _ => 0..0,
    };
    let values = values.map(|value| value.to_string()).collect();
    Field { name: format!("field{index}"), kind, optional, values }
}

fn type_of(name: &str, kinds: impl IntoIterator<Item = (Kind, bool)>) -> Type {
    let fields = kinds.into_iter().enumerate().map(|(index, (kind, optional))| field(index, kind, optional));
    Type::new(name, fields.collect()).expect("a valid type")
}

/// Every kind, required and optional, then smaller types whose frames are easier to hit.
pub fn schema() -> Schema {
    let every = [false, true].into_iter().flat_map(|optional| KINDS.map(|(kind, _)| (kind, optional)));
    let wide =
        (0..WIDE).map(|index| if index % 2 == 0 { (Kind::Binary, true) } else { (Kind::String, false) });
    let types = vec![
        type_of("every", every),
        type_of("byte", [(Kind::Uint8, false)]),
        type_of("optional", [(Kind::String, true), (Kind::Boolean, true), (Kind::Enum16, true)]),
        type_of("text", [(Kind::Json, false), (Kind::String, false), (Kind::Binary, true)]),
        type_of("wide", wide),
    ];
    Schema::new(types).expect("a valid schema")
}

/// A value that `field` takes; the same for the same `seed`.
pub fn value(field: &Field, seed: u32) -> Value {
    let mixed = (u64::from(seed) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let bytes = mixed.to_le_bytes();
    if field.optional && seed.is_multiple_of(3) {
        return Value::Absent;
    }
    // One in 2,048 is large.
    let units = if mixed >> 53 == 0 { LARGE + 5 } else { bytes[7] as usize % 20 };
    match field.kind {
        kind if kind.is_text() => text(&["x", "é", "語", "😀"][bytes[4] as usize % 4].repeat(units)),
        Kind::Binary => Value::Binary(vec![bytes[5]; units]),
        kind if kind.is_enum() => {
            let index = mixed as u32 % field.values.len() as u32;
            Value::Fixed(index.to_le_bytes()[..kind.width()].into())
        }
        kind => Value::Fixed(bytes[..kind.width()].into()),
    }
}

/// A record of type `t`, made from a number.
pub fn record(t: &Type, seed: u32) -> Vec<Value> {
    let fields = t.fields().iter().zip(0..);
    fields.map(|(field, index)| value(field, seed.wrapping_mul(31).wrapping_add(index))).collect()
}
