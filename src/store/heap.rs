//! The values of varying size of one page: small ones in one block, large ones each on its own.

use super::alloc;
use std::collections::TryReserveError;
use std::sync::Arc;

/// A value of this many bytes or more is kept on its own, so that copying a page never copies it.
pub const LARGE: usize = 32 * 1024;
/// Dead bytes below which a heap is not worth compacting.
const COMPACT_MIN: usize = 4 * 1024;

/// Where a value is: `len` bytes at `at` of the block, or the large value number `at`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    at: u32,
    len: u32,
}

impl Span {
    /// Length of the value in bytes.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether the value has no bytes.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    fn is_large(self) -> bool {
        self.len() >= LARGE
    }
}

/// See the module. A page's rows × fields keep `block` far below 4 GiB (`page::rows_of`).
#[derive(Debug, Default)]
pub struct Heap {
    block: Vec<u8>,
    large: Vec<Option<Arc<Vec<u8>>>>,
    dead: usize,
}

impl Heap {
    /// An empty heap with room for `bytes`.
    pub fn with_room(bytes: usize) -> Result<Self, TryReserveError> {
        let mut heap = Self::default();
        heap.reserve(bytes)?;
        Ok(heap)
    }

    /// A copy; large values are shared with it.
    pub fn copy(&self) -> Result<Self, TryReserveError> {
        Ok(Self { block: alloc::copy(&self.block)?, large: self.large.clone(), dead: self.dead })
    }

    /// Makes room for `bytes` more.
    pub fn reserve(&mut self, bytes: usize) -> Result<(), TryReserveError> {
        alloc::reserve(&mut self.block, bytes)
    }

    /// Bytes of the block, dead ones included.
    pub fn len(&self) -> usize {
        self.block.len()
    }

    /// Whether the block holds nothing.
    pub fn is_empty(&self) -> bool {
        self.block.is_empty()
    }

    /// Copies consecutive small values in and calls `each` with the span of every one.
    pub fn extend(&mut self, values: &[u8], lens: impl Iterator<Item = usize>, mut each: impl FnMut(Span)) {
        let mut at = self.block.len() as u32;
        self.block.extend_from_slice(values);
        for len in lens {
            debug_assert!(len < LARGE);
            let len = len as u32;
            each(Span { at: if len == 0 { 0 } else { at }, len });
            at += len;
        }
    }

    /// Copies a value in.
    pub fn add(&mut self, value: &[u8]) -> Result<Span, TryReserveError> {
        // A region, and so a value, is at most 1 GiB.
        let len = value.len() as u32;
        if value.is_empty() {
            return Ok(Span::default());
        }
        if value.len() < LARGE {
            self.reserve(value.len())?;
            let at = self.block.len() as u32;
            self.block.extend_from_slice(value);
            return Ok(Span { at, len });
        }
        let value = Arc::new(alloc::copy(value)?);
        let slot = self.large.iter().position(Option::is_none).unwrap_or(self.large.len());
        if slot == self.large.len() {
            self.large.push(None);
        }
        self.large[slot] = Some(value);
        Ok(Span { at: slot as u32, len })
    }

    /// The value at `span`.
    pub fn get(&self, span: Span) -> &[u8] {
        if span.is_large() {
            return self.large[span.at as usize].as_ref().map_or(&[], |value| value);
        }
        &self.block[span.at as usize..][..span.len()]
    }

    /// Gives the value at `span` up.
    pub fn remove(&mut self, span: Span) {
        if span.is_large() {
            self.large[span.at as usize] = None;
        } else {
            self.dead += span.len();
        }
    }

    /// Whether more than half of the block is dead, and enough to matter.
    pub fn is_mostly_dead(&self) -> bool {
        self.dead >= COMPACT_MIN && self.dead * 2 > self.block.len()
    }

    /// Drops dead bytes: moves every span of `spans`, which must be all that are in use.
    pub fn compact<'a>(&mut self, spans: impl Iterator<Item = &'a mut Span>) -> Result<(), TryReserveError> {
        let mut block = Vec::new();
        alloc::reserve_exact(&mut block, self.block.len() - self.dead)?;
        for span in spans.filter(|span| !span.is_empty() && !span.is_large()) {
            let at = block.len() as u32;
            block.extend_from_slice(&self.block[span.at as usize..][..span.len()]);
            span.at = at;
        }
        self.block = block;
        self.dead = 0;
        Ok(())
    }
}
