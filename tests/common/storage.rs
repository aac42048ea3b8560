//! A storage in memory whose steps fail as asked, and what a loss of power leaves of it: what was synced, and any part of
//! the rest.
//!
//! A sync that fails loses what it should have written, for good: the system goes on to show it, and takes it for
//! written, so that a later sync does not write it either.

use millrace::log::storage::{Input, Output, Storage};
use std::collections::BTreeMap;
use std::io::{self, Cursor};
use std::sync::{Arc, Mutex};

/// Bytes that a loss of power keeps or loses as one.
const SECTOR: usize = 64;

/// What happens at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails, and nothing is done.
    Fails,
    /// It fails, and half of it is done: a full disk. Steps without halves are done.
    Short,
    /// The process ends before it.
    Ends,
}

#[derive(Debug, Default, Clone)]
struct File {
    /// As the system shows it.
    bytes: Vec<u8>,
    /// Where appending goes on: what is behind was written ahead.
    end: usize,
    /// From here on it was written since the last sync.
    unsynced: usize,
    /// What is on the disk.
    disk: Vec<u8>,
}

impl File {
    fn of(bytes: Vec<u8>) -> Self {
        Self { end: bytes.len(), unsynced: bytes.len(), disk: bytes.clone(), bytes }
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        self.bytes.resize(self.bytes.len().max(at + bytes.len()), 0);
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// What a failed sync loses stays as it was, or zero, also when a later one succeeds.
    fn sync(&mut self, result: &io::Result<()>) {
        self.disk.resize(self.bytes.len(), 0);
        if result.is_ok() {
            self.disk[self.unsynced..].copy_from_slice(&self.bytes[self.unsynced..]);
        }
        self.unsynced = self.end;
    }

    fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
        self.disk.truncate(len);
        self.end = self.end.min(len);
        self.unsynced = self.unsynced.min(len);
    }

    /// What a loss of power leaves.
    fn after_power_loss(&self, keeps: &mut impl FnMut() -> bool) -> Self {
        let mut bytes = self.disk.clone();
        bytes.resize(self.bytes.len(), 0);
        for (index, sector) in self.bytes[self.unsynced..].chunks(SECTOR).enumerate() {
            if keeps() {
                let at = self.unsynced + index * SECTOR;
                bytes[at..at + sector.len()].copy_from_slice(sector);
            }
        }
        // The file's length is on the disk or not, too.
        if !keeps() {
            bytes.truncate(bytes.len() - (bytes.len() - self.disk.len()) / 2);
        }
        Self::of(bytes)
    }
}

#[derive(Debug, Clone)]
enum Change {
    Add(String, usize),
    Rename(String, String),
    Remove(String),
}

fn apply(names: &mut BTreeMap<String, usize>, change: &Change) {
    match change {
        Change::Add(name, file) => _ = names.insert(name.clone(), *file),
        Change::Remove(name) => _ = names.remove(name),
        Change::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
    }
}

#[derive(Debug, Default)]
struct State {
    files: Vec<File>,
    names: BTreeMap<String, usize>,
    synced_names: BTreeMap<String, usize>,
    /// Changes of names since the last sync of the directory.
    changes: Vec<Change>,
    steps: usize,
    fault: Option<(usize, Fault)>,
    /// Every step that begins so fails.
    refused: Option<String>,
    ended: bool,
    trace: Vec<String>,
}

impl State {
    /// Counts a step; the share of it that is to be done, and whether it then fails.
    fn step(&mut self, what: String) -> (bool, io::Result<()>) {
        if self.ended {
            return (false, Err(io::Error::other("the process has ended")));
        }
        let step = self.steps;
        self.steps += 1;
        let is_refused = self.refused.as_ref().is_some_and(|refused| what.starts_with(refused));
        self.trace.push(what);
        match self.fault.filter(|&(at, _)| at == step) {
            None if is_refused => (false, Err(io::Error::from_raw_os_error(28))),
            None => (true, Ok(())),
            Some((_, Fault::Fails)) => (false, Err(io::Error::from_raw_os_error(5))),
            Some((_, Fault::Short)) => (true, Err(io::Error::from_raw_os_error(28))),
            Some((_, Fault::Ends)) => {
                self.ended = true;
                (false, Err(io::Error::other("the process ends")))
            }
        }
    }

    fn change(&mut self, what: String, change: Change) -> io::Result<()> {
        let (done, result) = self.step(what);
        if done {
            apply(&mut self.names, &change);
            self.changes.push(change);
        }
        result
    }
}

/// See the module. Clones share the files.
#[derive(Debug, Clone, Default)]
pub struct Fake(Arc<Mutex<State>>);

#[derive(Debug)]
struct FakeFile {
    fake: Fake,
    file: usize,
    name: String,
}

impl Fake {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Lets `fault` happen at step `at`, counted from now.
    pub fn fail_at(&self, at: usize, fault: Fault) {
        let mut state = self.state();
        state.fault = Some((state.steps + at, fault));
    }

