//! Opening a handle.

use super::js_handle::{Announce, JsHandle, Store, add_handle, leave};
use super::recovery::Recovery;
use super::shared::Shared;
use crate::db::Db;
use crate::handle::Handle;
use crate::log::sequencer::Durability;
use crate::pool::Pool;
use crate::ring::Ring;
use crate::schema::{Field, Kind, Schema, Type};
use crate::state::{LINE, ModifyState};
use crate::sync::Arc;
use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;
use std::collections::{HashMap, VecDeque};

/// A field, as `lib/schema.js` describes it.
#[napi(object)]
pub struct FieldDescription {
    /// Its name.
    pub name: String,
    /// Code of its kind.
    pub kind: u32,
    /// Whether a record may lack it.
    pub optional: bool,
    /// The values of its enum; none for other kinds.
    pub values: Vec<String>,
}

/// A type, as `lib/schema.js` describes it.
#[napi(object)]
pub struct TypeDescription {
    /// Its name.
    pub name: String,
    /// Its fields, in the schema's order.
    pub fields: Vec<FieldDescription>,
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

/// Opens a store in memory with a handle that has `workers` threads; returns the handle's number. `on_finished` is called on this
/// thread when `finished` has something to tell.
#[napi(catch_unwind)]
pub fn open(
    env: Env,
    types: Vec<TypeDescription>,
    workers: u32,
    memory: HandleMemory,
    on_finished: Function<'_, (), ()>,
) -> Result<u32> {
    let schema = schema(types).map_err(|error| Error::from_reason(error.to_string()))?;
    open_handle(&env, workers, memory, on_finished, |states| {
        let db = Arc::new(Db::new(schema));
        let pool = start_pool(&db, states).map_err(|error| Error::from_reason(error.to_string()))?;
        Ok(Store { db, pool, log: None })
    })
}

/// The same for a durable store that was recovered. Whatever happens, `recovery` lets go of it.
#[napi(catch_unwind)]
pub fn open_recovered(
    env: Env,
    recovery: &mut Recovery,
    sync: bool,
    workers: u32,
    memory: HandleMemory,
    on_finished: Function<'_, (), ()>,
) -> Result<u32> {
    let recovered = recovery.take();
    open_handle(&env, workers, memory, on_finished, |states| {
        let recovered = recovered.ok_or_else(|| Error::from_reason("nothing was recovered"))?;
        let durability = if sync { Durability::Disk } else { Durability::Os };
        let log = recovered.start(durability, |db| start_pool(&db, states));
        let log = log.map_err(|error| Error::from_reason(error.to_string()))?;
        Ok(Store { db: Arc::clone(log.db()), pool: log.pool().cloned(), log: Some(log) })
    })
}

fn start_pool(db: &Arc<Db>, states: Vec<ModifyState>) -> std::io::Result<Option<Arc<Pool>>> {
    if states.is_empty() { Ok(None) } else { Pool::start(Arc::clone(db), states).map(Some) }
}

/// Makes a handle; `start` starts the store and its threads.
fn open_handle(
    env: &Env,
    workers: u32,
    memory: HandleMemory,
    on_finished: Function<'_, (), ()>,
    start: impl FnOnce(Vec<ModifyState>) -> Result<Store>,
) -> Result<u32> {
    let states = Shared::new(memory.states)?;
    let workers = workers as usize;
    if states.memory().len() < (workers + 1) * LINE * 4 {
        return Err(Error::from_reason("too few words for the modify states"));
    }
    let buffer = Shared::new(memory.buffer)?;
    let (report, scratch) = (Shared::new(memory.report)?, Shared::new(memory.scratch)?);
    // A threadsafe function pins the addon's module: only from here on may threads start.
    let announce: Arc<Announce> =
        Arc::new(on_finished.build_threadsafe_function().callee_handled::<false>().weak::<true>().build()?);
    let for_workers = Arc::clone(&announce);
    let handle = Arc::new(Handle::new(Arc::clone(buffer.memory()), move || {
        for_workers.call((), ThreadsafeFunctionCallMode::NonBlocking);
    }));
    let of_workers = (0..workers).map(|worker| ModifyState::new(Arc::clone(states.memory()), worker));
    let store = start(of_workers.collect())?;
    let size = buffer.memory().len() as u32;
    add_handle(|db_ctx| {
        // Without the hook nobody would end the threads.
        let hook =
            env.add_env_cleanup_hook(db_ctx, |db_ctx| leave(None, db_ctx)).inspect_err(|_| store.stop())?;
        Ok(JsHandle {
            store,
            ring: Ring::new(size),
            stalls: 0,
            scratch,
            handle,
            announce,
            states,
            ctx_line: workers * LINE,
            report,
            entries: VecDeque::new(),
            failed: HashMap::new(),
            seq: 0,
            unsettled: 0,
            hook: Some(hook),
            _buffer: buffer,
        })
    })
}

/// The schema that `lib/schema.js` describes.
pub fn schema(types: Vec<TypeDescription>) -> std::result::Result<Schema, crate::error::Error> {
    let field = |field: FieldDescription| match Kind::from_code(field.kind) {
        Some(kind) => Ok(Field { name: field.name, kind, optional: field.optional, values: field.values }),
        None => Err(crate::error::Error::Schema(format!("no kind has the code {}", field.kind))),
    };
    let types = types
        .into_iter()
        .map(|t| Type::new(t.name, t.fields.into_iter().map(field).collect::<std::result::Result<_, _>>()?));
    Schema::new(types.collect::<std::result::Result<_, _>>()?)
}
