//! The one error of this crate.

use hermitage_atom::Printable;
use std::fmt;
use std::path::{Path, PathBuf};

/// What an error is about: the place, as far as there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// A file or directory, and the line counted from 1.
    Path(PathBuf, Option<usize>),
    /// An installed package, by its category, name and version.
    Package(String),
    /// An atom or a dependency string that was given.
    Text(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path, None) => write!(f, "{}", Printable(path.display())),
            Self::Path(path, Some(line)) => {
                write!(f, "{}:{line}", Printable(path.display()))
            }
            Self::Package(cpv) => f.write_str(cpv),
            Self::Text(text) => write!(f, "\"{}\"", Printable(text)),
        }
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A file can't be read.
    #[error("can't be read")]
    Read,
    /// A profile, or a parent of one, is not there.
    #[error("no such profile")]
    NoProfile,
    /// A profile inherits itself.
    #[error("the profile inherits itself")]
    ProfileCycle,
    /// A `parent` names a repository that is not known.
    #[error("names an unknown repository")]
    UnknownRepository,
    /// A profile file does not say what it should.
    #[error("the profile is malformed")]
    Profile,
    /// A metadata cache entry does not say what it should.
    #[error("the metadata is malformed")]
    Metadata,
    /// No installed package matches.
    #[error("no such package is installed{}", there_is(.similar))]
    NoSuchPackage {
        /// Installed packages of the same name, or of the same name in other categories.
        similar: Vec<String>,
    },
    /// Several installed packages match where one was meant.
    #[error("several packages match: {}", .matches.join(", "))]
    Ambiguous {
        /// The packages, by category, name and version.
        matches: Vec<String>,
    },
    /// A dependency string can't be parsed.
    #[error("{class} is malformed")]
    Dependency {
        /// The variable the string was given as.
        class: crate::DepClass,
    },
    /// An atom can't be parsed.
    #[error("not an atom")]
    Atom,
    /// The source of packages failed.
    #[error("the package database failed")]
    Source,
}

fn there_is(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; there is {}", names.join(", ")) }
}

/// Why a closure, a profile stack or a target can't be had.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {kind}")]
pub struct Error {
    place: Place,
    kind: ErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// What it is about.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What went wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    pub(crate) fn new(place: Place, kind: ErrorKind) -> Self {
        Self { place, kind, source: None }
    }

    pub(crate) fn at_path(path: &Path, kind: ErrorKind) -> Self {
        Self::new(Place::Path(path.to_owned(), None), kind)
    }

    pub(crate) fn at_line(
        path: &Path,
        line: usize,
        kind: ErrorKind,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::at_path(path, kind).with_line(line).because(cause)
    }

    pub(crate) fn io(path: &Path, cause: std::io::Error) -> Self {
        Self::at_path(path, ErrorKind::Read).because(cause)
    }

    pub(crate) fn with_line(mut self, number: usize) -> Self {
        if let Place::Path(_, line) = &mut self.place {
            *line = Some(number);
        }
        self
    }

    pub(crate) fn because(
        mut self,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(cause.into());
        self
    }
}
