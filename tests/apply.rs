//! Regions applied to a db against a naive model: rows, operations, failures; and malformed regions, which are errors.

mod common;

use common::{Op, Value, operations, record, rows, schema, text};
use millrace::db::{Db, Outcome, Selection};
use millrace::error::{Error, Failure, FailureCode};
use millrace::frame::word;
use millrace::schema::MAX_ID;
use millrace::store::block;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn apply(db: &Db, region: &[u8]) -> Result<Outcome, Error> {
    db.modify(region, Selection::All, |_, _| {})
}

/// The record's values as they are read back; `None` when there is none.
fn read(db: &Db, index: usize, id: u32) -> Option<Vec<Value>> {
    let table = db.table(index)?;
    let mut block = vec![0; 8192];
    let size = table.get(id, &mut block)?;
    assert!(size <= block.len());
    let row = block::HEADER;
    assert_eq!(word(&block, (row + table.layout().id) / 4), id);
    let (mut binary, mut texts) = (word(&block, 1) as usize, word(&block, 2) as usize);
    let mut optional = 0;
    let values = table.t().fields().iter().zip(&table.layout().cells).map(|(field, &cell)| {
        let present =
            !field.optional || block[row + table.layout().presence + optional / 8] >> (optional % 8) & 1 == 1;
        optional += usize::from(field.optional);
        let len = word(&block, (row + cell) / 4) as usize;
        if !present {
            return Value::Absent;
        }
        if field.kind.is_text() {
            let rest = String::from_utf8(block[texts..size].to_vec()).unwrap();
            let units: Vec<u16> = rest.encode_utf16().take(len).collect();
            let value = String::from_utf16(&units).unwrap();
            texts += value.len();
            return Value::Text(value);
        }
        if field.kind.is_variable() {
            binary += len;
            return Value::Binary(block[binary - len..binary].to_vec());
        }
        Value::Fixed(block[row + cell..][..field.kind.width()].to_vec())
    });
    Some(values.collect())
}

#[test]
fn the_last_id_can_be_given_and_read() {
    let db = Db::new(schema(1));
    let t = &db.schema().types()[0];
    let records = [record(1), record(2)];
    apply(&db, &rows(0, t, MAX_ID - 1, &records)).unwrap();
    for (id, record) in (MAX_ID - 1..=MAX_ID).zip(records) {
        assert_eq!(read(&db, 0, id), Some(record));
    }
    let table = db.table(0).unwrap();
    let mut block = vec![0; 8192];
    for reverse in [false, true] {
        let from = if reverse { u32::MAX } else { 1 };
        let size = table.view().read(table, from, reverse, 10, &mut block);
        assert!(size <= block.len());
        assert_eq!(word(&block, 0), 2);
    }
}

#[test]
fn new_rows_come_back_as_they_were_written() {
    let db = Db::new(schema(2));
    let records: Vec<_> = (0..2500).map(record).collect();
    let region = [
        rows(0, &db.schema().types()[0], 1, &records[..1500]),
        rows(1, &db.schema().types()[1], 1, &records[..3]),
    ];
    assert_eq!(apply(&db, &region.concat()).unwrap().operations, 1503);
    apply(&db, &rows(0, &db.schema().types()[0], 1501, &records[1500..])).unwrap();
    for (index, record) in records.iter().enumerate() {
        assert_eq!(read(&db, 0, index as u32 + 1).as_ref(), Some(record));
    }
    assert_eq!((db.table(0).unwrap().count(), db.table(1).unwrap().count()), (2500, 3));
    assert_eq!(read(&db, 0, 2501), None);
    assert!(!db.table(0).unwrap().has(0));
}

