//! In the place of Portage's `sandbox`.
//!
//! Portage runs each `src_*` phase as `/usr/bin/sandbox "BIN/ebuild.sh PHASE"` and knows no other hook that has the phase's
//! environment and descriptors. [`call`] tells what is asked for, [`phase`] what Portage says about the phase, [`depends`] what
//! the package declares, [`places`] which paths the phase needs besides packages; [`shim`] runs it in the view, and
//! [`findings`] says what it looked for and did not declare.
//! [`suspects`] is what makes that quick.

mod call;
mod config;
mod depends;
mod descriptors;
mod findings;
mod install;
mod launch;
mod phase;
mod places;
mod shim;
mod suspects;
mod telling;
mod words;

pub(crate) use call::asked_of_sandbox;
pub(crate) use config::PortageConfig;
pub(crate) use shim::stand_in;

use std::ffi::OsString;

use crate::args::{PortageArgs, PortageVerb};
use crate::failure::Failure;
use crate::report::Reporter;

/// Carries out `hermitage emerge ...`.
pub(crate) fn emerge(arguments: &[OsString]) -> Result<u8, Failure> {
    launch::launch("emerge".as_ref(), arguments)
}

/// Carries out `hermitage portage ...`.
pub(crate) fn carry_out(args: PortageArgs, reporter: Reporter) -> Result<u8, Failure> {
    match args.verb {
        PortageVerb::With { command } => {
            let (program, arguments) =
                command.split_first().ok_or_else(|| Failure::new("no program is given"))?;
            launch::launch(program, arguments)
        }
        PortageVerb::Setup(args) => install::setup(&args),
        PortageVerb::Status(args) => install::status(&args),
        PortageVerb::Remove(args) => install::remove(&args),
        PortageVerb::Shim { command } => shim::shim(&command, reporter),
    }
}
