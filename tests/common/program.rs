//! A program of batches, and a durable store that is driven through it on a storage that fails.
#![allow(dead_code, reason = "each test uses a part")]

use crate::common::{Op, operations, record, rows, schema, text};
use crate::storage::Fake;
use millrace::db::{Db, Selection};
use millrace::handle::Handle;
use millrace::log::error::LogError;
use millrace::log::recovery::{self, Options, Report};
use millrace::log::sequencer::{Durability, Sequencer};
use millrace::log::storage::Storage;
use millrace::log::writer::Limits;
use millrace::memory::Memory;
use std::sync::Arc;

pub const TYPES: usize = 3;
pub const LIMITS: Limits = Limits { segment: 700, checkpoint: u64::MAX, zeros: 0 };

/// Those of a store that is this durable.
pub fn limits(durability: Durability) -> Limits {
    Limits { zeros: if durability == Durability::Disk { 300 } else { 0 }, ..LIMITS }
}

pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % limit
    }
}

/// Regions of creates, modifies and deletes, and what a store holds after each of them.
#[derive(Clone)]
pub struct Program {
    pub regions: Vec<Vec<u8>>,
    pub states: Vec<Vec<u8>>,
}

impl Program {
    pub fn new(batches: usize, seed: u64) -> Self {
        let mut random = Random(seed);
        let schema = schema(TYPES);
        let mut next = [1; TYPES];
        let db = Db::new(schema.clone());
        let (mut regions, mut states) = (Vec::new(), vec![dump(&db)]);
        for batch in 0..batches {
            let mut region = Vec::new();
            for (t, next) in next.iter_mut().enumerate() {
                match random.below(4) {
                    0 => {}
                    1 if *next > 1 => {
                        let cells = vec![(0, text(&format!("batch {batch}")))];
                        let newest = Op::Delete(*next - 1, 1);
                        let any = Op::Modify(1 + random.below(*next - 1), 0, cells);
                        region.extend(operations(t, &[any, newest]));
                    }
                    _ => {
                        let records: Vec<_> =
                            (0..1 + random.below(4)).map(|i| record(batch as u32 * 10 + i)).collect();
                        region.extend(rows(t, &schema.types()[t], *next, &records));
                        *next += records.len() as u32;
                    }
                }
            }
            if region.is_empty() {
                region.extend(rows(0, &schema.types()[0], next[0], &[record(1)]));
                next[0] += 1;
            }
            db.modify(&region[..], Selection::All, |_, _| ()).unwrap();
            regions.push(region);
            states.push(dump(&db));
        }
        Self { regions, states }
    }
}

/// Everything that can be read of a store.
pub fn dump(db: &Db) -> Vec<u8> {
    let mut all = Vec::new();
    for table in db.tables() {
        let mut block = vec![0; 1 << 16];
        let size = table.view().read(table, 0, false, usize::MAX, &mut block);
        assert!(size <= block.len());
        all.extend(table.next_id().to_le_bytes());
        all.extend(&block[..size]);
    }
    all
}

/// A store without workers, driven as the addon drives one on the JavaScript thread.
pub struct Store {
    pub sequencer: Arc<Sequencer>,
    pub handle: Arc<Handle>,
    pub report: Report,
    pub checkpoints: u32,
}

impl Store {
    pub fn open(fake: &Fake, durability: Durability, salvage: bool) -> Result<Self, LogError> {
        let storage: Arc<dyn Storage> = Arc::new(fake.clone());
        let limits = limits(durability);
        let options = Options { salvage, limits };
        let recovered = recovery::open(&storage, Some(schema(TYPES)), options)?;
        let report = recovered.report.clone();
        let sequencer = Sequencer::start(storage, recovered, durability, limits, |_| Ok(None))?;
        let handle = Arc::new(Handle::new(Arc::new(Memory::owned(8)), || ()));
        Ok(Self { sequencer, handle, report, checkpoints: 0 })
    }

    /// Whether the batch settled.
    pub fn write(&self, region: &[u8]) -> bool {
        if self.sequencer.log_region(region).is_err() {
            return false;
        }
        self.sequencer.db().modify(region, Selection::All, |_, _| ()).unwrap();
        self.sequencer.settle().is_ok()
    }

    /// Whether the checkpoint succeeded.
    pub fn checkpoint(&mut self) -> bool {
        self.checkpoints += 1;
        self.sequencer.checkpoint(&self.handle, self.checkpoints);
        self.handle.quiesce();
        self.handle.take().iter().all(|finished| finished.failed.is_none())
    }

    pub fn dump(&self) -> Vec<u8> {
        dump(self.sequencer.db())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.sequencer.stop();
    }
}

/// Opens `fake`, which must hold `settled` batches at least, and goes on with the program from there.
pub fn check(fake: &Fake, program: &Program, settled: usize, durability: Durability, what: &str) {
    let store = Store::open(fake, durability, false).unwrap_or_else(|error| panic!("{what}: {error}"));
    let held = program.states.iter().rposition(|state| *state == store.dump());
    let held = held.unwrap_or_else(|| panic!("{what}: it holds no whole batches"));
    assert!(held >= settled, "{what}: {held} batches, {settled} had settled");
    for region in &program.regions[held..] {
        assert!(store.write(region), "{what}: it goes on");
    }
    assert_eq!(store.dump(), *program.states.last().unwrap(), "{what}");
    if durability == Durability::Disk && held < program.regions.len() {
        let lost = fake.after_power_loss(|| false);
        let store = Store::open(&lost, durability, false).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(store.dump(), *program.states.last().unwrap(), "{what}, and a loss of power");
    }
    drop(store);
    let again = Store::open(fake, durability, false).unwrap_or_else(|error| panic!("{what}, again: {error}"));
    assert_eq!(again.report.tail, None, "{what}: a tail is cut off once");
    assert_eq!(again.dump(), *program.states.last().unwrap(), "{what}, again");
}
