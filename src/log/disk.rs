//! The real storage: a directory that one store of one process owns.

use super::error::LogError;
use super::storage::{Input, Output, Storage};
use parking_lot::Mutex;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Name of the file whose lock says that the directory is taken. The lock goes with the process.
pub const LOCK: &str = "LOCK";

/// Test-only door: the next append to, or sync of, a file whose name ends with this fails with an error of the system.
#[derive(Debug)]
pub struct Fault {
    /// Whether it is a sync.
    pub sync: bool,
    /// What the file's name ends with.
    pub ending: String,
    /// The system's number of the error.
    pub errno: i32,
}

static FAULT: Mutex<Option<Fault>> = Mutex::new(None);
static IS_FAULTY: AtomicBool = AtomicBool::new(false);

/// Test-only door: see [`Fault`].
pub fn fail_next(fault: Fault) {
    *FAULT.lock() = Some(fault);
    IS_FAULTY.store(true, Ordering::Relaxed);
}

/// See the module.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    _lock: File,
}

/// A directory, however its path is spelled: by its lock file, which a store keeps open, so that a directory which was
/// removed and made again is another.
#[cfg(unix)]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Directory {
    device: u64,
    inode: u64,
}

/// A directory, however its path is spelled.
#[cfg(not(unix))]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Directory(PathBuf);

/// A directory that may be opened.
#[derive(Debug)]
pub struct Found {
    path: PathBuf,
    directory: Directory,
    #[cfg(unix)]
    lock: File,
}

impl Found {
    /// The directory at `path`, made if there is none.
    pub fn make(path: &Path) -> Result<Self, LogError> {
        private_dir(path).and_then(|()| Self::new(path)).map_err(LogError::Path)
    }

    #[cfg(unix)]
    fn new(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let lock = writable(true).open(path.join(LOCK))?;
        let file = lock.metadata()?;
        let directory = Directory { device: file.dev(), inode: file.ino() };
        Ok(Self { path: path.to_owned(), directory, lock })
    }

    #[cfg(not(unix))]
    fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), directory: Directory(fs::canonicalize(path)?) })
    }

    /// What it is known by.
    pub fn directory(&self) -> Directory {
        self.directory.clone()
    }

    /// Locks it.
    pub fn open(self) -> Result<Disk, LogError> {
        #[cfg(unix)]
        let lock = lock(self.lock);
        #[cfg(windows)]
        let lock = lock(&self.path.join(LOCK));
        let lock = lock.map_err(LogError::Path)?.ok_or(LogError::Locked)?;
        // Whoever made the directory may not have lived to sync its name.
        if let Some(above) = self.path.parent().filter(|above| !above.as_os_str().is_empty()) {
            let _ = sync_directory(above);
        }
        Ok(Disk { path: self.path, _lock: lock })
    }
}

impl Disk {
    /// The directory at `path`, made if there is none, and locked.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        Found::make(path)?.open()
    }
}

impl Storage for Disk {
    fn list(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        // A name that is not UTF-8 is none of ours.
        Ok(names.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Input>> {
        Ok(Box::new(File::open(self.path.join(name))?))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn Output>> {
        let file = writable(true).truncate(true).open(self.path.join(name))?;
        Ok(Arc::new(DiskFile { file, name: name.to_owned() }))
    }

    fn truncate(&self, name: &str, len: u64) -> io::Result<()> {
        let file = writable(false).open(self.path.join(name))?;
        file.set_len(len)?;
        file.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_dir(&self) -> io::Result<()> {
        sync_directory(&self.path)
    }
}

#[derive(Debug)]
struct DiskFile {
    file: File,
    name: String,
}

impl DiskFile {
    fn fail_if_asked(&self, sync: bool) -> io::Result<()> {
        if !IS_FAULTY.load(Ordering::Relaxed) {
            return Ok(());
        }
        let is_meant = |fault: &mut Fault| fault.sync == sync && self.name.ends_with(&fault.ending);
        let fault = FAULT.lock().take_if(is_meant);
        fault.map_or(Ok(()), |fault| Err(io::Error::from_raw_os_error(fault.errno)))
    }
}

impl Output for DiskFile {
    fn append(&self, [mut head, mut body]: [&[u8]; 2]) -> io::Result<()> {
        self.fail_if_asked(false)?;
        let mut file = &self.file;
        while !head.is_empty() {
            match file.write_vectored(&[IoSlice::new(head), IoSlice::new(body)]) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => {
                    body = &body[written.saturating_sub(head.len())..];
                    head = &head[written.min(head.len())..];
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        file.write_all(body)
    }

    // Elsewhere, to write at a place moves the one where appending goes on.
    #[cfg(unix)]
    fn write_zeros(&self, at: u64, len: u64) -> io::Result<()> {
        const ZEROS: &[u8] = &[0; 1 << 16];
        let mut done = 0;
        while done < len {
            let part = (len - done).min(ZEROS.len() as u64);
            std::os::unix::fs::FileExt::write_all_at(&self.file, &ZEROS[..part as usize], at + done)?;
            done += part;
        }
        Ok(())
    }

    fn cut(&self, len: u64) -> io::Result<()> {
        self.fail_if_asked(true)?;
        self.file.set_len(len)?;
        self.file.sync_all()
    }

    fn sync(&self) -> io::Result<()> {
        self.fail_if_asked(true)?;
        self.file.sync_data()
    }
}

/// How files are opened to be written: for their owner only.
fn writable(create: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(create);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a directory, with those above it, for its owner only; their names are on the disk then. What is there already
/// stays as it is.
fn private_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    above.map_or(Ok(()), private_dir)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        // Another process may have been quicker.
        Err(_) if path.is_dir() => {}
        made => made?,
    }
    sync_directory(above.unwrap_or(Path::new(".")))
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

// Windows writes names through; a directory can't be synced there.
#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Locks a file for as long as it is open; `None` if somebody else has it.
#[cfg(unix)]
fn lock(file: File) -> io::Result<Option<File>> {
    use rustix::fs::{FlockOperation, flock};
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Opens a file that nobody else can open meanwhile; `None` if somebody else has it.
#[cfg(windows)]
fn lock(path: &Path) -> io::Result<Option<File>> {
    const SHARING_VIOLATION: i32 = 32;
    let mut options = writable(true);
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
    match options.open(path) {
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
}
