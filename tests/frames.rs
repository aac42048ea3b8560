//! Frames with fields of every kind, decoded in Rust: those that Rust encodes give the records back, and those that
//! JavaScript encodes are told to `__test__/frames.test.js`, which knows what was written.

mod common;

use common::{Op, Value};
use millrace::frame::{Frame, OPERATIONS, Operation, Operations, Rows, Texts, word};
use millrace::schema::{Field, KINDS, Kind, Schema, Type};
use proptest::prelude::*;
use std::fmt::Write;

/// The records of a frame of new rows, with their ids.
fn decode_rows(frame: &Frame<'_>, t: &Type) -> Result<Vec<(u32, Vec<Value>)>, &'static str> {
    let rows = Rows::decode(frame, t)?;
    let mut records: Vec<_> = (0..frame.count).map(|row| (frame.first + row, Vec::new())).collect();
    for (column, field) in rows.columns.iter().zip(t.fields()) {
        let mut texts = field.kind.is_text().then(|| Texts::new(column.heap)).transpose()?;
        let mut binary = column.heap;
        for (row, (_, record)) in records.iter_mut().enumerate() {
            let value = match &mut texts {
                Some(texts) => text(texts.take(word(column.values, row))?),
                None if field.kind.is_variable() => {
                    let (value, rest) = binary.split_at(word(column.values, row) as usize);
                    binary = rest;
                    Value::Binary(value.to_vec())
                }
                None => {
                    let width = field.kind.width();
                    Value::Fixed(column.values[row * width..][..width].to_vec())
                }
            };
            let present = column.presence.is_none_or(|bits| bits[row / 8] >> (row % 8) & 1 == 1);
            record.push(if present { value } else { Value::Absent });
        }
        assert!(texts.is_none_or(|texts| texts.is_done()));
    }
    Ok(records)
}

fn text(bytes: &[u8]) -> Value {
    Value::Text(str::from_utf8(bytes).expect("cut between characters").to_owned())
}

/// The operations of a frame.
fn decode_operations(frame: &Frame<'_>, t: &Type) -> Result<Vec<Op>, &'static str> {
    let mut operations = Operations::decode(frame)?;
    let mut decoded = Vec::new();
    for _ in 0..frame.count {
        let (operation, id, place) = operations.next()?;
        decoded.push(match operation {
            Operation::Delete => Op::Delete(id, place),
            Operation::Modify { cells } => {
                let cells = (0..cells).map(|_| {
                    let cell = operations.cell(t)?;
                    let value = match (t.fields()[cell.field].kind, cell.value) {
                        (_, None) => Value::Absent,
                        (Kind::Binary, Some(bytes)) => Value::Binary(bytes.to_vec()),
                        (kind, Some(bytes)) if kind.is_text() => text(bytes),
                        (_, Some(bytes)) => Value::Fixed(bytes.to_vec()),
                    };
                    Ok((cell.field, value))
                });
                Op::Modify(id, place, cells.collect::<Result<_, &'static str>>()?)
            }
        });
    }
    assert!(operations.is_done());
    Ok(decoded)
}

/// Every kind, required and optional.
fn every_kind() -> Type {
    let kinds = KINDS.into_iter().flat_map(|(kind, name)| [(kind, name, false), (kind, name, true)]);
    let fields =
        kinds.map(|(kind, name, optional)| common::field(&format!("{name}{optional}"), kind, optional));
    Type::new("every", fields.collect()).unwrap()
}

fn value(field: &Field) -> BoxedStrategy<Value> {
    let width = field.kind.width();
    let value = match field.kind {
        kind if kind.is_text() => "\\PC{0,9}".prop_map(Value::Text).boxed(),
        Kind::Binary => prop::collection::vec(any::<u8>(), 0..9).prop_map(Value::Binary).boxed(),
        kind if kind.is_enum() => (0..field.values.len())
            .prop_map(move |index| Value::Fixed(index.to_le_bytes()[..width].into()))
            .boxed(),
        _ => prop::collection::vec(any::<u8>(), width).prop_map(Value::Fixed).boxed(),
    };
    if field.optional { prop_oneof![Just(Value::Absent), value].boxed() } else { value }
}

fn record(t: &Type) -> Vec<BoxedStrategy<Value>> {
    t.fields().iter().map(value).collect()
}

fn operation(t: &Type) -> impl Strategy<Value = Op> + use<> {
    let fields = t.fields().len();
    let changes = (
        any::<u32>(),
        any::<u32>(),
        record(t),
        prop::sample::subsequence((0..fields).collect::<Vec<_>>(), 0..=fields),
    );
    let modify = changes.prop_map(|(id, place, values, chosen)| {
        Op::Modify(id, place, chosen.into_iter().map(|field| (field, values[field].clone())).collect())
    });
    prop_oneof![3 => modify, 1 => any::<(u32, u32)>().prop_map(|(id, place)| Op::Delete(id, place))]
}

proptest! {
    #[test]
    fn records_come_back_from_the_frame_that_rust_made_of_them(
        records in prop::collection::vec(record(&every_kind()), 1..20),
        first in 1u32..1_000_000,
    ) {
        let t = every_kind();
        let bytes = common::rows(0, &t, first, &records);
        let frame = Frame::read(&bytes[..], 0, 1).unwrap();
        let expected: Vec<_> = (first..).zip(records).collect();
        prop_assert_eq!(decode_rows(&frame, &t), Ok(expected));
    }

    #[test]
    fn operations_come_back_from_the_frame_that_rust_made_of_them(
        ops in prop::collection::vec(operation(&every_kind()), 1..20),
    ) {
        let t = every_kind();
        let bytes = common::operations(0, &ops);
        let frame = Frame::read(&bytes[..], 0, 1).unwrap();
        let decoded = decode_operations(&frame, &t).unwrap();
        prop_assert_eq!(format!("{decoded:?}"), format!("{ops:?}"));
    }
}

/// Takes a file of 32-bit words and bytes apart.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn word(&mut self) -> u32 {
        word(self.bytes(4), 0)
    }

    fn bytes(&mut self, len: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(len);
        self.0 = rest;
        bytes
    }

    /// Kind, whether it is optional, and number of enum values of each field of each type; counts before both.
    fn schema(&mut self) -> Schema {
        let types = (0..self.word()).map(|index| {
            let fields = (0..self.word()).map(|field| Field {
                name: format!("field{field}"),
                kind: Kind::from_code(self.word()).unwrap(),
                optional: self.word() == 1,
                values: (0..self.word()).map(|value| value.to_string()).collect(),
            });
            Type::new(format!("type{index}"), fields.collect()).unwrap()
        });
        Schema::new(types.collect()).unwrap()
    }
}

/// A value as both languages print it: numbers in decimal, `NaN`, floats by their bits, text and bytes in hex.
fn show(field: &Field, value: &Value) -> String {
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let bytes = match value {
        Value::Absent => return "-".into(),
        Value::Text(text) => return format!("'{}", hex(text.as_bytes())),
        Value::Binary(bytes) => return format!("x{}", hex(bytes)),
        Value::Fixed(bytes) => bytes,
    };
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    let unsigned = u64::from_le_bytes(wide);
    let spare = 64 - 8 * bytes.len() as u32;
    match field.kind {
        Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => {
            ((unsigned << spare) as i64 >> spare).to_string()
        }
        Kind::Float32 if f32::from_bits(unsigned as u32).is_nan() => "NaN".into(),
        Kind::Float64 | Kind::Timestamp if f64::from_bits(unsigned).is_nan() => "NaN".into(),
        _ => unsigned.to_string(),
    }
}

/// Run by `__test__/frames.test.js`, which gives the path of a file with schemas and regions. What these hold goes to
/// a file beside it: a record or an operation a line, behind the number of its region.
#[test]
#[ignore = "run by __test__/frames.test.js"]
fn regions_from_javascript() {
    let path = std::env::var("MILLRACE_FRAMES").expect("the path of a file with regions");
    let file = std::fs::read(&path).unwrap();
    let (mut input, mut out, mut number) = (Input(&file), String::new(), 0);
    while !input.0.is_empty() {
        let schema = input.schema();
        for _ in 0..input.word() {
            let len = input.word() as usize;
            let region = input.bytes(len);
            let mut at = 0;
            while at < region.len() {
                let frame = Frame::read(region, at, schema.types().len()).unwrap();
                show_frame(&mut out, number, &frame, &schema.types()[usize::from(frame.type_index)]);
                at = frame.end();
            }
            number += 1;
        }
    }
    std::fs::write(format!("{path}.decoded"), out).unwrap();
}

fn show_frame(out: &mut String, region: usize, frame: &Frame<'_>, t: &Type) {
    let index = frame.type_index;
    if frame.kind != OPERATIONS {
        for (id, record) in decode_rows(frame, t).unwrap() {
            let values: Vec<_> =
                t.fields().iter().zip(&record).map(|(field, value)| show(field, value)).collect();
            writeln!(out, "{region} create {index} {id} {}", values.join(" ")).unwrap();
        }
        return;
    }
    for op in decode_operations(frame, t).unwrap() {
        match op {
            Op::Delete(id, place) => writeln!(out, "{region} delete {index} {id} {place}").unwrap(),
            Op::Modify(id, place, cells) => {
                let cells = cells
                    .iter()
                    .map(|(field, value)| format!(" {field}={}", show(&t.fields()[*field], value)));
                writeln!(out, "{region} modify {index} {id} {place}{}", cells.collect::<String>()).unwrap();
            }
        }
    }
}
