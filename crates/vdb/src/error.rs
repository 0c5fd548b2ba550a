//! The one error of this crate: which file, which line, what is wrong with it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use hermitage_atom::Printable;
use thiserror::Error as ThisError;

/// What is wrong at the place an [`Error`] names.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file exists and cannot be read.
    #[error("cannot be read")]
    Read,
    /// A directory cannot be listed.
    #[error("cannot be listed")]
    List,
    /// A file or directory cannot be created, written or renamed.
    #[error("cannot be written")]
    Write,
    /// The database's lock file cannot be opened or locked for another reason than somebody holding it.
    #[error("cannot be locked")]
    Lock,
    /// The directory is not an installed-package database.
    #[error("there is no installed-package database here")]
    NoDatabase,
    /// The package's directory went away while it was read: it was unmerged, or is being replaced.
    #[error("the package vanished while it was read")]
    Vanished,
    /// A merge is under way, or was interrupted: the directory is not an installed package.
    #[error("left by a merge that has not finished")]
    Merging,
    /// The directory's name is not `PF` of a valid `CATEGORY/PF`.
    #[error("not the name of a package: {0}")]
    Name(hermitage_atom::Error),
    /// The directory's name is not UTF-8, which PMS names are.
    #[error("not the name of a package: it is not UTF-8")]
    NameEncoding,
    /// A file where only directories belong.
    #[error("neither a category nor a package: it is not a directory")]
    Stray,
    /// The directory of a category bears a name no category can have.
    #[error("not the name of a category")]
    Category,
    /// A line of CONTENTS holds a NUL byte, which means that the file is corrupt.
    #[error("a NUL byte: the file is corrupt")]
    Nul,
    /// An empty line.
    #[error("an empty line")]
    EmptyLine,
    /// The last line has no line break: the file was cut off.
    #[error("the last line has no line break: the file was cut off")]
    CutOff,
    /// A CONTENTS line that starts with none of the five types.
    #[error("expected one of \"dir \", \"obj \", \"sym \", \"dev \" and \"fif \"")]
    EntryType,
    /// A CONTENTS line without a path.
    #[error("expected a path")]
    NoPath,
    /// An `obj` line that does not end in a sum and a time.
    #[error("expected \"obj PATH MD5 MTIME\"")]
    Obj,
    /// A `sym` line that is not a path, an arrow, a target and a time.
    #[error("expected \"sym PATH -> TARGET MTIME\"")]
    Sym,
    /// A path or link target with a byte that CONTENTS cannot record.
    #[error("{0:?} holds a line break or a NUL, or is empty, which CONTENTS cannot record")]
    Unwritable(Box<[u8]>),
    /// A field name that is not the name of a file.
    #[error("{0:?} is not the name of a field")]
    FieldName(Box<str>),
    /// A field that should be text is not UTF-8.
    #[error("not UTF-8")]
    Encoding,
    /// A number was expected.
    #[error("expected a number, found {0:?}")]
    Number(Box<str>),
    /// EAPI is one that this crate does not know.
    #[error("{0:?} is not an EAPI we know")]
    Eapi(Box<str>),
    /// SLOT is not `slot` or `slot/subslot`; it is read as `0`.
    #[error("{0:?} is not a slot; it counts as \"0\"")]
    Slot(Box<str>),
    /// CATEGORY or PF names something else than the directory does.
    #[error("says {0:?}, but the directory has another name")]
    Misnamed(Box<str>),
    /// There is no CONTENTS: the package was injected, and owns nothing.
    #[error("there is no CONTENTS: the package was injected")]
    Injected,
    /// `metadata` does not start with `#format=1`.
    #[error("expected \"#format=1\", found {0:?}")]
    MetadataFormat(Box<str>),
    /// A line of `metadata` is not `KEY=value`.
    #[error("expected \"KEY=value\"")]
    MetadataLine,
    /// A key stands in `metadata` twice; the first one counts.
    #[error("{0:?} is there twice; the first one counts")]
    MetadataTwice(Box<str>),
    /// `metadata` is older than its directory, and is the only source of these fields.
    #[error("older than its directory, and the only source of {0}")]
    MetadataStale(Box<str>),
    /// A line of NEEDED.ELF.2 with fewer than five fields.
    #[error("expected \"arch;path;soname;rpath;needed\", found {0} fields")]
    Needed(usize),
    /// PROVIDES or REQUIRES starts with a soname instead of a category.
    #[error("{0:?} comes before any \"category:\"")]
    NoSonameCategory(Box<str>),
    /// A symbolic link that leads to itself.
    #[error("too many levels of symbolic links")]
    LinkLoop,
    /// The registry of preserved libraries is not the JSON that Portage writes.
    #[error("not a registry of preserved libraries")]
    Registry,
    /// One of dpkg's files is not as dpkg writes it.
    #[cfg(feature = "dpkg")]
    #[error("{0}")]
    Dpkg(crate::dpkg::Problem),
}

/// A fault, and the file and line it is in.
///
/// `Display` prints the place and what is wrong; what the operating system said is the
/// [`source`](std::error::Error::source).
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    line: Option<usize>,
    kind: ErrorKind,
    source: Option<io::Error>,
}

impl Error {
    pub(crate) fn new(path: impl Into<PathBuf>, kind: ErrorKind) -> Self {
        Self(Box::new(Inner { path: path.into(), line: None, kind, source: None }))
    }

    pub(crate) fn at_line(path: impl Into<PathBuf>, line: usize, kind: ErrorKind) -> Self {
        Self(Box::new(Inner { path: path.into(), line: Some(line), kind, source: None }))
    }

    pub(crate) fn io(path: impl Into<PathBuf>, kind: ErrorKind, source: io::Error) -> Self {
        Self(Box::new(Inner { path: path.into(), line: None, kind, source: Some(source) }))
    }

    /// The file or directory; empty when bytes were parsed that came from no file.
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The line, counted from 1, where the file has lines.
    pub fn line(&self) -> Option<usize> {
        self.0.line
    }

    /// What is wrong there.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.path.as_os_str().is_empty() {
            write!(f, "{}:", Printable(self.0.path.display()))?;
        }
        if let Some(line) = self.0.line {
            write!(f, "{line}:")?;
        }
        if !self.0.path.as_os_str().is_empty() || self.0.line.is_some() {
            f.write_str(" ")?;
        }
        self.0.kind.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| source as _)
    }
}
