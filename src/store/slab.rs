//! Slabs: the memory of pages.

use super::alloc::{self, OutOfMemory};
use super::arena::{self, Lent, MOST, UNIT};
use super::mapping::Mapping;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// From this size on a slab's memory is the arena's; below, the allocator's. ThreadSanitizer knows the allocator alone, and would
/// take memory that is used again for shared: for it, all is the allocator's (scripts/check-tsan.sh).
const SMALL: usize = if cfg!(plain_memory) { isize::MAX as usize } else { 4 * 1024 };

/// Some bytes, zeros at first.
#[derive(Debug)]
pub struct Slab {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the bytes belong to the value, like those of a `Box<[u8]>`.
unsafe impl Send for Slab {}
// SAFETY: as for `Send`; nothing changes behind a shared reference.
unsafe impl Sync for Slab {}

impl Default for Slab {
    /// No bytes.
    fn default() -> Self {
        Self { start: NonNull::dangling(), len: 0 }
    }
}

impl Slab {
    /// At least `len` zeros.
    pub fn new(len: usize) -> Result<Self, OutOfMemory> {
        let Some((slab, used)) = Self::lent(alloc::asked(len)) else { return Err(OutOfMemory) };
        // SAFETY: the first `used` bytes are part of the slab, which nobody else has.
        unsafe { slab.start.write_bytes(0, used) };
        Ok(slab)
    }

    /// A copy.
    pub fn copy(&self) -> Result<Self, OutOfMemory> {
        let Some((copy, _)) = Self::lent(alloc::asked(self.len)) else { return Err(OutOfMemory) };
        // SAFETY: both are `len` bytes, since `lent` gives as much again for what it gave, and the copy is new.
        unsafe { copy.start.copy_from_nonoverlapping(self.start, self.len) };
        Ok(copy)
    }

    /// A slab, of which so many of the first bytes may be other than zero.
    fn lent(len: usize) -> Option<(Self, usize)> {
        match len {
            0 => Some((Self::default(), 0)),
            1..SMALL => {
                // SAFETY: the layout's size is not zero.
                let start = NonNull::new(unsafe { alloc_zeroed(small(len)) })?;
                Some((Self { start, len }, 0))
            }
            _ => {
                let len = len.checked_next_multiple_of(UNIT)?;
                let Lent { start, used } = if len <= MOST {
                    arena::lend(len)?
                } else {
                    Lent { start: Mapping::new(len.checked_next_multiple_of(4096)?, true)?.leak(), used: 0 }
                };
                Some((Self { start, len }, used))
            }
        }
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        // SAFETY: each kind of memory is told by its size, as in `lent`, and is given back once.
        unsafe {
            match self.len {
                0 => {}
                len if len < SMALL => dealloc(self.start.as_ptr(), small(len)),
                len if len <= MOST => arena::take_back(self.start, len),
                len => drop(Mapping::found(self.start, len.next_multiple_of(4096))),
            }
        }
    }
}

impl Deref for Slab {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: the slab has so many bytes, all of which were set.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }
}

impl DerefMut for Slab {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: as for `deref`, and nobody else has the slab.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

/// The layout of a slab smaller than [`SMALL`].
fn small(len: usize) -> Layout {
    Layout::array::<u8>(len).expect("it is small")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Sizes of all three kinds of memory.
    fn len() -> impl Strategy<Value = usize> {
        prop_oneof![5 => 0..SMALL, 10 => SMALL..100_000, 1 => MOST..MOST + 2]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn a_slab_is_zeros_also_where_memory_is_used_again_and_nobody_elses(
            steps in prop::collection::vec((len(), any::<u8>(), any::<usize>()), 1..20),
        ) {
            let mut slabs: Vec<(Slab, u8)> = Vec::new();
            for (len, value, choice) in steps {
                if value % 3 == 0 && !slabs.is_empty() {
                    slabs.swap_remove(choice % slabs.len());
                }
                let mut slab = Slab::new(len).expect("memory");
                prop_assert!(slab.len() >= len && slab.iter().max().is_none_or(|&most| most == 0));
                slab.fill(value);
                slabs.push((slab.copy().expect("memory"), value));
                slabs.push((slab, value));
            }
            for (slab, value) in &slabs {
                prop_assert!(**slab == vec![*value; slab.len()]);
            }
        }
    }
}
