//! The log of a durable store: what was handed over, in the order of application, and snapshots of the tables.
//!
//! A batch is one record ([`record`]) of a segment ([`segment`]), with the region's frames as they are; the manifest
//! ([`manifest`]) says which snapshots and segments make up the store. [`writer`] appends, [`recovery`] reads all of it
//! again. `docs/format.md` draws every byte. All files are reached through [`storage`], so that tests can let each step fail.

pub mod bytes;
pub mod checkpoint;
pub mod disk;
pub mod error;
pub mod files;
pub mod intake;
pub mod manifest;
pub mod record;
pub mod recovery;
pub mod replay;
pub mod segment;
pub mod sequencer;
pub mod storage;
pub mod writer;
