//! A handle with its ring and pool, driven as the JavaScript half drives them (`lib/ctx.js`, `src/binding/`).

use millrace::batch::Batch;
use millrace::db::Db;
use millrace::handle::{Finished, Handle};
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::ring::Ring;
use millrace::schema::Schema;
use millrace::state::{LINE, ModifyState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// See the module.
pub struct Writer {
    pool: Arc<Pool>,
    /// Numbers of its workers.
    workers: Vec<usize>,
    handle: Arc<Handle>,
    ring: Ring<Arc<Batch>>,
    seq: u32,
    announced: Arc<AtomicU32>,
}

impl Writer {
    /// A writer to a new store, with a ring of `size` bytes and so many worker threads.
    pub fn new(schema: Schema, workers: usize, size: usize) -> Self {
        Self::attach(&Arc::new(Pool::new(Arc::new(Db::new(schema)))), workers, size)
    }

    /// A writer to the store of `pool`, which may have others.
    pub fn attach(pool: &Arc<Pool>, workers: usize, size: usize) -> Self {
        let states = Arc::new(Memory::owned(workers * LINE * 4));
        let states = (0..workers).map(|worker| ModifyState::new(Arc::clone(&states), worker)).collect();
        let announced = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&announced);
        let announce = move || {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let handle = Arc::new(Handle::new(Arc::new(Memory::owned(size)), announce));
        let (pool, workers) = (Arc::clone(pool), Pool::join(pool, states).expect("threads"));
        Self { pool, workers, handle, ring: Ring::new(size as u32), seq: 0, announced }
    }

    /// The store.
    pub fn db(&self) -> &Arc<Db> {
        self.pool.db()
    }

    /// The pool.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Number of the batch that a frame belongs to that is put now.
    pub fn batch(&self) -> u32 {
        self.seq + 1
    }

    /// Puts a frame into the run, handing over and waiting for workers where there is no room.
    pub fn put(&mut self, frame: &[u8]) {
        let need = frame.len() as u32;
        if self.ring.extend() - self.ring.pos() < need {
            self.hand_over();
            let ring = &mut self.ring;
            self.handle.wait_until(|| ring.is_free() || ring.largest_gap() >= need);
            assert!(ring.largest_gap() >= need, "with nothing live all of the ring is free");
        }
        // SAFETY: the ring has just said that no live region is there.
        unsafe { self.handle.memory().write(self.ring.pos() as usize, frame) };
        self.ring.advance(self.ring.pos() + need);
    }

    /// Hands the run over, unless it is empty.
    pub fn hand_over(&mut self) {
        if self.ring.pos() > self.ring.start() {
            self.seq += 1;
            let (start, end) = (self.ring.start(), self.ring.pos());
            let batch = self.pool.hand_over(&self.handle, self.seq, start, end).expect("whole frames");
            self.ring.hand_over(batch);
        }
    }

    /// The batches that workers have announced since the last call, if any.
    pub fn take(&self) -> Vec<Finished> {
        if self.announced.swap(0, Ordering::Relaxed) == 0 { Vec::new() } else { self.handle.take() }
    }

    /// Whether nothing is in flight.
    pub fn is_quiet(&self) -> bool {
        self.handle.in_flight() == 0
    }

    /// Hands over and waits until everything is applied; returns the batches that have finished since `take`.
    pub fn settle(&mut self) -> Vec<Finished> {
        self.hand_over();
        self.handle.quiesce();
        assert!(self.ring.is_free(), "every region is released");
        self.take()
    }

    /// The same for the only writer: nobody has anything left then.
    pub fn quiesce(&mut self) -> Vec<Finished> {
        let finished = self.settle();
        let workers = self.pool.workers();
        assert!(workers.iter().all(|worker| worker.processing.is_empty()), "no type is in anybody's hands");
        assert!(workers.iter().all(|worker| worker.remaining == 0), "nobody has anything left");
        finished
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.handle.leave();
        self.pool.leave(&self.workers);
    }
}
