//! Questions to the host's file system while a plan is made.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use rustix::io::Errno;

use crate::plan::{Entry, EntryKind};
use crate::{ByteString, Error, ErrorKind};

/// The kernel follows 40 symbolic links (`MAXSYMLINKS`).
const MAX_LINKS: usize = 40;

/// The host's tree below a root directory.
#[derive(Debug)]
pub(crate) struct HostTree {
    root: Vec<u8>,
}

/// Where a path leads, and the links on the way as entries.
pub(crate) struct Resolved {
    pub(crate) path: Vec<u8>,
    pub(crate) meta: Metadata,
    pub(crate) links: Vec<Entry>,
}

impl HostTree {
    pub(crate) fn new(root: &[u8]) -> Self {
        let end = root.iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
        Self { root: root[..end].to_vec() }
    }

    /// The path to give to the kernel for a path of the tree.
    pub(crate) fn real(&self, path: &[u8]) -> Vec<u8> {
        let joined = [&self.root, path].concat();
        if joined.is_empty() { b"/".to_vec() } else { joined }
    }

    pub(crate) fn lstat(&self, path: &[u8]) -> Result<Metadata, Error> {
        let real = PathBuf::from(OsStr::from_bytes(&self.real(path)));
        std::fs::symlink_metadata(&real).map_err(|error| stat_error(path, &error))
    }

    /// Follows every symbolic link of an absolute path; a path that leads nowhere is an error.
    pub(crate) fn resolve(&self, path: &[u8]) -> Result<Resolved, Error> {
        let mut rest: VecDeque<Vec<u8>> = components(path).collect();
        let (mut here, mut links) = (Vec::new(), Vec::new());
        while let Some(name) = rest.pop_front() {
            if name == b".." {
                here.truncate(parent(&here).len());
                continue;
            }
            let next = [&here[..], b"/", &name].concat();
            if !self.lstat(&next)?.is_symlink() {
                here = next;
                continue;
            }
            if links.len() == MAX_LINKS {
                return Err(call_error("stat", path, Errno::LOOP));
            }
            let target = self.read_link(&next)?;
            for part in components(&target).collect::<Vec<_>>().into_iter().rev() {
                rest.push_front(part);
            }
            if target.starts_with(b"/") {
                here.clear();
            }
            links.push(Entry {
                path: ByteString(next),
                kind: EntryKind::Symlink { target: ByteString(target) },
            });
        }
        if here.is_empty() {
            here.push(b'/');
        }
        Ok(Resolved { meta: self.lstat(&here)?, path: here, links })
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, Error> {
        let real = PathBuf::from(OsStr::from_bytes(&self.real(path)));
        let target = std::fs::read_link(real).map_err(|error| stat_error(path, &error))?;
        Ok(target.into_os_string().as_encoded_bytes().to_vec())
    }
}

/// The entry for a directory of the host.
pub(crate) fn dir_entry(path: &[u8], meta: &Metadata) -> Entry {
    let kind = EntryKind::Dir { mode: meta.mode() & 0o3777 };
    Entry { path: path.into(), kind }
}

fn components(path: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    let parts = path.split(|&byte| byte == b'/');
    parts.filter(|part| !part.is_empty() && part != b".").map(<[u8]>::to_vec)
}

/// The directory a path is in; empty for what is directly below the root.
pub(crate) fn parent(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
    &path[..slash]
}

fn stat_error(path: &[u8], error: &std::io::Error) -> Error {
    lookup_error("lstat", path, Errno::from_io_error(error).unwrap_or(Errno::IO))
}

/// Why a path could not be looked up.
pub(crate) fn lookup_error(call: &str, path: &[u8], errno: Errno) -> Error {
    match errno {
        Errno::NOENT | Errno::NOTDIR => Error::at(path, ErrorKind::Missing),
        errno => call_error(call, path, errno),
    }
}

fn call_error(call: &str, path: &[u8], errno: Errno) -> Error {
    Error::call(format!("{call}({:?})", ByteString::from(path)), errno)
}
