//! What the fuzz targets share; `fuzz_targets/` holds only their entry points.

pub mod decoder;
pub mod mutate;
pub mod program;
pub mod read;
pub mod schema;
pub mod store;
pub mod writer;

/// Frames encoded in Rust, as the crate's own tests do.
#[path = "../../tests/common/mod.rs"]
pub mod common;

/// A storage in memory, as the crate's own tests have it.
#[path = "../../tests/common/storage.rs"]
pub mod storage;
