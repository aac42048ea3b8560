//! Syncs beside the work: batches that arrive during one are applied meanwhile, their regions are given back, and they
//! share the next; a sync that fails takes exactly those with it that waited for it.

mod common;
#[path = "common/storage.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod storage;

use common::{record, rows, schema};
use millrace::handle::{Finished, Handle};
use millrace::log::record::Record;
use millrace::log::recovery::{self, Options};
use millrace::log::segment;
use millrace::log::sequencer::{Durability, Sequencer};
use millrace::log::storage::{Input, Output, Storage};
use millrace::log::writer::Limits;
use millrace::memory::Memory;
use millrace::pool::Pool;
use millrace::ring::Ring;
use millrace::state::{LINE, ModifyState};
use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};
use storage::Fake;

/// Whether syncs of segments may go on, how many have begun, and whether the next one fails.
#[derive(Debug, Default)]
struct Gate {
    state: Mutex<(bool, usize, bool)>,
    changed: Condvar,
}

impl Gate {
    fn set(&self, closed: bool) {
        self.state.lock().unwrap().0 = closed;
        self.changed.notify_all();
    }

    fn begun(&self) -> usize {
        self.state.lock().unwrap().1
    }

    fn pass(&self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        state.1 += 1;
        while state.0 {
            state = self.changed.wait(state).unwrap();
        }
        if std::mem::take(&mut state.2) { Err(io::Error::from_raw_os_error(5)) } else { Ok(()) }
    }
}

#[derive(Debug, Clone)]
struct Gated(Fake, Arc<Gate>);

#[derive(Debug)]
struct GatedFile(Arc<dyn Output>, Arc<Gate>);

impl Storage for Gated {
    fn list(&self) -> io::Result<Vec<String>> {
        self.0.list()
    }
    fn open(&self, name: &str) -> io::Result<Box<dyn Input>> {
        self.0.open(name)
    }
    fn create(&self, name: &str) -> io::Result<Arc<dyn Output>> {
        Ok(Arc::new(GatedFile(self.0.create(name)?, Arc::clone(&self.1))))
    }
    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        self.0.truncate(name, len)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.0.rename(from, to)
    }
    fn remove(&self, name: &str) -> io::Result<()> {
        self.0.remove(name)
    }
    fn sync_dir(&self) -> io::Result<()> {
        self.0.sync_dir()
    }
}

impl Output for GatedFile {
    fn append(&self, parts: [&[u8]; 2]) -> io::Result<()> {
        self.0.append(parts)
    }
    fn cut(&self, len: u64) -> io::Result<()> {
        self.0.cut(len)
    }
    fn sync(&self) -> io::Result<()> {
        self.1.pass()?;
        self.0.sync()
    }
}

struct Writer {
    gate: Arc<Gate>,
    sequencer: Arc<Sequencer>,
    handle: Arc<Handle>,
    ring: Ring<Arc<millrace::log::sequencer::Sent>>,
    seq: u32,
    frame: Vec<u8>,
}

impl Writer {
    fn open(fake: &Fake) -> Self {
        let gate = Arc::new(Gate::default());
        let storage: Arc<dyn Storage> = Arc::new(Gated(fake.clone(), Arc::clone(&gate)));
        let limits = Limits::default();
        let options = Options { salvage: false, limits };
        let recovered = recovery::open(&storage, Some(schema(1)), options).unwrap();
        let states = Arc::new(Memory::owned(LINE * 4));
        let pool = |db| Pool::start(db, vec![ModifyState::new(states, 0)]).map(Some);
        let sequencer = Sequencer::start(storage, recovered, Durability::Disk, limits, pool).unwrap();
        let handle = Arc::new(Handle::new(Arc::new(Memory::owned(4096)), || ()));
        Self { gate, sequencer, handle, ring: Ring::new(4096), seq: 0, frame: Vec::new() }
    }

    /// Hands over a batch of one row.
    fn write(&mut self) {
        self.seq += 1;
        let t = &self.sequencer.db().schema().types()[0];
        self.frame = rows(0, t, self.seq, &[record(self.seq)]);
        let (start, end) = (self.ring.pos(), self.ring.pos() + self.frame.len() as u32);
        assert!(self.ring.extend() >= end);
        // SAFETY: the ring has just said that no live region is there.
        unsafe { self.handle.memory().write(start as usize, &self.frame) };
        self.ring.advance(end);
        self.ring.hand_over(self.sequencer.send(&self.handle, self.seq, start, end));
    }

    fn rows(&self) -> usize {
        self.sequencer.db().table(0).unwrap().count()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.gate.set(false);
        self.handle.quiesce();
        self.sequencer.stop();
    }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::yield_now();
    }
}

fn seqs(finished: &[Finished]) -> Vec<u32> {
    finished.iter().map(|finished| finished.seq).collect()
}

