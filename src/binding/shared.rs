//! Memory that JavaScript allocated, kept alive and at its place while native code uses it.

use crate::memory::Memory;
use crate::sync::Arc;
use napi::bindgen_prelude::*;

/// A typed array's memory, with a strong reference to the array. `memory` must not be used after this is dropped.
pub struct Shared {
    memory: Arc<Memory>,
    /// Holds the reference; dropped on the JavaScript thread.
    array: Uint8Array,
}

impl Shared {
    /// The memory of `array`, which must be 8-byte aligned.
    pub fn new(mut array: Uint8Array) -> Result<Self> {
        if array.is_empty() || !(array.as_ptr() as usize).is_multiple_of(8) {
            return Err(Error::from_reason("shared memory must be 8-byte aligned and not empty"));
        }
        // SAFETY: the reference keeps the buffer alive, and `lib/` never detaches or resizes it; aligned as checked.
        let memory = Arc::new(unsafe {
            let bytes = array.as_mut();
            Memory::new(bytes.as_mut_ptr(), bytes.len())
        });
        Ok(Self { memory, array })
    }

    /// The memory.
    pub fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    /// All of the bytes, of memory that only the calling thread touches.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: `lib/` hands such memory (the scratch block, what a read asks for) to nobody else, and runs no code meanwhile.
        unsafe { self.array.as_mut() }
    }
}
