//! Durable stores on a storage that fails: whatever fails and whenever the process ends or the power goes, opening again
//! gives all that settled, in whole batches, and nothing else.

mod common;
#[path = "common/program.rs"]
mod program;
#[path = "common/storage.rs"]
mod storage;

use common::{Op, operations, record, rows, schema};
use millrace::db::{Db, Selection};
use millrace::log::checkpoint::write_snapshots;
use millrace::log::error::LogError;
use millrace::log::manifest::Manifest;
use millrace::log::recovery::{self, Options};
use millrace::log::segment;
use millrace::log::sequencer::Durability;
use millrace::log::storage::Storage;
use millrace::log::writer::Limits;
use millrace::store::table::Table;
use program::{LIMITS, Program, Random, Store, TYPES, check, dump};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use storage::{Fake, Fault};

/// Runs the program with a fault at one step, then opens what is left. Whether the fault came to pass.
fn with_fault(program: &Program, durability: Durability, at: usize, fault: Fault) -> bool {
    let fake = Fake::default();
    let mut settled = 0;
    let mut failed_checkpoints = 0;
    fake.fail_at(at, fault);
    // Every third batch is followed by a checkpoint.
    if let Ok(mut store) = Store::open(&fake, durability, false) {
        for (index, region) in program.regions.iter().enumerate() {
            if !store.write(region) {
                break;
            }
            settled = index + 1;
            if settled % 3 == 0 && !store.checkpoint() {
                failed_checkpoints += 1;
            }
        }
        let held = program.states.iter().rposition(|state| *state == store.dump()).unwrap();
        assert!(held >= settled, "what settled is visible");
        let ended = store.sequencer.db().refusal().is_some();
        assert!(ended || settled == program.regions.len(), "writes go on unless the log has ended");
        assert!(ended || fault == Fault::Ends || failed_checkpoints <= 1, "a later checkpoint succeeds");
    }
    let came = fake.steps() > at;
    let what =
        |after: &str| format!("{durability:?}, {fault:?} at step {at} {:?}, after {after}", fake.trace());
    check(&fake.after_the_process(), program, settled, durability, &what("the process"));
    let mut random = Random(at as u64);
    for seed in 0..4 {
        let left = fake.after_power_loss(|| match seed {
            0 => false,
            1 => true,
            _ => random.below(2) == 0,
        });
        let settled = if durability == Durability::Disk { settled } else { 0 };
        check(&left, program, settled, durability, &what(&format!("power loss {seed}")));
    }
    came
}

#[test]
fn every_step_fails_in_turn_and_nothing_that_settled_is_lost() {
    let program = Program::new(10, 7);
    for durability in [Durability::Os, Durability::Disk] {
        for fault in [Fault::Fails, Fault::Short, Fault::Ends] {
            let steps = (0..).take_while(|&at| with_fault(&program, durability, at, fault)).count();
            assert!(steps > 30, "{steps} steps");
        }
    }
}

/// A store of some batches, of which `checkpointed` are in snapshots, on a storage that lost nothing. Of the others, two are
/// in a segment of their own.
fn written(program: &Program, checkpointed: usize) -> Fake {
    let fake = Fake::default();
    let mut store = Store::open(&fake, Durability::Os, false).unwrap();
    for (index, region) in program.regions.iter().enumerate() {
        if index == checkpointed && index > 0 {
            assert!(store.checkpoint());
        }
        if index == checkpointed + 2 {
            drop(store);
            store = Store::open(&fake, Durability::Os, false).unwrap();
        }
        assert!(store.write(region));
    }
    let storage = fake.after_the_process();
    drop(store);
    storage
}

#[test]
fn a_file_cut_off_at_any_byte_is_a_torn_tail_or_an_error_and_then_nothing_changes() {
    let program = Program::new(DAMAGED, 3);
    damage_everywhere(&program, |bytes, at| bytes.truncate(at));
}

#[test]
fn a_flipped_bit_anywhere_is_a_torn_tail_or_an_error_and_then_nothing_changes() {
    let program = Program::new(DAMAGED, 3);
    damage_everywhere(&program, |bytes, at| bytes[at] ^= 1 << (at % 8));
}

