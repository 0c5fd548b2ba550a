//! `--pure`: what a build sees besides files, the same on every machine.

mod environment;
mod epoch;
mod limits;
mod names;
mod proc;
mod surroundings;

pub(crate) use environment::environment;
pub(crate) use epoch::epoch;
pub(crate) use limits::limits;
pub(crate) use names::names;
pub(crate) use surroundings::{Processors, surroundings, tell};

use std::path::Path;

use hermitage_mountns::Plan;

use crate::args::{RunArgs, ViewArgs};
use crate::plan::{set_variable, variable};

/// Has a phase of Portage's see the same everywhere, as far as that is not for Portage to say: not the environment as a whole,
/// nor users, who own files, nor how many processors MAKEOPTS speaks of.
pub(crate) fn settle_phase(plan: &mut Plan, ebuild: Option<&Path>) {
    plan.surroundings = surroundings::of_phase();
    set_variable(plan, "TZ", "UTC");
    let epoch = ebuild.and_then(epoch::modified).unwrap_or(EARLIEST);
    if variable(plan, EPOCH).is_none() {
        set_variable(plan, EPOCH, &epoch.to_string()[..]);
    }
}

/// The variable by which programs that write times are told which one to write
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// The first second that a ZIP archive can name, for a target of which nobody knows when it was made.
const EARLIEST: u64 = 315_532_800;

/// Has the view go by how the command is run: with `--pure` the names of users in it are not the machine's.
pub(crate) fn settle(view: &mut ViewArgs, run: &RunArgs) {
    view.pure_names = run.pure;
}

/// Gives a pure build its time: the one that was asked for, else that of its target.
pub(crate) fn set_epoch(plan: &mut Plan, run: &RunArgs, of_target: Option<u64>) {
    if !run.pure || variable(plan, EPOCH).is_some() {
        return;
    }
    // One that is kept with a view may be of a run that was given another.
    let epoch = run.epoch.or(of_target).unwrap_or(EARLIEST);
    set_variable(plan, EPOCH, &epoch.to_string()[..]);
}
