//! Checkpoints: a snapshot of every type, all as of one LSN, and a manifest that names them.
//!
//! The views are taken while writes go on: each by the worker in whose hands the type is, when it is past all that was
//! handed over before (`Pool::view`). A thread of its own writes them. Until the new manifest has its name, the old
//! one is in force with all of its files, whatever fails.

use super::files::remove_old;
use super::manifest::{Manifest, SnapshotFile, TypeState, snapshot_name};
use super::storage::{Output, Storage};
use super::writer::{Limits, Log};
use crate::db::Db;
use crate::error::Cause;
use crate::handle::{Finished, Handle};
use crate::panics::catch;
use crate::schema::Schema;
use crate::snapshot;
use crate::store::table::{Snapshot, Table};
use crate::sync::Arc;
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use parking_lot::Mutex;
use std::io::{self, Write};
use std::sync::Arc as StdArc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long the end of a store waits for a checkpoint that is being written: a store that is opened for moments only would
/// never have one otherwise.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who waits for a checkpoint: it is told as batch number `seq` of the handle.
#[derive(Debug, Clone)]
pub struct Request {
    /// The handle.
    pub handle: Arc<Handle>,
    /// The number.
    pub seq: u32,
}

impl Request {
    /// Counts the checkpoint as in flight.
    pub fn new(handle: &Arc<Handle>, seq: u32) -> Self {
        handle.begin();
        Self { handle: Arc::clone(handle), seq }
    }

    fn finish(&self, failed: Option<Cause>) {
        self.handle.finish(Finished { failed, ..Finished::new(self.seq) });
    }
}

/// A checkpoint whose views are being taken.
#[derive(Debug)]
pub struct Checkpoint {
    /// All of its views are complete through this LSN, and hold nothing later.
    lsn: u64,
    views: Mutex<Views>,
    request: Option<Request>,
    ready: Sender<Work>,
}

#[derive(Debug)]
struct Views {
    /// By type.
    taken: Vec<Option<Snapshot>>,
    /// Types whose view was not taken yet.
    pending: usize,
}

impl Checkpoint {
    /// Takes the views of `types`, for the thread that writes them or while nobody writes them. The last call hands
    /// the checkpoint to its thread.
    pub fn take(this: &Arc<Self>, db: &Db, types: &[u16]) {
        let is_last = {
            let mut views = this.views.lock();
            for &t in types {
                views.taken[usize::from(t)] = db.table(usize::from(t)).map(Table::view);
            }
            views.pending -= types.len();
            !types.is_empty() && views.pending == 0
        };
        if is_last {
            // The thread is there as long as views are taken.
            let _ = this.ready.send(Work::Write(Arc::clone(this)));
        }
    }
}

/// What the thread does.
enum Work {
    Write(Arc<Checkpoint>),
    /// Sync the log and begin its next segment.
    MoveOn,
    Stop,
}

/// The thread that writes checkpoints.
#[derive(Debug)]
pub struct Checkpointer {
    work: Sender<Work>,
    shared: StdArc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Disconnected once the thread has ended.
    ended: Receiver<()>,
}

#[derive(Debug)]
struct Shared {
    storage: StdArc<dyn Storage>,
    log: StdArc<Log>,
    db: Arc<Db>,
    /// Bytes of the snapshots in force.
    data: AtomicU64,
    /// A checkpoint is on its way.
    busy: AtomicBool,
    stopping: AtomicBool,
    tally: Mutex<Tally>,
}

/// How checkpoints have ended, also those that nobody waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that were written.
    pub written: u64,
    /// Those that failed.
    pub failed: u64,
    /// Why the last one failed, if it did.
    pub failure: Option<Cause>,
}

impl Checkpointer {
    /// Starts the thread for a store whose manifest in force is `manifest`.
    pub fn start(
        storage: StdArc<dyn Storage>,
        log: StdArc<Log>,
        db: Arc<Db>,
        manifest: Manifest,
    ) -> io::Result<Self> {
        let (work, queue) = unbounded();
        let data = AtomicU64::new(bytes_of(&manifest));
        let (busy, stopping) = (AtomicBool::new(false), AtomicBool::new(false));
        let tally = Mutex::default();
        let shared = StdArc::new(Shared { storage, log, db, data, busy, stopping, tally });
        let for_thread = StdArc::clone(&shared);
        let (alive, ended) = bounded(0);
        let run = move || {
            let _alive: Sender<()> = alive;
            for_thread.run(&queue, manifest);
        };
        let thread = std::thread::Builder::new().name("millrace-check".into()).spawn(run)?;
        Ok(Self { work, shared, thread: Mutex::new(Some(thread)), ended })
    }

    /// Whether so much was logged since the last checkpoint that the next one is due.
    pub fn is_due(&self, limits: &Limits) -> bool {
        let shared = &self.shared;
        shared.log.fresh() >= limits.checkpoint.max(shared.data.load(Ordering::Relaxed))
            && !shared.busy.load(Ordering::Relaxed)
    }

    /// How checkpoints have ended so far.
    pub fn tally(&self) -> Tally {
        self.shared.tally.lock().clone()
    }

