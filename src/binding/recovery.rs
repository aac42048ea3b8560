//! Opening what a durable store left: before there is a handle, since its schema may be the stored one.

use super::FailureDescription;
use super::open::{FieldDescription, TypeDescription, schema};
use crate::db::Db;
use crate::log::disk::{self, Disk, Fault};
use crate::log::error::LogError;
use crate::log::manifest;
use crate::log::recovery::{self, Lost, Options, Recovered, Report};
use crate::log::sequencer::{Durability, Sequencer};
use crate::log::storage::Storage;
use crate::log::writer::Limits;
use crate::pool::Pool;
use crate::sync::Arc;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::path::Path;
use std::sync::Arc as StdArc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Test-only door: sizes of segments and of the log between checkpoints, for stores opened later; 0 for the default.
static LIMITS: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// Test-only door: bytes of a segment, and least bytes of log between automatic checkpoints, for stores that this process
/// opens later; 0 for the default.
#[napi(catch_unwind)]
pub fn set_log_limits(segment: f64, checkpoint: f64) {
    LIMITS[0].store(segment as u64, Ordering::Relaxed);
    LIMITS[1].store(checkpoint as u64, Ordering::Relaxed);
}

/// Test-only door: the next append to, or sync of, a file whose name ends with `ending` fails with this error of the system.
#[napi(catch_unwind)]
pub fn fail_next_write(sync: bool, ending: String, errno: i32) {
    disk::fail_next(Fault { sync, ending, errno });
}

fn limits() -> Limits {
    let Limits { segment, checkpoint } = Limits::default();
    let or = |index: usize, default| match LIMITS[index].load(Ordering::Relaxed) {
        0 => default,
        bytes => bytes,
    };
    Limits { segment: or(0, segment), checkpoint: or(1, checkpoint) }
}

/// A part of a file that could not be read.
#[napi(object)]
pub struct LostDescription {
    /// Name of the file.
    pub file: String,
    /// Where the part begins, in bytes.
    pub offset: f64,
    /// What is wrong with it.
    pub reason: String,
}

impl From<&Lost> for LostDescription {
    fn from(lost: &Lost) -> Self {
        Self { file: lost.file.clone(), offset: lost.offset as f64, reason: lost.what.clone() }
    }
}

/// What opening found.
#[napi(object)]
pub struct ReportDescription {
    /// Rows that came from snapshots.
    pub rows: f64,
    /// Batches that were replayed from the log.
    pub batches: f64,
    /// Writes of those batches.
    pub operations: f64,
    /// Bytes of the log.
    pub bytes: f64,
    /// What a crash left behind the last whole batch, and was cut off.
    pub tail: Option<LostDescription>,
    /// What was damaged and is left out.
    pub damage: Vec<LostDescription>,
}

/// What was opened and waits for its handle.
pub struct Waiting {
    storage: StdArc<dyn Storage>,
    recovered: Recovered,
    limits: Limits,
}

impl Waiting {
    /// Starts the store's threads.
    pub fn start(
        self,
        durability: Durability,
        pool: impl FnOnce(Arc<Db>) -> std::io::Result<Option<Arc<Pool>>>,
    ) -> std::result::Result<Arc<Sequencer>, LogError> {
        Sequencer::start(self.storage, self.recovered, durability, self.limits, pool)
    }
}

/// A store that was opened, or why it was not.
#[napi]
pub struct Recovery {
    result: std::result::Result<Option<Waiting>, LogError>,
}

#[napi]
impl Recovery {
    /// Opens the directory at `path`, with this schema or the stored one.
    #[napi(constructor, catch_unwind)]
    pub fn new(path: String, types: Option<Vec<TypeDescription>>, salvage: bool) -> Result<Self> {
        let given = types.map(schema).transpose().map_err(|error| Error::from_reason(error.to_string()))?;
        let limits = limits();
        let path = Path::new(&path);
        // Without a schema nothing can be made.
        let is_there = given.is_some() || path.join(manifest::NAME).exists();
        let opened = if is_there { Disk::open(path) } else { Err(LogError::NoSchema) };
        let result = opened.and_then(|disk| {
            let storage: StdArc<dyn Storage> = StdArc::new(disk);
            let recovered = recovery::open(&storage, given, Options { salvage, limits })?;
            Ok(Some(Waiting { storage, recovered, limits }))
        });
        Ok(Self { result })
    }

    /// What was opened, once.
    pub fn take(&mut self) -> Option<Waiting> {
        self.result.as_mut().ok()?.take()
    }

    fn recovered(&self) -> Result<&Recovered> {
        let waiting = self.result.as_ref().ok().and_then(Option::as_ref);
        waiting.map(|waiting| &waiting.recovered).ok_or_else(|| Error::from_reason("nothing was recovered"))
    }

    /// Why nothing was opened; nothing if it was.
    #[napi(getter, catch_unwind)]
    pub fn failure(&self) -> Option<FailureDescription> {
        self.result.as_ref().err().map(describe)
    }

    /// The types of the store.
    #[napi(getter, catch_unwind)]
    pub fn types(&self) -> Result<Vec<TypeDescription>> {
        let types = self.recovered()?.db.schema().types().iter().map(|t| TypeDescription {
            name: t.name().to_owned(),
            fields: t
                .fields()
                .iter()
                .map(|field| FieldDescription {
                    name: field.name.clone(),
                    kind: field.kind as u32,
                    optional: field.optional,
                    values: field.values.clone(),
                })
                .collect(),
        });
        Ok(types.collect())
    }

    /// The id that the next record of each type gets.
    #[napi(getter, catch_unwind)]
    pub fn next_ids(&self) -> Result<Vec<u32>> {
        Ok(self.recovered()?.db.tables().iter().map(|table| table.next_id()).collect())
    }

    /// What opening found.
    #[napi(getter, catch_unwind)]
    pub fn report(&self) -> Result<ReportDescription> {
        let Report { rows, batches, operations, bytes, tail, damage } = &self.recovered()?.report;
        Ok(ReportDescription {
            rows: *rows as f64,
            batches: *batches as f64,
            operations: *operations as f64,
            bytes: *bytes as f64,
            tail: tail.as_ref().map(LostDescription::from),
            damage: damage.iter().map(LostDescription::from).collect(),
        })
    }
}

fn describe(error: &LogError) -> FailureDescription {
    let code = match error {
        LogError::Path(_) | LogError::NoSchema | LogError::OutOfMemory | LogError::Thread(_) => {
            "ERR_INVALID_ARGUMENT"
        }
        LogError::Locked => "ERR_LOCKED",
        LogError::Corrupt { .. } | LogError::Newer { .. } | LogError::Read { .. } => "ERR_CORRUPT",
        LogError::Write { .. } => "ERR_LOG_WRITE",
        LogError::Schema(_) => "ERR_SCHEMA_MISMATCH",
    };
    let mut description = FailureDescription::new(code, error.to_string());
    match error {
        LogError::Corrupt { file, offset, .. } => {
            description.file = Some(file.clone());
            description.offset = Some(*offset as f64);
        }
        LogError::Newer { file, .. } => description.file = Some(file.clone()),
        LogError::Read { file, error } => {
            description.file = Some(file.clone());
            description.errno = error.raw_os_error();
        }
        LogError::Path(error) | LogError::Thread(error) | LogError::Write { error, .. } => {
            description.errno = error.raw_os_error();
        }
        _ => {}
    }
    description
}
