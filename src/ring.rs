//! The ring: where in the modify buffer the ctx may write. Pure arithmetic; no threads and no Node.
//!
//! ```text
//!   0            smallest_pos                                    size
//!   |  free      |## live ##|  free  |ctx: start..pos | free |## live ##|
//!                                                     ^ pos  ^ end = next_pos(pos)
//! ```
//!
//! A region is live from its hand-over to its release. Its handlers move its low end up while they work, so
//! that what they are past can be written again before they are done. Live parts never overlap.

use std::collections::BTreeMap;

/// Bytes at the start of the ring that runs keep to while workers keep up. They stay in the caches, and the rest of the
/// ring never becomes resident: its first touch alone would cost 15 ns a create.
pub const WARM: u32 = 1 << 20;

/// A region that was handed over.
pub trait Region {
    /// The lowest byte that a handler may still read; `None` once every handler is past the region.
    fn low(&self) -> Option<u32>;
}

/// The modify buffer of one handle, seen as free and live bytes, and the ctx that writes into it.
#[derive(Debug)]
pub struct Ring<R> {
    size: u32,
    warm: u32,
    start: u32,
    pos: u32,
    end: u32,
    /// Handed-over regions by their end. Live parts are disjoint, so live ends differ.
    live: BTreeMap<u32, R>,
}

impl<R: Region> Ring<R> {
    /// An empty ring of `size` bytes.
    pub fn new(size: u32) -> Self {
        Self::with_warm(size, WARM)
    }

    /// An empty ring of `size` bytes, the first `warm` of which are its warm part.
    pub fn with_warm(size: u32, warm: u32) -> Self {
        Self { size, warm, start: 0, pos: 0, end: size, live: BTreeMap::new() }
    }

    /// The size of the ring in bytes.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Where the current run starts.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// Where the next byte of the current run goes.
    pub fn pos(&self) -> u32 {
        self.pos
    }

    /// Where the current run must end: the next live byte, or the ring's end.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// Moves `pos` forward over bytes that were written.
    pub fn advance(&mut self, pos: u32) {
        assert!(self.pos <= pos && pos <= self.end, "the run leaves its gap");
        self.pos = pos;
    }

    /// The lowest live byte; the ring's size when nothing is live.
    pub fn smallest_pos(&mut self) -> u32 {
        self.next_pos(0)
    }

    /// The first live byte at or after `from`; the ring's size when there is none.
    /// `from` must not lie inside a live part.
    pub fn next_pos(&mut self, from: u32) -> u32 {
        while let Some((&end, region)) = self.live.range(from.saturating_add(1)..).next() {
            match region.low() {
                // A region that ends after `from` and is live there starts at or after it.
                Some(low) => return low.max(from),
                None => {
                    self.live.remove(&end);
                }
            }
        }
        self.size
    }

    /// Looks again how far the current run may go.
    pub fn extend(&mut self) -> u32 {
        self.end = self.next_pos(self.pos);
        self.end
    }

    /// Takes the current run, `[start, pos)`, as handed over, and places the next run: with nothing live at 0
    /// with all of the ring; else where it is if at least as much is left there as the run used; else in the
    /// largest gap. A run that has left the ring's warm part goes back to 0 once half of that is free.
    pub fn hand_over(&mut self, region: R) {
        let used = self.pos - self.start;
        assert!(used > 0, "an empty run has no region");
        self.live.insert(self.pos, region);
        self.start = self.pos;
        let smallest = self.smallest_pos();
        if smallest == self.size || (self.pos >= self.warm && smallest >= (self.warm / 2).max(used)) {
            self.begin(0, smallest);
        } else if self.extend() - self.pos < used {
            self.largest_gap();
        }
    }

    /// Moves an empty run into the largest gap (of equals the lowest); returns the gap's size.
    pub fn largest_gap(&mut self) -> u32 {
        assert_eq!(self.start, self.pos, "a run that holds bytes can't move");
        self.live.retain(|_, region| region.low().is_some());
        let (mut best, mut best_len) = (0, 0);
        let mut gap_start = 0;
        for (&end, region) in &self.live {
            // A region that was released since `retain` has no live byte before its end.
            let low = region.low().unwrap_or(end);
            if low > gap_start && low - gap_start > best_len {
                (best, best_len) = (gap_start, low - gap_start);
            }
            gap_start = end;
        }
        if self.size - gap_start > best_len {
            (best, best_len) = (gap_start, self.size - gap_start);
        }
        self.begin(best, best + best_len);
        best_len
    }

    /// Whether nothing is live.
    pub fn is_free(&mut self) -> bool {
        self.smallest_pos() == self.size
    }

    fn begin(&mut self, start: u32, end: u32) {
        self.start = start;
        self.pos = start;
        self.end = end;
    }
}