#[test]
fn only_the_selected_frames_are_applied() {
    let db = Db::new(schema(3));
    let frames: Vec<_> =
        (0..3).map(|index| rows(index, &db.schema().types()[index], 1, &[record(1)])).collect();
    let len = frames[0].len();
    let mut steps = Vec::new();
    let region = frames.concat();
    db.modify(&region[..], Selection::At(&[0, 2 * len as u32]), |next, applied| steps.push((next, applied)))
        .unwrap();
    assert_eq!(steps, [(2 * len, len), (3 * len, len)]);
    assert_eq!((0..3).map(|index| db.table(index).unwrap().count()).collect::<Vec<_>>(), [1, 0, 1]);
}

#[test]
fn an_operation_that_fails_leaves_its_neighbours_alone() {
    let db = Db::new(schema(1));
    apply(&db, &rows(0, &db.schema().types()[0], 1, &[record(1), record(2)])).unwrap();
    let region = operations(
        0,
        &[
            Op::Modify(9, 0, vec![(0, text("nobody")), (2, text("né"))]),
            Op::Modify(1, 1, vec![(0, text("one")), (2, Value::Absent)]),
            Op::Delete(2, 2),
            Op::Delete(2, 3),
        ],
    );
    let failure = |place| Failure { place, type_index: 0, code: FailureCode::NotFound };
    let outcome = apply(&db, &region).unwrap();
    assert_eq!(outcome, Outcome { operations: 4, failures: vec![failure(0), failure(3)] });
    let one = read(&db, 0, 1).unwrap();
    assert_eq!((&one[0], &one[2]), (&text("one"), &Value::Absent));
    assert_eq!(read(&db, 0, 2), None);
}

#[test]
fn a_snapshot_sees_the_table_as_it_was() {
    let db = Db::new(schema(1));
    let t = &db.schema().types()[0];
    apply(&db, &rows(0, t, 1, &(0..3000).map(record).collect::<Vec<_>>())).unwrap();
    let snapshot = db.table(0).unwrap().snapshot(0..u32::MAX, usize::MAX, false);
    apply(&db, &operations(0, &(1..=2000).map(|id| Op::Delete(id, 0)).collect::<Vec<_>>())).unwrap();
    let mut block = vec![0; 1 << 20];
    let (mut from, mut seen) = (0, 0);
    loop {
        snapshot.read(db.table(0).unwrap(), from, false, 100, &mut block);
        if word(&block, 0) == 0 {
            break;
        }
        seen += word(&block, 0);
        from = word(&block, 5);
    }
    assert_eq!((seen, db.table(0).unwrap().count()), (3000, 1000));
}

#[test]
fn a_heap_of_dead_values_is_compacted() {
    let db = Db::new(schema(1));
    apply(&db, &rows(0, &db.schema().types()[0], 1, &[record(1)])).unwrap();
    for round in 0..2000 {
        let value = format!("{round} {}", "x".repeat(100));
        apply(&db, &operations(0, &[Op::Modify(1, 0, vec![(0, text(&value))])])).unwrap();
        assert_eq!(read(&db, 0, 1).unwrap()[0], text(&value));
    }
    let large = "y".repeat(100_000);
    apply(&db, &operations(0, &[Op::Modify(1, 0, vec![(0, text(&large))])])).unwrap();
    let mut block = vec![0; 8];
    let size = db.table(0).unwrap().get(1, &mut block).unwrap();
    assert!((100_000..101_000).contains(&size), "a block that is too small says how large it must be");
}

