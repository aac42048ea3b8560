//! The floor of a write that another thread applies: JavaScript wakes a thread that waits on a futex, and the thread
//! answers by a threadsafe function. It may spin instead of waiting: then JavaScript need not wake it.

use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

/// The thread waits while the word has this value.
const IDLE: u32 = 0;
/// JavaScript wants an answer.
const CALLED: u32 = 1;
/// The thread is to end.
const STOPPED: u32 = 2;

/// A thread that answers each `call` by calling `on_answer` on the JavaScript thread.
#[napi]
pub struct Echo {
    word: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
    spins: bool,
}

#[napi]
impl Echo {
    /// Starts the thread.
    #[napi(constructor)]
    pub fn new(on_answer: Function<'_, (), ()>, spins: bool) -> Result<Self> {
        let answer = on_answer.build_threadsafe_function().callee_handled::<false>().build()?;
        let word = Arc::new(AtomicU32::new(IDLE));
        let for_thread = Arc::clone(&word);
        let thread = std::thread::spawn(move || {
            loop {
                // Acquire pairs with the Release of `call` and `stop`.
                match for_thread.compare_exchange(CALLED, IDLE, Ordering::Acquire, Ordering::Acquire) {
                    Ok(_) => {
                        answer.call((), ThreadsafeFunctionCallMode::NonBlocking);
                    }
                    Err(STOPPED) => break,
                    Err(_) if spins => std::hint::spin_loop(),
                    Err(_) => atomic_wait::wait(&for_thread, IDLE),
                }
            }
        });
        Ok(Self { word, thread: Some(thread), spins })
    }

    /// Wakes the thread. The next call comes after the answer.
    #[napi]
    pub fn call(&self) {
        self.tell(CALLED);
    }

    /// Ends the thread and waits for that.
    #[napi]
    pub fn stop(&mut self) {
        self.tell(STOPPED);
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell.
            let _ = thread.join();
        }
    }

    fn tell(&self, word: u32) {
        self.word.store(word, Ordering::Release);
        if !self.spins {
            atomic_wait::wake_one(&*self.word);
        }
    }
}
