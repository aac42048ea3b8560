//! The arena: where all stores of the process have the memory of their pages from.
//!
//! What creates cost a worker is mostly the first touch of new memory, a fault of the kernel's for every 4 KiB, in
//! which two workers are in each other's way. So memory comes from the system in chunks of huge pages, and what
//! pages give up is used again. Only the first chunk is small and of small pages, so that small stores are small.
//!
//! Even the fault of a huge page takes a sixth of a millisecond, for which JavaScript would wait in the midst of a tick: workers
//! that have nothing to do see to it ([`touch_ahead`]).

use super::mapping::{HUGE, Mapping};
use super::units::Units;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Memory is handed out in multiples of this.
pub const UNIT: usize = 1024;
/// Bytes of a chunk.
const CHUNK: usize = 8 * HUGE;
/// Bytes of the first chunk.
const FIRST_CHUNK: usize = HUGE;
/// What is larger is mapped for itself.
pub const MOST: usize = CHUNK / 2;

/// Bytes that are touched ahead at a time: where the system has no huge pages, all 2 MiB would take a millisecond.
const STEP: usize = 128 * 1024;

static CHUNKS: Mutex<Chunks> = Mutex::new(Chunks::new());

/// Whether there may be something to touch ahead. Workers look here whenever they run out of work, and at the chunks only then.
static IS_NEAR: AtomicBool = AtomicBool::new(false);

struct Chunks {
    by_address: BTreeMap<usize, Chunk>,
    /// Where the chunk is that handed fresh units out last.
    last: usize,
}

struct Chunk {
    mapping: Arc<Mapping>,
    units: Units,
    /// Units from here on were never handed out, and so are zeros.
    fresh: usize,
    /// Bytes from here on were not touched ahead.
    touched: usize,
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
    let lent = chunks.lend(len)?;
    if chunks.is_near() {
        IS_NEAR.store(true, Ordering::Relaxed);
    }
    Some(lent)
}

