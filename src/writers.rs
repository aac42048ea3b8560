//! How many handles of a store are writing, by how their hand-overs follow each other: of one that writes alone each
//! follows its own last one, of two that write as much every other one does.

use crate::handle::Handle;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Hand-overs over which the number is averaged.
const SOME: usize = 8;
/// A handle that has not handed over for long counts as so many, or its return would count for too much.
const MOST: usize = SOME;

/// See the module. All is Relaxed: the number decides how workers wait, and nothing else.
#[derive(Debug)]
pub struct Writers {
    /// Hand-overs so far.
    turns: AtomicUsize,
    /// [`SOME`] times the average.
    sum: AtomicUsize,
}

impl Default for Writers {
    fn default() -> Self {
        Self { turns: AtomicUsize::new(0), sum: AtomicUsize::new(SOME) }
    }
}

impl Writers {
    /// How many are writing, from 1.
    pub fn count(&self) -> usize {
        self.sum.load(Ordering::Relaxed) / SOME
    }

    /// The handle hands over. One call at a time: under the pool's lock.
    pub fn note(&self, handle: &Handle) {
        let turn = self.turns.load(Ordering::Relaxed) + 1;
        self.turns.store(turn, Ordering::Relaxed);
        let since = (turn - handle.turn(turn)).min(MOST);
        let sum = self.sum.load(Ordering::Relaxed);
        self.sum.store(sum - sum / SOME + since, Ordering::Relaxed);
    }
}
