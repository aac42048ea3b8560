//! Where a worker runs: not on the CPU of the thread that hands over to it, while there is another.
//!
//! A scheduler may wake a thread on the CPU of the thread that woke it although another CPU is idle, and leave it
//! there: Linux does where CPUs share no cache, as in many virtual machines. Then worker and JavaScript take turns on
//! one CPU: measured on such a machine with two CPUs, 640 ns a create instead of 300. Excluding that CPU for a moment
//! only is not enough (520 ns), since the next wake-up brings the worker back.

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
    cpus: Cpus,
    /// The CPUs that the process allowed when the thread started.
    #[cfg(all(target_os = "linux", not(loom)))]
    allowed: Option<rustix::thread::CpuSet>,
}

impl Placement {
    /// For the calling thread, which runs worker number `worker` of a pool. As many workers step aside as leave a CPU
    /// for JavaScript; more of them run wherever the scheduler wants.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn new(worker: usize) -> Self {
        let allowed = rustix::thread::sched_getaffinity(None).ok();
        let cpus = cpus(worker, allowed.map_or(1, |allowed| allowed.count() as usize));
        Self { cpus, allowed: allowed.filter(|_| cpus == Cpus::Own) }
    }

    /// For the calling thread, which runs worker number `worker` of a pool.
    #[cfg(all(not(target_os = "linux"), not(loom)))]
    pub fn new(worker: usize) -> Self {
        Self { cpus: cpus(worker, std::thread::available_parallelism().map_or(1, usize::from)) }
    }

    /// In a model there is nothing to wait for: it would only have more steps.
    #[cfg(loom)]
    pub fn new(_worker: usize) -> Self {
        Self { cpus: Cpus::One }
    }

    /// How many CPUs there are for the worker.
    pub fn cpus(&self) -> Cpus {
        self.cpus
    }

    /// Moves the calling thread off `cpu`, if it runs there, and keeps it off until it meets another one.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn step_aside(&self, cpu: Option<usize>) {
        if let (Some(cpu), Some(mut others)) = (cpu.filter(|_| cpu == current()), self.allowed) {
            others.unset(cpu);
            // Where this is refused, the thread stays: slower, not wrong.
            let _ = rustix::thread::sched_setaffinity(None, &others);
        }
    }

    /// Moves the calling thread off `cpu`, where that can be done.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn step_aside(&self, _cpu: Option<usize>) {}
}

/// What `count` CPUs are to worker number `worker`.
#[cfg(not(loom))]
fn cpus(worker: usize, count: usize) -> Cpus {
    match count {
        0 | 1 => Cpus::One,
        _ if worker + 1 < count => Cpus::Own,
        _ => Cpus::Shared,
    }
}
