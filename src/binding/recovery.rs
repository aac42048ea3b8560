//! Opening what a durable store left.

use super::FailureDescription;
use crate::log::disk::{self, Fault, Found};
use crate::log::error::LogError;
use crate::log::manifest;
use crate::log::recovery::{self, Lost, Options, Report};
use crate::log::sequencer::{Durability, Sequencer};
use crate::log::storage::Storage;
use crate::log::writer::Limits;
use crate::pool::Pool;
use crate::schema::Schema;
use crate::shared_store::SharedStore;
use crate::sync::Arc;
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

/// Zeros that are written ahead at most.
const ZEROS: u64 = 256 << 10;

fn limits(durability: Durability) -> Limits {
    let Limits { segment, checkpoint, .. } = Limits::default();
    let or = |index: usize, default| match LIMITS[index].load(Ordering::Relaxed) {
        0 => default,
        bytes => bytes,
    };
    Limits {
        segment: or(0, segment),
        checkpoint: or(1, checkpoint),
        zeros: if durability == Durability::Disk { ZEROS } else { 0 },
    }
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

impl From<&Report> for ReportDescription {
    fn from(Report { rows, batches, operations, bytes, tail, damage }: &Report) -> Self {
        Self {
            rows: *rows as f64,
            batches: *batches as f64,
            operations: *operations as f64,
            bytes: *bytes as f64,
            tail: tail.as_ref().map(LostDescription::from),
            damage: damage.iter().map(LostDescription::from).collect(),
        }
    }
}

/// The directory at `path`, made if a store is to be made there.
pub fn find(path: &Path, has_schema: bool) -> Result<Found, LogError> {
    // Without a schema nothing can be made; but another thread may be about to.
    if has_schema || [manifest::NAME, disk::LOCK].iter().any(|name| path.join(name).exists()) {
        Found::make(path)
    } else {
        Err(LogError::NoSchema)
    }
}

/// Opens the store in a directory, with this schema or the stored one, and starts its log.
pub fn recover(
    found: Found,
    given: Option<Schema>,
    salvage: bool,
    durability: Durability,
    with_pool: bool,
) -> Result<(SharedStore, Report), LogError> {
    let limits = limits(durability);
    let storage: StdArc<dyn Storage> = StdArc::new(found.open()?);
    let recovered = recovery::open(&storage, given, Options { salvage, limits })?;
    let report = recovered.report.clone();
    let pool = |db| Ok(with_pool.then(|| Arc::new(Pool::new(db))));
    let log = Sequencer::start(storage, recovered, durability, limits, pool)?;
    Ok((SharedStore::durable(log), report))
}

/// Why a durable store was not opened.
pub fn describe(error: &LogError) -> FailureDescription {
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
