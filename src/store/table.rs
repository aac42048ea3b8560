//! A table: the records of one type, in pages by id.
//!
//! One worker at a time writes a table (the pool sees to that); its lock is for readers, who share it, and is
//! taken for one frame at a time. Pages are copied when a snapshot still holds them, so a scan sees the table as
//! it was when it began while writing goes on.

use super::alloc;
use super::block::{self, RowLayout, Run};
use super::columns::Layout;
use super::page::{self, Cuts, Page, Refusal};
use crate::error::{Error, Failure, FailureCode};
use crate::frame::{Frame, OPERATIONS, Operation, Operations, Rows};
use crate::schema::Type;
use parking_lot::RwLock;
use std::ops::Range;
use std::sync::Arc;

/// See the module.
#[derive(Debug)]
pub struct Table {
    t: Type,
    layout: RowLayout,
    columns: Arc<Layout>,
    rows_per_page: usize,
    pages: RwLock<Pages>,
}

/// Pages by number, and how many records they hold; `None` where no record is.
#[derive(Debug, Clone)]
struct Pages {
    pages: Vec<Option<Arc<Page>>>,
    count: usize,
    /// One past the highest id that a record has or had.
    next_id: u32,
}

/// What applying a frame did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Records created and operations carried out or failed.
    pub operations: u64,
    /// The operations that failed, in the frame's order.
    pub failures: Vec<Failure>,
}

impl Table {
    /// An empty table for records of type `t`.
    pub fn new(t: Type) -> Self {
        Self::with_next_id(t, 1)
    }

    /// An empty table whose next record gets `next_id`: there were records with lower ids.
    pub fn with_next_id(t: Type, next_id: u32) -> Self {
        let (layout, rows_per_page) = (RowLayout::new(&t), page::rows_of(&t));
        let columns = Arc::new(Layout::new(&t));
        let pages = RwLock::new(Pages { pages: Vec::new(), count: 0, next_id });
        Self { t, layout, columns, rows_per_page, pages }
    }

    /// The type of the records.
    pub fn t(&self) -> &Type {
        &self.t
    }

    /// Where the cells of a row are in a block.
    pub fn layout(&self) -> &RowLayout {
        &self.layout
    }

    /// How many records there are.
    pub fn count(&self) -> usize {
        self.pages.read().count
    }

    /// The id that the next record gets, in so far as records were applied.
    pub fn next_id(&self) -> u32 {
        self.pages.read().next_id
    }

    fn place(&self, id: u32) -> Option<(usize, usize)> {
        let index = id.checked_sub(1)? as usize;
        Some((index / self.rows_per_page, index % self.rows_per_page))
    }

    /// Whether there is a record with this id.
    pub fn has(&self, id: u32) -> bool {
        self.place(id).is_some_and(|(page, row)| self.pages.read().live(page, row).is_some())
    }

    /// Writes the record with this id as a block to `out`, and gives the block's size: when that is larger than
    /// `out`, nothing was written. `None` when there is no such record.
    pub fn get(&self, id: u32, out: &mut [u8]) -> Option<usize> {
        let (page, row) = self.place(id)?;
        let pages = self.pages.read();
        let run = Run { page: pages.live(page, row)?, rows: row..row + 1, first_id: id };
        let size = block::size(&self.layout, &run);
        if size <= out.len() {
            block::write(&self.layout, &[run], 0, out);
        }
        Some(size)
    }

    /// A consistent view of the records with ids in `ids`: of at least the first `limit` of them, or of the last, if
    /// `reverse`.
    pub fn snapshot(&self, ids: Range<u32>, limit: usize, reverse: bool) -> Snapshot {
        let pages = self.pages.read();
        let mut first = ids.start.saturating_sub(1) as usize / self.rows_per_page;
        let mut last = pages.pages.len().min((ids.end as usize).div_ceil(self.rows_per_page));
        let range = pages.pages.get(first..last).unwrap_or(&[]);
        // The page where a scan starts may hold nothing of its range.
        let live = |page: &Option<Arc<Page>>| page.as_ref().map_or(0, |page| page.live_count());
        let enough = |pages: &mut dyn Iterator<Item = &Option<Arc<Page>>>| {
            let mut rows = 0;
            1 + pages.skip(1).take_while(|page| (rows < limit, rows += live(page)).0).count()
        };
        if reverse {
            first += range.len().saturating_sub(enough(&mut range.iter().rev()));
        } else {
            last = last.min(first + enough(&mut range.iter()));
        }
        let held = pages.pages.get(first..last).unwrap_or(&[]).to_vec();
        let next_id = pages.next_id;
        Snapshot { rows_per_page: self.rows_per_page, first_page: first, pages: held, ids, next_id }
    }

