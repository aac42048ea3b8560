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
use crate::schema::{Field, Kind, Type};
use std::ops::Range;

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
    /// Fields of fixed size, of varying size, and optional ones: the loops over rows have no choices to make.
    fixed: Vec<usize>,
    varying: Vec<Varying>,
    optional: Vec<usize>,
    has_binary: bool,
}

/// A field of varying size.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Varying {
    field: usize,
    cell: usize,
    is_text: bool,
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
        let those = |is: &dyn Fn(&Field) -> bool| -> Vec<_> {
            (0..t.fields().len()).filter(|&field| is(&t.fields()[field])).collect()
        };
        let optional = those(&|field| field.optional);
        let varying = those(&|field| field.kind.is_variable()).into_iter();
        let is_text = |field: usize| t.fields()[field].kind.is_text();
        Self {
            stride: (at + optional.len().div_ceil(8)).next_multiple_of(8),
            id,
            presence: at,
            fixed: those(&|field| !field.kind.is_variable()),
            varying: varying
                .map(|field| Varying { field, cell: cells[field], is_text: is_text(field) })
                .collect(),
            optional,
            has_binary: t.fields().iter().any(|field| field.kind == Kind::Binary),
            cells,
        }
    }
}

/// Records of a page whose rows follow each other.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// The page.
    pub page: &'a Page,
    /// Their rows, at least one.
    pub rows: Range<usize>,
    /// The id of the first one.
    pub first_id: u32,
}

impl Run<'_> {
    /// Bytes that they take in a block.
    fn size(&self, layout: &RowLayout) -> usize {
        let len = |field: &Varying| self.page.lens(field.field, self.rows.clone());
        self.rows.len() * layout.stride + layout.varying.iter().map(len).sum::<usize>()
    }

    /// Bytes of their binary values.
    fn binary(&self, layout: &RowLayout) -> usize {
        let binary = layout.varying.iter().filter(|field| !field.is_text);
        binary.map(|field| self.page.lens(field.field, self.rows.clone())).sum()
    }

    /// Drops the rows behind the first `count`.
    fn cut(mut self, count: usize) -> Self {
        self.rows.end = self.rows.end.min(self.rows.start.saturating_add(count));
        self
    }
}

/// Bytes of a block of one run.
pub fn size(layout: &RowLayout, run: &Run<'_>) -> usize {
    HEADER + run.size(layout)
}

/// The first rows of `runs` that fit into a block of `room` bytes, `limit` of them at most, and the bytes of that block;
/// the first row alone when not even that fits.
pub fn fit<'a>(
    layout: &RowLayout,
    runs: impl Iterator<Item = Run<'a>>,
    limit: usize,
    room: usize,
) -> (Vec<Run<'a>>, usize) {
    let mut fitting = Vec::new();
    let (mut size, mut left) = (HEADER, limit);
    for run in runs {
        let mut run = run.cut(left);
        let mut more = run.size(layout);
        if size + more > room {
            let row = |row: usize| Run { rows: row..row + 1, ..run.clone() }.size(layout);
            let mut sizes = run.rows.clone().map(row).scan(0, |sum, size| Some((*sum += size, *sum).1));
            let fits = sizes.clone().take_while(|sum| size + sum <= room).count();
            let count = if fitting.is_empty() { fits.max(1) } else { fits };
            more = count.checked_sub(1).and_then(|last| sizes.nth(last)).unwrap_or(0);
            run = run.cut(count);
            left = run.rows.len();
        }
        size += more;
        left -= run.rows.len();
        fitting.extend(Some(run).filter(|run| !run.rows.is_empty()));
        if left == 0 {
            break;
        }
    }
    (fitting, size)
}

