//! A store as handles share it: its tables, the pool of their workers, its log, and the ids that they take.

use crate::db::Db;
use crate::ids::Ids;
use crate::log::sequencer::{Durability, Sequencer};
use crate::pool::Pool;
use crate::state::ModifyState;
use crate::sync::Arc;

/// See the module.
#[derive(Debug)]
pub struct SharedStore {
    /// The tables.
    pub db: Arc<Db>,
    /// The workers of all handles; none when regions are applied on the JavaScript thread, which one handle alone may do.
    pub pool: Option<Arc<Pool>>,
    /// The log, of a durable store.
    pub log: Option<Arc<Sequencer>>,
    /// The ids.
    pub ids: Ids,
}

impl SharedStore {
    /// A store in memory.
    pub fn in_memory(db: Db, with_pool: bool) -> Self {
        let db = Arc::new(db);
        let pool = with_pool.then(|| Arc::new(Pool::new(Arc::clone(&db))));
        Self { ids: ids_of(&db), db, pool, log: None }
    }

    /// A durable store, whose log runs.
    pub fn durable(log: Arc<Sequencer>) -> Self {
        let db = Arc::clone(log.db());
        Self { ids: ids_of(&db), db, pool: log.pool().cloned(), log: Some(log) }
    }

    /// When writes settle, of a durable store.
    pub fn durability(&self) -> Option<Durability> {
        self.log.as_ref().map(|log| log.durability())
    }

    /// Starts the workers of a handle; gives their numbers.
    pub fn join(&self, states: Vec<ModifyState>) -> std::io::Result<Vec<usize>> {
        self.pool.as_ref().map_or(Ok(Vec::new()), |pool| Pool::join(pool, states))
    }

    /// Ends the workers of a handle that leaves, when they have finished what they have.
    pub fn leave(&self, workers: &[usize]) {
        if let Some(pool) = &self.pool {
            pool.leave(workers);
        }
    }

    /// Ends all threads. Nothing may be in flight.
    pub fn stop(&self) {
        match (&self.log, &self.pool) {
            (Some(log), _) => log.stop(),
            (None, Some(pool)) => pool.stop(),
            (None, None) => {}
        }
    }
}

fn ids_of(db: &Db) -> Ids {
    Ids::new(db.tables().iter().map(|table| table.next_id()))
}
