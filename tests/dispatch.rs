//! Hand-overs under every schedule of worker progress: the test is the workers, and moves them one frame at a time in
//! any order, lets new ones join and others leave. A type is never in two workers' hands, the order of each type is the
//! order of hand-over, a region is released exactly when its last handler is past it, and a worker that leaves ends once it
//! has finished, while nothing comes to it any more.

mod common;

use common::{record, rows, schema};
use millrace::batch::Batch;
use millrace::db::Db;
use millrace::handle::Handle;
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::state::{LINE, ModifyState};
use millrace::sync::queue::Receiver;
use millrace::worker::{DbWorker, Job};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const TYPES: usize = 5;

/// A worker in the middle of a part: frames that it still has to apply.
struct Running {
    batch: Arc<Batch>,
    part: usize,
    left: Vec<(usize, u16)>,
}

/// A worker whose part the test plays.
struct Played {
    number: usize,
    worker: Arc<DbWorker>,
    queue: Receiver<Job>,
    running: Option<Running>,
    leaving: bool,
}

struct Simulation {
    pool: Pool,
    handle: Arc<Handle>,
    workers: Vec<Played>,
    batches: Vec<Arc<Batch>>,
    /// Bytes of the modify buffer that were used: nothing is written twice here.
    pos: u32,
    /// For each type, the numbers of its frames in the order of application.
    applied: BTreeMap<u16, Vec<u32>>,
    /// For each type, how many frames were handed over.
    handed: [u32; TYPES],
}

impl Simulation {
    fn new(workers: usize) -> Self {
        let pool = Pool::new(Arc::new(Db::new(schema(TYPES))));
        let handle = Arc::new(Handle::new(Arc::new(Memory::owned(1 << 16)), || ()));
        let (applied, handed) = (BTreeMap::new(), [0; TYPES]);
        let mut simulation =
            Self { pool, handle, workers: Vec::new(), batches: Vec::new(), pos: 0, applied, handed };
        (0..workers).for_each(|_| simulation.join());
        simulation
    }

    fn join(&mut self) {
        let words = Arc::new(Memory::owned(LINE * 4));
        let (number, worker, queue) = self.pool.join_by_hand(ModifyState::new(words, 0));
        self.workers.push(Played { number, worker, queue, running: None, leaving: false });
    }

    /// One of the workers begins to leave, unless it is the last to stay.
    fn leave(&mut self, index: usize) {
        let staying = self.workers.iter().filter(|played| !played.leaving).count();
        let played = &mut self.workers[index];
        if staying > 1 && !played.leaving {
            played.leaving = true;
            assert!(self.pool.begin_leaving(&[played.number]).is_empty());
        }
    }

    /// Hands over a batch of frames of these types, in this order. The id of a frame's row is its number in its type.
    fn hand_over(&mut self, types: &[usize]) {
        let start = self.pos;
        for &index in types {
            self.handed[index] += 1;
            let t = &self.pool.db().schema().types()[index];
            let frame = rows(index, t, self.handed[index], &[record(0)]);
            // SAFETY: the bytes were never handed over.
            unsafe { self.handle.memory().write(self.pos as usize, &frame) };
            self.pos += frame.len() as u32;
        }
        let seq = self.batches.len() as u32;
        self.batches.push(self.pool.hand_over(&self.handle, seq, start, self.pos).unwrap());
    }

    /// The worker takes its next part, applies one frame of it, is past it, or ends. Whether it had something to do.
    fn step(&mut self, index: usize) -> bool {
        let Some(mut running) = self.workers[index].running.take() else {
            let Ok(Job::Apply { batch, part }) = self.workers[index].queue.try_recv() else {
                return self.end(index);
            };
            assert!(!self.workers[index].worker.is_stopped(), "nothing comes to a worker that has ended");
            let left = self.frames_of(&batch, part);
            self.workers[index].running = Some(Running { batch, part, left });
            return true;
        };
        let Running { batch, part, left } = &mut running;
        if left.is_empty() {
            self.workers[index].worker.forget(batch.parts()[*part].bytes);
            self.pool.release(&batch.parts()[*part].types);
            batch.finish(*part, Some(Vec::new()));
            return true;
        }
        let (at, t) = left.remove(0);
        let number = self.number_at(batch, at);
        self.applied.entry(t).or_default().push(number);
        let next = left.first().map_or(batch.end(), |&(at, _)| batch.start() + at as u32);
        batch.advance(*part, next);
        self.workers[index].running = Some(running);
        true
    }

    /// A worker without work ends if it was told to.
    fn end(&mut self, index: usize) -> bool {
        let played = &self.workers[index];
        let ends = played.worker.is_stopped();
        assert!(!ends || played.leaving);
        if ends {
            self.pool.end_leaving(&[played.number]);
            self.workers.remove(index);
        }
        ends
    }

    /// Offset and type of the frames of a part.
    fn frames_of(&self, batch: &Batch, part: usize) -> Vec<(usize, u16)> {
        let part = &batch.parts()[part];
        let all = self.frames(batch);
        all.into_iter().filter(|(_, t)| part.types.contains(t)).collect()
    }

