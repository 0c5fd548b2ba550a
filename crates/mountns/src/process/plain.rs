//! A command without namespaces, for restrictions that a process puts on itself: the caller, a supervisor, the command.
//!
//! There is no process 1 whose end would be everybody's. The supervisor adopts what the command leaves behind and ends it; when
//! the caller is killed the kernel ends the supervisor and the command, but not what that had started.

use std::os::fd::{AsFd as _, OwnedFd};

use rustix::process::{Pid, Signal, WaitOptions};

use super::{cage, die_with_parent, exec, fail, init, limits, pipe, supervised};
use crate::kernel::Named as _;
use crate::plan::Plan;
use crate::sys::{self, Fork};
use crate::wire::{self, Message};
use crate::{Command, Error, ErrorKind, Outcome};

/// What a process does to itself before it becomes the command.
pub(crate) type Restrict<'a> = &'a dyn Fn() -> Result<(), String>;

pub(crate) fn carry_out(
    plan: &Plan,
    command: &Command,
    restrict: Restrict<'_>,
) -> Result<Outcome, Error> {
    let (life, held) = pipe()?;
    let main = |life: &OwnedFd, report| supervise(plan, command, restrict, life, &report);
    supervised(life, held, main, |answer, _| wire::receive(answer))
}

fn supervise(
    plan: &Plan,
    command: &Command,
    restrict: Restrict<'_>,
    life: &OwnedFd,
    report: &OwnedFd,
) -> ! {
    sys::block_signals();
    let (child, held) = match start(plan, command, restrict, life, report) {
        Ok(started) => started,
        Err(error) => fail(report, error),
    };
    sys::close_all_but(&[report.as_fd(), held.as_fd()]);
    loop {
        match sys::next_signal() {
            libc::SIGCHLD => {
                if let Some(outcome) = init::reap_all(child) {
                    end_the_rest();
                    wire::send(report.as_fd(), &Message::Ended(outcome));
                    sys::exit_now(0);
                }
            }
            signal => init::pass_on(signal, child, plan.session),
        }
    }
}

fn start(
    plan: &Plan,
    command: &Command,
    restrict: Restrict<'_>,
    life: &OwnedFd,
    report: &OwnedFd,
) -> Result<(Pid, OwnedFd), Error> {
    die_with_parent(life.as_fd())?;
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
        .named(|| "prctl(PR_SET_CHILD_SUBREAPER)".into())?;
    cage::check_standard_descriptors()?;
    let (command_life, held) = pipe()?;
    match sys::fork() {
        Ok(Fork::Child) => {
            drop(held);
            let become_it = || {
                die_with_parent(command_life.as_fd())?;
                give_up_privileges(plan)?;
                restrict().map_err(|text| Error::new(ErrorKind::Value(text)))?;
                exec::exec(plan, command, None)
            };
            match become_it() {
                Ok(never) => match never {},
                Err(error) => fail(report, error),
            }
        }
        Ok(Fork::Parent(pid)) => Ok((pid, held)),
        Err(errno) => Err(Error::call("fork()", errno)),
    }
}

/// An ordinary user has no capabilities to give up, and no right to change which ones could be had.
fn give_up_privileges(plan: &Plan) -> Result<(), Error> {
    use crate::support::Privilege;
    cage::leave_keys()?;
    if rustix::process::geteuid().is_root() {
        limits::bound_processes(plan, Privilege::Root)?;
        return cage::drop_privileges(plan, Privilege::Root);
    }
    limits::bound_processes(plan, Privilege::User)?;
    rustix::thread::set_no_new_privs(true).named(|| "prctl(PR_SET_NO_NEW_PRIVS, 1)".into())
}

/// Ends what the command left behind, children of children as they become ours.
fn end_the_rest() {
    let path = format!("/proc/self/task/{}/children", rustix::thread::gettid().as_raw_nonzero());
    while let Ok(text) = std::fs::read_to_string(&path) {
        let pids =
            text.split_ascii_whitespace().filter_map(|word| Pid::from_raw(word.parse().ok()?));
        let mut ended = false;
        for pid in pids {
            ended |= rustix::process::kill_process(pid, Signal::KILL).is_ok();
        }
        if !ended || rustix::process::wait(WaitOptions::empty()).is_err() {
            return;
        }
    }
}
