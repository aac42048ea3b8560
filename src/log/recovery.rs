//! Opening a store: reads its files, decides what damage means, and brings the disk into a state to go on from.

use super::checkpoint::write_snapshots;
use super::error::LogError;
use super::files::{SYNC_FAILED, doubt, remove_old};
use super::manifest::{self, Manifest};
use super::record;
use super::replay::{Loaded, LogEnd, load, load_table, segments};
use super::segment;
use super::storage::Storage;
use super::writer::{Limits, Log};
use crate::db::Db;
use crate::schema::Schema;
use crate::store::table::Table;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A log of so many segments has grown enough, whatever their size.
const MANY_SEGMENTS: usize = 64;

/// How a store is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Opens what can be read where a part of the store is damaged.
    pub salvage: bool,
    /// When the log moves on.
    pub limits: Limits,
}

/// What [`open`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that came from snapshots.
    pub rows: u64,
    /// Batches that were replayed from the log, at least in part.
    pub batches: u64,
    /// Writes of those batches.
    pub operations: u64,
    /// Bytes of the log.
    pub bytes: u64,
    /// What a crash left behind the last whole batch, and was cut off.
    pub tail: Option<Lost>,
    /// What was damaged and is left out: only with [`Options::salvage`].
    pub damage: Vec<Lost>,
}

/// A part of a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Name of the file.
    pub file: String,
    /// Where the part begins.
    pub offset: u64,
    /// What is wrong with it.
    pub what: String,
}

/// An open store.
#[derive(Debug)]
pub struct Recovered {
    /// The tables.
    pub db: Db,
    /// The log, to go on with.
    pub log: Log,
    /// The manifest in force.
    pub manifest: Manifest,
    /// What was found.
    pub report: Report,
}

/// Opens the store in `storage`, or makes one there. `given` is the schema, which may extend the stored one; without it,
/// the stored one is used.
pub fn open(
    storage: &Arc<dyn Storage>,
    given: Option<Schema>,
    options: Options,
) -> Result<Recovered, LogError> {
    let names = storage.list().map_err(LogError::read("the directory"))?;
    if !names.iter().any(|name| name == manifest::NAME) {
        return create(storage, given, options.limits);
    }
    let bytes = storage.read(manifest::NAME).map_err(LogError::read(manifest::NAME))?;
    let stored = Manifest::from_bytes(&bytes)?;
    let schema = match given {
        Some(given) => stored.schema.extended_by(&given).map_err(LogError::Schema)?,
        None => stored.schema.clone(),
    };
    let mut loaded = load(&**storage, &stored, u64::MAX)?;
    let damage = damage_of(&loaded, options.salvage)?;
    if let Some(end) = loaded.end.take_if(|end| end.applied) {
        // Of a batch whose frames are wrong a part may be in the tables: read again, only up to it.
        loaded = Loaded { end: Some(end), ..load(&**storage, &stored, loaded.last + 1)? };
    }
    let report = report(&loaded, &damage);
    if let Some((file, len)) =
        loaded.whole.as_ref().filter(|_| loaded.end.as_ref().is_none_or(|end| end.torn))
    {
        // Without its torn tail, and on the disk: a process that was killed may not have synced it, and the next segment
        // begins behind it. One without a header is replaced by that one, which has its name.
        storage.truncate(file, *len).map_err(|error| {
            doubt(&**storage);
            LogError::write(file)(error)
        })?;
    }
    let last = if damage.is_empty() { loaded.last } else { beyond(&**storage, loaded.highest)? };
    let is_sure = !names.iter().any(|name| name == SYNC_FAILED);
    let (db, manifest) = if damage.is_empty() && is_sure && schema == stored.schema {
        (loaded.db, stored)
    } else {
        rewrite(&**storage, &loaded.db, &stored, schema, last)?
    };
    set_aside(&**storage, &damage, loaded.end.as_ref())?;
    let fresh = match loaded.segments {
        _ if manifest.log_from() > last => 0,
        // Every opening begins a segment: so many small ones make a checkpoint due.
        MANY_SEGMENTS.. => u64::MAX / 2,
        _ => loaded.bytes,
    };
    let log = Log::begin(Arc::clone(storage), last, fresh, manifest.schema_version, options.limits)?;
    if !is_sure {
        // Where it stays, the next opening does it all once more.
        let _ = storage.remove(SYNC_FAILED);
    }
    // Files that nobody needs any more are no reason not to open.
    let _ = remove_old(&**storage, &manifest);
    Ok(Recovered { db, log, manifest, report })
}

