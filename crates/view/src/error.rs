use std::fmt;
use std::io;

/// Why a view could not be built, and at which path.
#[derive(Debug)]
pub struct Error {
    path: Vec<u8>,
    kind: ErrorKind,
}

impl Error {
    pub(crate) fn new(path: impl Into<Vec<u8>>, kind: ErrorKind) -> Self {
        Self { path: path.into(), kind }
    }

    /// The path (bytes, as seen from the host root) or the table name the error is about.
    pub fn path(&self) -> &[u8] {
        &self.path
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\": {}", self.path.escape_ascii(), self.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.kind)
    }
}

/// The kinds of [`Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The path does not start with `/`.
    #[error("the path is not absolute")]
    NotAbsolute,
    /// The path holds a NUL byte, which no path can.
    #[error("the path holds a NUL byte")]
    Nul,
    /// The path ends in `..`, so it has no last component to show.
    #[error("the path has no last component")]
    NoLastComponent,
    /// The host could not be asked.
    #[error("the host could not be read ({call})")]
    Host {
        /// The request that failed, such as `lstat`.
        call: &'static str,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// An extra path, or the parent of something to synthesise, is not there.
    #[error("requested, but {0} on the host")]
    Absent(crate::Absence),
    /// Two requests can't both be met at this path.
    #[error("{0}")]
    Conflict(&'static str),
    /// The table of generated files is not valid TOML or not of a known schema.
    #[error("the table of generated files is not valid")]
    Table(#[source] Box<toml::de::Error>),
    /// A rule of the table of generated files makes no sense.
    #[error("rule of the table of generated files: {0}")]
    Rule(&'static str),
    /// A linker cache could not be parsed.
    #[error("not a linker cache of the new format: {0}")]
    LdCache(&'static str),
    /// More paths than a view can index (2^32 nodes or name bytes).
    #[error("the view is too large")]
    TooLarge,
}
