//! millrace: a multi-core write path for Node.js, with the typed store it writes into.
//!
//! A write travels through these modules in this order: JavaScript encodes records into frames ([`frame`]) in
//! the modify buffer ([`memory`]), at a place that the ring ([`ring`]) gave it; a hand-over makes a batch of
//! them ([`batch`]), for which handlers are selected ([`drain`]) under the pool's lock ([`pool`]); a worker
//! ([`worker`]) that waits on its modify state ([`state`]) applies the batch to the tables ([`db`], [`store`])
//! and reports through the handle ([`handle`]). Only `binding` knows of Node.

pub mod batch;
#[cfg(feature = "binding")]
mod binding;
pub mod db;
pub mod drain;
pub mod error;
pub mod frame;
pub mod handle;
pub mod hands;
pub mod ids;
pub mod log;
pub mod memory;
pub mod panics;
pub mod placement;
pub mod pool;
pub mod registry;
pub mod ring;
pub mod schema;
pub mod share;
pub mod shared_store;
pub mod snapshot;
pub mod state;
pub mod store;
pub mod sync;
pub mod worker;
pub mod writers;
