//! Several handles of one store under the model checker loom: they join and leave while others write. Runs with
//! `--cfg loom` only (`scripts/check-loom.sh`).
#![cfg(loom)]

mod common;
#[path = "common/script.rs"]
mod script;

use loom::sync::Arc;
use millrace::db::Db;
use millrace::pool::Pool;
use script::{Script, assert_rows, check};

fn pool(types: usize) -> Arc<Pool> {
    Arc::new(Pool::new(Arc::new(Db::new(common::schema(types)))))
}

/// One handle leaves while another writes to the type that the first one's worker has, had, or never gets. All of its
/// memory is gone then.
#[test]
fn a_handle_leaves_while_another_writes() {
    check(1, || {
        let pool = pool(1);
        let mut leaving = Script::attach(&pool, 1, 256);
        let mut staying = Script::attach(&pool, 1, 256);
        let other = loom::thread::spawn(move || {
            let frame = staying.frame(0, 2);
            staying.write(&frame);
            staying.hand_over();
            staying.settle(1);
            staying
        });
        let frame = leaving.frame(0, 1);
        leaving.write(&frame);
        leaving.hand_over();
        leaving.leave();
        other.join().unwrap().leave();
        assert_rows(&pool, 1, 2);
    });
}

/// Both leave at once: a type that waits for the worker of one is applied by that of the other, and both end.
#[test]
fn two_handles_leave_at_once() {
    check(1, || {
        let pool = pool(1);
        let mut first = Script::attach(&pool, 1, 256);
        let mut second = Script::attach(&pool, 1, 256);
        let frames = [first.frame(0, 1), second.frame(0, 2)];
        first.write(&frames[0]);
        first.hand_over();
        second.write(&frames[1]);
        second.hand_over();
        let other = loom::thread::spawn(move || second.leave());
        first.leave();
        other.join().unwrap();
        assert_rows(&pool, 1, 2);
    });
}

/// A handle joins while another's batch is on its way, and writes at once.
#[test]
fn a_handle_joins_while_another_writes() {
    check(1, || {
        let pool = pool(1);
        let mut first = Script::attach(&pool, 1, 256);
        let frame = first.frame(0, 1);
        first.write(&frame);
        first.hand_over();
        let for_other = Arc::clone(&pool);
        let other = loom::thread::spawn(move || {
            let mut second = Script::attach(&for_other, 1, 256);
            let frame = second.frame(0, 2);
            second.write(&frame);
            second.hand_over();
            second.leave();
        });
        first.leave();
        other.join().unwrap();
        assert_rows(&pool, 1, 2);
    });
}
