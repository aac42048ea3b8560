//! Memory for pages, asked for in a way that can fail: then the store is poisoned, and the process lives.

use std::sync::atomic::{AtomicBool, Ordering};

/// Test-only door: the next allocation fails.
static FAIL_NEXT: AtomicBool = AtomicBool::new(false);

/// Test-only door: lets the next allocation of this process for a page fail, as if memory had run out.
pub fn fail_next() {
    FAIL_NEXT.store(true, Ordering::Relaxed);
}

/// Memory ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfMemory;

/// How much is asked for where `more` is wanted: that, or more than can be had.
pub fn asked(more: usize) -> usize {
    if FAIL_NEXT.load(Ordering::Relaxed) && FAIL_NEXT.swap(false, Ordering::Relaxed) {
        usize::MAX
    } else {
        more
    }
}

/// Makes room for `more` items, and for some to come.
pub fn reserve<T>(items: &mut Vec<T>, more: usize) -> Result<(), OutOfMemory> {
    items.try_reserve(asked(more)).map_err(|_| OutOfMemory)
}

/// Makes room for exactly `more` items.
pub fn reserve_exact<T>(items: &mut Vec<T>, more: usize) -> Result<(), OutOfMemory> {
    items.try_reserve_exact(asked(more)).map_err(|_| OutOfMemory)
}

/// A copy of `items`.
pub fn copy<T: Copy>(items: &[T]) -> Result<Vec<T>, OutOfMemory> {
    let mut copied = Vec::new();
    reserve_exact(&mut copied, items.len())?;
    copied.extend_from_slice(items);
    Ok(copied)
}
