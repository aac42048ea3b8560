//! Random programs on a pool of workers, and on maps: what each batch told, and what can be read at any time.

use crate::common::{Op, Value, operations, rows};
use crate::read;
use crate::schema::{record, schema, value};
use crate::writer::Writer;
use arbitrary::Arbitrary;
use millrace::handle::Finished;
use millrace::schema::{Schema, Type};
use millrace::store::table::Snapshot;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> = LazyLock::new(schema);

/// Sizes of the ring: small ones wrap all the time, the last one has room for values outside of a page's heap.
const SIZES: [usize; 5] = [4096, 4104, 8192, 1 << 15, 1 << 18];

/// A program: its store, then what it does.
#[derive(Debug, Arbitrary)]
pub struct Program {
    workers: u8,
    size: u8,
    /// Whether a worker is to panic, and at which step.
    panic_at: Option<u8>,
    steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
enum Step {
    /// A frame of new records.
    Create {
        t: u8,
        count: u8,
        seed: u16,
    },
    /// A frame of operations.
    Operate {
        t: u8,
        changes: Vec<Change>,
    },
    HandOver,
    /// What was announced is taken, as the event loop does.
    Take,
    /// Everything is applied and compared.
    Quiesce,
    /// A read while workers are at it.
    Get {
        t: u8,
        id: u16,
    },
    /// A snapshot that is held until the end.
    Snapshot {
        t: u8,
        reverse: bool,
    },
}

#[derive(Debug, Arbitrary)]
enum Change {
    Modify { id: u16, fields: u16, seed: u16 },
    Delete { id: u16 },
}

type Record = Option<Vec<Value>>;
/// A type by its index, and an id.
type Key = (usize, u32);

/// The store as maps.
#[derive(Default)]
struct Model {
    records: BTreeMap<Key, Vec<Value>>,
    next_ids: BTreeMap<usize, u32>,
    /// Everything that each record has been since all was applied: what a read may see meanwhile.
    history: BTreeMap<Key, Vec<Record>>,
    /// Places of the operations that must fail, by batch.
    failures: BTreeMap<u32, Vec<(u32, u16)>>,
}

impl Model {
    fn next_id(&self, t: usize) -> u32 {
        self.next_ids.get(&t).copied().unwrap_or(1)
    }

    fn set(&mut self, key: Key, record: Record) {
        let old = self.records.get(&key).cloned();
        self.history.entry(key).or_insert_with(|| vec![old]).push(record.clone());
        match record {
            Some(record) => drop(self.records.insert(key, record)),
            None => drop(self.records.remove(&key)),
        }
    }

    fn may_be(&self, key: Key, read: &Record) -> bool {
        match self.history.get(&key) {
            Some(history) => history.contains(read),
            None => self.records.get(&key) == read.as_ref(),
        }
    }
}

struct Run {
    writer: Writer,
    /// Bytes of the ring.
    size: usize,
    model: Model,
    place: u32,
    finished: Vec<Finished>,
    snapshots: Vec<(usize, bool, Snapshot, Vec<read::Row>)>,
    /// The batch that was handed over next when a panic was asked for.
    panics_from: Option<u32>,
}

/// Runs the program.
pub fn run(program: Program) {
    let workers = 1 + usize::from(program.workers % 3);
    let size = SIZES[usize::from(program.size) % SIZES.len()];
    let mut run = Run {
        writer: Writer::new(SCHEMA.clone(), workers, size),
        size,
        model: Model::default(),
        place: 0,
        finished: Vec::new(),
        snapshots: Vec::new(),
        panics_from: None,
    };
    for (index, step) in program.steps.into_iter().enumerate() {
        if program.panic_at.is_some_and(|at| usize::from(at) == index) {
            run.panic();
        }
        run.step(step);
    }
    run.quiesce();
    run.end();
}

fn type_index(t: u8) -> usize {
    usize::from(t) % SCHEMA.types().len()
}

impl Run {
    fn step(&mut self, step: Step) {
        match step {
            Step::Create { t, count, seed } => self.create(type_index(t), u32::from(count), u32::from(seed)),
            Step::Operate { t, changes } => self.operate(type_index(t), &changes),
            Step::HandOver => self.writer.hand_over(),
            Step::Take => self.finished.append(&mut self.writer.take()),
            Step::Quiesce => self.quiesce(),
            Step::Get { t, id } => self.get(type_index(t), u32::from(id)),
            Step::Snapshot { t, reverse } => self.snapshot(type_index(t), reverse),
        }
    }

    /// The next part that is applied panics.
    fn panic(&mut self) {
        self.panics_from.get_or_insert(self.writer.batch());
        self.writer.db().panic_next();
    }

    /// Puts a frame if it fits the ring at all; gives its batch.
    fn put(&mut self, frame: &[u8]) -> Option<u32> {
        let fits = frame.len() <= self.size;
        fits.then(|| {
            self.writer.put(frame);
            self.writer.batch()
        })
    }

