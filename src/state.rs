//! The modify state of a worker: the words of a `SharedArrayBuffer`-backed `Int32Array` that JavaScript, the
//! hand-over and the worker share. Each worker's words fill cache lines of their own.
//!
//! ```text
//! word  0        1        2       3 …            LINE
//!       pos      end      run     unused         the next worker's words
//! ```

use crate::memory::Memory;
use crate::sync::{Arc, Ordering, Word};

/// Words from one worker's state to the next: two cache lines, since x86 prefetches lines in pairs.
pub const LINE: usize = 32;
/// Index of the word that says how far the worker is: a byte position in the modify buffer.
pub const POS: usize = 0;
/// Index of the word that says where the worker's current batch ends.
pub const END: usize = 1;
/// Index of the run flag: [`IDLE`] or [`RUNNING`]. The worker sleeps on this word.
pub const RUN: usize = 2;

/// Run flag: the worker sleeps, or is about to.
pub const IDLE: u32 = 0;
/// Run flag: the worker is at work, or will look at its queue again before it sleeps.
pub const RUNNING: u32 = 1;

/// One worker's modify state.
#[derive(Debug, Clone)]
pub struct ModifyState {
    words: Arc<Memory>,
    first: usize,
}

impl ModifyState {
    /// The state of worker number `worker` in a block that holds [`LINE`] words for each.
    pub fn new(words: Arc<Memory>, worker: usize) -> Self {
        assert!((worker + 1) * LINE * 4 <= words.len());
        Self { words, first: worker * LINE }
    }

    fn word(&self, index: usize) -> &Word {
        self.words.word(self.first + index)
    }

    /// The run flag.
    pub fn run(&self) -> &Word {
        self.word(RUN)
    }

    /// Where the worker is in the modify buffer, in bytes.
    pub fn pos(&self) -> u32 {
        self.word(POS).load(Ordering::Relaxed)
    }

    /// Where the worker's current batch ends, in bytes.
    pub fn end(&self) -> u32 {
        self.word(END).load(Ordering::Relaxed)
    }

    /// Shows that the worker is at `pos`. Relaxed: what is free to be written again is told by the batch.
    pub fn set_pos(&self, pos: u32) {
        self.word(POS).store(pos, Ordering::Relaxed);
    }

    /// Shows the batch `[start, end)` as the worker's current one.
    pub fn begin(&self, start: u32, end: u32) {
        self.set_pos(start);
        self.word(END).store(end, Ordering::Relaxed);
    }
}