/// Batches of the stores that are damaged: two segments of them are behind the snapshots of the first three.
const DAMAGED: usize = 7;

/// Damages every byte of every file in turn; also opens with `salvage`, which must give whole batches too, where no
/// snapshot is damaged.
fn damage_everywhere(program: &Program, damage: impl Fn(&mut Vec<u8>, usize)) {
    let files = written(program, 3).contents();
    let last_segment = files.keys().filter_map(|name| segment::first_of(name)).max().unwrap();
    let earlier =
        files.keys().filter_map(|name| segment::first_of(name)).filter(|&first| first > 3).count() - 1;
    assert!(earlier > 0, "{:?}", files.keys());
    let mut torn = 0;
    for (name, bytes) in &files {
        // `tests/snapshot.rs` looks at every byte of a snapshot.
        let step = if name.ends_with(".arrow") { 17 } else { 1 };
        for at in (0..bytes.len()).step_by(step) {
            let fake = Fake::of(&files);
            fake.edit(name, |bytes| damage(bytes, at));
            let damaged = fake.contents();
            let what = format!("byte {at} of {name}");
            match Store::open(&fake, Durability::Os, false) {
                Ok(store) => {
                    let held = program.states.iter().rposition(|state| *state == store.dump());
                    assert!(held.is_some_and(|held| held >= 3), "{what}: {held:?}");
                    // What snapshots hold all of is not read any more.
                    let is_last = segment::first_of(name) == Some(last_segment);
                    assert!(is_last || held == Some(DAMAGED), "{what} is in the last segment");
                    torn += usize::from(store.report.tail.is_some());
                }
                Err(LogError::Corrupt { file, offset, .. }) => {
                    assert_eq!(file, *name, "{what}");
                    assert!(offset <= at as u64, "{what}: {offset}");
                    assert_eq!(fake.contents(), damaged, "{what}: nothing on disk is touched");
                    salvage(&fake, program, &what, name.ends_with(".arrow") || name == "MANIFEST");
                }
                Err(LogError::Newer { .. }) => assert!(name == "MANIFEST" && (8..12).contains(&at), "{what}"),
                Err(error) => panic!("{what}: {error}"),
            }
        }
    }
    assert!(torn > 0);
}

fn salvage(fake: &Fake, program: &Program, what: &str, loses_a_type: bool) {
    let Ok(store) = Store::open(fake, Durability::Os, true) else {
        return assert!(loses_a_type, "{what}: salvage opens it");
    };
    assert!(!store.report.damage.is_empty(), "{what}: the damage is told");
    let held = store.dump();
    assert!(loses_a_type || program.states.contains(&held), "{what}: salvage gives whole batches");
    drop(store);
    let again = Store::open(fake, Durability::Os, false).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(again.dump(), held, "{what}: what was salvaged stays");
}

#[test]
fn damage_below_a_mark_is_an_error_also_with_whole_records_behind_it() {
    let program = Program::new(6, 11);
    let fake = Fake::default();
    let limits = Limits { segment: 1 << 20, ..LIMITS };
    let storage: Arc<dyn Storage> = Arc::new(fake.clone());
    let options = Options { salvage: false, limits };
    let recovered = recovery::open(&storage, Some(schema(TYPES)), options).unwrap();
    let log = recovered.log;
    let mut ends = vec![segment::HEADER];
    for (index, region) in program.regions.iter().enumerate() {
        log.append(&region[..]).unwrap();
        ends.push(ends.last().unwrap() + 40 + region.len());
        if index == 2 {
            log.sync().unwrap();
        }
    }
    let files = fake.contents();
    let name = segment::name(1);
    // Records 4 and later carry the mark 3.
    for lsn in 1..=6 {
        for at in ends[lsn - 1]..ends[lsn] {
            let fake = Fake::of(&files);
            fake.edit(&name, |bytes| bytes[at] ^= 4);
            let storage: Arc<dyn Storage> = Arc::new(fake.clone());
            match recovery::open(&storage, None, options) {
                Ok(recovered) => {
                    assert!(lsn > 3, "byte {at} of record {lsn} was synced");
                    let lost = recovered.report.tail.unwrap();
                    assert_eq!((lost.file, lost.offset), (name.clone(), ends[lsn - 1] as u64));
                    assert_eq!(dump(&recovered.db), program.states[lsn - 1]);
                }
                Err(LogError::Corrupt { file, offset, .. }) => {
                    assert!(lsn <= 3, "byte {at} of record {lsn} was never synced");
                    assert_eq!((file, offset), (name.clone(), ends[lsn - 1] as u64));
                    assert_eq!(fake.contents().get(&name).map(Vec::len), files.get(&name).map(Vec::len));
                }
                Err(error) => panic!("{error}"),
            }
        }
    }
}

