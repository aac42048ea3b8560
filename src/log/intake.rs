//! The intake of the log: a queue that one thread at a time takes from.
//!
//! Why no wake-up is lost: who posts sends the item, then wakes a thread if none is looking. A thread, before it sleeps,
//! counts itself out and then looks once more; one that goes to sync counts itself out and then, if something is there
//! and nobody looks, wakes another. A SeqCst fence stands between the two steps on all sides.

use crate::sync::queue::{Receiver, Sender, unbounded};
use crate::sync::{AtomicU32, Mutex, MutexGuard, Ordering, Word, fence, wait, wake_one};
use std::time::{Duration, Instant};

/// See the module.
#[derive(Debug)]
pub struct Intake<T> {
    sender: Sender<T>,
    receiver: Receiver<T>,
    /// Held while an item is taken and dealt with.
    turn: Mutex<()>,
    /// Threads that will look at the queue before they sleep.
    looking: AtomicU32,
    /// Wake-ups so far; threads sleep on it.
    wakes: Word,
}

impl<T> Default for Intake<T> {
    fn default() -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver, turn: Mutex::new(()), looking: AtomicU32::new(0), wakes: Word::new(0) }
    }
}

/// An item, and the turn of whoever took it: the next one is taken when this is dropped.
pub struct Taken<'a, T> {
    /// The item.
    pub item: T,
    /// Whether the thread had slept.
    pub woken: bool,
    _turn: MutexGuard<'a, ()>,
}

impl<T> Intake<T> {
    /// Queues an item.
    pub fn post(&self, item: T) {
        // Both ends live as long as the intake.
        let _ = self.sender.send(item);
        self.wake_if_nobody_looks();
    }

    fn wake_if_nobody_looks(&self) {
        // Pairs with the fence in `leave`.
        fence(Ordering::SeqCst);
        if self.looking.load(Ordering::Relaxed) == 0 {
            self.wakes.fetch_add(1, Ordering::Relaxed);
            wake_one(&self.wakes);
        }
    }

    /// Counts the calling thread as one that looks.
    pub fn enter(&self) {
        self.looking.fetch_add(1, Ordering::Relaxed);
    }

    /// The calling thread, which has entered, will not look for a while. Whether something is there.
    pub fn leave(&self) -> bool {
        self.looking.fetch_sub(1, Ordering::Relaxed);
        // Pairs with the fence in `wake_if_nobody_looks`.
        fence(Ordering::SeqCst);
        !cfg!(broken_recheck) && !self.receiver.is_empty()
    }

    /// The same; something that is there is for another thread.
    pub fn leave_to_others(&self) {
        if self.leave() {
            self.wake_if_nobody_looks();
        }
    }

    /// The next item, for a thread that has entered, and looks so long before it sleeps.
    pub fn take(&self, mut patience: Duration) -> Taken<'_, T> {
        let mut woken = false;
        loop {
            if self.look(std::mem::take(&mut patience)) {
                let turn = self.turn.lock();
                if let Ok(item) = self.receiver.try_recv() {
                    return Taken { item, woken, _turn: turn };
                }
            } else {
                self.sleep();
                woken = true;
            }
        }
    }

    /// Looks at the queue for a while; whether something is there.
    fn look(&self, patience: Duration) -> bool {
        let start = Instant::now();
        while self.receiver.is_empty() {
            if start.elapsed() >= patience {
                return false;
            }
            std::hint::spin_loop();
        }
        true
    }

    fn sleep(&self) {
        let seen = self.wakes.load(Ordering::Relaxed);
        if !self.leave() {
            wait(&self.wakes, seen);
        }
        self.enter();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn every_item_is_taken_once_and_in_order_whoever_sleeps() {
        let intake = Arc::new(Intake::default());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let (intake, list) = (Arc::clone(&intake), Arc::clone(&taken));
                std::thread::spawn(move || {
                    intake.enter();
                    loop {
                        let taken = intake.take(Duration::from_micros(20));
                        let Some(item) = taken.item else { return intake.leave_to_others() };
                        list.lock().push(item);
                        drop(taken);
                        intake.leave_to_others();
                        if item % 3 == 0 {
                            std::thread::sleep(Duration::from_micros(20));
                        }
                        intake.enter();
                    }
                })
            })
            .collect();
        for item in 0..3000u32 {
            intake.post(Some(item));
            if item % 7 == 0 {
                std::thread::sleep(Duration::from_micros(u64::from(item % 90)));
            }
        }
        threads.iter().for_each(|_| intake.post(None));
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*taken.lock(), (0..3000).collect::<Vec<_>>());
    }
}
