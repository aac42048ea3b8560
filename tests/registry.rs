//! The registry: one store a name, however many threads attach and leave at once.

mod common;

use common::{record, rows, schema};
use millrace::db::Db;
use millrace::handle::Handle;
use millrace::memory::Memory;
use millrace::registry::{Attachment, Key, registry};
use millrace::shared_store::SharedStore;
use millrace::state::{LINE, ModifyState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, Weak};

fn key(name: &str) -> Key {
    Key::Name(name.to_owned())
}

fn fresh() -> SharedStore {
    SharedStore::in_memory(Db::new(schema(1)), true)
}

fn attach(name: &str) -> Attachment {
    registry().attach(key(name), || Ok::<_, ()>(fresh())).unwrap()
}

#[test]
fn the_first_opens_the_store_and_the_last_ends_it() {
    let first = attach("lives");
    let second = attach("lives");
    assert!(first.is_first() && !second.is_first());
    assert_eq!((first.handles(), second.handles()), (2, 2));
    assert!(Arc::ptr_eq(&first.store().db, &second.store().db));
    assert!(!Arc::ptr_eq(&first.store().db, &attach("another").store().db));
    let db = Arc::downgrade(&first.store().db);
    drop(first);
    assert_eq!(second.handles(), 1);
    assert!(db.upgrade().is_some());
    drop(second);
    assert!(db.upgrade().is_none());
    assert!(attach("lives").is_first());
}

#[test]
fn an_opening_that_fails_or_panics_leaves_the_name_free() {
    assert_eq!(registry().attach(key("fails"), || Err("no")).unwrap_err(), "no");
    let panicking = std::panic::catch_unwind(|| {
        registry().attach(key("fails"), || -> Result<_, ()> { panic!("as asked") })
    });
    assert!(panicking.is_err());
    assert!(attach("fails").is_first());
}

#[test]
fn threads_that_attach_at_once_share_one_opening() {
    let (openings, barrier) = (AtomicUsize::new(0), Barrier::new(8));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                barrier.wait();
                let attached = registry().attach(key("at once"), || {
                    openings.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(std::time::Duration::from_millis(20));
                    Ok::<_, ()>(fresh())
                });
                barrier.wait();
                assert_eq!(attached.as_ref().unwrap().handles(), 8);
                barrier.wait();
                drop(attached);
            });
        }
    });
    assert_eq!(openings.into_inner(), 1);
}

/// Threads come with workers, write, and leave: whoever opens the name anew finds the store before gone.
#[test]
fn threads_that_come_and_go_never_meet_two_stores_of_a_name() {
    let last: Mutex<Weak<Db>> = Mutex::default();
    std::thread::scope(|scope| {
        for thread in 0..6u32 {
            let last = &last;
            scope.spawn(move || {
                for round in 0..40u32 {
                    let opened = registry().attach(key("come and go"), || {
                        let mut last = last.lock().unwrap();
                        assert!(last.upgrade().is_none(), "it is gone before it is opened anew");
                        let store = fresh();
                        *last = Arc::downgrade(&store.db);
                        Ok::<_, ()>(store)
                    });
                    let mut attached = opened.unwrap();
                    attached.join(vec![ModifyState::new(Arc::new(Memory::owned(LINE * 4)), 0)]).unwrap();
                    write(&attached, 1 + thread * 1000 + round);
                }
            });
        }
    });
    assert!(last.into_inner().unwrap().upgrade().is_none());
}

fn write(attached: &Attachment, id: u32) {
    let store = attached.store();
    let frame = rows(0, &store.db.schema().types()[0], id, &[record(id)]);
    let memory = Arc::new(Memory::owned(frame.len()));
    // SAFETY: nobody else has the memory yet.
    unsafe { memory.write(0, &frame) };
    let handle = Arc::new(Handle::new(memory, || ()));
    let pool = store.pool.as_ref().unwrap();
    pool.hand_over(&handle, 1, 0, frame.len() as u32).unwrap();
    handle.leave();
    assert!(store.db.table(0).unwrap().has(id));
}
