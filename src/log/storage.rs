//! What the log needs of a file system: the files of one directory, by name.

use std::fmt::Debug;
use std::io::{self, Read, Seek};
use std::sync::Arc;

/// A file that is written from front to back.
pub trait Output: Debug + Send + Sync {
    /// Appends `parts`, one behind the other. After an error an unknown part of them is in the file.
    fn append(&self, parts: [&[u8]; 2]) -> io::Result<()>;

    /// Writes `len` zeros from `at` on, behind all that was appended; what is appended later takes their place. After an
    /// error an unknown part of them is in the file. A storage need not be able to.
    fn write_zeros(&self, at: u64, len: u64) -> io::Result<()> {
        _ = (at, len);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Cuts off what is behind the first `len` bytes, all that was appended, and returns once the file is on the disk like that.
    fn cut(&self, len: u64) -> io::Result<()>;

    /// Returns once all that was appended before is on the disk.
    fn sync(&self) -> io::Result<()>;
}

/// A file that is read.
pub trait Input: Read + Seek {}

impl<T: Read + Seek> Input for T {}

/// One directory. What it does to names is on the disk after [`Storage::sync_dir`].
pub trait Storage: Debug + Send + Sync {
    /// The names of all files.
    fn list(&self) -> io::Result<Vec<String>>;

    /// A file to read.
    fn open(&self, name: &str) -> io::Result<Box<dyn Input>>;

    /// A new and empty file, instead of the one that has this name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn Output>>;

    /// Cuts a file off after `len` bytes, and returns once it is on the disk like that.
    fn truncate(&self, name: &str, len: u64) -> io::Result<()>;

    /// Gives a file the name `to`, instead of the one that has that name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Returns once names are on the disk as they are.
    fn sync_dir(&self) -> io::Result<()>;

    /// All bytes of a file.
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(name)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
