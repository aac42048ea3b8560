//! The handles of this JavaScript thread: who owns their memory, who may call their threadsafe function, until when.
//!
//! A handle ends in [`leave`], on its own thread: by `close`, when its `Db` was garbage collected, or by the env's
//! cleanup hook. There it waits for what is in flight, wherever that runs, and for its own workers, whatever they run; only
//! then are the threadsafe function and the memory let go of. The hook is added after the threadsafe function, and so
//! runs before Node ends that one.

use super::shared::Shared;
use crate::batch::Batch;
use crate::error::{Cause, Error as CoreError, Failure};
use crate::handle::{Finished, Handle};
use crate::log::sequencer::Sent;
use crate::registry::Attachment;
use crate::ring::{self, Ring};
use crate::shared_store::SharedStore;
use crate::sync::{Arc, Ordering};
use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunction;
use napi::{CleanupEnvHook, sys};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::mem::ManuallyDrop;
use std::ops::Range;

/// Makes the JavaScript thread call `finished`. Weak: it keeps the event loop alive only while it is referenced.
pub type Announce = ThreadsafeFunction<(), (), (), Status, false, true>;

/// Words of the ctx's line in the modify states: where the next run starts, where it must end, number of the last batch.
pub const CTX_START: usize = 0;
/// See [`CTX_START`].
pub const CTX_END: usize = 1;
/// See [`CTX_START`].
pub const CTX_SEQ: usize = 2;
/// Words of an entry of the report.
pub const REPORT_ENTRY: usize = 4;

/// A waiting `create` goes on when this share of the ring is free in one piece, or [`ENOUGH`] bytes.
const SHARE: u32 = 4;
/// See [`SHARE`].
const ENOUGH: u32 = 256 * 1024;

/// A region that was handed over.
pub enum Live {
    /// To the workers.
    Batch(Arc<Batch>),
    /// To the log first.
    Sent(Arc<Sent>),
}

impl ring::Region for Live {
    fn low(&self) -> Option<u32> {
        match self {
            Live::Batch(batch) => batch.low(),
            Live::Sent(sent) => sent.low(),
        }
    }
}

/// One open handle.
pub struct JsHandle {
    /// The first field, and so the first to be dropped: after it no worker touches the memory.
    pub(super) attachment: Attachment,
    /// Where the ctx may write.
    pub ring: Ring<Live>,
    /// How often there was no room for a write.
    pub stalls: u64,
    /// Block that rows are read into.
    pub scratch: Shared,
    pub(super) handle: Arc<Handle>,
    pub(super) announce: Arc<Announce>,
    pub(super) states: Shared,
    pub(super) ctx_line: usize,
    pub(super) report: Shared,
    /// For each type, the id that JavaScript had come to when it last handed over.
    pub(super) next_ids: Option<Shared>,
    /// The ids of each type that JavaScript gives to new records without asking.
    pub(super) blocks: HashMap<usize, Range<u32>>,
    pub(super) entries: VecDeque<[u32; REPORT_ENTRY]>,
    /// Why checkpoints failed, by their number, until JavaScript asks.
    pub(super) failed: HashMap<u32, Cause>,
    pub(super) seq: u32,
    /// Batches and checkpoints that JavaScript has not heard the end of.
    pub(super) unsettled: u32,
    pub(super) hook: Option<CleanupEnvHook<u32>>,
    pub(super) _buffer: Shared,
}

