//! The floors of a write that another thread applies: threads that do next to nothing, and answer by a threadsafe function.

mod rows;

use napi::bindgen_prelude::*;
use napi::threadsafe_function::ThreadsafeFunctionCallMode;
use napi_derive::napi;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, TryRecvError, channel};
use std::thread::JoinHandle;

/// The thread waits while the word has this value.
const IDLE: u32 = 0;
/// JavaScript wants an answer.
const CALLED: u32 = 1;
/// The thread is to end.
const STOPPED: u32 = 2;

/// A thread that waits on a futex, until JavaScript wakes it, and answers each `call` by calling `on_answer` on the JavaScript
/// thread. It may spin instead of waiting: then JavaScript need not wake it.
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

/// Bytes of a cache line.
const LINE: usize = 64;

/// Memory of a `SharedArrayBuffer`, which JavaScript keeps until the thread has ended.
struct Shared(*const u8, usize);

// SAFETY: the thread only reads it, by atomics.
unsafe impl Send for Shared {}

impl Shared {
    /// Reads a word of each cache line, which brings all of the line to this CPU.
    fn read(&self, start: u32, end: u32) -> u64 {
        let (start, end) = (start as usize & !(LINE - 1), (end as usize).min(self.1 & !(LINE - 1)));
        // SAFETY: in bounds, aligned since the memory and the lines are.
        let word = |at| unsafe { AtomicU64::from_ptr(self.0.add(at).cast_mut().cast()) };
        (start..end).step_by(LINE).map(|at| word(at).load(Ordering::Relaxed)).fold(0, u64::wrapping_add)
    }
}

/// What the reader has read, and whether JavaScript knows, or looks by itself.
#[derive(Default)]
struct Done {
    parts: AtomicU32,
    is_announced: AtomicBool,
}

/// A thread that reads what JavaScript has written to shared memory, and nothing more. It spins until there is something. By
/// `on_read` it makes JavaScript call `take`, unless JavaScript looks by itself.
#[napi]
pub struct Reader {
    parts: Option<Sender<(u32, u32)>>,
    thread: Option<JoinHandle<()>>,
    done: Arc<Done>,
}

#[napi]
impl Reader {
    /// Starts the thread.
    #[napi(constructor)]
    pub fn new(memory: Uint8Array, on_read: Function<'_, (), ()>) -> Result<Self> {
        let tell = on_read.build_threadsafe_function().callee_handled::<false>().build()?;
        let memory = Shared(memory.as_ptr(), memory.len());
        let (parts, queue) = channel();
        let done = Arc::new(Done::default());
        let of_thread = Arc::clone(&done);
        let thread = std::thread::spawn(move || {
            let memory = memory;
            let mut count = 0;
            loop {
                match queue.try_recv() {
                    Ok((start, end)) => {
                        std::hint::black_box(memory.read(start, end));
                        count += 1;
                    }
                    Err(TryRecvError::Disconnected) => break,
                    Err(TryRecvError::Empty) if count > 0 => {
                        of_thread.parts.fetch_add(count, Ordering::AcqRel);
                        if !of_thread.is_announced.swap(true, Ordering::AcqRel) {
                            tell.call((), ThreadsafeFunctionCallMode::NonBlocking);
                        }
                        count = 0;
                    }
                    // Threads of V8's collector need the CPU too.
                    Err(TryRecvError::Empty) => std::thread::yield_now(),
                }
            }
        });
        Ok(Self { parts: Some(parts), thread: Some(thread), done })
    }

    /// How many parts were read since the last call; the next one will be announced.
    #[napi]
    pub fn take(&self) -> u32 {
        self.done.is_announced.swap(false, Ordering::AcqRel);
        self.done.parts.swap(0, Ordering::AcqRel)
    }

    /// The same when JavaScript will call again by itself, in the end `take`.
    #[napi]
    pub fn look(&self) -> u32 {
        self.will_look();
        self.done.parts.swap(0, Ordering::AcqRel)
    }

    /// JavaScript will look by itself, and take in the end.
    #[napi]
    pub fn will_look(&self) {
        self.done.is_announced.swap(true, Ordering::AcqRel);
    }

    /// Has the bytes `[start, end)` read.
    #[napi]
    pub fn read(&self, start: u32, end: u32) {
        // The thread keeps its end of the queue until `stop`.
        let _ = self.parts.as_ref().map(|parts| parts.send((start, end)));
    }

    /// Ends the thread and waits for that.
    #[napi]
    pub fn stop(&mut self) {
        self.parts = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell.
            let _ = thread.join();
        }
    }
}
