//! Batches through worker threads: order per type, one worker a type, release, poison, back-pressure.

mod common;

use common::{Op, operations, record, rows, schema, text};
use millrace::db::Db;
use millrace::handle::{Finished, Handle};
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::ring::Ring;
use millrace::state::{LINE, ModifyState};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A handle with its ring and workers, written to by the test's thread as JavaScript would.
struct Writer {
    db: Arc<Db>,
    pool: Arc<Pool>,
    handle: Arc<Handle>,
    ring: Ring<Arc<millrace::batch::Batch>>,
    seq: u32,
    announced: Arc<AtomicU32>,
    /// Operations of each worker, once it has finished.
    shares: Vec<u64>,
}

impl Writer {
    fn new(types: usize, workers: usize, size: usize) -> Self {
        let db = Arc::new(Db::new(schema(types)));
        let states = Arc::new(Memory::owned(workers * LINE * 4));
        let states = (0..workers).map(|worker| ModifyState::new(Arc::clone(&states), worker)).collect();
        let announced = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&announced);
        let memory = Arc::new(Memory::owned(size));
        let handle = Arc::new(Handle::new(memory, move || {
            counter.fetch_add(1, Ordering::Relaxed);
        }));
        let pool = Pool::start(Arc::clone(&db), states).unwrap();
        Self { db, pool, handle, ring: Ring::new(size as u32), seq: 0, announced, shares: Vec::new() }
    }

    /// Puts a frame into the run, handing over and waiting where there is no room.
    fn put(&mut self, frame: &[u8]) {
        let need = frame.len() as u32;
        if self.ring.extend() - self.ring.pos() < need {
            self.hand_over();
            let ring = &mut self.ring;
            self.handle.wait_until(|| ring.is_free() || ring.largest_gap() >= need);
            assert!(ring.largest_gap() >= need);
        }
        // SAFETY: the ring has just said that no live region is there.
        unsafe { self.handle.memory().write(self.ring.pos() as usize, frame) };
        self.ring.advance(self.ring.pos() + need);
    }

    fn hand_over(&mut self) {
        if self.ring.pos() > self.ring.start() {
            self.seq += 1;
            let (start, end) = (self.ring.start(), self.ring.pos());
            self.ring.hand_over(self.pool.hand_over(&self.handle, self.seq, start, end).unwrap());
        }
    }

    fn finish(&mut self) -> Vec<Finished> {
        self.hand_over();
        self.handle.quiesce();
        assert!(self.ring.is_free());
        let workers = self.pool.workers();
        assert!(workers.iter().all(|worker| worker.processing.is_empty()), "nothing is in anybody's hands");
        assert!(workers.iter().all(|worker| worker.remaining == 0));
        self.shares = workers.iter().map(|worker| worker.operations).collect();
        self.pool.stop();
        assert!(self.announced.load(Ordering::Relaxed) > 0);
        self.handle.take()
    }
}

/// Writes to `types` types in random batches; each record's number counts its changes, so any overtaking shows.
fn storm(types: usize, workers: usize, size: usize, writes: u32, seed: u64) {
    let mut writer = Writer::new(types, workers, size);
    let db = Arc::clone(&writer.db);
    let mut state = seed;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    };
    let mut next = vec![1u32; types];
    let mut last: BTreeMap<(usize, u32), u32> = BTreeMap::new();
    let mut failures = 0;
    for write in 0..writes {
        let index = random(types as u32) as usize;
        if next[index] == 1 || random(4) == 0 {
            let records: Vec<_> = (0..1 + random(9)).map(record).collect();
            writer.put(&rows(index, &db.schema().types()[index], next[index], &records));
            next[index] += records.len() as u32;
        } else {
            // Now and then a row that is created next: applied in order, it is missing.
            let ahead = random(20) == 0;
            let id = if ahead { next[index] } else { 1 + random(next[index] - 1) };
            let cells = vec![(1, common::u32(write)), (2, text(&"x".repeat(random(30) as usize)))];
            writer.put(&operations(index, &[Op::Modify(id, 0, cells)]));
            failures += usize::from(ahead);
            if !ahead {
                last.insert((index, id), write);
            }
        }
        if random(6) == 0 {
            writer.hand_over();
        }
    }
    let batches = writer.seq + u32::from(writer.ring.pos() > writer.ring.start());
    let finished = writer.finish();
    let mut seqs: Vec<u32> = finished.iter().map(|batch| batch.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=batches).collect::<Vec<_>>(), "every batch finishes once");
    assert!(finished.iter().all(|batch| !batch.poisoned));
    assert_eq!(finished.iter().map(|batch| batch.failures.len()).sum::<usize>(), failures);
    for (index, next) in next.into_iter().enumerate() {
        assert_eq!(db.table(index).unwrap().count(), next as usize - 1);
    }
    for ((index, id), write) in last {
        let table = db.table(index).unwrap();
        let mut block = vec![0; 4096];
        table.get(id, &mut block).unwrap();
        let cell = (millrace::store::block::HEADER + table.layout().cells[1]) / 4;
        assert_eq!(millrace::frame::word(&block, cell), write, "type {index}, id {id}: the last write stays");
    }
}

#[test]
fn order_holds_for_every_type_whatever_the_workers_and_the_ring() {
    for seed in 0..6 {
        for (types, workers, size) in
            [(1, 1, 4096), (8, 1, 4096), (8, 2, 4096), (3, 4, 8192), (8, 4, 1 << 16), (40, 3, 1 << 20)]
        {
            storm(types, workers, size, 3000, seed);
        }
    }
}

#[test]
fn a_type_with_a_backlog_moves_to_an_idle_worker() {
    let mut writer = Writer::new(8, 2, 1 << 24);
    let db = Arc::clone(&writer.db);
    let records: Vec<_> = (0..1000).map(record).collect();
    for round in 0..40 {
        for index in 0..8 {
            let t = &db.schema().types()[index];
            writer.put(&rows(index, t, 1 + round * 1000, &records));
        }
        writer.hand_over();
    }
    writer.finish();
    let shares = writer.shares;
    assert_eq!(shares.iter().sum::<u64>(), 320_000);
    assert!(shares.iter().all(|&share| share >= 40_000), "{shares:?}");
}

#[test]
fn a_panic_poisons_the_store_and_everything_is_told() {
    let mut writer = Writer::new(2, 2, 1 << 16);
    let db = Arc::clone(&writer.db);
    let t = &db.schema().types()[0];
    db.panic_next();
    for id in 1..=20 {
        writer.put(&rows(0, t, id, &[record(id)]));
        writer.hand_over();
    }
    let finished = writer.finish();
    assert_eq!(finished.len(), 20);
    assert!(finished.iter().all(|batch| batch.poisoned));
    assert!(db.poisoned().unwrap().contains("as a test asked"));
}

#[test]
fn a_region_without_whole_frames_is_not_handed_over() {
    let writer = Writer::new(1, 1, 4096);
    assert!(writer.pool.hand_over(&writer.handle, 1, 0, 64).is_err());
    assert_eq!(writer.handle.in_flight(), 0);
    writer.pool.stop();
}
