//! Hand-overs under every schedule of worker progress: the test is the workers, and moves them one frame at a time in
//! any order. A type is never in two workers' hands, the order of each type is the order of hand-over, and a region is
//! released exactly when its last handler is past it.

mod common;

use common::{record, rows, schema};
use millrace::batch::Batch;
use millrace::db::Db;
use millrace::handle::Handle;
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::state::{LINE, ModifyState};
use millrace::sync::queue::Receiver;
use millrace::worker::Job;
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

struct Simulation {
    pool: Pool,
    handle: Arc<Handle>,
    queues: Vec<Receiver<Job>>,
    running: Vec<Option<Running>>,
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
        let words = Arc::new(Memory::owned(workers * LINE * 4));
        let states = (0..workers).map(|worker| ModifyState::new(Arc::clone(&words), worker)).collect();
        let (pool, queues) = Pool::new(Arc::new(Db::new(schema(TYPES))), states);
        let handle = Arc::new(Handle::new(Arc::new(Memory::owned(1 << 16)), || ()));
        let running = (0..workers).map(|_| None).collect();
        let (applied, handed) = (BTreeMap::new(), [0; TYPES]);
        Self { pool, handle, queues, running, batches: Vec::new(), pos: 0, applied, handed }
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

    /// The worker takes its next part, applies one frame of it, or is past it. Whether it had something to do.
    fn step(&mut self, worker: usize) -> bool {
        let Some(mut running) = self.running[worker].take() else {
            let Ok(Job::Apply { batch, part }) = self.queues[worker].try_recv() else { return false };
            let left = self.frames_of(&batch, part);
            self.running[worker] = Some(Running { batch, part, left });
            return true;
        };
        let Running { batch, part, left } = &mut running;
        if left.is_empty() {
            self.pool.release(&batch.parts()[*part].types);
            batch.finish(*part, Some(Vec::new()));
            return true;
        }
        let (at, t) = left.remove(0);
        let number = self.number_at(batch, at);
        self.applied.entry(t).or_default().push(number);
        let next = left.first().map_or(batch.end(), |&(at, _)| batch.start() + at as u32);
        batch.advance(*part, next);
        self.running[worker] = Some(running);
        true
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
        for (worker, running) in self.running.iter().enumerate() {
            for &t in running.iter().flat_map(|running| &running.batch.parts()[running.part].types) {
                assert_eq!(hands.insert(t, worker), None, "type {t} is in two workers' hands");
                assert!(self.pool.processing()[worker].contains(&format!("type{t}").as_str()));
            }
        }
        let processing = self.pool.processing();
        for t in 0..TYPES {
            let name = format!("type{t}");
            let holders = processing.iter().filter(|types| types.contains(&name.as_str())).count();
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

proptest! {
    #[test]
    fn types_keep_their_order_and_their_worker(
        workers in 1usize..5,
        steps in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(0..TYPES, 1..60).prop_map(Ok),
                (0usize..4).prop_map(Err),
                (0usize..4).prop_map(Err),
                (0usize..4).prop_map(Err),
            ],
            1..60,
        ),
    ) {
        let mut simulation = Simulation::new(workers);
        for step in steps {
            match step {
                Ok(types) if simulation.pos < 40_000 => simulation.hand_over(&types),
                Ok(_) => {}
                Err(worker) => {
                    simulation.step(worker % workers);
                }
            }
            simulation.check();
        }
        // Whatever is left can be finished by any worker order, and then nothing is in anybody's hands.
        while (0..workers).rev().any(|worker| simulation.step(worker)) {
            simulation.check();
        }
        prop_assert!(simulation.batches.iter().all(|batch| batch.low().is_none()));
        prop_assert_eq!(simulation.handle.in_flight(), 0);
        prop_assert_eq!(simulation.handle.take().len(), simulation.batches.len());
        prop_assert!(simulation.pool.processing().iter().all(Vec::is_empty));
        for (t, handed) in simulation.handed.iter().enumerate() {
            prop_assert_eq!(simulation.applied.get(&(t as u16)).map_or(0, Vec::len), *handed as usize);
        }
    }
}
