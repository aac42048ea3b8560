//! The sequencer: takes what handles hand over, appends it to the log, and then hands it to the workers, all in one order.
//! So that order is every type's, and what was not logged is never visible.
//!
//! With [`Durability::Disk`] two threads take turns. Whoever has the turn is the sequencer; having appended, it lets the
//! other one go on and syncs, for all that was appended until then. So batches that arrive during a sync are applied
//! meanwhile and share the next sync, and one that comes alone waits for no second thread to wake up.

use super::checkpoint::{Checkpoint, Checkpointer, Request, Tally};
use super::error::LogError;
use super::intake::Intake;
use super::recovery::Recovered;
use super::storage::Storage;
use super::writer::{Ended, Limits, Log};
use crate::batch::{Batch, Run};
use crate::db::Db;
use crate::error::Cause;
use crate::frame::Frame;
use crate::handle::{Finished, Handle};
use crate::memory::Source;
use crate::panics::catch;
use crate::placement::Placement;
use crate::pool::Pool;
use crate::ring;
use crate::sync::Arc;
use once_cell::sync::OnceCell;
use parking_lot::Mutex;
use std::sync::Arc as StdArc;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a thread that has synced one batch looks for more to do before it sleeps: a write that is awaited alone is
/// followed by the next. In a stream of batches, or after an append alone, it would only keep others from its CPU.
const AFTER_SYNC: Duration = Duration::from_micros(100);

/// When a write settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// After it was written to the log's file: it survives the process.
    Os,
    /// After it was synced: it survives a loss of power.
    Disk,
}

/// A run on its way through the log.
#[derive(Debug)]
pub struct Sent {
    run: Run,
    /// Its batch, once the workers have it; `None` if they never will.
    batch: OnceCell<Option<Arc<Batch>>>,
}

impl Sent {
    /// All of the region is live until the workers have it.
    fn low(&self) -> Option<u32> {
        match self.batch.get() {
            None => Some(self.run.start),
            Some(batch) => batch.as_ref().and_then(|batch| batch.low()),
        }
    }
}

impl ring::Region for Arc<Sent> {
    fn low(&self) -> Option<u32> {
        Sent::low(self)
    }
}

#[derive(Debug)]
enum Message {
    Append(Arc<Sent>),
    Checkpoint(Request),
    Stop,
}

