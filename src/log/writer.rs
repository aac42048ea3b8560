//! The end of the log: appends records to the last segment, syncs it, and begins the next one.
//!
//! One thread at a time appends, and its order is the log's. Any thread may sync. A failed write or sync ends the log:
//! nothing is appended behind a torn record, and a sync that failed is never tried again, since what it lost would look
//! written.

use super::error::LogError;
use super::files::doubt;
use super::record::Record;
use super::segment::{self, Header};
use super::storage::{Output, Storage};
use crate::error::Cause;
use crate::memory::Source;
use once_cell::sync::OnceCell;
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Sizes that decide when the log moves on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes from which on a segment is full.
    pub segment: u64,
    /// Least bytes of log between two automatic checkpoints.
    pub checkpoint: u64,
    /// Most zeros that are written ahead at once: for a store that syncs all its batches; 0 for others.
    pub zeros: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { segment: 64 << 20, checkpoint: 64 << 20, zeros: 0 }
    }
}

/// The log has ended: [`Log::failure`] says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended;

/// See the module.
#[derive(Debug)]
pub struct Log {
    storage: Arc<dyn Storage>,
    schema_version: u32,
    limits: Limits,
    tail: Mutex<Tail>,
    /// Held while something is synced; taken before `tail`.
    syncing: Mutex<()>,
    synced: AtomicU64,
    failure: OnceCell<Cause>,
    sync_failed: AtomicBool,
}

/// The last segment.
#[derive(Debug)]
struct Tail {
    file: Arc<dyn Output>,
    salt: u32,
    /// Bytes of the segment's header and records.
    size: u64,
    /// Where the zeros behind them end that were written ahead, if that is more.
    ahead: u64,
    /// Whether zeros could not be written.
    refused: bool,
    /// What `size` was when [`Log::write_ahead`] was called last.
    size_before: u64,
    /// LSN of the last record.
    last: u64,
    /// Set once the segment is full: the LSN of its last record then.
    full: Option<u64>,
    /// Bytes that were appended since the last checkpoint began.
    fresh: u64,
}

impl Tail {
    /// A segment without records.
    fn new(file: Arc<dyn Output>, salt: u32, last: u64, fresh: u64) -> Self {
        let size = segment::HEADER as u64;
        Self { file, salt, size, ahead: size, refused: false, size_before: size, last, full: None, fresh }
    }

    /// Syncs the segment as it is to stay, without zeros behind its records: by its file, since its name may be another store's
    /// by now.
    fn end(&mut self) -> io::Result<()> {
        if self.ahead > self.size {
            self.file.cut(self.size)?;
            self.ahead = self.size;
        } else {
            self.file.sync()?;
        }
        Ok(())
    }
}

/// What [`Log::append`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The record's number.
    pub lsn: u64,
    /// The segment has just become full: it is time for [`Log::sync`] and [`Log::move_on`], by a thread that has time.
    pub full: bool,
}

impl Log {
    /// A log that goes on behind `last`, through which all is synced, with a new segment.
    pub fn begin(
        storage: Arc<dyn Storage>,
        last: u64,
        fresh: u64,
        schema_version: u32,
        limits: Limits,
    ) -> Result<Self, LogError> {
        let begun = new_segment(&*storage, last + 1, limits);
        let (file, salt) = begun.map_err(LogError::write(&segment::name(last + 1)))?;
        let tail = Tail::new(file, salt, last, fresh);
        Ok(Self {
            storage,
            schema_version,
            limits,
            tail: Mutex::new(tail),
            syncing: Mutex::new(()),
            synced: AtomicU64::new(last),
            failure: OnceCell::new(),
            sync_failed: AtomicBool::new(false),
        })
    }

    /// Appends a region's frames as one record. On an error nothing may be applied that was not appended before.
    pub fn append<S: Source + ?Sized>(&self, region: &S) -> Result<Appended, Ended> {
        let frames = region.slice(0, region.len());
        let is_due = self.is_due(&self.tail.lock());
        if is_due {
            self.move_on()?;
        }
        let mut tail = self.tail.lock();
        if self.failure.get().is_some() {
            return Err(Ended);
        }
        let lsn = tail.last + 1;
        let record = Record::new(lsn, self.synced(), self.schema_version, frames, tail.salt);
        tail.file.append([&record.to_bytes(tail.salt), frames]).map_err(|error| self.end(&error))?;
        tail.last = lsn;
        tail.size += record.size() as u64;
        tail.fresh += record.size() as u64;
        let full = tail.size >= self.limits.segment && tail.full.is_none();
        if full {
            tail.full = Some(lsn);
        }
        Ok(Appended { lsn, full })
    }

    /// Whether the next segment should begin: the last one is full, and most of it synced, since a whole one would take long.
    /// One that grew to twice its size is not waited for any longer.
    fn is_due(&self, tail: &Tail) -> bool {
        tail.full.is_some_and(|full| full <= self.synced() || tail.size >= 2 * self.limits.segment)
    }

