//! The parts that a file's tail tells of.

use super::writer::CHECKSUMS;
use arrow_ipc::{Block, Footer};
use std::ops::Range;

/// Bytes of the file, and their CRC-32C.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// Where they are.
    pub bytes: Range<u64>,
    /// Their checksum.
    pub crc: u32,
}

/// All of a file before its tail.
pub struct Parts {
    /// The magic and the schema, for readers that go from front to back.
    pub head: Part,
    /// One for each record batch; the first begins with the dictionaries.
    pub batches: Vec<(Part, Block)>,
}

impl Parts {
    /// The parts of a file whose tail begins at `end`: they follow each other without gaps.
    pub fn new(footer: &Footer<'_>, end: u64) -> Result<Self, &'static str> {
        let mut checksums = checksums(footer)?.into_iter();
        let mut next = |bytes| match checksums.next() {
            Some(crc) => Ok(Part { bytes, crc }),
            None => Err("a checksum is missing"),
        };
        let dictionaries = || footer.dictionaries().into_iter().flatten();
        let batches = || footer.recordBatches().into_iter().flatten();
        let first = dictionaries().chain(batches()).next().ok_or("there is no record batch")?;
        let mut at = u64::try_from(first.offset()).map_err(|_| "a part lies before the file")?;
        let head = next(0..at)?;
        let mut start = at;
        for block in dictionaries() {
            at = follow(at, block)?;
        }
        let mut parts = Vec::new();
        for block in batches() {
            at = follow(at, block)?;
            parts.push((next(start..at)?, *block));
            start = at;
        }
        if start != end || next(0..0).is_ok() {
            return Err("the parts are not all of the file");
        }
        Ok(Self { head, batches: parts })
    }
}

/// Where `block` ends, which must begin at `at`.
fn follow(at: u64, block: &Block) -> Result<u64, &'static str> {
    let begins = u64::try_from(block.offset()).is_ok_and(|offset| offset == at);
    let len = block_len(block).filter(|_| begins);
    len.and_then(|len| at.checked_add(len)).ok_or("a part is not where the one before ends")
}

/// Bytes of a block: its metadata and its body.
fn block_len(block: &Block) -> Option<u64> {
    let metadata = u64::try_from(block.metaDataLength()).ok()?;
    metadata.checked_add(u64::try_from(block.bodyLength()).ok()?)
}

/// The block's bytes within its part.
pub fn within(part: &Part, block: &Block) -> Range<usize> {
    let at = block.offset() as u64 - part.bytes.start;
    at as usize..(at + block_len(block).unwrap_or(0)) as usize
}

fn checksums(footer: &Footer<'_>) -> Result<Vec<u32>, &'static str> {
    let mut metadata = footer.custom_metadata().into_iter().flatten();
    let value = metadata.find(|entry| entry.key() == Some(CHECKSUMS)).and_then(|entry| entry.value());
    let words = value.ok_or("there are no checksums")?.split(' ');
    words.map(|word| u32::from_str_radix(word, 16).map_err(|_| "a checksum is no number")).collect()
}
