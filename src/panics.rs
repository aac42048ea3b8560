//! Panics of what is applied: caught, and told by `ERR_POISONED` instead of on stderr.

use once_cell::sync::Lazy;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The process has one panic hook: ours passes on what happens outside of [`catch`].
static HOOK: Lazy<()> = Lazy::new(|| {
    let previous = take_hook();
    set_hook(Box::new(move |info| {
        if !QUIET.get() {
            previous(info);
        }
    }));
});

/// Calls `f`, which does `what`; if it panics, the panic's message.
pub fn catch<T>(what: &str, f: impl FnOnce() -> T) -> Result<T, String> {
    if cfg!(loom) {
        // What the model checker finds must reach it.
        return Ok(f());
    }
    Lazy::force(&HOOK);
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(f));
    QUIET.set(false);
    result.map_err(|panic| format!("{what} panicked: {}", message(&*panic)))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
