//! Reading a store's files: snapshots, then what the log holds behind them. Nothing on disk is touched here.

use super::error::LogError;
use super::manifest::{Manifest, snapshot_name};
use super::record::{self, Record};
use super::segment::{self, Header, Records};
use super::storage::Storage;
use crate::db::{Db, Selection};
use crate::error::Error;
use crate::frame::Frame;
use crate::panics::catch;
use crate::snapshot;
use crate::store::table::Table;

/// What [`load`] found.
#[derive(Debug)]
pub struct Loaded {
    /// The store as far as it could be read.
    pub db: Db,
    /// LSN of the last record that was read; what a snapshot is complete through, if that is more.
    pub last: u64,
    /// The highest LSN that any record or mark names.
    pub highest: u64,
    /// Rows that came from snapshots.
    pub rows: u64,
    /// Records of the log that were replayed at least in part.
    pub batches: u64,
    /// Writes of those.
    pub operations: u64,
    /// Bytes of the log that was read.
    pub bytes: u64,
    /// Segments that were read.
    pub segments: usize,
    /// The last segment whose header is whole, and how far its records are.
    pub whole: Option<(String, u64)>,
    /// Where the log can't be read any more.
    pub end: Option<LogEnd>,
    /// The snapshots that could not be read, and why.
    pub damaged: Vec<(String, LogError)>,
}

impl Loaded {
    /// What there is before any of the log is read: `db` is of the manifest's snapshots, but for the damaged ones.
    fn new(db: Db, damaged: Vec<(String, LogError)>, manifest: &Manifest) -> Self {
        Self {
            rows: db.tables().iter().map(|table| table.count() as u64).sum(),
            db,
            last: manifest.log_from() - 1,
            highest: manifest.synced,
            batches: 0,
            operations: 0,
            bytes: 0,
            segments: 0,
            whole: None,
            end: None,
            damaged,
        }
    }
}

/// Where a log can't be read any more.
#[derive(Debug)]
pub struct LogEnd {
    /// Name of the segment.
    pub file: String,
    /// LSN of the record.
    pub lsn: u64,
    /// Where it begins.
    pub at: usize,
    /// Bytes from there on.
    pub bytes: usize,
    /// What is wrong.
    pub what: String,
    /// Nothing that is lost was ever synced: what a crash leaves.
    pub torn: bool,
    /// The frames themselves are wrong, and so their batch is applied in part.
    pub applied: bool,
}

/// Reads the store of `manifest`, but no record from number `stop` on.
pub fn load(storage: &dyn Storage, manifest: &Manifest, stop: u64) -> Result<Loaded, LogError> {
    let mut damaged = Vec::new();
    let mut tables = Vec::new();
    for (index, t) in manifest.schema.types().iter().enumerate() {
        let empty = Table::with_next_id(t.clone(), manifest.types[index].next_id);
        tables.push(match load_table(storage, manifest, index) {
            Ok(table) => table.unwrap_or(empty),
            Err((file, error @ LogError::Corrupt { .. })) => {
                damaged.push((file, error));
                empty
            }
            Err((_, error)) => return Err(error),
        });
    }
    let mut loaded = Loaded::new(Db::with_tables(manifest.schema.clone(), tables), damaged, manifest);
    let (next, synced) = (loaded.last + 1, manifest.synced);
    let mut replay = Replay { manifest, next, synced, stop, loaded: &mut loaded };
    replay.run(storage)?;
    Ok(loaded)
}

/// The table of a type from its snapshot, if it has one; else the file's name and why not.
pub fn load_table(
    storage: &dyn Storage,
    manifest: &Manifest,
    index: usize,
) -> Result<Option<Table>, (String, LogError)> {
    let Some(of) = manifest.types[index].snapshot else { return Ok(None) };
    let file = snapshot_name(of.generation, index);
    let input = match storage.open(&file) {
        Ok(input) => input,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let error = LogError::corrupt(&file, 0, "it is missing");
            return Err((file, error));
        }
        Err(error) => return Err((file.clone(), LogError::read(&file)(error))),
    };
    let read = snapshot::read(&manifest.schema.types()[index], input, of.seal);
    read.map(Some).map_err(|error| {
        let error = match error {
            snapshot::ReadError::Io(error) => LogError::read(&file)(error),
            snapshot::ReadError::Corrupt { at, what } => LogError::corrupt(&file, at as usize, what),
            snapshot::ReadError::OutOfMemory => LogError::OutOfMemory,
        };
        (file, error)
    })
}