    /// A checkpoint as of now: whoever appends to the log calls this, with all handed over that was appended.
    pub fn begin(&self, request: Option<Request>) -> Arc<Checkpoint> {
        let types = self.shared.db.schema().types().len();
        self.shared.busy.store(true, Ordering::Relaxed);
        Arc::new(Checkpoint {
            lsn: self.shared.log.cut(),
            views: Mutex::new(Views { taken: (0..types).map(|_| None).collect(), pending: types }),
            request,
            ready: self.work.clone(),
        })
    }

    /// Lets the thread sync the log and begin its next segment.
    pub fn move_on(&self) {
        let _ = self.work.send(Work::MoveOn);
    }

    /// Ends the thread. A checkpoint that takes much longer to write is given up.
    pub fn stop(&self) {
        let _ = self.work.send(Work::Stop);
        let _ = self.ended.recv_timeout(PATIENCE);
        self.shared.stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.lock().take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn run(&self, queue: &Receiver<Work>, mut manifest: Manifest) {
        let mut generation = manifest.generation;
        while let Ok(work) = queue.recv() {
            match work {
                Work::Stop => return,
                // A failure is the log's, and told by the next write.
                Work::MoveOn => _ = self.log.sync().and_then(|_| self.log.move_on()),
                Work::Write(checkpoint) => {
                    generation += 1;
                    let written = catch("a checkpoint", || self.write(&checkpoint, generation, &manifest));
                    let failed = match written {
                        Ok(Ok(next)) => {
                            self.tally.lock().written += u64::from(next.generation == generation);
                            manifest = next;
                            self.data.store(bytes_of(&manifest), Ordering::Relaxed);
                            None
                        }
                        Ok(Err(cause)) => Some(cause),
                        Err(panic) => Some(Cause::new(panic)),
                    };
                    let mut tally = self.tally.lock();
                    tally.failed += u64::from(failed.is_some());
                    tally.failure.clone_from(&failed);
                    drop(tally);
                    self.busy.store(false, Ordering::Relaxed);
                    if let Some(request) = &checkpoint.request {
                        request.finish(failed);
                    }
                }
            }
        }
    }

    /// Writes a checkpoint, and gives the manifest that is in force then.
    fn write(&self, checkpoint: &Checkpoint, generation: u64, before: &Manifest) -> Result<Manifest, Cause> {
        let views = std::mem::take(&mut checkpoint.views.lock().taken);
        // A worker that failed left a part of a batch in its table.
        if let Some(cause) = self.db.poisoned() {
            return Err(Cause::new(cause));
        }
        if before.types.iter().all(|t| t.through >= checkpoint.lsn) {
            return Ok(before.clone());
        }
        let written = self.write_files(checkpoint.lsn, views, generation, before);
        let manifest = written.inspect_err(|_| {
            // Space is short, perhaps. What stays is removed with the next checkpoint.
            let names = (0..before.types.len()).map(|index| snapshot_name(generation, index));
            names.for_each(|name| _ = self.storage.remove(&name));
        })?;
        // Where this fails, the new manifest may be in force nevertheless: the files of both stay.
        Manifest::put_in_force(&*self.storage).map_err(|error| Cause::from(&error))?;
        let _ = remove_old(&*self.storage, &manifest);
        Ok(manifest)
    }

    fn write_files(
        &self,
        lsn: u64,
        views: Vec<Option<Snapshot>>,
        generation: u64,
        before: &Manifest,
    ) -> Result<Manifest, Cause> {
        let views = views.into_iter().flatten();
        let storage = &*self.storage;
        // The log first, and whatever comes of the rest: its next segment begins.
        let synced = self.log.sync().and_then(|synced| self.log.move_on().map(|()| synced));
        let synced = synced.map_err(|_| self.log.failure().cloned().unwrap_or_else(Cause::unknown))?;
        let written = write_snapshots(storage, &before.schema, views, generation, lsn, &self.stopping);
        let types = written.map_err(|error| Cause::from(&error))?;
        let manifest = Manifest { generation, synced, types, ..before.clone() };
        manifest.write_next(storage).map_err(|error| Cause::from(&error))?;
        Ok(manifest)
    }
}

fn bytes_of(manifest: &Manifest) -> u64 {
    manifest.types.iter().filter_map(|t| t.snapshot).map(|snapshot| snapshot.seal.len).sum()
}

/// Writes a snapshot of each view, in the order of the schema's types, complete through `lsn`; types without rows need
/// none. They are on the disk then. It ends with an error once `stopping` is set.
pub fn write_snapshots(
    storage: &dyn Storage,
    schema: &Schema,
    views: impl Iterator<Item = Snapshot>,
    generation: u64,
    lsn: u64,
    stopping: &AtomicBool,
) -> io::Result<Vec<TypeState>> {
    let mut states = Vec::new();
    for (index, (t, view)) in schema.types().iter().zip(views).enumerate() {
        let next_id = view.next_id();
        let mut snapshot = None;
        if !view.is_empty() {
            let file = storage.create(&snapshot_name(generation, index))?;
            let seal = snapshot::write(t, view, Sink { file: &*file, stopping })?;
            file.sync()?;
            snapshot = Some(SnapshotFile { generation, seal });
        }
        states.push(TypeState { next_id, through: lsn, snapshot });
    }
    storage.sync_dir()?;
    Ok(states)
}

/// An output as the standard library's writers.
struct Sink<'a> {
    file: &'a dyn Output,
    stopping: &'a AtomicBool,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(io::Error::other("the store is closing"));
        }
        self.file.append([bytes, &[]])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
