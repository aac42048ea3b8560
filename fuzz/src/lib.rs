//! What the fuzz targets share; `fuzz_targets/` holds only their entry points.

pub mod decoder;
pub mod mutate;
pub mod program;
pub mod read;
pub mod schema;
pub mod writer;

/// Frames encoded in Rust, as the crate's own tests do.
#[path = "../../tests/common/mod.rs"]
pub mod common;
