//! A worker: a native thread that applies parts of batches.
//!
//! Why no wake-up is lost: a hand-over queues the job, then swaps the run flag to RUNNING, and wakes the thread
//! if the flag was IDLE. The thread, before it sleeps, stores IDLE and then looks at its queue again. A SeqCst fence
//! stands between the two steps on both sides, so either the thread's second look sees the job, or the hand-over's
//! swap sees IDLE; and a sleep on a flag that is no longer IDLE returns at once.

use crate::batch::Batch;
use crate::db::Db;
use crate::error::Failure;
use crate::log::checkpoint::Checkpoint;
use crate::panics::catch;
use crate::placement::{Cpus, Placement, current};
use crate::pool::Pool;
use crate::state::{IDLE, ModifyState, RUNNING};
use crate::store::touch_ahead;
use crate::sync::queue::{Receiver, Sender, unbounded};
use crate::sync::{Arc, AtomicBool, Ordering, fence, wait, wake_one};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::time::{Duration, Instant};

/// How long a worker spins before it sleeps, at least: a write that is awaited alone is followed by the next.
const SPIN: Duration = Duration::from_micros(50);
/// A worker that has its CPU spins longer by so many times what it has just worked, so that in a steady stream of batches
/// a hand-over need not wake it: that takes 10 to 20 ns a create of the event loop's time. Six times was too short where ticks
/// of 1,000 are awaited: in seven of ten the worker slept.
const SPIN_PER_WORK: u32 = 12;
/// How long a worker that has its CPU keeps it while it spins: so fast is the next of writes that are awaited one by one.
const KEEP: Duration = Duration::from_micros(20);
/// How long a worker spins at most.
const MOST_SPIN: Duration = Duration::from_micros(500);

/// No CPU.
const NOWHERE: usize = usize::MAX;

/// What a worker is to do.
#[derive(Debug, Clone)]
pub enum Job {
    /// Apply a part of a batch.
    Apply {
        /// The batch.
        batch: Arc<Batch>,
        /// Index of the part.
        part: usize,
    },
    /// Take the views of some types for a checkpoint: what was handed over before is in them, and no more.
    View {
        /// The checkpoint.
        checkpoint: Arc<Checkpoint>,
        /// The types.
        types: Vec<u16>,
    },
}

impl Job {
    /// Bytes of the modify buffer that it is about.
    pub fn bytes(&self) -> usize {
        match self {
            Job::Apply { batch, part } => batch.parts()[*part].bytes,
            Job::View { .. } => 0,
        }
    }
}

/// The hand-over's side of a worker.
#[derive(Debug)]
pub struct DbWorker {
    state: ModifyState,
    jobs: Sender<Job>,
    remaining: AtomicUsize,
    batches: AtomicU64,
    operations: AtomicU64,
    stop: AtomicBool,
    /// Where the thread runs while it has something to do; else [`NOWHERE`].
    cpu: AtomicUsize,
}

impl DbWorker {
    /// A worker with this modify state, and the queue that its thread will read.
    pub fn new(state: ModifyState) -> (Self, Receiver<Job>) {
        let (jobs, queue) = unbounded();
        let worker = Self {
            state,
            jobs,
            remaining: AtomicUsize::new(0),
            batches: AtomicU64::new(0),
            operations: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            cpu: AtomicUsize::new(NOWHERE),
        };
        (worker, queue)
    }

