use std::fmt;

use crate::Text;

/// Why findings can't be made, and where.
#[derive(Debug)]
pub struct Error {
    place: Place,
    kind: ErrorKind,
}

/// What an [`Error`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A path of the machine.
    Path(Text),
    /// A line of a file, counted from 1.
    Line(usize),
    /// Nothing that has a place.
    Nowhere,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{path}: "),
            Self::Line(line) => write!(f, "line {line}: "),
            Self::Nowhere => Ok(()),
        }
    }
}

impl Error {
    /// An error about a path of the machine.
    pub fn path(path: &[u8], kind: ErrorKind) -> Self {
        Self { place: Place::Path(path.into()), kind }
    }

    pub(crate) fn new(place: Place, kind: ErrorKind) -> Self {
        Self { place, kind }
    }

    /// Where it went wrong.
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
        write!(f, "{}{}", self.place, self.kind)
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
    /// The inventory could not be asked.
    #[error("the packages of this machine can't be asked")]
    Inventory(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A file of rules is not as it should be.
    #[error("not a rule: {0}")]
    Rule(String),
    /// A file of suppressions is not as it should be.
    #[error("not a suppression: {0}")]
    Suppression(String),
    /// A baseline is not a report.
    #[error("not a report: {0}")]
    Baseline(String),
}
