//! Files that a manifest does not need any more.

use super::manifest::{Manifest, is_snapshot};
use super::segment;
use super::storage::Storage;
use std::io;

/// A file that says that a sync failed: the kernel may then take what was written for clean, so that reading it back proves
/// nothing about the disk. The next opening writes all of it anew.
pub const SYNC_FAILED: &str = "SYNC_FAILED";

/// Leaves [`SYNC_FAILED`]. It must outlive the process only, as what the kernel holds does.
pub fn doubt(storage: &dyn Storage) {
    let _ = storage.create(SYNC_FAILED);
}

/// Removes segments that snapshots hold all of, and snapshots that the manifest, which is in force, does not name.
pub fn remove_old(storage: &dyn Storage, manifest: &Manifest) -> io::Result<()> {
    let names = storage.list()?;
    let from = manifest.log_from();
    // The last segment that begins at or before this LSN may hold it.
    let needed = names.iter().filter_map(|name| segment::first_of(name)).filter(|&first| first <= from).max();
    let named: Vec<String> = manifest.snapshots().flatten().collect();
    for name in names {
        let is_old_segment =
            segment::first_of(&name).zip(needed).is_some_and(|(first, needed)| first < needed);
        if is_old_segment || (is_snapshot(&name) && !named.contains(&name)) {
            storage.remove(&name)?;
        }
    }
    Ok(())
}
