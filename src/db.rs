//! The db: the tables of a schema, and `modify`, which applies a region to them.

use crate::error::{Cause, Error, Failure};
use crate::frame::Frame;
use crate::memory::Source;
use crate::schema::Schema;
use crate::store::table::Table;
use once_cell::sync::OnceCell;
use std::sync::atomic::{AtomicBool, Ordering};

/// A store: one table a type. All handles of a store share it.
#[derive(Debug)]
pub struct Db {
    schema: Schema,
    tables: Vec<Table>,
    poison: OnceCell<String>,
    /// Why nothing can be logged any more.
    log_end: OnceCell<Cause>,
    /// Test-only door: the next region is met with a panic.
    panic_next: AtomicBool,
}

/// The frames that a handler applies of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection<'a> {
    /// All of them.
    All,
    /// Those at these offsets, in order.
    At(&'a [u32]),
}

impl Selection<'_> {
    /// Where the selected frame number `index` starts; `end` is where the one before ends, or 0.
    fn offset(&self, index: usize, end: usize) -> Option<usize> {
        match self {
            Selection::All => Some(end),
            Selection::At(offsets) => offsets.get(index).map(|&at| at as usize),
        }
    }
}

/// Why a store takes no more writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// A worker failed.
    Poisoned(&'a str),
    /// The log could not be written or synced.
    LogEnded(&'a Cause),
}

/// What applying a region did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Records created and operations carried out or failed.
    pub operations: u64,
    /// The operations that failed.
    pub failures: Vec<Failure>,
}

impl Db {
    /// An empty store.
    pub fn new(schema: Schema) -> Self {
        let tables = schema.types().iter().cloned().map(Table::new).collect();
        Self::with_tables(schema, tables)
    }

    /// A store with these tables, one for each type.
    pub fn with_tables(schema: Schema, tables: Vec<Table>) -> Self {
        let (poison, log_end) = (OnceCell::new(), OnceCell::new());
        Self { schema, tables, poison, log_end, panic_next: AtomicBool::new(false) }
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The tables, in the order of the types.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The table of a type.
    pub fn table(&self, type_index: usize) -> Option<&Table> {
        self.tables.get(type_index)
    }

    /// Applies the selected frames of `region`, in order. `progress` hears after each of them where the next one starts
    /// (the region's size after the last), and how many bytes it had.
    ///
    /// On an error the frames before the bad one are applied, and of that one an unknown part: the caller must
    /// poison the store.
    pub fn modify<S: Source + ?Sized>(
        &self,
        region: &S,
        selection: Selection<'_>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        if self.panic_next.load(Ordering::Relaxed) && self.panic_next.swap(false, Ordering::Relaxed) {
            panic!("as a test asked");
        }
        let mut next = selection.offset(0, 0);
        let mut index = 0;
        while let Some(at) = next.filter(|&at| at < region.len()) {
            let frame = Frame::read(region, at, self.tables.len())?;
            let (bytes, end) = (frame.bytes.len(), frame.end());
            let mut applied = self.tables[usize::from(frame.type_index)].apply(&frame)?;
            outcome.operations += applied.operations;
            outcome.failures.append(&mut applied.failures);
            index += 1;
            next = selection.offset(index, end);
            progress(next.unwrap_or(region.len()), bytes);
        }
        Ok(outcome)
    }

    /// Lets the store take no more writes. The first cause stays.
    pub fn poison(&self, cause: impl Into<String>) {
        let _ = self.poison.set(cause.into());
    }

    /// Test-only door: the next region that is applied panics, as a bug would.
    pub fn panic_next(&self) {
        self.panic_next.store(true, Ordering::Relaxed);
    }

    /// Why nothing may be applied any more, if so: a worker failed.
    pub fn poisoned(&self) -> Option<&str> {
        self.poison.get().map(String::as_str)
    }

    /// Lets the store take no more writes, since they can't be logged; what is logged is still applied. The first
    /// cause stays.
    pub fn end_log(&self, cause: Cause) {
        let _ = self.log_end.set(cause);
    }

    /// Why the store takes no more writes, if so.
    pub fn refusal(&self) -> Option<Refusal<'_>> {
        let poisoned = self.poisoned().map(Refusal::Poisoned);
        poisoned.or_else(|| self.log_end.get().map(Refusal::LogEnded))
    }
}
