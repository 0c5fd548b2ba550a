use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use rustix::fs::{self as sys, AtFlags, Mode, OFlags, Stat};
use rustix::io::Errno;

use super::{DirEntry, Host};
use crate::{Kind, Meta, Mtime};

/// The tree below a directory of the running system, `/` as a rule.
#[derive(Clone, Debug)]
pub struct RealHost {
    root: PathBuf,
    prefix: Vec<u8>,
}

impl RealHost {
    /// The tree below `root`; nothing is opened yet.
    ///
    /// Absolute link targets in the tree are taken to start at `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let mut prefix = root.as_os_str().as_bytes().to_vec();
        while prefix.last() == Some(&b'/') {
            prefix.pop();
        }
        Self { root, prefix }
    }

    /// The directory given to [`new`](Self::new).
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }

    fn at(&self, path: &[u8]) -> Result<CString, Errno> {
        let mut full = Vec::with_capacity(self.prefix.len() + path.len() + 1);
        full.extend_from_slice(&self.prefix);
        full.extend_from_slice(path);
        CString::new(full).map_err(|_nul| Errno::INVAL)
    }

    fn open(&self, path: &[u8], flags: OFlags) -> Result<std::os::fd::OwnedFd, Errno> {
        let path = self.at(path)?;
        sys::open(path, flags | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty())
    }
}

impl Host for RealHost {
    fn lstat(&self, path: &[u8]) -> io::Result<Option<Meta>> {
        answer(self.at(path).and_then(sys::lstat))
    }

    fn read_link(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        Ok(sys::readlink(self.at(path)?, Vec::new())?.into_bytes())
    }

    fn read_dir(&self, path: &[u8]) -> io::Result<Vec<DirEntry>> {
        let fd = self.open(path, OFlags::RDONLY | OFlags::DIRECTORY)?;
        let mut buffer = Vec::with_capacity(32 << 10);
        let mut listing = sys::RawDir::new(fd, buffer.spare_capacity_mut());
        let mut entries = Vec::new();
        while let Some(entry) = listing.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                entries.push(DirEntry { name: name.to_vec(), kind: kind_of(entry.file_type()) });
            }
        }
        Ok(entries)
    }

    fn read_file(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        // NONBLOCK: a fifo put where a file was must not hang us.
        let fd = self.open(path, OFlags::RDONLY | OFlags::NONBLOCK)?;
        let mut content = Vec::new();
        io::Read::read_to_end(&mut std::fs::File::from(fd), &mut content)?;
        Ok(content)
    }

    fn lstat_in(&self, dir: &[u8], names: &[&[u8]]) -> Vec<io::Result<Option<Meta>>> {
        let fd = match self.open(dir, OFlags::PATH | OFlags::DIRECTORY) {
            Ok(fd) => fd,
            Err(error) => return names.iter().map(|_| answer(Err(error))).collect(),
        };
        let mut buffer = Vec::with_capacity(256);
        names.iter().map(|name| answer(stat_at(&fd, name, &mut buffer))).collect()
    }
}

fn stat_at(dir: impl AsFd, name: &[u8], buffer: &mut Vec<u8>) -> Result<Stat, Errno> {
    buffer.clear();
    buffer.extend_from_slice(name);
    buffer.push(0);
    let name = CStr::from_bytes_with_nul(buffer).map_err(|_nul| Errno::INVAL)?;
    sys::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn answer(stat: Result<Stat, Errno>) -> io::Result<Option<Meta>> {
    match stat {
        Ok(stat) => Ok(Some(meta(&stat))),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[allow(
    clippy::cast_sign_loss,
    clippy::cast_possible_truncation,
    clippy::useless_conversion,
    clippy::unnecessary_cast,
    reason = "the field types of struct stat differ between architectures"
)]
fn meta(stat: &Stat) -> Meta {
    Meta {
        kind: kind_of(sys::FileType::from_raw_mode(stat.st_mode)).unwrap_or(Kind::File),
        mode: stat.st_mode & 0o7777,
        size: stat.st_size as u64,
        mtime: Mtime { sec: stat.st_mtime as i64, nsec: stat.st_mtime_nsec as u32 },
        dev: stat.st_dev as u64,
        ino: stat.st_ino as u64,
    }
}

fn kind_of(file_type: sys::FileType) -> Option<Kind> {
    use sys::FileType as T;
    match file_type {
        T::RegularFile => Some(Kind::File),
        T::Directory => Some(Kind::Dir),
        T::Symlink => Some(Kind::Symlink),
        T::CharacterDevice => Some(Kind::CharDev),
        T::BlockDevice => Some(Kind::BlockDev),
        T::Fifo => Some(Kind::Fifo),
        T::Socket => Some(Kind::Socket),
        T::Unknown => None,
    }
}
