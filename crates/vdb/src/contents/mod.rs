//! CONTENTS: what a package installed, one line for each path.

mod build;
mod entry;
mod lines;
mod mtime;

use std::path::{Path, PathBuf};

pub use build::ContentsBuilder;
pub use entry::Entry;
pub use lines::{Entries, Line, Lines};
pub use mtime::Mtime;

use crate::{Error, Links, Package, parallel};

/// So many files are read by a thread at a time.
const PACKAGES: usize = 16;

/// The bytes of one CONTENTS file, and which file they came from.
///
/// Nothing is parsed until it is asked for, and the entries point into these bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Contents {
    /// Takes over bytes that were read from `path`, which is only used to say where an error is.
    pub fn new(path: impl Into<PathBuf>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), bytes }
    }

    /// What each of these packages installed, read on all processors; `None` for what was injected.
    ///
    /// The errors are those of [`PackageDir::contents`](crate::PackageDir::contents).
    pub fn of_all(packages: &[&Package]) -> Vec<Result<Option<Self>, Error>> {
        Self::of_each(packages, |_, contents| contents)
    }

    /// What `work` makes of what each of these packages installed, read and worked on by all processors; `None` for what was
    /// injected. `work` also gets the package's place among these.
    ///
    /// The errors are those of [`PackageDir::contents`](crate::PackageDir::contents).
    pub fn of_each<R: Send>(
        packages: &[&Package],
        work: impl Fn(usize, Self) -> R + Sync,
    ) -> Vec<Result<Option<R>, Error>> {
        let packages: Vec<(usize, &Package)> = packages.iter().copied().enumerate().collect();
        parallel::map(&packages, PACKAGES, |&(at, package)| {
            Ok(package.contents()?.map(|contents| work(at, contents)))
        })
    }

    /// Parses bytes that came from no file: the errors have a line and no path.
    ///
    /// An erroneous line is one error, and the next line follows. Stop at the first one to be strict.
    ///
    /// ```
    /// use hermitage_vdb::{Contents, Entry};
    ///
    /// let bytes = b"dir /usr\nobj /usr/a b d41d8cd98f00b204e9800998ecf8427e 1500000000\n";
    /// let entries = Contents::parse(bytes).collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(entries[1].path(), b"/usr/a b");
    /// # Ok::<(), hermitage_vdb::Error>(())
    /// ```
    pub fn parse(bytes: &[u8]) -> Entries<'_> {
        Entries::new(Path::new(""), bytes)
    }

    /// The entries in the order of the file; an error for each line that is none.
    pub fn entries(&self) -> Entries<'_> {
        Entries::new(&self.path, &self.bytes)
    }

    /// The lines, whether they hold an entry or not.
    pub fn lines(&self) -> Lines<'_> {
        Lines::new(&self.bytes)
    }

    /// The entries, with the disk's answer wherever a `sym` line can be read in more than one way.
    ///
    /// Where the disk has none of the links, the reading is Portage's: the last arrow separates.
    pub fn settled<'a, 'l, L: Links + ?Sized>(
        &'a self,
        links: &'l L,
    ) -> impl Iterator<Item = Result<Entry<'a>, Error>> + use<'a, 'l, L> {
        self.lines().map(move |line| line.settled(links).map_err(|kind| self.error(&line, kind)))
    }

    /// The file these bytes came from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of the file.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Gives the bytes back.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Whether the package owns nothing, as a virtual does.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn error(&self, line: &Line<'_>, kind: crate::ErrorKind) -> Error {
        Error::at_line(&self.path, line.number(), kind)
    }
}
