//! Memory that JavaScript and the workers share: the modify buffer and the modify states.
//!
//! The bytes belong to a `SharedArrayBuffer` that the binding keeps alive (or, in tests of the core, to an
//! allocation of our own). Who may touch which byte is settled by the protocol, not by the borrow checker:
//! JavaScript writes only between `ctx.pos` and `ctx.end`, which never overlaps a live region, and workers read
//! only live regions. A region becomes live by a hand-over (a queue send, which publishes JavaScript's stores)
//! and stops being live by a Release store that the ring reads with Acquire.

use crate::sync::Word;

/// A block of shared memory, 8-byte aligned.
#[derive(Debug)]
pub struct Memory {
    address: *mut u8,
    len: usize,
    /// Set when the block is our own, for the core without Node.
    _owned: Option<Box<[u64]>>,
    #[cfg(loom)]
    model: model::Model,
}

// SAFETY: the block outlives the value (contract of `new`), and access to its bytes is by atomics or under the
// region protocol that the module's documentation describes.
unsafe impl Send for Memory {}
// SAFETY: as for `Send`.
unsafe impl Sync for Memory {}

impl Memory {
    /// Wraps `len` bytes at `address`.
    ///
    /// # Safety
    /// The block must be valid for reads and writes for as long as the value lives, and 8-byte aligned.
    pub unsafe fn new(address: *mut u8, len: usize) -> Self {
        debug_assert_eq!(address as usize % 8, 0);
        Self {
            address,
            len,
            _owned: None,
            #[cfg(loom)]
            model: model::Model::new(len),
        }
    }

    /// A block of our own of at least `len` zero bytes, for use without Node.
    pub fn owned(len: usize) -> Self {
        let mut block = vec![0u64; len.div_ceil(8)].into_boxed_slice();
        Self {
            address: block.as_mut_ptr().cast(),
            len,
            _owned: Some(block),
            #[cfg(loom)]
            model: model::Model::new(len),
        }
    }

    /// Size in bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the block has no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The region `[start, end)`, to be read from front to back.
    ///
    /// # Safety
    /// Until the value is dropped, nobody may write to the region, but for bytes before the `pos` that the reader has
    /// published; and the reader must hold no slice of those any more.
    pub unsafe fn region(&self, start: usize, end: usize) -> Region<'_> {
        assert!(start <= end && end <= self.len);
        Region { memory: self, start, end }
    }

    /// Copies `bytes` to `at`: what JavaScript does in the addon, for use without Node.
    ///
    /// # Safety
    /// No live region may overlap the range.
    pub unsafe fn write(&self, at: usize, bytes: &[u8]) {
        assert!(at + bytes.len() <= self.len);
        #[cfg(loom)]
        self.model.write(at, at + bytes.len());
        // SAFETY: in bounds by the assertion; not read meanwhile by this function's contract.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.address.add(at), bytes.len()) }
    }

    /// The 32-bit word number `index`, as an atomic.
    #[cfg(not(loom))]
    pub fn word(&self, index: usize) -> &Word {
        assert!((index + 1) * 4 <= self.len);
        // SAFETY: in bounds by the assertion, aligned since the block is; words are only accessed atomically.
        unsafe { Word::from_ptr(self.address.cast::<u32>().add(index)) }
    }

    /// The block's owner ends: nobody may touch it any more, and the model checker sees to that.
    #[cfg(loom)]
    pub fn end(&self) {
        self.model.end();
    }

    /// The 32-bit word number `index`, as the model checker sees it.
    #[cfg(loom)]
    pub fn word(&self, index: usize) -> &Word {
        self.model.word(index)
    }
}

/// Bytes that hold frames: a live region of shared memory, or a slice.
pub trait Source {
    /// Size in bytes.
    fn len(&self) -> usize;

    /// Whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes `[from, to)`, which must be in bounds.
    fn slice(&self, from: usize, to: usize) -> &[u8];
}

impl Source for [u8] {
    fn len(&self) -> usize {
        <[u8]>::len(self)
    }

    fn slice(&self, from: usize, to: usize) -> &[u8] {
        &self[from..to]
    }
}

/// See [`Memory::region`].
#[derive(Debug)]
pub struct Region<'a> {
    memory: &'a Memory,
    start: usize,
    end: usize,
}

impl Source for Region<'_> {
    fn len(&self) -> usize {
        self.end - self.start
    }

    fn slice(&self, from: usize, to: usize) -> &[u8] {
        assert!(from <= to && to <= self.len());
        #[cfg(loom)]
        self.memory.model.read(self.start + from, self.start + to);
        // SAFETY: in bounds by the assertion and that of `region`; not written while in use by the contract of `region`.
        unsafe { std::slice::from_raw_parts(self.memory.address.add(self.start + from), to - from) }
    }
}

/// What the model checker knows of a block: its words, and who reads and writes which bytes.
#[cfg(loom)]
mod model {
    use crate::sync::Word;
    use loom::cell::UnsafeCell;

    /// Bytes that are tracked as one: frames start and end at multiples of it.
    const GRAIN: usize = crate::frame::ALIGN;

    #[derive(Debug)]
    pub struct Model {
        words: Vec<Word>,
        bytes: Vec<UnsafeCell<()>>,
        /// Whether the block's owner has ended; whoever touches the block looks.
        ended: UnsafeCell<bool>,
    }

    impl Model {
        pub fn new(len: usize) -> Self {
            let words = (0..len / 4).map(|_| Word::new(0)).collect();
            let bytes = (0..len.div_ceil(GRAIN)).map(|_| UnsafeCell::new(())).collect();
            Self { words, bytes, ended: UnsafeCell::new(false) }
        }

        pub fn end(&self) {
            // SAFETY: loom finds whoever touches the cell meanwhile.
            self.ended.with_mut(|ended| unsafe { *ended = true });
        }

        fn assert_alive(&self) {
            // SAFETY: as above.
            self.ended.with(|ended| assert!(!unsafe { *ended }, "the block's owner has ended"));
        }

        pub fn word(&self, index: usize) -> &Word {
            self.assert_alive();
            &self.words[index]
        }

        pub fn read(&self, from: usize, to: usize) {
            self.assert_alive();
            self.bytes[from / GRAIN..to.div_ceil(GRAIN)].iter().for_each(|cell| cell.with(|_| ()));
        }

        pub fn write(&self, from: usize, to: usize) {
            self.assert_alive();
            self.bytes[from / GRAIN..to.div_ceil(GRAIN)].iter().for_each(|cell| cell.with_mut(|_| ()));
        }
    }
}