#[test]
fn a_segment_is_synced_before_its_successor_is_there() {
    let program = Program::new(20, 3);
    for at in 0.. {
        let fake = Fake::default();
        let storage: Arc<dyn Storage> = Arc::new(fake.clone());
        let options = Options { salvage: false, limits: LIMITS };
        let log = recovery::open(&storage, Some(schema(TYPES)), options).unwrap().log;
        let before = fake.steps();
        fake.fail_at(at, Fault::Ends);
        // Nobody else syncs: a segment grows to twice its size, and the next one begins with an append.
        _ = program.regions.iter().take_while(|region| log.append(&region[..]).is_ok()).count();
        let left = fake.after_power_loss(|| false);
        let first = left.contents().keys().filter_map(|name| segment::first_of(name)).max().unwrap();
        check(&left, &program, first as usize - 1, Durability::Os, &format!("step {at}: {:?}", fake.trace()));
        if fake.steps() <= before + at {
            assert!(first > 10, "{first}");
            return;
        }
    }
}

#[test]
fn a_segment_that_can_not_be_begun_leaves_no_trace_and_the_last_one_grows_on() {
    let program = Program::new(20, 9);
    for refused in ["create 0", "append 32 bytes", "sync 0"] {
        let fake = Fake::default();
        let store = Store::open(&fake, Durability::Os, false).unwrap();
        // What is refused is all that begins a segment, and the sync of the one before it.
        fake.refuse(refused);
        let settled = program.regions.iter().take_while(|region| store.write(region)).count();
        assert!(refused == "sync 0" || settled == program.regions.len(), "{refused}: {settled}");
        drop(store);
        check(&fake.after_the_process(), &program, settled, Durability::Os, refused);
    }
}

#[test]
fn each_type_is_replayed_from_where_its_own_snapshot_ends() {
    let program = Program::new(12, 21);
    let fake = Fake::default();
    let storage: Arc<dyn Storage> = Arc::new(fake.clone());
    let options = Options { salvage: false, limits: Limits::default() };
    let recovered = recovery::open(&storage, Some(schema(TYPES)), options).unwrap();
    let (log, mut manifest) = (recovered.log, recovered.manifest);
    let db = Db::new(schema(TYPES));
    for (index, region) in program.regions.iter().enumerate() {
        log.append(&region[..]).unwrap();
        db.modify(&region[..], Selection::All, |_, _| ()).unwrap();
        // Type 1 has a snapshot of the fourth batch, type 2 of the eighth, type 0 none.
        let lsn = index as u64 + 1;
        if lsn == 4 || lsn == 8 {
            let views = db.tables().iter().map(Table::view);
            let generation = manifest.generation + 1;
            let stopping = AtomicBool::new(false);
            let types =
                write_snapshots(&*storage, &manifest.schema, views, generation, lsn, &stopping).unwrap();
            manifest.types[lsn as usize / 4] = types[lsn as usize / 4];
            manifest = Manifest { generation, synced: log.sync().unwrap(), ..manifest };
        }
    }
    manifest.store(&*storage).unwrap();
    drop(log);
    let again = recovery::open(&storage, None, options).unwrap();
    assert_eq!(dump(&again.db), *program.states.last().unwrap());
    assert!(again.report.batches > 8, "{}", again.report.batches);
}

#[test]
fn ids_go_on_where_a_checkpoint_found_no_rows() {
    let fake = Fake::default();
    let schema = schema(TYPES);
    for id in 1..4 {
        let mut store = Store::open(&fake, Durability::Os, false).unwrap();
        assert_eq!(store.sequencer.db().table(1).unwrap().next_id(), id);
        assert!(store.write(&rows(1, &schema.types()[1], id, &[record(id)])));
        assert!(store.write(&operations(1, &[Op::Delete(id, 0)])));
        assert!(store.checkpoint());
        assert!(!fake.contents().keys().any(|name| name.ends_with(".arrow")), "there are no rows");
    }
}

