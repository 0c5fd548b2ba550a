use std::ffi::{OsStr, OsString};
use std::os::fd::RawFd;

/// What to run in a view. Environment, working directory and limits are the plan's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// A path of the view, or a name to look up in the plan's `PATH` inside the view.
    pub program: OsString,
    /// The arguments after the program's name.
    pub args: Vec<OsString>,
    /// Descriptors above 2 that the command inherits, under the same numbers; all others are closed.
    pub keep_fds: Vec<RawFd>,
}

impl Command {
    /// A command without arguments.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self { program: program.as_ref().into(), args: Vec::new(), keep_fds: Vec::new() }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// Keeps a descriptor open in the command.
    #[must_use]
    pub fn keep_fd(mut self, fd: RawFd) -> Self {
        self.keep_fds.push(fd);
        self
    }
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Outcome {
    /// With this exit code.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
}

impl Outcome {
    /// The exit code a shell would report: 128 and the signal's number for one that was ended by a signal.
    pub fn code(self) -> i32 {
        match self {
            Self::Exited(code) => code,
            Self::Signaled(signal) => 128 + signal,
        }
    }
}
