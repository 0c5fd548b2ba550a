use std::fmt;
use std::io;

use crate::sandbox::Attempt;

/// Why a view can't be written as rules, or a consumer's report can't be read, and where.
#[derive(Debug)]
pub struct Error {
    place: Place,
    kind: ErrorKind,
}

/// What an [`Error`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A path of the host, as bytes.
    Path(Vec<u8>),
    /// A line of what was read, counted from 1.
    Line(usize),
    /// The named list, variable or file that was to be written.
    Output(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "\"{}\"", path.escape_ascii()),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Output(name) => f.write_str(name),
        }
    }
}

impl Error {
    pub(crate) fn new(place: Place, kind: ErrorKind) -> Self {
        Self { place, kind }
    }

    pub(crate) fn path(path: &[u8], kind: ErrorKind) -> Self {
        Self::new(Place::Path(path.to_vec()), kind)
    }

    /// The path, line or output the error is about.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
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
    /// The host could not be asked.
    #[error("the host could not be read ({call})")]
    Host {
        /// The request that failed, such as `lstat`.
        call: &'static str,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The view could not be compared with the host.
    #[error("no cover of the view could be made")]
    Cover(#[source] hermitage_view::Error),
    /// A path that must be named, to be hidden or written, can't be written in this format.
    #[error("must be in the rules, but can't be named there: {0}")]
    Unspeakable(&'static str),
    /// A variable would not fit what the kernel passes to a program.
    #[error("{bytes} bytes, but at most {limit} are possible; {}", crate::sandbox::advice(.attempts))]
    TooLong {
        /// What it would take, with the variable's name and the byte that ends it.
        bytes: usize,
        /// The limit.
        limit: usize,
        /// All forms and what to leave out, each with what it would take.
        attempts: Vec<Attempt>,
    },
    /// The consumer takes only so many arguments or rules.
    #[error("{count} {what}, but at most {limit} are possible")]
    TooMany {
        /// Of what there are too many.
        what: &'static str,
        /// How many there would be.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// The kernel has no Landlock, or it is switched off.
    #[error("the kernel does not enforce any rule")]
    NotEnforced,
    /// The kernel refused a rule or a set of rules.
    #[error("refused by the kernel")]
    Landlock(#[source] Box<landlock::RulesetError>),
    /// JSON could not be written.
    #[error("not possible as JSON")]
    Json(#[source] serde_json::Error),
    /// A report is not of the format it should have.
    #[error("{0}")]
    Malformed(&'static str),
}
