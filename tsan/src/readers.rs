//! Threads that read what workers are writing.

use crate::common::{Value, record};
use crate::read;
use crate::round::Random;
use millrace::db::Db;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// Threads that read until they are told to stop.
pub struct Readers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<u64>>,
}

impl Readers {
    /// Starts `count` threads that read `db`.
    pub fn start(db: &Arc<Db>, count: u64, seed: u64) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let threads = (0..count).map(|number| {
            let (db, stop) = (Arc::clone(db), Arc::clone(&stop));
            std::thread::spawn(move || {
                let (mut random, mut rows) = (Random::new(seed ^ number << 32), 0);
                while !stop.load(Ordering::Relaxed) {
                    rows += read_some(&db, &mut random);
                }
                rows
            })
        });
        Self { threads: threads.collect(), stop }
    }

    /// Stops them; how many rows they read.
    pub fn stop(&mut self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.drain(..).map(|thread| thread.join().expect("no reader panics")).sum()
    }
}

/// Reads single records of some type, or a snapshot of it twice; how many rows there were.
pub fn read_some(db: &Db, random: &mut Random) -> u64 {
    let table = db.table(random.below(db.schema().types().len() as u32) as usize).expect("a table");
    if random.below(4) > 0 {
        let id = random.below(table.count() as u32 + 3);
        return u64::from(read::get(table, id).is_some_and(|record| check(&record)));
    }
    let reverse = random.below(2) == 0;
    let snapshot = table.snapshot(0..u32::MAX, usize::MAX, reverse);
    let rows = read::scan(table, &snapshot, reverse, 64);
    assert!(rows.iter().all(|(_, record)| check(record)));
    assert_eq!(read::scan(table, &snapshot, reverse, 100), rows, "a snapshot stays as it was");
    2 * rows.len() as u64
}

/// Whether the record is whole: all of its fields follow from its number.
pub fn check(values: &[Value]) -> bool {
    assert_eq!(record(number(values)), values, "the record is whole");
    true
}

/// The number that a record was made from.
pub fn number(values: &[Value]) -> u32 {
    let Value::Fixed(bytes) = &values[1] else { unreachable!("a number has a fixed size") };
    u32::from_le_bytes(bytes[..].try_into().expect("four bytes"))
}
