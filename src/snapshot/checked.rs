//! A writer that counts and sums what goes through it.

use std::io::{self, Write};

/// See the module.
#[derive(Debug)]
pub struct Checked<W> {
    out: W,
    len: u64,
    crc: u32,
}

impl<W: Write> Checked<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self { out, len: 0, crc: 0 }
    }

    /// Ends a part: gives the CRC-32C of what was written since the one before.
    pub fn cut(&mut self) -> u32 {
        std::mem::take(&mut self.crc)
    }

    /// Bytes written in all.
    pub fn len(&self) -> u64 {
        self.len
    }
}

impl<W: Write> Write for Checked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.crc = crc32c::crc32c_append(self.crc, &bytes[..written]);
        self.len += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
