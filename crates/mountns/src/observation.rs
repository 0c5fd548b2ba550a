mod observer;
mod processes;

pub use observer::{Observer, ObserverChoice};
pub(crate) use processes::{Processes, read};

use serde::{Deserialize, Serialize};

use crate::{ByteString, Error, ErrorKind};

/// What a run looked for, in the order of the first look.
///
/// Repeats are not told, and neither is what was done with a file afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The names that were asked for.
    pub lookups: Vec<Lookup>,
    /// The processes that asked first, each after those that started it.
    pub processes: Vec<Process>,
    /// Calls of which it is not known what they looked for, in the order of the first of a kind and process.
    #[serde(default)]
    pub untold: Vec<Untold>,
}

/// Calls of a process that may have looked for something, and could not be looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Why.
    pub reason: UntoldReason,
    /// Who made them, as an index into [`Observation::processes`]; none when it could not be told any more.
    pub process: Option<usize>,
    /// How many.
    pub calls: u64,
}

/// Why a call could not be looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum UntoldReason {
    /// The memory of the caller, in which the path stands, or its descriptors are not the observer's to read.
    Caller,
    /// The directory that the path is relative to has no path that can be told, or the caller has a root of its own.
    Place,
    /// The observer could not look at what the view has there.
    View,
}

impl UntoldReason {
    /// The same in words, to follow "because".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "the observer may not look into their process",
            Self::Place => "it can't be told where their paths begin",
            Self::View => "the observer failed to look there",
        }
    }
}

/// The first look at one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The path, canonical but for a last component that may be a symbolic link.
    pub path: ByteString,
    /// The path below it that was asked for, when it is missing and was to be gone through, as far as that is told:
    /// [`Observer::Lookups`] tells it of what the host has, when it was asked for by an absolute path without links, the first
    /// one, and all different ones directly below the root; [`Observer::Calls`] tells all of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<ByteString>,
    /// What the answer was.
    pub answer: Answer,
    /// Who asked, as an index into [`Observation::processes`]; none when it could not be told any more.
    pub process: Option<usize>,
}

/// What a view answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Answer {
    /// It is in the view.
    Found,
    /// It is not: hidden, or not on the host either.
    Missing,
    /// It was refused: a directory on the way may not be searched, or the file not be opened; only
    /// [`Observer::Calls`] tells.
    Denied,
    /// A directory whose names were listed, or that was opened for it.
    Listed,
    /// A file that was executed, or that runs the one that was; only [`Observer::Calls`] tells.
    Executed,
}

/// A process, as it was when it asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number inside the view.
    pub pid: u32,
    /// Its parent's.
    pub parent: u32,
    /// The file that it executes, a path inside the view; none when it could not be told any more.
    pub program: Option<ByteString>,
    /// Its arguments.
    pub command: Vec<ByteString>,
}

/// A file of the host that did not stay what it was while a command ran that could see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// The path.
    pub path: ByteString,
    /// What happened to it, in words.
    pub what: String,
}

impl Change {
    pub(crate) fn into_error(self) -> Error {
        Error::at(&self.path.0, ErrorKind::ChangedMeanwhile(self.what))
    }
}
