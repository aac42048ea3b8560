//! Opening a handle: to a store that is open already, or to one that is opened for it.

use super::FailureDescription;
use super::descriptions::{TypeDescription, describe_types, schema};
use super::js_handle::{Announce, JsHandle, add_handle, leave, with_handle};
use super::recovery::{ReportDescription, describe, find, recover};
use super::shared::Shared;
use crate::db::Db;
use crate::handle::Handle;
use crate::log::sequencer::Durability;
use crate::registry::{Attachment, Key, registry};
use crate::ring::Ring;
use crate::schema::Schema;
use crate::shared_store::SharedStore;
use crate::state::{LINE, ModifyState};
use crate::sync::Arc;
use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;
use std::collections::{HashMap, VecDeque};
use std::path::Path;

/// Workers of a handle to a store that is open already, unless it says how many.
const ATTACHED_WORKERS: u32 = 1;

/// Which store a handle is for, and what it brings.
#[napi(object)]
pub struct Request {
    /// The schema; may be absent where the store has one.
    pub types: Option<Vec<TypeDescription>>,
    /// Worker threads, if the caller says how many.
    pub workers: Option<u32>,
    /// Worker threads otherwise, of a handle that opens the store.
    pub default_workers: u32,
    /// Name of a store in memory that other threads may have too.
    pub name: Option<String>,
    /// Directory of a durable store.
    pub path: Option<String>,
    /// Whether writes settle after a sync, if the caller says so.
    pub sync: Option<bool>,
    /// Whether what can be read of a damaged store is opened.
    pub salvage: bool,
}

/// Memory that JavaScript allocates for a handle, each as bytes over its buffer.
#[napi(object)]
pub struct HandleMemory {
    /// The modify buffer.
    pub buffer: Uint8Array,
    /// A line of words for each worker, then one for the ctx.
    pub states: Uint8Array,
    /// Words that `finished` writes to.
    pub report: Uint8Array,
    /// Block that rows are read into.
    pub scratch: Uint8Array,
}

/// An open handle.
#[napi(object)]
pub struct Opened {
    /// The handle's number.
    pub db_ctx: u32,
    /// Its worker threads.
    pub workers: u32,
    /// The types of the store.
    pub types: Vec<TypeDescription>,
    /// What opening a durable store found, if this handle opened it.
    pub recovery: Option<ReportDescription>,
}

/// Opens a handle, or says why it can't. `on_finished` is called on this thread when `finished` has something to tell.
#[napi(catch_unwind)]
pub fn open(
    env: Env,
    request: Request,
    memory: HandleMemory,
    on_finished: Function<'_, (), ()>,
) -> Result<Either<Opened, FailureDescription>> {
    // A threadsafe function pins the addon's module: only from here on may threads start.
    let announce: Arc<Announce> =
        Arc::new(on_finished.build_threadsafe_function().callee_handled::<false>().weak::<true>().build()?);
    let memory = Memories::new(memory)?;
    match attach(request) {
        Ok((attachment, workers, report)) => add(&env, attachment, workers, memory, announce, report),
        Err(failure) => Ok(Either::B(failure)),
    }
}

/// [`HandleMemory`], held.
struct Memories {
    buffer: Shared,
    states: Shared,
    report: Shared,
    scratch: Shared,
}

impl Memories {
    fn new(HandleMemory { buffer, states, report, scratch }: HandleMemory) -> Result<Self> {
        let [buffer, states, report] = [Shared::new(buffer)?, Shared::new(states)?, Shared::new(report)?];
        Ok(Self { buffer, states, report, scratch: Shared::new(scratch)? })
    }
}

fn refusal(message: impl Into<String>) -> FailureDescription {
    FailureDescription::new("ERR_INVALID_ARGUMENT", message)
}

type Attached = (Attachment, u32, Option<ReportDescription>);

