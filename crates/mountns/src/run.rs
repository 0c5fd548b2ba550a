use crate::plan::Plan;
use crate::process::{self, Job, Payload};
use crate::support::{BackendChoice, Support};
use crate::{Command, Error, Outcome};

/// Runs a command in what the plan shows, and waits for its end.
///
/// Standard input, output and error are the caller's. Call it while the process has one thread, or while no other
/// thread holds a lock that a fork would copy: the processes of the run are forks of this one. It ignores SIGINT
/// and SIGQUIT while it waits, as system(3) does, since the command gets them. When the calling thread ends, the
/// run is killed.
///
/// # Errors
/// When the plan is invalid, when the chosen backend does not work here, when anything of the plan can't be shown
/// or has changed ([`ErrorKind::Changed`](crate::ErrorKind::Changed)), and when the command is not in the view or
/// can't be executed. In all these cases the command has not run.
pub fn run(
    plan: &Plan,
    support: &Support,
    choice: BackendChoice,
    command: &Command,
) -> Result<Outcome, Error> {
    plan.check()?;
    let backend = support.select(choice)?;
    let payload = Payload::Command(command);
    process::carry_out(&Job { plan, backend, privilege: support.privilege(), payload })
}
