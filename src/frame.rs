//! Frames: what a region of the modify buffer holds. All numbers are little-endian; frames are 8-byte aligned
//! and follow each other without gaps.
//!
//! ```text
//! every frame     0        4           8          12        16
//!                 | length | type,kind | first id | count   | body …                | zeros to 8 |
//!
//! ROWS            count new records with the ids first, first+1, …
//!   totals        one u32 for each field of varying size: bytes of its heap; zeros to 8
//!   columns       one for each field, widest first (`Type::columns`): count values of the kind's width;
//!                 for a field of varying size the lengths (text: UTF-16 units, binary: bytes), as u32
//!   presence      one bit a record (lowest first, zeros to a byte), for each optional field in the schema's order
//!   heaps         for each field of varying size, in the schema's order: its values, one behind the other
//!
//! OPERATIONS      count operations; the word `first id` is the number of words that they take
//!   16            u32 texts: how many text values there are; 20: u32 bytes of all of them in UTF-8
//!   24            words: for each operation  op | cells << 8,  id,  place in the queue,  then its cells
//!                 cell: field | NULL << 16, then the value in as many words as it needs (numbers: 1, or 2
//!                 low word first; text: none; binary: its length, then its bytes, zeros to 4)
//!   lengths       of each text value in UTF-16 units, as u32, in the order of the cells
//!   texts         one behind the other, in UTF-8
//! ```
//!
//! A length in UTF-16 units is what JavaScript knows for free; the worker finds the length in bytes, which is
//! the same for ASCII.

use crate::error::Error;
use crate::memory::Source;
use crate::schema::{Kind, MAX_ID, Type};

/// Bytes of a frame's header.
pub const HEADER: usize = 16;
/// Bytes before the words of an operations frame.
pub const OPERATIONS_HEADER: usize = 24;
/// Kind of a frame that holds new records as columns.
pub const ROWS: u32 = 1;
/// Kind of a frame that holds packed operations.
pub const OPERATIONS: u32 = 2;
/// Operation: change some fields of a record.
pub const MODIFY: u32 = 1;
/// Operation: delete a record.
pub const DELETE: u32 = 2;
/// Bit of a cell's first word: the field becomes absent.
pub const NULL: u32 = 1 << 16;
/// Frames start at multiples of this many bytes.
pub const ALIGN: usize = 8;

/// A frame whose header was checked.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Offset in the region.
    pub at: usize,
    /// Index of the type that all of it is of.
    pub type_index: u16,
    /// [`ROWS`] or [`OPERATIONS`].
    pub kind: u32,
    /// First id of new records; the number of words of operations.
    pub first: u32,
    /// How many records or operations.
    pub count: u32,
    /// The whole frame, header included.
    pub bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame at `at` of `region`, of a schema of `types` types.
    pub fn read<S: Source + ?Sized>(region: &'a S, at: usize, types: usize) -> Result<Self, Error> {
        Self::check(region, at, types).map_err(|what| Error::Malformed { at, what })
    }

    fn check<S: Source + ?Sized>(region: &'a S, at: usize, types: usize) -> Result<Self, &'static str> {
        let left = region.len().saturating_sub(at);
        if left < HEADER {
            return Err("a header is cut off");
        }
        let header = region.slice(at, at + HEADER);
        let len = word(header, 0) as usize;
        if len < HEADER || !len.is_multiple_of(ALIGN) || len > left {
            return Err("its length is impossible");
        }
        let type_and_kind = word(header, 1);
        let (type_index, kind) = (type_and_kind as u16, type_and_kind >> 16);
        if usize::from(type_index) >= types {
            return Err("no such type");
        }
        if kind != ROWS && kind != OPERATIONS {
            return Err("no such kind of frame");
        }
        let (first, count) = (word(header, 2), word(header, 3));
        if count == 0 {
            return Err("it is empty");
        }
        Ok(Frame { at, type_index, kind, first, count, bytes: region.slice(at, at + len) })
    }

    /// Where the next frame starts.
    pub fn end(&self) -> usize {
        self.at + self.bytes.len()
    }

    /// An error about this frame.
    pub fn malformed(&self, what: &'static str) -> Error {
        Error::Malformed { at: self.at, what }
    }
}

/// The 32-bit word number `index` of `bytes`.
pub fn word(bytes: &[u8], index: usize) -> u32 {
    let at = index * 4;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Hands out parts of a frame from front to back.
struct Cutter<'a> {
    rest: &'a [u8],
}

