//! The records of the JavaScript workloads *documents*, *wide* and *members*, near enough.

use crate::common::{Value, f64, field, text, u32};
use millrace::schema::{Field, Kind};

/// The types that records are spread over.
pub const TYPES: usize = 8;

/// Name, fields, and record number n of a shape.
type Shape = (&'static str, fn() -> Vec<Field>, fn(u32) -> Vec<Value>);

/// All shapes.
pub const SHAPES: [Shape; 3] = [
    ("documents", document_fields, document),
    ("wide", wide_fields, wide),
    ("members", member_fields, member),
];

fn byte(value: u32) -> Value {
    Value::Fixed(vec![value as u8])
}

fn fields(kinds: &[Kind]) -> Vec<Field> {
    kinds.iter().enumerate().map(|(n, &kind)| field(&format!("field{n}"), kind, false)).collect()
}

fn document_fields() -> Vec<Field> {
    fields(&[Kind::String])
}

fn document(n: u32) -> Vec<Value> {
    vec![text(&format!("{n} ").repeat(512)[..1024])]
}

fn member_fields() -> Vec<Field> {
    fields(&[Kind::String, Kind::String, Kind::Uint8, Kind::Float64, Kind::Boolean])
}

fn member(n: u32) -> Vec<Value> {
    let email = text(&format!("barbara.{}@example.org", n % 4096));
    vec![
        text("Barbara Nakamura"),
        email,
        byte(n % 100),
        f64(f64::from(n) + 0.5),
        byte(u32::from(n.is_multiple_of(3))),
    ]
}

fn wide_fields() -> Vec<Field> {
    let kinds = [(Kind::Float64, 10), (Kind::Uint32, 10), (Kind::String, 12), (Kind::Boolean, 8)];
    fields(&kinds.map(|(kind, count)| vec![kind; count]).concat())
}

fn wide(n: u32) -> Vec<Value> {
    let numbers = (0..10).map(|k| f64(f64::from(n + k) + 0.5)).chain((0..10).map(|k| u32(n + k)));
    let texts =
        (0..12).map(|k| if k < 6 { text("Barbara Nakamura") } else { text(&format!("tag-{}", n + k)) });
    numbers.chain(texts).chain((0..8).map(|k| byte(n >> k & 1))).collect()
}
