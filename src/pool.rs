//! The pool: the workers of a store, and in whose hands each type is.
//!
//! A hand-over is one step under the pool's lock: choosing the handlers, counting the types into `processing` and
//! queueing on every handler. So two hand-overs can't split a type between two workers, and the order of
//! hand-overs is the order in every queue.

use crate::batch::{Batch, Part, Run};
use crate::db::Db;
use crate::drain::{Hand, Load, select_handlers, worth};
use crate::error::Error;
use crate::frame::Frame;
use crate::handle::Handle;
use crate::log::checkpoint::Checkpoint;
use crate::memory::{Region, Source};
use crate::placement::Placement;
use crate::state::ModifyState;
use crate::sync::queue::Receiver;
use crate::sync::{Arc, JoinHandle, Mutex, spawn};
use crate::worker::{DbWorker, Job};
use std::collections::VecDeque;

/// See the module.
#[derive(Debug)]
pub struct Pool {
    db: Arc<Db>,
    workers: Vec<DbWorker>,
    hands: Mutex<Hands>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Hands {
    types: Vec<TypeHand>,
    /// For each worker, how many types are in its hands or held for it.
    processing: Vec<usize>,
}

/// In whose hands a type is: `count` parts of it are running or queued on `worker`; `held` parts wait, in order,
/// until those are done, and then go to `next`.
#[derive(Debug, Clone, Default)]
struct TypeHand {
    worker: usize,
    count: usize,
    next: usize,
    held: VecDeque<Job>,
}

impl TypeHand {
    fn hand(&self) -> Hand {
        match (self.count, self.held.is_empty()) {
            (0, _) => Hand::Free,
            (_, true) => Hand::Processing(self.worker),
            (_, false) => Hand::Held(self.next),
        }
    }
}

impl Pool {
    /// A pool with a worker for each of `states`, and the queue of each: [`Pool::start`] without the threads.
    pub fn new(db: Arc<Db>, states: Vec<ModifyState>) -> (Self, Vec<Receiver<Job>>) {
        let (workers, queues): (Vec<_>, Vec<_>) = states.into_iter().map(DbWorker::new).unzip();
        let hands = Hands {
            types: vec![TypeHand::default(); db.schema().types().len()],
            processing: vec![0; workers.len()],
        };
        (Self { db, workers, hands: Mutex::new(hands), threads: Mutex::default() }, queues)
    }

    /// Starts a worker thread for each of `states`.
    pub fn start(db: Arc<Db>, states: Vec<ModifyState>) -> std::io::Result<Arc<Self>> {
        let (pool, queues) = Self::new(db, states);
        let pool = Arc::new(pool);
        for (index, queue) in queues.into_iter().enumerate() {
            let for_thread = Arc::clone(&pool);
            let run = move || for_thread.workers[index].run(&queue, &for_thread, &Placement::new(index));
            match spawn(format!("millrace-{index}"), run) {
                Ok(thread) => pool.threads.lock().push(thread),
                Err(error) => {
                    pool.stop();
                    return Err(error);
                }
            }
        }
        Ok(pool)
    }

    /// The store that the workers write.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The workers.
    pub fn workers(&self) -> &[DbWorker] {
        &self.workers
    }

    /// Hands the region `[start, end)` of the handle's modify buffer over as batch number `seq`.
    /// Fails, with nothing handed over, if the region holds no whole frames.
    pub fn hand_over(
        &self,
        handle: &Arc<Handle>,
        seq: u32,
        start: u32,
        end: u32,
    ) -> Result<Arc<Batch>, Error> {
        // SAFETY: the caller, the only writer of this buffer, has finished the run and calls from its thread.
        let region = unsafe { handle.memory().region(start as usize, end as usize) };
        let frames = self.frames(&region)?;
        Ok(self.distribute(Run::new(handle, seq, start, end), &frames, false, |_| ()))
    }

    /// The frames of a region, for [`Pool::distribute`].
    pub fn frames(&self, region: &Region<'_>) -> Result<Frames, Error> {
        frames_by_type(region, &self.db)
    }

    /// Hands over a run that holds these frames: the one step under the lock. With `to_sync` its batch waits for
    /// [`Batch::synced`] as well. `publish` gets the batch before any worker does.
    pub fn distribute(
        &self,
        run: Run,
        frames: &Frames,
        to_sync: bool,
        publish: impl FnOnce(&Arc<Batch>),
    ) -> Arc<Batch> {
        let types = types_of(frames);
        let worth = worth(run.handle.memory().len());
        let start = run.start;
        let mut hands = self.hands.lock();
        let loads: Vec<Load> = hands.processing.iter().zip(&self.workers).map(load).collect();
        let choices = select_handlers(&types, |t| hands.types[usize::from(t)].hand(), &loads, worth);
        let held: Vec<bool> = choices.iter().map(|choice| choice.held).collect();
        let alone = choices.len() == 1;
        let parts = choices.into_iter().map(|choice| {
            let offsets = if alone { Vec::new() } else { offsets_of(frames, &choice.types) };
            Part::new(choice.worker, choice.types, offsets, choice.bytes, start)
        });
        let batch = Arc::new(Batch::new(run, parts.collect(), to_sync));
        publish(&batch);
        for (part, held) in held.into_iter().enumerate() {
            let job = Job::Apply { batch: Arc::clone(&batch), part };
            let Part { worker, types, bytes, .. } = &batch.parts()[part];
            self.workers[*worker].expect(*bytes);
            if held {
                hands.hold(types[0], *worker, job);
            } else {
                hands.take(types, *worker);
                self.workers[*worker].modify(job);
            }
        }
        batch
    }

