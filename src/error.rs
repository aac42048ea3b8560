//! What can go wrong in the core. The binding and `lib/errors.js` map these to `MillraceError` codes.

use std::io;
use thiserror::Error;

/// A region or schema that breaks its format, or a store that can't go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The bytes at `at` (from the start of the region) are no frame that this schema allows.
    #[error("malformed frame at byte {at}: {what}")]
    Malformed {
        /// Offset of the frame in the region, in bytes.
        at: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A schema that no store can be opened with.
    #[error("invalid schema: {0}")]
    Schema(String),
    /// Memory for a page could not be had.
    #[error("out of memory")]
    OutOfMemory,
}

/// Why one operation of a batch could not be applied. Its neighbours are not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum FailureCode {
    /// No record has this id (any more): `ERR_NOT_FOUND`.
    NotFound = 1,
}

/// An operation that failed: its place in the batch's queue, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// Index of the write in the batch's queue.
    pub place: u32,
    /// Index of the type that it named.
    pub type_index: u16,
    /// Why.
    pub code: FailureCode,
}

/// What the system said of a write that failed: kept for every write that is refused because of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its message.
    pub message: String,
    /// Its number, if it has one.
    pub errno: Option<i32>,
}

impl From<&io::Error> for Cause {
    fn from(error: &io::Error) -> Self {
        Self { message: error.to_string(), errno: error.raw_os_error() }
    }
}

impl Cause {
    /// For a failure that nothing more is known of.
    pub fn unknown() -> Self {
        Self::new("unknown")
    }

    /// A cause that is no system's.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), errno: None }
    }
}
