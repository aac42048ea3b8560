//! Memory from the system, in large pieces.

use std::ops::Range;
use std::ptr::NonNull;

/// What the system calls a huge page: touching it for the first time is one fault instead of 512. A piece of memory
/// starts at a multiple of it.
pub const HUGE: usize = 2 << 20;

/// Memory of its own, zeros at first, until it is dropped.
#[derive(Debug)]
pub struct Mapping {
    start: NonNull<u8>,
    len: usize,
}

// SAFETY: the memory belongs to the value; what is in it is the concern of those that it is lent to.
unsafe impl Send for Mapping {}
// SAFETY: as for `Send`; what can be done with a shared mapping leaves its bytes alone, or says who may do it.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// `len` bytes, in huge pages where the system has some and `huge` asks for them. `None` when memory ran out.
    pub fn new(len: usize, huge: bool) -> Option<Self> {
        Some(Self { start: system::map(len, huge)?, len })
    }

    /// Where it starts.
    pub fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Gives the memory of `range` back to the system for now: its bytes may become zeros.
    ///
    /// # Safety
    /// Nobody may be using the bytes.
    pub unsafe fn discard(&self, range: Range<usize>) {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: in bounds by the assertion, and not in use by this function's contract.
        unsafe { system::discard(self.start.add(range.start), range.len()) }
    }

    /// Has the system find memory for `range` now, and not when it is used first; its bytes stay as they are. Where the system
    /// can't do that (Linux before 5.14, no memory), the first use has to.
    pub fn touch(&self, range: Range<usize>) {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: in bounds by the assertion.
        unsafe { system::touch(self.start.add(range.start), range.len()) }
    }

    /// Lets the memory be, to be found by its address: see [`Mapping::found`].
    pub fn leak(self) -> NonNull<u8> {
        std::mem::ManuallyDrop::new(self).start
    }

    /// What was leaked.
    ///
    /// # Safety
    /// A mapping of `len` bytes must have been leaked at `start`, and not have been found since.
    pub unsafe fn found(start: NonNull<u8>, len: usize) -> Self {
        Self { start, len }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this size, and whoever had memory of it has given it back.
        unsafe { system::unmap(self.start, self.len) }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use super::HUGE;
    use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};
    use std::ptr::{NonNull, null_mut};

    pub fn map(len: usize, huge: bool) -> Option<NonNull<u8>> {
        let whole = len.checked_add(HUGE)?;
        // SAFETY: a new mapping, at an address that the system chooses.
        let start = unsafe {
            mmap_anonymous(null_mut(), whole, ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE)
        };
        let start = NonNull::new(start.ok()?.cast::<u8>())?;
        let before = start.align_offset(HUGE);
        // SAFETY: `before` is less than HUGE, so all three parts are within what was mapped. Nobody uses it yet, and
        // the first and the last part are given up; where that fails they stay unused.
        unsafe {
            let aligned = start.add(before);
            for (part, len) in [(start, before), (aligned.add(len), HUGE - before)] {
                if len > 0 {
                    let _ = munmap(part.as_ptr().cast(), len);
                }
            }
            // Without huge pages it is slower, not wrong.
            if huge {
                let _ = madvise(aligned.as_ptr().cast(), len, Advice::LinuxHugepage);
            }
            Some(aligned)
        }
    }

    /// # Safety
    /// The range must be part of a mapping, and unused.
    pub unsafe fn discard(start: NonNull<u8>, len: usize) {
        // SAFETY: by this function's contract. Where it fails, the memory stays.
        let _ = unsafe { madvise(start.as_ptr().cast(), len, Advice::LinuxDontNeed) };
    }

    /// # Safety
    /// The range must be part of a mapping.
    pub unsafe fn touch(start: NonNull<u8>, len: usize) {
        // SAFETY: by this function's contract. Where it fails, the first use does it.
        let _ = unsafe { madvise(start.as_ptr().cast(), len, Advice::LinuxPopulateWrite) };
    }

    /// # Safety
    /// The range must be a mapping, and unused.
    pub unsafe fn unmap(start: NonNull<u8>, len: usize) {
        // SAFETY: by this function's contract. Where it fails, the memory stays.
        let _ = unsafe { munmap(start.as_ptr().cast(), len) };
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::ptr::NonNull;

    fn layout(len: usize) -> Option<Layout> {
        Layout::from_size_align(len, 4096).ok().filter(|layout| layout.size() > 0)
    }

    pub fn map(len: usize, _huge: bool) -> Option<NonNull<u8>> {
        // SAFETY: the layout's size is not zero.
        NonNull::new(unsafe { alloc_zeroed(layout(len)?) })
    }

    /// # Safety
    /// None here: nothing is done.
    pub unsafe fn discard(_start: NonNull<u8>, _len: usize) {}

    /// # Safety
    /// None here: nothing is done.
    pub unsafe fn touch(_start: NonNull<u8>, _len: usize) {}

    /// # Safety
    /// The range must be what `map` gave, and unused.
    pub unsafe fn unmap(start: NonNull<u8>, len: usize) {
        if let Some(layout) = layout(len) {
            // SAFETY: by this function's contract, with the layout that `map` had.
            unsafe { dealloc(start.as_ptr(), layout) }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::param::page_size;
    use std::os::unix::fs::FileExt;

    /// Bytes of an entry of /proc/self/pagemap.
    const ENTRY: usize = 8;

    /// Whether there is memory for the byte at `address`.
    fn is_present(address: usize) -> bool {
        let mut entry = [0; ENTRY];
        let pages = std::fs::File::open("/proc/self/pagemap").expect("the kernel's list of pages");
        pages.read_exact_at(&mut entry, (address / page_size() * ENTRY) as u64).expect("an entry");
        // In memory, or swapped out.
        u64::from_le_bytes(entry) >> 62 != 0
    }

    #[test]
    fn what_is_touched_has_memory_and_keeps_its_bytes() {
        for huge in [false, true] {
            let mapping = Mapping::new(5 * HUGE, huge).expect("memory");
            let start = mapping.start().as_ptr();
            // SAFETY: the byte is part of the mapping, which nobody else has.
            unsafe { start.add(HUGE).write(7) };
            mapping.touch(HUGE..3 * HUGE);
            mapping.touch(4 * HUGE..4 * HUGE);
            let present: Vec<bool> =
                (0..5).map(|page| is_present(start as usize + page * HUGE + HUGE / 2)).collect();
            assert_eq!(present, [false, true, true, false, false], "Linux can do it since 5.14");
            // SAFETY: as above.
            assert_eq!(unsafe { (start.add(HUGE).read(), start.add(3 * HUGE - 1).read()) }, (7, 0));
        }
    }
}