#[test]
fn malformed_regions_are_errors() {
    let db = Db::new(schema(1));
    let t = &db.schema().types()[0];
    let good = rows(0, t, 1, &[record(1), record(2)]);
    let with = |at: usize, value: u32| {
        let mut bad = good.clone();
        bad[at..at + 4].copy_from_slice(&value.to_le_bytes());
        apply(&Db::new(schema(1)), &bad)
    };
    for (at, value) in [
        (0, 0),
        (0, 12),
        (0, 1 << 30),
        (4, 1),
        (4, 9 << 16),
        (8, 0),
        (8, u32::MAX),
        (12, 0),
        (12, 9),
        (16, 3),
    ] {
        assert!(matches!(with(at, value), Err(Error::Malformed { .. })), "word at {at} = {value}");
    }
    let twice = [good.clone(), good.clone()].concat();
    assert_eq!(apply(&db, &twice), Err(Error::Malformed { at: good.len(), what: "an id is given twice" }));
    // A record with a note and bytes, whose presence bits are taken away.
    let mut absent = rows(0, t, 1, &[vec![text("x"), common::u32(1), text("note"), Value::Binary(vec![1])]]);
    let presence = 16 + 16 + 4 * 4;
    assert_eq!(absent[presence..presence + 2], [1, 1]);
    absent[presence] = 0;
    let what = "an absent value has a length";
    assert_eq!(apply(&Db::new(schema(1)), &absent), Err(Error::Malformed { at: 0, what }));
    let clears = operations(0, &[Op::Modify(1, 0, vec![(0, Value::Absent)])]);
    assert!(matches!(apply(&db, &clears), Err(Error::Malformed { .. })), "a required field can't be cleared");
}

#[derive(Debug, Clone)]
enum Step {
    Create(usize),
    Modify(u32, Option<String>, Option<Vec<u8>>),
    Delete(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1usize..40).prop_map(Step::Create),
        (
            1u32..200,
            prop::option::of("\\PC{0,12}"),
            prop::option::of(prop::collection::vec(any::<u8>(), 0..9))
        )
            .prop_map(|(id, note, bytes)| Step::Modify(id, note, bytes)),
        (1u32..200).prop_map(Step::Delete),
    ]
}

proptest! {
    #[test]
    fn a_table_is_a_map(steps in prop::collection::vec(step(), 1..60)) {
        let db = Db::new(schema(1));
        let t = db.schema().types()[0].clone();
        let mut model = BTreeMap::new();
        let mut next = 1u32;
        for step in steps {
            let (region, found) = match step {
                Step::Create(count) => {
                    let records: Vec<_> = (next..).take(count).map(record).collect();
                    let region = rows(0, &t, next, &records);
                    for record in records {
                        model.insert(next, record);
                        next += 1;
                    }
                    (region, true)
                }
                Step::Modify(id, note, bytes) => {
                    let note = note.map_or(Value::Absent, Value::Text);
                    let bytes = bytes.map_or(Value::Absent, Value::Binary);
                    let found = model.get_mut(&id).map(|record| {
                        record[2] = note.clone();
                        record[3] = bytes.clone();
                    });
                    (operations(0, &[Op::Modify(id, 0, vec![(2, note), (3, bytes)])]), found.is_some())
                }
                Step::Delete(id) => (operations(0, &[Op::Delete(id, 0)]), model.remove(&id).is_some()),
            };
            prop_assert_eq!(apply(&db, &region).unwrap().failures.is_empty(), found);
        }
        prop_assert_eq!(db.table(0).unwrap().count(), model.len());
        for id in 0..next + 2 {
            prop_assert_eq!(read(&db, 0, id), model.get(&id).cloned());
        }
    }

    /// Any truncation or change of a byte is an error or another valid region: never a panic.
    #[test]
    fn damage_is_an_error_or_valid(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let db = Db::new(schema(2));
        let t = &db.schema().types()[0];
        let mut region = [
            rows(0, t, 1, &(0..9).map(record).collect::<Vec<_>>()),
            operations(1, &[Op::Modify(1, 0, vec![(0, text("né")), (3, Value::Binary(vec![1, 2, 3]))]), Op::Delete(1, 1)]),
            operations(0, &[Op::Modify(1, 2, vec![(0, text("née")), (1, common::u32(7)), (2, Value::Absent)]), Op::Delete(3, 3)]),
        ].concat();
        let at = at.index(region.len());
        region[at] = byte;
        let _ = apply(&db, &region);
        let _ = apply(&Db::new(schema(2)), &region[..cut.index(region.len())]);
        for id in 0..12 {
            let mut block = vec![0; 8192];
            let _ = db.table(0).unwrap().get(id, &mut block);
        }
    }
}
