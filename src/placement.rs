//! Where a worker runs: not on the CPU of the thread that hands over to it, while there is another.
//!
//! A scheduler may wake a thread on the CPU of the thread that woke it although another CPU is idle, and leave it
//! there: Linux does where CPUs share no cache, as in many virtual machines. Then worker and JavaScript take turns on
//! one CPU: measured on such a machine with two CPUs, 640 ns a create instead of 300. Excluding that CPU for a moment
//! only is not enough (520 ns), since the next wake-up brings the worker back. A worker that has a backlog while nothing is
//! handed over runs wherever it has a CPU for itself.

#[cfg(all(target_os = "linux", not(loom)))]
use crate::share::{Look, Share};
#[cfg(all(target_os = "linux", not(loom)))]
use rustix::{thread, time};
#[cfg(all(target_os = "linux", not(loom)))]
use std::cell::Cell;
#[cfg(all(target_os = "linux", not(loom)))]
use std::time::Duration;
use std::time::Instant;

/// The CPU that the calling thread runs on, where that is known.
#[cfg(all(target_os = "linux", not(loom)))]
pub fn current() -> Option<usize> {
    Some(thread::sched_getcpu())
}

/// The CPU that the calling thread runs on, where that is known.
#[cfg(not(all(target_os = "linux", not(loom))))]
pub fn current() -> Option<usize> {
    None
}

/// How many CPUs there are for a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cpus {
    /// One for everything.
    One,
    /// Fewer than threads: this worker shares one.
    Shared,
    /// Enough: this worker has one, and JavaScript another.
    Own,
}

/// Where one worker thread may run.
#[derive(Debug)]
pub struct Placement {
    worker: usize,
    /// How many CPUs the process allowed when the thread started,
    count: usize,
    /// and which.
    #[cfg(all(target_os = "linux", not(loom)))]
    allowed: Option<thread::CpuSet>,
    /// The CPU of JavaScript that the thread keeps off.
    #[cfg(all(target_os = "linux", not(loom)))]
    off: Cell<Option<usize>>,
    /// How many runs were handed over when the thread left a CPU that it shared. It keeps off that one until there are more,
    /// or it has nothing to do.
    #[cfg(all(target_os = "linux", not(loom)))]
    left: Cell<Option<usize>>,
    /// What share of its CPU's time it gets.
    #[cfg(all(target_os = "linux", not(loom)))]
    share: Cell<Share>,
}

