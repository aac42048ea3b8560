//! A modify buffer's content, made beforehand.

use crate::common::{Value, rows};
use crate::shape::TYPES;
use millrace::schema::{Field, Schema, Type};
use std::ops::Range;

/// Records of a tick.
const TICK: usize = 1000;
/// Where a frame of rows has the id of its first record.
const FIRST_ID: Range<usize> = 8..12;

/// Whole ticks, one behind the other.
pub struct Region {
    schema: Schema,
    bytes: Vec<u8>,
    ticks: Vec<Range<u32>>,
    writes: usize,
}

impl Region {
    /// Ticks of records with these fields, spread over the types, as many as fit into `size` bytes. `tiny_first` puts
    /// a tick of one record a type before them: so few bytes all go to one worker.
    pub fn new(fields: Vec<Field>, record: fn(u32) -> Vec<Value>, size: usize, tiny_first: bool) -> Self {
        let types = (0..TYPES).map(|t| Type::new(format!("type{t}"), fields.clone()).expect("a type"));
        let schema = Schema::new(types.collect()).expect("a schema");
        let mut region = Self { schema, bytes: Vec::with_capacity(size), ticks: Vec::new(), writes: 0 };
        let mut first = 1;
        if tiny_first {
            region.push(&region.frames(1, record), first);
            first += 1;
        }
        // Every tick has the same records: only their ids differ.
        let frames = region.frames(TICK / TYPES, record);
        let tick: usize = frames.iter().map(|(frame, _)| frame.len()).sum();
        while region.bytes.len() + tick <= size {
            region.push(&frames, first);
            first += (TICK / TYPES) as u32;
        }
        region
    }

    /// A frame of each type, with the number of its records.
    fn frames(&self, records: usize, record: fn(u32) -> Vec<Value>) -> Vec<(Vec<u8>, usize)> {
        let types = self.schema.types().iter().enumerate();
        let frames = types.map(|(index, t)| {
            let list: Vec<_> = (0..records).map(|n| record((n * TYPES + index) as u32)).collect();
            (rows(index, t, 1, &list), records)
        });
        frames.collect()
    }

    fn push(&mut self, frames: &[(Vec<u8>, usize)], first: u32) {
        let start = self.bytes.len();
        for (frame, records) in frames {
            let at = self.bytes.len();
            self.bytes.extend(frame);
            self.bytes[at + FIRST_ID.start..at + FIRST_ID.end].copy_from_slice(&first.to_le_bytes());
            self.writes += records;
        }
        self.ticks.push(start as u32..self.bytes.len() as u32);
    }

    /// The types.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// All ticks.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where each tick is.
    pub fn ticks(&self) -> &[Range<u32>] {
        &self.ticks
    }

    /// Number of records.
    pub fn writes(&self) -> usize {
        self.writes
    }
}
