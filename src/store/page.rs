//! A page: some consecutive ids of a table, as columns.

use super::alloc::OutOfMemory;
use super::bits::Bits;
use super::columns::{Columns, Layout, Place};
use super::heap::{Heap, LARGE, Span};
use crate::frame::{Cell, Rows, Texts};
use crate::schema::{Kind, Type};
use std::ops::Range;
use std::sync::Arc;

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
    layout: Arc<Layout>,
    columns: Columns,
    /// By field: which rows have a value, where it is optional.
    presence: Vec<Option<Bits>>,
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

impl From<OutOfMemory> for Refusal {
    fn from(_: OutOfMemory) -> Self {
        Refusal::OutOfMemory
    }
}

impl Page {
    /// An empty page of type `t` with room for `rows` rows and `heap` bytes of varying size.
    pub fn new(t: &Type, layout: &Arc<Layout>, rows: usize, heap: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            live: Bits::default(),
            live_count: 0,
            layout: Arc::clone(layout),
            columns: Columns::new(layout, rows)?,
            presence: t.fields().iter().map(|field| field.optional.then(Bits::default)).collect(),
            heap: Heap::with_room(heap)?,
        })
    }

    /// A copy, for a writer whose page a snapshot holds.
    pub fn copy(&self) -> Result<Self, OutOfMemory> {
        Ok(Self {
            live: self.live.clone(),
            live_count: self.live_count,
            layout: Arc::clone(&self.layout),
            columns: self.columns.copy()?,
            presence: self.presence.clone(),
            heap: self.heap.copy()?,
        })
    }

    /// How many records the page holds.
    pub fn live_count(&self) -> usize {
        self.live_count
    }

    /// Which rows hold a record.
    pub fn live(&self) -> &Bits {
        &self.live
    }

    /// The values of a field of fixed size in `rows`, one behind the other.
    pub fn values(&self, field: usize, rows: Range<usize>) -> &[u8] {
        self.columns.values(self.layout.places()[field], rows)
    }

    /// The value of varying size of row `row`; nothing for a field of fixed size.
    pub fn varying(&self, field: usize, row: usize) -> &[u8] {
        self.heap.get(self.columns.span(self.layout.places()[field], row))
    }

    /// Bytes of the values of varying size in `rows`, all together.
    pub fn lens(&self, field: usize, rows: Range<usize>) -> usize {
        self.columns
            .spans(self.layout.places()[field], rows)
            .iter()
            .map(|&span| Span::from_bytes(span).len())
            .sum()
    }

    /// Whether row `row` has a value of field `field`.
    pub fn is_present(&self, field: usize, row: usize) -> bool {
        self.presence[field].as_ref().is_none_or(|bits| bits.get(row))
    }

    /// Bytes of the values of row `row`, and of the lengths of those of varying size.
    pub fn row_len(&self, row: usize) -> usize {
        let places = self.layout.places().iter();
        let len = |place: &Place| match place.is_variable {
            true => 4 + self.columns.span(*place, row).len(),
            false => place.width,
        };
        places.map(len).sum()
    }

    /// Bytes of the heap's block.
    pub fn heap_len(&self) -> usize {
        self.heap.len()
    }

    /// Writes the new records of a frame that are its rows `from`, to the rows from `row` on, of `most` that the
    /// page can have.
    pub fn insert(
        &mut self,
        row: usize,
        most: usize,
        rows: &Rows<'_>,
        from: Range<usize>,
        cuts: &mut Cuts<'_>,
    ) -> Result<(), Refusal> {
        let (from, count) = (from.start, from.len());
        if self.live.any(row, count) {
            return Err("an id is given twice".into());
        }
        self.columns.reserve(&self.layout, row + count, most)?;
        let fields =
            self.layout.places().iter().zip(&rows.columns).zip(&mut cuts.cuts).zip(&mut self.presence);
        for (((&place, source), cut), presence) in fields {
            let width = if place.is_variable { 4 } else { place.width };
            let values = &source.values[from * width..][..count * width];
            if let Some(cut) = cut {
                insert_variable(
                    self.columns.spans_mut(place, row..row + count),
                    values,
                    cut,
                    &mut self.heap,
                )?;
            } else {
                self.columns.values_mut(place, row..row + count).copy_from_slice(values);
            }
            if let (Some(bits), Some(present)) = (presence, source.presence) {
                bits.copy(row, count, present, from);
            }
        }
        self.live.fill(row, count);
        self.live_count += count;
        Ok(())
    }

    /// Changes one field of the record at `row`, which must be live.
    pub fn set(&mut self, row: usize, cell: Cell<'_>) -> Result<(), Refusal> {
        let place = self.layout.places()[cell.field];
        if place.is_variable {
            let span = self.heap.add(cell.value.unwrap_or(&[]))?;
            self.heap.remove(self.columns.span(place, row));
            self.columns.values_mut(place, row..row + 1).copy_from_slice(&span.to_bytes());
        } else {
            let bytes = self.columns.values_mut(place, row..row + 1);
            match cell.value {
                Some(value) => bytes.copy_from_slice(value),
                None => bytes.fill(0),
            }
        }
        if let Some(bits) = &mut self.presence[cell.field] {
            bits.set(row, cell.value.is_some());
        }
        self.tidy()
    }

    /// Deletes the record at `row`, which must be live.
    pub fn delete(&mut self, row: usize) -> Result<(), Refusal> {
        self.live.set(row, false);
        self.live_count -= 1;
        for &place in self.layout.places().iter().filter(|place| place.is_variable) {
            self.heap.remove(self.columns.span(place, row));
            self.columns.values_mut(place, row..row + 1).fill(0);
        }
        self.tidy()
    }

    fn tidy(&mut self) -> Result<(), Refusal> {
        if self.heap.is_mostly_dead() {
            let mut heap = Heap::with_room(self.heap.used())?;
            for &place in self.layout.places().iter().filter(|place| place.is_variable) {
                self.heap.move_to(&mut heap, self.columns.spans_mut(place, 0..self.columns.rows()))?;
            }
            self.heap = heap;
        }
        Ok(())
    }
}

/// Moves the values whose `lens` (u32 each) are given from `cut` to `heap`, their spans to `spans`.
fn insert_variable(
    spans: &mut [[u8; Span::BYTES]],
    lens: &[u8],
    cut: &mut Cut<'_>,
    heap: &mut Heap,
) -> Result<(), Refusal> {
    let lens = lens.as_chunks().0.iter().map(|&len| u32::from_le_bytes(len));
    let total = lens.clone().try_fold(0, u32::checked_add).ok_or("lengths overflow")?;
    // Where bytes and lengths agree (ASCII, binary) and nothing is large, the values move as one block.
    let plain = match cut {
        Cut::Text(texts) => texts.is_ascii(),
        Cut::Bytes(_) => true,
    };
    if plain && lens.clone().all(|len| (len as usize) < LARGE) {
        let mut at = heap.extend(cut.take(total)?)?;
        for (span, len) in spans.iter_mut().zip(lens) {
            *span = Span::small(at, len).to_bytes();
            at += len;
        }
        return Ok(());
    }
    for (span, len) in spans.iter_mut().zip(lens) {
        *span = heap.add(cut.take(len)?)?.to_bytes();
    }
    Ok(())
}
