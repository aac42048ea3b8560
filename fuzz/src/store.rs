//! Arbitrary bytes as the files of a durable store: it opens or says why not, nothing is touched where it says so, and
//! what it opens with opens again.

use crate::common::schema as small;
use crate::storage::Fake;
use millrace::log::error::LogError;
use millrace::log::manifest::{self, Manifest};
use millrace::log::record::Record;
use millrace::log::recovery::{self, Options};
use millrace::log::segment::{self, Header};
use millrace::log::storage::Storage;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Salt of segments whose checksums are made to agree.
const SALT: u32 = 7;

/// Opens `files` with and without `salvage`.
fn open(files: &BTreeMap<String, Vec<u8>>) {
    for salvage in [false, true] {
        let fake = Fake::of(files);
        let storage: Arc<dyn Storage> = Arc::new(fake.clone());
        let options = Options { salvage, ..Options::default() };
        match recovery::open(&storage, None, options) {
            Ok(opened) => {
                let counts: Vec<_> = opened.db.tables().iter().map(|table| table.count()).collect();
                drop(opened);
                let again = recovery::open(&storage, None, Options::default()).expect("it opens again");
                let found: Vec<_> = again.db.tables().iter().map(|table| table.count()).collect();
                assert_eq!(found, counts);
                assert_eq!(again.report.tail, None);
            }
            Err(LogError::Corrupt { .. } | LogError::Newer { .. }) => assert_eq!(fake.contents(), *files),
            Err(LogError::OutOfMemory) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// `bytes` as a manifest, once as they are and once as the body behind a header whose checksum agrees.
pub fn manifest(bytes: &[u8]) {
    let mut framed = Manifest::new(small(1)).to_bytes()[..12].to_vec();
    framed.extend((bytes.len() as u32).to_le_bytes());
    framed.extend(millrace::log::record::checksum(bytes).to_le_bytes());
    framed.extend([0; 4]);
    framed.extend(bytes);
    for file in [bytes.to_vec(), framed] {
        if let Ok(manifest) = Manifest::from_bytes(&file) {
            assert_eq!(manifest.to_bytes(), file, "it is written as it was read");
        }
        let log = Header { salt: SALT, first: 1, ahead: false }.to_bytes();
        open(&BTreeMap::from([(manifest::NAME.to_owned(), file), (segment::name(1), log)]));
    }
}

/// `bytes` as the records of a store's only segment, once as they are and once as the frames of records whose checksums
/// agree: the first byte says where one ends and the next begins. Of a segment of either format.
pub fn segment(bytes: &[u8]) {
    for ahead in [false, true] {
        segment_of(Header { salt: SALT, first: 1, ahead }, bytes);
    }
}

fn segment_of(header: Header, bytes: &[u8]) {
    let raw = [header.to_bytes(), bytes.to_vec()].concat();
    let mut whole = header.to_bytes();
    let len = (usize::from(bytes.first().copied().unwrap_or(1)) + 1) * 8;
    let words = &bytes[..bytes.len() / 8 * 8];
    for (index, frames) in words.chunks(len).enumerate() {
        let lsn = index as u64 + 1;
        let record = Record::new(lsn, lsn.saturating_sub(2), 1, frames, SALT);
        whole.extend(record.to_bytes(SALT));
        whole.extend(frames);
    }
    let manifest = Manifest::new(small(3)).to_bytes();
    for file in [raw, whole] {
        open(&BTreeMap::from([(manifest::NAME.to_owned(), manifest.clone()), (segment::name(1), file)]));
    }
}
