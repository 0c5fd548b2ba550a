use serde::{Deserialize, Serialize};

use crate::{ByteString, Error, ErrorKind};

/// What a run looked for, in the order of the first look.
///
/// The kernel asks for each name once and remembers the answer, so repeats are not seen, and neither is what was
/// done with a file afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// The names that were asked for.
    pub lookups: Vec<Lookup>,
    /// The processes that asked first, each after those that started it.
    pub processes: Vec<Process>,
}

/// The first look at one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// The path, canonical but for a last component that may be a symbolic link.
    pub path: ByteString,
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
    /// A directory whose names were listed.
    Listed,
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
