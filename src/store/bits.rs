//! A growing set of row numbers, one bit each.

use std::ops::Range;

/// One bit a row; rows past the end are not in the set.
#[derive(Debug, Clone, Default)]
pub struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Whether row `row` is in the set.
    pub fn get(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Puts row `row` into the set or takes it out.
    pub fn set(&mut self, row: usize, value: bool) {
        self.grow(row + 1);
        let bit = 1 << (row % 64);
        if value {
            self.words[row / 64] |= bit;
        } else {
            self.words[row / 64] &= !bit;
        }
    }

    /// Puts the rows `[row, row + count)` into the set.
    pub fn fill(&mut self, row: usize, count: usize) {
        self.grow(row + count);
        self.for_spans(row, count, |word, mask, _| *word |= mask);
    }

    /// Sets the rows `[row, row + count)` to the bits of `source` from bit `from` on, lowest first.
    pub fn copy(&mut self, row: usize, count: usize, source: &[u8], from: usize) {
        self.grow(row + count);
        self.for_spans(row, count, |word, mask, offset| {
            let shift = mask.trailing_zeros();
            *word = *word & !mask | read_bits(source, from + offset) << shift & mask;
        });
    }

    /// Whether any of the rows `[row, row + count)` is in the set.
    pub fn any(&self, row: usize, count: usize) -> bool {
        spans(row, count).any(|(index, mask, _)| self.words.get(index).is_some_and(|word| word & mask != 0))
    }

    /// The first row of the set at or after `from`.
    pub fn next(&self, from: usize) -> Option<usize> {
        let first = from / 64;
        let masked = |index: usize, word: u64| if index == first { word & (!0 << (from % 64)) } else { word };
        let (index, word) = (first..self.words.len())
            .map(|index| (index, masked(index, self.words[index])))
            .find(|&(_, word)| word != 0)?;
        Some(index * 64 + word.trailing_zeros() as usize)
    }

    /// The last row of the set before `to`.
    pub fn previous(&self, to: usize) -> Option<usize> {
        let last = to / 64;
        let masked = |index: usize, word: u64| if index == last { word & !(!0 << (to % 64)) } else { word };
        let (index, word) = (0..self.words.len().min(last + 1))
            .rev()
            .map(|index| (index, masked(index, self.words[index])))
            .find(|&(_, word)| word != 0)?;
        Some(index * 64 + 63 - word.leading_zeros() as usize)
    }

    /// The first rows of the set that follow each other without a gap, at or after `from`.
    pub fn run(&self, from: usize) -> Option<Range<usize>> {
        let start = self.next(from)?;
        let (first, low) = (start / 64, !0 << (start % 64));
        let missing = |index: usize| !self.words[index] & if index == first { low } else { !0 };
        let index = (first..self.words.len()).find(|&index| missing(index) != 0);
        let end = index.map(|index| index * 64 + missing(index).trailing_zeros() as usize);
        Some(start..end.unwrap_or(self.words.len() * 64))
    }

    fn grow(&mut self, rows: usize) {
        let words = rows.div_ceil(64);
        if words > self.words.len() {
            self.words.resize(words, 0);
        }
    }

    fn for_spans(&mut self, row: usize, count: usize, mut change: impl FnMut(&mut u64, u64, usize)) {
        for (index, mask, offset) in spans(row, count) {
            change(&mut self.words[index], mask, offset);
        }
    }
}

/// The words that the rows `[row, row + count)` touch: index, mask, and how many rows come before.
fn spans(row: usize, count: usize) -> impl Iterator<Item = (usize, u64, usize)> {
    let end = row + count;
    let words = if count == 0 { 0..0 } else { row / 64..end.div_ceil(64) };
    words.map(move |index| {
        let low = row.max(index * 64);
        let high = end.min(index * 64 + 64);
        let mask = !0u64 >> (64 - (high - low)) << (low % 64);
        (index, mask, low - row)
    })
}

/// Up to 64 bits of `source` from bit `from` on; zeros past its end.
fn read_bits(source: &[u8], from: usize) -> u64 {
    let bytes = &source[(from / 8).min(source.len())..];
    let mut low = [0u8; 16];
    let len = bytes.len().min(9);
    low[..len].copy_from_slice(&bytes[..len]);
    (u128::from_le_bytes(low) >> (from % 8)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_set_of_bits_is_a_vector_of_booleans(
            edits in prop::collection::vec((0usize..200, 0usize..130, any::<[u8; 20]>(), 0usize..20, 0u8..3), 1..20),
        ) {
            let mut bits = Bits::default();
            let mut model = vec![false; 400];
            for (row, count, source, from, edit) in edits {
                match edit {
                    0 => {
                        bits.set(row, count % 2 == 0);
                        model[row] = count % 2 == 0;
                    }
                    1 if count > 0 => {
                        bits.fill(row, count);
                        model[row..row + count].fill(true);
                    }
                    _ => {
                        bits.copy(row, count, &source, from);
                        for i in 0..count {
                            model[row + i] = source[(from + i) / 8] >> ((from + i) % 8) & 1 == 1;
                        }
                    }
                }
                prop_assert_eq!(bits.any(row, count), model[row..row + count].contains(&true));
            }
            for row in 0..400 {
                prop_assert_eq!(bits.get(row), model[row]);
                prop_assert_eq!(bits.next(row), (row..400).find(|&r| model[r]));
                let run = bits.next(row).map(|start| start..(start..400).find(|&r| !model[r]).unwrap_or(400));
                prop_assert_eq!(bits.run(row), run);
                prop_assert_eq!(bits.previous(row), (0..row).rev().find(|&r| model[r]));
            }
        }
    }
}
