//! The napi layer: functions for `lib/`, over the handles that this JavaScript thread has open.
//!
//! A handle is known to JavaScript by a number, its `dbCtx`. Numbers are cheaper to pass than wrapped objects, are
//! never given twice in a thread, and mean nothing in another.

mod constants;
mod descriptions;
mod js_handle;
mod open;
mod reads;
mod recovery;
mod shared;

use crate::db::{Db, Refusal, Selection};
use crate::error::Cause;
use crate::log::checkpoint::Tally;
use crate::memory::Memory;
use crate::panics::catch;
use crate::state::POS;
use crate::sync::Ordering;
use js_handle::{failure_word, leave, with_handle};
use napi::bindgen_prelude::*;
use napi_derive::napi;
use shared::Shared;

/// What a worker is doing and has done.
#[napi(object)]
pub struct WorkerStats {
    /// The types of the batches that it has running or queued.
    pub processing: Vec<String>,
    /// Where it is in the modify buffer, in bytes.
    pub pos: u32,
    /// Bytes that it still has to apply.
    pub remaining: f64,
    /// Parts of batches that it has applied.
    pub batches: f64,
    /// Records created and operations carried out.
    pub operations: f64,
}

/// The workers of a handle, and figures of its store.
#[napi(object)]
pub struct StoreStats {
    /// The handle's workers.
    pub own_workers: Vec<WorkerStats>,
    /// Handles that have the store, this one included.
    pub handles: u32,
    /// Workers of all of them.
    pub workers: u32,
}

/// Hands the run that ends at `pos` over and places the next one: its start, its end and the batch's number go to the
/// ctx words.
#[napi(catch_unwind)]
pub fn drain(env: Env, db_ctx: u32, pos: u32) -> Result<()> {
    with_handle(db_ctx, |handle| handle.drain(env, pos))
}

/// Looks again how far the run that has got to `pos` may go: `nextPos(pos)`.
#[napi(catch_unwind)]
pub fn extend(db_ctx: u32, pos: u32) -> Result<u32> {
    with_handle(db_ctx, |handle| handle.extend(pos))
}

/// Moves the empty run into the largest free gap, and with `wait` blocks until that has `need` bytes, while anything is
/// in flight. Returns whether it has.
#[napi(catch_unwind)]
pub fn place(db_ctx: u32, need: u32, wait: bool) -> Result<bool> {
    with_handle(db_ctx, |handle| Ok(handle.place(need, wait)))
}

/// Writes entries about finished batches to the report words, four words each: the batch's number, then the place and
/// code of a failed operation or two zeros, then 0 if more is to come about the batch, 1 if it is applied, 2 if the
/// store takes no more writes, 3 if it is a checkpoint that failed. Returns how many entries there are; call again while the
/// report is full. With `looks` JavaScript calls again by itself, in the end without it: until then workers do not make it.
#[napi(catch_unwind)]
pub fn finished(env: Env, db_ctx: u32, looks: bool) -> Result<u32> {
    with_handle(db_ctx, |handle| handle.finished(env, looks))
}

/// JavaScript will call `finished` by itself, in the end without `looks`: until then workers do not make it.
#[napi(catch_unwind)]
pub fn will_look(db_ctx: u32) -> Result<()> {
    with_handle(db_ctx, |handle| {
        handle.handle.will_look();
        Ok(())
    })
}

/// Applies a region on the calling thread, moving `modifyState[0]` forward frame by frame. Returns place and code of
/// each operation that failed, one behind the other. Refuses a store that has workers or a log.
#[napi(catch_unwind)]
pub fn modify(slice: &[u8], db_ctx: u32, modify_state: Int32Array) -> Result<Vec<u32>> {
    with_handle(db_ctx, |handle| {
        let store = handle.store();
        if store.pool.is_some() || store.log.is_some() {
            return Err(Error::from_reason(
                "the store has workers or a log; regions are applied by way of them",
            ));
        }
        apply(&store.db, slice, &modify_state)
    })
}