    /// Begins the next segment, if it is due: what an append would wait for otherwise.
    pub fn move_on(&self) -> Result<(), Ended> {
        // A sync that fails must be the last: the system tells of an error once.
        let _syncing = self.syncing.lock();
        let mut tail = self.tail.lock();
        if self.failure.get().is_some() {
            return Err(Ended);
        }
        if !self.is_due(&tail) {
            return Ok(());
        }
        // A segment is synced before its successor is there: damage in any but the last is no torn tail.
        tail.end().map_err(|error| self.end_sync(&error))?;
        self.synced.fetch_max(tail.last, Ordering::Relaxed);
        let first = tail.last + 1;
        match new_segment(&*self.storage, first, self.limits) {
            Ok((file, salt)) => {
                *tail = Tail::new(file, salt, tail.last, tail.fresh);
                Ok(())
            }
            // The last segment is whole, and can grow on; but what there is of the next must not be taken for it.
            Err(error) => self.unmake(first).map_err(|_| self.end(&error)),
        }
    }

    fn unmake(&self, first: u64) -> io::Result<()> {
        match self.storage.remove(&segment::name(first)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.storage.sync_dir(),
        }
    }

    /// Writes zeros where the next records will be, if few have come since the last call: to sync bytes that a file has had
    /// before takes a fifth to a third less, since its length and its blocks need not be synced too. The next sync
    /// makes them such bytes. Where much comes between two syncs, zeros would only cost.
    pub fn write_ahead(&self) {
        let mut tail = self.tail.lock();
        let fresh = tail.size - tail.size_before;
        tail.size_before = tail.size;
        let at = tail.ahead.max(tail.size);
        // As many as there are records, so that a small log stays small.
        let Limits { zeros: most, segment, .. } = self.limits;
        let len = most.min(tail.size).min(segment.saturating_sub(at));
        // Without them syncs take longer.
        let is_over = tail.refused || tail.full.is_some() || self.failure.get().is_some();
        if is_over || fresh > most / 2 || at - tail.size >= fresh || len == 0 {
            return;
        }
        match tail.file.write_zeros(at, len) {
            Err(error) if error.kind() == io::ErrorKind::Unsupported => tail.refused = true,
            written => {
                tail.refused = written.is_err();
                tail.ahead = at + len;
            }
        }
    }

    /// Syncs all that was appended before the call; gives the highest LSN that is synced.
    pub fn sync(&self) -> Result<u64, Ended> {
        let _syncing = self.syncing.lock();
        let (file, last) = {
            let tail = self.tail.lock();
            (Arc::clone(&tail.file), tail.last)
        };
        if self.sync_failed.load(Ordering::Relaxed) {
            return Err(Ended);
        }
        if self.synced() < last {
            // Segments before this one were synced when it began.
            file.sync().map_err(|error| self.end_sync(&error))?;
            self.synced.fetch_max(last, Ordering::Relaxed);
        }
        Ok(self.synced())
    }

    /// Syncs all, and cuts off what was written ahead. Nothing may be appended later.
    pub fn finish(&self) {
        // All that settled is as durable as was asked already: a failure loses nothing of it.
        if self.sync().is_ok() {
            let mut tail = self.tail.lock();
            if tail.ahead > tail.size {
                let _ = tail.end().map_err(|error| self.end_sync(&error));
            }
        }
    }

    /// Where a checkpoint that begins now stands: all up to this LSN. Its segment ends there, so that it can go, and
    /// [`Log::fresh`] begins anew.
    pub fn cut(&self) -> u64 {
        let mut tail = self.tail.lock();
        if tail.size > segment::HEADER as u64 && tail.full.is_none() {
            tail.full = Some(tail.last);
        }
        tail.fresh = 0;
        tail.last
    }

    /// Bytes that were appended since the last [`Log::cut`].
    pub fn fresh(&self) -> u64 {
        self.tail.lock().fresh
    }

    /// LSN of the last record.
    pub fn last(&self) -> u64 {
        self.tail.lock().last
    }

    /// The highest LSN that is synced.
    pub fn synced(&self) -> u64 {
        self.synced.load(Ordering::Relaxed)
    }

    /// Why the log has ended, if so.
    pub fn failure(&self) -> Option<&Cause> {
        self.failure.get()
    }

    fn end(&self, error: &io::Error) -> Ended {
        let _ = self.failure.set(Cause::from(error));
        Ended
    }

    fn end_sync(&self, error: &io::Error) -> Ended {
        self.sync_failed.store(true, Ordering::Relaxed);
        doubt(&*self.storage);
        self.end(error)
    }
}

/// Creates the segment whose first record has this LSN; gives it with its salt. The file and its name are on the disk
/// before any record counts as synced.
fn new_segment(storage: &dyn Storage, first: u64, limits: Limits) -> io::Result<(Arc<dyn Output>, u32)> {
    let header = Header::new(first, limits.zeros > 0);
    let file = storage.create(&segment::name(first))?;
    file.append([&header.to_bytes(), &[]])?;
    file.sync()?;
    storage.sync_dir()?;
    Ok((file, header.salt))
}
