//! A segment: a file of the log, named after its first LSN.
//!
//! ```text
//! 0               8        12     16          24    28      32    HEADER
//! | "millrlog"    | format | salt | first LSN | CRC | zeros | records …
//! ```

use super::bytes::{Reader, Writer};
use super::error::LogError;
use super::record::{MOST, Record, checksum};
use crate::frame::ALIGN;
use std::hash::{BuildHasher, RandomState};

/// Bytes of a segment's header.
pub const HEADER: usize = 32;
/// The newest format of segments that this version reads.
pub const FORMAT: u32 = AHEAD;
/// Records to the end of the file.
const PLAIN: u32 = 1;
/// The records may be followed by zeros to the end of the file, which were written ahead.
const AHEAD: u32 = 2;
const MAGIC: &[u8; 8] = b"millrlog";
/// Bytes that the header's checksum is of.
const CHECKED: usize = 24;
/// What the names of segments end with.
const EXTENSION: &str = ".log";

/// The name of the segment whose first record has this LSN.
pub fn name(first: u64) -> String {
    format!("{first:020}{EXTENSION}")
}

/// The first LSN of the segment with this name; `None` if it is no segment's.
pub fn first_of(file: &str) -> Option<u64> {
    file.strip_suffix(EXTENSION)?.parse().ok().filter(|&first| name(first) == file)
}

/// A segment's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the records' checksums begin with.
    pub salt: u32,
    /// LSN of the first record.
    pub first: u64,
    /// Whether zeros may be behind the records.
    pub ahead: bool,
}

impl Header {
    /// A header with a salt of its own.
    pub fn new(first: u64, ahead: bool) -> Self {
        // The standard library's hashers begin with random keys.
        Self { salt: RandomState::new().hash_one(first) as u32, first, ahead }
    }

    /// The header's bytes.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Writer(MAGIC.to_vec());
        bytes.u32(if self.ahead { AHEAD } else { PLAIN }).u32(self.salt).u64(self.first);
        let crc = checksum(&bytes.0);
        bytes.u32(crc).u32(0).0.to_vec()
    }

    /// The header at the front of the segment `file`.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, LogError> {
        let header = Self::check(bytes).map_err(|what| LogError::corrupt(file, 0, what))?;
        header.map_err(|version| LogError::Newer { file: file.to_owned(), version, known: FORMAT })
    }

    /// The header, or the format of a newer one.
    fn check(bytes: &[u8]) -> Result<Result<Self, u32>, &'static str> {
        let header = bytes.get(..HEADER).ok_or("the header is cut off")?;
        if &header[..8] != MAGIC {
            return Err("it is no segment of a log");
        }
        let mut reader = Reader::new(&header[8..]);
        let (format, salt, first, crc) = (reader.u32()?, reader.u32()?, reader.u64()?, reader.u32()?);
        if crc != checksum(&header[..CHECKED]) || reader.u32()? != 0 {
            return Err("the header's checksum is another");
        }
        if format <= FORMAT && !(1..=MOST).contains(&first) {
            return Err("the first number is impossible");
        }
        Ok(if format > FORMAT { Err(format) } else { Ok(Self { salt, first, ahead: format == AHEAD }) })
    }
}

/// What is wrong with a segment's bytes, and from where on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where the damaged part begins.
    pub at: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// A segment's records, from front to back, up to its end, zeros that were written ahead, or a damaged one.
#[derive(Debug)]
pub struct Records<'a> {
    bytes: &'a [u8],
    header: Header,
    at: usize,
    lsn: u64,
}

impl<'a> Records<'a> {
    /// The records of the segment with these bytes and this header.
    pub fn new(bytes: &'a [u8], header: Header) -> Self {
        Self { bytes, header, at: HEADER, lsn: header.first }
    }

    /// Where the next record begins.
    pub fn at(&self) -> usize {
        self.at
    }

