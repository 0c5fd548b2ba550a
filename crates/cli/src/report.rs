//! What goes to stderr beside errors: notes and warnings, one line each.

use std::fmt::Display;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use crate::failure::harmless;

/// How much to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

/// Where notes go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reporter {
    verbosity: Verbosity,
    /// Where warnings are written down besides.
    record: Option<&'static Record>,
}

/// Warnings, to be said again later.
type Record = Mutex<Vec<String>>;

impl Reporter {
    pub(crate) fn new(verbosity: Verbosity) -> Self {
        Self { verbosity, record: None }
    }

    /// One that remembers its warnings. A program needs few of them: their memory is never given back.
    pub(crate) fn recording(self) -> Self {
        Self { record: Some(Box::leak(Box::default())), ..self }
    }

    /// The same without a record.
    pub(crate) fn unrecorded(self) -> Self {
        Self { record: None, ..self }
    }

    /// The warnings that were recorded.
    pub(crate) fn recorded(self) -> Vec<String> {
        let record =
            self.record.map(|record| record.lock().unwrap_or_else(PoisonError::into_inner));
        record.map(|warnings| warnings.clone()).unwrap_or_default()
    }

    /// Something that went otherwise than asked for, and was allowed to.
    pub(crate) fn warning(self, text: impl Display) {
        if let Some(record) = self.record {
            record.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_string());
        }
        self.say(Verbosity::Normal, format_args!("hermitage: warning: {text}"));
    }

    /// Something the user may not expect, such as a step that takes a while.
    pub(crate) fn note(self, text: impl Display) {
        self.say(Verbosity::Normal, format_args!("hermitage: {text}"));
    }

    /// Whether anything but errors is told at all.
    pub(crate) fn tells_notes(self) -> bool {
        self.verbosity >= Verbosity::Normal
    }

    /// Whether details are told at all, for those that cost something to find out.
    pub(crate) fn tells_details(self) -> bool {
        self.verbosity >= Verbosity::Verbose
    }

    /// Something for who wants to know it all.
    pub(crate) fn detail(self, text: impl Display) {
        self.say(Verbosity::Verbose, format_args!("hermitage: {text}"));
    }

    fn say(self, least: Verbosity, text: impl Display) {
        if self.verbosity >= least {
            // Nobody is left to tell when stderr is gone.
            let _ = writeln!(std::io::stderr(), "{}", harmless(&text.to_string()));
        }
    }
}
