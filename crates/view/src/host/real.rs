use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustix::fs::{self as sys, AtFlags, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use super::mounted::Mounted;
use super::{DirEntry, Directory, Host, by_steps, is_told};
use crate::{Kind, Meta, Mtime};

/// The tree below a directory of the running system, `/` as a rule.
#[derive(Clone, Debug)]
pub struct RealHost {
    root: PathBuf,
    prefix: Vec<u8>,
    /// Read once it is needed.
    mounted: OnceLock<Mounted>,
    /// The directory itself, opened once it is needed; none where it can't be.
    opened: OnceLock<Option<Arc<OwnedFd>>>,
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
        Self { root, prefix, mounted: OnceLock::new(), opened: OnceLock::new() }
    }

    /// The directory given to [`new`](Self::new).
    pub fn root(&self) -> &std::path::Path {
        &self.root
    }

    fn full(&self, path: &[u8]) -> Vec<u8> {
        let mut full = Vec::with_capacity(self.prefix.len() + path.len() + 1);
        full.extend_from_slice(&self.prefix);
        full.extend_from_slice(path);
        full
    }

    fn at(&self, path: &[u8]) -> Result<CString, Errno> {
        CString::new(self.full(path)).map_err(|_nul| Errno::INVAL)
    }

    fn mounted(&self) -> &Mounted {
        self.mounted.get_or_init(|| Mounted::read(&self.root))
    }

    fn open(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let path = self.at(path)?;
        sys::open(path, flags | OFlags::CLOEXEC | OFlags::NOFOLLOW, Mode::empty())
    }

    /// Opens a path below the root unless some component is a link.
    fn open_without_links(&self, path: &[u8], flags: OFlags) -> Result<OwnedFd, Errno> {
        let open = || {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            sys::open(&self.root, flags, Mode::empty()).ok().map(Arc::new)
        };
        let root = self.opened.get_or_init(open).as_ref().ok_or(Errno::NOSYS)?;
        let inside = path.strip_prefix(b"/").filter(|inside| !inside.is_empty()).unwrap_or(b".");
        let flags = flags | OFlags::CLOEXEC;
        sys::openat2(root, inside, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)
    }

    fn dir(&self, path: &[u8], fd: OwnedFd, is_readable: bool) -> RealDir<'_> {
        RealDir {
            host: self,
            path: path.to_vec(),
            fd,
            is_readable,
            may_be_searched: None,
            was_listed: false,
            buffer: Vec::new(),
        }
    }
}

/// Opens a directory to list it, or, where that is not allowed, to look at what is in it; tells which.
fn open_either(open: impl Fn(OFlags) -> Result<OwnedFd, Errno>) -> Result<(OwnedFd, bool), Errno> {
    match open(OFlags::RDONLY | OFlags::DIRECTORY) {
        Err(Errno::ACCESS) => Ok((open(OFlags::PATH | OFlags::DIRECTORY)?, false)),
        fd => Ok((fd?, true)),
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
        let mut entries = Vec::new();
        let mut add = |name: &[u8], kind| entries.push(DirEntry { name: name.to_vec(), kind });
        self.open_dir(path)?.list(&mut add)?;
        Ok(entries)
    }

    fn read_file(&self, path: &[u8]) -> io::Result<Vec<u8>> {
        // NONBLOCK: a fifo put where a file was must not hang us.
        let fd = self.open(path, OFlags::RDONLY | OFlags::NONBLOCK)?;
        let mut content = Vec::new();
        io::Read::read_to_end(&mut std::fs::File::from(fd), &mut content)?;
        Ok(content)
    }

    fn open_dir<'h>(&'h self, path: &[u8]) -> io::Result<Box<dyn Directory + 'h>> {
        let (fd, is_readable) = open_either(|flags| self.open(path, flags))?;
        Ok(Box::new(self.dir(path, fd, is_readable)))
    }

    fn open_without_links<'h>(&'h self, path: &[u8]) -> Option<(Meta, Box<dyn Directory + 'h>)> {
        match open_either(|flags| self.open_without_links(path, flags)) {
            Ok((fd, is_readable)) => {
                // Unlike fstat(2), this needs the right to search the directory.
                let found = match sys::statat(&fd, c".", AtFlags::SYMLINK_NOFOLLOW) {
                    Err(Errno::ACCESS) => (sys::fstat(&fd).ok()?, false),
                    stat => (stat.ok()?, true),
                };
                let mut dir = self.dir(path, fd, is_readable);
                dir.may_be_searched = Some(found.1);
                Some((meta(&found.0), Box::new(dir)))
            }
            // Linux before 5.6, or a filter of system calls that does not know this one.
            Err(Errno::NOSYS | Errno::PERM) => by_steps(self, path),
            Err(_) => None,
        }
    }
}

/// A directory that is open.
struct RealDir<'h> {
    host: &'h RealHost,
    path: Vec<u8>,
    fd: OwnedFd,
    is_readable: bool,
    /// If that is known.
    may_be_searched: Option<bool>,
    was_listed: bool,
    /// For names with the NUL that the kernel wants after them.
    buffer: Vec<u8>,
}

/// As much of a listing, in bytes, as is asked for at a time.
const LISTING: usize = 32 << 10;

fn with_nul<'b>(buffer: &'b mut Vec<u8>, name: &[u8]) -> Result<&'b CStr, Errno> {
    buffer.clear();
    buffer.extend_from_slice(name);
    buffer.push(0);
    CStr::from_bytes_with_nul(buffer).map_err(|_nul| Errno::INVAL)
}

impl Directory for RealDir<'_> {
    fn may_be_searched(&mut self, name: &[u8]) -> bool {
        self.may_be_searched.unwrap_or_else(|| is_told(&self.lstat(name)))
    }

    fn lstat(&mut self, name: &[u8]) -> io::Result<Option<Meta>> {
        let name = with_nul(&mut self.buffer, name);
        answer(name.and_then(|name| sys::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)))
    }

    fn read_link(&mut self, name: &[u8]) -> io::Result<Vec<u8>> {
        let name = with_nul(&mut self.buffer, name)?;
        Ok(sys::readlinkat(&self.fd, name, Vec::new())?.into_bytes())
    }

    fn list(&mut self, visit: &mut dyn FnMut(&[u8], Option<Kind>)) -> io::Result<()> {
        if !self.is_readable {
            return Err(Errno::ACCESS.into());
        }
        if std::mem::replace(&mut self.was_listed, true) {
            sys::seek(&self.fd, sys::SeekFrom::Start(0))?;
        }
        let mounted = self.host.mounted().in_dir(&self.path);
        let mut buffer = Vec::with_capacity(LISTING);
        let mut listing = sys::RawDir::new(&self.fd, buffer.spare_capacity_mut());
        while let Some(entry) = listing.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." {
                visit(name, kind_of(entry.file_type()).filter(|_| !mounted.hides(name)));
            }
        }
        Ok(())
    }
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
