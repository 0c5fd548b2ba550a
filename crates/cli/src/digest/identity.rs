//! The identity of a view, and of what runs in it.

use std::ffi::OsString;
use std::time::SystemTime;

use hermitage_mountns::Plan;
use hermitage_view::digest::{Fact, Sum, identity};

use super::describe::{Asked, describe};
use super::facts;
use super::files::Trust;
use super::kept::{Kept, Store};
use crate::args::RunArgs;
use crate::cache::{Key, Watched};
use crate::failure::Failure;
use crate::import::cache_directory;
use crate::plan;
use crate::report::Reporter;

/// What is visible and declared: the part of an identity that takes a while to find out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    view: Sum,
    facts: Vec<Fact>,
}

impl Identity {
    /// Finds it out, or takes what was found out before when nothing has changed since.
    pub(super) fn of(asked: Asked<'_>, reporter: Reporter) -> Result<Self, Failure> {
        let began = SystemTime::now();
        let store = Store::of(&cache_directory()?);
        let key = Key::of(asked.target, asked.closure, asked.view)?;
        if let Some(Kept { view, facts, warnings, .. }) = store.find(&key) {
            for text in &warnings {
                reporter.warning(text);
            }
            return Ok(Self { view, facts });
        }
        let recording = reporter.recording();
        let described = describe(asked, Trust::Recorded, recording)?;
        let view = described.description.view_digest();
        let facts = described.description.facts;
        let kept = Kept { view, facts, warnings: recording.recorded(), setting: None };
        let watched = Watched::paths(described.watched);
        if let Err(error) = store.keep(&key, &kept, &watched, began) {
            reporter.detail(format_args!("the digest is not kept: {error}"));
        }
        Ok(Self { view: kept.view, facts: kept.facts })
    }

    /// The identity of the view in settings that whatever runs in it gets.
    pub(super) fn alone(&self, run: &RunArgs) -> Sum {
        self.with(&facts::settings(&plan::of_settings(run)))
    }

    fn with(&self, more: &[Fact]) -> Sum {
        identity(&self.view, &[&self.facts[..], more].concat())
    }
}

/// All that a command gets besides what is visible and declared.
pub(super) fn running(plan: &Plan, command: &[OsString]) -> Vec<Fact> {
    let mut facts = facts::settings(plan);
    facts.extend(facts::command(plan, command));
    facts
}
