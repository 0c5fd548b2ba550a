//! Process 1 of the view: builds it, starts the command, reaps, and tells how the command ended.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::process::{DumpableBehavior, Pid, WaitOptions, WaitStatus};

use super::{
    Job, Payload, Setting, cage, die_with_parent, exec, fail, limits, limits::FileSize, seccomp,
};
use crate::calls::Watch;
use crate::kernel::{self, Named as _};
use crate::plan::Session;
use crate::sys::{self, Fork};
use crate::wire::{self, Message};
use crate::{Error, Outcome};

pub(super) fn main(setting: &Setting<'_>, life: &OwnedFd, report: &OwnedFd) -> ! {
    match start(setting, life, report) {
        Ok(command) => {
            // What is kept for the command is not kept by us: its readers wait for the last writer.
            sys::close_all_but(&[report.as_fd()]);
            reap(command, setting.job.plan.session, report)
        }
        Err(error) => fail(report, error),
    }
}

fn start(setting: &Setting<'_>, life: &OwnedFd, report: &OwnedFd) -> Result<Pid, Error> {
    let Setting { job, server, watch, gate } = *setting;
    die_with_parent(life.as_fd())?;
    rustix::process::umask(rustix::fs::Mode::empty());
    cage::check_standard_descriptors()?;
    cage::leave_keys()?;
    seccomp::check(job.plan, job.privilege)?;
    limits::bound_processes(job.plan, job.privilege)?;
    let file_size = FileSize::lift();
    kernel::enter(job.plan, job.backend, job.privilege, server)?;
    cage::drop_privileges(job.plan, job.privilege)?;
    // Our memory holds the names of everything that is hidden: not for the command to read. Not before the ids are
    // mapped and the mounts made, since it gives our files in /proc to root.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .named(|| "prctl(PR_SET_DUMPABLE, 0)".into())?;
    gate.wait()?;
    match sys::fork() {
        Ok(Fork::Child) => match file_size.restore().and_then(|()| run(job, watch)) {
            Ok(()) => sys::exit_now(0),
            Err(error) => fail(report, error),
        },
        Ok(Fork::Parent(pid)) => Ok(pid),
        Err(errno) => Err(Error::call("fork()", errno)),
    }
}

fn run(job: &Job<'_>, watch: Option<&Watch>) -> Result<(), Error> {
    let observer = watch.map(|watch| watch.0.post());
    match &job.payload {
        Payload::Check(check) => {
            seccomp::install(job.plan)?;
            check()
        }
        Payload::Command(command) => {
            exec::exec(job.plan, command, observer).map(|never| match never {})
        }
    }
}

/// Waits for everything that ends, until the command does; the kernel then ends what it left behind.
fn reap(command: Pid, session: Session, report: &OwnedFd) -> ! {
    loop {
        match sys::next_signal() {
            libc::SIGCHLD => {
                if let Some(outcome) = reap_all(command) {
                    wire::send(report.as_fd(), &Message::Ended(outcome));
                    sys::exit_now(0);
                }
            }
            signal => pass_on(signal, command, session),
        }
    }
}

pub(super) fn reap_all(command: Pid) -> Option<Outcome> {
    let mut outcome = None;
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        if pid == command {
            outcome = ended(status);
        }
    }
    outcome
}

fn ended(status: WaitStatus) -> Option<Outcome> {
    let exited = status.exit_status().map(Outcome::Exited);
    exited.or_else(|| status.terminating_signal().map(Outcome::Signaled))
}

pub(super) fn pass_on(signal: i32, command: Pid, session: Session) {
    // SIGTSTP does nothing to an orphaned process group, which that of a new session always is.
    let signal = if signal == libc::SIGTSTP { libc::SIGSTOP } else { signal };
    let pid = command.as_raw_nonzero().get();
    sys::send_signal(if session == Session::New { -pid } else { pid }, signal);
}
