//! Reading a file that may be replaced while it is read.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat, openat, stat};
use rustix::io::{Errno, read as read_some, retry_on_intr};

use crate::{Error, ErrorKind};

/// How often a package that vanished is looked for again, and how long that takes: the gap between removing an old
/// entry and renaming the new one is a fraction of a millisecond.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(3);

/// What a closer look at a package found.
enum Sight {
    /// The file was read.
    File,
    /// The directory is there, before and after, and the file is not.
    NoFile,
    /// The directory is not there, or was replaced meanwhile.
    NoPackage,
}

/// Reads `name` in `dir`; `None` when the package is there and has no such file.
pub(super) fn read(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, Error> {
    read_reusing(dir, name, Vec::new())
}

/// As [`read`], into a buffer that was used before: whoever reads hundreds of files spares the memory's first touch.
pub(super) fn read_reusing(
    dir: &Path,
    name: &str,
    mut buffer: Vec<u8>,
) -> Result<Option<Vec<u8>>, Error> {
    for attempt in 0..TRIES {
        match read_at(CWD, &dir.join(name), &mut buffer) {
            Ok(()) => return Ok(Some(buffer)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(dir.join(name), ErrorKind::Read, error)),
        }
        match read_checked(dir, name, &mut buffer) {
            Ok(Sight::File) => return Ok(Some(buffer)),
            Ok(Sight::NoFile) => return Ok(None),
            Ok(Sight::NoPackage) if attempt + 1 < TRIES => std::thread::sleep(PAUSE),
            Ok(Sight::NoPackage) => {}
            Err(error) => return Err(Error::io(dir.join(name), ErrorKind::Read, error)),
        }
    }
    Err(Error::new(dir, ErrorKind::Vanished))
}

/// Reads by way of the open directory, so that a missing file can be told from a missing directory.
fn read_checked(dir: &Path, name: &str, buffer: &mut Vec<u8>) -> io::Result<Sight> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let fd = match openat(CWD, dir, flags, Mode::empty()) {
        Ok(fd) => fd,
        Err(Errno::NOENT) => return Ok(Sight::NoPackage),
        Err(error) => return Err(error.into()),
    };
    match read_at(&fd, Path::new(name), buffer) {
        Ok(()) => return Ok(Sight::File),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let opened = fstat(&fd)?;
    match stat(dir) {
        Ok(named) if (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino) => {
            Ok(Sight::NoFile)
        }
        Ok(_) | Err(Errno::NOENT) => Ok(Sight::NoPackage),
        Err(error) => Err(error.into()),
    }
}

/// How files of a package are opened: without waiting for whoever writes into a fifo.
pub(super) const OPEN_TO_READ: OFlags =
    OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// The size of a regular file. Anything else is refused: a device may have no end, and a fifo may never give anything.
pub(super) fn regular_size(fd: impl AsFd) -> io::Result<usize> {
    let stat = fstat(fd)?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(usize::try_from(stat.st_size).unwrap_or(usize::MAX)),
        FileType::Directory => Err(Errno::ISDIR.into()),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file")),
    }
}

fn read_at(dir: impl AsFd, path: &Path, buffer: &mut Vec<u8>) -> io::Result<()> {
    let fd = openat(dir, path, OPEN_TO_READ, Mode::empty())?;
    let size = regular_size(&fd)?;
    // One byte more than the size, so that the end of the file is found without growing the buffer.
    buffer.clear();
    buffer.reserve(size.saturating_add(1).min(MOST_AT_ONCE));
    fill(&fd, size, buffer, usize::MAX)?;
    Ok(())
}

/// A buffer grows by no more than this at a time, whatever a file says of its size.
const MOST_AT_ONCE: usize = 1 << 26;

/// Reads until the limit or the end, which is where no more comes, or less than was asked for beyond the known size.
pub(super) fn fill(
    file: &OwnedFd,
    size: usize,
    buffer: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Errno> {
    buffer.clear();
    while buffer.len() < limit {
        if buffer.len() == buffer.capacity() {
            buffer.reserve(buffer.len().clamp(USUAL, 1 << 20));
        }
        let asked = buffer.spare_capacity_mut().len();
        let got = retry_on_intr(|| read_some(file, spare_capacity(buffer)))?;
        if got == 0 || (got < asked && buffer.len() >= size) {
            break;
        }
    }
    Ok(())
}

/// Most fields are shorter than this, so that one read is enough for them.
const USUAL: usize = 8192;
