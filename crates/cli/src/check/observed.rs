//! What was seen of a run, as the audit takes it.

use std::os::unix::ffi::OsStrExt as _;

use hermitage_audit::{Access, Answer, Observer, Outcome, Process, Source, Text, Trace};
use hermitage_mountns::{self as mountns, ByteString, Observation, Untold};

use crate::report::Reporter;

/// What a run looked for, who watched, and how it ended.
#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) observation: Observation,
    pub(crate) observer: Option<mountns::Observer>,
    pub(crate) outcome: mountns::Outcome,
}

impl Observed {
    /// Of a run; none when nobody watched.
    pub(crate) fn of(report: mountns::Report) -> Option<Self> {
        let mountns::Report { observation, observer, outcome, .. } = report;
        observation.map(|observation| Self { observation, observer, outcome })
    }

    /// Says what the user may not expect of how it was seen; `asked` is whether it was asked for so.
    pub(super) fn tell(&self, asked: bool, backend: mountns::Backend, reporter: Reporter) {
        if self.observer == Some(mountns::Observer::Calls) && !asked {
            reporter.note(format_args!(
                "what was looked for was seen by system calls, for the view was made with {backend}, which keeps no record of \
                 look-ups; that takes longer"
            ));
        }
        self.warnings().iter().for_each(|warning| reporter.warning(warning));
    }

    /// Of which calls it is not known what they looked for: a sentence for each reason, with the first who made some.
    fn warnings(&self) -> Vec<String> {
        let Observation { untold, processes, .. } = &self.observation;
        let mut reasons: Vec<&Untold> = Vec::new();
        for one in untold {
            if reasons.iter().all(|known| known.reason != one.reason) {
                reasons.push(one);
            }
        }
        let warning = |first: &&Untold| {
            let of_it: Vec<_> = untold.iter().filter(|one| one.reason == first.reason).collect();
            let calls: u64 = of_it.iter().map(|one| one.calls).sum();
            let who = first.process.and_then(|at| processes[at].program.as_ref());
            let who = who.map_or_else(String::new, |program| format!(" (first {program})"));
            let (processes, reason) = (of_it.len(), first.reason.as_str());
            format!(
                "what {calls} call(s) of {processes} process(es) looked for is not known{who}: {reason}"
            )
        };
        reasons.iter().map(warning).collect()
    }
}

impl Source for Observed {
    fn trace(self) -> Trace {
        let warnings = self.warnings();
        let Observation { lookups, processes, .. } = self.observation;
        let own: Vec<ByteString> = std::env::args_os().map(|word| word.as_bytes().into()).collect();
        // Before the command is executed, it is we who look for it, with our own arguments.
        let is_own = |process: &mountns::Process| process.command == own;
        let access = |lookup: mountns::Lookup| Access {
            asked: Text(lookup.asked.map_or_else(|| lookup.path.0.clone(), |asked| asked.0)),
            path: Text(lookup.path.0),
            answer: answer(lookup.answer),
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
        Trace {
            phase: None,
            outcome: Some(ended(self.outcome)),
            observer: self.observer.and_then(observer),
            warnings,
            accesses,
            processes: processes.into_iter().map(process).collect(),
        }
    }
}

/// An answer, as the audit takes it.
fn answer(answer: mountns::Answer) -> Answer {
    match answer {
        mountns::Answer::Found => Answer::Found,
        mountns::Answer::Denied => Answer::Denied,
        mountns::Answer::Listed => Answer::Listed,
        mountns::Answer::Executed => Answer::Executed,
        _ => Answer::Missing,
    }
}

/// Who watched, as the audit takes it.
fn observer(observer: mountns::Observer) -> Option<Observer> {
    match observer {
        mountns::Observer::Lookups => Some(Observer::Lookups),
        mountns::Observer::Calls => Some(Observer::Calls),
        _ => None,
    }
}

/// How a command ended, as the audit takes it.
pub(super) fn ended(outcome: mountns::Outcome) -> Outcome {
    match outcome {
        mountns::Outcome::Exited(code) => Outcome::Exited(code),
        mountns::Outcome::Signaled(signal) => Outcome::Signaled(signal),
    }
}
