use std::path::Path;
use std::str::FromStr;

use hermitage_mountns::Surroundings;

use super::names::build_user;
use super::{limits, proc};
use crate::args::RunArgs;
use crate::report::Reporter;

/// How many processors a command may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Processors {
    /// All that hermitage itself may.
    All,
    /// So many.
    Only(u32),
}

impl FromStr for Processors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let number = text.parse().ok().filter(|&number| number > 0);
        number
            .map(Self::Only)
            .ok_or_else(|| format!("{text:?} is neither a number of processors nor \"all\""))
    }
}

/// What a command is to see of the machine besides files.
pub(crate) fn surroundings(run: &RunArgs) -> Surroundings {
    let default = if run.pure { Processors::Only(1) } else { Processors::All };
    let processors = match run.cpus.unwrap_or(default) {
        Processors::All => None,
        Processors::Only(number) => Some(number),
    };
    let few = Surroundings { processors, fixed_addresses: run.no_aslr, ..Surroundings::default() };
    if !run.pure {
        return few;
    }
    let user = build_user();
    Surroundings {
        user: (user.id != 0).then_some(user.id),
        fresh_clocks: has_clocks(),
        sorted_listings: true,
        proc: proc::covers(processors),
        ..few
    }
}

/// What a phase of Portage's is to see: everything but users and processors.
pub(super) fn of_phase() -> Surroundings {
    Surroundings {
        fresh_clocks: has_clocks(),
        sorted_listings: true,
        proc: proc::covers(None),
        ..Surroundings::default()
    }
}

/// Whether the kernel can give a view clocks of its own.
fn has_clocks() -> bool {
    Path::new("/proc/self/ns/time").exists()
}

/// Says what of `--pure` this machine does not allow.
pub(crate) fn tell(run: &RunArgs, reporter: Reporter) {
    if !run.pure {
        return;
    }
    if !has_clocks() {
        reporter.note("this kernel has no time namespaces: clocks that count from the machine's start are the machine's");
    }
    for name in limits::lower() {
        reporter.note(format_args!(
            "the limit {name} is hermitage's own, which is lower than that of --pure"
        ));
    }
}
