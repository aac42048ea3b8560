//! Snapshot files: what is read is what was written, also while writes go on, and damage is an error.

mod common;

use arrow_array::cast::AsArray;
use arrow_ipc::root_as_footer;
use common::{Op, Value};
use millrace::db::{Db, Selection};
use millrace::schema::{Field, KINDS, Kind, Schema, Type};
use millrace::snapshot::{ReadError, Seal, read, write};
use millrace::store::table::Table;
use proptest::prelude::*;
use std::io::Cursor;

fn fields() -> impl Strategy<Value = Vec<Field>> {
    let field = (0..KINDS.len(), any::<bool>(), 1..400usize).prop_map(|(kind, optional, values)| {
        let kind = KINDS[kind].0;
        let most = if kind == Kind::Enum8 { values.min(256) } else { values };
        let values = (0..if kind.is_enum() { most } else { 0 }).map(|value| format!("värde {value}"));
        Field { name: String::new(), kind, optional, values: values.collect() }
    });
    prop::collection::vec(field, 1..7).prop_map(|mut fields| {
        fields.iter_mut().enumerate().for_each(|(index, field)| field.name = format!("field \"{index}😀"));
        fields
    })
}

fn value(field: &Field) -> BoxedStrategy<Value> {
    let width = field.kind.width();
    let large = 32 * 1024 - 1..33 * 1024usize;
    let value = match field.kind {
        kind if kind.is_text() => prop_oneof![
            20 => "\\PC{0,9}",
            20 => "[a-z😀é]{0,30}",
            1 => large.prop_map(|len| "😀".repeat(len / 4) + "x"),
        ]
        .prop_map(Value::Text)
        .boxed(),
        Kind::Binary => prop_oneof![
            20 => prop::collection::vec(any::<u8>(), 0..20),
            1 => large.prop_map(|len| vec![7; len]),
        ]
        .prop_map(Value::Binary)
        .boxed(),
        Kind::Boolean => (0..2u8).prop_map(|value| Value::Fixed(vec![value])).boxed(),
        Kind::Timestamp => (-8_640_000_000_000_000..=8_640_000_000_000_000i64)
            .prop_map(|time| Value::Fixed((time as f64).to_le_bytes().into()))
            .boxed(),
        kind if kind.is_enum() => (0..field.values.len())
            .prop_map(move |index| Value::Fixed(index.to_le_bytes()[..width].into()))
            .boxed(),
        _ => prop::collection::vec(any::<u8>(), width).prop_map(Value::Fixed).boxed(),
    };
    if field.optional { prop_oneof![Just(Value::Absent), value].boxed() } else { value }
}

/// A store of one type, some records to fill it with, how many times, and the rows to delete.
fn filled() -> impl Strategy<Value = Db> {
    fields().prop_flat_map(|fields| {
        let t = Type::new("row 😀", fields).unwrap();
        let record: Vec<_> = t.fields().iter().map(value).collect();
        let records = prop::collection::vec(record.clone(), 1..12);
        let deleted = prop::collection::vec((any::<prop::sample::Index>(), 1..1500usize, 1..4usize), 0..4);
        let changes = prop::collection::vec((any::<prop::sample::Index>(), record), 0..20);
        (Just(t), records, 0..200usize, deleted, changes).prop_map(|(t, records, times, deleted, changes)| {
            let db = Db::new(Schema::new(vec![t]).unwrap());
            let count = records.len() * times;
            if count == 0 {
                return db;
            }
            insert(&db, 1, &vec![records; times].concat());
            let mut live = vec![true; count];
            for (from, count, step) in deleted {
                let from = from.index(live.len());
                live[from..].iter_mut().step_by(step).take(count).for_each(|row| *row = false);
            }
            let mut ops: Vec<_> =
                (0..count).filter(|&row| !live[row]).map(|row| Op::Delete(row as u32 + 1, 0)).collect();
            for (row, record) in changes {
                let row = row.index(count);
                let cells = record.into_iter().enumerate().collect();
                if live[row] {
                    ops.insert(0, Op::Modify(row as u32 + 1, 0, cells));
                }
            }
            operate(&db, &ops);
            db
        })
    })
}

fn table(db: &Db) -> &Table {
    db.table(0).unwrap()
}

fn apply(db: &Db, region: Vec<u8>) {
    let outcome = db.modify(&region[..], Selection::All, |_, _| ()).unwrap();
    assert!(outcome.failures.is_empty());
}

fn insert(db: &Db, first: u32, records: &[Vec<Value>]) {
    apply(db, common::rows(0, table(db).t(), first, records));
}

fn operate(db: &Db, ops: &[Op]) {
    if !ops.is_empty() {
        apply(db, common::operations(0, ops));
    }
}

fn written(table: &Table) -> (Vec<u8>, Seal) {
    let mut file = Vec::new();
    let seal = write(table.t(), table.view(), &mut file).unwrap();
    (file, seal)
}

fn read_back(t: &Type, file: &[u8], seal: Seal) -> Result<Table, ReadError> {
    read(t, Cursor::new(file), seal)
}

