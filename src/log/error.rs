//! Why a durable store can't be opened or written.

use std::io;
use thiserror::Error;

/// See the module.
#[derive(Debug, Error)]
pub enum LogError {
    /// The directory can't be made or opened.
    #[error("the directory can't be opened: {0}")]
    Path(#[source] io::Error),
    /// The directory is open already, here or in another process.
    #[error("it is open already, in this process or another")]
    Locked,
    /// What is stored is not what was written.
    #[error("{file} is damaged at byte {offset}: {what}")]
    Corrupt {
        /// Name of the file.
        file: String,
        /// Where the damaged part begins, in bytes.
        offset: u64,
        /// What is wrong with it.
        what: String,
    },
    /// A file has a format that came later.
    #[error("{file} has format {version}, and this version of millrace reads {known}: a newer one wrote it")]
    Newer {
        /// Name of the file.
        file: String,
        /// Its format.
        version: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// A file can't be read.
    #[error("{file} can't be read: {error}")]
    Read {
        /// Name of the file.
        file: String,
        /// What the system says.
        error: io::Error,
    },
    /// A file can't be written.
    #[error("{file} can't be written: {error}")]
    Write {
        /// Name of the file.
        file: String,
        /// What the system says.
        error: io::Error,
    },
    /// The schema that was given does not agree with the stored one.
    #[error("{0}")]
    Schema(String),
    /// There is no store, and no schema to make one of.
    #[error("there is no store, and no schema was given to make one of")]
    NoSchema,
    /// Memory for a table could not be had.
    #[error("out of memory")]
    OutOfMemory,
    /// A thread could not be started.
    #[error("no thread can be started: {0}")]
    Thread(io::Error),
}

impl LogError {
    /// For a file in which `what` is wrong at `offset`.
    pub fn corrupt(file: impl Into<String>, offset: usize, what: impl Into<String>) -> Self {
        Self::Corrupt { file: file.into(), offset: offset as u64, what: what.into() }
    }

    /// For a file that could not be read.
    pub fn read(file: &str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Read { file: file.to_owned(), error }
    }

    /// For a file that could not be written.
    pub fn write(file: &str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Write { file: file.to_owned(), error }
    }
}
