//! The store: for each type a table of pages, each page some consecutive ids as columns.

pub mod alloc;
pub mod bits;
pub mod block;
pub mod column;
pub mod heap;
pub mod page;
pub mod table;