impl<'a> Cutter<'a> {
    fn cut(&mut self, len: Option<usize>) -> Result<&'a [u8], &'static str> {
        let len = len.filter(|&len| len <= self.rest.len()).ok_or("a part is cut off")?;
        let (part, rest) = self.rest.split_at(len);
        self.rest = rest;
        Ok(part)
    }
}

/// One field's values in a frame of new records.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// The fixed-size values, or the lengths.
    pub values: &'a [u8],
    /// One bit a record, for an optional field.
    pub presence: Option<&'a [u8]>,
    /// The values, for a field of varying size.
    pub heap: &'a [u8],
}

/// The body of a frame of new records, by field.
#[derive(Debug)]
pub struct Rows<'a> {
    /// One column a field, in the schema's order.
    pub columns: Vec<Column<'a>>,
}

impl<'a> Rows<'a> {
    /// Splits a frame of new records of type `t` into its columns.
    pub fn decode(frame: &Frame<'a>, t: &Type) -> Result<Self, &'static str> {
        let count = frame.count as usize;
        if frame.first == 0 || frame.first.checked_add(frame.count - 1).is_none_or(|last| last > MAX_ID) {
            return Err("ids outside 1 to MAX_ID");
        }
        let mut cutter = Cutter { rest: &frame.bytes[HEADER..] };
        let variable = t.fields().iter().filter(|field| field.kind.is_variable()).count();
        let totals = cutter.cut(Some((variable * 4).next_multiple_of(ALIGN)))?;
        let mut columns = vec![Column { values: &[], presence: None, heap: &[] }; t.fields().len()];
        for &field in t.columns() {
            let kind = t.fields()[field].kind;
            columns[field].values = cutter.cut(count.checked_mul(kind.width()))?;
        }
        for (column, field) in columns.iter_mut().zip(t.fields()) {
            if field.optional {
                column.presence = Some(cutter.cut(Some(count.div_ceil(8)))?);
            }
        }
        let variable_columns =
            columns.iter_mut().zip(t.fields()).filter(|(_, field)| field.kind.is_variable());
        for (index, (column, _)) in variable_columns.enumerate() {
            column.heap = cutter.cut(Some(word(totals, index) as usize))?;
        }
        if cutter.rest.len() >= ALIGN {
            return Err("bytes are left over");
        }
        let rows = Self { columns };
        rows.check(t, count)?;
        Ok(rows)
    }

    /// Checks what reading relies on, of `count` rows of type `t`.
    pub fn check(&self, t: &Type, count: usize) -> Result<(), &'static str> {
        let has_bytes = |column: &Column<'_>, row: usize| word(column.values, row) != 0;
        let is_absent = |bits: &[u8], row: usize| bits[row / 8] >> (row % 8) & 1 == 0;
        for (column, _) in self.columns.iter().zip(t.fields()).filter(|(_, field)| field.kind.is_variable()) {
            // Readers skip an absent value, and so would take its bytes for the next one's.
            let Some(bits) = column.presence else { continue };
            if (0..count).any(|row| is_absent(bits, row) && has_bytes(column, row)) {
                return Err("an absent value has a length");
            }
        }
        let enums = self.columns.iter().zip(t.fields()).filter(|(_, field)| field.kind.is_enum());
        for (column, field) in enums {
            let over = |value: u32| value as usize >= field.values.len();
            let bad = match field.kind {
                Kind::Enum8 => column.values.iter().any(|&value| over(u32::from(value))),
                _ => column.values.chunks_exact(2).any(|v| over(u32::from(u16::from_le_bytes([v[0], v[1]])))),
            };
            if bad {
                return Err("an enum has no such value");
            }
        }
        Ok(())
    }
}

/// Cuts text values out of a heap by their lengths in UTF-16 units.
#[derive(Debug, Clone)]
pub struct Texts<'a> {
    rest: &'a [u8],
    ascii: bool,
}

