//! The columns of a page, in one slab.
//!
//! ```text
//! | spans of the page's heap, one a row, for each field of varying size … | values, one a row, of the others, widest first … |
//! ```

use super::alloc::OutOfMemory;
use super::heap::Span;
use super::slab::Slab;
use crate::schema::Type;
use std::ops::Range;

/// Where the columns of a type's pages are.
#[derive(Debug)]
pub struct Layout {
    /// By field.
    places: Vec<Place>,
    /// Bytes of all of a row's values.
    stride: usize,
}

/// Where a field's column is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes of a row's values in the columns before.
    before: usize,
    /// Bytes of a value.
    pub width: usize,
    /// Whether the values are spans.
    pub is_variable: bool,
}

impl Layout {
    /// The layout for type `t`.
    pub fn new(t: &Type) -> Self {
        let mut places = vec![Place::default(); t.fields().len()];
        let is_variable = |field: usize| t.fields()[field].kind.is_variable();
        let (spans, others): (Vec<_>, Vec<_>) = t.columns().iter().partition(|&&field| is_variable(field));
        let mut before = 0;
        for &field in spans.into_iter().chain(others) {
            let kind = t.fields()[field].kind;
            let width = if kind.is_variable() { Span::BYTES } else { kind.width() };
            places[field] = Place { before, width, is_variable: kind.is_variable() };
            before += width;
        }
        Self { places, stride: before }
    }

    /// Where each field's column is.
    pub fn places(&self) -> &[Place] {
        &self.places
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Columns {
    slab: Slab,
    /// Rows that there is room for.
    rows: usize,
}

impl Columns {
    /// Columns with room for `rows`, all zeros.
    pub fn new(layout: &Layout, rows: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { slab: Slab::new(rows * layout.stride)?, rows })
    }

    /// A copy.
    pub fn copy(&self) -> Result<Self, OutOfMemory> {
        Ok(Self { slab: self.slab.copy()?, rows: self.rows })
    }

    /// Makes room for `rows` rows, of `most` that there can be.
    pub fn reserve(&mut self, layout: &Layout, rows: usize, most: usize) -> Result<(), OutOfMemory> {
        if rows > self.rows {
            // Doubling keeps a table of few rows small and a growing one linear.
            let mut grown = Self::new(layout, rows.max(self.rows * 2).min(most))?;
            for &place in &layout.places {
                grown.values_mut(place, 0..self.rows).copy_from_slice(self.values(place, 0..self.rows));
            }
            *self = grown;
        }
        Ok(())
    }

    /// Rows that there is room for.
    pub fn rows(&self) -> usize {
        self.rows
    }

    fn range(&self, place: Place, rows: Range<usize>) -> Range<usize> {
        let start = place.before * self.rows;
        start + rows.start * place.width..start + rows.end * place.width
    }

    /// The values in `rows`.
    pub fn values(&self, place: Place, rows: Range<usize>) -> &[u8] {
        &self.slab[self.range(place, rows)]
    }

    /// The values in `rows`.
    pub fn values_mut(&mut self, place: Place, rows: Range<usize>) -> &mut [u8] {
        let range = self.range(place, rows);
        &mut self.slab[range]
    }

    /// The span in row `row`, of a field of varying size; else an empty one.
    pub fn span(&self, place: Place, row: usize) -> Span {
        if !place.is_variable {
            return Span::default();
        }
        let at = place.before * self.rows + row * Span::BYTES;
        self.slab[at..].first_chunk().map_or_else(Span::default, |&bytes| Span::from_bytes(bytes))
    }

    /// The spans in `rows`, of a field of varying size.
    pub fn spans(&self, place: Place, rows: Range<usize>) -> &[[u8; Span::BYTES]] {
        self.values(place, rows).as_chunks().0
    }

    /// The same, to be changed.
    pub fn spans_mut(&mut self, place: Place, rows: Range<usize>) -> &mut [[u8; Span::BYTES]] {
        self.values_mut(place, rows).as_chunks_mut().0
    }
}
