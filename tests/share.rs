//! When a worker that shares a CPU moves to another one.

use millrace::share::{Look, Share};
use std::time::{Duration, Instant};

const MS: Duration = Duration::from_millis(1);

/// A thread that looks whenever it is due, in steps of a tenth of a millisecond.
struct Thread {
    share: Share,
    since: Instant,
    now: Instant,
    ran: Duration,
    cpu: usize,
}

impl Thread {
    fn new(worker: usize) -> Self {
        let now = Instant::now();
        Self { share: Share::new(worker), since: now, now, ran: Duration::ZERO, cpu: 0 }
    }

    /// Works for `time`, of which it has a CPU for so many percent; how often it wants to move.
    fn work(&mut self, time: Duration, percent: u32, mut turns: impl FnMut() -> usize) -> usize {
        let mut moves = 0;
        for _ in 0..time.as_micros() / 100 {
            self.now += MS / 10;
            self.ran += MS / 10 * percent / 100;
            if self.share.is_due(self.since, self.now, turns()) {
                let look = Look { at: self.now, cpu: self.cpu, ran: self.ran };
                if self.share.is_small(self.since, look) {
                    self.share.moved();
                    moves += 1;
                }
            }
        }
        moves
    }
}

#[test]
fn one_that_has_its_cpu_stays() {
    assert_eq!(Thread::new(0).work(100 * MS, 90, || 7), 0);
}

#[test]
fn one_that_shares_it_moves_within_two_milliseconds() {
    for worker in 0..8 {
        assert_eq!(Thread::new(worker).work(2 * MS, 50, || 7), 1, "worker {worker}");
    }
}

#[test]
fn one_that_the_scheduler_has_moved_stays() {
    let mut thread = Thread::new(0);
    for cpu in 0..100 {
        thread.cpu = cpu;
        assert_eq!(thread.work(MS * 9 / 10, 50, || 7), 0);
    }
}

#[test]
fn one_that_takes_turns_by_the_millisecond_moves_in_the_first_of_its_own_without_hand_overs() {
    let mut thread = Thread::new(0);
    let mut turns = 0;
    for _ in 0..4 {
        let next = || {
            turns += 1;
            turns
        };
        assert_eq!(thread.work(5 * MS / 2, 100, next), 0, "runs are handed over");
        thread.now += 5 * MS / 2;
    }
    assert_eq!(thread.work(5 * MS / 2, 100, || turns + 1), 1);
}

#[test]
fn while_runs_are_handed_over_it_stays() {
    let mut turns = 0;
    let next = || {
        turns += 1;
        turns
    };
    assert_eq!(Thread::new(0).work(100 * MS, 50, next), 0);
}

#[test]
fn where_moving_does_not_help_it_moves_less_and_less_often() {
    let mut thread = Thread::new(0);
    assert_eq!(thread.work(130 * MS, 50, || 7), 7);
    assert!((15..=17).contains(&thread.work(1024 * MS, 50, || 7)), "every 64 ms");
    // Once it has had its CPU for a while, it is as quick as before.
    assert_eq!(thread.work(65 * MS, 100, || 7), 0);
    assert_eq!(thread.work(2 * MS, 50, || 7), 1);
}

#[test]
fn one_that_had_nothing_to_do_is_as_quick_as_before() {
    let mut thread = Thread::new(0);
    assert_eq!(thread.work(130 * MS, 50, || 7), 7);
    thread.now += MS;
    thread.since = thread.now;
    assert_eq!(thread.work(2 * MS, 50, || 7), 1);
}

#[test]
fn one_that_found_no_other_cpu_looks_again_soon() {
    let mut thread = Thread::new(0);
    let mut wishes = 0;
    for _ in 0..100 {
        thread.now += MS;
        thread.ran += MS / 2;
        if thread.share.is_due(thread.since, thread.now, 7) {
            let look = Look { at: thread.now, cpu: 0, ran: thread.ran };
            wishes += usize::from(thread.share.is_small(thread.since, look));
        }
    }
    assert!(wishes > 90, "{wishes} of 100");
}

#[test]
fn two_that_share_a_cpu_do_not_look_at_the_same_time() {
    let mut first = Thread::new(0);
    let mut second = Thread::new(1);
    second.since = first.since;
    second.now = first.now;
    let mut both = 0;
    for _ in 0..100 {
        both += usize::from(first.work(MS / 10, 50, || 7) + second.work(MS / 10, 50, || 7) == 2);
    }
    assert_eq!(both, 0);
}

#[test]
fn time_in_which_there_was_nothing_to_do_does_not_count() {
    let mut thread = Thread::new(0);
    for _ in 0..100 {
        assert_eq!(thread.work(MS, 100, || 7), 0);
        thread.now += 50 * MS;
        thread.since = thread.now;
    }
}