/// The segments of a log, by their first LSN.
pub fn segments(storage: &dyn Storage) -> Result<Vec<u64>, LogError> {
    let names = storage.list().map_err(LogError::read("the directory"))?;
    let mut segments: Vec<u64> = names.iter().filter_map(|name| segment::first_of(name)).collect();
    segments.sort_unstable();
    Ok(segments)
}

struct Replay<'a> {
    manifest: &'a Manifest,
    /// LSN of the next record.
    next: u64,
    /// The highest mark of what was synced so far.
    synced: u64,
    stop: u64,
    loaded: &'a mut Loaded,
}

impl Replay<'_> {
    fn run(&mut self, storage: &dyn Storage) -> Result<(), LogError> {
        let mut segments = segments(storage)?;
        // Those that are older were on their way out.
        let oldest = segments.partition_point(|&first| first <= self.next).checked_sub(1);
        let Some(oldest) = oldest else {
            // Its name may not have got to the disk, while those of segments that a checkpoint made needless went.
            let torn = segments.is_empty() && self.synced < self.next;
            self.end(&segment::name(self.next), 0, 0, ("it is missing".to_owned(), torn));
            return Ok(());
        };
        segments.drain(..oldest);
        self.next = segments[0];
        let mut before = (String::new(), 0);
        for (index, &first) in segments.iter().enumerate() {
            let file = segment::name(first);
            if first != self.next {
                // Whether its end is lost or a whole segment behind it, nobody can tell.
                let (before, end) = before;
                let what = format!("it ends before record {}, and {file} is next", self.next);
                self.end(&before, end, 0, (what, false));
                break;
            }
            let bytes = storage.read(&file).map_err(LogError::read(&file))?;
            self.loaded.bytes += bytes.len() as u64;
            self.loaded.segments += 1;
            self.segment(&file, &bytes, index + 1 == segments.len())?;
            if self.loaded.end.is_some() {
                break;
            }
            before = (file, self.loaded.whole.as_ref().map_or(0, |(_, end)| *end as usize));
        }
        self.loaded.last = self.loaded.last.max(self.next - 1);
        self.loaded.highest = self.loaded.highest.max(self.synced).max(self.loaded.last);
        Ok(())
    }

    fn segment(&mut self, file: &str, bytes: &[u8], is_last: bool) -> Result<(), LogError> {
        let header = match Header::read(file, bytes) {
            Ok(header) if header.first == self.next => header,
            Ok(_) => {
                self.end(file, 0, bytes.len(), ("it is another segment".to_owned(), false));
                return Ok(());
            }
            Err(LogError::Corrupt { what, .. }) => {
                // A header is on the disk before the first record is written.
                let torn = is_last && bytes.len() <= segment::HEADER && self.synced < self.next;
                self.end(file, 0, bytes.len(), (what, torn));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        // The segment before was synced when this one began.
        self.synced = self.synced.max(header.first - 1);
        let mut records = Records::new(bytes, header);
        let mut at = records.at();
        self.loaded.whole = Some((file.to_owned(), at as u64));
        while let Some(read) = records.next().filter(|_| self.next < self.stop) {
            let wrong = match read {
                Ok((record, frames)) => {
                    self.synced = self.synced.max(record.synced);
                    self.record(&record, frames)?
                }
                Err(damage) => {
                    let (synced, highest) = records.marks_behind(damage.at);
                    self.synced = self.synced.max(synced);
                    self.loaded.highest = self.loaded.highest.max(highest);
                    Some((0, damage.what.to_owned(), false))
                }
            };
            if let Some((offset, what, applied)) = wrong {
                let torn = is_last && !applied && self.synced < self.next;
                self.end(file, at + offset, bytes.len() - at, (what, torn));
                self.loaded.end.iter_mut().for_each(|end| end.applied = applied);
                return Ok(());
            }
            self.next += 1;
            at = records.at();
            self.loaded.whole.iter_mut().for_each(|(_, end)| *end = at as u64);
        }
        if self.next < self.stop {
            // What is behind are zeros, which go before there is a next segment.
            let zeros = bytes.len() - at;
            self.loaded.bytes -= zeros as u64;
            if !is_last && zeros > 0 {
                self.end(file, at, zeros, ("there are zeros before the next segment".to_owned(), false));
            } else if is_last && self.next <= self.synced {
                let what = format!("it ends, but records up to number {} were synced", self.synced);
                self.end(file, at, 0, (what, false));
            }
        }
        Ok(())
    }

    /// Applies the frames of a record that no snapshot holds. What is wrong with them, and where in the record.
    fn record(&mut self, record: &Record, frames: &[u8]) -> Result<Option<(usize, String, bool)>, LogError> {
        let db = &self.loaded.db;
        let is_new = |t: u16| self.manifest.types[usize::from(t)].through < record.lsn;
        let mut offsets = Vec::new();
        let mut at = 0;
        if self.manifest.types.iter().all(|t| t.through >= record.lsn) {
            return Ok(None);
        }
        let applied = catch("replaying", || {
            if record.schema != self.manifest.schema_version {
                return Err(Error::Malformed { at: 0, what: "its schema is of another version" });
            }
            while at < frames.len() {
                let frame = Frame::read(frames, at, db.schema().types().len())?;
                if is_new(frame.type_index) {
                    offsets.push(at as u32);
                }
                at = frame.end();
            }
            db.modify(frames, Selection::At(&offsets), |_, _| ())
        });
        match applied {
            Ok(Ok(outcome)) => {
                self.loaded.batches += u64::from(outcome.operations > 0);
                self.loaded.operations += outcome.operations;
                Ok(None)
            }
            Ok(Err(Error::Malformed { at, what })) => {
                Ok(Some((record::HEADER + at, format!("malformed frame: {what}"), true)))
            }
            Ok(Err(Error::OutOfMemory)) => Err(LogError::OutOfMemory),
            Ok(Err(error)) => Ok(Some((0, error.to_string(), true))),
            Err(panic) => Ok(Some((0, panic, true))),
        }
    }

    fn end(&mut self, file: &str, at: usize, bytes: usize, (what, torn): (String, bool)) {
        let (file, lsn) = (file.to_owned(), self.next);
        self.loaded.end = Some(LogEnd { file, lsn, at, bytes, what, torn, applied: false });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Field, Kind, Schema, Type};

    #[test]
    fn a_panic_while_a_record_is_applied_is_damage_of_the_record() {
        let field = Field { name: "a".to_owned(), kind: Kind::Uint8, optional: false, values: Vec::new() };
        let t = Type::new("a", vec![field]).unwrap();
        let manifest = Manifest::new(Schema::new(vec![t]).unwrap());
        let db = Db::new(manifest.schema.clone());
        db.panic_next();
        let mut loaded = Loaded::new(db, Vec::new(), &manifest);
        let header = Header::new(1, false);
        // One row, whose value is 0.
        let frames = [24, crate::frame::ROWS << 16, 1, 1, 0, 0].map(u32::to_le_bytes).concat();
        let mut file = header.to_bytes();
        file.extend(Record::new(1, 0, 1, &frames, header.salt).to_bytes(header.salt));
        file.extend(&frames);
        let mut replay =
            Replay { manifest: &manifest, next: 1, synced: 0, stop: u64::MAX, loaded: &mut loaded };
        replay.segment("a file", &file, true).unwrap();
        let end = loaded.end.unwrap();
        assert_eq!(
            (end.file.as_str(), end.at, end.torn, end.applied),
            ("a file", segment::HEADER, false, true)
        );
        assert!(end.what.contains("as a test asked"), "{}", end.what);
    }
}
