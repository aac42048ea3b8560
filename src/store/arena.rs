//! The arena: where all stores of the process have the memory of their pages from.
//!
//! What creates cost a worker is mostly the first touch of new memory, a fault of the kernel's for every 4 KiB, in
//! which two workers are in each other's way. So memory comes from the system in chunks of huge pages, and what
//! pages give up is used again. Only the first chunk is small and of small pages, so that small stores are small.

use super::mapping::{HUGE, Mapping};
use super::units::Units;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::ops::Range;
use std::ptr::NonNull;

/// Memory is handed out in multiples of this.
pub const UNIT: usize = 1024;
/// Bytes of a chunk.
const CHUNK: usize = 8 * HUGE;
/// Bytes of the first chunk.
const FIRST_CHUNK: usize = HUGE;
/// What is larger is mapped for itself.
pub const MOST: usize = CHUNK / 2;

static CHUNKS: Mutex<Chunks> = Mutex::new(Chunks { by_address: BTreeMap::new() });

struct Chunks {
    by_address: BTreeMap<usize, Chunk>,
}

struct Chunk {
    mapping: Mapping,
    units: Units,
    /// Units from here on were never handed out, and so are zeros.
    fresh: usize,
}

/// Memory that was handed out.
pub struct Lent {
    /// Where it starts.
    pub start: NonNull<u8>,
    /// How many of its first bytes may be other than zero.
    pub used: usize,
}

/// `len` bytes, a multiple of [`UNIT`] and at most [`MOST`]; `None` when memory ran out.
pub fn lend(len: usize) -> Option<Lent> {
    let mut chunks = CHUNKS.lock();
    let found = chunks.by_address.values_mut().find_map(|chunk| chunk.lend(len / UNIT));
    found.or_else(|| chunks.add(len)?.lend(len / UNIT))
}

/// Takes back what [`lend`] handed out.
///
/// # Safety
/// The `len` bytes at `start` must have been handed out, and nobody may use them any more.
pub unsafe fn take_back(start: NonNull<u8>, len: usize) {
    let address = start.as_ptr() as usize;
    let mut chunks = CHUNKS.lock();
    let Some((&at, chunk)) = chunks.by_address.range_mut(..=address).next_back() else { return };
    let first = (address - at) / UNIT;
    // SAFETY: by this function's contract.
    unsafe { chunk.take_back(first..first + len / UNIT) };
    if chunk.units.is_empty() {
        chunks.by_address.remove(&at);
    }
}

impl Chunks {
    /// A new chunk, with room for `len` bytes.
    fn add(&mut self, len: usize) -> Option<&mut Chunk> {
        let first = self.by_address.is_empty() && len <= FIRST_CHUNK;
        let len = if first { FIRST_CHUNK } else { CHUNK };
        let mapping = Mapping::new(len, !first)?;
        let chunk = Chunk { units: Units::new(len / UNIT), fresh: 0, mapping };
        let address = chunk.mapping.start().as_ptr() as usize;
        Some(self.by_address.entry(address).or_insert(chunk))
    }
}

impl Chunk {
    fn lend(&mut self, units: usize) -> Option<Lent> {
        let first = self.units.take(units)?;
        let used = self.fresh.clamp(first, first + units) - first;
        self.fresh = self.fresh.max(first + units);
        // SAFETY: the units are within the mapping.
        let start = unsafe { self.mapping.start().add(first * UNIT) };
        Some(Lent { start, used: used * UNIT })
    }

    /// # Safety
    /// Nobody may use the bytes of `units` any more.
    unsafe fn take_back(&mut self, units: Range<usize>) {
        let free = self.units.give(units.clone());
        // Huge pages that became free as a whole go back to the system.
        let bytes = (free.start * UNIT).next_multiple_of(HUGE)..free.end * UNIT / HUGE * HUGE;
        let touched = units.start * UNIT / HUGE * HUGE..(units.end * UNIT).next_multiple_of(HUGE);
        let bytes = bytes.start.max(touched.start)..bytes.end.min(touched.end);
        if !bytes.is_empty() {
            // SAFETY: free units are used by nobody.
            unsafe { self.mapping.discard(bytes) };
        }
    }
}
