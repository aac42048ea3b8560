//! Blocks: how rows leave the store. One copied block holds some rows as fixed cells, then their binary values,
//! then all of their text as one UTF-8 run, so that JavaScript decodes the text once and cuts strings from it.
//!
//! ```text
//! 0      4             8           12           16        20        24    HEADER
//! | rows | binary at   | text at   | text bytes | ascii   | next id | 0   | rows × stride | binary … | text … |
//!
//! row: 8-byte cells, then the id and the 4-byte ones (for varying sizes the length; text in UTF-16 units),
//!      2-byte, 1-byte cells, then one presence bit for each optional field; zeros to 8
//! ```

use super::page::Page;
use crate::frame::word;
use crate::schema::{Kind, Type};

/// Bytes of a block's header.
pub const HEADER: usize = 32;

/// Where the cells of a type's rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLayout {
    /// Bytes from a row to the next, a multiple of 8.
    pub stride: usize,
    /// Offset of the id, a u32.
    pub id: usize,
    /// Offset of each field's cell, in the schema's order.
    pub cells: Vec<usize>,
    /// Offset of the presence bits.
    pub presence: usize,
    /// Whether rows have binary values.
    pub has_binary: bool,
}

impl RowLayout {
    /// The layout of rows of type `t`.
    pub fn new(t: &Type) -> Self {
        let mut cells = vec![0; t.fields().len()];
        let (mut at, mut id) = (0, None);
        for &field in t.columns() {
            let width = t.fields()[field].kind.width();
            if width < 8 && id.is_none() {
                id = Some(at);
                at += 4;
            }
            cells[field] = at;
            at += width;
        }
        let id = id.unwrap_or(at);
        at = at.max(id + 4);
        let optional = t.fields().iter().filter(|field| field.optional).count();
        let has_binary = t.fields().iter().any(|field| field.kind == Kind::Binary);
        Self { stride: (at + optional.div_ceil(8)).next_multiple_of(8), id, cells, presence: at, has_binary }
    }
}

/// A record: its page, the row in it, and its id.
pub type RowRef<'a> = (&'a Page, usize, u32);

/// Bytes that the varying values of a record take: binary, text.
fn varying(t: &Type, page: &Page, row: usize) -> (usize, usize) {
    let mut sums = (0, 0);
    for (index, field) in t.fields().iter().enumerate() {
        match field.kind {
            Kind::Binary => sums.0 += page.len(index, row),
            kind if kind.is_text() => sums.1 += page.len(index, row),
            _ => {}
        }
    }
    sums
}

/// Bytes of a block of one row.
pub fn size(t: &Type, layout: &RowLayout, (page, row, _): RowRef<'_>) -> usize {
    let (binary, text) = varying(t, page, row);
    HEADER + layout.stride + binary + text
}

/// How many of `rows` fit into a block of `room` bytes, and the bytes of that block; of the first row alone
/// when not even that fits.
pub fn fit<'a>(
    t: &Type,
    layout: &RowLayout,
    rows: impl Iterator<Item = RowRef<'a>>,
    room: usize,
) -> (Vec<RowRef<'a>>, usize) {
    let mut fitting = Vec::new();
    let mut size = HEADER;
    for row in rows {
        let with = size + self::size(t, layout, row) - HEADER;
        if with > room && !fitting.is_empty() {
            break;
        }
        size = with;
        fitting.push(row);
        if size > room {
            break;
        }
    }
    (fitting, size)
}

/// Writes `rows` as a block to the front of `out`, which must have room (see [`size`] and [`fit`]). `next` is kept for the reader.
pub fn write(t: &Type, layout: &RowLayout, rows: &[RowRef<'_>], next: u32, out: &mut [u8]) {
    let binary_at = HEADER + rows.len() * layout.stride;
    let binary_of =
        |&(page, row, _): &RowRef<'_>| if layout.has_binary { varying(t, page, row).0 } else { 0 };
    let binary_len: usize = rows.iter().map(binary_of).sum();
    let text_at = binary_at + binary_len;
    let (mut binary, mut text, mut ascii) = (binary_at, text_at, true);
    for (index, &(page, row, id)) in rows.iter().enumerate() {
        let base = HEADER + index * layout.stride;
        out[base..base + layout.stride].fill(0);
        put(out, base + layout.id, &id.to_le_bytes());
        let mut optional = 0;
        for ((index, field), &cell) in t.fields().iter().enumerate().zip(&layout.cells) {
            if field.kind.is_variable() {
                let value = page.varying(index, row);
                let at = if field.kind.is_text() { &mut text } else { &mut binary };
                put(out, *at, value);
                *at += value.len();
                let len = if field.kind.is_text() && !value.is_ascii() {
                    ascii = false;
                    utf16_len(value)
                } else {
                    value.len()
                };
                put(out, base + cell, &(len as u32).to_le_bytes());
            } else {
                let value = page.value(index, row);
                // A copy of a size that is known takes one instruction, else a call.
                match value.len() {
                    8 => put(out, base + cell, &value[..8]),
                    4 => put(out, base + cell, &value[..4]),
                    2 => put(out, base + cell, &value[..2]),
                    _ => out[base + cell] = value[0],
                }
            }
            if field.optional {
                out[base + layout.presence + optional / 8] |=
                    u8::from(page.is_present(index, row)) << (optional % 8);
                optional += 1;
            }
        }
    }
    let header = [rows.len(), binary_at, text_at, text - text_at, usize::from(ascii), next as usize, 0, 0]
        .map(|word| word as u32);
    for (index, word) in header.into_iter().enumerate() {
        put(out, index * 4, &word.to_le_bytes());
    }
}

/// The text of `block`, if it is ASCII; `None` also where there is no block.
pub fn ascii_text(block: &[u8]) -> Option<&[u8]> {
    if block.len() < HEADER || word(block, 4) == 0 {
        return None;
    }
    block.get(word(block, 2) as usize..)?.get(..word(block, 3) as usize)
}

fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    out[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Length in UTF-16 units of UTF-8 text: one for each character, two for those of four bytes.
fn utf16_len(text: &[u8]) -> usize {
    text.iter().map(|&byte| usize::from(byte & 0xc0 != 0x80) + usize::from(byte >= 0xf0)).sum()
}
