//! A handle: what a JavaScript thread and the workers share for one open db. It owns the modify buffer's memory,
//! and it alone announces finished batches to that thread: whoever holds a batch holds its handle. A worker of another
//! handle may let the last of them go long after that thread has ended; so what announces is let go by [`Handle::leave`].
//!
//! How no announcement is lost: a worker pushes to `finished`, then swaps `announced` to true, and announces if
//! it was false. The JavaScript thread swaps it to false, then takes all of `finished`. If a worker finds it true,
//! the swap to false comes later, and so does the take, which sees the push.
//!
//! A JavaScript thread that will look by itself within microseconds, and take in the end, says so by setting
//! `announced`: to announce costs both sides more than the looks.
//!
//! How no waiter sleeps on: the JavaScript thread sets `waiting`, then looks for room; a worker makes room, then
//! looks at `waiting`. With a SeqCst fence between the two steps on both sides, one of them sees the other's. The same
//! holds for one that waits until nothing is in flight, and for the worker that counts down to that.

use crate::error::{Cause, Failure};
use crate::memory::Memory;
use crate::sync::{Arc, AtomicBool, AtomicU32, Mutex, Ordering, Word, fence, wait, wake_all};
use std::sync::atomic::AtomicUsize;

/// Batches that finish between two looks of the JavaScript thread, mostly.
const EXPECTED: usize = 16;

/// A batch that every handler is past, or a checkpoint that has ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Finished {
    /// Number of the batch or checkpoint.
    pub seq: u32,
    /// The store takes no more writes: none of the batch may be taken as applied, or as durable as asked.
    pub poisoned: bool,
    /// The operations that failed, by their place in the queue.
    pub failures: Vec<Failure>,
    /// Why the checkpoint failed, if it did.
    pub failed: Option<Cause>,
}

impl Finished {
    /// One in which nothing went wrong.
    pub fn new(seq: u32) -> Self {
        Self { seq, poisoned: false, failures: Vec::new(), failed: None }
    }
}

/// The JavaScript thread does not wait.
const NOTHING: u32 = 0;
/// It waits for a worker to move on.
const PROGRESS: u32 = 1;
/// It waits until nothing is in flight: each step of a long backlog would wake it for nothing.
const QUIET: u32 = 2;

/// Makes the JavaScript thread take what has finished.
type Announce = Box<dyn Fn() + Send + Sync>;

/// See the module.
pub struct Handle {
    memory: Arc<Memory>,
    finished: Mutex<Vec<Finished>>,
    announced: AtomicBool,
    /// Absent once the handle has left.
    announce: Mutex<Option<Announce>>,
    in_flight: AtomicU32,
    /// What the JavaScript thread waits for: [`NOTHING`], [`PROGRESS`] or [`QUIET`].
    waiting: AtomicU32,
    moved: Word,
    /// When it handed over last, see `Writers`.
    turn: AtomicUsize,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("memory", &self.memory).finish_non_exhaustive()
    }
}

impl Handle {
    /// A handle over a modify buffer. `announce` is called by workers, at most once until the next [`Handle::take`],
    /// and must make the JavaScript thread call that, unless it will anyway: an announcement that is not taken is the last one.
    pub fn new(memory: Arc<Memory>, announce: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            memory,
            finished: Mutex::default(),
            announced: AtomicBool::new(false),
            announce: Mutex::new(Some(Box::new(announce))),
            in_flight: AtomicU32::new(0),
            waiting: AtomicU32::new(NOTHING),
            moved: Word::new(0),
            turn: AtomicUsize::new(0),
        }
    }

    /// The modify buffer.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Notes the turn in which it hands over; gives the one in which it did before.
    pub fn turn(&self, turn: usize) -> usize {
        self.turn.swap(turn, std::sync::atomic::Ordering::Relaxed)
    }

    /// Batches that were handed over and not finished.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Acquire)
    }

    /// Counts a batch as in flight.
    pub fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// Tells of a finished batch.
    pub fn finish(&self, finished: Finished) {
        self.finished.lock().push(finished);
        if !self.announced.swap(true, Ordering::AcqRel) {
            self.announce.lock().iter().for_each(|announce| announce());
        }
        // Release: whoever sees the count at 0 (Acquire in `in_flight`) sees that no announcement is running.
        let is_last = self.in_flight.fetch_sub(1, Ordering::Release) == 1;
        self.wake(|waiting| waiting == PROGRESS || (waiting == QUIET && is_last));
    }

    /// The JavaScript thread will [`look`](Handle::look) by itself, and [`take`](Handle::take) in the end: until then no more is
    /// announced than was on its way.
    pub fn will_look(&self) {
        // Not a store, which would hide a worker's swap, and so its push, from the take that follows.
        if cfg!(broken_look) {
            self.announced.store(true, Ordering::Release);
        } else {
            self.announced.swap(true, Ordering::AcqRel);
        }
    }

    /// The batches that have finished since the last call, for a thread that will look or take again by itself.
    pub fn look(&self) -> Vec<Finished> {
        self.will_look();
        self.list()
    }

    /// The batches that have finished since the last call; the next one will be announced.
    pub fn take(&self) -> Vec<Finished> {
        self.announced.swap(false, Ordering::AcqRel);
        self.list()
    }

    /// The next list is made here, by the thread that will free it: freeing what a worker allocated waits for the worker's
    /// allocator, up to 25 µs where that is asking the kernel for memory.
    fn list(&self) -> Vec<Finished> {
        let mut finished = self.finished.lock();
        if finished.is_empty() {
            return Vec::new();
        }
        std::mem::replace(&mut *finished, Vec::with_capacity(EXPECTED))
    }

    /// Wakes the JavaScript thread if it waits for that: a worker has moved on, or the store was poisoned.
    pub fn moved_on(&self) {
        self.wake(|waiting| waiting == PROGRESS);
    }

    fn wake(&self, is_for: impl FnOnce(u32) -> bool) {
        // Pairs with the fence in `wait_for`.
        fence(Ordering::SeqCst);
        if is_for(self.waiting.load(Ordering::Relaxed)) {
            self.moved.fetch_add(1, Ordering::Relaxed);
            wake_all(&self.moved);
        }
    }

    /// Blocks the calling thread until `ready`, which is asked again whenever a worker has moved on.
    pub fn wait_until(&self, ready: impl FnMut() -> bool) {
        self.wait_for(PROGRESS, ready);
    }

    /// Blocks until nothing is in flight. Workers never wait on JavaScript, so this ends.
    pub fn quiesce(&self) {
        self.wait_for(QUIET, || self.in_flight() == 0);
    }

    fn wait_for(&self, what: u32, mut ready: impl FnMut() -> bool) {
        self.waiting.store(what, Ordering::Relaxed);
        loop {
            let seen = self.moved.load(Ordering::Relaxed);
            // Pairs with the fence in `wake`.
            fence(Ordering::SeqCst);
            if ready() {
                break;
            }
            wait(&self.moved, seen);
        }
        self.waiting.store(NOTHING, Ordering::Relaxed);
    }

    /// Blocks until nothing is in flight, and lets go of what announces: it is never called again, and ends on the
    /// calling thread, whoever still holds a batch of the handle.
    pub fn leave(&self) {
        self.quiesce();
        self.announce.lock().take();
    }
}
