//! What can be wrong with dpkg's files.

/// A fault in one of dpkg's files; the error that holds it says which file and line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A line of a control file is neither `Name: value` nor a continuation.
    #[error("expected \"Field: value\" or a continuation line")]
    NotAField,
    /// A field that must be there is not.
    #[error("the paragraph has no {0} field")]
    FieldMissing(&'static str),
    /// A field that the import reads is not UTF-8.
    #[error("the {0} field is not UTF-8")]
    NotUtf8(String),
    /// A package name that dpkg would refuse.
    #[error("{0:?} is not a package name")]
    PackageName(String),
    /// An architecture name that dpkg would refuse.
    #[error("{0:?} is not an architecture")]
    Architecture(String),
    /// A version that dpkg would refuse.
    #[error("{0:?} is not a Debian version")]
    Version(String),
    /// A `Status` field that is not three known words.
    #[error("{0:?} is not a package status")]
    Status(String),
    /// A part of a dependency field that cannot be read.
    #[error("{0:?} is not a dependency on a package")]
    Relation(String),
    /// Two paragraphs about one package and architecture.
    #[error("{0} is described twice")]
    Duplicate(String),
    /// A line of a file list that is not an absolute path.
    #[error("{0:?} is not an absolute path")]
    NotAbsolute(String),
    /// A path or link target that CONTENTS has no way to write.
    #[error("{0:?} holds a line break or a NUL, which CONTENTS cannot record")]
    Unwritable(String),
    /// A line of an `.md5sums` file that is not a sum, two spaces and a path.
    #[error("expected 32 hexadecimal digits, two spaces and a path")]
    Md5Line,
    /// The diversions file does not consist of groups of three lines.
    #[error("a diversion is three lines; the last one has fewer")]
    Diversion,
    /// An installed package has no file list.
    #[error("{0} is installed but its file list is not there")]
    ListMissing(String),
    /// The layout of the info directory is not one we know.
    #[error("{0:?} is not a known layout of the info directory (known: 0 and 1)")]
    InfoFormat(String),
    /// The output exists and is not something that an earlier import made.
    #[error("the output exists and was not made by an import of dpkg's database")]
    OutputInTheWay,
    /// The mapped name and version are longer than a file name may be.
    #[error("{0:?} is too long for a directory name")]
    NameTooLong(String),
    /// Two packages map to one name; only a damaged database does that.
    #[error("{0:?} is the name of two packages")]
    Clash(String),
}

/// A problem and the line (from 1) of the file where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) problem: Problem,
}

impl Fault {
    pub(super) fn new(line: usize, problem: Problem) -> Self {
        Self { line, problem }
    }
}