#[test]
fn batches_that_arrive_during_a_sync_are_applied_meanwhile_and_share_the_next() {
    let mut writer = Writer::open(&Fake::default());
    let before = writer.gate.begun();
    writer.gate.set(true);
    writer.write();
    until("the first sync begins", || writer.gate.begun() == before + 1);
    for _ in 0..5 {
        writer.write();
    }
    until("all are applied", || writer.rows() == 6);
    until("all regions are given back", || writer.ring.is_free());
    assert_eq!(writer.handle.take(), []);
    assert_eq!(writer.handle.in_flight(), 6);
    writer.gate.set(false);
    writer.handle.quiesce();
    assert_eq!(seqs(&writer.handle.take()), [1, 2, 3, 4, 5, 6]);
    assert_eq!(writer.gate.begun(), before + 2, "one sync for the first, one for the others");
}

#[test]
fn a_sync_that_fails_is_never_tried_again() {
    let fake = Fake::default();
    let mut writer = Writer::open(&fake);
    writer.write();
    writer.handle.quiesce();
    assert!(writer.handle.take().iter().all(|finished| !finished.poisoned));
    writer.gate.set(true);
    writer.gate.state.lock().unwrap().2 = true;
    let before = writer.gate.begun();
    writer.write();
    until("the sync begins", || writer.gate.begun() == before + 1);
    writer.write();
    until("the next one is applied", || writer.rows() == 3);
    writer.gate.set(false);
    writer.handle.quiesce();
    writer.write();
    writer.handle.quiesce();
    let finished = writer.handle.take();
    assert_eq!(seqs(&finished), [2, 3, 4]);
    assert!(finished.iter().all(|finished| finished.poisoned));
    assert!(writer.ring.is_free());
    assert_eq!(writer.gate.begun(), before + 1, "no sync follows");
    assert_eq!(writer.rows(), 3, "what was not logged is not applied");
    let gate = Arc::clone(&writer.gate);
    drop(writer);
    assert_eq!(gate.begun(), before + 1, "nor when it closes");
}

/// Whether a record is whole behind one that is not, in a segment that was `written`, of which `left` is left.
fn keeps_a_later_record(written: &[u8], left: &[u8]) -> bool {
    let salt = segment::Header::read("", written).unwrap().salt;
    let mut at = segment::HEADER;
    let mut one_is_lost = false;
    while let Ok(record) = Record::read(&written[at..], salt) {
        let range = at..at + record.size();
        at = range.end;
        let is_whole = left.get(range.clone()) == Some(&written[range]);
        if is_whole && one_is_lost {
            return true;
        }
        one_is_lost |= !is_whole;
    }
    false
}

#[test]
fn a_loss_of_power_during_a_sync_may_keep_a_later_record_and_lose_an_earlier_one() {
    let fake = Fake::default();
    let mut writer = Writer::open(&fake);
    let name = segment::name(1);
    let mut random = 1u64;
    let mut later_kept = 0;
    for round in 0..8 {
        // All of this is synced, and the next records say so.
        writer.write();
        writer.handle.quiesce();
        let settled = writer.rows();
        writer.gate.set(true);
        let before = writer.gate.begun();
        writer.write();
        until("a sync begins", || writer.gate.begun() > before);
        (0..6).for_each(|_| writer.write());
        until("all are applied", || writer.rows() == settled + 7);
        let written = fake.contents();
        for _ in 0..40 {
            let left = fake.after_power_loss(|| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                random >> 62 > 0
            });
            let kept_later = keeps_a_later_record(&written[&name], &left.contents()[&name]);
            let storage: Arc<dyn Storage> = Arc::new(left);
            let found = recovery::open(&storage, None, Options::default()).unwrap();
            let count = found.db.table(0).unwrap().count();
            assert!((settled..=settled + 7).contains(&count), "round {round}: {settled}, then {count}");
            assert_eq!(
                found.db.table(0).unwrap().next_id() as usize,
                count + 1,
                "none is missing in between"
            );
            assert!(!kept_later || found.report.tail.is_some());
            later_kept += usize::from(kept_later);
        }
        writer.gate.set(false);
        writer.handle.quiesce();
    }
    assert!(later_kept > 20, "{later_kept}");
}

#[test]
fn a_checkpoint_beside_batches_is_of_one_moment_of_all_types() {
    let fake = Fake::default();
    let mut writer = Writer::open(&fake);
    for round in 0..20 {
        for _ in 0..3 {
            writer.write();
        }
        writer.sequencer.checkpoint(&writer.handle, 1000 + round);
        writer.write();
        writer.handle.quiesce();
        let left = fake.after_power_loss(|| false);
        let storage: Arc<dyn Storage> = Arc::new(left);
        let found = recovery::open(&storage, None, Options::default()).unwrap();
        assert_eq!(found.db.table(0).unwrap().count() as u32, writer.seq);
        assert_eq!(found.report.rows as u32, writer.seq - 1, "the snapshot is of the moment of the call");
        assert_eq!(found.report.operations, 1);
    }
}
