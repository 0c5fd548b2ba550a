//! What is to be done and timed inside a view, and what came of it: data that goes through files.

use hermitage_mountns::ByteString;
use serde::{Deserialize, Serialize};

/// The line that says that the view stands and nothing has been done in it.
pub(super) const UP: &str = "hermitage-bench: the view stands";

/// What to do inside.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Agenda {
    /// A directory that may be written to, where commands run.
    pub(super) directory: ByteString,
    /// Where to write the [`Diary`].
    pub(super) diary: ByteString,
    pub(super) tasks: Vec<Task>,
    /// Files to open and close again.
    pub(super) open: Vec<ByteString>,
    /// How often to open all of them.
    pub(super) passes: u32,
}

/// A command, and how often it is to be run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) name: String,
    pub(super) argv: Vec<ByteString>,
    pub(super) times: u32,
}

/// What came of an [`Agenda`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Diary {
    /// When the first instruction of ours ran inside, on the clock of [`super::clock::now`].
    pub(super) began: u64,
    /// When nothing was left to do.
    pub(super) ended: u64,
    /// In the order of the agenda's tasks.
    pub(super) tasks: Vec<Done>,
    /// Milliseconds per file and pass, in the order of the passes.
    pub(super) opens: Vec<f64>,
    /// Why files could not be opened, the first reason.
    pub(super) closed: Option<String>,
}

/// What came of a [`Task`].
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Done {
    pub(super) name: String,
    /// In the order of the runs.
    pub(super) runs: Vec<Run>,
    /// Why it could not be run, or that it failed and what it said.
    pub(super) problem: Option<String>,
}

/// One run of a command, in milliseconds.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

impl Diary {
    /// What came of a task, if it went well.
    pub(super) fn runs(&self, name: &str) -> &[Run] {
        let done = self.tasks.iter().find(|done| done.name == name && done.problem.is_none());
        done.map_or(&[], |done| &done.runs)
    }
}
