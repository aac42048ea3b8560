//! How much faster two workers apply than one: `millrace-scaling [rounds] [MiB]`.
//!
//! Ticks of 1,000 records over 8 types are written into the modify buffer beforehand, so that the thread which hands
//! them over has nothing else to do. Prints a line of JSON for each shape of record, with the nanoseconds a write of
//! every round.

#[path = "../../../../tests/common/mod.rs"]
mod common;
mod region;
mod shape;

use millrace::db::Db;
use millrace::handle::Handle;
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::state::{LINE, ModifyState};
use region::Region;
use std::sync::Arc;
use std::time::Instant;

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<usize>().expect("a number"));
    let (rounds, mib) = (args.next().unwrap_or(7), args.next().unwrap_or(128));
    for (name, fields, record) in shape::SHAPES {
        for tiny_first in [false, true] {
            let region = Region::new(fields(), record, mib << 20, tiny_first);
            let memory = Arc::new(Memory::owned(region.bytes().len()));
            // SAFETY: nobody else has the memory yet.
            unsafe { memory.write(0, region.bytes()) };
            // The first round of each only brings the memory and the code in.
            let mut times = [Vec::new(), Vec::new()];
            for _ in 0..=rounds {
                (1..=2).for_each(|workers| times[workers - 1].push(apply(&region, &memory, workers)));
            }
            let [one, two] = times.map(|times| list(&times[1..]));
            println!("{{\"shape\":\"{name}\",\"tinyFirst\":{tiny_first},\"one\":[{one}],\"two\":[{two}]}}");
        }
    }
}

/// Nanoseconds a write to apply the region, which is in `memory`, with so many workers, from the first hand-over to the
/// last write.
fn apply(region: &Region, memory: &Arc<Memory>, workers: usize) -> f64 {
    let db = Arc::new(Db::new(region.schema().clone()));
    let states = Arc::new(Memory::owned(workers * LINE * 4));
    let states = (0..workers).map(|worker| ModifyState::new(Arc::clone(&states), worker)).collect();
    let handle = Arc::new(Handle::new(Arc::clone(memory), || {}));
    let pool = Pool::start(Arc::clone(&db), states).expect("threads");
    let start = Instant::now();
    for (seq, tick) in region.ticks().iter().enumerate() {
        pool.hand_over(&handle, seq as u32 + 1, tick.start, tick.end).expect("whole frames");
    }
    handle.quiesce();
    let time = start.elapsed();
    pool.stop();
    assert!(db.poisoned().is_none(), "no region is malformed");
    let stored: usize = (0..shape::TYPES).map(|t| db.table(t).expect("a table").count()).sum();
    assert_eq!(stored, region.writes(), "every record is stored");
    time.as_nanos() as f64 / region.writes() as f64
}

fn list(times: &[f64]) -> String {
    times.iter().map(|time| format!("{time:.2}")).collect::<Vec<_>>().join(",")
}
