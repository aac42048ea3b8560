//! The hand-off under the model checker loom: every order in which the threads' steps can interleave, up to a bound of
//! preemptions. Runs with `--cfg loom` only (`scripts/check-loom.sh`).
#![cfg(loom)]

mod common;
#[path = "common/script.rs"]
mod script;

use millrace::batch::Batch;
use script::{Script, check};

/// The sleeping flag, the queue's edge and the announcement: a second batch comes while the worker runs, looks again, is
/// about to sleep, or sleeps.
#[test]
fn no_wake_up_and_no_settle_is_lost() {
    check(2, || {
        let mut script = Script::new(1, 1, 256);
        for id in 1..=2 {
            script.hand_over_row(id);
        }
        script.settle(2);
        script.stop(1, 2);
    });
}

/// A JavaScript thread that looks by itself for a while is told of what it did not see, in the end.
#[test]
fn nothing_is_lost_when_the_looks_end() {
    check(2, || {
        let mut script = Script::new(1, 1, 256);
        for id in 1..=2 {
            script.hand_over_row(id);
            script.handle().will_look();
        }
        script.linger_and_settle(2);
        script.stop(1, 2);
    });
}

/// A batch of two types is split over two workers; the last of them settles it.
#[test]
fn the_last_handler_settles() {
    check(2, || {
        let mut script = Script::new(2, 2, 256);
        for index in 0..2 {
            let frame = script.frame(index, 1);
            script.write(&frame);
        }
        let batch = script.hand_over();
        assert_eq!(batch.parts().len(), 2);
        script.settle(1);
        script.stop(2, 1);
    });
}

/// JavaScript writes where a worker has been, as soon as the ring says so: in the middle of a batch.
#[test]
fn what_is_written_again_is_not_read_any_more() {
    check(2, || {
        let mut script = Script::new(1, 1, 256);
        let frames: Vec<_> = (1..=3).map(|id| script.frame(0, id)).collect();
        script.write(&frames[0]);
        script.write(&frames[1]);
        let batch = script.hand_over();
        let need = frames[0].len() as u32;
        let passed = |batch: &Batch| batch.low().is_none_or(|low| low >= need);
        script.handle().wait_until(|| passed(&batch));
        // SAFETY: by the ring's rule; loom checks that no worker reads it any more.
        unsafe { script.handle().memory().write(0, &frames[2]) };
        script.settle(1);
        script.stop(1, 2);
    });
}

/// The same with two handlers: nothing is given away before the slower one is past it.
#[test]
fn what_two_handlers_read_is_free_when_both_are_past_it() {
    check(2, || {
        let mut script = Script::new(2, 2, 256);
        let frames = [script.frame(0, 1), script.frame(1, 1)];
        frames.iter().for_each(|frame| script.write(frame));
        let batch = script.hand_over();
        script.handle().wait_until(|| batch.low().is_none());
        let whole = vec![0; batch.end() as usize];
        // SAFETY: by the ring's rule; loom checks that no worker reads it any more.
        unsafe { script.handle().memory().write(0, &whole) };
        script.settle(1);
        script.stop(2, 1);
    });
}

/// A worker that never got work, is on its way to sleep, or sleeps.
#[test]
fn stop_ends_the_thread() {
    check(3, || Script::new(1, 1, 256).stop(1, 0));
}
