//! Arbitrary bytes as a region: an error or a valid decode, and reads that hold together either way.

use crate::read::{self, Row};
use crate::schema::schema;
use millrace::db::{Db, Outcome, Selection};
use millrace::error::Error;
use millrace::frame::{Frame, ROWS};
use millrace::schema::{MAX_ID, Schema};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Schema> = LazyLock::new(schema);

/// Ids up to this cost little: a table keeps a pointer for each page below its last one.
const CHEAP: u32 = 1 << 26;

fn frames(region: &[u8]) -> Vec<Frame<'_>> {
    let (mut frames, mut at) = (Vec::new(), 0);
    while let Ok(frame) = Frame::read(region, at, SCHEMA.types().len()) {
        at = frame.end();
        frames.push(frame);
    }
    frames
}

/// Whether applying the region takes little memory. Ids near the last one take 34 to 134 MB: few inputs may have them.
pub fn is_affordable(region: &[u8]) -> bool {
    let dear = |frame: &Frame<'_>| frame.kind == ROWS && (CHEAP..=MAX_ID).contains(&frame.first);
    let near_the_end = |frame: &Frame<'_>| frame.first > MAX_ID - 2048 && region.len() <= 128;
    frames(region).iter().all(|frame| !dear(frame) || near_the_end(frame))
}

fn apply(db: &Db, region: &[u8], selection: Selection<'_>) -> Result<Outcome, Error> {
    db.modify(region, selection, |_, _| {})
}

fn tables(db: &Db) -> Vec<Vec<Row>> {
    (0..SCHEMA.types().len()).map(|index| read::all(db.table(index).expect("a table a type"))).collect()
}

/// Applies `region` and reads everything.
pub fn run(region: &[u8]) {
    let db = Db::new(SCHEMA.clone());
    let middle = frames(region).len() / 2;
    let (mut step, mut middles) = (0, Vec::new());
    let result = db.modify(region, Selection::All, |_, _| {
        step += 1;
        if step == middle {
            middles = (0..SCHEMA.types().len())
                .filter_map(|index| db.table(index))
                .map(|table| (table, table.snapshot(0..u32::MAX, usize::MAX, false), table.count()))
                .collect();
        }
    });
    let rows = tables(&db);
    for (table, snapshot, count) in &middles {
        assert_eq!(read::scan(table, snapshot, false, 50).len(), *count, "a snapshot stays as it was");
    }
    match result {
        Ok(outcome) => one_type_at_a_time(region, outcome, &rows),
        Err(Error::Malformed { at, .. }) => assert!(at <= region.len()),
        Err(error) => panic!("{error}"),
    }
}

/// Handlers that each apply some types come to the same as one that applies all.
fn one_type_at_a_time(region: &[u8], mut whole: Outcome, rows: &[Vec<Row>]) {
    let db = Db::new(SCHEMA.clone());
    let mut sum = Outcome::default();
    for index in 0..SCHEMA.types().len() {
        let frames = frames(region).into_iter().filter(|frame| usize::from(frame.type_index) == index);
        let offsets: Vec<u32> = frames.map(|frame| frame.at as u32).collect();
        let mut part = apply(&db, region, Selection::At(&offsets)).expect("the whole was valid");
        sum.operations += part.operations;
        sum.failures.append(&mut part.failures);
    }
    whole.failures.sort_by_key(|failure| failure.type_index);
    assert_eq!(sum, whole);
    assert_eq!(tables(&db), rows);
}
