//! A page: some consecutive ids of a table, as columns.

use super::bits::Bits;
use super::column::{Column, Values, overwrite};
use super::heap::{Heap, LARGE, Span};
use crate::frame::{Cell, Rows, Texts, word};
use crate::schema::{Kind, Type};
use std::collections::TryReserveError;

/// Most rows of a page.
const MAX_ROWS: usize = 1024;

/// Rows of each page of a type: a power of two, so many fewer the more fields of varying size there are that the
/// block of a page's heap (rows × fields × less than `LARGE` bytes, twice that when half is dead, and one frame
/// more) stays below 4 GiB.
pub fn rows_of(t: &Type) -> usize {
    let variable = t.fields().iter().filter(|field| field.kind.is_variable()).count().max(1);
    MAX_ROWS.min((32 * MAX_ROWS / variable.next_power_of_two()).max(1))
}

/// See the module.
#[derive(Debug)]
pub struct Page {
    live: Bits,
    live_count: usize,
    columns: Vec<Column>,
    heap: Heap,
}

/// Cuts the values of each column of varying size out of its heap, row by row.
pub struct Cuts<'a> {
    cuts: Vec<Option<Cut<'a>>>,
}

enum Cut<'a> {
    Text(Texts<'a>),
    Bytes(&'a [u8]),
}

impl<'a> Cuts<'a> {
    /// Starts at the first row of `rows`.
    pub fn new(t: &Type, rows: &Rows<'a>) -> Result<Self, &'static str> {
        let cut = |kind: Kind, heap: &'a [u8]| match kind {
            Kind::Binary => Ok(Some(Cut::Bytes(heap))),
            _ if kind.is_text() => Texts::new(heap).map(|texts| Some(Cut::Text(texts))),
            _ => Ok(None),
        };
        let columns = t.fields().iter().zip(&rows.columns);
        Ok(Self {
            cuts: columns.map(|(field, column)| cut(field.kind, column.heap)).collect::<Result<_, _>>()?,
        })
    }

    /// The same for rows whose lengths are all in bytes, and whose text is UTF-8.
    pub fn of_bytes(t: &Type, rows: &Rows<'a>) -> Self {
        let columns = t.fields().iter().zip(&rows.columns);
        let cuts = columns.map(|(field, column)| field.kind.is_variable().then_some(Cut::Bytes(column.heap)));
        Self { cuts: cuts.collect() }
    }

    /// Whether every heap is used up.
    pub fn is_done(&self) -> bool {
        self.cuts.iter().flatten().all(|cut| match cut {
            Cut::Text(texts) => texts.is_done(),
            Cut::Bytes(bytes) => bytes.is_empty(),
        })
    }
}

impl<'a> Cut<'a> {
    fn take(&mut self, len: u32) -> Result<&'a [u8], &'static str> {
        match self {
            Cut::Text(texts) => texts.take(len),
            Cut::Bytes(bytes) => {
                let (value, rest) =
                    bytes.split_at_checked(len as usize).ok_or("a binary value is cut off")?;
                *bytes = rest;
                Ok(value)
            }
        }
    }
}

/// Why a page was not changed as asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The frame is wrong.
    Malformed(&'static str),
    /// Memory ran out.
    OutOfMemory,
}

impl From<&'static str> for Refusal {
    fn from(what: &'static str) -> Self {
        Refusal::Malformed(what)
    }
}

impl From<TryReserveError> for Refusal {
    fn from(_: TryReserveError) -> Self {
        Refusal::OutOfMemory
    }
}

impl Page {
    /// An empty page of type `t` with room for `rows` rows and `heap` bytes of varying size.
    pub fn new(t: &Type, rows: usize, heap: usize) -> Result<Self, TryReserveError> {
        let columns = t.fields().iter().map(|field| Column::new(field, rows)).collect::<Result<_, _>>()?;
        Ok(Self { live: Bits::default(), live_count: 0, columns, heap: Heap::with_room(heap)? })
    }

    /// A copy, for a writer whose page a snapshot holds.
    pub fn copy(&self) -> Result<Self, TryReserveError> {
        let columns = self.columns.iter().map(Column::copy).collect::<Result<_, _>>()?;
        Ok(Self { live: self.live.clone(), live_count: self.live_count, columns, heap: self.heap.copy()? })
    }

    /// How many records the page holds.
    pub fn live_count(&self) -> usize {
        self.live_count
    }

    /// Which rows hold a record.
    pub fn live(&self) -> &Bits {
        &self.live
    }

    /// The columns, by field.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The bytes of the value of varying size at `span`.
    pub fn value(&self, span: Span) -> &[u8] {
        self.heap.get(span)
    }

