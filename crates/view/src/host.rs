//! Where a view's facts come from: a real directory tree, or one in memory.

mod memory;
mod real;

pub use memory::MemoryHost;
pub use real::RealHost;

use std::io;

use crate::{Kind, Meta};

/// A directory tree to make views of.
///
/// Paths are absolute bytes as seen from the host's root, and in canonical form: no `.`, `..`, `//` or trailing
/// slash (but `/` itself), and no component but the last is a symbolic link. An implementation never has to
/// follow a link.
pub trait Host: Sync {
    /// What is at `path`, `None` when there is nothing (ENOENT or ENOTDIR).
    ///
    /// # Errors
    /// Everything else, such as EACCES or EIO.
    fn lstat(&self, path: &[u8]) -> io::Result<Option<Meta>>;

    /// The target of the symbolic link at `path`, as stored.
    ///
    /// # Errors
    /// When there is no link at `path`, or it can't be read.
    fn read_link(&self, path: &[u8]) -> io::Result<Vec<u8>>;

    /// The names in the directory at `path` without `.` and `..`, in any order.
    ///
    /// # Errors
    /// When there is no directory at `path`, or it can't be read.
    fn read_dir(&self, path: &[u8]) -> io::Result<Vec<DirEntry>>;

    /// The content of the regular file at `path`.
    ///
    /// # Errors
    /// When there is no file at `path`, or it can't be read.
    fn read_file(&self, path: &[u8]) -> io::Result<Vec<u8>>;

    /// [`lstat`](Self::lstat) for many names of one directory; answers in the order of `names`.
    ///
    /// A host that can hold a directory open overrides this: it is where building a view spends its time.
    fn lstat_in(&self, dir: &[u8], names: &[&[u8]]) -> Vec<io::Result<Option<Meta>>> {
        let mut path = dir.to_vec();
        if path != b"/" {
            path.push(b'/');
        }
        let base = path.len();
        let one = |name: &&[u8]| {
            path.truncate(base);
            path.extend_from_slice(name);
            self.lstat(&path)
        };
        names.iter().map(one).collect()
    }
}

/// One name of a directory, as [`Host::read_dir`] lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The name, without a slash.
    pub name: Vec<u8>,
    /// Its type, where the listing says it.
    pub kind: Option<Kind>,
}
