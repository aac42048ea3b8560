//! Records that are whole, but hold what can't be replayed; and files of formats that came later. Either is an error, and
//! nothing is touched.

mod common;
#[path = "common/program.rs"]
mod program;
#[path = "common/storage.rs"]
#[allow(dead_code, reason = "a part is used")]
mod storage;

use common::{Op, operations, record, rows, schema, text};
use millrace::log::error::LogError;
use millrace::log::manifest::NAME;
use millrace::log::record::{HEADER, checksum};
use millrace::log::recovery::{self, Options, Recovered};
use millrace::log::segment;
use millrace::log::storage::Storage;
use program::{LIMITS, TYPES, dump};
use std::sync::Arc;
use storage::Fake;

fn open(fake: &Fake, salvage: bool) -> Result<Recovered, LogError> {
    let storage: Arc<dyn Storage> = Arc::new(fake.clone());
    recovery::open(&storage, Some(schema(TYPES)), Options { salvage, limits: LIMITS })
}

fn one_row(t: usize, id: u32) -> Vec<u8> {
    rows(t, &schema(TYPES).types()[t], id, &[record(id)])
}

/// What a bug in whoever wrote them would leave; each begins with a frame that is as it should be.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let with = |frame: Vec<u8>| [one_row(0, 2), frame].concat();
    let edited = |at: usize, to: u8| {
        let mut frame = one_row(1, 1);
        frame[at] = to;
        with(frame)
    };
    let modify = operations(1, &[Op::Modify(1, 0, vec![(0, text("a"))])]);
    vec![
        ("no frame", with(vec![0; 8])),
        ("a length past the end", edited(2, 1)),
        ("a length of less than a header", edited(0, 8)),
        ("a type that there is not", edited(4, TYPES as u8)),
        ("a kind that there is not", edited(6, 9)),
        ("no first id", edited(8, 0)),
        ("more rows than bytes", edited(13, 1)),
        ("operations of more words than bytes", with([&modify[..8], &[9, 9, 0, 0], &modify[12..]].concat())),
        ("text that is not UTF-8", {
            let mut frame = one_row(1, 1);
            let at = frame.windows(4).position(|bytes| bytes == b"name").unwrap();
            frame[at] = 0xff;
            with(frame)
        }),
        ("an id that was given before", with(one_row(0, 1))),
    ]
}

#[test]
fn a_whole_record_with_malformed_frames_is_an_error_wherever_it_is() {
    for (what, region) in malformed() {
        for behind in [0, 1] {
            let fake = Fake::default();
            let log = open(&fake, false).unwrap().log;
            log.append(&one_row(0, 1)[..]).unwrap();
            log.append(&region[..]).unwrap();
            (0..behind).for_each(|_| _ = log.append(&one_row(2, 1)[..]).unwrap());
            drop(log);
            let before = fake.contents();
            let start = segment::HEADER + HEADER + one_row(0, 1).len();
            let Err(LogError::Corrupt { file, offset, .. }) = open(&fake, false) else {
                panic!("{what}: it opens");
            };
            assert_eq!(file, segment::name(1), "{what}");
            let within = start..start + HEADER + region.len();
            assert!(within.contains(&(offset as usize)), "{what}: {offset} is not in {within:?}");
            assert_eq!(fake.contents(), before, "{what}: nothing on disk is touched");
            let salvaged = open(&fake, true).unwrap();
            let expected = [1, 0, 0];
            let counts: Vec<_> = salvaged.db.tables().iter().map(|table| table.count()).collect();
            assert_eq!(counts, expected, "{what}: nothing of the batch, and nothing behind it");
            let held = dump(&salvaged.db);
            drop(salvaged);
            assert_eq!(dump(&open(&fake, false).unwrap().db), held, "{what}");
        }
    }
}

/// Gives the file another format; its checksum agrees.
fn newer(file: &mut [u8]) {
    file[8] = if file.starts_with(b"millrlog") { 3 } else { 2 };
    if file.starts_with(b"millrlog") {
        let crc = checksum(&file[..24]);
        file[24..28].copy_from_slice(&crc.to_le_bytes());
    }
}

#[test]
fn a_file_of_a_newer_format_is_told_as_such_with_and_without_salvage() {
    let fake = Fake::default();
    let log = open(&fake, false).unwrap().log;
    log.append(&one_row(0, 1)[..]).unwrap();
    drop(log);
    drop(open(&fake, false));
    let files = fake.contents();
    assert_eq!(files.len(), 3, "a manifest and two segments");
    for name in files.keys() {
        let fake = Fake::of(&files);
        fake.edit(name, |bytes| newer(bytes));
        let before = fake.contents();
        for salvage in [false, true] {
            let error = open(&fake, salvage).unwrap_err();
            assert!(
                matches!(&error, LogError::Newer { file, version, known } if file == name && *version == known + 1),
                "{name}: {error}"
            );
            assert_eq!(fake.contents(), before, "nothing on disk is touched");
        }
    }
    assert!(files.contains_key(NAME));
}
