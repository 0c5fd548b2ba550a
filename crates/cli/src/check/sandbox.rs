//! What another sandbox refused, as the audit takes it.

use std::path::Path;

use hermitage_audit::{Access, Answer, Observer, Process, Source, Text, Trace};
use hermitage_rules::sandbox::log::{self, Status};

use crate::failure::Failure;

/// The records of a log that gentoo/sandbox wrote.
#[derive(Debug)]
pub(super) struct SandboxLog(Trace);

impl SandboxLog {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read(path)
            .map_err(|error| Failure::file(path, "the log can't be read", &error))?;
        let mut trace = Trace { observer: Some(Observer::SandboxLog), ..Trace::default() };
        for record in log::parse(&text) {
            let record = record.map_err(|error| Failure::in_file(path, &error))?;
            // The log holds no process numbers: a command is known by its words, which are separated by spaces.
            let words = record.command.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
            let command: Vec<Text> = words.map(Text::from).collect();
            let known = trace.processes.iter().position(|process| process.command == command);
            let process = known.unwrap_or_else(|| {
                let process = Process { command, ..Process::default() };
                trace.processes.push(process);
                trace.processes.len() - 1
            });
            trace.accesses.push(Access {
                asked: record.path.into(),
                path: record.canonical.into(),
                answer: match record.status {
                    Status::Deny => Answer::Denied,
                    Status::Allow => Answer::Found,
                },
                process: Some(process),
            });
        }
        Ok(Self(trace))
    }
}

impl Source for SandboxLog {
    fn trace(self) -> Trace {
        self.0
    }
}
