//! Record batches as new rows of a table.

use super::columns::{self, MAX_TIME, NEXT_ID, TYPE};
use crate::frame::{Column, Rows};
use crate::schema::{Field, Kind, Type};
use crate::store::page::Refusal;
use crate::store::table::Table;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt32Type;
use arrow_array::{Array, RecordBatch};
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use arrow_schema::Schema;

/// Where a file has the fields of a type.
pub struct Columns {
    next_id: u32,
    /// By field: the index of its column.
    places: Vec<Option<usize>>,
}

/// A field's values as [`Rows`] has them. Most are in the batch's own memory.
#[derive(Default)]
struct Values {
    values: Buffer,
    presence: Option<Buffer>,
    heap: Buffer,
}

impl Columns {
    /// Compares the schema of a file with that of a table of type `t`.
    pub fn new(t: &Type, schema: &Schema) -> Result<Self, String> {
        let name = schema.metadata.get(TYPE);
        if name.map(String::as_str) != Some(t.name()) {
            return Err(format!("it is of type {name:?}, not {:?}", t.name()));
        }
        let next_id = schema.metadata.get(NEXT_ID).and_then(|id| id.parse().ok());
        let next_id = next_id.filter(|&id| id > 0).ok_or("it has no next id")?;
        let expected = columns::schema(t, next_id);
        let place = |(index, field): (usize, &Field)| {
            let expected = expected.field(index + 1);
            let found = schema.fields().find(&field.name);
            match found {
                Some((place, column)) if **column == *expected => Ok(Some(place)),
                Some((_, column)) => Err(format!("its column is {column}, the field {expected}")),
                None if field.optional => Ok(None),
                None => Err(format!("it has no column {:?}", field.name)),
            }
        };
        let places: Vec<_> = t.fields().iter().enumerate().map(place).collect::<Result<_, _>>()?;
        if schema.fields().first().is_none_or(|id| **id != *expected.field(0)) {
            return Err("its first column is not that of ids".into());
        }
        if schema.fields().len() != 1 + places.iter().flatten().count() {
            return Err(format!("it has columns that type {:?} lacks", t.name()));
        }
        Ok(Self { next_id, places })
    }

    /// The id that the table's next record gets.
    pub fn next_id(&self) -> u32 {
        self.next_id
    }

    /// Adds the rows of a batch to `table`.
    pub fn load(&self, batch: &RecordBatch, table: &Table) -> Result<(), Refusal> {
        let (count, fields) = (batch.num_rows(), table.t().fields());
        let ids = batch.column(0).as_primitive_opt::<UInt32Type>().ok_or("ids are of another type")?;
        let values = fields.iter().zip(&self.places).map(|(field, place)| match place {
            Some(place) => Values::new(field, &batch.column(*place).to_data()),
            None => Ok(Values::absent(field, count)),
        });
        let values: Vec<_> = values.collect::<Result<_, _>>()?;
        let columns = values.iter().map(|values| Column {
            values: &values.values,
            presence: values.presence.as_deref(),
            heap: &values.heap,
        });
        let rows = Rows { columns: columns.collect() };
        rows.check(table.t(), count)?;
        table.load(ids.values(), &rows)
    }
}

impl Values {
    fn absent(field: &Field, count: usize) -> Self {
        let zeros = |len| Buffer::from_vec(vec![0u8; len]);
        Self {
            values: zeros(count * field.kind.width()),
            presence: Some(zeros(count.div_ceil(8))),
            heap: Buffer::default(),
        }
    }

    fn new(field: &Field, column: &ArrayData) -> Result<Self, &'static str> {
        let (count, at) = (column.len(), column.offset());
        if count == 0 {
            return Ok(Self::absent(field, 0));
        }
        let mut heap = Buffer::default();
        let values = match field.kind {
            Kind::Boolean => {
                let bits = arrow_buffer::BooleanBuffer::new(column.buffers()[0].clone(), at, count);
                bits.iter().map(u8::from).collect()
            }
            Kind::Timestamp => {
                let values = &column.buffer::<i64>(0)[..count];
                if values.iter().any(|value| !(-MAX_TIME..=MAX_TIME).contains(value)) {
                    return Err("a timestamp is outside of what a Date holds");
                }
                Buffer::from_iter(values.iter().map(|&value| value as f64))
            }
            kind if kind.is_variable() => {
                let offsets = &column.buffer::<i32>(0)[..count + 1];
                let (first, last) = (offsets[0] as usize, offsets[count] as usize);
                heap = column.buffers()[1].slice_with_length(first, last - first);
                Buffer::from_iter(offsets.windows(2).map(|pair| (pair[1] - pair[0]) as u32))
            }
            kind => {
                if kind.is_enum() && !has_values(field, column) {
                    return Err("the dictionary of an enum has other values");
                }
                column.buffers()[0].slice_with_length(at * kind.width(), count * kind.width())
            }
        };
        let presence = field.optional.then(|| match column.nulls() {
            Some(nulls) => nulls.inner().sliced(),
            None => Buffer::from_vec(vec![0xffu8; count.div_ceil(8)]),
        });
        Ok(Self { values, presence, heap })
    }
}

/// Whether the dictionary of an enum's column is the list of the enum's values.
fn has_values(field: &Field, column: &ArrayData) -> bool {
    let dictionary = arrow_array::make_array(column.child_data()[0].clone());
    let Some(strings) = dictionary.as_string_opt::<i32>() else { return false };
    strings.null_count() == 0 && strings.iter().flatten().eq(field.values.iter().map(String::as_str))
}