thread_local! {
    /// Handles by their number. Never dropped by the thread's exit, when the env is gone already.
    static HANDLES: ManuallyDrop<RefCell<Vec<Option<Box<JsHandle>>>>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

/// Adds a handle to this thread's; gives its number.
pub fn add_handle(handle: JsHandle) -> u32 {
    HANDLES.with(|handles| {
        let mut handles = handles.borrow_mut();
        handles.push(Some(Box::new(handle)));
        handles.len() as u32 - 1
    })
}

/// Calls `f` with an open handle of this thread.
pub fn with_handle<T>(db_ctx: u32, f: impl FnOnce(&mut JsHandle) -> Result<T>) -> Result<T> {
    HANDLES.with(|handles| {
        match handles.borrow_mut().get_mut(db_ctx as usize).and_then(Option::as_deref_mut) {
            Some(handle) => f(handle),
            None => Err(Error::from_reason("the db is closed")),
        }
    })
}

/// Ends a handle of this thread, if it is open. `env` is absent when the env's cleanup hook calls.
pub fn leave(env: Option<Env>, db_ctx: u32) {
    let handle = HANDLES.with(|handles| handles.borrow_mut().get_mut(db_ctx as usize).and_then(Option::take));
    let Some(mut handle) = handle else { return };
    handle.handle.leave();
    handle.give_ids_back();
    if let (Some(env), Some(hook)) = (env, handle.hook.take()) {
        // It can't fail for a hook that was added and has not run.
        let _ = env.remove_env_cleanup_hook(hook);
    }
}

/// Why an operation failed, as JavaScript hears it: the code in the low half, the type's index in the high one.
pub fn failure_word(failure: &Failure) -> u32 {
    failure.code as u32 | u32::from(failure.type_index) << 16
}

impl JsHandle {
    /// The store.
    pub fn store(&self) -> &SharedStore {
        self.attachment.store()
    }

    /// See `binding::take_ids`.
    pub fn take_ids(&mut self, t: usize, next: u32, least: u32) -> Option<Range<u32>> {
        let rest = self.blocks.remove(&t).map_or(next..next, |block| next..block.end);
        let taken = self.store().ids.take(t, rest, least)?;
        // What it had come to may lie above this block, and would stand for all of it.
        if let Some(next_ids) = &self.next_ids {
            next_ids.memory().word(t).store(taken.start, Ordering::Relaxed);
        }
        self.blocks.insert(t, taken.clone());
        Some(taken)
    }

    /// What JavaScript has not given of its blocks goes back. Those ids that it gave to records which were never handed over
    /// nobody has heard of.
    fn give_ids_back(&mut self) {
        for (t, block) in std::mem::take(&mut self.blocks) {
            let next = self.next_ids.as_ref().map_or(0, |ids| ids.memory().word(t).load(Ordering::Relaxed));
            self.store().ids.give_back(t, next.max(block.start)..block.end);
        }
    }

    fn place_ctx(&self) {
        let line = self.ctx_line;
        let words = self.states.memory();
        words.word(line + CTX_START).store(self.ring.start(), Ordering::Relaxed);
        words.word(line + CTX_END).store(self.ring.end(), Ordering::Relaxed);
        words.word(line + CTX_SEQ).store(self.seq, Ordering::Relaxed);
    }

    /// See `binding::drain`.
    pub fn drain(&mut self, env: Env, pos: u32) -> Result<()> {
        self.ring.advance(pos);
        self.seq = self.seq.wrapping_add(1);
        let start = self.ring.start();
        let store = self.store();
        let live = match (&store.log, &store.pool) {
            (_, None) => return Err(Error::from_reason("the store has no workers")),
            (None, Some(pool)) => pool
                .hand_over(&self.handle, self.seq, start, pos)
                .map(Live::Batch)
                .map_err(|error| self.refuse(&error))?,
            (Some(log), _) => Live::Sent(log.send(&self.handle, self.seq, start, pos)),
        };
        self.ring.hand_over(live);
        self.expect(env)?;
        self.place_ctx();
        Ok(())
    }

    /// See `binding::checkpoint`.
    pub fn checkpoint(&mut self, env: Env) -> Result<u32> {
        self.seq = self.seq.wrapping_add(1);
        let log = self.store().log.as_ref().ok_or_else(|| Error::from_reason("the store has no log"))?;
        log.checkpoint(&self.handle, self.seq);
        self.expect(env)?;
        Ok(self.seq)
    }

    /// One more batch or checkpoint keeps the event loop alive.
    fn expect(&mut self, env: Env) -> Result<()> {
        if self.unsettled == 0 {
            self.reference(env, true)?;
        }
        self.unsettled += 1;
        Ok(())
    }

    /// Waits until all that was handed over is applied, and as durable as asked.
    pub fn flush(&self) {
        self.handle.quiesce();
    }

    /// Why checkpoint number `seq` failed, if it did and this was not asked before.
    pub fn take_failure(&mut self, seq: u32) -> Option<Cause> {
        self.failed.remove(&seq)
    }

    fn refuse(&self, error: &CoreError) -> Error {
        self.store().db.poison(error.to_string());
        Error::from_reason(error.to_string())
    }

    /// See `binding::extend`.
    pub fn extend(&mut self, pos: u32) -> Result<u32> {
        self.ring.advance(pos);
        Ok(self.ring.extend())
    }

    /// See `binding::place`.
    pub fn place(&mut self, need: u32, wait: bool) -> bool {
        let (ring, db) = (&mut self.ring, &self.attachment.store().db);
        let mut gap = ring.largest_gap();
        self.stalls += u64::from(gap < need);
        if gap < need && wait {
            let enough = need.max(ENOUGH.min(ring.size() / SHARE));
            let freed = || ring.is_free() || ring.largest_gap() >= enough || db.refusal().is_some();
            self.handle.wait_until(freed);
            gap = ring.largest_gap();
        }
        self.place_ctx();
        gap >= need
    }

    /// See `binding::finished`.
    pub fn finished(&mut self, env: Env, looks: bool) -> Result<u32> {
        let finished = if looks { self.handle.look() } else { self.handle.take() };
        // After the take: what JavaScript hears of when the store is poisoned was in flight until then, all of it.
        let all_reject = self.store().db.poisoned().is_some();
        for Finished { seq, poisoned, failures, failed } in finished {
            self.entries.extend(failures.iter().map(|f| [seq, f.place, failure_word(f), 0]));
            let end = if poisoned || all_reject { 2 } else { 1 + 2 * u32::from(failed.is_some()) };
            self.entries.push_back([seq, 0, 0, end]);
            self.failed.extend(failed.map(|cause| (seq, cause)));
        }
        let report = self.report.memory();
        let room = report.len() / (4 * REPORT_ENTRY);
        let mut count = 0;
        while let Some(entry) = self.entries.pop_front() {
            for (index, word) in entry.into_iter().enumerate() {
                report.word(count * REPORT_ENTRY + index).store(word, Ordering::Relaxed);
            }
            self.unsettled -= u32::from(entry[3] != 0);
            count += 1;
            if count == room {
                break;
            }
        }
        if count > 0 && self.unsettled == 0 {
            self.reference(env, false)?;
        }
        Ok(count as u32)
    }

    /// Lets the threadsafe function keep the event loop alive, or not.
    fn reference(&self, env: Env, on: bool) -> Result<()> {
        let raw = self.announce.raw();
        // SAFETY: on the env's own thread, and the threadsafe function lives as long as the handle.
        let status = unsafe {
            if on {
                sys::napi_ref_threadsafe_function(env.raw(), raw)
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), raw)
            }
        };
        if status == sys::Status::napi_ok { Ok(()) } else { Err(Error::from_reason("threadsafe function")) }
    }
}
