//! Writing a snapshot file.

use super::batch::Batch;
use super::checked::Checked;
use super::{Seal, columns};
use crate::schema::Type;
use crate::store::table::Snapshot;
use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema};
use std::io::{self, Write};
use std::sync::Arc;

/// Key of the tail's metadata: the CRC-32C of each part before it, in hex. The first part is all before the first
/// batch's, each of the others a record batch; the first batch's begins with the dictionaries.
pub const CHECKSUMS: &str = "millrace.crc32c";

/// Writes `view`, which must be of a whole table of type `t`, to `out`. A page is let go once it is written.
///
/// `out` gets a few writes for each column of a batch; whether they are on disk is the caller's affair.
pub fn write(t: &Type, view: Snapshot, out: impl Write) -> io::Result<Seal> {
    let schema = Arc::new(columns::schema(t, view.next_id()));
    let mut batch = Batch::new(t, Arc::clone(&schema));
    let mut file = Parts::new(out, &schema).map_err(error)?;
    for (first_id, page) in view.into_pages() {
        let mut at = 0;
        while let Some(rows) = page.live().run(at) {
            at = batch.add(&page, first_id, rows).map_err(io::Error::other)?;
            if batch.is_full() {
                file.add(&batch.finish().map_err(error)?).map_err(error)?;
            }
        }
    }
    // There is at least one batch, so that there are dictionaries.
    if !batch.is_empty() || file.checksums.len() == 1 {
        file.add(&batch.finish().map_err(error)?).map_err(error)?;
    }
    file.finish().map_err(error)
}

/// A file in the making, and the checksums of its parts.
struct Parts<W: Write> {
    file: FileWriter<Checked<W>>,
    checksums: Vec<u32>,
}

impl<W: Write> Parts<W> {
    fn new(out: W, schema: &Schema) -> Result<Self, ArrowError> {
        let mut file = FileWriter::try_new(Checked::new(out), schema)?;
        let checksums = vec![file.get_mut().cut()];
        Ok(Self { file, checksums })
    }

    fn add(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.file.write(batch)?;
        self.checksums.push(self.file.get_mut().cut());
        Ok(())
    }

    fn finish(mut self) -> Result<Seal, ArrowError> {
        let checksums: Vec<_> = self.checksums.iter().map(|crc| format!("{crc:08x}")).collect();
        self.file.write_metadata(CHECKSUMS, checksums.join(" "));
        self.file.finish()?;
        let written = self.file.get_mut();
        Ok(Seal { len: written.len(), crc: written.cut() })
    }
}

/// The system's error, if it is one: the caller tells a full disk by it.
fn error(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        error => io::Error::other(error),
    }
}
