//! Where a view's facts come from: a real directory tree, or one in memory.

mod memory;
mod mounted;
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

    /// Opens the directory at `path`, to ask much about it.
    ///
    /// A host that can hold a directory open overrides this: it is where building a view spends its time.
    ///
    /// # Errors
    /// When there is no directory at `path`, or none that may be searched.
    fn open_dir<'h>(&'h self, path: &[u8]) -> io::Result<Box<dyn Directory + 'h>> {
        Ok(Box::new(ByPath { host: self, path: path.to_vec() }))
    }

    /// Opens what is at `path` if that is a directory and no component, the last included, is a symbolic link; `path` is
    /// otherwise canonical. The answer describes the directory.
    ///
    /// None as well when it can't be told or opened: whoever needs the reason asks [`lstat`](Self::lstat) step by step, as
    /// this does unless a host overrides it.
    fn open_without_links<'h>(&'h self, path: &[u8]) -> Option<(Meta, Box<dyn Directory + 'h>)> {
        by_steps(self, path)
    }
}

/// Whether we may know an answer.
fn is_told<T>(answer: &io::Result<T>) -> bool {
    !matches!(answer, Err(error) if error.kind() == io::ErrorKind::PermissionDenied)
}

/// [`Host::open_without_links`], with a question for each component.
fn by_steps<'h, H: Host + ?Sized>(
    host: &'h H,
    path: &[u8],
) -> Option<(Meta, Box<dyn Directory + 'h>)> {
    let slashes = (1..path.len()).filter(|&at| path[at] == b'/');
    let mut meta = None;
    for step in slashes.map(|end| &path[..end]).chain([path]) {
        meta = Some(host.lstat(step).ok().flatten().filter(Meta::is_dir)?);
    }
    Some((meta?, host.open_dir(path).ok()?))
}

/// A directory that is open.
pub trait Directory {
    /// Whether names in the directory can be looked at; `name` is one to try, there or not.
    fn may_be_searched(&mut self, name: &[u8]) -> bool {
        is_told(&self.lstat(name))
    }

    /// As [`Host::lstat`], of a name in the directory.
    ///
    /// # Errors
    /// As [`Host::lstat`].
    fn lstat(&mut self, name: &[u8]) -> io::Result<Option<Meta>>;

    /// As [`Host::read_link`], of a name in the directory.
    ///
    /// # Errors
    /// As [`Host::read_link`].
    fn read_link(&mut self, name: &[u8]) -> io::Result<Vec<u8>>;

    /// Shows each name but `.` and `..`, in any order, with its type where the listing is sure of it: the type has to be
    /// the one that [`lstat`](Self::lstat) says.
    ///
    /// # Errors
    /// When the directory can't be read.
    fn list(&mut self, visit: &mut dyn FnMut(&[u8], Option<Kind>)) -> io::Result<()>;
}

/// A directory of a host that knows only paths.
struct ByPath<'h, H: ?Sized> {
    host: &'h H,
    path: Vec<u8>,
}

impl<H: Host + ?Sized> ByPath<'_, H> {
    fn of(&self, name: &[u8]) -> Vec<u8> {
        let slash: &[u8] = if self.path == b"/" { b"" } else { b"/" };
        [&self.path, slash, name].concat()
    }
}

impl<H: Host + ?Sized> Directory for ByPath<'_, H> {
    fn lstat(&mut self, name: &[u8]) -> io::Result<Option<Meta>> {
        self.host.lstat(&self.of(name))
    }

    fn read_link(&mut self, name: &[u8]) -> io::Result<Vec<u8>> {
        self.host.read_link(&self.of(name))
    }

    fn list(&mut self, visit: &mut dyn FnMut(&[u8], Option<Kind>)) -> io::Result<()> {
        for entry in self.host.read_dir(&self.path)? {
            visit(&entry.name, entry.kind);
        }
        Ok(())
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