/// Touches the huge page that follows the one from which new memory was handed out last, unless it was touched already, until
/// `is_needed` says that the caller has something better to do. Awaited creates take 3 to 4 % less for it, end to end on two
/// CPUs; with all memory touched beforehand they take 7 % less.
pub fn touch_ahead(is_needed: impl Fn() -> bool) {
    let is_near = IS_NEAR.load(Ordering::Relaxed) && IS_NEAR.swap(false, Ordering::Relaxed);
    let next = if is_near { CHUNKS.lock().next_to_touch() } else { None };
    // Not under the lock: another worker may go on meanwhile.
    if let Some((mapping, bytes)) = next {
        let steps = bytes.step_by(STEP).take_while(|_| !is_needed());
        steps.for_each(|start| mapping.touch(start..start + STEP));
    }
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
    const fn new() -> Self {
        Self { by_address: BTreeMap::new(), last: 0 }
    }

    fn lend(&mut self, len: usize) -> Option<Lent> {
        let units = len / UNIT;
        let mut chunks = self.by_address.iter_mut();
        let found = chunks.find_map(|(&at, chunk)| Some((at, chunk.lend(units)?)));
        let (at, lent) = match found {
            Some(found) => found,
            None => {
                let (at, chunk) = self.add(len)?;
                (at, chunk.lend(units)?)
            }
        };
        if lent.used < len {
            self.last = at;
        }
        Some(lent)
    }

    /// A new chunk, with room for `len` bytes, and where it is.
    fn add(&mut self, len: usize) -> Option<(usize, &mut Chunk)> {
        let first = self.by_address.is_empty() && len <= FIRST_CHUNK;
        let len = if first { FIRST_CHUNK } else { CHUNK };
        let mapping = Arc::new(Mapping::new(len, !first)?);
        // The first chunk has no huge pages: nothing of it is touched ahead.
        let touched = if first { len } else { 0 };
        let chunk = Chunk { units: Units::new(len / UNIT), fresh: 0, touched, mapping };
        let address = chunk.mapping.start().as_ptr() as usize;
        Some((address, self.by_address.entry(address).or_insert(chunk)))
    }

    /// Whether there is something to touch ahead.
    fn is_near(&self) -> bool {
        self.by_address.get(&self.last).is_some_and(|chunk| chunk.ahead().is_some())
    }

    /// What is to be touched ahead; it counts as touched from here on.
    fn next_to_touch(&mut self) -> Option<(Arc<Mapping>, Range<usize>)> {
        let chunk = self.by_address.get_mut(&self.last)?;
        let bytes = chunk.ahead()?;
        chunk.touched = bytes.end;
        Some((Arc::clone(&chunk.mapping), bytes))
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

    /// The huge page that is to be touched ahead, if there is one: that behind the page in which the fresh units begin.
    fn ahead(&self) -> Option<Range<usize>> {
        let fresh = self.fresh * UNIT;
        let start = self.touched.max(fresh.next_multiple_of(HUGE));
        (start < self.mapping.len() && start - fresh < HUGE).then_some(start..start + HUGE)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::slice;

    /// Hands `len` bytes out; gives what is to be touched then, as the number of a huge page of its chunk.
    fn lend(chunks: &mut Chunks, len: usize) -> Option<usize> {
        chunks.lend(len).expect("memory");
        let is_near = chunks.is_near();
        let next = chunks.next_to_touch();
        assert_eq!(is_near, next.is_some());
        assert!(!chunks.is_near() && chunks.next_to_touch().is_none(), "one page ahead is enough");
        let (_, bytes) = next?;
        assert_eq!((bytes.start % HUGE, bytes.len()), (0, HUGE));
        Some(bytes.start / HUGE)
    }

    #[test]
    fn each_huge_page_but_the_first_of_a_chunk_is_touched_once_and_before_it_is_handed_out() {
        let mut chunks = Chunks::new();
        assert!(chunks.next_to_touch().is_none(), "nothing was handed out");
        let third = HUGE / 3 / UNIT * UNIT;
        let small: Vec<_> = (0..3).map(|_| lend(&mut chunks, third)).collect();
        assert_eq!(small, [None; 3], "the first chunk is of small pages");
        for chunk in 0..2 {
            let touched: Vec<_> = (0..3 * CHUNK / HUGE).map(|_| lend(&mut chunks, third)).collect();
            let pages: Vec<_> = touched.iter().flatten().copied().collect();
            assert_eq!(pages, (1..CHUNK / HUGE).collect::<Vec<_>>(), "chunk {chunk}");
            for (at, page) in touched.iter().enumerate().filter_map(|(at, page)| Some((at, (*page)?))) {
                assert!(
                    (at + 1) * third <= page * HUGE,
                    "page {page} was touched after {} thirds of one",
                    at + 1
                );
            }
        }
    }

    #[test]
    fn what_is_handed_out_faster_than_it_is_touched_is_passed_over() {
        let mut chunks = Chunks::new();
        assert_eq!(lend(&mut chunks, 2 * HUGE), Some(2));
        chunks.lend(3 * HUGE).expect("memory");
        assert_eq!(
            lend(&mut chunks, UNIT),
            Some(6),
            "of the page in which the next bytes are, some are in use"
        );
        assert_eq!(lend(&mut chunks, HUGE), Some(7));
        assert_eq!(lend(&mut chunks, HUGE - UNIT), None, "the last page was touched");
    }

    #[test]
    fn only_where_new_memory_was_handed_out_last_is_something_touched() {
        let mut chunks = Chunks::new();
        assert_eq!(lend(&mut chunks, MOST), Some(CHUNK / HUGE / 2));
        assert_eq!(lend(&mut chunks, MOST), None, "the chunk is used up");
        let first = chunks.last;
        assert_eq!(lend(&mut chunks, MOST), Some(CHUNK / HUGE / 2));
        chunks.lend(MOST).expect("memory");
        let last = chunks.last;
        assert_ne!(last, first);
        // SAFETY: the units were handed out, and nobody uses them.
        unsafe { chunks.by_address.get_mut(&first).expect("a chunk").take_back(0..8) };
        assert_eq!(lend(&mut chunks, 8 * UNIT), None, "it was used before");
        assert_eq!(chunks.last, last);
    }

    #[test]
    fn memory_stays_as_it_is_while_other_threads_touch_ahead() {
        const THREADS: u8 = 3;
        const SLABS: usize = 24;
        std::thread::scope(|scope| {
            for value in 1..=THREADS {
                scope.spawn(move || {
                    for round in 0..20 {
                        let len = (64 + 256 * (round % 5)) * UNIT;
                        let lent: Vec<Lent> = (0..SLABS)
                            .map(|_| {
                                let lent = super::lend(len).expect("memory");
                                // SAFETY: it was handed out to this thread alone.
                                let bytes = unsafe { slice::from_raw_parts_mut(lent.start.as_ptr(), len) };
                                assert!(bytes[lent.used..].iter().all(|&byte| byte == 0));
                                bytes.fill(value);
                                touch_ahead(|| round % 4 == 0);
                                lent
                            })
                            .collect();
                        for Lent { start, .. } in lent {
                            // SAFETY: as above; and nobody uses it later.
                            unsafe {
                                let bytes = slice::from_raw_parts(start.as_ptr(), len);
                                assert!(bytes.iter().all(|&byte| byte == value));
                                take_back(start, len);
                            }
                        }
                    }
                });
            }
        });
    }
}
