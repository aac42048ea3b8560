//! The registry: the stores of this process that several handles can have, by name or by directory.
//!
//! A store is opened by one thread while others that want it wait, and closed by the last handle that leaves. Whoever
//! waits here waits for native threads alone, never for JavaScript: so all waiting ends.

use crate::log::disk::Directory;
use crate::shared_store::SharedStore;
use crate::state::ModifyState;
use crate::sync::Arc;
use once_cell::sync::Lazy;
use parking_lot::{Condvar, Mutex};
use std::collections::HashMap;

/// What a store is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// Its name, of one in memory.
    Name(String),
    /// Its directory.
    Directory(Directory),
}

/// See the module.
#[derive(Debug, Default)]
pub struct Registry {
    slots: Mutex<HashMap<Key, Slot>>,
    changed: Condvar,
}

#[derive(Debug)]
enum Slot {
    /// A thread opens the store, or closes it.
    Busy,
    /// So many handles have it, of which some are leaving. When all of them are, it is about to be closed.
    Open { store: Arc<SharedStore>, handles: usize, leaving: usize },
}

/// A handle's hold on a store. When it is dropped, the handle leaves: its workers finish what they have and end; the last
/// handle ends the store. None of the handle's batches may be in flight then.
#[derive(Debug)]
pub struct Attachment {
    /// Present until it is dropped.
    store: Option<Arc<SharedStore>>,
    /// Absent for a store that no other handle can have.
    key: Option<Key>,
    /// Numbers of the handle's workers.
    workers: Vec<usize>,
    is_first: bool,
}

static REGISTRY: Lazy<Registry> = Lazy::new(Registry::default);

/// The registry of this process.
pub fn registry() -> &'static Registry {
    &REGISTRY
}

impl Registry {
    /// Attaches to the store that `key` names, if it is open, else opens it. It does not stay open when an error comes of it.
    pub fn attach<E>(
        &self,
        key: Key,
        open: impl FnOnce() -> Result<SharedStore, E>,
    ) -> Result<Attachment, E> {
        let mut slots = self.slots.lock();
        loop {
            match slots.get_mut(&key) {
                Some(Slot::Open { store, handles, leaving }) if *leaving < *handles => {
                    *handles += 1;
                    let store = Arc::clone(store);
                    return Ok(Attachment::new(store, Some(key), false));
                }
                Some(_) => self.changed.wait(&mut slots),
                None => break,
            }
        }
        slots.insert(key.clone(), Slot::Busy);
        drop(slots);
        let opening = Opening { registry: self, key: &key };
        let store = Arc::new(open()?);
        std::mem::forget(opening);
        let slot = Slot::Open { store: Arc::clone(&store), handles: 1, leaving: 0 };
        self.slots.lock().insert(key.clone(), slot);
        self.changed.notify_all();
        Ok(Attachment::new(store, Some(key), true))
    }

    /// How many handles have the store of `key`.
    fn handles(&self, key: &Key) -> usize {
        match self.slots.lock().get(key) {
            Some(Slot::Open { handles, .. }) => *handles,
            _ => 0,
        }
    }

    /// Counts a handle as leaving. The last one blocks until the others have left, and is given the store to close.
    fn begin_leaving(&self, key: &Key) -> Option<Arc<SharedStore>> {
        let mut slots = self.slots.lock();
        if let Some(Slot::Open { handles, leaving, .. }) = slots.get_mut(key) {
            *leaving += 1;
            if leaving < handles {
                return None;
            }
        }
        while let Some(Slot::Open { handles: 2.., .. }) = slots.get(key) {
            self.changed.wait(&mut slots);
        }
        match slots.insert(key.clone(), Slot::Busy) {
            Some(Slot::Open { store, .. }) => Some(store),
            _ => None,
        }
    }

    /// A handle has left while others stay, and holds the store no more.
    fn end_leaving(&self, key: &Key) {
        if let Some(Slot::Open { handles, leaving, .. }) = self.slots.lock().get_mut(key) {
            *handles -= 1;
            *leaving -= 1;
        }
        self.changed.notify_all();
    }

    /// The store is not being opened or closed any more: whoever waits for it may open it.
    fn free(&self, key: &Key) {
        self.slots.lock().remove(key);
        self.changed.notify_all();
    }
}

/// Lets others try when opening fails, or panics.
struct Opening<'a> {
    registry: &'a Registry,
    key: &'a Key,
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        self.registry.free(self.key);
    }
}

impl Attachment {
    fn new(store: Arc<SharedStore>, key: Option<Key>, is_first: bool) -> Self {
        Self { store: Some(store), key, workers: Vec::new(), is_first }
    }

    /// To a store that no other handle can have.
    pub fn alone(store: SharedStore) -> Self {
        Self::new(Arc::new(store), None, true)
    }

    /// The store.
    pub fn store(&self) -> &SharedStore {
        self.store.as_ref().expect("it is held until this is dropped")
    }

    /// Whether this handle opened the store.
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    /// Numbers of the handle's workers.
    pub fn workers(&self) -> &[usize] {
        &self.workers
    }

    /// Starts the handle's workers.
    pub fn join(&mut self, states: Vec<ModifyState>) -> std::io::Result<()> {
        self.workers = self.store().join(states)?;
        Ok(())
    }

    /// How many handles have the store, this one included.
    pub fn handles(&self) -> usize {
        self.key.as_ref().map_or(1, |key| registry().handles(key))
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        let Some(store) = self.store.take() else { return };
        let Some(key) = &self.key else { return store.stop() };
        match registry().begin_leaving(key) {
            Some(whole) => {
                whole.stop();
                // Before others may open it: its directory is locked for as long as anybody holds it.
                drop((store, whole));
                registry().free(key);
            }
            None => {
                store.leave(&self.workers);
                drop(store);
                registry().end_leaving(key);
            }
        }
    }
}