/// See the module.
#[derive(Debug)]
pub struct Sequencer {
    db: Arc<Db>,
    /// Without workers, the handle's thread appends and applies.
    pool: Option<Arc<Pool>>,
    log: StdArc<Log>,
    durability: Durability,
    limits: Limits,
    checkpointer: Checkpointer,
    intake: Intake<Message>,
    /// Batches that settle after a sync, by their LSN.
    unsynced: Mutex<Vec<(u64, Arc<Batch>)>>,
    syncing: Mutex<()>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Sequencer {
    /// Starts the threads for a store that was opened: `db` and `pool` are its.
    pub fn start(
        storage: StdArc<dyn Storage>,
        recovered: Recovered,
        durability: Durability,
        limits: Limits,
        pool: impl FnOnce(Arc<Db>) -> std::io::Result<Option<Arc<Pool>>>,
    ) -> Result<Arc<Self>, LogError> {
        let Recovered { db, log, manifest, .. } = recovered;
        let (db, log) = (Arc::new(db), StdArc::new(log));
        let checkpointer = Checkpointer::start(storage, StdArc::clone(&log), Arc::clone(&db), manifest)
            .map_err(LogError::Thread)?;
        let pool = pool(Arc::clone(&db)).map_err(|error| {
            checkpointer.stop();
            LogError::Thread(error)
        })?;
        let sequencer = Arc::new(Self {
            db,
            pool,
            log,
            durability,
            limits,
            checkpointer,
            intake: Intake::default(),
            unsynced: Mutex::default(),
            syncing: Mutex::new(()),
            threads: Mutex::default(),
        });
        let threads = match (&sequencer.pool, durability) {
            (None, _) => 0,
            (_, Durability::Os) => 1,
            (_, Durability::Disk) => 2,
        };
        for _ in 0..threads {
            let for_thread = Arc::clone(&sequencer);
            let thread = std::thread::Builder::new().name("millrace-log".into());
            match thread.spawn(move || for_thread.run()) {
                Ok(thread) => sequencer.threads.lock().push(thread),
                Err(error) => {
                    sequencer.stop();
                    return Err(LogError::Thread(error));
                }
            }
        }
        Ok(sequencer)
    }

    /// The store.
    pub fn db(&self) -> &Arc<Db> {
        &self.db
    }

    /// The workers.
    pub fn pool(&self) -> Option<&Arc<Pool>> {
        self.pool.as_ref()
    }

    /// When writes settle.
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// Hands the region `[start, end)` of the handle's modify buffer over as batch number `seq`.
    pub fn send(&self, handle: &Arc<Handle>, seq: u32, start: u32, end: u32) -> Arc<Sent> {
        let run = Run::new(handle, seq, start, end);
        let sent = Arc::new(Sent { run, batch: OnceCell::new() });
        self.intake.post(Message::Append(Arc::clone(&sent)));
        sent
    }

    /// Makes a checkpoint of all that was handed over before, and tells the handle of it as number `seq`.
    pub fn checkpoint(&self, handle: &Arc<Handle>, seq: u32) {
        let request = Request::new(handle, seq);
        match self.pool {
            Some(_) => self.intake.post(Message::Checkpoint(request)),
            None => self.begin_checkpoint(Some(request)),
        }
    }

    /// How checkpoints have ended so far.
    pub fn checkpoints(&self) -> Tally {
        self.checkpointer.tally()
    }

    /// Ends the threads once everything handed over is applied and synced. Nothing may be handed over later.
    pub fn stop(&self) {
        let threads = std::mem::take(&mut *self.threads.lock());
        threads.iter().for_each(|_| self.intake.post(Message::Stop));
        for thread in threads {
            let _ = thread.join();
        }
        if let Some(pool) = &self.pool {
            pool.stop();
        }
        self.checkpointer.stop();
        self.log.finish();
    }

    fn run(&self) {
        let placement = Placement::new(0);
        self.intake.enter();
        let mut patience = Duration::ZERO;
        loop {
            let taken = self.intake.take(patience);
            match &taken.item {
                Message::Append(sent) => {
                    if taken.woken {
                        placement
                            .step_aside(sent.run.cpu, self.pool.as_ref().map_or(1, |pool| pool.writers()));
                    }
                    self.pass_on(sent);
                }
                Message::Checkpoint(request) => self.begin_checkpoint(Some(request.clone())),
                Message::Stop => return self.intake.leave_to_others(),
            }
            drop(taken);
            if self.durability == Durability::Disk {
                self.intake.leave_to_others();
                patience = if self.sync() == 1 { AFTER_SYNC } else { Duration::ZERO };
                self.intake.enter();
            }
        }
    }

    /// Appends a run, and hands it to the workers.
    fn pass_on(&self, sent: &Sent) {
        let Some(pool) = &self.pool else { return };
        if let Err(panic) = catch("handing over", || self.try_pass_on(sent, pool)) {
            self.db.poison(panic);
        }
        // Once the workers have it, they finish it.
        if sent.batch.set(None).is_ok() {
            let Run { handle, seq, .. } = &sent.run;
            handle.finish(Finished { poisoned: true, ..Finished::new(*seq) });
        }
        self.checkpoint_if_due();
    }

    /// Does nothing when the store takes no more writes.
    fn try_pass_on(&self, sent: &Sent, pool: &Pool) -> Option<()> {
        if self.db.refusal().is_some() {
            return None;
        }
        // What is malformed must not get into the log.
        let frames =
            pool.frames(&sent.run.region()).map_err(|error| self.db.poison(error.to_string())).ok()?;
        let lsn = self.append(&sent.run.region()).ok()?;
        let to_sync = self.durability == Durability::Disk;
        // What a worker is past must be seen as free when it tells the handle, or that would wait for good.
        let publish = |batch: &Arc<Batch>| _ = sent.batch.set(Some(Arc::clone(batch)));
        let batch = pool.distribute(sent.run.clone(), &frames, to_sync, publish);
        if to_sync {
            self.unsynced.lock().push((lsn, batch));
        }
        Some(())
    }

    /// Appends a region. After an error the store takes no more writes.
    fn append<S: Source + ?Sized>(&self, region: &S) -> Result<u64, Ended> {
        let appended = self.log.append(region).inspect_err(|_| self.refuse())?;
        if appended.full {
            self.checkpointer.move_on();
        }
        Ok(appended.lsn)
    }

    /// Without workers: appends a region for the calling thread, which then applies it and calls [`Sequencer::settle`].
    pub fn log_region<S: Source + ?Sized>(&self, region: &S) -> Result<(), Ended> {
        let mut at = 0;
        while at < region.len() {
            // What is malformed must not get into the log.
            let frame = Frame::read(region, at, self.db.schema().types().len());
            at = frame.map_err(|error| (self.db.poison(error.to_string()), Ended).1)?.end();
        }
        self.append(region).map(|_| ())
    }

    /// Without workers: makes what was appended and applied as durable as asked.
    pub fn settle(&self) -> Result<(), Ended> {
        if self.durability == Durability::Disk {
            self.log.write_ahead();
            self.log.sync().inspect_err(|_| self.refuse())?;
        }
        self.checkpoint_if_due();
        Ok(())
    }

    fn refuse(&self) {
        self.db.end_log(self.log.failure().cloned().unwrap_or_else(Cause::unknown));
    }

    /// Syncs for all batches that wait for it, unless another thread does: that one looks again when it is done. Gives
    /// how many batches were synced.
    fn sync(&self) -> usize {
        let mut count = 0;
        while !self.unsynced.lock().is_empty() {
            let Some(_syncing) = self.syncing.try_lock() else { break };
            self.log.write_ahead();
            match self.log.sync() {
                Ok(synced) => {
                    let mut unsynced = self.unsynced.lock();
                    let done = unsynced.partition_point(|&(lsn, _)| lsn <= synced);
                    let done: Vec<_> = unsynced.drain(..done).collect();
                    drop(unsynced);
                    count += done.len();
                    done.iter().for_each(|(_, batch)| batch.synced(true));
                }
                Err(Ended) => {
                    self.refuse();
                    let lost = std::mem::take(&mut *self.unsynced.lock());
                    lost.iter().for_each(|(_, batch)| batch.synced(false));
                }
            }
        }
        count
    }

    fn checkpoint_if_due(&self) {
        if self.db.refusal().is_none() && self.checkpointer.is_due(&self.limits) {
            self.begin_checkpoint(None);
        }
    }

    fn all_types(&self) -> Vec<u16> {
        (0..self.db.schema().types().len() as u16).collect()
    }

    fn begin_checkpoint(&self, request: Option<Request>) {
        let checkpoint = self.checkpointer.begin(request);
        match &self.pool {
            Some(pool) => pool.view(&checkpoint),
            None => Checkpoint::take(&checkpoint, &self.db, &self.all_types()),
        }
    }
}