    fn frames(&self, batch: &Batch) -> Vec<(usize, u16)> {
        let (mut at, mut frames) = (0, Vec::new());
        while at < (batch.end() - batch.start()) as usize {
            let region = batch.region();
            let frame = millrace::frame::Frame::read(&region, at, TYPES).unwrap();
            frames.push((at, frame.type_index));
            at = frame.end();
        }
        frames
    }

    fn number_at(&self, batch: &Batch, at: usize) -> u32 {
        millrace::frame::Frame::read(&batch.region(), at, TYPES).unwrap().first
    }

    fn check(&self) {
        // In whose hands a type is, by the parts that are running; the pool must say the same of all that it queued.
        let mut hands: BTreeMap<u16, usize> = BTreeMap::new();
        let reports = self.pool.workers();
        for Played { number, running, .. } in &self.workers {
            let report = reports.iter().find(|report| report.number == *number).unwrap();
            for &t in running.iter().flat_map(|running| &running.batch.parts()[running.part].types) {
                assert_eq!(hands.insert(t, *number), None, "type {t} is in two workers' hands");
                assert!(report.processing.contains(&format!("type{t}").as_str()));
            }
        }
        for t in 0..TYPES {
            let name = format!("type{t}");
            let holders = reports.iter().filter(|report| report.processing.contains(&name.as_str())).count();
            assert!(holders <= 1, "{name} is counted at {holders} workers");
        }
        for (t, numbers) in &self.applied {
            let expected: Vec<u32> = (1..=numbers.len() as u32).collect();
            assert_eq!(numbers, &expected, "type {t} is applied in the order of hand-over");
        }
        for batch in &self.batches {
            // Every frame of the batch that is not applied yet is above its lowest live byte.
            let waiting = self.frames(batch).into_iter().filter(|&(at, t)| {
                let number = self.number_at(batch, at);
                self.applied.get(&t).is_none_or(|numbers| !numbers.contains(&number))
            });
            let lowest = waiting.map(|(at, _)| batch.start() + at as u32).min();
            assert_eq!(batch.low(), lowest, "live is exactly what some handler has still to read");
        }
    }
}

/// What happens next.
#[derive(Debug, Clone)]
enum Step {
    HandOver(Vec<usize>),
    Work(prop::sample::Index),
    Join,
    Leave(prop::sample::Index),
}

proptest! {
    #[test]
    fn types_keep_their_order_and_their_worker(
        workers in 1usize..5,
        steps in prop::collection::vec(
            prop_oneof![
                2 => prop::collection::vec(0..TYPES, 1..60).prop_map(Step::HandOver),
                6 => any::<prop::sample::Index>().prop_map(Step::Work),
                1 => Just(Step::Join),
                1 => any::<prop::sample::Index>().prop_map(Step::Leave),
            ],
            1..80,
        ),
    ) {
        let mut simulation = Simulation::new(workers);
        for step in steps {
            match step {
                Step::HandOver(types) if simulation.pos < 40_000 => simulation.hand_over(&types),
                Step::HandOver(_) => {}
                Step::Work(worker) => _ = simulation.step(worker.index(simulation.workers.len())),
                Step::Join => simulation.join(),
                Step::Leave(worker) => simulation.leave(worker.index(simulation.workers.len())),
            }
            simulation.check();
        }
        // Whatever is left can be finished by any worker order, and then nothing is in anybody's hands.
        while (0..simulation.workers.len()).rev().any(|worker| simulation.step(worker)) {
            simulation.check();
        }
        prop_assert!(simulation.workers.iter().all(|played| !played.leaving), "who leaves ends");
        prop_assert!(simulation.batches.iter().all(|batch| batch.low().is_none()));
        prop_assert_eq!(simulation.handle.in_flight(), 0);
        prop_assert_eq!(simulation.handle.take().len(), simulation.batches.len());
        let reports = simulation.pool.workers();
        prop_assert!(reports.iter().all(|report| report.processing.is_empty() && report.remaining == 0));
        for (t, handed) in simulation.handed.iter().enumerate() {
            prop_assert_eq!(simulation.applied.get(&(t as u16)).map_or(0, Vec::len), *handed as usize);
        }
    }
}

#[test]
fn parts_that_were_held_go_on_batch_by_batch() {
    let mut simulation = Simulation::new(2);
    let many: Vec<usize> = (0..TYPES).cycle().take(40 * TYPES).collect();
    // All types are on worker 0, and some of those that follow are held for worker 1.
    simulation.hand_over(&[0, 1, 2, 3, 4]);
    (0..3).for_each(|_| simulation.hand_over(&many));
    assert!(simulation.workers[1].queue.is_empty());
    while simulation.handle.in_flight() == 4 {
        simulation.step(0);
    }
    let jobs = std::iter::from_fn(|| simulation.workers[1].queue.try_recv().ok());
    let starts: Vec<u32> = jobs
        .map(|job| match job {
            Job::Apply { batch, .. } => batch.start(),
            Job::View { .. } => panic!("nobody asked for a view"),
        })
        .collect();
    assert!(starts.len() >= 6 && starts.is_sorted(), "{starts:?}");
}
