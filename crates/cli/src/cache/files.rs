//! Files that are kept from run to run, as far as several runs can use them at once.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::FlockOperation;
use tempfile::NamedTempFile;

/// A kept file.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    /// When it was last used.
    pub(crate) used: SystemTime,
}

/// A right that others wait for until this value is dropped.
#[derive(Debug)]
pub(crate) struct Held(#[allow(dead_code, reason = "released when it is dropped")] File);

/// What is in a directory, the one that was not used for longest first.
pub(crate) fn items(dir: &Path) -> io::Result<Vec<Item>> {
    let mut items = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        // Another process may remove it at any time.
        let Ok(meta) = entry.metadata() else { continue };
        let used = meta.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        items.push(Item { path: entry.path(), bytes: meta.len(), used });
    }
    items.sort_by(|a, b| (a.used, &a.path).cmp(&(b.used, &b.path)));
    Ok(items)
}

/// Notes that a file was used; whether it is there for that.
pub(crate) fn touch(path: &Path) -> bool {
    File::options()
        .write(true)
        .open(path)
        .is_ok_and(|file| file.set_modified(SystemTime::now()).is_ok())
}

/// Removes a file that may have been removed before.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What the name of a file begins with that is being written.
const UNFINISHED: &str = ".new-";

/// A file to be written in this directory and then to be given its name.
pub(crate) fn unfinished(dir: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(dir)
}

/// Whether a file is one that is being written, or was when somebody was killed.
pub(crate) fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes())
}

/// Has a file hold these pieces, whoever reads it meanwhile: the old one or the new one, and never half of it. What a power cut may
/// leave of it has to be known by what it holds.
pub(crate) fn write(path: &Path, pieces: &[&[u8]]) -> io::Result<()> {
    let mut file = unfinished(path.parent().unwrap_or(Path::new(".")))?;
    pieces.iter().try_for_each(|piece| file.write_all(piece))?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Waits for the right that a file stands for, which is made where it is not there.
pub(crate) fn lock(path: &Path, how: FlockOperation) -> io::Result<Held> {
    loop {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        rustix::fs::flock(&file, how)?;
        // Who had it may have removed it, and others have made another one since.
        if is_at(&file, path)? {
            return Ok(Held(file));
        }
    }
}

/// Removes the files of a directory that stand for rights which nobody has.
pub(crate) fn remove_unheld(dir: &Path) -> io::Result<()> {
    for Item { path, .. } in items(dir)? {
        let Ok(file) = File::options().write(true).open(&path) else { continue };
        let is_free = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok();
        if is_free && is_at(&file, &path)? {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Whether a file is the one of this name.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let found = match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        found => found?,
    };
    let ours = file.metadata()?;
    Ok((ours.dev(), ours.ino()) == (found.dev(), found.ino()))
}
