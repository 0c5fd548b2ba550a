//! What the file system saw, as the audit takes it.

use std::os::unix::ffi::OsStrExt as _;

use hermitage_audit::{Access, Answer, Outcome, Process, Source, Text, Trace};
use hermitage_mountns::{self as mountns, ByteString, Observation};

/// The look-ups of a run, and how it ended.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) observation: Observation,
    pub(crate) outcome: mountns::Outcome,
}

impl Source for Observed {
    fn trace(self) -> Trace {
        let Observation { lookups, processes } = self.observation;
        let own: Vec<ByteString> = std::env::args_os().map(|word| word.as_bytes().into()).collect();
        // Before the command is executed, it is we who look for it, with our own arguments.
        let is_own = |process: &mountns::Process| process.command == own;
        let access = |lookup: mountns::Lookup| Access {
            asked: Text(lookup.path.0.clone()),
            path: Text(lookup.path.0),
            answer: match lookup.answer {
                mountns::Answer::Found => Answer::Found,
                mountns::Answer::Listed => Answer::Listed,
                _ => Answer::Missing,
            },
            process: lookup.process.filter(|&at| !is_own(&processes[at])),
        };
        let text = |bytes: ByteString| Text(bytes.0);
        let accesses = lookups.into_iter().map(access).collect();
        let process = |process: mountns::Process| Process {
            pid: process.pid,
            parent: process.parent,
            program: process.program.map(text),
            command: process.command.into_iter().map(text).collect(),
        };
        let processes = processes.into_iter().map(process).collect();
        Trace { phase: None, outcome: Some(ended(self.outcome)), accesses, processes }
    }
}

/// How a command ended, as the audit takes it.
pub(super) fn ended(outcome: mountns::Outcome) -> Outcome {
    match outcome {
        mountns::Outcome::Exited(code) => Outcome::Exited(code),
        mountns::Outcome::Signaled(signal) => Outcome::Signaled(signal),
    }
}