    /// A consistent view of all records.
    pub fn view(&self) -> Snapshot {
        self.snapshot(0..u32::MAX, usize::MAX, false)
    }

    /// Applies a frame of this table's type.
    pub fn apply(&self, frame: &Frame<'_>) -> Result<Applied, Error> {
        let applied = if frame.kind == OPERATIONS { self.operate(frame) } else { self.insert(frame) };
        applied.map_err(|refusal| match refusal {
            Refusal::Malformed(what) => frame.malformed(what),
            Refusal::OutOfMemory => Error::OutOfMemory,
        })
    }

    fn insert(&self, frame: &Frame<'_>) -> Result<Applied, Refusal> {
        let rows = Rows::decode(frame, &self.t)?;
        let mut cuts = Cuts::new(&self.t, &rows)?;
        self.pages.write().insert(self, frame.first, 0..frame.count as usize, &rows, &mut cuts)?;
        if !cuts.is_done() {
            return Err("bytes of a heap are left over".into());
        }
        Ok(Applied { operations: u64::from(frame.count), failures: Vec::new() })
    }

    /// Adds the rows of a snapshot file: their ids ascend and are below the next one, their lengths are in bytes.
    pub fn load(&self, ids: &[u32], rows: &Rows<'_>) -> Result<(), Refusal> {
        let mut cuts = Cuts::of_bytes(&self.t, rows);
        let mut pages = self.pages.write();
        if ids.iter().any(|&id| id == 0 || id >= pages.next_id) {
            return Err("an id is outside of those given".into());
        }
        let mut from = 0;
        for run in ids.chunk_by(|&id, &next| id + 1 == next) {
            pages.insert(self, run[0], from..from + run.len(), rows, &mut cuts)?;
            from += run.len();
        }
        Ok(())
    }

    fn operate(&self, frame: &Frame<'_>) -> Result<Applied, Refusal> {
        let mut operations = Operations::decode(frame)?;
        let mut failures = Vec::new();
        let mut pages = self.pages.write();
        for _ in 0..frame.count {
            let (operation, id, place) = operations.next()?;
            let found = self.place(id).filter(|&(page, row)| pages.live(page, row).is_some());
            if found.is_none() {
                failures.push(Failure { place, type_index: frame.type_index, code: FailureCode::NotFound });
            }
            match operation {
                Operation::Delete => {
                    if let Some((page, row)) = found {
                        pages.live_mut(page)?.delete(row)?;
                        pages.count -= 1;
                        pages.drop_if_empty(page);
                    }
                }
                Operation::Modify { cells } => {
                    for _ in 0..cells {
                        let cell = operations.cell(&self.t)?;
                        if let Some((page, row)) = found {
                            pages.live_mut(page)?.set(row, cell)?;
                        }
                    }
                }
            }
        }
        if !operations.is_done() {
            return Err("bytes are left over".into());
        }
        Ok(Applied { operations: u64::from(frame.count), failures })
    }
}

impl Pages {
    /// Writes new records, those of `range` in `rows`, with the ids from `first` on.
    fn insert(
        &mut self,
        table: &Table,
        first: u32,
        range: Range<usize>,
        rows: &Rows<'_>,
        cuts: &mut Cuts<'_>,
    ) -> Result<(), Refusal> {
        let (mut from, mut index) = (range.start, first as usize - 1);
        while from < range.end {
            let (page, row) = (index / table.rows_per_page, index % table.rows_per_page);
            let part = (range.end - from).min(table.rows_per_page - row);
            let page = self.page_mut(page, table)?;
            page.insert(row, table.rows_per_page, rows, from..from + part, cuts)?;
            self.count += part;
            from += part;
            index += part;
        }
        self.next_id = self.next_id.max(index as u32 + 1);
        Ok(())
    }

    fn live(&self, page: usize, row: usize) -> Option<&Page> {
        self.pages.get(page)?.as_deref().filter(|page| page.live().get(row))
    }

    fn live_mut(&mut self, page: usize) -> Result<&mut Page, Refusal> {
        let page = self.pages.get_mut(page).and_then(Option::as_mut).ok_or("no such page")?;
        if Arc::get_mut(page).is_none() {
            *page = Arc::new(page.copy()?);
        }
        Arc::get_mut(page).ok_or_else(|| "a page is shared".into())
    }

