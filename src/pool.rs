//! The pool: the workers of a store, and in whose hands each type is.
//!
//! A hand-over is one step under the pool's lock: choosing the handlers, counting the types into `processing` and
//! queueing on every handler. So two hand-overs can't split a type between two workers, and the order of
//! hand-overs is the order in every queue.
//!
//! The workers are those of all handles that the store has: they join with their handle, and leave with it.

use crate::batch::{Batch, Part, Run};
use crate::db::Db;
use crate::drain::{Hand, select_handlers, worth};
use crate::error::Error;
use crate::frame::Frame;
use crate::handle::Handle;
use crate::hands::{Counts, Hands, Seat};
use crate::log::checkpoint::Checkpoint;
use crate::memory::{Region, Source};
use crate::placement::{Placement, current};
use crate::state::ModifyState;
use crate::sync::queue::Receiver;
use crate::sync::{Arc, JoinHandle, Mutex, spawn};
use crate::worker::{DbWorker, Job};
use crate::writers::Writers;
use std::collections::BTreeMap;

/// See the module.
#[derive(Debug)]
pub struct Pool {
    db: Arc<Db>,
    hands: Mutex<Hands>,
    counts: Counts,
    writers: Writers,
}

/// What a worker is doing and has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerReport<'a> {
    /// Its number.
    pub number: usize,
    /// Names of the types that it has running or queued.
    pub processing: Vec<&'a str>,
    /// Where it is in the modify buffer of the batch that it applies, in bytes.
    pub pos: u32,
    /// Bytes that it still has to apply: running, queued, and held for it.
    pub remaining: usize,
    /// Parts of batches that it has applied.
    pub batches: u64,
    /// Records created and operations carried out or failed.
    pub operations: u64,
}

impl Pool {
    /// A pool without workers.
    pub fn new(db: Arc<Db>) -> Self {
        let hands = Hands::new(db.schema().types().len());
        let counts = hands.counts();
        Self { db, hands: Mutex::new(hands), counts, writers: Writers::default() }
    }

    /// A pool with a worker thread for each of `states`.
    pub fn start(db: Arc<Db>, states: Vec<ModifyState>) -> std::io::Result<Arc<Self>> {
        let pool = Arc::new(Self::new(db));
        Self::join(&pool, states)?;
        Ok(pool)
    }

    /// Starts a worker thread for each of `states`; gives their numbers. On an error none stays.
    pub fn join(this: &Arc<Self>, states: Vec<ModifyState>) -> std::io::Result<Vec<usize>> {
        let mut numbers = Vec::new();
        let cpu = current();
        for state in states {
            let for_thread = Arc::clone(this);
            let started = this.seat(state, |number, worker, queue| {
                let run = move || {
                    let placement = Placement::new(number);
                    placement.begin(cpu);
                    worker.run(&queue, &for_thread, &placement);
                };
                spawn(format!("millrace-{number}"), run).map(Some)
            });
            match started {
                Ok(number) => numbers.push(number),
                Err(error) => {
                    this.leave(&numbers);
                    return Err(error);
                }
            }
        }
        Ok(numbers)
    }

    /// Adds a worker whose part the caller plays, with its number and its queue: [`Pool::join`] without the thread.
    pub fn join_by_hand(&self, state: ModifyState) -> (usize, Arc<DbWorker>, Receiver<Job>) {
        let mut kept = None;
        let number = self.seat(state, |_, worker, queue| {
            kept = Some((worker, queue));
            Ok(None)
        });
        let (worker, queue) = kept.expect("it was just set");
        (number.unwrap_or_default(), worker, queue)
    }

    /// Adds a worker; `start` starts its thread, which nobody can hand anything to before that.
    fn seat(
        &self,
        state: ModifyState,
        start: impl FnOnce(usize, Arc<DbWorker>, Receiver<Job>) -> std::io::Result<Option<JoinHandle<()>>>,
    ) -> std::io::Result<usize> {
        let (worker, queue) = DbWorker::new(state);
        let worker = Arc::new(worker);
        let mut hands = self.hands.lock();
        let number = hands.free_seat();
        let thread = start(number, Arc::clone(&worker), queue)?;
        hands.sit(number, Seat::new(worker, thread));
        Ok(number)
    }

    /// Takes these workers out of the choice, waits until they have finished what they have, and ends their threads. Their
    /// modify states are not touched any more then.
    pub fn leave(&self, numbers: &[usize]) {
        for thread in self.begin_leaving(numbers) {
            // A worker catches the panics of what it applies; one of its own has nothing left to tell.
            let _ = thread.join();
        }
        self.end_leaving(numbers);
    }

