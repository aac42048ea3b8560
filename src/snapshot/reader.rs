//! Reading a snapshot file.

use super::Seal;
use super::parts::{self, Part, Parts};
use super::rows::Columns;
use crate::panics;
use crate::schema::Type;
use crate::store::alloc;
use crate::store::page::Refusal;
use crate::store::table::Table;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{Block, root_as_footer};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

/// Bytes at the end of a file: the footer's length and the magic.
const TRAILER: usize = 10;
/// Bytes that end the record batches, ahead of the footer.
const END_OF_STREAM: u64 = 8;

/// Why no table was made of a file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is not what was written.
    #[error("damaged at byte {at}: {what}")]
    Corrupt {
        /// Where the damaged part begins.
        at: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Memory for the table could not be had.
    #[error("out of memory")]
    OutOfMemory,
}

/// The table of type `t` that [`write`](super::write()) wrote to `file`. Optional fields that the file lacks are absent.
pub fn read(t: &Type, file: impl Read + Seek, seal: Seal) -> Result<Table, ReadError> {
    // Arrow's reader is written for files that somebody meant well with.
    let mut at = 0;
    let result = panics::catch("reading", || Reader { file, at: &mut at }.read(t, seal));
    result.unwrap_or_else(|what| Err(ReadError::Corrupt { at, what }))
}

struct Reader<'a, F> {
    file: F,
    /// Where what is being read begins.
    at: &'a mut u64,
}

impl<F: Read + Seek> Reader<'_, F> {
    fn read(&mut self, t: &Type, seal: Seal) -> Result<Table, ReadError> {
        let tail = self.tail(seal)?;
        let footer = &tail[END_OF_STREAM as usize..tail.len() - TRAILER];
        let footer = root_as_footer(footer).map_err(|error| self.corrupt(error))?;
        let schema = footer.schema().ok_or("there is no schema").map_err(|what| self.corrupt(what))?;
        let schema = try_fb_to_schema(schema).map_err(|error| self.corrupt(error))?;
        let columns = Columns::new(t, &schema).map_err(|what| self.corrupt(what))?;
        let parts = Parts::new(&footer, *self.at).map_err(|what| self.corrupt(what))?;
        self.checked(&parts.head)?;

        let table = Table::with_next_id(t.clone(), columns.next_id());
        let mut decoder = FileDecoder::new(Arc::new(schema), footer.version());
        let mut dictionaries = footer.dictionaries();
        for (part, block) in &parts.batches {
            let bytes = self.checked(part)?;
            let slice = |block: &Block| {
                let within = parts::within(part, block);
                bytes.slice_with_length(within.start, within.len())
            };
            for block in dictionaries.take().into_iter().flatten() {
                decoder.read_dictionary(block, &slice(block)).map_err(|error| self.corrupt(error))?;
            }
            let batch = decoder.read_record_batch(block, &slice(block));
            let batch = batch.map_err(|error| self.corrupt(error))?;
            let batch = batch.ok_or("there is no record batch").map_err(|what| self.corrupt(what))?;
            columns.load(&batch, &table).map_err(|refusal| match refusal {
                Refusal::Malformed(what) => self.corrupt(what),
                Refusal::OutOfMemory => ReadError::OutOfMemory,
            })?;
        }
        Ok(table)
    }

    /// All behind the last record batch: the end of the stream, the footer and the trailer.
    fn tail(&mut self, seal: Seal) -> Result<Buffer, ReadError> {
        let len = self.file.seek(SeekFrom::End(0))?;
        if len != seal.len {
            *self.at = len.min(seal.len);
            return Err(self.corrupt(format!("it has {len} bytes, not {}", seal.len)));
        }
        let trailer_at = len.checked_sub(TRAILER as u64).ok_or("it is too short");
        let trailer_at = trailer_at.map_err(|what| self.corrupt(what))?;
        let mut trailer = [0; TRAILER];
        trailer.copy_from_slice(&self.bytes(trailer_at..len)?);
        let footer = read_footer_length(trailer).map_err(|error| self.corrupt(error))? as u64;
        let tail_at =
            trailer_at.checked_sub(footer + END_OF_STREAM).ok_or("its footer's length is impossible");
        let tail_at = tail_at.map_err(|what| self.corrupt(what))?;
        self.checked(&Part { bytes: tail_at..len, crc: seal.crc })
    }

    /// The bytes of a part, if they are what was written.
    fn checked(&mut self, part: &Part) -> Result<Buffer, ReadError> {
        let bytes = self.bytes(part.bytes.clone())?;
        if crc32c::crc32c(&bytes) != part.crc {
            return Err(self.corrupt("its checksum is another"));
        }
        Ok(Buffer::from_vec(bytes))
    }

    fn bytes(&mut self, range: Range<u64>) -> Result<Vec<u8>, ReadError> {
        *self.at = range.start;
        let (mut bytes, len) = (Vec::new(), range.end - range.start);
        alloc::reserve_exact(&mut bytes, len as usize).map_err(|_| ReadError::OutOfMemory)?;
        self.file.seek(SeekFrom::Start(range.start))?;
        self.file.by_ref().take(len).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != len {
            return Err(self.corrupt("it is cut off"));
        }
        Ok(bytes)
    }

    fn corrupt(&self, what: impl ToString) -> ReadError {
        ReadError::Corrupt { at: *self.at, what: what.to_string() }
    }
}
