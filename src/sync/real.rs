//! The real primitives.

pub use parking_lot::{Mutex, MutexGuard};
pub use std::sync::Arc;
pub use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};
pub use std::thread::JoinHandle;

/// A word that threads can sleep on.
pub type Word = AtomicU32;

/// Sleeps while `word` holds `value`, with the OS's futex (or its like). May return early.
pub fn wait(word: &Word, value: u32) {
    atomic_wait::wait(word, value);
}

/// Wakes one thread that sleeps on `word`.
pub fn wake_one(word: &Word) {
    atomic_wait::wake_one(word);
}

/// Wakes every thread that sleeps on `word`.
pub fn wake_all(word: &Word) {
    atomic_wait::wake_all(word);
}

/// Starts a thread.
pub fn spawn(name: String, f: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name).spawn(f)
}

/// The queue of what is handed over to a worker while it runs.
pub mod queue {
    pub use crossbeam_channel::{Receiver, Sender, unbounded};
}
