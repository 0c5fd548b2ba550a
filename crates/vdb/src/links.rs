//! What the disk says about symbolic links.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

/// Reads the symbolic links of the system that a database describes.
///
/// Paths are absolute as seen from that system's ROOT. Embedders implement it for their own idea of a disk.
pub trait Links {
    /// What the link at `path` says, or `None` when there is no symbolic link.
    ///
    /// # Errors
    /// What the operating system says, but for "it is not there" and "it is not a link".
    fn read_link(&self, path: &[u8]) -> io::Result<Option<Vec<u8>>>;
}

impl<L: Links + ?Sized> Links for &L {
    fn read_link(&self, path: &[u8]) -> io::Result<Option<Vec<u8>>> {
        (**self).read_link(path)
    }
}

/// The links of a real directory tree.
#[derive(Clone, Debug)]
pub struct DiskLinks {
    root: PathBuf,
}

impl DiskLinks {
    /// The tree below `root`, which is `/` for the running system.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Links for DiskLinks {
    fn read_link(&self, path: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let start = path.iter().position(|&b| b != b'/').unwrap_or(path.len());
        let relative = path.get(start..).unwrap_or_default();
        match std::fs::read_link(self.root.join(OsStr::from_bytes(relative))) {
            Ok(target) => Ok(Some(target.into_os_string().into_vec())),
            Err(error) if is_no_link(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A link in a directory that this user may not search leads this user nowhere: packages have such directories, and
/// the database is read by ordinary users too.
fn is_no_link(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidFilename, InvalidInput, NotADirectory, NotFound, PermissionDenied};
    matches!(
        error.kind(),
        NotFound | NotADirectory | InvalidInput | InvalidFilename | PermissionDenied
    )
}

/// A list of links in memory; any other path is no link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryLinks {
    links: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl MemoryLinks {
    /// No links at all: every path is what it is recorded as.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the link at `path` that says `target`.
    pub fn insert(&mut self, path: impl Into<Vec<u8>>, target: impl Into<Vec<u8>>) -> &mut Self {
        self.links.insert(path.into(), target.into());
        self
    }
}

impl<P: Into<Vec<u8>>, T: Into<Vec<u8>>> FromIterator<(P, T)> for MemoryLinks {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(links: I) -> Self {
        Self { links: links.into_iter().map(|(p, t)| (p.into(), t.into())).collect() }
    }
}

impl Links for MemoryLinks {
    fn read_link(&self, path: &[u8]) -> io::Result<Option<Vec<u8>>> {
        Ok(self.links.get(path).cloned())
    }
}
