//! A record: one batch in the log.
//!
//! ```text
//! 0       4             8     16      24       28               32           36      40    HEADER
//! | magic | header CRC  | LSN | synced | length | schema version | frames CRC | zeros | frames …
//! ```
//!
//! Both checksums are CRC-32C and begin with the segment's salt, so that a copy of a log that a user stored in a record
//! is never taken for the log. The header's own lets its mark be read where the frames behind it are damaged.

use super::bytes::{Reader, Writer};
use crate::frame::ALIGN;
use crc32c::{crc32c, crc32c_append};

/// Bytes of a record's header.
pub const HEADER: usize = 40;
/// The first four bytes of a record.
const MAGIC: u32 = u32::from_le_bytes(*b"MLLR");
/// Where the bytes begin that the header's checksum is of.
const CHECKED: usize = 8;

/// The largest LSN, and generation of a checkpoint, that a file may name: sums of them stay far from overflow.
pub const MOST: u64 = 1 << 62;

/// A record's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Log sequence number: 1 for a store's first record, one more for each later one.
    pub lsn: u64,
    /// The highest LSN that was synced when the record was appended; 0 for none.
    pub synced: u64,
    /// Bytes of the frames.
    pub len: u32,
    /// Version of the schema that the frames are of.
    pub schema: u32,
    /// Checksum of the frames.
    pub crc: u32,
}

impl Record {
    /// The record of `frames`.
    pub fn new(lsn: u64, synced: u64, schema: u32, frames: &[u8], salt: u32) -> Self {
        Self { lsn, synced, len: frames.len() as u32, schema, crc: crc32c_append(salt, frames) }
    }

    /// The header's bytes.
    pub fn to_bytes(self, salt: u32) -> Vec<u8> {
        let mut bytes = Writer(Vec::with_capacity(HEADER));
        bytes.u32(MAGIC).u32(0).u64(self.lsn).u64(self.synced);
        bytes.u32(self.len).u32(self.schema).u32(self.crc).u32(0);
        let crc = crc32c_append(salt, &bytes.0[CHECKED..]);
        bytes.0[4..CHECKED].copy_from_slice(&crc.to_le_bytes());
        bytes.0
    }

    /// The header at the front of `bytes`.
    pub fn read(bytes: &[u8], salt: u32) -> Result<Self, &'static str> {
        let header = bytes.get(..HEADER).ok_or("a record's header is cut off")?;
        let mut reader = Reader::new(header);
        if reader.u32()? != MAGIC {
            return Err("there is no record");
        }
        if reader.u32()? != crc32c_append(salt, &header[CHECKED..]) {
            return Err("the checksum of a record's header is another");
        }
        let (lsn, synced) = (reader.u64()?, reader.u64()?);
        let record = Self { lsn, synced, len: reader.u32()?, schema: reader.u32()?, crc: reader.u32()? };
        if record.len == 0 || !(record.len as usize).is_multiple_of(ALIGN) || synced >= lsn || lsn > MOST {
            return Err("a record's header is impossible");
        }
        Ok(record)
    }

    /// The frames of the record at the front of `bytes`, if they are what was written.
    pub fn frames<'a>(&self, bytes: &'a [u8], salt: u32) -> Result<&'a [u8], &'static str> {
        let frames = bytes.get(HEADER..self.size()).ok_or("a record is cut off")?;
        if crc32c_append(salt, frames) == self.crc {
            Ok(frames)
        } else {
            Err("the checksum of a record is another")
        }
    }

    /// Bytes of header and frames.
    pub fn size(&self) -> usize {
        HEADER + self.len as usize
    }
}

/// The checksum of a file's own header.
pub fn checksum(bytes: &[u8]) -> u32 {
    crc32c(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_reads_back_and_no_bit_of_it_may_flip(
            lsn in 1..MOST,
            synced in any::<prop::sample::Index>(),
            schema: u32,
            salt: u32,
            words in prop::collection::vec(any::<u64>(), 1..20),
            bit in any::<prop::sample::Index>(),
        ) {
            let frames: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            let synced = synced.index(lsn.min(1 << 40) as usize) as u64;
            let record = Record::new(lsn, synced, schema, &frames, salt);
            let mut bytes = record.to_bytes(salt);
            bytes.extend(&frames);
            prop_assert_eq!(bytes.len(), record.size());
            prop_assert_eq!(Record::read(&bytes, salt), Ok(record));
            prop_assert_eq!(record.frames(&bytes, salt), Ok(&frames[..]));
            prop_assert!(Record::read(&bytes, salt ^ 1).is_err());
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            let read = Record::read(&bytes, salt);
            prop_assert!(read.is_err() || read.unwrap().frames(&bytes, salt).is_err());
        }
    }
}