/// All rows of a table as one block, its count and its next id.
fn contents(table: &Table) -> (Vec<u8>, usize, u32) {
    let view = table.view();
    let mut block = vec![0; view.read(table, 0, false, usize::MAX, &mut [])];
    view.read(table, 0, false, usize::MAX, &mut block);
    (block, table.count(), table.next_id())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_read_is_what_was_written(db in filled()) {
        let (file, seal) = written(table(&db));
        prop_assert_eq!(seal.len, file.len() as u64);
        let read = read_back(table(&db).t(), &file, seal).unwrap();
        prop_assert!(contents(&read) == contents(table(&db)));
        // A table that was read is written alike.
        prop_assert!(written(&read) == (file, seal));
    }

    #[test]
    fn a_table_that_was_read_takes_writes(db in filled(), seed in any::<u32>()) {
        let t = table(&db).t();
        let (file, seal) = written(table(&db));
        let read = read_back(t, &file, seal).unwrap();
        let record: Vec<Value> = t.fields().iter().map(|field| match field.kind {
            kind if kind.is_text() => common::text("né😀w"),
            Kind::Binary => Value::Binary(vec![1, 2]),
            kind => Value::Fixed(vec![0; kind.width()]),
        }).collect();
        let next = read.next_id();
        let cells = record.iter().cloned().enumerate().collect();
        for region in [
            common::rows(0, t, next, &[record.clone(), record.clone()]),
            common::operations(0, &[Op::Delete(next, 0), Op::Modify(1 + seed % next, 1, cells)]),
        ] {
            let frame = millrace::frame::Frame::read(&region[..], 0, 1).unwrap();
            prop_assert_eq!(read.apply(&frame), table(&db).apply(&frame));
        }
        prop_assert!(contents(&read) == contents(table(&db)));
    }
}

/// A type with a field of every kind, required and optional.
fn every_kind() -> Type {
    let kinds = [("", false), ("?", true)];
    let kinds =
        kinds.into_iter().flat_map(|(mark, optional)| KINDS.map(|(kind, name)| (kind, name, mark, optional)));
    let fields =
        kinds.map(|(kind, name, mark, optional)| common::field(&format!("{name}{mark}"), kind, optional));
    Type::new("every", fields.collect()).unwrap()
}

/// A record with `byte` in every value, or without what may be absent.
fn of_byte(t: &Type, byte: u8, absent: bool) -> Vec<Value> {
    let value = |field: &Field| match field.kind {
        _ if absent && field.optional => Value::Absent,
        kind if kind.is_text() => Value::Text(format!("{byte} é😀")),
        Kind::Binary => Value::Binary(vec![byte; 3]),
        Kind::Timestamp => common::f64(1e12 + f64::from(byte)),
        kind if kind.is_enum() || kind == Kind::Boolean => Value::Fixed([byte % 2, 0][..kind.width()].into()),
        kind => Value::Fixed(vec![byte; kind.width()]),
    };
    t.fields().iter().map(value).collect()
}

fn small() -> Db {
    let t = every_kind();
    let records: Vec<_> = (0..9).map(|byte| of_byte(&t, byte, byte % 3 == 0)).collect();
    let db = Db::new(Schema::new(vec![t]).unwrap());
    insert(&db, 1, &records);
    operate(&db, &[Op::Delete(4, 0), Op::Delete(9, 1)]);
    db
}

#[test]
fn the_id_of_the_newest_record_is_not_given_again() {
    let db = small();
    let (file, seal) = written(table(&db));
    assert_eq!(read_back(table(&db).t(), &file, seal).unwrap().next_id(), 10);
}

#[test]
fn every_damaged_byte_is_found() {
    let db = small();
    let t = table(&db).t();
    let (mut file, seal) = written(table(&db));
    let is_found =
        |file: &[u8]| matches!(read_back(t, file, seal), Err(ReadError::Corrupt { at, .. }) if at < seal.len);
    assert!((0..file.len()).all(|len| is_found(&file[..len])), "cut off");
    for at in 0..file.len() {
        file[at] ^= 1 << (at % 8);
        assert!(is_found(&file), "byte {at}");
        file[at] ^= 1 << (at % 8);
    }
    assert!(!is_found(&file));
}

#[test]
fn damage_is_told_with_the_part_it_is_in() {
    let t = common::schema(1).types()[0].clone();
    let db = Db::new(Schema::new(vec![t]).unwrap());
    insert(
        &db,
        1,
        &vec![vec![common::text(&"x".repeat(1000)), common::u32(1), Value::Absent, Value::Absent]; 3000],
    );
    let (mut file, seal) = written(table(&db));
    let damaged = 2_000_000;
    file[damaged] ^= 1;
    let Err(ReadError::Corrupt { at, .. }) = read_back(table(&db).t(), &file, seal) else {
        panic!("not found")
    };
    assert!(at > 1_000_000 && at <= damaged as u64, "{at}");
}

