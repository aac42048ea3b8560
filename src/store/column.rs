//! The columns of a page.

use super::alloc;
use super::bits::Bits;
use super::heap::Span;
use crate::schema::Field;
use std::collections::TryReserveError;

/// A column's values, or where they are.
#[derive(Debug)]
pub enum Values {
    /// `width` little-endian bytes a row.
    Fixed {
        /// Bytes of a value.
        width: usize,
        /// The rows' values, one behind the other.
        bytes: Vec<u8>,
    },
    /// A span of the page's heap a row.
    Variable(Vec<Span>),
}

/// One field's values in a page.
#[derive(Debug)]
pub struct Column {
    /// The values. Rows past the end were never written.
    pub values: Values,
    /// Which rows have a value, for an optional field.
    pub presence: Option<Bits>,
}

impl Column {
    /// A column for `field` with room for `rows`.
    pub fn new(field: &Field, rows: usize) -> Result<Self, TryReserveError> {
        let mut column = if field.kind.is_variable() {
            Self { values: Values::Variable(Vec::new()), presence: None }
        } else {
            Self { values: Values::Fixed { width: field.kind.width(), bytes: Vec::new() }, presence: None }
        };
        column.presence = field.optional.then(Bits::default);
        column.reserve(rows)?;
        Ok(column)
    }

    /// A copy.
    pub fn copy(&self) -> Result<Self, TryReserveError> {
        let values = match &self.values {
            Values::Fixed { width, bytes } => Values::Fixed { width: *width, bytes: alloc::copy(bytes)? },
            Values::Variable(spans) => Values::Variable(alloc::copy(spans)?),
        };
        Ok(Self { values, presence: self.presence.clone() })
    }

    fn reserve(&mut self, rows: usize) -> Result<(), TryReserveError> {
        match &mut self.values {
            Values::Fixed { width, bytes } => alloc::reserve_exact(bytes, rows * *width),
            Values::Variable(spans) => alloc::reserve_exact(spans, rows),
        }
    }

    /// Makes rows `[0, row)` exist, as zeros where they were never written, with room for `count` more.
    pub fn extend_to(&mut self, row: usize, count: usize) -> Result<(), TryReserveError> {
        let grow = |len: usize, capacity: usize, need: usize| {
            // Doubling keeps a table of few rows small and a growing one linear.
            if need > capacity { Some(need.max(capacity * 2) - len) } else { None }
        };
        match &mut self.values {
            Values::Fixed { width, bytes } => {
                let need = (row + count) * *width;
                if let Some(more) = grow(bytes.len(), bytes.capacity(), need) {
                    alloc::reserve_exact(bytes, more)?;
                }
                if bytes.len() < row * *width {
                    bytes.resize(row * *width, 0);
                }
            }
            Values::Variable(spans) => {
                if let Some(more) = grow(spans.len(), spans.capacity(), row + count) {
                    alloc::reserve_exact(spans, more)?;
                }
                if spans.len() < row {
                    spans.resize(row, Span::default());
                }
            }
        }
        Ok(())
    }

    /// Whether row `row` has a value.
    pub fn is_present(&self, row: usize) -> bool {
        self.presence.as_ref().is_none_or(|bits| bits.get(row))
    }

    /// The span of row `row`; empty for a fixed-size column.
    pub fn span(&self, row: usize) -> Span {
        match &self.values {
            Values::Fixed { .. } => Span::default(),
            Values::Variable(spans) => spans[row],
        }
    }
}

/// Writes `values` over the end of `bytes` from `at` on, and on behind it.
pub fn overwrite<T: Copy>(bytes: &mut Vec<T>, at: usize, values: &[T]) {
    let over = (bytes.len() - at).min(values.len());
    bytes[at..at + over].copy_from_slice(&values[..over]);
    bytes.extend_from_slice(&values[over..]);
}