/// The same for a store that has a log and no workers: appends the region, applies it, and makes it as durable as asked.
#[napi(catch_unwind)]
pub fn commit(slice: &[u8], db_ctx: u32, modify_state: Int32Array) -> Result<Vec<u32>> {
    with_handle(db_ctx, |handle| {
        let store = handle.store();
        let (None, Some(log)) = (&store.pool, &store.log) else {
            return Err(Error::from_reason("the store has workers or no log"));
        };
        let ended = |_| Error::from_reason("the log has ended");
        log.log_region(slice).map_err(ended)?;
        let failures = apply(&store.db, slice, &modify_state)?;
        log.settle().map_err(ended)?;
        Ok(failures)
    })
}

fn apply(db: &Db, slice: &[u8], modify_state: &Int32Array) -> Result<Vec<u32>> {
    let words: &[i32] = modify_state;
    if words.is_empty() || !(words.as_ptr() as usize).is_multiple_of(8) {
        return Err(Error::from_reason("modifyState must be an Int32Array at the start of its buffer"));
    }
    // SAFETY: alive during this call since `modify_state` is, aligned as just checked.
    let state = unsafe { Memory::new(words.as_ptr().cast_mut().cast(), words.len() * 4) };
    let pos = state.word(POS);
    let start = pos.load(Ordering::Relaxed);
    if let Some(cause) = db.poisoned() {
        return Err(Error::from_reason(cause));
    }
    let progress = |done: usize, _| pos.store(start.wrapping_add(done as u32), Ordering::Relaxed);
    match catch("applying", || db.modify(slice, Selection::All, progress)) {
        Ok(Ok(outcome)) => {
            return Ok(outcome.failures.iter().flat_map(|f| [f.place, failure_word(f)]).collect());
        }
        Ok(Err(error)) => db.poison(error.to_string()),
        Err(panic) => db.poison(panic),
    }
    Err(Error::from_reason(db.poisoned().unwrap_or_default()))
}

/// Why something failed.
#[napi(object)]
pub struct FailureDescription {
    /// The code that `MillraceError` has for it.
    pub code: String,
    /// What happened.
    pub message: String,
    /// The system's number of the error, if it is the system's.
    pub errno: Option<i32>,
    /// Name of the file that is damaged.
    pub file: Option<String>,
    /// Where in the file, in bytes.
    pub offset: Option<f64>,
}

impl FailureDescription {
    fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), errno: None, file: None, offset: None }
    }

    fn of_log(cause: &Cause) -> Self {
        Self { errno: cause.errno, ..Self::new("ERR_LOG_WRITE", &cause.message) }
    }

    fn of_checkpoint(cause: &Cause, db: &Db) -> Self {
        match db.poisoned() {
            Some(poison) => Self::new("ERR_POISONED", poison),
            None => Self::of_log(cause),
        }
    }
}

/// Why the store takes no more writes; nothing if it does.
#[napi(catch_unwind)]
pub fn refusal(db_ctx: u32) -> Result<Option<FailureDescription>> {
    with_handle(db_ctx, |handle| {
        Ok(handle.store().db.refusal().map(|refusal| match refusal {
            Refusal::Poisoned(cause) => FailureDescription::new("ERR_POISONED", cause),
            Refusal::LogEnded(cause) => FailureDescription::of_log(cause),
        }))
    })
}

/// Begins a checkpoint of all that was handed over; `finished` tells of it by the number that this returns.
#[napi(catch_unwind)]
pub fn checkpoint(env: Env, db_ctx: u32) -> Result<u32> {
    with_handle(db_ctx, |handle| handle.checkpoint(env))
}

/// Why the checkpoint of this number failed; nothing if it did not. May be asked once.
#[napi(catch_unwind)]
pub fn checkpoint_failure(db_ctx: u32, seq: u32) -> Result<Option<FailureDescription>> {
    with_handle(db_ctx, |handle| {
        let failure = handle.take_failure(seq);
        Ok(failure.map(|cause| FailureDescription::of_checkpoint(&cause, &handle.store().db)))
    })
}