    /// The first half of [`Pool::leave`]: gives the threads to wait for.
    pub fn begin_leaving(&self, numbers: &[usize]) -> Vec<JoinHandle<()>> {
        let mut hands = self.hands.lock();
        numbers.iter().filter_map(|&number| hands.leave(number)).collect()
    }

    /// The second half: the workers have ended.
    pub fn end_leaving(&self, numbers: &[usize]) {
        let mut hands = self.hands.lock();
        numbers.iter().for_each(|&number| hands.stand_up(number));
    }

    /// The store that the workers write.
    pub fn db(&self) -> &Arc<Db> {
        &self.db
    }

    /// How many handles are writing.
    pub fn writers(&self) -> usize {
        self.writers.count()
    }

    /// How many runs were handed over so far.
    pub fn turns(&self) -> usize {
        self.writers.turns()
    }

    /// The CPUs on which workers other than this one have something to do.
    pub fn busy_cpus(&self, worker: &DbWorker) -> Vec<usize> {
        let hands = self.hands.lock();
        let others = hands.seats().filter(|(_, seat)| !std::ptr::eq(&*seat.worker, worker));
        others.filter_map(|(_, seat)| seat.worker.cpu()).collect()
    }

    /// What each worker is doing and has done.
    pub fn workers(&self) -> Vec<WorkerReport<'_>> {
        let hands = self.hands.lock();
        let types = self.db.schema().types();
        let report = |(number, seat): (usize, &Seat)| WorkerReport {
            number,
            processing: hands.processing(number).map(|t| types[t].name()).collect(),
            // Under the lock: its words are there until it has left.
            pos: seat.worker.pos(),
            remaining: seat.worker.remaining(),
            batches: seat.worker.batches(),
            operations: seat.worker.operations(),
        };
        hands.seats().map(report).collect()
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
        self.writers.note(&run.handle);
        let choices = select_handlers(&types, |t| hands.hand(t), &hands.loads(), worth);
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
            hands.worker(*worker).expect(*bytes);
            if held {
                hands.hold(types[0], *worker, job);
            } else {
                hands.give(types, *worker, job);
            }
        }
        batch
    }

    /// Lets a checkpoint view every type at this point of the order of hand-overs: a type in nobody's hands now, under
    /// the lock, any other by the worker that has it then.
    pub fn view(&self, checkpoint: &Arc<Checkpoint>) {
        let mut hands = self.hands.lock();
        let mut groups: BTreeMap<usize, Vec<u16>> = BTreeMap::new();
        let mut free = Vec::new();
        let job = |types| Job::View { checkpoint: Arc::clone(checkpoint), types };
        for t in 0..hands.types() as u16 {
            match hands.hand(t) {
                Hand::Free => free.push(t),
                Hand::Processing(worker) => groups.entry(worker).or_default().push(t),
                Hand::Held(worker) => hands.hold(t, worker, job(vec![t])),
            }
        }
        Checkpoint::take(checkpoint, &self.db, &free);
        for (worker, types) in groups {
            hands.give(&types, worker, job(types.clone()));
        }
    }

    /// A worker is past one of its parts with these types. Where it was the last of a type, parts that were held go to
    /// the next worker.
    pub fn release(&self, types: &[u16]) {
        // Of a backlog nearly all: a worker and a hand-over would wait for each other, and be woken, for every part.
        if !self.counts.count_down(types) {
            self.hands.lock().release(types);
        }
    }

    /// Lets every worker leave: [`Pool::leave`]. Nothing may be handed over later.
    pub fn stop(&self) {
        let all: Vec<usize> = self.hands.lock().seats().map(|(number, _)| number).collect();
        self.leave(&all);
    }
}

/// Room for the frames of most regions.
const SOME_FRAMES: usize = 16;

/// A frame of a region: its type, its offset, its bytes.
type FrameAt = (u16, u32, u32);

/// The frames of a region, sorted by type and then by offset.
pub type Frames = Vec<FrameAt>;

fn frames_by_type(region: &Region<'_>, db: &Db) -> Result<Frames, Error> {
    let mut frames = Vec::with_capacity(SOME_FRAMES);
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
    let mut types: Vec<(u16, usize)> = Vec::with_capacity(frames.len());
    for run in frames.chunk_by(|a, b| a.0 == b.0) {
        types.push((run[0].0, run.iter().map(|frame| frame.2 as usize).sum()));
    }
    types
}

/// The offsets of the frames of `types`, in order.
fn offsets_of(frames: &[FrameAt], types: &[u16]) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(types.len());
    offsets.extend(frames.iter().filter(|frame| types.binary_search(&frame.0).is_ok()).map(|frame| frame.1));
    offsets.sort_unstable();
    offsets
}
