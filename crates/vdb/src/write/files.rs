//! The system calls of the writer, with the path in each error.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use crate::{Error, ErrorKind};

pub(super) fn create_dir_all(path: &Path) -> Result<(), Error> {
    fs::create_dir_all(path).map_err(|error| Error::io(path, ErrorKind::Write, error))
}

pub(super) fn create_dir(path: &Path) -> Result<(), Error> {
    fs::create_dir(path).map_err(|error| Error::io(path, ErrorKind::Write, error))
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    fs::write(path, bytes).map_err(|error| Error::io(path, ErrorKind::Write, error))
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|error| Error::io(to, ErrorKind::Write, error))
}

/// Removes a directory if it is there.
pub(super) fn remove_dir_all(path: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io(path, ErrorKind::Write, error))
        }
        _ => Ok(()),
    }
}

/// Makes what was written survive a power failure.
pub(super) fn sync(path: &Path) -> Result<(), Error> {
    let synced = fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|error| Error::io(path, ErrorKind::Write, error))
}

/// A modification time in nanoseconds since 1970.
pub(crate) fn mtime_ns(path: &Path) -> Result<i128, Error> {
    let meta = fs::metadata(path).map_err(|error| Error::io(path, ErrorKind::Read, error))?;
    Ok(i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec()))
}
