//! The core under load, for ThreadSanitizer: `millrace-stress [seconds] [seed]`.
//!
//! One thread writes as the JavaScript thread does, four workers apply, two more threads read. Rings are small, so they
//! wrap all the time and the writer waits for room. Every row carries a number that all of its fields follow from, so a
//! torn row shows; and the writer compares with maps. Whatever is wrong is a panic (exit code 101), and no progress for
//! a while ends the process too. Between such rounds, several handles come to one store, write to the same types, and leave.

#[path = "../../tests/common/mod.rs"]
mod common;
mod crowd;
#[path = "../../fuzz/src/read.rs"]
mod read;
mod readers;
mod round;
#[path = "../../fuzz/src/writer.rs"]
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Exit code when nothing moves any more.
const STUCK: i32 = 70;
/// Seconds without progress after which something is stuck.
const PATIENCE: u64 = 20;

/// Steps of the writer so far.
static STEPS: AtomicU64 = AtomicU64::new(0);

/// Ends the process when the writer makes no step for [`PATIENCE`] seconds: a wake-up was lost.
fn watch() {
    let (mut last, mut idle) = (0, 0);
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let steps = STEPS.load(Ordering::Relaxed);
        idle = if steps == last { idle + 1 } else { 0 };
        last = steps;
        if idle == PATIENCE {
            eprintln!("stuck: no step of the writer for {PATIENCE} seconds, after {steps}");
            std::process::exit(STUCK);
        }
    }
}

fn main() {
    let mut args = std::env::args().skip(1).map(|arg| arg.parse::<u64>().expect("a number"));
    let (seconds, seed) = (args.next().unwrap_or(60), args.next().unwrap_or(1));
    // A panic of a reader must end the process as well: the writer would go on without it.
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        report(info);
        std::process::exit(101);
    }));
    std::thread::spawn(watch);
    let start = Instant::now();
    let mut totals = round::Totals::default();
    let mut rounds = 0;
    while start.elapsed() < Duration::from_secs(seconds) {
        totals.add(round::run(seed + rounds));
        crowd::run(seed + rounds);
        rounds += 1;
    }
    let seconds = start.elapsed().as_secs();
    println!("{seconds} s, seeds {seed} to {}: {totals}", seed + rounds - 1);
}