/// How checkpoints have ended since the store was opened, also those that nobody waits for.
#[napi(object)]
pub struct CheckpointStats {
    /// Those that were written.
    pub written: f64,
    /// Those that failed.
    pub failed: f64,
    /// Why the last one failed, if it did.
    pub failure: Option<FailureDescription>,
}

/// See [`CheckpointStats`]; none in a store without a log.
#[napi(catch_unwind)]
pub fn checkpoint_stats(db_ctx: u32) -> Result<CheckpointStats> {
    with_handle(db_ctx, |handle| {
        let Tally { written, failed, failure } =
            handle.store().log.as_ref().map_or_else(Tally::default, |log| log.checkpoints());
        let failure = failure.map(|cause| FailureDescription::of_checkpoint(&cause, &handle.store().db));
        Ok(CheckpointStats { written: written as f64, failed: failed as f64, failure })
    })
}

/// Waits until all that was handed over is applied, and as durable as asked. Nothing happens if the handle has ended.
#[napi(catch_unwind)]
pub fn flush(db_ctx: u32) {
    let _ = with_handle(db_ctx, |handle| {
        handle.flush();
        Ok(())
    });
}

/// How often there was no room for a write.
#[napi(catch_unwind)]
pub fn stalls(db_ctx: u32) -> Result<f64> {
    with_handle(db_ctx, |handle| Ok(handle.stalls as f64))
}

/// A block of at least `least` ids of a type in a row, which JavaScript gives to new records: where it starts and where it
/// ends. What is left of the one before, from `next` on, goes back. Nothing if there are not so many.
#[napi(catch_unwind)]
pub fn take_ids(db_ctx: u32, type_index: u32, next: u32, least: u32) -> Result<Option<(u32, u32)>> {
    with_handle(db_ctx, |handle| {
        let taken = handle.take_ids(type_index as usize, next, least);
        Ok(taken.map(|ids| (ids.start, ids.end)))
    })
}

/// Words in which JavaScript leaves the next id of each type whenever it hands over.
#[napi(catch_unwind)]
pub fn set_next_ids(db_ctx: u32, next_ids: Uint8Array) -> Result<()> {
    with_handle(db_ctx, |handle| {
        handle.next_ids = Some(Shared::new(next_ids)?);
        Ok(())
    })
}

/// Test-only door: the ids of a type below `next` are taken as given.
#[napi(catch_unwind)]
pub fn skip_ids(db_ctx: u32, type_index: u32, next: u32) -> Result<()> {
    with_handle(db_ctx, |handle| {
        handle.store().ids.skip_to(type_index as usize, next);
        Ok(())
    })
}

/// What each worker of the handle does, and of its store how many handles and workers it has.
#[napi(catch_unwind)]
pub fn store_stats(db_ctx: u32) -> Result<StoreStats> {
    with_handle(db_ctx, |handle| {
        let all = handle.store().pool.as_ref().map_or_else(Vec::new, |pool| pool.workers());
        let total = all.len() as u32;
        let own = all.into_iter().filter(|worker| handle.attachment.workers().contains(&worker.number));
        let workers = own.map(|worker| WorkerStats {
            processing: worker.processing.into_iter().map(str::to_owned).collect(),
            pos: worker.pos,
            remaining: worker.remaining as f64,
            batches: worker.batches as f64,
            operations: worker.operations as f64,
        });
        let handles = handle.attachment.handles() as u32;
        Ok(StoreStats { own_workers: workers.collect(), handles, workers: total })
    })
}

/// Ends the handle: waits for what is in flight and for its threads. Nothing happens if it has ended.
#[napi(catch_unwind)]
pub fn close(env: Env, db_ctx: u32) -> Result<()> {
    leave(Some(env), db_ctx);
    Ok(())
}

/// Test-only door: the next region panics where it is applied, as a bug would.
#[napi(catch_unwind)]
pub fn panic_next(db_ctx: u32) -> Result<()> {
    with_handle(db_ctx, |handle| {
        handle.store().db.panic_next();
        Ok(())
    })
}

/// Test-only door: the next allocation for a page of any store fails, as if memory had run out.
#[napi]
pub fn fail_next_allocation() {
    crate::store::alloc::fail_next();
}
