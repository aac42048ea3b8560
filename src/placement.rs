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

/// Where one worker thread may run.
#[derive(Debug)]
pub struct Placement {
    /// The CPUs that the process allowed when the thread started; none if the worker does not step aside.
    #[cfg(all(target_os = "linux", not(loom)))]
    allowed: Option<rustix::thread::CpuSet>,
}

impl Placement {
    /// For the calling thread, which runs worker number `worker` of a pool. As many workers step aside as leave a CPU
    /// for JavaScript; more of them run wherever the scheduler wants.
    #[cfg(all(target_os = "linux", not(loom)))]
    pub fn new(worker: usize) -> Self {
        let allowed = rustix::thread::sched_getaffinity(None).ok();
        Self { allowed: allowed.filter(|allowed| worker + 1 < allowed.count() as usize) }
    }

    /// For the calling thread, which runs worker number `worker` of a pool.
    #[cfg(not(all(target_os = "linux", not(loom))))]
    pub fn new(_worker: usize) -> Self {
        Self {}
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