impl Placement {
    /// For the calling thread, which runs worker number `worker` of a pool.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn new(worker: usize) -> Self {
        let allowed = thread::sched_getaffinity(None).ok();
        let count = allowed.map_or(1, |allowed| allowed.count() as usize);
        let share = Cell::new(Share::new(worker));
        Self { worker, count, allowed, off: Cell::new(None), left: Cell::new(None), share }
    }

    /// For the calling thread, which runs worker number `worker` of a pool.
    #[cfg(all(not(target_os = "linux"), not(loom)))]
    pub fn new(worker: usize) -> Self {
        Self { worker, count: std::thread::available_parallelism().map_or(1, usize::from) }
    }

    /// In a model there is nothing to wait for: it would only have more steps.
    #[cfg(loom)]
    pub fn new(worker: usize) -> Self {
        Self { worker, count: 1 }
    }

    /// How many CPUs there are for the worker while so many JavaScript threads write. As many workers have their own as leave
    /// one for each of those; more of them run wherever the scheduler wants.
    pub fn cpus(&self, writers: usize) -> Cpus {
        match self.count {
            0 | 1 => Cpus::One,
            count if self.worker + writers < count => Cpus::Own,
            _ => Cpus::Shared,
        }
    }

    /// Moves the calling thread off `cpu`, if it runs there and is to have its own, and keeps it off until it meets another
    /// one.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn step_aside(&self, cpu: Option<usize>, writers: usize) {
        if self.cpus(writers) != Cpus::Own {
            return self.come_back();
        }
        if let Some(cpu) = cpu.filter(|_| cpu == current()) {
            self.keep_off(cpu);
        }
    }

    /// Keeps the calling thread, which has just started, off the CPU of the one that started it, if it is to have its own:
    /// that one is likely to hand over first.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn begin(&self, cpu: Option<usize>) {
        if let (Cpus::Own, Some(cpu)) = (self.cpus(1), cpu) {
            self.keep_off(cpu);
        }
    }

    /// Keeps the calling thread off `cpu` until it meets another one, or comes back.
    #[cfg(all(target_os = "linux", not(loom)))]
    fn keep_off(&self, cpu: usize) {
        self.off.set(Some(cpu));
        self.go_home();
    }

    /// Lets the calling thread run wherever it may, but for the CPU of JavaScript that it keeps off.
    #[cfg(all(target_os = "linux", not(loom)))]
    fn go_home(&self) {
        self.left.set(None);
        self.run_off(self.off.get());
    }

    /// Keeps the calling thread off these CPUs, if there is another.
    #[cfg(all(target_os = "linux", not(loom)))]
    fn run_off(&self, cpus: impl IntoIterator<Item = usize>) -> bool {
        let Some(mut others) = self.allowed else { return false };
        cpus.into_iter().for_each(|cpu| others.unset(cpu));
        // Where this is refused, the thread stays: slower, not wrong.
        others.count() > 0 && thread::sched_setaffinity(None, &others).is_ok()
    }

    /// Moves the calling thread, between two things to do, to another CPU if it shares the one that it runs on; but not to one
    /// of `busy`, on which others like it have something to do. It has had something to do since `working_since`, and so many
    /// runs were handed over so far. Linux takes 5 to 20 ms to see that two threads share a CPU beside an idle one.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn look_around(&self, working_since: Instant, turns: usize, busy: impl FnOnce() -> Vec<usize>) {
        if self.left.get().is_some_and(|left| left != turns) {
            self.go_home();
        }
        let now = Instant::now();
        let mut share = self.share.get();
        let is_due = share.is_due(working_since, now, turns);
        self.share.set(share);
        if self.count < 2 || !is_due {
            return;
        }
        let ran = time::clock_gettime(time::ClockId::ThreadCPUTime);
        let ran = Duration::new(ran.tv_sec as u64, ran.tv_nsec as u32);
        let cpu = thread::sched_getcpu();
        if share.is_small(working_since, Look { at: now, cpu, ran }) && self.leave(cpu, busy()) {
            self.left.set(Some(turns));
            share.moved();
        }
        self.share.set(share);
    }

    /// Moves the calling thread from `cpu` to one that is not busy, if it may run on such a one, and keeps it off the others: a
    /// worker that another one wakes, from waiting for a lock, would be brought back to that one's CPU.
    #[cfg(all(target_os = "linux", not(loom)))]
    fn leave(&self, cpu: usize, busy: Vec<usize>) -> bool {
        self.run_off(self.off.get().into_iter().chain([cpu]).chain(busy))
    }

    /// The calling thread has nothing to do while so many JavaScript threads write. Without a CPU of its own it may run anywhere
    /// again.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn rest(&self, writers: usize) {
        if self.cpus(writers) != Cpus::Own {
            self.come_back();
        } else if self.left.get().is_some() {
            self.go_home();
        }
    }

    /// Lets the calling thread run anywhere again.
    #[cfg(all(target_os = "linux", not(loom)))]
    fn come_back(&self) {
        if self.off.take().is_some() || self.left.get().is_some() {
            self.go_home();
        }
    }

    /// Moves the calling thread off `cpu`, where that can be done.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn step_aside(&self, _cpu: Option<usize>, _writers: usize) {}

    /// Keeps the calling thread off `cpu`, where that can be done.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn begin(&self, _cpu: Option<usize>) {}

    /// Moves the calling thread off a CPU that it shares, where that can be seen.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn look_around(&self, _working_since: Instant, _turns: usize, _busy: impl FnOnce() -> Vec<usize>) {}

    /// The calling thread has nothing to do.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn rest(&self, _writers: usize) {}
}
