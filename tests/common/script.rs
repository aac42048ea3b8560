//! What JavaScript's thread does, for the model checker loom.
#![allow(dead_code, reason = "each test uses a part")]

use crate::common::{record, rows, schema};
use loom::sync::Arc;
use millrace::batch::Batch;
use millrace::db::Db;
use millrace::handle::{Finished, Handle};
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::ring::Ring;
use millrace::state::{LINE, ModifyState};
use millrace::sync::{Ordering, Word, wait, wake_one};

/// What JavaScript's thread has: it writes, hands over, waits for announcements and takes what has finished.
pub struct Script {
    pool: Arc<Pool>,
    handle: Arc<Handle>,
    ring: Ring<Arc<Batch>>,
    announced: Arc<Word>,
    seq: u32,
    /// The modify states of its workers, and their numbers.
    words: Arc<Memory>,
    workers: Vec<usize>,
}

impl Script {
    /// The only handle of a store.
    pub fn new(types: usize, workers: usize, size: usize) -> Self {
        Self::attach(&Arc::new(Pool::new(Arc::new(Db::new(schema(types))))), workers, size)
    }

    /// A handle to the store of `pool`.
    pub fn attach(pool: &Arc<Pool>, workers: usize, size: usize) -> Self {
        let words = Arc::new(Memory::owned(workers * LINE * 4));
        let states = (0..workers).map(|worker| ModifyState::new(Arc::clone(&words), worker)).collect();
        let announced = Arc::new(Word::new(0));
        let event_loop = Arc::clone(&announced);
        let memory = Arc::new(Memory::owned(size));
        // What announces is used and let go while the thread lives, as the memory is.
        let alive = Arc::clone(&memory);
        let handle = Arc::new(Handle::new(memory, move || {
            alive.word(0).load(Ordering::Relaxed);
            event_loop.fetch_add(1, Ordering::Release);
            wake_one(&event_loop);
        }));
        let workers = Pool::join(pool, states).unwrap();
        let ring = Ring::new(size as u32);
        Self { pool: Arc::clone(pool), handle, ring, announced, seq: 0, words, workers }
    }

    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    pub fn frame(&self, index: usize, id: u32) -> Vec<u8> {
        rows(index, &self.pool.db().schema().types()[index], id, &[record(0)])
    }

    /// Writes `frame` at the run's `pos`, as JavaScript does: with plain stores.
    pub fn write(&mut self, frame: &[u8]) {
        let pos = self.ring.pos();
        assert!(self.ring.extend() - pos >= frame.len() as u32);
        // SAFETY: the ring says that nothing live is there; loom checks that it is right.
        unsafe { self.handle.memory().write(pos as usize, frame) };
        self.ring.advance(pos + frame.len() as u32);
    }

    /// Hands over a batch of one row of the first type.
    pub fn hand_over_row(&mut self, id: u32) {
        let frame = self.frame(0, id);
        self.write(&frame);
        self.hand_over();
    }

    pub fn hand_over(&mut self) -> Arc<Batch> {
        self.seq += 1;
        let (start, end) = (self.ring.start(), self.ring.pos());
        let batch = self.pool.hand_over(&self.handle, self.seq, start, end).unwrap();
        self.ring.hand_over(Arc::clone(&batch));
        batch
    }

    /// Runs the event loop until `batches` have settled: sleeps while nothing is announced.
    pub fn settle(&self, batches: usize) {
        self.settle_rest(Vec::new(), batches);
    }

    /// The same when it lingers first: it looks by itself, and takes in the end.
    pub fn linger_and_settle(&self, batches: usize) {
        let seqs = [self.handle.look(), self.handle.take()].into_iter().flat_map(seqs).collect();
        self.settle_rest(seqs, batches);
    }

    fn settle_rest(&self, mut seqs: Vec<u32>, batches: usize) {
        let mut seen = 0;
        while seqs.len() < batches {
            wait(&self.announced, seen);
            seen = self.announced.load(Ordering::Acquire);
            seqs.extend(self::seqs(self.handle.take()));
        }
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=batches as u32).collect::<Vec<_>>(), "every batch settles once");
    }

    /// Leaves, as `close` and the env's cleanup hook do: nobody touches the thread's memory then.
    pub fn leave(self) {
        self.handle.leave();
        self.pool.leave(&self.workers);
        self.handle.memory().end();
        self.words.end();
    }

    /// Leaves as the only handle; every thread must end.
    pub fn stop(self, types: usize, rows: usize) {
        let pool = Arc::clone(&self.pool);
        self.leave();
        assert_rows(&pool, types, rows);
    }
}

fn seqs(finished: Vec<Finished>) -> Vec<u32> {
    assert!(finished.iter().all(|finished| !finished.poisoned));
    finished.iter().map(|finished| finished.seq).collect()
}

pub fn assert_rows(pool: &Pool, types: usize, rows: usize) {
    let counts: Vec<usize> = (0..types).map(|index| pool.db().table(index).unwrap().count()).collect();
    assert_eq!(counts, vec![rows; types], "no batch is skipped or applied twice");
}

/// Every order of steps with at most so many preemptions, or as many as the environment says.
pub fn check(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let more = std::env::var("LOOM_MAX_PREEMPTIONS").ok().and_then(|more| more.parse().ok());
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(more.unwrap_or(preemptions));
    builder.max_branches = 20_000;
    builder.check(f);
}