    fn page_mut(&mut self, index: usize, table: &Table) -> Result<&mut Page, Refusal> {
        if index >= self.pages.len() {
            let more = index + 1 - self.pages.len();
            alloc::reserve(&mut self.pages, more)?;
            self.pages.resize(index + 1, None);
        }
        if self.pages[index].is_none() {
            // The first page grows from nothing, so that small tables are small; a later one is made whole, its
            // heap a little larger than that of the page before.
            let before = index.checked_sub(1).and_then(|before| self.pages[before].as_deref());
            let heap = before.map_or(0, |before| before.heap_len() + before.heap_len() / 16);
            let rows = if index == 0 { 0 } else { table.rows_per_page };
            let page = Page::new(&table.t, &table.columns, rows, heap)?;
            self.pages[index] = Some(Arc::new(page));
        }
        self.live_mut(index)
    }

    /// Gives the memory of a page without records back, unless new records may come to it next.
    fn drop_if_empty(&mut self, page: usize) {
        if page + 1 < self.pages.len() && self.pages[page].as_ref().is_some_and(|page| page.live_count() == 0)
        {
            self.pages[page] = None;
        }
    }
}

/// A consistent view of a range of ids of a table.
#[derive(Debug)]
pub struct Snapshot {
    rows_per_page: usize,
    first_page: usize,
    pages: Vec<Option<Arc<Page>>>,
    ids: Range<u32>,
    next_id: u32,
}

impl Snapshot {
    /// Whether the view holds no record.
    pub fn is_empty(&self) -> bool {
        self.pages.iter().flatten().all(|page| page.live_count() == 0)
    }

    /// The id that the table's next record got.
    pub fn next_id(&self) -> u32 {
        self.next_id
    }

    /// All pages that hold records of the view, each with the id of its first row.
    pub fn into_pages(self) -> impl Iterator<Item = (u32, Arc<Page>)> {
        let (rows, first) = (self.rows_per_page, self.first_page);
        let pages = self.pages.into_iter().enumerate();
        pages.filter_map(move |(index, page)| Some((((first + index) * rows + 1) as u32, page?)))
    }

    /// The records from `from` on (ascending) or below it (descending), within the view.
    fn runs(&self, from: u32, reverse: bool) -> impl Iterator<Item = Run<'_>> {
        let mut at = if reverse { from.min(self.ids.end) } else { from.max(self.ids.start).max(1) };
        std::iter::from_fn(move || {
            let run = if reverse { self.previous(at) } else { self.next(at) }?;
            at = if reverse { run.first_id } else { run.first_id.saturating_add(run.rows.len() as u32) };
            Some(run)
        })
    }

    /// The index in the table of a page's first row.
    fn start(&self, page: usize) -> usize {
        (self.first_page + page) * self.rows_per_page
    }

    /// The first records at or after `from` that follow each other in a page.
    fn next(&self, from: u32) -> Option<Run<'_>> {
        let index = from as usize - 1;
        let first = (index / self.rows_per_page).saturating_sub(self.first_page);
        (first..self.pages.len())
            .find_map(|page| {
                let (start, page) = (self.start(page), self.pages[page].as_deref()?);
                let rows = page.live().run(index.saturating_sub(start))?;
                let end = rows.end.min((self.ids.end as usize).saturating_sub(start + 1));
                Some(Run { page, rows: rows.start..end, first_id: (start + rows.start + 1) as u32 })
            })
            .filter(|run| !run.rows.is_empty())
    }

    /// The last record before `to`.
    fn previous(&self, to: u32) -> Option<Run<'_>> {
        let index = (to as usize).checked_sub(1)?;
        let last = (index / self.rows_per_page + 1).saturating_sub(self.first_page).min(self.pages.len());
        (0..last)
            .rev()
            .find_map(|page| {
                let (start, page) = (self.start(page), self.pages[page].as_deref()?);
                let row = page.live().previous(index.saturating_sub(start).min(self.rows_per_page))?;
                Some(Run { page, rows: row..row + 1, first_id: (start + row + 1) as u32 })
            })
            .filter(|run| run.first_id >= self.ids.start)
    }

    /// Writes up to `limit` records, from `from` on (below it, if `reverse`), as a block to `out`; gives the block's
    /// size: when that is larger than `out`, nothing was written. The block's `next id` is where to go on; a
    /// block of no rows is the end.
    pub fn read(&self, table: &Table, from: u32, reverse: bool, limit: usize, out: &mut [u8]) -> usize {
        let (runs, size) = block::fit(&table.layout, self.runs(from, reverse), limit, out.len());
        if size <= out.len() {
            let next = runs.last().map_or(from, |run| match reverse {
                true => run.first_id,
                false => run.first_id.saturating_add(run.rows.len() as u32),
            });
            block::write(&table.layout, &runs, next, out);
        }
        size
    }
}