/// Writes `runs` as a block to the front of `out`, which must have room (see [`size`] and [`fit`]). `next` is kept for the reader.
pub fn write(layout: &RowLayout, runs: &[Run<'_>], next: u32, out: &mut [u8]) {
    let rows: usize = runs.iter().map(|run| run.rows.len()).sum();
    let binary_at = HEADER + rows * layout.stride;
    let binary: usize = if layout.has_binary { runs.iter().map(|run| run.binary(layout)).sum() } else { 0 };
    let (head, values) = out.split_at_mut(binary_at);
    let (header, cells) = head.split_at_mut(HEADER);
    cells.fill(0);
    let (mut places, mut rest) = ([0, binary], &mut *cells);
    for run in runs {
        let (cells, behind) = rest.split_at_mut(run.rows.len() * layout.stride);
        rest = behind;
        write_cells(layout, run, cells);
        write_varying(layout, run, cells, values, &mut places);
    }
    let texts = &values[binary..places[1]];
    let is_ascii = texts.is_ascii();
    if !is_ascii {
        count_units(layout, texts, cells);
    }
    let words =
        [rows, binary_at, binary_at + binary, texts.len(), usize::from(is_ascii), next as usize, 0, 0];
    for (index, word) in words.into_iter().enumerate() {
        put(header, index * 4, &(word as u32).to_le_bytes());
    }
}

/// Writes what is of varying size of `run` to `values`, where the next binary and text values are to be put, and the lengths
/// in bytes to `cells`.
fn write_varying(
    layout: &RowLayout,
    run: &Run<'_>,
    cells: &mut [u8],
    values: &mut [u8],
    places: &mut [usize; 2],
) {
    for (row, cells) in run.rows.clone().zip(cells.chunks_exact_mut(layout.stride)) {
        for &Varying { field, cell, is_text } in &layout.varying {
            let value = run.page.varying(field, row);
            let at = &mut places[usize::from(is_text)];
            put(values, *at, value);
            *at += value.len();
            put(cells, cell, &(value.len() as u32).to_le_bytes());
        }
    }
}

/// Writes what is of fixed size of `run` to `cells`.
fn write_cells(layout: &RowLayout, Run { page, rows, first_id }: &Run<'_>, cells: &mut [u8]) {
    // The ids come second: behind the last one of all there is none to ask for.
    for (cells, id) in cells.chunks_exact_mut(layout.stride).zip(*first_id..) {
        put(cells, layout.id, &id.to_le_bytes());
    }
    for &field in &layout.fixed {
        let values = page.values(field, rows.clone());
        let at = layout.cells[field];
        // A copy of a size that is known takes one instruction, else a call.
        match values.len() / rows.len() {
            8 => spread::<8>(values, cells, layout.stride, at),
            4 => spread::<4>(values, cells, layout.stride, at),
            2 => spread::<2>(values, cells, layout.stride, at),
            _ => spread::<1>(values, cells, layout.stride, at),
        }
    }
    for (bit, &field) in layout.optional.iter().enumerate() {
        for (row, cells) in rows.clone().zip(cells.chunks_exact_mut(layout.stride)) {
            cells[layout.presence + bit / 8] |= u8::from(page.is_present(field, row)) << (bit % 8);
        }
    }
}

/// Writes each of `values`, of N bytes, to its row's cell at `at`.
fn spread<const N: usize>(values: &[u8], cells: &mut [u8], stride: usize, at: usize) {
    for (value, cells) in values.as_chunks::<N>().0.iter().zip(cells.chunks_exact_mut(stride)) {
        put(cells, at, value);
    }
}

/// Replaces the lengths in bytes of the values that `texts` consists of by those in UTF-16 units.
fn count_units(layout: &RowLayout, mut texts: &[u8], cells: &mut [u8]) {
    for cells in cells.chunks_exact_mut(layout.stride) {
        for field in layout.varying.iter().filter(|field| field.is_text) {
            let (value, rest) = texts.split_at(word(&cells[field.cell..], 0) as usize);
            put(cells, field.cell, &(utf16_len(value) as u32).to_le_bytes());
            texts = rest;
        }
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
