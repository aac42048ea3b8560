//! Snapshot files: a type's table as an Arrow IPC file, which any Arrow reader opens (docs/format.md).
//!
//! [`write()`] takes a consistent view of a table and goes through it while writes go on; [`read()`] makes a table of
//! the file again. What lies in between is checked byte by byte: the file's tail holds a checksum of each part
//! before it, and the [`Seal`], which the manifest keeps, holds the tail's.

mod batch;
mod checked;
mod columns;
mod parts;
mod reader;
mod rows;
mod writer;

pub use reader::{ReadError, read};
pub use writer::write;

/// What tells a whole snapshot file from a damaged one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seal {
    /// Bytes of the file.
    pub len: u64,
    /// CRC-32C of the file's tail: all behind the last record batch.
    pub crc: u32,
}