impl<'a> Texts<'a> {
    /// The values of `heap`, which must be UTF-8.
    pub fn new(heap: &'a [u8]) -> Result<Self, &'static str> {
        let ascii = heap.is_ascii();
        if !ascii && std::str::from_utf8(heap).is_err() {
            return Err("text is not UTF-8");
        }
        Ok(Self { rest: heap, ascii })
    }

    /// The next value, `units` UTF-16 units long, in UTF-8.
    pub fn take(&mut self, units: u32) -> Result<&'a [u8], &'static str> {
        let units = units as usize;
        let len =
            if self.ascii { units } else { self.byte_len(units).ok_or("text ends inside a character")? };
        let (text, rest) = self.rest.split_at_checked(len).ok_or("text is cut off")?;
        self.rest = rest;
        Ok(text)
    }

    /// How many bytes the next `units` UTF-16 units take; `None` if they end inside a character.
    fn byte_len(&self, mut units: usize) -> Option<usize> {
        let mut len = 0;
        while units > 0 {
            let (bytes, width) = match *self.rest.get(len)? {
                0..0x80 => (1, 1),
                0x80..0xe0 => (2, 1),
                0xe0..0xf0 => (3, 1),
                0xf0.. => (4, 2),
            };
            len += bytes;
            units = units.checked_sub(width)?;
        }
        Some(len)
    }

    /// Whether all of the heap is ASCII, so that bytes and units are the same.
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// Whether every value was taken.
    pub fn is_done(&self) -> bool {
        self.rest.is_empty()
    }
}

/// A changed field of a `modify`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Index of the field.
    pub field: usize,
    /// The new value: little-endian bytes of the kind's width, UTF-8 or raw bytes; `None` clears the field.
    pub value: Option<&'a [u8]>,
}

/// One operation on a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Change the fields whose cells follow.
    Modify {
        /// How many cells follow.
        cells: u32,
    },
    /// Delete the record.
    Delete,
}

/// Reads a frame of operations from front to back: [`Operations::next`], then [`Operations::cell`] for each cell.
#[derive(Debug)]
pub struct Operations<'a> {
    words: &'a [u8],
    lengths: &'a [u8],
    texts: Texts<'a>,
}

impl<'a> Operations<'a> {
    /// The operations of a frame.
    pub fn decode(frame: &Frame<'a>) -> Result<Self, &'static str> {
        if frame.bytes.len() < OPERATIONS_HEADER {
            return Err("its header is cut off");
        }
        let (texts, text_bytes) = (word(frame.bytes, 4) as usize, word(frame.bytes, 5) as usize);
        let mut cutter = Cutter { rest: &frame.bytes[OPERATIONS_HEADER..] };
        let words = cutter.cut((frame.first as usize).checked_mul(4))?;
        let lengths = cutter.cut(texts.checked_mul(4))?;
        let texts = Texts::new(cutter.cut(Some(text_bytes))?)?;
        if cutter.rest.len() >= ALIGN {
            return Err("bytes are left over");
        }
        Ok(Self { words, lengths, texts })
    }

    fn word(&mut self) -> Result<u32, &'static str> {
        let (bytes, rest) = self.words.split_at_checked(4).ok_or("an operation is cut off")?;
        self.words = rest;
        Ok(word(bytes, 0))
    }

    fn bytes(&mut self, len: usize) -> Result<&'a [u8], &'static str> {
        let (bytes, rest) =
            self.words.split_at_checked(len.next_multiple_of(4)).ok_or("a value is cut off")?;
        self.words = rest;
        Ok(&bytes[..len])
    }

    /// The next operation: what it does, to which id, and its place in the queue.
    #[allow(clippy::should_implement_trait, reason = "the frame's count says how many there are")]
    pub fn next(&mut self) -> Result<(Operation, u32, u32), &'static str> {
        let head = self.word()?;
        let operation = match (head & 0xff, head >> 8) {
            (MODIFY, cells) => Operation::Modify { cells },
            (DELETE, 0) => Operation::Delete,
            _ => return Err("no such operation"),
        };
        Ok((operation, self.word()?, self.word()?))
    }

    /// The next cell of a `modify` of a record of type `t`.
    pub fn cell(&mut self, t: &Type) -> Result<Cell<'a>, &'static str> {
        let head = self.word()?;
        let index = (head & 0xffff) as usize;
        let field = t.fields().get(index).ok_or("no such field")?;
        let value = match head >> 16 {
            0 if field.kind.is_text() => Some(self.text()?),
            0 if field.kind == Kind::Binary => {
                let len = self.word()? as usize;
                Some(self.bytes(len)?)
            }
            0 => Some(self.bytes(field.kind.width())?),
            1 if field.optional => None,
            _ => return Err("a required field is cleared"),
        };
        if let Some(value) = value.filter(|_| field.kind.is_enum()) {
            let index = value.iter().rev().fold(0, |index, &byte| index << 8 | usize::from(byte));
            if index >= field.values.len() {
                return Err("an enum has no such value");
            }
        }
        Ok(Cell { field: index, value })
    }

    fn text(&mut self) -> Result<&'a [u8], &'static str> {
        let (units, rest) = self.lengths.split_at_checked(4).ok_or("a text has no length")?;
        self.lengths = rest;
        self.texts.take(word(units, 0))
    }

    /// Whether nothing is left of the frame.
    pub fn is_done(&self) -> bool {
        self.words.is_empty() && self.lengths.is_empty() && self.texts.is_done()
    }
}