#[test]
fn a_store_can_be_given_new_types_and_new_optional_fields() {
    use common::field;
    use millrace::schema::{Kind, Schema, Type};
    for checkpointed in [0, 5] {
        let program = Program::new(8, 5);
        let fake = written(&program, checkpointed);
        let mut types: Vec<Type> = schema(TYPES).types().to_vec();
        let mut fields = types[1].fields().to_vec();
        fields.insert(1, field("new", Kind::Uint32, true));
        types[1] = Type::new("type1", fields).unwrap();
        types.reverse();
        types.push(Type::new("more", vec![field("a", Kind::Json, false)]).unwrap());
        let extended = Schema::new(types).unwrap();
        let storage: Arc<dyn Storage> = Arc::new(fake.clone());
        let options = Options { salvage: false, limits: LIMITS };
        let recovered = recovery::open(&storage, Some(extended.clone()), options).unwrap();
        let names: Vec<_> = recovered.db.schema().types().iter().map(|t| t.name().to_owned()).collect();
        assert_eq!(names, ["type0", "type1", "type2", "more"], "stored types keep their order");
        let counts = |db: &Db| db.tables().iter().map(|t| (t.count(), t.next_id())).collect::<Vec<_>>();
        let found = counts(&recovered.db);
        drop(recovered);
        let again = recovery::open(&storage, None, options).unwrap();
        assert_eq!(counts(&again.db), found);
        assert_eq!(again.manifest.schema_version, 2);
        // Now the first schema lacks a type and a field.
        let error = recovery::open(&storage, Some(schema(TYPES)), options).unwrap_err();
        assert!(matches!(&error, LogError::Schema(what) if what.contains("\"new\"")), "{error}");
    }
}

#[test]
fn zeros_ahead_of_small_syncs_are_few_writes_and_the_end_of_the_log() {
    let program = Program::new(60, 17);
    let fake = Fake::default();
    let storage: Arc<dyn Storage> = Arc::new(fake.clone());
    let limits = Limits { segment: 1 << 20, zeros: 1 << 16, ..LIMITS };
    let options = Options { salvage: false, limits };
    let log = recovery::open(&storage, Some(schema(TYPES)), options).unwrap().log;
    let mut records = segment::HEADER;
    let mut extended = 0;
    for region in &program.regions {
        log.append(&region[..]).unwrap();
        records += 40 + region.len();
        let before = fake.contents()[&segment::name(1)].len();
        log.write_ahead();
        extended += usize::from(fake.contents()[&segment::name(1)].len() > before);
        log.sync().unwrap();
    }
    assert!((3..12).contains(&extended), "{extended} writes of zeros, each about as many as before");
    let len = fake.contents()[&segment::name(1)].len();
    assert!(len > records && len < 3 * records, "{len} bytes, {records} of records");
    for left in [fake.after_the_process(), fake.after_power_loss(|| false)] {
        let storage: Arc<dyn Storage> = Arc::new(left.clone());
        let again = recovery::open(&storage, None, options).unwrap();
        assert_eq!((again.report.tail, again.report.bytes), (None, records as u64));
        assert_eq!(dump(&again.db), *program.states.last().unwrap());
        assert_eq!(left.contents()[&segment::name(1)].len(), records, "opening cuts them off");
    }
    log.finish();
    assert_eq!(fake.contents()[&segment::name(1)].len(), records, "the end of the log cuts them off too");
    // A last record that never got to the disk is zeros too.
    let last = 40 + program.regions.last().unwrap().len();
    fake.edit(&segment::name(1), |bytes| bytes[records - last..].fill(0));
    let storage: Arc<dyn Storage> = Arc::new(fake);
    let recovered = recovery::open(&storage, None, options).unwrap();
    assert_eq!(recovered.report.tail, None);
    assert_eq!(dump(&recovered.db), program.states[program.states.len() - 2]);
}
