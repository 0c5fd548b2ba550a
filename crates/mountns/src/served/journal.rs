//! What the server has answered, and how it is told to the caller when everything is over.

use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::asked;
use super::host::{Host, Print, Trouble};
use crate::ByteString;
use crate::index::NodeId;
use crate::observation::{Answer, Change, Lookup, Observation, Processes};

/// The records of one run.
#[derive(Debug)]
pub(super) struct Journal {
    /// Whether it is of interest who looked for what.
    observe: bool,
    /// The view's `/proc`, once there is one; what is asked before is the set-up's.
    proc: OnceLock<OwnedFd>,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// Host files that were answered with, as they were.
    prints: HashMap<NodeId, Print>,
    changes: Vec<Change>,
    events: Vec<Event>,
    found: HashSet<(NodeId, bool)>,
    missing: HashSet<(NodeId, Vec<u8>, Option<Vec<u8>>)>,
    processes: Processes,
}

#[derive(Debug)]
struct Event {
    node: NodeId,
    missing: Option<Missing>,
    answer: Answer,
    process: Option<usize>,
}

/// What a directory does not have.
#[derive(Clone, Debug)]
struct Missing {
    name: Vec<u8>,
    /// The path below it that was asked for.
    asked: Option<Vec<u8>>,
}

impl Journal {
    pub(super) fn new(observe: bool) -> Self {
        Self { observe, proc: OnceLock::new(), book: Mutex::default() }
    }

    /// From now on what is asked is the command's.
    pub(super) fn begin(&self, proc: OwnedFd) {
        let _first = self.proc.set(proc);
    }

    pub(super) fn found(&self, node: NodeId, print: Option<Print>, pid: u32, host: &Host) {
        if let Some(print) = print {
            let mut book = self.book();
            let before = book.prints.insert(node, print);
            // The kernel had forgotten it under memory pressure.
            if let Some(what) = before.and_then(|before| before.difference(&print)) {
                book.changed(host.tree.path(node), what);
            }
        }
        self.event(node, None, Answer::Found, pid);
    }

    /// `asked` is the path below it that was asked for, where that is known.
    pub(super) fn missing(&self, dir: NodeId, name: &[u8], asked: Option<Vec<u8>>, pid: u32) {
        let missing = Missing { name: name.to_vec(), asked };
        self.event(dir, Some(missing), Answer::Missing, pid);
    }

    /// The path below another one that a thread asks for, where that can be told.
    pub(super) fn asked_below(&self, path: &ByteString, pid: u32) -> Option<Vec<u8>> {
        asked::below(self.proc.get()?, pid, &path.0)
    }

    /// Whether it is noted who looks for what.
    pub(super) fn observes(&self) -> bool {
        self.observe
    }

    pub(super) fn listed(&self, dir: NodeId, pid: u32) {
        self.event(dir, None, Answer::Listed, pid);
    }

    /// A node of the tree that could not be shown.
    pub(super) fn trouble(&self, path: ByteString, trouble: Trouble) {
        let what = match trouble {
            Trouble::Stale => "not in the index that was read",
            Trouble::Vanished => "vanished before the first look",
            Trouble::OtherTarget => "a link that leads elsewhere at the first look",
            Trouble::OtherKind => "no regular file any more at the first look",
        };
        self.book().changed(path, what);
    }

    fn event(&self, node: NodeId, missing: Option<Missing>, answer: Answer, pid: u32) {
        let Some(proc) = self.proc.get().filter(|_| self.observe) else { return };
        let mut book = self.book();
        let new = match &missing {
            Some(Missing { name, asked }) => {
                book.missing.insert((node, name.clone(), asked.clone()))
            }
            None => book.found.insert((node, answer == Answer::Listed)),
        };
        if !new {
            return;
        }
        let process = book.processes.find(proc, pid);
        book.events.push(Event { node, missing, answer, process });
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks again at every file that was answered with, and sums up.
    pub(super) fn close(&self, host: &Host) -> (Observation, Vec<Change>) {
        let mut book = std::mem::take(&mut *self.book());
        let mut prints: Vec<_> = book.prints.drain().collect();
        prints.sort_unstable_by_key(|(node, _)| *node);
        for (node, before) in prints {
            let path = host.tree.path(node);
            match host.stat(&path).map(|stat| Print::of(&stat)) {
                Ok(now) => {
                    if let Some(what) = before.difference(&now) {
                        book.changed(path, what);
                    }
                }
                Err(_gone) => book.changed(path, "deleted"),
            }
        }
        book.changes.sort();
        book.changes.dedup();
        let lookups = book.events.into_iter().map(|event| event.lookup(host)).collect();
        let processes = book.processes.all;
        (Observation { lookups, processes, untold: Vec::new() }, book.changes)
    }
}

impl Event {
    fn lookup(self, host: &Host) -> Lookup {
        let (path, asked) = match self.missing {
            Some(Missing { name, asked }) => (host.path(self.node, &name), asked.map(ByteString)),
            None => (host.tree.path(self.node), None),
        };
        Lookup { path, asked, answer: self.answer, process: self.process }
    }
}

impl Book {
    fn changed(&mut self, path: ByteString, what: &str) {
        self.changes.push(Change { path, what: what.into() });
    }
}
