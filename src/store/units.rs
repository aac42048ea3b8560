//! Which units of a chunk of memory are in use: arithmetic only.

use std::ops::Range;

/// A row of units, each free or in use.
#[derive(Debug)]
pub struct Units {
    /// One bit a unit, set while it is in use; the bits past the last unit are set for good.
    words: Vec<u64>,
    in_use: usize,
    /// No run of free units is longer.
    longest: usize,
}

impl Units {
    /// `count` free units, a multiple of 64.
    pub fn new(count: usize) -> Self {
        debug_assert!(count.is_multiple_of(64));
        Self { words: vec![0; count / 64], in_use: 0, longest: count }
    }

    /// Whether no unit is in use.
    pub fn is_empty(&self) -> bool {
        self.in_use == 0
    }

    /// Takes the first run of `count` free units that follow each other; `None` where there is none.
    pub fn take(&mut self, count: usize) -> Option<usize> {
        if count > self.longest {
            return None;
        }
        let (mut at, mut longest) = (0, 0);
        while let Some(start) = self.next(at, false) {
            let end = self.next(start, true).unwrap_or(self.words.len() * 64);
            if end - start >= count {
                self.mark(start..start + count, true);
                self.in_use += count;
                return Some(start);
            }
            longest = longest.max(end - start);
            at = end;
        }
        self.longest = longest;
        None
    }

    /// Gives the units of `range`, which are in use, back; returns the run of free units that they are part of now.
    pub fn give(&mut self, range: Range<usize>) -> Range<usize> {
        self.mark(range.clone(), false);
        self.in_use -= range.len();
        let free = self.run(range);
        self.longest = self.longest.max(free.len());
        free
    }

    /// The free units around those of `range`, which are free.
    fn run(&self, range: Range<usize>) -> Range<usize> {
        let end = self.next(range.end, true).unwrap_or(self.words.len() * 64);
        let last = (0..range.start.div_ceil(64)).rev().find_map(|index| {
            let below = range.start - index * 64;
            let word = self.words[index] & if below < 64 { (1 << below) - 1 } else { !0 };
            (word != 0).then(|| index * 64 + 63 - word.leading_zeros() as usize)
        });
        last.map_or(0, |last| last + 1)..end
    }

    /// The first unit at or after `from` that is in use, or free.
    fn next(&self, from: usize, in_use: bool) -> Option<usize> {
        (from / 64..self.words.len()).find_map(|index| {
            let word = if in_use { self.words[index] } else { !self.words[index] };
            let word = if index == from / 64 { word & !0 << (from % 64) } else { word };
            (word != 0).then(|| index * 64 + word.trailing_zeros() as usize)
        })
    }

    fn mark(&mut self, range: Range<usize>, in_use: bool) {
        for index in range.start / 64..range.end.div_ceil(64) {
            let low = range.start.max(index * 64) - index * 64;
            let high = range.end.min(index * 64 + 64) - index * 64;
            let mask = !0u64 >> (64 - (high - low)) << low;
            debug_assert_eq!(self.words[index] & mask, if in_use { 0 } else { mask }, "taken or given twice");
            if in_use {
                self.words[index] |= mask;
            } else {
                self.words[index] &= !mask;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COUNT: usize = 256;

    /// Where `model` has its first run of `count` free units.
    fn first_fit(model: &[bool], count: usize) -> Option<usize> {
        (0..=model.len() - count).find(|&at| !model[at..at + count].contains(&true))
    }

    proptest! {
        #[test]
        fn units_are_taken_where_an_array_of_booleans_has_room_first(
            steps in prop::collection::vec((1usize..COUNT, any::<bool>(), any::<usize>()), 1..200),
        ) {
            let mut units = Units::new(COUNT);
            let mut model = [false; COUNT];
            let mut taken: Vec<Range<usize>> = Vec::new();
            for (count, take, choice) in steps {
                if take {
                    let count = count % 40 + 1;
                    let start = units.take(count);
                    prop_assert_eq!(start, first_fit(&model, count));
                    taken.extend(start.map(|start| start..start + count));
                    start.into_iter().for_each(|start| model[start..start + count].fill(true));
                } else if !taken.is_empty() {
                    let range = taken.swap_remove(choice % taken.len());
                    model[range.clone()].fill(false);
                    let end = (range.end..COUNT).find(|&at| model[at]).unwrap_or(COUNT);
                    let start = (0..range.start).rev().find(|&at| model[at]).map_or(0, |last| last + 1);
                    prop_assert_eq!(units.give(range), start..end);
                }
                prop_assert_eq!(units.is_empty(), taken.is_empty());
            }
            prop_assert_eq!(units.take(COUNT + 1), None);
        }
    }
}
