//! One round: a store with workers and readers, written to at random and compared with maps.

use crate::STEPS;
use crate::common::{Op, operations, record, rows, schema};
use crate::read;
use crate::readers::{Readers, number, read_some};
use crate::writer::Writer;
use millrace::handle::Finished;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const WORKERS: usize = 4;
const TYPES: usize = 8;
const READERS: u64 = 2;
/// Steps of a round: its tables stay small enough for snapshots to be read often.
const ROUND: u32 = 600;
/// Hand-overs at the end of a round that find a worker about to fall asleep, or so.
const LULLS: u32 = 1000;
/// Nanoseconds that a worker without work spins before it sleeps (`src/worker.rs`).
const SPIN: u32 = 50_000;
/// Sizes of rings, round by round: in the small ones the writer always waits for room.
const SIZES: [usize; 5] = [4096, 8192, 1 << 14, 1 << 16, 1 << 18];

/// The same numbers for the same seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % limit
    }
}

/// What rounds did.
#[derive(Default)]
pub struct Totals {
    batches: u64,
    parts: u64,
    operations: u64,
    rows_read: u64,
}

impl Totals {
    pub fn add(&mut self, other: Self) {
        self.batches += other.batches;
        self.parts += other.parts;
        self.operations += other.operations;
        self.rows_read += other.rows_read;
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { batches, parts, operations, rows_read } = self;
        write!(
            f,
            "{batches} batches in {parts} parts, {operations} operations, {rows_read} rows read meanwhile"
        )
    }
}

struct Round {
    writer: Writer,
    readers: Readers,
    random: Random,
    /// For each type its next id, and the number of each record.
    model: Vec<(u32, BTreeMap<u32, u32>)>,
    operations: u64,
    /// Operations that must fail.
    failures: usize,
    finished: Vec<Finished>,
    rows_read: u64,
}

/// Runs the round of this seed.
pub fn run(seed: u64) -> Totals {
    let random = Random::new(seed);
    let size = SIZES[seed as usize % SIZES.len()];
    let writer = Writer::new(schema(TYPES), WORKERS, size);
    let readers = Readers::start(writer.db(), READERS, seed);
    let model = vec![(1, BTreeMap::new()); TYPES];
    let finished = Vec::new();
    let mut round =
        Round { writer, readers, random, model, operations: 0, failures: 0, finished, rows_read: 0 };
    for _ in 0..ROUND {
        round.step();
        STEPS.fetch_add(1, Ordering::Relaxed);
    }
    round.rows_read = round.readers.stop();
    round.lull();
    round.end()
}

impl Round {
    fn step(&mut self) {
        let t = self.random.below(TYPES as u32) as usize;
        match self.random.below(100) {
            0..25 => self.create(t),
            25..75 => self.operate(t),
            75..90 => self.writer.hand_over(),
            90..94 => self.finished.append(&mut self.writer.take()),
            94..97 => _ = read_some(self.writer.db(), &mut self.random),
            _ => self.quiesce(t),
        }
    }

    fn create(&mut self, t: usize) {
        let (next, records) = &mut self.model[t];
        let numbers: Vec<u32> = (0..1 + self.random.below(12)).map(|_| self.random.below(1 << 30)).collect();
        let new: Vec<_> = numbers.iter().map(|&number| record(number)).collect();
        let frame = rows(t, &self.writer.db().schema().types()[t], *next, &new);
        self.operations += new.len() as u64;
        records.extend((*next..).zip(numbers));
        *next += new.len() as u32;
        self.writer.put(&frame);
    }

    fn operate(&mut self, t: usize) {
        let (next, records) = &mut self.model[t];
        let mut ops = Vec::new();
        for place in 0..1 + self.random.below(6) {
            // Now and then a record that is created next: applied in order, it is missing.
            let id = 1 + self.random.below(*next);
            self.operations += 1;
            self.failures += usize::from(!records.contains_key(&id));
            if self.random.below(8) == 0 {
                records.remove(&id);
                ops.push(Op::Delete(id, place));
            } else {
                let number = self.random.below(1 << 30);
                records.entry(id).and_modify(|old| *old = number);
                ops.push(Op::Modify(id, place, record(number).into_iter().enumerate().collect()));
            }
        }
        self.writer.put(&operations(t, &ops));
    }

    /// Hands over about when the worker falls asleep, and waits: a wake-up that is lost stays lost.
    fn lull(&mut self) {
        self.settle();
        for _ in 0..LULLS {
            let quiet = Instant::now();
            let t = self.random.below(TYPES as u32) as usize;
            self.create(t);
            // Handing over takes some 2 µs, and 10 µs under ThreadSanitizer.
            let asleep = Duration::from_nanos(u64::from(SPIN - 15_000 + self.random.below(15_000)));
            while quiet.elapsed() < asleep {
                std::hint::spin_loop();
            }
            self.writer.hand_over();
            while !self.writer.is_quiet() {
                std::hint::spin_loop();
            }
            STEPS.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all is applied.
    fn settle(&mut self) {
        self.finished.append(&mut self.writer.quiesce());
    }

    /// Waits until all is applied, and compares type `t`.
    fn quiesce(&mut self, t: usize) {
        self.settle();
        let rows = read::all(self.writer.db().table(t).expect("a table"));
        let rows: BTreeMap<u32, u32> = rows.into_iter().map(|(id, record)| (id, number(&record))).collect();
        assert_eq!(rows, self.model[t].1, "type {t}");
    }

    fn end(mut self) -> Totals {
        (0..TYPES).for_each(|t| self.quiesce(t));
        assert_eq!(self.writer.db().poisoned(), None);
        self.finished.sort_by_key(|finished| finished.seq);
        let seqs: Vec<u32> = self.finished.iter().map(|finished| finished.seq).collect();
        assert_eq!(seqs, (1..self.writer.batch()).collect::<Vec<_>>(), "every batch is told once");
        let failures: usize = self.finished.iter().map(|finished| finished.failures.len()).sum();
        assert_eq!(failures, self.failures, "every operation that must fail is told, and no other");
        let workers = self.writer.pool().workers();
        let applied: u64 = workers.iter().map(|worker| worker.operations).sum();
        assert_eq!(applied, self.operations, "every write is applied once");
        let parts = workers.iter().map(|worker| worker.batches).sum();
        Totals { batches: seqs.len() as u64, parts, operations: applied, rows_read: self.rows_read }
    }
}
