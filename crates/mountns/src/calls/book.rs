//! What was noted.

use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::caller::numbers;
use super::walk::{Seen, Sight};
use crate::ByteString;
use crate::observation::{Answer, Lookup, Observation, Processes, Untold, UntoldReason};

/// The records of a run.
#[derive(Debug)]
pub(super) struct Book {
    lookups: Vec<Lookup>,
    processes: Processes,
    untold: Vec<Untold>,
    /// Where each kind of those is.
    untold_at: HashMap<(UntoldReason, Option<usize>), usize>,
    /// What was executed, listed, refused or missing, or is below what is missing; what a look found is noted once as it is.
    more: HashSet<(Vec<u8>, Answer)>,
    /// The `/proc` with the numbers that we are told.
    proc: Arc<OwnedFd>,
    /// That of the view.
    view_proc: OwnedFd,
    /// How many numbers each of our own processes has, one for each namespace it is in.
    depth: usize,
}

impl Book {
    pub(super) fn new(proc: Arc<OwnedFd>, view_proc: OwnedFd) -> Option<Self> {
        let own = rustix::process::getpid().as_raw_nonzero().get().cast_unsigned();
        let depth = numbers(&proc, own)?.len();
        Some(Self {
            lookups: Vec::new(),
            processes: Processes::default(),
            untold: Vec::new(),
            untold_at: HashMap::new(),
            more: HashSet::new(),
            proc,
            view_proc,
            depth,
        })
    }

    /// Notes what a thread looked for.
    pub(super) fn note(&mut self, seen: Seen, thread: u32) {
        let mut process = None;
        for Sight { path, answer, asked } in seen {
            let meant = asked.as_ref().unwrap_or(&path);
            if answer != Answer::Found && !self.more.insert((meant.clone(), answer)) {
                continue;
            }
            let process = *process.get_or_insert_with(|| self.process(thread));
            let (path, asked) = (ByteString(path), asked.map(ByteString));
            self.lookups.push(Lookup { path, asked, answer, process });
        }
    }

    /// Notes that it is not known what a thread looked for.
    pub(super) fn note_untold(&mut self, reason: UntoldReason, thread: u32) {
        let process = self.process(thread);
        let at = *self.untold_at.entry((reason, process)).or_insert_with(|| {
            self.untold.push(Untold { reason, process, calls: 0 });
            self.untold.len() - 1
        });
        self.untold[at].calls += 1;
    }

    fn process(&mut self, thread: u32) -> Option<usize> {
        let pid = *numbers(&self.proc, thread)?.get(self.depth)?;
        self.processes.find(&self.view_proc, pid)
    }

    /// All of it.
    pub(super) fn observation(&self) -> Observation {
        Observation {
            lookups: self.lookups.clone(),
            processes: self.processes.all.clone(),
            untold: self.untold.clone(),
        }
    }
}
