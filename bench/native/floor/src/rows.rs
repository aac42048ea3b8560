//! The floor of a read: records that nothing else reads or writes, each in one place.

use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::cell::RefCell;
use std::rc::Rc;

/// A record of *members*.
struct Row {
    text: usize,
    name: u32,
    email: u32,
    score: f64,
    age: u8,
    active: u8,
}

/// Rows by id, the first of which is 1, and their text one behind the other.
#[derive(Default)]
struct Kept {
    rows: Vec<Row>,
    text: Vec<u8>,
}

impl Kept {
    /// Writes the numbers of a row to `block`, in which its id is; returns its text.
    fn read(&self, block: &mut [u8]) -> Option<&[u8]> {
        let id = u32::from_ne_bytes(*block.first_chunk()?);
        let row = self.rows.get(id as usize - 1)?;
        let numbers = [row.name, row.email, u32::from(row.age), u32::from(row.active)];
        let (score, rest) = block.split_first_chunk_mut()?;
        *score = row.score.to_ne_bytes();
        for (cell, number) in rest.as_chunks_mut().0.iter_mut().zip(numbers) {
            *cell = number.to_ne_bytes();
        }
        self.text.get(row.text..row.text + (row.name + row.email) as usize)
    }
}

/// Records of *members* whose text is ASCII.
#[napi]
#[derive(Default)]
pub struct Rows {
    kept: Rc<RefCell<Kept>>,
}

#[napi]
impl Rows {
    /// No records.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a record under the next id.
    #[napi]
    pub fn add(&self, name: String, email: String, age: u8, score: f64, active: bool) {
        let kept = &mut *self.kept.borrow_mut();
        let (name_length, email_length) = (name.len() as u32, email.len() as u32);
        let row = Row {
            text: kept.text.len(),
            name: name_length,
            email: email_length,
            score,
            age,
            active: active.into(),
        };
        kept.rows.push(row);
        kept.text.extend_from_slice(name.as_bytes());
        kept.text.extend_from_slice(email.as_bytes());
    }

    /// A function that reads the record whose id is the first word of `block`: it returns the text, and writes the score, lengths of
    /// name and email, age and active over it; undefined where there is none.
    #[napi]
    pub fn getter(&self, env: &Env, block: Uint8Array) -> Result<Function<'_, (), Either<String, ()>>> {
        let kept = Rc::clone(&self.kept);
        let block = RefCell::new(block);
        let get = env.create_function_from_closure::<(), _, _>("get", move |call| {
            let mut block = block.borrow_mut();
            // SAFETY: only this thread knows the block, and runs no JavaScript meanwhile.
            let block = unsafe { block.as_mut() };
            match kept.borrow().read(block) {
                Some(text) => Ok(call.env.create_string_latin1(text)?.raw()),
                // SAFETY: the env is that of the call.
                None => unsafe { ToNapiValue::to_napi_value(call.env.raw(), ()) },
            }
        });
        // SAFETY: what it returns is a string or undefined.
        unsafe { Function::from_napi_value(env.raw(), get?.raw()) }
    }
}