    fn create(&mut self, t: usize, count: u32, seed: u32) {
        let first = self.model.next_id(t);
        let records: Vec<_> = (0..1 + count).map(|i| record(&SCHEMA.types()[t], seed + i)).collect();
        if self.put(&rows(t, &SCHEMA.types()[t], first, &records)).is_some() {
            for (id, record) in (first..).zip(records) {
                self.model.set((t, id), Some(record));
            }
            self.model.next_ids.insert(t, first + 1 + count);
        }
    }

    fn operate(&mut self, t: usize, changes: &[Change]) {
        // The next ids that will be given are operated on too: in order, they are missing.
        let id = |id: u16| u32::from(id) % (self.model.next_id(t) + 3);
        let ops: Vec<Op> = changes
            .iter()
            .zip(self.place..)
            .map(|(change, place)| match change {
                Change::Delete { id: of } => Op::Delete(id(*of), place),
                Change::Modify { id: of, fields, seed } => {
                    Op::Modify(id(*of), place, cells(&SCHEMA.types()[t], *fields, u32::from(*seed)))
                }
            })
            .collect();
        if ops.is_empty() {
            return;
        }
        if let Some(batch) = self.put(&operations(t, &ops)) {
            self.place += ops.len() as u32;
            ops.into_iter().for_each(|op| self.expect(t, batch, op));
        }
    }

    fn expect(&mut self, t: usize, batch: u32, op: Op) {
        let (Op::Modify(id, place, _) | Op::Delete(id, place)) = op;
        let Some(mut record) = self.model.records.get(&(t, id)).cloned() else {
            self.model.failures.entry(batch).or_default().push((place, t as u16));
            return;
        };
        match op {
            Op::Delete(..) => self.model.set((t, id), None),
            Op::Modify(_, _, cells) => {
                cells.into_iter().for_each(|(field, value)| record[field] = value);
                self.model.set((t, id), Some(record));
            }
        }
    }

    fn get(&self, t: usize, id: u32) {
        let id = id % (self.model.next_id(t) + 2);
        let record = read::get(self.writer.db().table(t).expect("a table"), id);
        assert!(self.is_poisoned() || self.model.may_be((t, id), &record), "type {t}, id {id}: {record:?}");
    }

    fn snapshot(&mut self, t: usize, reverse: bool) {
        let table = self.writer.db().table(t).expect("a table");
        let snapshot = table.snapshot(0..u32::MAX, usize::MAX, reverse);
        let rows = read::scan(table, &snapshot, reverse, 16);
        let may_be = |(id, record): &read::Row| self.model.may_be((t, *id), &Some(record.clone()));
        assert!(self.is_poisoned() || rows.iter().all(may_be));
        self.snapshots.push((t, reverse, snapshot, rows));
    }

    fn is_poisoned(&self) -> bool {
        self.panics_from.is_some()
    }

    fn quiesce(&mut self) {
        self.finished.append(&mut self.writer.quiesce());
        self.model.history.clear();
        if self.is_poisoned() {
            return;
        }
        assert_eq!(self.writer.db().poisoned(), None);
        for t in 0..SCHEMA.types().len() {
            let rows = read::all(self.writer.db().table(t).expect("a table"));
            let model = self.model.records.range((t, 0)..(t + 1, 0));
            let model: Vec<read::Row> = model.map(|(key, record)| (key.1, record.clone())).collect();
            assert_eq!(rows, model, "type {t}");
        }
    }

    /// Everything that was told, and the snapshots once more.
    fn end(mut self) {
        for (t, reverse, snapshot, rows) in &self.snapshots {
            let table = self.writer.db().table(*t).expect("a table");
            assert_eq!(&read::scan(table, snapshot, *reverse, 100), rows, "a snapshot stays as it was");
        }
        self.finished.sort_by_key(|finished| finished.seq);
        let seqs: Vec<u32> = self.finished.iter().map(|finished| finished.seq).collect();
        assert_eq!(seqs, (1..self.writer.batch()).collect::<Vec<_>>(), "every batch is told once");
        let asked = self.panics_from.is_some_and(|from| from < self.writer.batch());
        let poisoned = self.finished.iter().any(|finished| finished.poisoned);
        assert!(if self.is_poisoned() { poisoned || !asked } else { !poisoned });
        // What one worker applied while another panicked counts, and so does what was applied before.
        for finished in self.finished.into_iter().filter(|finished| !finished.poisoned) {
            let mut failures: Vec<_> = finished.failures.iter().map(|f| (f.place, f.type_index)).collect();
            failures.sort_unstable();
            let expected = self.model.failures.remove(&finished.seq).unwrap_or_default();
            assert_eq!(failures, expected, "batch {}", finished.seq);
        }
    }
}

/// Changes to the fields whose bits are set.
fn cells(t: &Type, fields: u16, seed: u32) -> Vec<(usize, Value)> {
    let chosen = t.fields().iter().enumerate().filter(|(index, _)| fields >> (index % 16) & 1 == 1);
    chosen.map(|(index, field)| (index, value(field, seed.wrapping_add(index as u32)))).collect()
}