fn create(storage: &Arc<dyn Storage>, given: Option<Schema>, limits: Limits) -> Result<Recovered, LogError> {
    for first in segments(&**storage)? {
        let file = segment::name(first);
        let bytes = storage.read(&file).map_err(LogError::read(&file))?;
        // Making a store may have ended between its first segment and its manifest.
        if first != 1 || bytes.len() > segment::HEADER {
            return Err(LogError::corrupt(manifest::NAME, 0, format!("it is missing, and there is {file}")));
        }
    }
    let manifest = Manifest::new(given.ok_or(LogError::NoSchema)?);
    let log = Log::begin(Arc::clone(storage), 0, 0, manifest.schema_version, limits)?;
    manifest.store(&**storage).map_err(LogError::write(manifest::NAME))?;
    Ok(Recovered { db: Db::new(manifest.schema.clone()), log, manifest, report: Report::default() })
}

/// What is damaged and no torn tail. An error, unless it may be left out.
fn damage_of(loaded: &Loaded, salvage: bool) -> Result<Vec<Lost>, LogError> {
    let mut damage = Vec::new();
    for (_, error) in &loaded.damaged {
        if let LogError::Corrupt { file, offset, what } = error {
            damage.push(Lost { file: file.clone(), offset: *offset, what: what.clone() });
        }
    }
    damage.extend(loaded.end.as_ref().filter(|end| !end.torn).map(lost));
    match damage.first() {
        Some(Lost { file, offset, what }) if !salvage => Err(LogError::corrupt(file, *offset as usize, what)),
        _ => Ok(damage),
    }
}

fn lost(end: &LogEnd) -> Lost {
    Lost { file: end.file.clone(), offset: end.at as u64, what: end.what.clone() }
}

fn report(loaded: &Loaded, damage: &[Lost]) -> Report {
    let Loaded { rows, batches, operations, bytes, .. } = *loaded;
    let tail = loaded.end.as_ref().filter(|end| end.torn).map(lost);
    Report { rows, batches, operations, bytes, tail, damage: damage.to_vec() }
}

/// Writes the store anew, of a schema that may extend its own and complete through `last`; gives it as it reads back.
fn rewrite(
    storage: &dyn Storage,
    db: &Db,
    stored: &Manifest,
    schema: Schema,
    last: u64,
) -> Result<(Db, Manifest), LogError> {
    let generation = stored.generation + 1;
    let views = db.tables().iter().map(Table::view);
    let written = write_snapshots(storage, db.schema(), views, generation, last, &AtomicBool::new(false));
    let mut types = written.map_err(LogError::write("a snapshot"))?;
    types.resize(schema.types().len(), manifest::TypeState { next_id: 1, through: last, snapshot: None });
    let schema_version = stored.schema_version + u32::from(schema != stored.schema);
    let manifest = Manifest { generation, synced: last, schema_version, schema, types };
    manifest.store(storage).map_err(LogError::write(manifest::NAME))?;
    let mut tables = Vec::new();
    for (index, t) in manifest.schema.types().iter().enumerate() {
        let table = load_table(storage, &manifest, index).map_err(|(_, error)| error)?;
        tables.push(table.unwrap_or_else(|| Table::with_next_id(t.clone(), manifest.types[index].next_id)));
    }
    Ok((Db::with_tables(manifest.schema.clone(), tables), manifest))
}

/// An LSN that no record in the directory has: those behind damage were not read, and must never be taken for the store's,
/// also if this opening ends before they have other names.
fn beyond(storage: &dyn Storage, highest: u64) -> Result<u64, LogError> {
    let Some(&first) = segments(storage)?.last() else { return Ok(highest) };
    let file = segment::name(first);
    let bytes = storage.read(&file).map_err(LogError::read(&file))?.len();
    Ok(highest.max(first + (bytes / record::HEADER) as u64))
}

/// Gives damaged files another name, and segments behind damage, so that they are kept but not taken for the store's.
fn set_aside(storage: &dyn Storage, damage: &[Lost], end: Option<&LogEnd>) -> Result<(), LogError> {
    let mut files: Vec<String> = damage.iter().map(|lost| lost.file.clone()).collect();
    if let Some(end) = end.filter(|end| !end.torn) {
        files.extend(segments(storage)?.into_iter().filter(|&first| first > end.lsn).map(segment::name));
    }
    let names = storage.list().map_err(LogError::read("the directory"))?;
    files.retain(|file| names.contains(file));
    for file in files {
        storage.rename(&file, &format!("{file}.damaged")).map_err(LogError::write(&file))?;
    }
    Ok(())
}
