//! One sample: a command started, watched and waited for, with everything it started.
//!
//! It is done in a process of its own, this executable again. What that process has waited for in the end is the sample and
//! nothing else, so the kernel's accounts are those of the sample: the processor time of the whole tree, orphans included
//! (a server that was put into the background), since the process is the reaper of its descendants. It is small, which matters
//! because the peak of a child is at least that of the process it was forked from. And when it is told to end, or the
//! process that wants to know is gone, it ends all of it.

mod memory;
mod process;
mod watch;

use std::io::Write as _;
use std::process::{Command, Stdio};

use hermitage_mountns::ByteString;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

pub(super) use process::sample;

/// What is to be started.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) argv: Vec<Word>,
    /// Variables to set in the environment, which is otherwise that of the caller.
    pub(super) env: Vec<(String, ByteString)>,
    pub(super) directory: ByteString,
    /// How long it may take, in milliseconds.
    pub(super) limit: f64,
}

/// A word of a command line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// As it is.
    Text(ByteString),
    /// The number of a descriptor from which this file can be read.
    Descriptor(ByteString),
}

/// What became of a [`Request`]. Moments are those of [`super::clock::now`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Response {
    pub(super) end: End,
    pub(super) began: u64,
    pub(super) ended: u64,
    /// User and system time of everything that was started, in milliseconds.
    pub(super) cpu: f64,
    /// The most memory a single one of the processes had resident, in bytes.
    pub(super) peak: u64,
    /// By how much the memory of the kernel had grown when the view stood, in bytes.
    pub(super) kernel: Option<f64>,
    /// The last that it said on stderr, or else on stdout.
    pub(super) said: String,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum End {
    Exited(i32),
    Signaled(i32),
    /// After the time that was given.
    TimedOut,
    /// Because we were asked to end.
    Interrupted,
    /// It could not be started.
    NotStarted(String),
}

impl Request {
    /// Has a process of its own do it. `running` is told of the process while there is one.
    pub(super) fn carry_out(
        &self,
        running: &super::interrupt::Running,
    ) -> Result<Response, Failure> {
        let own = std::env::current_exe()
            .map_err(|error| Failure::new(format!("our own executable is not known: {error}")))?;
        let text = serde_json::to_vec(self).map_err(|error| Failure::caused(&error))?;
        let mut command = Command::new(own);
        command.args(["bench", "sample"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let broken = |error: std::io::Error| Failure::new(format!("a sample failed: {error}"));
        let mut child = running.start(&mut command).map_err(broken)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(&text).map_err(broken)?;
        }
        let output = child.wait_with_output();
        running.ended();
        let output = output.map_err(broken)?;
        serde_json::from_slice(&output.stdout)
            .map_err(|error| Failure::new(format!("a sample ended without an answer: {error}")))
    }
}

impl Response {
    /// Whether the command did what it was started for.
    pub(super) fn went_well(&self) -> bool {
        self.end == End::Exited(0)
    }
}
