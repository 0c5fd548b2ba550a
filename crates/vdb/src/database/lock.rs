//! Portage's lock of the whole database.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;

use crate::{Error, ErrorKind};

/// Whether Portage's lock of the database could be taken.
#[derive(Debug)]
#[must_use = "the lock is given back when this is dropped"]
pub enum ReadLock {
    /// It is ours until this is dropped: no merge begins or ends meanwhile.
    ///
    /// POSIX locks belong to the process: closing the lock file anywhere else in it gives the lock back too.
    Shared(File),
    /// Somebody writes to the database now.
    Busy,
    /// There is no lock file: nothing was ever merged here by Portage.
    NoLockFile,
    /// The lock file is there, and we may not open it.
    Forbidden,
}

impl ReadLock {
    /// Whether the lock is ours.
    pub fn is_held(&self) -> bool {
        matches!(self, Self::Shared(_))
    }
}

pub(super) fn read_lock(dir: &Path) -> Result<ReadLock, Error> {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let path = dir.with_file_name(format!(".{name}.portage_lockfile"));
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound => Ok(ReadLock::NoLockFile),
                io::ErrorKind::PermissionDenied => Ok(ReadLock::Forbidden),
                _ => Err(Error::io(path, ErrorKind::Lock, error)),
            };
        }
    };
    match fcntl_lock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(ReadLock::Shared(file)),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(ReadLock::Busy),
        Err(error) => Err(Error::io(path, ErrorKind::Lock, error.into())),
    }
}