    /// Lets a checkpoint view every type at this point of the order of hand-overs: a type in nobody's hands now, under
    /// the lock, any other by the worker that has it then.
    pub fn view(&self, checkpoint: &Arc<Checkpoint>) {
        let mut hands = self.hands.lock();
        let mut groups = vec![Vec::new(); self.workers.len()];
        let mut free = Vec::new();
        for t in 0..hands.types.len() as u16 {
            let job = |types| Job::View { checkpoint: Arc::clone(checkpoint), types };
            match hands.types[usize::from(t)].hand() {
                Hand::Free => free.push(t),
                Hand::Processing(worker) => groups[worker].push(t),
                Hand::Held(worker) => hands.hold(t, worker, job(vec![t])),
            }
        }
        Checkpoint::take(checkpoint, &self.db, &free);
        for (worker, types) in groups.into_iter().enumerate().filter(|(_, types)| !types.is_empty()) {
            hands.take(&types, worker);
            self.workers[worker].modify(Job::View { checkpoint: Arc::clone(checkpoint), types });
        }
    }

    /// A worker is past one of its parts with these types. Where it was the last of a type, parts that were held go to
    /// the next worker.
    pub fn release(&self, types: &[u16]) {
        let mut hands = self.hands.lock();
        for &t in types {
            for (worker, job) in hands.release(t) {
                self.workers[worker].modify(job);
            }
        }
    }

    /// Names of the types that each worker is processing.
    pub fn processing(&self) -> Vec<Vec<&str>> {
        let hands = self.hands.lock();
        let mut names = vec![Vec::new(); self.workers.len()];
        for (hand, t) in hands.types.iter().zip(self.db.schema().types()).filter(|(hand, _)| hand.count > 0) {
            names[hand.worker].push(t.name());
        }
        names
    }

    /// Ends the worker threads once their queues are empty, and waits for that. Nothing may be handed over later.
    pub fn stop(&self) {
        self.workers.iter().for_each(DbWorker::stop);
        for thread in std::mem::take(&mut *self.threads.lock()) {
            // A worker catches the panics of what it applies; one of its own has nothing left to tell.
            let _ = thread.join();
        }
    }
}

impl Hands {
    /// A part with these types goes to `worker` now.
    fn take(&mut self, types: &[u16], worker: usize) {
        for &t in types {
            let hand = &mut self.types[usize::from(t)];
            debug_assert!(hand.count == 0 || hand.worker == worker);
            self.processing[worker] += usize::from(hand.count == 0);
            hand.worker = worker;
            hand.count += 1;
        }
    }

    /// A part of type `t` waits for the worker that has it now, and then goes to `next`.
    fn hold(&mut self, t: u16, next: usize, job: Job) {
        let hand = &mut self.types[usize::from(t)];
        self.processing[next] += usize::from(hand.held.is_empty());
        hand.next = next;
        hand.held.push_back(job);
    }

    /// One part of type `t` is done; the parts to queue now, with their worker.
    fn release(&mut self, t: u16) -> impl Iterator<Item = (usize, Job)> + use<> {
        let hand = &mut self.types[usize::from(t)];
        hand.count -= 1;
        let mut ready = VecDeque::new();
        if hand.count == 0 {
            self.processing[hand.worker] -= 1;
            ready = std::mem::take(&mut hand.held);
            hand.count = ready.len();
            hand.worker = hand.next;
        }
        let worker = hand.next;
        ready.into_iter().map(move |job| (worker, job))
    }
}

fn load((&processing, worker): (&usize, &DbWorker)) -> Load {
    // `remaining` is counted down a little before the types are released.
    if processing == 0 { Load::default() } else { Load { processing, remaining: worker.remaining() } }
}

/// A frame of a region: its type, its offset, its bytes.
type FrameAt = (u16, u32, u32);

/// The frames of a region, sorted by type and then by offset.
pub type Frames = Vec<FrameAt>;

fn frames_by_type(region: &Region<'_>, db: &Db) -> Result<Frames, Error> {
    let mut frames = Vec::new();
    let mut at = 0;
    while at < region.len() {
        let frame = Frame::read(region, at, db.schema().types().len())?;
        frames.push((frame.type_index, at as u32, frame.bytes.len() as u32));
        at = frame.end();
    }
    frames.sort_unstable();
    Ok(frames)
}

/// The types of `frames` and the bytes of each, sorted by type.
fn types_of(frames: &[FrameAt]) -> Vec<(u16, usize)> {
    let runs = frames.chunk_by(|a, b| a.0 == b.0);
    runs.map(|run| (run[0].0, run.iter().map(|frame| frame.2 as usize).sum())).collect()
}

/// The offsets of the frames of `types`, in order.
fn offsets_of(frames: &[FrameAt], types: &[u16]) -> Vec<u32> {
    let runs = types.iter().map(|t| {
        let start = frames.partition_point(|frame| frame.0 < *t);
        let len = frames[start..].partition_point(|frame| frame.0 == *t);
        &frames[start..start + len]
    });
    let mut offsets: Vec<u32> = runs.flatten().map(|frame| frame.1).collect();
    offsets.sort_unstable();
    offsets
}
