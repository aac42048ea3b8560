//! Reads: rows leave as blocks in the handle's scratch memory.

use super::js_handle::{JsHandle, with_handle};
use super::shared::Shared;
use crate::db::Db;
use crate::frame::word;
use crate::store::block;
use crate::store::table::{Snapshot, Table};
use crate::sync::Arc;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::cell::RefCell;

/// Text of more bytes is decoded by `lib/block.js`, which knows how long a string can be.
const LONG: usize = 1 << 20;

fn table(handle: &JsHandle, type_index: u32) -> Result<&Table> {
    handle.store().db.table(type_index as usize).ok_or_else(|| Error::from_reason("no such type"))
}

/// Where `lib/` finds what is in a row's block, and in which order a frame's columns come.
#[napi(object)]
pub struct Layout {
    /// Bytes from a row to the next.
    pub stride: u32,
    /// Offset of the id.
    pub id: u32,
    /// Offset of the presence bits.
    pub presence: u32,
    /// Offset of each field's cell.
    pub cells: Vec<u32>,
    /// Fields in the order of their columns in a frame.
    pub columns: Vec<u32>,
}

/// The layout of a type.
#[napi(catch_unwind)]
pub fn layout(db_ctx: u32, type_index: u32) -> Result<Layout> {
    with_handle(db_ctx, |handle| {
        let table = table(handle, type_index)?;
        let rows = table.layout();
        Ok(Layout {
            stride: rows.stride as u32,
            id: rows.id as u32,
            presence: rows.presence as u32,
            cells: rows.cells.iter().map(|&cell| cell as u32).collect(),
            columns: table.t().columns().iter().map(|&field| field as u32).collect(),
        })
    })
}

/// A function that reads a record into its handle's scratch block. Which one it is told by the words of `request`: the handle, the
/// type, and the id; a call without arguments costs half of one with three, and one function for all handles of a thread is
/// one that V8 knows where it is called. It returns the text of the record if that is ASCII and not long, which saves
/// JavaScript another call, else the block's size; 0 when there is no such record. When the size is more than the scratch
/// has, nothing was read.
#[napi(catch_unwind)]
pub fn getter(env: &Env, request: Uint8Array) -> Result<Function<'_, (), Either<String, u32>>> {
    let request = RefCell::new(Shared::new(request)?);
    let get = env.create_function_from_closure::<(), _, _>("get", move |call| {
        let mut request = request.borrow_mut();
        let [db_ctx, type_index, id] = [0, 1, 2].map(|place| word(request.bytes_mut(), place));
        with_handle(db_ctx, |handle| {
            let scratch = handle.scratch.bytes_mut();
            let tables = &handle.attachment.store().db;
            let table =
                tables.table(type_index as usize).ok_or_else(|| Error::from_reason("no such type"))?;
            let size = table.get(id, scratch).unwrap_or(0);
            let text = scratch.get(..size).and_then(block::ascii_text).filter(|text| text.len() <= LONG);
            Ok(match text {
                Some(text) => call.env.create_string_latin1(text)?.raw(),
                None => call.env.create_uint32(size as u32)?.raw(),
            })
        })
    });
    // SAFETY: what it returns is a string or a number.
    unsafe { Function::from_napi_value(env.raw(), get?.raw()) }
}

/// Replaces the scratch block by a larger one.
#[napi(catch_unwind)]
pub fn set_scratch(db_ctx: u32, scratch: Uint8Array) -> Result<()> {
    with_handle(db_ctx, |handle| {
        handle.scratch = Shared::new(scratch)?;
        Ok(())
    })
}

/// Whether there is a record with this id.
#[napi(catch_unwind)]
pub fn has(db_ctx: u32, type_index: u32, id: u32) -> Result<bool> {
    with_handle(db_ctx, |handle| Ok(table(handle, type_index)?.has(id)))
}

/// How many records of a type there are.
#[napi(catch_unwind)]
pub fn count(db_ctx: u32, type_index: u32) -> Result<u32> {
    with_handle(db_ctx, |handle| Ok(table(handle, type_index)?.count() as u32))
}

/// A scan: a consistent snapshot of some ids of a type, held until `end`.
#[napi]
pub struct Scan {
    db: Arc<Db>,
    db_ctx: u32,
    type_index: usize,
    snapshot: Option<Snapshot>,
}

#[napi]
impl Scan {
    /// A snapshot of the records with ids from `from` to below `to`, of which `limit` will be read at most.
    #[napi(constructor, catch_unwind)]
    pub fn new(db_ctx: u32, type_index: u32, from: u32, to: u32, limit: f64, reverse: bool) -> Result<Self> {
        with_handle(db_ctx, |handle| {
            // The cast saturates: Infinity is all.
            let snapshot = Some(table(handle, type_index)?.snapshot(from..to, limit as usize, reverse));
            Ok(Self { db: Arc::clone(&handle.store().db), db_ctx, type_index: type_index as usize, snapshot })
        })
    }

    /// Reads up to `limit` records, from `from` on (below it, if `reverse`), into the scratch block. Returns the block's
    /// size; when that is more than the scratch has, nothing was read.
    #[napi(catch_unwind)]
    pub fn read(&self, from: u32, reverse: bool, limit: u32) -> Result<u32> {
        with_handle(self.db_ctx, |handle| {
            let table = self.db.table(self.type_index).ok_or_else(|| Error::from_reason("no such type"))?;
            let snapshot = self.snapshot.as_ref().ok_or_else(|| Error::from_reason("the scan has ended"))?;
            Ok(snapshot.read(table, from, reverse, limit as usize, handle.scratch.bytes_mut()) as u32)
        })
    }

    /// Lets the snapshot go: a loop that never yields would gather them until the next turn of the event loop.
    #[napi]
    pub fn end(&mut self) {
        self.snapshot = None;
    }
}
