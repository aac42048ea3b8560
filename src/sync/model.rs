//! Stand-ins for the model checker loom. Queue and futex order no more than the real ones promise.

pub use loom::sync::Arc;
use loom::sync::Condvar;
pub use loom::sync::MutexGuard;
pub use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering, fence};
pub use loom::thread::JoinHandle;

/// loom's mutex without poisoning.
#[derive(Debug, Default)]
pub struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    /// A mutex around `value`.
    pub fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    /// Locks it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap()
    }
}

/// A word that threads can sleep on: what the kernel keeps for a futex stands beside it.
#[derive(Debug)]
pub struct Word {
    value: AtomicU32,
    bucket: loom::sync::Mutex<()>,
    sleepers: Condvar,
}

#[allow(missing_docs, reason = "as in std")]
impl Word {
    pub fn new(value: u32) -> Self {
        Self { value: AtomicU32::new(value), bucket: loom::sync::Mutex::new(()), sleepers: Condvar::new() }
    }

    pub fn load(&self, order: Ordering) -> u32 {
        self.value.load(order)
    }

    pub fn store(&self, value: u32, order: Ordering) {
        self.value.store(value, order);
    }

    pub fn swap(&self, value: u32, order: Ordering) -> u32 {
        self.value.swap(value, order)
    }

    pub fn fetch_add(&self, value: u32, order: Ordering) -> u32 {
        self.value.fetch_add(value, order)
    }
}

/// Sleeps while `word` holds `value`: as in the kernel, the look and the falling asleep are one step for wakers.
pub fn wait(word: &Word, value: u32) {
    let bucket = word.bucket.lock().unwrap();
    if word.value.load(Ordering::Relaxed) == value {
        drop(word.sleepers.wait(bucket).unwrap());
    }
}

/// Wakes one thread that sleeps on `word`.
pub fn wake_one(word: &Word) {
    let _bucket = word.bucket.lock().unwrap();
    word.sleepers.notify_one();
}

/// Wakes every thread that sleeps on `word`.
pub fn wake_all(word: &Word) {
    let _bucket = word.bucket.lock().unwrap();
    word.sleepers.notify_all();
}

/// Starts a thread.
pub fn spawn(_name: String, f: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    Ok(loom::thread::spawn(f))
}

/// A queue whose emptiness is told by a counter, apart from its lock: looking at it orders nothing but what was sent.
pub mod queue {
    use super::{Arc, Mutex, Ordering};
    use loom::sync::atomic::AtomicUsize;
    use std::collections::VecDeque;

    #[derive(Debug)]
    struct Queue<T> {
        items: Mutex<VecDeque<T>>,
        len: AtomicUsize,
    }

    /// The sending end.
    #[derive(Debug)]
    pub struct Sender<T>(Arc<Queue<T>>);

    /// The receiving end.
    #[derive(Debug)]
    pub struct Receiver<T>(Arc<Queue<T>>);

    /// A queue without a limit.
    pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
        let queue = Arc::new(Queue { items: Mutex::new(VecDeque::new()), len: AtomicUsize::new(0) });
        (Sender(Arc::clone(&queue)), Receiver(queue))
    }

    impl<T> Sender<T> {
        /// Queues an item.
        pub fn send(&self, item: T) -> Result<(), T> {
            self.0.items.lock().push_back(item);
            self.0.len.fetch_add(1, Ordering::Release);
            Ok(())
        }
    }

    impl<T> Receiver<T> {
        /// The next item.
        pub fn try_recv(&self) -> Result<T, ()> {
            if self.is_empty() {
                return Err(());
            }
            self.0.len.fetch_sub(1, Ordering::Relaxed);
            self.0.items.lock().pop_front().ok_or(())
        }

        /// Whether nothing is queued.
        pub fn is_empty(&self) -> bool {
            self.0.len.load(Ordering::Acquire) == 0
        }
    }
}
