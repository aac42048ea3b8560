//! The store: for each type a table of pages, each page some consecutive ids as columns.

pub mod alloc;
mod arena;
pub mod bits;
pub mod block;
pub mod columns;
pub mod heap;
mod mapping;
pub mod page;
mod slab;
pub mod table;
mod units;

pub use arena::touch_ahead;