    /// Bytes of the values of row `row`, and of the lengths of those of varying size.
    pub fn row_len(&self, row: usize) -> usize {
        let len = |column: &Column| match &column.values {
            Values::Fixed { width, .. } => *width,
            Values::Variable(spans) => 4 + spans[row].len(),
        };
        self.columns.iter().map(len).sum()
    }

    /// Bytes of the heap's block.
    pub fn heap_len(&self) -> usize {
        self.heap.len()
    }

    /// Writes `count` new records of a frame, from its row `from` on, to the rows from `row` on.
    pub fn insert(
        &mut self,
        row: usize,
        count: usize,
        rows: &Rows<'_>,
        from: usize,
        cuts: &mut Cuts<'_>,
    ) -> Result<(), Refusal> {
        if self.live.any(row, count) {
            return Err("an id is given twice".into());
        }
        for ((column, source), cut) in self.columns.iter_mut().zip(&rows.columns).zip(&mut cuts.cuts) {
            column.extend_to(row, count)?;
            match (&mut column.values, cut) {
                (Values::Fixed { width, bytes }, _) => {
                    let width = *width;
                    overwrite(bytes, row * width, &source.values[from * width..][..count * width]);
                }
                (Values::Variable(spans), Some(cut)) => {
                    let lens = &source.values[from * 4..][..count * 4];
                    insert_variable(spans, row, lens, cut, &mut self.heap)?;
                }
                (Values::Variable(_), None) => return Err("a column has no heap".into()),
            }
            if let (Some(bits), Some(presence)) = (&mut column.presence, source.presence) {
                bits.copy(row, count, presence, from);
            }
        }
        self.live.fill(row, count);
        self.live_count += count;
        Ok(())
    }

    /// Changes one field of the record at `row`, which must be live.
    pub fn set(&mut self, row: usize, cell: Cell<'_>) -> Result<(), Refusal> {
        let column = &mut self.columns[cell.field];
        match &mut column.values {
            Values::Fixed { width, bytes } => {
                let bytes = &mut bytes[row * *width..][..*width];
                match cell.value {
                    Some(value) => bytes.copy_from_slice(value),
                    None => bytes.fill(0),
                }
            }
            Values::Variable(spans) => {
                let span = self.heap.add(cell.value.unwrap_or(&[]))?;
                self.heap.remove(std::mem::replace(&mut spans[row], span));
            }
        }
        if let Some(bits) = &mut column.presence {
            bits.set(row, cell.value.is_some());
        }
        self.tidy()
    }

    /// Deletes the record at `row`, which must be live.
    pub fn delete(&mut self, row: usize) -> Result<(), Refusal> {
        self.live.set(row, false);
        self.live_count -= 1;
        for column in &mut self.columns {
            if let Values::Variable(spans) = &mut column.values {
                self.heap.remove(std::mem::take(&mut spans[row]));
            }
        }
        self.tidy()
    }

    fn tidy(&mut self) -> Result<(), Refusal> {
        if self.heap.is_mostly_dead() {
            let variable = self.columns.iter_mut().filter_map(|column| match &mut column.values {
                Values::Variable(spans) => Some(spans),
                Values::Fixed { .. } => None,
            });
            self.heap.compact(variable.flatten())?;
        }
        Ok(())
    }
}

/// Moves the values whose `lens` (u32 each) are given from `cut` to `heap`, their spans to `spans` from `row` on.
fn insert_variable(
    spans: &mut Vec<Span>,
    row: usize,
    lens: &[u8],
    cut: &mut Cut<'_>,
    heap: &mut Heap,
) -> Result<(), Refusal> {
    let count = lens.len() / 4;
    let total =
        (0..count).try_fold(0u32, |sum, i| sum.checked_add(word(lens, i))).ok_or("lengths overflow")?;
    let mut put = |index: usize, span: Span| match spans.get_mut(row + index) {
        Some(slot) => *slot = span,
        None => spans.push(span),
    };
    // Where bytes and lengths agree (ASCII, binary) and nothing is large, the values move as one block.
    let plain = match cut {
        Cut::Text(texts) => texts.is_ascii(),
        Cut::Bytes(_) => true,
    };
    if plain && (0..count).all(|i| (word(lens, i) as usize) < LARGE) {
        let values = cut.take(total)?;
        heap.reserve(values.len())?;
        let mut index = 0;
        heap.extend(values, (0..count).map(|i| word(lens, i) as usize), |span| {
            put(index, span);
            index += 1;
        });
        return Ok(());
    }
    for index in 0..count {
        put(index, heap.add(cut.take(word(lens, index))?)?);
    }
    Ok(())
}