    /// Lets every step that begins so fail, as on a disk that is full.
    pub fn refuse(&self, steps: &str) {
        self.state().refused = Some(steps.to_owned());
    }

    /// Steps so far.
    pub fn steps(&self) -> usize {
        self.state().steps
    }

    /// The last steps, to be shown with a failure.
    pub fn trace(&self) -> Vec<String> {
        let state = self.state();
        state.trace[state.trace.len().saturating_sub(12)..].to_vec()
    }

    /// What is there after the process has ended: all that it wrote.
    pub fn after_the_process(&self) -> Self {
        let state = self.state();
        let State { files, names, .. } = &*state;
        Self(Arc::new(Mutex::new(State {
            files: files.clone(),
            names: names.clone(),
            synced_names: state.synced_names.clone(),
            changes: state.changes.clone(),
            ..State::default()
        })))
    }

    /// What is there after a loss of power: what was synced, and of the rest what `keeps` says.
    pub fn after_power_loss(&self, mut keeps: impl FnMut() -> bool) -> Self {
        let state = self.state();
        let mut names = state.synced_names.clone();
        state.changes.iter().filter(|_| keeps()).for_each(|change| apply(&mut names, change));
        let files = state.files.iter().map(|file| file.after_power_loss(&mut keeps));
        let synced_names = names.clone();
        Self(Arc::new(Mutex::new(State { files: files.collect(), names, synced_names, ..State::default() })))
    }

    /// Changes the bytes of a file.
    pub fn edit(&self, name: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let file = state.names[name];
        let mut bytes = state.files[file].bytes.clone();
        edit(&mut bytes);
        state.files[file] = File::of(bytes);
    }

    /// The bytes of every file.
    pub fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        state.names.iter().map(|(name, &file)| (name.clone(), state.files[file].bytes.clone())).collect()
    }

    /// A storage of these files.
    pub fn of(contents: &BTreeMap<String, Vec<u8>>) -> Self {
        let fake = Self::default();
        let mut state = fake.state();
        for (index, (name, bytes)) in contents.iter().enumerate() {
            state.files.push(File::of(bytes.clone()));
            state.names.insert(name.clone(), index);
        }
        state.synced_names = state.names.clone();
        drop(state);
        fake
    }
}

impl Storage for Fake {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.state().names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Input>> {
        let state = self.state();
        let file = state.names.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(Cursor::new(state.files[*file].bytes.clone())))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn Output>> {
        let mut state = self.state();
        let file = state.files.len();
        state.files.push(File::default());
        state.change(format!("create {name}"), Change::Add(name.into(), file))?;
        Ok(Arc::new(FakeFile { fake: self.clone(), file, name: name.into() }))
    }

    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        let mut state = self.state();
        let (done, result) = state.step(format!("truncate {name} to {len}"));
        if done {
            let file = state.names[name];
            state.files[file].truncate(len as usize);
            state.files[file].sync(&result);
        }
        result
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state().change(format!("rename {from} {to}"), Change::Rename(from.into(), to.into()))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state().change(format!("remove {name}"), Change::Remove(name.into()))
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut state = self.state();
        let (done, result) = state.step("sync the directory".into());
        if done {
            state.synced_names = state.names.clone();
            state.changes.clear();
        }
        result
    }
}

impl Output for FakeFile {
    fn append(&self, parts: [&[u8]; 2]) -> io::Result<()> {
        let mut state = self.fake.state();
        let bytes = parts.concat();
        let (done, result) = state.step(format!("append {} bytes to {}", bytes.len(), self.name));
        let len = match (done, &result) {
            (true, Ok(())) => bytes.len(),
            (true, Err(_)) => bytes.len() / 2,
            (false, _) => 0,
        };
        let file = &mut state.files[self.file];
        file.write(file.end, &bytes[..len]);
        file.end += len;
        result
    }

    fn write_zeros(&self, at: u64, len: u64) -> io::Result<()> {
        let mut state = self.fake.state();
        let (done, result) = state.step(format!("write {len} zeros at {at} of {}", self.name));
        let len = match (done, &result) {
            (true, Ok(())) => len,
            (true, Err(_)) => len / 2,
            (false, _) => 0,
        };
        let file = &mut state.files[self.file];
        assert!(at as usize >= file.end, "behind all that was appended");
        file.write(at as usize, &vec![0; len as usize]);
        result
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        let mut state = self.fake.state();
        let (done, result) = state.step(format!("sync {} cut to {len}", self.name));
        let file = &mut state.files[self.file];
        if done {
            file.truncate(len as usize);
            file.sync(&result);
        }
        result
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.fake.state();
        let (done, result) = state.step(format!("sync {}", self.name));
        // Only where the process has ended there is no sync at all.
        if done || !state.ended {
            state.files[self.file].sync(&result);
        }
        result
    }
}
