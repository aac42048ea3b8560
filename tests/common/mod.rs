//! Encoding frames in Rust, as `lib/rows.js` and `lib/operations.js` do in JavaScript, and a small schema.
#![allow(dead_code, reason = "each test uses a part")]

use millrace::frame::{ALIGN, DELETE, HEADER, MODIFY, NULL, OPERATIONS, OPERATIONS_HEADER, ROWS};
use millrace::schema::{Field, Kind, Schema, Type};

/// A value of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Absent,
    Text(String),
    Binary(Vec<u8>),
    /// Little-endian bytes of a fixed-size value.
    Fixed(Vec<u8>),
}

pub fn text(value: &str) -> Value {
    Value::Text(value.into())
}

pub fn u32(value: u32) -> Value {
    Value::Fixed(value.to_le_bytes().into())
}

pub fn f64(value: f64) -> Value {
    Value::Fixed(value.to_le_bytes().into())
}

pub fn field(name: &str, kind: Kind, optional: bool) -> Field {
    let values = (0..if kind.is_enum() { 3 } else { 0 }).map(|value| format!("value {value}")).collect();
    Field { name: name.into(), kind, optional, values }
}

/// `types` types, each with a name, a number, an optional note and optional bytes.
pub fn schema(types: usize) -> Schema {
    let fields = vec![
        field("name", Kind::String, false),
        field("number", Kind::Uint32, false),
        field("note", Kind::String, true),
        field("bytes", Kind::Binary, true),
    ];
    let types = (0..types).map(|index| Type::new(format!("type{index}"), fields.clone()).unwrap());
    Schema::new(types.collect()).unwrap()
}

/// A record of [`schema`].
pub fn record(number: u32) -> Vec<Value> {
    let note =
        if number.is_multiple_of(3) { Value::Absent } else { text(&"né".repeat(number as usize % 4)) };
    let bytes = if number.is_multiple_of(2) {
        Value::Absent
    } else {
        Value::Binary(vec![number as u8; number as usize % 5])
    };
    vec![text(&format!("name {number}")), u32(number), note, bytes]
}

fn words(out: &mut Vec<u8>, words: &[u32]) {
    words.iter().for_each(|word| out.extend(word.to_le_bytes()));
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(ALIGN), 0);
}

fn finish(mut out: Vec<u8>) -> Vec<u8> {
    pad(&mut out);
    let len = out.len() as u32;
    out[..4].copy_from_slice(&len.to_le_bytes());
    out
}

/// A frame of new records of type `index` with the ids `first`, ….
pub fn rows(index: usize, t: &Type, first: u32, records: &[Vec<Value>]) -> Vec<u8> {
    let mut out = Vec::new();
    words(&mut out, &[0, index as u32 | ROWS << 16, first, records.len() as u32]);
    assert_eq!(out.len(), HEADER);
    let heap = |field: usize| -> Vec<u8> {
        let values = records.iter().map(|record| match &record[field] {
            Value::Text(text) => text.as_bytes().to_vec(),
            Value::Binary(bytes) => bytes.clone(),
            _ => Vec::new(),
        });
        values.collect::<Vec<_>>().concat()
    };
    let variable: Vec<usize> = (0..t.fields().len()).filter(|&f| t.fields()[f].kind.is_variable()).collect();
    words(&mut out, &variable.iter().map(|&field| heap(field).len() as u32).collect::<Vec<_>>());
    pad(&mut out);
    for &field in t.columns() {
        for record in records {
            match &record[field] {
                Value::Text(text) => words(&mut out, &[text.encode_utf16().count() as u32]),
                Value::Binary(bytes) => words(&mut out, &[bytes.len() as u32]),
                Value::Fixed(bytes) => out.extend(bytes),
                Value::Absent => out.resize(out.len() + t.fields()[field].kind.width(), 0),
            }
        }
    }
    for (field, _) in t.fields().iter().enumerate().filter(|(_, field)| field.optional) {
        let mut bits = vec![0u8; records.len().div_ceil(8)];
        let present = records.iter().enumerate().filter(|(_, record)| record[field] != Value::Absent);
        present.for_each(|(row, _)| bits[row / 8] |= 1 << (row % 8));
        out.extend(bits);
    }
    variable.into_iter().for_each(|field| out.extend(heap(field)));
    finish(out)
}

/// An operation for [`operations`].
#[derive(Debug, Clone)]
pub enum Op {
    Modify(u32, u32, Vec<(usize, Value)>),
    Delete(u32, u32),
}

/// A frame of operations on type `index`; each names its id, then its place in the queue.
pub fn operations(index: usize, ops: &[Op]) -> Vec<u8> {
    let (mut body, mut lengths, mut texts) = (Vec::new(), Vec::new(), Vec::<u8>::new());
    for op in ops {
        let (id, place, cells) = match op {
            Op::Delete(id, place) => {
                words(&mut body, &[DELETE, *id, *place]);
                continue;
            }
            Op::Modify(id, place, cells) => (*id, *place, cells),
        };
        words(&mut body, &[MODIFY | (cells.len() as u32) << 8, id, place]);
        for (field, value) in cells {
            let field = *field as u32;
            match value {
                Value::Absent => words(&mut body, &[field | NULL]),
                Value::Text(text) => {
                    words(&mut body, &[field]);
                    lengths.push(text.encode_utf16().count() as u32);
                    texts.extend(text.as_bytes());
                }
                Value::Binary(bytes) => {
                    words(&mut body, &[field, bytes.len() as u32]);
                    body.extend(bytes);
                    body.resize(body.len().next_multiple_of(4), 0);
                }
                Value::Fixed(bytes) => {
                    words(&mut body, &[field]);
                    body.extend(bytes);
                    body.resize(body.len().next_multiple_of(4), 0);
                }
            }
        }
    }
    let mut out = Vec::new();
    let head = [0, index as u32 | OPERATIONS << 16, body.len() as u32 / 4, ops.len() as u32];
    words(&mut out, &head);
    words(&mut out, &[lengths.len() as u32, texts.len() as u32]);
    assert_eq!(out.len(), OPERATIONS_HEADER);
    out.extend(body);
    words(&mut out, &lengths);
    out.extend(texts);
    finish(out)
}