    /// Counts a part of a batch that the worker will get, now or when another is past its type.
    pub fn expect(&self, bytes: usize) {
        self.remaining.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The part of a batch that was expected goes to another worker.
    pub fn forget(&self, bytes: usize) {
        self.remaining.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Queues a part of a batch, and wakes the thread if it sleeps.
    pub fn modify(&self, job: Job) {
        // The thread keeps its end of the queue until `stop`, after which nothing is handed over.
        let _ = self.jobs.send(job);
        self.wake();
    }

    /// Where the worker is in the modify buffer, in bytes.
    pub fn pos(&self) -> u32 {
        self.state.pos()
    }

    /// Bytes that the worker still has to apply: running, queued, and held for it.
    pub fn remaining(&self) -> usize {
        self.remaining.load(Ordering::Relaxed)
    }

    /// Parts of batches that the worker has applied.
    pub fn batches(&self) -> u64 {
        self.batches.load(Ordering::Relaxed)
    }

    /// Records created and operations carried out by the worker.
    pub fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    /// The CPU on which the thread has something to do, if it has and that is known.
    pub fn cpu(&self) -> Option<usize> {
        Some(self.cpu.load(Ordering::Relaxed)).filter(|&cpu| cpu != NOWHERE)
    }

    /// Ends the thread, to which nothing is handed over later, once its queue is empty.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn wake(&self) {
        // Between the send (or `stop`) and the swap: pairs with the fence in `sleep`.
        fence(Ordering::SeqCst);
        if self.state.run().swap(RUNNING, Ordering::SeqCst) == IDLE {
            wake_one(self.state.run());
        }
    }

    /// Whether the thread is to end once its queue is empty.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// What the worker's thread does: job after job, until `stop`.
    pub fn run(&self, queue: &Receiver<Job>, pool: &Pool, placement: &Placement) {
        let mut woken = true;
        let mut working_since = Instant::now();
        loop {
            match queue.try_recv() {
                Ok(job) => {
                    if let (true, Job::Apply { batch, .. }) = (std::mem::take(&mut woken), &job) {
                        placement.step_aside(batch.cpu(), pool.writers());
                    }
                    self.cpu.store(current().unwrap_or(NOWHERE), Ordering::Relaxed);
                    self.tick(&job, pool);
                    // Without a backlog moving gains nothing.
                    if !queue.is_empty() {
                        placement.look_around(working_since, pool.turns(), || pool.busy_cpus(self));
                    }
                }
                Err(_) if self.is_stopped() => return,
                Err(_) => {
                    self.cpu.store(NOWHERE, Ordering::Relaxed);
                    let worked = working_since.elapsed();
                    let writers = pool.writers();
                    placement.rest(writers);
                    let cpus = placement.cpus(writers);
                    if cpus == Cpus::Own {
                        touch_ahead(|| !queue.is_empty() || self.is_stopped());
                    }
                    if !self.spin(queue, spin_time(worked, cpus), cpus) {
                        self.sleep(queue);
                        woken = true;
                    }
                    working_since = Instant::now();
                }
            }
        }
    }

    fn tick(&self, job: &Job, pool: &Pool) {
        match job {
            Job::Apply { batch, part } => self.apply_part(batch, *part, pool),
            Job::View { checkpoint, types } => {
                Checkpoint::take(checkpoint, pool.db(), types);
                pool.release(types);
            }
        }
    }

    /// Applies one part of a batch. A panic or a malformed region poisons the store; the part is finished anyway.
    fn apply_part(&self, batch: &Batch, index: usize, pool: &Pool) {
        let part = &batch.parts()[index];
        self.state.begin(batch.start(), batch.end());
        let mut left = part.bytes;
        let failures = self.apply(batch, index, pool.db(), &mut left);
        self.state.set_pos(batch.end());
        self.remaining.fetch_sub(left, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        // The types first: when the batch's promises settle, its types are in nobody's hands.
        pool.release(&part.types);
        batch.finish(index, failures);
    }

    /// `None` when the store is poisoned, by this part or before.
    fn apply(&self, batch: &Batch, index: usize, db: &Db, left: &mut usize) -> Option<Vec<Failure>> {
        if db.poisoned().is_some() {
            return None;
        }
        let selection = batch.parts()[index].selection();
        let progress = |done: usize, applied: usize| {
            let pos = batch.start() + done as u32;
            self.state.set_pos(pos);
            *left -= applied;
            self.remaining.fetch_sub(applied, Ordering::Relaxed);
            batch.advance(index, pos);
        };
        match catch("applying", || db.modify(&batch.region(), selection, progress)) {
            Ok(Ok(outcome)) => {
                self.operations.fetch_add(outcome.operations, Ordering::Relaxed);
                return Some(outcome.failures);
            }
            Ok(Err(error)) => db.poison(error.to_string()),
            Err(panic) => db.poison(panic),
        }
        None
    }

    /// Looks at the queue for a while; whether it found something to do. After a moment, and at once on a CPU that is
    /// shared, whoever else has something to do goes first: the JavaScript thread waits for threads of V8's collector,
    /// and a worker that only spins would keep them from running. On two CPUs creates cost a twelfth less end to end for
    /// it, and a sixth less where ticks are awaited.
    fn spin(&self, queue: &Receiver<Job>, time: Duration, cpus: Cpus) -> bool {
        let start = Instant::now();
        let keep = if cpus == Cpus::Own { KEEP } else { Duration::ZERO };
        let mut spun = Duration::ZERO;
        while spun < time {
            if spun >= keep {
                std::thread::yield_now();
            }
            for _ in 0..32 {
                if !queue.is_empty() || self.stop.load(Ordering::Relaxed) {
                    return true;
                }
                std::hint::spin_loop();
            }
            spun = start.elapsed();
        }
        false
    }

    fn sleep(&self, queue: &Receiver<Job>) {
        self.state.run().store(IDLE, Ordering::SeqCst);
        // Pairs with the fence in `wake`.
        fence(Ordering::SeqCst);
        while self.has_nothing(queue) && self.state.run().load(Ordering::SeqCst) == IDLE {
            wait(self.state.run(), IDLE);
        }
        self.state.run().store(RUNNING, Ordering::SeqCst);
    }

    /// The second look before sleeping.
    fn has_nothing(&self, queue: &Receiver<Job>) -> bool {
        cfg!(broken_recheck) || (queue.is_empty() && !self.is_stopped())
    }
}

/// How long a worker spins that has worked for `worked`.
fn spin_time(worked: Duration, cpus: Cpus) -> Duration {
    match cpus {
        Cpus::One => Duration::ZERO,
        Cpus::Shared => SPIN,
        Cpus::Own => (SPIN + SPIN_PER_WORK * worked).min(MOST_SPIN),
    }
}
