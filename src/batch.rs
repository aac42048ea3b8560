//! A batch: a run that one hand-over gave to its handlers, and how far each of them is.

use crate::db::Selection;
use crate::error::Failure;
use crate::handle::{Finished, Handle};
use crate::memory::Region;
use crate::placement;
use crate::ring;
use crate::sync::{Arc, AtomicBool, AtomicU32, Mutex, Ordering};

/// A run that was handed over: the region `[start, end)` of a handle's modify buffer. It is in flight until it is told as
/// finished.
#[derive(Debug, Clone)]
pub struct Run {
    /// The handle.
    pub handle: Arc<Handle>,
    /// Its number among the handle's.
    pub seq: u32,
    /// Where the region starts.
    pub start: u32,
    /// Where the region ends.
    pub end: u32,
    /// The CPU that it was handed over on.
    pub cpu: Option<usize>,
}

impl Run {
    /// The run number `seq` of `handle`, handed over now by its own thread.
    pub fn new(handle: &Arc<Handle>, seq: u32, start: u32, end: u32) -> Self {
        handle.begin();
        Self { handle: Arc::clone(handle), seq, start, end, cpu: placement::current() }
    }

    /// The bytes of the region, for whoever has still to read all of it.
    pub fn region(&self) -> Region<'_> {
        // SAFETY: the region is live from its hand-over to its release; nobody releases it before all have read it.
        unsafe { self.handle.memory().region(self.start as usize, self.end as usize) }
    }
}

/// What one handler does of a batch.
#[derive(Debug)]
pub struct Part {
    /// Number of the worker.
    pub worker: usize,
    /// The types that it applies, sorted.
    pub types: Vec<u16>,
    /// Offsets of the frames of those types in the region; empty: all frames are.
    pub frames: Vec<u32>,
    /// Bytes of those frames.
    pub bytes: usize,
    /// How far the handler is in the modify buffer. Stored with Release after the bytes before it were read,
    /// loaded with Acquire by the ring before they are given away.
    pos: AtomicU32,
}

impl Part {
    /// A part whose handler has not begun with the region that starts at `start`.
    pub fn new(worker: usize, types: Vec<u16>, frames: Vec<u32>, bytes: usize, start: u32) -> Self {
        let pos = AtomicU32::new(start + frames.first().copied().unwrap_or(0));
        Self { worker, types, frames, bytes, pos }
    }

    /// The frames that the handler applies.
    pub fn selection(&self) -> Selection<'_> {
        if self.frames.is_empty() { Selection::All } else { Selection::At(&self.frames) }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Batch {
    run: Run,
    parts: Vec<Part>,
    /// Parts that are not finished, and one more while the batch waits for a sync.
    pending: AtomicU32,
    failures: Mutex<Vec<Failure>>,
    poisoned: AtomicBool,
}

impl Batch {
    /// The batch of `run`, in `parts`. With `to_sync` it is finished only once [`Batch::synced`] was called too.
    pub fn new(run: Run, parts: Vec<Part>, to_sync: bool) -> Self {
        let pending = AtomicU32::new(parts.len() as u32 + u32::from(to_sync));
        Self { run, parts, pending, failures: Mutex::default(), poisoned: AtomicBool::new(false) }
    }

    /// Where the region starts.
    pub fn start(&self) -> u32 {
        self.run.start
    }

    /// Where the region ends.
    pub fn end(&self) -> u32 {
        self.run.end
    }

    /// The CPU that it was handed over on.
    pub fn cpu(&self) -> Option<usize> {
        self.run.cpu
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The bytes of the region, for the handler of an unfinished part.
    pub fn region(&self) -> Region<'_> {
        // SAFETY: the region is live until every part is finished, but for bytes before the lowest `pos`; and a handler
        // publishes its `pos` when it has dropped the frames before it (`Db::modify`).
        unsafe { self.run.handle.memory().region(self.run.start as usize, self.run.end as usize) }
    }

    /// The handler of part `part` is past everything before `pos`.
    pub fn advance(&self, part: usize, pos: u32) {
        let order = if cfg!(broken_publish) { Ordering::Relaxed } else { Ordering::Release };
        self.parts[part].pos.store(pos, order);
        self.run.handle.moved_on();
    }

    /// The handler of part `part` is past the region; `None`: the store is poisoned. The last handler tells the handle.
    pub fn finish(&self, part: usize, failures: Option<Vec<Failure>>) {
        self.parts[part].pos.store(self.run.end, Ordering::Release);
        match failures {
            Some(mut failures) if !failures.is_empty() => self.failures.lock().append(&mut failures),
            Some(_) => {}
            None => self.poisoned.store(true, Ordering::Relaxed),
        }
        self.count_down();
    }

    /// The batch, which waited for it, is on the disk; or the sync failed.
    pub fn synced(&self, done: bool) {
        if !done {
            self.poisoned.store(true, Ordering::Relaxed);
        }
        self.count_down();
    }

    fn count_down(&self) {
        // AcqRel: the last one sees what the others did before they counted down.
        if self.pending.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.run.handle.finish(Finished {
                poisoned: self.poisoned.load(Ordering::Relaxed),
                failures: std::mem::take(&mut *self.failures.lock()),
                ..Finished::new(self.run.seq)
            });
        }
    }
}

impl Batch {
    /// The lowest byte that a handler may still read; `None` once every handler is past the region.
    pub fn low(&self) -> Option<u32> {
        let positions = self.parts.iter().map(|part| part.pos.load(Ordering::Acquire));
        let low = if cfg!(broken_release) { positions.max() } else { positions.min() }?;
        (low < self.run.end).then_some(low)
    }
}

impl ring::Region for Arc<Batch> {
    fn low(&self) -> Option<u32> {
        Batch::low(self)
    }
}
