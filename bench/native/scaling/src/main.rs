//! How much faster two workers apply than one: `millrace-scaling [rounds] [MiB]`.
//!
//! Ticks of 1,000 records over 8 types are written into the modify buffer beforehand, so that the thread which hands
//! them over has nothing else to do. Prints a line of JSON for each shape of record, with the nanoseconds a write of
//! every round; and as the floor the same of threads that each have their types from the start, and are told which ticks
//! another thread has found the frames of.

#[path = "../../../../tests/common/mod.rs"]
mod common;
mod region;
mod shape;

use millrace::db::{Db, Selection};
use millrace::frame::Frame;
use millrace::handle::Handle;
use millrace::memory::{Memory, Source};
use millrace::pool::Pool;
use millrace::state::{LINE, ModifyState};
use region::Region;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

/// Time for workers that have started to find nothing to do, and sleep: those of a store that is open.
const REST: Duration = Duration::from_millis(2);

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
            let mut times = [const { Vec::new() }; 4];
            for _ in 0..=rounds {
                for workers in [1, 2] {
                    times[workers - 1].push(apply(&region, &memory, workers));
                    times[workers + 1].push(apply_alone(&region, &memory, workers));
                }
            }
            let [one, two, floor_one, floor_two] = times.map(|times| list(&times[1..]));
            println!(
                "{{\"shape\":\"{name}\",\"tinyFirst\":{tiny_first},\"one\":[{one}],\"two\":[{two}],\
                 \"floorOne\":[{floor_one}],\"floorTwo\":[{floor_two}]}}"
            );
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
    std::thread::sleep(REST);
    let start = Instant::now();
    for (seq, tick) in region.ticks().iter().enumerate() {
        pool.hand_over(&handle, seq as u32 + 1, tick.start, tick.end).expect("whole frames");
    }
    handle.quiesce();
    let time = start.elapsed();
    pool.stop();
    assert!(db.poisoned().is_none(), "no region is malformed");
    per_write(time, region, &db)
}

/// The same with the least that a hand-over needs: so many threads know which types are theirs and where their frames are, and
/// follow a thread that finds the frames of one tick after another.
fn apply_alone(region: &Region, memory: &Memory, threads: usize) -> f64 {
    let db = Db::new(region.schema().clone());
    let shares: Vec<Vec<Vec<u32>>> = (0..threads)
        .map(|thread| {
            region.ticks().iter().map(|tick| offsets(region, tick, |t| t % threads == thread)).collect()
        })
        .collect();
    let (found, started) = (AtomicUsize::new(0), Barrier::new(threads + 1));
    // SAFETY: nobody writes to the memory any more.
    let bytes_of = |tick: &Range<u32>| unsafe { memory.region(tick.start as usize, tick.end as usize) };
    let start = std::thread::scope(|scope| {
        for share in &shares {
            let (db, found, started) = (&db, &found, &started);
            scope.spawn(move || {
                started.wait();
                for (place, (tick, offsets)) in region.ticks().iter().zip(share).enumerate() {
                    while found.load(Ordering::Acquire) <= place {
                        std::thread::yield_now();
                    }
                    db.modify(&bytes_of(tick), Selection::At(offsets), |_, _| ()).expect("whole frames");
                }
            });
        }
        started.wait();
        let start = Instant::now();
        for tick in region.ticks() {
            let bytes = bytes_of(tick);
            let mut at = 0;
            while at < bytes.len() {
                at = Frame::read(&bytes, at, shape::TYPES).expect("whole frames").end();
            }
            found.fetch_add(1, Ordering::Release);
        }
        start
    });
    per_write(start.elapsed(), region, &db)
}

/// Where the frames of some types are in a tick.
fn offsets(region: &Region, tick: &Range<u32>, is_meant: impl Fn(usize) -> bool) -> Vec<u32> {
    let bytes = &region.bytes()[tick.start as usize..tick.end as usize];
    let (mut at, mut offsets) = (0, Vec::new());
    while at < bytes.len() {
        let frame = Frame::read(bytes, at, shape::TYPES).expect("whole frames");
        if is_meant(usize::from(frame.type_index)) {
            offsets.push(at as u32);
        }
        at = frame.end();
    }
    offsets
}

fn per_write(time: Duration, region: &Region, db: &Db) -> f64 {
    let stored: usize = (0..shape::TYPES).map(|t| db.table(t).expect("a table").count()).sum();
    assert_eq!(stored, region.writes(), "every record is stored");
    time.as_nanos() as f64 / region.writes() as f64
}

fn list(times: &[f64]) -> String {
    times.iter().map(|time| format!("{time:.2}")).collect::<Vec<_>>().join(",")
}
