//! The synchronisation primitives that the protocol code uses, named in one place so that a model checker can stand in
//! for them: with `--cfg loom` they are loom's, and queue and futex are models (`sync/model.rs`).
//!
//! What is not part of the protocol (statistics, the tables' locks, pages) uses the real ones always.

#[cfg(loom)]
mod model;
#[cfg(not(loom))]
mod real;

#[cfg(loom)]
pub use model::*;
#[cfg(not(loom))]
pub use real::*;