/// The store of the request, how many workers the handle brings, and what opening found.
fn attach(request: Request) -> std::result::Result<Attached, FailureDescription> {
    let Request { types, workers, default_workers, name, path, sync, salvage } = request;
    let given = types.map(schema).transpose().map_err(|error| refusal(error.to_string()))?;
    let with_pool = workers != Some(0);
    let in_memory = |given: Option<Schema>| {
        let schema = given.ok_or_else(|| refusal("no store of this name is open, and no schema is given"))?;
        Ok(SharedStore::in_memory(Db::new(schema), with_pool))
    };
    let mut report = None;
    let attached = match (name, path) {
        (None, None) => in_memory(given.clone()).map(Attachment::alone),
        (Some(name), _) => registry().attach(Key::Name(name), || in_memory(given.clone())),
        (None, Some(path)) => {
            let found = find(Path::new(&path), given.is_some()).map_err(|error| describe(&error))?;
            let durability = if sync == Some(true) { Durability::Disk } else { Durability::Os };
            registry().attach(Key::Directory(found.directory()), || {
                let (store, found) = recover(found, given.clone(), salvage, durability, with_pool)
                    .map_err(|error| describe(&error))?;
                report = Some(ReportDescription::from(&found));
                Ok(store)
            })
        }
    }?;
    let own = if attached.is_first() { default_workers } else { ATTACHED_WORKERS };
    fits(&attached, given.as_ref(), workers, sync)?;
    Ok((attached, workers.unwrap_or(own), report))
}

/// Whether a store that is open already is what the caller wants.
fn fits(
    attached: &Attachment,
    given: Option<&Schema>,
    workers: Option<u32>,
    sync: Option<bool>,
) -> std::result::Result<(), FailureDescription> {
    if attached.is_first() {
        return Ok(());
    }
    let store = attached.store();
    if workers == Some(0) || store.pool.is_none() {
        return Err(refusal("a store without workers has one handle only"));
    }
    if sync
        .is_some_and(|sync| store.durability() != Some(if sync { Durability::Disk } else { Durability::Os }))
    {
        return Err(refusal("it is open with another durability"));
    }
    let same = given.map_or(Ok(()), |given| store.db.schema().same_as(given));
    same.map_err(|what| FailureDescription::new("ERR_SCHEMA_MISMATCH", what))
}

/// Makes the handle: its workers join the store's.
fn add(
    env: &Env,
    mut attachment: Attachment,
    workers: u32,
    memory: Memories,
    announce: Arc<Announce>,
    recovery: Option<ReportDescription>,
) -> Result<Either<Opened, FailureDescription>> {
    let Memories { buffer, states, report, scratch } = memory;
    let count = workers as usize;
    if states.memory().len() < (count + 1) * LINE * 4 {
        return Err(Error::from_reason("too few words for the modify states"));
    }
    let of_workers = (0..count).map(|worker| ModifyState::new(Arc::clone(states.memory()), worker));
    if let Err(error) = attachment.join(of_workers.collect()) {
        let errno = error.raw_os_error();
        return Ok(Either::B(FailureDescription { errno, ..refusal(error.to_string()) }));
    }
    let for_workers = Arc::clone(&announce);
    let handle = Arc::new(Handle::new(Arc::clone(buffer.memory()), move || {
        for_workers.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }));
    let types = describe_types(attachment.store().db.schema());
    let size = buffer.memory().len() as u32;
    let db_ctx = add_handle(JsHandle {
        attachment,
        ring: Ring::new(size),
        stalls: 0,
        scratch,
        handle,
        announce,
        states,
        ctx_line: count * LINE,
        report,
        next_ids: None,
        blocks: HashMap::new(),
        entries: VecDeque::new(),
        failed: HashMap::new(),
        seq: 0,
        unsettled: 0,
        hook: None,
        _buffer: buffer,
    });
    // Without the hook nobody would end the threads.
    match env.add_env_cleanup_hook(db_ctx, |db_ctx| leave(None, db_ctx)) {
        Ok(hook) => with_handle(db_ctx, |handle| {
            handle.hook = Some(hook);
            Ok(())
        })?,
        Err(error) => {
            leave(None, db_ctx);
            return Err(error);
        }
    }
    Ok(Either::A(Opened { db_ctx, workers, types, recovery }))
}
