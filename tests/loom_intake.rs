//! The log's intake under the model checker loom, as `tests/loom.rs` has the hand-off. Runs with `--cfg loom` only
//! (`scripts/check-loom.sh`).
#![cfg(loom)]

use loom::cell::UnsafeCell;
use loom::sync::Arc;
use millrace::log::intake::Intake;
use std::time::Duration;

/// The intake, and what was taken from it: only touched by who has the turn, which loom checks.
struct Log {
    intake: Intake<Option<u32>>,
    taken: UnsafeCell<Vec<u32>>,
}

impl Log {
    /// What a thread of the log does: takes one item after the other and syncs after each, until there is nothing to take.
    fn run(&self) {
        self.intake.enter();
        loop {
            let taken = self.intake.take(Duration::ZERO);
            let Some(item) = taken.item else { return self.intake.leave_to_others() };
            // SAFETY: one thread at a time has the turn, until `taken` is dropped.
            self.taken.with_mut(|list| unsafe { (*list).push(item) });
            drop(taken);
            self.intake.leave_to_others();
            self.intake.enter();
        }
    }
}

/// `threads` take turns while `items` are posted, and then the end for each of them.
fn check(threads: usize, items: u32, preemptions: usize) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(move || {
        let log = Arc::new(Log { intake: Intake::default(), taken: UnsafeCell::default() });
        let running: Vec<_> = (0..threads)
            .map(|_| {
                let log = Arc::clone(&log);
                loom::thread::spawn(move || log.run())
            })
            .collect();
        (0..items).for_each(|item| log.intake.post(Some(item)));
        running.iter().for_each(|_| log.intake.post(None));
        running.into_iter().for_each(|thread| thread.join().unwrap());
        // SAFETY: the threads have ended.
        log.taken.with(|list| assert_eq!(unsafe { &**list }, &(0..items).collect::<Vec<_>>()));
    });
}

// SAFETY: `taken` is only touched by who has the turn, and by who has joined all that had it.
unsafe impl Sync for Log {}

/// One thread: it sleeps, is about to, or looks again when an item comes.
#[test]
fn no_item_is_left_by_a_thread_that_goes_to_sleep() {
    check(1, 2, 3);
}

/// Two threads: one goes to sleep, to sync or to its end while the other takes.
#[test]
fn threads_that_take_turns_leave_nothing() {
    check(2, 1, 2);
}

/// The same with items that have an order.
#[test]
fn threads_that_take_turns_take_every_item_once_and_in_order() {
    check(2, 2, 1);
}
