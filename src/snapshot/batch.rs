//! A record batch in the making: rows of pages, gathered column by column.

use super::columns;
use crate::schema::{Field, Kind, Type};
use crate::store::page::Page;
use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array, make_array};
use arrow_buffer::{BooleanBufferBuilder, Buffer, MutableBuffer, NullBuffer};
use arrow_data::{ArrayData, ArrayDataBuilder};
use arrow_schema::{ArrowError, SchemaRef};
use std::ops::Range;
use std::sync::Arc;

/// A batch takes no more rows once they have this many bytes. One value has at most 1 GiB, so the offsets of a
/// column, which are 32 bits, do not overflow.
const ENOUGH: usize = 1 << 20;

/// See the module.
pub struct Batch {
    schema: SchemaRef,
    ids: Vec<u32>,
    columns: Vec<Gathered>,
    size: usize,
}

struct Gathered {
    values: Store,
    presence: Option<BooleanBufferBuilder>,
    dictionary: Option<ArrayRef>,
}

/// The values of a column as Arrow wants them.
enum Store {
    /// As they are in a page: numbers, and indexes of enums.
    Plain(MutableBuffer),
    Bits(BooleanBufferBuilder),
    Milliseconds(Vec<i64>),
    Varying {
        offsets: Vec<i32>,
        bytes: MutableBuffer,
    },
}

impl Batch {
    /// An empty batch for rows of type `t`.
    pub fn new(t: &Type, schema: SchemaRef) -> Self {
        let columns = t.fields().iter().map(Gathered::new).collect();
        Self { schema, ids: Vec::new(), columns, size: 0 }
    }

    /// Whether it should be finished before more is added.
    pub fn is_full(&self) -> bool {
        self.size >= ENOUGH
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Adds live rows of a page whose first row has the id `first_id`, until it is full; gives the row where it
    /// stopped.
    pub fn add(&mut self, page: &Page, first_id: u32, rows: Range<usize>) -> Result<usize, &'static str> {
        let size = &mut self.size;
        let fit = rows.clone().take_while(|&row| {
            let fits = *size < ENOUGH;
            *size += if fits { page.row_len(row) } else { 0 };
            fits
        });
        let rows = rows.start..rows.start + fit.count();
        self.ids.extend(rows.clone().map(|row| first_id + row as u32));
        for (field, gathered) in self.columns.iter_mut().enumerate() {
            gathered.add(page, field, rows.clone())?;
        }
        Ok(rows.end)
    }

    /// The batch; what is added from now on starts the next one.
    pub fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.size = 0;
        let rows = self.ids.len();
        let ids: ArrayRef = Arc::new(UInt32Array::from(std::mem::take(&mut self.ids)));
        let mut arrays = vec![ids];
        for (gathered, field) in self.columns.iter_mut().zip(&self.schema.fields()[1..]) {
            let data = ArrayData::builder(field.data_type().clone()).len(rows);
            arrays.push(make_array(gathered.finish(data)?));
        }
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

impl Gathered {
    fn new(field: &Field) -> Self {
        let values = match field.kind {
            Kind::Boolean => Store::Bits(BooleanBufferBuilder::new(0)),
            Kind::Timestamp => Store::Milliseconds(Vec::new()),
            kind if kind.is_variable() => {
                Store::Varying { offsets: vec![0], bytes: MutableBuffer::default() }
            }
            _ => Store::Plain(MutableBuffer::default()),
        };
        let presence = field.optional.then(|| BooleanBufferBuilder::new(0));
        Self { values, presence, dictionary: field.kind.is_enum().then(|| columns::dictionary(field)) }
    }

    fn add(&mut self, page: &Page, field: usize, rows: Range<usize>) -> Result<(), &'static str> {
        if let Some(presence) = &mut self.presence {
            rows.clone().for_each(|row| presence.append(page.is_present(field, row)));
        }
        match &mut self.values {
            Store::Varying { offsets, bytes } => {
                bytes.try_reserve(page.lens(field, rows.clone())).map_err(|_| "out of memory")?;
                for row in rows {
                    bytes.extend_from_slice(page.varying(field, row));
                    offsets.push(bytes.len() as i32);
                }
            }
            Store::Plain(out) => out.extend_from_slice(page.values(field, rows)),
            Store::Bits(out) => page.values(field, rows).iter().for_each(|&byte| out.append(byte != 0)),
            Store::Milliseconds(out) => {
                for row in rows {
                    // What an absent value's bytes hold is nobody's business.
                    let present = page.is_present(field, row);
                    let value = if present { page.values(field, row..row + 1) } else { &[0; 8] };
                    out.push(milliseconds(value).ok_or("a timestamp is no Date's")?);
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, data: ArrayDataBuilder) -> Result<ArrayData, ArrowError> {
        let buffers = match &mut self.values {
            Store::Plain(bytes) => vec![std::mem::take(bytes).into()],
            Store::Bits(bits) => vec![bits.finish().into_inner()],
            Store::Milliseconds(values) => vec![Buffer::from_vec(std::mem::take(values))],
            Store::Varying { offsets, bytes } => {
                let offsets = std::mem::replace(offsets, vec![0]);
                vec![Buffer::from_vec(offsets), std::mem::take(bytes).into()]
            }
        };
        let nulls = self.presence.as_mut().map(|presence| NullBuffer::new(presence.finish()));
        let dictionary = self.dictionary.iter().map(Array::to_data).collect();
        data.buffers(buffers).nulls(nulls).child_data(dictionary).build()
    }
}

/// The whole milliseconds that a timestamp's eight bytes hold.
fn milliseconds(value: &[u8]) -> Option<i64> {
    let number = f64::from_le_bytes(value.try_into().ok()?);
    let whole = number as i64;
    (whole as f64 == number && whole.abs() <= columns::MAX_TIME).then_some(whole)
}
