//! Rows as they leave the store, read as strictly as can be: every part of a block must agree with the others.

use crate::common::Value;
use millrace::frame::word;
use millrace::store::block::HEADER;
use millrace::store::table::{Snapshot, Table};

/// A record with its id.
pub type Row = (u32, Vec<Value>);

/// The rows of a block, and where a scan goes on.
fn rows_of(table: &Table, block: &[u8]) -> (Vec<Row>, u32) {
    let layout = table.layout();
    let [rows, binary_at, text_at, text_len] = [0, 1, 2, 3].map(|index| word(block, index) as usize);
    assert_eq!(binary_at, HEADER + rows * layout.stride);
    assert_eq!(text_at + text_len, block.len(), "the size that was told is the block's");
    let text = std::str::from_utf8(&block[text_at..]).expect("text is UTF-8");
    assert_eq!(word(block, 4) == 1, text.is_ascii());
    let (mut binary, mut text) = (&block[binary_at..text_at], text);
    let rows = block[HEADER..binary_at].chunks_exact(layout.stride).map(|row| {
        let mut optional = 0;
        let fields = table.t().fields().iter().zip(&layout.cells).map(|(field, &at)| {
            let bit = row[layout.presence + optional / 8] >> (optional % 8) & 1;
            let absent = field.optional && bit == 0;
            optional += usize::from(field.optional);
            let cell = &row[at..at + field.kind.width()];
            let value = if field.kind.is_text() {
                Value::Text(take_units(&mut text, word(cell, 0) as usize).to_owned())
            } else if field.kind.is_variable() {
                let (value, rest) = binary.split_at(word(cell, 0) as usize);
                binary = rest;
                Value::Binary(value.to_owned())
            } else {
                let index = cell.iter().rev().fold(0, |index, byte| index << 8 | u64::from(*byte));
                assert!(!field.kind.is_enum() || index < field.values.len() as u64, "the enum has such a value");
                Value::Fixed(cell.to_owned())
            };
            let is_empty = matches!(&value, Value::Text(text) if text.is_empty())
                || matches!(&value, Value::Binary(bytes) if bytes.is_empty());
            assert!(!absent || is_empty || !field.kind.is_variable(), "an absent value has no bytes");
            if absent { Value::Absent } else { value }
        });
        (word(row, layout.id / 4), fields.collect())
    });
    let rows = rows.collect();
    assert!(binary.is_empty() && text.is_empty(), "every value belongs to a row");
    (rows, word(block, 5))
}

/// Cuts `units` UTF-16 units off the front of `text`.
fn take_units<'a>(text: &mut &'a str, units: usize) -> &'a str {
    let (mut left, mut len) = (units, 0);
    for character in text.chars() {
        if left == 0 {
            break;
        }
        left = left.checked_sub(character.len_utf16()).expect("a value ends at the end of a character");
        len += character.len_utf8();
    }
    assert_eq!(left, 0, "the text is as long as its lengths say");
    let (value, rest) = text.split_at(len);
    *text = rest;
    value
}

/// The record with this id.
pub fn get(table: &Table, id: u32) -> Option<Vec<Value>> {
    let mut block = vec![0; 256];
    loop {
        let size = table.get(id, &mut block)?;
        if size <= block.len() {
            let (mut rows, _) = rows_of(table, &block[..size]);
            assert_eq!(rows.len(), 1);
            let (found, record) = rows.remove(0);
            assert_eq!(found, id);
            return Some(record);
        }
        // A worker may have made the record larger since.
        block.resize(size, 0);
    }
}

/// All rows of a snapshot that was taken in this direction, read in blocks of up to `limit` rows, in the scan's order.
pub fn scan(table: &Table, snapshot: &Snapshot, reverse: bool, limit: usize) -> Vec<Row> {
    let (mut all, mut block) = (Vec::new(), vec![0; 4096]);
    let mut from = if reverse { u32::MAX } else { 0 };
    loop {
        let size = snapshot.read(table, from, reverse, limit, &mut block);
        if size > block.len() {
            block.resize(size, 0);
            assert_eq!(snapshot.read(table, from, reverse, limit, &mut block[..size]), size);
        }
        let (rows, next) = rows_of(table, &block[..size]);
        if rows.is_empty() {
            return all;
        }
        assert!(rows.len() <= limit);
        all.extend(rows);
        from = next;
    }
}

/// All rows of a table by id. Every way to read them must tell the same.
pub fn all(table: &Table) -> Vec<Row> {
    let forward = scan(table, &table.snapshot(0..u32::MAX, usize::MAX, false), false, 100);
    let mut backward = scan(table, &table.snapshot(0..u32::MAX, usize::MAX, true), true, 7);
    backward.reverse();
    assert_eq!(forward, backward);
    assert!(forward.is_sorted_by_key(|row| row.0));
    assert_eq!(forward.len(), table.count());
    for (id, record) in &forward {
        assert!(table.has(*id));
        assert_eq!(get(table, *id).as_ref(), Some(record));
    }
    forward
}