    fn read(&mut self) -> Result<(Record, &'a [u8]), &'static str> {
        let bytes = &self.bytes[self.at..];
        let record = Record::read(bytes, self.header.salt)?;
        if record.lsn != self.lsn {
            return Err("the record has another number than its place");
        }
        let frames = record.frames(bytes, self.header.salt)?;
        self.at += record.size();
        self.lsn += 1;
        Ok((record, frames))
    }

    /// The highest mark of what was synced, and the highest LSN, that headers at or behind `at` still tell; 0 where none does.
    pub fn marks_behind(&self, mut at: usize) -> (u64, u64) {
        let mut marks = (0, 0);
        while let Some(bytes) = self.bytes.get(at..).filter(|bytes| !bytes.is_empty()) {
            // A record's length is known by a checksum: what a user wrote is not looked at where it can be skipped.
            at += match Record::read(bytes, self.header.salt) {
                Ok(record) => {
                    marks = (marks.0.max(record.synced), marks.1.max(record.lsn));
                    record.size()
                }
                Err(_) => ALIGN,
            };
        }
        marks
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(Record, &'a [u8]), Damage>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.bytes[self.at..];
        // A record begins with no zero, so most are not looked through.
        let is_end = if self.header.ahead { rest.iter().all(|&byte| byte == 0) } else { rest.is_empty() };
        (!is_end).then(|| self.read().map_err(|what| Damage { at: self.at, what }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::record;

    fn segment(first: u64, count: u64) -> (Vec<u8>, Header) {
        let header = Header::new(first, first.is_multiple_of(2));
        let mut bytes = header.to_bytes();
        for lsn in first..first + count {
            let frames = vec![lsn as u8; 8 + 8 * (lsn as usize % 3)];
            let record = Record::new(lsn, lsn.saturating_sub(3), 1, &frames, header.salt);
            bytes.extend(record.to_bytes(header.salt));
            bytes.extend(frames);
        }
        (bytes, header)
    }

    #[test]
    fn names_sort_as_their_numbers_and_read_back() {
        assert!(name(9) < name(10) && name(10) < name(u64::MAX));
        assert_eq!(first_of(&name(77)), Some(77));
        for other in
            ["77.log", "MANIFEST", "+0000000000000000077.log", "00000000000000000077.log.old", ".log"]
        {
            assert_eq!(first_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_header_reads_back_and_no_bit_of_it_may_flip() {
        for first in [5, 6] {
            let (bytes, header) = segment(first, 0);
            assert_eq!(bytes.len(), HEADER);
            assert_eq!(Header::read("x", &bytes).unwrap(), header);
            for bit in 0..HEADER * 8 {
                let mut bad = bytes.clone();
                bad[bit / 8] ^= 1 << (bit % 8);
                assert!(Header::read("x", &bad).is_err(), "bit {bit}");
            }
        }
    }

    #[test]
    fn a_newer_format_is_told_as_such() {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([FORMAT + 1, 7, 1, 0].map(u32::to_le_bytes).concat());
        bytes.extend(checksum(&bytes).to_le_bytes());
        bytes.extend([0; 4]);
        let error = Header::read("a file", &bytes).unwrap_err();
        assert!(matches!(error, LogError::Newer { version: 3, known: 2, .. }), "{error}");
        assert!(error.to_string().contains("a newer one wrote it"));
    }

    #[test]
    fn zeros_that_may_be_ahead_are_the_end_and_anything_behind_them_or_in_another_segment_is_damage() {
        let (mut bytes, header) = segment(6, 3);
        let end = bytes.len();
        for zeros in 0..100 {
            bytes.resize(end + zeros, 0);
            let mut records = Records::new(&bytes, header);
            assert_eq!(records.by_ref().map(|record| record.unwrap().0.lsn).collect::<Vec<_>>(), [6, 7, 8]);
            assert_eq!(records.at(), end);
            let plain = Records::new(&bytes, Header { ahead: false, ..header });
            assert_eq!(
                plain.take(4).filter_map(Result::err).map(|damage| damage.at).next(),
                (zeros > 0).then_some(end)
            );
            for at in end..bytes.len() {
                let mut bad = bytes.clone();
                bad[at] = 1;
                let damage = Records::new(&bad, header).find_map(Result::err).unwrap();
                assert_eq!(damage.at, end, "byte {at}");
            }
        }
    }

    #[test]
    fn records_end_where_the_first_damaged_one_begins_and_marks_are_found_behind_it() {
        let (bytes, header) = segment(5, 6);
        let whole = Records::new(&bytes, header).map(|record| record.unwrap().0.lsn);
        assert_eq!(whole.collect::<Vec<_>>(), (5..11).collect::<Vec<_>>());
        let starts: Vec<usize> = {
            let mut records = Records::new(&bytes, header);
            std::iter::from_fn(|| (Some(records.at()), records.next()).1.map(|_| records.at())).collect()
        };
        for at in HEADER..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 0x40;
            let mut records = Records::new(&bad, header);
            let good = records.by_ref().take_while(Result::is_ok).count();
            assert_eq!(good, starts.iter().filter(|&&end| end <= at).count(), "byte {at}");
            let (synced, highest) = records.marks_behind(records.at());
            let damaged = 5 + good as u64;
            // The last record's own header tells its mark where the damage is behind it.
            let header_is_whole = at >= records.at() + record::HEADER;
            let expected = if damaged < 10 || header_is_whole { (7, 10) } else { (0, 0) };
            assert_eq!((synced, highest), expected, "byte {at}");
        }
        for len in 0..bytes.len() {
            let cut = bytes[..len].to_vec();
            if Header::read("x", &cut).is_ok() {
                let good = Records::new(&cut, header).take_while(Result::is_ok).count();
                assert_eq!(good, starts.iter().filter(|&&end| end <= len).count(), "{len} bytes");
            }
        }
    }
}
