//! Where a worker runs: not on the CPU of the thread that hands over to it, while there is another.
//!
//! A scheduler may wake a thread on the CPU of the thread that woke it although another CPU is idle, and leave it
//! there: Linux does where CPUs share no cache, as in many virtual machines. Then worker and JavaScript take turns on
//! one CPU: measured on such a machine with two CPUs, 640 ns a create instead of 300. Excluding that CPU for a moment
//! only is not enough (520 ns), since the next wake-up brings the worker back.

#[cfg(all(target_os = "linux", not(loom)))]
use std::cell::Cell;

/// The CPU that the calling thread runs on, where that is known.
#[cfg(all(target_os = "linux", not(loom)))]
pub fn current() -> Option<usize> {
    Some(rustix::thread::sched_getcpu())
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
    allowed: Option<rustix::thread::CpuSet>,
    /// Whether the thread keeps off one of them.
    #[cfg(all(target_os = "linux", not(loom)))]
    is_aside: Cell<bool>,
}

impl Placement {
    /// For the calling thread, which runs worker number `worker` of a pool.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn new(worker: usize) -> Self {
        let allowed = rustix::thread::sched_getaffinity(None).ok();
        let count = allowed.map_or(1, |allowed| allowed.count() as usize);
        Self { worker, count, allowed, is_aside: Cell::new(false) }
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
        if let (Some(cpu), Some(mut others)) = (cpu.filter(|_| cpu == current()), self.allowed) {
            others.unset(cpu);
            self.is_aside.set(true);
            // Where this is refused, the thread stays: slower, not wrong.
            let _ = rustix::thread::sched_setaffinity(None, &others);
        }
    }

    /// Lets the calling thread run anywhere again: it has no CPU of its own any more.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn come_back(&self) {
        if let (true, Some(allowed)) = (self.is_aside.replace(false), self.allowed) {
            let _ = rustix::thread::sched_setaffinity(None, &allowed);
        }
    }

    /// Moves the calling thread off `cpu`, where that can be done.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn step_aside(&self, _cpu: Option<usize>, _writers: usize) {}

    /// Lets the calling thread run anywhere again.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn come_back(&self) {}
}
