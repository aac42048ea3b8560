//! The synchronisation primitives that the protocol code uses, named in one place so that a model checker can
//! stand in for them.

pub use parking_lot::{Mutex, RwLock};
pub use std::sync::Arc;
pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

/// Sleeps while `word` holds `value`, with the OS's futex (or its like). May return early.
pub fn wait(word: &AtomicU32, value: u32) {
    atomic_wait::wait(word, value);
}

/// Wakes one thread that sleeps on `word`.
pub fn wake_one(word: &AtomicU32) {
    atomic_wait::wake_one(word);
}

/// Wakes every thread that sleeps on `word`.
pub fn wake_all(word: &AtomicU32) {
    atomic_wait::wake_all(word);
}

/// The queue of what is handed over to a worker while it runs.
pub mod queue {
    pub use crossbeam_channel::{Receiver, Sender, unbounded};
}
