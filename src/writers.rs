//! How many handles of a store are writing, by how their hand-overs follow each other: of one that writes alone each
//! follows its own last one, of two that write as much every other one does, on average.

use crate::handle::Handle;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What one handle counts in the average.
const ONE: usize = 64;
/// Hand-overs over which it is taken.
const SOME: usize = 8;
/// A hand-over that follows its handle's last one after long says that there are at most so many more than were counted
/// so far: a handle that writes rarely hardly counts.
const MOST_MORE: usize = 2;

/// See the module. All is Relaxed: the number decides how workers wait, and nothing else.
#[derive(Debug)]
pub struct Writers {
    /// Hand-overs so far.
    turns: AtomicUsize,
    average: AtomicUsize,
}

impl Default for Writers {
    fn default() -> Self {
        Self { turns: AtomicUsize::new(0), average: AtomicUsize::new(ONE) }
    }
}

impl Writers {
    /// How many are writing, from 1.
    pub fn count(&self) -> usize {
        (self.average.load(Ordering::Relaxed) + ONE / 2) / ONE
    }

    /// Hand-overs so far.
    pub fn turns(&self) -> usize {
        self.turns.load(Ordering::Relaxed)
    }

    /// The handle hands over. One call at a time: under the pool's lock.
    pub fn note(&self, handle: &Handle) {
        let turn = self.turns.load(Ordering::Relaxed) + 1;
        self.turns.store(turn, Ordering::Relaxed);
        let since = (turn - handle.turn(turn)).min(self.count() + MOST_MORE);
        let average = self.average.load(Ordering::Relaxed);
        self.average.store(average - average / SOME + since * ONE / SOME, Ordering::Relaxed);
    }
}
