//! What the file system saw, as the audit takes it.

use hermitage_audit::{Access, Answer, Process, Source, Text, Trace};
use hermitage_mountns::{self as mountns, ByteString, Observation};

/// The look-ups of a run.
#[derive(Debug)]
pub(crate) struct Observed(pub(crate) Observation);

impl Source for Observed {
    fn trace(self) -> Trace {
        let Observation { lookups, processes } = self.0;
        let access = |lookup: mountns::Lookup| Access {
            asked: Text(lookup.path.0.clone()),
            path: Text(lookup.path.0),
            answer: match lookup.answer {
                mountns::Answer::Found => Answer::Found,
                mountns::Answer::Listed => Answer::Listed,
                _ => Answer::Missing,
            },
            process: lookup.process,
        };
        let text = |bytes: ByteString| Text(bytes.0);
        let process = |process: mountns::Process| Process {
            pid: process.pid,
            parent: process.parent,
            program: process.program.map(text),
            command: process.command.into_iter().map(text).collect(),
        };
        Trace {
            phase: None,
            accesses: lookups.into_iter().map(access).collect(),
            processes: processes.into_iter().map(process).collect(),
        }
    }
}
