//! The ids of a store's types. A handle takes them in blocks, so that it gives ids to new records without asking; what it
//! has not given when it leaves goes back.
//!
//! Blocks end where a page's ids do, as a rule, so that handles which write at once fill pages of their own. While one
//! handle takes blocks, each begins where the one before ends.

use crate::schema::MAX_ID;
use crate::sync::Mutex;
use std::ops::Range;

/// Ids of a block, as a rule.
const BLOCK: u32 = 1024;
/// One past the last id: the largest `u32`.
const END: u32 = MAX_ID + 1;

/// See the module.
#[derive(Debug)]
pub struct Ids {
    types: Vec<Mutex<TypeIds>>,
}

#[derive(Debug)]
struct TypeIds {
    /// From here on no id was ever taken.
    next: u32,
    /// What went back, below `next`: disjoint, in ascending order.
    free: Vec<Range<u32>>,
}

impl Ids {
    /// The ids of types whose next ones are `next`.
    pub fn new(next: impl Iterator<Item = u32>) -> Self {
        Self { types: next.map(|next| Mutex::new(TypeIds { next, free: Vec::new() })).collect() }
    }

    /// A block of at least `least` ids of type `t` in a row, in place of `rest`, which goes back; `None` if there are not so
    /// many.
    pub fn take(&self, t: usize, rest: Range<u32>, least: u32) -> Option<Range<u32>> {
        let mut ids = self.types[t].lock();
        ids.give_back(rest);
        ids.take(least.max(1))
    }

    /// Test-only door: the ids of type `t` below `next` are taken as given.
    pub fn skip_to(&self, t: usize, next: u32) {
        *self.types[t].lock() = TypeIds { next, free: Vec::new() };
    }

    /// Ids of type `t` that were taken and not given go back.
    pub fn give_back(&self, t: usize, rest: Range<u32>) {
        self.types[t].lock().give_back(rest);
    }
}

impl TypeIds {
    fn take(&mut self, least: u32) -> Option<Range<u32>> {
        if let Some(index) = self.free.iter().position(|free| free.end - free.start >= least) {
            return Some(self.free.remove(index));
        }
        let start = self.next;
        let need = start.checked_add(least)?;
        // Ids start at 1, and so does each page of them.
        let end = (need - 1).checked_next_multiple_of(BLOCK).map_or(END, |end| end + 1);
        self.next = end;
        Some(start..end)
    }

    fn give_back(&mut self, rest: Range<u32>) {
        if rest.is_empty() {
            return;
        }
        let index = self.free.partition_point(|free| free.start < rest.start);
        self.free.insert(index, rest);
        // Neighbours are one, and what ends at `next` was as good as never taken.
        self.free.dedup_by(|later, earlier| {
            let joined = earlier.end == later.start;
            earlier.end = if joined { later.end } else { earlier.end };
            joined
        });
        if let Some(last) = self.free.pop_if(|free| free.end == self.next) {
            self.next = last.start;
        }
    }
}
