//! The hand-off under the model checker loom: every order in which the threads' steps can interleave, up to a bound of
//! preemptions. Runs with `--cfg loom` only (`scripts/check-loom.sh`).
#![cfg(loom)]

mod common;

use common::{record, rows, schema};
use loom::sync::Arc;
use millrace::batch::Batch;
use millrace::db::Db;
use millrace::handle::Handle;
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::ring::Ring;
use millrace::state::{LINE, ModifyState};
use millrace::sync::{Ordering, Word, wait, wake_one};

/// What JavaScript's thread has: it writes, hands over, waits for announcements and takes what has finished.
struct Script {
    db: Arc<Db>,
    pool: Arc<Pool>,
    handle: Arc<Handle>,
    ring: Ring<Arc<Batch>>,
    announced: Arc<Word>,
    seq: u32,
}

impl Script {
    fn new(types: usize, workers: usize, size: usize) -> Self {
        let db = Arc::new(Db::new(schema(types)));
        let words = Arc::new(Memory::owned(workers * LINE * 4));
        let states = (0..workers).map(|worker| ModifyState::new(Arc::clone(&words), worker)).collect();
        let announced = Arc::new(Word::new(0));
        let event_loop = Arc::clone(&announced);
        let handle = Arc::new(Handle::new(Arc::new(Memory::owned(size)), move || {
            event_loop.fetch_add(1, Ordering::Release);
            wake_one(&event_loop);
        }));
        let pool = Pool::start(Arc::clone(&db), states).unwrap();
        Self { db, pool, handle, ring: Ring::new(size as u32), announced, seq: 0 }
    }

    fn frame(&self, index: usize, id: u32) -> Vec<u8> {
        rows(index, &self.db.schema().types()[index], id, &[record(0)])
    }

    /// Writes `frame` at the run's `pos`, as JavaScript does: with plain stores.
    fn write(&mut self, frame: &[u8]) {
        let pos = self.ring.pos();
        assert!(self.ring.extend() - pos >= frame.len() as u32);
        // SAFETY: the ring says that nothing live is there; loom checks that it is right.
        unsafe { self.handle.memory().write(pos as usize, frame) };
        self.ring.advance(pos + frame.len() as u32);
    }

    fn hand_over(&mut self) -> Arc<Batch> {
        self.seq += 1;
        let (start, end) = (self.ring.start(), self.ring.pos());
        let batch = self.pool.hand_over(&self.handle, self.seq, start, end).unwrap();
        self.ring.hand_over(Arc::clone(&batch));
        batch
    }

    /// Runs the event loop until `batches` have settled: sleeps while nothing is announced.
    fn settle(&self, batches: usize) {
        let mut seqs = Vec::new();
        let mut seen = 0;
        while seqs.len() < batches {
            wait(&self.announced, seen);
            seen = self.announced.load(Ordering::Acquire);
            for finished in self.handle.take() {
                assert!(!finished.poisoned);
                seqs.push(finished.seq);
            }
        }
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=batches as u32).collect::<Vec<_>>(), "every batch settles once");
    }

    /// Leaves, as `close` and the env's cleanup hook do; `stop` must end every thread.
    fn leave(self, types: usize, rows: usize) {
        self.handle.quiesce();
        self.pool.stop();
        let counts: Vec<usize> = (0..types).map(|index| self.db.table(index).unwrap().count()).collect();
        assert_eq!(counts, vec![rows; types], "no batch is skipped or applied twice");
    }
}

fn check(preemptions: usize, f: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 20_000;
    builder.check(f);
}

/// The sleeping flag, the queue's edge and the announcement: a second batch comes while the worker runs, looks again, is
/// about to sleep, or sleeps.
#[test]
fn no_wake_up_and_no_settle_is_lost() {
    check(2, || {
        let mut script = Script::new(1, 1, 256);
        for id in 1..=2 {
            let frame = script.frame(0, id);
            script.write(&frame);
            script.hand_over();
        }
        script.settle(2);
        script.leave(1, 2);
    });
}

/// A batch of two types is split over two workers; the last of them settles it.
#[test]
fn the_last_handler_settles() {
    check(2, || {
        let mut script = Script::new(2, 2, 256);
        for index in 0..2 {
            let frame = script.frame(index, 1);
            script.write(&frame);
        }
        let batch = script.hand_over();
        assert_eq!(batch.parts().len(), 2);
        script.settle(1);
        script.leave(2, 1);
    });
}

/// JavaScript writes where a worker has been, as soon as the ring says so: in the middle of a batch.
#[test]
fn what_is_written_again_is_not_read_any_more() {
    check(2, || {
        let mut script = Script::new(1, 1, 256);
        let frames: Vec<_> = (1..=3).map(|id| script.frame(0, id)).collect();
        script.write(&frames[0]);
        script.write(&frames[1]);
        let batch = script.hand_over();
        let need = frames[0].len() as u32;
        let passed = |batch: &Batch| batch.low().is_none_or(|low| low >= need);
        script.handle.wait_until(|| passed(&batch));
        // SAFETY: by the ring's rule; loom checks that no worker reads it any more.
        unsafe { script.handle.memory().write(0, &frames[2]) };
        script.settle(1);
        script.leave(1, 2);
    });
}

/// The same with two handlers: nothing is given away before the slower one is past it.
#[test]
fn what_two_handlers_read_is_free_when_both_are_past_it() {
    check(2, || {
        let mut script = Script::new(2, 2, 256);
        let frames = [script.frame(0, 1), script.frame(1, 1)];
        frames.iter().for_each(|frame| script.write(frame));
        let batch = script.hand_over();
        script.handle.wait_until(|| batch.low().is_none());
        let whole = vec![0; batch.end() as usize];
        // SAFETY: by the ring's rule; loom checks that no worker reads it any more.
        unsafe { script.handle.memory().write(0, &whole) };
        script.settle(1);
        script.leave(2, 1);
    });
}

/// A worker that never got work, is on its way to sleep, or sleeps.
#[test]
fn stop_ends_the_thread() {
    check(3, || Script::new(1, 1, 256).leave(1, 0));
}
