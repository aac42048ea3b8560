//! The values of varying size of one page: small ones in one block, large ones each on its own.

use super::alloc::{self, OutOfMemory};
use super::slab::Slab;
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
    /// Bytes of a span in a column.
    pub const BYTES: usize = 8;

    /// The span that these bytes hold.
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let word = u64::from_le_bytes(bytes);
        Self { at: word as u32, len: (word >> 32) as u32 }
    }

    /// The bytes that hold it: `at`, then `len`.
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        (u64::from(self.at) | u64::from(self.len) << 32).to_le_bytes()
    }

    /// A value of `len` bytes, less than [`LARGE`], at `at` of the block.
    pub fn small(at: u32, len: u32) -> Self {
        debug_assert!((len as usize) < LARGE);
        Self { at: if len == 0 { 0 } else { at }, len }
    }

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
    block: Slab,
    /// Bytes of the block that values were put into.
    len: usize,
    large: Vec<Option<Arc<Vec<u8>>>>,
    dead: usize,
}

impl Heap {
    /// An empty heap with room for `bytes`.
    pub fn with_room(bytes: usize) -> Result<Self, OutOfMemory> {
        Ok(Self { block: Slab::new(bytes)?, ..Self::default() })
    }

    /// A copy; large values are shared with it.
    pub fn copy(&self) -> Result<Self, OutOfMemory> {
        Ok(Self { block: self.block.copy()?, len: self.len, large: self.large.clone(), dead: self.dead })
    }

    /// Makes room for `bytes` more.
    pub fn reserve(&mut self, bytes: usize) -> Result<(), OutOfMemory> {
        let need = self.len + bytes;
        if need > self.block.len() {
            // Doubling keeps a heap of few values small and a growing one linear.
            let mut block = Slab::new(need.max(self.block.len() * 2))?;
            block[..self.len].copy_from_slice(&self.block[..self.len]);
            self.block = block;
        }
        Ok(())
    }

    /// Bytes of the block, dead ones included.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the block holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Copies small values in, which are one behind the other; gives the place of the first one.
    pub fn extend(&mut self, values: &[u8]) -> Result<u32, OutOfMemory> {
        self.reserve(values.len())?;
        let at = self.len;
        self.block[at..at + values.len()].copy_from_slice(values);
        self.len += values.len();
        Ok(at as u32)
    }

    /// Copies a value in.
    pub fn add(&mut self, value: &[u8]) -> Result<Span, OutOfMemory> {
        // A region, and so a value, is at most 1 GiB.
        let len = value.len() as u32;
        if value.is_empty() {
            return Ok(Span::default());
        }
        if value.len() < LARGE {
            return Ok(Span { at: self.extend(value)?, len });
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
        self.dead >= COMPACT_MIN && self.dead * 2 > self.len
    }

    /// Bytes of the block that are in use.
    pub fn used(&self) -> usize {
        self.len - self.dead
    }

    /// Moves the values of `spans` to `other`; of the large ones all, whether they are among them or not.
    pub fn move_to(&mut self, other: &mut Self, spans: &mut [[u8; Span::BYTES]]) -> Result<(), OutOfMemory> {
        for bytes in spans {
            let span = Span::from_bytes(*bytes);
            if !span.is_empty() && !span.is_large() {
                *bytes = Span { at: other.extend(self.get(span))?, ..span }.to_bytes();
            }
        }
        other.large.append(&mut self.large);
        Ok(())
    }
}