/// Writes checksums anew, as one would who means ill.
fn forge(file: &mut [u8]) -> Option<Seal> {
    let trailer = file.len().checked_sub(10)?;
    let footer_len = u32::from_le_bytes(file[trailer..trailer + 4].try_into().ok()?) as usize;
    let footer_at = trailer.checked_sub(footer_len)?;
    let bytes = file[footer_at..trailer].to_vec();
    let footer = root_as_footer(&bytes).ok()?;
    let entries = footer.custom_metadata()?;
    let value = entries.iter().find(|entry| entry.key() == Some("millrace.crc32c"))?.value()?;
    let value_at = footer_at + (value.as_ptr() as usize - bytes.as_ptr() as usize);
    let first = footer.dictionaries()?.iter().chain(footer.recordBatches()?).next()?;
    let mut ends = vec![0, first.offset() as usize];
    for block in footer.recordBatches()? {
        ends.push((block.offset() + i64::from(block.metaDataLength()) + block.bodyLength()) as usize);
    }
    let sums =
        ends.windows(2).map(|ends| Some(format!("{:08x}", crc32c::crc32c(file.get(ends[0]..ends[1])?))));
    let sums = sums.collect::<Option<Vec<_>>>()?.join(" ");
    let place = file.get_mut(value_at..value_at + value.len()).filter(|place| place.len() == sums.len())?;
    place.copy_from_slice(sums.as_bytes());
    Some(Seal { len: file.len() as u64, crc: crc32c::crc32c(&file[footer_at - 8..]) })
}

#[test]
fn a_forged_file_is_an_error_or_a_table() {
    let db = small();
    let t = table(&db).t();
    let (file, seal) = written(table(&db));
    assert_eq!(forge(&mut file.clone()), Some(seal));
    let (mut errors, mut tables) = (0, 0);
    for at in (0..file.len()).step_by(3) {
        for change in [1 << (at % 8), 0xff] {
            let mut file = file.clone();
            file[at] ^= change;
            match forge(&mut file).map(|seal| read_back(t, &file, seal)) {
                Some(Ok(table)) => {
                    contents(&table);
                    tables += 1;
                }
                Some(Err(ReadError::Corrupt { .. })) => errors += 1,
                Some(Err(error)) => panic!("{error}"),
                None => {}
            }
        }
    }
    assert!(errors > 100 && tables > 1000, "{errors} errors, {tables} tables");
}

#[test]
fn batches_are_bounded() {
    let t = Type::new("text", vec![common::field("text", Kind::String, false)]).unwrap();
    let db = Db::new(Schema::new(vec![t]).unwrap());
    let records: Vec<_> = (0..150).map(|len| vec![common::text(&"y".repeat(40_000 + len))]).collect();
    insert(&db, 1, &records);
    let (file, _) = written(table(&db));
    let batches = arrow_ipc::reader::FileReader::try_new(Cursor::new(&file), None).unwrap();
    let sizes: Vec<_> =
        batches.map(|batch| batch.unwrap().column(1).as_string::<i32>().values().len()).collect();
    assert!(sizes.len() > 4 && sizes.iter().all(|&size| size < (1 << 20) + 41_000), "{sizes:?}");
}

#[test]
fn a_view_is_written_as_it_was_taken() {
    let db = small();
    let (before, view) = (contents(table(&db)), table(&db).view());
    operate(&db, &[Op::Delete(1, 0), Op::Modify(2, 1, vec![(0, common::text("changed"))])]);
    insert(&db, 10, &[of_byte(table(&db).t(), 5, false)]);
    let mut file = Vec::new();
    let seal = write(table(&db).t(), view, &mut file).unwrap();
    assert!(contents(&read_back(table(&db).t(), &file, seal).unwrap()) == before);
}

#[test]
fn new_optional_fields_are_absent_and_other_changes_refused() {
    let (name, note) =
        (common::field("name", Kind::String, false), common::field("note", Kind::String, true));
    let t = |fields: &[&Field]| Type::new("t", fields.iter().copied().cloned().collect()).unwrap();
    let db = Db::new(Schema::new(vec![t(&[&name])]).unwrap());
    insert(&db, 1, &[vec![common::text("a")], vec![common::text("b")]]);
    let (file, seal) = written(table(&db));

    let more = Db::new(Schema::new(vec![t(&[&note, &name])]).unwrap());
    insert(&more, 1, &[vec![Value::Absent, common::text("a")], vec![Value::Absent, common::text("b")]]);
    let read = read_back(table(&more).t(), &file, seal).unwrap();
    assert!(contents(&read) == contents(table(&more)));

    let number = common::field("name", Kind::Uint32, false);
    let required = common::field("note", Kind::String, false);
    for other in
        [t(&[&number]), t(&[&name, &required]), t(&[&note]), Type::new("u", vec![name.clone()]).unwrap()]
    {
        assert!(matches!(read_back(&other, &file, seal), Err(ReadError::Corrupt { .. })));
    }
    let (file, seal) = written(table(&more));
    assert!(matches!(read_back(&t(&[&name]), &file, seal), Err(ReadError::Corrupt { .. })));
}
