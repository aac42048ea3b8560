//! The db: the tables of a schema, and `modify`, which applies a region to them.

use crate::error::{Error, Failure};
use crate::frame::Frames;
use crate::schema::Schema;
use crate::store::table::Table;
use crate::sync::{AtomicBool, Ordering};
use once_cell::sync::OnceCell;

/// A store: one table a type. All handles of a store share it.
#[derive(Debug)]
pub struct Db {
    schema: Schema,
    tables: Vec<Table>,
    poison: OnceCell<String>,
    /// Test-only door: the next region is met with a panic.
    panic_next: AtomicBool,
}

/// The types that a handler applies of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeSet {
    /// All that occur.
    All,
    /// These, sorted.
    Some(Vec<u16>),
}

impl TypeSet {
    /// Whether frames of this type are applied.
    pub fn contains(&self, type_index: u16) -> bool {
        match self {
            TypeSet::All => true,
            TypeSet::Some(types) => types.binary_search(&type_index).is_ok(),
        }
    }
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
        Self { schema, tables, poison: OnceCell::new(), panic_next: AtomicBool::new(false) }
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The table of a type.
    pub fn table(&self, type_index: usize) -> Option<&Table> {
        self.tables.get(type_index)
    }

    /// Applies the frames of `region` whose types are in `types`, in order. `progress` hears after every frame
    /// how many bytes are done with, and how many bytes that frame had if it was applied, 0 if it was skipped.
    ///
    /// On an error the frames before the bad one are applied, and of that one an unknown part: the caller must
    /// poison the store.
    pub fn modify(
        &self,
        region: &[u8],
        types: &TypeSet,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        if self.panic_next.load(Ordering::Relaxed) && self.panic_next.swap(false, Ordering::Relaxed) {
            panic!("as a test asked");
        }
        for frame in Frames::new(region, &self.schema) {
            let frame = frame?;
            let done = frame.at + frame.bytes.len();
            if !types.contains(frame.type_index) {
                progress(done, 0);
                continue;
            }
            let mut applied = self.tables[usize::from(frame.type_index)].apply(&frame)?;
            outcome.operations += applied.operations;
            outcome.failures.append(&mut applied.failures);
            progress(done, frame.bytes.len());
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

    /// Why the store takes no more writes, if so.
    pub fn poisoned(&self) -> Option<&str> {
        self.poison.get().map(String::as_str)
    }
}
